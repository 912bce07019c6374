//! What the values of an element are, where they identify somebody.

use anonymed_core::EntityType;

use crate::schema::Row;

/// Elements by owner type and name; a name alone holds for every owner.
const ELEMENTS: &[(&str, &str, EntityType)] = &[
    ("Patient", "name", EntityType::Patient),
    ("Patient", "telecom", EntityType::Phone),
    ("Patient", "photo", EntityType::Biometric),
    ("Patient", "contact", EntityType::Relative),
    ("Patient", "identifier", EntityType::Mrn),
    ("Patient.contact", "name", EntityType::Relative),
    ("RelatedPerson", "name", EntityType::Relative),
    ("RelatedPerson", "photo", EntityType::Biometric),
    ("FamilyMemberHistory", "name", EntityType::Relative),
    ("Practitioner", "name", EntityType::Doctor),
    ("Practitioner", "identifier", EntityType::Licence),
    ("Practitioner", "photo", EntityType::Biometric),
    ("Practitioner.qualification", "identifier", EntityType::Licence),
    ("Organization", "name", EntityType::Hospital),
    ("Organization", "alias", EntityType::Hospital),
    ("Organization", "contact", EntityType::Person),
    ("Location", "name", EntityType::Hospital),
    ("Location", "alias", EntityType::Hospital),
    ("Location", "description", EntityType::Location),
    ("Location", "position", EntityType::Location),
    ("CareTeam", "name", EntityType::Person),
    ("Coverage", "subscriberId", EntityType::HealthPlan),
    ("Coverage", "identifier", EntityType::HealthPlan),
    ("Coverage", "dependent", EntityType::HealthPlan),
    ("Coverage", "class", EntityType::HealthPlan),
    ("Encounter", "identifier", EntityType::Account),
    ("Claim", "identifier", EntityType::Account),
    ("ExplanationOfBenefit", "identifier", EntityType::Account),
    ("Specimen", "identifier", EntityType::Accession),
    ("Specimen", "accessionIdentifier", EntityType::Accession),
    ("Device", "udiCarrier", EntityType::Device),
    ("Device", "distinctIdentifier", EntityType::Device),
    ("Device", "serialNumber", EntityType::Device),
    ("Device", "lotNumber", EntityType::Device),
    ("Device", "identifier", EntityType::Device),
    ("Address", "line", EntityType::Street),
    ("Address", "city", EntityType::City),
    ("Address", "district", EntityType::County),
    ("Address", "state", EntityType::State),
    ("Address", "postalCode", EntityType::Zip),
    ("Address", "country", EntityType::Country),
    ("Address", "text", EntityType::Location),
    ("Annotation", "authorString", EntityType::Person),
];

/// What the values of an element are, by the element and else by its type.
pub(crate) fn entity_of(row: Row) -> Option<EntityType> {
    let (owner, name) = (row.owner().name(), row.name());
    let listed = ELEMENTS.iter().find(|(o, n, _)| *o == owner && *n == name);
    if let Some((_, _, entity)) = listed {
        return Some(*entity);
    }
    Some(match row.of().name() {
        "HumanName" | "Contributor" | "ContactDetail" => EntityType::Person,
        "ContactPoint" => EntityType::Phone,
        "Identifier" | "id" | "Reference" | "oid" | "uuid" | "Signature" => EntityType::OtherId,
        "Address" => EntityType::Location,
        "date" | "dateTime" | "instant" | "Period" => EntityType::Date,
        "Age" => EntityType::Age,
        "url" => EntityType::Url,
        _ => return None,
    })
}
