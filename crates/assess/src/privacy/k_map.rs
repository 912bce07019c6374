//! k-map: people of the population whom the labels of a class fit.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The population's people of a class.
#[derive(Debug)]
pub(super) struct KMap;

impl PrivacyMeasure for KMap {
    fn name(&self) -> &'static str {
        "k-map"
    }

    fn citation(&self) -> &'static str {
        "Sweeney, Achieving k-anonymity privacy protection using generalization and suppression, IJUFKS 2002"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn of_class(&self, class: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        class.population.map(|people| people as f64)
    }
}
