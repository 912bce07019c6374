//! Walks the lattice: Flash's paths where all nodes can be numbered, best-first ([`super::best_first`]) where
//! they cannot.
//!
//! A node's cost without suppression is known from its levels alone, and grows upwards: it bounds the
//! node's loss and that of all above it. Nodes are taken by that bound, and the search ends with proof
//! once the next bound is no lower than the best loss found. What is proven infeasible for all below a
//! node is marked there and never made. To find such nodes early, a path is followed upwards from the
//! next open node, always to the open neighbour of least bound, and searched by halves for the lowest
//! node that is feasible (Kohlmayer, Prasser et al., *Flash*, 2012).

use super::check::{Checker, Verdict};
use super::{Lattice, Node};
use crate::levels::Levels;
use crate::metrics::LevelCosts;
use crate::models::Monotonicity;
use crate::recoding::Recoding;
use crate::search::{Found, Proof, Search};
use crate::{AnonymizeError, Problem};

/// Lattices up to so many nodes are numbered: 13 bytes a node.
const MOST_NUMBERED: usize = 4 << 20;

/// Full-domain generalization at the least loss.
///
/// # Guarantee
///
/// Every class satisfies every model; no more is suppressed than the problem allows, or everything is
/// where no node is feasible. Where [`Proof::optimal`] is set, no node of the lattice costs less.
///
/// # Citation
///
/// Kohlmayer, Prasser, Eckert, Kemper & Kuhn, *Flash: efficient, stable and optimal k-anonymity*, 2012;
/// for what is larger Prasser et al., *Efficient and effective pruning strategies for health data
/// de-identification*, BMC MIDM 2016.
///
/// # Cost
///
/// A node costs one pass over the classes of the smallest node made below it. A lattice of more than
/// four million nodes is searched as long as the problem's limits allow, never refused: the best found
/// comes with the gap that is left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Optimal;

impl Search for Optimal {
    fn name(&self) -> &'static str {
        "optimal"
    }

    fn citation(&self) -> &'static str {
        "Kohlmayer et al., Flash: efficient, stable and optimal k-anonymity, 2012"
    }

    fn is_full_domain(&self) -> bool {
        true
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        let levels = Levels::all(problem.table());
        let lattice = Lattice::new(&levels, MOST_NUMBERED);
        search(problem, &levels, (lattice, None))
    }
}

/// Walks the lattice, by the numbers of its nodes where they have some, to so many judged nodes at the most.
pub(crate) fn search(
    problem: &Problem<'_>,
    levels: &[Levels],
    (lattice, most_checks): (Option<Lattice>, Option<u64>),
) -> Result<Found, AnonymizeError> {
    let costs = LevelCosts::new(problem.loss_metric(), problem.table(), levels);
    let mut walk = Walk {
        problem,
        costs: &costs,
        checker: Checker::new(problem, levels, &costs),
        best: None,
        most_checks,
    };
    problem.begin(lattice.as_ref().map_or(0, Lattice::len), "nodes");
    let lower = match lattice {
        Some(lattice) => walk.numbered(&lattice)?,
        None => walk.best_first(levels)?,
    };
    let top = || -> Node { levels.iter().map(Levels::top).collect() };
    if lower.is_some() && walk.best.is_none() {
        // Some answer is better than none, and where any node is feasible, mostly the highest is.
        walk.judge(&top());
    }
    walk.lower()?;
    let checks = walk.checker.checks;
    let Some((loss, node)) = walk.best else {
        let none = vec![crate::SUPPRESSED; problem.table().combinations()];
        let recoding = Recoding::of_levels(problem.table(), levels, &top(), none, &[]);
        let optimal = lower.is_none();
        let gap = if optimal { 0.0 } else { f64::INFINITY };
        let proof = Proof { optimal, gap, checks };
        return Ok(Found { recoding, levels: Some(top().to_vec()), proof: Some(proof) });
    };
    let (class_of, of_class) = walk.checker.recoding(&node);
    let recoding = Recoding::of_levels(problem.table(), levels, &node, class_of, &of_class);
    let gap = lower.map_or(0.0, |lower| (loss - lower).max(0.0));
    let proof = Proof { optimal: gap <= 0.0, gap, checks };
    Ok(Found { recoding, levels: Some(node.to_vec()), proof: Some(proof) })
}

pub(super) struct Walk<'a> {
    problem: &'a Problem<'a>,
    pub(super) costs: &'a LevelCosts<'a>,
    checker: Checker<'a>,
    best: Option<(f64, Node)>,
    /// Nodes judged at the most, where the problem says nothing.
    most_checks: Option<u64>,
}

