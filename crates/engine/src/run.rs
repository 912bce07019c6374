//! The run: executes a plan into a staging area nobody reads from.
//!
//! Each file is read against its digest in the inventory, transformed, and written beside a record
//! of what was done. A record whose outputs still have their digests is not done again, so a run
//! that was killed goes on where it stopped. A file that cannot be transformed is sealed into
//! quarantine with its reason and stops nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anonymed_core::policy::TableFormat;
use anonymed_core::{
    AuditEvent, CancelToken, Context, EntityType, FileNumber, Finding, ModalityError, Operator,
    Place, Policy, Progress, Pseudonymizer, QuarantinedRecord, Replacement, Resolution, ScrubError,
    ScrubbedText, Subject, SubjectId, SubjectIndex, TextScope, TextScrubber, Transformed,
    WrittenSpan,
};
use anonymed_table::{TableOutcome, Tables, WrittenCell};
use anonymed_text::Scrubber;
use anonymed_vault::SealWriter;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::{Item, Plan, Step};
use crate::project::{Project, private_dir};
use crate::scan::{Entry, Scan};
use crate::subjects::{KnownValuesNeed, Patients, pseudonymizer};
use crate::{EngineError, job, plan as planning, registry, scan as scanning};

/// Files between two writes of the audit log.
const CHUNK: usize = 256;

/// What was done with one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Which.
    pub file: FileNumber,
    /// The plan it was done under.
    pub plan: String,
    /// The modality.
    pub modality: String,
    /// What came of it.
    pub result: Outcome,
    /// Seconds it took; not part of any digest.
    pub seconds: f64,
}

/// What came of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is staged.
    Staged(Vec<Output>),
    /// It is held back, and why; by number the sealed original is found.
    Quarantined(String),
    /// It was staged, and the verification took it out again, and why.
    Withdrawn(String),
}

/// One staged output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Output {
    /// Path below the release's `data` folder.
    pub path: String,
    /// `csv`, `parquet`, `text`, `ndjson`, `json`.
    pub form: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// The sheet it comes from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sheet: Option<String>,
    /// The patient of a document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<SubjectId>,
    /// What was done; the spans lie in a file of their own.
    pub transformed: Transformed,
    /// What was done to a table.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub table: Option<TableOutcome>,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Run {
    /// The plan's hash.
    pub plan: String,
    /// Records in order of file number.
    pub records: Vec<Record>,
}

/// Where a plan is staged.
#[derive(Debug, Clone)]
pub struct Staging {
    root: PathBuf,
}

impl Staging {
    /// The staging area of a plan.
    pub fn of(project: &Project, plan: &str) -> Self {
        Self { root: project.state("staging").join(&plan[..plan.len().min(16)]) }
    }

    /// Folder of the data files.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// A data file.
    pub fn output(&self, output: &Output) -> PathBuf {
        self.data().join(&output.path)
    }

    fn record(&self, file: FileNumber) -> PathBuf {
        self.root.join("done").join(format!("{:05}.json", file.0))
    }

