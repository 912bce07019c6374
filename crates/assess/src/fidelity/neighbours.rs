//! Whether who was like whom still is: for a sample of records, the share of the ten nearest in the released
//! table that are no farther in the raw table than the tenth nearest there.

use anonymed_core::SplitMix64;

use crate::cell::{self, ReleasedCell};
use crate::coded::{CodedColumn, CodedTable};

/// Nearest records looked at.
const NEAREST: usize = 10;
/// Records they are looked for among, and records whose neighbours are looked for.
const POOL: usize = 3_000;
const LOOKED_AT: usize = 300;
const SEED: u64 = 0x10_04ea;

/// The share of nearest neighbours kept, for tables whose rows belong together one by one; none for fewer
/// than twelve rows. The distance is Gower's (1971): numbers and dates by the raw column's span, other
/// cells equal or not. Of released records equally far away each is as likely to be taken as the others.
pub(crate) fn neighbours_kept(raw: &CodedTable, released: &CodedTable) -> Option<f64> {
    let rows = raw.rows().min(released.rows());
    if rows < NEAREST + 2 {
        return None;
    }
    let pool = drawn(rows);
    let spans: Vec<f64> = raw.columns().iter().map(span).collect();
    let (before, after) = (Side::of(raw, &spans, &pool), Side::of(released, &spans, &pool));
    let looked_at = pool.len().min(LOOKED_AT);
    let kept: f64 =
        (0..looked_at).map(|at| kept(&before.distances(at), &after.distances(at))).sum();
    Some(kept / (looked_at * NEAREST) as f64)
}

/// Rows of the pool, in a random order.
fn drawn(rows: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    let mut seeded = SplitMix64::new(SEED);
    let pool = rows.min(POOL);
    for at in 0..pool {
        let other = at + seeded.below((rows - at) as u64) as usize;
        order.swap(at, other);
    }
    order.truncate(pool);
    order
}

/// How far apart the points of a column are.
fn span(column: &CodedColumn) -> f64 {
    let points = (0..column.values() as u32).filter_map(|code| cell::point(column.text(code)?));
    let (low, high) =
        points.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p), h.max(p)));
    if high > low { high - low } else { 0.0 }
}

/// The pool's records in one table: by column, each record's code and point by the span.
struct Side {
    columns: Vec<Vec<(u32, Option<f64>)>>,
}

impl Side {
    fn of(table: &CodedTable, spans: &[f64], pool: &[usize]) -> Self {
        let columns = table.columns().iter().zip(spans).map(|(column, span)| {
            let points: Vec<Option<f64>> = (0..column.values() as u32)
                .map(|code| {
                    let text = column.text(code);
                    let middle = ReleasedCell::read(text).midpoint().or_else(|| cell::point(text?));
                    middle.filter(|_| *span > 0.0).map(|point| point / span)
                })
                .collect();
            let of = |row: &usize| {
                let code = column.codes()[*row];
                (code, points[code as usize])
            };
            pool.iter().map(of).collect()
        });
        Self { columns: columns.collect() }
    }

    /// How far each record of the pool is from one of them; itself is farther than any.
    fn distances(&self, from: usize) -> Vec<f64> {
        let mut distances = vec![0.0; self.columns.first().map_or(0, Vec::len)];
        for column in &self.columns {
            let (code, point) = column[from];
            for (distance, (other, there)) in distances.iter_mut().zip(column) {
                *distance += match (point, there) {
                    (Some(a), Some(b)) => (a - b).abs().min(1.0),
                    _ if code == *other => 0.0,
                    _ => 1.0,
                };
            }
        }
        if let Some(own) = distances.get_mut(from) {
            *own = f64::INFINITY;
        }
        distances
    }
}

/// How many of the released nearest are expected to be no farther in the raw table than its tenth.
fn kept(before: &[f64], after: &[f64]) -> f64 {
    let mut sorted = before.to_vec();
    sorted.sort_by(f64::total_cmp);
    let farthest = sorted[NEAREST - 1];
    let near = chances(after).into_iter().zip(before).filter(|(_, raw)| **raw <= farthest);
    near.map(|(chance, _)| chance).sum()
}

/// The chance of each record to be among the nearest.
fn chances(distances: &[f64]) -> Vec<f64> {
    let mut sorted = distances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let farthest = sorted[NEAREST - 1];
    let nearer = sorted.partition_point(|d| *d < farthest);
    let until = sorted.partition_point(|d| *d <= farthest);
    let tied = (NEAREST - nearer) as f64 / (until - nearer) as f64;
    let chance = |distance: &f64| match distance.total_cmp(&farthest) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => tied,
        std::cmp::Ordering::Greater => 0.0,
    };
    distances.iter().map(chance).collect()
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::made;

    fn table(cell: impl Fn(usize) -> String) -> CodedTable {
        let cells: Vec<String> = (0..200).map(cell).collect();
        let rows: Vec<[&str; 1]> = cells.iter().map(|cell| [cell.as_str()]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        made::table(&[("x", Quasi)], &rows, false)
    }

    #[test]
    fn what_stays_is_kept_and_what_is_blurred_is_lost() {
        let raw = table(|n| (n * n).to_string());
        let check = |released: &CodedTable, low: f64, high: f64| {
            let kept = neighbours_kept(&raw, released).unwrap();
            assert!((low..=high).contains(&kept), "{kept}");
        };
        check(&raw, 1.0 - 1e-9, 1.0 + 1e-9);
        // Everybody is as near as anybody: ten of the 199 others.
        let chance = 10.0 / 199.0;
        check(&table(|_| "*".into()), chance - 1e-9, chance + 1e-9);
        // Classes of twenty neighbours.
        let blurred = table(|n| format!("{}..{}", (n / 20 * 20).pow(2), (n / 20 * 20 + 19).pow(2)));
        check(&blurred, 0.3, 0.7);
        // Many equal records.
        let even = table(|n| (n % 2).to_string());
        assert!(neighbours_kept(&even, &even).is_some_and(|kept| (kept - 1.0).abs() < 1e-9));
        assert_eq!(neighbours_kept(&made::table(&[("x", Quasi)], &[], false), &raw), None);
    }
}
