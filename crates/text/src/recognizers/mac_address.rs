//! Network hardware addresses (IEEE 802 EUI-48).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct MacAddress;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}")
});

impl Recognizer for MacAddress {
    fn name(&self) -> &'static str {
        "mac-address"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let goes_on = page.text[span.end..].starts_with([':', '-']);
            if stands_alone(page, &span) && !goes_on {
                out.push(found(span, EntityType::MacAddress, 0.9, self.name()));
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
            &MacAddress,
            "monitor 00:1B:44:11:3A:B7 ",
            &[("00:1B:44:11:3A:B7", EntityType::MacAddress)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&MacAddress, "00:1B:44:11:3A", &[]);
        check(&MacAddress, "10:30:00", &[]);
        check(&MacAddress, "00:1B:44:11:3A:B7:00", &[]);
        check(&MacAddress, "at 10-12-11-10-12", &[]);
    }
}
