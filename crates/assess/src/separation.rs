//! How well columns tell records apart: distinction (the share of records that can stay if each is to have
//! values of its own) and separation (the share of pairs of records that differ somewhere), for single
//! columns, pairs, and a set that grows by the column that separates most.
//!
//! A record is a person with a combination, or a row where rows are people. Up to a bound everything is
//! exact; above, separation is taken from a seeded sample of pairs and distinction from a sketch, for any
//! number of columns.
//!
//! Motwani & Xu, *Efficient algorithms for masking and finding quasi-identifiers*, VLDB 2007.

use anonymed_core::SplitMix64;
use serde::{Deserialize, Serialize};

use crate::combinations::{Combinations, NONE};
use crate::hyper_log_log::Distinct;

/// Combinations times sets of columns that are counted exactly.
const MOST_EXACT: u64 = 60_000_000;
/// Pairs of records that are drawn otherwise.
const PAIRS: usize = 200_000;
const SEED: u64 = 0x5e9a_7a7e;
/// Up to so many columns every pair of them is told.
const MOST_PAIRED: usize = 64;

/// How well a set of columns tells records apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Separation {
    /// The columns' headers.
    pub columns: Vec<String>,
    /// Distinct values by records; none for pairs of columns where separation is sampled.
    pub distinction: Option<f64>,
    /// Share of pairs of records that differ in at least one of the columns.
    pub separation: f64,
}

/// What sets of columns separate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeparationReport {
    /// Pairs of records that were drawn; none where all were counted.
    pub sampled_pairs: Option<u64>,
    /// Each column by itself, in the table's order.
    pub single: Vec<Separation>,
    /// Each two columns, up to 64 columns.
    pub pairs: Vec<Separation>,
    /// One column more at a time, each that which separates most beside those before it.
    pub grown: Vec<Separation>,
}

/// Judges all columns of the combinations.
pub(crate) fn report(all: &Combinations, names: &[&str]) -> SeparationReport {
    let width = names.len() as u64;
    let sets = width + width * width;
    measured(all, names, all.len() as u64 * sets <= MOST_EXACT)
}

fn measured(all: &Combinations, names: &[&str], is_exact: bool) -> SeparationReport {
    let records = Records::of(all);
    let sampled = (!is_exact).then(|| records.sample(all));
    let measure = |set: &[usize]| match &sampled {
        None => records.exact(all, set),
        Some(pairs) => (None, pairs.separation(set)),
    };
    let told = |set: &[usize], with_distinct: bool| {
        let (distinction, separation) = measure(set);
        let sketched = || (with_distinct).then(|| records.sketched(all, set));
        Separation {
            columns: set.iter().map(|at| names[*at].to_owned()).collect(),
            distinction: distinction.or_else(sketched),
            separation,
        }
    };
    let columns = 0..names.len();
    let mut pairs = Vec::new();
    if names.len() <= MOST_PAIRED {
        for first in columns.clone() {
            pairs.extend((first + 1..names.len()).map(|second| told(&[first, second], false)));
        }
    }
    let mut grown: Vec<usize> = Vec::new();
    let mut steps = Vec::new();
    while grown.len() < names.len() {
        let mut best: Option<(f64, Vec<usize>)> = None;
        for column in columns.clone().filter(|column| !grown.contains(column)) {
            let set = [grown.as_slice(), &[column]].concat();
            let separation = measure(&set).1;
            if best.as_ref().is_none_or(|(most, _)| separation > *most) {
                best = Some((separation, set));
            }
        }
        let Some((_, set)) = best else { break };
        steps.push(told(&set, true));
        grown = set;
    }
    SeparationReport {
        sampled_pairs: sampled.as_ref().map(|pairs| pairs.drawn),
        single: columns.map(|column| told(&[column], true)).collect(),
        pairs,
        grown: steps,
    }
}

/// How many records have each combination.
struct Records {
    weights: Vec<u64>,
    all: u64,
}

impl Records {
    fn of(all: &Combinations) -> Self {
        let mut weights: Vec<u64> = match all.subjects_of() {
            Some(subjects) => subjects.iter().map(|own| own.len() as u64).collect(),
            None => all.sizes(&all.classes()).iter().map(|size| size.rows).collect(),
        };
        if let Some(suppressed) = all.suppressed() {
            weights[suppressed as usize] = 0;
        }
        let sum = weights.iter().sum();
        Self { weights, all: sum }
    }

    fn exact(&self, all: &Combinations, set: &[usize]) -> (Option<f64>, f64) {
        let grouping = all.group(set);
        let mut records = vec![0u64; grouping.classes];
        for (class, weight) in grouping.of.iter().zip(&self.weights) {
            if *class != NONE {
                records[*class as usize] += weight;
            }
        }
        let pairs = |n: u64| u128::from(n) * u128::from(n.saturating_sub(1)) / 2;
        let alike: u128 = records.iter().map(|n| pairs(*n)).sum();
        let distinct = records.iter().filter(|n| **n > 0).count() as f64;
        let separation = match pairs(self.all) {
            0 => 0.0,
            every => (every - alike) as f64 / every as f64,
        };
        (Some(distinct / self.all.max(1) as f64), separation)
    }

