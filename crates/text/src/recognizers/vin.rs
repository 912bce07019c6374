//! Vehicle identification numbers: seventeen characters with their check digit (49 CFR 565.15).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Vin;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?-u:\b)"));

impl Recognizer for Vin {
    fn name(&self) -> &'static str {
        "vin"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?-u:\b)[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?-u:\b)")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            if is_checked(hit.as_str().as_bytes()) && stands_alone(page, &span) {
                out.push(found(span, EntityType::Vehicle, 0.95, self.name()));
            }
        }
    }
}

fn is_checked(vin: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |b: u8| match b.to_ascii_uppercase() {
        d @ b'0'..=b'9' => u32::from(d - b'0'),
        l @ b'A'..=b'H' => u32::from(l - b'A') + 1,
        l @ b'J'..=b'R' => u32::from(l - b'J') + 1,
        l => u32::from(l.wrapping_sub(b'S')) + 2,
    };
    let sum: u32 = vin.iter().zip(WEIGHTS).map(|(b, w)| value(*b) * w).sum();
    let check = match sum % 11 {
        10 => b'X',
        n => b'0' + n as u8,
    };
    let digits = vin.iter().filter(|b| b.is_ascii_digit()).count();
    digits >= 4 && vin.get(8).is_some_and(|c| c.to_ascii_uppercase() == check)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Vin, "VIN 1HGCM82633A004352.", &[("1HGCM82633A004352", EntityType::Vehicle)]);
        check(&Vin, "11111111111111111", &[("11111111111111111", EntityType::Vehicle)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Vin, "1HGCM82633A004353", &[]);
        check(&Vin, "1HGCM82633A00435", &[]);
        check(&Vin, "ABCDEFGHJKLMNPRST", &[]);
    }
}
