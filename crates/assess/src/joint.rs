//! Joint signatures: what everything released together says of each subject.
//!
//! A table can be k-anonymous and a subject still unique by the classes of its several rows, or by
//! its row here and its resource there. A subject's signature is the collection of (table, class)
//! pairs released under its pseudonym; subjects with equal signatures are the crowd it hides in.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::classes::rounded;
use crate::hash;

/// Whether the same class twice says more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Multiplicity {
    /// A signature is a multiset: how many rows a subject has is held to be known. The stricter
    /// reading, and the cheaper.
    Counted,
    /// A signature is a set: only which classes occur. Keeps 9 bytes more per distinct pair of
    /// subject and class.
    Ignored,
}

/// Signatures by subject: 128 bits each, the sum of the hashes of its (table, class) pairs, so rows
/// may come in any order. Memory: 25 bytes a subject at full load of the table.
#[derive(Debug)]
pub struct SignatureIndex {
    multiplicity: Multiplicity,
    /// Two halves, so that an entry takes 24 bytes and not 32.
    signatures: HashMap<u64, [u64; 2], FixedState>,
    seen: HashSet<u64, FixedState>,
    rows: u64,
    rows_without_subject: u64,
}

/// The joint risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointReport {
    /// How rows of one class were counted.
    pub multiplicity: Multiplicity,
    /// The k asked about.
    pub k: u64,
    /// Rows added, of all tables.
    pub rows: u64,
    /// Rows that name no subject; they cannot be joined.
    pub rows_without_subject: u64,
    /// Distinct subjects.
    pub subjects: u64,
    /// Distinct signatures.
    pub signatures: u64,
    /// Subjects nobody else has the signature of.
    pub unique_subjects: u64,
    /// Subjects that share theirs with fewer than k, themselves counted.
    pub subjects_below_k: u64,
    /// Subjects of the smallest signature class, 0 without subjects.
    pub smallest_signature_class: u64,
    /// Prosecutor risk of the subject worst off: 1 / smallest signature class.
    pub highest_prosecutor: f64,
    /// Mean prosecutor risk: signatures / subjects.
    pub average_prosecutor: f64,
    /// How many signature classes have how many subjects; sizes above 1,000 rounded down to two
    /// digits.
    pub class_sizes: BTreeMap<u64, u64>,
}

impl SignatureIndex {
    /// An empty index.
    pub fn new(multiplicity: Multiplicity) -> Self {
        Self {
            multiplicity,
            signatures: HashMap::default(),
            seen: HashSet::default(),
            rows: 0,
            rows_without_subject: 0,
        }
    }

    /// Adds a row of a table (numbered by the caller): the subject's pseudonym, and the
    /// quasi-identifier cells as released.
    pub fn add(&mut self, subject: Option<&str>, table: u32, quasi: &[Option<&str>]) {
        self.rows += 1;
        let Some(subject) = subject else {
            self.rows_without_subject += 1;
            return;
        };
        let subject = hash::of_cell(Some(subject));
        let class = hash::of_cells(table, quasi);
        let signature = self.signatures.entry(subject).or_default();
        if self.multiplicity == Multiplicity::Ignored
            && !self.seen.insert(hash::of_number(class ^ (u128::from(subject) << 64)))
        {
            return;
        }
        let sum = joined(*signature).wrapping_add(class);
        *signature = [(sum >> 64) as u64, sum as u64];
    }

    /// The joint risk, with the subjects below a k.
    pub fn report(&self, k: u64) -> JointReport {
        let mut crowds: HashMap<[u64; 2], u64, FixedState> = HashMap::default();
        for signature in self.signatures.values() {
            *crowds.entry(*signature).or_default() += 1;
        }
        let subjects = self.signatures.len() as u64;
        let smallest = crowds.values().copied().min().unwrap_or(0);
        let mut class_sizes = BTreeMap::new();
        for size in crowds.values() {
            *class_sizes.entry(rounded(*size)).or_default() += 1;
        }
        JointReport {
            multiplicity: self.multiplicity,
            k,
            rows: self.rows,
            rows_without_subject: self.rows_without_subject,
            subjects,
            signatures: crowds.len() as u64,
            unique_subjects: crowds.values().filter(|size| **size == 1).count() as u64,
            subjects_below_k: crowds.values().filter(|size| **size < k).sum(),
            smallest_signature_class: smallest,
            highest_prosecutor: ratio(1, smallest),
            average_prosecutor: ratio(crowds.len() as u64, subjects),
            class_sizes,
        }
    }
}

fn joined(halves: [u64; 2]) -> u128 {
    (u128::from(halves[0]) << 64) | u128::from(halves[1])
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(multiplicity: Multiplicity, rows: &[(&str, u32, &str)]) -> JointReport {
        let mut index = SignatureIndex::new(multiplicity);
        for (subject, table, class) in rows {
            index.add((!subject.is_empty()).then_some(*subject), *table, &[Some(class)]);
        }
        index.report(2)
    }

    #[test]
    fn sequences_single_out_where_classes_do_not() {
        // Classes a and b hold three patients each; only patient 3 is in both.
        let rows = [
            ("1", 0, "a"),
            ("2", 0, "a"),
            ("3", 0, "a"),
            ("3", 0, "b"),
            ("4", 0, "b"),
            ("5", 0, "b"),
        ];
        let report = report(Multiplicity::Counted, &rows);
        assert_eq!((report.subjects, report.signatures), (5, 3));
        assert_eq!((report.unique_subjects, report.subjects_below_k), (1, 1));
        assert_eq!(report.smallest_signature_class, 1);
        assert_eq!(report.highest_prosecutor, 1.0);
        assert_eq!(report.average_prosecutor, 0.6);
        assert_eq!(report.class_sizes, BTreeMap::from([(1, 1), (2, 2)]));
    }

    #[test]
    fn order_does_not_matter_and_counting_does() {
        let rows = [("1", 0, "a"), ("1", 0, "b"), ("2", 0, "b"), ("2", 0, "a"), ("2", 0, "a")];
        assert_eq!(report(Multiplicity::Counted, &rows).unique_subjects, 2);
        assert_eq!(report(Multiplicity::Ignored, &rows).unique_subjects, 0);
        assert_eq!(report(Multiplicity::Counted, &rows[..4]).unique_subjects, 0);
    }

    #[test]
    fn the_same_cells_in_two_tables_are_two_things() {
        let rows = [("1", 0, "a"), ("2", 1, "a")];
        assert_eq!(report(Multiplicity::Counted, &rows).signatures, 2);
    }

    #[test]
    fn rows_of_nobody_are_counted_apart() {
        let report = report(Multiplicity::Counted, &[("", 0, "a")]);
        assert_eq!((report.rows_without_subject, report.subjects), (1, 0));
        assert_eq!(report.highest_prosecutor, 0.0);
    }
}
