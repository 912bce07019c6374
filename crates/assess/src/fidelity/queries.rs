//! Count queries that a recipient would ask: how many rows have this range and those values. Each is
//! counted in the raw table and estimated from the released one, with bounds that hold the truth wherever
//! the release only generalises and leaves out.
//!
//! After Xiao & Tao, *Anatomy: simple and effective privacy preservation*, VLDB 2006, and LeFevre et al.,
//! *Workload-aware anonymization techniques for large-scale datasets*, TODS 2008.

use anonymed_core::SplitMix64;
use serde::{Deserialize, Serialize};

use super::Cover;
use crate::cell;
use crate::coded::{CodedColumn, CodedTable};
use crate::combinations::Combinations;

/// Queries that are asked.
const QUERIES: u64 = 1_000;
/// Combinations times queries that are looked at.
const MOST_LOOKS: u64 = 300_000_000;
const SEED: u64 = 0xc0_0417;
/// Relative errors are of at least this share of the rows, so that an answer of none is no infinite one.
const LEAST_SHARE: f64 = 0.001;

/// Errors of count queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryReport {
    /// Queries asked.
    pub queries: u64,
    /// Mean distance of estimate and truth, by the truth or a thousandth of the rows.
    pub mean_relative_error: f64,
    /// Its median.
    pub median_relative_error: f64,
    /// Mean distance of estimate and truth as a share of the rows.
    pub mean_absolute_share: f64,
    /// Share of queries whose truth lies within the bounds.
    pub within_bounds: f64,
    /// Mean distance of the bounds as a share of the rows.
    pub mean_bounds_share: f64,
}

/// Asks the same queries of two tables with the same columns; none where there is nothing to ask.
pub(crate) fn queries(
    raw: &CodedTable,
    released: &CodedTable,
    covers: &[Cover],
) -> Option<QueryReport> {
    let (before, after) = (Side::of(raw), Side::of(released));
    if raw.rows() == 0 || covers.is_empty() {
        return None;
    }
    let looks = (before.all.len() + after.all.len()).max(1) as u64;
    let count = (MOST_LOOKS / looks).clamp(1, QUERIES);
    let points: Vec<Option<Vec<f64>>> = raw.columns().iter().map(points).collect();
    let mut seeded = SplitMix64::new(SEED);
    let left_out = raw.rows().saturating_sub(released.rows()) as f64;
    let rows = raw.rows() as f64;
    let (mut errors, mut absolute, mut within, mut widths) = (Vec::new(), 0.0, 0u64, 0.0);
    for _ in 0..count {
        let query = Query::draw(raw, &points, &mut seeded);
        let truth = before.truth(&query);
        let answer = after.answer(&query, covers);
        // Rows that were left out may have been anything.
        let high = answer.high + left_out;
        let error = (answer.estimate - truth).abs();
        errors.push(error / truth.max(LEAST_SHARE * rows));
        absolute += error / rows;
        within += u64::from(answer.low <= truth && truth <= high);
        widths += (high - answer.low) / rows;
    }
    let asked = count as f64;
    let mean = errors.iter().sum::<f64>() / asked;
    errors.sort_by(f64::total_cmp);
    Some(QueryReport {
        queries: count,
        mean_relative_error: mean,
        median_relative_error: errors[errors.len() / 2],
        mean_absolute_share: absolute / asked,
        within_bounds: within as f64 / asked,
        mean_bounds_share: widths / asked,
    })
}

/// The points of a column whose values all have one.
fn points(column: &CodedColumn) -> Option<Vec<f64>> {
    let given = (0..column.values() as u32).filter(|code| !column.is_open(*code));
    let mut points = vec![f64::NAN; column.values()];
    let mut any = false;
    for code in given {
        points[code as usize] = cell::point(column.text(code)?)?;
        any = true;
    }
    any.then_some(points)
}

/// One to three columns, and the raw values that count in each.
struct Query {
    conditions: Vec<Condition>,
}

struct Condition {
    column: usize,
    chosen: Vec<bool>,
    count: usize,
}

impl Query {
    /// Draws columns, and for each a range between two rows' numbers or one to three rows' values.
    fn draw(raw: &CodedTable, points: &[Option<Vec<f64>>], seeded: &mut SplitMix64) -> Self {
        let columns = raw.columns().len();
        let wanted = 1 + seeded.below(columns.min(3) as u64) as usize;
        let mut conditions: Vec<Condition> = Vec::new();
        while conditions.len() < wanted {
            let column = seeded.below(columns as u64) as usize;
            if conditions.iter().any(|condition| condition.column == column) {
                continue;
            }
            let codes = raw.columns()[column].codes();
            let mut value = || codes[seeded.below(codes.len() as u64) as usize] as usize;
            let mut chosen = vec![false; raw.columns()[column].values()];
            match &points[column] {
                Some(points) => {
                    let ends = [points[value()], points[value()]];
                    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
                    for (chosen, point) in chosen.iter_mut().zip(points) {
                        *chosen = low <= *point && *point <= high;
                    }
                }
                None => (0..3).for_each(|_| chosen[value()] = true),
            }
            let count = chosen.iter().filter(|chosen| **chosen).count();
            conditions.push(Condition { column, chosen, count });
        }
        Self { conditions }
    }
}

