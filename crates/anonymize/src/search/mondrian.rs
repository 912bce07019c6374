//! Mondrian: multidimensional recoding by cutting the table again and again (LeFevre, DeWitt &
//! Ramakrishnan, *Mondrian multidimensional k-anonymity*, ICDE 2006).
//!
//! A part of the table is cut where both sides satisfy every model: in the column whose region is
//! widest or whose cut lowers the penalty most, at the place that gains most among the boundaries
//! nearest to the median. Numbers and dates are cut by value, hierarchies between the children of a
//! node, names by falling frequency. Cuts never separate equal values (strict). A class is
//! published as the smallest region that holds it.

use super::partition::{Partitioner, Units};
use super::{Found, Search};
use crate::axis::{Axis, CutRule};
use crate::recoding::{ClassMembers, Recoding, SUPPRESSED};
use crate::{AnonymizeError, ClassAccumulator, FrequencyTable, Problem};

/// Multidimensional strict Mondrian over subjects.
///
/// # Guarantee
///
/// Every class satisfies every model of the problem, or all is suppressed where the whole table
/// does not. It adds none of its own: an attacker who knows the method can sometimes narrow a
/// class further (minimality, Wong et al. 2007).
///
/// # Citation
///
/// LeFevre, DeWitt & Ramakrishnan, *Mondrian multidimensional k-anonymity*, ICDE 2006.
///
/// # Cost
///
/// O(c·q·log c) for c combinations of q columns in the usual case of cuts near the middle, and
/// 4·(q + 2) bytes per combination beside the table.
///
/// # Utility
///
/// Values are generalised only where their neighbourhood is thin; equal input values may get
/// different labels (local recoding).
#[derive(Debug, Clone, Copy, Default)]
pub struct Mondrian;

impl Search for Mondrian {
    fn name(&self) -> &'static str {
        "mondrian"
    }

    fn citation(&self) -> &'static str {
        "LeFevre, DeWitt & Ramakrishnan, Mondrian multidimensional k-anonymity, ICDE 2006"
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        let table = problem.table();
        let axes = Axis::all(table);
        let units = Combinations { table, columns: axes.len() };
        let mut cells = units.cells(&axes);
        let partitioner = Partitioner::new(problem, &axes, &units);
        let leaves = partitioner.leaves(&mut cells)?;
        let mut class_of = vec![SUPPRESSED; table.combinations()];
        for (class, leaf) in leaves.iter().enumerate() {
            let rows = cells[leaf.clone()].chunks_exact(units.stride());
            rows.for_each(|row| class_of[units.combination(row) as usize] = class as u32);
        }
        drop(cells);
        let members = ClassMembers::by_class(&class_of, leaves.len() as u32);
        let recoding = Recoding::of_members(table, &axes, class_of, &members);
        Ok(Found { recoding, levels: None })
    }
}

/// Combinations as rows of ranks, with their number and weight at the end.
struct Combinations<'a> {
    table: &'a FrequencyTable,
    columns: usize,
}

impl Combinations<'_> {
    fn cells(&self, axes: &[Axis]) -> Vec<u32> {
        let mut cells = Vec::with_capacity(self.table.combinations() * self.stride());
        for combination in 0..self.table.combinations() as u32 {
            let codes =
                axes.iter().enumerate().map(|(c, a)| a.rank(self.table.code(combination, c)));
            cells.extend(codes);
            cells.push(combination);
            cells.push(u32::try_from(self.table.weight(combination)).unwrap_or(u32::MAX));
        }
        cells
    }

    fn combination(&self, row: &[u32]) -> u32 {
        row[self.columns]
    }
}

impl Units for Combinations<'_> {
    fn stride(&self) -> usize {
        self.columns + 2
    }

    fn key(&self, row: &[u32], column: usize) -> u32 {
        row[column]
    }

    fn keys(&self, axis: &Axis) -> usize {
        axis.ranks()
    }

    fn extent(&self, row: &[u32], column: usize) -> (u32, u32) {
        (row[column], row[column])
    }

    fn distinct(&self, keys: usize, _: u32, _: u32) -> usize {
        keys
    }

    fn cut_rule(&self, axis: &Axis, min: u32, max: u32) -> CutRule {
        axis.cut_rule(min, max)
    }

    fn weight(&self, row: &[u32]) -> u64 {
        u64::from(row[self.columns + 1])
    }

    fn add(&self, row: &[u32], class: &mut ClassAccumulator) {
        class.add(self.table, self.combination(row));
    }
}