    fn spans(&self, output: &str) -> PathBuf {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(output)[..12]);
        self.root.join("spans").join(digest)
    }

    /// The replaced parts of an output.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    pub fn written(&self, output: &Output) -> Result<Vec<WrittenSpan>, EngineError> {
        let path = self.spans(&output.path);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = fs_err::read(path).map_err(EngineError::io("staged spans", "read"))?;
        let packed: Vec<(u64, u64, u8, u8)> = postcard::from_bytes(&bytes)
            .map_err(|_| EngineError::Integrity("staged spans cannot be read".into()))?;
        Ok(unpack(&packed))
    }

    fn store_spans(&self, output: &str, spans: &[WrittenSpan]) -> Result<(), EngineError> {
        if spans.is_empty() {
            return Ok(());
        }
        let bytes =
            postcard::to_stdvec(&pack(spans)).map_err(|e| EngineError::Internal(e.to_string()))?;
        write_quick(&self.spans(output), &bytes)
    }

    /// The replaced parts of the prose cells of a table.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    pub fn written_cells(&self, output: &Output) -> Result<Vec<WrittenCell>, EngineError> {
        let path = self.spans(&output.path);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = fs_err::read(path).map_err(EngineError::io("staged spans", "read"))?;
        postcard::from_bytes(&bytes)
            .map_err(|_| EngineError::Integrity("staged spans cannot be read".into()))
    }

    fn store_cells(&self, output: &str, cells: &[WrittenCell]) -> Result<(), EngineError> {
        if cells.is_empty() {
            return Ok(());
        }
        let bytes = postcard::to_stdvec(cells).map_err(|e| EngineError::Internal(e.to_string()))?;
        write_quick(&self.spans(output), &bytes)
    }

    fn stored(&self, file: FileNumber, plan: &str) -> Option<Record> {
        let bytes = fs_err::read(self.record(file)).ok()?;
        let record: Record = serde_json::from_slice(&bytes).ok()?;
        let whole = match &record.result {
            Outcome::Quarantined(_) | Outcome::Withdrawn(_) => true,
            Outcome::Staged(outputs) => outputs.iter().all(|o| self.is_whole(o)),
        };
        (record.plan == plan && whole).then_some(record)
    }

    fn is_whole(&self, output: &Output) -> bool {
        fs_err::File::open(self.output(output))
            .and_then(|mut f| scanning::hash(&mut f))
            .is_ok_and(|(_, sha256)| sha256 == output.sha256)
    }

    /// The records of a finished run, or which files are still to do.
    ///
    /// # Errors
    ///
    /// Where the run is not complete or a staged file changed.
    pub fn records(&self, plan: &Plan) -> Result<Vec<Record>, EngineError> {
        plan.bound
            .items
            .iter()
            .filter(|i| !matches!(i.step, Step::LeaveOut(_)))
            .map(|item| {
                self.stored(item.file, &plan.hash)
                    .ok_or(EngineError::Order { missing: "complete run", command: "run" })
            })
            .collect()
    }

    /// Takes single lines out of a staged NDJSON file; the rest of it stays.
    ///
    /// # Errors
    ///
    /// Where the staging area cannot be read or written.
    pub fn withdraw_lines(
        &self,
        record: &Record,
        lines: &BTreeSet<u64>,
        reason: &str,
    ) -> Result<Record, EngineError> {
        let mut record = record.clone();
        if let Outcome::Staged(outputs) = &mut record.result {
            for output in outputs.iter_mut().filter(|o| o.form == "ndjson") {
                self.cut(output, lines, reason)?;
            }
        }
        self.store(&record)?;
        Ok(record)
    }

    fn cut(
        &self,
        output: &mut Output,
        lines: &BTreeSet<u64>,
        reason: &str,
    ) -> Result<(), EngineError> {
        use std::io::BufRead;
        let spans = self.written(output)?;
        let held = held_lines(&output.transformed.quarantined);
        let mut input_line = 0;
        let path = self.output(output);
        let source = fs_err::File::open(&path).map_err(EngineError::io("a staged file", "read"))?;
        let mut source = std::io::BufReader::new(source);
        let mut sink = Sink::create(&path)?;
        let mut kept = Vec::with_capacity(spans.len());
        let (mut at, mut gone, mut next) = (0u64, 0u64, 0usize);
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            let read = source
                .read_until(b'\n', &mut line)
                .map_err(EngineError::io("a staged file", "read"))?;
            if read == 0 {
                break;
            }
            let end = at + read as u64;
            input_line += 1;
            while held.contains(&input_line) {
                input_line += 1;
            }
            let cut = lines.contains(&number);
            while let Some(span) = spans.get(next).filter(|s| s.start < end) {
                if !cut {
                    kept.push(WrittenSpan {
                        start: span.start - gone,
                        end: span.end - gone,
                        ..span.clone()
                    });
                }
                next += 1;
            }
            if cut {
                gone += read as u64;
                output.transformed.records_out = output.transformed.records_out.saturating_sub(1);
                let path = "record".to_owned();
                output.transformed.quarantined.push(QuarantinedRecord {
                    place: Place::Element { line: input_line, path },
                    reason: reason.to_owned(),
                });
            } else {
                sink.write_all(&line).map_err(EngineError::io("the staging area", "written"))?;
            }
            at = end;
        }
        (output.sha256, output.bytes) = sink.finish()?;
        write_quick(
            &self.spans(&output.path),
            &postcard::to_stdvec(&pack(&kept)).map_err(|e| EngineError::Internal(e.to_string()))?,
        )
    }

    /// Marks prose cells of tables, by keyed marks of their input text, to be left blank, and has
    /// their files done again by the next run.
    ///
    /// # Errors
    ///
    /// Where the staging area cannot be written.
    pub fn withhold_cells(
        &self,
        marks: &BTreeSet<String>,
        files: &BTreeSet<FileNumber>,
    ) -> Result<(), EngineError> {
        let mut all = self.withheld_cells();
        all.extend(marks.iter().cloned());
        let json = serde_json::to_vec(&all).map_err(|e| EngineError::Internal(e.to_string()))?;
        write_quick(&self.root.join("withheld.json"), &json)?;
        for file in files {
            match fs_err::remove_file(self.record(*file)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(EngineError::io("the staging area", "written")(e));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn withheld_cells(&self) -> BTreeSet<String> {
        fs_err::read(self.root.join("withheld.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Takes a file's outputs out of the staging area and marks it quarantined.
    ///
    /// # Errors
    ///
    /// Where the staging area cannot be written.
    pub fn withdraw(&self, record: &Record, reason: &str) -> Result<Record, EngineError> {
        if let Outcome::Staged(outputs) = &record.result {
            for output in outputs {
                match fs_err::remove_file(self.output(output)) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                        return Err(EngineError::io("a staged file", "removed")(e));
                    }
                    _ => {}
                }
            }
        }
        let record = Record { result: Outcome::Withdrawn(reason.to_owned()), ..record.clone() };
        self.store(&record)?;
        Ok(record)
    }

    fn store(&self, record: &Record) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec(record).map_err(|e| EngineError::Internal(e.to_string()))?;
        write_quick(&self.record(record.file), &bytes)
    }
}

/// Writes a file whole or not at all against a killed process; the release makes it durable.
fn write_quick(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let temporary = path.with_extension("part");
    fs_err::write(&temporary, bytes).map_err(EngineError::io("the staging area", "written"))?;
    fs_err::rename(&temporary, path).map_err(EngineError::io("the staging area", "written"))
}

/// Lines of the input that no released line stands for.
fn held_lines(quarantined: &[QuarantinedRecord]) -> BTreeSet<u64> {
    quarantined
        .iter()
        .filter_map(|q| match &q.place {
            Place::Element { line, path } if !path.starts_with("Bundle.entry[") => Some(*line),
            _ => None,
        })
        .collect()
}

/// The mark of a prose cell's input text; keyed, so that it tells nothing without the key.
pub(crate) fn cell_mark(codes: &Pseudonymizer, text: &str) -> String {
    data_encoding::HEXLOWER.encode(&codes.bytes("withheld-cell", "", text)[..16])
}

/// What stands in a prose cell that the verification found an identifier in.
const WITHHELD: &str = "[WITHHELD]";

/// The text engine, but for cells that an earlier verification marked: those are left blank.
struct Withholding {
    inner: Scrubber,
    codes: Arc<Pseudonymizer>,
    marks: BTreeSet<String>,
}

impl TextScrubber for Withholding {
    fn find(&self, text: &str, scope: TextScope<'_>) -> Vec<Finding> {
        self.inner.find(text, scope)
    }

    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        if self.marks.is_empty() || !self.marks.contains(&cell_mark(&self.codes, text)) {
            return self.inner.scrub(text, scope);
        }
        Ok(ScrubbedText {
            text: WITHHELD.to_owned(),
            items: vec![Replacement {
                source: 0..text.len(),
                output: 0..WITHHELD.len(),
                entity: EntityType::OtherId,
                operator: Operator::Redact,
            }],
        })
    }

    fn surrogate(&self, entity: EntityType, value: &str, scope: TextScope<'_>) -> String {
        self.inner.surrogate(entity, value, scope)
    }
}

/// What a worker needs.
struct Work<'a> {
    project: &'a Project,
    policy: &'a Policy,
    scan: &'a Scan,
    plan: &'a Plan,
    staging: Staging,
    patients: Patients,
    codes: Arc<Pseudonymizer>,
    text: Withholding,
    tables: Tables,
    cancel: &'a CancelToken,
}

