//! A project in small: subjects from the scan, a scrubber that knows the identifiers of its
//! subject, and calls that run a text through the modality.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::PathBuf;

use aho_corasick::{AhoCorasick, MatchKind};
use anonymed_core::{
    CancelToken, Context, DateShifter, Document, EntityType, FieldProfile, FileNumber, Finding,
    Format, InspectSink, KnownIdentifier, Modality, ModalityError, Operator, PatientKey, Place,
    Policy, PseudonymDomain, Pseudonymizer, QuarantinedRecord, Replacement, Resolution, RootKey,
    ScrubError, ScrubbedText, Sensitive, Subject, SubjectId, SubjectIndex, SubjectMention,
    TextScope, TextScrubber, Transformed,
};
use anonymed_hl7::Fhir;
use jiff::civil::date;

/// What a scan said.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) fields: Vec<FieldProfile>,
    pub(crate) mentions: Vec<(Place, SubjectMention)>,
    pub(crate) records: u64,
    pub(crate) rejected: Vec<QuarantinedRecord>,
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
    fn unseen(&mut self, _: &'static str, _: u64) {}
    fn rejected(&mut self, record: QuarantinedRecord) {
        self.rejected.push(record);
    }
}

/// Patients by key, joined as the mentions say.
#[derive(Default)]
pub(crate) struct Index {
    keys: BTreeMap<PatientKey, usize>,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) conflicts: BTreeSet<PatientKey>,
}

impl Index {
    pub(crate) fn new(seen: &Seen) -> Self {
        let mut parents: Vec<usize> = Vec::new();
        let mut numbers: BTreeMap<PatientKey, usize> = BTreeMap::new();
        let mut known: BTreeMap<usize, Vec<KnownIdentifier>> = BTreeMap::new();
        for (_, mention) in &seen.mentions {
            let mut first = None;
            for key in &mention.keys {
                let number = *numbers.entry(key.clone()).or_insert_with(|| {
                    parents.push(parents.len());
                    parents.len() - 1
                });
                match first {
                    None => first = Some(number),
                    Some(first) => {
                        let (a, b) = (root(&parents, first), root(&parents, number));
                        parents[a.max(b)] = a.min(b);
                    }
                }
            }
            if let Some(first) = first {
                known.entry(first).or_default().extend(mention.known.iter().cloned());
            }
        }
        let ring = RootKey::new([5; 32]);
        let domain = PseudonymDomain("test".into());
        let shifter =
            DateShifter::new(&ring, &domain, 365, anonymed_core::dates::WeekdayRule::Free);
        let maker = Pseudonymizer::keyed(&ring, &domain);
        let mut index = Self::default();
        let mut of_root: BTreeMap<usize, usize> = BTreeMap::new();
        for (key, number) in numbers {
            let top = root(&parents, number);
            let at = *of_root.entry(top).or_insert_with(|| {
                let n = index.subjects.len() as u32;
                let canonical = PatientKey::new("subject", &n.to_string()).unwrap();
                index.subjects.push(Subject {
                    number: SubjectId(n),
                    pseudonym: maker.draw(u64::from(n)),
                    shift: shifter.shift(&canonical),
                    sex: None,
                    known: Vec::new(),
                });
                index.subjects.len() - 1
            });
            if let Some(values) = known.remove(&number) {
                index.subjects[at].known.extend(values);
            }
            index.keys.insert(key, at);
        }
        index
    }

    pub(crate) fn subject(&self, authority: &str, id: &str) -> &Subject {
        &self.subjects[self.keys[&PatientKey::new(authority, id).unwrap()]]
    }
}

fn root(parents: &[usize], mut at: usize) -> usize {
    while parents[at] != at {
        at = parents[at];
    }
    at
}

impl SubjectIndex for Index {
    fn resolve(&self, key: &PatientKey) -> Resolution<'_> {
        if self.conflicts.contains(key) {
            return Resolution::Conflict;
        }
        match self.keys.get(key) {
            Some(at) => Resolution::Known(&self.subjects[*at]),
            None => Resolution::Unknown,
        }
    }
    fn of_document(&self, _: FileNumber) -> Resolution<'_> {
        Resolution::Unknown
    }
}

/// Replaces every known identifier of anybody in the project, and nothing else.
pub(crate) struct Scrubber {
    words: AhoCorasick,
    entities: Vec<EntityType>,
}

impl Scrubber {
    pub(crate) fn new(seen: &Seen) -> Self {
        let mut words: Vec<(String, EntityType)> = seen
            .mentions
            .iter()
            .flat_map(|(_, m)| &m.known)
            .map(|k| (k.value.expose().clone(), k.entity))
            .filter(|(value, _)| value.chars().count() > 2)
            .collect();
        words.sort();
        words.dedup_by(|a, b| a.0 == b.0);
        let entities = words.iter().map(|(_, e)| *e).collect();
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.iter().map(|(w, _)| w))
            .unwrap();
        Self { words, entities }
    }
}

