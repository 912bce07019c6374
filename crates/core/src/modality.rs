//! The seams: what a modality (tables, notes, FHIR …) implements, and what it is given to work
//! with. A modality reaches the text engine, keys and subjects only through [`Context`], so keyed
//! functions exist once and no modality imports another.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};
use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    AttributeRole, CancelToken, Cancelled, EntityType, FileNumber, Finding, Operator, PartialDate,
    PatientKey, Place, Policy, Progress, Pseudonymizer, Replacement, Resolution, Score, Sensitive,
    Sex, Subject,
};

/// A readable, seekable source.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// One input file.
pub struct Document<'a> {
    /// Its number in the inventory: the only name that may appear in messages.
    pub file: FileNumber,
    /// Its path below the input folder, with `/` between folders. File names hold identifiers.
    pub name: &'a Sensitive<String>,
    /// Length in bytes.
    pub length: u64,
    /// The bytes.
    pub data: &'a mut dyn ReadSeek,
}

/// What a file turned out to be, by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// The modality's name: `table`, `text`, `fhir`.
    pub modality: String,
    /// The kind within it: `csv`, `xlsx`, `parquet`, `note`, `ndjson`, `json`.
    pub kind: String,
    /// What else was detected: `encoding`, `delimiter`, `decimal`.
    pub details: BTreeMap<String, String>,
}

/// What the scan says of one field: a column, or an element path of a resource type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldProfile {
    /// The sheet of a workbook, where the file has more than one part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Column header or element path.
    pub name: String,
    /// The part it plays.
    pub role: AttributeRole,
    /// What its values are, where they are identifiers.
    pub entity: Option<EntityType>,
    /// Whether the field holds the identifier that tells patients apart in its table.
    #[serde(default)]
    pub subject: bool,
    /// How sure this is, 0 to 1.
    pub confidence: f32,
    /// Why, in words without a value.
    pub reason: String,
    /// The part that a field nobody recognised might play; taken only by a person who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested: Option<AttributeRole>,
    /// Values that are not empty.
    pub filled: u64,
    /// All values.
    pub total: u64,
    /// Distinct values, exact up to 10,000 and a lower bound above.
    pub distinct: u64,
    /// Up to three masked shapes.
    pub examples: Vec<String>,
}

/// An identifier known to belong to a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KnownIdentifier {
    /// What it is.
    pub entity: EntityType,
    /// The value as read.
    pub value: Sensitive<String>,
}

/// One record's word on a person: these keys are one person, who has these identifiers.
#[derive(Debug, Clone, Default)]
pub struct SubjectMention {
    /// Keys that the record says belong to one person; authorities are raw (`column:mrn`,
    /// `fhir:<system>`, `fhir-id`, `note:mrn`, `file-name`).
    pub keys: Vec<PatientKey>,
    /// Direct identifiers of the person or of those around, with their type.
    pub known: Vec<KnownIdentifier>,
    /// Birth date, where the record gives it.
    pub birth: Option<PartialDate>,
    /// Sex, where the record gives it.
    pub sex: Option<Sex>,
    /// Other dates of the person in the record.
    pub dates: Vec<Date>,
}

/// Takes what a scan sees.
pub trait InspectSink {
    /// A field of the file.
    fn field(&mut self, field: FieldProfile);
    /// A record speaks of a person.
    fn subject(&mut self, place: Place, mention: SubjectMention);
    /// Records read since the last call.
    fn records(&mut self, count: u64);
    /// Something a reader of the file would not see, that the output will not have: `hidden-sheet`,
    /// `cell-comment`, `document-property`.
    fn unseen(&mut self, what: &'static str, count: u64);
    /// A record that cannot be read; the rest of the file goes on.
    fn rejected(&mut self, record: QuarantinedRecord);
}

/// A record held back, and why; the reason is a stable code with words and holds no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedRecord {
    /// Where it is in the input.
    pub place: Place,
    /// Why.
    pub reason: String,
}

/// Answers whose key this is.
pub trait SubjectIndex: Send + Sync {
    /// Looks up a raw key as [`SubjectMention::keys`] gives them.
    fn resolve(&self, key: &PatientKey) -> Resolution<'_>;

    /// The subject a whole document was assigned to at the scan (a note, a folder of images).
    fn of_document(&self, file: FileNumber) -> Resolution<'_>;
}

/// What a modality works with.
pub struct Context<'a> {
    /// The policy of the project.
    pub policy: &'a Policy,
    /// Keyed replacements.
    pub pseudonymizer: &'a Pseudonymizer,
    /// The patients.
    pub subjects: &'a dyn SubjectIndex,
    /// The text engine.
    pub text: &'a dyn TextScrubber,
    /// The day ages are reckoned on.
    pub as_of: Date,
    /// Asked between records.
    pub cancel: &'a CancelToken,
    /// Hears how far what takes long is.
    pub progress: &'a dyn Progress,
}

/// Part of an output that we wrote in place of an identifier: a known value found inside it is
/// ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenSpan {
    /// First byte in the output.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// What stood there.
    pub entity: EntityType,
    /// What was done.
    pub operator: Operator,
}

/// How the records of an output are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// The output is one document.
    #[default]
    Document,
    /// The output has one record a line.
    Lines,
}

