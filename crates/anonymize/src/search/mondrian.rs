//! Mondrian: multidimensional recoding by cutting the table again and again (LeFevre, DeWitt &
//! Ramakrishnan, *Mondrian multidimensional k-anonymity*, ICDE 2006).
//!
//! A part of the table is cut where both sides satisfy every model: in the column whose region is
//! widest or whose cut lowers the penalty most, at the place that gains most among the boundaries
//! nearest to the median. Numbers and dates are cut by value, hierarchies between the children of a
//! node, names by falling frequency. Cuts never separate equal values (strict; for others
//! [`RelaxedMondrian`](super::RelaxedMondrian)). A class is
//! published as the smallest region that holds it. Where the problem has a target column, cuts are taken by what
//! they tell of it, and where nothing is told by the penalty (*Workload-aware anonymization*, TODS 2008).

pub(super) use super::partition::Strictness;
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
/// O(c·q·log c) for c combinations of q columns in the usual case of cuts near the middle, and beside
/// the table the bits of a combination's ranks, number and weight, in words of 4 bytes, and 4 bytes
/// more for its class.
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
        cut(problem, Strictness::Strict)
    }
}

/// Cuts all combinations of a problem.
pub(super) fn cut(problem: &Problem<'_>, strictness: Strictness) -> Result<Found, AnonymizeError> {
    let table = problem.table();
    let axes = Axis::all(table);
    let units = Combinations::new(table, &axes);
    let mut cells = units.cells(&axes);
    let partitioner = Partitioner::new(problem, &axes, &units, strictness);
    problem.begin(table.combinations(), "combinations");
    let leaves = partitioner.leaves(&mut cells)?;
    let mut class_of = vec![SUPPRESSED; table.combinations()];
    for (class, leaf) in leaves.iter().enumerate() {
        let rows = cells[leaf].chunks_exact(units.stride());
        rows.for_each(|row| class_of[units.combination(row) as usize] = class as u32);
    }
    let classes = leaves.len() as u32;
    drop((cells, leaves));
    let members = ClassMembers::by_class(&class_of, classes);
    let recoding = Recoding::of_members(table, &axes, class_of, &members);
    Ok(Found { recoding, levels: None, proof: None })
}

/// Combinations as rows of ranks, with their number and weight, each in as few bits as it needs.
struct Combinations<'a> {
    table: &'a FrequencyTable,
    ranks: Vec<Field>,
    number: Field,
    weight: Field,
    words: usize,
}

/// Some bits of one word of a row.
#[derive(Debug, Clone, Copy, Default)]
struct Field {
    word: usize,
    shift: u32,
    mask: u32,
}

impl Field {
    #[inline]
    fn of(self, row: &[u32]) -> u32 {
        (row[self.word] >> self.shift) & self.mask
    }

    fn put(self, row: &mut [u32], value: u32) {
        row[self.word] |= value << self.shift;
    }

    /// Lays fields of so many bits into words, the widest first, and says how many words they take.
    fn all(widths: &[u32]) -> (Vec<Self>, usize) {
        let mut fields = vec![Self::default(); widths.len()];
        let mut order: Vec<usize> = (0..widths.len()).collect();
        order.sort_by_key(|field| std::cmp::Reverse(widths[*field]));
        let mut taken: Vec<u32> = Vec::new();
        for field in order {
            let width = widths[field];
            let word = taken.iter().position(|bits| bits + width <= 32).unwrap_or(taken.len());
            if word == taken.len() {
                taken.push(0);
            }
            let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
            fields[field] = Self { word, shift: taken[word] % 32, mask };
            taken[word] += width;
        }
        (fields, taken.len().max(1))
    }
}

/// Bits of the numbers up to the largest.
fn bits(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

impl<'a> Combinations<'a> {
    fn new(table: &'a FrequencyTable, axes: &[Axis]) -> Self {
        let all = table.combinations() as u32;
        let heaviest = (0..all).map(|n| Self::weight_of(table, n)).max().unwrap_or(0);
        let mut widths: Vec<u32> =
            axes.iter().map(|axis| bits(axis.ranks().saturating_sub(1) as u32)).collect();
        widths.extend([bits(all.saturating_sub(1)), bits(heaviest)]);
        let (mut fields, words) = Field::all(&widths);
        let weight = fields.pop().unwrap_or_default();
        let number = fields.pop().unwrap_or_default();
        Self { table, ranks: fields, number, weight, words }
    }

    fn weight_of(table: &FrequencyTable, combination: u32) -> u32 {
        u32::try_from(table.weight(combination)).unwrap_or(u32::MAX)
    }

    fn cells(&self, axes: &[Axis]) -> Vec<u32> {
        let mut cells = vec![0; self.table.combinations() * self.words];
        for (combination, row) in (0..).zip(cells.chunks_exact_mut(self.words)) {
            for (column, (axis, field)) in axes.iter().zip(&self.ranks).enumerate() {
                field.put(row, axis.rank(self.table.code(combination, column)));
            }
            self.number.put(row, combination);
            self.weight.put(row, Self::weight_of(self.table, combination));
        }
        cells
    }

    fn combination(&self, row: &[u32]) -> u32 {
        self.number.of(row)
    }
}

impl Units for Combinations<'_> {
    fn stride(&self) -> usize {
        self.words
    }

    fn key(&self, row: &[u32], column: usize) -> u32 {
        self.ranks[column].of(row)
    }

    fn keys(&self, axis: &Axis) -> usize {
        axis.ranks()
    }

    fn extent(&self, row: &[u32], column: usize) -> (u32, u32) {
        let rank = self.ranks[column].of(row);
        (rank, rank)
    }

    fn distinct(&self, keys: usize, _: u32, _: u32) -> usize {
        keys
    }

    fn cut_rule(&self, axis: &Axis, min: u32, max: u32) -> CutRule {
        axis.cut_rule(min, max)
    }

    fn weight(&self, row: &[u32]) -> u64 {
        u64::from(self.weight.of(row))
    }

    fn add(&self, row: &[u32], class: &mut ClassAccumulator) {
        class.add(self.table, self.combination(row));
    }

    fn told(&self, row: &[u32], sensitive: usize) -> impl Iterator<Item = (u32, u64)> {
        let entries = self.table.sensitive_entries(sensitive, self.combination(row));
        entries.map(|entry| (entry.code, entry.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_side_by_side() {
        let widths = [24, 9, 7, 6, 5, 4, 3, 2, 1, 0, 32];
        let (fields, words) = Field::all(&widths);
        assert_eq!(words, 3);
        let values: Vec<u32> = fields.iter().map(|field| 0x5a5a_5a5b & field.mask).collect();
        let mut row = vec![0; words];
        fields.iter().zip(&values).for_each(|(field, value)| field.put(&mut row, *value));
        let read: Vec<u32> = fields.iter().map(|field| field.of(&row)).collect();
        assert_eq!(read, values);
        assert_eq!(Field::all(&[0, 0]).1, 1);
    }
}
