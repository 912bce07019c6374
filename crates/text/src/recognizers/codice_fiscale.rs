//! Codice fiscale of Italy: sixteen signs with a check letter (decree of 23 December 1976).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct CodiceFiscale;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?i)[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z](?-u:\b)",
    )
});

const NUMBER: National = National {
    name: "codice-fiscale",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["codice fiscale", "c.f.", "cf"],
    bare: Some(0.9),
    check: is_checked,
};

impl Recognizer for CodiceFiscale {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?-u:\b)(?i)[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

/// What a letter or digit counts in an odd place, from A and from 0.
const ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn is_checked(text: &str) -> bool {
    let value = |sign: u8| match sign {
        b'0'..=b'9' => usize::from(sign - b'0'),
        sign => usize::from(sign.to_ascii_uppercase().saturating_sub(b'A')).min(25),
    };
    let Some((last, others)) = text.as_bytes().split_last() else { return false };
    let sum: u32 = others
        .iter()
        .enumerate()
        .map(|(at, sign)| if at % 2 == 0 { ODD[value(*sign)] } else { value(*sign) as u32 })
        .sum();
    // A word of sixteen letters is no code.
    sum % 26 == value(*last) as u32 && others.iter().filter(|b| b.is_ascii_digit()).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &CodiceFiscale,
            "CF RSSMRA85T10A562S",
            &[("RSSMRA85T10A562S", EntityType::NationalId)],
        );
        check(
            &CodiceFiscale,
            "nato a Roma, rssmra85t10a562s",
            &[("rssmra85t10a562s", EntityType::NationalId)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&CodiceFiscale, "CF RSSMRA85T10A562T", &[]);
        check(&CodiceFiscale, "RSSMRA85T10A562SX", &[]);
    }
}
