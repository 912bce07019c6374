//! The R4 resources of one patient.

use anonymed_core::EntityType as E;

use super::json::{Json, after, array, id, object, raw, text};
use crate::calendar::{fhir, write};
use crate::clinical::{Encounter, LabResult, Prescription};
use crate::data::{Allergy, Condition};
use crate::dice::Dice;
use crate::hospital::{self, Hospital, StaffMember};
use crate::notes::{Kind, Layout, Scene};
use crate::patient::Patient;
use crate::prose::Prose;

/// How the resources of one document point at each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// `Patient/id`, as bulk export has it.
    Relative,
    /// `urn:uuid:…` inside a transaction, and conditional references for what is elsewhere.
    Transaction,
}

impl Links {
    /// A reference to a patient by logical id.
    pub(crate) fn patient(self, patient: &Patient) -> Json {
        let who = &patient.who;
        let target = match self {
            Self::Relative => after("Patient/", id_kind(patient), &who.fhir_id),
            Self::Transaction => after("urn:uuid:", E::OtherId, &urn(patient)),
        };
        object([("reference", target), ("display", id(E::Patient, who.full()))])
    }

    /// A reference to an encounter.
    fn encounter(self, encounter: &Encounter) -> Json {
        let prefix = match self {
            Self::Relative => "Encounter/",
            Self::Transaction => "urn:uuid:",
        };
        object([("reference", after(prefix, E::OtherId, &encounter.fhir_id))])
    }

    /// A reference to a doctor.
    fn doctor(self, doctor: &StaffMember) -> Json {
        let target = match self {
            Self::Relative => text(format!("Practitioner/{}", doctor.fhir_id)),
            Self::Transaction => after(
                "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|",
                E::Licence,
                &doctor.npi,
            ),
        };
        let mut display = Prose::plain("Dr. ");
        display.plant(E::Doctor, &doctor.full());
        object([("reference", target), ("display", Json::Text(display))])
    }

    /// A reference to the hospital.
    fn hospital(self) -> Json {
        match self {
            Self::Relative => object([("reference", text(ORGANIZATION))]),
            Self::Transaction => object([(
                "reference",
                text("Organization?identifier=https://missionvalley.example.org/org|mvmc"),
            )]),
        }
    }
}

const ORGANIZATION: &str = "Organization/mvmc";

/// The UUID of a patient inside a transaction: the logical id where it is one.
pub(crate) fn urn(patient: &Patient) -> String {
    if patient.who.fhir_id.starts_with("mrn-") {
        Dice::new(u64::from(patient.index), "urn", 0).uuid()
    } else {
        patient.who.fhir_id.clone()
    }
}

/// Some logical ids are made of the record number.
fn id_kind(patient: &Patient) -> E {
    if patient.who.fhir_id.starts_with("mrn-") { E::Mrn } else { E::OtherId }
}

fn coding(system: &str, code: &str, display: &str) -> Json {
    object([("system", text(system)), ("code", text(code)), ("display", text(display))])
}

fn concept(system: &str, code: &str, display: &str) -> Json {
    object([("coding", array([coding(system, code, display)])), ("text", text(display))])
}

fn extension(url: &str, name: &'static str, value: Json) -> Json {
    object([("url", text(url)), (name, value)])
}

fn coded_extension(url: &str, code: &str, display: &str) -> Json {
    let coding = coding("urn:oid:2.16.840.1.113883.6.238", code, display);
    object([
        ("url", text(url)),
        (
            "extension",
            array([
                extension("ombCategory", "valueCoding", coding),
                extension("text", "valueString", text(display)),
            ]),
        ),
    ])
}

fn identifier(system: &str, code: &str, value: Json) -> Json {
    let kind = object([(
        "coding",
        array([object([
            ("system", text("http://terminology.hl7.org/CodeSystem/v2-0203")),
            ("code", text(code)),
        ])]),
    )]);
    object([("type", kind), ("system", text(system)), ("value", value)])
}

fn telecom(system: &str, entity: E, value: &str) -> Json {
    if value.is_empty() {
        return Json::Object(Vec::new());
    }
    object([("system", text(system)), ("value", id(entity, value)), ("use", text("home"))])
}

