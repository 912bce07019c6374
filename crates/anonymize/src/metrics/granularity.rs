//! Granularity: how much of each column's domain a label stands for, and the columns together by their
//! arithmetic mean.

use super::LossMetric;
use super::level_costs::{CellCost, LevelMetric, LevelView, weighted_mean};
use super::loss::{cells, normalised};
use crate::{FrequencyTable, Recoding};

/// As [`super::Loss`] reckons a column; the columns' means together as their weighted mean. ARX shows one
/// less this as the quality "granularity".
///
/// # Citation
///
/// Iyengar, *Transforming data to satisfy privacy constraints*, KDD 2002.
#[derive(Debug, Clone, Copy, Default)]
pub struct Granularity;

impl LossMetric for Granularity {
    fn name(&self) -> &'static str {
        "granularity"
    }

    fn citation(&self) -> &'static str {
        "Iyengar, Transforming data to satisfy privacy constraints, KDD 2002"
    }

    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64 {
        weighted_mean(cells(table, recoding).into_iter())
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Cells(self)
    }
}

impl CellCost for Granularity {
    fn column(&self, view: &LevelView<'_>) -> f64 {
        let cells = view.rows_of_label.iter().zip(view.shares);
        let sum = cells.map(|(rows, share)| *rows as f64 * share).sum();
        normalised(sum, view.rows, 1.0 / view.domain.max(1.0))
    }

    fn suppressed(&self, view: &LevelView<'_>) -> Vec<f64> {
        super::Loss.suppressed(view)
    }

    fn total(&self, columns: &[(f64, f64)], _: u64) -> f64 {
        weighted_mean(columns.iter().copied())
    }
}
