//! Payment card numbers: 13 to 19 digits, an issuer that exists, and the Luhn check.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::check_digits::{digits, luhn};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct PaymentCard;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)[3-6][0-9]{3}[- ]?[0-9]{4,6}[- ]?[0-9]{4,5}(?:[- ]?[0-9]{1,4}(?:[- ]?[0-9]{1,3})?)?(?-u:\b)",
    )
});

impl Recognizer for PaymentCard {
    fn name(&self) -> &'static str {
        "payment-card"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9]{4}[- ]?[0-9]{4}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let digits = digits(hit.as_str());
            if (13..=19).contains(&digits.len()) && luhn(&digits, 0) && stands_alone(page, &span) {
                out.push(found(span, EntityType::BankAccount, 0.9, self.name()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &PaymentCard,
            "card 4111 1111 1111 1111 on file",
            &[("4111 1111 1111 1111", EntityType::BankAccount)],
        );
        check(&PaymentCard, "378282246310005", &[("378282246310005", EntityType::BankAccount)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&PaymentCard, "4111 1111 1111 1112", &[]);
        check(&PaymentCard, "1111 1111 1111 1117", &[]);
        check(&PaymentCard, "4111 1111", &[]);
    }
}
