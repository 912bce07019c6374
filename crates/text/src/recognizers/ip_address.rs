//! Internet addresses, versions 4 and 6.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct IpAddress;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"));

static SIX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})")
});

impl Recognizer for IpAddress {
    fn name(&self) -> &'static str {
        "ip-address"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let four = hit.as_str().parse::<std::net::Ipv4Addr>().is_ok();
            if four && stands_alone(page, &span) {
                out.push(found(span, EntityType::IpAddress, 0.8, self.name()));
            }
        }
        for hit in SIX.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let six = hit.as_str().parse::<std::net::Ipv6Addr>().is_ok();
            if six && stands_alone(page, &span) {
                out.push(found(span, EntityType::IpAddress, 0.9, self.name()));
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
        check(&IpAddress, "from 10.24.3.77.", &[("10.24.3.77", EntityType::IpAddress)]);
        check(
            &IpAddress,
            "host fe80:0:0:0:1:2:3:4 and 2001:db8::8a2e",
            &[
                ("fe80:0:0:0:1:2:3:4", EntityType::IpAddress),
                ("2001:db8::8a2e", EntityType::IpAddress),
            ],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&IpAddress, "256.1.1.1", &[]);
        check(&IpAddress, "1.2.3", &[]);
        check(&IpAddress, "version 1.2.3.4.5", &[]);
        check(&IpAddress, "10:30:15", &[]);
        check(&IpAddress, "12:30", &[]);
    }
}
