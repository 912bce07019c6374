//! The text engine as the other crates see it.

mod acceptance;
mod bounds;
mod notes;
mod support;
mod surrogates;
