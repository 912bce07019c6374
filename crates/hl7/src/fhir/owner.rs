//! Whose a resource is: the patient its compartment element names. What cannot be told stops the
//! resource; it is never guessed.

use anonymed_core::{PatientKey, Resolution, Subject};

use super::reference::{self, Target};
use super::walk::{Contained, Job, Stop, held};
use crate::json::{Json, Kind, NodeId};
use crate::profile::compartment;
use crate::schema::TypeId;

/// Identifier systems that are no keys of a project: they are known identifiers only.
const NO_KEYS: &[&str] = &[
    "http://hl7.org/fhir/sid/us-ssn",
    "urn:oid:2.16.840.1.113883.4.1",
    "http://hl7.org/fhir/sid/us-medicare",
];
/// Identifier types (HL7 table 0203) likewise.
const NO_KEY_TYPES: &[&str] = &["SS", "SB", "DL", "PPN", "TAX", "BCT", "BA", "CY", "CZ", "MCN"];

/// Whether an Identifier of a Patient may be the key of a patient.
pub(crate) fn is_key(json: &Json<'_>, identifier: NodeId) -> bool {
    let system = json.member_text(identifier, "system").unwrap_or_default();
    let lower = system.to_ascii_lowercase();
    let national = NO_KEYS.contains(&&*lower)
        || lower.starts_with("urn:oid:2.16.840.1.113883.4.3.")
        || lower.contains("passport")
        || lower.contains("ssn");
    let typed = json.member(identifier, "type").is_some_and(|t| {
        json.items(t, "coding").into_iter().any(|coding| {
            json.member_text(coding, "code").is_some_and(|c| NO_KEY_TYPES.contains(&&*c))
        })
    });
    !system.is_empty() && !national && !typed
}

/// The keys a Patient has by its identifiers.
pub(crate) fn identifier_keys(json: &Json<'_>, patient: NodeId) -> Vec<PatientKey> {
    json.items(patient, "identifier")
        .into_iter()
        .filter(|i| json.kind(*i) == Kind::Object && is_key(json, *i))
        .filter_map(|i| {
            let system = json.member_text(i, "system")?;
            PatientKey::new(&format!("fhir:{system}"), &json.member_text(i, "value")?)
        })
        .collect()
}

/// The keys of a Patient resource: its address in a bundle, its id, its identifiers.
pub(crate) fn own_keys(json: &Json<'_>, patient: NodeId, urn: Option<&str>) -> Vec<PatientKey> {
    let mut keys = Vec::new();
    keys.extend(urn.and_then(|urn| PatientKey::new("fhir-uuid", urn)));
    keys.extend(json.member_text(patient, "id").and_then(|id| PatientKey::new("fhir-id", &id)));
    keys.extend(identifier_keys(json, patient));
    keys
}

/// The keys of a contained Patient: its identifiers, and its place in a resource that has an id.
pub(crate) fn contained_keys(json: &Json<'_>, around: NodeId, patient: NodeId) -> Vec<PatientKey> {
    let mut keys = identifier_keys(json, patient);
    let of = json.member_text(around, "resourceType");
    let (id, own) = (json.member_text(around, "id"), json.member_text(patient, "id"));
    if let (Some(of), Some(id), Some(own)) = (of, id, own) {
        keys.extend(PatientKey::new("fhir-contained", &format!("{of}/{id}#{own}")));
    }
    keys
}

/// What one reference says of the patient.
enum Said<'c> {
    Nothing,
    Patient(&'c Subject),
    Conflict,
    Unknown,
}

