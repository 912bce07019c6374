//! Names beside a relative: `wife Mary`, `mother, Jane Roe`, `his son's name is Tom`.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::Recognizer;
use crate::lexicon::role;
use crate::names::{self, Place, weight};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct NameBesideRelation;

impl Recognizer for NameBesideRelation {
    fn name(&self) -> &'static str {
        "name-beside-relation"
    }

    fn trigger(&self) -> Option<&'static str> {
        None
    }

    fn recognize(&self, page: &Page<'_>, range: Range<usize>, out: &mut Vec<Finding>) {
        for at in 0..page.tokens.len() {
            if !page.tokens[at].is(role::RELATION) {
                continue;
            }
            let Some(first) = name_place(page, at) else { continue };
            let token = &page.tokens[first];
            let least = if page.caps || page.gap(first - 1, first).contains(',') { 2 } else { 1 };
            let listed = token.word.given() > 0 || token.word.surname > 0;
            if !token.is_capital()
                || weight(token) < least
                || !listed
                    && !page.gap(first - 1, first).contains('(')
                    && least < 2
                    && page.tokens[at].is_capital()
            {
                continue;
            }
            if let Some(run) = names::run(page, first, range.end, Place::Likely) {
                let span = names::bytes(page, &run);
                out.push(found(span, EntityType::Relative, 0.8, self.name()));
            }
        }
    }
}

/// Where the name would stand: right behind, behind a comma or bracket, behind `named`, `is`.
fn name_place(page: &Page<'_>, at: usize) -> Option<usize> {
    let mut next = at + 1;
    let mut words = 0;
    while let Some(token) = page.tokens.get(next) {
        let gap = page.gap(next - 1, next);
        if !matches!(gap, " " | ", " | " (" | ": " | "'" | "’" | " \"") {
            return None;
        }
        let word = page.word(token);
        let link = matches!(
            word.to_ascii_lowercase().as_str(),
            "s" | "name" | "named" | "is" | "called" | "whose" | "mr" | "mrs" | "ms"
        );
        if !link || words == 4 {
            return Some(next);
        }
        words += 1;
        next += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::Relative)).collect();
        testing::check(&NameBesideRelation, text, &expect);
    }

    #[test]
    fn positive() {
        check("his wife Mary drove", &["Mary"]);
        check("mother, Jane Roe, agrees", &["Jane Roe"]);
        check("daughter (Anna) called", &["Anna"]);
        check("the son's name is Tom", &["Tom"]);
        check("brother named Peter Okafor", &["Peter Okafor"]);
        check("HER HUSBAND ROBERT SMITH STATES", &["ROBERT SMITH"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("mother died of cancer", &[]);
        check("his wife is a nurse", &[]);
        check("Mother: Diabetes", &[]);
        check("father, hypertension", &[]);
        check("SON AND DAUGHTER LIVE", &[]);
    }
}
