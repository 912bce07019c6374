//! Whole-crate tests: registries, properties, and the public hospital table as it is.
#![allow(
    clippy::disallowed_macros,
    clippy::unwrap_used,
    reason = "tests print figures and stop at the first surprise"
)]

mod attacks;
mod corpora;
mod properties;
mod registries;
