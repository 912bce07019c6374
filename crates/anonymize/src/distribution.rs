//! How the values of a sensitive column are spread over the people of a whole table: what an attacker
//! knows before looking at a class.

use crate::{ClassAccumulator, FrequencyTable, SensitiveHistogram};

/// A sensitive column over the whole table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prior {
    /// By code: the share of all people who have the value. The shares of people with several values
    /// add up to more than one.
    pub(crate) share: Vec<f64>,
    /// By code: the value's part of all weight, where every person weighs the same. They add up to one.
    pub(crate) part: Vec<f64>,
}

impl Prior {
    pub(crate) fn of(table: &FrequencyTable, on: usize) -> Self {
        let values = table.sensitive().get(on).map_or(0, |column| column.values as usize);
        let mut prior = Self { share: vec![0.0; values], part: vec![0.0; values] };
        let all = ClassAccumulator::of_table(table.whole(), &[on]);
        let Some(histogram) = all.histogram(on) else { return prior };
        let people = f64::from(all.subjects().count().at_least());
        for (code, share) in shares(histogram, people) {
            prior.share[code as usize] = share;
        }
        for (code, part) in parts(histogram) {
            prior.part[code as usize] = part;
        }
        prior
    }
}

/// The share of so many people who have each value that occurs.
pub(crate) fn shares(
    histogram: &SensitiveHistogram,
    people: f64,
) -> impl Iterator<Item = (u32, f64)> {
    let share = move |n: u32| if people > 0.0 { f64::from(n) / people } else { 0.0 };
    histogram.iter().map(move |(code, _, holders)| (code, share(holders.at_least())))
}

/// The part of the weight each value that occurs has, in the order of the codes.
pub(crate) fn parts(histogram: &SensitiveHistogram) -> Vec<(u32, f64)> {
    let weights = histogram.weights();
    let all: u64 = weights.iter().map(|(_, weight)| weight).sum();
    weights.into_iter().map(|(code, weight)| (code, weight as f64 / all.max(1) as f64)).collect()
}
