//! Tables from end to end: hostile files, every action, models, real corpora.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod actions;
mod corpora;
mod hostile;
mod inspect;
mod models;
mod parts;
mod relaxed;
mod support;
mod unlinked;
mod workbook;
