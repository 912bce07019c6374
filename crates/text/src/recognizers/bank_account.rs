//! Bank account and routing numbers behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct BankAccount;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:routing|aba|bank[ \t]+(?:account|acct)|sort[ \t]+code|(?:credit|debit)?[ \t]*card)[ \t]*(?:numbers?|no\.?|\#|ending(?:[ \t]+in)?)?[ \t]*(?:is)?[ \t:#]{0,4}(?P<id>[0-9][0-9 -]{2,20}[0-9])",
    )
});

impl Recognizer for BankAccount {
    fn name(&self) -> &'static str {
        "bank-account"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)routing|aba[ \t]*(?:n|#)|bank[ \t]+a|sort[ \t]+code|card[ \t]+(?:n|#|ending)")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for captures in PATTERN.captures_iter(&page.text[line.clone()]) {
            if let Some(id) = captures.name("id") {
                let span = line.start + id.start()..line.start + id.end();
                out.push(found(span, EntityType::BankAccount, 0.8, self.name()));
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
        check(&BankAccount, "routing number 021000021", &[("021000021", EntityType::BankAccount)]);
        check(&BankAccount, "card ending in 4417", &[("4417", EntityType::BankAccount)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&BankAccount, "routing to clinic 3", &[]);
        check(&BankAccount, "bank account closed", &[]);
    }
}
