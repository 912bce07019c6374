//! Discernibility: how many rows each row cannot be told from.

use super::LossMetric;
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
        let mut rows = vec![0u64; recoding.classes() as usize];
        let mut suppressed = 0u64;
        for combination in 0..table.combinations() as u32 {
            match recoding.class_of(combination) {
                Some(class) => rows[class as usize] += table.rows(combination),
                None => suppressed += table.rows(combination),
            }
        }
        let classes: f64 = rows.iter().map(|n| (*n as f64).powi(2)).sum();
        classes + suppressed as f64 * table.total_rows() as f64
    }
}
