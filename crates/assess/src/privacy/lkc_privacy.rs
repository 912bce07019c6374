//! LKC-privacy: people of a group that a few columns make, and how surely a value can be told of them.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

const CITATION: &str = "Mohammed, Fung, Hung & Lee, Anonymizing healthcare data, KDD 2009";

/// People of a group.
#[derive(Debug)]
pub(super) struct K;

/// The highest share of a group's people who have one value.
#[derive(Debug)]
pub(super) struct C;

impl PrivacyMeasure for K {
    fn name(&self) -> &'static str {
        "lkc-k"
    }

    fn citation(&self) -> &'static str {
        CITATION
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn is_of_groups(&self) -> bool {
        true
    }

    fn of_class(&self, group: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        Some(group.people as f64)
    }
}

impl PrivacyMeasure for C {
    fn name(&self) -> &'static str {
        "lkc-c"
    }

    fn citation(&self) -> &'static str {
        CITATION
    }

    fn better(&self) -> Better {
        Better::Lower
    }

    fn is_of_groups(&self) -> bool {
        true
    }

    fn of_class(&self, group: &ClassValues<'_>, _: &TableValues<'_>) -> Option<f64> {
        Some(group.values.iter().map(|value| group.share(value)).fold(0.0, f64::max))
    }
}
