//! Hospitals and clinics by the word that ends their name: `Mercy General Hospital`, `St. Luke's
//! Medical Center`, `University of X Health`.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::lexicon::role;
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct Hospital;

static KIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:(?:regional |memorial |community |general |children'?s |veterans |county |university |district )?(?:hospitals?|medical cent(?:er|re)|med ctr|health cent(?:er|re)|health system|healthcare|health care system|clinics?|hospice|infirmary|sanatorium|nursing home|rehabilitation cent(?:er|re)|rehab cent(?:er|re)|cancer cent(?:er|re)|surgery cent(?:er|re)|surgical cent(?:er|re)|skilled nursing facility|medical group|family practice|physicians group))(?-u:\b)",
    )
});

static UNIVERSITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:University|UNIVERSITY|College|COLLEGE) (?:of|OF) [A-Z][A-Za-z]{2,20}(?: [A-Z][a-z]{2,20}){0,2}",
    )
});

impl Recognizer for Hospital {
    fn name(&self) -> &'static str {
        "hospital"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)hospital|medical cent|med ctr|health cent|health system|healthcare|health care sys|clinic|hospice|infirmary|sanatorium|nursing (?:home|fac)|rehab|cancer cent|surg(?:ery|ical) cent|medical group|family practice|physicians group|university of|college of",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let text = &page.text[line.clone()];
        for hit in KIND.find_iter(text) {
            let kind = line.start + hit.start()..line.start + hit.end();
            if !page.text[kind.clone()].starts_with(char::is_uppercase) {
                continue;
            }
            if let Some(start) = name_before(page, &kind, line.start) {
                out.push(found(start..kind.end, EntityType::Hospital, 0.75, self.name()));
            }
        }
        for hit in UNIVERSITY.find_iter(text) {
            let span = line.start + hit.start()..line.start + hit.end();
            out.push(found(span, EntityType::Hospital, 0.6, self.name()));
        }
    }
}

/// The first byte of the name in front of the word for a hospital, where there is a name.
fn name_before(page: &Page<'_>, kind: &Range<usize>, floor: usize) -> Option<usize> {
    let last = page.token_from(kind.start);
    let mut first = last;
    let mut named = false;
    while first > 0 && last - first < 5 {
        let token = &page.tokens[first - 1];
        let gap = page.gap(first - 1, first);
        let of =
            matches!(page.word(token), "of" | "OF" | "the" | "and" | "&" | "for") && first < last;
        let possessive = page.word(token).eq_ignore_ascii_case("s") && gap == " ";
        let joined = matches!(gap, " " | "-" | ". " | "'" | "’" | " & ");
        if (token.start as usize) < floor
            || !joined
            || !(token.is_capital() && token.is_word() || of || possessive)
        {
            break;
        }
        if is_plain(page.word(token)) || token.is(role::TITLE | role::CREDENTIAL) && token.len() > 2
        {
            break;
        }
        named |= !of && !possessive && token.len() > 1 && !is_direction(page.word(token));
        first -= 1;
    }
    while first < last && !page.tokens[first].is_capital() {
        first += 1;
    }
    (named && first < last).then(|| page.tokens[first].start as usize)
}

/// Words that say what a hospital does, not which it is.
fn is_plain(word: &str) -> bool {
    const PLAIN: &[&str] = &[
        "the",
        "this",
        "our",
        "brief",
        "course",
        "outpatient",
        "inpatient",
        "in",
        "at",
        "to",
        "from",
        "other",
        "admitting",
        "referring",
        "local",
        "outside",
        "discharge",
        "psychiatric",
        "surgery",
        "pain",
        "wound",
        "dental",
        "eye",
        "walk-in",
        "urgent",
        "care",
        "specialty",
        "primary",
        "acute",
        "cardiology",
        "orthopedic",
        "orthopaedic",
        "oncology",
        "neurology",
        "urology",
        "diabetes",
        "heart",
        "vascular",
        "fertility",
        "sleep",
        "foot",
        "coumadin",
        "anticoagulation",
        "prenatal",
        "follow",
        "up",
        "medicine",
        "ent",
        "gi",
        "ob",
        "gyn",
        "during",
        "his",
        "her",
        "their",
        "a",
        "an",
        "any",
        "no",
        "and",
        "of",
        "for",
        "discharged",
        "transferred",
        "admitted",
        "home",
        "patient",
        "hospital",
        "clinic",
        "per",
        "date",
        "prior",
        "post",
        "pre",
        "seen",
        "name",
    ];
    PLAIN.contains(&word.to_ascii_lowercase().as_str())
        && !matches!(word, "of" | "OF" | "and" | "the" | "for")
}

fn is_direction(word: &str) -> bool {
    ["general", "regional", "community", "memorial", "county", "university", "city", "state"]
        .contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::Hospital)).collect();
        testing::check(&Hospital, text, &expect);
    }

    #[test]
    fn positive() {
        check("seen at Mercy General Hospital today", &["Mercy General Hospital"]);
        check("St. Luke's Medical Center", &["St. Luke's Medical Center"]);
        check("LAKESIDE COMMUNITY HOSPITAL", &["LAKESIDE COMMUNITY HOSPITAL"]);
        check("the Oakdale Clinic called", &["Oakdale Clinic"]);
        check("University of Iowa", &["University of Iowa"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("BRIEF HOSPITAL COURSE", &[]);
        check("to the hospital", &[]);
        check("Pain Clinic", &[]);
        check("Clinical history", &[]);
        check("Discharged from Hospital", &[]);
    }
}
