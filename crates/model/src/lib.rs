//! Runs the neural models that a user brings: token classifiers of the BERT family.
//!
//! A model is a folder as its maker published it (`config.json`, `model.safetensors`,
//! `tokenizer.json`). [`BertTagger`] reads one and finds entities in texts; the text engine reaches it
//! as [`anonymed_core::EntityTagger`]. The encoder is written on candle's tensors.
//!
//! What it deliberately does not do: it fetches nothing, trains nothing, and reads no other kind of
//! model: what it does not know it refuses.

mod config;
mod encoder;
mod error;
mod labels;
mod spans;
mod tagger;
mod windows;

pub use error::ModelError;
pub use tagger::{BertTagger, checksums};
