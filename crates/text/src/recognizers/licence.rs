//! Certificate and licence numbers behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, template};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Licence;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"driver'?s?[ \t]+licen[sc]e|licen[sc]e|lic[ \t]*\#|dl[ \t]*\#|certificate|upin|npi|dea",
        r"provider|registration|permit|lic\.?",
    )
});

impl Recognizer for Licence {
    fn name(&self) -> &'static str {
        "licence"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)licen[sc]e|lic\.?[ \t]*[n#]|dl[ \t]*\#|certificate|upin|npi|dea|(?:provider|registration|permit)[ \t]*(?:n|id|#)",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Licence, 0.75, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Licence, "driver's license S123-4567", &[("S123-4567", EntityType::Licence)]);
        check(&Licence, "License #: MD-44120", &[("MD-44120", EntityType::Licence)]);
        check(&Licence, "NPI: 1234567893", &[("1234567893", EntityType::Licence)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Licence, "licensed 20 years ago", &[]);
        check(&Licence, "license expired", &[]);
        check(&Licence, "certificate of 1 kind", &[]);
    }
}
