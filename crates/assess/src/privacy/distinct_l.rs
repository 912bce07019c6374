//! Distinct l: values of a class that different people account for.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The most values of a class that can be given to as many different people.
#[derive(Debug)]
pub(super) struct DistinctL;

/// Values are counted up to this.
pub(super) const MOST: usize = 1024;

impl PrivacyMeasure for DistinctL {
    fn name(&self) -> &'static str {
        "distinct-l-diversity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, TKDD 2007"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn of_class(&self, class: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        Some(class.by_people(MOST) as f64)
    }
}
