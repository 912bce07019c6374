//! PESEL of Poland: birth date, four digits and a weighted check digit, behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, weighted};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Pesel;

static FORM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{11}(?-u:\b)"));

const NUMBER: National = National {
    name: "pesel",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["pesel"],
    bare: None,
    check: is_checked,
};

impl Recognizer for Pesel {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)pesel")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    // The check digit has weight 1, so the whole sum ends in 0.
    weighted(&digits(text), [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Pesel, "PESEL 44051401458", &[("44051401458", EntityType::NationalId)]);
        check(&Pesel, "nr PESEL: 44051401458", &[("44051401458", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Pesel, "PESEL 44051401459", &[]);
        check(&Pesel, "44051401458", &[]);
    }
}
