//! Health insurance numbers of Germany: a letter and nine digits, the last by a sum of digits (§ 290 SGB V).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::digits;
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Kvnr;

static FORM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[A-Z][0-9]{9}(?-u:\b)"));

const NUMBER: National = National {
    name: "kvnr",
    entity: EntityType::HealthPlan,
    form: &FORM,
    labels: &[
        "versichertennr",
        "versichertennummer",
        "versicherten-nr",
        "kvnr",
        "kv-nr",
        "krankenversichertennummer",
        "kasse",
        "krankenkasse",
    ],
    bare: Some(0.6),
    check: is_checked,
};

impl Recognizer for Kvnr {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?-u:\b)[A-Z][0-9]{9}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    let Some(letter) = text.bytes().next().filter(u8::is_ascii_uppercase) else { return false };
    let place = letter - b'A' + 1;
    let mut all = vec![place / 10, place % 10];
    all.extend(digits(text));
    let Some((last, others)) = all.split_last() else { return false };
    let sum: u8 = others
        .iter()
        .enumerate()
        .map(|(at, digit)| {
            let counted = if at % 2 == 0 { *digit } else { digit * 2 };
            counted / 10 + counted % 10
        })
        .sum();
    sum % 10 == *last
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Kvnr, "Versichertennr. A123456780", &[("A123456780", EntityType::HealthPlan)]);
        check(&Kvnr, "AOK Nord, A123456780", &[("A123456780", EntityType::HealthPlan)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Kvnr, "KVNR A123456781", &[]);
        check(&Kvnr, "a123456780", &[]);
        check(&Kvnr, "A1234567801", &[]);
    }
}
