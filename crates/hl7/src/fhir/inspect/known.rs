//! Direct identifiers in resources about people and institutions.

use anonymed_core::{EntityType, KnownIdentifier, Sensitive};

use crate::fhir::reference;
use crate::json::{Json, Kind, NodeId};
use crate::schema::TypeId;

/// Adds a value that is not empty.
pub(super) fn push(known: &mut Vec<KnownIdentifier>, entity: EntityType, value: &str) {
    let value = value.trim();
    if value.chars().any(char::is_alphanumeric) {
        known.push(KnownIdentifier { entity, value: Sensitive::from(value) });
    }
}

/// The identifiers of a resource that stands for a person, a place or a thing with a number.
pub(super) fn of_resource(
    json: &Json<'_>,
    of: TypeId,
    node: NodeId,
    known: &mut Vec<KnownIdentifier>,
) {
    match of.name() {
        "Patient" => {
            person(json, node, EntityType::Patient, known);
            resource_id(json, node, known);
            for contact in json.items(node, "contact") {
                person(json, contact, EntityType::Relative, known);
            }
            extensions(json, node, known);
        }
        "RelatedPerson" => person(json, node, EntityType::Relative, known),
        "Practitioner" => person(json, node, EntityType::Doctor, known),
        "FamilyMemberHistory" => text(json, node, "name", EntityType::Relative, known),
        "Organization" | "Location" => {
            text(json, node, "name", EntityType::Hospital, known);
            contacts(json, node, known);
            identifiers(json, node, EntityType::OtherId, known);
        }
        "Coverage" => {
            text(json, node, "subscriberId", EntityType::HealthPlan, known);
            identifiers(json, node, EntityType::HealthPlan, known);
        }
        "Device" => {
            text(json, node, "serialNumber", EntityType::Device, known);
            text(json, node, "distinctIdentifier", EntityType::Device, known);
            identifiers(json, node, EntityType::Device, known);
        }
        "Encounter" | "Claim" | "ExplanationOfBenefit" => {
            identifiers(json, node, EntityType::Account, known);
        }
        "Specimen" | "DiagnosticReport" | "ServiceRequest" | "ImagingStudy" => {
            identifiers(json, node, EntityType::Accession, known);
        }
        _ => identifiers(json, node, EntityType::OtherId, known),
    }
}

/// The id of a Patient, where it is long enough and not a word, so that it is known again in text.
fn resource_id(json: &Json<'_>, node: NodeId, known: &mut Vec<KnownIdentifier>) {
    let id = json.member_text(node, "id").unwrap_or_default();
    if id.len() >= 6 && id.bytes().filter(u8::is_ascii_digit).count() >= 3 {
        push(known, EntityType::OtherId, &id);
    }
}

/// The name a reference to the patient shows.
pub(super) fn subject_display(
    json: &Json<'_>,
    node: NodeId,
    paths: &[&str],
    known: &mut Vec<KnownIdentifier>,
) {
    for reference in reference::owner_references(json, node, paths) {
        let target = json.member_text(reference, "reference").unwrap_or_default();
        let display = json.member_text(reference, "display").unwrap_or_default();
        let named = target.contains("Patient") || target.starts_with("urn:");
        if named && display.trim().contains(' ') {
            push(known, EntityType::Patient, &display);
        }
    }
}

fn text(
    json: &Json<'_>,
    node: NodeId,
    name: &str,
    entity: EntityType,
    known: &mut Vec<KnownIdentifier>,
) {
    for item in json.items(node, name) {
        if let Some(value) = json.text(item) {
            push(known, entity, &value);
        }
    }
}

fn person(json: &Json<'_>, node: NodeId, entity: EntityType, known: &mut Vec<KnownIdentifier>) {
    for name in objects(json, node, "name") {
        name_of(json, name, entity, known);
    }
    contacts(json, node, known);
    let other = match entity {
        EntityType::Doctor => EntityType::Licence,
        _ => EntityType::OtherId,
    };
    identifiers(json, node, other, known);
}

