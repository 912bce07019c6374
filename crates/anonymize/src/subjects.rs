//! Distinct subjects: a set that keeps the smallest subject numbers, up to a limit or all of them.
//! The smallest numbers of a union are among the smallest numbers of its parts, so sets merge without
//! loss, and a set that is not full has seen every subject it stands for. Where each row is a person
//! of its own, there is nothing to keep: people are as many as rows.

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use crate::narrow::Narrow;

/// How a table tells people apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Each row is a person: a table without a subject column.
    Rows,
    /// By subject, up to so many in every group: enough for models that ask for so many people.
    SubjectsUpTo(u32),
    /// By subject, all of them: for models that ask for shares of people.
    AllSubjects,
}

impl Counting {
    /// Subjects told apart in a group.
    pub fn limit(self) -> u32 {
        match self {
            Self::SubjectsUpTo(most) => most.max(1),
            Self::Rows | Self::AllSubjects => u32::MAX,
        }
    }

    /// Whether the number of people of any group is exact.
    pub fn is_exact(self) -> bool {
        self.limit() == u32::MAX
    }
}

impl From<u32> for Counting {
    fn from(k_max: u32) -> Self {
        Self::SubjectsUpTo(k_max)
    }
}

/// How many distinct subjects there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectCount {
    /// So many.
    Exact(u32),
    /// So many or more: the set was full.
    AtLeast(u32),
}

impl SubjectCount {
    /// The number that is certain.
    pub fn at_least(self) -> u32 {
        match self {
            Self::Exact(n) | Self::AtLeast(n) => n,
        }
    }
}

/// The distinct subjects of a class: exact below the table's limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectSet {
    counting: Counting,
    /// People counted by rows.
    rows: u64,
    /// The smallest numbers, ascending; empty once there are `many`.
    few: Vec<u32>,
    many: Option<HashSet<u32, FixedState>>,
}

/// A longer list is kept as a hash set, where all are kept; of a capped one the smallest must be told.
const FEW: usize = 64;

impl SubjectSet {
    /// An empty set.
    pub fn new(counting: impl Into<Counting>) -> Self {
        Self { counting: counting.into(), rows: 0, few: Vec::new(), many: None }
    }

    /// Adds a subject.
    pub fn insert(&mut self, subject: u32) {
        if self.counting == Counting::Rows {
            self.rows += 1;
            return;
        }
        if let Some(many) = &mut self.many {
            many.insert(subject);
            return;
        }
        let Err(at) = self.few.binary_search(&subject) else { return };
        let most = self.counting.limit() as usize;
        if self.few.len() >= most {
            if at == self.few.len() {
                return;
            }
            self.few.pop();
        }
        if self.few.len() >= FEW && self.counting == Counting::AllSubjects {
            let many = self.many.insert(self.few.drain(..).collect());
            many.insert(subject);
            return;
        }
        self.few.insert(at, subject);
    }

    /// Adds people who are rows.
    pub fn add_rows(&mut self, rows: u64) {
        self.rows = self.rows.saturating_add(rows);
    }

    /// Adds the subjects of another set, which counts as this one does.
    pub fn merge(&mut self, other: &Self) {
        self.add_rows(other.rows);
        other.iter().for_each(|subject| self.insert(subject));
    }

    /// How many there are.
    pub fn count(&self) -> SubjectCount {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let kept = self.many.as_ref().map_or(self.few.len(), HashSet::len) as u64;
        match self.counting {
            Counting::Rows => SubjectCount::Exact(number(self.rows)),
            Counting::SubjectsUpTo(_) if kept >= u64::from(self.counting.limit()) => {
                SubjectCount::AtLeast(number(kept))
            }
            _ => SubjectCount::Exact(number(kept)),
        }
    }

