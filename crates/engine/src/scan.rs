//! The scan: what lies in the input folder, by content and not by extension, and whose it is.
//!
//! Every file gets a number in the order of its path; the path itself is sealed. Each is hashed,
//! recognised, and read once for its fields, people and identifiers. A file that cannot be read is
//! listed with the reason and stops nothing.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anonymed_core::{
    AuditEvent, CancelToken, Document, EntityType, FieldProfile, FileNumber, Format, InspectSink,
    Modality, ModalityError, Place, Progress, PseudonymDomain, Pseudonymizer, QuarantinedRecord,
    Sensitive, SubjectMention,
};
use anonymed_table::Tables;
use hashbrown::HashSet;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::graph::{DocumentKeys, KeepDates, RawGraph};
use crate::job;
use crate::project::Project;
use crate::text_samples::PeopleInColumns;
use crate::{EngineError, registry, texts};

/// Rejected records listed per file; beyond, they are counted.
const REJECTED_LISTED: usize = 1_000;
/// Bytes a modality sees when it is asked whether a file is its own.
const HEAD: u64 = 64 * 1024;

/// One file of the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub number: FileNumber,
    /// Its path below the input folder; identifying, so only ever stored sealed.
    pub name: String,
    /// Length in bytes.
    pub length: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// What it is.
    pub status: Status,
    /// Fields, with their classes.
    pub fields: Vec<FieldProfile>,
    /// Records read.
    pub records: u64,
    /// What a reader would not see: hidden sheets, comments, properties.
    pub unseen: BTreeMap<String, u64>,
    /// Records that cannot be read, up to a thousand.
    pub rejected: Vec<QuarantinedRecord>,
    /// All of them.
    pub rejected_total: u64,
    /// Records that speak of a person.
    pub mentions: u64,
    /// Whether a document says anything of a person.
    pub personal: bool,
    /// Numbers in a document that may be a patient's identifier; only ever stored sealed.
    #[serde(default)]
    pub numbers: Vec<String>,
}

/// What the scan made of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A modality reads it.
    Recognised(Format),
    /// It cannot be read, and why.
    Unreadable(String),
    /// It is not input: a link, a device, an empty file.
    LeftOut(String),
}

/// The whole inventory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inventory {
    /// Files in order of number.
    pub files: Vec<Entry>,
    /// SHA-256 over all paths, lengths and digests: what a plan binds.
    pub digest: String,
}

impl Inventory {
    /// A file by number.
    pub fn file(&self, number: FileNumber) -> Option<&Entry> {
        let at = self.files.binary_search_by_key(&number, |f| f.number).ok()?;
        self.files.get(at)
    }

    /// Documents that may be about one patient.
    pub fn documents(&self) -> Vec<DocumentKeys> {
        self.files
            .iter()
            .filter(
                |f| matches!(&f.status, Status::Recognised(format) if format.modality == "text"),
            )
            .map(|f| DocumentKeys {
                file: f.number,
                name_tokens: name_tokens(&f.name),
                numbers: f.numbers.iter().map(|n| Sensitive::from(n.as_str())).collect(),
            })
            .collect()
    }
}

/// What a scan gives.
pub struct Scan {
    /// The files.
    pub inventory: Inventory,
    /// What they said of people.
    pub graph: RawGraph,
}