/// Executes the stored plan.
///
/// # Errors
///
/// Where the plan no longer fits, the state cannot be written, the audit log refuses, or the job is
/// stopped; what was done so far is kept.
pub fn run(
    project: &Project,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Run, EngineError> {
    let policy = project.policy()?;
    let scan = scanning::load(project)?;
    let plan = planning::load(project, &policy, &scan)?;
    anonymed_hl7::check_policy(&policy)
        .map_err(|source| EngineError::File { file: FileNumber(0), source })?;
    project.record(&project.event("run.begin", &policy.purpose).digest("plan", &plan.hash))?;
    let staging = Staging::of(project, &plan.hash);
    for folder in ["data", "done", "spans"] {
        private_dir(&staging.root.join(folder))?;
    }
    private_dir(&project.state("quarantine"))?;
    let codes = Arc::new(pseudonymizer(&policy, project.keys(), &scan.inventory.digest));
    let patients = Patients::new(
        &policy,
        project.keys(),
        &codes,
        &scan.graph,
        planning::graph(&policy, &scan),
        need(&policy, &plan),
    );
    let work = Work {
        text: Withholding {
            inner: job::scrubber(&codes, &policy, &patients)?,
            codes: Arc::clone(&codes),
            marks: staging.withheld_cells(),
        },
        patients,
        tables: job::tables(project),
        project,
        policy: &policy,
        scan: &scan,
        plan: &plan,
        staging,
        codes,
        cancel,
    };
    let records = work.execute(progress)?;
    let quarantined = records.iter().filter(|r| !matches!(r.result, Outcome::Staged(_))).count();
    project.record(
        &project
            .event("run.end", &policy.purpose)
            .count("files", records.len() as u64)
            .count("quarantined", quarantined as u64)
            .digest("plan", &plan.hash),
    )?;
    Ok(Run { plan: plan.hash.clone(), records })
}

/// Whether any free text is in the plan.
fn need(policy: &Policy, plan: &Plan) -> KnownValuesNeed {
    let documents = plan.bound.items.iter().any(|i| {
        i.format.as_ref().is_some_and(|f| f.modality != "table")
            && matches!(i.step, Step::Transform { .. })
    });
    let columns = policy
        .tables
        .iter()
        .any(|t| t.columns.iter().any(|(_, rule)| rule.action == anonymed_core::Action::Text));
    if documents || columns { KnownValuesNeed::ForText } else { KnownValuesNeed::None }
}

impl Work<'_> {
    fn execute(&self, progress: &dyn Progress) -> Result<Vec<Record>, EngineError> {
        let mut records = BTreeMap::new();
        for modality in ["table", "fhir", "text"] {
            let items: Vec<&Item> =
                self.plan.bound.items.iter().filter(|i| modality_of(i) == modality).collect();
            let bytes = items.iter().filter_map(|i| self.entry(i)).map(|e| e.length).sum();
            progress.begin(modality, bytes, "B");
            // Tables are parallel inside; documents are parallel side by side.
            let chunk = if modality == "table" { 1 } else { CHUNK };
            for items in items.chunks(chunk) {
                for record in self.chunk(items, modality, progress)? {
                    records.insert(record.file, record);
                }
            }
            progress.end(modality);
        }
        Ok(records.into_values().collect())
    }

    fn entry(&self, item: &Item) -> Option<&Entry> {
        self.scan.inventory.file(item.file)
    }

    fn chunk(
        &self,
        items: &[&Item],
        modality: &str,
        progress: &dyn Progress,
    ) -> Result<Vec<Record>, EngineError> {
        self.cancel.check()?;
        let purpose = &self.policy.purpose;
        self.project.record_all(
            items.iter().map(|i| self.project.event("run.open", purpose).file(i.file)),
        )?;
        let records: Vec<Record> = items
            .par_iter()
            .map(|item| {
                let record = self.one(item, modality)?;
                progress.advance(modality, self.entry(item).map_or(0, |e| e.length));
                Ok(record)
            })
            .collect::<Result<_, EngineError>>()?;
        self.project.record_all(records.iter().map(|r| self.event(r)))?;
        Ok(records)
    }

    fn event(&self, record: &Record) -> AuditEvent {
        let event = self.project.event("run.transform", &self.policy.purpose).file(record.file);
        match &record.result {
            Outcome::Quarantined(_) | Outcome::Withdrawn(_) => event.outcome("quarantined"),
            Outcome::Staged(outputs) => {
                let sum = |f: fn(&Transformed) -> u64| {
                    outputs.iter().map(|o| f(&o.transformed)).sum::<u64>()
                };
                event
                    .count("records_in", sum(|t| t.records_in))
                    .count("records_out", sum(|t| t.records_out))
                    .count("quarantined", sum(|t| t.quarantined.len() as u64))
            }
        }
    }

    fn one(&self, item: &Item, modality: &str) -> Result<Record, EngineError> {
        self.cancel.check()?;
        if let Some(done) = self.staging.stored(item.file, &self.plan.hash) {
            return Ok(done);
        }
        let started = self.project.session().clock.now();
        let entry = self.entry(item).ok_or(EngineError::Drift("the inventory"))?;
        let result = match &item.step {
            Step::Transform { stem } => self.transform(entry, item, stem)?,
            Step::Quarantine(reason) => Err(reason.clone()),
            Step::LeaveOut(_) => Err("left out".to_owned()),
        };
        let result = match result {
            Ok(outputs) => Outcome::Staged(outputs),
            Err(reason) => {
                seal_original(self.project, self.scan, entry.number)?;
                Outcome::Quarantined(reason)
            }
        };
        let seconds = self.project.session().clock.now().duration_since(started).as_secs_f64();
        let record = Record {
            file: item.file,
            plan: self.plan.hash.clone(),
            modality: modality.to_owned(),
            result,
            seconds,
        };
        self.staging.store(&record)?;
        Ok(record)
    }

    fn context(&self) -> Context<'_> {
        Context {
            policy: self.policy,
            pseudonymizer: &self.codes,
            subjects: &self.patients,
            text: &self.text,
            as_of: self.plan.bound.as_of,
            cancel: self.cancel,
        }
    }

    /// Transforms one file; the inner error is the reason it is quarantined with.
    fn transform(
        &self,
        entry: &Entry,
        item: &Item,
        stem: &str,
    ) -> Result<Result<Vec<Output>, String>, EngineError> {
        let fresh = job::with_document(self.project, entry, |d| {
            hash_source(d.data).is_ok_and(|sha256| sha256 == entry.sha256)
        })?;
        if !fresh {
            return Err(EngineError::Drift("an input file"));
        }
        let outputs = match modality_of(item) {
            "table" => self.table(entry, item, stem),
            modality => self.document(entry, item, stem, modality),
        };
        match outputs {
            Ok(outputs) => Ok(Ok(outputs)),
            Err(Failure::Engine(e)) => Err(e),
            Err(Failure::File(ModalityError::Cancelled(c))) => Err(c.into()),
            Err(Failure::File(ModalityError::Policy(reason))) => {
                Err(EngineError::Policy(anonymed_core::PolicyError {
                    key: item.file.to_string(),
                    reason,
                    span: None,
                }))
            }
            Err(Failure::File(e)) => Ok(Err(e.to_string())),
        }
    }

    fn document(
        &self,
        entry: &Entry,
        item: &Item,
        stem: &str,
        modality: &str,
    ) -> Result<Vec<Output>, Failure> {
        let modalities = registry::modalities();
        let format = item.format.as_ref().ok_or_else(no_format)?;
        let modality_impl = registry::of(&modalities, format).ok_or_else(no_format)?;
        let subject = match self.patients.of_document(entry.number) {
            Resolution::Known(subject) => Some(subject),
            _ => None,
        };
        let (form, suffix) = match format.kind.as_str() {
            "ndjson" => ("ndjson", "ndjson"),
            "json" => ("json", "json"),
            _ => ("text", "txt"),
        };
        let path = format!("{}.{suffix}", document_stem(stem, modality, subject));
        let mut sink = Sink::create(&self.staging.data().join(&path))?;
        let transformed = job::with_document(self.project, entry, |d| {
            job::guarded(|| modality_impl.transform(d, format, &self.context(), &mut sink))
        })
        .map_err(Failure::Engine)?
        .map_err(Failure::File)?;
        let subject = subject.map(|s| s.number).filter(|_| modality == "text");
        let output = self.finish(sink, path, form, transformed)?;
        Ok(vec![Output { subject, ..output }])
    }

    fn table(&self, entry: &Entry, item: &Item, stem: &str) -> Result<Vec<Output>, Failure> {
        let format = item.format.as_ref().ok_or_else(no_format)?;
        let parts = job::with_document(self.project, entry, |d| self.tables.parts(d, format))
            .map_err(Failure::Engine)?
            .map_err(Failure::File)?;
        let mut outputs = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            let Some(rule) = self.policy.table_for(&entry.name, part.sheet.as_deref()) else {
                continue;
            };
            let stem = if parts.len() > 1 { format!("{stem}-{}", n + 1) } else { stem.to_owned() };
            let forms = self.policy.release.tables.clone();
            let mut sinks = forms
                .iter()
                .map(|form| {
                    let path = format!("{stem}.{form}");
                    Ok((*form, path.clone(), Sink::create(&self.staging.data().join(&path))?))
                })
                .collect::<Result<Vec<_>, EngineError>>()?;
            let mut targets: Vec<(TableFormat, &mut dyn Write)> =
                sinks.iter_mut().map(|(form, _, sink)| (*form, sink as &mut dyn Write)).collect();
            let outcome = job::with_document(self.project, entry, |d| {
                job::guarded(|| {
                    self.tables.deidentify(d, format, part, rule, &self.context(), &mut targets)
                })
            })
            .map_err(Failure::Engine)?
            .map_err(Failure::File)?;
            for (form, path, sink) in sinks {
                self.staging.store_cells(&path, &outcome.written_cells)?;
                let output = self.finish(sink, path, form.as_str(), outcome.transformed.clone())?;
                outputs.push(Output {
                    sheet: part.sheet.clone(),
                    table: Some(outcome.clone()),
                    ..output
                });
            }
        }
        Ok(outputs)
    }

    fn finish(
        &self,
        sink: Sink,
        path: String,
        form: &str,
        mut transformed: Transformed,
    ) -> Result<Output, EngineError> {
        let (sha256, bytes) = sink.finish()?;
        self.staging.store_spans(&path, &std::mem::take(&mut transformed.written))?;
        Ok(Output {
            path,
            form: form.to_owned(),
            sha256,
            bytes,
            sheet: None,
            subject: None,
            transformed,
            table: None,
        })
    }
}

