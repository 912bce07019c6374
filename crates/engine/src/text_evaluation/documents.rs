//! Documents with their spans, from lines or from a corpus.

use std::path::Path;

use super::line::{Kinds, Lines, MarkedDocument, Place};
use super::{Fault, Offsets};
use crate::EngineError;
use crate::text::corpus::Corpus;

/// The documents of one side.
pub(super) enum Documents {
    /// A line each; offsets count what the request says.
    Lines(Lines, Offsets),
    /// Those of a corpus, counted from 1.
    Corpus(Corpus, Place),
}

impl Documents {
    pub(super) fn open(
        path: &Path,
        side: &'static str,
        offsets: Offsets,
    ) -> Result<Self, EngineError> {
        match Corpus::is_one(path) {
            true => Ok(Self::Corpus(Corpus::open(path)?, Place { file: side, line: 0 })),
            false => Ok(Self::Lines(Lines::open(path, side)?, offsets)),
        }
    }

    /// What the offsets of the documents count.
    pub(super) fn offsets(&self) -> Offsets {
        match self {
            Self::Lines(_, offsets) => *offsets,
            Self::Corpus(..) => Offsets::Bytes,
        }
    }

    /// The next document and where it stands.
    pub(super) fn next(
        &mut self,
        kinds: &mut Kinds,
    ) -> Result<Option<(Place, MarkedDocument)>, EngineError> {
        match self {
            Self::Lines(lines, _) => {
                let Some((place, bytes)) = lines.next()? else { return Ok(None) };
                let read = MarkedDocument::read(bytes, kinds);
                Ok(Some((place, read.map_err(|fault| Fault::Line(place, fault))?)))
            }
            Self::Corpus(corpus, place) => {
                let Some(text) = corpus.next_text()? else { return Ok(None) };
                place.line += 1;
                let read = MarkedDocument::of(text, kinds);
                Ok(Some((*place, read.map_err(|fault| Fault::Line(*place, fault))?)))
            }
        }
    }
}
