//! What a class gives away of a sensitive column without anybody being singled out in it:
//! homogeneity and distinct l (Machanavajjhala et al. 2007), judged from the release alone.

use serde::{Deserialize, Serialize};

use crate::ClassIndex;

/// l is told exactly up to this.
pub const L_CAP: u64 = 16;

/// A sensitive column's values in one class.
#[derive(Debug, Clone, Default)]
pub(crate) struct SensitiveTally {
    /// Value and rows, by value.
    values: Vec<(u32, u64)>,
    /// Value and subject, sorted; at most `L_CAP` subjects of a value.
    holders: Vec<(u32, u32)>,
}

impl SensitiveTally {
    pub(crate) fn add(&mut self, value: u32, subject: Option<u32>) {
        match self.values.binary_search_by_key(&value, |v| v.0) {
            Ok(at) => self.values[at].1 += 1,
            Err(at) => self.values.insert(at, (value, 1)),
        }
        let Some(subject) = subject else { return };
        if let Err(at) = self.holders.binary_search(&(value, subject)) {
            let from = self.holders.partition_point(|h| h.0 < value);
            let until = self.holders.partition_point(|h| h.0 <= value);
            if until - from < L_CAP as usize {
                self.holders.insert(at, (value, subject));
            }
        }
    }

    fn distinct(&self) -> u64 {
        self.values.len() as u64
    }

    fn most_common(&self) -> u64 {
        self.values.iter().map(|v| v.1).max().unwrap_or(0)
    }

    /// The most values that different subjects can each account for one of, up to [`L_CAP`]: a
    /// matching grown one value at a time, by depth-first search of at most as many steps as there
    /// are holders.
    fn by_subjects(&self) -> u64 {
        let groups: Vec<&[(u32, u32)]> = self.holders.chunk_by(|a, b| a.0 == b.0).collect();
        // A value with as many holders as values are looked for finds one whatever the others take.
        let plenty = groups.iter().filter(|g| g.len() >= L_CAP as usize).count() as u64;
        let few: Vec<Vec<u32>> = groups
            .iter()
            .filter(|g| g.len() < L_CAP as usize)
            .map(|g| g.iter().map(|h| h.1).collect())
            .collect();
        let mut taken: Vec<(u32, usize)> = Vec::new();
        for value in 0..few.len() {
            if taken.len() as u64 + plenty >= L_CAP {
                break;
            }
            find(&few, value, &mut taken, &mut Vec::new());
        }
        (taken.len() as u64 + plenty).min(L_CAP)
    }
}

/// Finds a subject for a value, asking the present takers to move. `taken` never has more than
/// `L_CAP` entries, which bounds the depth.
fn find(
    few: &[Vec<u32>],
    value: usize,
    taken: &mut Vec<(u32, usize)>,
    asked: &mut Vec<u32>,
) -> bool {
    for subject in &few[value] {
        if asked.contains(subject) {
            continue;
        }
        asked.push(*subject);
        match taken.iter().position(|t| t.0 == *subject) {
            None => {
                taken.push((*subject, value));
                return true;
            }
            Some(at) => {
                let other = taken[at].1;
                if find(few, other, taken, asked) {
                    // The other value has taken another subject; this one is free now.
                    if let Some(at) = taken.iter().position(|t| t.0 == *subject) {
                        taken[at].1 = value;
                    }
                    return true;
                }
            }
        }
    }
    false
}

/// What the classes give away of a sensitive column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomogeneityReport {
    /// Position of the sensitive column.
    pub column: usize,
    /// Fewest distinct values in a class: the l that is reached; 0 without classes.
    pub smallest_distinct: u64,
    /// Fewest values of a class that different subjects account for, up to [`L_CAP`].
    pub smallest_distinct_over_subjects: u64,
    /// Classes with one value.
    pub homogeneous_classes: u64,
    /// Their rows: whoever is placed there has that value.
    pub homogeneous_rows: u64,
    /// The share from which a value counts as guessable.
    pub guessable_from: f64,
    /// Rows whose class has one value with at least that share.
    pub guessable_rows: u64,
}

