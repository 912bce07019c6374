//! When a text holds a value: in any case and with any separators, outside of what was written in
//! place of identifiers.

use std::ops::Range;

/// Stands for a part that the release wrote; no token and no number runs across it.
pub(super) const MASK: char = '\u{e000}';

/// Shortest number that is looked for without its separators.
const NUMBER_LEAST: usize = 6;

/// Runs of letters and digits, in lower case; a masked part is a token of its own.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for run in text.split_inclusive(MASK) {
        let words = run.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        tokens.extend(words.map(str::to_lowercase));
        if run.ends_with(MASK) {
            tokens.push(MASK.to_string());
        }
    }
    tokens
}

/// Letters and digits alone, in lower case.
pub(super) fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric() || *c == MASK)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a value is long and has a digit, so that it is searched without separators.
pub(super) fn is_number(value: &str) -> bool {
    value.chars().any(|c| c.is_ascii_digit()) && squeezed(value).chars().count() >= NUMBER_LEAST
}

/// Whether a text holds a value.
pub(super) fn holds(text: &str, value: &str) -> bool {
    let value_tokens = tokens(value);
    if value_tokens.is_empty() {
        return false;
    }
    let text_tokens = tokens(text);
    text_tokens.windows(value_tokens.len()).any(|w| w == value_tokens)
        || (is_number(value) && squeezed(text).contains(&squeezed(value)))
}

/// How often a value stands in a text as written, between characters that continue no word.
pub(super) fn occurrences(text: &str, value: &str) -> usize {
    let continues = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(value)
        .filter(|(at, found)| {
            !continues(text[..*at].chars().next_back())
                && !continues(text[at + found.len()..].chars().next())
        })
        .count()
}

/// A text with ranges masked; ranges that are no character boundaries are widened.
pub(super) fn masked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        let start = floor(text, range.start.max(at));
        out.push_str(&text[at.min(start)..start]);
        out.push(MASK);
        at = ceil(text, range.end).max(at);
    }
    out.push_str(&text[at..]);
    out
}

/// The last character boundary at or before a byte.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// The first character boundary at or after a byte.
pub(super) fn ceil(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one span is what is meant")]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_any_dress() {
        let check = |text: &str, value: &str, expect: bool| {
            assert_eq!(holds(text, value), expect, "{text} / {value}");
        };
        check("seen: SMITH,  john.", "Smith, John", true);
        check("123-45-6789", "123456789", true);
        check("id A12345678", "12345678", true);
        check("Smithson John", "Smith", false);
        check("room 12", "1", false);
        check("x", "--", false);
        let hidden = masked("call 123-45-6789 now", &[5..9]);
        check(&hidden, "123-45-6789", false);
        check(&hidden, "now", true);
    }

    #[test]
    fn occurrences_are_whole_words() {
        assert_eq!(occurrences("May may Mayo May", "May"), 2);
        assert_eq!(masked("äöü", &[1..3]), format!("{MASK}ü"));
    }
}
