//! The run: executes a plan into a staging area nobody reads from.
//!
//! Each file is read against its digest in the inventory, transformed, and written beside a record
//! of what was done. A record whose outputs still have their digests is not done again, so a run
//! that was killed goes on where it stopped. A file that cannot be transformed is sealed into
//! quarantine with its reason and stops nothing.

use std::collections::BTreeSet;
use std::io::{BufWriter, Read, Write};
use std::sync::Arc;

use anonymed_core::policy::TableFormat;
use anonymed_core::{
    AuditEvent, CancelToken, Context, EntityType, FileNumber, Finding, Layout, ModalityError,
    Operator, Policy, Progress, Pseudonymizer, QuarantinedRecord, Replacement, Resolution,
    ScrubError, ScrubbedText, Subject, SubjectIndex, TextScope, TextScrubber, Transformed,
};
use anonymed_table::{Tables, WITHHELD};
use anonymed_text::Scrubber;
use anonymed_vault::SealWriter;
use rayon::prelude::*;

use crate::graph::KeyIndex;
use crate::plan::{Item, Plan, Step};
use crate::project::{Project, private_dir};
use crate::project_attack::Written;
use crate::scan::{Entry, Inventory, Scan};
use crate::staging::{Outcome, Output, Record, Sink, Staging};
use crate::subjects::{KnownValuesNeed, Patients, pseudonymizer};
use crate::{EngineError, job, plan as planning, registry, scan as scanning};

/// What a run did.
#[derive(Debug, Clone)]
pub struct Run {
    /// The plan's hash.
    pub plan: String,
    /// Records in order of file number.
    pub records: Vec<Record>,
}

/// The mark of a prose cell's input text; keyed, so that it tells nothing without the key.
pub(crate) fn cell_mark(codes: &Pseudonymizer, text: &str) -> String {
    data_encoding::HEXLOWER.encode(&codes.bytes("withheld-cell", "", text)[..16])
}

/// The text engine, but for cells that an earlier verification marked: those are left blank.
struct Withholding {
    inner: Scrubber,
    codes: Arc<Pseudonymizer>,
    marks: BTreeSet<String>,
}

