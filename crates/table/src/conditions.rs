//! Conditions on a release as a whole: how likely people are named on average, and how many are unique.
//! A search satisfies classes one by one, so a condition is reached by a k that brings it.

use std::collections::BTreeMap;

use anonymed_assess::population::{Dankar, Sample, UniquenessEstimator};
use anonymed_core::ModalityError;
use anonymed_core::policy::ModelConfig;

use crate::plan::policy;
use crate::promise::Kept;

/// How many classes have how many people.
pub(crate) type Sizes = BTreeMap<u64, u64>;

/// One condition and its bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    kind: Kind,
    most: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// The prosecutor's mean risk: classes over people.
    AverageRisk,
    /// The share of people who are alone in their class.
    SampleUniques,
    /// The share of a population of so many people expected to be alone in it.
    PopulationUniques { population: f64 },
}

/// The names of the conditions, as a configuration writes them.
pub(crate) const LETTERS: [&str; 3] =
    ["average_risk", "sample_uniques", "population_uniques with population"];

impl Condition {
    /// The condition that a model of a configuration is; none where it is about classes.
    ///
    /// # Errors
    ///
    /// [`ModalityError::Policy`]: a bound that is no share, or a population of nobody.
    pub fn of(model: &ModelConfig) -> Option<Result<Self, ModalityError>> {
        let letters: Vec<&str> = model.numbers.keys().map(String::as_str).collect();
        let population = model.numbers.get("population").copied().unwrap_or(0.0);
        let kind = match letters.as_slice() {
            ["average_risk"] => Kind::AverageRisk,
            ["sample_uniques"] => Kind::SampleUniques,
            ["population", "population_uniques"] => Kind::PopulationUniques { population },
            _ => return None,
        };
        let most = letters.iter().rev().find_map(|letter| model.numbers.get(*letter)).copied();
        let most = most.unwrap_or(0.0);
        let least = if kind == Kind::AverageRisk { f64::MIN_POSITIVE } else { 0.0 };
        Some(if !(least..1.0).contains(&most) || model.on.is_some() || model.kind.is_some() {
            Err(policy("a condition on the whole release is a share from 0 to 1, without `on`"))
        } else if matches!(kind, Kind::PopulationUniques { population } if !(1.0..=1e12).contains(&population))
        {
            Err(policy("`population` is how many people the table's are a sample of"))
        } else {
            Ok(Self { kind, most })
        })
    }

    /// The conditions among some models.
    ///
    /// # Errors
    ///
    /// The first that is wrong.
    pub fn all(models: &[ModelConfig]) -> Result<Vec<Self>, ModalityError> {
        models.iter().filter_map(Self::of).collect()
    }

    /// Holds a release against the condition.
    pub(crate) fn count(&self, sizes: &Sizes) -> Kept {
        let reached = self.reached(sizes);
        Kept {
            measure: self.name().to_owned(),
            on: None,
            asked: self.most,
            reached,
            holds: reached.is_some_and(|reached| reached <= self.most),
        }
    }

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::AverageRisk => "average-risk",
            Kind::SampleUniques => "sample-uniques",
            Kind::PopulationUniques { .. } => "population-uniques",
        }
    }

    fn reached(&self, sizes: &Sizes) -> Option<f64> {
        let classes: u64 = sizes.values().sum();
        let people: u64 = sizes.iter().map(|(size, times)| size * times).sum();
        let alone = sizes.get(&1).copied().unwrap_or(0);
        let share = |part: u64| if people == 0 { 0.0 } else { part as f64 / people as f64 };
        match self.kind {
            Kind::AverageRisk => Some(share(classes)),
            Kind::SampleUniques => Some(share(alone)),
            // Who is not alone in the sample is not alone in the population.
            Kind::PopulationUniques { .. } if alone == 0 => Some(0.0),
            Kind::PopulationUniques { population } => {
                let fraction = (people as f64 / population).min(1.0);
                let sample = Sample::new(sizes.clone(), fraction)?;
                let estimate = Dankar.estimate(&sample).ok()?;
                Some(estimate.uniques / sample.population())
            }
        }
    }
}

/// The solution of a k, 1 for none, that holds all conditions, by doubling and halves: of the least one, where
/// what a k brings every larger one does. Where none does, the last one that was looked at; and whether it
/// does.
pub(crate) fn least<S, E>(
    most: u32,
    mut solve: impl FnMut(u32) -> Result<(S, bool), E>,
) -> Result<(S, bool), E> {
    let (first, holds) = solve(1)?;
    if holds {
        return Ok((first, true));
    }
    let (mut low, mut high) = (1, 2);
    let mut best = loop {
        let (solution, holds) = solve(high)?;
        if holds {
            break solution;
        }
        if high >= most {
            return Ok((solution, false));
        }
        low = high;
        high = high.saturating_mul(2).min(most.max(2));
    };
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let (solution, holds) = solve(middle)?;
        if holds {
            (best, high) = (solution, middle);
        } else {
            low = middle;
        }
    }
    Ok((best, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(numbers: &[(&str, f64)]) -> ModelConfig {
        let numbers = numbers.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        ModelConfig { numbers, kind: None, on: None, hierarchy: None }
    }

    fn condition(numbers: &[(&str, f64)]) -> Condition {
        Condition::of(&model(numbers)).unwrap().unwrap()
    }

    #[test]
    fn conditions_are_read() {
        assert!(Condition::of(&model(&[("k", 5.0)])).is_none());
        for wrong in [1.0, -0.1, f64::NAN] {
            assert!(Condition::of(&model(&[("average_risk", wrong)])).unwrap().is_err());
        }
        let nobody = [("population_uniques", 0.01), ("population", 0.0)];
        assert!(Condition::of(&model(&nobody)).unwrap().is_err());
    }

    #[test]
    fn figures_by_hand() {
        // Two alone, a pair, and six together.
        let sizes = Sizes::from([(1, 2), (2, 1), (6, 1)]);
        let reached = |numbers| condition(numbers).count(&sizes).reached;
        assert_eq!(reached(&[("average_risk", 0.1)]), Some(0.4));
        assert_eq!(reached(&[("sample_uniques", 0.1)]), Some(0.2));
        // The whole population is in the table.
        let all = reached(&[("population_uniques", 0.1), ("population", 10.0)]).unwrap();
        assert!((0.0..=0.2 + 1e-9).contains(&all), "{all}");
        let none = Sizes::from([(2, 5)]);
        let many = condition(&[("population_uniques", 0.0), ("population", 1e6)]);
        assert!(many.count(&none).holds);
    }

    #[test]
    fn the_least_k_is_found() {
        for threshold in 1..40u32 {
            let solve = |k: u32| Ok::<_, ()>((k, k >= threshold));
            assert_eq!(least(1000, solve), Ok((threshold, true)));
        }
        assert_eq!(least(10, |k| Ok::<_, ()>((k, false))), Ok((10, false)));
    }
}
