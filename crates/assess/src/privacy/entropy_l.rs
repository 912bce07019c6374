//! Entropy l: to how many equally frequent values the values of a class amount.

use super::{Better, ClassValues, PrivacyMeasure, TableValues, distinct_l};

/// The exponential of the Shannon entropy of a class's values; no more than different people account for.
#[derive(Debug)]
pub(super) struct EntropyL;

impl PrivacyMeasure for EntropyL {
    fn name(&self) -> &'static str {
        "entropy-l-diversity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, TKDD 2007"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn of_class(&self, class: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        let all: f64 = class.values.iter().map(|v| v.weight).sum();
        let term = |weight: f64| -(weight / all) * (weight / all).ln();
        let entropy: f64 = class.values.iter().map(|v| term(v.weight)).sum();
        let values = class.by_people(distinct_l::MOST) as f64;
        Some(if class.values.is_empty() { 0.0 } else { entropy.exp().min(values) })
    }
}
