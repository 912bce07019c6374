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
    /// More distinct known values stood here than are kept apart: no category has so many.
    overflow: bool,
}

/// Cells that hold a known value.
#[derive(Debug, Clone, Copy, Default)]
struct Cells {
    /// All of them.
    known: u64,
    /// Of these, its own patient's, by a hit of the sweep.
    own: u64,
    /// Somebody else's, by a hit of the sweep.
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
        self.own * TELLING >= self.known
    }

    fn add(&mut self, other: Self) {
        self.known += other.known;
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
            .partition(|hit| hit.weight == Weight::Chance || is_whole_area(hit, value));
        let print = sweep.print(value);
        if !chance.is_empty() || sweep.knows(print) {
            let own = owner.is_some_and(|owner| sweep.is_own(print, owner));
            let hit = u64::from(!chance.is_empty());
            let own = if own { hit } else { 0 };
            self.matches(print, Cells { known: 1, own, others: hit - own });
        }
        certain
    }

    /// Adds another part of the same column.
    pub fn absorb(&mut self, other: &Self) {
        self.filled += other.filled;
        self.expected += other.expected;
        self.overflow |= other.overflow;
        for (value, cells) in &other.values {
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
            self.overflow = true;
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
        if self.overflow {
            return self.cells.own;
        }
        self.values.values().filter(|cells| cells.tells()).map(|cells| cells.own).sum()
    }

    fn is_many(&self) -> bool {
        self.overflow || self.values.values().filter(|cells| cells.others > 0).count() > FEW
    }
}

/// Whether a cell is nothing but its patient's place or postal code, as a procedure's code of five
/// digits may be by chance.
fn is_whole_area(hit: &SweepHit, value: &str) -> bool {
    hit.reason == "area-of-patient" && hit.span.len() == value.trim().len()
}

/// How many digits a value has that is a number, whatever separates them.
fn digits(value: &str) -> Option<usize> {
    let number = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'/');
    let value = value.trim().as_bytes();
    value.iter().all(|b| number(*b)).then(|| value.iter().filter(|b| b.is_ascii_digit()).count())
}
