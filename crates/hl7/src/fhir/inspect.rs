//! What the scan learns from FHIR: which elements there are, who is spoken of, and by which
//! identifiers they may be found again in free text.

mod known;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash};

use anonymed_core::sensitive::masked_shape;
use anonymed_core::{
    AttributeRole, EntityType, FieldProfile, InspectSink, KnownIdentifier, PartialDate, PatientKey,
    Place, QuarantinedRecord, Sex, SubjectMention,
};
use hashbrown::{HashMap, HashSet};

use super::reference::{self, Entries, Target};
use super::{dates, owner};
use crate::json::{Json, Kind, NodeId};
use crate::profile::{self, Rule, compartment, entity_of};
use crate::schema::{Row, TypeId};

type State = foldhash::fast::FixedState;
/// Distinct values are counted exactly up to this number.
const DISTINCT: usize = 10_000;
/// Masked shapes shown of a field.
const EXAMPLES: usize = 3;

/// What is known of one element path.
#[derive(Default)]
struct Field {
    /// The element of the path that decides: the first whose rule is not to look at its parts.
    decides: Option<Row>,
    filled: u64,
    total: u64,
    distinct: HashSet<u64, State>,
    examples: Vec<String>,
}

/// Element paths with what is known of each.
#[derive(Default)]
pub(crate) struct Fields(BTreeMap<String, Field>);

impl Fields {
    fn absorb(&mut self, path: &str, other: Field) {
        let mine = self.0.entry(path.to_owned()).or_default();
        mine.decides = mine.decides.or(other.decides);
        mine.filled += other.filled;
        mine.total += other.total;
        for value in other.distinct {
            if mine.distinct.len() >= DISTINCT {
                break;
            }
            mine.distinct.insert(value);
        }
        for example in other.examples {
            if mine.examples.len() < EXAMPLES && !mine.examples.contains(&example) {
                mine.examples.push(example);
            }
        }
    }

    /// Hands the fields over, by path.
    pub(crate) fn give(self, sink: &mut dyn InspectSink) {
        for (name, field) in self.0 {
            sink.field(describe(name, field));
        }
    }
}

fn describe(name: String, field: Field) -> FieldProfile {
    let table = profile::table().ok();
    let (role, reason) = match (field.decides, table) {
        (Some(row), Some(table)) => {
            let basis = table.basis[usize::from(row.0)];
            let rule = table.rules[usize::from(row.0)];
            let known = table.profiled[usize::from(row.owner().0)] || !basis.is_empty();
            let why = if basis.is_empty() { "no rule names it" } else { basis };
            let role = if known { role_of(row, rule) } else { AttributeRole::Unknown };
            (role, format!("{}: {why}", rule.verb()))
        }
        _ => (AttributeRole::Unknown, "dropped: not an element of FHIR R4".to_owned()),
    };
    FieldProfile {
        part: None,
        subject: name == "Patient.id",
        name,
        role,
        entity: field.decides.and_then(entity_of),
        confidence: if role == AttributeRole::Unknown { 0.5 } else { 1.0 },
        reason,
        suggested: None,
        filled: field.filled,
        total: field.total,
        distinct: field.distinct.len() as u64,
        examples: field.examples,
    }
}

fn decider(path: &[Row]) -> Option<Row> {
    let rules = &profile::table().ok()?.rules;
    path.iter().copied().find(|row| rules[usize::from(row.0)] != Rule::Walk)
}

/// Codes that an attacker may know of a person.
const QUASI: &[&str] = &["gender", "maritalStatus", "multipleBirthBoolean", "multipleBirthInteger"];

fn role_of(row: Row, rule: Rule) -> AttributeRole {
    match rule {
        Rule::Drop => match entity_of(row) {
            Some(_) => AttributeRole::Identifier,
            None => AttributeRole::Insensitive,
        },
        Rule::Text | Rule::AgeText | Rule::Narrative | Rule::Attachment => AttributeRole::FreeText,
        Rule::Date | Rule::Birth | Rule::Age | Rule::Zip3 | Rule::State => AttributeRole::Quasi,
        Rule::Id
        | Rule::Identifier
        | Rule::PatientIdentifier
        | Rule::Reference
        | Rule::Uid
        | Rule::Url => AttributeRole::Identifier,
        _ if QUASI.contains(&row.name()) => AttributeRole::Quasi,
        _ if row.owner().name() == "Coding" || row.owner().name() == "Quantity" => {
            AttributeRole::Sensitive
        }
        _ => AttributeRole::Insensitive,
    }
}

