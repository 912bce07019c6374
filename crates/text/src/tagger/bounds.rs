//! Where a span of tokens begins and ends as text: signs that belong to it, and places where no
//! entity goes on.

use std::ops::Range;

use anonymed_core::EntityType;

use crate::lexicon::role;
use crate::page::{Page, Shape};

/// Parts a span at signs that end an entity: an empty line, a bar, a tab; within a name also the end
/// of a sentence, an arrow, a bracket.
pub(super) fn pieces(
    page: &Page<'_>,
    tokens: Range<usize>,
    entity: EntityType,
) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = tokens.start;
    for at in start + 1..tokens.end {
        if ends(page, at, entity) {
            out.push(start..at);
            start = at;
        }
    }
    out.push(start..tokens.end);
    if entity.is_person() {
        out.iter_mut().for_each(|piece| untitled(page, piece));
        out.retain(|piece| {
            let first = &page.tokens[piece.start];
            piece.len() > 1 || !first.is(role::TITLE) || crate::names::weight(first) == 2
        });
    }
    out
}

/// `Dr.` is no part of a name.
fn untitled(page: &Page<'_>, piece: &mut Range<usize>) {
    while piece.start + 1 < piece.end
        && page.tokens[piece.start].is(role::TITLE)
        && matches!(page.gap(piece.start, piece.start + 1), " " | ". " | ".")
    {
        piece.start += 1;
    }
}

/// Whether nothing goes on from the token before to this one.
fn ends(page: &Page<'_>, at: usize, entity: EntityType) -> bool {
    let gap = page.gap(at - 1, at);
    if gap == " " || gap == "-" {
        return false;
    }
    if gap.contains(['|', '\t']) || gap.bytes().filter(|b| *b == b'\n').count() > 1 {
        return true;
    }
    let word = !matches!(entity, EntityType::Date | EntityType::Time | EntityType::Phone)
        && !entity.is_number();
    if !word {
        return false;
    }
    let before = &page.tokens[at - 1];
    let short = before.len() <= 3 || before.is(role::TITLE | role::SUFFIX | role::STATE_CODE);
    let named =
        entity.is_person() || matches!(entity, EntityType::Hospital | EntityType::Organization);
    let sentence = named && gap.starts_with('.') && gap.len() > 1 && !short;
    let sign = |c: char| matches!(c, ';' | '>' | '<' | '=' | '•' | '*' | '[' | ']' | '{' | '}');
    let bracket = entity.is_person() && gap.contains([':', '(', ')', '"', '“', '”']);
    sentence || gap.contains(sign) || bracket
}

/// The bytes of a span of tokens: with an initial's point, the bracket that opens before a number
/// and closes within it, a plus before a phone number; an age without what is glued to it.
pub(super) fn bytes(page: &Page<'_>, tokens: &Range<usize>, entity: EntityType) -> Range<usize> {
    let last = &page.tokens[tokens.end - 1];
    let mut span = page.tokens[tokens.start].start as usize..last.end as usize;
    let point = page.text[span.end..].starts_with('.');
    match entity {
        _ if entity.is_person() => {
            let initial = last.len() == 1 && last.shape == Shape::Upper || last.is(role::SUFFIX);
            span.end += usize::from(initial && point && tokens.len() > 1);
        }
        EntityType::Time => {
            // `5 p.m.`
            let half = page.word(last).eq_ignore_ascii_case("m");
            let dotted = tokens.len() > 1 && page.gap(tokens.end - 2, tokens.end - 1) == ".";
            span.end += usize::from(half && dotted && point);
        }
        EntityType::Age if tokens.len() == 1 && last.shape == Shape::Code => {
            let text = &page.text[span.clone()];
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                span.end = span.start + digits;
            }
        }
        EntityType::Phone => {
            let text = &page.text[span.clone()];
            let before = &page.text[..span.start];
            let opens = before.ends_with('(') && text.contains(')') && !text.contains('(');
            span.start -= usize::from(opens || before.ends_with('+'));
        }
        _ => {}
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_end_where_no_entity_goes_on() {
        let check = |text: &str, entity, expect: &[&str]| {
            let page = Page::new(text, false);
            let read: Vec<_> = pieces(&page, 0..page.tokens.len(), entity)
                .iter()
                .map(|tokens| &text[bytes(&page, tokens, entity)])
                .collect();
            assert_eq!(read, expect, "{text:?}");
        };
        check("John Smith", EntityType::Patient, &["John Smith"]);
        check("Mr. Smith", EntityType::Patient, &["Smith"]);
        check("Mr", EntityType::Patient, &[]);
        check("Smith, John A.", EntityType::Patient, &["Smith, John A."]);
        check("Blake. Mary Roe", EntityType::Doctor, &["Blake", "Mary Roe"]);
        check("J. Roe -> Ann Poe", EntityType::Doctor, &["J. Roe", "Ann Poe"]);
        check("Roe\n\nPoe", EntityType::Hospital, &["Roe", "Poe"]);
        check("St. Mary Clinic", EntityType::Hospital, &["St. Mary Clinic"]);
        check("5 p.m.", EntityType::Time, &["5 p.m."]);
        check("(415) 555-0134", EntityType::Phone, &["(415) 555-0134"]);
        check("+44 20 7946", EntityType::Phone, &["+44 20 7946"]);
        check("45yo", EntityType::Age, &["45"]);
    }
}
