//! US social security numbers: three, two and four digits, in an area, group and serial that are given out
//! (SSA POMS RM 10201.035), or any nine digits behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::check_digits::digits;
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Ssn;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}"));

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:ssn|ss[ \t]*\#|social[ \t]+security|soc\.?[ \t]+sec\.?)(?:[ \t]*(?:number|no|num|is|ending|in)\.?)*[ \t:#.]{0,6}(?P<id>(?:xxx-xx-|x{5})?[0-9]{4}(?-u:\b)|[0-9]{3}[- .]?[0-9]{2}[- .]?[0-9]{4})",
    )
});

impl Recognizer for Ssn {
    fn name(&self) -> &'static str {
        "ssn"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}|(?i)ssn|soc(?:ial|\.)?[ \t]+sec|ss[ \t]*\#")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            if stands_alone(page, &span) && is_given(&digits(hit.as_str())) {
                out.push(found(span, EntityType::Ssn, 0.9, self.name()));
            }
        }
        for captures in LABEL.captures_iter(&page.text[line.clone()]) {
            if let Some(id) = captures.name("id") {
                let span = line.start + id.start()..line.start + id.end();
                out.push(found(span, EntityType::Ssn, 0.95, self.name()));
            }
        }
    }
}

/// Areas 000, 666 and 900 and up, group 00 and serial 0000 are never given out.
fn is_given(digits: &[u8]) -> bool {
    let number = |range: Range<usize>| {
        digits.get(range).unwrap_or_default().iter().fold(0u32, |n, d| n * 10 + u32::from(*d))
    };
    let area = number(0..3);
    area != 0 && area != 666 && area < 900 && number(3..5) != 0 && number(5..9) != 0
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &Ssn,
            "SSN: 123-45-6789",
            &[("123-45-6789", EntityType::Ssn), ("123-45-6789", EntityType::Ssn)],
        );
        check(&Ssn, "number 123-45-6789.", &[("123-45-6789", EntityType::Ssn)]);
        check(&Ssn, "social security number is 123456789", &[("123456789", EntityType::Ssn)]);
        check(&Ssn, "SSN xxx-xx-6789", &[("xxx-xx-6789", EntityType::Ssn)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Ssn, "000-45-6789", &[]);
        check(&Ssn, "666-45-6789", &[]);
        check(&Ssn, "123-00-6789", &[]);
        check(&Ssn, "123-45-0000", &[]);
        check(&Ssn, "123-45-67890", &[]);
        check(&Ssn, "1123-45-6789", &[]);
        check(&Ssn, "9-123-45-6789", &[]);
        check(&Ssn, "ssn on file", &[]);
    }
}
