//! Tables made by `cargo xtask codegen` from the cited sources.

pub(crate) mod element_types;
