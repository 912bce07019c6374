//! Judges a column of a released table as a whole, where one cell tells nothing.

use anonymed_core::SubjectId;
use hashbrown::HashMap;

use super::sweep::{CellUse, NAME_OF_ANOTHER, Sweep, SweepHit, Weight};

/// Judges over a whole column what is chance in one cell.
///
/// A kept column of costs or counts may hold a number that is some patient's record number, and a
/// category may hold a word that is somebody's surname or a code whose digits are somebody's ZIP.
/// What tells a leak from chance is how often, and with whom: in a leaked column nearly every cell
/// matches its own row's patient, or somebody; by chance a cell matches as often as known numbers
/// of that length are dense, and a category's value stands in everybody's rows alike.
///
/// A long number of another patient needs no company: where the numbers of its length in the column
/// are so few, and the known ones so thin among all of that length, that not one in a hundred such
/// columns would hold a known number by chance, a single one is a leak.
#[derive(Debug, Clone, Default)]
pub struct ColumnTally {
    filled: u64,
    cells: Cells,
    expected: f64,
    values: HashMap<u64, Value>,
    /// Cells of the values that are too many to be kept apart: no category has so many.
    unplaced: Cells,
    /// What those values are; each cell stands for a value of its own.
    unplaced_kinds: Kinds,
}

/// A value of a column, and the cells that hold it.
#[derive(Debug, Clone, Copy, Default)]
struct Value {
    cells: Cells,
    kind: Kind,
}

/// What a value looks like, and what it was found to be.
#[derive(Debug, Clone, Copy, Default)]
struct Kind {
    /// Digits of a long number without those zeros that lead it, else 0.
    digits: u8,
    /// Whether letters are in it.
    is_word: bool,
    /// Whether it is a long number of a patient in whose row it does not stand.
    is_number_of_another: bool,
    /// Whether it is nothing but a rare name of such a patient.
    is_name_of_another: bool,
}

/// Distinct values by what they are.
#[derive(Debug, Clone, Copy, Default)]
struct Kinds {
    /// Long numbers by their digits, and those of them that are another patient's.
    numbers: [(u64, u64); LONGEST],
    words: u64,
    names: u64,
}

/// Numbers of seven digits and more are long; counted up to this many.
const LONG: u8 = 7;
const LONGEST: usize = 20;

/// Known numbers expected in a column by chance below which one is no chance.
const NO_CHANCE: f64 = 0.01;

impl Kinds {
    fn add(&mut self, kind: Kind) {
        let (numbers, known) = &mut self.numbers[usize::from(kind.digits).min(LONGEST - 1)];
        *numbers += 1;
        *known += u64::from(kind.is_number_of_another);
        self.words += u64::from(kind.is_word);
        self.names += u64::from(kind.is_name_of_another);
    }

    fn absorb(&mut self, other: &Self) {
        for (to, from) in self.numbers.iter_mut().zip(&other.numbers) {
            *to = (to.0 + from.0, to.1 + from.1);
        }
        self.words += other.words;
        self.names += other.names;
    }

    /// Whether more long numbers are other patients' than chance gives.
    fn has_numbers_of_others(&self, sweep: &Sweep<'_>) -> bool {
        let long = self.numbers.iter().enumerate().skip(usize::from(LONG));
        long.filter(|(_, (_, known))| *known > 0).any(|(digits, (numbers, known))| {
            let expected = sweep.density(digits) * *numbers as f64;
            expected < NO_CHANCE || *known as f64 > 5.0 + 4.0 * expected
        })
    }

    /// Whether more values are other patients' names than a category has by chance, and they are one
    /// in ten at least of the values that are no numbers.
    fn has_names_of_others(&self) -> bool {
        self.names > FEW as u64 && self.names * 10 >= self.words
    }
}

