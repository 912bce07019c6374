//! The journalist: picks somebody of the release and looks for the person in the population.

use super::{Basis, RiskInput, RiskModel, RiskReport, one_of, over_classes};

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
        let basis = match input.population {
            Some(_) => Basis::Population,
            None => Basis::ReleaseAsPopulation,
        };
        let classes = input
            .classes
            .classes()
            .map(|c| (c.subjects.max(1), one_of(population_of(input, c.key, c.subjects))));
        over_classes(self.name(), basis, input.threshold, classes)
    }
}

/// People of the population in a class of the release.
pub(super) fn population_of(input: &RiskInput<'_>, key: u128, subjects: u64) -> u64 {
    let population = input.population.and_then(|p| p.class(key)).map_or(0, |c| c.subjects);
    population.max(subjects)
}
