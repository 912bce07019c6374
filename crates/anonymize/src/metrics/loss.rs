//! Loss: how much of each column's domain a label stands for, normalised, and the columns together by
//! their geometric mean.

use super::LossMetric;
use super::level_costs::{CellCost, LevelMetric, LevelView};
use crate::{FrequencyTable, RecodedColumn, Recoding};

/// Iyengar's loss metric as ARX reckons it: a cell costs the share of its column's domain that its
/// label stands for (of a hierarchy all values count, whether they occur or not), a suppressed cell the
/// whole domain. A column's mean is brought to 0 for values as they are and 1 for all suppressed; the
/// columns' means x are put together as the geometric mean of 1 + x, less 1.
///
/// # Citation
///
/// Iyengar, *Transforming data to satisfy privacy constraints*, KDD 2002.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loss;

impl LossMetric for Loss {
    fn name(&self) -> &'static str {
        "loss"
    }

    fn citation(&self) -> &'static str {
        "Iyengar, Transforming data to satisfy privacy constraints, KDD 2002"
    }

    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64 {
        geometric(cells(table, recoding).into_iter())
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Cells(self)
    }
}

impl CellCost for Loss {
    fn column(&self, view: &LevelView<'_>) -> f64 {
        let cells = view.rows_of_label.iter().zip(view.shares);
        let sum = cells.map(|(rows, share)| *rows as f64 * share).sum();
        normalised(sum, view.rows, 1.0 / view.domain.max(1.0))
    }

    fn suppressed(&self, view: &LevelView<'_>) -> Vec<f64> {
        let least = 1.0 / view.domain.max(1.0);
        let range = view.rows as f64 * (1.0 - least);
        let more = |share: &f64| if range > 0.0 { (1.0 - share) / range } else { 0.0 };
        view.shares.iter().map(more).collect()
    }

    fn total(&self, columns: &[(f64, f64)], _: u64) -> f64 {
        geometric(columns.iter().copied())
    }
}

/// The mean of each column, 0 to 1, and its weight.
pub(super) fn cells(table: &FrequencyTable, recoding: &Recoding) -> Vec<(f64, f64)> {
    let rows_of_class = super::rows_of_class(table, recoding);
    let rows = table.total_rows();
    let kept: u64 = rows_of_class.iter().sum();
    let mean = |column: &RecodedColumn| {
        let classes = rows_of_class.iter().zip(&column.label_of);
        let shares = classes.map(|(n, label)| *n as f64 * column.shares[*label as usize]);
        let sum = shares.sum::<f64>() + (rows - kept) as f64;
        (normalised(sum, rows, column.least_share), column.weight)
    };
    recoding.columns().iter().map(mean).collect()
}

/// A sum of shares between that of single values and that of the whole domain.
pub(super) fn normalised(sum: f64, rows: u64, least: f64) -> f64 {
    let range = rows as f64 * (1.0 - least);
    if range > 0.0 { ((sum - rows as f64 * least) / range).clamp(0.0, 1.0) } else { 0.0 }
}

fn geometric(columns: impl Iterator<Item = (f64, f64)>) -> f64 {
    super::level_costs::weighted_mean(columns.map(|(mean, weight)| (mean.ln_1p(), weight))).exp_m1()
}
