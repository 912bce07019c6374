//! How many cells came through and how.

use super::{ColumnTally, UtilityMetric, share};

/// Shares of cells unchanged, generalised, suppressed (`*` or nothing where something was) and
/// missing before and after.
#[derive(Debug, Clone, Copy, Default)]
pub struct Changes;

impl UtilityMetric for Changes {
    fn name(&self) -> &'static str {
        "changes"
    }

    fn citation(&self) -> &'static str {
        "counts of cells"
    }

    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)> {
        vec![
            ("unchanged", share(column.unchanged, column.rows)),
            ("generalised", share(column.generalised, column.rows)),
            ("suppressed", share(column.suppressed, column.rows)),
            ("missing", share(column.missing, column.rows)),
        ]
    }
}
