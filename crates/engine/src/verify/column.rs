//! Judges a column of a released table as a whole, where one cell tells nothing.

use anonymed_core::SubjectId;

use super::sweep::{CellUse, Sweep, SweepHit, Weight};

/// Judges over a whole column what is chance in one cell.
///
/// A kept column of costs or counts may hold a number that is some patient's record number. What
/// tells a leak from chance is how often: in a leaked column nearly every cell matches its own
/// row's patient, or somebody; by chance a cell matches as often as known numbers of that length
/// are dense.
#[derive(Debug, Clone, Default)]
pub struct ColumnTally {
    filled: u64,
    own: u64,
    others: u64,
    expected: f64,
}

impl ColumnTally {
    /// Counts a cell and the hits in it that may be chance; returns those that are not.
    pub fn add(
        &mut self,
        sweep: &Sweep<'_>,
        value: &str,
        owner: Option<SubjectId>,
    ) -> Vec<SweepHit> {
        if value.trim().is_empty() {
            return Vec::new();
        }
        self.filled += 1;
        let digits = value.trim();
        if digits.len() >= 5 && digits.bytes().all(|b| b.is_ascii_digit()) {
            self.expected += sweep.density(digits.len());
        }
        let (chance, certain): (Vec<_>, Vec<_>) = sweep
            .cell(value, owner, CellUse::Kept)
            .into_iter()
            .partition(|hit| hit.weight == Weight::Chance);
        if !chance.is_empty() {
            if owner.is_some_and(|owner| sweep.is_own(value, owner)) {
                self.own += 1;
            } else {
                self.others += 1;
            }
        }
        certain
    }

    /// Adds another part of the same column.
    pub fn absorb(&mut self, other: &Self) {
        self.filled += other.filled;
        self.own += other.own;
        self.others += other.others;
        self.expected += other.expected;
    }

    /// Why the column as a whole is a leak, if it is: its own patients' values in more than three
    /// cells and one in ten thousand, or others' in more than one in a hundred and far more than
    /// chance gives.
    pub fn verdict(&self) -> Option<&'static str> {
        let filled = self.filled as f64;
        if self.own > 3 && self.own as f64 > filled / 10_000.0 {
            return Some("column-of-own-values");
        }
        let others = self.others as f64;
        (others > 5.0 + 4.0 * self.expected && others > filled / 100.0)
            .then_some("column-of-known-values")
    }

    /// Cells that matched and were taken for chance, and filled cells.
    pub fn counts(&self) -> (u64, u64) {
        (self.own + self.others, self.filled)
    }
}
