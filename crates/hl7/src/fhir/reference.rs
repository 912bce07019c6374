//! References between resources: reading their forms, and writing each with new keys, the same in
//! every file.
//!
//! A resource's new key depends on its type and id alone, or on its id alone where that is a UUID,
//! because `urn:uuid:` references name no type. Base addresses of servers are not written.

use std::borrow::Cow;

use anonymed_core::{Context, PatientKey, Pseudonym, Resolution};
use hashbrown::HashMap;

use crate::json::{Json, Kind, NodeId};
use crate::schema::TypeId;

/// The system of a patient's released identifier.
pub(crate) const PATIENT_SYSTEM: &str = "urn:anonymed:patient";
/// The system of every other released identifier.
pub(crate) const IDENTIFIER_SYSTEM: &str = "urn:anonymed:identifier";
/// The base of released addresses that must be absolute; `.invalid` never resolves (RFC 2606).
pub(crate) const BASE: &str = "https://fhir.invalid";

/// What a reference says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target<'t> {
    /// `#id`; empty for the resource around.
    Contained(&'t str),
    /// `Type/id`, whatever its base and version.
    Local { of: TypeId, id: &'t str, absolute: bool },
    /// `urn:uuid:`.
    Uuid(Cow<'t, str>),
    /// `urn:oid:`.
    Oid(&'t str),
    /// `Type?identifier=system|value`.
    Conditional { of: TypeId, system: String, value: String },
    /// Anything else.
    Other,
}

/// Reads a reference.
pub(crate) fn parse(text: &str) -> Target<'_> {
    if let Some(id) = text.strip_prefix('#') {
        return Target::Contained(id);
    }
    if let Some(uuid) = text.strip_prefix("urn:uuid:") {
        return Target::Uuid(lower(uuid));
    }
    if let Some(oid) = text.strip_prefix("urn:oid:") {
        return Target::Oid(oid);
    }
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let absolute = path.contains("://");
    let path = path.split('#').next().unwrap_or(path).trim_end_matches('/');
    match query {
        Some(query) => conditional(path, query).unwrap_or(Target::Other),
        None => local(path, absolute).unwrap_or(Target::Other),
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn resource_type(name: &str) -> Option<TypeId> {
    TypeId::of(name).filter(|t| t.is_resource())
}

fn local(path: &str, absolute: bool) -> Option<Target<'_>> {
    let path = match path.rsplit_once("/_history/") {
        Some((before, version)) if !version.contains('/') => before,
        _ => path.strip_suffix("/_history").unwrap_or(path),
    };
    let (before, id) = path.rsplit_once('/')?;
    let of = resource_type(before.rsplit('/').next()?)?;
    (!id.is_empty()).then_some(Target::Local { of, id, absolute })
}

fn conditional<'t>(path: &str, query: &str) -> Option<Target<'t>> {
    let of = resource_type(path.rsplit('/').next()?)?;
    let value = percent_decoded(query.strip_prefix("identifier=")?)?;
    if value.contains('&') {
        return None;
    }
    let (system, value) = value.split_once('|').unwrap_or(("", &value));
    Some(Target::Conditional { of, system: system.to_owned(), value: value.to_owned() })
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex = [bytes.next()?, bytes.next()?];
            out.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

/// Whether an id has the form of a UUID.
pub(crate) fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// The resource an entry of a bundle holds.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'s> {
    pub(crate) of: TypeId,
    /// The resource's id, or what stands for it in the address.
    pub(crate) id: Cow<'s, str>,
    /// The UUID or OID of the address.
    pub(crate) urn: Option<Cow<'s, str>>,
}

/// The addresses of a bundle's entries.
pub(crate) type Entries<'s> = HashMap<String, Entry<'s>, foldhash::fast::FixedState>;

/// Collects the addresses of a bundle, and of bundles in it.
pub(crate) fn collect_entries<'s>(json: &Json<'s>, bundle: NodeId, into: &mut Entries<'s>) {
    for entry in json.items(bundle, "entry") {
        let Some(resource) = json.member(entry, "resource") else { continue };
        let Some(of) = json.member_text(resource, "resourceType").and_then(|t| TypeId::of(&t))
        else {
            continue;
        };
        if of.name() == "Bundle" {
            collect_entries(json, resource, into);
        }
        let Some(address) = json.member_text(entry, "fullUrl") else { continue };
        let urn = match address.strip_prefix("urn:uuid:") {
            Some(uuid) => Some(Cow::Owned(uuid.to_ascii_lowercase())),
            None => address.strip_prefix("urn:oid:").map(|oid| Cow::Owned(oid.to_owned())),
        };
        let id = json
            .member_text(resource, "id")
            .filter(|id| !id.is_empty())
            .or_else(|| urn.clone())
            .or_else(|| match parse(&address) {
                Target::Local { id, .. } => Some(Cow::Owned(id.to_owned())),
                _ => None,
            })
            .unwrap_or_else(|| address.clone());
        let key = address_key(&address);
        into.entry(key).or_insert(Entry { of, id, urn });
    }
}

/// An address as [`Entries`] keeps it.
pub(crate) fn address_key(address: &str) -> String {
    match address.strip_prefix("urn:uuid:") {
        Some(uuid) => format!("urn:uuid:{}", uuid.to_ascii_lowercase()),
        None => address.to_owned(),
    }
}

/// The keys of a patient that a reference names, best first; empty where it names none.
pub(crate) fn patient_keys(
    text: &str,
    target: &Target<'_>,
    entries: &Entries<'_>,
) -> Vec<PatientKey> {
    let mut keys = Vec::new();
    let mut push = |authority: &str, id: &str| keys.extend(PatientKey::new(authority, id));
    if let Some(entry) = find(text, target, entries) {
        if entry.of.name() == "Patient" {
            if let Some(urn) = &entry.urn {
                push("fhir-uuid", urn);
            }
            if entry.urn.as_deref() != Some(&*entry.id) {
                push("fhir-id", &entry.id);
            }
        }
        return keys;
    }
    match target {
        Target::Local { of, id, .. } if of.name() == "Patient" => {
            push("fhir-id", id);
            if is_uuid(id) {
                push("fhir-uuid", id);
            }
        }
        Target::Uuid(uuid) => {
            push("fhir-uuid", uuid);
            push("fhir-id", uuid);
        }
        Target::Conditional { of, system, value } if of.name() == "Patient" => {
            push(&format!("fhir:{system}"), value);
        }
        _ => {}
    }
    keys
}

/// The entry a reference names.
pub(crate) fn find<'e, 's>(
    text: &str,
    target: &Target<'_>,
    entries: &'e Entries<'s>,
) -> Option<&'e Entry<'s>> {
    if entries.is_empty() {
        return None;
    }
    match target {
        Target::Uuid(uuid) => entries.get(&format!("urn:uuid:{uuid}")),
        Target::Oid(_) | Target::Other | Target::Local { absolute: true, .. } => entries.get(text),
        _ => None,
    }
}

/// Whose these keys are: the first that is known, unless one is in conflict.
pub(crate) fn resolve<'c>(keys: &[PatientKey], context: &Context<'c>) -> Resolution<'c> {
    let mut found = Resolution::Unknown;
    for key in keys {
        match (context.subjects.resolve(key), found) {
            (Resolution::Conflict, _) => return Resolution::Conflict,
            (known @ Resolution::Known(_), Resolution::Unknown) => found = known,
            (Resolution::Known(one), Resolution::Known(other)) if one.number != other.number => {
                return Resolution::Conflict;
            }
            _ => {}
        }
    }
    found
}