/// Scans a project's input and seals the result in its state. The purpose goes with every event.
///
/// # Errors
///
/// Where the input folder cannot be listed, the audit log refuses, or the job is stopped.
pub fn scan(
    project: &Project,
    purpose: &str,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Scan, EngineError> {
    project.record(&project.event("scan.begin", purpose))?;
    let files = walk(&project.settings.input)?;
    if files.is_empty() {
        return Err(EngineError::Nothing {
            reason: "the input folder holds no files; put the data there and scan again".into(),
            exit: 2,
        });
    }
    let domain = PseudonymDomain("samples".into());
    let people = PeopleInColumns::new(Pseudonymizer::keyed(project.keys(), &domain))?;
    let modalities = registry::modalities();
    let readers = Readers { modalities, tables: Tables::default(), people };
    let total = files.iter().map(|f| f.length).sum();
    progress.begin("scan", total, "B");
    let mut graph = RawGraph::default();
    let mut entries = Vec::with_capacity(files.len());
    let mut read: Vec<(Entry, RawGraph)> = Vec::new();
    let portions = job::portions(&files, |f| job::held(f.length));
    let opened = |portion: &[Found]| {
        let opened = portion.iter().map(|f| project.event("scan.open", purpose).file(f.number));
        project.record_all(opened)
    };
    let outcomes = |read: &[(Entry, RawGraph)]| {
        project.record_all(read.iter().map(|(entry, _)| read_event(project, purpose, entry)))
    };
    // The reading of a file is on the log before it happens, its outcome after: while a portion is
    // read, what the one before said is written down and taken in, and the next one is announced.
    opened(portions.first().copied().unwrap_or_default())?;
    for (at, portion) in portions.iter().enumerate() {
        cancel.check()?;
        let before = std::mem::take(&mut read);
        let (logged, scanned) = job::beside(
            || {
                outcomes(&before)?;
                opened(portions.get(at + 1).copied().unwrap_or_default())?;
                take_in(before, &mut entries, &mut graph);
                Ok::<_, EngineError>(())
            },
            || {
                let scanned = portion.par_iter().map(|found| {
                    cancel.check()?;
                    let result = one(&readers, found);
                    progress.advance("scan", found.length);
                    Ok(result)
                });
                scanned.collect::<Result<Vec<_>, EngineError>>()
            },
        );
        logged?;
        read = scanned?;
    }
    outcomes(&read)?;
    take_in(read, &mut entries, &mut graph);
    progress.end("scan");
    graph.settle();
    let inventory = Inventory { digest: digest(&entries), files: entries };
    store(project, &inventory, &graph)?;
    project.record(
        &project
            .event("scan.end", purpose)
            .count("files", inventory.files.len() as u64)
            .digest("inventory", &inventory.digest),
    )?;
    Ok(Scan { inventory, graph })
}

fn take_in(read: Vec<(Entry, RawGraph)>, entries: &mut Vec<Entry>, graph: &mut RawGraph) {
    for (entry, part) in read {
        graph.absorb(part);
        entries.push(entry);
    }
}

fn store(project: &Project, inventory: &Inventory, graph: &RawGraph) -> Result<(), EngineError> {
    project.seal_stream(SUBJECTS, |out| graph.write(out).map_err(EngineError::Internal))?;
    project.seal_json("inventory.sealed", inventory)
}

/// The sealed subject graph.
const SUBJECTS: &str = "subjects.sealed";

/// Reads the files of the last scan back, without what they said of people.
///
/// # Errors
///
/// As [`load`].
pub fn inventory(project: &Project) -> Result<Inventory, EngineError> {
    project.open_json("inventory.sealed", "scan", "scan")
}

/// Reads the last scan back.
///
/// # Errors
///
/// Where there was none or its state was changed.
pub fn load(project: &Project) -> Result<Scan, EngineError> {
    let inventory = inventory(project)?;
    let (mut sealed, length) = project
        .open_stream(SUBJECTS)?
        .ok_or(EngineError::Order { missing: "scan", command: "scan" })?;
    let graph = RawGraph::read(&mut sealed, length).map_err(EngineError::Integrity)?;
    // Only at its end is a stream known to be whole.
    let rest = std::io::copy(&mut sealed, &mut std::io::sink());
    match rest {
        Ok(0) => Ok(Scan { inventory, graph }),
        _ => Err(EngineError::Integrity("the subject graph was changed".into())),
    }
}

/// Whether a file was recognised as of a modality.
pub fn is_modality(entry: &Entry, modality: &str) -> bool {
    matches!(&entry.status, Status::Recognised(format) if format.modality == modality)
}

/// Why a file without a byte is left out.
pub(crate) const EMPTY: &str = "empty";

struct Found {
    number: FileNumber,
    path: PathBuf,
    name: String,
    length: u64,
    skip: Option<&'static str>,
}

fn walk(input: &Path) -> Result<Vec<Found>, EngineError> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(input).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|e| EngineError::Io {
            what: "a folder of the input",
            verb: "read",
            kind: e.io_error().map_or(std::io::ErrorKind::Other, std::io::Error::kind),
        })?;
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        let relative = entry.path().strip_prefix(input).unwrap_or(entry.path());
        let length = entry.metadata().map_or(0, |m| m.len());
        let skip = if kind.is_symlink() {
            Some("a symbolic link, which could lead out of the input folder")
        } else if !kind.is_file() {
            Some("not a regular file")
        } else if length == 0 {
            Some(EMPTY)
        } else if relative.to_str().is_none_or(|name| name.contains('\\')) {
            Some("a name that is no plain text or has a backslash; rename the file")
        } else {
            None
        };
        found.push(Found {
            number: FileNumber(found.len() as u32 + 1),
            path: entry.path().to_owned(),
            name: relative.to_string_lossy().replace('\\', "/"),
            length,
            skip,
        });
    }
    Ok(found)
}