impl TextScrubber for Scrubber {
    fn find(&self, text: &str, _: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
        let found = self.words.find_iter(text).map(|m| {
            let entity = self.entities[m.pattern().as_usize()];
            anonymed_core::modality::finding(m.range(), entity, 1.0, "known")
        });
        Ok(found.collect())
    }

    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        let mut out = String::new();
        let mut items = Vec::new();
        let mut last = 0;
        for finding in self.find(text, scope)? {
            out.push_str(&text[last..finding.span.start]);
            let start = out.len();
            out.push_str("[X]");
            last = finding.span.end;
            items.push(Replacement {
                source: finding.span,
                output: start..out.len(),
                entity: finding.entity,
                operator: Operator::Redact,
            });
        }
        out.push_str(&text[last..]);
        Ok(ScrubbedText { text: out, items })
    }

    fn surrogate(&self, _: EntityType, _: &str, _: TextScope<'_>) -> String {
        "[X]".to_owned()
    }
}

/// A scrubber that finds nothing, for tests of everything but text.
pub(crate) struct Blind;

impl TextScrubber for Blind {
    fn find(&self, _: &str, _: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
        Ok(Vec::new())
    }
    fn scrub(&self, text: &str, _: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        Ok(ScrubbedText { text: text.to_owned(), items: Vec::new() })
    }
    fn surrogate(&self, _: EntityType, value: &str, _: TextScope<'_>) -> String {
        value.to_owned()
    }
}

pub(crate) fn policy(profile: &str) -> Policy {
    policy_with(profile, "")
}

pub(crate) fn policy_with(profile: &str, more: &str) -> Policy {
    Policy::parse(&format!(
        "schema = 1\nname = \"t\"\nprofile = \"{profile}\"\non_unclassified = \"drop\"\n{more}\n"
    ))
    .unwrap()
}

pub(crate) fn kind(text: &[u8]) -> Option<Format> {
    Fhir.sniff(&text[..text.len().min(65536)], text.len() as u64)
}

pub(crate) fn scan_into(text: &[u8], seen: &mut Seen) -> Result<(), ModalityError> {
    let format = kind(text).expect("the text is FHIR");
    let name = Sensitive::from("name");
    let mut data = Cursor::new(text.to_vec());
    let mut document =
        Document { file: FileNumber(1), name: &name, length: text.len() as u64, data: &mut data };
    Fhir.inspect(&mut document, &format, seen)
}

pub(crate) fn scan(text: &str) -> Seen {
    let mut seen = Seen::default();
    scan_into(text.as_bytes(), &mut seen).unwrap();
    seen
}

/// Runs a text through the modality with given subjects.
pub(crate) fn transform(
    text: &[u8],
    policy: &Policy,
    index: &Index,
    scrubber: &dyn TextScrubber,
) -> Result<(String, Transformed), ModalityError> {
    let format = kind(text).expect("the text is FHIR");
    let name = Sensitive::from("name");
    let mut data = Cursor::new(text.to_vec());
    let mut document =
        Document { file: FileNumber(1), name: &name, length: text.len() as u64, data: &mut data };
    let maker = Pseudonymizer::keyed(&RootKey::new([5; 32]), &PseudonymDomain("test".into()));
    let context = Context {
        policy,
        pseudonymizer: &maker,
        subjects: index,
        text: scrubber,
        as_of: date(2024, 6, 1),
        cancel: &CancelToken::default(),
        progress: &(),
    };
    let mut out = Vec::new();
    let done = Fhir.transform(&mut document, &format, &context, &mut out)?;
    let text = String::from_utf8(out).expect("the output is UTF-8");
    for span in &done.written {
        assert!(span.start < span.end && span.end <= text.len() as u64, "{span:?}");
    }
    assert!(done.written.windows(2).all(|w| w[0].start <= w[1].start), "spans are in order");
    Ok((text, done))
}

/// Scans and runs one text.
pub(crate) fn run(text: &str, profile: &str) -> (serde_json::Value, Transformed) {
    run_with(text, &policy(profile))
}

pub(crate) fn run_with(text: &str, policy: &Policy) -> (serde_json::Value, Transformed) {
    let seen = scan(text);
    let index = Index::new(&seen);
    let (out, done) = transform(text.as_bytes(), policy, &index, &Scrubber::new(&seen)).unwrap();
    let value =
        if out.is_empty() { serde_json::Value::Null } else { serde_json::from_str(&out).unwrap() };
    (value, done)
}

/// The folder of the public corpora, where there is one.
pub(crate) fn corpora() -> Option<PathBuf> {
    let at = std::env::var_os("ANONYMED_CORPORA").map_or_else(
        || {
            PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests"))
                .join("../../../shared/data")
        },
        PathBuf::from,
    );
    at.join("fhir-dev").is_dir().then_some(at)
}

/// The JSON and NDJSON files of folders below `fhir-dev`.
pub(crate) fn files(folders: &[&str]) -> Vec<(String, Vec<u8>)> {
    let Some(root) = corpora() else { return Vec::new() };
    let mut files = Vec::new();
    for folder in folders {
        let mut paths: Vec<PathBuf> = fs_err::read_dir(root.join("fhir-dev").join(folder))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, fs_err::read(&path).unwrap()));
        }
    }
    files
}
