//! A piece of a note as the detectors read it: words with their shape and what is known of them,
//! lines, and the fields between `KEY:` and the end of a value.
//!
//! A page is at most [`PAGE`] bytes, cut at line borders where there are any, so that a note of
//! any length is read in bounded memory. Positions are bytes of the page.

use std::ops::Range;

use anonymed_core::{EntityType, Finding, Score};

use crate::document::{self, Field, FieldKind};
use crate::lexicon::{Lexicon, Word, hash_word, role};

/// Bytes of a page.
pub(crate) const PAGE: usize = 128 * 1024;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `smith`
    Lower,
    /// `Smith`, `McDonald`, `O'Brien`
    Title,
    /// `SMITH`, and single capitals
    Upper,
    /// digits alone
    Number,
    /// letters and digits
    Code,
}

/// A word or number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) hash: u64,
    pub(crate) shape: Shape,
    pub(crate) word: Word,
}

impl Token {
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    pub(crate) fn is_capital(&self) -> bool {
        matches!(self.shape, Shape::Title | Shape::Upper)
    }

    pub(crate) fn is_word(&self) -> bool {
        !matches!(self.shape, Shape::Number | Shape::Code)
    }

    pub(crate) fn is(&self, role: u16) -> bool {
        self.word.is(role)
    }
}

/// A piece of text, taken apart.
pub(crate) struct Page<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: Vec<Range<usize>>,
    pub(crate) fields: Vec<Field>,
    /// The text is written in capitals, so that they say nothing.
    pub(crate) caps: bool,
}

impl<'t> Page<'t> {
    /// Takes a text of at most [`PAGE`] bytes apart.
    pub(crate) fn new(text: &'t str, caps: bool) -> Self {
        let tokens = tokens(text);
        let lines = lines(text);
        let mut page = Self { text, tokens, lines, fields: Vec::new(), caps };
        page.fields = document::fields(&page);
        page
    }

    /// The text of a token.
    pub(crate) fn word(&self, token: &Token) -> &'t str {
        &self.text[token.span()]
    }

    /// The text between two tokens.
    pub(crate) fn gap(&self, before: usize, after: usize) -> &'t str {
        match (self.tokens.get(before), self.tokens.get(after)) {
            (Some(a), Some(b)) => &self.text[a.end as usize..b.start as usize],
            _ => "",
        }
    }

    /// Index of the first token that starts at or after a byte.
    pub(crate) fn token_from(&self, byte: usize) -> usize {
        self.tokens.partition_point(|t| (t.start as usize) < byte)
    }

    /// Indices of the tokens inside a span.
    pub(crate) fn tokens_in(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.token_from(span.start);
        first..self.tokens.partition_point(|t| (t.end as usize) <= span.end).max(first)
    }

    /// Indices of the tokens that share bytes with a span.
    pub(crate) fn tokens_over(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.tokens.partition_point(|t| t.end as usize <= span.start);
        first..self.tokens.partition_point(|t| (t.start as usize) < span.end).max(first)
    }

    /// The line that holds a byte.
    pub(crate) fn line_of(&self, byte: usize) -> Range<usize> {
        let at = self.lines.partition_point(|l| l.end < byte);
        self.lines.get(at).cloned().unwrap_or(self.text.len()..self.text.len())
    }

    /// The field whose value holds a byte.
    pub(crate) fn field_at(&self, byte: usize) -> Option<&Field> {
        let at = self.fields.partition_point(|f| f.value.end <= byte);
        self.fields.get(at).filter(|f| f.value.start <= byte)
    }

    /// Whether a byte is in a value of this kind.
    pub(crate) fn in_field(&self, byte: usize, kind: FieldKind) -> bool {
        self.field_at(byte).is_some_and(|f| f.kind == kind)
    }

    /// The text of the same line before a byte, at most 40 bytes of it.
    pub(crate) fn before(&self, byte: usize) -> &'t str {
        let line = self.line_of(byte).start.min(byte);
        let mut from = byte.saturating_sub(40).max(line);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        &self.text[from..byte]
    }

    /// The text of the same line after a byte, at most 24 bytes of it.
    pub(crate) fn after(&self, byte: usize) -> &'t str {
        let mut to = (byte + 24).min(self.line_of(byte).end.max(byte));
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        &self.text[byte..to.max(byte)]
    }

    /// Whether the line between two neighbouring tokens was broken for its length: nothing but one
    /// line end is between them, and the line before is long.
    pub(crate) fn is_wrap(&self, before: usize, after: usize) -> bool {
        matches!(self.gap(before, after), "\n" | "\r\n" | " \n" | " \r\n")
            && self.tokens.get(before).is_some_and(|t| self.line_of(t.start as usize).len() >= 40)
    }

    /// Whether a token begins a sentence or line, where a capital says nothing.
    pub(crate) fn begins_sentence(&self, index: usize) -> bool {
        if index == 0 {
            return true;
        }
        let gap = self.gap(index - 1, index);
        gap.contains(['\n', '!', '?', ':', ';', '•', '*'])
            || (gap.contains('.')
                && !self.tokens[index - 1].is(role::TITLE)
                && self.tokens[index - 1].len() > 1)
    }
}