/// The Patient; `others` adds record numbers that belong to somebody else (a planted defect).
pub(crate) fn patient(
    hospital: &Hospital,
    patient: &Patient,
    dice: &mut Dice,
    others: &[&str],
) -> Json {
    let who = &patient.who;
    let mut identifiers = vec![
        identifier(hospital::MRN_SYSTEM, "MR", id(E::Mrn, &who.mrn)),
        identifier("http://hl7.org/fhir/sid/us-ssn", "SS", id(E::Ssn, &who.ssn)),
    ];
    for other in others {
        identifiers.push(identifier(hospital::MRN_SYSTEM, "MR", id(E::Mrn, other)));
    }
    if !who.licence.is_empty() {
        let system = "urn:oid:2.16.840.1.113883.4.3.20";
        identifiers.push(identifier(system, "DL", id(E::Licence, &who.licence)));
    }
    let mut names = vec![object([
        ("use", text("official")),
        ("text", id(E::Patient, who.full())),
        ("family", id(E::Patient, &who.last)),
        ("given", array([id(E::Patient, &who.first), text(who.middle.to_string())])),
    ])];
    if let Some(maiden) = &who.maiden {
        names.push(object([("use", text("maiden")), ("family", id(E::Patient, maiden))]));
    }
    let mut out = object([
        ("resourceType", text("Patient")),
        ("id", id(id_kind(patient), &who.fhir_id)),
        ("extension", Json::Array(patient_extensions(patient, dice))),
        ("identifier", Json::Array(identifiers)),
        ("active", raw("true")),
        ("name", Json::Array(names)),
        (
            "telecom",
            array([telecom("phone", E::Phone, &who.phone), telecom("email", E::Email, &who.email)]),
        ),
        ("gender", text(if who.female() { "female" } else { "male" })),
        ("birthDate", id(E::Date, who.birth.to_string())),
    ]);
    if let Some(death) = patient.death {
        out.set("deceasedDateTime", id(E::Date, death.to_string()));
    }
    out.set("address", array([address(patient)]));
    out.set("contact", array([contact(patient)]));
    out.set(
        "generalPractitioner",
        array([Links::Relative.doctor(&hospital.doctors()[patient.pcp])]),
    );
    out.set("managingOrganization", Links::Relative.hospital());
    let story = if dice.percent(60.0) {
        "{who.full}, {Sex}, born {dob:long}, MRN {mrn}. Lives at {who.street}, {who.city}, {who.state} {who.zip}. Next of kin: {contact.full} ({contact.relation})."
    } else {
        "Patient record of {Mr} {who.last} (DOB {dob:us}), phone {who.phone}, primary care {pcp.dr}."
    };
    let scene = Scene { hospital, patient, encounter: patient.encounters.last() };
    out.set_early("text", narrative(&scene, story, dice));
    out
}

fn narrative(scene: &Scene<'_>, template: &str, dice: &mut Dice) -> Json {
    object([("status", text("additional")), ("div", Json::Html(scene.render(template, dice)))])
}

fn patient_extensions(patient: &Patient, dice: &mut Dice) -> Vec<Json> {
    let who = &patient.who;
    let core = "http://hl7.org/fhir/us/core/StructureDefinition/";
    let race = match who.race {
        "White" => "2106-3",
        "Black or African American" => "2054-5",
        "Asian" => "2028-9",
        "American Indian or Alaska Native" => "1002-5",
        _ => "2131-1",
    };
    let (ethnic, shown) = if who.hispanic {
        ("2135-2", "Hispanic or Latino")
    } else {
        ("2186-5", "Not Hispanic or Latino")
    };
    let mut out = vec![
        coded_extension(&format!("{core}us-core-race"), race, who.race),
        coded_extension(&format!("{core}us-core-ethnicity"), ethnic, shown),
        extension(
            &format!("{core}us-core-birthsex"),
            "valueCode",
            text(if who.female() { "F" } else { "M" }),
        ),
    ];
    let mother = [&patient.contact, &patient.relative].into_iter().find(|c| c.relation == "mother");
    if let Some(mother) = mother {
        out.push(extension(
            "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
            "valueString",
            id(E::Relative, mother.full()),
        ));
    }
    if dice.percent(35.0) {
        out.push(extension(
            "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
            "valueAddress",
            object([
                ("city", id(E::City, who.city_name())),
                ("state", text(who.state())),
                ("country", text("US")),
            ]),
        ));
    }
    if dice.percent(30.0) {
        out.push(extension(
            "https://missionvalley.example.org/fhir/legacy-registration",
            "valueString",
            {
                let mut prose = Prose::plain("imported as ");
                prose.plant(E::Patient, &format!("{}^{}", who.last, who.first).to_uppercase());
                prose.push(" / ");
                prose.plant(E::Ssn, &who.ssn.replace('-', ""));
                Json::Text(prose)
            },
        ));
    }
    out
}

