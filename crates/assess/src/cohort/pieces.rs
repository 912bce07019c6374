//! The answers that a cell's possible values give to the tests of its column.
//!
//! What a cell may stand for falls into pieces with the same answers: a range is cut where a test begins or ends,
//! a set has a piece for each member. All tests of a column see the same value, so `age >= 65 and age < 75` over
//! `60..79` is one question and not two. Shares are those of a value that is uniform over what the cell covers;
//! a piece of share 0 is possible all the same.

use std::collections::BTreeMap;

use super::filter::Test;
use super::lineage::Lineage;
use super::meaning::{Meaning, Reading};
use super::value::{Scale, Stretch, Value};

/// Answers to the filter's tests, one bit each, and the share of the cell's values that give them.
pub(super) type Pieces = Vec<(u64, f64)>;

/// The tests of one column, and how it is read.
pub(super) struct ColumnTests<'a> {
    /// Each by its bit.
    tests: Vec<(usize, &'a Test)>,
    reading: Reading<'a>,
    /// Values by which the open are estimated.
    domain: Vec<Value<'a>>,
}

impl<'a> ColumnTests<'a> {
    pub(super) fn new(
        tests: Vec<(usize, &'a Test)>,
        reading: Reading<'a>,
        texts: impl Iterator<Item = &'a str>,
    ) -> Self {
        let listed = reading.lineage.filter(|lineage| lineage.is_complete());
        let domain = match listed {
            Some(lineage) => lineage.values().map(|text| reading.value(text)).collect(),
            None => texts.filter_map(|text| single(reading.of(Some(text)))).collect(),
        };
        Self { tests, reading, domain }
    }

    /// The pieces of a cell.
    pub(super) fn pieces(&self, text: Option<&'a str>) -> Pieces {
        let mut pieces: BTreeMap<u64, f64> = BTreeMap::new();
        let mut add = |answers: u64, share: f64| *pieces.entry(answers).or_insert(0.0) += share;
        match self.reading.of(text) {
            Meaning::Missing => add(self.answers(None), 1.0),
            Meaning::Values(values) => {
                let share = 1.0 / values.len() as f64;
                values.iter().for_each(|value| add(self.answers(value.as_ref()), share));
            }
            Meaning::Stretch(stretch) => {
                for (at, share) in self.cuts(stretch) {
                    add(self.answers(Some(&Value::point(stretch.scale, at))), share);
                }
            }
            Meaning::Any => {
                self.open(None, &mut add);
                add(self.answers(None), 0.0);
            }
            Meaning::Open(node) => self.open(Some(node), &mut add),
        }
        pieces.into_iter().collect()
    }

    fn answers(&self, value: Option<&Value<'_>>) -> u64 {
        let held = self.tests.iter().filter(|(_, test)| test.holds(value));
        held.fold(0, |answers, (bit, _)| answers | 1 << bit)
    }

    /// A point of each piece of a range, and its share. Whole ends hold whole numbers, or days.
    fn cuts(&self, stretch: Stretch) -> Vec<(f64, f64)> {
        let (low, high) = (stretch.low, stretch.high);
        let breaks = self.tests.iter().flat_map(|(_, test)| test.breaks());
        let mut ends: Vec<f64> = breaks
            .filter(|(scale, at)| *scale == stretch.scale && low < *at && *at < high)
            .map(|(_, at)| at)
            .collect();
        ends.extend([low, high]);
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let is_whole = low.fract() == 0.0 && high.fract() == 0.0;
        let open = ends.windows(2).map(|pair| {
            let (from, until) = (pair[0], pair[1]);
            let weight = match is_whole {
                true => (until.ceil() - from.floor() - 1.0).max(0.0),
                false => until - from,
            };
            (between(from, until), weight)
        });
        let point = |at: &f64| {
            let there = at.is_finite() && stretch.contains(*at);
            there.then_some((*at, f64::from(u8::from(is_whole && at.fract() == 0.0))))
        };
        let mut cuts: Vec<(f64, f64)> = ends.iter().filter_map(point).chain(open).collect();
        // Days lie apart; between two that follow each other is nothing.
        cuts.retain(|(_, weight)| stretch.scale == Scale::Number || !is_whole || *weight > 0.0);
        shared(cuts)
    }

    /// What may be anything, or anything below a node.
    fn open(&self, node: Option<&'a str>, add: &mut impl FnMut(u64, f64)) {
        let own = node.map(|node| [vec![node], self.reading.over(node)].concat());
        let own = own.unwrap_or_default();
        let known = self.domain.iter().filter(|v| node.is_none_or(|n| v.above.contains(&n)));
        let known: Vec<u64> = known.map(|value| self.answers(Some(value))).collect();
        let share = 1.0 / known.len() as f64;
        known.iter().for_each(|answers| add(*answers, share));
        let listed = self.reading.lineage.is_some_and(Lineage::is_complete);
        if listed && node.is_none() && !known.is_empty() {
            return;
        }
        let mut possible: Vec<u64> = self
            .candidates(node)
            .into_iter()
            .map(|mut value| {
                value.above.extend(own.iter().copied());
                self.answers(Some(&value))
            })
            .collect();
        possible.sort_unstable();
        possible.dedup();
        let share = if known.is_empty() { 1.0 / possible.len() as f64 } else { 0.0 };
        possible.iter().for_each(|answers| add(*answers, share));
    }

    /// Values of which at least one gives each set of answers that a value below a node can give.
    fn candidates(&self, node: Option<&'a str>) -> Vec<Value<'a>> {
        let unnamed = Value { text: None, point: None, above: Vec::new() };
        let literals = || {
            let all = self.tests.iter().flat_map(|(_, test)| test.literals());
            all.map(|literal| literal.text.as_str())
        };
        let named: Vec<Value<'a>> = literals()
            .map(|text| Value::text(text, self.reading.over(text), self.reading.years))
            .filter(|value| node.is_none_or(|node| self.may_cover(node, value)))
            .collect();
        let mut candidates = vec![unnamed.clone()];
        candidates.extend(node.map(|node| self.reading.value(node)));
        // Nodes that no line has may lie above each other.
        let unlisted: Vec<&'a str> = literals().filter(|text| self.is_unlisted(text)).collect();
        for value in &named {
            candidates.push(value.clone());
            candidates.extend(unlisted.iter().map(|node| {
                let above = value.above.iter().chain([node]).copied().collect();
                Value { above, ..value.clone() }
            }));
        }
        // Values that are named are there already.
        let has_points = self.asks_for_points() && node.is_none_or(|node| self.is_unlisted(node));
        for scale in [Scale::Number, Scale::Day].into_iter().filter(|_| has_points) {
            let whole = Stretch {
                scale,
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
                closed: (true, true),
            };
            candidates.extend(self.cuts(whole).into_iter().map(|(at, _)| Value::point(scale, at)));
        }
        candidates
    }

    fn asks_for_points(&self) -> bool {
        let is_range = |test: &Test| {
            let mut ranges = test.literals().iter().filter_map(|literal| literal.stretch);
            matches!(test, Test::Within(_)) || ranges.any(|stretch| !stretch.is_point())
        };
        self.tests.iter().any(|(_, test)| is_range(test))
    }

    fn is_unlisted(&self, text: &str) -> bool {
        self.reading.lineage.is_none_or(|lineage| !lineage.knows(text))
    }

    /// Whether a node may cover a value that a filter names, or values below it.
    fn may_cover(&self, node: &str, value: &Value<'_>) -> bool {
        let text = value.text.as_deref().unwrap_or_default();
        if node == text || value.above.contains(&node) {
            return true;
        }
        match self.reading.lineage {
            // `29*` covers what begins so.
            None => text.starts_with(node.trim_end_matches('*')),
            Some(_) => self.is_unlisted(node),
        }
    }
}

/// The value of a cell that can be nothing else.
fn single(meaning: Meaning<'_>) -> Option<Value<'_>> {
    match meaning {
        Meaning::Values(mut values) if values.len() == 1 => values.pop().flatten(),
        _ => None,
    }
}

/// A point strictly between two ends.
fn between(from: f64, until: f64) -> f64 {
    match (from.is_finite(), until.is_finite()) {
        (true, true) => from.midpoint(until),
        (true, false) => from + from.abs().max(1.0),
        (false, true) => until - until.abs().max(1.0),
        (false, false) => 0.0,
    }
}

/// Weights made shares of 1; equal ones for all that have any, where some are without end.
fn shared(cuts: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let all: f64 = cuts.iter().map(|(_, weight)| weight).sum();
    let wide = cuts.iter().filter(|(_, weight)| *weight > 0.0).count();
    let share = |weight: f64| match (weight > 0.0, all.is_finite()) {
        (false, _) => 0.0,
        (true, true) => weight / all,
        (true, false) => 1.0 / wide as f64,
    };
    cuts.into_iter().map(|(at, weight)| (at, share(weight))).collect()
}
