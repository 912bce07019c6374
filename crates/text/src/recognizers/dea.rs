//! DEA registration numbers: two letters and seven digits with their check digit (21 CFR 1301).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::check_digits::digits;
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Dea;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[A-HJ-MPRSTUXa-hj-mprstux][A-Za-z9][0-9]{7}(?-u:\b)"));

impl Recognizer for Dea {
    fn name(&self) -> &'static str {
        "dea"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[A-Za-z][A-Za-z9][0-9]{7}(?-u:\b)")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let digits = digits(&hit.as_str()[2..]);
            let sum = |at: [usize; 3]| at.iter().map(|i| u32::from(digits[*i])).sum::<u32>();
            let right = (sum([0, 2, 4]) + 2 * sum([1, 3, 5])) % 10 == u32::from(digits[6]);
            if right && stands_alone(page, &span) {
                out.push(found(span, EntityType::Licence, 0.9, self.name()));
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
        check(&Dea, "DEA BS1234563", &[("BS1234563", EntityType::Licence)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Dea, "BS1234564", &[]);
        check(&Dea, "NS1234563", &[]);
        check(&Dea, "BS123456", &[]);
        check(&Dea, "BS12345630", &[]);
    }
}
