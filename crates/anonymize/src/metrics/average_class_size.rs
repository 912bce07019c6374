//! Average equivalence class size.

use super::LossMetric;
use super::level_costs::{ClassSizes, LevelMetric};
use crate::{FrequencyTable, Recoding};

/// Average equivalence class size: rows by classes; all suppressed rows are one class more.
///
/// # Citation
///
/// LeFevre, DeWitt & Ramakrishnan, *Mondrian multidimensional k-anonymity*, ICDE 2006.
#[derive(Debug, Clone, Copy, Default)]
pub struct AverageClassSize;

fn average(rows: u64, classes: u64, suppressed: u64) -> f64 {
    let classes = classes + u64::from(suppressed > 0);
    if classes == 0 { 0.0 } else { rows as f64 / classes as f64 }
}

impl LossMetric for AverageClassSize {
    fn name(&self) -> &'static str {
        "average-class-size"
    }

    fn citation(&self) -> &'static str {
        "LeFevre, DeWitt & Ramakrishnan, Mondrian multidimensional k-anonymity, ICDE 2006"
    }

    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64 {
        let rows = table.total_rows();
        let kept: u64 = super::rows_of_class(table, recoding).iter().sum();
        average(rows, u64::from(recoding.classes()), rows - kept)
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Classes(&|sizes: &ClassSizes<'_>| {
            let kept = sizes.hold.iter().filter(|hold| **hold).count() as u64;
            average(sizes.rows.iter().sum(), kept, sizes.suppressed)
        })
    }
}
