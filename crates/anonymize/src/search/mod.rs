//! Searches: each finds a recoding whose every class satisfies the models, one file each.

use crate::{AnonymizeError, Problem, Recoding};

mod anytime;
mod cluster;
mod fuzzy;
mod kmember;
mod mdav;
mod mondrian;
mod optimal;
pub(crate) mod partition;
mod relaxed;

pub use anytime::Anytime;
pub use fuzzy::FuzzyCMeans;
pub use kmember::KMember;
pub use mdav::Mdav;
pub use mondrian::Mondrian;
pub use optimal::Optimal;
pub use relaxed::RelaxedMondrian;

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The recoding. What no class could take is suppressed in it.
    pub recoding: Recoding,
    /// The level of each column, where generalization is global.
    pub levels: Option<Vec<u8>>,
    /// What the search can prove of its loss.
    pub proof: Option<Proof>,
}

/// What is proven of a loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proof {
    /// Whether nothing of the kind searched for costs less.
    pub optimal: bool,
    /// By how much the least could be lower, at the most; 0 where it is optimal.
    pub gap: f64,
    /// Nodes that were judged.
    pub checks: u64,
}

/// A way from a problem to a recoding. Asked by [`Problem::solve`], which judges the classes again.
///
/// A search depends on its problem alone: not on the number of threads, the order of combinations
/// or the clock.
pub trait Search: Send + Sync {
    /// The method's name in policies, as `mondrian`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// Whether it gives every value of a column one label in all rows.
    fn is_full_domain(&self) -> bool {
        false
    }

    /// Whether people of one combination may fall into different classes: its table is best made of
    /// [`Pieces`](crate::Pieces).
    fn parts_people(&self) -> bool {
        false
    }

    /// Searches.
    ///
    /// # Errors
    ///
    /// [`AnonymizeError::Cancelled`] where the job was asked to stop.
    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError>;
}

/// Every search.
pub const ALL: &[&dyn Search] = &[
    &anytime::Anytime,
    &fuzzy::FuzzyCMeans,
    &kmember::KMember,
    &mdav::Mdav,
    &mondrian::Mondrian,
    &optimal::Optimal,
    &relaxed::RelaxedMondrian,
];

/// The search of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Search> {
    ALL.iter().copied().find(|s| s.name() == name)
}
