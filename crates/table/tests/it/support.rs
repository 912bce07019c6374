//! What the tests share: a scrubber and a subject index of their own, and short ways to run.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Write};
use std::path::PathBuf;

use anonymed_core::policy::TableFormat;
use anonymed_core::{
    CancelToken, Context, DateShift, Document, EntityType, FieldProfile, FileNumber, Finding,
    Format, InspectSink, Modality, ModalityError, Operator, PatientKey, Place, Policy, Pseudonym,
    PseudonymDomain, Pseudonymizer, QuarantinedRecord, Replacement, Resolution, RootKey,
    ScrubError, ScrubbedText, Sensitive, Subject, SubjectId, SubjectIndex, SubjectMention,
    TextScope, TextScrubber,
};
use anonymed_table::{TableOutcome, Tables};
use jiff::civil::date;

pub(crate) struct Scrubber;

impl TextScrubber for Scrubber {
    fn find(&self, _: &str, _: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
        Ok(Vec::new())
    }

    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        let mut out = text.to_owned();
        let mut items = Vec::new();
        for known in scope.subject.iter().flat_map(|s| &s.known) {
            if let Some(at) = out.find(known.value.expose().as_str()) {
                out = out.replace(known.value.expose().as_str(), "[NAME]");
                items.push(Replacement {
                    source: at..at,
                    output: at..at,
                    entity: known.entity,
                    operator: Operator::Redact,
                });
            }
        }
        Ok(ScrubbedText { text: out, items })
    }

    fn surrogate(&self, entity: EntityType, value: &str, _: TextScope<'_>) -> String {
        format!("<{entity}:{}>", value.len())
    }
}

#[derive(Default)]
pub(crate) struct Subjects {
    by_key: HashMap<(String, String), usize>,
    conflicts: Vec<(String, String)>,
    pub(crate) all: Vec<Subject>,
}

impl Subjects {
    pub(crate) fn add(&mut self, key: &PatientKey) -> usize {
        let id = (key.authority().to_owned(), key.id().expose().clone());
        let next = self.all.len();
        let number = *self.by_key.entry(id).or_insert(next);
        if number == next {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&(next as u32).to_be_bytes());
            self.all.push(Subject {
                number: SubjectId(next as u32),
                pseudonym: Pseudonym::from_bytes(bytes),
                shift: DateShift::new(if next.is_multiple_of(2) { 10 } else { -10 }).unwrap(),
                sex: None,
                known: Vec::new(),
            });
        }
        number
    }

    pub(crate) fn conflict(&mut self, authority: &str, id: &str) {
        self.conflicts.push((authority.to_owned(), id.to_uppercase()));
    }
}

impl SubjectIndex for Subjects {
    fn resolve(&self, key: &PatientKey) -> Resolution<'_> {
        let id = (key.authority().to_owned(), key.id().expose().clone());
        if self.conflicts.contains(&id) {
            return Resolution::Conflict;
        }
        self.by_key.get(&id).map_or(Resolution::Unknown, |n| Resolution::Known(&self.all[*n]))
    }

    fn of_document(&self, _: FileNumber) -> Resolution<'_> {
        Resolution::Unknown
    }
}

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) fields: Vec<FieldProfile>,
    pub(crate) mentions: Vec<(Place, SubjectMention)>,
    pub(crate) records: u64,
    pub(crate) unseen: BTreeMap<&'static str, u64>,
    pub(crate) rejected: Vec<QuarantinedRecord>,
}

impl Seen {
    pub(crate) fn field(&self, name: &str) -> &FieldProfile {
        self.fields.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no field {name}"))
    }

    pub(crate) fn subjects(&self) -> Subjects {
        let mut subjects = Subjects::default();
        for (_, mention) in &self.mentions {
            for key in &mention.keys {
                let number = subjects.add(key);
                let known = &mut subjects.all[number].known;
                known.extend(mention.known.iter().cloned());
            }
        }
        subjects
    }
}

