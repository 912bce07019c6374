//! Utility: what is left of each column, from pairs of raw and released cells, one metric a file.
//!
//! Cells are streamed; a column keeps counts and, up to a limit of distinct pairs, how often which
//! raw value became which released one. Texts are not kept.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::cell::{self, ReleasedCell};
use crate::{AssessError, hash};

mod certainty;
mod changes;
mod distinct_values;
mod entropy;
mod moments;
mod non_uniform_entropy;

pub use certainty::CertaintyPenalty;
pub use changes::Changes;
pub use distinct_values::DistinctValues;
pub use entropy::Entropy;
pub use moments::Moments;
pub use non_uniform_entropy::NonUniformEntropy;

/// Distinct (raw, released) pairs a column remembers.
const MOST_PAIRS: usize = 1 << 20;

/// What is left of a column, by one measure. Asked by [`UtilityMeter::finish`].
pub trait UtilityMetric: Sync {
    /// The metric's name, as `entropy`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// The figures of a column, by name; none where the column has no such thing.
    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)>;
}

/// Every utility metric.
pub const ALL: &[&dyn UtilityMetric] =
    &[&CertaintyPenalty, &Changes, &DistinctValues, &Entropy, &Moments, &NonUniformEntropy];

/// What was seen of a column. It keeps numbers of the table, so it is not printed.
#[derive(Default)]
pub struct ColumnTally {
    rows: u64,
    unchanged: u64,
    generalised: u64,
    suppressed: u64,
    missing: u64,
    raw_numbers: Sums,
    released_numbers: Sums,
    /// Sum of distances between raw numbers and released midpoints, and how many there are.
    distance: (f64, u64),
    raw_is_numeric: bool,
    raw: Side<RawValue>,
    released: Side<ReleasedValue>,
    /// (raw, released) to rows.
    pairs: HashMap<(u32, u32), u64, FixedState>,
    truncated: bool,
}

/// Count, mean and sum of squared deviations (Welford 1962).
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: u64,
    mean: f64,
    squares: f64,
}

/// Distinct values of one side.
struct Side<V> {
    numbers: HashMap<u64, u32, FixedState>,
    values: Vec<V>,
}

impl<V> Default for Side<V> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), values: Vec::new() }
    }
}

#[derive(Clone, Copy)]
struct RawValue {
    rows: u64,
    key: u64,
    missing: bool,
    /// Its place on the number line.
    point: Option<f64>,
}

#[derive(Clone, Copy)]
struct ReleasedValue {
    rows: u64,
    cell: ReleasedCell,
    key: u64,
}

impl<V> Side<V> {
    fn number(&mut self, key: u64, new: impl FnOnce() -> V) -> u32 {
        let next = self.values.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.values.push(new());
        }
        number
    }
}

impl Sums {
    fn add(&mut self, number: f64, times: u64) {
        self.count += times;
        let delta = number - self.mean;
        self.mean += delta * times as f64 / self.count as f64;
        self.squares += times as f64 * delta * (number - self.mean);
    }

    fn deviation(&self) -> f64 {
        if self.count > 1 { (self.squares / (self.count - 1) as f64).sqrt() } else { 0.0 }
    }
}

