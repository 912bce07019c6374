//! Names beside words that people stand beside: `dictated by`, `discussed with`, `Dear`, `cc`.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern};
use crate::lexicon::role;
use crate::names::{self, Place};
use crate::page::{Page, Shape, found};

/// See the file's first lines.
pub(crate) struct NameBesideVerb;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:(?:dictated|signed|seen|examined|evaluated|performed|reviewed|referred|followed|assisted|read|interpreted|supervised|ordered|requested|prepared|transcribed|approved|verified|attested|accompanied|brought in|cosigned|staffed|called|paged|notified|treated|managed|cared for|completed|entered|recorded|typed|written|given|placed|inserted|removed|reported|witnessed|taken|done|administered)[ ]+(?:by|to)|discussed with|d/w|spoke (?:with|to)|talked (?:with|to)|d/c'd by|reviewed with|met with|consulted(?: with)?|under the care of|care of|c/o|dear|attn|cc|copy to|sincerely|regards|patient|pt|notified|informed|paged|contacted|signature|surgeon|anesth\.?|asst\.?|assistant|scrub|circ rn|req md|name|name is|known as|i,|per|w/)[ ]*[:,]?[ ]+",
    )
});

impl Recognizer for NameBesideVerb {
    fn name(&self) -> &'static str {
        "name-beside-verb"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)(?:by|with|to|of|w|c/o|dear|attn|cc|sincerely|regards|patient|pt|signature|surgeon|anesth|asst|assistant|scrub|rn|md|name|is|as|i,|per|consulted|ed|w/)[ ]*[:,]?[ ]+[a-z]",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let mut first = page.token_from(line.start + hit.end());
            while page.tokens.get(first).is_some_and(|t| t.is(role::TITLE)) {
                first += 1;
            }
            let Some(token) = page.tokens.get(first).filter(|t| t.is_capital()) else { continue };
            if token.start as usize > line.start + hit.end() + 8 || token.start as usize >= line.end
            {
                continue;
            }
            // `REQ MD BROWN`: the field of a form without a colon.
            let form = hit.as_str().to_ascii_lowercase().starts_with("req")
                && token.word.surname >= 8
                && !token.is(role::MONTH | role::WEEKDAY);
            if form && let Some(run) = names::run(page, first, line.end, Place::Certain) {
                let span = names::bytes(page, &run);
                out.push(found(span, EntityType::Doctor, 0.8, self.name()));
                continue;
            }
            if let Some(span) = surname_that_is_a_word(page, first, hit.as_str()) {
                out.push(found(span, EntityType::Doctor, 0.75, self.name()));
                continue;
            }
            if let Some(run) = names::run(page, first, line.end, Place::Likely) {
                let run = names::inverted(page, &run, line.end, Place::Likely).unwrap_or(run);
                let words = run.len();
                let listed = page.tokens[run.clone()]
                    .iter()
                    .any(|t| t.word.given() > 0 || t.word.surname > 3);
                let place = page.tokens[run.end - 1].is(role::EPONYM_HEAD)
                    || page.tokens.get(run.end).is_some_and(|t| {
                        t.is(role::EPONYM_HEAD) && page.gap(run.end - 1, run.end) == " "
                    });
                if listed && !place && (words > 1 || token.word.is_plain_name()) {
                    out.push(found(
                        names::bytes(page, &run),
                        entity(hit.as_str()),
                        0.75,
                        self.name(),
                    ));
                }
            }
        }
    }
}

/// `Seen by French on May 3`: a word that is a surname too, where a person must stand and the
/// sentence goes on in small letters.
fn surname_that_is_a_word(page: &Page<'_>, at: usize, context: &str) -> Option<Range<usize>> {
    let token = &page.tokens[at];
    let said = context.trim_end().to_ascii_lowercase();
    let next = page.tokens.get(at + 1);
    let alone = next.is_none_or(|n| {
        page.gap(at, at + 1) != " "
            || matches!(page.word(n), "on" | "at" | "in" | "and" | "for" | "who" | "today")
    });
    let fits = said.ends_with(" by")
        && !page.caps
        && token.shape == Shape::Title
        && names::is_surname_too(token)
        && !token.is(role::EPONYM_HEAD)
        && alone;
    fits.then_some(token.start as usize..token.end as usize)
}

fn entity(context: &str) -> EntityType {
    let context = context.trim_end().trim_end_matches([':', ',', ' ']).to_ascii_lowercase();
    match context.as_str() {
        "patient" | "pt" => EntityType::Patient,
        "brought in by" | "accompanied by" | "notified" | "informed" | "name is" | "known as"
        | "contacted" => EntityType::Person,
        _ => EntityType::Doctor,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use EntityType::{Doctor, Patient, Person};

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        testing::check(&NameBesideVerb, text, expect);
    }

    #[test]
    fn positive() {
        check("Dictated by: Jane Roe", &[("Jane Roe", Doctor)]);
        check("discussed with Okafor", &[]);
        check("discussed with Smith", &[("Smith", Doctor)]);
        check("LOC 212-A  REQ MD FRENCH", &[("FRENCH", Doctor)]);
        check("Dear Mary,", &[("Mary", Doctor)]);
        check("Recheck 8 July 2021 w/ M. Haas", &[("M. Haas", Doctor)]);
        check("Seen by French on September 30", &[("French", Doctor)]);
        check("the patient Jane Roe was", &[("Jane Roe", Patient)]);
        check("accompanied by Tom Smith", &[("Tom Smith", Person)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("Dear Colleague", &[]);
        check("REQ MD TO CALL", &[]);
        check("followed by Cardiology", &[]);
        check("PATIENT PRESENTS WITH PAIN", &[]);
        check("performed by Foley catheter", &[]);
        check("treated with Coumadin", &[]);
        check("MRI w/ Contrast", &[]);
        check("Seen by Wound care", &[]);
        check("followed by Short gut", &[]);
        check("evaluated by", &[]);
    }
}
