//! alpha: how surely a value can be told of the people of a class.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The highest share of a class's people who have one value.
#[derive(Debug)]
pub(super) struct Alpha;

impl PrivacyMeasure for Alpha {
    fn name(&self) -> &'static str {
        "alpha-k-anonymity"
    }

    fn citation(&self) -> &'static str {
        "Wong, Li, Fu & Wang, (alpha,k)-anonymity, KDD 2006"
    }

    fn better(&self) -> Better {
        Better::Lower
    }

    fn of_class(&self, class: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        Some(class.values.iter().map(|v| class.share(v)).fold(0.0, f64::max))
    }
}
