//! NIR of France: sex, year, month, place, order and a key by 97 (INSEE), fifteen signs in all.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, remainder};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Nir;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)[12378] ?[0-9]{2} ?(?:0[1-9]|[1-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3}[ ./-]*[0-9]{2}(?-u:\b)",
    )
});

const NUMBER: National = National {
    name: "nir",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["nir", "sécurité sociale", "insee", "n° ss", "immatriculation"],
    bare: Some(0.9),
    check: is_checked,
};

impl Recognizer for Nir {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9AB ]{10}[0-9]{3}")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    // The two parts of Corsica count as 19 and 18.
    let number = digits(&text.replace("2A", "19").replace("2B", "18"));
    number.len() == 15 && {
        let (number, key) = number.split_at(13);
        97 - remainder(number, 97) == u32::from(key[0]) * 10 + u32::from(key[1])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &Nir,
            "NIR 1 85 05 78 006 084 91",
            &[("1 85 05 78 006 084 91", EntityType::NationalId)],
        );
        check(&Nir, "185057800608491", &[("185057800608491", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Nir, "NIR 1 85 05 78 006 084 92", &[]);
        check(&Nir, "1 85 05 78 006 084", &[]);
        check(&Nir, "1850578006084911", &[]);
    }
}
