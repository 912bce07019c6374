//! Minimality: a release that is no coarser than it has to be says more than its cells do.

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, NOTHING};

/// The attacker holds each class to be as narrow as its people allow, and says of a range `a..b` that a and
/// b both occur among the people of the class, of a set that each member does, and of a hierarchy's node
/// with two children that both are there. The number is the share of these statements about exact values
/// that are true (nodes are told apart); `chance` is how often a value drawn from all that a range or set
/// covers occurs in the class, so the difference is what minimality gives away. Global recoding, whose
/// ranges are fixed beforehand, gives away little; local recoding everything. `cells_named` is the share of
/// generalised cells that are rightly filled by one guess for each statement.
///
/// Where a model bounds the share of every value (alpha; the simple form of l-diversity that Wong et al.
/// work with, of alpha = 1 / l): a class of exactly two combinations, each of k people, was joined by a
/// local recoding for that bound alone, so in one of the two a value is too frequent. Where that can be one
/// value only, `joined_credibility` is the highest belief that somebody of one combination has it, and
/// `joined_believed` what the class alone lets believe. Other models are not reasoned about.
///
/// # Citation
///
/// Cohen, *Attacks on deidentification's defenses*, USENIX Security 2022 (downcoding); Wong et al.,
/// *Minimality attack in privacy preserving data publishing*, VLDB 2007.
#[derive(Debug, Clone, Copy, Default)]
pub struct Minimality;

impl Attack for Minimality {
    fn name(&self) -> &'static str {
        "minimality"
    }

    fn citation(&self) -> &'static str {
        "Cohen, Attacks on deidentification's defenses, USENIX Security 2022; Wong et al., VLDB 2007"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        let members = input.members();
        let mut stated = Stated::default();
        let mut of_class = vec![(0.0, 0.0); input.released.classes.len()];
        for column in 0..input.columns.len() {
            stated.column(input, &members, column, &mut of_class);
        }
        let worst = of_class.iter().map(|(named, cells)| share(*named, *cells));
        let joined = Joined::of(input, &members);
        let mut report = AttackReport::made(
            self,
            share(stated.truths, stated.statements),
            input.config.minimality_max,
        )
        .figure("statements", stated.statements)
        .figure("true", stated.truths)
        .figure("chance", share(stated.by_chance, stated.statements))
        .figure("node_statements", stated.node_statements)
        .figure("node_true", stated.node_truths)
        .figure("cells_generalised", stated.cells)
        .figure("cells_named", share(stated.named, stated.cells))
        .figure("joined_classes", joined.classes)
        .figure("joined_credibility", joined.credibility)
        .figure("joined_believed", joined.believed)
        .worst(input, (0..).zip(worst));
        if input.released.raw_row.is_empty() {
            report = report.note(
                "the raw row of a released row cannot be told: whoever fits a class is taken for its \
                 people",
            );
        }
        vec![report]
    }
}

/// What was stated, and how often it is so.
#[derive(Default)]
struct Stated {
    statements: f64,
    truths: f64,
    by_chance: f64,
    node_statements: f64,
    node_truths: f64,
    cells: f64,
    named: f64,
}

impl Stated {
    /// Goes over a column's classes; `members` has (class, raw row), ascending.
    fn column(
        &mut self,
        input: &AttackInput,
        members: &[(u32, u32)],
        column: usize,
        of_class: &mut [(f64, f64)],
    ) {
        let values = &input.raw.quasi[column];
        let minimal = input.columns[column].minimal();
        for class in members.chunk_by(|a, b| a.0 == b.0) {
            let number = class[0].0;
            let label = input.released.classes[number as usize][column];
            let says = minimal.of(label);
            if says.covered < 2 {
                continue;
            }
            let mut own: Vec<u32> = class.iter().map(|(_, row)| values[*row as usize]).collect();
            own.sort_unstable();
            let rows = own.len() as f64;
            let mut distinct = own.clone();
            distinct.dedup();
            let chance = share(distinct.len() as f64, f64::from(says.covered)).min(1.0);
            let mut named = 0.0;
            for stated in &says.exact {
                let having = own.iter().filter(|value| stated.contains(value)).count() as f64;
                self.statements += 1.0;
                self.by_chance += chance;
                self.truths += f64::from(u8::from(having > 0.0));
                named += having / rows;
            }
            for child in &says.children {
                self.node_statements += 1.0;
                let is_there = distinct.iter().any(|value| child.contains(value));
                self.node_truths += f64::from(u8::from(is_there));
            }
            self.cells += rows;
            self.named += named;
            let told = &mut of_class[number as usize];
            *told = (told.0 + named, told.1 + rows);
        }
    }
}

