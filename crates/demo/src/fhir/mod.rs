//! FHIR R4: bulk NDJSON files and transaction bundles of the same patients and facts.

mod json;
mod resources;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anonymed_core::EntityType as E;
use fs_err::File;

use crate::DemoError;
use crate::dice::Dice;
use crate::hospital::Hospital;
use crate::notes::{Layout, layouts};
use crate::patient::Patient;
use crate::prose::Prose;
use crate::truth::{Spot, Truth};
pub(crate) use json::id;
use json::{Json, array, object, text};
use resources::Links;

/// The bulk files and bundles while they are written.
pub(crate) struct Fhir {
    dir: PathBuf,
    files: BTreeMap<String, (BufWriter<File>, u64)>,
    layouts: Vec<Layout>,
    pub(crate) bundles: u64,
}

impl Fhir {
    /// Opens `dir/fhir` and writes the hospital and its doctors.
    pub(crate) fn create(
        dir: &Path,
        hospital: &Hospital,
        truth: &mut Truth,
    ) -> Result<Self, DemoError> {
        fs_err::create_dir_all(dir.join("fhir/bundles"))?;
        let mut out =
            Self { dir: dir.to_owned(), files: BTreeMap::new(), layouts: layouts(), bundles: 0 };
        out.line(&resources::organization(), None, truth)?;
        for doctor in hospital.doctors() {
            out.line(&resources::practitioner(doctor), None, truth)?;
        }
        Ok(out)
    }

    /// Writes a resource on a line of its type's file; gives file and line.
    fn line(
        &mut self,
        resource: &Json,
        subject: Option<&str>,
        truth: &mut Truth,
    ) -> Result<(String, u64), DemoError> {
        let kind = resource.resource_type().to_owned();
        let name = format!("fhir/{kind}.ndjson");
        if !self.files.contains_key(&name) {
            let file = File::create(self.dir.join(&name))?;
            self.files.insert(name.clone(), (BufWriter::with_capacity(1 << 17, file), 0));
        }
        let Some((out, lines)) = self.files.get_mut(&name) else { return Ok((name, 0)) };
        *lines += 1;
        let mut text = String::with_capacity(1024);
        let (mut path, line) = (kind, *lines);
        let spot = Spot { file: &name, subject };
        resource.write(&mut text, &mut path, &mut |path, entity, value| {
            truth.plant(spot, &format!("line:{line}/path:{path}"), entity, value)
        })?;
        text.push('\n');
        out.write_all(text.as_bytes())?;
        Ok((name, line))
    }

    /// Writes all resources of a patient, and for one in forty a transaction bundle.
    pub(crate) fn patient(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        let mut dice = Dice::new(hospital.options().seed, "fhir", u64::from(patient.index));
        let layouts = std::mem::take(&mut self.layouts);
        let all = records(hospital, patient, &layouts, Links::Relative, &mut dice);
        self.layouts = layouts;
        for resource in &all {
            self.line(resource, Some(&patient.who.mrn), truth)?;
        }
        if patient.index % 40 == 5 || patient.index == 2 {
            self.bundle(hospital, patient, truth)?;
        }
        Ok(())
    }

    fn bundle(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        let mut dice = Dice::new(hospital.options().seed, "bundle", u64::from(patient.index));
        let resources = records(hospital, patient, &self.layouts, Links::Transaction, &mut dice);
        let entries = resources.into_iter().map(|r| entry(patient, r, &mut dice)).collect();
        let bundle = object([
            ("resourceType", text("Bundle")),
            ("id", text(dice.uuid())),
            ("type", text("transaction")),
            ("entry", Json::Array(entries)),
        ]);
        let (mut out, mut path, mut found) = (String::new(), "Bundle".to_owned(), Vec::new());
        bundle.write(&mut out, &mut path, &mut |path, entity, value| {
            found.push((path.to_owned(), entity, value.to_owned()));
            Ok(())
        })?;
        out.push('\n');
        let mut name = Prose::plain("fhir/bundles/");
        if self.bundles.is_multiple_of(2) {
            let who = &patient.who;
            name.plant(E::Patient, &format!("{}_{}", who.last, who.first).replace(' ', ""));
            name.push("_");
            name.plant(E::Mrn, &who.mrn);
        } else {
            name.push(&format!("transfer-{:03}", self.bundles));
        }
        name.push(".json");
        fs_err::write(self.dir.join(name.text()), out)?;
        let spot = Spot { file: name.text(), subject: Some(&patient.who.mrn) };
        truth.plant_all(spot, "name", &name)?;
        for (path, entity, value) in found {
            truth.plant(spot, &format!("line:1/path:{path}"), entity, &value)?;
        }
        self.bundles += 1;
        Ok(())
    }