impl std::fmt::Debug for ColumnTally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnTally").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl ColumnTally {
    fn add(&mut self, raw: Option<&str>, released: Option<&str>, times: u64) {
        if self.rows == 0 {
            self.raw_is_numeric = true;
        }
        self.rows += times;
        self.count_change(raw, released, times);
        self.count_numbers(raw, released, times);
        self.count_pair(raw, released, times);
    }

    fn count_change(&mut self, raw: Option<&str>, released: Option<&str>, times: u64) {
        match (raw, released) {
            (None, None) => self.missing += times,
            (raw, released) if raw == released => self.unchanged += times,
            (_, None | Some("*")) => self.suppressed += times,
            _ => self.generalised += times,
        }
    }

    fn count_numbers(&mut self, raw: Option<&str>, released: Option<&str>, times: u64) {
        let Some(text) = raw.filter(|_| self.raw_is_numeric) else { return };
        let Some(number) = cell::number(text) else {
            self.raw_is_numeric = false;
            return;
        };
        self.raw_numbers.add(number, times);
        if let Some(middle) = ReleasedCell::read(released).midpoint() {
            self.released_numbers.add(middle, times);
            self.distance.0 += times as f64 * (middle - number).abs();
            self.distance.1 += times;
        }
    }

    fn count_pair(&mut self, raw: Option<&str>, released: Option<&str>, times: u64) {
        if self.truncated {
            return;
        }
        let key = hash::of_cell(raw);
        let raw = self.raw.number(key, || RawValue {
            rows: 0,
            key,
            missing: raw.is_none(),
            point: raw.and_then(cell::point),
        });
        let key = hash::of_cell(released);
        let new = || ReleasedValue { rows: 0, cell: ReleasedCell::read(released), key };
        let released = self.released.number(key, new);
        self.raw.values[raw as usize].rows += times;
        self.released.values[released as usize].rows += times;
        *self.pairs.entry((raw, released)).or_default() += times;
        self.truncated = self.pairs.len() >= MOST_PAIRS;
    }

    /// Whether a pair is of equal cells.
    fn unchanged_pair(&self, raw: &RawValue, released: &ReleasedValue) -> bool {
        raw.key == released.key
    }

    /// Pairs of a raw and a released value with their rows, in the order of first appearance.
    fn pairs(&self) -> Vec<(u32, u32, u64)> {
        let mut pairs: Vec<_> = self.pairs.iter().map(|((r, g), rows)| (*r, *g, *rows)).collect();
        pairs.sort_unstable();
        pairs
    }
}

/// What is left of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnUtility {
    /// The column's name, as given.
    pub name: String,
    /// Figures by `metric.figure`.
    pub figures: BTreeMap<String, f64>,
    /// Whether the column has more distinct values than are remembered, so that figures about
    /// distinct values speak of the rows up to there.
    pub truncated: bool,
}

/// What is left of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UtilityReport {
    /// Rows compared.
    pub rows: u64,
    /// Columns in their order.
    pub columns: Vec<ColumnUtility>,
    /// Global certainty penalty of the released table: the mean over its columns.
    pub gcp: f64,
}

/// Compares a released table with the raw one, row by row.
#[derive(Debug)]
pub struct UtilityMeter {
    names: Vec<String>,
    columns: Vec<ColumnTally>,
    rows: u64,
}

