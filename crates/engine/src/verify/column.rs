//! Judges a column of a released table as a whole, where one cell tells nothing.

use anonymed_core::SubjectId;
use hashbrown::HashMap;

use super::sweep::{CellUse, Sweep, SweepHit, Weight};

/// Judges over a whole column what is chance in one cell.
///
/// A kept column of costs or counts may hold a number that is some patient's record number, and a
/// category may hold a word that is somebody's surname or a code whose digits are somebody's ZIP.
/// What tells a leak from chance is how often, and with whom: in a leaked column nearly every cell
/// matches its own row's patient, or somebody; by chance a cell matches as often as known numbers
/// of that length are dense, and a category's value stands in everybody's rows alike.
#[derive(Debug, Clone, Default)]
pub struct ColumnTally {
    filled: u64,
    cells: Cells,
    expected: f64,
    values: HashMap<u64, Cells>,
    /// Cells of the values that are too many to be kept apart: no category has so many.
    unplaced: Cells,
}

/// What is counted of a value in which nothing known lies.
#[derive(Debug, Clone, Copy)]
pub struct Quiet {
    print: u64,
    expected: Option<f64>,
}

/// Cells that hold one value.
#[derive(Debug, Clone, Copy, Default)]
struct Cells {
    /// All of them.
    all: u64,
    /// Of these, those in which the sweep found its own patient's value.
    own: u64,
    /// Those in which it found somebody else's.
    others: u64,
}

/// Distinct values kept apart in one column.
const MOST_VALUES: usize = 1 << 14;

/// Distinct values of a category that may be other people's names by chance: a race or a month has
/// few values, some of which are surnames too; a column of names has many.
const FEW: usize = 8;

/// Of the cells with a value that its own patient has, one in so many at least must be that
/// patient's for the value to tell on them.
const TELLING: u64 = 4;

impl Cells {
    /// Whether the value stands with those whose it is, and not in everybody's rows.
    fn tells(self) -> bool {
        self.own * TELLING >= self.all
    }

    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.own += other.own;
        self.others += other.others;
    }
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
        if let Some(digits) = digits(value).filter(|digits| *digits >= 5) {
            self.expected += sweep.density(digits);
        }
        let (chance, certain): (Vec<_>, Vec<_>) = sweep
            .cell(value, owner, CellUse::Kept)
            .into_iter()
            .partition(|hit| may_be_chance(hit, value));
        let print = sweep.print(value);
        let own = chance.iter().any(|hit| hit.weight == Weight::Certain)
            || !chance.is_empty() && owner.is_some_and(|owner| sweep.is_own(print, owner));
        let (own, others) = (u64::from(own), u64::from(!own && !chance.is_empty()));
        self.matches(print, Cells { all: 1, own, others });
        certain
    }

    /// A value that can be counted without another look, whoever's row it stands in; `None` where
    /// something known lies in it.
    pub fn quiet(sweep: &Sweep<'_>, value: &str) -> Option<Quiet> {
        (!value.trim().is_empty() && sweep.is_quiet(value)).then(|| Quiet {
            print: sweep.print(value),
            expected: digits(value).filter(|n| *n >= 5).map(|n| sweep.density(n)),
        })
    }

    /// Counts a cell with such a value.
    pub fn add_quiet(&mut self, quiet: Quiet) {
        self.filled += 1;
        if let Some(expected) = quiet.expected {
            self.expected += expected;
        }
        self.matches(quiet.print, Cells { all: 1, own: 0, others: 0 });
    }

    /// Adds another part of the same column.
    pub fn absorb(&mut self, other: &Self) {
        self.filled += other.filled;
        self.expected += other.expected;
        self.unplaced.add(other.unplaced);
        // Which are kept apart must not depend on the order of a hash map.
        let mut values: Vec<(&u64, &Cells)> = other.values.iter().collect();
        values.sort_unstable_by_key(|(value, _)| **value);
        for (value, cells) in values {
            self.keep(*value, *cells);
        }
        self.cells.add(other.cells);
    }

    fn matches(&mut self, value: u64, cells: Cells) {
        self.cells.add(cells);
        self.keep(value, cells);
    }

    fn keep(&mut self, value: u64, cells: Cells) {
        if self.values.len() >= MOST_VALUES && !self.values.contains_key(&value) {
            self.unplaced.add(cells);
            return;
        }
        self.values.entry(value).or_default().add(cells);
    }

    /// Why the column as a whole is a leak, if it is: its own patients' values in more than three
    /// cells (in a short column, one in ten) and one in ten thousand, or others' in more than one
    /// in a hundred and far more than chance gives.
    pub fn verdict(&self) -> Option<&'static str> {
        let filled = self.filled as f64;
        let own = self.telling() as f64;
        if own > (filled / 10.0).min(3.0) && own > filled / 10_000.0 {
            return Some("column-of-own-values");
        }
        let others = self.cells.others as f64;
        (self.is_many() && others > 5.0 + 4.0 * self.expected && others > filled / 100.0)
            .then_some("column-of-known-values")
    }

    /// Cells that give their own patient's value away.
    fn telling(&self) -> u64 {
        let placed = self.values.values().filter(|cells| cells.tells()).map(|cells| cells.own);
        self.unplaced.own + placed.sum::<u64>()
    }

    fn is_many(&self) -> bool {
        self.unplaced.others > 0
            || self.values.values().filter(|cells| cells.others > 0).count() > FEW
    }
}

/// Whether a hit in a kept cell may be chance: what the sweep says so of, a cell that is nothing but
/// its patient's postal code (as a procedure's code may be), and a short number of the patient
/// within a code (`13457` in the test `13457-7`).
fn may_be_chance(hit: &SweepHit, value: &str) -> bool {
    let whole = hit.span.len() == value.trim().len();
    hit.weight == Weight::Chance
        || matches!(hit.reason, "number-of-patient" | "labelled-number")
        || whole && hit.reason == "area-of-patient"
}

/// How many digits a value has that is a number, whatever separates them.
fn digits(value: &str) -> Option<usize> {
    let number = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'/');
    let value = value.trim().as_bytes();
    value.iter().all(|b| number(*b)).then(|| value.iter().filter(|b| b.is_ascii_digit()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_apart_depends_on_the_values_alone() {
        let part = |from: u64| {
            let mut part = ColumnTally::default();
            for value in from..from + 12_000 {
                part.matches(value, Cells { all: 1, own: value % 2, others: 0 });
            }
            part
        };
        // Each tally has a hash map of its own order.
        let kept = || {
            let mut all = ColumnTally::default();
            all.absorb(&part(0));
            all.absorb(&part(6_000));
            let mut values: Vec<u64> = all.values.keys().copied().collect();
            values.sort_unstable();
            (values, all.unplaced.all)
        };
        let first = kept();
        assert_eq!(first.0.len(), MOST_VALUES);
        assert!((0..4).all(|_| kept() == first));
    }
}
