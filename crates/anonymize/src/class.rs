//! What an equivalence class knows of itself: rows, distinct subjects and, per sensitive column,
//! which values occur with how many rows and subjects. It merges, so the same accumulator serves
//! every search, and every privacy model is a function of it.

use std::collections::BTreeMap;

use crate::{FrequencyTable, SubjectSet};

/// A class's rows, subjects and sensitive values.
#[derive(Debug, Clone)]
pub struct ClassAccumulator {
    rows: u64,
    subjects: SubjectSet,
    /// In the order of the columns it was made for.
    sensitive: Vec<(usize, SensitiveHistogram)>,
}

/// A sensitive column's values in a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SensitiveHistogram {
    values: BTreeMap<u32, ValueCount>,
}

/// One sensitive value's rows and subjects in a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueCount {
    pub(crate) rows: u64,
    pub(crate) subjects: SubjectSet,
}

impl ClassAccumulator {
    /// An empty class that keeps the histograms of some sensitive columns.
    pub fn new(k_max: u32, sensitive: &[usize]) -> Self {
        Self {
            rows: 0,
            subjects: SubjectSet::new(k_max),
            sensitive: sensitive.iter().map(|c| (*c, SensitiveHistogram::default())).collect(),
        }
    }

    /// Adds a combination of a table.
    pub fn add(&mut self, table: &FrequencyTable, combination: u32) {
        self.rows = self.rows.saturating_add(table.rows(combination));
        for subject in table.subjects(combination) {
            self.subjects.insert(*subject);
        }
        for (column, histogram) in &mut self.sensitive {
            for entry in table.sensitive_entries(*column, combination) {
                let value = histogram.value(entry.code, table.k_max());
                value.rows = value.rows.saturating_add(entry.rows);
                for subject in entry.subjects {
                    value.subjects.insert(*subject);
                }
            }
        }
    }

    /// Adds rows of one subject with the sensitive (column, code) values it has.
    pub fn add_subject(
        &mut self,
        subject: u32,
        rows: u64,
        sensitive: impl Iterator<Item = (usize, u32)>,
    ) {
        self.rows = self.rows.saturating_add(rows);
        self.subjects.insert(subject);
        for (column, code) in sensitive {
            let histogram = self.sensitive.iter_mut().find(|(c, _)| *c == column);
            if let Some((_, histogram)) = histogram {
                let value = histogram.value(code, self.subjects.k_max());
                value.rows = value.rows.saturating_add(1);
                value.subjects.insert(subject);
            }
        }
    }

    /// Adds all of another class, made for the same columns.
    pub fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.subjects.merge(&other.subjects);
        for ((_, histogram), (_, from)) in self.sensitive.iter_mut().zip(&other.sensitive) {
            for (code, count) in &from.values {
                match histogram.values.get_mut(code) {
                    Some(value) => {
                        value.rows = value.rows.saturating_add(count.rows);
                        value.subjects.merge(&count.subjects);
                    }
                    None => {
                        histogram.values.insert(*code, count.clone());
                    }
                }
            }
        }
    }

    /// Empties it and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.subjects.clear();
        for (_, histogram) in &mut self.sensitive {
            histogram.values.clear();
        }
    }

    /// Rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Distinct subjects.
    pub fn subjects(&self) -> &SubjectSet {
        &self.subjects
    }

    /// The histogram of a sensitive column, where it was made for it.
    pub fn histogram(&self, column: usize) -> Option<&SensitiveHistogram> {
        self.sensitive.iter().find(|(c, _)| *c == column).map(|(_, h)| h)
    }
}

impl SensitiveHistogram {
    fn value(&mut self, code: u32, k_max: u32) -> &mut ValueCount {
        self.values
            .entry(code)
            .or_insert_with(|| ValueCount { rows: 0, subjects: SubjectSet::new(k_max) })
    }

    /// How many distinct values occur.
    pub fn distinct(&self) -> usize {
        self.values.len()
    }

    /// The values with their rows and subjects, by code.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64, &SubjectSet)> {
        self.values.iter().map(|(code, count)| (*code, count.rows, &count.subjects))
    }

    /// The most values that can be given to as many different subjects, counted up to `most`: a
    /// maximum matching of values and subjects (Kuhn 1955). A subject with three diagnoses lends
    /// the class one of them, not three.
    pub fn values_by_distinct_subjects(&self, most: usize) -> usize {
        // Whoever counts up to `most` can always match a value with that many subjects last.
        let (plenty, few): (Vec<_>, Vec<_>) =
            self.values.values().partition(|v| v.subjects.kept().len() >= most);
        let wanted = most.saturating_sub(plenty.len());
        let mut owner: hashbrown::HashMap<u32, usize> = hashbrown::HashMap::new();
        let mut matched = 0;
        for value in 0..few.len() {
            if matched >= wanted {
                break;
            }
            let mut tried = hashbrown::HashSet::new();
            matched += usize::from(augment(&few, value, &mut owner, &mut tried));
        }
        (matched + plenty.len()).min(most)
    }
}

/// Finds `value` a subject, moving others where they have a choice. Walks iteratively: a chain may
/// be as long as there are values.
fn augment(
    values: &[&ValueCount],
    value: usize,
    owner: &mut hashbrown::HashMap<u32, usize>,
    tried: &mut hashbrown::HashSet<u32>,
) -> bool {
    // Breadth-first over alternating paths: `came_from[subject]` is the value that asked for it.
    let mut came_from: hashbrown::HashMap<u32, usize> = hashbrown::HashMap::new();
    let mut queue = std::collections::VecDeque::from([value]);
    while let Some(asking) = queue.pop_front() {
        for subject in values[asking].subjects.kept() {
            if !tried.insert(*subject) {
                continue;
            }
            came_from.insert(*subject, asking);
            match owner.get(subject) {
                Some(holder) => queue.push_back(*holder),
                None => {
                    hand_over(*subject, value, &came_from, owner);
                    return true;
                }
            }
        }
    }
    false
}

fn hand_over(
    free: u32,
    start: usize,
    came_from: &hashbrown::HashMap<u32, usize>,
    owner: &mut hashbrown::HashMap<u32, usize>,
) {
    let mut subject = free;
    loop {
        let value = came_from[&subject];
        let previous = owner.iter().find(|(_, v)| **v == value).map(|(s, _)| *s);
        owner.insert(subject, value);
        match previous {
            Some(given_up) if value != start => {
                owner.remove(&given_up);
                subject = given_up;
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[&[u32]]) -> SensitiveHistogram {
        let mut histogram = SensitiveHistogram::default();
        for (code, subjects) in values.iter().enumerate() {
            let value = histogram.value(code as u32, 8);
            subjects.iter().for_each(|s| value.subjects.insert(*s));
        }
        histogram
    }

    #[test]
    fn a_subject_lends_one_value() {
        let check = |values: &[&[u32]], most, expect| {
            assert_eq!(histogram(values).values_by_distinct_subjects(most), expect, "{values:?}");
        };
        check(&[], 3, 0);
        check(&[&[1], &[2], &[3]], 3, 3);
        check(&[&[1], &[1], &[1]], 3, 1);
        // Four people with A, one of them with B and C too.
        check(&[&[1, 2, 3, 4], &[4], &[4]], 3, 2);
        // Needs moving: the first value takes 1, the second can only have 1.
        check(&[&[1, 2], &[1]], 2, 2);
        check(&[&[1, 2], &[1, 3], &[1], &[2, 4]], 4, 4);
        check(&[&[1, 2], &[1, 2], &[1, 2]], 3, 2);
        check(&[&[1], &[2], &[3]], 2, 2);
    }
}
