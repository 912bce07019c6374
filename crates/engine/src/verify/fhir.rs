//! Attacks a released FHIR file, element by element.
//!
//! Every string of every resource is swept for known values; prose is scanned for residual
//! patterns and dates as well, after undoing what hides text: JSON escapes, the XHTML of a
//! narrative, the base64 of an attachment. What an element is follows from its name alone (HL7
//! FHIR R4 names codes, addresses and references alike in all resources), not from the profile the
//! de-identification worked with.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use anonymed_core::{EntityType, Place, SubjectId, TimeMode};
use jiff::civil::Date;

use super::dates::{self, leaked_dates, unwritten_dates};
use super::json::{Json, Kind, Offsets};
use super::residual::{Position, residual};
use super::sweep::{NAME_OF_ANOTHER, Sweep, SweepHit, Weight};

/// What the check needs to know of patients. Implemented by the engine over its crosswalk.
pub trait FhirSubjects: Sync {
    /// Whose a released reference or id is: `Patient/<code>`, a code, or a `urn:uuid:`.
    fn owner(&self, reference: &str) -> Option<SubjectId>;

    /// The dates the input had of a patient, and the patient's shift, where known.
    fn dates(&self, owner: SubjectId) -> Option<(&HashSet<Date>, Option<i32>)>;
}

/// A check over released FHIR.
pub struct FhirCheck<'a> {
    /// Known values.
    pub sweep: &'a Sweep<'a>,
    /// Patients.
    pub subjects: &'a dyn FhirSubjects,
    /// What the policy does with dates.
    pub time: TimeMode,
}

/// A place where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FhirFinding {
    /// A [`Place::Element`].
    pub place: Place,
    /// What it is.
    pub entity: Option<EntityType>,
    /// The stable reason.
    pub reason: &'static str,
}

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FhirReport {
    /// Resources read, contained ones not counted.
    pub resources: u64,
    /// Strings and numbers swept.
    pub values: u64,
    /// Attachments that are no text and were not looked into.
    pub opaque_attachments: u64,
    /// Places.
    pub findings: Vec<FhirFinding>,
}

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    /// A code, system or canonical address.
    Code,
    /// An id or reference, which are ours.
    Link,
    /// A date, whole or partial, or an instant.
    Date,
    /// Base64.
    Data,
    /// XHTML.
    Narrative,
    /// A name, address line, number of a person, or free text.
    Prose,
}

impl FhirCheck<'_> {
    /// Checks one record of a file, which begins at byte `base` of it. `excused` are the spans of the
    /// file that we wrote in place of identifiers, in order.
    pub fn record(
        &self,
        (line, base): (u64, usize),
        json: &Json<'_>,
        excused: &[Range<usize>],
        report: &mut FhirReport,
    ) {
        let resources = resources(json, self.subjects);
        report.resources += resources.count;
        let from = excused.partition_point(|e| e.end <= base);
        for at in 0..json.nodes.len() {
            let kind = json.nodes[at].kind;
            if !matches!(kind, Kind::String | Kind::Number) {
                continue;
            }
            report.values += 1;
            let (root, owner) = resources.of(json, at);
            let value = Value { check: self, json, at, owner, base, excused: &excused[from..] };
            let found = value.examine(report);
            if found.is_empty() {
                continue;
            }
            let kind = resources.kind(root);
            let place = Place::Element { line, path: format!("{kind}.{}", json.path(at, root)) };
            report.findings.extend(found.into_iter().map(|(entity, reason)| FhirFinding {
                place: place.clone(),
                entity,
                reason,
            }));
        }
    }
}

impl FhirReport {
    /// Adds what came of the records behind these.
    pub fn absorb(&mut self, other: Self) {
        self.resources += other.resources;
        self.values += other.values;
        self.opaque_attachments += other.opaque_attachments;
        self.findings.extend(other.findings);
    }
}