    /// The subjects that are kept: all of them, or the smallest. None where people are rows.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.few.iter().chain(self.many.iter().flatten()).copied()
    }

    /// How people are told apart.
    pub fn counting(&self) -> Counting {
        self.counting
    }

    /// Forgets all subjects and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.few.clear();
        self.many = None;
    }
}

/// Collects (key, subject) pairs in any order and turns them into one list per key. While the keys
/// ascend, the lists themselves are all it holds; after that it is bounded in memory by compacting
/// whenever the pairs double.
#[derive(Debug)]
pub(crate) struct SubjectLog {
    /// The lists of the keys so far.
    lists: SubjectLists,
    /// All pairs, once a key came after a higher one.
    pairs: Option<Vec<(u32, u32)>>,
    compact_at: usize,
    k_max: u32,
}

impl SubjectLog {
    const FIRST_COMPACTION: usize = 1 << 21;

    pub(crate) fn new(k_max: u32) -> Self {
        let lists = SubjectLists::default();
        Self { lists, pairs: None, compact_at: Self::FIRST_COMPACTION, k_max }
    }

    pub(crate) fn push(&mut self, key: u32, subjects: &[u32]) {
        let keys = self.lists.keys() as u32;
        if self.pairs.is_none() && key + 1 < keys {
            self.pairs = Some(self.lists.take_pairs());
        }
        let Some(pairs) = &mut self.pairs else {
            return self.lists.extend_last(key, subjects, self.k_max as usize);
        };
        pairs.extend(subjects.iter().map(|s| (key, *s)));
        if pairs.len() >= self.compact_at {
            Self::compact(pairs, self.k_max);
            self.compact_at = Self::FIRST_COMPACTION.max(pairs.len() * 2);
        }
    }

    /// Memory it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.lists.bytes() + self.pairs.as_ref().map_or(0, |pairs| 8 * pairs.len())
    }

    /// Keeps the `k_max` smallest subjects of each key, once each.
    fn compact(pairs: &mut Vec<(u32, u32)>, k_max: u32) {
        pairs.sort_unstable();
        pairs.dedup();
        let (mut key, mut kept) = (None, 0);
        pairs.retain(|(k, _)| {
            kept = if key == Some(*k) { kept + 1 } else { 1 };
            key = Some(*k);
            kept <= k_max
        });
    }

    pub(crate) fn finish(mut self, keys: usize) -> SubjectLists {
        let Some(mut pairs) = self.pairs else {
            self.lists.reach(keys);
            return self.lists;
        };
        Self::compact(&mut pairs, self.k_max);
        let mut lists = SubjectLists::default();
        for of_key in pairs.chunk_by(|a, b| a.0 == b.0) {
            lists.reach(of_key[0].0 as usize);
            lists.push(of_key.iter().map(|(_, subject)| *subject));
        }
        lists.reach(keys);
        lists
    }
}

/// The subjects of each key, ascending, one after the other; beside them a byte a key, as a rule.
#[derive(Debug, Clone, Default)]
pub(crate) struct SubjectLists {
    /// How many each key has.
    counts: Narrow,
    /// Where the lists of every [`STEP`]th key begin.
    starts: Vec<u32>,
    ids: Vec<u32>,
}

/// Keys between two places that are kept.
const STEP: usize = 16;

impl SubjectLists {
    fn keys(&self) -> usize {
        self.counts.len()
    }

    fn start(&self, key: usize) -> usize {
        let from = key / STEP * STEP;
        self.starts[key / STEP] as usize
            + (from..key).map(|before| self.counts.at(before) as usize).sum::<usize>()
    }

    /// Adds a key after the last, with its subjects.
    fn push(&mut self, subjects: impl Iterator<Item = u32>) {
        let start = self.ids.len();
        if self.keys().is_multiple_of(STEP) {
            self.starts.push(start as u32);
        }
        self.ids.extend(subjects);
        self.counts.push((self.ids.len() - start) as u64);
    }

