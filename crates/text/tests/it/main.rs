//! The text engine as the other crates see it.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod acceptance;
mod bounds;
mod common_words;
mod notes;
mod replay;
mod support;
mod surrogates;
