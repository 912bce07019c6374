//! Social insurance numbers of Canada: nine digits with the Luhn check, behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, luhn};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Sin;

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)[1-79][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}(?-u:\b)|(?-u:\b)0[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}(?-u:\b)",
    )
});

const NUMBER: National = National {
    name: "sin",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &["sin", "s.i.n.", "social insurance number", "social insurance no", "nas"],
    bare: None,
    check: is_checked,
};

impl Recognizer for Sin {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)(?-u:\b)(?:s\.?i\.?n|nas)(?-u:\b)|social insurance")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    luhn(&digits(text), 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Sin, "SIN 046 454 286", &[("046 454 286", EntityType::NationalId)]);
        check(
            &Sin,
            "Social insurance number: 046-454-286",
            &[("046-454-286", EntityType::NationalId)],
        );
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Sin, "SIN 046 454 287", &[]);
        check(&Sin, "046 454 286", &[]);
        check(&Sin, "using 046 454 286", &[]);
    }
}