    /// Gives empty lists to the keys that have none, up to so many.
    pub(crate) fn reach(&mut self, keys: usize) {
        while self.keys() < keys {
            self.push(std::iter::empty());
        }
    }

    /// Adds subjects to the list of a key that is the highest so far or beyond it.
    fn extend_last(&mut self, key: u32, subjects: &[u32], most: usize) {
        self.reach(key as usize + 1);
        let last = key as usize;
        let start = self.ids.len() - self.counts.at(last) as usize;
        for subject in subjects {
            let list = &self.ids[start..];
            let Err(at) = list.binary_search(subject) else { continue };
            if at >= most {
                continue;
            }
            if list.len() >= most {
                self.ids.pop();
            }
            self.ids.insert(start + at, *subject);
        }
        self.counts.set(last, (self.ids.len() - start) as u64);
    }

    fn take_pairs(&mut self) -> Vec<(u32, u32)> {
        let lists = std::mem::take(self);
        let keys = 0..lists.keys() as u32;
        keys.flat_map(|key| lists.of(key).iter().map(move |s| (key, *s))).collect()
    }

    pub(crate) fn of(&self, key: u32) -> &[u32] {
        let key = key as usize;
        let start = self.start(key);
        &self.ids[start..start + self.counts.at(key) as usize]
    }

    /// How many a key has.
    pub(crate) fn count(&self, key: u32) -> usize {
        self.counts.at(key as usize) as usize
    }

    pub(crate) fn bytes(&self) -> usize {
        self.counts.bytes() + 4 * (self.starts.len() + self.ids.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(k_max: u32, ids: &[u32]) -> SubjectSet {
        let mut set = SubjectSet::new(k_max);
        ids.iter().for_each(|id| set.insert(*id));
        set
    }

    #[test]
    fn counts_are_exact_below_the_limit() {
        let check = |ids: &[u32], expect| assert_eq!(set(3, ids).count(), expect);
        check(&[], SubjectCount::Exact(0));
        check(&[7, 7, 7], SubjectCount::Exact(1));
        check(&[2, 1], SubjectCount::Exact(2));
        check(&[2, 1, 3], SubjectCount::AtLeast(3));
        check(&[5, 4, 3, 2, 1], SubjectCount::AtLeast(3));
    }

    #[test]
    fn merging_is_the_same_as_inserting() {
        let all: Vec<u32> = (0..300).map(|n| n * 7 % 201).collect();
        let fill = |counting: Counting, ids: &[u32]| {
            let mut set = SubjectSet::new(counting);
            ids.iter().for_each(|id| set.insert(*id));
            set
        };
        for counting in [Counting::SubjectsUpTo(4), Counting::AllSubjects, Counting::Rows] {
            for cut in [0, 1, 5, 63, 64, 65, 200, 300] {
                let mut left = fill(counting, &all[..cut]);
                left.merge(&fill(counting, &all[cut..]));
                assert_eq!(left, fill(counting, &all));
            }
        }
        assert_eq!(fill(Counting::AllSubjects, &all).count(), SubjectCount::Exact(201));
        assert_eq!(fill(Counting::Rows, &all).count(), SubjectCount::Exact(300));
    }

    #[test]
    fn a_log_gives_the_smallest_subjects_of_each_key() {
        let mut log = SubjectLog::new(2);
        log.push(2, &[9, 4]);
        log.push(0, &[5, 5]);
        log.push(2, &[1, 4]);
        let check = |log: SubjectLog| {
            let lists = log.finish(4);
            assert_eq!((lists.of(0), lists.of(2)), (&[5][..], &[1, 4][..]));
            assert!(lists.of(1).is_empty() && lists.of(3).is_empty());
        };
        check(log);
        let mut ascending = SubjectLog::new(2);
        ascending.push(0, &[5, 5]);
        ascending.push(2, &[9, 4]);
        ascending.push(2, &[4, 1, 7]);
        check(ascending);
    }
}