/// What is known of a numbered node.
mod mark {
    pub(super) const OPEN: u8 = 0;
    pub(super) const DONE: u8 = 1;
    /// Infeasible, with all below.
    pub(super) const CLOSED: u8 = 2;
}

impl Walk<'_> {
    pub(super) fn best_loss(&self) -> f64 {
        self.best.as_ref().map_or(f64::INFINITY, |best| best.0)
    }

    /// Of equal losses the node found first counts, and of the order nothing depends on chance.
    pub(super) fn judge(&mut self, node: &[u8]) -> Verdict {
        let verdict = self.checker.check(node);
        self.problem.advance(1);
        if let Verdict::Feasible(loss) = verdict
            && loss < self.best_loss()
        {
            self.best = Some((loss, node.into()));
        }
        verdict
    }

    /// Takes back what costs nothing and gives nothing: of nodes with the same loss the lowest is kept,
    /// so that a column of one value stays as it is.
    fn lower(&mut self) -> Result<(), AnonymizeError> {
        let Some((loss, mut node)) = self.best.take() else { return Ok(()) };
        for column in 0..node.len() {
            while node[column] > 0 && !self.is_over()? {
                let mut below = node.clone();
                below[column] -= 1;
                match self.checker.check(&below) {
                    Verdict::Feasible(same) if same <= loss => node = below,
                    _ => break,
                }
            }
        }
        self.best = Some((loss, node));
        Ok(())
    }

    /// Whether to stop with what there is.
    pub(super) fn is_over(&self) -> Result<bool, AnonymizeError> {
        self.problem.check_cancelled()?;
        let checks = self.checker.checks;
        let is_enough = self.most_checks.is_some_and(|most| checks >= most);
        Ok(is_enough || self.problem.is_over(checks))
    }

    /// Searches a lattice whose nodes are numbered. Gives the least loss an unseen node may have, where
    /// the search ended early.
    fn numbered(&mut self, lattice: &Lattice) -> Result<Option<f64>, AnonymizeError> {
        let bound = |node: usize| {
            self.costs.bound((0..self.checker.levels.len()).map(|c| lattice.level(node, c)))
        };
        let bounds: Vec<f64> = (0..lattice.len()).map(bound).collect();
        let mut order: Vec<u32> = (0..lattice.len() as u32).collect();
        order.sort_by(|a, b| bounds[*a as usize].total_cmp(&bounds[*b as usize]).then(a.cmp(b)));
        let mut marks = vec![mark::OPEN; lattice.len()];
        let by_halves = match self.problem.monotonicity() {
            Monotonicity::Classes => true,
            Monotonicity::Unions => self.problem.most_suppressed() <= 0.0,
            Monotonicity::None => false,
        };
        for node in order {
            let node = node as usize;
            if bounds[node] >= self.best_loss() {
                return Ok(None);
            }
            if marks[node] != mark::OPEN {
                continue;
            }
            if self.is_over()? {
                return Ok(Some(bounds[node]));
            }
            let path = match by_halves {
                true => self.path(lattice, node, &bounds, &marks),
                false => vec![node],
            };
            let (mut low, mut high) = (0, path.len());
            while low < high {
                let middle = low + (high - low) / 2;
                let node = path[middle];
                match self.judge(&lattice.node(node)) {
                    Verdict::Feasible(_) => {
                        marks[node] = mark::DONE;
                        high = middle;
                    }
                    Verdict::Infeasible => {
                        marks[node] = mark::DONE;
                        low = middle + 1;
                    }
                    Verdict::InfeasibleBelow => {
                        close_below(lattice, node, &mut marks);
                        low = middle + 1;
                    }
                }
            }
        }
        Ok(None)
    }

    /// Upwards from a node over open nodes that may still be the best.
    fn path(&self, lattice: &Lattice, from: usize, bounds: &[f64], marks: &[u8]) -> Vec<usize> {
        let mut path = vec![from];
        let mut at = from;
        loop {
            let next = lattice
                .above(at)
                .filter(|n| marks[*n] == mark::OPEN && bounds[*n] < self.best_loss())
                .min_by(|a, b| bounds[*a].total_cmp(&bounds[*b]).then(a.cmp(b)));
            match next {
                Some(next) => {
                    path.push(next);
                    at = next;
                }
                None => return path,
            }
        }
    }
}

fn close_below(lattice: &Lattice, node: usize, marks: &mut [u8]) {
    marks[node] = mark::CLOSED;
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        for below in lattice.below(node) {
            if marks[below] != mark::CLOSED {
                marks[below] = mark::CLOSED;
                stack.push(below);
            }
        }
    }
}
