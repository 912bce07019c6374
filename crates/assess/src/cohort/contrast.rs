//! How far two cohorts differ in a column: standardised mean differences.
//!
//! Numbers and dates by the difference of the means over the root of the mean variance (Austin, *Balance diagnostics
//! for comparing the distribution of baseline covariates*, Statistics in Medicine 28, 2009), ranges at their
//! middle. Other columns by the Mahalanobis distance of the shares of their values (Yang & Dalton, *A unified
//! approach to measuring the effect size between two groups using SAS*, SAS Global Forum 2012, paper 335), sets and
//! nodes spread over what they cover. Cells that say nothing are left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::meaning::{Meaning, Reading};
use super::members::Standing;
use crate::coded::CodedColumn;

/// Most values of a column that are held apart; rarer ones are one.
const MOST_VALUES: usize = 50;
/// A pivot below this has no inverse.
const SINGULAR: f64 = 1e-12;

/// How far two cohorts differ in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    /// Header.
    pub name: String,
    /// Whether it is compared by numbers and dates, and not by values.
    pub numeric: bool,
    /// The standardised mean difference: signed for numbers, first cohort less second. None where a cohort has
    /// no value, or all differ.
    pub smd: Option<f64>,
    /// The means of both cohorts, of numbers.
    pub means: Option<(f64, f64)>,
}

impl Contrast {
    /// Compares two cohorts of one table in a column.
    pub(super) fn of(
        column: &CodedColumn,
        reading: Reading<'_>,
        cohorts: [&[Standing]; 2],
    ) -> Self {
        let weights = cohorts.map(|rows| {
            let mut weights = vec![0.0; column.values()];
            rows.iter()
                .zip(column.codes())
                .for_each(|(r, code)| weights[*code as usize] += r.share);
            weights
        });
        let meanings: Vec<Meaning<'_>> =
            (0..column.values() as u32).map(|code| reading.of(column.text(code))).collect();
        let name = column.name().to_owned();
        match points(&meanings) {
            Some(points) => {
                let [first, second] = weights.map(|weights| Moments::of(&points, &weights));
                let both = first.zip(second);
                let smd = both.and_then(|(first, second)| first.difference(second));
                let means = both.map(|(first, second)| (first.mean, second.mean));
                Self { name, numeric: true, smd, means }
            }
            None => {
                let shares = shares(column, &meanings, &weights);
                let smd = shares.and_then(|(first, second)| distance(&first, &second));
                Self { name, numeric: false, smd, means: None }
            }
        }
    }
}

/// The middle of each cell, where all that say something say a number or a date.
fn points(meanings: &[Meaning<'_>]) -> Option<Vec<Option<f64>>> {
    let says_nothing = |m: &Meaning<'_>| match m {
        Meaning::Missing | Meaning::Any => true,
        // An end that is not known has no middle.
        Meaning::Stretch(stretch) => stretch.middle().is_none(),
        Meaning::Values(_) | Meaning::Open(_) => false,
    };
    let points: Vec<Option<f64>> = meanings.iter().map(Meaning::middle).collect();
    let all = meanings.iter().zip(&points).all(|(m, point)| point.is_some() || says_nothing(m));
    (all && points.iter().any(Option::is_some)).then_some(points)
}

#[derive(Clone, Copy)]
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(points: &[Option<f64>], weights: &[f64]) -> Option<Self> {
        let pairs = || points.iter().zip(weights).filter_map(|(p, w)| Some(((*p)?, *w)));
        let all: f64 = pairs().map(|(_, weight)| weight).sum();
        let mean = pairs().map(|(point, weight)| point * weight).sum::<f64>() / all;
        let squares: f64 = pairs().map(|(p, weight)| weight * (p - mean).powi(2)).sum();
        (all > 1.0).then(|| Self { mean, variance: squares / (all - 1.0) })
    }

    fn difference(self, other: Self) -> Option<f64> {
        let spread = f64::midpoint(self.variance, other.variance).sqrt();
        match (self.mean == other.mean, spread > 0.0) {
            (true, _) => Some(0.0),
            (false, true) => Some((self.mean - other.mean) / spread),
            (false, false) => None,
        }
    }
}

/// The share of each value in both cohorts, rare ones together.
fn shares(
    column: &CodedColumn,
    meanings: &[Meaning<'_>],
    weights: &[Vec<f64>; 2],
) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut levels: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for (code, meaning) in (0u32..).zip(meanings) {
        let own = [weights[0][code as usize], weights[1][code as usize]];
        let mut add = |level, share: f64| {
            let so_far = levels.entry(level).or_insert([0.0; 2]);
            so_far.iter_mut().zip(own).for_each(|(so_far, weight)| *so_far += weight * share);
        };
        match meaning {
            Meaning::Missing | Meaning::Any => {}
            Meaning::Stretch(_) | Meaning::Open(_) => add(column.text(code).unwrap_or(""), 1.0),
            Meaning::Values(values) => {
                let there: Vec<&str> =
                    values.iter().flatten().filter_map(|v| v.text.as_deref()).collect();
                there.iter().for_each(|text| add(text, 1.0 / there.len() as f64));
            }
        }
    }
    let mut levels: Vec<[f64; 2]> = levels.into_values().collect();
    levels.sort_by(|a, b| (b[0] + b[1]).total_cmp(&(a[0] + a[1])));
    if levels.len() > MOST_VALUES {
        let rest = levels.split_off(MOST_VALUES - 1);
        levels.push(rest.iter().fold([0.0; 2], |all, own| [all[0] + own[0], all[1] + own[1]]));
    }
    let all = levels.iter().fold([0.0; 2], |all, own| [all[0] + own[0], all[1] + own[1]]);
    let share = |side: usize| levels.iter().map(|own| own[side] / all[side]).collect();
    (all[0] > 0.0 && all[1] > 0.0).then(|| (share(0), share(1)))
}

