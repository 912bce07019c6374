//! Whole-crate tests: properties of any table, and the public hospital and census tables.
#![allow(
    clippy::disallowed_macros,
    clippy::unwrap_used,
    reason = "tests print figures and stop at the first surprise"
)]

mod cells;
mod clustering;
mod corpora;
mod known;
mod models;
mod oracles;
mod population;
mod properties;
mod registries;
mod relaxed;