impl InspectSink for Seen {
    fn field(&mut self, field: FieldProfile) {
        self.fields.push(field);
    }
    fn subject(&mut self, place: Place, mention: SubjectMention) {
        self.mentions.push((place, mention));
    }
    fn records(&mut self, count: u64) {
        self.records += count;
    }
    fn unseen(&mut self, what: &'static str, count: u64) {
        *self.unseen.entry(what).or_default() += count;
    }
    fn rejected(&mut self, record: QuarantinedRecord) {
        self.rejected.push(record);
    }
}

pub(crate) fn with_document<T>(bytes: &[u8], work: impl FnOnce(&mut Document<'_>) -> T) -> T {
    let name = Sensitive::from("t.csv");
    let mut data = Cursor::new(bytes.to_vec());
    let mut document =
        Document { file: FileNumber(1), name: &name, length: bytes.len() as u64, data: &mut data };
    work(&mut document)
}

pub(crate) fn sniff(bytes: &[u8]) -> Option<Format> {
    Tables::default().sniff(&bytes[..bytes.len().min(64 << 10)], bytes.len() as u64)
}

pub(crate) fn inspect(bytes: &[u8]) -> Result<Seen, ModalityError> {
    let format = sniff(bytes).expect("a table");
    let mut seen = Seen::default();
    with_document(bytes, |d| Tables::default().inspect(d, &format, &mut seen))?;
    Ok(seen)
}

pub(crate) fn policy(body: &str) -> Policy {
    let text = format!(
        "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\non_unclassified = \"drop\"\n{body}"
    );
    Policy::parse(&text).unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) fn keys() -> Pseudonymizer {
    Pseudonymizer::keyed(&RootKey::new([9; 32]), &PseudonymDomain("test".into()))
}

pub(crate) struct Done {
    pub(crate) outcome: TableOutcome,
    pub(crate) csv: Vec<u8>,
    pub(crate) parquet: Vec<u8>,
}

impl Done {
    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8(self.csv.clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

/// Runs the first part of a file under the first table rule, with patients as the scan finds them.
pub(crate) fn run(bytes: &[u8], policy: &Policy) -> Result<Done, ModalityError> {
    let subjects = inspect(bytes)?.subjects();
    run_with(&Tables::default(), bytes, policy, &subjects)
}

pub(crate) fn run_with(
    tables: &Tables,
    bytes: &[u8],
    policy: &Policy,
    subjects: &Subjects,
) -> Result<Done, ModalityError> {
    let format = sniff(bytes).expect("a table");
    let (maker, cancel) = (keys(), CancelToken::default());
    let ctx = Context {
        policy,
        pseudonymizer: &maker,
        subjects,
        text: &Scrubber,
        as_of: date(2024, 1, 1),
        cancel: &cancel,
        progress: &(),
    };
    let (mut csv, mut parquet) = (Vec::new(), Vec::new());
    let outcome = with_document(bytes, |d| {
        let parts = tables.parts(d, &format)?;
        let mut outputs: [(TableFormat, &mut dyn Write); 2] =
            [(TableFormat::Csv, &mut csv), (TableFormat::Parquet, &mut parquet)];
        tables.deidentify(d, &format, &parts[0], &policy.tables[0], &ctx, &mut outputs)
    })?;
    Ok(Done { outcome, csv, parquet })
}

/// The corpora, where they are; a loud line where they are not.
pub(crate) fn corpus(path: &str, tests: u32) -> Option<Vec<u8>> {
    let root = std::env::var_os("ANONYMED_CORPORA").map_or_else(
        || {
            PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests"))
                .join("../../../shared/data")
        },
        PathBuf::from,
    );
    let found = fs_err::read(root.join(path)).ok();
    if found.is_none() {
        let line = format!("SKIPPED {tests} test(s): corpus {path} is absent\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found
}
