//! How far the relations between columns moved: Cramer's V for any two columns, Pearson's and Spearman's
//! correlation for two columns of numbers or dates.
//!
//! For Cramer's V a released cell is spread evenly over the raw values it may stand for, so that labels of
//! local recoding, of which there are many, are no categories of their own. A range is its middle for the
//! correlations, and a cell that has none takes its row out of them. Nothing is matched row by row.

use serde::{Deserialize, Serialize};

use super::Cover;
use crate::cell::{self, ReleasedCell};
use crate::coded::{CodedColumn, CodedTable};

/// Columns of more distinct values have no Cramer's V: it is near 1 for all of them.
const MOST_CATEGORIES: usize = 300;

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
pub(crate) fn drift(raw: &CodedTable, released: &CodedTable, covers: &[Cover]) -> DriftReport {
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
                cramers_v: association([first, second], before, after, covers),
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

/// Cramer's V of two columns before and after; none for columns of one value or very many.
fn association(
    [first, second]: [usize; 2],
    before: &[Side<'_>],
    after: &[Side<'_>],
    covers: &[Cover],
) -> Option<Drift> {
    let values = [first, second].map(|at| before[at].column.values());
    if values.iter().any(|values| *values > MOST_CATEGORIES) {
        return None;
    }
    let itself = values.map(Cover::itself);
    let pairs = |side: &[Side<'_>]| pairs(side[first].column, side[second].column);
    let raw = cramers_v(&pairs(before), [&itself[0], &itself[1]], values)?;
    let released = cramers_v(&pairs(after), [&covers[first], &covers[second]], values);
    Some(Drift { raw, released })
}

/// The codes of two columns in each row, sorted.
fn pairs(first: &CodedColumn, second: &CodedColumn) -> Vec<(u32, u32)> {
    let mut pairs: Vec<(u32, u32)> =
        first.codes().iter().copied().zip(second.codes().iter().copied()).collect();
    pairs.sort_unstable();
    pairs
}

/// Cramer's V (1946) of rows' codes, each spread over the values it may stand for; none where a column
/// has one value alone.
fn cramers_v(pairs: &[(u32, u32)], covers: [&Cover; 2], values: [usize; 2]) -> Option<f64> {
    let [rows, columns] = values;
    let mut table = vec![0.0f64; rows * columns];
    for same_first in pairs.chunk_by(|a, b| a.0 == b.0) {
        // What stands beside one code of the first column, then once for each value it may stand for.
        let mut beside = vec![0.0f64; columns];
        for same in same_first.chunk_by(|a, b| a == b) {
            covers[1].spread(same[0].1, same.len() as f64, |value, part| beside[value] += part);
        }
        covers[0].spread(same_first[0].0, 1.0, |value, part| {
            let row = &mut table[value * columns..(value + 1) * columns];
            row.iter_mut().zip(&beside).for_each(|(cell, beside)| *cell += part * beside);
        });
    }
    let row_sums: Vec<f64> = table.chunks(columns.max(1)).map(|row| row.iter().sum()).collect();
    let mut column_sums = vec![0.0f64; columns];
    for row in table.chunks(columns.max(1)) {
        column_sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
    }
    let seen = |sums: &[f64]| sums.iter().filter(|sum| **sum > 0.0).count();
    let degrees = seen(&row_sums).min(seen(&column_sums)).saturating_sub(1);
    if degrees == 0 {
        return None;
    }
    let cells = table.iter().enumerate().filter(|(_, cell)| **cell > 0.0);
    let squares: f64 = cells
        .map(|(at, cell)| cell * cell / (row_sums[at / columns] * column_sums[at % columns]))
        .sum();
    Some(((squares - 1.0) / degrees as f64).clamp(0.0, 1.0).sqrt())
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
        let (raw, released) = (of(raw), of(released));
        let columns = raw.columns().iter().zip(released.columns());
        let covers: Vec<Cover> = columns.map(|(a, b)| Cover::of(a, b, None)).collect();
        let report = drift(&raw, &released, &covers);
        let near = |got: Option<f64>, want: f64| {
            assert!(got.is_some_and(|got| (got - want).abs() < 1e-9), "{got:?} is not {want}");
        };
        let numbers = &report.pairs[0];
        near(numbers.pearson.map(|d| d.raw), 0.984_374_038_698_1);
        near(numbers.spearman.map(|d| d.raw), 1.0);
        // Ranks 1.5, 1.5, 3.5, 3.5 beside 1 to 4.
        near(numbers.spearman.and_then(|d| d.released), 0.8f64.sqrt());
        near(numbers.cramers_v.map(|d| d.raw), 1.0);
        // Two blocks of two by two halves: a third of what is possible.
        near(numbers.cramers_v.and_then(|d| d.released), (1.0f64 / 3.0).sqrt());
        let with_group = &report.pairs[1];
        assert_eq!(with_group.pearson, None);
        near(with_group.cramers_v.map(|d| d.raw), 1.0);
        near(with_group.cramers_v.and_then(|d| d.released), 0.0);
        near(report.cramers_v_most, 1.0);
    }

    #[test]
    fn independent_columns_have_no_relation() {
        let rows: &[&[&str]] = &[&["1", "a"], &["1", "b"], &["2", "a"], &["2", "b"]];
        let table = made::table(&[("x", Quasi), ("g", Quasi)], rows, false);
        let covers: Vec<Cover> =
            table.columns().iter().map(|c| Cover::itself(c.values())).collect();
        let report = drift(&table, &table, &covers);
        assert_eq!(report.pairs[0].cramers_v.map(|d| d.raw), Some(0.0));
        assert_eq!(report.cramers_v_most, Some(0.0));
    }
}
