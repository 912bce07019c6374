//! Columnar data in and out: CSV, Excel and Parquet are read as text, profiled, counted,
//! de-identified by the policy's actions and privacy models, and written as CSV and Parquet.
//!
//! [`Tables`] is the table modality. Reading never holds a whole file; a privacy model's frequency
//! table comes from codes that are sorted ([`sorter`]), so no value leaves this process's memory.
//! [`released`] reads what was written by another path than the one that wrote it, for the
//! verifier.

mod actions;
mod apart;
mod apart_people;
mod batch;
mod bounds;
mod cell_date;
mod class_people;
pub mod conditions;
mod counting;
mod csv_read;
mod decode;
mod deidentify;
mod detect;
mod families;
mod frequency;
mod guard;
mod header;
mod inspect;
pub mod joint;
mod known;
mod lexicon;
mod limits;
mod lookup;
mod model;
mod outcome;
mod parquet_read;
mod parts;
mod plan;
mod preview;
mod profile;
pub mod promise;
mod quotes;
pub mod released;
mod risk;
mod row_numbers;
mod samples;
pub mod single;
mod solved;
mod solver;
pub mod sorter;
mod source;
mod tables;
mod tree;
mod united;
mod values;
mod write;
mod xlsx;

pub use batch::StringBatch;
pub use families::check_search;
pub use inspect::{Persons, TableProfile};
pub use known::KnownRows;
pub use lexicon::{LifeDate, life_date};
pub use outcome::{ColumnOutcome, ModelOutcome, TableOutcome, TableRisk, WrittenCell};
pub use preview::{PreviewColumn, TablePreview};
pub use profile::looks_like_code_list;
pub use samples::{ColumnJudge, PeopleFound};
pub use single::WITHHELD;
pub use source::{Headers, Part};
pub use tables::{HIERARCHY_BYTES, HierarchySource, REFERENCE_BYTES, TableOptions, Tables};
pub use values::is_missing;
pub use write::unguarded;
