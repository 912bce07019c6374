//! Names behind a title: `Dr. Roe`, `Mr. and Mrs. Smith`, `Nurse Okafor`.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::Recognizer;
use crate::lexicon::role;
use crate::names::{self, Place, weight};
use crate::page::{Page, Shape, found};

/// See the file's first lines.
pub(crate) struct NameBesideTitle;

impl Recognizer for NameBesideTitle {
    fn name(&self) -> &'static str {
        "name-beside-title"
    }

    fn trigger(&self) -> Option<&'static str> {
        None
    }

    fn recognize(&self, page: &Page<'_>, range: Range<usize>, out: &mut Vec<Finding>) {
        for at in 0..page.tokens.len() {
            let title = &page.tokens[at];
            if !title.is(role::TITLE) || page.tokens.get(at + 1).is_none() {
                continue;
            }
            if !matches!(page.gap(at, at + 1), " " | ". " | "." | ".  " | "  " | ".\n" | ".\r\n")
                || ambiguous(page, at)
            {
                continue;
            }
            let mut next = at + 1;
            while let Some(run) = names::run(page, next, range.end, Place::Certain) {
                let entity = entity(page.word(title));
                out.push(found(names::bytes(page, &run), entity, 0.9, self.name()));
                // `Drs. Smith and Jones`
                let and = page
                    .tokens
                    .get(run.end)
                    .is_some_and(|t| page.word(t).eq_ignore_ascii_case("and"));
                if !(and && page.word(title).eq_ignore_ascii_case("drs")) {
                    break;
                }
                next = run.end + 1;
            }
        }
    }
}

fn entity(title: &str) -> EntityType {
    match title.to_ascii_lowercase().as_str() {
        "dr" | "drs" | "doctor" | "prof" | "professor" | "dra" | "anesth" | "anaesth" => {
            EntityType::Doctor
        }
        "nurse" => EntityType::Staff,
        _ => EntityType::Person,
    }
}

/// `MS` is also multiple sclerosis, `Miss` a verb, `doctor` and `nurse` words of their own.
fn ambiguous(page: &Page<'_>, at: usize) -> bool {
    let (title, next) = (&page.tokens[at], &page.tokens[at + 1]);
    let word = page.word(title);
    let short = matches!(word.len(), 2 | 3) && title.shape != Shape::Lower && word != "MS";
    let weak = !short || page.caps && matches!(word, "DR" | "MISS");
    let surname = next.word.surname >= 5 && next.word.clinical < 10 && word == "DR";
    // `DR. SHORT`: the point makes it a title, and the word is the surname of many.
    let dotted = page.gap(at, at + 1).starts_with('.')
        && next.is_capital()
        && next.word.surname >= 8
        && !next.is(role::MONTH | role::WEEKDAY)
        && matches!(
            word.to_ascii_uppercase().as_str(),
            "DR" | "DRS" | "MR" | "MRS" | "ANESTH" | "ANAESTH"
        );
    weak && !surname && !dotted && weight(next) < if page.caps || word == "MS" { 2 } else { 1 }
        || title.shape == Shape::Lower && next.shape == Shape::Lower && weight(next) < 2
        // `123 Oak Dr Springfield`
        || word == "Dr" && page.gap(at, at + 1) == " " && follows_street(page, at)
}

fn follows_street(page: &Page<'_>, at: usize) -> bool {
    (1..=3).any(|n| at.checked_sub(n).is_some_and(|i| page.tokens[i].shape == Shape::Number))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use EntityType::{Doctor, Person, Staff};

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        testing::check(&NameBesideTitle, text, expect);
    }

    #[test]
    fn positive() {
        check("Surgeon ROE   Anesth. KING\n", &[("KING", Doctor)]);
        check("Anesth. by mask", &[]);
        check("seen by Dr. Roe today", &[("Roe", Doctor)]);
        check("Dr. J. K. Foley inserted it", &[("J. K. Foley", Doctor)]);
        check("Mr. John Smith's leg", &[("John Smith", Person)]);
        check("Drs. Smith and Jones", &[("Smith", Doctor), ("Jones", Doctor)]);
        check("DR. SMITH WAS CALLED", &[("SMITH", Doctor)]);
        check("Mrs. Young has pain", &[("Young", Person)]);
        check("Dr. van der Berg", &[("van der Berg", Doctor)]);
        check("Nurse Okafor gave", &[("Okafor", Staff)]);
        check("dr. smith", &[("smith", Doctor)]);
        check("seen by Dr. French today", &[("French", Doctor)]);
        check("seen on October 21, 2018 by Dr.\nFrench. Pain", &[("French", Doctor)]);
        check("CALLED TO DR. FRENCH BY DR. SHORT.", &[("FRENCH", Doctor), ("SHORT", Doctor)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("MS PROGRESSIVE FORM", &[]);
        check("nurse was called", &[]);
        check("Dr. was late", &[]);
        check("doctor visits", &[]);
        check("DR. WILL CALL", &[]);
        check("a French drain", &[]);
        check("77 Oak Dr Springfield", &[]);
    }
}
