//! Personnummer of Sweden: birth date, three digits and a Luhn digit, with a hyphen, or a plus from 100 years on.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, luhn};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Personnummer;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[-+][0-9]{4}(?-u:\b)",
    )
});

const NUMBER: National = National {
    name: "personnummer",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["personnummer", "pnr", "personnr", "samordningsnummer"],
    bare: Some(0.7),
    check: is_checked,
};

impl Recognizer for Personnummer {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?-u:\b)[0-9]{6,8}[-+][0-9]{4}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    let digits = digits(text);
    digits.len() >= 10 && luhn(&digits[digits.len() - 10..], 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &Personnummer,
            "Personnummer: 811218-9876",
            &[("811218-9876", EntityType::NationalId)],
        );
        check(&Personnummer, "född 19811218-9876", &[("19811218-9876", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Personnummer, "811218-9875", &[]);
        check(&Personnummer, "811318-9876", &[]);
        check(&Personnummer, "811218-98761", &[]);
    }
}