/// Seals an original into quarantine, so that who mends it need not look for it.
pub(crate) fn seal_original(
    project: &Project,
    scan: &Scan,
    file: FileNumber,
) -> Result<(), EngineError> {
    let Some(entry) = scan.inventory.file(file) else { return Ok(()) };
    let name = format!("quarantine/{:05}", file.0);
    let path = project.state(&format!("{name}.sealed"));
    let part = path.with_extension("part");
    // What cannot be read cannot be kept; the inventory says why.
    let Ok(mut source) = fs_err::File::open(project.settings.input.join(&entry.name)) else {
        return Ok(());
    };
    let target =
        fs_err::File::create(&part).map_err(EngineError::io("the quarantine", "written"))?;
    let mut sealed = SealWriter::new(project.keys(), &name, BufWriter::new(target))?;
    std::io::copy(&mut source, &mut sealed)
        .map_err(EngineError::io("the quarantine", "written"))?;
    sealed.finish()?;
    fs_err::rename(&part, &path).map_err(EngineError::io("the quarantine", "written"))
}

/// A note lies in its patient's folder, under the patient's code.
fn document_stem(stem: &str, modality: &str, subject: Option<&Subject>) -> String {
    match (modality, subject) {
        ("text", Some(subject)) => {
            let name = stem.rsplit('/').next().unwrap_or(stem);
            format!("notes/{}/{name}", subject.pseudonym)
        }
        ("text", None) => stem.replacen("notes/", "notes/unassigned/", 1),
        _ => stem.to_owned(),
    }
}

