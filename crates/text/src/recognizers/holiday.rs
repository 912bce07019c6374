//! Days that have a name and no number: holidays are dates as exact as any other.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Holiday;

const NAMES: &str = r"(?:Christmas(?: Eve| Day)?|CHRISTMAS(?: EVE| DAY)?|Thanksgiving(?: Day)?|THANKSGIVING(?: DAY)?|New Year'?s(?: Eve| Day)?|NEW YEAR'?S(?: EVE| DAY)?|Easter(?: Sunday| Monday)?|EASTER|Halloween|HALLOWEEN|Labor Day|LABOR DAY|Memorial Day|MEMORIAL DAY|Independence Day|Veterans Day|Columbus Day|Presidents'? Day|Valentine'?s Day|Mother's Day|Father's Day|Good Friday|Boxing Day|Hanukkah|Passover|Ramadan|Yom Kippur|Rosh Hashanah|St\.? Patrick's Day)";

static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?-u:\b){NAMES}")));

impl Recognizer for Holiday {
    fn name(&self) -> &'static str {
        "holiday"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)christmas|thanksgiv|new year|easter|halloween|(?:r|l|e|s|s'|'s) day|good friday|boxing day|hanukkah|passover|ramadan|yom kippur|rosh hash",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            // `Christmas disease` is haemophilia B.
            let next = page.tokens.get(page.token_from(span.end));
            let head = next.is_some_and(|t| t.is(crate::lexicon::role::EPONYM_HEAD));
            let whole = !page.text[span.end..].starts_with(char::is_alphanumeric);
            if whole && !head {
                out.push(found(span, EntityType::Date, 0.7, self.name()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::Date)).collect();
        testing::check(&Holiday, text, &expect);
    }

    #[test]
    fn positive() {
        check("fell on Christmas Eve at home", &["Christmas Eve"]);
        check("since Labor Day", &["Labor Day"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("Christmas disease", &[]);
        check("hospital day 3", &[]);
        check("Eastern", &[]);
        check("Easterling", &[]);
    }
}
