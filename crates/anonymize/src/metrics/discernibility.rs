//! Discernibility: how many rows each row cannot be told from.

use super::LossMetric;
use super::level_costs::{ClassSizes, LevelMetric};
use crate::{FrequencyTable, Recoding};

/// The discernibility metric (Bayardo & Agrawal, *Data privacy through optimal k-anonymization*,
/// ICDE 2005): the sum over classes of the square of their rows; a suppressed row costs the whole
/// table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discernibility;

impl LossMetric for Discernibility {
    fn name(&self) -> &'static str {
        "discernibility"
    }

    fn citation(&self) -> &'static str {
        "Bayardo & Agrawal, Data privacy through optimal k-anonymization, ICDE 2005"
    }

    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64 {
        let rows = super::rows_of_class(table, recoding);
        let all = table.total_rows();
        cost(rows.iter().copied(), all - rows.iter().sum::<u64>(), all)
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Classes(&|sizes: &ClassSizes<'_>| {
            let kept = sizes.rows.iter().zip(sizes.hold).filter(|(_, hold)| **hold);
            cost(kept.map(|(rows, _)| *rows), sizes.suppressed, sizes.rows.iter().sum())
        })
    }
}

fn cost(classes: impl Iterator<Item = u64>, suppressed: u64, rows: u64) -> f64 {
    classes.map(|n| (n as f64).powi(2)).sum::<f64>() + suppressed as f64 * rows as f64
}
