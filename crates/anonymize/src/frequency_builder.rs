//! Builds a frequency table from groups or single rows, in any order.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

use crate::frequency::Histograms;
use crate::narrow::Narrow;
use crate::subjects::SubjectLog;
use crate::{AnonymizeError, Counting, FrequencyTable, QuasiColumn, SensitiveColumn};

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
    use crate::SubjectCount;

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
