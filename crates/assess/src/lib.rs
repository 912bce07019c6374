//! Judges a released table without knowing how it was made, so it can judge ours, a peer's or a
//! synthetic one.
//!
//! Rows are streamed in as cells ([`ClassIndex`], [`SignatureIndex`], [`UtilityMeter`]) and
//! serialisable reports come out. People are counted and not rows wherever a table has a subject
//! column. No code is shared with the solver, on purpose: a fault there has to show here. No
//! report holds a cell's value, but for the groups of a cohort's counts, which many people share.
//!
//! # Examples
//!
//! Three rows of two patients in one class are 2-anonymous and not 3-anonymous:
//!
//! ```
//! use anonymed_assess::{ClassIndex, Shape};
//!
//! let mut classes = ClassIndex::new(Shape::with_subject(2, 0));
//! for patient in ["P1", "P2", "P2"] {
//!     classes.add(&[Some("30..39"), Some("F")], Some(patient), &[])?;
//! }
//! let report = classes.report(3);
//! assert_eq!((report.smallest_class_rows, report.smallest_class_subjects), (3, 2));
//! assert_eq!(report.classes_below_k, 1);
//! # Ok::<(), anonymed_assess::AssessError>(())
//! ```

pub mod apart;
pub mod attacks;
mod cell;
mod classes;
mod coded;
pub mod cohort;
mod combinations;
mod counts;
mod distinct;
mod error;
mod exposure;
mod fidelity;
mod hash;
mod homogeneity;
mod hyper_log_log;
mod item_support;
mod joint;
mod known;
mod marginal;
mod pairing;
pub mod population;
pub mod privacy;
pub mod risk;
mod sensitive_log;
mod separation;
mod special;
mod table_risk;
mod table_utility;
pub mod utility;
mod wildcards;

pub use cell::ReleasedCell;
pub use classes::{ClassIndex, ClassReport, ClassView, Placed, Shape, SuppressionMark};
pub use coded::{CodedColumn, CodedTable, NOBODY};
pub use counts::{ClassCounts, ClassHash, SeenNumbers, fewest_values};
pub use error::AssessError;
pub use exposure::{
    AttackInput, Cells, Claims, Crowds, Exposure, QuasiColumn, Rate, Risk, Table, Whose,
};
pub use fidelity::{Drift, DriftReport, ModelReport, PairDrift, QueryReport, SubgroupLoss};
pub use hash::CellNumbers;
pub use homogeneity::{HomogeneityReport, L_CAP};
pub use item_support::{ItemSupport, subsets};
pub use joint::{JointReport, Multiplicity, SignatureIndex};
pub use known::ClassLabels;
pub use marginal::{ClassOver, Extents, Marginal, classes_over};
pub use pairing::{Matched, RowOrder};
pub use privacy::{PrivacyMeasure, Reached, SensitiveLog, ValueTree};
pub use risk::{Classes, RiskInput, RiskModel, RiskReport};
pub use separation::{Separation, SeparationReport};
pub use table_risk::{
    ColumnRisk, EstimateReport, PopulationReport, RiskQuestion, SensitiveRisk, TableRisk,
};
pub use table_utility::{ColumnKept, TableUtility, UtilityQuestion};
pub use utility::{ColumnTally, ColumnUtility, UtilityMeter, UtilityMetric, UtilityReport};
pub use wildcards::{NotComputed, WildcardReport};