impl HomogeneityReport {
    /// Judges a sensitive column; a value is guessable from a share of its class's rows.
    pub fn of(classes: &ClassIndex, column: usize, guessable_from: f64) -> Self {
        let mut report = Self::new(column, guessable_from);
        if column < classes.sensitive_columns() {
            classes.classes().for_each(|class| report.add(class.rows, class.sensitive(column)));
        }
        report.finish()
    }

    /// A report before any class.
    pub(crate) fn new(column: usize, guessable_from: f64) -> Self {
        Self {
            column,
            smallest_distinct: u64::MAX,
            smallest_distinct_over_subjects: u64::MAX,
            homogeneous_classes: 0,
            homogeneous_rows: 0,
            guessable_from,
            guessable_rows: 0,
        }
    }

    /// Adds a class.
    pub(crate) fn add(&mut self, rows: u64, tally: &SensitiveTally) {
        self.smallest_distinct = self.smallest_distinct.min(tally.distinct());
        self.smallest_distinct_over_subjects =
            self.smallest_distinct_over_subjects.min(tally.by_subjects());
        if tally.distinct() == 1 {
            self.homogeneous_classes += 1;
            self.homogeneous_rows += rows;
        }
        if tally.most_common() as f64 >= self.guessable_from * rows as f64 {
            self.guessable_rows += rows;
        }
    }

    /// The report; without classes there are no values.
    pub(crate) fn finish(mut self) -> Self {
        if self.smallest_distinct == u64::MAX {
            (self.smallest_distinct, self.smallest_distinct_over_subjects) = (0, 0);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    fn report(rows: &[(&str, &str, &str)]) -> HomogeneityReport {
        let mut index = ClassIndex::new(Shape::with_subject(1, 1));
        for (class, subject, value) in rows {
            index.add(&[Some(class)], Some(subject), &[Some(value)]).unwrap();
        }
        HomogeneityReport::of(&index, 0, 0.8)
    }

    #[test]
    fn homogeneous_and_guessable_classes_are_counted() {
        let rows: Vec<(&str, &str, &str)> = vec![
            ("a", "1", "flu"),
            ("a", "2", "flu"),
            ("b", "3", "flu"),
            ("b", "4", "flu"),
            ("b", "5", "flu"),
            ("b", "6", "flu"),
            ("b", "7", "hiv"),
            ("c", "8", "flu"),
            ("c", "9", "hiv"),
        ];
        let report = report(&rows);
        assert_eq!((report.homogeneous_classes, report.homogeneous_rows), (1, 2));
        assert_eq!(report.guessable_rows, 7);
        assert_eq!(report.smallest_distinct, 1);
    }

    #[test]
    fn a_subject_accounts_for_one_value() {
        let check = |rows: &[(&str, &str, &str)], distinct, over_subjects| {
            let report = report(rows);
            assert_eq!(report.smallest_distinct, distinct);
            assert_eq!(report.smallest_distinct_over_subjects, over_subjects);
        };
        check(&[("a", "1", "x"), ("a", "2", "y")], 2, 2);
        check(&[("a", "1", "x"), ("a", "1", "y"), ("a", "1", "z")], 3, 1);
        // Has to move: x by 1 or 2, y by 1 alone, z by 2 or 3.
        check(
            &[("a", "1", "x"), ("a", "2", "x"), ("a", "1", "y"), ("a", "2", "z"), ("a", "3", "z")],
            3,
            3,
        );
        check(&[], 0, 0);
    }

    #[test]
    fn many_values_stop_at_the_cap() {
        let names: Vec<String> = (0..40).map(|n| n.to_string()).collect();
        let rows: Vec<(&str, &str, &str)> =
            names.iter().map(|n| ("a", n.as_str(), n.as_str())).collect();
        assert_eq!(report(&rows).smallest_distinct_over_subjects, L_CAP);
    }
}