/// Classes that were joined for the bound on shares alone.
#[derive(Default)]
struct Joined {
    classes: f64,
    credibility: f64,
    believed: f64,
}

impl Joined {
    fn of(input: &AttackInput, members: &[(u32, u32)]) -> Self {
        let mut joined = Self::default();
        for class in members.chunk_by(|a, b| a.0 == b.0) {
            let mut people: Vec<(u32, u32)> = class
                .iter()
                .map(|(_, row)| {
                    (input.matches.combination[*row as usize], input.raw.person[*row as usize])
                })
                .collect();
            people.sort_unstable();
            people.dedup();
            let groups: Vec<u64> =
                people.chunk_by(|a, b| a.0 == b.0).map(|g| g.len() as u64).collect();
            let [one, other] = groups[..] else { continue };
            if one.min(other) < input.k {
                continue;
            }
            for (column, alpha) in input.alpha.iter().enumerate() {
                let Some(alpha) = *alpha else { continue };
                let codes = &input.raw.sensitive[column];
                let mut holders: Vec<(u32, u32)> = class
                    .iter()
                    .map(|(_, row)| (codes[*row as usize], input.raw.person[*row as usize]))
                    .filter(|(value, _)| *value != NOTHING)
                    .collect();
                holders.sort_unstable();
                holders.dedup();
                let frequent: Vec<u64> = holders
                    .chunk_by(|a, b| a.0 == b.0)
                    .map(|value| value.len() as u64)
                    .filter(|having| *having as f64 > alpha * one.min(other) as f64)
                    .collect();
                let [having] = frequent[..] else { continue };
                let Some(credibility) = credibility((one, other), having, alpha) else { continue };
                joined.classes += 1.0;
                if credibility > joined.credibility {
                    joined.credibility = credibility;
                    joined.believed = having as f64 / (one + other) as f64;
                }
            }
        }
        joined
    }
}

/// The highest belief that somebody of one of two groups has a value that `having` of both have, given
/// that in at least one of them a larger share than `alpha` do; none where that cannot be.
fn credibility((one, other): (u64, u64), having: u64, alpha: f64) -> Option<f64> {
    let (mut all, mut sums) = (0.0, (0.0, 0.0));
    for first in having.saturating_sub(other)..=having.min(one) {
        let second = having - first;
        if first as f64 > alpha * one as f64 || second as f64 > alpha * other as f64 {
            // Hypergeometric: each way to hand out the value is as likely.
            let ways =
                (choose(one, first) + choose(other, second) - choose(one + other, having)).exp();
            all += ways;
            sums.0 += ways * first as f64 / one as f64;
            sums.1 += ways * second as f64 / other as f64;
        }
    }
    (all > 0.0).then(|| f64::max(sums.0, sums.1) / all)
}

/// The logarithm of the binomial coefficient.
fn choose(all: u64, some: u64) -> f64 {
    let some = some.min(all - some);
    (0..some).map(|n| ((all - n) as f64 / (some - n) as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bound_gives_away_by_hand() {
        // Wong et al. 2007, their example of two groups of 2 and 4 people, two of whom have the value,
        // and shares up to a half: one of the two people alone is no violation, so both are of the small group (1 of
        // 15 ways).
        assert_eq!(credibility((2, 4), 2, 0.5), Some(1.0));
        // Three of whom have it: (2, 1) in 4 of 20 ways, (0, 3) in 4 of 20: each is as likely.
        let three = credibility((2, 4), 3, 0.5).unwrap();
        assert!((three - 0.5).abs() < 1e-9, "{three}");
        assert_eq!(credibility((4, 4), 2, 0.5), None);
        assert!((choose(20, 3) - 1140f64.ln()).abs() < 1e-9 && choose(5, 0) == 0.0);
    }
}
