//! Aadhaar numbers of India: twelve digits with the Verhoeff check, the first from 2 (UIDAI), written 4-4-4.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, verhoeff};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Aadhaar;

static FORM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}(?-u:\b)"));

const NUMBER: National = National {
    name: "aadhaar",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["aadhaar", "aadhar", "uidai", "uid"],
    bare: None,
    check: is_checked,
};

impl Recognizer for Aadhaar {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)aadha+r|uid")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    verhoeff(&digits(text))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Aadhaar, "Aadhaar: 5321 9876 5048", &[("5321 9876 5048", EntityType::NationalId)]);
        check(
            &Aadhaar,
            "Aadhaar card no. 532198765048",
            &[("532198765048", EntityType::NationalId)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Aadhaar, "Aadhaar: 5321 9876 5049", &[]);
        check(&Aadhaar, "5321 9876 5048", &[]);
        check(&Aadhaar, "fluid 532198765048", &[]);
        check(&Aadhaar, "Aadhaar pending", &[]);
    }
}