/// What a transformation did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transformed {
    /// What was written: the format says what the beginning of the input looked like, this what the
    /// whole of it turned out to be. Of tables it says nothing.
    #[serde(default)]
    pub layout: Layout,
    /// Records read.
    pub records_in: u64,
    /// Records written.
    pub records_out: u64,
    /// Records held back.
    pub quarantined: Vec<QuarantinedRecord>,
    /// Lines of the input, from 1 and in order, that no line of the output stands for: blank, held back,
    /// or of a type that is not released. Only of files with a record a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwritten_lines: Vec<u64>,
    /// How many values of a type had an operator applied.
    pub changes: BTreeMap<EntityType, BTreeMap<Operator, u64>>,
    /// Replaced parts of the output, in order. Empty for tables, whose columns say the same.
    pub written: Vec<WrittenSpan>,
}

impl Transformed {
    /// Counts a change.
    pub fn changed(&mut self, entity: EntityType, operator: Operator, count: u64) {
        *self.changes.entry(entity).or_default().entry(operator).or_default() += count;
    }

    /// Adds another part's numbers; spans are shifted by `offset` bytes.
    pub fn absorb(&mut self, other: Self, offset: u64) {
        self.records_in += other.records_in;
        self.records_out += other.records_out;
        self.quarantined.extend(other.quarantined);
        self.unwritten_lines.extend(other.unwritten_lines);
        for (entity, operators) in other.changes {
            for (operator, count) in operators {
                self.changed(entity, operator, count);
            }
        }
        self.written.extend(other.written.into_iter().map(|w| WrittenSpan {
            start: w.start + offset,
            end: w.end + offset,
            ..w
        }));
    }
}

/// A way to read, inspect and de-identify one family of formats.
pub trait Modality: Send + Sync {
    /// The stable name, as in [`Format::modality`].
    fn name(&self) -> &'static str;

    /// Says what the file is from its first bytes (up to 64 KiB) and length, or `None`. Called by
    /// the engine on every file, never with the file's extension.
    fn sniff(&self, head: &[u8], length: u64) -> Option<Format>;

    /// Reads the file at the scan: fields, people, identifiers, unreadable records.
    ///
    /// # Errors
    ///
    /// Where the file as a whole cannot be read; it is then listed with the reason.
    fn inspect(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        sink: &mut dyn InspectSink,
    ) -> Result<(), ModalityError>;

    /// Writes the de-identified file.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or written; the file then goes to quarantine and nothing of
    /// it is released.
    fn transform(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        context: &Context<'_>,
        out: &mut dyn Write,
    ) -> Result<Transformed, ModalityError>;
}

/// Why a file could not be worked on. Texts are stable reasons and never hold a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModalityError {
    /// The file is not what it began as.
    #[error("{reason}{}", at(place))]
    Malformed {
        /// What is wrong, in words of the format.
        reason: String,
        /// Where.
        place: Place,
    },
    /// A limit that keeps memory bounded was passed.
    #[error("{what} is over the limit of {limit}")]
    Limit {
        /// What was too large.
        what: &'static str,
        /// The limit, with its unit.
        limit: String,
    },
    /// The input could not be read.
    #[error("the input cannot be read: {0}")]
    Read(std::io::ErrorKind),
    /// The output could not be written.
    #[error("the output cannot be written: {0}")]
    Write(std::io::ErrorKind),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The policy asks for something this modality cannot do.
    #[error("policy: {0}")]
    Policy(String),
    /// The text engine refused.
    #[error(transparent)]
    Scrub(#[from] ScrubError),
    /// A fault of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Names a place, unless it is the whole file, which is named beside the reason already.
fn at(place: &Place) -> String {
    if *place == Place::Whole { String::new() } else { format!(" at {place}") }
}

/// Whose text it is.
#[derive(Clone, Copy, Default)]
pub struct TextScope<'a> {
    /// The patient the text is about; without one, dates are redacted and not shifted.
    pub subject: Option<&'a Subject>,
    /// The whole text is one value of this type (a name field, an address line).
    pub whole: Option<EntityType>,
    /// The day ages are reckoned on.
    pub as_of: Option<Date>,
}

/// A text after replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrubbedText {
    /// The new text.
    pub text: String,
    /// What was replaced, in order.
    pub items: Vec<Replacement>,
}

/// The text engine could not do its work; the record must not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text engine stopped: {reason}")]
pub struct ScrubError {
    /// Stable words without a value.
    pub reason: String,
}

/// Finds and replaces identifiers in free text. Implemented by the text engine; tests bring their
/// own.
pub trait TextScrubber: Send + Sync {
    /// Finds identifiers, in order and without overlap.
    ///
    /// # Errors
    ///
    /// Where a detector could not look at the whole text.
    fn find(&self, text: &str, scope: TextScope<'_>) -> Result<Vec<Finding>, ScrubError>;

    /// Replaces what is found, by the policy's text rules.
    ///
    /// # Errors
    ///
    /// Where the text cannot be made safe.
    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError>;

    /// A realistic fake for one whole value: same subject and value give the same fake, in the
    /// value's case and format.
    fn surrogate(&self, entity: EntityType, value: &str, scope: TextScope<'_>) -> String;
}

/// Finds entities in a text by a model that a user brings.
pub trait EntityTagger: Send + Sync {
    /// The entities of a text, in order and without overlap, each as sure as `least` asks of its type.
    ///
    /// # Errors
    ///
    /// Where the model could not look at the whole text.
    fn tag(
        &self,
        text: &str,
        least: &dyn Fn(EntityType) -> f32,
    ) -> Result<Vec<Finding>, ScrubError>;
}

/// A finding with a plain score; a convenience for recognizers and tests.
pub fn finding(
    span: Range<usize>,
    entity: EntityType,
    score: f32,
    recognizer: &'static str,
) -> Finding {
    Finding { span, entity, score: Score::new(score), recognizer }
}
