//! The walk over a lattice too large to be numbered: from below by bounds, which prove, and from above by what
//! solutions cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::Node;
use super::check::Verdict;
use super::walk::Walk;
use crate::AnonymizeError;
use crate::levels::Levels;

/// Open nodes kept at the most.
const MOST_OPEN: usize = 2 << 20;

impl Walk<'_> {
    /// Searches a lattice too large to be numbered: down from the top to a first solution that nothing below
    /// betters, then by turns from below, where bounds prove, and from above, where solutions are.
    pub(super) fn best_first(&mut self, levels: &[Levels]) -> Result<Option<f64>, AnonymizeError> {
        let tops: Node = levels.iter().map(Levels::top).collect();
        let mut solutions = Solutions::new(self, tops.clone());
        while solutions.step(self)? {}
        let mut open = Open::new(self, &tops);
        loop {
            match open.step(self, &tops)? {
                Step::Proven => return Ok(None),
                Step::Over(bound) => return Ok(Some(bound)),
                Step::Next => {
                    solutions.step(self)?;
                }
            }
        }
    }

    /// From a node that is infeasible with all below it, upwards by least bound as long as that is so:
    /// the last such node says the same of many more.
    fn climb(&mut self, node: &Node, tops: &Node) -> Result<Node, AnonymizeError> {
        let mut path = vec![node.clone()];
        loop {
            let at = &path[path.len() - 1];
            let mut next: Option<(f64, Node)> = None;
            for column in 0..tops.len() {
                if at[column] < tops[column] {
                    let mut above = at.clone();
                    above[column] += 1;
                    let bound = self.costs.bound(above.iter().copied());
                    if next.as_ref().is_none_or(|(least, _)| bound < *least) {
                        next = Some((bound, above));
                    }
                }
            }
            match next {
                Some((bound, above)) if bound < self.best_loss() => path.push(above),
                _ => break,
            }
        }
        let (mut low, mut high) = (1, path.len());
        while low < high && !self.is_over()? {
            let middle = low + (high - low) / 2;
            match self.judge(&path[middle]) {
                Verdict::InfeasibleBelow => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(path.swap_remove(low - 1))
    }
}

/// How far a search from below is.
enum Step {
    /// No open node may cost less than the best.
    Proven,
    /// Its time is over, and an open node may cost so little.
    Over(f64),
    /// There is more to do.
    Next,
}

/// Nodes by the least that they and all above them may cost, from the bottom.
struct Open {
    heap: BinaryHeap<Reverse<(u64, Node)>>,
    /// Nodes that are infeasible with all below them.
    hopeless: Vec<Node>,
}

impl Open {
    fn new(walk: &Walk<'_>, tops: &Node) -> Self {
        let bottom: Node = vec![0; tops.len()].into();
        let mut open = Self { heap: BinaryHeap::new(), hopeless: Vec::new() };
        open.push(walk, bottom);
        open
    }

    fn push(&mut self, walk: &Walk<'_>, node: Node) {
        self.heap.push(Reverse((ordered(walk.costs.bound(node.iter().copied())), node)));
    }

    fn step(&mut self, walk: &mut Walk<'_>, tops: &Node) -> Result<Step, AnonymizeError> {
        let Some(Reverse((bound, node))) = self.heap.pop() else { return Ok(Step::Proven) };
        let bound = f64::from_bits(bound);
        if bound >= walk.best_loss() {
            return Ok(Step::Proven);
        }
        if walk.is_over()? || self.heap.len() > MOST_OPEN {
            return Ok(Step::Over(bound));
        }
        let is_hopeless = self.hopeless.iter().any(|known| is_below(&node, known));
        if !is_hopeless && walk.judge(&node) == Verdict::InfeasibleBelow {
            let highest = walk.climb(&node, tops)?;
            self.hopeless.retain(|known| !is_below(known, &highest));
            self.hopeless.push(highest);
        }
        // Each node is reached once: only columns from the last raised one on go up.
        let last = node.iter().rposition(|level| *level > 0).unwrap_or(0);
        for column in last..tops.len() {
            if node[column] < tops[column] {
                let mut above = node.clone();
                above[column] += 1;
                self.push(walk, above);
            }
        }
        Ok(Step::Next)
    }
}

/// Feasible nodes by what they cost, from the top: those below the cheapest are judged next.
struct Solutions {
    heap: BinaryHeap<Reverse<(u64, Node)>>,
    seen: HashSet<Node, FixedState>,
}

impl Solutions {
    fn new(walk: &mut Walk<'_>, top: Node) -> Self {
        let mut solutions = Self { heap: BinaryHeap::new(), seen: HashSet::default() };
        solutions.see(walk, top);
        solutions
    }

    /// Judges a node that was not met before, and says whether it is feasible.
    fn see(&mut self, walk: &mut Walk<'_>, node: Node) -> bool {
        if self.seen.len() >= MOST_OPEN || !self.seen.insert(node.clone()) {
            return false;
        }
        let Verdict::Feasible(loss) = walk.judge(&node) else { return false };
        self.heap.push(Reverse((ordered(loss), node)));
        true
    }

    /// Goes down from the cheapest node; whether any node below it is feasible.
    fn step(&mut self, walk: &mut Walk<'_>) -> Result<bool, AnonymizeError> {
        let Some(Reverse((_, node))) = self.heap.pop() else { return Ok(false) };
        let mut any = false;
        for column in (0..node.len()).filter(|column| node[*column] > 0) {
            if walk.is_over()? {
                return Ok(false);
            }
            let mut below = node.clone();
            below[column] -= 1;
            any |= self.see(walk, below);
        }
        Ok(any)
    }
}

/// Whether no column of a node is above the other's.
fn is_below(node: &Node, other: &Node) -> bool {
    node.iter().zip(other.iter()).all(|(a, b)| a <= b)
}

/// The bits of a loss that is not negative order as it does.
fn ordered(loss: f64) -> u64 {
    loss.max(0.0).to_bits()
}
