//! International bank account numbers (ISO 13616): the remainder modulo 97 is 1.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Iban;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?(?-u:\b)")
});

impl Recognizer for Iban {
    fn name(&self) -> &'static str {
        "iban"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?-u:\b)[A-Z]{2}[0-9]{2}[ ]?[A-Z0-9]{4}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            if remainder(hit.as_str()) == Some(1) {
                out.push(found(span, EntityType::BankAccount, 0.95, self.name()));
            }
        }
    }
}

/// The account number modulo 97, its first four characters moved to the end.
fn remainder(iban: &str) -> Option<u32> {
    let compact: Vec<u8> = iban.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let (head, tail) = compact.split_at_checked(4)?;
    (compact.len() >= 15).then_some(())?;
    Some(tail.iter().chain(head).fold(0, |sum, b| match b {
        b'0'..=b'9' => (sum * 10 + u32::from(b - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter - b'A') + 10) % 97,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &Iban,
            "to GB82 WEST 1234 5698 7654 32.",
            &[("GB82 WEST 1234 5698 7654 32", EntityType::BankAccount)],
        );
        check(
            &Iban,
            "DE89370400440532013000",
            &[("DE89370400440532013000", EntityType::BankAccount)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Iban, "GB82 WEST 1234 5698 7654 33", &[]);
        check(&Iban, "GB82", &[]);
        check(&Iban, "AB12 CDEF 1234", &[]);
    }
}
