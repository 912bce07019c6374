//! Homogeneity and skew: what a class says of everybody in it, without anybody being named.

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, NOTHING};

/// The attacker knows the class a person is in and believes each sensitive value as much as it is frequent
/// among the people of the class (the posterior); before, as much as in the whole release (the prior). A
/// person who states several values has each of them. A value counts as guessed where the posterior is at
/// least `homogeneity_from` and above the prior by at least `homogeneity_gain`: without the second, a value
/// that nearly everybody has would count as a disclosure. The number is the share of people in classes
/// with a guessed value that they have.
///
/// # Citation
///
/// Machanavajjhala et al., *l-diversity*, TKDD 2007 (homogeneity); Li et al., *t-closeness*, ICDE 2007
/// (skew).
#[derive(Debug, Clone, Copy, Default)]
pub struct Homogeneity;

impl Attack for Homogeneity {
    fn name(&self) -> &'static str {
        "homogeneity"
    }

    fn citation(&self) -> &'static str {
        "Machanavajjhala et al., l-diversity, TKDD 2007; Li et al., t-closeness, ICDE 2007"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        if input.sensitive.is_empty() {
            return vec![AttackReport::not_run(self, "the table has no sensitive column")];
        }
        (0..input.sensitive.len()).map(|column| self.on_column(input, column)).collect()
    }
}

/// What a class lets believe.
#[derive(Default)]
struct Belief {
    people: f64,
    /// The highest posterior.
    posterior: f64,
    /// The highest posterior less prior, of any value.
    gain: f64,
    /// People who have a value that counts as guessed.
    guessed: f64,
}

impl Homogeneity {
    fn on_column(&self, input: &AttackInput, column: usize) -> AttackReport {
        let beliefs = beliefs(input, column);
        let people: f64 = beliefs.iter().map(|b| b.people).sum();
        let of_people = |test: &dyn Fn(&Belief) -> bool| -> f64 {
            beliefs.iter().filter(|b| test(b)).map(|b| b.people).sum()
        };
        let guessed: f64 = beliefs.iter().map(|b| b.guessed).sum();
        let highest = |of: &dyn Fn(&Belief) -> f64| beliefs.iter().map(of).fold(0.0, f64::max);
        let believed: f64 = beliefs.iter().map(|b| b.posterior * b.people).sum();
        let threshold = input.config.homogeneity_max_share;
        AttackReport::made(self, share(guessed, people), Some(threshold))
            .on(column)
            .figure("people", people)
            .figure("guessed", guessed)
            .figure("certain", of_people(&|b| b.posterior >= 1.0))
            .figure("likely", of_people(&|b| b.posterior >= 0.8))
            .figure("highest_posterior", highest(&|b| b.posterior))
            .figure("highest_gain", highest(&|b| b.gain))
            .figure("average_posterior", share(believed, people))
            .worst(input, (0..).zip(beliefs.iter().map(|b| b.gain)))
    }
}

/// By class.
fn beliefs(input: &AttackInput, column: usize) -> Vec<Belief> {
    let release = &input.released;
    let codes = &release.sensitive[column];
    // (class, value, person), each once: how many people have what.
    let mut holders: Vec<(u32, u32, u32)> = (0..release.rows())
        .filter(|row| codes[*row] != NOTHING)
        .map(|row| (release.class_of[row], codes[row], release.person[row]))
        .collect();
    holders.sort_unstable();
    holders.dedup();
    let mut whole: Vec<(u32, u32)> = holders.iter().map(|h| (h.1, h.2)).collect();
    whole.sort_unstable();
    whole.dedup();
    let mut people: Vec<u32> = release.person.clone();
    people.sort_unstable();
    people.dedup();
    let mut prior = vec![0.0; input.sensitive[column] as usize];
    whole.iter().for_each(|(value, _)| prior[*value as usize] += 1.0 / people.len() as f64);

    let mut beliefs: Vec<Belief> = (0..release.classes.len() as u32)
        .map(|class| Belief {
            people: release.members.list(class).len() as f64,
            ..Belief::default()
        })
        .collect();
    let config = &input.config;
    for class in holders.chunk_by(|a, b| a.0 == b.0) {
        let belief = &mut beliefs[class[0].0 as usize];
        let mut exposed: Vec<u32> = Vec::new();
        for value in class.chunk_by(|a, b| a.1 == b.1) {
            let posterior = value.len() as f64 / belief.people;
            let gain = posterior - prior[value[0].1 as usize];
            belief.posterior = belief.posterior.max(posterior);
            belief.gain = belief.gain.max(gain);
            if posterior >= config.homogeneity_from && gain >= config.homogeneity_gain {
                exposed.extend(value.iter().map(|h| h.2));
            }
        }
        exposed.sort_unstable();
        exposed.dedup();
        belief.guessed = exposed.len() as f64;
    }
    beliefs
}