    /// Writes a second Patient that carries the record numbers of two people; gives its place.
    pub(crate) fn two_people(
        &mut self,
        hospital: &Hospital,
        one: &Patient,
        other: &Patient,
        truth: &mut Truth,
    ) -> Result<(String, u64), DemoError> {
        let mut dice = Dice::new(hospital.options().seed, "merged", u64::from(one.index));
        let mut resource = resources::patient(hospital, one, &mut dice, &[&other.who.mrn]);
        if let Json::Object(fields) = &mut resource
            && let Some(own) = fields.iter_mut().find(|f| f.0 == "id")
        {
            own.1 = id(E::OtherId, dice.uuid());
        }
        self.line(&resource, Some(&one.who.mrn), truth)
    }

    /// Writes a Condition with a modifier extension nobody knows; gives its place.
    pub(crate) fn unknown_modifier(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<Option<(String, u64)>, DemoError> {
        let Some(encounter) = patient.encounters.last() else { return Ok(None) };
        let mut dice = Dice::new(hospital.options().seed, "modifier", u64::from(patient.index));
        let mut resource =
            resources::condition(patient, encounter, encounter.main, Links::Relative, &mut dice);
        let modifier = object([
            ("url", text("https://missionvalley.example.org/fhir/not-this-patient")),
            ("valueBoolean", json::raw("true")),
        ]);
        resource.set("modifierExtension", array([modifier]));
        self.line(&resource, Some(&patient.who.mrn), truth).map(Some)
    }

    /// Writes a file of its own whose last line stops in the middle; gives file and that line.
    pub(crate) fn cut_off(
        &mut self,
        hospital: &Hospital,
        patients: &[Patient],
        truth: &mut Truth,
    ) -> Result<Option<(String, u64)>, DemoError> {
        let mut last = None;
        for patient in patients {
            let Some(encounter) = patient.encounters.first() else { continue };
            let mut dice = Dice::new(hospital.options().seed, "vaccine", u64::from(patient.index));
            let resource = resources::immunization(patient, encounter, Links::Relative, &mut dice);
            last = Some(self.line(&resource, Some(&patient.who.mrn), truth)?);
        }
        let Some((name, line)) = last else { return Ok(None) };
        if let Some((out, _)) = self.files.get_mut(&name) {
            out.write_all(b"{\"resourceType\":\"Immunization\",\"id\":\"9d0e7c1a-0f5e-4c1b-")?;
        }
        Ok(Some((name, line + 1)))
    }

    /// Closes all files.
    pub(crate) fn finish(self) -> Result<(), DemoError> {
        self.files.into_values().try_for_each(|(mut out, _)| Ok(out.flush()?))
    }
}

/// All resources of a patient, in an order in which references look back.
fn records(
    hospital: &Hospital,
    patient: &Patient,
    layouts: &[Layout],
    links: Links,
    dice: &mut Dice,
) -> Vec<Json> {
    let mut out = vec![resources::patient(hospital, patient, dice, &[])];
    if !patient.who.member.is_empty() {
        out.push(resources::coverage(patient, links, dice));
    }
    out.push(resources::related(patient, links, dice));
    for allergy in &patient.allergies {
        out.push(resources::allergy(patient, allergy, links, dice));
    }
    for (at, e) in patient.encounters.iter().enumerate() {
        out.push(resources::encounter(hospital, patient, e, links));
        for condition in std::iter::once(&e.main).chain(&e.also) {
            out.push(resources::condition(patient, e, condition, links, dice));
        }
        for lab in &e.labs {
            out.push(resources::observation(patient, e, lab, links));
        }
        out.push(resources::blood_pressure(patient, e, links, dice));
        for prescription in &e.prescriptions {
            out.push(resources::prescription(hospital, patient, e, prescription, links));
        }
        if e.main.procedure.is_some() {
            out.push(resources::procedure(hospital, patient, e, links, dice));
        }
        if at == 0 || e.class == "IMP" {
            out.push(resources::document(hospital, patient, e, layouts, links, dice));
        }
    }
    out
}

/// A transaction's entry: its full URL is the UUID that references use.
fn entry(patient: &Patient, resource: Json, dice: &mut Dice) -> Json {
    let kind = resource.resource_type().to_owned();
    let own = match &resource {
        Json::Object(fields) => fields.iter().find(|f| f.0 == "id").map(|f| f.1.clone()),
        _ => None,
    };
    let url = match (kind.as_str(), own) {
        ("Patient", _) => json::after("urn:uuid:", E::OtherId, &resources::urn(patient)),
        ("Encounter", Some(Json::Text(own))) => json::after("urn:uuid:", E::OtherId, own.text()),
        (_, Some(Json::Text(own))) => text(format!("urn:uuid:{}", own.text())),
        _ => text(format!("urn:uuid:{}", dice.uuid())),
    };
    let mut request = object([("method", text("POST")), ("url", text(&kind))]);
    if kind == "Patient" {
        let prefix = format!("identifier={}|", crate::hospital::MRN_SYSTEM);
        request.set("ifNoneExist", json::after(&prefix, E::Mrn, &patient.who.mrn));
    }
    object([("fullUrl", url), ("resource", resource), ("request", request)])
}
