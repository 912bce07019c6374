//! Non-uniform entropy: how many bits a label leaves open about the value behind it.

use super::LossMetric;
use super::level_costs::{CellCost, LevelMetric, LevelView};
use crate::{FrequencyTable, Recoding};
use hashbrown::HashMap;

/// Non-uniform entropy in bits, over all cells: −log2 of how often the cell's value occurs among the
/// rows with its label. A suppressed row is one of all rows.
///
/// # Citation
///
/// Gionis & Tassa, *k-anonymization with minimal loss of information*, TKDE 2009.
#[derive(Debug, Clone, Copy, Default)]
pub struct NonUniformEntropy;

impl LossMetric for NonUniformEntropy {
    fn name(&self) -> &'static str {
        "entropy"
    }

    fn citation(&self) -> &'static str {
        "Gionis & Tassa, k-anonymization with minimal loss of information, TKDE 2009"
    }

    fn loss(&self, table: &FrequencyTable, recoding: &Recoding) -> f64 {
        let rows = table.total_rows();
        let mut bits = 0.0;
        for (position, column) in recoding.columns().iter().enumerate() {
            let mut rows_of_label = vec![0u64; column.labels.len()];
            let mut rows_of_value = vec![0u64; table.columns()[position].values().len()];
            let mut cells: HashMap<(u32, u32), u64, foldhash::fast::FixedState> =
                HashMap::default();
            let mut suppressed: Vec<u64> = vec![0; rows_of_value.len()];
            for (combination, code) in table.codes(position).enumerate() {
                let n = table.rows(combination as u32);
                rows_of_value[code as usize] += n;
                match recoding.class_of(combination as u32) {
                    None => suppressed[code as usize] += n,
                    Some(class) => {
                        let label = column.label_of[class as usize];
                        rows_of_label[label as usize] += n;
                        *cells.entry((label, code)).or_default() += n;
                    }
                }
            }
            let mut cells: Vec<((u32, u32), u64)> = cells.into_iter().collect();
            cells.sort_unstable();
            let released =
                cells.iter().map(|((label, _), n)| cost(*n, *n, rows_of_label[*label as usize]));
            let gone = suppressed.iter().zip(&rows_of_value).map(|(n, of)| cost(*n, *of, rows));
            bits += column.weight * (released.sum::<f64>() + gone.sum::<f64>());
        }
        bits
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Cells(self)
    }
}

/// What so many rows cost that have a value `part` of `whole` rows have.
fn cost(rows: u64, part: u64, whole: u64) -> f64 {
    if rows == 0 || part == 0 { 0.0 } else { rows as f64 * (whole as f64 / part as f64).log2() }
}

impl CellCost for NonUniformEntropy {
    fn column(&self, view: &LevelView<'_>) -> f64 {
        // Summed over values, log2(label / value) is what the labels have less what the values have.
        let bits = |rows: &[u64]| -> f64 {
            rows.iter().filter(|n| **n > 0).map(|n| *n as f64 * (*n as f64).log2()).sum()
        };
        bits(view.rows_of_label) - bits(view.rows_of_value)
    }

    fn suppressed(&self, view: &LevelView<'_>) -> Vec<f64> {
        let rows = view.rows as f64;
        let more = |n: &u64| if *n > 0 { (rows / *n as f64).log2() } else { 0.0 };
        view.rows_of_label.iter().map(more).collect()
    }

    fn total(&self, columns: &[(f64, f64)], _: u64) -> f64 {
        columns.iter().map(|(bits, weight)| bits * weight).sum()
    }
}