/// What a part of a file says, in the order of its records.
#[derive(Default)]
pub(crate) struct Report {
    fields: HashMap<(TypeId, Vec<Row>), Field, State>,
    unknown: u64,
    events: Vec<Event>,
    records: u64,
    /// Identifiers already told of the same patient.
    told: HashSet<u64, State>,
}

enum Event {
    Mention(Place, SubjectMention),
    Rejected(QuarantinedRecord),
}

/// Inspects one document.
pub(crate) fn document(json: &Json<'_>, line: u64) -> Report {
    let mut report = Report::default();
    report.document(json, line);
    report
}

impl Report {
    /// Hands over what was seen.
    pub(crate) fn give(self, fields: &mut Fields, sink: &mut dyn InspectSink) {
        let mut paths: Vec<(String, Field)> = self
            .fields
            .into_iter()
            .map(|((of, rows), field)| {
                let mut path = of.name().to_owned();
                for row in rows {
                    path.push('.');
                    path.push_str(row.name());
                }
                (path, field)
            })
            .collect();
        paths.sort_by(|a, b| a.0.cmp(&b.0));
        for (path, field) in paths {
            fields.absorb(&path, field);
        }
        if self.unknown > 0 {
            let field = Field { filled: self.unknown, total: self.unknown, ..Field::default() };
            fields.absorb("(unknown elements)", field);
        }
        sink.records(self.records);
        for event in self.events {
            match event {
                Event::Mention(place, mention) => sink.subject(place, mention),
                Event::Rejected(record) => sink.rejected(record),
            }
        }
    }

    /// A line that cannot be read.
    pub(crate) fn reject(&mut self, record: QuarantinedRecord) {
        self.records += 1;
        self.events.push(Event::Rejected(record));
    }

    /// A resource or bundle.
    pub(crate) fn document(&mut self, json: &Json<'_>, line: u64) {
        let mut entries = Entries::default();
        if json.member_text(json.root(), "resourceType").is_some_and(|t| t == "Bundle") {
            reference::collect_entries(json, json.root(), &mut entries);
        }
        let job = Scan { json, entries: &entries, line };
        self.resource(&job, json.root(), None, "");
    }

    fn resource(&mut self, job: &Scan<'_, '_>, node: NodeId, urn: Option<&str>, at: &str) {
        let json = job.json;
        let name = json.member_text(node, "resourceType").unwrap_or_default();
        let Some(of) = TypeId::of(&name).filter(|t| t.is_resource()) else {
            self.reject(QuarantinedRecord {
                place: Place::Element { line: job.line, path: format!("{at}Resource") },
                reason: "no-resource-type".to_owned(),
            });
            return;
        };
        let mut walk =
            Walk { report: self, job, root: of, path: Vec::new(), facts: Facts::default() };
        walk.object(of, node);
        let facts = walk.facts;
        if of.name() == "Bundle" {
            self.bundle(job, node);
            return;
        }
        self.records += 1;
        self.mention(job, of, node, urn, at, facts);
    }

    fn bundle(&mut self, job: &Scan<'_, '_>, node: NodeId) {
        let json = job.json;
        for (number, entry) in json.items(node, "entry").into_iter().enumerate() {
            let Some(resource) = json.member(entry, "resource") else { continue };
            let address = json.member_text(entry, "fullUrl").unwrap_or_default();
            let urn = address.strip_prefix("urn:uuid:").or(address.strip_prefix("urn:oid:"));
            let urn = urn.map(str::to_ascii_lowercase);
            let at = format!("Bundle.entry[{number}]: ");
            self.resource(job, resource, urn.as_deref(), &at);
        }
    }

