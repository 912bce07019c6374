//! Searches: each finds a recoding whose every class satisfies the models, one file each.

use crate::{AnonymizeError, Problem, Recoding};

mod mondrian;
pub(crate) mod partition;

pub use mondrian::Mondrian;

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The recoding. What no class could take is suppressed in it.
    pub recoding: Recoding,
    /// The level of each column, where generalization is global.
    pub levels: Option<Vec<u8>>,
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

    /// Searches.
    ///
    /// # Errors
    ///
    /// [`AnonymizeError::Cancelled`] where the job was asked to stop.
    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError>;
}

/// Every search.
pub const ALL: &[&dyn Search] = &[&Mondrian];

/// The search of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Search> {
    ALL.iter().copied().find(|s| s.name() == name)
}