fn name_of(json: &Json<'_>, name: NodeId, entity: EntityType, known: &mut Vec<KnownIdentifier>) {
    let family = json.member_text(name, "family").unwrap_or_default();
    let given: Vec<String> = json
        .items(name, "given")
        .into_iter()
        .filter_map(|g| json.text(g).map(|t| t.trim().to_owned()))
        .collect();
    let all = format!("{} {family}", given.join(" "));
    push(known, entity, &all);
    if given.len() > 1
        && let Some(first) = given.first()
    {
        push(known, entity, &format!("{first} {family}"));
    }
    push(known, entity, &family);
    for part in &given {
        push(known, entity, part);
    }
    text(json, name, "text", entity, known);
}

fn contacts(json: &Json<'_>, node: NodeId, known: &mut Vec<KnownIdentifier>) {
    for contact in objects(json, node, "telecom") {
        let entity = match json.member_text(contact, "system").as_deref() {
            Some("fax") => EntityType::Fax,
            Some("email") => EntityType::Email,
            Some("pager") => EntityType::Pager,
            Some("url") => EntityType::Url,
            _ => EntityType::Phone,
        };
        text(json, contact, "value", entity, known);
    }
    for address in objects(json, node, "address") {
        address_of(json, address, known);
    }
}

fn address_of(json: &Json<'_>, address: NodeId, known: &mut Vec<KnownIdentifier>) {
    for (name, entity) in [
        ("line", EntityType::Street),
        ("city", EntityType::City),
        ("district", EntityType::County),
        ("postalCode", EntityType::Zip),
        ("text", EntityType::Location),
    ] {
        text(json, address, name, entity, known);
    }
}

fn identifiers(json: &Json<'_>, node: NodeId, other: EntityType, known: &mut Vec<KnownIdentifier>) {
    for identifier in objects(json, node, "identifier") {
        let entity = identifier_type(json, identifier).unwrap_or(other);
        text(json, identifier, "value", entity, known);
    }
}

/// What an identifier is, by its type (HL7 table 0203) or system.
fn identifier_type(json: &Json<'_>, identifier: NodeId) -> Option<EntityType> {
    let system = json.member_text(identifier, "system").unwrap_or_default();
    if system.contains("ssn") || system.ends_with("2.16.840.1.113883.4.1") {
        return Some(EntityType::Ssn);
    }
    if system.ends_with("us-npi") {
        return Some(EntityType::Licence);
    }
    let kind = json.member(identifier, "type")?;
    json.items(kind, "coding").into_iter().find_map(|coding| {
        Some(match json.member_text(coding, "code").as_deref()? {
            "SS" | "SB" => EntityType::Ssn,
            "MR" | "PI" | "PT" => EntityType::Mrn,
            "DL" | "LN" | "MD" | "NPI" | "DN" | "DEA" => EntityType::Licence,
            "PPN" | "NI" | "TAX" | "CZ" => EntityType::NationalId,
            "MB" | "MC" | "MA" | "NH" | "SN" | "PHE" => EntityType::HealthPlan,
            "AN" | "VN" | "ANON" => EntityType::Account,
            "ACSN" | "FILL" | "PLAC" => EntityType::Accession,
            "BA" | "BC" | "CC" => EntityType::BankAccount,
            "SNO" | "UDI" => EntityType::Device,
            _ => return None,
        })
    })
}

/// Names and places that extensions of Patient hold.
fn extensions(json: &Json<'_>, node: NodeId, known: &mut Vec<KnownIdentifier>) {
    for extension in objects(json, node, "extension") {
        let url = json.member_text(extension, "url").unwrap_or_default();
        if url.ends_with("patient-mothersMaidenName")
            && let Some(name) = json.member_text(extension, "valueString")
        {
            push(known, EntityType::Relative, &name);
            for part in name.split_whitespace().filter(|p| p.chars().count() > 2) {
                push(known, EntityType::Relative, part);
            }
        }
        for value in objects(json, extension, "valueAddress") {
            address_of(json, value, known);
        }
        for value in objects(json, extension, "valueHumanName") {
            name_of(json, value, EntityType::Relative, known);
        }
        for value in objects(json, extension, "valueContactPoint") {
            text(json, value, "value", EntityType::Phone, known);
        }
        for value in objects(json, extension, "valueIdentifier") {
            text(json, value, "value", EntityType::OtherId, known);
        }
    }
}

fn objects(json: &Json<'_>, node: NodeId, name: &str) -> Vec<NodeId> {
    let mut items = json.items(node, name);
    items.retain(|n| json.kind(*n) == Kind::Object);
    items
}
