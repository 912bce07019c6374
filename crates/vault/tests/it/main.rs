//! Tests of the vault from the outside, on real files.

mod audit;
mod keys;
