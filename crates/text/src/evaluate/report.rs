//! The figures of an evaluation.

use serde::Serialize;

use super::bootstrap::{Drawn, Estimate, LEVEL, RESAMPLES};
use super::count::{Harmless, Spans, Sums};
use super::kind::{Group, Kind};

/// How well predicted spans agree with gold spans.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Documents.
    pub documents: u64,
    /// How the intervals were made.
    pub intervals: Intervals,
    /// Words, whatever they are found as: what leaks, and what is lost.
    pub tokens: Tokens,
    /// Spans of all groups.
    pub entities: Row,
    /// Text that identifies nobody.
    pub harmless: Removal,
    /// Words of the negatives that gold names, of any kind; `None` where it names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negatives: Option<Removal>,
    /// These words by kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub negative_kinds: Vec<Removal>,
    /// Spans of each group that occurs.
    pub groups: Vec<Row>,
    /// Spans of each type or label that occurs.
    pub types: Vec<Row>,
}

/// How intervals were made: by draws of documents.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Intervals {
    /// What an interval covers.
    pub level: f64,
    /// Draws.
    pub resamples: usize,
    /// The seed of the draws.
    pub seed: u64,
}

/// Figures of words.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tokens {
    /// Words that gold marks, or marks a part of.
    pub gold: u64,
    /// Of these, those whose marked part is removed whole.
    pub removed: u64,
    /// Precision, recall and their means.
    #[serde(flatten)]
    pub score: Score,
}

/// Precision, recall and their harmonic means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The share of what is predicted that is gold.
    pub precision: Estimate,
    /// The share of gold that is predicted.
    pub recall: Estimate,
    /// Both weigh the same.
    pub f1: Estimate,
    /// Recall weighs twice as much (van Rijsbergen's measure with β = 2).
    pub f2: Estimate,
}

/// Figures of spans of one type, label or group, or of all.
///
/// A gold span counts in the row of its own type and a predicted span in that of its own, and they
/// are held to each other by group: `person` finds `doctor`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name, `all` for all.
    #[serde(rename = "type")]
    pub name: String,
    /// Its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// Gold spans.
    pub gold: u64,
    /// Predicted spans.
    pub predicted: u64,
    /// Same borders, same group.
    pub strict: Score,
    /// Overlap, same group.
    pub relaxed: Score,
    /// The share of gold spans all of whose words are removed, whatever they are found as.
    pub full_cover: Estimate,
}

/// How much of some words is removed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Removal {
    /// Which words.
    #[serde(rename = "type")]
    pub name: String,
    /// How many there are.
    pub tokens: u64,
    /// Those of which anything is removed.
    pub removed: u64,
    /// Their share.
    pub share: Estimate,
}

/// Hits on both sides: of gold what is found, of what is predicted what is right.
struct Hits {
    gold: u64,
    found: u64,
    predicted: u64,
    right: u64,
}

impl Hits {
    fn precision(&self) -> Option<f64> {
        share(self.right, self.predicted)
    }

    fn recall(&self) -> Option<f64> {
        share(self.found, self.gold)
    }

