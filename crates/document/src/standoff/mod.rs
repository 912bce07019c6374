//! Corpora in which people marked what identifies: texts with spans, read and written.
//!
//! [`i2b2`] is the form of the i2b2 and n2c2 de-identification tasks of 2014, [`i2b2_inline`] that
//! of 2006, [`brat`] the form of the BRAT annotation tool, in which MEDDOCAN came. Their offsets
//! count code points; ours count bytes. [`anonymed_core::labels`] tells what their labels mean.

pub mod brat;
pub mod i2b2;
pub mod i2b2_inline;

use anonymed_core::Sensitive;

use crate::error::{DocumentError, Result};

/// A text and what was marked in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotatedDocument {
    /// What the corpus calls the document.
    pub id: Sensitive<String>,
    /// The text, to the byte.
    pub text: Sensitive<String>,
    /// The marks, in the order of the corpus.
    pub spans: Vec<Span>,
}

/// A marked piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// The label of the corpus: `NAME/PATIENT`, `FECHAS`.
    pub label: String,
}

impl AnnotatedDocument {
    /// The text of a span; `None` where it does not lie in the text on borders of characters.
    fn covered(&self, span: &Span) -> Option<&str> {
        self.text.expose().get(span.start..span.end).filter(|text| !text.is_empty())
    }

    /// The covered texts with their spans' offsets in code points.
    fn in_code_points(&self, format: &'static str) -> Result<Vec<(usize, usize, &str)>> {
        let mut offsets: Vec<usize> = Vec::with_capacity(self.spans.len() * 2);
        let mut texts = Vec::with_capacity(self.spans.len());
        for (index, span) in self.spans.iter().enumerate() {
            let outside = DocumentError::SpanOutside { format, number: index + 1 };
            texts.push(self.covered(span).ok_or(outside)?);
            offsets.extend([span.start, span.end]);
        }
        let characters = self.text.expose().char_indices().map(|(at, _)| at).enumerate();
        let found = convert(&mut offsets, characters.map(|(n, at)| (at, n)), self.ends());
        debug_assert!(found, "borders of characters were looked at");
        let pairs = offsets.chunks_exact(2);
        Ok(texts.into_iter().zip(pairs).map(|(text, pair)| (pair[0], pair[1], text)).collect())
    }

    fn ends(&self) -> (usize, usize) {
        (self.text.expose().len(), self.text.expose().chars().count())
    }
}

/// Makes a document of spans in code points.
///
/// `pieces` are start, end and label; a piece that does not lie in the text is refused, by the
/// number of the annotation that it is of.
fn from_code_points(
    format: &'static str,
    id: String,
    text: String,
    pieces: Vec<(usize, usize, usize, String)>,
) -> Result<AnnotatedDocument> {
    let mut offsets: Vec<usize> = pieces.iter().flat_map(|piece| [piece.1, piece.2]).collect();
    let ends = (text.chars().count(), text.len());
    if let Some(piece) = pieces.iter().find(|piece| piece.1 >= piece.2 || piece.2 > ends.0) {
        return Err(DocumentError::SpanOutside { format, number: piece.0 });
    }
    let characters = text.char_indices().map(|(at, _)| at).enumerate();
    let found = convert(&mut offsets, characters, ends);
    debug_assert!(found, "all offsets lie in the text");
    let pairs = offsets.chunks_exact(2);
    let spans = pieces
        .into_iter()
        .zip(pairs)
        .map(|(piece, pair)| Span { start: pair[0], end: pair[1], label: piece.3 })
        .collect();
    Ok(AnnotatedDocument { id: id.into(), text: text.into(), spans })
}

/// Replaces offsets of one kind by those of another, in one walk over the characters; `false`
/// where one of them is none.
fn convert(
    offsets: &mut [usize],
    characters: impl Iterator<Item = (usize, usize)>,
    ends: (usize, usize),
) -> bool {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_unstable_by_key(|slot| offsets[*slot]);
    let mut walk = characters.chain([ends]).peekable();
    for slot in order {
        while walk.next_if(|(from, _)| *from < offsets[slot]).is_some() {}
        match walk.peek() {
            Some((from, to)) if *from == offsets[slot] => offsets[slot] = *to,
            _ => return false,
        }
    }
    true
}

/// Whether an annotation repeats what it covers; line ends and tabs may have become spaces.
fn repeats(repeated: &str, covered: &str) -> bool {
    let spaced = |text: &str| -> String {
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
    };
    spaced(repeated) == spaced(covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_converted() {
        let text = "aé山😀b".to_owned();
        let pieces = vec![(1, 3, 4, "X".to_owned()), (2, 0, 5, "Y".to_owned())];
        let document = from_code_points("test", "1".into(), text, pieces).unwrap();
        assert_eq!((document.spans[0].start, document.spans[0].end), (6, 10));
        assert_eq!((document.spans[1].start, document.spans[1].end), (0, 11));
        let back = document.in_code_points("test").unwrap();
        assert_eq!(back, [(3, 4, "😀"), (0, 5, "aé山😀b")]);
    }

    #[test]
    fn spans_outside_are_refused() {
        let check = |start, end| {
            let pieces = vec![(1, 0, 1, "X".into()), (7, start, end, "X".into())];
            let error = from_code_points("test", "1".into(), "aé".into(), pieces).unwrap_err();
            assert_eq!(error, DocumentError::SpanOutside { format: "test", number: 7 });
        };
        check(1, 1);
        check(2, 1);
        check(1, 3);
        let document = |start, end| AnnotatedDocument {
            id: "1".into(),
            text: "aé".into(),
            spans: vec![Span { start, end, label: "X".into() }],
        };
        for (start, end) in [(1, 2), (0, 0), (2, 1), (0, 9), (9, 10)] {
            assert!(document(start, end).in_code_points("test").is_err(), "{start} {end}");
        }
    }

    #[test]
    fn nothing_is_shown_by_debug() {
        let document =
            AnnotatedDocument { id: "Roe".into(), text: "Roe".into(), spans: Vec::new() };
        assert!(!format!("{document:?}").contains("Roe"));
    }
}
