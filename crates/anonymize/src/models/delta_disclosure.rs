//! delta-disclosure privacy over subjects: no sensitive value of a class is much more or much less
//! common there than in the whole table.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::distribution::{Prior, shares};
use crate::{AnonymizeError, ClassAccumulator, FrequencyTable};

/// For every sensitive value that occurs in a class, |log2(p / q)| is at most delta, where p is the share
/// of the class's people who have it and q that of all people.
///
/// # Guarantee
///
/// Whoever places a person in a class learns at most a factor of 2^delta about each value there.
///
/// # Citation
///
/// Brickell & Shmatikov, *The cost of privacy: destruction of data-mining utility in anonymized data
/// publishing*, KDD 2008, definition 1. It asks the same of values that do not occur in a class, which no
/// class of fewer people than there are values can satisfy; ARX and this leave them out.
#[derive(Debug, Clone, PartialEq)]
pub struct DeltaDisclosure {
    delta: f64,
    on: usize,
    prior: Vec<f64>,
}

impl DeltaDisclosure {
    /// delta-disclosure privacy on the sensitive column at a position of a table; delta in bits.
    pub fn new(delta: f64, on: usize, table: &FrequencyTable) -> Self {
        Self { delta, on, prior: Prior::of(table, on).share }
    }
}

impl PrivacyModel for DeltaDisclosure {
    fn name(&self) -> String {
        format!("{}-disclosure privacy", self.delta)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let people = f64::from(class.subjects().count().at_least());
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        let gain = |(code, share): (u32, f64)| (share / self.prior[code as usize]).log2().abs();
        let most = shares(histogram, people).map(gain).fold(0.0, f64::max);
        if super::within(most, self.delta) { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        // A value that one of two classes lacks is rarer in their union than in the other.
        Monotonicity::None
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn sensitive(&self) -> Option<usize> {
        Some(self.on)
    }
}

pub(super) struct DeltaDisclosureFamily;

impl ModelFamily for DeltaDisclosureFamily {
    fn name(&self) -> &'static str {
        "delta-disclosure"
    }

    fn citation(&self) -> &'static str {
        "Brickell & Shmatikov, The cost of privacy, KDD 2008"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["delta"]
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn compares_with_table(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let delta = parameters.positive(self.name(), "delta", "delta is a number above 0")?;
        let on = parameters.sensitive(self.name(), table)?;
        Ok(Box::new(DeltaDisclosure::new(delta, on, table)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tests::{class_of, table_of_rows};

    #[test]
    fn gains_and_losses_are_bounded() {
        // Priors 1/2, 1/4, 1/4.
        let table = table_of_rows(&[&[2, 1, 1], &[2, 1, 0], &[0, 0, 1]]);
        let check = |class: u32, delta, holds| {
            let model = DeltaDisclosure::new(delta, 0, &table);
            assert_eq!(model.judge(&class_of(&table, &[class])).holds(), holds, "{class} {delta}");
        };
        check(0, 0.001, true);
        check(1, 0.5, true);
        check(1, 0.4, false);
        check(2, 1.9, false);
        check(2, 2.0, true);
    }
}
