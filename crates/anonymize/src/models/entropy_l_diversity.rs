//! Entropy l-diversity over subjects: the sensitive values of every class are as evenly spread as l
//! equally frequent ones.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::distribution::parts;
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable};

/// The Shannon entropy of the sensitive values of every class is at least log l, where every person
/// weighs the same; and l values can be given to as many different people.
///
/// # Guarantee
///
/// The values of a class are spread as evenly as l equal ones at the least, and no single person's many
/// visits make up the variety. With one row per subject this is entropy l-diversity as published.
///
/// # Citation
///
/// Machanavajjhala et al., *l-diversity: privacy beyond k-anonymity*, TKDD 2007, definition 4.1.
///
/// # Cost
///
/// The whole table must be as diverse itself: where one value is very common, no release is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EntropyLDiversity {
    l: f64,
    on: usize,
    counting: Counting,
}

impl EntropyLDiversity {
    /// Entropy l-diversity on the sensitive column at a position of a table that counts people so; an l
    /// below 1 is read as 1.
    pub fn new(l: f64, on: usize, counting: Counting) -> Self {
        Self { l: l.max(1.0), on, counting }
    }
}

impl PrivacyModel for EntropyLDiversity {
    fn name(&self) -> String {
        format!("entropy {}-diversity", self.l)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        let values = self.l.ceil() as usize;
        if histogram.distinct() < values || histogram.values_by_distinct_subjects(values) < values {
            return Judgement::Fails;
        }
        let entropy: f64 = parts(histogram).iter().map(|(_, part)| -part * part.ln()).sum();
        // Equal parts reach log l but for rounding.
        if entropy + 1e-12 >= self.l.ln() { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        self.l.ceil() as u32
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

pub(super) struct EntropyLDiversityFamily;

impl ModelFamily for EntropyLDiversityFamily {
    fn name(&self) -> &'static str {
        "entropy-l-diversity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, TKDD 2007"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["l"]
    }

    fn kind(&self) -> Option<&'static str> {
        Some("entropy")
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let l = parameters.positive(self.name(), "l", "l is a number above 1")?;
        if l <= 1.0 {
            let reason = "l is a number above 1";
            return Err(AnonymizeError::Model { model: self.name(), reason });
        }
        let on = parameters.sensitive(self.name(), table)?;
        Ok(Box::new(EntropyLDiversity::new(l, on, table.counting())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tests::{class_of_people, class_of_rows};

    #[test]
    fn evenly_spread_values_hold() {
        let check = |rows: &[u64], l: f64, holds| {
            let class = class_of_rows(rows);
            let model = EntropyLDiversity::new(l, 0, Counting::Rows);
            assert_eq!(model.judge(&class).holds(), holds, "{rows:?} {l}");
        };
        check(&[5, 5, 5], 3.0, true);
        check(&[5, 5, 4], 3.0, false);
        check(&[9, 1], 1.3, true);
        check(&[9, 1], 1.5, false);
        check(&[7], 1.1, false);
        check(&[], 1.1, false);
    }

    #[test]
    fn a_person_of_many_values_makes_no_variety() {
        let check = |values: &[&[u32]], l: f64, holds| {
            let class = class_of_people(values);
            let model = EntropyLDiversity::new(l, 0, Counting::AllSubjects);
            assert_eq!(model.judge(&class).holds(), holds, "{values:?} {l}");
        };
        check(&[&[1], &[2], &[3]], 3.0, true);
        check(&[&[1], &[1], &[1]], 1.5, false);
        // Five with A; one of them has B, C and D too and weighs as much as another.
        check(&[&[1, 2, 3, 4, 5], &[5], &[5], &[5]], 2.0, false);
    }
}
