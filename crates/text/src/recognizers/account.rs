//! Account, visit and encounter numbers behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, template};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Account;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"acct\.?|account|csn|encounter[ \t]*\#",
        r"visit|encounter|billing|invoice|claim|case|episode|admission",
    )
});

impl Recognizer for Account {
    fn name(&self) -> &'static str {
        "account"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)acct|account|csn|(?:visit|encounter|billing|invoice|claim|case|episode|admission)[ \t]*(?:n|id|#)",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Account, 0.8, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Account, "Acct# 889-1234", &[("889-1234", EntityType::Account)]);
        check(&Account, "account number 5512009", &[("5512009", EntityType::Account)]);
        check(&Account, "Visit no. V00123", &[("V00123", EntityType::Account)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Account, "took into account 3 visits", &[]);
        check(&Account, "visit notes", &[]);
        check(&Account, "case number of one", &[]);
    }
}
