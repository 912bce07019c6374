//! Generalised match: which classes cover all that is known of somebody.
//!
//! Of a column of few values a bit set for each says which classes' labels cover it, so a combination's classes
//! are an intersection. Of other columns each value lists the labels that cover it, and a combination's
//! classes are sought among those of the column that leaves fewest. Equal combinations are matched once.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::people::People;
use super::release::Groups;
use super::{ANY, Column, Release};
use crate::hash;

/// What all bit sets may take together; columns beyond it have lists instead.
const MOST_BYTES: usize = 64 << 20;

/// Most pairs of a value and a label that a column lists.
const MOST_PAIRS: usize = 8 << 20;

/// Most blocks of values by which wide labels are listed.
const MOST_BLOCKS: usize = 1024;

/// Finds classes by values.
pub(crate) struct Matcher<'a> {
    columns: &'a [Column],
    release: &'a Release,
    words: usize,
    index: Vec<Index>,
}

/// A column's classes by value.
enum Index {
    /// The bit sets of its values, one after the other.
    Bits(Vec<u64>),
    Lists(Lists),
}

/// The labels of a column's classes.
struct Lists {
    /// By value: labels that cover it and few others.
    narrow: Groups,
    /// By value: a block of values that lie beside it.
    block_of: Vec<u32>,
    /// By block: labels that cover many values, some of them in it, to be asked.
    wide: Groups,
    /// By label: the classes that have it.
    classes: Groups,
}

/// The classes of people's rows.
pub(crate) struct Matches {
    /// By row: the number of its combination.
    pub(crate) combination: Vec<u32>,
    /// By combination: the number of its list of classes.
    list_of: Vec<u32>,
    /// The lists, each once.
    lists: Vec<Vec<u32>>,
}

impl Matches {
    /// The classes of a row, ascending, by the number of their list.
    pub(crate) fn list_of(&self, row: usize) -> u32 {
        self.list_of[self.combination[row] as usize]
    }

    /// The classes that a row fits, ascending.
    pub(crate) fn classes(&self, row: usize) -> &[u32] {
        &self.lists[self.list_of(row) as usize]
    }

    /// Every list of classes that somebody fits.
    pub(crate) fn lists(&self) -> &[Vec<u32>] {
        &self.lists
    }
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(columns: &'a [Column], release: &'a Release) -> Self {
        Self::within(columns, release, MOST_BYTES, MOST_PAIRS)
    }

    /// With bit sets of so many bytes at most, and lists of about so many pairs by column.
    pub(crate) fn within(
        columns: &'a [Column],
        release: &'a Release,
        mut room: usize,
        pairs: usize,
    ) -> Self {
        let words = release.classes.len().div_ceil(64);
        let bytes = |column: &usize| columns[*column].values.len() * words * 8;
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(bytes);
        let mut has_bits = vec![false; columns.len()];
        for column in order {
            if let Some(left) = room.checked_sub(bytes(&column)) {
                (room, has_bits[column]) = (left, true);
            }
        }
        let index = columns.iter().enumerate().map(|(position, column)| match has_bits[position] {
            true => Index::Bits(bits(column, position, release, words)),
            false => Index::Lists(Lists::of(column, position, release, pairs)),
        });
        Self { columns, release, words, index: index.collect() }
    }

    /// The classes that cover some values, ascending.
    pub(crate) fn classes(&self, values: &[u32]) -> Vec<u32> {
        let known = || (0..values.len()).filter(|column| values[*column] != ANY);
        let listed = known().filter_map(|column| match &self.index[column] {
            Index::Bits(_) => None,
            Index::Lists(lists) => {
                let labels = lists.labels(&self.columns[column], values[column]);
                let classes = labels.iter().map(|label| lists.classes.list(*label).len()).sum();
                Some((classes, column, labels))
            }
        });
        let fewest: Option<(usize, usize, Vec<u32>)> =
            listed.min_by_key(|(n, column, _)| (*n, *column));
        let has_bits = known().any(|column| matches!(self.index[column], Index::Bits(_)));
        match (fewest, &self.index) {
            // To ask a class is dearer than to intersect the words of many.
            (Some((classes, column, labels)), _) if !has_bits || classes <= self.words * 4 => {
                let mut found = Vec::with_capacity(classes);
                if let Index::Lists(lists) = &self.index[column] {
                    labels
                        .iter()
                        .for_each(|label| found.extend_from_slice(lists.classes.list(*label)));
                }
                found.sort_unstable();
                found.retain(|class| {
                    known().all(|c| c == column || self.fits(*class, c, values[c]))
                });
                found
            }
            _ => {
                let mut found = self.by_bits(values);
                let listed = || known().filter(|c| matches!(self.index[*c], Index::Lists(_)));
                found.retain(|class| listed().all(|c| self.fits(*class, c, values[c])));
                found
            }
        }
    }

