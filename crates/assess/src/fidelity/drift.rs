//! How far the relations between columns moved: Cramer's V for any two columns, Pearson's and Spearman's
//! correlation for two columns of numbers or dates.
//!
//! Released cells are categories for Cramer's V; a range is its middle for the correlations, and a cell
//! that has none takes its row out of them. Nothing is matched row by row.

use serde::{Deserialize, Serialize};

use crate::cell::{self, ReleasedCell};
use crate::coded::{CodedColumn, CodedTable};

/// Columns of more distinct values have no Cramer's V: it is near 1 for all of them.
const MOST_CATEGORIES: usize = 2_000;

/// A figure before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// In the raw table.
    pub raw: f64,
    /// In the released table; none where nothing is left to compute it from.
    pub released: Option<f64>,
}

/// The relation of two columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairDrift {
    /// Headers.
    pub columns: [String; 2],
    /// Cramer's V.
    pub cramers_v: Option<Drift>,
    /// Pearson's correlation.
    pub pearson: Option<Drift>,
    /// Spearman's rank correlation.
    pub spearman: Option<Drift>,
}

/// All pairs of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    /// Mean distance of Cramer's V; none without pairs that have one.
    pub cramers_v_mean: Option<f64>,
    /// Its largest distance.
    pub cramers_v_most: Option<f64>,
    /// Mean distance of Pearson's correlation.
    pub pearson_mean: Option<f64>,
    /// Mean distance of Spearman's correlation.
    pub spearman_mean: Option<f64>,
    /// Each pair.
    pub pairs: Vec<PairDrift>,
}

/// Compares the same columns of two tables.
pub(crate) fn drift(raw: &CodedTable, released: &CodedTable) -> DriftReport {
    let sides = [raw, released]
        .map(|table| table.columns().iter().map(Side::of).collect::<Vec<Side<'_>>>());
    let [before, after] = &sides;
    let mut pairs = Vec::new();
    for first in 0..before.len() {
        for second in first + 1..before.len() {
            let of = |figure: &dyn Fn(&Side<'_>, &Side<'_>) -> Option<f64>| {
                let raw = figure(&before[first], &before[second])?;
                let released = figure(&after[first], &after[second]);
                Some(Drift { raw, released })
            };
            let are_numbers = before[first].is_numeric && before[second].is_numeric;
            pairs.push(PairDrift {
                columns: [first, second].map(|at| before[at].column.name().to_owned()),
                cramers_v: of(&cramers_v),
                pearson: of(&|a, b| correlation(&a.points, &b.points)).filter(|_| are_numbers),
                spearman: of(&|a, b| correlation(&a.ranks, &b.ranks)).filter(|_| are_numbers),
            });
        }
    }
    let distances = |of: &dyn Fn(&PairDrift) -> Option<Drift>| -> Vec<f64> {
        // What cannot be computed any more is as far away as it was from none.
        let distance = |drift: Drift| (drift.raw - drift.released.unwrap_or(0.0)).abs();
        pairs.iter().filter_map(of).map(distance).collect()
    };
    let mean =
        |list: &[f64]| (!list.is_empty()).then(|| list.iter().sum::<f64>() / list.len() as f64);
    let of_v = distances(&|pair| pair.cramers_v);
    DriftReport {
        cramers_v_mean: mean(&of_v),
        cramers_v_most: of_v.iter().copied().reduce(f64::max),
        pearson_mean: mean(&distances(&|pair| pair.pearson)),
        spearman_mean: mean(&distances(&|pair| pair.spearman)),
        pairs,
    }
}

/// A column with the points of its rows.
struct Side<'a> {
    column: &'a CodedColumn,
    /// Whether every value that is given is a point.
    is_numeric: bool,
    points: Vec<Option<f64>>,
    ranks: Vec<Option<f64>>,
}

impl<'a> Side<'a> {
    fn of(column: &'a CodedColumn) -> Self {
        let by_code: Vec<Option<f64>> =
            (0..column.values() as u32).map(|code| middle(column.text(code))).collect();
        let given = (0..column.values() as u32).filter(|code| !column.is_open(*code));
        let is_numeric = given.clone().count() > 0
            && given.into_iter().all(|code| by_code[code as usize].is_some());
        let ranks = ranks(column, &by_code);
        let of_rows =
            |list: &[Option<f64>]| column.codes().iter().map(|c| list[*c as usize]).collect();
        Self { column, is_numeric, points: of_rows(&by_code), ranks: of_rows(&ranks) }
    }
}

/// The point a cell stands for.
fn middle(text: Option<&str>) -> Option<f64> {
    ReleasedCell::read(text).midpoint().or_else(|| cell::point(text?))
}

