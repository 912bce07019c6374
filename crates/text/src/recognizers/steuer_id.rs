//! Tax identification numbers of Germany: eleven digits with the check of ISO/IEC 7064 (§ 139b AO).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::check_digits::{digits, mod_11_10};
use crate::national::National;
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct SteuerId;

static FORM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}(?-u:\b)"));

const NUMBER: National = National {
    name: "steuer-id",
    entity: EntityType::NationalId,
    form: &FORM,
    labels: &[
        "steuer-id",
        "steuerid",
        "idnr",
        "identifikationsnummer",
        "steueridentifikationsnummer",
        "steuer-identifikationsnummer",
        "steuer-idnr",
        "tin",
    ],
    bare: None,
    check: is_checked,
};

impl Recognizer for SteuerId {
    fn name(&self) -> &'static str {
        NUMBER.name
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)steuer|idnr|identifikationsnummer|(?-u:\btin\b)")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        NUMBER.recognize(page, &line, out);
    }
}

fn is_checked(text: &str) -> bool {
    mod_11_10(&digits(text))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(
            &SteuerId,
            "Steuer-ID: 47 036 892 816",
            &[("47 036 892 816", EntityType::NationalId)],
        );
        check(&SteuerId, "IdNr. 86095742719", &[("86095742719", EntityType::NationalId)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&SteuerId, "Steuer-ID: 47 036 892 817", &[]);
        check(&SteuerId, "47 036 892 816", &[]);
    }
}
