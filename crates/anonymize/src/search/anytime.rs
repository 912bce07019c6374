//! Full-domain generalization within a limit: the best that was found, and by how much the least could be lower.

use super::optimal::walk;
use super::{Found, Search};
use crate::levels::Levels;
use crate::{AnonymizeError, Problem};

/// Full-domain generalization as good as the limits allow.
///
/// # Guarantee
///
/// That of [`super::Optimal`]. Where neither a time nor a number of checks is given, it ends after
/// [`Anytime::CHECKS`] judged nodes; the gap says how much less the least may be.
///
/// # Citation
///
/// Prasser et al., *Lightning: utility-driven anonymization of high-dimensional data*, TDP 2016; bounds and
/// pruning as in Prasser et al., BMC MIDM 2016.
///
/// # Cost
///
/// A node costs one pass over the classes of the smallest node made below it. No node is numbered, so that a
/// lattice of any size needs memory for what was judged alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anytime;

impl Anytime {
    /// Nodes judged at the most where the problem has no limit.
    pub const CHECKS: u64 = 20_000;
}

impl Search for Anytime {
    fn name(&self) -> &'static str {
        "anytime"
    }

    fn citation(&self) -> &'static str {
        "Prasser et al., Lightning: utility-driven anonymization of high-dimensional data, TDP 2016"
    }

    fn is_full_domain(&self) -> bool {
        true
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        let levels = Levels::all(problem.table());
        let checks = (!problem.is_limited()).then_some(Self::CHECKS);
        walk(problem, &levels, (None, checks))
    }
}
