//! NIF and NIE of Spain: seven or eight digits and a letter that checks them by 23; the NIF of Portugal behind its label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, remainder, weighted};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Nif;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?|[XYZ]-?[0-9]{7}-?)(?i:[A-HJ-NP-TV-Z])(?-u:\b)|(?-u:\b)[1-35689][0-9]{2} ?[0-9]{3} ?[0-9]{3}(?-u:\b)",
    )
});

const NUMBER: National = National {
    name: "nif",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["nif", "nie", "dni", "d.n.i.", "n.i.f.", "contribuinte"],
    bare: None,
    check: is_checked,
};

impl Recognizer for Nif {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)(?-u:\b)(?:n\.?i\.?[fe]|d\.?n\.?i)(?-u:\b)|contribuinte")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

/// The letters, by the remainder (Orden INT/2058/2008).
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn is_checked(text: &str) -> bool {
    let mut number = digits(text);
    let last = text.bytes().next_back().unwrap_or_default().to_ascii_uppercase();
    if last.is_ascii_digit() {
        // Portugal: nine digits, the last by eleven.
        let rest = weighted(&number, (2..=9).rev()) % 11;
        return number
            .last()
            .is_some_and(|d| u32::from(*d) == if rest < 2 { 0 } else { 11 - rest });
    }
    if let Some(first) = text.bytes().next().filter(|b| matches!(b, b'X'..=b'Z')) {
        number.insert(0, first - b'X');
    }
    number.len() == 8 && LETTERS[remainder(&number, 23) as usize] == last
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Nif, "DNI: 12345678Z", &[("12345678Z", EntityType::NationalId)]);
        check(&Nif, "NIE X1234567L", &[("X1234567L", EntityType::NationalId)]);
        check(&Nif, "con NIF 12.345.678-Z", &[("12.345.678-Z", EntityType::NationalId)]);
        check(&Nif, "NIF 123456789", &[("123456789", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Nif, "DNI: 12345678A", &[]);
        check(&Nif, "NIF 123456780", &[]);
        check(&Nif, "senior 12345678A", &[]);
    }
}
