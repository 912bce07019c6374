//! The verification stage: reads the staged outputs back and lets [`crate::verify`] attack them,
//! file by file, then over all of them.
//!
//! A note or a FHIR file with a hit is taken to quarantine, or those of its records that have one, and
//! a prose cell of a table is blanked; the evidence is about what is left. A hit elsewhere in a table,
//! or in more than a stated share of the files or of the prose cells of a column, fails the check, and
//! the gate refuses the release.

mod document;
mod evidence;
mod risk_evidence;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anonymed_core::policy::{Profile, RiskScope};
use anonymed_core::release::{Check, Evidence, Hit};
use anonymed_core::{
    CancelToken, FileNumber, KeyPurpose, KeyRing, Locator, Place, Policy, Progress, Pseudonym,
    Pseudonymizer, QuarantinedRecord, SubjectId,
};
use anonymed_table::joint;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::document::{Code, Examined};
pub(crate) use self::evidence::{CELLS_OUT, RECORDS_OUT};
use crate::graph::{RawGraph, SubjectGraph};
use crate::plan::Plan;
use crate::project::Project;
use crate::risk::RiskSummary;
use crate::scan::{Inventory, Scan};
use crate::staging::{Outcome, Output, Record, Staging};
use crate::subjects::{KnownValuesNeed, Patients, pseudonymizer};
use crate::verify::consistency::Consistency;
use crate::verify::crosswalk::Crosswalk;
use crate::verify::json::{Json, JsonError, Layout, fold_records};
use crate::verify::references::{ReferenceReport, References};
use crate::verify::{HitCollector, KnownValues, Sweep};
use crate::{EngineError, job, plan as planning, release, scan as scanning};

/// What the verification found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verification {
    /// The plan whose outputs were read.
    pub plan: String,
    /// Digest of what the run's records say.
    pub records: String,
    /// The evidence for the gate.
    pub evidence: Evidence,
    /// Models each table satisfies, by path of the output.
    pub models: BTreeMap<String, BTreeMap<String, f64>>,
    /// Risk and utility.
    pub risk: RiskSummary,
    /// Files taken to quarantine, and why.
    pub withdrawn: Vec<(FileNumber, String)>,
    /// Places in those files, as far as they are kept.
    #[serde(default)]
    pub withdrawn_hits: Vec<Hit>,
    /// Files of many records that stay, and how many records were taken out of each.
    #[serde(default)]
    pub withdrawn_records: Vec<(FileNumber, u64)>,
    /// Columns of prose with cells that were blanked.
    #[serde(default)]
    pub withheld_cells: Vec<ProseCells>,
}

impl Verification {
    /// Records taken out of files that stay.
    pub fn records_out(&self) -> u64 {
        self.withdrawn_records.iter().map(|(_, records)| records).sum()
    }

    /// Prose cells that were blanked.
    pub fn cells_out(&self) -> u64 {
        self.withheld_cells.iter().map(|column| column.withheld).sum()
    }

    /// Whether anything was taken out that the run had let through.
    pub fn took_out(&self) -> bool {
        !self.withdrawn.is_empty() || self.records_out() > 0 || self.cells_out() > 0
    }
}

/// The prose cells of one column of a released table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProseCells {
    /// The input file.
    pub file: FileNumber,
    /// The output's path.
    pub path: String,
    /// Column of the output, from 1.
    pub column: u32,
    /// Cells that are not empty.
    pub cells: u64,
    /// Of these, those that are blank since the verification found something in them.
    pub withheld: u64,
}

/// What one file's checks gave.
#[derive(Clone, Default)]
pub(crate) struct Findings {
    known: HitCollector,
    dates: HitCollector,
    residual: HitCollector,
    /// Lines of an NDJSON file with a hit.
    lines: BTreeSet<u64>,
    /// Prose cells with a hit: file, sheet, row of the output, column of the input.
    cells: Cells,
    /// All prose cells and those that are blanked, by column.
    prose: Prose,
    /// Units examined, by check and name.
    examined: BTreeMap<(Check, &'static str), u64>,
}

impl Findings {
    fn examine(&mut self, check: Check, unit: &'static str, count: u64) {
        *self.examined.entry((check, unit)).or_default() += count;
    }

