//! beta-likeness over subjects: no sensitive value of a class is much more common there than in the whole
//! table, relative to how common it is.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::distribution::{Prior, shares};
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable};

/// For every sensitive value that more of a class's people have (p) than of all people (q), the gain
/// (p - q) / q is at most beta; in the enhanced form at most the lesser of beta and -ln q, so that common
/// values are bounded too.
///
/// # Guarantee
///
/// Whoever places a person in a class believes in no value more than 1 + beta times as much as before.
///
/// # Citation
///
/// Cao & Karras, *Publishing microdata with a robust privacy guarantee*, PVLDB 2012, definitions 2 and 3.
#[derive(Debug, Clone, PartialEq)]
pub struct BetaLikeness {
    kind: &'static str,
    beta: f64,
    on: usize,
    /// By value: its prior and the gain that is allowed.
    bounds: Vec<(f64, f64)>,
    counting: Counting,
}

impl BetaLikeness {
    /// Basic beta-likeness on the sensitive column at a position of a table.
    pub fn basic(beta: f64, on: usize, table: &FrequencyTable) -> Self {
        Self::new("basic", beta, on, table, |_| beta)
    }

    /// Enhanced beta-likeness on the sensitive column at a position of a table.
    pub fn enhanced(beta: f64, on: usize, table: &FrequencyTable) -> Self {
        Self::new("enhanced", beta, on, table, |prior| beta.min(-prior.ln()))
    }

    fn new(
        kind: &'static str,
        beta: f64,
        on: usize,
        table: &FrequencyTable,
        most: impl Fn(f64) -> f64,
    ) -> Self {
        let bounds = Prior::of(table, on).share.into_iter().map(|q| (q, most(q))).collect();
        Self { kind, beta, on, bounds, counting: table.counting() }
    }
}

impl PrivacyModel for BetaLikeness {
    fn name(&self) -> String {
        format!("{} {}-likeness", self.kind, self.beta)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let people = f64::from(class.subjects().count().at_least());
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        let bounded = shares(histogram, people).all(|(code, share)| {
            let (prior, most) = self.bounds[code as usize];
            share <= prior || super::within((share - prior) / prior, most)
        });
        if bounded { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        super::of_mixtures(self.counting)
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn sensitive(&self) -> Option<usize> {
        Some(self.on)
    }
}

/// Basic and enhanced.
pub(super) struct BetaLikenessFamily {
    name: &'static str,
    kind: &'static str,
    of: fn(f64, usize, &FrequencyTable) -> BetaLikeness,
}

pub(super) const BASIC: BetaLikenessFamily =
    BetaLikenessFamily { name: "basic-beta-likeness", kind: "basic", of: BetaLikeness::basic };

pub(super) const ENHANCED: BetaLikenessFamily = BetaLikenessFamily {
    name: "enhanced-beta-likeness",
    kind: "enhanced",
    of: BetaLikeness::enhanced,
};

impl ModelFamily for BetaLikenessFamily {
    fn name(&self) -> &'static str {
        self.name
    }

    fn citation(&self) -> &'static str {
        "Cao & Karras, Publishing microdata with a robust privacy guarantee, PVLDB 2012"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["beta"]
    }

    fn kind(&self) -> Option<&'static str> {
        Some(self.kind)
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
        let beta = parameters.positive(self.name, "beta", "beta is a number above 0")?;
        let on = parameters.sensitive(self.name, table)?;
        Ok(Box::new((self.of)(beta, on, table)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tests::{class_of, table_of_rows};

    #[test]
    fn gains_are_bounded_and_losses_are_not() {
        // Priors 1/2, 1/4, 1/4.
        let table = table_of_rows(&[&[2, 1, 1], &[2, 0, 0], &[0, 1, 1]]);
        let check = |class: u32, beta, basic, enhanced| {
            let class = class_of(&table, &[class]);
            assert_eq!(BetaLikeness::basic(beta, 0, &table).judge(&class).holds(), basic);
            assert_eq!(BetaLikeness::enhanced(beta, 0, &table).judge(&class).holds(), enhanced);
        };
        check(0, 0.1, true, true);
        // All have the first value: a gain of 1, above -ln 1/2.
        check(1, 1.0, true, false);
        check(1, 0.9, false, false);
        check(2, 1.0, true, true);
    }
}
