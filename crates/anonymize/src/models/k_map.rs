//! k-map over people: whoever fits a class is one of at least k people of the population, however few of
//! them are in the table.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel, Reach};
use crate::{AnonymizeError, ClassAccumulator, FrequencyTable};

/// The values of at least k distinct people of the population fall into every class of the release.
///
/// # Guarantee
///
/// Whoever knows a person's quasi-identifiers, and not whether the person is in the release, finds at least k
/// people of the population who fit. The table's people have to be among the population's.
///
/// # Citation
///
/// Sweeney, *Computational disclosure control*, PhD thesis, MIT 2001, and *Achieving k-anonymity privacy
/// protection using generalization and suppression*, IJUFKS 2002.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KMap {
    k: u32,
}

impl KMap {
    /// k-map; a k of 0 is read as 1.
    pub fn new(k: u32) -> Self {
        Self { k: k.max(1) }
    }

    fn people(class: &ClassAccumulator) -> u32 {
        class.population().map_or(0, |people| people.count().at_least())
    }
}

impl PrivacyModel for KMap {
    fn name(&self) -> String {
        format!("{}-map", self.k)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        if Self::people(class) >= self.k { Judgement::Settled } else { Judgement::Fails }
    }

    fn shortfall(&self, class: &ClassAccumulator) -> Option<f64> {
        Some(1.0 - f64::from(Self::people(class).min(self.k)) / f64::from(self.k))
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        Monotonicity::Classes
    }

    fn reach(&self) -> Reach {
        Reach::Combinations
    }
}

pub(super) struct KMapFamily;

impl ModelFamily for KMapFamily {
    fn name(&self) -> &'static str {
        "k-map"
    }

    fn citation(&self) -> &'static str {
        "Sweeney, Achieving k-anonymity privacy protection using generalization and suppression, IJUFKS 2002"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["k_map"]
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let k =
            parameters.whole(self.name(), "k_map", 2, "k_map is a whole number of 2 or more")?;
        super::population(self.name(), table)?;
        Ok(Box::new(KMap::new(k)))
    }
}