    /// The weighted harmonic mean, where recall weighs so many times what precision weighs. `None`
    /// where one side tells the type by another name, so that there is no other half to the mean.
    fn mean(&self, recall_weighs: f64) -> Option<f64> {
        let (precision, recall) = match (self.precision(), self.recall()) {
            (None, None) => return None,
            (Some(half), None) | (None, Some(half)) if half > 0.0 => return None,
            (precision, recall) => (precision.unwrap_or(0.0), recall.unwrap_or(0.0)),
        };
        let square = recall_weighs * recall_weighs;
        let below = square * precision + recall;
        Some(if below > 0.0 { (1.0 + square) * precision * recall / below } else { 0.0 })
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

impl Score {
    fn of(drawn: &Drawn, hits: impl Fn(&Sums) -> Hits) -> Self {
        Self {
            precision: drawn.estimate(|sums| hits(sums).precision()),
            recall: drawn.estimate(|sums| hits(sums).recall()),
            f1: drawn.estimate(|sums| hits(sums).mean(1.0)),
            f2: drawn.estimate(|sums| hits(sums).mean(2.0)),
        }
    }
}

impl Tokens {
    fn of(drawn: &Drawn) -> Self {
        let words = drawn.whole.words;
        let score = Score::of(drawn, |sums| Hits {
            gold: sums.words.gold,
            found: sums.words.gold_removed,
            predicted: sums.words.gold_removed + sums.words.outside_removed,
            right: sums.words.gold_removed,
        });
        Self { gold: words.gold, removed: words.gold_removed, score }
    }
}

impl Row {
    fn of(drawn: &Drawn, name: &str, group: Option<Group>, numbers: &[usize]) -> Self {
        let sum = |sums: &Sums| {
            let mut sum = Spans::default();
            numbers.iter().filter_map(|n| sums.spans.get(*n)).for_each(|spans| sum += *spans);
            sum
        };
        let hits = |found: fn(&Spans) -> (u64, u64)| {
            move |sums: &Sums| {
                let spans = sum(sums);
                let (found, right) = found(&spans);
                Hits { gold: spans.gold, found, predicted: spans.predicted, right }
            }
        };
        let whole = sum(&drawn.whole);
        Self {
            name: name.to_owned(),
            group,
            gold: whole.gold,
            predicted: whole.predicted,
            strict: Score::of(drawn, hits(|spans| (spans.found, spans.right))),
            relaxed: Score::of(drawn, hits(|spans| (spans.met, spans.near))),
            full_cover: drawn.estimate(|sums| {
                let spans = sum(sums);
                share(spans.covered, spans.gold)
            }),
        }
    }

    fn is_empty(&self) -> bool {
        self.gold + self.predicted == 0
    }
}

impl Removal {
    fn of(drawn: &Drawn, name: &str, words: impl Fn(&Sums) -> Harmless) -> Self {
        let whole = words(&drawn.whole);
        Self {
            name: name.to_owned(),
            tokens: whole.words,
            removed: whole.removed,
            share: drawn.estimate(|sums| {
                let of = words(sums);
                share(of.removed, of.words)
            }),
        }
    }
}

impl Report {
    /// Makes the figures: of documents, by kinds in the order of their numbers, by the names of
    /// the negatives' kinds.
    pub(super) fn of(
        (drawn, documents, seed): (&Drawn, u64, u64),
        kinds: &[Kind],
        negatives: &[String],
    ) -> Self {
        let all: Vec<usize> = (0..kinds.len()).collect();
        let of_group = |group: Group| -> Vec<usize> {
            all.iter().copied().filter(|n| kinds[*n].group() == group).collect()
        };
        let groups =
            Group::EACH.map(|group| Row::of(drawn, group.as_str(), Some(group), &of_group(group)));
        let mut types: Vec<Row> = kinds
            .iter()
            .enumerate()
            .map(|(number, kind)| Row::of(drawn, kind.name(), Some(kind.group()), &[number]))
            .collect();
        types.sort_by(|a, b| (a.group, &a.name).cmp(&(b.group, &b.name)));
        let mut negative_kinds: Vec<Removal> = negatives
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let words = |sums: &Sums| sums.negatives.get(number).copied().unwrap_or_default();
                Removal::of(drawn, name, words)
            })
            .collect();
        negative_kinds.sort_by(|a, b| a.name.cmp(&b.name));
        let outside = |sums: &Sums| Harmless {
            words: sums.words.outside,
            removed: sums.words.outside_removed,
        };
        let negative = |sums: &Sums| {
            sums.negatives.iter().fold(Harmless::default(), |sum, of| Harmless {
                words: sum.words + of.words,
                removed: sum.removed + of.removed,
            })
        };
        Self {
            documents,
            intervals: Intervals { level: LEVEL, resamples: RESAMPLES, seed },
            tokens: Tokens::of(drawn),
            entities: Row::of(drawn, "all", None, &all),
            harmless: Removal::of(drawn, "outside gold", outside),
            negatives: (!negatives.is_empty()).then(|| Removal::of(drawn, "negatives", negative)),
            negative_kinds,
            groups: groups.into_iter().filter(|row| !row.is_empty()).collect(),
            types: types.into_iter().filter(|row| !row.is_empty()).collect(),
        }
    }
}