/// What files are read with.
struct Readers {
    modalities: Vec<Box<dyn Modality>>,
    /// Reads tables with somebody who looks at samples of their columns.
    tables: Tables,
    people: PeopleInColumns,
}

fn one(readers: &Readers, found: &Found) -> (Entry, RawGraph) {
    let mut entry = Entry {
        number: found.number,
        name: found.name.clone(),
        length: found.length,
        sha256: String::new(),
        status: Status::Unreadable(String::new()),
        fields: Vec::new(),
        records: 0,
        unseen: BTreeMap::new(),
        rejected: Vec::new(),
        rejected_total: 0,
        mentions: 0,
        personal: false,
        numbers: Vec::new(),
    };
    if let Some(reason) = found.skip {
        entry.status = Status::LeftOut(reason.to_owned());
        return (entry, RawGraph::default());
    }
    match read(readers, found, &mut entry) {
        Ok(graph) => (entry, graph),
        Err(reason) => {
            entry.status = Status::Unreadable(reason);
            (entry, RawGraph::default())
        }
    }
}

fn read_event(project: &Project, purpose: &str, entry: &Entry) -> AuditEvent {
    let outcome = match &entry.status {
        Status::Recognised(_) => "ok",
        Status::Unreadable(_) => "unreadable",
        Status::LeftOut(_) => "left-out",
    };
    project
        .event("scan.read", purpose)
        .file(entry.number)
        .outcome(outcome)
        .count("records", entry.records)
        .count("bytes", entry.length)
}

/// Reads a file; the error is the reason it is listed with.
fn read(readers: &Readers, found: &Found, entry: &mut Entry) -> Result<RawGraph, String> {
    let mut file = fs_err::File::open(&found.path).map_err(|e| cannot_read(&e))?;
    let (head, sha256) = hash(&mut file).map_err(|e| cannot_read(&e))?;
    entry.sha256 = sha256;
    let modalities = &readers.modalities;
    let format = registry::sniff(modalities, &head, found.length)
        .ok_or("no known format: not a table, FHIR or readable text")?;
    let modality = registry::of(modalities, &format).ok_or("no reader for this format")?;
    let name = Sensitive::new(found.name.clone());
    let mut document =
        Document { file: found.number, name: &name, length: found.length, data: &mut file };
    let is_text = format.modality == "text";
    let mut sink = FileSink {
        graph: RawGraph::default(),
        entry,
        dates: if format.modality == "table" { KeepDates::No } else { KeepDates::Yes },
        document: is_text.then_some(found.number),
    };
    if is_text {
        sink.graph.document(found.number, &SubjectMention::default());
    }
    let inspected = job::guarded(|| match format.modality == "table" {
        true => readers.tables.inspect_judged(&mut document, &format, &readers.people, &mut sink),
        false => modality.inspect(&mut document, &format, &mut sink),
    });
    let graph = sink.graph;
    match inspected {
        Ok(()) => {
            if is_text {
                let text = texts::text_of(&mut file, &format, NUMBERS_IN);
                entry.numbers = numbers_in(text.map_err(|e| reason_of(&e))?);
            }
            entry.status = Status::Recognised(format);
            Ok(graph)
        }
        Err(e) => Err(reason_of(&e)),
    }
}

fn reason_of(error: &ModalityError) -> String {
    error.to_string()
}

fn cannot_read(error: &std::io::Error) -> String {
    format!("cannot be read: {}", error.kind())
}

