//! Tables from end to end: hostile files, every action, models, real corpora.

mod actions;
mod corpora;
mod hostile;
mod inspect;
mod models;
mod support;
mod workbook;
