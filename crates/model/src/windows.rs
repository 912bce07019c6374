//! A text in windows that a model can read at once, each token in one with words on both its sides.

use std::ops::Range;

/// Most bytes that are taken apart into tokens at once.
const PIECE: usize = 16 << 10;

/// Tokens that are read together, and those of them that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) read: Range<usize>,
    pub(crate) counted: Range<usize>,
}

/// Windows of at most so many tokens; neighbours share a quarter, and each token counts in one of them.
pub(crate) fn windows(tokens: usize, most: usize) -> Vec<Window> {
    let margin = most / 8;
    let mut all = Vec::new();
    let (mut start, mut counted) = (0, 0);
    while counted < tokens {
        let end = (start + most).min(tokens);
        let until = if end == tokens { tokens } else { end - margin };
        all.push(Window { read: start..end, counted: counted..until });
        counted = until;
        start = until.saturating_sub(margin);
    }
    all
}

/// Pieces of a text, cut behind a line's end where there is one, else behind a space.
pub(crate) fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = 0;
    while text.len() - start > PIECE {
        let mut end = start + PIECE;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let piece = &text[start..end];
        let cut = piece.rfind('\n').or_else(|| piece.rfind(' ')).map(|at| start + at + 1);
        let end = cut.filter(|cut| cut - start > PIECE / 2).unwrap_or(end);
        all.push(start..end);
        start = end;
    }
    all.push(start..text.len());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_counts_once_with_others_around_it() {
        for tokens in [0, 1, 15, 16, 17, 40, 500, 511] {
            let all = windows(tokens, 16);
            let mut next = 0;
            for window in &all {
                assert_eq!(window.counted.start, next);
                assert!(window.read.len() <= 16 && !window.counted.is_empty());
                assert!(
                    window.read.start
                        <= window.counted.start.saturating_sub(2).max(window.read.start)
                );
                assert!(window.read.end >= window.counted.end);
                next = window.counted.end;
            }
            assert_eq!(next, tokens);
        }
    }

    #[test]
    fn pieces_are_the_text() {
        let text = "Größe und Gewicht. ".repeat(5_000);
        let all = pieces(&text);
        assert!(all.len() > 1 && all.iter().all(|piece| piece.len() <= PIECE));
        let back: String = all.into_iter().map(|piece| &text[piece]).collect();
        assert_eq!(back, text);
        assert!(pieces("").iter().all(Range::is_empty));
    }
}
