"""All layouts of English notes."""

from . import layouts_letters, layouts_other, layouts_tests, layouts_ward

LAYOUTS = {**layouts_ward.LAYOUTS, **layouts_tests.LAYOUTS, **layouts_letters.LAYOUTS, **layouts_other.LAYOUTS}
# Layouts of newborns need an infant as patient.
INFANT = {"newborn"}
# Layouts drawn less often than others, since they are short or odd.
RARE = {"xml_like": 0.4, "json_like": 0.4, "hl7_like": 0.4, "autopsy": 0.4, "ama_form": 0.5, "transcript": 0.6}
