//! Spans of a file of documents held to those that people marked in the same documents.
//!
//! Both are JSON lines, as `anonymed text find` writes them, or corpora in the form of i2b2 or BRAT;
//! the figures are made by [`anonymed_text::evaluate`]. Predictions are held in memory by their
//! numbers, gold is read document by document.

mod documents;
mod line;

use std::path::Path;

use anonymed_core::CancelToken;
pub use anonymed_text::evaluate::{Estimate, Removal, Report, Row, Score, Tokens};
use anonymed_text::evaluate::{EvaluateError, Evaluator, Mark, Negative, Scored, Selection};
pub use anonymed_text::offsets::Offsets;
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use crate::EngineError;
use documents::Documents;
use line::{Place, Raw};

/// Spans of all predictions together, at most.
const MOST_SPANS: usize = 4_000_000;
/// Documents, at most.
const MOST_DOCUMENTS: usize = 1_000_000;

/// What is held to what, and how.
#[derive(Debug, Clone)]
pub struct EvaluationRequest<'a> {
    /// What people marked: lines `{"id","text","spans"}`, with `negatives` where they marked what is
    /// harmless; or a corpus.
    pub gold: &'a Path,
    /// What was found: lines `{"id","spans"}`, or a corpus; where a line has a text, it is compared.
    pub predictions: &'a Path,
    /// What the offsets of lines count; those of a corpus are what its form says.
    pub offsets: Offsets,
    /// Types, groups and labels that are compared; all, where none is named.
    pub types: &'a [String],
    /// Types, groups and labels that are left out on both sides.
    pub ignore: &'a [String],
    /// Seed of the intervals.
    pub seed: u64,
}

/// Why two files cannot be compared. Lines count from 1; no message holds a part of a line.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}: {1}")]
    Line(Place, line::LineFault),
    #[error("{0}: {1}")]
    Document(Place, EvaluateError),
    #[error("{0}: its id stands in an earlier line, too; each document has one line")]
    Twice(Place),
    #[error(
        "{0}: the predictions have no line with its id; where nothing was found in it, give a line without spans"
    )]
    NotPredicted(Place),
    #[error("{0}: gold has no line with its id; score files of the same documents")]
    NotGold(Place),
    #[error("{0}: its text is not that of gold, so offsets do not mean the same")]
    OtherText(Place),
    #[error(
        "{0}: there are more than {MOST_DOCUMENTS} documents or {MOST_SPANS} predicted spans; split the files"
    )]
    TooMany(Place),
    #[error("{0}")]
    Report(EvaluateError),
}

impl From<Fault> for EngineError {
    fn from(fault: Fault) -> Self {
        Self::Usage(fault.to_string())
    }
}

/// What was found in a document.
struct Predicted {
    line: u64,
    spans: Vec<Raw>,
    text: Option<line::Digest>,
}

/// Scores predictions.
///
/// # Errors
///
/// Where a file cannot be read, a line is not as it should be, the two files are not of the same
/// documents, or there is nothing to score.
pub fn evaluate(
    request: &EvaluationRequest<'_>,
    cancel: &CancelToken,
) -> Result<Report, EngineError> {
    let mut kinds = line::Kinds::default();
    let (mut predicted, offsets) = predictions(request, &mut kinds, cancel)?;
    let mut evaluator = Evaluator::new(Selection::new(request.types, request.ignore), request.seed);
    let mut done = HashSet::new();
    let mut golds = Documents::open(request.gold, "gold", request.offsets)?;
    while let Some((place, gold)) = golds.next(&mut kinds)? {
        cancel.check()?;
        let text = gold.text.ok_or(Fault::Line(place, line::LineFault::NoText))?;
        let Some(found) = predicted.remove(&gold.id) else {
            let again = done.contains(&gold.id);
            return Err(if again { Fault::Twice(place) } else { Fault::NotPredicted(place) }.into());
        };
        let there = Place { file: "predictions", line: found.line };
        if found.text.is_some_and(|found| found != line::digest(&text)) {
            return Err(Fault::OtherText(there).into());
        }
        let document = Scored {
            text: &text,
            gold: &marks(&text, &gold.spans, golds.offsets(), &kinds, place)?,
            predicted: &marks(&text, &found.spans, offsets, &kinds, there)?,
            negatives: &negatives(&text, gold.negatives, golds.offsets(), place)?,
        };
        evaluator.add(document).map_err(|error| Fault::Document(place, error))?;
        done.insert(gold.id);
    }
    if let Some(left) = predicted.values().min_by_key(|left| left.line) {
        return Err(Fault::NotGold(Place { file: "predictions", line: left.line }).into());
    }
    Ok(evaluator.report().map_err(Fault::Report)?)
}

/// What was found, by the documents' ids, and what its offsets count.
fn predictions(
    request: &EvaluationRequest<'_>,
    kinds: &mut line::Kinds,
    cancel: &CancelToken,
) -> Result<(HashMap<line::Digest, Predicted>, Offsets), EngineError> {
    let mut all = HashMap::new();
    let mut spans = 0;
    let mut documents = Documents::open(request.predictions, "predictions", request.offsets)?;
    while let Some((place, read)) = documents.next(kinds)? {
        cancel.check()?;
        spans += read.spans.len();
        if spans > MOST_SPANS || all.len() == MOST_DOCUMENTS {
            return Err(Fault::TooMany(place).into());
        }
        match all.entry(read.id) {
            Entry::Occupied(_) => return Err(Fault::Twice(place).into()),
            Entry::Vacant(free) => {
                let text = read.text.as_deref().map(line::digest);
                free.insert(Predicted { line: place.line, spans: read.spans, text });
            }
        }
    }
    Ok((all, documents.offsets()))
}

/// Marks of spans, with their offsets in bytes.
fn marks(
    text: &str,
    spans: &[Raw],
    offsets: Offsets,
    kinds: &line::Kinds,
    place: Place,
) -> Result<Vec<Mark>, Fault> {
    let ends: Vec<u64> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
    let bytes = offsets.to_bytes(text, &ends);
    let pairs = spans.iter().zip(bytes.chunks_exact(2)).enumerate();
    pairs
        .map(|(index, (span, pair))| match pair {
            [Some(start), Some(end)] if start < end => {
                Ok(Mark { span: *start..*end, kind: kinds.get(span.kind).clone() })
            }
            _ => Err(outside("span", index, place)),
        })
        .collect()
}

fn negatives(
    text: &str,
    negatives: Vec<line::RawNegative>,
    offsets: Offsets,
    place: Place,
) -> Result<Vec<Negative>, Fault> {
    let ends: Vec<u64> = negatives.iter().flat_map(|of| [of.start, of.end]).collect();
    let bytes = offsets.to_bytes(text, &ends);
    let pairs = negatives.into_iter().zip(bytes.chunks_exact(2)).enumerate();
    pairs
        .map(|(index, (negative, pair))| match pair {
            [Some(start), Some(end)] if start < end => {
                Ok(Negative { span: *start..*end, kind: negative.kind })
            }
            _ => Err(outside("negative", index, place)),
        })
        .collect()
}

fn outside(what: &'static str, index: usize, place: Place) -> Fault {
    Fault::Document(place, EvaluateError::Span { what, number: index + 1 })
}

#[cfg(test)]
mod tests;
