//! Privacy models: each a function of a class's accumulator, one file each. Several hold together
//! when each of them holds.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::{AnonymizeError, ClassAccumulator, FrequencyTable};

mod distinct_l_diversity;
mod k_anonymity;

pub use distinct_l_diversity::DistinctLDiversity;
pub use k_anonymity::KAnonymity;

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

    /// The sensitive column it looks at, if any.
    fn sensitive(&self) -> Option<usize> {
        None
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
pub const ALL: &[&dyn ModelFamily] =
    &[&distinct_l_diversity::DistinctLDiversityFamily, &k_anonymity::KAnonymityFamily];

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