/// The ids of the Patient resources in a resource or bundle; contained ones have none of their own.
pub fn patient_ids<'j>(json: &'j Json<'_>) -> impl Iterator<Item = Cow<'j, str>> {
    (0..json.nodes.len())
        .filter(|at| json.key(*at) == "resourceType" && json.string(*at) == "Patient")
        .filter_map(|at| json.object_of(at))
        .filter(|object| json.name(*object) != "contained")
        .filter_map(|object| Some(json.string(member(json, object, "id")?)))
}

/// The member of an object by its name.
fn member(json: &Json<'_>, object: usize, name: &str) -> Option<usize> {
    (object + 1..json.nodes.len())
        .take_while(|at| json.nodes[*at].parent as usize >= object)
        .find(|at| json.nodes[*at].parent as usize == object && json.key(*at) == name)
}

type Found = Vec<(Option<EntityType>, &'static str)>;

/// One value with what is known of it.
struct Value<'v> {
    check: &'v FhirCheck<'v>,
    json: &'v Json<'v>,
    at: usize,
    owner: Option<SubjectId>,
    base: usize,
    excused: &'v [Range<usize>],
}

impl Value<'_> {
    fn examine(&self, report: &mut FhirReport) -> Found {
        let sweep = self.check.sweep;
        if self.json.nodes[self.at].kind == Kind::Number {
            return certain(sweep.field(self.json.raw(self.at), self.owner, &[]));
        }
        let (text, offsets) = self.json.string_at(self.at);
        match element(self.json, self.at, &text) {
            Element::Date => self.date(&text),
            Element::Code => {
                let hits = sweep.field(&text, self.owner, &[]);
                // A code of eight digits may be somebody's number by chance; a unit or a status may
                // not.
                let mut found = match self.json.name(self.at) {
                    // `13457-7` is a test, whoever has the number 13457.
                    "code" => certain(hits)
                        .into_iter()
                        .filter(|(_, reason)| *reason != "number-of-patient")
                        .collect(),
                    "value" | "version" => certain(hits),
                    _ => hits.into_iter().map(|hit| (Some(hit.entity), hit.reason)).collect(),
                };
                found.extend(self.patterns(&text, Position::Code, &[]));
                found
            }
            // Every id is a code of ours, so no match here is chance.
            Element::Link => {
                let hits = sweep.field(&text, self.owner, &[]);
                hits.into_iter().map(|hit| (Some(hit.entity), hit.reason)).collect()
            }
            Element::Data => self.data(&text, &self.local(&offsets, text.len()), report),
            Element::Narrative => {
                let (plain, tags) = plain_text(&text);
                self.prose(&plain, &self.local_through(&offsets, &tags, plain.len()))
            }
            Element::Prose => self.prose(&text, &self.local(&offsets, text.len())),
        }
    }

    fn prose(&self, text: &str, excused: &[Range<usize>]) -> Found {
        let mut found = certain(self.check.sweep.field(text, self.owner, excused));
        found.extend(self.patterns(text, Position::Prose, excused));
        let leaked = match self.check.time {
            TimeMode::Keep => Vec::new(),
            TimeMode::Year => unwritten_dates(text, excused),
            TimeMode::Shift => self.originals(text, excused),
        };
        found.extend(leaked.into_iter().map(|hit| (Some(EntityType::Date), hit.reason)));
        found
    }

    fn patterns(&self, text: &str, position: Position, excused: &[Range<usize>]) -> Found {
        residual(text, position, excused).into_iter().map(|h| (Some(h.entity), h.reason)).collect()
    }

    fn originals(&self, text: &str, excused: &[Range<usize>]) -> Vec<dates::DateHit> {
        match self.owner.and_then(|owner| self.check.subjects.dates(owner)) {
            Some((originals, shift)) => leaked_dates(text, originals, shift, excused),
            None => Vec::new(),
        }
    }

    /// A date element is not excused by having been written: it is compared.
    fn date(&self, text: &str) -> Found {
        let hit = match self.check.time {
            TimeMode::Keep => None,
            TimeMode::Year => (text.len() > 4).then_some("finer-than-year"),
            TimeMode::Shift => self.originals(text, &[]).first().map(|hit| hit.reason),
        };
        hit.map(|reason| (Some(EntityType::Date), reason)).into_iter().collect()
    }

    fn data(&self, text: &str, excused: &[Range<usize>], report: &mut FhirReport) -> Found {
        let bare: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let decoded =
            data_encoding::BASE64.decode(&bare).ok().and_then(|b| String::from_utf8(b).ok());
        let length = decoded.as_ref().map_or(0, String::len);
        // Four characters stand for three bytes; a span that ends inside of them takes them all.
        let excused: Vec<Range<usize>> =
            excused.iter().map(|e| clip(e.start / 4 * 3..e.end.div_ceil(4) * 3, length)).collect();
        match decoded {
            Some(inner) if inner.trim_start().starts_with('<') => {
                let (plain, tags) = plain_text(&inner);
                let through = |e: &Range<usize>| tags.made(e.start)..tags.made(e.end);
                let excused: Vec<_> =
                    excused.iter().map(through).map(|e| clip(e, plain.len())).collect();
                self.prose(&plain, &excused)
            }
            Some(inner) => self.prose(&inner, &excused),
            None => {
                report.opaque_attachments += 1;
                Vec::new()
            }
        }
    }

    /// The excused spans of the file as spans of this value.
    fn local(&self, offsets: &Offsets, length: usize) -> Vec<Range<usize>> {
        self.spans().map(|e| clip(offsets.made(e.start)..offsets.made(e.end), length)).collect()
    }

    fn local_through(&self, outer: &Offsets, inner: &Offsets, length: usize) -> Vec<Range<usize>> {
        let place = |at: usize| inner.made(outer.made(at));
        self.spans().map(|e| clip(place(e.start)..place(e.end), length)).collect()
    }

    /// The excused spans that touch this value, as bytes of the record.
    fn spans(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let span = self.json.nodes[self.at].span();
        let file = self.base + span.start..self.base + span.end;
        let from = self.excused.partition_point(|e| e.end <= file.start);
        self.excused[from..]
            .iter()
            .take_while(move |e| e.start < file.end)
            .map(move |e| e.start.max(file.start) - self.base..e.end.min(file.end) - self.base)
    }
}

