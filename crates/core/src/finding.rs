//! What a detector says, and what was done about it.

use std::ops::Range;

use crate::EntityType;
use crate::entity::named;

/// How sure a detector is, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Score(f32);

impl Score {
    /// A score, clamped to 0..=1; what is not a number counts as 0.
    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    /// The number.
    pub fn value(self) -> f32 {
        self.0
    }
}

/// An identifier found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Bytes of the source text, on character borders.
    pub span: Range<usize>,
    /// What it is.
    pub entity: EntityType,
    /// How sure the detector is.
    pub score: Score,
    /// The recognizer's stable name.
    pub recognizer: &'static str,
}

named! {
    /// What was done to a found identifier.
    Operator {
        /// Left as it was, on purpose.
        Keep = "keep",
        /// Replaced by a tag such as `[DATE]`.
        Redact = "redact",
        /// Replaced by the patient's or record's pseudonym.
        Pseudonym = "pseudonym",
        /// Replaced by a realistic fake.
        Surrogate = "surrogate",
        /// Moved by the patient's date shift.
        Shift = "shift",
        /// Made coarser (a year, three digits of a postal code, 90+).
        Generalize = "generalize",
        /// Left out.
        Drop = "drop",
        /// Characters replaced, length kept.
        Mask = "mask",
        /// Suppressed to reach a privacy model.
        Suppress = "suppress",
    }
}

/// One change made to a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Bytes of the source that were replaced.
    pub source: Range<usize>,
    /// Bytes of the output that stand there now.
    pub output: Range<usize>,
    /// What was found.
    pub entity: EntityType,
    /// What was done.
    pub operator: Operator,
}
