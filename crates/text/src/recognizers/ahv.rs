//! AHV numbers of Switzerland (since 2008): 756, ten digits, and the check digit of an EAN-13.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, weighted};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Ahv;

static FORM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}(?-u:\b)"));

const NUMBER: National = National {
    name: "ahv",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["ahv", "avs", "ahv-nr", "navs"],
    bare: Some(0.85),
    check: is_checked,
};

impl Recognizer for Ahv {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?-u:\b)756[. ]?[0-9]{4}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    weighted(&digits(text), [1, 3].into_iter().cycle()).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Ahv, "AHV-Nr. 756.1234.5678.97", &[("756.1234.5678.97", EntityType::NationalId)]);
        check(&Ahv, "756 1234 5678 97", &[("756 1234 5678 97", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Ahv, "756.1234.5678.98", &[]);
        check(&Ahv, "1756.1234.5678.97", &[]);
    }
}
