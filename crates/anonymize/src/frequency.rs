//! The frequency table: each distinct combination of the quasi-identifiers once, with its rows,
//! its distinct subjects (as [`Counting`] says) and, per sensitive column, which values occur with
//! how many rows and subjects.
//!
//! A million combinations of eight columns with few values each, and a subject each, take about
//! 17 MB. Built in the order of their codes they need nothing beside the table.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;
use std::sync::Arc;

use crate::narrow::Narrow;
use crate::population::Population;
use crate::subjects::{SubjectLists, SubjectLog};
use crate::{AnonymizeError, Counting, QuasiColumn, SensitiveColumn, SubjectCount, SubjectSet};

/// Distinct combinations with what is known of each.
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

/// Builds a [`FrequencyTable`] from groups or single rows, in any order.
#[derive(Debug)]
pub struct FrequencyBuilder {
    columns: Vec<QuasiColumn>,
    sensitive: Vec<SensitiveColumn>,
    counting: Counting,
    codes: Vec<Narrow>,
    rows: Narrow,
    combinations: usize,
    /// The combination that was new last.
    last: Vec<u32>,
    /// Combinations by their codes; none while they come in the order of their codes.
    index: Option<HashTable<u32>>,
    hasher: FixedState,
    subjects: SubjectLog,
    histograms: Vec<HistogramBuilder>,
    added: u64,
}

#[derive(Debug)]
struct HistogramBuilder {
    /// (combination, code) to the pair's number.
    pairs: HashMap<(u32, u32), u32, FixedState>,
    rows: Vec<u64>,
    subjects: SubjectLog,
}

impl FrequencyBuilder {
    /// Most combinations of a table: class and combination numbers are 32 bits, one is reserved.
    pub const MOST: u64 = u32::MAX as u64 - 1;

    /// A builder over columns that tells people apart as `counting` says. Of subjects keep at least as
    /// many as the highest k or l of the models; one more makes "exactly k" visible in the reports.
    ///
    /// # Errors
    ///
    /// None at present; kept for what later kinds of columns may ask.
    pub fn new(
        columns: Vec<QuasiColumn>,
        sensitive: Vec<SensitiveColumn>,
        counting: impl Into<Counting>,
    ) -> Result<Self, AnonymizeError> {
        let counting = counting.into();
        let k_max = counting.limit();
        Ok(Self {
            codes: vec![Narrow::default(); columns.len()],
            rows: Narrow::default(),
            combinations: 0,
            last: Vec::new(),
            index: None,
            hasher: FixedState::default(),
            subjects: SubjectLog::new(k_max),
            histograms: sensitive
                .iter()
                .map(|_| HistogramBuilder {
                    pairs: HashMap::with_hasher(FixedState::default()),
                    rows: Vec::new(),
                    subjects: SubjectLog::new(k_max),
                })
                .collect(),
            columns,
            sensitive,
            counting,
            added: 0,
        })
    }

    /// Adds rows of a combination and returns its number: the first new combination is 0, the next
    /// 1, and a combination seen before keeps its number.
    ///
    /// `subjects` are the subjects of these rows, and not looked at where people are rows; more than
    /// are told apart are not needed. `sensitive` lists (column, code,
    /// rows); every subject of the call is taken to hold every sensitive value of the call, so call
    /// once per row, or per group by quasi-identifiers and sensitive columns.
    ///
    /// # Errors
    ///
    /// Codes that do not fit the columns, or too many combinations.
    pub fn add(
        &mut self,
        codes: &[u32],
        rows: u64,
        subjects: &[u32],
        sensitive: &[(usize, u32, u64)],
    ) -> Result<u32, AnonymizeError> {
        let fits = codes.len() == self.columns.len()
            && codes.iter().zip(&self.columns).all(|(c, q)| (*c as usize) < q.values().len())
            && sensitive
                .iter()
                .all(|(s, code, _)| self.sensitive.get(*s).is_some_and(|c| *code < c.values));
        if !fits {
            return Err(AnonymizeError::CodesDoNotFit { combination: self.added });
        }
        self.added += 1;
        let combination = self.number(codes)?;
        self.count(combination, rows, subjects, sensitive);
        Ok(combination)
    }

