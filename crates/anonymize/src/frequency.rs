//! The frequency table: each distinct combination of the quasi-identifiers once, with its rows,
//! its distinct subjects (as [`Counting`] says) and, per sensitive column, which values occur with
//! how many rows and subjects.
//!
//! A million combinations of eight columns with few values each, and a subject each, take about
//! 17 MB. Built in the order of their codes they need nothing beside the table.

use foldhash::fast::FixedState;
use std::sync::Arc;

use crate::narrow::Narrow;
use crate::population::Population;
use crate::subjects::{SubjectLists, SubjectLog};
use crate::{
    AnonymizeError, Counting, FrequencyBuilder, QuasiColumn, SensitiveColumn, SubjectCount,
    SubjectSet,
};

/// Distinct combinations with what is known of each; one may be there in several [`Pieces`](crate::Pieces).
#[derive(Debug)]
pub struct FrequencyTable {
    pub(crate) columns: Vec<QuasiColumn>,
    pub(crate) sensitive: Vec<SensitiveColumn>,
    /// One list per column.
    pub(crate) codes: Vec<Narrow>,
    pub(crate) rows: Narrow,
    pub(crate) combinations: usize,
    pub(crate) subjects: SubjectLists,
    pub(crate) histograms: Vec<Histograms>,
    pub(crate) counting: Counting,
    pub(crate) population: Option<Box<Population>>,
    /// Rows that no class is to take.
    pub(crate) left_out: Option<Box<FrequencyTable>>,
    /// The sensitive columns of the whole table that this is a part of.
    pub(crate) whole: Option<Arc<FrequencyTable>>,
}

/// One sensitive column's values by combination.
#[derive(Debug)]
pub(crate) struct Histograms {
    offsets: Vec<u32>,
    entries: Vec<Entry>,
    subjects: SubjectLists,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    code: u32,
    /// Key of its subjects.
    pair: u32,
    rows: u64,
}

/// A sensitive value of a combination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SensitiveEntry<'a> {
    pub(crate) code: u32,
    pub(crate) rows: u64,
    pub(crate) subjects: &'a [u32],
}

impl FrequencyTable {
    /// How many distinct combinations there are.
    pub fn combinations(&self) -> usize {
        self.combinations
    }

    /// The quasi-identifiers.
    pub fn columns(&self) -> &[QuasiColumn] {
        &self.columns
    }

    /// The sensitive columns.
    pub fn sensitive(&self) -> &[SensitiveColumn] {
        &self.sensitive
    }

    /// How people are told apart.
    pub fn counting(&self) -> Counting {
        self.counting
    }

    /// The code of a column in a combination.
    pub fn code(&self, combination: u32, column: usize) -> u32 {
        self.codes[column].at(combination as usize) as u32
    }

    /// A column's codes by combination.
    pub fn codes(&self, column: usize) -> impl Iterator<Item = u32> {
        self.codes[column].iter().map(|code| code as u32)
    }

    /// Rows of each code of a column.
    pub fn rows_of_codes(&self, column: usize) -> Vec<u64> {
        let mut rows = vec![0; self.columns[column].values().len()];
        for (combination, code) in self.codes(column).enumerate() {
            rows[code as usize] += self.rows.at(combination);
        }
        rows
    }

    /// Rows of a combination.
    pub fn rows(&self, combination: u32) -> u64 {
        self.rows.at(combination as usize)
    }

    /// Rows of the whole table.
    pub fn total_rows(&self) -> u64 {
        self.rows.iter().sum()
    }

    /// Distinct subjects of a combination, ascending: as many as are kept. None where people are rows.
    pub fn subjects(&self, combination: u32) -> &[u32] {
        self.subjects.of(combination)
    }

    /// Distinct subjects over some combinations: exact where each of them is.
    pub fn distinct_subjects(&self, combinations: impl Iterator<Item = u32>) -> SubjectCount {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        if self.counting == Counting::Rows {
            return SubjectCount::Exact(number(combinations.map(|c| self.rows(c)).sum()));
        }
        let mut seen = hashbrown::HashSet::with_hasher(FixedState::default());
        let mut exact = true;
        for combination in combinations {
            let subjects = self.subjects(combination);
            exact &= subjects.len() < self.counting.limit() as usize;
            seen.extend(subjects.iter().copied());
        }
        let n = number(seen.len() as u64);
        if exact { SubjectCount::Exact(n) } else { SubjectCount::AtLeast(n) }
    }

    /// People of the whole table who have each value of a sensitive column.
    pub fn people_by_value(&self, column: usize) -> Vec<u64> {
        let Some(values) = self.sensitive.get(column).map(|c| c.values as usize) else {
            return Vec::new();
        };
        let mut sets = vec![SubjectSet::new(self.counting); values];
        for combination in 0..self.combinations as u32 {
            for entry in self.sensitive_entries(column, combination) {
                let set = &mut sets[entry.code as usize];
                match self.counting {
                    Counting::Rows => set.add_rows(entry.rows),
                    _ => entry.subjects.iter().for_each(|subject| set.insert(*subject)),
                }
            }
        }
        sets.iter().map(|set| u64::from(set.count().at_least())).collect()
    }