impl TextScrubber for Withholding {
    fn find(&self, text: &str, scope: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
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
    inventory: &'a Inventory,
    plan: &'a Plan,
    staging: Staging,
    patients: Patients,
    codes: Arc<Pseudonymizer>,
    text: Withholding,
    tables: Tables,
    cancel: &'a CancelToken,
    progress: &'a dyn Progress,
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
    execute(project, |_| true, progress, cancel)
}

/// Does these files of a finished run once more.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn again(
    project: &Project,
    files: &BTreeSet<FileNumber>,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Run, EngineError> {
    execute(project, |item| files.contains(&item.file), progress, cancel)
}

fn execute(
    project: &Project,
    wanted: impl Fn(&Item) -> bool,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Run, EngineError> {
    let policy = project.policy()?;
    let scan = scanning::load(project)?;
    let (plan, graph) = planning::load(project, &policy, &scan)?;
    anonymed_hl7::check_policy(&policy)
        .map_err(|source| EngineError::File { file: FileNumber(0), source })?;
    project.record(&project.event("run.begin", &policy.purpose).digest("plan", &plan.hash))?;
    let staging = Staging::of(project, &plan.hash);
    for folder in ["data", "done", "spans"] {
        private_dir(&staging.folder(folder))?;
    }
    private_dir(&project.state("quarantine"))?;
    let Scan { inventory, graph: raw } = scan;
    let codes = Arc::new(pseudonymizer(&policy, project.keys(), &inventory.digest));
    let need = need(&policy, &plan);
    let patients = Patients::new(&policy, project.keys(), &codes, &raw, &graph, need)
        .with_keys(KeyIndex::new(raw, graph));
    let work = Work {
        text: Withholding {
            inner: job::scrubber(&codes, &policy, project.root(), &patients)?,
            codes: Arc::clone(&codes),
            marks: staging.withheld_cells(),
        },
        patients,
        tables: job::tables(project),
        project,
        policy: &policy,
        inventory: &inventory,
        plan: &plan,
        staging,
        codes,
        cancel,
        progress,
    };
    let items: Vec<&Item> = plan.bound.items.iter().filter(|item| wanted(item)).collect();
    let records = work.execute(&items, progress)?;
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
pub(crate) fn need(policy: &Policy, plan: &Plan) -> KnownValuesNeed {
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
    fn execute(
        &self,
        wanted: &[&Item],
        progress: &dyn Progress,
    ) -> Result<Vec<Record>, EngineError> {
        // Tables come one after the other and are parallel inside, documents side by side: together
        // they fill each other's gaps. Tables stay on the thread that planned them, whose memory they
        // use again.
        let (tables, documents) = job::beside(
            || self.modality("table", wanted, progress),
            || {
                let mut records = self.modality("fhir", wanted, progress)?;
                records.extend(self.modality("text", wanted, progress)?);
                Ok::<_, EngineError>(records)
            },
        );
        let mut records = tables?;
        records.extend(documents?);
        records.sort_by_key(|r| r.file);
        Ok(records)
    }

    fn modality(
        &self,
        modality: &'static str,
        wanted: &[&Item],
        progress: &dyn Progress,
    ) -> Result<Vec<Record>, EngineError> {
        let items: Vec<&Item> =
            wanted.iter().copied().filter(|i| modality_of(i) == modality).collect();
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let bytes = items.iter().filter_map(|i| self.entry(i)).map(|e| e.length).sum();
        progress.begin(modality, bytes, "B");
        let portions = match modality {
            "table" => items.chunks(1).collect(),
            _ => job::portions(&items, |i| job::held(self.entry(i).map_or(0, |e| e.length))),
        };
        let mut records: Vec<Record> = Vec::with_capacity(items.len());
        // While a portion is worked on, what became of the one before is written down and the next one
        // is announced.
        let mut logged = 0;
        self.opened(portions.first().copied().unwrap_or_default())?;
        for (at, portion) in portions.iter().enumerate() {
            self.cancel.check()?;
            let (log, done) = job::beside(
                || {
                    self.project.record_all(records[logged..].iter().map(|r| self.event(r)))?;
                    self.opened(portions.get(at + 1).copied().unwrap_or_default())
                },
                || self.portion(portion, modality, progress),
            );
            log?;
            logged = records.len();
            records.extend(done?);
        }
        self.project.record_all(records[logged..].iter().map(|r| self.event(r)))?;
        progress.end(modality);
        Ok(records)
    }

    fn entry(&self, item: &Item) -> Option<&Entry> {
        self.inventory.file(item.file)
    }

    /// Says that these files will be read.
    fn opened(&self, portion: &[&Item]) -> Result<(), EngineError> {
        let event = |i: &&Item| self.project.event("run.open", &self.policy.purpose).file(i.file);
        self.project.record_all(portion.iter().map(event))
    }

    fn portion(
        &self,
        portion: &[&Item],
        modality: &str,
        progress: &dyn Progress,
    ) -> Result<Vec<Record>, EngineError> {
        let records = portion.par_iter().map(|item| {
            let record = self.one(item, modality)?;
            progress.advance(modality, self.entry(item).map_or(0, |e| e.length));
            Ok(record)
        });
        records.collect()
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
                let file = entry.number;
                Outcome::Quarantined(seal_original(self.project, self.inventory, file, reason)?)
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
            progress: self.progress,
        }
    }

    /// Transforms one file; the inner error is the reason it is quarantined with.
    fn transform(
        &self,
        entry: &Entry,
        item: &Item,
        stem: &str,
    ) -> Result<Result<Vec<Output>, String>, EngineError> {
        match job::with_document(self.project, entry, |d| hash_source(d.data))? {
            Ok(sha256) if sha256 == entry.sha256 => {}
            Ok(_) => return Err(EngineError::InputChanged { file: entry.number }),
            Err(_) => return Ok(Err("its content could be read at the scan only".to_owned())),
        }
        let outputs = match modality_of(item) {
            "table" => self.table(entry, item, stem),
            modality => self.document(entry, item, stem, modality),
        };
        match outputs {
            Ok(outputs) => Ok(Ok(outputs)),
            Err(Failure::Engine(e)) => Err(e),
            Err(Failure::File(ModalityError::Cancelled(c))) => Err(c.into()),
            // A full disk is no fault of the file: the run stops, and goes on once there is room.
            Err(Failure::File(ModalityError::Write(kind))) => {
                Err(EngineError::Io { what: "the staging area", verb: "written", kind })
            }
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
        let stem = document_stem(stem, modality, subject);
        let mut sink = Sink::create(&self.staging.data().join(&stem))?;
        let transformed = job::with_document(self.project, entry, |d| {
            job::guarded(|| modality_impl.transform(d, format, &self.context(), &mut sink))
        })
        .map_err(Failure::Engine)?
        .map_err(Failure::File)?;
        // The form is that of what was written: of the input only the beginning was known.
        let (form, suffix) = match (modality, transformed.layout) {
            ("text", _) => ("text", "txt"),
            (_, Layout::Lines) => ("ndjson", "ndjson"),
            (_, Layout::Document) => ("json", "json"),
        };
        let path = format!("{stem}.{suffix}");
        let subject = subject.map(|s| s.number).filter(|_| modality == "text");
        let output =
            self.finish(sink.named(&self.staging.data().join(&path)), path, form, transformed)?;
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
            for (at, (form, path, sink)) in sinks.into_iter().enumerate() {
                self.staging.store_cells(&path, &outcome.written_cells)?;
                let output = self.finish(sink, path, form.as_str(), outcome.transformed.clone())?;
                // All forms say the same; the first one is attacked.
                let written = Written {
                    project: self.project,
                    tables: &self.tables,
                    entry,
                    format,
                    part,
                    rule,
                    context: self.context(),
                    outcome: &outcome,
                    place: (self.staging.output(&output), form),
                };
                let attacks = if at == 0 { written.attack()? } else { None };
                let (sheet, table) = (part.sheet.clone(), Some(outcome.clone()));
                outputs.push(Output { sheet, table, attacks, ..output });
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
        let spans = std::mem::take(&mut transformed.written);
        let mut output = Output {
            path,
            form: form.to_owned(),
            sha256,
            bytes,
            sheet: None,
            subject: None,
            transformed,
            spans: None,
            table: None,
            attacks: None,
        };
        self.staging.keep_spans(&mut output, spans)?;
        Ok(output)
    }
}

/// Seals an original into quarantine, so that who mends it need not look for it. Gives the reason of
/// the quarantine, which says so where the original can no longer be read: that stops nothing.
///
/// # Errors
///
/// Where the quarantine cannot be written.
pub(crate) fn seal_original(
    project: &Project,
    inventory: &Inventory,
    file: FileNumber,
    reason: String,
) -> Result<String, EngineError> {
    let Some(entry) = inventory.file(file) else { return Ok(reason) };
    let lost = format!("{reason}; the original can no longer be read and is not kept");
    let name = format!("quarantine/{:05}", file.0);
    let path = project.state(&format!("{name}.sealed"));
    let part = path.with_extension("part");
    let Ok(mut source) = fs_err::File::open(project.settings.input.join(&entry.name)) else {
        return Ok(lost);
    };
    let target =
        fs_err::File::create(&part).map_err(EngineError::io("the quarantine", "written"))?;
    let mut sealed = SealWriter::new(project.keys(), &name, BufWriter::new(target))?;
    match copy(&mut source, &mut sealed) {
        Ok(()) => {}
        Err(CopyError::Read) => {
            fs_err::remove_file(&part).map_err(EngineError::io("the quarantine", "written"))?;
            return Ok(lost);
        }
        Err(CopyError::Write(e)) => return Err(EngineError::io("the quarantine", "written")(e)),
    }
    sealed.finish()?;
    fs_err::rename(&part, &path).map_err(EngineError::io("the quarantine", "written"))?;
    Ok(reason)
}

/// Which side of a copy failed.
#[derive(Debug)]
enum CopyError {
    Read,
    Write(std::io::Error),
}

fn copy(source: &mut dyn Read, target: &mut dyn Write) -> Result<(), CopyError> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => target.write_all(&buffer[..n]).map_err(CopyError::Write)?,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(CopyError::Read),
        }
    }
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
    fn a_copy_says_which_side_failed() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("bad sector"))
            }
        }
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("full"))
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut kept = Vec::new();
        assert!(copy(&mut &b"abc"[..], &mut kept).is_ok());
        assert_eq!(kept, b"abc");
        assert!(matches!(copy(&mut Broken, &mut kept), Err(CopyError::Read)));
        assert!(matches!(copy(&mut &b"abc"[..], &mut Broken), Err(CopyError::Write(_))));
    }

    #[test]
    fn documents_lie_in_their_patient_s_folder() {
        assert_eq!(document_stem("notes/note-00007", "text", None), "notes/unassigned/note-00007");
        assert_eq!(document_stem("fhir/Patient-00001", "fhir", None), "fhir/Patient-00001");
    }
}