    fn sketched(&self, all: &Combinations, set: &[usize]) -> f64 {
        let mut distinct = Distinct::default();
        for (combination, _) in self.weights.iter().enumerate().filter(|(_, n)| **n > 0) {
            distinct.add(all.key(combination, set) as u64);
        }
        (distinct.count() / self.all.max(1) as f64).min(1.0)
    }

    /// Draws pairs of different records, each as likely as any.
    fn sample(&self, all: &Combinations) -> Pairs {
        let mut sums = Vec::with_capacity(self.weights.len());
        let mut sum = 0;
        for weight in &self.weights {
            sum += weight;
            sums.push(sum);
        }
        let of = |record: u64| sums.partition_point(|sum| *sum <= record);
        let mut pairs = Pairs::new(all.width());
        let mut seeded = SplitMix64::new(SEED);
        if self.all < 2 {
            return pairs;
        }
        for _ in 0..PAIRS {
            let first = seeded.below(self.all);
            let other = seeded.below(self.all - 1);
            let second = if other >= first { other + 1 } else { other };
            pairs.add(all.codes(of(first)), all.codes(of(second)));
        }
        pairs
    }
}

/// Where the records of drawn pairs differ, a bit a pair, by column.
struct Pairs {
    differ: Vec<Vec<u64>>,
    drawn: u64,
}

impl Pairs {
    fn new(columns: usize) -> Self {
        Self { differ: vec![Vec::with_capacity(PAIRS / 64 + 1); columns], drawn: 0 }
    }

    fn add(&mut self, first: &[u32], second: &[u32]) {
        let bit = self.drawn % 64;
        for (differ, (a, b)) in self.differ.iter_mut().zip(first.iter().zip(second)) {
            if bit == 0 {
                differ.push(0);
            }
            if let (true, Some(last)) = (a != b, differ.last_mut()) {
                *last |= 1 << bit;
            }
        }
        self.drawn += 1;
    }

    fn separation(&self, set: &[usize]) -> f64 {
        let words = self.drawn.div_ceil(64) as usize;
        let differ = |word| set.iter().fold(0u64, |bits, column| bits | self.differ[*column][word]);
        let separated: u64 = (0..words).map(|word| u64::from(differ(word).count_ones())).sum();
        separated as f64 / self.drawn.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::{CodedColumn, CodedTable, made};

    #[test]
    fn by_hand() {
        // Motwani & Xu's measures over four records: age separates five of six pairs, sex four.
        let rows: &[&[&str]] = &[&["20", "F"], &["30", "F"], &["40", "M"], &["20", "M"]];
        let table = made::table(&[("age", Quasi), ("sex", Quasi)], rows, false);
        let columns: Vec<&CodedColumn> = table.columns().iter().collect();
        let all = Combinations::of(&table, &columns);
        let report = report(&all, &["age", "sex"]);
        let figures = |s: &Separation| (s.distinction, s.separation);
        assert_eq!(figures(&report.single[0]), (Some(0.75), 5.0 / 6.0));
        assert_eq!(figures(&report.single[1]), (Some(0.5), 4.0 / 6.0));
        assert_eq!(figures(&report.pairs[0]), (Some(1.0), 1.0));
        let grown: Vec<&[String]> = report.grown.iter().map(|s| s.columns.as_slice()).collect();
        assert_eq!(grown, [vec!["age"], vec!["age", "sex"]]);
        assert_eq!(report.sampled_pairs, None);
    }

    #[test]
    fn samples_and_sketches_come_near_what_is_counted() {
        let mut seeded = SplitMix64::new(4);
        let rows = 30_000;
        let columns: Vec<CodedColumn> = (2..22u64)
            .map(|values| {
                let texts = (0..values).map(|n| format!("v{n}")).collect();
                let codes = (0..rows).map(|_| seeded.below(values) as u32).collect();
                CodedColumn::new(format!("c{values}"), Quasi, texts, codes).unwrap()
            })
            .collect();
        let table = CodedTable::new(columns, None, rows).unwrap();
        let columns: Vec<&CodedColumn> = table.columns().iter().collect();
        let names: Vec<&str> = columns.iter().map(|c| c.name()).collect();
        let all = Combinations::of(&table, &columns);
        let (exact, sampled) = (measured(&all, &names, true), measured(&all, &names, false));
        assert_eq!((exact.sampled_pairs, sampled.sampled_pairs), (None, Some(PAIRS as u64)));
        // Four standard errors of a share of so many pairs.
        let near = |a: &Separation, b: &Separation| {
            assert_eq!(a.columns, b.columns);
            let error = (a.separation * (1.0 - a.separation) / PAIRS as f64).sqrt();
            assert!((a.separation - b.separation).abs() <= 4.0 * error + 1e-4, "{a:?} {b:?}");
            if let (Some(a), Some(b)) = (a.distinction, b.distinction) {
                assert!((a - b).abs() <= 0.065 * a, "{a} {b}");
            }
        };
        exact.single.iter().zip(&sampled.single).for_each(|(a, b)| near(a, b));
        exact.pairs.iter().zip(&sampled.pairs).for_each(|(a, b)| near(a, b));
        assert!(exact.grown.last().unwrap().separation > 0.999_999);
        assert_eq!(exact.grown.len(), sampled.grown.len());
    }
}
