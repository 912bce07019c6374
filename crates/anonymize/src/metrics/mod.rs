//! Loss metrics: what a recoding costs, one file each. Lower is better.

use crate::{FrequencyTable, Recoding};

mod average_class_size;
mod discernibility;
mod entropy;
mod granularity;
mod level_costs;
mod loss;
mod ncp;

pub use average_class_size::AverageClassSize;
pub use discernibility::Discernibility;
pub use entropy::NonUniformEntropy;
pub use granularity::Granularity;
pub use level_costs::{CellCost, ClassSizes, LevelMetric, LevelView};
pub use loss::Loss;
pub use ncp::GlobalCertaintyPenalty;

pub(crate) use level_costs::LevelCosts;

/// What a recoding costs. Asked by [`crate::Problem::solve`] and by searches that compare.
pub trait LossMetric: Send + Sync {
    /// The metric's name in policies, as `loss`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// The cost of a recoding of combinations.
    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64;

    /// How it is reckoned over the levels of a full-domain generalization. Asked by the searches of the
    /// lattice, which need a bound for nodes whose classes are not made yet.
    fn levels(&self) -> LevelMetric<'_>;
}

/// Every metric.
pub const ALL: &[&dyn LossMetric] = &[
    &AverageClassSize,
    &Discernibility,
    &GlobalCertaintyPenalty,
    &Granularity,
    &Loss,
    &NonUniformEntropy,
];

/// The metric of a name.
pub fn by_name(name: &str) -> Option<&'static dyn LossMetric> {
    ALL.iter().copied().find(|m| m.name() == name)
}

/// Rows of each class.
fn rows_of_class(table: &FrequencyTable, recoding: &Recoding) -> Vec<u64> {
    let mut rows = vec![0u64; recoding.classes() as usize];
    for combination in 0..table.combinations() as u32 {
        if let Some(class) = recoding.class_of(combination) {
            rows[class as usize] += table.rows(combination);
        }
    }
    rows
}