/// Reads a file once: its first bytes and its SHA-256. The reader stands at the start again.
pub(crate) fn hash(file: &mut (impl Read + Seek + ?Sized)) -> std::io::Result<(Vec<u8>, String)> {
    let mut hasher = Sha256::new();
    let mut head = Vec::new();
    let mut buffer = vec![0u8; 256 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        let room = (HEAD as usize).saturating_sub(head.len());
        head.extend_from_slice(&buffer[..n.min(room)]);
    }
    file.seek(SeekFrom::Start(0))?;
    Ok((head, data_encoding::HEXLOWER.encode(&hasher.finalize())))
}

fn digest(entries: &[Entry]) -> String {
    let mut hasher = Sha256::new();
    for entry in entries {
        for part in [entry.name.as_bytes(), entry.sha256.as_bytes()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hasher.update(entry.length.to_be_bytes());
    }
    data_encoding::HEXLOWER.encode(&hasher.finalize())
}

/// Parts of a path that may be a patient's identifier: runs of letters and digits of four or more
/// characters with a digit in them, each alone and with its neighbours joined by `-`.
pub(crate) fn name_tokens(name: &str) -> Vec<Sensitive<String>> {
    let mut tokens = HashSet::new();
    let separators = |c: char| !c.is_alphanumeric() && c != '-';
    for run in name.split(separators).chain(name.split(|c: char| !c.is_alphanumeric())) {
        if run.len() >= 4 && run.chars().any(|c| c.is_ascii_digit()) {
            tokens.insert(run.to_uppercase());
        }
    }
    let mut tokens: Vec<String> = tokens.into_iter().collect();
    tokens.sort_unstable();
    tokens.into_iter().map(Sensitive::new).collect()
}

/// Most of a document's beginning that is looked at for numbers, and most numbers kept.
const NUMBERS_IN: u64 = 1 << 20;
const NUMBERS_MOST: usize = 500;

/// Runs of five or more letters, digits and hyphens with three digits among them, in any encoding
/// that keeps ASCII (NUL bytes of UTF-16 are passed over).
fn numbers_in(mut bytes: Zeroizing<Vec<u8>>) -> Vec<String> {
    bytes.retain(|b| *b != 0);
    let mut found = std::collections::BTreeSet::new();
    for run in bytes.split(|b| !b.is_ascii_alphanumeric() && *b != b'-') {
        let digits = run.iter().filter(|b| b.is_ascii_digit()).count();
        if (5..=40).contains(&run.len()) && digits >= 3 && found.len() < NUMBERS_MOST {
            found.insert(String::from_utf8_lossy(run).to_uppercase());
        }
    }
    found.into_iter().collect()
}

struct FileSink<'a> {
    graph: RawGraph,
    entry: &'a mut Entry,
    dates: KeepDates,
    document: Option<FileNumber>,
}

impl InspectSink for FileSink<'_> {
    fn field(&mut self, field: FieldProfile) {
        self.entry.fields.push(field);
    }

    fn subject(&mut self, _place: Place, mention: SubjectMention) {
        self.entry.mentions += 1;
        let personal = !mention.keys.is_empty()
            || mention.birth.is_some()
            || mention.known.iter().any(|k| k.entity == EntityType::Patient);
        self.entry.personal |= personal;
        match self.document {
            Some(file) => self.graph.document(file, &mention),
            None => self.graph.mention(&mention, self.dates),
        }
    }

    fn records(&mut self, count: u64) {
        self.entry.records += count;
    }

    fn unseen(&mut self, what: &'static str, count: u64) {
        *self.entry.unseen.entry(what.to_owned()).or_default() += count;
    }

    fn rejected(&mut self, record: QuarantinedRecord) {
        self.entry.rejected_total += 1;
        if self.entry.rejected.len() < REJECTED_LISTED {
            self.entry.rejected.push(record);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_prose() {
        let note = "S: A. Case, MRN 35772563, K 4.1, BP 120/80, h-00042x";
        assert_eq!(numbers_in(note.as_bytes().to_vec().into()), ["35772563", "H-00042X"]);
    }

    #[test]
    fn name_tokens_find_numbers_and_no_words() {
        let tokens = |name: &str| -> Vec<String> {
            name_tokens(name).iter().map(|t| t.expose().clone()).collect()
        };
        assert_eq!(tokens("notes/SMITH_JOHN_mrn00123.txt"), ["MRN00123"]);
        assert_eq!(tokens("2020/H-00042 discharge.txt"), ["00042", "2020", "H-00042"]);
        assert!(tokens("notes/discharge.txt").is_empty());
    }
}
