//! Loss metrics: what a recoding costs, one file each. Lower is better.

use crate::{FrequencyTable, Recoding};

mod discernibility;
mod ncp;

pub use discernibility::Discernibility;
pub use ncp::GlobalCertaintyPenalty;

/// What a recoding costs. Asked by [`crate::Problem::solve`] and by searches that compare.
pub trait LossMetric: Send + Sync {
    /// The metric's name in policies, as `loss`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// The cost of a recoding of combinations.
    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64;
}

/// Every metric.
pub const ALL: &[&dyn LossMetric] = &[&Discernibility, &GlobalCertaintyPenalty];

/// The metric of a name.
pub fn by_name(name: &str) -> Option<&'static dyn LossMetric> {
    ALL.iter().copied().find(|m| m.name() == name)
}
