//! k: people of the smallest class.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// People of a class.
#[derive(Debug)]
pub(super) struct K;

impl PrivacyMeasure for K {
    fn name(&self) -> &'static str {
        "k-anonymity"
    }

    fn citation(&self) -> &'static str {
        "Sweeney, k-anonymity: a model for protecting privacy, IJUFKS 2002"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn of_class(&self, class: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        Some(class.people as f64)
    }
}