    /// Counts rows of a combination that is there.
    pub(crate) fn count(
        &mut self,
        combination: u32,
        rows: u64,
        subjects: &[u32],
        sensitive: &[(usize, u32, u64)],
    ) {
        let at = combination as usize;
        self.rows.set(at, self.rows.at(at).saturating_add(rows));
        let subjects = if self.counting == Counting::Rows { &[] } else { subjects };
        self.subjects.push(combination, subjects);
        for (column, code, rows) in sensitive {
            self.histograms[*column].add(combination, *code, *rows, subjects);
        }
    }

    fn number(&mut self, codes: &[u32]) -> Result<u32, AnonymizeError> {
        let next = self.combinations;
        if next > 0 && self.last == codes {
            return Ok(next as u32 - 1);
        }
        // In ascending order a combination that is not the last one is new.
        if next > 0 && self.index.is_none() && self.last.as_slice() > codes {
            self.index = Some(self.indexed());
        }
        let Self { codes: stored, index, hasher, .. } = &*self;
        if let Some(index) = index {
            let hash = hasher.hash_one(codes);
            let same = |n: &u32| {
                let row = stored.iter().map(|column| column.at(*n as usize));
                row.eq(codes.iter().map(|c| u64::from(*c)))
            };
            if let Some(n) = index.find(hash, same) {
                return Ok(*n);
            }
        }
        let number = self.push_new(codes)?;
        let Self { codes: stored, index, hasher, .. } = self;
        if let Some(index) = index {
            index.insert_unique(hasher.hash_one(codes), number, |n| {
                hash_of(stored, hasher, *n as usize)
            });
        }
        Ok(number)
    }

    /// One more combination, whether there is one of these codes or not.
    pub(crate) fn push_new(&mut self, codes: &[u32]) -> Result<u32, AnonymizeError> {
        let next = self.combinations;
        if next as u64 >= Self::MOST {
            return Err(AnonymizeError::TooManyCombinations { most: Self::MOST });
        }
        self.codes.iter_mut().zip(codes).for_each(|(column, c)| column.push(u64::from(*c)));
        self.rows.push(0);
        self.combinations += 1;
        self.last.clear();
        self.last.extend_from_slice(codes);
        Ok(next as u32)
    }

    /// All combinations so far by their codes.
    fn indexed(&self) -> HashTable<u32> {
        let hash = |n: &u32| hash_of(&self.codes, &self.hasher, *n as usize);
        let mut index = HashTable::with_capacity(2 * self.combinations);
        for n in 0..self.combinations as u32 {
            index.insert_unique(hash(&n), n, hash);
        }
        index
    }

    /// Memory it holds so far, without the dictionaries.
    pub fn bytes(&self) -> usize {
        let index = self.index.as_ref().map_or(0, |index| index.capacity() * 6);
        let histograms = self.histograms.iter();
        let histograms: usize = histograms
            .map(|h| 15 * h.pairs.capacity() + 8 * h.rows.len() + h.subjects.bytes())
            .sum();
        let codes: usize = self.codes.iter().map(Narrow::bytes).sum();
        codes + self.rows.bytes() + index + self.subjects.bytes() + histograms
    }

    /// How many combinations it has so far.
    pub fn combinations(&self) -> usize {
        self.combinations
    }

    /// The finished table.
    pub fn finish(self) -> FrequencyTable {
        let combinations = self.combinations;
        drop(self.index);
        FrequencyTable {
            combinations,
            columns: self.columns,
            sensitive: self.sensitive,
            codes: self.codes,
            rows: self.rows,
            subjects: self.subjects.finish(combinations),
            histograms: self.histograms.into_iter().map(|h| h.finish(combinations)).collect(),
            counting: self.counting,
            population: None,
            left_out: None,
            whole: None,
        }
    }
}

fn hash_of(codes: &[Narrow], hasher: &FixedState, combination: usize) -> u64 {
    let row: Vec<u32> = codes.iter().map(|column| column.at(combination) as u32).collect();
    hasher.hash_one(row.as_slice())
}

impl HistogramBuilder {
    fn add(&mut self, combination: u32, code: u32, rows: u64, subjects: &[u32]) {
        let next = self.rows.len() as u32;
        let pair = *self.pairs.entry((combination, code)).or_insert(next);
        if pair == next {
            self.rows.push(0);
        }
        self.rows[pair as usize] = self.rows[pair as usize].saturating_add(rows);
        self.subjects.push(pair, subjects);
    }

