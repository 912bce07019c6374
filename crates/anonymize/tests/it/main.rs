//! Whole-crate tests: oracles worked out by hand, properties, and the public hospital and census
//! tables.

mod corpora;
mod properties;