/// The new key of a resource that is no patient.
pub(crate) fn resource_key(of: TypeId, id: &str, context: &Context<'_>) -> Pseudonym {
    if is_uuid(id) {
        uuid_key(&lower(id), context)
    } else {
        context.pseudonymizer.pseudonym(&format!("fhir:{}", of.name()), "", id)
    }
}

fn uuid_key(uuid: &str, context: &Context<'_>) -> Pseudonym {
    context.pseudonymizer.pseudonym("fhir:uuid", "", uuid)
}

/// The code of an identifier that is no patient's.
pub(crate) fn identifier_key(system: &str, value: &str, context: &Context<'_>) -> Pseudonym {
    context.pseudonymizer.pseudonym("fhir:identifier", system, value)
}

/// Writes a reference with new keys, or nothing where nothing can stand for it. `contained` gives the new name of a contained resource.
pub(crate) fn rekey(
    text: &str,
    entries: &Entries<'_>,
    contained: impl Fn(&str) -> Option<String>,
    context: &Context<'_>,
) -> Option<String> {
    let target = parse(text);
    if let Target::Contained(id) = target {
        return contained(id);
    }
    let keys = patient_keys(text, &target, entries);
    let subject = match resolve(&keys, context) {
        Resolution::Known(subject) => Some(subject),
        _ => None,
    };
    let entry = find(text, &target, entries);
    let is_patient = match (&target, entry) {
        (_, Some(entry)) => entry.of.name() == "Patient",
        (Target::Local { of, .. } | Target::Conditional { of, .. }, None) => of.name() == "Patient",
        _ => subject.is_some(),
    };
    let key = match (subject, entry, &target) {
        (Some(subject), ..) => subject.pseudonym,
        _ if is_patient => return None,
        (None, Some(entry), _) => resource_key(entry.of, &entry.id, context),
        (None, None, Target::Local { of, id, .. }) => resource_key(*of, id, context),
        (None, None, Target::Uuid(uuid)) => uuid_key(uuid, context),
        (None, None, Target::Oid(oid)) => context.pseudonymizer.pseudonym("fhir:oid", "", oid),
        (None, None, Target::Conditional { system, value, .. }) => {
            identifier_key(system, value, context)
        }
        (None, None, Target::Contained(_) | Target::Other) => return None,
    };
    Some(match (&target, entry) {
        (Target::Uuid(_), _) => format!("urn:uuid:{}", key.uuid()),
        (Target::Oid(_), _) => format!("urn:oid:{}", key.oid()),
        (Target::Conditional { of, .. }, _) => {
            let system = if is_patient { PATIENT_SYSTEM } else { IDENTIFIER_SYSTEM };
            format!("{}?identifier={system}|{}", of.name(), key.code())
        }
        (Target::Local { of, .. }, _) => format!("{}/{}", of.name(), key.code()),
        (_, Some(entry)) => format!("{}/{}", entry.of.name(), key.code()),
        (_, None) => return None,
    })
}