fn modality_of(item: &Item) -> &str {
    match (&item.step, &item.format) {
        (Step::LeaveOut(_), _) => "",
        (_, Some(format)) => match format.modality.as_str() {
            "table" => "table",
            "text" => "text",
            _ => "fhir",
        },
        (_, None) => "text",
    }
}

fn no_format() -> Failure {
    Failure::Engine(EngineError::Drift("the plan"))
}

/// A file's failure, or one that stops the run.
enum Failure {
    File(ModalityError),
    Engine(EngineError),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// Hashes a source and leaves it at its start.
fn hash_source(data: &mut dyn anonymed_core::modality::ReadSeek) -> std::io::Result<String> {
    scanning::hash(data).map(|(_, sha256)| sha256)
}

/// A file under a temporary name that is hashed as it is written.
struct Sink {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<fs_err::File>,
    hasher: Sha256,
    bytes: u64,
}

impl Sink {
    fn create(path: &Path) -> Result<Self, EngineError> {
        if let Some(folder) = path.parent() {
            private_dir(folder)?;
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file =
            fs_err::File::create(&part).map_err(EngineError::io("the staging area", "written"))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            file: BufWriter::with_capacity(256 * 1024, file),
            hasher: Sha256::new(),
            bytes: 0,
        })
    }

