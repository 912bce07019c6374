//! Names by the lists alone: a forename with a surname, `Last, First`, and forenames that are
//! nothing else. Frequencies weigh; eponyms and everyday words speak against.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::Recognizer;
use crate::lexicon::{Lexicon, role};
use crate::names::{self, Place, is_initial, weight};
use crate::page::{Page, Shape, Token, found};

/// See the file's first lines.
pub(crate) struct ListedName;

impl Recognizer for ListedName {
    fn name(&self) -> &'static str {
        "listed-name"
    }

    fn trigger(&self) -> Option<&'static str> {
        None
    }

    fn recognize(&self, page: &Page<'_>, range: Range<usize>, out: &mut Vec<Finding>) {
        let mut past = 0;
        for at in 0..page.tokens.len() {
            let token = &page.tokens[at];
            if at < past
                || !token.is_capital()
                || token.word.given() == 0 && token.word.surname == 0
            {
                continue;
            }
            if let Some((run, score)) = name_at(page, at, range.end) {
                past = run.end;
                out.push(found(names::bytes(page, &run), EntityType::Person, score, self.name()));
            }
        }
    }
}

fn name_at(page: &Page<'_>, at: usize, limit: usize) -> Option<(Range<usize>, f32)> {
    let token = &page.tokens[at];
    if token.word.surname > 0
        && let Some(run) = inverted(page, at, limit)
    {
        return Some((run, 0.7));
    }
    if token.word.given() == 0
        || token.is(role::MONTH | role::WEEKDAY | role::NOT_NAME)
        || is_initial(token)
    {
        return None;
    }
    let run = names::run(page, at, limit, Place::Likely)?;
    let words = &page.tokens[run.clone()];
    let last = words.iter().rev().find(|t| !is_initial(t) && !t.is(role::SUFFIX))?;
    let head = page.tokens.get(run.end).is_some_and(|t| {
        t.is(role::EPONYM_HEAD) && matches!(page.gap(run.end - 1, run.end), " " | "'s ")
    });
    if head || last.is(role::EPONYM_HEAD) && run.len() > 1 {
        return None;
    }
    if run.len() == 1 {
        return alone(page, at).then_some((run, 0.5));
    }
    let first = token.word.is_plain_name();
    let surname = last.word.surname > 0;
    let plain = weight(last) == 2;
    let enough = match page.caps || words.iter().all(|t| t.shape == Shape::Upper) {
        true => first && token.word.given() >= 5 && surname && plain,
        false => {
            (first && (surname || weight(last) >= 1))
                || (token.word.given() > 20 && surname && !page.begins_sentence(at))
        }
    };
    enough.then_some((run, if first && plain { 0.75 } else { 0.6 }))
}

/// `Smith, John A.`, both listed.
fn inverted(page: &Page<'_>, at: usize, limit: usize) -> Option<Range<usize>> {
    let family = &page.tokens[at];
    let given = page.tokens.get(at + 1)?;
    let fits = page.gap(at, at + 1) == ", "
        && given.is_capital()
        && given.word.given() > 0
        && !given.is(role::NOT_NAME | role::MONTH | role::WEEKDAY | role::STATE_CODE)
        && given.word.is_plain_name()
        && (family.word.is_plain_name()
            || !page.caps && !page.begins_sentence(at) && given.word.given() > 20);
    // `John, Mary and Tom` is a list, `Boston, Massachusetts` a place.
    let listing = family.word.given() > family.word.surname;
    let state = Lexicon::get().state(&[given.hash]).is_some();
    if !fits || listing || state {
        return None;
    }
    let rest = names::run(page, at + 1, limit, Place::Likely)?;
    (rest.len() <= 2).then_some(at..rest.end)
}

/// A forename that is nothing else, written as a name in mixed case.
fn alone(page: &Page<'_>, at: usize) -> bool {
    let token: &Token = &page.tokens[at];
    let place = Lexicon::get().state(&[token.hash]).is_some()
        || Lexicon::get().city(&[token.hash]).is_some();
    !page.caps
        && token.shape == Shape::Title
        && token.word.is_plain_name()
        && token.word.given() >= 30
        && token.len() > 2
        && !token.is(role::EPONYM)
        && !place
        && !is_heading(page, token)
}

/// A word alone before a colon is a heading.
fn is_heading(page: &Page<'_>, token: &Token) -> bool {
    page.text[token.end as usize..].trim_start().starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::Person)).collect();
        testing::check(&ListedName, text, &expect);
    }

    #[test]
    fn positive() {
        check("then Jane Roe came", &["Jane Roe"]);
        check("Smith, John A. was seen", &["Smith, John A."]);
        check("JOHN SMITH WAS SEEN", &["JOHN SMITH"]);
        check("we met Patricia again", &["Patricia"]);
        check("Robert Okonkwo-Smith left", &["Robert Okonkwo-Smith"]);
        check("Michael O'Brien's leg", &["Michael O'Brien"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("Foley catheter", &[]);
        check("Grace period", &[]);
        check("Mark the site", &[]);
        check("PATIENT WILL RETURN", &[]);
        check("Will follow", &[]);
        check("Parkinson disease", &[]);
        check("in May, August and June", &[]);
        check("Glasgow Coma Scale", &[]);
        check("MRI ABDOMEN WITH CONTRAST", &[]);
        check("Virginia", &[]);
    }
}