/// The Mahalanobis distance of two lists of shares, without the last, which follows from the others.
fn distance(first: &[f64], second: &[f64]) -> Option<f64> {
    if first == second {
        return Some(0.0);
    }
    let size = first.len() - 1;
    let covariance = |of: &[f64], k: usize, l: usize| match k == l {
        true => of[k] * (1.0 - of[k]),
        false => -of[k] * of[l],
    };
    let difference: Vec<f64> = (0..size).map(|k| first[k] - second[k]).collect();
    let mut system: Vec<Vec<f64>> = (0..size)
        .map(|k| {
            let row = (0..size).map(|l| covariance(first, k, l).midpoint(covariance(second, k, l)));
            row.chain([difference[k]]).collect()
        })
        .collect();
    let solved = solve(&mut system)?;
    let square: f64 = difference.iter().zip(&solved).map(|(d, s)| d * s).sum();
    Some(square.max(0.0).sqrt())
}

/// Gaussian elimination with the largest pivots; none where there is no single solution.
fn solve(system: &mut [Vec<f64>]) -> Option<Vec<f64>> {
    let size = system.len();
    for at in 0..size {
        let pivot =
            (at..size).max_by(|a, b| system[*a][at].abs().total_cmp(&system[*b][at].abs()))?;
        system.swap(at, pivot);
        if system[at][at].abs() < SINGULAR {
            return None;
        }
        let (above, below) = system.split_at_mut(at + 1);
        let own = &above[at];
        for row in below {
            let factor = row[at] / own[at];
            row.iter_mut().zip(own).skip(at).for_each(|(cell, own)| *cell -= factor * own);
        }
    }
    let mut solved = vec![0.0; size];
    for at in (0..size).rev() {
        let known: f64 = (at + 1..size).map(|k| system[at][k] * solved[k]).sum();
        solved[at] = (system[at][size] - known) / system[at][at];
    }
    Some(solved)
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::made;

    fn compared(first: &[&str], second: &[&str]) -> Contrast {
        let cells: Vec<[&str; 1]> = first.iter().chain(second).map(|cell| [*cell]).collect();
        let rows: Vec<&[&str]> = cells.iter().map(|row| &row[..]).collect();
        let table = made::table(&[("c", Quasi)], &rows, false);
        let standing = |inside: bool| Standing {
            certain: inside,
            possible: inside,
            share: f64::from(u8::from(inside)),
        };
        let is_first = (0..rows.len()).map(|row| row < first.len());
        let own: Vec<Standing> = is_first.clone().map(standing).collect();
        let other: Vec<Standing> = is_first.map(|first| standing(!first)).collect();
        let reading = Reading { lineage: None, raw: false, years: false };
        Contrast::of(&table.columns()[0], reading, [&own, &other])
    }

    fn near(found: Option<f64>, wanted: f64) {
        assert!(found.is_some_and(|found| (found - wanted).abs() < 1e-9), "{found:?} {wanted}");
    }

    #[test]
    fn numbers_differ_by_their_means() {
        // Means 2 and 5, variances 1 and 1.
        let found = compared(&["1", "2", "3"], &["4", "5", "6"]);
        near(found.smd, -3.0);
        assert_eq!((found.means, found.numeric), (Some((2.0, 5.0)), true));
        // Ranges at their middle; what says nothing is left out.
        near(compared(&["0..2", "2", "3", "*"], &["4", "5", "5..7", ""]).smd, -3.0);
        near(compared(&["1", "1"], &["1", "1"]).smd, 0.0);
        assert_eq!(compared(&["1", "1"], &["2", "2"]).smd, None);
        assert_eq!(compared(&[], &["2", "2"]).smd, None);
    }

    #[test]
    fn values_differ_by_their_shares() {
        // Two values: the difference of proportions over the root of the mean of p (1 - p).
        let found = compared(&["F", "F", "F", "M"], &["F", "M", "M", "M"]);
        near(found.smd, 0.5 / (0.1875f64).sqrt());
        assert!(!found.numeric);
        // Shares 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4: by hand S = [7/32, -1/8; -1/8, 7/32] and d = (1/4, -1/4), so
        // that d' inverse(S) d = 2 (1/4)² / (7/32 + 1/8) = 4/11.
        let found = compared(&["a", "a", "b", "c"], &["a", "b", "b", "c"]);
        near(found.smd, (4.0f64 / 11.0).sqrt());
        // A set is spread over its members.
        near(
            compared(&["{a|b}", "a", "c", "{a|b}"], &["a", "b", "b", "c"]).smd,
            (4.0f64 / 11.0).sqrt(),
        );
        near(compared(&["a", "b"], &["b", "a"]).smd, 0.0);
        assert_eq!(compared(&["a"], &["b"]).smd, None);
        assert_eq!(compared(&["*"], &["b"]).smd, None);
    }
}
