//! Attacks on a released table, one a file: each gives a number, the classes that fare worst, and whether
//! that is within what the policy allows.
//!
//! An attack sees the release as its recipients do, and knows of people what it says; the raw table tells
//! how often it is right. No report holds a value: classes are named by their first row.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::exposure::AttackInput;

mod canaries;
mod composition;
mod homogeneity;
mod inference;
mod linkability;
mod linkage;
mod minimality;
mod sequence;
mod singling_out;

pub use canaries::Canaries;
pub use composition::Composition;
pub use homogeneity::Homogeneity;
pub use inference::Inference;
pub use linkability::Linkability;
pub use linkage::Linkage;
pub use minimality::Minimality;
pub use sequence::Sequence;
pub use singling_out::SinglingOut;

/// Worst classes that are told.
const WORST: usize = 5;

/// Highest risk over a control table where none is asked for.
const EXCESS_MAX: f64 = 0.1;

/// A way an attacker proceeds. Asked by `anonymed table attack` and by the release gate.
pub trait Attack: Sync {
    /// The attack's name, as `linkage`.
    fn name(&self) -> &'static str;

    /// Where it is published.
    fn citation(&self) -> &'static str;

    /// Attacks; one report, or one for each sensitive column.
    fn run(&self, input: &AttackInput) -> Vec<AttackReport>;
}

/// Every attack.
pub const ALL: &[&dyn Attack] = &[
    &Linkage,
    &Homogeneity,
    &Sequence,
    &Minimality,
    &SinglingOut,
    &Linkability,
    &Inference,
    &Composition,
    &Canaries,
];

/// The attack of a name.
///
/// # Examples
///
/// ```
/// assert!(anonymed_assess::attacks::by_name("linkage").is_some());
/// assert!(anonymed_assess::attacks::by_name("guesswork").is_none());
/// ```
pub fn by_name(name: &str) -> Option<&'static dyn Attack> {
    ALL.iter().copied().find(|attack| attack.name() == name)
}

/// How an attack ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Within the threshold.
    Pass,
    /// Above it.
    Fail,
    /// There is no threshold; the number is told.
    Told,
    /// It could not be made, which is no pass.
    NotRun,
}

/// What an attack achieved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttackReport {
    /// The attack's name.
    pub attack: String,
    /// The sensitive column it is about, from 0, where it is about one.
    pub column: Option<usize>,
    /// How it ended.
    pub verdict: Verdict,
    /// The number that is judged, 0 to 1; none where it was not made.
    pub success: Option<f64>,
    /// The most that is allowed.
    pub threshold: Option<f64>,
    /// Why it was not made, or what has to be known about how.
    pub note: Option<&'static str>,
    /// What else was counted, by name.
    pub figures: BTreeMap<Cow<'static, str>, f64>,
    /// The classes where it succeeds most.
    pub worst: Vec<WorstClass>,
}

/// A class, by where it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WorstClass {
    /// The first row of the release that is in it, from 1.
    pub first_row: u64,
    /// Its people (rows, where people cannot be told apart).
    pub people: u64,
    /// How far the attack succeeds there, 0 to 1.
    pub success: f64,
}

impl AttackReport {
    /// An attack that was made. It passes at the threshold itself.
    fn made(attack: &dyn Attack, success: f64, threshold: Option<f64>) -> Self {
        // Sums of fractions err in the last digits.
        const ROUNDING: f64 = 1e-9;
        let verdict = match threshold {
            None => Verdict::Told,
            Some(most) if success <= most + ROUNDING => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        Self {
            attack: attack.name().to_owned(),
            column: None,
            verdict,
            success: Some(success),
            threshold,
            note: None,
            figures: BTreeMap::new(),
            worst: Vec::new(),
        }
    }

    /// An attack that cannot be made.
    fn not_run(attack: &dyn Attack, why: &'static str) -> Self {
        Self {
            attack: attack.name().to_owned(),
            column: None,
            verdict: Verdict::NotRun,
            success: None,
            threshold: None,
            note: Some(why),
            figures: BTreeMap::new(),
            worst: Vec::new(),
        }
    }

    fn on(mut self, column: usize) -> Self {
        self.column = Some(column);
        self
    }

    fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }

    fn figure(mut self, name: impl Into<Cow<'static, str>>, figure: f64) -> Self {
        // The sum of nothing is -0, which reads badly.
        self.figures.insert(name.into(), figure + 0.0);
        self
    }

    /// Keeps the classes with the highest numbers, of equal ones the first.
    fn worst(mut self, input: &AttackInput, success: impl IntoIterator<Item = (u32, f64)>) -> Self {
        let mut classes: Vec<(u32, f64)> = success.into_iter().collect();
        classes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let told = |(class, success): &(u32, f64)| WorstClass {
            first_row: u64::from(input.released.first_row[*class as usize]) + 1,
            people: input.released.members.list(*class).len() as u64,
            success: *success,
        };
        self.worst = classes.iter().take(WORST).map(told).collect();
        self
    }
}

/// A part of a whole that may be nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests;