    fn finish(self, combinations: usize) -> Histograms {
        let pairs = self.pairs.into_iter().collect();
        Histograms::of_pairs(pairs, &self.rows, self.subjects, combinations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(k_max: u32) -> FrequencyBuilder {
        let values = |n: u32| (0..n).map(|v| Some(v.to_string())).collect();
        FrequencyBuilder::new(
            vec![
                QuasiColumn::numeric("a", values(4)).unwrap(),
                QuasiColumn::categorical("b", values(2)).unwrap(),
            ],
            vec![SensitiveColumn { name: "dx".into(), values: 3 }],
            k_max,
        )
        .unwrap()
    }

    #[test]
    fn the_same_combination_is_counted_once() {
        let mut builder = builder(3);
        assert_eq!(builder.add(&[1, 0], 2, &[7, 7], &[(0, 2, 2)]), Ok(0));
        assert_eq!(builder.add(&[3, 1], 1, &[8], &[(0, 0, 1)]), Ok(1));
        assert_eq!(builder.add(&[1, 0], 1, &[9], &[(0, 2, 1)]), Ok(0));
        assert_eq!(builder.add(&[1, 0], 1, &[9], &[(0, 1, 1)]), Ok(0));
        let table = builder.finish();
        assert_eq!(table.combinations(), 2);
        assert_eq!((table.rows(0), table.rows(1), table.total_rows()), (4, 1, 5));
        assert_eq!(table.subjects(0), [7, 9]);
        assert_eq!(table.distinct_subjects(0..2), SubjectCount::Exact(3));
        let entries: Vec<_> =
            table.sensitive_entries(0, 0).map(|e| (e.code, e.rows, e.subjects.to_vec())).collect();
        assert_eq!(entries, [(1, 1, vec![9]), (2, 3, vec![7, 9])]);
    }

    #[test]
    fn the_order_of_the_rows_changes_no_count() {
        let rows =
            [([0, 0], 5u32), ([0, 1], 6), ([0, 1], 7), ([2, 0], 5), ([3, 1], 9), ([3, 1], 8)];
        let summary = |rows: &[([u32; 2], u32)]| {
            let mut builder = builder(3);
            for (codes, subject) in rows {
                builder.add(codes, 1, &[*subject], &[(0, subject % 3, 1)]).unwrap();
            }
            let table = builder.finish();
            let mut all: Vec<_> = (0..table.combinations() as u32)
                .map(|n| {
                    let values: Vec<_> = table
                        .sensitive_entries(0, n)
                        .map(|e| (e.code, e.rows, e.subjects.to_vec()))
                        .collect();
                    let codes = [table.code(n, 0), table.code(n, 1)];
                    (codes, table.rows(n), table.subjects(n).to_vec(), values)
                })
                .collect();
            all.sort();
            all
        };
        let ascending = summary(&rows);
        assert_eq!(ascending.len(), 4);
        let mut mixed = rows;
        for turn in 0..rows.len() {
            mixed.rotate_left(1);
            mixed.swap(turn, 2);
            assert_eq!(summary(&mixed), ascending);
        }
    }

    #[test]
    fn full_subject_lists_weigh_as_their_rows() {
        let mut builder = builder(2);
        builder.add(&[0, 0], 10, &[1, 2, 3], &[]).unwrap();
        builder.add(&[0, 1], 10, &[1], &[]).unwrap();
        let table = builder.finish();
        assert_eq!((table.weight(0), table.weight(1)), (10, 1));
        assert_eq!(table.distinct_subjects(0..2), SubjectCount::AtLeast(2));
    }

    #[test]
    fn codes_that_do_not_fit_are_refused() {
        let mut builder = builder(2);
        builder.add(&[0, 0], 1, &[1], &[]).unwrap();
        let check = |result: Result<u32, _>| {
            assert_eq!(result, Err(AnonymizeError::CodesDoNotFit { combination: 1 }));
        };
        check(builder.add(&[0], 1, &[1], &[]));
        check(builder.add(&[0, 2], 1, &[1], &[]));
        check(builder.add(&[0, 0], 1, &[1], &[(0, 3, 1)]));
        check(builder.add(&[0, 0], 1, &[1], &[(1, 0, 1)]));
    }
}
