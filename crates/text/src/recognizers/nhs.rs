//! NHS numbers: ten digits with their modulo 11 check (NHS Data Dictionary), written 3-3-4 or behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::check_digits::digits;
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Nhs;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?-u:\b)"));

impl Recognizer for Nhs {
    fn name(&self) -> &'static str {
        "nhs"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}|(?i)nhs")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let labelled = page.before(span.start).to_ascii_lowercase().contains("nhs");
            // A tenth of all telephone numbers pass the check, so hyphens alone do not do.
            let spaced = hit.as_str().bytes().filter(|b| *b == b' ').count() == 2;
            if (labelled || spaced)
                && is_checked(&digits(hit.as_str()))
                && stands_alone(page, &span)
            {
                let score = if labelled { 0.95 } else { 0.6 };
                out.push(found(span, EntityType::NationalId, score, self.name()));
            }
        }
    }
}

fn is_checked(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().take(9).zip((2..=10).rev()).map(|(d, w)| u32::from(*d) * w).sum();
    let check = (11 - sum % 11) % 11;
    digits.len() == 10 && check == u32::from(digits[9])
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Nhs, "NHS number 943 476 5919", &[("943 476 5919", EntityType::NationalId)]);
        check(&Nhs, "NHS no: 9434765919", &[("9434765919", EntityType::NationalId)]);
        check(&Nhs, "seen 943 476 5919 today", &[("943 476 5919", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Nhs, "NHS 943 476 5918", &[]);
        check(&Nhs, "943-476-5919", &[]);
        check(&Nhs, "NHS trust", &[]);
    }
}
