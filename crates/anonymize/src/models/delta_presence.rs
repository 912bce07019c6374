//! delta-presence over people: of the population's people who fit a class, the share who are in the table is
//! neither too high nor too low, so that nobody can be told to be in it, or not to be.

use super::{Judgement, ModelFamily, ModelParameters, Monotonicity, PrivacyModel, Reach, within};
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable};

/// In every class the table's people are a share from `min` to `max` of the population's people whose values
/// fall into it. Where `min` is above 0, every person of the population falls into a class of the release: of
/// whoever falls into none it is told that they are not in it.
///
/// # Guarantee
///
/// Whoever knows a person's quasi-identifiers believes by the release with a probability from `min` to `max`
/// that the person is in it. The table's people have to be among the population's.
///
/// # Citation
///
/// Nergiz, Atzori & Clifton, *Hiding the presence of individuals from shared databases*, SIGMOD 2007, for
/// recodings without overlap, as full-domain generalization is: where one person fits several classes, a
/// class alone does not say how likely they are in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeltaPresence {
    min: f64,
    max: f64,
    counting: Counting,
}

impl DeltaPresence {
    /// The model for a table whose people, or those of its population, are counted so.
    pub fn new(min: f64, max: f64, counting: Counting) -> Self {
        Self { min, max, counting }
    }
}

impl PrivacyModel for DeltaPresence {
    fn name(&self) -> String {
        format!("({},{})-presence", self.min, self.max)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let population = class.population().map_or(0, |people| people.count().at_least());
        let people = class.subjects().count().at_least();
        // People whom the population lacks are surely in the table.
        let share = match (people, population) {
            (0, _) => 0.0,
            (_, 0) => 1.0,
            (people, population) => f64::from(people) / f64::from(population),
        };
        let holds =
            population == 0 && people == 0 || within(share, self.max) && within(self.min, share);
        if holds { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        super::of_mixtures(self.counting)
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn reach(&self) -> Reach {
        Reach::FullDomain
    }

    fn places_population(&self) -> bool {
        self.min > 0.0
    }
}

pub(super) struct DeltaPresenceFamily;

impl ModelFamily for DeltaPresenceFamily {
    fn name(&self) -> &'static str {
        "delta-presence"
    }

    fn citation(&self) -> &'static str {
        "Nergiz, Atzori & Clifton, Hiding the presence of individuals from shared databases, SIGMOD 2007"
    }

    fn letters(&self) -> &'static [&'static str] {
        &["delta_min", "delta_max"]
    }

    fn needs_all_subjects(&self) -> bool {
        true
    }

    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError> {
        let reason = "delta_min and delta_max are shares, 0 <= delta_min <= delta_max <= 1";
        let share = |name: &str| {
            let number = parameters.numbers.get(name).copied();
            number
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or(AnonymizeError::Model { model: self.name(), reason })
        };
        let (min, max) = (share("delta_min")?, share("delta_max")?);
        if min > max {
            return Err(AnonymizeError::Model { model: self.name(), reason });
        }
        let population = super::population(self.name(), table)?;
        let counting = match (table.counting(), population.nobody().counting()) {
            (Counting::Rows, Counting::Rows) => Counting::Rows,
            _ => Counting::AllSubjects,
        };
        Ok(Box::new(DeltaPresence::new(min, max, counting)))
    }
}