fn clip(range: Range<usize>, length: usize) -> Range<usize> {
    range.start.min(length)..range.end.min(length)
}

fn certain(hits: Vec<SweepHit>) -> Found {
    hits.into_iter()
        .filter(|hit| hit.weight == Weight::Certain || hit.reason == NAME_OF_ANOTHER)
        .map(|hit| (Some(hit.entity), hit.reason))
        .collect()
}

/// What an element is, by its name and the name of the element it is in.
fn element(json: &Json<'_>, at: usize, text: &str) -> Element {
    let name = json.name(at);
    let holder = json.object_of(at).map_or("", |object| json.name(object));
    match name {
        "div" => Element::Narrative,
        "data" if is_base64(text) => Element::Data,
        "valueBase64Binary" | "sigFormat" => Element::Data,
        "reference" | "id" | "fullUrl" | "versionId" => Element::Link,
        "system"
        | "url"
        | "profile"
        | "resourceType"
        | "status"
        | "use"
        | "gender"
        | "language"
        | "contentType"
        | "unit"
        | "comparator"
        | "intent"
        | "priority"
        | "mode"
        | "instantiatesCanonical"
        | "valueUri"
        | "valueCanonical"
        | "valueCode"
        | "currency"
            if holder != "telecom" || name != "url" =>
        {
            Element::Code
        }
        "code" if !text.contains(' ') => Element::Code,
        _ if is_date(text) => Element::Date,
        _ => Element::Prose,
    }
}

/// A FHIR date, dateTime or instant: four digits of year, and nothing but date behind.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 4 || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    match bytes.len() {
        4 => (1800..=2200).contains(&text.parse::<u32>().unwrap_or(0)),
        7 => bytes[4] == b'-' && bytes[5..].iter().all(u8::is_ascii_digit),
        n if n == 10 || n > 10 && bytes[10] == b'T' => {
            text.get(..10).is_some_and(|date| date.parse::<Date>().is_ok())
        }
        _ => false,
    }
}

