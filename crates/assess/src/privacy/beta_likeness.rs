//! beta-likeness: by how much the belief in a value grows, relative to what it was.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The highest (p - q) / q of a class's values. In the enhanced form it is beyond every number where it is
/// above -ln q for a value.
#[derive(Debug)]
pub(super) struct BetaLikeness {
    name: &'static str,
    enhanced: bool,
}

pub(super) const BASIC: BetaLikeness =
    BetaLikeness { name: "basic-beta-likeness", enhanced: false };
pub(super) const ENHANCED: BetaLikeness =
    BetaLikeness { name: "enhanced-beta-likeness", enhanced: true };

impl PrivacyMeasure for BetaLikeness {
    fn name(&self) -> &'static str {
        self.name
    }

    fn citation(&self) -> &'static str {
        "Cao & Karras, Publishing microdata with a robust privacy guarantee, PVLDB 2012"
    }

    fn better(&self) -> Better {
        Better::Lower
    }

    fn of_class(&self, class: &ClassValues<'_>, table: &TableValues<'_>) -> Option<f64> {
        let gains = class.values.iter().map(|v| {
            let before = table.share[v.value as usize];
            let gain = (class.share(v) - before) / before;
            let beyond = self.enhanced && gain > 0.0 && gain > -before.ln() + 1e-9;
            if beyond { f64::INFINITY } else { gain }
        });
        Some(gains.fold(0.0, f64::max))
    }
}
