//! The frequency table: each distinct combination of the quasi-identifiers once, with its rows,
//! its distinct subjects (exact up to `k_max`) and, per sensitive column, which values occur with
//! how many rows and subjects.
//!
//! A million combinations of eight columns with few values each, and a subject each, take about
//! 17 MB. Built in the order of their codes they need nothing beside the table.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

use crate::narrow::Narrow;
use crate::subjects::{SubjectLists, SubjectLog};
use crate::{AnonymizeError, QuasiColumn, SensitiveColumn, SubjectCount};

/// Distinct combinations with what is known of each.
#[derive(Debug)]
pub struct FrequencyTable {
    columns: Vec<QuasiColumn>,
    sensitive: Vec<SensitiveColumn>,
    /// One list per column.
    codes: Vec<Narrow>,
    rows: Narrow,
    combinations: usize,
    subjects: SubjectLists,
    histograms: Vec<Histograms>,
    k_max: u32,
}

/// One sensitive column's values by combination.
#[derive(Debug)]
struct Histograms {
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

    /// Subjects told apart per class.
    pub fn k_max(&self) -> u32 {
        self.k_max
    }

    /// The code of a column in a combination.
    pub fn code(&self, combination: u32, column: usize) -> u32 {
        self.codes[column].at(combination as usize) as u32
    }

    /// A column's codes by combination.
    pub fn codes(&self, column: usize) -> impl Iterator<Item = u32> {
        self.codes[column].iter().map(|code| code as u32)
    }

    /// Rows of a combination.
    pub fn rows(&self, combination: u32) -> u64 {
        self.rows.at(combination as usize)
    }

    /// Rows of the whole table.
    pub fn total_rows(&self) -> u64 {
        self.rows.iter().sum()
    }

    /// Distinct subjects of a combination, ascending; where there are `k_max` of them there may be
    /// more.
    pub fn subjects(&self, combination: u32) -> &[u32] {
        self.subjects.of(combination)
    }

    /// Distinct subjects over some combinations: exact where each of them is.
    pub fn distinct_subjects(&self, combinations: impl Iterator<Item = u32>) -> SubjectCount {
        let mut seen = hashbrown::HashSet::with_hasher(FixedState::default());
        let mut exact = true;
        for combination in combinations {
            let subjects = self.subjects(combination);
            exact &= subjects.len() < self.k_max as usize;
            seen.extend(subjects.iter().copied());
        }
        let n = seen.len() as u32;
        if exact { SubjectCount::Exact(n) } else { SubjectCount::AtLeast(n) }
    }

    /// An upper bound of a combination's distinct subjects, exact below `k_max`.
    pub(crate) fn weight(&self, combination: u32) -> u64 {
        let kept = self.subjects.count(combination) as u64;
        if kept < u64::from(self.k_max) { kept } else { kept.max(self.rows(combination)) }
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

/// Builds a [`FrequencyTable`] from groups or single rows, in any order.
#[derive(Debug)]
pub struct FrequencyBuilder {
    columns: Vec<QuasiColumn>,
    sensitive: Vec<SensitiveColumn>,
    k_max: u32,
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

    /// A builder over columns that tells up to `k_max` subjects of a class apart. Give at least
    /// the highest k or l of the models; one more makes "exactly k" visible in the reports.
    ///
    /// # Errors
    ///
    /// None at present; kept for what later kinds of columns may ask.
    pub fn new(
        columns: Vec<QuasiColumn>,
        sensitive: Vec<SensitiveColumn>,
        k_max: u32,
    ) -> Result<Self, AnonymizeError> {
        let k_max = k_max.max(1);
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
            k_max,
            added: 0,
        })
    }

    /// Adds rows of a combination and returns its number: the first new combination is 0, the next
    /// 1, and a combination seen before keeps its number.
    ///
    /// `subjects` are the subjects of these rows (row numbers where the table has no subject
    /// column); more than `k_max` of one call are not needed. `sensitive` lists (column, code,
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
        let at = combination as usize;
        self.rows.set(at, self.rows.at(at).saturating_add(rows));
        self.subjects.push(combination, subjects);
        for (column, code, rows) in sensitive {
            self.histograms[*column].add(combination, *code, *rows, subjects);
        }
        Ok(combination)
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
        let Self { codes: stored, index, hasher, .. } = self;
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
        if next as u64 >= Self::MOST {
            return Err(AnonymizeError::TooManyCombinations { most: Self::MOST });
        }
        stored.iter_mut().zip(codes).for_each(|(column, c)| column.push(u64::from(*c)));
        self.rows.push(0);
        self.combinations += 1;
        self.last.clear();
        self.last.extend_from_slice(codes);
        if let Some(index) = index {
            index.insert_unique(hasher.hash_one(codes), next as u32, |n| {
                hash_of(stored, hasher, *n as usize)
            });
        }
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
            k_max: self.k_max,
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
        let mut pairs: Vec<((u32, u32), u32)> = self.pairs.into_iter().collect();
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
            .map(|((_, code), pair)| Entry { code, pair, rows: self.rows[pair as usize] })
            .collect();
        Histograms { offsets, entries, subjects: self.subjects.finish(self.rows.len()) }
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
