//! Privacy models: each a function of a class's accumulator, one file each. Several hold together
//! when each of them holds.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::population::Population;
use crate::{AnonymizeError, ClassAccumulator, Counting, FrequencyTable, Hierarchy};

mod alpha_k_anonymity;
mod beta_likeness;
mod delta_disclosure;
mod delta_presence;
mod distinct_l_diversity;
mod entropy_l_diversity;
mod k_anonymity;
mod k_map;
mod lkc_privacy;
mod recursive_l_diversity;
mod t_closeness;

pub use alpha_k_anonymity::AlphaKAnonymity;
pub use beta_likeness::BetaLikeness;
pub use delta_disclosure::DeltaDisclosure;
pub use delta_presence::DeltaPresence;
pub use distinct_l_diversity::DistinctLDiversity;
pub use entropy_l_diversity::EntropyLDiversity;
pub use k_anonymity::KAnonymity;
pub use k_map::KMap;
pub use lkc_privacy::LkcPrivacy;
pub use recursive_l_diversity::RecursiveLDiversity;
pub use t_closeness::{GroundDistance, TCloseness};

/// What a model says of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// It does not satisfy the model.
    Fails,
    /// It does, as it is.
    Holds,
    /// It does, and will whatever is added to it; a search need not look further.
    Settled,
}

impl Judgement {
    /// Whether the class satisfies the model.
    pub fn holds(self) -> bool {
        self != Self::Fails
    }
}

/// What a search may conclude from one class about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Monotonicity {
    /// Nothing.
    None,
    /// Where two classes hold, their union does.
    Unions,
    /// Where a class holds, it holds with whatever is added to it; no part of a class that fails
    /// holds.
    Classes,
}

/// Which recodings a model can be asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// All: it is about the people of each class.
    Classes,
    /// Those of combinations: it asks where the values of people fall who are not in the table.
    Combinations,
    /// Full-domain generalization: a value has one label in all rows, so that nobody fits two classes.
    FullDomain,
}

/// A condition on every equivalence class of a release. Asked by the searches for every class they
/// would make, and by [`crate::Problem::solve`] for every class they made.
pub trait PrivacyModel: Send + Sync + Debug {
    /// The model with its parameters, as `5-anonymity`.
    fn name(&self) -> String;

    /// Judges a class.
    fn judge(&self, class: &ClassAccumulator) -> Judgement;

    /// Fewest subjects a satisfying class can have, which the table must be able to tell apart.
    fn least_subjects(&self) -> u32;

    /// What a search may conclude from a judgement.
    fn monotonicity(&self) -> Monotonicity;

    /// Whether the number of people decides alone.
    fn is_people_count(&self) -> bool {
        false
    }

    /// Whether it asks for shares of people, for which all subjects must be told apart.
    fn needs_all_subjects(&self) -> bool {
        false
    }

    /// How far a class is from holding: 0 where it holds, 1 where nothing is done yet; nothing where
    /// the model cannot say. Asked by searches that build classes, of candidates that cost nearly
    /// the same.
    fn shortfall(&self, _class: &ClassAccumulator) -> Option<f64> {
        None
    }

    /// The sensitive column it looks at, if any.
    fn sensitive(&self) -> Option<usize> {
        None
    }

    /// Which recodings it can be asked of.
    fn reach(&self) -> Reach {
        Reach::Classes
    }

    /// How many columns somebody knows at the most, where the model is asked of the groups that so many
    /// columns make together, and not of the classes.
    fn known(&self) -> Option<u32> {
        None
    }

    /// Whether everybody of the population has to fall into a class of the release.
    fn places_population(&self) -> bool {
        false
    }
}

/// The parameters of a model, as a policy writes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelParameters {
    /// Numbers by name: `k`, `l`.
    pub numbers: BTreeMap<String, f64>,
    /// The kind among models of one letter, as `distinct`.
    pub kind: Option<String>,
    /// Position of the sensitive column.
    pub on: Option<usize>,
    /// The codes of the sensitive column in their order, where its values have one.
    pub order: Option<Vec<u32>>,
    /// The hierarchy of the sensitive column, by which values are near or far.
    pub tree: Option<Hierarchy>,
}

impl ModelParameters {
    /// A whole number of at least `least`.
    pub(crate) fn whole(
        &self,
        model: &'static str,
        name: &str,
        least: u32,
        reason: &'static str,
    ) -> Result<u32, AnonymizeError> {
        self.numbers
            .get(name)
            .copied()
            .filter(|n| n.fract() == 0.0 && *n >= f64::from(least) && *n <= f64::from(u32::MAX))
            .map(|n| n as u32)
            .ok_or(AnonymizeError::Model { model, reason })
    }

    /// A number above 0.
    pub(crate) fn positive(
        &self,
        model: &'static str,
        name: &str,
        reason: &'static str,
    ) -> Result<f64, AnonymizeError> {
        let number = self.numbers.get(name).copied().filter(|n| *n > 0.0 && n.is_finite());
        number.ok_or(AnonymizeError::Model { model, reason })
    }

    /// The sensitive column, which the table has to have.
    pub(crate) fn sensitive(
        &self,
        model: &'static str,
        table: &FrequencyTable,
    ) -> Result<usize, AnonymizeError> {
        let reason = "needs the sensitive column it is about";
        let on = self.on.ok_or(AnonymizeError::Model { model, reason })?;
        let columns = table.sensitive().len();
        if on >= columns {
            return Err(AnonymizeError::NoSensitiveColumn { column: on, columns });
        }
        Ok(on)
    }
}

