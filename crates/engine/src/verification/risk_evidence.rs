//! What the check of risk says: what was counted of each released table, what its attacks achieved, and in words which
//! limit was missed by how much.

use std::collections::BTreeMap;

use anonymed_core::policy::{Policy, RiskScope};
use anonymed_core::release::{CheckResult, Gate, Verdict};

use crate::risk::{RiskSummary, TableRisk};

/// Room for what sums of fractions are off by.
const ROUNDING: f64 = 1e-9;

/// What was measured, and what was missed.
#[derive(Default)]
struct Told {
    measured: BTreeMap<String, f64>,
    missed: Vec<String>,
}

impl Told {
    fn measure(&mut self, name: String, value: f64) {
        self.measured.insert(name, value);
    }

    /// What is missed is named, so that who reads the report need not guess.
    fn miss(&mut self, (name, value): (String, f64), words: String) {
        self.measured.insert(name, value);
        self.missed.push(words);
    }
}

pub(super) fn risk(policy: &Policy, risk: &RiskSummary) -> CheckResult {
    let mut told = Told::default();
    let with_quasi: Vec<_> = risk.tables.iter().filter(|t| !t.quasi.is_empty()).collect();
    with_quasi.iter().for_each(|table| told_of(table, policy, &mut told));
    let attacks = attacked(risk, &mut told);
    joint(policy, risk, &mut told);
    let tables = ("tables".to_owned(), with_quasi.len() as u64);
    let attacks = (attacks > 0).then(|| ("attacks".to_owned(), attacks));
    CheckResult {
        verdict: match (told.missed.is_empty(), with_quasi.is_empty()) {
            (true, true) => Verdict::NotApplicable,
            (true, false) => Verdict::Passed,
            (false, _) => Verdict::Failed,
        },
        gate: Gate::Risk,
        examined: std::iter::once(tables).chain(attacks).collect(),
        measured: told.measured,
        hits: Vec::new(),
        hits_total: told.missed.len() as u64,
        missed: told.missed,
        note: match policy.risk.scope {
            RiskScope::Joint => joint_note(risk),
            RiskScope::Table => {
                "Classes were rebuilt from the released files, counting people, for each table by \
                 itself. Tables share a pseudonym, so the joint risk is higher; it is measured here \
                 and no k is claimed for the tables together."
                    .to_owned()
            }
        },
    }
}

fn told_of(table: &TableRisk, policy: &Policy, told: &mut Told) {
    let path = &table.path;
    let numbers = &table.after;
    told.measure(format!("k({path})"), numbers.smallest_class as f64);
    told.measure(format!("highest_risk({path})"), numbers.highest);
    if let Some(k) = table.k_asked {
        if table.rows > 0 && numbers.smallest_class < u64::from(k) {
            let words = format!("k of {path} is {}, and {k} is asked", numbers.smallest_class);
            told.miss((format!("short_of_k({path})"), f64::from(k)), words);
        }
        let limits = [
            ("highest", numbers.highest, policy.risk.max_prosecutor),
            ("average", numbers.average, policy.risk.max_average),
        ];
        let over: Vec<String> = limits
            .iter()
            .filter_map(|(which, is, most)| {
                let most = most.filter(|most| *is > most + ROUNDING)?;
                Some(format!("the {which} risk of {path} is {is:.4}, at most {most} is allowed"))
            })
            .collect();
        if !over.is_empty() {
            let measure = (format!("over_the_risk_limit({path})"), numbers.highest);
            told.miss(measure, over.join(" and "));
        }
    }
    if table.over_suppressed {
        let all = table.subjects + table.suppressed_subjects;
        let share = table.suppressed_subjects as f64 / all.max(1) as f64;
        let words = format!(
            "{:.2} % of the people of {path} are suppressed, more than `suppress_max` allows",
            share * 100.0
        );
        told.miss((format!("suppressed_over_the_limit({path})"), share), words);
    }
    if table.rows == 0 {
        return;
    }
    for (column, l) in short_of_l(table) {
        let words = format!("a class of {path} has fewer than {l} values of {column}");
        told.miss((format!("short_of_l({column} of {path})"), f64::from(l)), words);
    }
    for kept in table.models.iter().filter(|kept| !kept.holds) {
        let name = format!("{} of {path}", kept.name());
        let reached = kept.reached.map_or("not reached".to_owned(), |is| format!("{is:.4}"));
        let words = format!("{name} is {reached}, and {} is asked", kept.asked);
        told.miss((format!("short_of({name})"), kept.asked), words);
    }
}

/// Chances of linkage by a table from elsewhere, if its people are in the release, and by a copy with errors.
const FIGURES: [(&str, &str); 2] =
    [("outside.highest", "an outside table"), ("perturbed.highest", "a copy with errors")];

/// What attacks achieved where the policy asks for them, and how many were told. A table whose attacks are not there
/// refuses the release.
fn attacked(risk: &RiskSummary, told: &mut Told) -> u64 {
    let mut count = 0;
    for table in risk.tables.iter().filter(|table| table.attacks_asked) {
        let path = &table.path;
        let Some(attacks) = &table.attacks else {
            let words = format!("attacks on {path} were not made");
            told.miss((format!("attacks_not_made({path})"), 1.0), words);
            continue;
        };
        for attack in &attacks.attacks {
            let name = format!("{} of {path}", attack.name());
            count += 1;
            if let Some(success) = attack.success {
                told.measure(format!("attack_risk({name})"), success);
            }
            for (figure, by) in FIGURES {
                if let Some(chance) = attack.figures.get(figure) {
                    told.measure(
                        format!("attack_risk({} by {by} of {path})", attack.name()),
                        *chance,
                    );
                }
            }
            match (attack.refuses, attack.success, attack.threshold) {
                (true, Some(success), Some(most)) => {
                    let words =
                        format!("attack {name}: {success:.4}, at most {most:.4} is allowed");
                    told.miss((format!("over_the_attack_risk_limit({name})"), most), words);
                }
                (true, ..) => {
                    let words = format!("attack {name} was not made");
                    told.miss((format!("attack_not_made({name})"), 1.0), words);
                }
                (false, ..) => {}
            }
        }
    }
    count
}

