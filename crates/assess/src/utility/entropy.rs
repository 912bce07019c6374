//! How much of a column's information is left.

use super::{ColumnTally, UtilityMetric};

/// Shannon entropy in bits of the values before and after, and their ratio: 1 where every value
/// can still be told from every other, 0 where none can (after non-uniform entropy, Gionis & Tassa
/// 2009). A column of one value has lost nothing: ratio 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entropy;

impl UtilityMetric for Entropy {
    fn name(&self) -> &'static str {
        "entropy"
    }

    fn citation(&self) -> &'static str {
        "Gionis & Tassa, k-anonymization with minimal loss of information, TKDE 2009"
    }

    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)> {
        let before = bits(column.raw.values.iter().map(|v| v.rows));
        let after = bits(column.released.values.iter().map(|v| v.rows));
        let ratio = if before > 0.0 { (after / before).min(1.0) } else { 1.0 };
        vec![("before", before), ("after", after), ("ratio", ratio)]
    }
}

fn bits(counts: impl Iterator<Item = u64> + Clone) -> f64 {
    let total: u64 = counts.clone().sum();
    if total == 0 {
        return 0.0;
    }
    let entropy: f64 = counts
        .filter(|n| *n > 0)
        .map(|n| {
            let p = n as f64 / total as f64;
            -p * p.log2()
        })
        .sum();
    entropy.max(0.0)
}
