//! The journalist: picks somebody of the release and looks for the person in the population.

use super::{RiskInput, RiskModel, RiskReport, one_of, over_classes};

/// The attacker does not know who is in the release and names one of the population that fits:
/// 1 / subjects of the class in the population.
///
/// Without a population table the release is taken for the population, so the risk is the
/// prosecutor's: the highest it can be. A class the population table does not have, or has fewer
/// people of than the release, is taken at the release's size.
///
/// # Citation
///
/// El Emam & Dankar, *Protecting privacy using k-anonymity*, JAMIA 2008; over subjects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Journalist;

impl RiskModel for Journalist {
    fn name(&self) -> &'static str {
        "journalist"
    }

    fn citation(&self) -> &'static str {
        "El Emam & Dankar, Protecting privacy using k-anonymity, JAMIA 2008"
    }

    fn assess(&self, input: &RiskInput<'_>) -> RiskReport {
        let classes = input.each(in_population);
        over_classes(self.name(), input.basis(), input.threshold, classes)
    }
}

/// One in the people of the population who fit, of whom there are never fewer than in the release.
pub(super) fn in_population(subjects: u64, population: Option<u64>) -> f64 {
    one_of(population.unwrap_or(0).max(subjects))
}