fn joint(policy: &Policy, risk: &RiskSummary, told: &mut Told) {
    let is_gated = policy.risk.scope == RiskScope::Joint;
    if is_gated {
        let apart = risk.tables.iter().filter(|t| !t.by_subject).count();
        told.measure("tables_not_in_the_joint_count".to_owned(), apart as f64);
    }
    let Some(joint) = &risk.joint else { return };
    told.measure("joint_smallest_signature".to_owned(), joint.smallest as f64);
    told.measure("joint_unique_patients".to_owned(), joint.unique as f64);
    told.measure("joint_highest_risk".to_owned(), joint.highest);
    told.measure("joint_average_risk".to_owned(), joint.average);
    let most = policy.risk.max_prosecutor.filter(|most| joint.highest > most + ROUNDING);
    if let Some(most) = most.filter(|_| is_gated) {
        told.missed.push(format!(
            "the highest risk over all tables is {:.4}, at most {most} is allowed",
            joint.highest
        ));
    }
}

/// What the claim of a joint scope is about, and what it is not about.
fn joint_note(risk: &RiskSummary) -> String {
    let mut note = "Classes were rebuilt from the released files, counting people. Each table has \
                    patient codes and an order of rows of its own, so that no code and no row number \
                    joins two tables; the gate is on each patient's signature of quasi-identifiers over \
                    whatever a code still joins. Tables alone are released. Values of columns that are \
                    no quasi-identifiers are not counted."
        .to_owned();
    let apart: Vec<&str> =
        risk.tables.iter().filter(|t| !t.by_subject).map(|t| t.path.as_str()).collect();
    if !apart.is_empty() {
        note.push_str(&format!(
            " No column of {} tells patients apart: each row counts as one person, and they are not \
             part of the joint count.",
            apart.join(", ")
        ));
    }
    note
}

/// The l of each column that was counted with fewer values in a class than the table's rule asks for, or
/// not at all.
fn short_of_l(table: &TableRisk) -> impl Iterator<Item = (&str, u32)> {
    table.l_asked.iter().filter_map(|(on, l)| {
        let held = table.diversity.iter().any(|(column, is)| column == on && *is >= u64::from(*l));
        (!held).then_some((on.as_str(), *l))
    })
}

#[cfg(test)]
mod tests {
    use anonymed_assess::Whose;
    use anonymed_assess::attacks::Verdict as Made;

    use super::*;
    use crate::project_attack::{AttackNumber, TableAttacks};
    use crate::risk::RiskNumbers;

    fn table(attacks: Option<TableAttacks>, l_counted: Option<u64>) -> TableRisk {
        TableRisk {
            path: "a.csv".into(),
            quasi: vec!["age".into()],
            by_subject: true,
            rows: 9,
            subjects: 9,
            suppressed_rows: 0,
            suppressed_subjects: 0,
            over_suppressed: false,
            k_asked: None,
            before: None,
            after: RiskNumbers::default(),
            class_sizes: Vec::new(),
            diversity: l_counted.map(|l| ("dx".to_owned(), l)).into_iter().collect(),
            l_asked: vec![("dx".into(), 2)],
            models: Vec::new(),
            attacks_asked: true,
            attacks,
            utility: Vec::new(),
        }
    }

    #[test]
    fn what_was_not_counted_does_not_hold() {
        let short = |counted| short_of_l(&table(None, counted)).count();
        assert_eq!((short(None), short(Some(1)), short(Some(2))), (1, 1, 0));
    }

    #[test]
    fn attacks_that_are_not_there_refuse_a_release() {
        let linkage = |refuses, success| AttackNumber {
            attack: "linkage".into(),
            on: None,
            required: true,
            verdict: if success == Some(0.1) { Made::Pass } else { Made::NotRun },
            refuses,
            success,
            threshold: Some(0.2),
            note: None,
            figures: BTreeMap::new(),
            worst: Vec::new(),
        };
        let of = |attacks: Vec<AttackNumber>| TableAttacks {
            rows: 9,
            classes: 1,
            people_known_by: Whose::Key,
            attacks,
        };
        let check = |attacks, expect: u64, name: &str, words: &[&str]| {
            let risk = RiskSummary { tables: vec![table(attacks, None)], joint: None };
            let mut told = Told::default();
            assert_eq!(attacked(&risk, &mut told), expect, "{name}");
            assert!(told.measured.contains_key(name), "{:?} lacks {name}", told.measured);
            assert_eq!(told.missed, words);
        };
        check(None, 0, "attacks_not_made(a.csv)", &["attacks on a.csv were not made"]);
        let unmade = of(vec![linkage(true, None)]);
        let words = "attack linkage of a.csv was not made";
        check(Some(unmade), 1, "attack_not_made(linkage of a.csv)", &[words]);
        let failed = of(vec![linkage(true, Some(0.35))]);
        let words = "attack linkage of a.csv: 0.3500, at most 0.2000 is allowed";
        check(Some(failed), 1, "over_the_attack_risk_limit(linkage of a.csv)", &[words]);
        let withstood = of(vec![linkage(false, Some(0.1))]);
        check(Some(withstood), 1, "attack_risk(linkage of a.csv)", &[]);
    }
}
