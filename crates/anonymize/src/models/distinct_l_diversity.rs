//! Distinct l-diversity over subjects: every class holds l different sensitive values, of l
//! different people.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::{AnonymizeError, ClassAccumulator, FrequencyTable};

/// Every equivalence class holds at least l sensitive values that l distinct subjects can account
/// for, one each.
///
/// # Guarantee
///
/// Whoever places a person in a class is left with at least l possible values, and no single
/// person's many visits make up the variety. With one row per subject this is distinct l-diversity
/// as published.
///
/// # Citation
///
/// Machanavajjhala et al., *l-diversity: privacy beyond k-anonymity*, TKDD 2007, section 4.
///
/// # Cost
///
/// Nothing against skew: nine of ten people may share one value. Entropy and recursive l-diversity
/// and t-closeness say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DistinctLDiversity {
    l: u32,
    on: usize,
}

impl DistinctLDiversity {
    /// l-diversity on the sensitive column at a position; an l of 0 is read as 1.
    pub fn new(l: u32, on: usize) -> Self {
        Self { l: l.max(1), on }
    }
}

impl PrivacyModel for DistinctLDiversity {
    fn name(&self) -> String {
        format!("distinct {}-diversity", self.l)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let l = self.l as usize;
        let Some(histogram) = class.histogram(self.on) else { return Judgement::Fails };
        if histogram.distinct() >= l && histogram.values_by_distinct_subjects(l) >= l {
            Judgement::Settled
        } else {
            Judgement::Fails
        }
    }

    fn shortfall(&self, class: &ClassAccumulator) -> Option<f64> {
        let l = self.l as usize;
        let values = class.histogram(self.on).map_or(0, |h| h.values_by_distinct_subjects(l));
        Some(1.0 - values as f64 / l as f64)
    }

    fn least_subjects(&self) -> u32 {
        self.l
    }

    fn monotonicity(&self) -> Monotonicity {
        Monotonicity::Classes
    }

    fn sensitive(&self) -> Option<usize> {
        Some(self.on)
    }
}

pub(super) struct DistinctLDiversityFamily;

impl ModelFamily for DistinctLDiversityFamily {
    fn name(&self) -> &'static str {
        "distinct-l-diversity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, TKDD 2007"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["l"]
    }

    fn kind(&self) -> Option<&'static str> {
        Some("distinct")
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let l = parameters.whole(self.name(), "l", 2, "l is a whole number of 2 or more")?;
        let on = parameters.sensitive(self.name(), table)?;
        Ok(Box::new(DistinctLDiversity::new(l, on)))
    }
}