/// What points a resource to its patient.
pub(crate) fn owner_references(json: &Json<'_>, resource: NodeId, paths: &[&str]) -> Vec<NodeId> {
    for path in paths {
        let mut nodes = vec![resource];
        for part in path.split('.') {
            nodes = nodes
                .iter()
                .filter(|n| json.kind(**n) == Kind::Object)
                .flat_map(|n| json.items(*n, part))
                .collect();
        }
        nodes.retain(|n| json.kind(*n) == Kind::Object);
        if !nodes.is_empty() {
            return nodes;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> TypeId {
        TypeId::of(name).unwrap()
    }

    #[test]
    fn forms_are_told_apart() {
        let check = |text: &str, expect: Target<'_>| assert_eq!(parse(text), expect, "{text}");
        let local = |name, id, absolute| Target::Local { of: of(name), id, absolute };
        check("Patient/1", local("Patient", "1", false));
        check("Patient/1/_history/3", local("Patient", "1", false));
        check("http://a.org/fhir/Patient/x-1", local("Patient", "x-1", true));
        check("https://a.org/Patient/x/_history/2", local("Patient", "x", true));
        check("#p1", Target::Contained("p1"));
        check("#", Target::Contained(""));
        check("urn:uuid:ABC", Target::Uuid("abc".into()));
        check("urn:oid:1.2.3", Target::Oid("1.2.3"));
        let conditional = |name, system: &str, value: &str| Target::Conditional {
            of: of(name),
            system: system.into(),
            value: value.into(),
        };
        check("Patient?identifier=http://h.org|7", conditional("Patient", "http://h.org", "7"));
        check(
            "Patient?identifier=http%3A%2F%2Fh.org%7C7",
            conditional("Patient", "http://h.org", "7"),
        );
        check("Practitioner?identifier=7", conditional("Practitioner", "", "7"));
        check("Patient?name=Smith", Target::Other);
        check("Patient?identifier=a|1&name=Smith", Target::Other);
        check("patient/1", Target::Other);
        check("Nonsense/1", Target::Other);
        check("Patient/", Target::Other);
        check("http://a.org/x", Target::Other);
        check("", Target::Other);
    }

    #[test]
    fn uuids_have_their_form() {
        assert!(is_uuid("d88f994a-5efa-421d-9c40-5f116d2114a6"));
        assert!(!is_uuid("d88f994a-5efa-421d-9c40-5f116d2114a"));
        assert!(!is_uuid("d88f994ag5efa-421d-9c40-5f116d2114a6"));
    }
}
