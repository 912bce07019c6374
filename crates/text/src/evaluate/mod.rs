//! How well found spans agree with spans that people marked.
//!
//! Words are counted whatever they are found as, for that is what leaks; spans are counted with
//! their borders and by group; and words that nobody marked are counted where they are removed. It
//! looks at spans alone and knows nothing of who found them, so a peer is scored as we are. It
//! shares no code with the detectors.

mod bootstrap;
mod count;
mod cover;
mod error;
mod kind;
mod report;

use std::ops::Range;

pub use bootstrap::Estimate;
pub use error::EvaluateError;
pub use kind::{Group, Kind, Selection};
pub use report::{Intervals, Removal, Report, Row, Score, Tokens};

use bootstrap::Blocks;
use count::{Compared, Numbered};

/// Types, labels and kinds of negatives that are told apart, at most.
const MOST_KINDS: usize = 256;

/// A marked piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it is of.
    pub kind: Kind,
}

/// A piece of a text that looks like an identifier and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negative {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it is: `eponym`, `dose`.
    pub kind: String,
}

/// A text with what people marked in it and what was found.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// The text.
    pub text: &'a str,
    /// What people marked.
    pub gold: &'a [Mark],
    /// What was found.
    pub predicted: &'a [Mark],
    /// What people marked as harmless.
    pub negatives: &'a [Negative],
}

/// Collects documents and scores them together.
///
/// # Examples
///
/// A note names a patient and his doctor; only the surname of the patient is found, and a drug
/// with it:
///
/// ```
/// use anonymed_core::EntityType::{Doctor, Patient, Person};
/// use anonymed_text::evaluate::{Evaluator, Mark, Scored, Selection};
///
/// let mark = |span, entity: anonymed_core::EntityType| Mark { span, kind: entity.into() };
/// let text = "Mr. Zebulon Quill saw Dr. Frobisher; aspirin.";
/// let gold = [mark(4..17, Patient), mark(26..35, Doctor)];
/// let predicted = [mark(12..17, Person), mark(37..44, Person)];
/// let mut evaluator = Evaluator::new(Selection::default(), 1);
/// evaluator.add(Scored { text, gold: &gold, predicted: &predicted, negatives: &[] })?;
/// let report = evaluator.report()?;
/// assert_eq!(report.tokens.score.recall.value, Some(1.0 / 3.0));
/// assert_eq!(report.entities.strict.recall.value, Some(0.0));
/// assert_eq!(report.entities.relaxed.recall.value, Some(0.5));
/// assert_eq!((report.harmless.removed, report.harmless.tokens), (1, 4));
/// # Ok::<(), anonymed_text::evaluate::EvaluateError>(())
/// ```
#[derive(Debug)]
pub struct Evaluator {
    selection: Selection,
    seed: u64,
    kinds: Vec<Kind>,
    negatives: Vec<String>,
    blocks: Blocks,
}

impl Evaluator {
    /// Compares what a selection takes; the seed draws documents for the intervals.
    pub fn new(selection: Selection, seed: u64) -> Self {
        let blocks = Blocks::new(seed);
        Self { selection, seed, kinds: Vec::new(), negatives: Vec::new(), blocks }
    }

    /// Adds a document. A mark that is given twice counts once.
    ///
    /// # Errors
    ///
    /// Where a span does not lie in the text on borders of characters, a negative's kind is no
    /// word, or there are more than 256 types, labels and kinds.
    pub fn add(&mut self, document: Scored<'_>) -> Result<(), EvaluateError> {
        let mut compared = Compared::default();
        for (at, mark) in document.gold.iter().enumerate() {
            lies("gold span", at, &mark.span, document.text)?;
            let number = self.number(&mark.kind)?;
            if self.selection.takes(&mark.kind) {
                compared.gold.push(numbered(mark, number));
            } else {
                compared.left_out.push(mark.span.clone());
            }
        }
        for (at, mark) in document.predicted.iter().enumerate() {
            lies("predicted span", at, &mark.span, document.text)?;
            let number = self.number(&mark.kind)?;
            if self.selection.takes(&mark.kind) {
                compared.predicted.push(numbered(mark, number));
            }
        }
        for (at, negative) in document.negatives.iter().enumerate() {
            lies("negative", at, &negative.span, document.text)?;
            if !kind::is_label(&negative.kind) {
                return Err(EvaluateError::NegativeKind { number: at + 1 });
            }
            let number = number_of(&mut self.negatives, &negative.kind)?;
            compared.negatives.push((negative.span.clone(), number));
        }
        for marks in [&mut compared.gold, &mut compared.predicted] {
            marks.sort_unstable_by_key(|mark| (mark.span.start, mark.span.end, mark.number));
            marks.dedup();
        }
        self.blocks.add(compared.count(document.text));
        Ok(())
    }

    /// The figures of all documents.
    ///
    /// # Errors
    ///
    /// Where there is no document, or the selection names what occurs nowhere and is no type.
    pub fn report(&self) -> Result<Report, EvaluateError> {
        if self.blocks.documents() == 0 {
            return Err(EvaluateError::Nothing);
        }
        if let Some(word) = self.selection.stray(self.kinds.iter()) {
            return Err(EvaluateError::Stray(word.to_owned()));
        }
        let made = (&self.blocks.draw(), self.blocks.documents(), self.seed);
        Ok(Report::of(made, &self.kinds, &self.negatives))
    }

    fn number(&mut self, kind: &Kind) -> Result<usize, EvaluateError> {
        number_of(&mut self.kinds, kind)
    }
}

/// The place in a list, which is lengthened where it is missing.
fn number_of<T: PartialEq + Clone>(list: &mut Vec<T>, item: &T) -> Result<usize, EvaluateError> {
    if let Some(number) = list.iter().position(|known| known == item) {
        return Ok(number);
    }
    if list.len() == MOST_KINDS {
        return Err(EvaluateError::TooManyKinds { most: MOST_KINDS });
    }
    list.push(item.clone());
    Ok(list.len() - 1)
}

fn numbered(mark: &Mark, number: usize) -> Numbered {
    Numbered { span: mark.span.clone(), group: mark.kind.group(), number }
}

fn lies(
    what: &'static str,
    at: usize,
    span: &Range<usize>,
    text: &str,
) -> Result<(), EvaluateError> {
    match text.get(span.clone()) {
        Some(piece) if !piece.is_empty() => Ok(()),
        _ => Err(EvaluateError::Span { what, number: at + 1 }),
    }
}

#[cfg(test)]
mod tests;
