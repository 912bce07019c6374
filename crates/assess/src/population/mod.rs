//! Population uniqueness: how many people are alone with their quasi-identifiers in the population of
//! which the table is a sample, estimated from how many classes have how many people. One estimator a
//! file.
//!
//! A person whose rows fall into several classes counts once in each, so the population is taken in the
//! same measure: as many memberships as the sampling fraction says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod dankar;
mod pitman;
mod snb;
mod zayatz;

pub use dankar::Dankar;
pub use pitman::Pitman;
pub use snb::SlideNegativeBinomial;
pub use zayatz::Zayatz;

/// How many classes of a sample have how many people, and how large the population is.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    sizes: BTreeMap<u64, u64>,
    people: f64,
    classes: f64,
    population: f64,
}

impl Sample {
    /// A sample whose classes have so many people (size to number of classes), being the given share of
    /// its population; none where the sample is empty or the share is not above 0 and at most 1.
    pub fn new(sizes: BTreeMap<u64, u64>, fraction: f64) -> Option<Self> {
        let people: f64 = sizes.iter().map(|(size, times)| *size as f64 * *times as f64).sum();
        let classes: f64 = sizes.values().map(|times| *times as f64).sum();
        let fits = people >= 1.0 && fraction > 0.0 && fraction <= 1.0;
        let population = people / fraction;
        fits.then_some(Self { sizes, people, classes, population })
    }

    /// People of the sample.
    pub fn people(&self) -> f64 {
        self.people
    }

    /// People of the population.
    pub fn population(&self) -> f64 {
        self.population
    }

    /// Classes of the sample.
    pub fn classes(&self) -> f64 {
        self.classes
    }

    /// Classes of so many people.
    pub fn of_size(&self, size: u64) -> f64 {
        self.sizes.get(&size).map_or(0.0, |times| *times as f64)
    }

    /// Size and number of classes, ascending.
    pub fn sizes(&self) -> impl Iterator<Item = (u64, f64)> {
        self.sizes.iter().map(|(size, times)| (*size, *times as f64))
    }

    /// The share of the population that the sample is.
    pub fn fraction(&self) -> f64 {
        self.people / self.population
    }
}

/// Why an estimator says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoEstimate {
    /// Every class has one person, or there is one class alone: nothing can be fitted.
    NothingToFit,
    /// The fit did not settle.
    NotConverged,
    /// No distribution of the estimator's kind has such classes.
    OutsideModel,
}

/// Expected population uniques.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// People alone in their class of the population.
    pub uniques: f64,
    /// The estimator that was chosen, where an estimator chooses among others.
    pub chosen: Option<&'static str>,
}

/// An estimator of population uniqueness. Asked for the risk of a table.
pub trait UniquenessEstimator: Sync {
    /// The estimator's name, as `pitman`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// Estimates; a sample without uniques has none of the population's.
    ///
    /// # Errors
    ///
    /// Why there is no estimate.
    fn estimate(&self, sample: &Sample) -> Result<Estimate, NoEstimate>;
}

/// Every estimator.
pub const ALL: &[&dyn UniquenessEstimator] = &[&Dankar, &Pitman, &SlideNegativeBinomial, &Zayatz];

/// An estimate that is a number of people of the population.
fn bounded(uniques: f64, sample: &Sample) -> Result<Estimate, NoEstimate> {
    if !uniques.is_finite() {
        return Err(NoEstimate::NotConverged);
    }
    Ok(Estimate { uniques: uniques.clamp(0.0, sample.population), chosen: None })
}

#[cfg(test)]
mod tests;