    fn finish(mut self) -> Result<(String, u64), EngineError> {
        self.file.flush().map_err(EngineError::io("the staging area", "written"))?;
        fs_err::rename(&self.part, &self.path)
            .map_err(EngineError::io("the staging area", "written"))?;
        Ok((data_encoding::HEXLOWER.encode(&self.hasher.finalize_reset()), self.bytes))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Gone after the rename; left over only where the transformation failed.
        let _ = fs_err::remove_file(&self.part);
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn pack(spans: &[WrittenSpan]) -> Vec<(u64, u64, u8, u8)> {
    let code = |n: Option<usize>| n.map_or(u8::MAX, |n| n as u8);
    let mut last = 0;
    spans
        .iter()
        .map(|s| {
            let start = s.start.wrapping_sub(last);
            last = s.start;
            (
                start,
                s.end.saturating_sub(s.start),
                code(EntityType::ALL.iter().position(|e| *e == s.entity)),
                code(Operator::ALL.iter().position(|o| *o == s.operator)),
            )
        })
        .collect()
}

fn unpack(packed: &[(u64, u64, u8, u8)]) -> Vec<WrittenSpan> {
    let mut at = 0u64;
    packed
        .iter()
        .map(|(start, length, entity, operator)| {
            at = at.wrapping_add(*start);
            WrittenSpan {
                start: at,
                end: at.saturating_add(*length),
                entity: EntityType::ALL
                    .get(*entity as usize)
                    .copied()
                    .unwrap_or(EntityType::OtherId),
                operator: Operator::ALL.get(*operator as usize).copied().unwrap_or(Operator::Keep),
            }
        })
        .collect()
}

/// All quarantined records of a run, with their file.
pub fn quarantined(records: &[Record]) -> Vec<(FileNumber, &QuarantinedRecord)> {
    records
        .iter()
        .filter_map(|r| match &r.result {
            Outcome::Staged(outputs) => Some((r.file, outputs.first()?)),
            Outcome::Quarantined(_) | Outcome::Withdrawn(_) => None,
        })
        .flat_map(|(file, output)| output.transformed.quarantined.iter().map(move |q| (file, q)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_pack_and_unpack() {
        let span = |start, end| WrittenSpan {
            start,
            end,
            entity: EntityType::Doctor,
            operator: Operator::Surrogate,
        };
        let spans = vec![span(3, 9), span(9, 9), span(2, 4), span(1 << 40, (1 << 40) + 7)];
        assert_eq!(unpack(&pack(&spans)), spans);
    }

    #[test]
    fn documents_lie_in_their_patient_s_folder() {
        assert_eq!(document_stem("notes/note-00007", "text", None), "notes/unassigned/note-00007");
        assert_eq!(document_stem("fhir/Patient-00001", "fhir", None), "fhir/Patient-00001");
    }
}