/// A family of models: builds one from parameters.
pub trait ModelFamily: Sync {
    /// The field's name, as `k-anonymity`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// The names of its parameters, as a configuration writes them.
    fn letters(&self) -> &'static [&'static str];

    /// Its kind among the models of the same letters; the first such family in [`ALL`] is meant where no
    /// kind is said.
    fn kind(&self) -> Option<&'static str> {
        None
    }

    /// Whether its models ask for shares of people, for which all subjects must be told apart.
    fn needs_all_subjects(&self) -> bool {
        false
    }

    /// Whether its models compare with how values are spread in the whole table.
    fn compares_with_table(&self) -> bool {
        false
    }

    /// Builds a model for a table.
    ///
    /// # Errors
    ///
    /// Parameters out of the model's domain.
    fn build(
        &self,
        parameters: &ModelParameters,
        table: &FrequencyTable,
    ) -> Result<Box<dyn PrivacyModel>, AnonymizeError>;
}

/// Every family.
pub const ALL: &[&dyn ModelFamily] = &[
    &alpha_k_anonymity::AlphaKAnonymityFamily,
    &beta_likeness::BASIC,
    &beta_likeness::ENHANCED,
    &delta_disclosure::DeltaDisclosureFamily,
    &delta_presence::DeltaPresenceFamily,
    &distinct_l_diversity::DistinctLDiversityFamily,
    &entropy_l_diversity::EntropyLDiversityFamily,
    &k_anonymity::KAnonymityFamily,
    &k_map::KMapFamily,
    &lkc_privacy::LkcPrivacyFamily,
    &recursive_l_diversity::RecursiveLDiversityFamily,
    &t_closeness::EQUAL,
    &t_closeness::ORDERED,
    &t_closeness::HIERARCHICAL,
];

/// The family of a name.
pub fn family(name: &str) -> Option<&'static dyn ModelFamily> {
    ALL.iter().copied().find(|f| f.name() == name)
}

/// The family whose parameters these are.
///
/// # Examples
///
/// ```
/// use anonymed_anonymize::models::by_letters;
///
/// let family = by_letters(["l"].into_iter(), Some("distinct"));
/// assert_eq!(family.map(|f| f.name()), Some("distinct-l-diversity"));
/// assert!(by_letters(["k", "l"].into_iter(), None).is_none());
/// ```
pub fn by_letters<'a>(
    letters: impl Iterator<Item = &'a str>,
    kind: Option<&str>,
) -> Option<&'static dyn ModelFamily> {
    let letters: Vec<&str> = letters.collect();
    ALL.iter().copied().find(|family| {
        let own = family.letters();
        own.len() == letters.len()
            && own.iter().all(|letter| letters.contains(letter))
            && (kind.is_none() || kind == family.kind())
    })
}

/// The table's population, which a model has to have.
fn population<'a>(
    model: &'static str,
    table: &'a FrequencyTable,
) -> Result<&'a Population, AnonymizeError> {
    let reason = "needs a table of the population, which `[population]` names where one table is \
                  anonymized by itself";
    table.population().ok_or(AnonymizeError::Model { model, reason })
}

/// Whether a number is within a bound, but for rounding.
fn within(number: f64, most: f64) -> bool {
    number <= most + 1e-12
}

/// What follows for the union of two classes from a bound that holds for every mixture of what it holds
/// for. A union is a mixture where nobody is in both classes.
fn of_mixtures(counting: Counting) -> Monotonicity {
    if counting == Counting::Rows { Monotonicity::Unions } else { Monotonicity::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrequencyBuilder, QuasiColumn, SensitiveColumn};

    /// A combination for each list of rows by sensitive value; each row is a person.
    pub(super) fn table_of_rows(combinations: &[&[u64]]) -> FrequencyTable {
        let names = (0..combinations.len()).map(|n| Some(n.to_string())).collect();
        let values = combinations.iter().map(|rows| rows.len() as u32).max().unwrap_or(0);
        let mut builder = FrequencyBuilder::new(
            vec![QuasiColumn::numeric("class", names).unwrap()],
            vec![SensitiveColumn { name: "dx".into(), values }],
            Counting::Rows,
        )
        .unwrap();
        for (combination, rows) in (0..).zip(combinations) {
            let sensitive: Vec<_> =
                (0..).zip(*rows).filter(|(_, n)| **n > 0).map(|(code, n)| (0, code, *n)).collect();
            builder.add(&[combination], rows.iter().sum(), &[], &sensitive).unwrap();
        }
        builder.finish()
    }

    pub(super) fn class_of(table: &FrequencyTable, combinations: &[u32]) -> ClassAccumulator {
        let mut class = ClassAccumulator::new(table, &[0]);
        combinations.iter().for_each(|combination| class.add(table, *combination));
        class
    }

    /// One class of so many rows of each value.
    pub(super) fn class_of_rows(rows: &[u64]) -> ClassAccumulator {
        class_of(&table_of_rows(&[rows]), &[0])
    }

    /// One class of the people who have each value.
    pub(super) fn class_of_people(values: &[&[u32]]) -> ClassAccumulator {
        let mut builder = FrequencyBuilder::new(
            vec![QuasiColumn::numeric("class", vec![Some("0".to_owned())]).unwrap()],
            vec![SensitiveColumn { name: "dx".into(), values: values.len() as u32 }],
            Counting::AllSubjects,
        )
        .unwrap();
        for (code, people) in (0..).zip(values) {
            for person in *people {
                builder.add(&[0], 1, &[*person], &[(0, code, 1)]).unwrap();
            }
        }
        class_of(&builder.finish(), &[0])
    }
}
