//! Notes as a modality: files of plain text about one patient.
//!
//! At the scan the header fields say who the patient is (`MRN`, `FILE #`), and which identifiers
//! are theirs; in the run the whole text goes through the engine with that patient's scope.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use anonymed_core::sensitive::masked_shape;
use anonymed_core::{
    AttributeRole, Context, Document, EntityType, FieldProfile, Finding, Format, InspectSink,
    KnownIdentifier, Modality, ModalityError, PatientKey, Place, Resolution, Sex, SubjectMention,
    TextScope, Transformed, WrittenSpan,
};

use crate::dates::{self, Reading, Strength};
use crate::document::{Field, FieldKind};
use crate::encoding::{self, Encoding};
use crate::fields;
use crate::page::{self, Page};
use crate::recognizers;
use crate::resolve::resolve;

/// Largest note that is read, 16 MiB: it is held whole, with all that is found in it.
const LARGEST: u64 = 16 << 20;

/// Raw authority of record numbers found in notes.
const AUTHORITY: &str = "note:mrn";

/// Plain-text notes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notes;

impl Modality for Notes {
    fn name(&self) -> &'static str {
        "text"
    }

    fn sniff(&self, head: &[u8], length: u64) -> Option<Format> {
        let encoding = encoding::sniff(head, head.len() as u64 >= length)?;
        let details = BTreeMap::from([("encoding".to_owned(), encoding.as_str().to_owned())]);
        Some(Format { modality: "text".to_owned(), kind: "note".to_owned(), details })
    }

    fn inspect(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        sink: &mut dyn InspectSink,
    ) -> Result<(), ModalityError> {
        let text = read(document, format)?;
        let mut survey = Survey::default();
        let caps = page::is_caps(&text);
        for range in page::split(&text) {
            survey.page(&Page::new(&text[range], caps));
        }
        let (fields, mentions) = survey.finish();
        fields.into_iter().for_each(|field| sink.field(field));
        mentions.into_iter().for_each(|mention| sink.subject(Place::Whole, mention));
        sink.records(1);
        Ok(())
    }

    fn transform(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        context: &Context<'_>,
        out: &mut dyn Write,
    ) -> Result<Transformed, ModalityError> {
        context.cancel.check()?;
        let subject = match context.subjects.of_document(document.file) {
            Resolution::Known(subject) => Some(subject),
            Resolution::Unknown => None,
            Resolution::Conflict => {
                return Err(ModalityError::Malformed {
                    reason: "records disagree about whose note this is".to_owned(),
                    place: Place::Whole,
                });
            }
        };
        let text = read(document, format)?;
        context.cancel.check()?;
        let scope = TextScope { subject, whole: None, as_of: Some(context.as_of) };
        let scrubbed = context.text.scrub(&text, scope)?;
        out.write_all(scrubbed.text.as_bytes()).map_err(|e| ModalityError::Write(e.kind()))?;
        let mut transformed =
            Transformed { records_in: 1, records_out: 1, ..Transformed::default() };
        for item in &scrubbed.items {
            transformed.changed(item.entity, item.operator, 1);
            transformed.written.push(WrittenSpan {
                start: item.output.start as u64,
                end: item.output.end as u64,
                entity: item.entity,
                operator: item.operator,
            });
        }
        Ok(transformed)
    }
}

/// Reads a whole note, within the limit.
fn read(document: &mut Document<'_>, format: &Format) -> Result<String, ModalityError> {
    let limit = || ModalityError::Limit {
        what: "the length of a note",
        limit: format!("{} MiB; give each note a file of its own", LARGEST >> 20),
    };
    if document.length > LARGEST {
        return Err(limit());
    }
    let mut bytes = Vec::with_capacity(document.length as usize);
    (&mut *document.data)
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| ModalityError::Read(e.kind()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(limit());
    }
    let encoding = format.details.get("encoding").and_then(|name| Encoding::from_name(name));
    let encoding = encoding.unwrap_or(Encoding::Utf8);
    encoding::decode(bytes, encoding).ok_or_else(|| ModalityError::Malformed {
        reason: format!("the text is not {} throughout", encoding.as_str()),
        place: Place::Whole,
    })
}

/// What the pages of a note say of its fields and its patient.
#[derive(Default)]
struct Survey {
    fields: BTreeMap<&'static str, Profile>,
    keys: Vec<(&'static str, PatientKey)>,
    accounts: Vec<PatientKey>,
    mention: SubjectMention,
}

struct Profile {
    kind: FieldKind,
    filled: u64,
    total: u64,
    values: std::collections::BTreeSet<String>,
    examples: Vec<String>,
}

impl Survey {
    fn page(&mut self, page: &Page<'_>) {
        for field in &page.fields {
            self.field(page, field);
        }
        let mut found = Vec::new();
        fields::detect(page, &mut found);
        for finding in resolve(found.clone()) {
            self.identifier(page, &finding);
        }
        recognizers::recognize(page, &mut found);
        let reading = Reading::default();
        for finding in resolve(found).iter().filter(|f| f.entity == EntityType::Date) {
            let dates = dates::all(&page.text[finding.span.clone()], &reading);
            let whole = dates.iter().filter(|d| d.has_year() && d.strength >= Strength::Fair);
            self.mention.dates.extend(whole.filter_map(|d| d.date(&reading)));
        }
    }

