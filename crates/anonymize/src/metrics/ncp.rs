//! Global certainty penalty: how much of each column's domain a cell's label leaves open, as a mean
//! over all cells.

use super::LossMetric;
use super::level_costs::{CellCost, LevelMetric, LevelView, weighted_mean};
use crate::{FrequencyTable, Recoding};

/// The normalised certainty penalty (Xu et al., *Utility-based anonymization using local recoding*,
/// KDD 2006) as a mean over rows and weighted columns (Ghinita et al. 2007): 0 where nothing is
/// generalised, 1 where everything is suppressed.
///
/// A range costs its length by the domain's, a set its values by the domain's, a hierarchy's node
/// its leaves by all, a single value nothing, a suppressed cell 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct GlobalCertaintyPenalty;

impl LossMetric for GlobalCertaintyPenalty {
    fn name(&self) -> &'static str {
        "gcp"
    }

    fn citation(&self) -> &'static str {
        "Xu et al., Utility-based anonymization using local recoding, KDD 2006"
    }

    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64 {
        let penalty: Vec<f64> = (0..recoding.classes()).map(|c| recoding.class_ncp(c)).collect();
        let (mut sum, mut rows) = (0.0, 0.0);
        for combination in 0..table.combinations() as u32 {
            let weight = table.rows(combination) as f64;
            rows += weight;
            sum += weight * recoding.class_of(combination).map_or(1.0, |c| penalty[c as usize]);
        }
        if rows > 0.0 { sum / rows } else { 0.0 }
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Cells(self)
    }
}

impl CellCost for GlobalCertaintyPenalty {
    fn column(&self, view: &LevelView<'_>) -> f64 {
        let cells = view.rows_of_label.iter().zip(view.ncp);
        let sum: f64 = cells.map(|(rows, ncp)| *rows as f64 * ncp).sum();
        if view.rows > 0 { sum / view.rows as f64 } else { 0.0 }
    }

    fn suppressed(&self, view: &LevelView<'_>) -> Vec<f64> {
        view.ncp.iter().map(|ncp| (1.0 - ncp) / view.rows.max(1) as f64).collect()
    }

    fn total(&self, columns: &[(f64, f64)], _: u64) -> f64 {
        weighted_mean(columns.iter().copied())
    }
}
