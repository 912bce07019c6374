//! Makes a frequency table satisfy privacy models at least loss.
//!
//! Packed codes come in ([`FrequencyTable`]: the distinct combinations of the quasi-identifiers,
//! each with its rows, its distinct subjects and its sensitive values), a [`Recoding`] goes out:
//! for every combination the equivalence class it belongs to, for every class the generalised
//! label of each column. Nothing here knows a file, a column store or a value's meaning beyond its
//! order or its place in a [`Hierarchy`].
//!
//! People are counted and not rows: a class of five rows of one patient has one subject. What a
//! class knows of itself is one mergeable [`ClassAccumulator`], every [`PrivacyModel`] is a
//! function of it, and every [`Search`] asks the models.
//!
//! # Examples
//!
//! Twelve visits of six patients, by age; every class has to hold three patients:
//!
//! ```
//! use anonymed_anonymize::{FrequencyBuilder, KAnonymity, Problem, QuasiColumn, search::Mondrian};
//!
//! let ages = ["30", "34", "39", "60", "66", "71"].map(|a| Some(a.to_owned()));
//! let columns = vec![QuasiColumn::numeric("age", ages.to_vec())?];
//! let mut builder = FrequencyBuilder::new(columns, vec![], 8)?;
//! for patient in 0..6 {
//!     builder.add(&[patient], 2, &[patient], &[])?;
//! }
//! let table = builder.finish();
//! let solution = Problem::new(&table, vec![Box::new(KAnonymity::new(3))]).solve(&Mondrian)?;
//! assert_eq!(solution.classes, 2);
//! assert_eq!(solution.recoding.label(solution.recoding.class_of(0).unwrap(), 0), Some("30..39"));
//! # Ok::<(), anonymed_anonymize::AnonymizeError>(())
//! ```

mod axis;
mod cell_suppression;
mod class;
mod code_ranges;
mod coded_rows;
mod column;
mod distribution;
mod error;
mod frequency;
mod frequency_builder;
mod grouping;
pub mod hierarchies;
mod hierarchy;
mod hierarchy_check;
mod hierarchy_lines;
mod information;
mod interval_label;
mod item_sets;
mod keys;
mod known;
mod levels;
pub mod metrics;
pub mod models;
mod narrow;
mod numbering;
mod parts;
mod pieces;
mod population;
mod recoding;
pub mod search;
mod solution;
mod subjects;

pub use class::{ClassAccumulator, SensitiveHistogram};
pub use coded_rows::CodedRows;
pub use column::{QuasiColumn, QuasiKind, SensitiveColumn};
pub use error::AnonymizeError;
pub use frequency::FrequencyTable;
pub use frequency_builder::FrequencyBuilder;
pub use grouping::{GroupedSolution, RowCounts, SubjectGrouping};
pub use hierarchy::{Hierarchy, HierarchyError, HierarchyFile};
pub use hierarchy_check::{Fault, FaultKind, HierarchyCheck};
pub use hierarchy_lines::HierarchyLines;
pub use interval_label::{end_label, end_place, number};
pub use item_sets::{ItemSets, KmAnonymity};
pub use metrics::LossMetric;
pub use models::{
    AlphaKAnonymity, BetaLikeness, DeltaDisclosure, DeltaPresence, DistinctLDiversity,
    EntropyLDiversity, GroundDistance, Judgement, KAnonymity, KMap, LkcPrivacy, ModelParameters,
    Monotonicity, PrivacyModel, Reach, RecursiveLDiversity, TCloseness,
};
pub use narrow::Narrow;
pub use parts::{CutColumns, MOST_PARTS, PartTree};
pub use pieces::{PieceBuilder, Pieces};
pub use recoding::{RecodedColumn, Recoding, SUPPRESSED, alike};
pub use search::{Found, Proof, Search};
pub use solution::{Problem, Solution, suppressed_share};
pub use subjects::{Counting, SubjectCount, SubjectSet};
