//! Puts what the checks found into the form the gate asks for.

use std::collections::BTreeMap;

use anonymed_core::policy::{Policy, TimeMode};
use anonymed_core::release::{Check, CheckResult, Evidence, Gate, Verdict};

use super::{Findings, ProseCells, risk_evidence};
use crate::risk::RiskSummary;
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
    checks.insert(Check::Risk, risk_evidence::risk(asked.policy, risk));
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
        missed: Vec::new(),
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
        missed: Vec::new(),
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
        missed: Vec::new(),
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
    use anonymed_core::FileNumber;

    use super::*;

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
}
