//! BSN of the Netherlands: nine digits with the check by eleven, behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, weighted};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Bsn;

static FORM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{3}(?-u:\b)"));

const NUMBER: National = National {
    name: "bsn",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["bsn", "burgerservicenummer", "sofinummer"],
    bare: None,
    check: is_checked,
};

impl Recognizer for Bsn {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)bsn|burgerservice|sofi")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    let digits = digits(text);
    // The last digit counts against the others.
    weighted(&digits, (2..=9).rev().chain([10])).is_multiple_of(11) && digits.iter().any(|d| *d > 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Bsn, "BSN: 111222333", &[("111222333", EntityType::NationalId)]);
        check(&Bsn, "Burgerservicenummer 1112.22.333", &[("1112.22.333", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Bsn, "BSN: 111222334", &[]);
        check(&Bsn, "111222333", &[]);
        check(&Bsn, "BSN 000000000", &[]);
    }
}
