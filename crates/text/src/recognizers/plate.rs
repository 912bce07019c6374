//! Vehicle plates behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, pattern, template};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Plate;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"licen[sc]e[ \t]+plate|plate[ \t]*\#|tag[ \t]*\#|vehicle[ \t]+reg(?:istration)?",
        r"plate|vehicle",
    )
});

/// A plate by its form, letters and digits in groups, right behind the bare word.
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?i:plates?)(?i:[ \t]+(?:is|was))?[ \t:#]{1,3}(?P<id>[A-Z]{2,3}[- ]?[0-9]{3,4}|[0-9]{3,4}[- ]?[A-Z]{2,3}|[0-9][A-Z]{3}[0-9]{3}|[A-Z]{2}[0-9]{2} ?[A-Z]{3})(?-u:\b)(?:$|[^-/0-9A-Za-z])",
    )
});

/// What stands before the number of an implant or a culture, and units.
const NOT_PLATES: &[&str] = &["REF", "LOT", "SN", "NO", "LCP", "DCP", "MM", "CFU", "ML", "MG"];

impl Recognizer for Plate {
    fn name(&self) -> &'static str {
        "plate"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)plate|tag[ \t]*\#|vehicle")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Vehicle, 0.85, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
        for captures in FORM.captures_iter(&page.text[line.clone()]) {
            let Some(id) = captures.name("id") else { continue };
            let start = line.start + id.start();
            if out.iter().any(|f| f.recognizer == self.name() && f.span.start == start) {
                continue;
            }
            let mut letters = id.as_str().split(|c: char| !c.is_ascii_alphabetic());
            if !letters.any(|letters| NOT_PLATES.contains(&letters)) {
                let span = start..line.start + id.end();
                out.push(found(span, EntityType::Vehicle, 0.8, self.name()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Plate, "license plate 7ABC123", &[("7ABC123", EntityType::Vehicle)]);
        check(&Plate, "plate number: KX-4471", &[("KX-4471", EntityType::Vehicle)]);
        check(&Plate, "Plate ABC-1234", &[("ABC-1234", EntityType::Vehicle)]);
        check(&Plate, "plate: 7ABC123, red", &[("7ABC123", EntityType::Vehicle)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Plate, "plate fixation of 3 screws", &[]);
        check(&Plate, "growth plate", &[]);
        check(&Plate, "Plate LCP 3500 and plate REF-4471", &[]);
        check(&Plate, "plate L4-L5, plate T12, plate 100 MM", &[]);
        check(&Plate, "plate abc-1234-x", &[]);
        check(&Plate, "vehicle collision at 40 mph", &[]);
    }
}
