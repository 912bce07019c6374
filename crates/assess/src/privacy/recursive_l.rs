//! Recursive (c,l): the c a class needs at an l.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The weight of a class's most frequent value over that of its l-th and rarer ones together; beyond every
/// number where different people account for fewer than l values. A class is (c,l)-diverse for every c
/// above it.
#[derive(Debug)]
pub(super) struct RecursiveC;

impl PrivacyMeasure for RecursiveC {
    fn name(&self) -> &'static str {
        "recursive-l-diversity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, TKDD 2007"
    }

    fn better(&self) -> Better {
        Better::Lower
    }

    fn of_class(&self, class: &ClassValues<'_>, table: &TableValues<'_>) -> Option<f64> {
        let l = table.l as usize;
        if class.by_people(l) < l {
            return Some(f64::INFINITY);
        }
        let mut weights: Vec<f64> = class.values.iter().map(|v| v.weight).collect();
        weights.sort_by(|a, b| b.total_cmp(a));
        Some(weights[0] / weights[l - 1..].iter().sum::<f64>())
    }
}
