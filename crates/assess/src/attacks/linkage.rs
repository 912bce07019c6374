//! Linkage: who holds a table with names and the quasi-identifiers looks for everybody in the release.

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, Chance, Matcher, Matches, People};

/// The attacker knows a person's quasi-identifiers as the raw table has them, takes the classes whose cells
/// cover all of them, and names one of the people in these classes by chance: right with 1 / people of the
/// classes, where the person is among them. Of a person's rows the one that is worst for the person is
/// known. The number is that chance for the person worst off, so it is at most 1 / k where every class has
/// k people.
///
/// With an outside table its rows are looked for too; with a perturbation, a copy of the raw table whose
/// cells are wrong with that probability.
///
/// # Citation
///
/// Sweeney, *k-anonymity: a model for protecting privacy*, 2002, section 2.
#[derive(Debug, Clone, Copy, Default)]
pub struct Linkage;

impl Attack for Linkage {
    fn name(&self) -> &'static str {
        "linkage"
    }

    fn citation(&self) -> &'static str {
        "Sweeney, k-anonymity: a model for protecting privacy, IJUFKS 2002"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        let mut of_class = vec![0.0f64; input.released.classes.len()];
        let found = look_for(input, &input.raw, &input.matches, |class, chance| {
            let told = &mut of_class[class as usize];
            *told = told.max(chance);
        });
        let threshold = input.config.linkage_max.unwrap_or(1.0 / input.k as f64);
        let mut report = AttackReport::made(self, found.highest, Some(threshold))
            .figure("people", found.people)
            .figure("unique", found.unique)
            .figure("ambiguous", found.ambiguous)
            .figure("none", found.none)
            .figure("rightly_named", found.rightly_named)
            .figure("average", share(found.rightly_named, found.people))
            .worst(input, (0..).zip(of_class));
        if !input.released.whose.is_known() {
            report = report.note("people of the release cannot be told apart: rows are counted");
        }
        vec![perturbed(input, outside(input, report))]
    }
}

/// Looks for the rows of a table from elsewhere.
fn outside(input: &AttackInput, report: AttackReport) -> AttackReport {
    let Some(outside) = &input.outside else { return report };
    let matches = Matcher::new(&input.columns, &input.released).matches(outside);
    let found = look_for(input, outside, &matches, |_, _| ());
    report
        .figure("outside.rows", found.people)
        .figure("outside.unique", found.unique)
        .figure("outside.ambiguous", found.ambiguous)
        .figure("outside.none", found.none)
        .figure("outside.highest", found.highest)
}

/// Looks for a copy of the raw table with errors.
fn perturbed(input: &AttackInput, report: AttackReport) -> AttackReport {
    let Some(probability) = input.perturb else { return report };
    let values = copy_with_errors(input, probability);
    let matcher = Matcher::new(&input.columns, &input.released);
    let matches = matcher.matches_of(&values, input.raw.rows());
    let found = look_for(input, &input.raw, &matches, |_, _| ());
    report
        .figure("perturbed.unique", found.unique)
        .figure("perturbed.ambiguous", found.ambiguous)
        .figure("perturbed.none", found.none)
        .figure("perturbed.highest", found.highest)
        .figure("perturbed.rightly_named", found.rightly_named)
}

/// What comes of looking for everybody; `see` is told of every class that fits and the chance in it.
fn look_for(
    input: &AttackInput,
    people: &People,
    matches: &Matches,
    mut see: impl FnMut(u32, f64),
) -> Found {
    let release = &input.released;
    let crowd_of: Vec<u64> = matches.lists().iter().map(|list| release.crowd_size(list)).collect();
    // Who is of another table is held to be in the release, which overstates.
    let is_stranger = !std::ptr::eq(people, &input.raw);
    let mut targets = Targets::default();
    for row in 0..people.rows() {
        let (person, classes) = (people.person[row], matches.classes(row));
        let crowd = crowd_of[matches.list_of(row) as usize];
        let is_there = crowd > 0 && (is_stranger || release.may_be_in(person, classes));
        let chance = if is_there { 1.0 / crowd as f64 } else { 0.0 };
        targets.see(person, crowd, chance);
        classes.iter().for_each(|class| see(*class, chance));
    }
    targets.count()
}

/// What is found of each person, at worst.
#[derive(Default)]
struct Targets {
    /// Person, the smallest crowd of people that the person may be one of, the chance to be named.
    seen: Vec<(u32, u64, f64)>,
}

#[derive(Default)]
struct Found {
    people: f64,
    unique: f64,
    ambiguous: f64,
    none: f64,
    rightly_named: f64,
    highest: f64,
}

impl Targets {
    fn see(&mut self, person: u32, crowd: u64, right: f64) {
        self.seen.push((person, crowd, right));
    }

    fn count(mut self) -> Found {
        self.seen.sort_unstable_by_key(|(person, ..)| *person);
        let mut found = Found::default();
        for rows in self.seen.chunk_by(|a, b| a.0 == b.0) {
            let crowd = rows.iter().map(|row| row.1).filter(|crowd| *crowd > 0).min();
            let right = rows.iter().map(|row| row.2).fold(0.0, f64::max);
            found.people += 1.0;
            match crowd {
                None => found.none += 1.0,
                Some(1) => found.unique += 1.0,
                Some(_) => found.ambiguous += 1.0,
            }
            found.rightly_named += right;
            found.highest = found.highest.max(right);
        }
        found
    }
}

/// A copy of the raw table whose cells are, with a probability, those of another row.
fn copy_with_errors(input: &AttackInput, probability: f64) -> Vec<Vec<u32>> {
    let mut chance = Chance::new(input.config.seed, "perturbed");
    let mut values = input.raw.quasi.clone();
    for column in &mut values {
        let mut seen = column.clone();
        seen.sort_unstable();
        seen.dedup();
        for value in column.iter_mut() {
            if seen.len() > 1 && chance.happens(probability) {
                let own = seen.binary_search(value).unwrap_or(seen.len() - 1);
                let other = chance.below(seen.len() - 1);
                *value = seen[other + usize::from(other >= own)];
            }
        }
    }
    values
}
