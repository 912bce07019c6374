//! National provider identifiers: ten digits whose Luhn sum with the prefix 80840 is right (45 CFR 162.406).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::check_digits::{digits, luhn};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Npi;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[12][0-9]{9}(?-u:\b)"));

impl Recognizer for Npi {
    fn name(&self) -> &'static str {
        "npi"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?-u:\b)[12][0-9]{9}(?-u:\b)")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            // 24 is what the prefix adds to the Luhn sum.
            if luhn(&digits(hit.as_str()), 24) && stands_alone(page, &span) {
                out.push(found(span, EntityType::Licence, 0.85, self.name()));
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
        check(&Npi, "provider 1234567893", &[("1234567893", EntityType::Licence)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Npi, "1234567890", &[]);
        check(&Npi, "3234567893", &[]);
        check(&Npi, "12345678931", &[]);
    }
}
