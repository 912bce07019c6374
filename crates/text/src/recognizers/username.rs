//! Log-in names behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, template};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Username;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(r"user[ \t]?name|user[ \t]?id|login|logged[ \t]+in[ \t]+as", r"user|login")
});

impl Recognizer for Username {
    fn name(&self) -> &'static str {
        "username"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)user|login|logged[ \t]+in")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Username, 0.8, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Username, "User ID: jsmith42", &[("jsmith42", EntityType::Username)]);
        check(&Username, "logged in as rn0417", &[("rn0417", EntityType::Username)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Username, "IV drug user for 12 years", &[]);
        check(&Username, "username unknown", &[]);
    }
}