    fn total(&self) -> u64 {
        self.known.total() + self.dates.total() + self.residual.total()
    }

    fn into_hits(self) -> Vec<Hit> {
        [self.known, self.dates, self.residual].into_iter().flat_map(|c| c.finish().0).collect()
    }

    fn absorb(&mut self, other: Self) {
        self.known.absorb(other.known);
        self.dates.absorb(other.dates);
        self.residual.absorb(other.residual);
        self.cells.extend(other.cells);
        for (column, (cells, withheld)) in other.prose {
            let all = self.prose.entry(column).or_default();
            *all = (all.0 + cells, all.1 + withheld);
        }
        for (key, count) in other.examined {
            *self.examined.entry(key).or_default() += count;
        }
    }
}

/// Prose cells with a hit: file, sheet, row of the output, column of the input.
type Cells = BTreeSet<(FileNumber, Option<String>, u64, usize)>;

/// Prose cells and how many of them are blanked, by file, path and column of the output.
type Prose = BTreeMap<(FileNumber, String, u32), (u64, u64)>;

/// What all checks share.
pub(crate) struct Look<'a> {
    project: &'a Project,
    policy: &'a Policy,
    inventory: &'a Inventory,
    plan: &'a Plan,
    staging: Staging,
    patients: Patients,
    /// Makes the codes and orders of rows again that the run made.
    maker: Pseudonymizer,
    sweep: Sweep<'a>,
    /// Original dates of each patient, from documents and FHIR.
    originals: document::Originals,
    /// Whose a released code or UUID is.
    codes: Arc<Crosswalk>,
    /// Whose the codes are that each table has of its own.
    table_codes: Crosswalk,
    cancel: &'a CancelToken,
}

/// Times a table is done again with the cells blank that a look found something in.
const ROUNDS: usize = 3;

