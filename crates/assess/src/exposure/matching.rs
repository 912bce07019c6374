//! Generalised match: which classes cover all that is known of somebody.
//!
//! Of each column and value a bit set says which classes' labels cover it, so a combination's classes are
//! an intersection. Equal combinations are matched once.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::people::People;
use super::{ANY, Column, Release};
use crate::hash;

/// What all bit sets may take together; columns beyond it are looked up label by label instead.
const MOST_BYTES: usize = 64 << 20;

/// Finds classes by values.
pub(crate) struct Matcher<'a> {
    columns: &'a [Column],
    release: &'a Release,
    words: usize,
    /// By column, where it is indexed: the bit sets of its values, one after the other.
    index: Vec<Option<Vec<u64>>>,
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
        Self::within(columns, release, MOST_BYTES)
    }

    /// With bit sets of so many bytes at most.
    pub(crate) fn within(columns: &'a [Column], release: &'a Release, mut room: usize) -> Self {
        let words = release.classes.len().div_ceil(64);
        let bytes = |column: &usize| columns[*column].values.len() * words * 8;
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(bytes);
        let mut index = vec![None; columns.len()];
        for column in order {
            if let Some(left) = room.checked_sub(bytes(&column)) {
                room = left;
                index[column] = Some(bits(&columns[column], column, release, words));
            }
        }
        Self { columns, release, words, index }
    }

    /// The classes that cover some values, ascending.
    pub(crate) fn classes(&self, values: &[u32]) -> Vec<u32> {
        let all = self.release.classes.len();
        let mut bits = vec![u64::MAX; self.words];
        if let (Some(last), used @ 1..) = (bits.last_mut(), all % 64) {
            *last = (1 << used) - 1;
        }
        for (index, value) in self.index.iter().zip(values) {
            if let (Some(index), false) = (index, *value == ANY) {
                let of_value = &index[*value as usize * self.words..][..self.words];
                bits.iter_mut().zip(of_value).for_each(|(bits, own)| *bits &= own);
            }
        }
        let mut classes = ones(&bits);
        let left: Vec<usize> = (0..values.len())
            .filter(|column| self.index[*column].is_none() && values[*column] != ANY)
            .collect();
        classes.retain(|class| {
            let labels = &self.release.classes[*class as usize];
            left.iter().all(|column| self.columns[*column].covers(labels[*column], values[*column]))
        });
        classes
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

fn bits(column: &Column, position: usize, release: &Release, words: usize) -> Vec<u64> {
    let mut of_label = vec![Vec::new(); column.labels.len()];
    for (class, labels) in (0u32..).zip(&release.classes) {
        of_label[labels[position] as usize].push(class);
    }
    let mut bits = vec![0u64; column.values.len() * words];
    for value in 0..column.values.len() {
        let own = &mut bits[value * words..][..words];
        for (label, classes) in (0u32..).zip(&of_label) {
            if !classes.is_empty() && column.covers(label, value as u32) {
                classes.iter().for_each(|class| own[*class as usize / 64] |= 1 << (class % 64));
            }
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