    fn field(&mut self, page: &Page<'_>, field: &Field) {
        let value = &page.text[field.value.clone()];
        let profile = self.fields.entry(field.name).or_insert_with(|| Profile {
            kind: field.kind,
            filled: 0,
            total: 0,
            values: std::collections::BTreeSet::new(),
            examples: Vec::new(),
        });
        profile.total += 1;
        profile.filled += u64::from(!value.is_empty());
        let shape = masked_shape(value);
        if profile.examples.len() < 3 && !profile.examples.contains(&shape) {
            profile.examples.push(shape);
        }
        if profile.values.len() < 10_000 {
            profile.values.insert(value.to_owned());
        }
        if field.kind == FieldKind::Sex && self.mention.sex.is_none() {
            self.mention.sex = value.split([' ', ',', '/']).find_map(Sex::parse);
        }
    }

    fn identifier(&mut self, page: &Page<'_>, finding: &Finding) {
        let value = &page.text[finding.span.clone()];
        let field = page.field_at(finding.span.start);
        let name = field.map_or("", |f| f.name);
        match finding.entity {
            EntityType::Date => {
                if finding.recognizer == fields::BIRTH && self.mention.birth.is_none() {
                    let reading = Reading::default();
                    let dates = dates::all(value, &reading);
                    self.mention.birth = dates.first().and_then(|d| d.partial(&reading));
                }
            }
            EntityType::Age | EntityType::State | EntityType::Room | EntityType::Device => {}
            entity => {
                if let Some(key) = PatientKey::new(AUTHORITY, value) {
                    match entity {
                        EntityType::Mrn
                            if !matches!(name, "id" | "id no" | "id number" | "record") =>
                        {
                            self.keys.push((name, key));
                        }
                        EntityType::Account => self.accounts.push(key),
                        _ => {}
                    }
                }
                let known = KnownIdentifier { entity, value: value.into() };
                if !self.mention.known.contains(&known) && self.mention.known.len() < 1_000 {
                    self.mention.known.push(known);
                }
            }
        }
    }

    /// The fields, and one mention for each patient the header names: two different numbers under
    /// the same key are two patients, and the note is then in conflict.
    fn finish(mut self) -> (Vec<FieldProfile>, Vec<SubjectMention>) {
        self.mention.dates.sort_unstable();
        self.mention.dates.dedup();
        let mut others = Vec::new();
        let mut seen: Vec<(&'static str, PatientKey)> = Vec::new();
        for (name, key) in self.keys.drain(..) {
            match seen.iter().find(|(n, _)| *n == name) {
                Some((_, first)) if *first != key => others.push(key),
                Some(_) => {}
                None => seen.push((name, key)),
            }
        }
        self.mention.keys = seen.into_iter().map(|(_, key)| key).collect();
        self.mention.keys.dedup();
        if self.mention.keys.is_empty() {
            self.mention.keys.extend(self.accounts.drain(..).next());
        }
        others.sort();
        others.dedup();
        others.retain(|key| !self.mention.keys.contains(key));
        let mut mentions = vec![self.mention];
        mentions.extend(
            others
                .into_iter()
                .map(|key| SubjectMention { keys: vec![key], ..SubjectMention::default() }),
        );
        (self.fields.into_iter().map(|(name, profile)| profile.finish(name)).collect(), mentions)
    }
}

impl Profile {
    fn finish(self, name: &'static str) -> FieldProfile {
        let entity = match self.kind {
            FieldKind::Name(entity) | FieldKind::Number(entity) | FieldKind::Label(entity) => {
                Some(entity)
            }
            FieldKind::Birth | FieldKind::Date | FieldKind::Comparison => Some(EntityType::Date),
            FieldKind::Address => Some(EntityType::Street),
            FieldKind::Age => Some(EntityType::Age),
            FieldKind::Initials => Some(EntityType::Patient),
            FieldKind::Sex | FieldKind::Clinical => None,
        };
        let role = match self.kind {
            FieldKind::Clinical | FieldKind::Comparison => AttributeRole::FreeText,
            FieldKind::Sex | FieldKind::Age | FieldKind::Birth | FieldKind::Date => {
                AttributeRole::Quasi
            }
            _ => AttributeRole::Identifier,
        };
        FieldProfile {
            part: None,
            name: name.to_owned(),
            role,
            entity,
            subject: entity == Some(EntityType::Mrn),
            confidence: 0.9,
            reason: "key of the field lexicon".to_owned(),
            suggested: None,
            filled: self.filled,
            total: self.total,
            distinct: self.values.len() as u64,
            examples: self.examples,
        }
    }
}