fn is_base64(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=\r\n ".contains(&b))
}

/// The text of XHTML: tags become spaces, entities their characters.
fn plain_text(markup: &str) -> (String, Offsets) {
    let mut out = String::with_capacity(markup.len());
    let mut offsets = Offsets::from(0);
    let mut at = 0;
    while let Some(skip) = memchr::memchr2(b'<', b'&', &markup.as_bytes()[at..]) {
        out.push_str(&markup[at..at + skip]);
        at += skip;
        if markup.as_bytes()[at] == b'<' {
            let Some(end) = memchr::memchr(b'>', &markup.as_bytes()[at..]) else { break };
            out.push(' ');
            at += end + 1;
        } else {
            let (c, used) = entity(&markup[at..]);
            out.push_str(&c);
            at += used;
        }
        offsets.note(out.len(), at);
    }
    out.push_str(&markup[at..]);
    (out, offsets)
}

fn entity(text: &str) -> (Cow<'static, str>, usize) {
    let plain = (Cow::Borrowed("&"), 1);
    let Some(end) = text.as_bytes().iter().take(12).position(|b| *b == b';') else { return plain };
    let name = &text[1..end];
    let number = match name.strip_prefix('#') {
        Some(n) => match n.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => n.parse().ok(),
        },
        None => None,
    };
    let text = match (name, number.and_then(char::from_u32)) {
        (_, Some(c)) => Cow::Owned(c.to_string()),
        ("amp", _) => Cow::Borrowed("&"),
        ("lt", _) => Cow::Borrowed("<"),
        ("gt", _) => Cow::Borrowed(">"),
        ("quot", _) => Cow::Borrowed("\""),
        ("apos", _) => Cow::Borrowed("'"),
        ("nbsp", _) => Cow::Borrowed(" "),
        _ => return plain,
    };
    (text, end + 1)
}

/// Which resource each node is in, and whose each resource is.
struct Resources<'j> {
    /// For each node, the resource it is in, by place in `list`.
    node: Vec<u32>,
    list: Vec<(usize, &'j str, Option<SubjectId>)>,
    count: u64,
}

impl<'j> Resources<'j> {
    fn of(&self, json: &Json<'_>, at: usize) -> (usize, Option<SubjectId>) {
        let around = json.object_of(at).unwrap_or(0);
        match self.list.get(self.node[around] as usize) {
            Some((root, _, owner)) => (*root, *owner),
            None => (0, None),
        }
    }

    fn kind(&self, root: usize) -> &'j str {
        let found = self.list.iter().find(|(at, _, _)| *at == root);
        found.map_or("?", |(_, kind, _)| kind)
    }
}

/// Elements that say whose a resource is, in R4.
const SUBJECT_ELEMENTS: &[&str] =
    &["subject", "patient", "beneficiary", "individual", "for", "candidate", "subscriber"];