/// Verifies the outputs of the stored plan and stores the result. Prose cells of tables with a hit
/// are blanked, their tables done again, and everything looked at once more.
///
/// # Errors
///
/// Where the run is not complete, an output cannot be read, or the state cannot be written. What
/// the checks find is in the result and not an error.
pub fn verify(
    project: &Project,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Verification, EngineError> {
    let policy = project.policy()?;
    project.record(&project.event("verify.begin", &policy.purpose))?;
    let scan = scanning::load(project)?;
    let (plan, graph) = planning::load(project, &policy, &scan)?;
    let staging = Staging::of(project, &plan.hash);
    let mut records = staging.records(&plan)?;
    // Tables and FHIR are read again, to compare dates and references with those that came in.
    let read_again = records.iter().filter(|r| staged(r).is_some() && r.modality != "text");
    project.record_all(
        read_again.map(|r| project.event("verify.open", &policy.purpose).file(r.file)),
    )?;
    let Scan { inventory, graph: raw } = scan;
    let known = known_values(project.keys(), &raw, &graph);
    let bound = (&policy, &inventory, &plan);
    let look = Look::new(project, bound, (raw, graph), (&known, &records), cancel);
    let bytes = records.iter().map(record_bytes).sum();
    progress.begin("verify", bytes, "B");
    // Documents are many and tables few: side by side, each fills the other's gaps.
    let (tables, documents) = job::beside(
        || look.all_tables(&records, progress),
        || look.all_documents(&records, progress),
    );
    let (documents, mut tables) = (documents?, tables?);
    for round in 1.. {
        let (mut verification, cells) = look.together(&documents, tables, &records)?;
        let files: BTreeSet<FileNumber> = cells.iter().map(|(file, ..)| *file).collect();
        let marks = look.marks(&look.maker, &records, &cells)?;
        if marks.is_empty() || round > ROUNDS {
            progress.end("verify");
            verification.records = records_digest(&staging.unchecked_records(&plan)?)?;
            store(project, &verification)?;
            project.record(
                &project
                    .event("verify.end", &policy.purpose)
                    .count("withdrawn", verification.withdrawn.len() as u64)
                    .count("withdrawn_records", verification.records_out())
                    .count("withheld_cells", verification.cells_out())
                    .count(
                        "findings",
                        verification.evidence.checks.values().map(|c| c.hits_total).sum(),
                    )
                    .digest("data", &verification.evidence.digest),
            )?;
            return Ok(verification);
        }
        project.record(
            &project
                .event("verify.withhold", &policy.purpose)
                .count("cells", marks.len() as u64)
                .count("tables", files.len() as u64),
        )?;
        staging.withhold_cells(&marks, &files)?;
        for done in crate::run::again(project, &files, progress, cancel)?.records {
            if let Some(record) = records.iter_mut().find(|r| r.file == done.file) {
                *record = done;
            }
        }
        tables = look.all_tables(&records, progress)?;
    }
    Err(EngineError::Internal("verification came to no end".into()))
}

/// Whose the codes are that each table has of its own.
fn table_codes(maker: &Pseudonymizer, records: &[Record], patients: &Patients) -> Crosswalk {
    let tables = records.iter().flat_map(|record| {
        let outputs = staged(record).into_iter().flatten().filter(|o| o.table.is_some());
        outputs.map(|o| joint::table_scope(record.file, o.sheet.as_deref()))
    });
    Crosswalk::new(tables.flat_map(|scope| {
        patients.all().iter().filter_map(move |s| {
            let code = joint::table_code(maker, &scope, &s.pseudonym.code());
            Some((s.number, Pseudonym::from_code(&code)?))
        })
    }))
}

/// Sealed: who can write the state folder but has no key cannot make evidence.
const STATE: &str = "verification.sealed";

fn store(project: &Project, verification: &Verification) -> Result<(), EngineError> {
    project.seal_json(STATE, verification)
}

/// Reads the last verification.
///
/// # Errors
///
/// Where there was none, or it was changed.
pub fn load(project: &Project) -> Result<Verification, EngineError> {
    project.open_json(STATE, "verification", "verify")
}

/// The records a verification speaks of, each output with its digest checked.
///
/// # Errors
///
/// Where the staged outputs are not whole.
pub fn staged_records(
    project: &Project,
    verification: &Verification,
) -> Result<Vec<Record>, EngineError> {
    let plan = planning::read(project)?;
    if plan.hash != verification.plan {
        return Err(EngineError::Drift("the plan"));
    }
    let changed = || EngineError::Integrity("the run was changed after the verification".into());
    let records = Staging::of(project, &plan.hash).records(&plan).map_err(|e| match e {
        EngineError::Order { .. } => changed(),
        other => other,
    })?;
    if records_digest(&records)? != verification.records {
        return Err(changed());
    }
    Ok(records)
}

/// Digest over all that the records of a run say, but for the time they took.
fn records_digest(records: &[Record]) -> Result<String, EngineError> {
    let records: Vec<_> = records.iter().map(|r| (r.file, &r.plan, &r.result)).collect();
    let bytes = anonymed_vault::canonical_json(&records)?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// Fingerprints of every identifier the scan saw: of patients, of those around them, and every key.
pub(crate) fn known_values(
    keys: &dyn KeyRing,
    raw: &RawGraph,
    graph: &SubjectGraph,
) -> KnownValues {
    let mut builder = KnownValues::builder(&keys.derive(&KeyPurpose::Fingerprint));
    for (subject, entity, value) in graph.known(raw) {
        builder.insert(entity, value, subject);
    }
    for (id, subject) in graph.ids(raw) {
        builder.insert(anonymed_core::EntityType::Mrn, id, Some(subject));
    }
    builder.build()
}

fn originals(graph: &SubjectGraph) -> document::Originals {
    let mut originals = document::Originals::new();
    for (subject, days) in &graph.dates {
        if let Some(date) = crate::graph::date_of(*days) {
            originals.entry(*subject).or_default().insert(date);
        }
    }
    originals
}

/// What came of notes and FHIR; looked at once, since nothing about them changes with the tables.
struct Documents {
    findings: Findings,
    /// Records of files that stay.
    left: Vec<Record>,
    withdrawn: Vec<(FileNumber, String)>,
    withdrawn_hits: Vec<Hit>,
    references: ReferenceReport,
    /// Only where there are documents: it holds a few numbers for each patient.
    consistency: Option<Consistency>,
}

/// What came of the tables.
struct LookedAt {
    findings: Findings,
    left: Vec<Record>,
    risk: RiskSummary,
    models: table::Models,
    consistency: Consistency,
}

impl Documents {
    /// Takes a file that stays.
    fn take(&mut self, mut record: Record, examined: Examined, references: &mut References) {
        // Nobody asks for the replaced parts of a file that was looked at.
        if let Outcome::Staged(outputs) = &mut record.result {
            outputs.iter_mut().for_each(|output| output.spans = None);
        }
        self.findings.absorb(examined.findings);
        references.absorb(examined.references);
        if let Some(consistency) = &mut self.consistency {
            for Code { at, modality, subject, code } in examined.codes {
                consistency.observe_code(at, modality, subject, &code);
            }
        }
        self.left.push(record);
    }
}

impl<'a> Look<'a> {
    fn new(
        project: &'a Project,
        (policy, inventory, plan): (&'a Policy, &'a Inventory, &'a Plan),
        (raw, graph): (RawGraph, SubjectGraph),
        (known, records): (&'a KnownValues, &[Record]),
        cancel: &'a CancelToken,
    ) -> Self {
        let originals = originals(&graph);
        let maker = pseudonymizer(policy, project.keys(), &inventory.digest);
        let need = KnownValuesNeed::None;
        let patients = Patients::new(policy, project.keys(), &maker, &raw, &graph, need);
        // From here on nobody needs an identifier in the clear.
        drop((raw, graph));
        let codes = Crosswalk::new(patients.all().iter().map(|s| (s.number, s.pseudonym)));
        let fhir = records.iter().any(|r| r.modality == "fhir");
        let table_codes = match policy.risk.scope {
            RiskScope::Joint => table_codes(&maker, records, &patients),
            _ => Crosswalk::default(),
        };
        let sweep = Sweep::new(known).allowing(policy.text.allow.iter().map(String::as_str));
        let limited = policy.profile == Profile::HipaaLimited;
        Self {
            codes: Arc::new(if fhir { codes.with_uuids() } else { codes }),
            table_codes,
            maker,
            sweep: if limited { sweep.keeping_areas() } else { sweep },
            project,
            policy,
            inventory,
            plan,
            staging: Staging::of(project, &plan.hash),
            patients,
            originals,
            cancel,
        }
    }

    /// Looks at notes and FHIR, and takes out what is found in them.
    fn all_documents(
        &self,
        records: &[Record],
        progress: &dyn Progress,
    ) -> Result<Documents, EngineError> {
        let to_look_at: Vec<&Record> =
            records.iter().filter(|r| r.modality != "table" && staged(r).is_some()).collect();
        let mut all = Documents {
            findings: Findings::default(),
            left: Vec::new(),
            // What an earlier look took out stays out, and counts.
            withdrawn: records
                .iter()
                .filter_map(|r| match &r.result {
                    Outcome::Withdrawn(reason) => Some((r.file, reason.clone())),
                    _ => None,
                })
                .collect(),
            withdrawn_hits: earlier_hits(self.project, &self.plan.hash),
            references: References::default().finish(&BTreeMap::new()),
            consistency: (!to_look_at.is_empty()).then(|| self.consistency()),
        };
        let mut references = References::default();
        for portion in job::portions(&to_look_at, |r| job::held(record_bytes(r))) {
            let looked = portion.par_iter().map(|record| {
                self.cancel.check()?;
                let examined = self.documents(record)?;
                progress.advance("verify", record_bytes(record));
                Ok((*record, examined))
            });
            for (record, examined) in looked.collect::<Result<Vec<_>, EngineError>>()? {
                if examined.findings.total() == 0 {
                    all.take(record.clone(), examined, &mut references);
                    continue;
                }
                match self.without_lines(record, &examined.findings)? {
                    Some((record, clean)) => all.take(record, clean, &mut references),
                    None => {
                        let reason = evidence::reason(&examined.findings);
                        let reason = self.quarantine(record, reason)?;
                        all.withdrawn.push((record.file, reason));
                    }
                }
                all.withdrawn_hits.extend(examined.findings.into_hits());
            }
        }
        all.withdrawn.sort();
        let baseline = self.references_before(&references, &all.left)?;
        all.references = references.finish(&baseline);
        Ok(all)
    }

    /// Looks at the tables.
    fn all_tables(
        &self,
        records: &[Record],
        progress: &dyn Progress,
    ) -> Result<LookedAt, EngineError> {
        let mut findings = Findings::default();
        let mut left = Vec::new();
        let mut tables = table::Tables::new(self);
        let is_table = |r: &&Record| r.modality == "table" && staged(r).is_some();
        for record in records.iter().filter(is_table) {
            self.cancel.check()?;
            tables.read(record, &mut findings)?;
            left.push(record.clone());
            progress.advance("verify", record_bytes(record));
        }
        let (risk, models, consistency) = tables.finish();
        Ok(LookedAt { findings, left, risk, models, consistency })
    }

    /// Puts together what came of all files.
    fn together(
        &self,
        documents: &Documents,
        tables: LookedAt,
        records: &[Record],
    ) -> Result<(Verification, Cells), EngineError> {
        let LookedAt { mut findings, mut left, risk, models, mut consistency } = tables;
        findings.absorb(documents.findings.clone());
        left.extend(documents.left.iter().cloned());
        left.sort_by_key(|r| r.file);
        self.names(&left, &mut findings)?;
        if let Some(documents) = &documents.consistency {
            consistency.absorb(documents.clone());
        }
        let cells = std::mem::take(&mut findings.cells);
        let prose = prose_cells(std::mem::take(&mut findings.prose));
        let withdrawn_records = withdrawn_records(&left);
        let mut evidence = Evidence { digest: release::data_digest(&left), ..Evidence::default() };
        let asked = evidence::Asked {
            policy: self.policy,
            files: records.len() as u64,
            withdrawn: documents.withdrawn.len() as u64,
            withdrawn_records: withdrawn_records.iter().map(|(_, records)| records).sum(),
            prose: &prose,
            staged_problems: self.inventory(&left)?,
        };
        let (references, consistency) = (documents.references.clone(), consistency.finish());
        evidence::fill(&mut evidence, &asked, findings, references, consistency, &risk);
        let verification = Verification {
            plan: self.plan.hash.clone(),
            records: String::new(),
            evidence,
            models,
            risk,
            withdrawn: documents.withdrawn.clone(),
            withdrawn_hits: documents.withdrawn_hits.clone(),
            withdrawn_records,
            withheld_cells: prose.into_iter().filter(|column| column.withheld > 0).collect(),
        };
        Ok((verification, cells))
    }

    /// Takes the records of an NDJSON file that have a hit out of it, where they are few, and looks
    /// at what is left. `None` where the file has to go as a whole.
    fn without_lines(
        &self,
        record: &Record,
        found: &Findings,
    ) -> Result<Option<(Record, Examined)>, EngineError> {
        let records: u64 =
            staged(record).into_iter().flatten().map(|o| o.transformed.records_out).sum();
        let few = (found.lines.len() as f64)
            <= (records as f64 * self.policy.risk.max_quarantined).max(1.0);
        if found.lines.is_empty() || !few {
            return Ok(None);
        }
        self.project.record(
            &self
                .project
                .event("verify.withdraw", &self.policy.purpose)
                .file(record.file)
                .count("records", found.lines.len() as u64),
        )?;
        let record = self.staging.withdraw_lines(record, &found.lines, TAKEN_OUT)?;
        let clean = self.documents(&record)?;
        Ok((clean.findings.total() == 0).then_some((record, clean)))
    }

    /// Takes a file out, and gives the reason it is out for.
    fn quarantine(&self, record: &Record, reason: String) -> Result<String, EngineError> {
        self.project.record(
            &self
                .project
                .event("verify.withdraw", &self.policy.purpose)
                .file(record.file)
                .outcome("quarantined"),
        )?;
        let reason = crate::run::seal_original(self.project, self.inventory, record.file, reason)?;
        self.staging.withdraw(record, &reason)?;
        Ok(reason)
    }

    /// What the package says beside the data: file and folder names, headers of released columns,
    /// and the policy as it is shipped.
    fn names(&self, records: &[Record], findings: &mut Findings) -> Result<(), EngineError> {
        for record in records {
            for output in staged(record).into_iter().flatten() {
                findings.examine(Check::KnownValues, "names", 1);
                // The running number at the end is ours, and may be somebody's by chance.
                let ours = format!("-{:05}", record.file.0);
                for hit in self.sweep.name(&output.path.replacen(&ours, "-", 1)) {
                    let at = Locator::new(record.file, Place::Name);
                    findings.known.push(at, Some(hit.entity), hit.reason);
                }
                let columns = output.table.iter().flat_map(|table| &table.columns);
                for column in columns {
                    let Some(position) = column.output_position else { continue };
                    findings.examine(Check::KnownValues, "headers", 1);
                    for hit in self.sweep.text(&column.name, None, &[]) {
                        let at = Locator::new(record.file, Place::Column(position as u32 + 1));
                        findings.known.push(at, Some(hit.entity), hit.reason);
                    }
                }
            }
        }
        let shipped = crate::propose::shipped(&self.project.policy_text()?)?;
        findings.examine(Check::KnownValues, "policies", 1);
        for hit in self.sweep.text(&shipped, None, &[]) {
            let at = Locator::new(FileNumber(0), Place::Name);
            findings.known.push(at, Some(hit.entity), "known-value-in-the-policy");
        }
        Ok(())
    }

    /// Every staged file is of a record, and every record's file is there as written.
    fn inventory(&self, records: &[Record]) -> Result<u64, EngineError> {
        let expected: BTreeSet<&str> =
            records.iter().filter_map(staged).flatten().map(|o| o.path.as_str()).collect();
        let data = self.staging.data();
        let mut problems = 0;
        let mut seen = 0;
        for entry in walkdir::WalkDir::new(&data) {
            let entry = entry
                .map_err(|_| EngineError::Integrity("the staging area cannot be read".into()))?;
            if entry.file_type().is_dir() {
                continue;
            }
            let name = entry.path().strip_prefix(&data).unwrap_or(entry.path());
            if expected.contains(name.to_string_lossy().as_ref()) {
                seen += 1;
            } else {
                // Left by a killed run: nothing of it is released.
                fs_err::remove_file(entry.path())
                    .map_err(EngineError::io("a stray staged file", "removed"))?;
            }
        }
        problems += expected.len() as u64 - seen;
        Ok(problems)
    }

    /// References that the released records could not resolve as they came in, by file.
    fn references_before(
        &self,
        released: &References,
        records: &[Record],
    ) -> Result<BTreeMap<FileNumber, u64>, EngineError> {
        let side = released.of_input();
        let mut references = side.fork();
        let mut unread = Vec::new();
        for record in records {
            let Some(entry) = self.inventory.file(record.file) else { continue };
            for output in staged(record).into_iter().flatten() {
                let layout = match output.form.as_str() {
                    "ndjson" => Layout::Lines,
                    "json" => Layout::Whole,
                    _ => continue,
                };
                let unwritten = &output.transformed.unwritten_lines;
                let entries = held_entries(&output.transformed.quarantined);
                let none = BTreeSet::new();
                let path = self.project.settings.input.join(&entry.name);
                let file = fs_err::File::open(path)
                    .map_err(|e| EngineError::InputGone { file: entry.number, kind: e.kind() })?;
                let read = fold_records(
                    std::io::BufReader::new(file),
                    layout,
                    || side.fork(),
                    |part, read| {
                        if unwritten.binary_search(&read.line).is_ok() {
                            return Ok(());
                        }
                        match Json::read(read.bytes) {
                            Ok(json) => {
                                let entries = entries.get(&read.line).unwrap_or(&none);
                                part.add(record.file, read.line, &json, entries);
                                Ok(())
                            }
                            // What this reader cannot read of one line excuses nothing.
                            Err(JsonError::Malformed(_) | JsonError::Deep)
                                if layout == Layout::Lines =>
                            {
                                Ok(())
                            }
                            Err(e) => Err(e),
                        }
                    },
                    |part| references.absorb(part),
                );
                if read.is_err() {
                    unread.push(record.file);
                }
            }
        }
        let mut baseline = references.dangling();
        // In an encoding that this reader does not know: nothing is held against such a file.
        baseline.extend(unread.into_iter().map(|file| (file, u64::MAX)));
        Ok(baseline)
    }

    /// The crosswalk to hold released codes and shifts against.
    fn consistency(&self) -> Consistency {
        let shifts = self.patients.all().iter().map(|s| (s.number, self.shift_of(s.number)));
        Consistency::new(Arc::clone(&self.codes), shifts)
    }

    /// Whose a released code is.
    fn owner(&self, code: &str) -> Option<SubjectId> {
        self.table_codes.of_code(code).or_else(|| self.codes.of_code(code))
    }
}

/// Why a record or a cell is not in the release that the run had let through.
pub(crate) const TAKEN_OUT: &str = "verification found an identifier";

/// How many records the verification took out of each file that stays, now or before.
fn withdrawn_records(records: &[Record]) -> Vec<(FileNumber, u64)> {
    let taken = |record: &Record| {
        let outputs = staged(record).into_iter().flatten();
        outputs
            .flat_map(|output| &output.transformed.quarantined)
            .filter(|held| held.reason == TAKEN_OUT)
            .count() as u64
    };
    records.iter().map(|r| (r.file, taken(r))).filter(|(_, records)| *records > 0).collect()
}

fn prose_cells(prose: Prose) -> Vec<ProseCells> {
    let column = |((file, path, column), (cells, withheld))| ProseCells {
        file,
        path,
        column,
        cells,
        withheld,
    };
    prose.into_iter().map(column).collect()
}

/// Indices of bundle entries that are held back, by the line of their bundle.
fn held_entries(quarantined: &[QuarantinedRecord]) -> BTreeMap<u64, BTreeSet<usize>> {
    let mut held: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
    for record in quarantined {
        let Place::Element { line, path } = &record.place else { continue };
        let index = path.strip_prefix("Bundle.entry[").and_then(|rest| rest.split_once(']'));
        if let Some(index) = index.and_then(|(index, _)| index.parse().ok()) {
            held.entry(*line).or_default().insert(index);
        }
    }
    held
}

/// What an earlier verification of the same plan found in the files it took out.
fn earlier_hits(project: &Project, plan: &str) -> Vec<Hit> {
    load(project).ok().filter(|v| v.plan == plan).map(|v| v.withdrawn_hits).unwrap_or_default()
}

fn staged(record: &Record) -> Option<&Vec<Output>> {
    match &record.result {
        Outcome::Staged(outputs) => Some(outputs),
        Outcome::Quarantined(_) | Outcome::Withdrawn(_) => None,
    }
}

fn record_bytes(record: &Record) -> u64 {
    staged(record).into_iter().flatten().map(|o| o.bytes).sum()
}
