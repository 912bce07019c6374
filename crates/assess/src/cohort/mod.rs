//! Cohorts: who of a table is meant by a filter, at least and at most, and what such people have in common.
//!
//! A table may be raw or generalised. A generalised cell may straddle a filter (`60..69` and `age >= 65`); then
//! counts have bounds, and an estimate that takes values for uniform within what the cell covers.

mod beside;
mod contrast;
mod counts;
mod filter;
mod follow_up;
mod lineage;
mod meaning;
mod members;
mod parse;
mod pieces;
mod report;
mod suppress;
mod value;

pub use beside::{CohortDrift, ContrastDrift, CountDrift};
pub use contrast::Contrast;
pub use counts::{Bounds, CountTable};
pub use filter::{Filter, MOST_TESTS};
pub use follow_up::{Incidence, LogRank, Step, Survival};
pub use lineage::Lineage;
pub use members::CohortTable;
pub use parse::FilterError;
pub use report::{
    Against, CohortError, CohortFigures, CohortQuestion, CohortReport, Followed, Watched,
    WatchedTime,
};
