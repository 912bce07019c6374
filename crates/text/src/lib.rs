//! Identifiers in free text: found by fields, patterns, lists and what is known of the patient,
//! and replaced by the policy's rules.
//!
//! [`Scrubber`] is the text engine every modality reaches through
//! [`anonymed_core::Context::text`]; [`Notes`] is the modality of plain-text notes. The way of a
//! text: a view with plain signs → pages (words, lines, fields) → detectors that each add
//! [`anonymed_core::Finding`]s → the trained tagger, which sees what they found → one list without
//! overlap → a second look for names found with certainty → replacements. [`evaluate`] scores what
//! was found.
//!
//! What it deliberately does not do: it makes no key of its own, reads no file, and trains nothing;
//! its tagger is trained by `training/`, in English and Spanish.

mod borders;
mod check_digits;
mod confused;
mod custom;
mod dates;
mod detector;
mod document;
mod encoding;
mod ensemble;
mod error;
pub mod evaluate;
mod familiar;
mod fields;
pub mod fuzzing;
mod language;
mod lexicon;
mod names;
mod national;
mod notes;
pub mod offsets;
mod options;
mod page;
mod plausible;
mod propagate;
mod recognizers;
mod resolve;
mod scrub;
mod sequences;
mod stream;
mod surrogate;
pub mod tagger;
mod tags;
mod trace;
mod triggers;
mod view;

pub use error::TextError;
pub use notes::Notes;
pub use scrub::{Scrubber, check_policy};
pub use stream::{StreamError, Written, plain_text};
pub use trace::{Decision, Explained, Explanation, Reason};
