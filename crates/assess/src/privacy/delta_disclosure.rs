//! delta-disclosure: by which factor a value's share in a class differs from that in the table.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The highest |log2(p / q)| of the values that occur in a class, in bits.
#[derive(Debug)]
pub(super) struct DeltaDisclosure;

impl PrivacyMeasure for DeltaDisclosure {
    fn name(&self) -> &'static str {
        "delta-disclosure"
    }

    fn citation(&self) -> &'static str {
        "Brickell & Shmatikov, The cost of privacy, KDD 2008"
    }

    fn better(&self) -> Better {
        Better::Lower
    }

    fn of_class(&self, class: &ClassValues<'_>, table: &TableValues<'_>) -> Option<f64> {
        let gains = class.values.iter().map(|v| {
            let (here, before) = (class.share(v), table.share[v.value as usize]);
            (here / before).log2().abs()
        });
        Some(gains.fold(0.0, f64::max))
    }
}
