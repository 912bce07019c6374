//! Identifiers in free text: found by fields, patterns, lists and what is known of the patient,
//! and replaced by the policy's rules.
//!
//! [`Scrubber`] is the text engine every modality reaches through
//! [`anonymed_core::Context::text`]; [`Notes`] is the modality of plain-text notes. The way of a
//! text: pages (words, lines, fields) → detectors that each add [`anonymed_core::Finding`]s → a
//! second look for names found with certainty → one list without overlap → replacements.
//!
//! What it deliberately does not do: it has no trained tagger, reads no language but English by
//! its lists, and makes no key of its own.

mod dates;
mod document;
mod encoding;
mod error;
mod familiar;
mod fields;
mod lexicon;
mod names;
mod notes;
mod page;
mod propagate;
mod recognizers;
mod resolve;
mod scrub;
mod surrogate;

pub use error::TextError;
pub use notes::Notes;
pub use scrub::Scrubber;
