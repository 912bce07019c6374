//! Full-domain generalization: one level for each column, for all rows. The levels form a lattice, and
//! these searches walk it.
//!
//! A node is judged by making its classes: the codes of each column go through the level's map, and
//! combinations whose generalised codes agree are one class. Classes that fail are suppressed, as long
//! as the problem's limit allows; a node where more had to go is infeasible.

mod best_first;
mod check;
#[cfg(test)]
mod tests;
mod walk;

pub use walk::Optimal;
pub(super) use walk::search as walk;

use crate::levels::Levels;

/// The level of each column.
pub(crate) type Node = Box<[u8]>;

/// All nodes, where they are few enough to be numbered.
#[derive(Debug)]
pub(crate) struct Lattice {
    tops: Vec<u8>,
    /// What one step up in a column adds to a node's number.
    strides: Vec<usize>,
    nodes: usize,
}

impl Lattice {
    /// The lattice of some columns; `None` where it has more nodes than `most`.
    pub(crate) fn new(levels: &[Levels], most: usize) -> Option<Self> {
        let tops: Vec<u8> = levels.iter().map(Levels::top).collect();
        let mut strides = Vec::with_capacity(tops.len());
        let mut nodes = 1usize;
        for top in &tops {
            strides.push(nodes);
            nodes = nodes.checked_mul(usize::from(*top) + 1).filter(|n| *n <= most)?;
        }
        Some(Self { tops, strides, nodes })
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes
    }

    pub(crate) fn level(&self, node: usize, column: usize) -> u8 {
        (node / self.strides[column] % (usize::from(self.tops[column]) + 1)) as u8
    }

    pub(crate) fn node(&self, number: usize) -> Node {
        (0..self.tops.len()).map(|column| self.level(number, column)).collect()
    }

    /// One step up.
    pub(crate) fn above(&self, node: usize) -> impl Iterator<Item = usize> {
        (0..self.tops.len())
            .filter(move |column| self.level(node, *column) < self.tops[*column])
            .map(move |column| node + self.strides[column])
    }

    /// One step down.
    pub(crate) fn below(&self, node: usize) -> impl Iterator<Item = usize> {
        (0..self.tops.len())
            .filter(move |column| self.level(node, *column) > 0)
            .map(move |column| node - self.strides[column])
    }
}