fn said<'j>(
    job: &Job<'j, '_>,
    around: NodeId,
    node: NodeId,
    contained: &[Contained<'_>],
) -> Said<'j> {
    let json = job.json;
    let text = json.member_text(node, "reference").unwrap_or_default();
    let target = reference::parse(&text);
    let mut sure =
        matches!(target, Target::Uuid(_)) && reference::find(&text, &target, job.entries).is_none();
    let mut keys = match target {
        Target::Contained(id) => {
            let patient =
                contained.iter().find(|c| c.id == id).map(|c| c.node).filter(|n| {
                    json.member_text(*n, "resourceType").is_some_and(|t| t == "Patient")
                });
            patient.map(|p| contained_keys(json, around, p)).unwrap_or_default()
        }
        _ => {
            let keys = reference::patient_keys(&text, &target, job.entries);
            sure |= !keys.is_empty();
            keys
        }
    };
    let identifier = json.member(node, "identifier").filter(|i| json.kind(*i) == Kind::Object);
    if let Some(identifier) = identifier.filter(|i| is_key(json, *i)) {
        let system = json.member_text(identifier, "system").unwrap_or_default();
        let value = json.member_text(identifier, "value").unwrap_or_default();
        keys.extend(PatientKey::new(&format!("fhir:{system}"), &value));
        sure |= json.member_text(node, "type").is_some_and(|t| t == "Patient");
    }
    match reference::resolve(&keys, job.context) {
        Resolution::Known(subject) => Said::Patient(subject),
        Resolution::Conflict => Said::Conflict,
        Resolution::Unknown if sure => Said::Unknown,
        Resolution::Unknown => Said::Nothing,
    }
}

/// The patient of a resource; `None` for one that has none.
///
/// # Errors
///
/// [`Stop`] where the patient is not known, or the records disagree.
pub(crate) fn of_resource<'j>(
    job: &Job<'j, '_>,
    of: TypeId,
    node: NodeId,
    urn: Option<&str>,
    contained: &[Contained<'_>],
) -> Result<Option<&'j Subject>, Stop> {
    if of.name() == "Patient" {
        let keys = own_keys(job.json, node, urn);
        if keys.is_empty() {
            return Err(held("patient-without-key", "Patient"));
        }
        return match reference::resolve(&keys, job.context) {
            Resolution::Known(subject) => Ok(Some(subject)),
            Resolution::Conflict => Err(held("patient-conflict", "Patient")),
            Resolution::Unknown => Err(held("patient-unknown", "Patient")),
        };
    }
    let mut found: Option<&Subject> = None;
    for reference in reference::owner_references(job.json, node, compartment(of)) {
        match said(job, node, reference, contained) {
            Said::Nothing => {}
            Said::Conflict => return Err(held("patient-conflict", of.name())),
            Said::Unknown => return Err(held("patient-unknown", of.name())),
            Said::Patient(subject) => match found {
                Some(other) if other.number != subject.number => {
                    if of.name() == "Provenance" {
                        return Ok(None);
                    }
                    return Err(held("two-patients", of.name()));
                }
                _ => found = Some(subject),
            },
        }
    }
    Ok(found)
}

/// The patient of a contained resource: its own, or that of the resource around.
pub(crate) fn of_contained<'j>(
    job: &Job<'j, '_>,
    of: TypeId,
    node: NodeId,
    around: Option<&'j Subject>,
    contained: &[Contained<'_>],
) -> Result<Option<&'j Subject>, Stop> {
    let outer = job.json.parent(node).and_then(|list| job.json.parent(list)).unwrap_or(node);
    if of.name() == "Patient" {
        let keys = contained_keys(job.json, outer, node);
        return match reference::resolve(&keys, job.context) {
            Resolution::Known(subject) => Ok(Some(subject)),
            Resolution::Conflict => Err(held("patient-conflict", "Patient")),
            Resolution::Unknown => Ok(None),
        };
    }
    for reference in reference::owner_references(job.json, node, compartment(of)) {
        match said(job, outer, reference, contained) {
            Said::Patient(subject) => return Ok(Some(subject)),
            Said::Conflict => return Err(held("patient-conflict", of.name())),
            Said::Unknown => return Err(held("patient-unknown", of.name())),
            Said::Nothing => {}
        }
    }
    Ok(around)
}