    fn fits(&self, class: u32, column: usize, value: u32) -> bool {
        match &self.index[column] {
            Index::Bits(bits) => {
                let word = bits[value as usize * self.words + class as usize / 64];
                word >> (class % 64) & 1 == 1
            }
            Index::Lists(_) => {
                let label = self.release.classes[class as usize][column];
                self.columns[column].covers(label, value)
            }
        }
    }

    /// The classes that fit in all columns of bit sets, ascending.
    fn by_bits(&self, values: &[u32]) -> Vec<u32> {
        let all = self.release.classes.len();
        let mut bits = vec![u64::MAX; self.words];
        if let (Some(last), used @ 1..) = (bits.last_mut(), all % 64) {
            *last = (1 << used) - 1;
        }
        for (index, value) in self.index.iter().zip(values) {
            if let (Index::Bits(index), false) = (index, *value == ANY) {
                let of_value = &index[*value as usize * self.words..][..self.words];
                bits.iter_mut().zip(of_value).for_each(|(bits, own)| *bits &= own);
            }
        }
        ones(&bits)
    }

    /// The classes of every row.
    pub(crate) fn matches(&self, people: &People) -> Matches {
        self.matches_of(&people.quasi, people.rows())
    }

    /// The classes of rows that have these values, column by column.
    pub(crate) fn matches_of(&self, quasi: &[Vec<u32>], rows: usize) -> Matches {
        let mut combinations: HashMap<u128, u32, FixedState> = HashMap::default();
        let mut numbers: HashMap<u128, u32, FixedState> = HashMap::default();
        let mut matches =
            Matches { combination: Vec::new(), list_of: Vec::new(), lists: Vec::new() };
        for row in 0..rows {
            let values: Vec<u32> = quasi.iter().map(|column| column[row]).collect();
            let next = matches.list_of.len() as u32;
            let combination = *combinations.entry(hash::of_codes(&values)).or_insert(next);
            matches.combination.push(combination);
            if combination == next {
                let classes = self.classes(&values);
                let fresh = matches.lists.len() as u32;
                let list = *numbers.entry(hash::of_codes(&classes)).or_insert(fresh);
                if list == fresh {
                    matches.lists.push(classes);
                }
                matches.list_of.push(list);
            }
        }
        matches
    }
}

impl Lists {
    /// Lists of so many pairs at most: each label has the same share of them, and is wide beyond it.
    fn of(column: &Column, position: usize, release: &Release, most: usize) -> Self {
        let classes = classes_of_label(column, position, release);
        let used = (0..column.labels.len() as u32).filter(|label| !classes.list(*label).is_empty());
        let each = most / used.clone().count().max(1);
        let block_of = column.blocks(each.clamp(1, MOST_BLOCKS));
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        for label in used {
            let covered = column.covered(label);
            if covered.len() <= each {
                narrow.extend(covered.into_iter().map(|value| (value, label)));
            } else {
                let mut blocks: Vec<u32> =
                    covered.into_iter().map(|value| block_of[value as usize]).collect();
                blocks.sort_unstable();
                blocks.dedup();
                wide.extend(blocks.into_iter().map(|block| (block, label)));
            }
        }
        let narrow = Groups::of(column.values.len(), narrow);
        Self { narrow, block_of, wide: Groups::of(MOST_BLOCKS, wide), classes }
    }

    /// The labels that cover a value.
    fn labels(&self, column: &Column, value: u32) -> Vec<u32> {
        let wide = self.wide.list(self.block_of[value as usize]).iter();
        let wide = wide.filter(|label| column.covers(**label, value));
        self.narrow.list(value).iter().chain(wide).copied().collect()
    }
}

fn classes_of_label(column: &Column, position: usize, release: &Release) -> Groups {
    let of_class = (0u32..).zip(&release.classes).map(|(class, labels)| (labels[position], class));
    Groups::of(column.labels.len(), of_class.collect())
}

fn bits(column: &Column, position: usize, release: &Release, words: usize) -> Vec<u64> {
    let classes = classes_of_label(column, position, release);
    let mut bits = vec![0u64; column.values.len() * words];
    for label in 0..column.labels.len() as u32 {
        let classes = classes.list(label);
        let covered = if classes.is_empty() { Vec::new() } else { column.covered(label) };
        for value in covered {
            let own = &mut bits[value as usize * words..][..words];
            classes.iter().for_each(|class| own[*class as usize / 64] |= 1 << (class % 64));
        }
    }
    bits
}

fn ones(bits: &[u64]) -> Vec<u32> {
    let mut found = Vec::new();
    for (place, word) in (0u32..).zip(bits) {
        let mut word = *word;
        while word != 0 {
            found.push(place * 64 + word.trailing_zeros());
            word &= word - 1;
        }
    }
    found
}
