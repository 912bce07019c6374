//! Recursive cutting, shared by Mondrian over combinations and by the grouping of subjects: which
//! column, which place, and the proof that both sides satisfy every model.
//!
//! Rows lie one after the other in one vector and are parted in place. Large parts are cut level
//! by level, small ones each by one thread with a stack of its own: no recursion, and the tree of
//! cuts is the same at any number of threads.

mod cutter;
mod lend;

use std::ops::Range;

use rayon::prelude::*;

use crate::axis::{Axis, CutRule};
use crate::{AnonymizeError, ClassAccumulator, Problem};
use cutter::Cutter;

/// Parts below this many rows are cut to the end by one thread.
const GRAIN: usize = 4096;

/// What is being parted: combinations, or subjects with the box of their rows.
pub(crate) trait Units: Sync {
    /// Numbers per row.
    fn stride(&self) -> usize;
    /// What a cut compares in a column.
    fn key(&self, row: &[u32], column: usize) -> u32;
    /// One more than the highest key of a column.
    fn keys(&self, axis: &Axis) -> usize;
    /// The lowest and highest rank of a row in a column.
    fn extent(&self, row: &[u32], column: usize) -> (u32, u32);
    /// How many ranks a region spans, given its distinct keys and ends.
    fn distinct(&self, keys: usize, min: u32, max: u32) -> usize;
    /// Where a region may be cut.
    fn cut_rule(&self, axis: &Axis, min: u32, max: u32) -> CutRule;
    /// An upper bound of the row's subjects.
    fn weight(&self, row: &[u32]) -> u64;
    /// Adds the row to a class.
    fn add(&self, row: &[u32], class: &mut ClassAccumulator);
    /// The values that a row's people have in a sensitive column, and in how many rows.
    fn told(&self, row: &[u32], sensitive: usize) -> impl Iterator<Item = (u32, u64)>;
}

/// Whether rows of one value may come to both sides of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// All of them are on one side.
    Strict,
    /// Where a side is too small, some go over.
    Relaxed,
}

/// Cuts rows until no allowed cut is left.
pub(crate) struct Partitioner<'a, U> {
    problem: &'a Problem<'a>,
    axes: &'a [Axis],
    units: &'a U,
    strictness: Strictness,
}

struct Part<'r> {
    /// The number of its first row.
    start: u32,
    rows: &'r mut [u32],
}

enum Step<'r> {
    /// A leaf, by the number of its first row.
    Leaf(u32),
    Cut(Part<'r>, Part<'r>),
}

/// Leaves, one after the other over all rows.
#[derive(Debug, Default)]
pub(crate) struct Leaves {
    /// The first row of each, ascending.
    starts: Vec<u32>,
    rows: u32,
    stride: usize,
}

impl Leaves {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Each as a range of the cells.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = self.starts.iter().skip(1).chain([&self.rows]);
        let cell = |row: &u32| *row as usize * self.stride;
        self.starts.iter().zip(ends).map(move |(start, end)| cell(start)..cell(end))
    }
}

impl<'a, U: Units> Partitioner<'a, U> {
    pub(crate) fn new(
        problem: &'a Problem<'a>,
        axes: &'a [Axis],
        units: &'a U,
        strictness: Strictness,
    ) -> Self {
        Self { problem, axes, units, strictness }
    }

    /// The leaves of `cells`, which is reordered; none where the whole fails a model.
    pub(crate) fn leaves(&self, cells: &mut [u32]) -> Result<Leaves, AnonymizeError> {
        if cells.is_empty() || !self.cutter().whole_holds(cells) {
            return Ok(Leaves::default());
        }
        let stride = self.units.stride();
        // Combinations and subjects are numbered by 32 bits.
        let rows = (cells.len() / stride) as u32;
        let mut leaves = Vec::new();
        let mut small = Vec::new();
        let mut frontier = vec![Part { start: 0, rows: cells }];
        while !frontier.is_empty() {
            self.problem.check_cancelled()?;
            if self.problem.is_time_up() {
                leaves.extend(frontier.iter().map(|part| part.start));
                break;
            }
            let (large, done): (Vec<_>, Vec<_>) =
                frontier.into_iter().partition(|p| p.rows.len() >= GRAIN * self.units.stride());
            small.extend(done);
            let steps: Vec<Step<'_>> =
                large.into_par_iter().map_init(|| self.cutter(), Cutter::step).collect();
            frontier = Vec::new();
            for step in steps {
                match step {
                    Step::Leaf(start) => leaves.push(start),
                    Step::Cut(left, right) => frontier.extend([left, right]),
                }
            }
        }
        let ends: Vec<Vec<u32>> = small
            .into_par_iter()
            .map_init(|| self.cutter(), |cutter, part| self.exhaust(cutter, part))
            .collect();
        self.problem.check_cancelled()?;
        leaves.extend(ends.into_iter().flatten());
        leaves.sort_unstable();
        Ok(Leaves { starts: leaves, rows, stride })
    }

    fn exhaust(&self, cutter: &mut Cutter<'a, U>, part: Part<'_>) -> Vec<u32> {
        let mut leaves = Vec::new();
        if self.problem.check_cancelled().is_err() {
            return leaves;
        }
        let rows = part.rows.len() / self.units.stride();
        let mut stack = vec![part];
        while let Some(part) = stack.pop() {
            // Both sides of every cut hold, so that whatever is not cut further is a class.
            if self.problem.is_time_up() {
                leaves.push(part.start);
                continue;
            }
            match cutter.step(part) {
                Step::Leaf(start) => leaves.push(start),
                Step::Cut(left, right) => stack.extend([left, right]),
            }
        }
        self.problem.advance(rows);
        leaves
    }

    fn cutter(&self) -> Cutter<'a, U> {
        Cutter::new(self)
    }
}
