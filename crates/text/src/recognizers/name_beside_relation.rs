//! Names beside a relative: `wife Mary`, `mother, Jane Roe`, `his son's name is Tom`.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::Recognizer;
use crate::lexicon::role;
use crate::names::{self, Place, is_initial, weight};
use crate::page::{Page, Shape, found};

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
            if let Some(first) = name_in_front(page, at) {
                let span = names::bytes(page, &(first..at));
                out.push(found(span, EntityType::Relative, 0.8, self.name()));
            }
            let Some(first) = name_place(page, at) else { continue };
            let token = &page.tokens[first];
            let least = if page.caps || page.gap(first - 1, first).contains(',') { 2 } else { 1 };
            let follows = !page.caps
                && token.word.given() > 5
                && page.tokens.get(first + 1).is_some()
                && names::follows_forename(page, first + 1);
            let listed = token.word.given() > 0 || token.word.surname > 0;
            if !token.is_capital()
                || weight(token) < least && !follows
                || !listed
                    && !page.gap(first - 1, first).contains('(')
                    && least < 2
                    && page.tokens[at].is_capital()
            {
                continue;
            }
            // `daughter Autumn`: a forename with a capital, whatever else the word means.
            let forename = token.word.given() > 0
                && token.shape == Shape::Title
                && !page.begins_sentence(first)
                && match page.gap(first - 1, first) {
                    " " | " (" => true,
                    // `son, Hunter Payton`: two words that make a name.
                    _ => follows,
                };
            let place = if forename { Place::Certain } else { Place::Likely };
            if let Some(run) = names::run(page, first, range.end, place) {
                // `Sister Mary Joseph nodule`
                let headed = page.tokens.get(run.end).is_some_and(|t| {
                    t.is(role::EPONYM_HEAD) && page.gap(run.end - 1, run.end) == " "
                });
                if headed {
                    continue;
                }
                let span = names::bytes(page, &run);
                out.push(found(span, EntityType::Relative, 0.8, self.name()));
            }
        }
    }
}

/// The first token of a name with the relation in brackets behind it: `Chase (neighbor)`.
fn name_in_front(page: &Page<'_>, at: usize) -> Option<usize> {
    let closed = page.text[page.tokens[at].end as usize..].starts_with([')', ',', ';']);
    if at == 0 || page.caps || !closed || page.gap(at - 1, at) != " (" {
        return None;
    }
    let mut first = at;
    while first > 0 && at - first < 3 {
        let token = &page.tokens[first - 1];
        let listed = token.word.given() > 0 || token.word.surname > 0 || is_initial(token);
        let joined = first == at || matches!(page.gap(first - 1, first), " " | "-" | ". ");
        let fits = token.shape == Shape::Title || is_initial(token);
        let none = token.is(role::NOT_NAME | role::TITLE | role::WEEKDAY | role::EPONYM_HEAD);
        if !joined || !listed || !fits || none {
            break;
        }
        first -= 1;
    }
    // A surname alone is often a disease: `Hodgkin (father)`.
    (first < at && page.tokens[first].word.given() > 5).then_some(first)
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
        check("history: son, Hunter Payton, alive", &["Hunter Payton"]);
        check("her daughter Autumn helps", &["Autumn"]);
        check("called Chase (neighbor) at", &["Chase"]);
        check("on file: Hunter Payton (son).", &["Hunter Payton"]);
        check("their neighbor Chase came", &["Chase"]);
        check("HER HUSBAND ROBERT SMITH STATES", &["ROBERT SMITH"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("mother died of cancer", &[]);
        check("daughter has autumn allergies", &[]);
        check("Diabetes (mother), Stroke (father)", &[]);
        check("Family History (mother)", &[]);
        check("no Sister Mary Joseph nodule", &[]);
        check("his wife is a nurse", &[]);
        check("Mother: Diabetes", &[]);
        check("father, hypertension", &[]);
        check("SON AND DAUGHTER LIVE", &[]);
    }
}
