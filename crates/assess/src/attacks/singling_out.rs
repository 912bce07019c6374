//! Singling out: statements that hold for exactly one person, read off the release.

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::{Attack, AttackReport};
use crate::exposure::{AttackInput, Chance, NOTHING, People, Rate, Risk};

/// The attacker makes statements from the release: of one attribute ("the age is in this range") for all
/// that are released, and of several attributes of one released row, the sensitive among them, drawn by
/// chance. A statement succeeds where it holds for exactly one person of the raw table. The number is the
/// higher risk of the two kinds over their control: the same statements about people who are not in the
/// release, or, without a control table, statements put together from different rows (those of one
/// attribute then have no control).
///
/// That a class holds k people hinders no statement about class and sensitive value together.
///
/// # Citation
///
/// Giomi et al., *A unified framework for quantifying privacy risk in synthetic data*, PoPETs 2023;
/// Cohen & Nissim, *Towards formalizing the GDPR's notion of singling out*, PNAS 2020.
#[derive(Debug, Clone, Copy, Default)]
pub struct SinglingOut;

impl Attack for SinglingOut {
    fn name(&self) -> &'static str {
        "singling-out"
    }

    fn citation(&self) -> &'static str {
        "Giomi et al., A unified framework for quantifying privacy risk, PoPETs 2023"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        if input.released.rows() == 0 {
            return vec![AttackReport::not_run(self, "nobody is released")];
        }
        let attributes = Attributes::of(input);
        let mut chance = Chance::new(input.config.seed, self.name());
        let one = attributes.of_one(&mut chance);
        let several = attributes.of_several(&mut chance);
        let mixed = attributes.mixed(&several, &mut chance);
        let (one_told, _) = attributes.count(&one, &input.raw);
        let (told, singled) = attributes.count(&several, &input.raw);
        let control = input.control.as_ref();
        let (one_control, several_control) = match control {
            Some(control) => {
                (attributes.count(&one, control).0, attributes.count(&several, control).0)
            }
            None => {
                // A statement of one attribute cannot be put together from two rows.
                (Rate::of(0, one_told.attempts), attributes.count(&mixed, &input.raw).0)
            }
        };
        let (one_risk, risk) =
            (Risk::over(one_told, one_control), Risk::over(told, several_control));
        let success = f64::max(one_risk.risk, risk.risk);
        let rows = several.iter().map(|s| s.class).zip(&singled);
        let worst = rows.filter(|(_, singled)| **singled).map(|(class, _)| class);
        let mut classes: Vec<u32> = worst.collect();
        classes.sort_unstable();
        classes.dedup();
        let report = AttackReport::made(self, success, input.config.singling_out_max)
            .figure("one.attempts", one_told.attempts as f64)
            .figure("one.rate", one_told.share())
            .figure("one.control", one_control.share())
            .figure("one.risk", one_risk.risk)
            .figure("several.attempts", told.attempts as f64)
            .figure("several.rate", told.share())
            .figure("several.control", several_control.share())
            .figure("several.risk", risk.risk)
            .figure("several.risk_low", risk.low)
            .figure("several.risk_high", risk.high)
            .worst(input, classes.into_iter().map(|class| (class, 1.0)));
        vec![match control {
            Some(_) => report,
            None => report.note(NO_CONTROL),
        }]
    }
}

/// What stands in for a control table.
const NO_CONTROL: &str =
    "no control table: statements put together from different rows are the control";

/// A statement: what holds of each attribute, by its number; the class of the row it was read off.
struct Statement {
    parts: Vec<(usize, u32)>,
    class: u32,
}

/// The released attributes: quasi-identifiers, then sensitive columns.
struct Attributes<'a> {
    input: &'a AttackInput,
}

impl<'a> Attributes<'a> {
    fn of(input: &'a AttackInput) -> Self {
        Self { input }
    }

    fn number(&self) -> usize {
        self.input.columns.len() + self.input.sensitive.len()
    }

    /// What a released row says of an attribute; none where it says nothing.
    fn said(&self, row: usize, attribute: usize) -> Option<u32> {
        let release = &self.input.released;
        match attribute.checked_sub(self.input.columns.len()) {
            None => Some(release.classes[release.class_of[row] as usize][attribute]),
            Some(column) => Some(release.sensitive[column][row]).filter(|code| *code != NOTHING),
        }
    }

