//! Mean and spread of numeric columns.

use super::{ColumnTally, UtilityMetric};

/// Mean and standard deviation of the numbers before, and of the numbers and middles of ranges
/// after; and the mean distance of a number from what stands for it. Cells that say no number after
/// are left out after. Only for columns where every value before is a number.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moments;

impl UtilityMetric for Moments {
    fn name(&self) -> &'static str {
        "moments"
    }

    fn citation(&self) -> &'static str {
        "Welford, Note on a method for calculating corrected sums of squares, 1962"
    }

    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)> {
        let (before, after) = (&column.raw_numbers, &column.released_numbers);
        if !column.raw_is_numeric || before.count == 0 {
            return Vec::new();
        }
        let mut figures =
            vec![("mean-before", before.mean), ("deviation-before", before.deviation())];
        if after.count > 0 {
            figures.push(("mean-after", after.mean));
            figures.push(("deviation-after", after.deviation()));
            figures.push(("mean-distance", column.distance.0 / column.distance.1 as f64));
        }
        figures
    }
}
