//! How many distinct values there were and are.

use super::{ColumnTally, UtilityMetric};

/// Distinct values before and after, the missing one counted where it occurs.
#[derive(Debug, Clone, Copy, Default)]
pub struct DistinctValues;

impl UtilityMetric for DistinctValues {
    fn name(&self) -> &'static str {
        "distinct"
    }

    fn citation(&self) -> &'static str {
        "counts of values"
    }

    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)> {
        vec![
            ("before", column.raw.values.len() as f64),
            ("after", column.released.values.len() as f64),
        ]
    }
}
