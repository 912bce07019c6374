//! What an analyst can still do with a released table beside the raw one: distributions, relations between
//! columns, counts, and neighbours.

mod boosted;
mod cover;
mod divergence;
mod drift;
mod neighbours;
mod queries;
mod subgroups;
mod trained;

pub(crate) use cover::Cover;
pub(crate) use divergence::divergence;
pub(crate) use drift::drift;
pub(crate) use neighbours::neighbours_kept;
pub(crate) use queries::queries;
pub(crate) use trained::trained;

pub use drift::{Drift, DriftReport, PairDrift};
pub use queries::QueryReport;
pub use subgroups::SubgroupLoss;
pub use trained::ModelReport;