fn address(patient: &Patient) -> Json {
    let who = &patient.who;
    object([
        ("use", text("home")),
        ("line", array([id(E::Street, &who.street)])),
        ("city", id(E::City, who.city_name())),
        ("district", id(E::County, &who.city.county)),
        ("state", text(who.state())),
        ("postalCode", id(E::Zip, &who.zip)),
        ("country", text("US")),
    ])
}

fn contact(patient: &Patient) -> Json {
    let contact = &patient.contact;
    object([
        ("relationship", array([object([("text", text(contact.relation))])])),
        (
            "name",
            object([
                ("family", id(E::Relative, &contact.last)),
                ("given", array([id(E::Relative, &contact.first)])),
            ]),
        ),
        ("telecom", array([telecom("phone", E::Phone, &contact.phone)])),
    ])
}

/// The Encounter.
pub(crate) fn encounter(
    hospital: &Hospital,
    patient: &Patient,
    e: &Encounter,
    links: Links,
) -> Json {
    let display = match e.class {
        "IMP" => "inpatient encounter",
        "EMER" => "emergency",
        _ => "ambulatory",
    };
    let mut out = object([
        ("resourceType", text("Encounter")),
        ("id", id(E::OtherId, &e.fhir_id)),
        (
            "identifier",
            array([object([
                ("system", text(hospital::VISIT_SYSTEM)),
                ("value", id(E::Account, &e.number)),
            ])]),
        ),
        ("status", text("finished")),
        ("class", coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", e.class, display)),
        ("type", array([object([("text", text(&e.main.department))])])),
        ("subject", links.patient(patient)),
        (
            "participant",
            array([object([("individual", links.doctor(&hospital.doctors()[e.doctor]))])]),
        ),
        ("period", period(e)),
        ("reasonCode", array([concept(ICD10, &e.main.icd10, &e.main.name)])),
    ]);
    if !e.room.is_empty() {
        let mut room = Prose::plain("Room ");
        room.plant(E::Room, &e.room);
        let place = object([("display", Json::Text(room))]);
        out.set("location", array([object([("location", place)])]));
    }
    out.set("serviceProvider", links.hospital());
    out
}

const ICD10: &str = "http://hl7.org/fhir/sid/icd-10-cm";

fn period(e: &Encounter) -> Json {
    object([("start", id(E::Date, fhir(e.start))), ("end", id(E::Date, fhir(e.end)))])
}

/// A Condition, seen at an encounter.
pub(crate) fn condition(
    patient: &Patient,
    e: &Encounter,
    condition: &Condition,
    links: Links,
    dice: &mut Dice,
) -> Json {
    let onset = patient.chronic.iter().find(|(c, _)| c.key == condition.key).map(|(_, d)| *d);
    let status = if onset.is_some() { "active" } else { "resolved" };
    object([
        ("resourceType", text("Condition")),
        ("id", text(dice.uuid())),
        (
            "clinicalStatus",
            object([(
                "coding",
                array([object([
                    ("system", text("http://terminology.hl7.org/CodeSystem/condition-clinical")),
                    ("code", text(status)),
                ])]),
            )]),
        ),
        (
            "category",
            array([concept(
                "http://terminology.hl7.org/CodeSystem/condition-category",
                "encounter-diagnosis",
                "Encounter Diagnosis",
            )]),
        ),
        ("code", concept(ICD10, &condition.icd10, &condition.name)),
        ("subject", links.patient(patient)),
        ("encounter", links.encounter(e)),
        ("onsetDateTime", id(E::Date, onset.unwrap_or_else(|| e.start.date()).to_string())),
        ("recordedDate", id(E::Date, fhir(e.start))),
    ])
}

/// A laboratory value.
pub(crate) fn observation(patient: &Patient, e: &Encounter, lab: &LabResult, links: Links) -> Json {
    let (low, high) = lab.test.range(patient.who.female());
    let quantity = |value: String| {
        object([
            ("value", raw(value)),
            ("unit", text(&lab.test.unit)),
            ("system", text("http://unitsofmeasure.org")),
        ])
    };
    let mut out = object([
        ("resourceType", text("Observation")),
        ("id", text(&lab.fhir_id)),
        (
            "identifier",
            array([object([
                ("system", text("https://missionvalley.example.org/accession")),
                ("value", id(E::Accession, &e.accession)),
            ])]),
        ),
        ("status", text("final")),
        (
            "category",
            array([concept(
                "http://terminology.hl7.org/CodeSystem/observation-category",
                "laboratory",
                "Laboratory",
            )]),
        ),
        ("code", concept("http://loinc.org", &lab.test.loinc, &lab.test.name)),
        ("subject", links.patient(patient)),
        ("encounter", links.encounter(e)),
        ("effectiveDateTime", id(E::Date, fhir(lab.taken))),
        ("valueQuantity", quantity(lab.value.clone())),
    ]);
    if !lab.flag.is_empty() {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
        let shown = if lab.flag == "H" { "High" } else { "Low" };
        out.set("interpretation", array([concept(system, lab.flag, shown)]));
    }
    let range =
        object([("low", quantity(lab.test.write(low))), ("high", quantity(lab.test.write(high)))]);
    out.set("referenceRange", array([range]));
    out
}

/// Blood pressure, as a panel with components.
pub(crate) fn blood_pressure(
    patient: &Patient,
    e: &Encounter,
    links: Links,
    dice: &mut Dice,
) -> Json {
    let component = |code: &str, name: &str, value: i32| {
        object([
            ("code", concept("http://loinc.org", code, name)),
            (
                "valueQuantity",
                object([
                    ("value", raw(value)),
                    ("unit", text("mm[Hg]")),
                    ("system", text("http://unitsofmeasure.org")),
                    ("code", text("mm[Hg]")),
                ]),
            ),
        ])
    };
    object([
        ("resourceType", text("Observation")),
        ("id", text(dice.uuid())),
        ("status", text("final")),
        (
            "category",
            array([concept(
                "http://terminology.hl7.org/CodeSystem/observation-category",
                "vital-signs",
                "Vital Signs",
            )]),
        ),
        (
            "code",
            concept(
                "http://loinc.org",
                "85354-9",
                "Blood pressure panel with all children optional",
            ),
        ),
        ("subject", links.patient(patient)),
        ("encounter", links.encounter(e)),
        ("effectiveDateTime", id(E::Date, fhir(e.vitals.taken))),
        (
            "component",
            array([
                component("8480-6", "Systolic blood pressure", e.vitals.systolic),
                component("8462-4", "Diastolic blood pressure", e.vitals.diastolic),
            ]),
        ),
    ])
}

/// A MedicationRequest; the medicine is a contained resource.
pub(crate) fn prescription(
    hospital: &Hospital,
    patient: &Patient,
    e: &Encounter,
    p: &Prescription,
    links: Links,
) -> Json {
    let medicine = p.medicine;
    let name = format!("{} {} {}", medicine.name, medicine.strength, medicine.form);
    let contained = object([
        ("resourceType", text("Medication")),
        ("id", text("med")),
        ("code", concept("http://www.whocc.no/atc", &medicine.atc, &name)),
    ]);
    object([
        ("resourceType", text("MedicationRequest")),
        ("id", text(&p.fhir_id)),
        ("contained", array([contained])),
        ("status", text(if p.stop.is_some() { "completed" } else { "active" })),
        ("intent", text("order")),
        ("medicationReference", object([("reference", text("#med"))])),
        ("subject", links.patient(patient)),
        ("encounter", links.encounter(e)),
        ("authoredOn", id(E::Date, fhir(e.start))),
        ("requester", links.doctor(&hospital.doctors()[e.doctor])),
        ("dosageInstruction", array([object([("text", text(&medicine.sig))])])),
        (
            "dispenseRequest",
            object([
                (
                    "validityPeriod",
                    object([
                        ("start", id(E::Date, p.start.to_string())),
                        ("end", p.stop.map_or_else(|| text(""), |d| id(E::Date, d.to_string()))),
                    ]),
                ),
                ("quantity", object([("value", raw(format!("{}.0", medicine.qty)))])),
            ]),
        ),
    ])
}

/// An AllergyIntolerance; the informant is a contained relative.
pub(crate) fn allergy(patient: &Patient, allergy: &Allergy, links: Links, dice: &mut Dice) -> Json {
    let contact = &patient.contact;
    let informant = object([
        ("resourceType", text("RelatedPerson")),
        ("id", text("informant")),
        ("patient", links.patient(patient)),
        ("relationship", array([object([("text", text(contact.relation))])])),
        (
            "name",
            array([object([
                ("family", id(E::Relative, &contact.last)),
                ("given", array([id(E::Relative, &contact.first)])),
            ])]),
        ),
    ]);
    object([
        ("resourceType", text("AllergyIntolerance")),
        ("id", text(dice.uuid())),
        ("contained", array([informant])),
        (
            "clinicalStatus",
            concept(
                "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                "active",
                "Active",
            ),
        ),
        ("type", text("allergy")),
        ("category", array([text(&allergy.category)])),
        ("code", object([("text", text(&allergy.substance))])),
        ("patient", links.patient(patient)),
        ("asserter", object([("reference", text("#informant"))])),
        (
            "reaction",
            array([object([
                ("manifestation", array([object([("text", text(&allergy.reaction))])])),
                ("severity", text(&allergy.severity)),
            ])]),
        ),
    ])
}

/// A Procedure.
pub(crate) fn procedure(
    hospital: &Hospital,
    patient: &Patient,
    e: &Encounter,
    links: Links,
    dice: &mut Dice,
) -> Json {
    let code = e.main.procedure_code.as_deref().unwrap_or_default();
    let name = e.main.procedure.as_deref().unwrap_or_default();
    let mut out = object([
        ("resourceType", text("Procedure")),
        ("id", text(dice.uuid())),
        ("status", text("completed")),
        ("code", concept("http://www.ama-assn.org/go/cpt", code, name)),
        ("subject", links.patient(patient)),
        ("encounter", links.encounter(e)),
        ("performedDateTime", id(E::Date, fhir(crate::calendar::plus_minutes(e.start, 400)))),
        ("performer", array([object([("actor", links.doctor(&hospital.doctors()[e.second]))])])),
    ]);
    let scene = Scene { hospital, patient, encounter: Some(e) };
    let note = "{Mr} {who.last} tolerated the procedure well. D/w {contact.relation} {contact.full}. Next visit {followup:us0}.";
    out.set("note", array([object([("text", Json::Text(scene.render(note, dice)))])]));
    if let Some(serial) = &e.device {
        let mut device = Prose::plain("implant, serial ");
        device.plant(E::Device, serial);
        out.set("usedReference", array([object([("display", Json::Text(device))])]));
    }
    out
}

/// A DocumentReference whose attachment is a whole note.
pub(crate) fn document(
    hospital: &Hospital,
    patient: &Patient,
    e: &Encounter,
    layouts: &[Layout],
    links: Links,
    dice: &mut Dice,
) -> Json {
    let kind = match e.class {
        _ if e.died => Kind::Death,
        "IMP" => Kind::Discharge,
        _ => Kind::Letter,
    };
    let child = patient.age_on(e.start.date()) < 16;
    let fitting: Vec<&Layout> =
        layouts.iter().filter(|l| l.kind == kind && !(child && l.adult)).collect();
    let (code, name) = match kind {
        Kind::Discharge | Kind::Death => ("18842-5", "Discharge summary"),
        _ => ("11488-4", "Consult note"),
    };
    let scene = Scene { hospital, patient, encounter: Some(e) };
    let note = dice.pick(&fitting).render(&scene, dice);
    let mut title = Prose::plain(&format!("{name} "));
    title.plant(E::Patient, &patient.who.last);
    title.push(" ");
    title.plant(E::Date, &write(e.end.date(), "us0").unwrap_or_default());
    object([
        ("resourceType", text("DocumentReference")),
        ("id", text(dice.uuid())),
        ("status", text("current")),
        ("type", concept("http://loinc.org", code, name)),
        ("subject", links.patient(patient)),
        ("date", id(E::Date, fhir(e.end))),
        ("author", array([links.doctor(&hospital.doctors()[e.doctor])])),
        (
            "content",
            array([object([(
                "attachment",
                object([
                    ("contentType", text("text/plain; charset=utf-8")),
                    ("data", Json::Base64(note)),
                    ("title", Json::Text(title)),
                ]),
            )])]),
        ),
        ("context", object([("encounter", array([links.encounter(e)])), ("period", period(e))])),
    ])
}

/// The Coverage.
pub(crate) fn coverage(patient: &Patient, links: Links, dice: &mut Dice) -> Json {
    object([
        ("resourceType", text("Coverage")),
        ("id", text(dice.uuid())),
        ("status", text("active")),
        ("subscriberId", id(E::HealthPlan, &patient.who.member)),
        ("beneficiary", links.patient(patient)),
        ("payor", array([object([("display", text(&patient.who.insurer.name))])])),
    ])
}

/// The RelatedPerson of the emergency contact.
pub(crate) fn related(patient: &Patient, links: Links, dice: &mut Dice) -> Json {
    let contact = &patient.contact;
    let mut out = object([
        ("resourceType", text("RelatedPerson")),
        ("id", text(dice.uuid())),
        ("active", raw("true")),
        ("patient", links.patient(patient)),
        ("relationship", array([object([("text", text(contact.relation))])])),
        (
            "name",
            array([object([
                ("text", id(E::Relative, contact.full())),
                ("family", id(E::Relative, &contact.last)),
                ("given", array([id(E::Relative, &contact.first)])),
            ])]),
        ),
        ("telecom", array([telecom("phone", E::Phone, &contact.phone)])),
    ]);
    if let Some(mrn) = &contact.mrn {
        // The relative's own record, named by number in prose.
        let mut note = Prose::plain("own record ");
        note.plant(E::Mrn, mrn);
        let url = "https://missionvalley.example.org/fhir/linked-record";
        out.set_early("extension", array([extension(url, "valueString", Json::Text(note))]));
    }
    out
}

/// An Immunization against influenza.
pub(crate) fn immunization(
    patient: &Patient,
    e: &Encounter,
    links: Links,
    dice: &mut Dice,
) -> Json {
    object([
        ("resourceType", text("Immunization")),
        ("id", text(dice.uuid())),
        ("status", text("completed")),
        (
            "vaccineCode",
            concept(
                "http://hl7.org/fhir/sid/cvx",
                "141",
                "Influenza, split virus, trivalent, injectable",
            ),
        ),
        ("patient", links.patient(patient)),
        ("occurrenceDateTime", id(E::Date, e.start.date().to_string())),
        ("lotNumber", text(format!("L{}", dice.digits(6)))),
    ])
}

/// The Practitioner.
pub(crate) fn practitioner(doctor: &StaffMember) -> Json {
    object([
        ("resourceType", text("Practitioner")),
        ("id", text(&doctor.fhir_id)),
        (
            "identifier",
            array([identifier(
                "http://hl7.org/fhir/sid/us-npi",
                "NPI",
                id(E::Licence, &doctor.npi),
            )]),
        ),
        (
            "name",
            array([object([
                ("family", id(E::Doctor, &doctor.last)),
                ("given", array([id(E::Doctor, &doctor.first)])),
                ("prefix", array([text("Dr.")])),
            ])]),
        ),
        (
            "telecom",
            array([
                telecom("pager", E::Pager, &doctor.pager),
                telecom("email", E::Email, &doctor.email),
            ]),
        ),
        (
            "qualification",
            array([object([("code", object([("text", text(&doctor.department))]))])]),
        ),
    ])
}

/// The hospital as an Organization.
pub(crate) fn organization() -> Json {
    object([
        ("resourceType", text("Organization")),
        ("id", text("mvmc")),
        (
            "identifier",
            array([object([
                ("system", text("https://missionvalley.example.org/org")),
                ("value", text("mvmc")),
            ])]),
        ),
        ("name", id(E::Hospital, hospital::NAME)),
        ("telecom", array([telecom("phone", E::Phone, hospital::PHONE)])),
        (
            "address",
            array([object([
                ("line", array([id(E::Street, hospital::STREET)])),
                ("city", id(E::City, hospital::CITY)),
                ("state", text(hospital::STATE)),
                ("postalCode", id(E::Zip, hospital::ZIP)),
            ])]),
        ),
    ])
}
