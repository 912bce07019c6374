//! A synthetic hospital with planted identifiers, and the ground truth of every one of them.
//!
//! [`write_project`] makes the folder a data office would get: tables in several dialects, a
//! workbook with a hidden sheet, Parquet, notes in more than thirty layouts and FHIR R4, all about
//! the same patients and the same facts, with some defects. [`write_big_table`] makes one table
//! for benchmarks. Nobody in here exists; `data/SOURCES.md` says where the names and codes are
//! from. Same options, same bytes: there is no clock and no other source of chance than the seed.
//!
//! The crate makes input. It shares no code with what reads, detects or replaces.

mod big_table;
pub mod calendar;
mod cell;
mod clinical;
mod columnar;
mod data;
mod defects;
mod delimited;
mod dice;
mod fhir;
mod hospital;
mod notes;
mod patient;
mod project;
mod prose;
mod sheet;
mod tables;
mod truth;

pub use big_table::{BigTable, write_big_table};
pub use clinical::{Encounter, LabResult, Prescription, Vitals};
pub use hospital::{Hospital, Options, StaffMember};
pub use patient::{Contact, Identity, Patient};
pub use project::{Summary, truth_path, write_project};
pub use truth::TruthLine;

/// Why the demo project could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A file could not be written.
    #[error("the demo project cannot be written")]
    Io(#[from] std::io::Error),
    /// The workbook could not be made.
    #[error("the demo workbook cannot be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The Parquet file could not be made.
    #[error("the demo Parquet file cannot be written")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A column of the Parquet file could not be made.
    #[error("a column of the demo Parquet file cannot be made")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The folder holds something already.
    #[error("the folder is not empty; name a new one")]
    NotEmpty,
    /// More patients than distinct record numbers.
    #[error("a hospital has between 1 and 10,000,000 patients")]
    Patients,
}
