//! (alpha,k)-anonymity over subjects: k people in every class, and no sensitive value that more than
//! alpha of them have.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::distribution::shares;
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable};

/// Every class holds at least k distinct subjects, and no sensitive value is had by more than a share
/// alpha of them.
///
/// # Guarantee
///
/// Whoever places a person in a class can say no value with more confidence than alpha.
///
/// # Citation
///
/// Wong, Li, Fu & Wang, *(alpha,k)-anonymity: an enhanced k-anonymity model for privacy preserving data
/// publishing*, KDD 2006; over all values instead of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlphaKAnonymity {
    alpha: f64,
    k: u32,
    on: usize,
    counting: Counting,
    /// Fewest people of a class.
    least: u32,
}

impl AlphaKAnonymity {
    /// (alpha,k)-anonymity on the sensitive column at a position of a table that counts people so.
    pub fn new(alpha: f64, k: u32, on: usize, counting: Counting) -> Self {
        let k = k.max(1);
        Self { alpha, k, on, counting, least: k }
    }

    /// Looks at a table: where every combination states a value, somebody in every class has one, who is one
    /// of at least 1 / alpha people.
    #[must_use]
    pub fn of_table(mut self, table: &FrequencyTable) -> Self {
        let states = |combination| table.sensitive_entries(self.on, combination).next().is_some();
        let mut released = (0..table.combinations() as u32).filter(|c| table.rows(*c) > 0);
        if released.all(states) {
            self.least = self.k.max((1.0 / self.alpha - 1e-9).ceil() as u32);
        }
        self
    }
}

impl PrivacyModel for AlphaKAnonymity {
    fn name(&self) -> String {
        format!("({},{})-anonymity", self.alpha, self.k)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let people = class.subjects().count().at_least();
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        let most = shares(histogram, f64::from(people)).map(|(_, share)| share).fold(0.0, f64::max);
        if people >= self.k && super::within(most, self.alpha) {
            Judgement::Holds
        } else {
            Judgement::Fails
        }
    }

    fn least_subjects(&self) -> u32 {
        self.least
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

pub(super) struct AlphaKAnonymityFamily;

impl ModelFamily for AlphaKAnonymityFamily {
    fn name(&self) -> &'static str {
        "alpha-k-anonymity"
    }

    fn citation(&self) -> &'static str {
        "Wong, Li, Fu & Wang, (alpha,k)-anonymity, KDD 2006"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["alpha", "k"]
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let reason = "alpha is a share above 0 and below 1";
        let alpha = parameters.positive(self.name(), "alpha", reason)?;
        if alpha >= 1.0 {
            return Err(AnonymizeError::Model { model: self.name(), reason });
        }
        let k = parameters.whole(self.name(), "k", 2, "k is a whole number of 2 or more")?;
        let on = parameters.sensitive(self.name(), table)?;
        Ok(Box::new(AlphaKAnonymity::new(alpha, k, on, table.counting()).of_table(table)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tests::{class_of_people, class_of_rows, table_of_rows};

    #[test]
    fn no_value_is_too_common() {
        let check = |rows: &[u64], holds| {
            let model = AlphaKAnonymity::new(0.5, 4, 0, Counting::Rows);
            assert_eq!(model.judge(&class_of_rows(rows)).holds(), holds, "{rows:?}");
        };
        check(&[2, 2], true);
        check(&[3, 2], false);
        check(&[1, 1, 1], false);
    }

    #[test]
    fn shares_are_of_people() {
        // Four people; three of them have the first value, however often.
        let class = class_of_people(&[&[1, 2, 3], &[3, 4], &[4]]);
        let model = |alpha| AlphaKAnonymity::new(alpha, 4, 0, Counting::AllSubjects);
        assert!(!model(0.7).judge(&class).holds() && model(0.75).judge(&class).holds());
    }

    #[test]
    fn one_value_alone_needs_one_of_so_many_people() {
        let least = |alpha, rows: &[&[u64]]| {
            let model = AlphaKAnonymity::new(alpha, 3, 0, Counting::Rows);
            model.of_table(&table_of_rows(rows)).least_subjects()
        };
        assert_eq!(least(0.1, &[&[1, 1], &[2, 0]]), 10);
        assert_eq!(least(0.3, &[&[1]]), 4);
        assert_eq!(least(0.5, &[&[1]]), 3);
        // Near miss: who states nothing has no value that is too common.
        let mut builder = crate::FrequencyBuilder::new(
            vec![crate::QuasiColumn::numeric("class", vec![Some("0".into())]).unwrap()],
            vec![crate::SensitiveColumn { name: "dx".into(), values: 1 }],
            Counting::Rows,
        )
        .unwrap();
        builder.add(&[0], 3, &[], &[]).unwrap();
        let model = AlphaKAnonymity::new(0.1, 3, 0, Counting::Rows).of_table(&builder.finish());
        assert_eq!(model.least_subjects(), 3);
    }
}
