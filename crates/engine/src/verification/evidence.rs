//! Puts what the checks found into the form the gate asks for.

use std::collections::BTreeMap;

use anonymed_core::policy::{Policy, RiskScope, TimeMode};
use anonymed_core::release::{Check, CheckResult, Evidence, Gate, Verdict};

use super::{Findings, ProseCells};
use crate::risk::{RiskSummary, TableRisk};
use crate::verify::HitCollector;
use crate::verify::consistency::ConsistencyReport;
use crate::verify::references::ReferenceReport;

/// What the gate is asked about besides the findings.
pub(super) struct Asked<'a> {
    pub(super) policy: &'a Policy,
    /// Files that were transformed.
    pub(super) files: u64,
    /// Files taken to quarantine by the checks.
    pub(super) withdrawn: u64,
    /// Records taken out of files that stay.
    pub(super) withdrawn_records: u64,
    /// The prose cells of each column of a table.
    pub(super) prose: &'a [ProseCells],
    /// Staged files that are missing.
    pub(super) staged_problems: u64,
}

/// The reason a file is taken to quarantine with: how many findings of which check.
pub(super) fn reason(found: &Findings) -> String {
    let parts = [
        (found.known.total(), "known values"),
        (found.dates.total(), "dates"),
        (found.residual.total(), "patterns"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("verification found {}", parts.join(", "))
}

/// Fills in every check.
pub(super) fn fill(
    evidence: &mut Evidence,
    asked: &Asked<'_>,
    findings: Findings,
    references: ReferenceReport,
    consistency: ConsistencyReport,
    risk: &RiskSummary,
) {
    let mut examined: BTreeMap<Check, BTreeMap<String, u64>> = BTreeMap::new();
    for ((check, unit), count) in &findings.examined {
        examined.entry(*check).or_default().insert((*unit).to_owned(), *count);
    }
    let mut of = |check| examined.remove(&check).unwrap_or_default();
    let checks = &mut evidence.checks;
    checks.insert(Check::KnownValues, residual(of(Check::KnownValues), findings.known, KNOWN_NOTE));
    checks.insert(Check::Dates, dates(of(Check::Dates), findings.dates, asked.policy.time.mode));
    checks.insert(
        Check::ResidualPatterns,
        residual(of(Check::ResidualPatterns), findings.residual, RESIDUAL_NOTE),
    );
    checks.insert(Check::References, self::references(references));
    checks.insert(Check::Consistency, self::consistency(consistency));
    checks.insert(Check::Risk, self::risk(asked.policy, risk));
    checks.insert(Check::Inventory, inventory(asked));
}

const KNOWN_NOTE: &str = "Every direct identifier the scan saw (names whole and by parts, numbers, \
    addresses, contacts, original ids) searched in every output, file and folder name, in any case \
    and with any separators. A value inside a span we wrote is ours. Words that are common in \
    English, and parts of other patients' names, count only in a name's context. Identifiers that no table, FHIR resource or note header \
    names are not known and are left to the patterns.";
const RESIDUAL_NOTE: &str = "A second set of patterns (numbers by shape and label, contacts, titles \
    with names, street lines) over the output, sharing nothing with the detector.";

fn residual(examined: BTreeMap<String, u64>, hits: HitCollector, note: &str) -> CheckResult {
    result(Gate::Residual, examined, hits, note)
}

fn result(
    gate: Gate,
    examined: BTreeMap<String, u64>,
    hits: HitCollector,
    note: &str,
) -> CheckResult {
    let (hits, hits_total) = hits.finish();
    let nothing = examined.values().all(|n| *n == 0);
    CheckResult {
        verdict: match (hits_total, nothing) {
            (0, true) => Verdict::NotApplicable,
            (0, false) => Verdict::Passed,
            _ => Verdict::Failed,
        },
        gate,
        examined,
        measured: BTreeMap::new(),
        hits,
        hits_total,
        note: note.to_owned(),
    }
}

fn dates(examined: BTreeMap<String, u64>, hits: HitCollector, mode: TimeMode) -> CheckResult {
    let note = match mode {
        TimeMode::Shift => {
            "Each cell of a table in which a date stands, whatever the policy does with its column, \
             compared with the cell at the same row and column of the input: it has moved by its \
             patient's shift, and no date is left in a row that is nobody's. In prose no date stands \
             outside of what we wrote, and in notes and FHIR no original date of the patient is left \
             that is not itself a shifted date. What is a date by chance alone (`8/9/10` in a column \
             of scores) is told by the whole column."
        }
        TimeMode::Year => {
            "No date finer than a year stands in any output, but months where the policy makes \
             dates coarser to the month. Every released cell was read, whatever the policy does with \
             its column."
        }
        TimeMode::Keep => "The policy keeps dates; they were not compared.",
    };
    result(Gate::Residual, examined, hits, note)
}

fn references(report: ReferenceReport) -> CheckResult {
    let examined = BTreeMap::from([
        ("references".to_owned(), report.counts.references),
        ("resources".to_owned(), report.counts.resources),
    ]);
    let measured = BTreeMap::from([
        ("dangling".to_owned(), report.dangling as f64),
        ("dangling_beyond_the_input".to_owned(), report.excess as f64),
        ("duplicate_ids".to_owned(), report.counts.duplicate_ids as f64),
    ]);
    // A record held back leaves references to it; they name nothing and are reported. More than
    // those is a fault of the rewriting.
    let (hits, hits_total) = report.hits.finish();
    CheckResult {
        verdict: match (report.counts.resources, report.excess) {
            (0, _) => Verdict::NotApplicable,
            (_, 0) => Verdict::Passed,
            _ => Verdict::Failed,
        },
        gate: Gate::Integrity,
        examined,
        measured,
        hits,
        hits_total,
        note:
            "References between released resources were followed. Those that no released record of \
               the input resolved either, among them those to a record in quarantine, are listed; one \
               more refuses the release."
                .to_owned(),
    }
}

fn consistency(report: ConsistencyReport) -> CheckResult {
    let examined = BTreeMap::from([
        ("codes".to_owned(), report.codes),
        ("date_pairs".to_owned(), report.shifts),
    ]);
    let mut result = result(
        Gate::Integrity,
        examined,
        report.hits,
        "Every released patient code is of exactly one patient of the crosswalk, and every pair of \
         dates of a patient has moved by the same number of days, in every modality.",
    );
    result.measured = BTreeMap::from([
        ("patients".to_owned(), report.subjects as f64),
        ("patients_in_more_than_one_modality".to_owned(), report.subjects_linked as f64),
    ]);
    result
}

fn risk(policy: &Policy, risk: &RiskSummary) -> CheckResult {
    let mut measured = BTreeMap::new();
    let mut missed = 0;
    let with_quasi: Vec<_> = risk.tables.iter().filter(|t| !t.quasi.is_empty()).collect();
    for table in &with_quasi {
        measured.insert(format!("k({})", table.path), table.after.smallest_class as f64);
        measured.insert(format!("highest_risk({})", table.path), table.after.highest);
        let short_of_k = table
            .k_asked
            .is_some_and(|k| table.rows > 0 && table.after.smallest_class < u64::from(k));
        let gated = table.k_asked.is_some();
        let too_risky = gated
            && (policy.risk.max_prosecutor.is_some_and(|m| table.after.highest > m + 1e-9)
                || policy.risk.max_average.is_some_and(|m| table.after.average > m + 1e-9));
        // What is missed is named, so that who reads the report need not guess.
        let path = &table.path;
        if short_of_k {
            measured.insert(format!("short_of_k({path})"), f64::from(table.k_asked.unwrap_or(0)));
        }
        if too_risky {
            measured.insert(format!("over_the_risk_limit({path})"), table.after.highest);
        }
        if table.over_suppressed {
            let all = table.subjects + table.suppressed_subjects;
            let share = table.suppressed_subjects as f64 / all.max(1) as f64;
            measured.insert(format!("suppressed_over_the_limit({path})"), share);
        }
        missed += u64::from(short_of_k) + u64::from(too_risky) + u64::from(table.over_suppressed);
        for (column, l) in short_of_l(table).filter(|_| table.rows > 0) {
            measured.insert(format!("short_of_l({column} of {path})"), f64::from(l));
            missed += 1;
        }
        for kept in table.models.iter().filter(|kept| !kept.holds && table.rows > 0) {
            measured.insert(format!("short_of({} of {path})", kept.name()), kept.asked);
            missed += 1;
        }
    }
    let (attacks, refusing) = attacked(risk, &mut measured);
    missed += refusing;
    if policy.risk.scope == RiskScope::Joint {
        let apart = risk.tables.iter().filter(|t| !t.by_subject).count();
        measured.insert("tables_not_in_the_joint_count".to_owned(), apart as f64);
    }
    if let Some(joint) = &risk.joint {
        measured.insert("joint_smallest_signature".to_owned(), joint.smallest as f64);
        measured.insert("joint_unique_patients".to_owned(), joint.unique as f64);
        measured.insert("joint_highest_risk".to_owned(), joint.highest);
        measured.insert("joint_average_risk".to_owned(), joint.average);
        let above = policy.risk.max_prosecutor.is_some_and(|most| joint.highest > most + 1e-9);
        missed += u64::from(policy.risk.scope == RiskScope::Joint && above);
    }
    CheckResult {
        verdict: match (missed, with_quasi.is_empty()) {
            (0, true) => Verdict::NotApplicable,
            (0, false) => Verdict::Passed,
            _ => Verdict::Failed,
        },
        gate: Gate::Risk,
        examined: match attacks {
            0 => BTreeMap::from([("tables".to_owned(), with_quasi.len() as u64)]),
            attacks => BTreeMap::from([
                ("tables".to_owned(), with_quasi.len() as u64),
                ("attacks".to_owned(), attacks),
            ]),
        },
        measured,
        hits: Vec::new(),
        hits_total: missed,
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

/// Chances of linkage by a table from elsewhere, if its people are in the release, and by a copy with errors.
const FIGURES: [(&str, &str); 2] =
    [("outside.highest", "an outside table"), ("perturbed.highest", "a copy with errors")];

/// What attacks achieved where the policy asks for them; how many were told, and how many refuse the release. A
/// table whose attacks are not there refuses it too.
fn attacked(risk: &RiskSummary, measured: &mut BTreeMap<String, f64>) -> (u64, u64) {
    let (mut told, mut refusing) = (0, 0);
    for table in risk.tables.iter().filter(|table| table.attacks_asked) {
        let path = &table.path;
        let Some(attacks) = &table.attacks else {
            measured.insert(format!("attacks_not_made({path})"), 1.0);
            refusing += 1;
            continue;
        };
        for attack in &attacks.attacks {
            let name = format!("{} of {path}", attack.name());
            told += 1;
            refusing += u64::from(attack.refuses);
            if let Some(success) = attack.success {
                measured.insert(format!("attack_risk({name})"), success);
            }
            for (figure, by) in FIGURES {
                if let Some(chance) = attack.figures.get(figure) {
                    measured.insert(
                        format!("attack_risk({} by {by} of {path})", attack.name()),
                        *chance,
                    );
                }
            }
            match (attack.refuses, attack.success, attack.threshold) {
                (true, Some(_), Some(most)) => {
                    measured.insert(format!("over_the_attack_risk_limit({name})"), most);
                }
                (true, ..) => {
                    measured.insert(format!("attack_not_made({name})"), 1.0);
                }
                (false, ..) => {}
            }
        }
    }
    (told, refusing)
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

fn inventory(asked: &Asked<'_>) -> CheckResult {
    let most = asked.policy.risk.max_quarantined;
    let share = if asked.files == 0 { 0.0 } else { asked.withdrawn as f64 / asked.files as f64 };
    let files = if share > most { asked.withdrawn } else { 0 };
    let cells = too_many_blanked(asked.prose, most);
    let mut measured = BTreeMap::from([
        ("files_taken_to_quarantine".to_owned(), asked.withdrawn as f64),
        ("share_taken_to_quarantine".to_owned(), share),
    ]);
    let withheld: u64 = asked.prose.iter().map(|column| column.withheld).sum();
    for (name, count) in [(RECORDS_OUT, asked.withdrawn_records), (CELLS_OUT, withheld)] {
        if count > 0 {
            measured.insert(name.to_owned(), count as f64);
        }
    }
    let too_many = files + cells > 0;
    let failed = too_many || asked.staged_problems > 0;
    CheckResult {
        verdict: if failed { Verdict::Failed } else { Verdict::Passed },
        // Much that leaks is a fault of the policy, not of the bytes.
        gate: if too_many { Gate::Residual } else { Gate::Integrity },
        examined: BTreeMap::from([("files".to_owned(), asked.files)]),
        measured,
        hits: Vec::new(),
        hits_total: asked.staged_problems + files + cells,
        note: "Every staged file belongs to a record of the run and has the digest it was written \
               with. The release is refused where more than the policy's share of files had to be \
               taken out, or of the prose cells of a table or of one of its columns to be blanked."
            .to_owned(),
    }
}

/// Records taken out of files that stay, as the evidence measures them.
pub(crate) const RECORDS_OUT: &str = "records_taken_out";
/// Prose cells that were blanked, as the evidence measures them.
pub(crate) const CELLS_OUT: &str = "prose_cells_blanked";

/// Blanked cells of those columns and tables in which they are more than the share; one cell is never
/// too many.
fn too_many_blanked(columns: &[ProseCells], most: f64) -> u64 {
    let too_many = |withheld: u64, cells: u64| withheld as f64 > (cells as f64 * most).max(1.0);
    let of_table = |path: &str| {
        let columns = columns.iter().filter(|column| column.path == path);
        columns.fold((0, 0), |(withheld, cells), c| (withheld + c.withheld, cells + c.cells))
    };
    let beyond = columns.iter().filter(|column| {
        let (withheld, cells) = of_table(&column.path);
        too_many(column.withheld, column.cells) || too_many(withheld, cells)
    });
    beyond.map(|column| column.withheld).sum()
}

#[cfg(test)]
mod tests {
    use anonymed_assess::Whose;
    use anonymed_assess::attacks::Verdict as Made;
    use anonymed_core::FileNumber;

    use super::*;
    use crate::project_attack::{AttackNumber, TableAttacks};
    use crate::risk::RiskNumbers;

    #[test]
    fn blanked_cells_are_held_to_the_share_by_column_and_by_table() {
        let check = |columns: &[(u64, u64)], expect: u64| {
            let columns: Vec<ProseCells> = columns
                .iter()
                .zip(1..)
                .map(|((withheld, cells), column)| ProseCells {
                    file: FileNumber(1),
                    path: "tables/a.csv".into(),
                    column,
                    cells: *cells,
                    withheld: *withheld,
                })
                .collect();
            assert_eq!(too_many_blanked(&columns, 0.05), expect, "{columns:?}");
        };
        check(&[(60, 60)], 60);
        check(&[(3, 60)], 0);
        check(&[(4, 60)], 4);
        check(&[(1, 3)], 0);
        check(&[(4, 60), (0, 1_000)], 4);
        check(&[(1, 3), (1, 3), (1, 3)], 3);
        check(&[], 0);
    }

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
        let check = |attacks, expect: (u64, u64), name: &str| {
            let risk = RiskSummary { tables: vec![table(attacks, None)], joint: None };
            let mut measured = BTreeMap::new();
            assert_eq!(attacked(&risk, &mut measured), expect, "{name}");
            assert!(measured.contains_key(name), "{measured:?} lacks {name}");
        };
        check(None, (0, 1), "attacks_not_made(a.csv)");
        let unmade = of(vec![linkage(true, None)]);
        check(Some(unmade), (1, 1), "attack_not_made(linkage of a.csv)");
        let withstood = of(vec![linkage(false, Some(0.1))]);
        check(Some(withstood), (1, 0), "attack_risk(linkage of a.csv)");
    }
}
