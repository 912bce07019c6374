//! Non-uniform entropy: how many bits a label leaves open about the value behind it.

use super::LossMetric;
use super::level_costs::{CellCost, LevelMetric, LevelView};
use crate::{FrequencyTable, Recoding};

/// Non-uniform entropy in bits, over all cells: −log2 of how often the cell's value occurs in the table
/// among the values its label stands for. A suppressed row is one of all rows.
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
        let all = table.total_rows();
        let bits = |rows: u64, of: u64| if of > 0 { rows as f64 * (of as f64).log2() } else { 0.0 };
        let mut total = 0.0;
        for (position, column) in recoding.columns().iter().enumerate() {
            let mut rows_of_label = vec![0u64; column.labels.len()];
            let mut suppressed = 0;
            for combination in 0..table.combinations() as u32 {
                let rows = table.rows(combination);
                match recoding.class_of(combination) {
                    None => suppressed += rows,
                    Some(class) => {
                        rows_of_label[column.label_of[class as usize] as usize] += rows;
                    }
                }
            }
            let labels = rows_of_label.iter().zip(&column.rows).map(|(rows, of)| bits(*rows, *of));
            let values = table.rows_of_codes(position);
            let values: f64 = values.iter().map(|rows| bits(*rows, *rows)).sum();
            total += column.weight * (labels.sum::<f64>() + bits(suppressed, all) - values);
        }
        total.max(0.0)
    }

    fn levels(&self) -> LevelMetric<'_> {
        LevelMetric::Cells(self)
    }
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
