//! Joint signatures: what everything released together says of each subject.
//!
//! A table can be k-anonymous and a subject still unique by the classes of its several rows, or by
//! its row here and its resource there. A subject's signature is the collection of (table, class)
//! pairs released under its pseudonym; subjects with equal signatures are the crowd it hides in.

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::AssessError;
use crate::classes::rounded;
use crate::hash::{self, CellNumbers};

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
/// may come in any order. Memory: 29 to 35 bytes a subject.
#[derive(Debug)]
pub struct SignatureIndex {
    multiplicity: Multiplicity,
    subjects: CellNumbers,
    /// By number of the subject.
    signatures: Vec<u128>,
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
            subjects: CellNumbers::default(),
            signatures: Vec::new(),
            seen: HashSet::default(),
            rows: 0,
            rows_without_subject: 0,
        }
    }

    /// Adds a row of a table (numbered by the caller): the subject's pseudonym, and the
    /// quasi-identifier cells as released. Gives the subject's number, from 0 in the order of
    /// appearance.
    ///
    /// # Errors
    ///
    /// More subjects than there are numbers of 32 bits.
    pub fn add(
        &mut self,
        subject: Option<&str>,
        table: u32,
        quasi: &[Option<&str>],
    ) -> Result<Option<u32>, AssessError> {
        self.rows += 1;
        let Some(subject) = subject else {
            self.rows_without_subject += 1;
            return Ok(None);
        };
        let subject = hash::of_cell(Some(subject));
        let number = self.subjects.number_of(subject).ok_or(AssessError::TooManyDistinct {
            row: self.rows - 1,
            most: u64::from(u32::MAX),
        })?;
        if number as usize == self.signatures.len() {
            self.signatures.push(0);
        }
        let class = hash::of_cells(table, quasi);
        if self.multiplicity == Multiplicity::Ignored
            && !self.seen.insert(hash::of_number(class ^ (u128::from(subject) << 64)))
        {
            return Ok(Some(number));
        }
        let signature = &mut self.signatures[number as usize];
        *signature = signature.wrapping_add(class);
        Ok(Some(number))
    }

    /// The joint risk, with the subjects below a k.
    pub fn report(&self, k: u64) -> JointReport {
        let mut sorted = self.signatures.clone();
        sorted.sort_unstable();
        let crowds = || sorted.chunk_by(|a, b| a == b).map(|crowd| crowd.len() as u64);
        let subjects = self.signatures.len() as u64;
        let signatures = crowds().count() as u64;
        let smallest = crowds().min().unwrap_or(0);
        let mut class_sizes = BTreeMap::new();
        for size in crowds() {
            *class_sizes.entry(rounded(size)).or_default() += 1;
        }
        JointReport {
            multiplicity: self.multiplicity,
            k,
            rows: self.rows,
            rows_without_subject: self.rows_without_subject,
            subjects,
            signatures,
            unique_subjects: crowds().filter(|size| *size == 1).count() as u64,
            subjects_below_k: crowds().filter(|size| *size < k).sum(),
            smallest_signature_class: smallest,
            highest_prosecutor: ratio(1, smallest),
            average_prosecutor: ratio(signatures, subjects),
            class_sizes,
        }
    }
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
            index.add((!subject.is_empty()).then_some(*subject), *table, &[Some(class)]).unwrap();
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