/// An estimate and its bounds.
struct Answer {
    low: f64,
    estimate: f64,
    high: f64,
}

/// One table's combinations with their rows.
struct Side {
    all: Combinations,
    rows: Vec<f64>,
}

impl Side {
    fn of(table: &CodedTable) -> Self {
        let columns: Vec<&CodedColumn> = table.columns().iter().collect();
        let all = Combinations::of(table, &columns);
        let mut rows = vec![0.0; all.len()];
        all.of_row().iter().for_each(|combination| rows[*combination as usize] += 1.0);
        Self { all, rows }
    }

    fn truth(&self, query: &Query) -> f64 {
        let fits = |combination: usize| {
            let codes = self.all.codes(combination);
            query.conditions.iter().all(|c| c.chosen[codes[c.column] as usize])
        };
        (0..self.all.len()).filter(|c| fits(*c)).map(|c| self.rows[c]).sum()
    }

    fn answer(&self, query: &Query, covers: &[Cover]) -> Answer {
        // How much of each released value fits each condition, once for all rows that have it.
        let shares: Vec<Vec<(f64, bool)>> = query
            .conditions
            .iter()
            .map(|condition| {
                let cover = &covers[condition.column];
                cover
                    .codes()
                    .map(|code| {
                        let chosen = cover.chosen(code, &condition.chosen, condition.count);
                        let size = cover.size(code);
                        (chosen as f64 / size.max(1) as f64, chosen == size)
                    })
                    .collect()
            })
            .collect();
        let mut answer = Answer { low: 0.0, estimate: 0.0, high: 0.0 };
        for (combination, rows) in self.rows.iter().enumerate() {
            let codes = self.all.codes(combination);
            let (mut share, mut inside) = (1.0, true);
            for (condition, shares) in query.conditions.iter().zip(&shares) {
                let (of_value, all) = shares[codes[condition.column] as usize];
                share *= of_value;
                inside &= all;
            }
            if share > 0.0 {
                answer.high += rows;
                answer.estimate += rows * share;
                answer.low += if inside { *rows } else { 0.0 };
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::{Quasi, Sensitive};
    use proptest::prelude::*;

    use super::*;
    use crate::coded::made;

    /// A row as it was, and how each cell is released: itself, coarser, or not at all.
    type Row = ((u8, u8), (u8, u8), bool);

    fn cells(rows: &[Row]) -> (CodedTable, CodedTable) {
        let names = [("age", Quasi), ("town", Sensitive)];
        let age = |(age, how): (u8, u8)| match how {
            0 => age.to_string(),
            1 => format!("{}..{}", age / 10 * 10, age / 10 * 10 + 9),
            _ => "*".to_owned(),
        };
        let town = |(town, how): (u8, u8)| match how {
            0 => format!("t{town}"),
            1 => format!("{{t{town}|t{}}}", (town + 1) % 5),
            _ => "*".to_owned(),
        };
        let table = |rows: Vec<[String; 2]>| {
            let rows: Vec<Vec<&str>> =
                rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
            let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
            made::table(&names, &rows, false)
        };
        let raw = rows.iter().map(|row| [age((row.0.0, 0)), town((row.1.0, 0))]).collect();
        let kept = rows.iter().filter(|row| row.2);
        let released = kept.map(|row| [age(row.0), town(row.1)]).collect();
        (table(raw), table(released))
    }

    fn covers(raw: &CodedTable, released: &CodedTable) -> Vec<Cover> {
        let columns = raw.columns().iter().zip(released.columns());
        columns.map(|(raw, released)| Cover::of(raw, released, None)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bounds_hold_the_truth(
            rows in prop::collection::vec(((0u8..60, 0u8..3), (0u8..5, 0u8..3), any::<bool>()), 1..40),
        ) {
            let (raw, released) = cells(&rows);
            let report = queries(&raw, &released, &covers(&raw, &released)).unwrap();
            prop_assert_eq!(report.queries, QUERIES);
            prop_assert_eq!(report.within_bounds, 1.0);
        }
    }

    #[test]
    fn what_is_released_as_it_was_is_counted_without_error() {
        let rows: Vec<Row> = (0..50).map(|n| ((n, 0), (n % 5, 0), true)).collect();
        let (raw, released) = cells(&rows);
        let report = queries(&raw, &released, &covers(&raw, &released)).unwrap();
        assert_eq!((report.mean_relative_error, report.mean_bounds_share), (0.0, 0.0));
        let coarse: Vec<Row> = (0..50).map(|n| ((n, 1), (n % 5, 2), true)).collect();
        let (raw, released) = cells(&coarse);
        let coarse = queries(&raw, &released, &covers(&raw, &released)).unwrap();
        assert!(coarse.mean_relative_error > 0.0 && coarse.mean_bounds_share > 0.0);
    }
}
