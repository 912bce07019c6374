//! Linkability: two parts of a person's record, from two sources, brought together by the release.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Attack, AttackReport, share};
use crate::exposure::{ANY, AttackInput, Chance, Matcher, People, Rate, Risk};

/// The attacker has one source with the first half of the quasi-identifiers and one with the others, takes
/// for a record of each the nearest released row (of the classes in which the fewest cells do not fit, one
/// row by chance), and holds two records to be one person's where the row is the same. The number is the risk
/// over the control: the same with people who are not in the release, or, without a control table, with rows
/// drawn by chance.
///
/// # Citation
///
/// Giomi et al., *A unified framework for quantifying privacy risk in synthetic data*, PoPETs 2023, with
/// one neighbour.
#[derive(Debug, Clone, Copy, Default)]
pub struct Linkability;

impl Attack for Linkability {
    fn name(&self) -> &'static str {
        "linkability"
    }

    fn citation(&self) -> &'static str {
        "Giomi et al., A unified framework for quantifying privacy risk, PoPETs 2023"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        if input.columns.len() < 2 {
            return vec![AttackReport::not_run(self, "one quasi-identifier has no two parts")];
        }
        if input.released.rows() == 0 || input.raw.rows() == 0 {
            return vec![AttackReport::not_run(self, "one of the tables has no rows")];
        }
        let mut sources = Sources::of(input);
        let (attack, links) = sources.link(&input.raw);
        let control = match &input.control {
            Some(control) => sources.link(control).0,
            None => sources.by_chance(),
        };
        let risk = Risk::over(attack, control);
        let threshold = match (&input.control, input.config.linkability_max) {
            (Some(_), None) => Some(super::EXCESS_MAX),
            (_, asked) => asked,
        };
        let report = AttackReport::made(self, risk.risk, threshold)
            .figure("attempts", attack.attempts as f64)
            .figure("rate", attack.share())
            .figure("control", control.share())
            .figure("risk_low", risk.low)
            .figure("risk_high", risk.high)
            .worst(input, links);
        vec![match &input.control {
            Some(_) => report,
            None => report.note("no control table: rows drawn by chance are the control"),
        }]
    }
}

/// Most classes of all lists that are kept for who is known alike.
const MOST_KEPT: usize = 8 << 20;

/// The two sources.
struct Sources<'a> {
    input: &'a AttackInput,
    matcher: Matcher<'a>,
    /// By class: its rows.
    rows: Vec<f64>,
    chance: Chance,
    /// By the values that are known: the nearest classes.
    nearest: HashMap<Vec<u32>, Vec<u32>, FixedState>,
    /// Classes in `nearest`.
    kept: usize,
}

impl<'a> Sources<'a> {
    fn of(input: &'a AttackInput) -> Self {
        let release = &input.released;
        let mut rows = vec![0.0; release.classes.len()];
        release.class_of.iter().for_each(|class| rows[*class as usize] += 1.0);
        Self {
            input,
            matcher: Matcher::new(&input.columns, release),
            rows,
            chance: Chance::new(input.config.seed, "linkability"),
            nearest: HashMap::default(),
            kept: 0,
        }
    }

    /// How often both parts of somebody's record lead to the same row, and how often so by class.
    fn link(&mut self, people: &People) -> (Rate, Vec<(u32, f64)>) {
        let half = self.input.columns.len().div_ceil(2);
        let tried = self.chance.some_of(people.rows(), self.input.config.attempts as usize);
        let mut successes = 0;
        let mut of_class: HashMap<u32, f64, FixedState> = HashMap::default();
        let attempts = tried.len();
        for row in tried {
            let values = people.values(row);
            let part = |is_first: bool| -> Vec<u32> {
                let known =
                    |at: usize, value: &u32| if (at < half) == is_first { *value } else { ANY };
                values.iter().enumerate().map(|(at, value)| known(at, value)).collect()
            };
            let (one, other) = (self.nearest(part(true)), self.nearest(part(false)));
            let rows =
                |classes: &[u32]| classes.iter().map(|c| self.rows[*c as usize]).sum::<f64>();
            let both: Vec<u32> =
                one.iter().copied().filter(|class| other.binary_search(class).is_ok()).collect();
            let probability = share(rows(&both), rows(&one) * rows(&other));
            if self.chance.happens(probability) {
                successes += 1;
            }
            for class in both {
                let told = of_class.entry(class).or_default();
                *told = told.max(probability);
            }
        }
        (Rate::of(successes, attempts as u64), of_class.into_iter().collect())
    }

    /// The classes with the fewest cells that do not fit.
    fn nearest(&mut self, known: Vec<u32>) -> Vec<u32> {
        if let Some(classes) = self.nearest.get(&known) {
            return classes.clone();
        }
        let mut classes = self.matcher.classes(&known);
        if classes.is_empty() {
            classes = self.input.nearest_classes(&known);
        }
        if self.kept + classes.len() <= MOST_KEPT {
            self.kept += classes.len();
            self.nearest.insert(known, classes.clone());
        }
        classes
    }

    fn by_chance(&mut self) -> Rate {
        let attempts = self.input.config.attempts.min(self.input.raw.rows() as u32);
        let all: f64 = self.rows.iter().sum();
        let successes = (0..attempts).filter(|_| self.chance.happens(1.0 / all)).count();
        Rate::of(successes as u64, u64::from(attempts))
    }
}