    fn mention(
        &mut self,
        job: &Scan<'_, '_>,
        of: TypeId,
        node: NodeId,
        urn: Option<&str>,
        at: &str,
        facts: Facts,
    ) {
        let json = job.json;
        let place = Place::Element { line: job.line, path: format!("{at}{}", of.name()) };
        let mut mention = SubjectMention { known: facts.known, ..SubjectMention::default() };
        mention.dates = facts.dates;
        mention.dates.sort_unstable();
        mention.dates.dedup();
        if of.name() == "Patient" {
            mention.keys = owner::own_keys(json, node, urn);
            (mention.birth, mention.sex) = person(json, node);
        } else {
            mention.keys = self.owner_keys(job, of, node);
            known::subject_display(json, node, compartment(of), &mut mention.known);
        }
        known::of_resource(json, of, node, &mut mention.known);
        self.contained(job, of, node, at, &mut mention);
        self.once(&mut mention);
        for key in facts.others {
            if !mention.keys.contains(&key) {
                let other = SubjectMention { keys: vec![key], ..SubjectMention::default() };
                self.events.push(Event::Mention(place.clone(), other));
            }
        }
        let empty = mention.keys.is_empty() && mention.known.is_empty();
        if !empty {
            self.events.push(Event::Mention(place, mention));
        }
    }

    /// Leaves out identifiers already told of the same person, so that ten thousand encounters do
    /// not repeat the name of one doctor.
    fn once(&mut self, mention: &mut SubjectMention) {
        let state = State::default();
        let keys = &mention.keys;
        let told = &mut self.told;
        mention.known.retain(|k| {
            let mut hasher = state.build_hasher();
            keys.first().hash(&mut hasher);
            k.hash(&mut hasher);
            told.insert(std::hash::Hasher::finish(&hasher))
        });
    }

    fn owner_keys(&self, job: &Scan<'_, '_>, of: TypeId, node: NodeId) -> Vec<PatientKey> {
        let json = job.json;
        let mut per_reference = Vec::new();
        for reference in reference::owner_references(json, node, compartment(of)) {
            let text = json.member_text(reference, "reference").unwrap_or_default();
            let target = reference::parse(&text);
            let mut keys = match &target {
                Target::Contained(id) => contained_patient(json, node, id)
                    .map(|p| owner::contained_keys(json, node, p))
                    .unwrap_or_default(),
                _ => reference::patient_keys(&text, &target, job.entries),
            };
            keys.extend(reference_identifier(json, reference));
            if !keys.is_empty() {
                per_reference.push(keys);
            }
        }
        // Several references may be several people: then the resource says nothing of one.
        let first = per_reference.first().cloned().unwrap_or_default();
        let same = per_reference.iter().all(|keys| *keys == first);
        if same { first } else { Vec::new() }
    }

    fn contained(
        &mut self,
        job: &Scan<'_, '_>,
        of: TypeId,
        node: NodeId,
        at: &str,
        outer: &mut SubjectMention,
    ) {
        let json = job.json;
        for inner in json.items(node, "contained") {
            let name = json.member_text(inner, "resourceType").unwrap_or_default();
            let Some(inner_of) = TypeId::of(&name).filter(|t| t.is_resource()) else { continue };
            let mut walk =
                Walk { report: self, job, root: inner_of, path: vec![], facts: Facts::default() };
            walk.object(inner_of, inner);
            let facts = walk.facts;
            if name != "Patient" {
                known::of_resource(json, inner_of, inner, &mut outer.known);
                outer.known.extend(facts.known);
                outer.dates.extend(facts.dates);
                continue;
            }
            let mut mention = SubjectMention {
                keys: owner::contained_keys(json, node, inner),
                known: facts.known,
                dates: facts.dates,
                ..SubjectMention::default()
            };
            known::of_resource(json, inner_of, inner, &mut mention.known);
            (mention.birth, mention.sex) = person(json, inner);
            let path = format!("{at}{}.contained", of.name());
            let place = Place::Element { line: job.line, path };
            self.events.push(Event::Mention(place, mention));
        }
    }
}

fn contained_patient(json: &Json<'_>, around: NodeId, id: &str) -> Option<NodeId> {
    json.items(around, "contained").into_iter().find(|n| {
        json.member_text(*n, "resourceType").is_some_and(|t| t == "Patient")
            && json.member_text(*n, "id").is_some_and(|i| i == id)
    })
}

/// The key a reference's identifier gives, where it says that it means a patient.
fn reference_identifier(json: &Json<'_>, reference: NodeId) -> Option<PatientKey> {
    let identifier = json.member(reference, "identifier")?;
    let named = json.member_text(reference, "reference").is_some_and(|r| r.contains("Patient"))
        || json.member_text(reference, "type").is_some_and(|t| t == "Patient");
    if !named || !owner::is_key(json, identifier) {
        return None;
    }
    let system = json.member_text(identifier, "system")?;
    PatientKey::new(&format!("fhir:{system}"), &json.member_text(identifier, "value")?)
}

