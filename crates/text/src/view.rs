//! A text as the detectors read it: ligatures and full-width signs as plain letters, every space a
//! space, soft hyphens and signs without width left out, misread letters mended; with the way back
//! to the bytes of the source, which is never altered outside what is replaced.
//!
//! Superscripts, fractions and combining marks stay: `m²` is no `m2`.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::confused;

/// A text to read, and where its bytes come from.
pub(crate) struct View<'t> {
    pub(crate) text: Cow<'t, str>,
    pieces: Vec<Piece>,
}

/// A stretch of the view, up to the next one.
struct Piece {
    view: usize,
    source: usize,
    /// The end of the one sign all of it was read from; `None` where view and source run side by side.
    sign: Option<usize>,
}

impl<'t> View<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let Some(first) = text.char_indices().find(|(_, c)| is_changed(*c)).map(|(at, _)| at)
        else {
            return Self { text: confused::mended(Cow::Borrowed(text)), pieces: Vec::new() };
        };
        let mut view = String::with_capacity(text.len());
        view.push_str(&text[..first]);
        let mut pieces = vec![Piece { view: 0, source: 0, sign: None }];
        let mut changed = false;
        for (at, c) in text[first..].char_indices().map(|(at, c)| (first + at, c)) {
            if !is_changed(c) {
                if changed {
                    pieces.push(Piece { view: view.len(), source: at, sign: None });
                    changed = false;
                }
                view.push(c);
                continue;
            }
            changed = true;
            pieces.push(Piece { view: view.len(), source: at, sign: Some(at + c.len_utf8()) });
            view.extend(plain(c).into_iter().flatten());
        }
        Self { text: confused::mended(Cow::Owned(view)), pieces }
    }

    /// The bytes of the source a span of the view stands for: whole signs, never parts of one.
    pub(crate) fn source(&self, span: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return span;
        }
        let start = self.at(span.start).start;
        match span.end.checked_sub(1).filter(|last| *last >= span.start) {
            Some(last) => start..self.at(last).end,
            None => start..start,
        }
    }

    /// The bytes of the source for a byte of the view.
    fn at(&self, byte: usize) -> Range<usize> {
        // The last of those that begin here is the one with bytes in the view.
        let next = self.pieces.partition_point(|piece| piece.view <= byte);
        let piece = &self.pieces[next.saturating_sub(1)];
        match piece.sign {
            Some(end) => piece.source..end,
            None => {
                let at = piece.source + (byte - piece.view);
                at..at + 1
            }
        }
    }
}

fn is_changed(c: char) -> bool {
    matches!(c,
        '\u{a0}' | '\u{ad}' | '\u{1680}' | '\u{2000}'..='\u{200d}' | '\u{202f}' | '\u{205f}'
        | '\u{2060}' | '\u{3000}' | '\u{feff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff01}'..='\u{ff5e}'
        | '\u{1d400}'..='\u{1d7ff}')
}

/// The letters a sign is read as: none where it has no width, at most three (NFKC).
fn plain(c: char) -> [Option<char>; 3] {
    match c {
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => [None; 3],
        _ => {
            let mut letters = std::iter::once(c).nfkc();
            [letters.next(), letters.next(), letters.next()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signs_are_read_plainly_and_found_again() {
        let check = |source: &str, read: &str, part: &str, expect: &str| {
            let view = View::new(source);
            assert_eq!(view.text, read);
            let start = read.find(part).unwrap();
            let span = view.source(start..start + part.len());
            assert_eq!(&source[span], expect, "{source:?}");
        };
        check("plain text", "plain text", "text", "text");
        check("Dr.\u{a0}Roe", "Dr. Roe", "Roe", "Roe");
        check("Dr.\u{a0}Roe", "Dr. Roe", " ", "\u{a0}");
        check("\u{fb01}nd Of\u{fb01}ce", "find Office", "Office", "Of\u{fb01}ce");
        check("\u{fb01}nd Of\u{fb01}ce", "find Office", "i", "\u{fb01}");
        check("Smi\u{ad}th here", "Smith here", "Smith", "Smi\u{ad}th");
        check("a\u{200b}b\u{200b}\u{200b}c", "abc", "bc", "b\u{200b}\u{200b}c");
        check("MRN １２３４", "MRN 1234", "1234", "１２３４");
        check("MRN １２３４ x", "MRN 1234 x", "23", "２３");
        check("\u{1d40d}ame é", "Name é", "Name", "\u{1d40d}ame");
        check("m² and ½", "m² and ½", "m²", "m²");
        check("\u{feff}Roe", "Roe", "Roe", "Roe");
        check("Roe\u{feff}", "Roe", "Roe", "Roe");
    }

    proptest! {
        #[test]
        fn spans_lie_on_borders_and_hold_what_was_read(
            // No digits: what a misread one is taken for depends on the signs around it.
            source in "[a-c \u{a0}\u{ad}\u{200b}\u{fb01}\u{fb03}ｘé\u{1d40d}漢]{0,24}",
            from in 0usize..40,
            len in 1usize..8,
        ) {
            let view = View::new(&source);
            let borders: Vec<usize> =
                view.text.char_indices().map(|(at, _)| at).chain([view.text.len()]).collect();
            let start = borders[from.min(borders.len() - 1)];
            let end = borders[(from + len).min(borders.len() - 1)];
            let span = view.source(start..end);
            prop_assert!(source.is_char_boundary(span.start) && source.is_char_boundary(span.end));
            let again = View::new(&source[span]).text.into_owned();
            prop_assert!(again.contains(&view.text[start..end]));
        }
    }
}
