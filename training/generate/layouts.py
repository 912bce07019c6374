"""All layouts of English notes."""

from . import layouts_letters, layouts_other, layouts_tests, layouts_ward
from .more_banks import EXTRA_LAYOUTS

LAYOUTS = {**layouts_ward.LAYOUTS, **layouts_tests.LAYOUTS, **layouts_letters.LAYOUTS, **layouts_other.LAYOUTS, **EXTRA_LAYOUTS}
# Layouts of newborns need an infant as patient.
INFANT = {"newborn"}
# Layouts of long prose are drawn more often, short or odd ones less.
_LONG = """admission_hp no_header_long consult_inpatient consult_letter discharge_summary ed_note admission_peds admission_short psych_intake dictation
discharge_letterhead radiology_ct no_header ed_uk progress_clinic oncology_visit progress_by_problem operative preop_clinic progress_soap icu_note
social_work pathology consult_letter_uk interval_note hospital_transfer ros_template negatives_prose""".split()
WEIGHTS = {**dict.fromkeys(_LONG, 3.0), "xml_like": 0.4, "json_like": 0.4, "hl7_like": 0.4, "autopsy": 0.4, "ama_form": 0.5}
