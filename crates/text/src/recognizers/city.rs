//! Cities: in front of a state's name or code, or well known and written as a name. Counties.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::Recognizer;
use crate::lexicon::{Lexicon, role};
use crate::names::weight;
use crate::page::{Page, Shape, found};

/// See the file's first lines.
pub(crate) struct City;

impl Recognizer for City {
    fn name(&self) -> &'static str {
        "city"
    }

    fn trigger(&self) -> Option<&'static str> {
        None
    }

    fn recognize(&self, page: &Page<'_>, _: Range<usize>, out: &mut Vec<Finding>) {
        let lexicon = Lexicon::get();
        let mut past = 0;
        for at in 0..page.tokens.len() {
            let token = &page.tokens[at];
            if at < past || !token.is_capital() {
                continue;
            }
            if let Some(first) = before_state(page, at) {
                let span = page.tokens[first].start as usize..page.tokens[at - 1].end as usize;
                out.push(found(span, EntityType::City, 0.8, self.name()));
                continue;
            }
            if page.word(token).eq_ignore_ascii_case("county") && at > 0 {
                let name = &page.tokens[at - 1];
                if matches!(page.gap(at - 1, at), " " | "\n" | "\r\n")
                    && name.is_capital()
                    && weight(name) >= 1
                    && name.len() > 2
                {
                    let span = name.start as usize..token.end as usize;
                    out.push(found(span, EntityType::County, 0.7, self.name()));
                }
                continue;
            }
            let hashes: Vec<u64> = page.tokens[at..].iter().take(3).map(|t| t.hash).collect();
            let Some(words) = lexicon.city(&hashes) else { continue };
            let last = at + words - 1;
            let capital = page.tokens[at..=last].iter().all(|t| t.is_capital());
            let joined = (at..last).all(|i| matches!(page.gap(i, i + 1), " " | ". " | "-"));
            if capital && joined && !is_other(page, at, last) {
                past = last + 1;
                let span = token.start as usize..page.tokens[last].end as usize;
                out.push(found(span, EntityType::City, 0.6, self.name()));
            }
        }
    }
}

/// The first token of a city's name when a state begins at `at`: `Oak Park, IL`.
fn before_state(page: &Page<'_>, at: usize) -> Option<usize> {
    let token = &page.tokens[at];
    let lexicon = Lexicon::get();
    let hashes: Vec<u64> = page.tokens[at..].iter().take(3).map(|t| t.hash).collect();
    let words = lexicon.state(&hashes)?;
    let code = words == 1 && token.len() == 2;
    if code && token.shape != Shape::Upper || at == 0 {
        return None;
    }
    if page.word(&page.tokens[at - 1]).eq_ignore_ascii_case("county") {
        return None;
    }
    let gap = page.gap(at - 1, at);
    let comma = matches!(gap, ", " | ",");
    // `MD` and `PA` are credentials too: a postal code must follow.
    let next = page.tokens.get(at + words);
    let zip = next.is_some_and(|n| n.shape == Shape::Number && n.len() == 5)
        && page.gap(at + words - 1, at + words).trim_matches([' ', ',']).is_empty();
    let credential = code && token.is(role::CREDENTIAL);
    if !(zip && matches!(gap, ", " | "," | " " | "  ") || comma && !credential) {
        return None;
    }
    let mut first = at;
    while first > 0 && at - first < 3 {
        let part = &page.tokens[first - 1];
        let fits = part.is_capital() && part.is_word() && !part.is(role::NOT_NAME | role::TITLE);
        let joined = first == at || matches!(page.gap(first - 1, first), " " | ". " | "-");
        if !fits || !joined {
            break;
        }
        first -= 1;
    }
    // A street's kind ends the line before: `Oak St Springfield, IL`.
    let street = (first..at).rev().find(|i| {
        let word = page.word(&page.tokens[*i]).to_ascii_lowercase();
        // `St Paul` begins with it, `Oak St Springfield` has it behind a name.
        (word == "st" && *i > first)
            || ["street", "ave", "avenue", "road", "rd", "lane", "drive", "dr", "blvd", "way"]
                .contains(&word.as_str())
            || ["court", "ct"].contains(&word.as_str())
    });
    let first = street.map_or(first, |s| s + 1);
    (first < at && page.tokens[first..at].iter().any(|t| t.len() > 2)).then_some(first)
}

/// A city's name that is part of something else: an institution, a classification, a person.
fn is_other(page: &Page<'_>, at: usize, last: usize) -> bool {
    let next = page.tokens.get(last + 1);
    let head = next.is_some_and(|n| n.is(role::EPONYM_HEAD) && page.gap(last, last + 1) == " ");
    let single = at == last;
    let named = single
        && next
            .is_some_and(|n| n.is_capital() && weight(n) == 2 && page.gap(last, last + 1) == " ")
        && page.tokens[at].word.given() > 0;
    let titled = at > 0 && page.tokens[at - 1].is(role::TITLE);
    let behind_name =
        single && at > 0 && page.tokens[at - 1].word.given() > 20 && page.gap(at - 1, at) == " ";
    head || named || titled || behind_name
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use EntityType::{City as Town, County};

    fn check(text: &str, expect: &[(&str, EntityType)]) {
        testing::check(&City, text, expect);
    }

    #[test]
    fn positive() {
        check("lives in Oak Park, IL 60302", &[("Oak Park", Town)]);
        check("from Mound, Minnesota", &[("Mound", Town)]);
        check("moved to Salt Lake City", &[("Salt Lake City", Town)]);
        check("a resident of Norfolk County", &[("Norfolk", Town), ("Norfolk County", County)]);
        check("lives in Lyon\nCounty, KS", &[("Lyon\nCounty", County)]);
        check("12 Oak St Springfield IL 62704", &[("Springfield", Town), ("Springfield", Town)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("Jane Roe, MD", &[]);
        check("Boston scale", &[]);
        check("in pain, or not", &[]);
        check("Madison Smith", &[]);
        check("a mission", &[]);
    }
}