fn person(json: &Json<'_>, node: NodeId) -> (Option<PartialDate>, Option<Sex>) {
    let birth = json.member_text(node, "birthDate").and_then(|t| PartialDate::parse_iso(&t));
    let sex = json.member_text(node, "gender").and_then(|t| Sex::parse(&t));
    (birth, sex)
}

/// A document at the scan.
struct Scan<'j, 's> {
    json: &'j Json<'s>,
    entries: &'j Entries<'s>,
    line: u64,
}

/// What the elements of a resource say of people.
#[derive(Default)]
struct Facts {
    dates: Vec<jiff::civil::Date>,
    known: Vec<KnownIdentifier>,
    /// Patients referred to elsewhere than by the compartment.
    others: Vec<PatientKey>,
}

/// Goes over the elements of a resource.
struct Walk<'w, 'j, 's> {
    report: &'w mut Report,
    job: &'w Scan<'j, 's>,
    root: TypeId,
    path: Vec<Row>,
    facts: Facts,
}

impl Walk<'_, '_, '_> {
    /// Goes over an object's elements.
    fn object(&mut self, of: TypeId, node: NodeId) {
        let json = self.job.json;
        for child in json.children(node) {
            let key = json.key(child);
            if matches!(key, "resourceType" | "contained") || key.starts_with('_') {
                continue;
            }
            let Some(row) = of.element(key) else {
                self.report.unknown += 1;
                continue;
            };
            if row.of().name() == "Resource" {
                continue;
            }
            self.path.push(row);
            if json.kind(child) == Kind::Array {
                for item in json.children(child) {
                    self.value(row, item);
                }
            } else {
                self.value(row, child);
            }
            self.path.pop();
        }
    }

    fn value(&mut self, row: Row, node: NodeId) {
        let json = self.job.json;
        if json.kind(node) == Kind::Object {
            if row.of().name() == "Reference" {
                self.reference(node);
            }
            // An extension's inside is told by its address alone.
            if row.of().name() != "Extension" {
                self.object(row.of(), node);
                return;
            }
        }
        self.count(row, node);
        if matches!(row.of().name(), "date" | "dateTime" | "instant") && row.name() != "birthDate" {
            self.facts.dates.extend(json.text(node).and_then(|t| dates::day(&t)));
        }
    }

    fn count(&mut self, row: Row, node: NodeId) {
        let json = self.job.json;
        let raw = json.raw(node);
        let filled = json.kind(node) != Kind::Null && !raw.is_empty();
        let key = (self.root, std::mem::take(&mut self.path));
        let field = match self.report.fields.get_mut(&key) {
            Some(field) => field,
            None => self.report.fields.entry(key.clone()).or_default(),
        };
        self.path = key.1;
        if field.decides.is_none() {
            field.decides = Some(decider(&self.path).unwrap_or(row));
        }
        field.total += 1;
        field.filled += u64::from(filled);
        if field.distinct.len() < DISTINCT {
            field.distinct.insert(State::default().hash_one(raw));
        }
        if field.examples.len() < EXAMPLES && filled && json.kind(node) != Kind::Object {
            let shape = masked_shape(raw);
            if !field.examples.contains(&shape) {
                field.examples.push(shape);
            }
        }
    }

    fn reference(&mut self, node: NodeId) {
        let json = self.job.json;
        let text = json.member_text(node, "reference").unwrap_or_default();
        let target = reference::parse(&text);
        let keys = match &target {
            Target::Uuid(_) if reference::find(&text, &target, self.job.entries).is_none() => {
                Vec::new()
            }
            _ => reference::patient_keys(&text, &target, self.job.entries),
        };
        self.facts.others.extend(keys.into_iter().next());
        let of = match &target {
            Target::Local { of, .. } | Target::Conditional { of, .. } => Some(*of),
            _ => reference::find(&text, &target, self.job.entries).map(|e| e.of),
        };
        let of = of.or_else(|| TypeId::of(&json.member_text(node, "type")?));
        let entity = match of.map(TypeId::name) {
            Some("Practitioner" | "PractitionerRole") => EntityType::Doctor,
            Some("RelatedPerson") => EntityType::Relative,
            Some("Organization" | "Location") => EntityType::Hospital,
            _ => return,
        };
        if let Some(display) = json.member_text(node, "display") {
            known::push(&mut self.facts.known, entity, display.trim());
        }
    }
}
