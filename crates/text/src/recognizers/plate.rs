//! Vehicle plates behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, template};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Plate;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"licen[sc]e[ \t]+plate|plate[ \t]*\#|tag[ \t]*\#|vehicle[ \t]+reg(?:istration)?",
        r"plate|vehicle",
    )
});

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
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Plate, "plate fixation of 3 screws", &[]);
        check(&Plate, "growth plate", &[]);
        check(&Plate, "vehicle collision at 40 mph", &[]);
    }
}
