//! What the scan says.

use crate::support::{Index, scan};
use anonymed_core::{AttributeRole, EntityType, PartialDate, Sex};

const TEXT: &str = r#"{"resourceType":"Patient","id":"p1","identifier":[{"system":"http://h.example","value":"77"},{"type":{"coding":[{"code":"SS"}]},"system":"http://x","value":"999-12-3456"}],"name":[{"family":"Roe","given":["Jane","Ann"]}],"telecom":[{"system":"email","value":"j@example.org"}],"birthDate":"1975-03-02","gender":"female","deceasedDateTime":"2019-01-01","address":[{"line":["1 Elm Street"],"city":"Mission","postalCode":"66202"}],"contact":[{"name":{"family":"Doe"}}]}
{"resourceType":"Encounter","id":"e1","subject":{"reference":"Patient/p1","display":"Mrs. Jane Roe"},"period":{"start":"2018-02-03","end":"2018-02-04"},"participant":[{"individual":{"reference":"Practitioner/d","display":"Dr. Low"}}]}
{"resourceType":"Practitioner","id":"d","name":[{"family":"Low"}],"identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}],"unheard":"of"}
"#;

#[test]
fn people_and_their_identifiers_are_told() {
    let seen = scan(TEXT);
    assert_eq!(seen.records, 3);
    let patient = &seen.mentions[0].1;
    let keys: Vec<&str> = patient.keys.iter().map(|k| k.authority()).collect();
    assert_eq!(keys, ["fhir-id", "fhir:http://h.example"]);
    assert_eq!(patient.birth, PartialDate::parse_iso("1975-03-02"));
    assert_eq!(patient.sex, Some(Sex::Female));
    let known: Vec<(EntityType, &str)> =
        patient.known.iter().map(|k| (k.entity, k.value.expose().as_str())).collect();
    for expect in [
        (EntityType::Patient, "Jane Ann Roe"),
        (EntityType::Patient, "Roe"),
        (EntityType::Patient, "Jane"),
        (EntityType::Email, "j@example.org"),
        (EntityType::Street, "1 Elm Street"),
        (EntityType::City, "Mission"),
        (EntityType::Zip, "66202"),
        (EntityType::OtherId, "77"),
        (EntityType::Ssn, "999-12-3456"),
        (EntityType::Relative, "Doe"),
    ] {
        assert!(known.contains(&expect), "{expect:?} in {known:?}");
    }
    let encounter = &seen.mentions[1].1;
    assert_eq!(encounter.keys[0], patient.keys[0]);
    assert_eq!(encounter.dates.len(), 2);
    assert!(encounter.known.iter().any(|k| k.entity == EntityType::Doctor));
    let doctor = &seen.mentions[2].1;
    assert!(doctor.keys.is_empty());
    assert!(doctor.known.iter().any(|k| k.entity == EntityType::Licence));
    assert_eq!(Index::new(&seen).subjects.len(), 1);
}

#[test]
fn every_element_has_a_role_and_a_reason() {
    let seen = scan(TEXT);
    let field = |name: &str| seen.fields.iter().find(|f| f.name == name).expect(name);
    assert_eq!(field("Patient.name.family").role, AttributeRole::Identifier);
    assert_eq!(field("Patient.gender").role, AttributeRole::Quasi);
    assert_eq!(field("Patient.birthDate").role, AttributeRole::Quasi);
    assert_eq!(field("Patient.birthDate").reason, "date: C");
    assert_eq!(field("Encounter.period.start").filled, 1);
    assert_eq!(field("Patient.name.given").distinct, 2);
    assert_eq!(field("Patient.name.given").examples, ["Aaaa", "Aaa"]);
    assert_eq!(field("(unknown elements)").role, AttributeRole::Unknown);
    for field in &seen.fields {
        assert!(!field.reason.is_empty());
        let shown = format!("{field:?}");
        assert!(!shown.contains("Roe") && !shown.contains("66202"), "{shown}");
    }
}

#[test]
fn contained_patients_have_keys_of_their_own() {
    let seen = scan(
        r##"{"resourceType":"Condition","id":"c","contained":[{"resourceType":"Patient","id":"x","name":[{"family":"Roe"}]}],"subject":{"reference":"#x"},"onsetDateTime":"2020-01-01"}"##,
    );
    let index = Index::new(&seen);
    assert_eq!(index.subjects.len(), 1);
    assert!(!index.subject("fhir-contained", "Condition/c#x").known.is_empty());
}
