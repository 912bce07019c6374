//! What the trainer reads: the features of texts beside what is known of their tags.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use super::features::{self, Features};
use super::labels::{self, LABELS};
use crate::page::{self, Page};
use crate::resolve::resolve;
use crate::{fields, recognizers};

/// A place in a text whose tags are known, at least in part.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// The types it may be of.
    pub types: Vec<EntityType>,
    /// Nothing is known of the tags in here.
    pub unknown: bool,
}

/// What is known of a token's tag: it is one of `position` with one of `labels`, or one of
/// `elsewhere` in any position, or outside where `outside`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Allowed {
    position: u8,
    outside: bool,
    labels: u32,
    elsewhere: u32,
}

/// Bytes of a token in what [`encode`] writes.
pub const RECORD: usize =
    2 + 2 * features::GRAMS_OF_TOKEN + features::CHARS_OF_TOKEN + 2 * features::FACTS_OF_TOKEN + 12;

/// The features and allowed tags of a text's tokens, [`RECORD`] bytes each, little-endian: word,
/// sub-words, characters, facts, positions, outside, two bytes of nothing, labels, labels in any position.
///
/// `marks` are in order and without overlap; `unmarked` are types that the text may hold unmarked.
/// The second result is the bytes of each token.
pub fn encode(text: &str, marks: &[Mark], unmarked: &[EntityType]) -> (Vec<u8>, Vec<Range<usize>>) {
    let mut records = Vec::new();
    let mut places = Vec::new();
    let unmarked = mask(unmarked);
    let caps = page::is_caps(text);
    for range in page::split(text) {
        let page = Page::new(&text[range.clone()], caps);
        let rules = rules(&page);
        let rows = features::features(&page, &rules);
        let spans: Vec<Range<usize>> = page
            .tokens
            .iter()
            .map(|t| range.start + t.start as usize..range.start + t.end as usize)
            .collect();
        let allowed = allowed(&spans, marks, unmarked);
        for (row, allowed) in rows.iter().zip(&allowed) {
            record(row, *allowed, &mut records);
        }
        places.extend(spans);
    }
    (records, places)
}

/// What fields and recognizers find on a page.
pub(crate) fn rules(page: &Page<'_>) -> Vec<Finding> {
    let mut rules = Vec::new();
    fields::detect(page, &mut rules);
    recognizers::recognize(page, &mut rules);
    resolve(rules)
}

/// The numbers a trainer has to know: names and values.
pub fn sizes() -> Vec<(&'static str, Vec<usize>)> {
    let range = |r: Range<usize>| vec![r.start, r.end];
    vec![
        ("words", vec![features::WORDS]),
        ("grams", vec![features::GRAMS]),
        ("grams_of_token", vec![features::GRAMS_OF_TOKEN]),
        ("chars", vec![features::CHARS]),
        ("chars_of_token", vec![features::CHARS_OF_TOKEN]),
        ("facts", vec![features::FACTS]),
        ("facts_of_token", vec![features::FACTS_OF_TOKEN]),
        ("rule_rows", range(features::RULE_ROWS)),
        ("field_rows", range(features::FIELD_ROWS)),
        ("list_rows", range(features::LIST_ROWS)),
        ("labels", vec![LABELS.len()]),
        ("tags", vec![labels::TAGS]),
    ]
}

/// The label names, in order.
pub fn label_names() -> Vec<&'static str> {
    LABELS.iter().map(|types| types[0].as_str()).collect()
}

fn mask(types: &[EntityType]) -> u32 {
    types.iter().fold(0, |mask, entity| mask | 1 << labels::label_of(*entity))
}

fn allowed(tokens: &[Range<usize>], marks: &[Mark], unmarked: u32) -> Vec<Allowed> {
    let elsewhere = Allowed { outside: true, elsewhere: unmarked, ..Allowed::default() };
    let mut out = vec![elsewhere; tokens.len()];
    let mut taken = 0;
    for mark in marks {
        // A token of two marks is the first one's.
        let first = tokens.partition_point(|t| t.end <= mark.span.start).max(taken);
        let last = tokens.partition_point(|t| t.start < mark.span.end);
        taken = taken.max(last);
        for (at, allowed) in out.iter_mut().enumerate().take(last).skip(first) {
            *allowed = if mark.unknown {
                Allowed { outside: true, elsewhere: u32::MAX, ..Allowed::default() }
            } else {
                let position = match (at == first, at + 1 == last) {
                    (true, true) => 8,
                    (true, false) => 1,
                    (false, false) => 2,
                    (false, true) => 4,
                };
                Allowed { position, labels: mask(&mark.types), ..Allowed::default() }
            };
        }
    }
    out
}

fn record(row: &Features, allowed: Allowed, out: &mut Vec<u8>) {
    out.extend(row.word.to_le_bytes());
    row.grams.iter().for_each(|g| out.extend(g.to_le_bytes()));
    out.extend(row.chars);
    row.facts.iter().for_each(|f| out.extend(f.to_le_bytes()));
    out.extend([allowed.position, u8::from(allowed.outside), 0, 0]);
    out.extend(allowed.labels.to_le_bytes());
    out.extend(allowed.elsewhere.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_marks() {
        let mark =
            |span, types: &[EntityType], unknown| Mark { span, types: types.to_vec(), unknown };
        let text = "seen Mary Ann Roe and Boston x";
        let marks = [
            mark(5..17, &[EntityType::Patient], false),
            mark(22..28, &[EntityType::City, EntityType::State], false),
            mark(29..30, &[], true),
        ];
        let (records, places) = encode(text, &marks, &[EntityType::Date]);
        assert_eq!(places.len(), 7);
        assert_eq!(records.len(), 7 * RECORD);
        let tail = |at: usize| &records[at * RECORD + RECORD - 12..(at + 1) * RECORD];
        let labels = |at: usize| u32::from_le_bytes(tail(at)[4..8].try_into().unwrap());
        let elsewhere = |at: usize| u32::from_le_bytes(tail(at)[8..].try_into().unwrap());
        let label = |e| 1u32 << labels::label_of(e);
        assert_eq!((tail(0)[0], tail(0)[1], elsewhere(0)), (0, 1, label(EntityType::Date)));
        assert_eq!((tail(1)[0], tail(2)[0], tail(3)[0]), (1, 2, 4));
        assert_eq!((labels(1), tail(1)[1]), (label(EntityType::Patient), 0));
        assert_eq!(labels(5), label(EntityType::City) | label(EntityType::State));
        assert_eq!((tail(5)[0], tail(6)[1], elsewhere(6)), (8, 1, u32::MAX));
    }
}
