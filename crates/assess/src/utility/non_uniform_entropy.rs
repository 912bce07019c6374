//! How many bits a recipient lacks of each raw value.

use super::{ColumnTally, UtilityMetric};

/// The non-uniform entropy of a column: the bits that are missing of the raw value where the released one
/// is known, as a share of those that are missing where nothing is known. 0 where every value can be read
/// back, 1 where the release says nothing. A column of one value has nothing to lose.
#[derive(Debug, Clone, Copy, Default)]
pub struct NonUniformEntropy;

impl UtilityMetric for NonUniformEntropy {
    fn name(&self) -> &'static str {
        "non-uniform-entropy"
    }

    fn citation(&self) -> &'static str {
        "Gionis & Tassa, k-anonymization with minimal loss of information, TKDE 2009"
    }

    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)> {
        let all: u64 = column.raw.values.iter().map(|value| value.rows).sum();
        let bits = |part: u64, whole: u64| -(part as f64) * (part as f64 / whole as f64).log2();
        let values = column.raw.values.iter().filter(|value| value.rows > 0);
        let known_nothing: f64 = values.map(|value| bits(value.rows, all)).sum();
        let missing: f64 = column
            .pairs()
            .into_iter()
            .map(|(_, released, rows)| bits(rows, column.released.values[released as usize].rows))
            .sum();
        let lost =
            if known_nothing > 0.0 { (missing / known_nothing).clamp(0.0, 1.0) } else { 0.0 };
        vec![("lost", lost)]
    }
}
