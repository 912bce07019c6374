//! Recursive (c,l)-diversity over subjects: the most frequent sensitive value of a class is not too
//! frequent, nor the least frequent ones too rare.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable};

/// With the values of a class by falling frequency r1 >= r2 >= ... >= rm, r1 < c (rl + ... + rm), where
/// every person weighs the same; and l values can be given to as many different people.
///
/// # Guarantee
///
/// Who rules out l - 2 values of a class for a person is still left with a most frequent value that is
/// less than c times as frequent as the others together. With one row per subject this is recursive
/// (c,l)-diversity as published.
///
/// # Citation
///
/// Machanavajjhala et al., *l-diversity: privacy beyond k-anonymity*, TKDD 2007, definition 4.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecursiveLDiversity {
    c: f64,
    l: u32,
    on: usize,
    counting: Counting,
}

impl RecursiveLDiversity {
    /// Recursive (c,l)-diversity on the sensitive column at a position of a table that counts people so;
    /// an l of 0 is read as 1.
    pub fn new(c: f64, l: u32, on: usize, counting: Counting) -> Self {
        Self { c, l: l.max(1), on, counting }
    }
}

impl PrivacyModel for RecursiveLDiversity {
    fn name(&self) -> String {
        format!("recursive ({},{})-diversity", self.c, self.l)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let l = self.l as usize;
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        if histogram.distinct() < l || histogram.values_by_distinct_subjects(l) < l {
            return Judgement::Fails;
        }
        let mut weights: Vec<u64> = histogram.weights().into_iter().map(|(_, w)| w).collect();
        weights.sort_unstable_by(|a, b| b.cmp(a));
        let rare: u64 = weights[l - 1..].iter().sum();
        if (weights[0] as f64) < self.c * rare as f64 { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        self.l
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

pub(super) struct RecursiveLDiversityFamily;

impl ModelFamily for RecursiveLDiversityFamily {
    fn name(&self) -> &'static str {
        "recursive-l-diversity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, TKDD 2007"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["c", "l"]
    }

    fn kind(&self) -> Option<&'static str> {
        Some("recursive")
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let c = parameters.positive(self.name(), "c", "c is a number above 0")?;
        let l = parameters.whole(self.name(), "l", 2, "l is a whole number of 2 or more")?;
        let on = parameters.sensitive(self.name(), table)?;
        Ok(Box::new(RecursiveLDiversity::new(c, l, on, table.counting())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tests::{class_of_people, class_of_rows};

    #[test]
    fn the_most_frequent_value_is_held_against_the_rare_ones() {
        let check = |rows: &[u64], c: f64, l: u32, holds| {
            let class = class_of_rows(rows);
            let model = RecursiveLDiversity::new(c, l, 0, Counting::Rows);
            assert_eq!(model.judge(&class).holds(), holds, "{rows:?} ({c},{l})");
        };
        check(&[4, 3, 2, 1], 2.0, 3, true);
        check(&[6, 3, 2, 1], 2.0, 3, false);
        check(&[6, 3, 2, 1], 2.0, 2, true);
        check(&[1, 1], 1.0, 2, false);
        check(&[1, 1], 1.1, 2, true);
        check(&[9], 100.0, 2, false);
    }

    #[test]
    fn a_person_of_many_values_makes_no_variety() {
        let class = class_of_people(&[&[1, 2, 3, 4, 5], &[5], &[5], &[5]]);
        assert!(!RecursiveLDiversity::new(3.0, 2, 0, Counting::AllSubjects).judge(&class).holds());
        let class = class_of_people(&[&[1, 2], &[3], &[4]]);
        assert!(RecursiveLDiversity::new(1.5, 2, 0, Counting::AllSubjects).judge(&class).holds());
    }
}