    fn most(&self) -> usize {
        self.input.config.attempts as usize
    }

    fn of_one(&self, chance: &mut Chance) -> Vec<Statement> {
        let mut seen: HashSet<(usize, u32), FixedState> = HashSet::default();
        let mut all = Vec::new();
        for row in 0..self.input.released.rows() {
            for attribute in 0..self.number() {
                let Some(said) = self.said(row, attribute) else { continue };
                if seen.insert((attribute, said)) {
                    let class = self.input.released.class_of[row];
                    all.push(Some(Statement { parts: vec![(attribute, said)], class }));
                }
            }
        }
        let some = chance.some_of(all.len(), self.most());
        some.into_iter().filter_map(|at| all[at].take()).collect()
    }

    /// Statements of two attributes or more, no two alike.
    fn of_several(&self, chance: &mut Chance) -> Vec<Statement> {
        let (rows, number) = (self.input.released.rows(), self.number());
        let mut seen: HashSet<Vec<(usize, u32)>, FixedState> = HashSet::default();
        let mut statements = Vec::new();
        // A small release has fewer different statements than attempts.
        for _ in 0..self.most().saturating_mul(4) {
            if statements.len() >= self.most() || number < 2 {
                break;
            }
            let row = chance.below(rows);
            let size = 2 + chance.below(number - 1);
            let chosen = chance.some_of(number, size).into_iter();
            let parts: Vec<(usize, u32)> =
                chosen.filter_map(|at| Some((at, self.said(row, at)?))).collect();
            if parts.len() > 1 && seen.insert(parts.clone()) {
                statements.push(Statement { parts, class: self.input.released.class_of[row] });
            }
        }
        statements
    }

    /// The same attributes, each as another row has it.
    fn mixed(&self, like: &[Statement], chance: &mut Chance) -> Vec<Statement> {
        let rows = self.input.released.rows();
        let mix = |statement: &Statement| {
            let parts = statement.parts.iter().map(|(attribute, said)| {
                (*attribute, self.said(chance.below(rows), *attribute).unwrap_or(*said))
            });
            Statement { parts: parts.collect(), class: statement.class }
        };
        like.iter().map(mix).collect()
    }

    /// How many statements hold for exactly one of some people, and which.
    fn count(&self, statements: &[Statement], people: &People) -> (Rate, Vec<bool>) {
        let singled: Vec<bool> = statements.iter().map(|s| self.is_one(s, people)).collect();
        let successes = singled.iter().filter(|singled| **singled).count() as u64;
        (Rate::of(successes, statements.len() as u64), singled)
    }

    /// By value of an attribute: whether a label covers it. Made for each statement anew, for those of all
    /// statements together may be larger than the table.
    fn covered(&self, attribute: usize, label: u32) -> Vec<bool> {
        let column = &self.input.columns[attribute];
        let mut covered = vec![false; column.values.len()];
        column.covered(label).into_iter().for_each(|value| covered[value as usize] = true);
        covered
    }

    fn is_one(&self, statement: &Statement, people: &People) -> bool {
        let quasi = self.input.columns.len();
        let tests: Vec<Test<'_>> = statement
            .parts
            .iter()
            .map(|(attribute, said)| match attribute.checked_sub(quasi) {
                None => {
                    let covered = Some(self.covered(*attribute, *said));
                    Test { codes: &people.quasi[*attribute], covered, said: *said }
                }
                Some(column) => {
                    Test { codes: &people.sensitive[column], covered: None, said: *said }
                }
            })
            .collect();
        let mut found = None;
        for row in 0..people.rows() {
            let holds = tests.iter().all(|test| test.holds(row));
            if holds && found.replace(people.person[row]).is_some_and(|p| p != people.person[row]) {
                return false;
            }
        }
        found.is_some()
    }
}

/// What a statement says of one attribute of some people.
struct Test<'a> {
    /// By row.
    codes: &'a [u32],
    /// Which values the label covers, of a quasi-identifier.
    covered: Option<Vec<bool>>,
    said: u32,
}

impl Test<'_> {
    fn holds(&self, row: usize) -> bool {
        match &self.covered {
            // A value beyond the list is that of a column the table has not.
            Some(covered) => covered.get(self.codes[row] as usize).copied().unwrap_or(false),
            None => self.codes[row] == self.said,
        }
    }
}