/// Splits a text in pages: at the last line end, else at the last space, else anywhere.
pub(crate) fn split(text: &str) -> Vec<Range<usize>> {
    let mut pages = Vec::new();
    let mut start = 0;
    while text.len() - start > PAGE {
        let mut end = start + PAGE;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let piece = &text.as_bytes()[start..end];
        let cut = memchr::memrchr(b'\n', piece).or_else(|| memchr::memrchr(b' ', piece));
        if let Some(cut) = cut.filter(|c| *c > PAGE / 2) {
            end = start + cut + 1;
        }
        pages.push(start..end);
        start = end;
    }
    pages.push(start..text.len());
    pages
}

/// Whether a text is written in capitals.
pub(crate) fn is_caps(text: &str) -> bool {
    let (mut upper, mut lower) = (0usize, 0usize);
    for byte in text.bytes() {
        upper += usize::from(byte.is_ascii_uppercase());
        lower += usize::from(byte.is_ascii_lowercase());
    }
    upper > 3 * lower && upper > 0
}

/// A finding on a page.
pub(crate) fn found(
    span: Range<usize>,
    entity: EntityType,
    score: f32,
    recognizer: &'static str,
) -> Finding {
    Finding { span, entity, score: Score::new(score), recognizer }
}

fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
        let cut = if text[..end].ends_with('\r') && end > start { end - 1 } else { end };
        lines.push(start..cut);
        start = end + 1;
    }
    lines.push(start..text.len());
    lines
}

/// Words are runs of letters and digits with single apostrophes inside; `'s` at the end is not
/// part of the word.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let lexicon = Lexicon::get();
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some(&(at, c)) = chars.peek() {
            if c.is_alphanumeric() || is_mark(c) {
                end = at + c.len_utf8();
                chars.next();
            } else if is_apostrophe(c) && joins(&text[start..at], &text[at + c.len_utf8()..]) {
                chars.next();
            } else {
                break;
            }
        }
        let word = &text[start..end];
        let shape = shape(word);
        let hash = hash_word(word);
        let known = match shape {
            Shape::Number | Shape::Code => Word::default(),
            _ => lexicon.word(hash),
        };
        tokens.push(Token { start: start as u32, end: end as u32, hash, shape, word: known });
    }
    tokens
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether an apostrophe is inside a word: letters on both sides and no possessive.
fn joins(before: &str, after: &str) -> bool {
    let mut next = after.chars();
    let Some(first) = next.next().filter(|c| c.is_alphabetic()) else { return false };
    let alone = !next.next().is_some_and(char::is_alphanumeric);
    before.chars().next_back().is_some_and(char::is_alphabetic)
        && !(alone && matches!(first, 's' | 'S'))
}

fn shape(word: &str) -> Shape {
    let (mut digit, mut lower, mut upper, mut other) = (false, false, 0usize, false);
    let mut first_upper = false;
    for (i, c) in word.chars().enumerate() {
        if c.is_numeric() {
            digit = true;
        } else if c.is_uppercase() {
            upper += 1;
            first_upper |= i == 0;
        } else if c.is_lowercase() {
            lower = true;
        } else if c.is_alphabetic() {
            other = true;
        }
    }
    match (digit, lower || other, upper) {
        (true, false, 0) => Shape::Number,
        (true, ..) => Shape::Code,
        (_, false, 1..) => Shape::Upper,
        _ if first_upper => Shape::Title,
        _ => Shape::Lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(&str, Shape)> {
        tokens(text).iter().map(|t| (&text[t.span()], t.shape)).collect()
    }

    #[test]
    fn words_and_shapes() {
        use Shape::{Code, Lower, Number, Title, Upper};
        let check = |text, expect: &[(&str, Shape)]| assert_eq!(words(text), expect, "{text:?}");
        check("O'Brien's dog", &[("O'Brien", Title), ("s", Lower), ("dog", Lower)]);
        check("SMITH'S", &[("SMITH", Upper), ("S", Upper)]);
        check("C5/6 94F 12", &[("C5", Code), ("6", Number), ("94F", Code), ("12", Number)]);
        check("don't", &[("don't", Lower)]);
        check("'tis  É.", &[("tis", Lower), ("É", Upper)]);
        check("", &[]);
    }

    #[test]
    fn pages_cover_the_text() {
        let check = |text: &str| {
            let pages = split(text);
            assert_eq!(pages.iter().map(|p| &text[p.clone()]).collect::<String>(), text);
            assert!(pages.iter().all(|p| p.len() <= PAGE));
        };
        check("");
        check("short");
        check(&"a".repeat(3 * PAGE + 7));
        check(&"é ".repeat(PAGE));
        check(&"line\n".repeat(PAGE));
    }

    #[test]
    fn capitals_are_told() {
        assert!(is_caps("PATIENT: JOHN SMITH\nmg"));
        assert!(!is_caps("Patient: John Smith"));
        assert!(!is_caps("12345"));
    }
}
