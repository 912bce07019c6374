"""All layouts and sentences of the first generator, read from the folder `text`."""

import os

from common.compose import read_banks, read_sections

TEXT = os.path.join(os.path.dirname(__file__), "text")
LAYOUTS = read_sections(TEXT, "ward.txt", "tests.txt", "letters.txt", "other.txt")
BANKS = read_banks(TEXT, "sentences.txt", "identity.txt", "prose.txt")
GENERAL_LAYOUTS = read_sections(TEXT, "general.txt")
ES_LAYOUTS = read_sections(TEXT, "es_layouts.txt")
ES_BANKS = read_banks(TEXT, "es_sentences.txt")
# Layouts of newborns need an infant as patient.
INFANT = {"newborn"}
# Layouts of long prose are drawn more often, short or odd ones less; no carriers stand in the latter.
_LONG = """admission_hp no_header_long consult_inpatient consult_letter discharge_summary ed_note admission_peds
admission_short psych_intake dictation discharge_letterhead radiology_ct no_header ed_uk progress_clinic oncology_visit
progress_by_problem operative preop_clinic progress_soap icu_note social_work pathology consult_letter_uk interval_note
hospital_transfer ros_template negatives_prose markdown_note markdown_summary identity_prose intake_narrative""".split()
WEIGHTS = {
    **dict.fromkeys(_LONG, 3.0),
    "xml_like": 0.4,
    "json_like": 0.4,
    "hl7_like": 0.4,
    "autopsy": 0.4,
    "ama_form": 0.5,
}