/// What is counted of a value in which nothing known lies.
#[derive(Debug, Clone, Copy)]
pub struct Quiet {
    print: u64,
    expected: Option<f64>,
    kind: Kind,
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
        let kind = Kind {
            is_number_of_another: !own && chance.iter().any(is_long_number),
            is_name_of_another: !own && chance.iter().any(|hit| hit.reason == NAME_OF_ANOTHER),
            ..Kind::of(value)
        };
        let (own, others) = (u64::from(own), u64::from(!own && !chance.is_empty()));
        self.matches(print, Cells { all: 1, own, others }, kind);
        certain
    }

    /// A value that can be counted without another look, whoever's row it stands in; `None` where
    /// something known lies in it.
    pub fn quiet(sweep: &Sweep<'_>, value: &str) -> Option<Quiet> {
        (!value.trim().is_empty() && sweep.is_quiet(value)).then(|| Quiet {
            print: sweep.print(value),
            expected: digits(value).filter(|n| *n >= 5).map(|n| sweep.density(n)),
            kind: Kind::of(value),
        })
    }

    /// Counts a cell with such a value.
    pub fn add_quiet(&mut self, quiet: Quiet) {
        self.filled += 1;
        if let Some(expected) = quiet.expected {
            self.expected += expected;
        }
        self.matches(quiet.print, Cells { all: 1, own: 0, others: 0 }, quiet.kind);
    }

    /// Adds another part of the same column.
    pub fn absorb(&mut self, other: &Self) {
        self.filled += other.filled;
        self.expected += other.expected;
        self.unplaced.add(other.unplaced);
        self.unplaced_kinds.absorb(&other.unplaced_kinds);
        // Which are kept apart must not depend on the order of a hash map.
        let mut values: Vec<(&u64, &Value)> = other.values.iter().collect();
        values.sort_unstable_by_key(|(value, _)| **value);
        for (print, value) in values {
            self.keep(*print, *value);
        }
        self.cells.add(other.cells);
    }

    fn matches(&mut self, print: u64, cells: Cells, kind: Kind) {
        self.cells.add(cells);
        self.keep(print, Value { cells, kind });
    }

    fn keep(&mut self, print: u64, value: Value) {
        if self.values.len() >= MOST_VALUES && !self.values.contains_key(&print) {
            self.unplaced.add(value.cells);
            self.unplaced_kinds.add(value.kind);
            return;
        }
        let kept =
            self.values.entry(print).or_insert(Value { kind: value.kind, ..Value::default() });
        kept.cells.add(value.cells);
        kept.kind.is_number_of_another |= value.kind.is_number_of_another;
        kept.kind.is_name_of_another |= value.kind.is_name_of_another;
    }

    /// Why the column as a whole is a leak, if it is: its own patients' values in more than three
    /// cells (in a short column, one in ten) and one in ten thousand; others' long numbers or rare
    /// names beyond chance; or others' values of any kind in more than one in a hundred and far more
    /// than chance gives.
    pub fn verdict(&self, sweep: &Sweep<'_>) -> Option<&'static str> {
        let filled = self.filled as f64;
        let own = self.telling() as f64;
        if own > (filled / 10.0).min(3.0) && own > filled / 10_000.0 {
            return Some("column-of-own-values");
        }
        let kinds = self.kinds();
        if kinds.has_numbers_of_others(sweep) {
            return Some("number-of-another");
        }
        let others = self.cells.others as f64;
        let many = self.is_many() && others > 5.0 + 4.0 * self.expected && others > filled / 100.0;
        (many || kinds.has_names_of_others()).then_some("column-of-known-values")
    }

    fn kinds(&self) -> Kinds {
        let mut kinds = self.unplaced_kinds;
        self.values.values().for_each(|value| kinds.add(value.kind));
        kinds
    }

    /// Cells that give their own patient's value away.
    fn telling(&self) -> u64 {
        let cells = self.values.values().map(|value| value.cells);
        let placed = cells.filter(|cells| cells.tells()).map(|cells| cells.own);
        self.unplaced.own + placed.sum::<u64>()
    }

    fn is_many(&self) -> bool {
        self.unplaced.others > 0
            || self.values.values().filter(|value| value.cells.others > 0).count() > FEW
    }
}

impl Kind {
    /// What a value looks like.
    fn of(value: &str) -> Self {
        Self {
            digits: long_number(value).unwrap_or(0),
            is_word: value.chars().any(char::is_alphabetic),
            ..Self::default()
        }
    }
}

/// Whether a hit that may be chance is of a long number.
fn is_long_number(hit: &SweepHit) -> bool {
    matches!(hit.reason, "full-value" | "without-separators")
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

/// How many digits a long number has without the zeros that lead it; a number with a decimal point is
/// none.
fn long_number(value: &str) -> Option<u8> {
    let bytes = value.trim().as_bytes();
    let digits = digits(value)?;
    let zeros = bytes.iter().filter(|b| b.is_ascii_digit()).take_while(|b| **b == b'0').count();
    let decimal = bytes.iter().filter(|b| !b.is_ascii_digit()).eq([&b'.']);
    u8::try_from(digits - zeros).ok().filter(|n| *n >= LONG && !decimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_apart_depends_on_the_values_alone() {
        let part = |from: u64| {
            let mut part = ColumnTally::default();
            for value in from..from + 12_000 {
                part.matches(value, Cells { all: 1, own: value % 2, others: 0 }, Kind::default());
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