/// The mean rank of each code's rows among all rows that have a point.
fn ranks(column: &CodedColumn, points: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut rows = vec![0u64; column.values()];
    column.codes().iter().for_each(|code| rows[*code as usize] += 1);
    let mut order: Vec<(f64, usize)> =
        points.iter().enumerate().filter_map(|(code, point)| Some(((*point)?, code))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![None; points.len()];
    let mut before = 0u64;
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        let all: u64 = same.iter().map(|(_, code)| rows[*code]).sum();
        let rank = before as f64 + (all as f64 + 1.0) / 2.0;
        same.iter().for_each(|(_, code)| ranks[*code] = Some(rank));
        before += all;
    }
    ranks
}

/// Cramer's V (1946); none for columns of one value or very many.
fn cramers_v(a: &Side<'_>, b: &Side<'_>) -> Option<f64> {
    let (first, second) = (a.column, b.column);
    if first.values().max(second.values()) > MOST_CATEGORIES || first.codes().is_empty() {
        return None;
    }
    let mut cells: Vec<(u32, u32)> =
        first.codes().iter().copied().zip(second.codes().iter().copied()).collect();
    cells.sort_unstable();
    let (mut rows, mut columns) = (vec![0u64; first.values()], vec![0u64; second.values()]);
    for (row, column) in &cells {
        rows[*row as usize] += 1;
        columns[*column as usize] += 1;
    }
    let seen = |list: &[u64]| list.iter().filter(|n| **n > 0).count();
    let degrees = seen(&rows).min(seen(&columns)).saturating_sub(1);
    if degrees == 0 {
        return None;
    }
    let squares: f64 = cells
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let (row, column) = same[0];
            let expected = rows[row as usize] as f64 * columns[column as usize] as f64;
            (same.len() as f64).powi(2) / expected
        })
        .sum();
    Some(((squares - 1.0) / degrees as f64).max(0.0).sqrt().min(1.0))
}

/// Pearson's correlation over rows that have both; none where one of them does not vary.
fn correlation(first: &[Option<f64>], second: &[Option<f64>]) -> Option<f64> {
    let both = || first.iter().zip(second).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
    let (count, sums) =
        both().fold((0u64, (0.0, 0.0)), |(n, s), (a, b)| (n + 1, (s.0 + a, s.1 + b)));
    if count < 2 {
        return None;
    }
    let means = (sums.0 / count as f64, sums.1 / count as f64);
    let (mut products, mut squares) = (0.0, (0.0, 0.0));
    for (a, b) in both() {
        let (a, b) = (a - means.0, b - means.1);
        products += a * b;
        squares = (squares.0 + a * a, squares.1 + b * b);
    }
    let scale = (squares.0 * squares.1).sqrt();
    (scale > 0.0).then(|| (products / scale).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::made;

    #[test]
    fn by_hand() {
        let names = [("x", Quasi), ("y", Quasi), ("g", Quasi)];
        let raw: &[&[&str]] =
            &[&["1", "1", "a"], &["2", "4", "a"], &["3", "9", "b"], &["4", "16", "b"]];
        let released: &[&[&str]] =
            &[&["1..2", "1", "*"], &["1..2", "4", "*"], &["3..4", "9", "*"], &["3..4", "16", "*"]];
        let of = |rows| made::table(&names, rows, false);
        let report = drift(&of(raw), &of(released));
        let near = |got: Option<f64>, want: f64| {
            assert!(got.is_some_and(|got| (got - want).abs() < 1e-9), "{got:?} is not {want}");
        };
        let numbers = &report.pairs[0];
        near(numbers.pearson.map(|d| d.raw), 0.984_374_038_698_1);
        near(numbers.spearman.map(|d| d.raw), 1.0);
        // Ranks 1.5, 1.5, 3.5, 3.5 beside 1 to 4.
        near(numbers.spearman.and_then(|d| d.released), 0.8f64.sqrt());
        near(numbers.cramers_v.map(|d| d.raw), 1.0);
        let with_group = &report.pairs[1];
        assert_eq!(with_group.pearson, None);
        near(with_group.cramers_v.map(|d| d.raw), 1.0);
        assert_eq!(with_group.cramers_v.and_then(|d| d.released), None);
        near(report.cramers_v_most, 1.0);
    }

    #[test]
    fn independent_columns_have_no_relation() {
        let rows: &[&[&str]] = &[&["1", "a"], &["1", "b"], &["2", "a"], &["2", "b"]];
        let table = made::table(&[("x", Quasi), ("g", Quasi)], rows, false);
        assert_eq!(drift(&table, &table).pairs[0].cramers_v.map(|d| d.raw), Some(0.0));
    }
}
