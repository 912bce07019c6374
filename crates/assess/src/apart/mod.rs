//! Which columns tell people apart, learnt while a table is read once and in bounded memory, for any number
//! of columns: what a person who writes a policy has to know before there is one.
//!
//! Two sketches are kept. Of each column the distinct values, and the distinct pairs of person and value, by
//! HyperLogLog: their ratio is the distinction of Motwani & Xu. Of people a sample by the hash of who they
//! are, which is halved where it grows too large, with all rows of those in it: as the tuple samples of
//! Motwani & Xu it finds every small set of columns that separates. Tables that fit are counted exactly.
//!
//! Motwani & Xu, *Efficient algorithms for masking and finding quasi-identifiers*, VLDB 2007; sampling people
//! by their hash is after Chia et al., *KHyperLogLog: estimating reidentifiability and joinability of large
//! data at scale*, IEEE S&P 2019, which samples values.

mod held;
mod search;

use anonymed_core::SplitMix64;
use foldhash::quality::FixedState;
use serde::Serialize;
use std::hash::BuildHasher;

use crate::hyper_log_log::Distinct;
use held::Held;

/// Share of people that counts as nearly all of them.
pub const NEARLY_ALL: f64 = 0.9;

/// Cells held at most, of 4 bytes each.
const CELLS: usize = 1 << 22;
/// Rows held at most.
const ROWS: usize = 1 << 17;
/// Columns whose distinct values are counted, with 8 KiB each.
const COUNTED: usize = 1 << 10;
const SEED: u64 = 0xa9a7_7e11;

/// Who is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// People, by a column that says whose a row is.
    People,
    /// Rows, each taken for a person.
    Rows,
}

/// What was learnt of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApartReport {
    /// Who is told apart.
    pub counted: Counted,
    /// How many of them were looked at.
    pub people: u64,
    /// Whether these were drawn: shares of people told apart are then upper bounds, since somebody who is
    /// alike may not have been drawn.
    pub is_drawn: bool,
    /// By column, in the table's order.
    pub columns: Vec<ColumnApart>,
    /// One searched column more at a time, each that which separates most beside those before it.
    pub grown: Vec<ApartSet>,
}

/// What one column tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnApart {
    /// Distinct values by pairs of person and value; none beyond 1,024 columns.
    pub distinction: Option<f64>,
    /// Share of pairs of people who differ in it, a row of each drawn.
    pub separation: f64,
    /// Share of people with a value that nobody else has.
    pub alone: f64,
    /// Values of a person in the mean; none where rows are people, or beyond 1,024 columns.
    pub values_each: Option<f64>,
    /// A small set with it that tells [`NEARLY_ALL`] people apart, and would not without it.
    pub set: Option<ApartSet>,
}

/// What a set of columns tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApartSet {
    /// Their headers.
    pub columns: Vec<String>,
    /// Share of pairs of people who differ in one of them or more, a row of each drawn.
    pub separation: f64,
    /// Share of people with a combination that nobody else has.
    pub told: f64,
}

/// Watches the rows of a table.
#[derive(Debug)]
pub struct ApartSketch {
    names: Vec<String>,
    counted: Counted,
    held: Held,
    values: Vec<Distinct>,
    pairs: Vec<Distinct>,
    people: Distinct,
    rows: u64,
}

impl ApartSketch {
    /// A sketch of columns with these headers.
    pub fn new(names: Vec<String>, counted: Counted) -> Self {
        let sketched = if names.len() <= COUNTED { names.len() } else { 0 };
        let distinct = || (0..sketched).map(|_| Distinct::default()).collect();
        Self {
            held: Held::new(names.len(), CELLS, ROWS),
            values: distinct(),
            pairs: distinct(),
            people: Distinct::default(),
            rows: 0,
            names,
            counted,
        }
    }

    /// The number of a text, the same everywhere; it leaves no process.
    pub fn number(text: &str) -> u64 {
        FixedState::with_seed(SEED).hash_one(text)
    }

    /// Adds a row: whose it is, by its number, and the numbers of its cells. Where people are counted a row
    /// of nobody is passed over.
    pub fn add(&mut self, whose: Option<u64>, cells: &[u64]) {
        debug_assert_eq!(cells.len(), self.names.len(), "a cell for each column");
        self.rows += 1;
        let person = match (self.counted, whose) {
            (Counted::Rows, _) => SplitMix64::mixed(self.rows),
            (Counted::People, Some(person)) => SplitMix64::mixed(person),
            (Counted::People, None) => return,
        };
        self.people.add(person);
        for (values, cell) in self.values.iter_mut().zip(cells) {
            values.add(*cell);
        }
        if self.counted == Counted::People {
            for (pairs, cell) in self.pairs.iter_mut().zip(cells) {
                pairs.add(SplitMix64::mixed(person ^ cell));
            }
        }
        self.held.add(person, cells);
    }

    /// What was learnt; sets are looked for among the columns of these positions.
    pub fn report(self, searched: &[usize]) -> ApartReport {
        let Self { names, counted, held, values, pairs, people, rows } = self;
        let is_drawn = held.is_drawn();
        let found = search::search(&held.people(), names.len(), searched);
        let named = |set: &search::Found| ApartSet {
            columns: set.columns.iter().map(|column| names[*column].clone()).collect(),
            separation: set.separation,
            told: set.told,
        };
        let columns = (0..names.len()).map(|column| {
            let pairs = match counted {
                Counted::People => pairs.get(column).map(Distinct::count),
                Counted::Rows => values.get(column).map(|_| rows as f64),
            };
            let values = values.get(column).map(Distinct::count);
            ColumnApart {
                distinction: values.zip(pairs).map(|(n, of)| (n / of.max(1.0)).min(1.0)),
                separation: found.single[column].separation,
                alone: found.single[column].told,
                values_each: pairs
                    .filter(|_| counted == Counted::People)
                    .map(|pairs| (pairs / people.count().max(1.0)).max(1.0)),
                set: found.sets[column].as_ref().map(named),
            }
        });
        ApartReport {
            counted,
            people: found.people,
            is_drawn,
            columns: columns.collect(),
            grown: found.grown.iter().map(named).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