    /// An upper bound of a combination's people, exact below what is told apart.
    pub(crate) fn weight(&self, combination: u32) -> u64 {
        let kept = match self.counting {
            Counting::Rows => return self.rows(combination),
            _ => self.subjects.count(combination) as u64,
        };
        let most = u64::from(self.counting.limit());
        if kept < most { kept } else { kept.max(self.rows(combination)) }
    }

    pub(crate) fn sensitive_entries(
        &self,
        column: usize,
        combination: u32,
    ) -> impl Iterator<Item = SensitiveEntry<'_>> {
        let histograms = &self.histograms[column];
        let at = combination as usize;
        let range = histograms.offsets[at] as usize..histograms.offsets[at + 1] as usize;
        histograms.entries[range].iter().map(|entry| SensitiveEntry {
            code: entry.code,
            rows: entry.rows,
            subjects: histograms.subjects.of(entry.pair),
        })
    }

    /// Shifts keys to the left and adds a column's codes as `map` has them, of all combinations or some.
    pub(crate) fn add_to_keys(
        &self,
        column: usize,
        map: &[u32],
        width: u32,
        some: Option<&[u32]>,
        keys: &mut [u64],
    ) {
        let add = |key: &mut u64, code: u32| *key = *key << width | u64::from(map[code as usize]);
        match some {
            None => self.codes[column].zip(keys, add),
            Some(some) => keys
                .iter_mut()
                .zip(some)
                .for_each(|(key, combination)| add(key, self.code(*combination, column))),
        }
    }

    /// The table beside rows of the same sensitive columns that are left out before anything is searched: they
    /// are in the distribution that models compare with, and in no class.
    #[must_use]
    pub fn with_left_out(self, rows: Self) -> Self {
        Self { left_out: Some(Box::new(rows)), ..self }
    }

    /// The table as a part of one with the same sensitive columns: what is asked of shares compares with that.
    #[must_use]
    pub fn with_whole(self, whole: Arc<Self>) -> Self {
        Self { whole: Some(whole), ..self }
    }

    /// The table whose distribution models compare with.
    pub(crate) fn whole(&self) -> &Self {
        self.whole.as_deref().unwrap_or(self)
    }

    /// Rows that are left out before anything is searched.
    pub(crate) fn left_out(&self) -> Option<&Self> {
        self.left_out.as_deref()
    }

    /// The population that the table is beside.
    pub(crate) fn population(&self) -> Option<&Population> {
        self.population.as_deref()
    }

    pub(crate) fn set_population(&mut self, population: Population) {
        self.population = Some(Box::new(population));
    }

    /// Adds a combination that no row has.
    pub(crate) fn push_without_rows(&mut self, codes: &[u32]) -> Result<u32, AnonymizeError> {
        let number = self.combinations;
        if number as u64 >= FrequencyBuilder::MOST {
            return Err(AnonymizeError::TooManyCombinations { most: FrequencyBuilder::MOST });
        }
        self.codes.iter_mut().zip(codes).for_each(|(column, code)| column.push(u64::from(*code)));
        self.rows.push(0);
        self.combinations += 1;
        self.subjects.reach(self.combinations);
        for histogram in &mut self.histograms {
            histogram.offsets.push(histogram.entries.len() as u32);
        }
        Ok(number as u32)
    }

    /// Memory the table holds, without the dictionaries.
    pub fn bytes(&self) -> usize {
        let histograms: usize = self
            .histograms
            .iter()
            .map(|h| {
                4 * h.offsets.len() + size_of::<Entry>() * h.entries.len() + h.subjects.bytes()
            })
            .sum();
        self.codes.iter().map(Narrow::bytes).sum::<usize>()
            + self.rows.bytes()
            + self.subjects.bytes()
            + histograms
    }
}

impl Histograms {
    /// `pairs` are combination and code with the number by which `rows` and subjects are kept.
    pub(crate) fn of_pairs(
        mut pairs: Vec<((u32, u32), u32)>,
        rows: &[u64],
        subjects: SubjectLog,
        combinations: usize,
    ) -> Self {
        pairs.sort_unstable();
        let mut offsets = vec![0u32; combinations + 1];
        for ((combination, _), _) in &pairs {
            offsets[*combination as usize + 1] += 1;
        }
        for n in 0..combinations {
            offsets[n + 1] += offsets[n];
        }
        let entries = pairs
            .into_iter()
            .map(|((_, code), pair)| Entry { code, pair, rows: rows[pair as usize] })
            .collect();
        Self { offsets, entries, subjects: subjects.finish(rows.len()) }
    }
}
