//! Medical record, chart and patient file numbers behind their label (45 CFR 164.514(b)(2)(i)(H)).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, template};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Mrn;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"mrn|m\.r\.n\.?|medical[ \t]+record|med\.?[ \t]+rec\.?|mr[ \t]*\#",
        r"patient|pt|chart|file|record|hospital|hosp|unit|history",
    )
});

impl Recognizer for Mrn {
    fn name(&self) -> &'static str {
        "mrn"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)mrn|m\.r\.n|med(?:ical|\.)?[ \t]+rec|mr[ \t]*\#|(?:patient|pt|chart|file|record|hospital|hosp|unit|history)[ \t]*(?:n|id|#)",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Mrn, 0.85, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Mrn, "MRN 1234567", &[("1234567", EntityType::Mrn)]);
        check(&Mrn, "the MRN is A-12345.", &[("A-12345", EntityType::Mrn)]);
        check(&Mrn, "Medical record number: 00-12-34", &[("00-12-34", EntityType::Mrn)]);
        check(&Mrn, "chart #55120 reviewed", &[("55120", EntityType::Mrn)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Mrn, "medical record reviewed in 3 visits", &[]);
        check(&Mrn, "patient notes pain 12345 times", &[]);
        check(&Mrn, "hospital day 3", &[]);
        check(&Mrn, "unit 4", &[]);
    }
}