impl UtilityMeter {
    /// A meter for columns of these names.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let columns = names.iter().map(|_| ColumnTally::default()).collect();
        Self { names, columns, rows: 0 }
    }

    /// Adds a row: its cells before and after, in the order of the columns.
    ///
    /// # Errors
    ///
    /// A row of another shape.
    pub fn add(
        &mut self,
        raw: &[Option<&str>],
        released: &[Option<&str>],
    ) -> Result<(), AssessError> {
        let expected = self.columns.len();
        for cells in [raw.len(), released.len()] {
            if cells != expected {
                return Err(AssessError::WrongCells { row: self.rows, cells, expected });
            }
        }
        self.rows += 1;
        for ((tally, raw), released) in self.columns.iter_mut().zip(raw).zip(released) {
            tally.add(*raw, *released, 1);
        }
        Ok(())
    }

    /// A meter for one column, of rows whose distinct pairs of cells are counted already.
    pub fn of_counted<'a>(
        name: &str,
        pairs: impl Iterator<Item = (Option<&'a str>, Option<&'a str>, u64)>,
    ) -> Self {
        let mut meter = Self::new([name]);
        for (raw, released, times) in pairs {
            meter.columns[0].add(raw, released, times);
            meter.rows += times;
        }
        meter
    }

    /// The report by every metric.
    pub fn finish(&self) -> UtilityReport {
        let columns: Vec<ColumnUtility> = self
            .names
            .iter()
            .zip(&self.columns)
            .map(|(name, tally)| ColumnUtility {
                name: name.clone(),
                figures: ALL
                    .iter()
                    .flat_map(|m| {
                        let figures = m.measure(tally).into_iter();
                        figures.map(|(figure, value)| (format!("{}.{figure}", m.name()), value))
                    })
                    .collect(),
                truncated: tally.truncated,
            })
            .collect();
        let penalties: Vec<f64> = self.columns.iter().map(certainty::penalty).collect();
        let gcp = penalties.iter().sum::<f64>() / penalties.len().max(1) as f64;
        UtilityReport { rows: self.rows, columns, gcp }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(pairs: &[(&str, &str)]) -> (UtilityReport, BTreeMap<String, f64>) {
        let mut meter = UtilityMeter::new(["c"]);
        for (raw, released) in pairs {
            let raw = (!raw.is_empty()).then_some(*raw);
            let released = (!released.is_empty()).then_some(*released);
            meter.add(&[raw], &[released]).unwrap();
        }
        let report = meter.finish();
        let figures = report.columns[0].figures.clone();
        (report, figures)
    }

    fn check(pairs: &[(&str, &str)], expect: &[(&str, f64)]) {
        let (_, figures) = column(pairs);
        for (name, value) in expect {
            let got = figures.get(*name).copied().unwrap_or(f64::NAN);
            assert!((got - value).abs() < 1e-9, "{name} is {got}, not {value}: {figures:?}");
        }
    }

    #[test]
    fn changes_by_hand() {
        check(
            &[("20", "20"), ("30", "20..40"), ("40", "*"), ("50", ""), ("", ""), ("", "*")],
            &[
                ("changes.unchanged", 1.0 / 6.0),
                ("changes.generalised", 1.0 / 6.0),
                ("changes.suppressed", 3.0 / 6.0),
                ("changes.missing", 1.0 / 6.0),
            ],
        );
    }

    #[test]
    fn penalties_by_hand() {
        // The domain is 20..60. 0, 20/40, 1 for `*`, 1 for nothing written.
        let pairs = [("20", "20"), ("30", "20..40"), ("60", "*"), ("50", "")];
        check(&pairs, &[("certainty.penalty", (0.0 + 0.5 + 1.0 + 1.0) / 4.0)]);
        // Two of four values; a node that stands for two of four; one value.
        let pairs = [("a", "{a|b}"), ("b", "x"), ("c", "x"), ("d", "d")];
        check(&pairs, &[("certainty.penalty", (0.5 + 0.5 + 0.5 + 0.0) / 4.0)]);
        assert!((column(&pairs).0.gcp - 0.375).abs() < 1e-12);
        // Dates: January of a leap year of 366 days.
        let pairs = [("2020-01-01", "2020-01-01..2020-01-31"), ("2021-01-01", "2021-01-01")];
        check(&pairs, &[("certainty.penalty", 30.0 / 366.0 / 2.0)]);
        // A value that nothing was made of.
        check(&[("", ""), ("a", "a")], &[("certainty.penalty", 0.0)]);
    }

    #[test]
    fn distinct_values_and_entropy_by_hand() {
        let pairs = [("a", "x"), ("b", "x"), ("c", "y"), ("d", "y")];
        check(
            &pairs,
            &[
                ("distinct.before", 4.0),
                ("distinct.after", 2.0),
                ("entropy.before", 2.0),
                ("entropy.after", 1.0),
                ("entropy.ratio", 0.5),
            ],
        );
        check(&[("a", "a"), ("a", "a")], &[("entropy.ratio", 1.0)]);
    }

    #[test]
    fn moments_by_hand() {
        check(
            &[("10", "10..20"), ("20", "10..20"), ("30", "30"), ("40", "*")],
            &[
                ("moments.mean-before", 25.0),
                ("moments.mean-after", 20.0),
                ("moments.deviation-before", (500.0f64 / 3.0).sqrt()),
                ("moments.deviation-after", 75.0f64.sqrt()),
                ("moments.mean-distance", 10.0 / 3.0),
            ],
        );
        // One name among them, and there are no moments.
        let (_, figures) = column(&[("10", "10"), ("Smith", "Smith")]);
        assert!(!figures.keys().any(|k| k.starts_with("moments")));
    }

    #[test]
    fn rows_of_another_shape_are_refused() {
        let mut meter = UtilityMeter::new(["a", "b"]);
        assert_eq!(
            meter.add(&[None, None], &[None]),
            Err(AssessError::WrongCells { row: 0, cells: 1, expected: 2 })
        );
        assert_eq!(UtilityMeter::new(Vec::<String>::new()).finish().gcp, 0.0);
    }
}