fn resources<'j>(json: &Json<'j>, subjects: &dyn FhirSubjects) -> Resources<'j> {
    const NONE: u32 = u32::MAX;
    let mut node = vec![NONE; json.nodes.len()];
    let mut list: Vec<(usize, &'j str, Option<SubjectId>)> = Vec::new();
    // Where a resource begins is known from a child, which comes later than its parent.
    for at in 0..json.nodes.len() {
        if json.key(at) == "resourceType"
            && json.nodes[at].kind == Kind::String
            && let Some(object) = json.object_of(at)
            && json.name(object) != "contained"
        {
            node[object] = list.len() as u32;
            list.push((object, json.raw(at), None));
        }
    }
    for at in 0..json.nodes.len() {
        let parent = json.nodes[at].parent as usize;
        if node[at] == NONE {
            node[at] = node[parent];
        }
    }
    for at in 0..json.nodes.len() {
        let Some(place) = list.get(node[json.object_of(at).unwrap_or(0)] as usize) else {
            continue;
        };
        if json.nodes[at].kind != Kind::String || place.2.is_some() {
            continue;
        }
        let Some(object) = json.object_of(at) else { continue };
        let owner = match json.key(at) {
            "id" if object == place.0 && place.1 == "Patient" => {
                let id = json.string(at);
                subjects.owner(&format!("Patient/{id}")).or_else(|| subjects.owner(&id))
            }
            "reference"
                if SUBJECT_ELEMENTS.contains(&json.name(object))
                    && json.object_of(object) == Some(place.0) =>
            {
                subjects.owner(&json.string(at))
            }
            _ => None,
        };
        if owner.is_some() {
            let number = node[object] as usize;
            list[number].2 = owner;
        }
    }
    let count = list.len() as u64;
    Resources { node, list, count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::known::KnownValues;
    use anonymed_core::{KeyPurpose, KeyRing, RootKey};
    use jiff::civil::date;

    struct One(HashSet<Date>);

    impl FhirSubjects for One {
        fn owner(&self, reference: &str) -> Option<SubjectId> {
            (reference == "Patient/p1").then_some(SubjectId(1))
        }
        fn dates(&self, owner: SubjectId) -> Option<(&HashSet<Date>, Option<i32>)> {
            (owner == SubjectId(1)).then_some((&self.0, Some(10)))
        }
    }

    fn examine(record: &str, time: TimeMode, ours: Option<&str>) -> Vec<(String, &'static str)> {
        let mut builder =
            KnownValues::builder(&RootKey::new([1; 32]).derive(&KeyPurpose::Fingerprint));
        builder.insert(EntityType::Patient, "Johanna Okonkwo", Some(SubjectId(1)));
        builder.insert(EntityType::Mrn, "48213377", Some(SubjectId(1)));
        let known = builder.build();
        let sweep = Sweep::new(&known);
        let subjects = One([date(2020, 1, 10)].into());
        let check = FhirCheck { sweep: &sweep, subjects: &subjects, time };
        let excused: Vec<_> = ours
            .map(|text| {
                let start = record.find(text).unwrap();
                start..start + text.len()
            })
            .into_iter()
            .collect();
        let mut report = FhirReport::default();
        let json = Json::read(record.as_bytes()).unwrap();
        check.record((1, 0), &json, &excused, &mut report);
        let path = |place| match place {
            Place::Element { path, .. } => path,
            other => other.to_string(),
        };
        report.findings.into_iter().map(|f| (path(f.place), f.reason)).collect()
    }

    #[test]
    fn values_are_found_wherever_they_hide() {
        let check = |record: &str, path: &str, reason: &str| {
            let found = examine(record, TimeMode::Shift, None);
            assert!(found.contains(&(path.to_owned(), reason_of(reason))), "{record}: {found:?}");
        };
        check(
            r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Okonkwo"}]}"#,
            "Patient.name.family",
            "name-part",
        );
        check(
            r#"{"resourceType":"Patient","id":"x","name":[{"text":"OKONKWO,\u0020Johanna"}]}"#,
            "Patient.name.text",
            "full-value",
        );
        check(
            r#"{"resourceType":"Patient","id":"p1","text":{"div":"<div>Ms <b>Okon</b>kwo</div>"},"x":"Okonkwo"}"#,
            "Patient.x",
            "name-part",
        );
        check(
            r#"{"resourceType":"Patient","id":"p1","text":{"div":"<div>Johanna&#160;Okonkwo</div>"}}"#,
            "Patient.text.div",
            "full-value",
        );
        check(
            r#"{"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:x","value":"482-13377"}]}"#,
            "Patient.identifier.value",
            "without-separators",
        );
        check(r#"{"resourceType":"Observation","id":"48213377"}"#, "Observation.id", "full-value");
        check(
            r#"{"resourceType":"DocumentReference","subject":{"reference":"Patient/p1"},"content":[{"attachment":{"data":"U2VlbjogT2tvbmt3bw=="}}]}"#,
            "DocumentReference.content.attachment.data",
            "name-part",
        );
        check(
            r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"p1","birthDate":"2020-01-10"}}]}"#,
            "Patient.birthDate",
            "original-date",
        );
        check(
            r#"{"resourceType":"Observation","subject":{"reference":"Patient/p1"},"note":[{"text":"seen 1/10/2020"}]}"#,
            "Observation.note.text",
            "original-date",
        );
        check(
            r#"{"resourceType":"Observation","valueInteger":48213377,"subject":{"reference":"Patient/p1"}}"#,
            "Observation.valueInteger",
            "full-value",
        );
        check(
            r#"{"resourceType":"Patient","telecom":[{"value":"617-555-0100"}]}"#,
            "Patient.telecom.value",
            "telephone-shape",
        );
    }

    fn reason_of(reason: &str) -> &'static str {
        ["name-part", "full-value", "without-separators", "original-date", "telephone-shape"]
            .into_iter()
            .find(|r| *r == reason)
            .unwrap()
    }

    #[test]
    fn what_is_ours_or_coded_is_left() {
        let check = |record: &str, ours: Option<&str>| {
            assert_eq!(examine(record, TimeMode::Shift, ours), vec![], "{record}");
        };
        check(r#"{"resourceType":"Patient","id":"p1","birthDate":"2020-01-20"}"#, None);
        check(
            r#"{"resourceType":"Observation","code":{"coding":[{"system":"http://snomed.info/sct","code":"271737000"}]}}"#,
            None,
        );
        check(
            r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Okonkwo"}]}"#,
            Some("Okonkwo"),
        );
        check(r#"{"resourceType":"Patient","id":"p1","text":{"div":"<div>a &amp; b\n\"<b>Okonkwo</b>\"</div>"}}"#.replace("\\\"", "'").as_str(), Some("Okonkwo"));
        check(
            r#"{"resourceType":"Patient","id":"p1","note":"\"q\" \u00e9 Okonkwo"}"#,
            Some("Okonkwo"),
        );
    }

    #[test]
    fn years_are_all_that_is_left_under_safe_harbor() {
        let found = examine(
            r#"{"resourceType":"Patient","birthDate":"1955","a":"1955-05","note":"on May 5, 2019"}"#,
            TimeMode::Year,
            None,
        );
        let reasons: Vec<_> = found.iter().map(|(_, r)| *r).collect();
        assert_eq!(reasons, ["finer-than-year", "date-not-written"]);
    }

    #[test]
    fn markup_becomes_text() {
        let check = |markup: &str, expect: &str| assert_eq!(plain_text(markup).0, expect);
        check("<p>a&lt;b</p>", " a<b ");
        check("x &bogus; &", "x &bogus; &");
        check("broken <tag", "broken <tag");
        check("&#x41;&#66;", "AB");
    }

    #[test]
    fn patients_are_known_by_their_ids() {
        let check = |record: &str, expect: &[&str]| {
            let json = Json::read(record.as_bytes()).unwrap();
            assert_eq!(patient_ids(&json).collect::<Vec<_>>(), expect, "{record}");
        };
        check(r#"{"resourceType":"Patient","name":[{"id":"n"}],"id":"\u00701"}"#, &["p1"]);
        check(r#"{"id":"p1","resourceType":"Patient","link":[{"id":"x"}]}"#, &["p1"]);
        check(r#"{"resourceType":"Observation","id":"o","code":{"text":"Patient"}}"#, &[]);
        check(
            r#"{"resourceType":"Bundle","id":"b","entry":[{"id":"e","resource":{"resourceType":"Patient","id":"p1"}},
                {"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Patient","id":"p2"}}]}"#,
            &["p1", "p2"],
        );
        check(
            r#"{"resourceType":"Claim","id":"c","contained":[{"resourceType":"Patient","id":"p"}]}"#,
            &[],
        );
    }
}
