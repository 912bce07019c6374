//! k-anonymity over subjects: every class holds at least k different people.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel};
use crate::{AnonymizeError, ClassAccumulator, FrequencyTable};

/// Every equivalence class holds at least k distinct subjects.
///
/// # Guarantee
///
/// Whoever knows a person's quasi-identifiers, and that the person is in the release, finds at
/// least k people who fit. Rows are not people: a class of k visits of one patient fails.
///
/// # Citation
///
/// Sweeney, *k-anonymity: a model for protecting privacy*, 2002; over subjects instead of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KAnonymity {
    k: u32,
}

impl KAnonymity {
    /// k-anonymity; a k of 0 is read as 1, which asks for nothing.
    pub fn new(k: u32) -> Self {
        Self { k: k.max(1) }
    }

    /// k.
    pub fn k(self) -> u32 {
        self.k
    }
}

impl PrivacyModel for KAnonymity {
    fn name(&self) -> String {
        format!("{}-anonymity", self.k)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        if class.subjects().count().at_least() >= self.k {
            Judgement::Settled
        } else {
            Judgement::Fails
        }
    }

    fn shortfall(&self, class: &ClassAccumulator) -> Option<f64> {
        let people = class.subjects().count().at_least().min(self.k);
        Some(1.0 - f64::from(people) / f64::from(self.k))
    }

    fn least_subjects(&self) -> u32 {
        self.k
    }

    fn is_people_count(&self) -> bool {
        true
    }

    fn monotonicity(&self) -> Monotonicity {
        Monotonicity::Classes
    }
}

pub(super) struct KAnonymityFamily;

impl ModelFamily for KAnonymityFamily {
    fn name(&self) -> &'static str {
        "k-anonymity"
    }

    fn citation(&self) -> &'static str {
        "Sweeney, k-anonymity: a model for protecting privacy, IJUFKS 2002"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["k"]
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        _: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let k = parameters.whole(self.name(), "k", 2, "k is a whole number of 2 or more")?;
        Ok(Box::new(KAnonymity::new(k)))
    }
}
