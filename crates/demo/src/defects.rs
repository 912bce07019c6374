//! What is wrong in the demo project, on purpose. Each defect is a line of the ground truth with
//! category `defect:KIND`.

use std::path::Path;

use anonymed_core::EntityType as E;

use crate::DemoError;
use crate::columnar::VitalsFile;
use crate::dice::Dice;
use crate::fhir::Fhir;
use crate::hospital::Hospital;
use crate::truth::{Spot, Truth};

/// Defects inside the modality files, written after all patients. The people concerned are the
/// last ones, so that a handful of patients already shows them.
pub(crate) fn in_records(
    hospital: &Hospital,
    vitals: &mut VitalsFile,
    fhir: &mut Fhir,
    truth: &mut Truth,
) -> Result<(), DemoError> {
    let count = hospital.options().patients;
    let last = |back: u32| hospital.patient(count.saturating_sub(1 + back));
    if count >= 8 {
        conflicting_row(hospital, vitals, truth)?;
        let (one, other) = (last(3), last(4));
        let (file, line) = fhir.two_people(hospital, &one, &other, truth)?;
        let value = format!("{} {}", one.who.mrn, other.who.mrn);
        let spot = Spot { file: &file, subject: Some(&one.who.mrn) };
        let place = format!("line:{line}/path:Patient.identifier");
        truth.defect(spot, &place, "conflicting-id", &value)?;
    }
    let patient = last(0);
    if let Some((file, line)) = fhir.unknown_modifier(hospital, &patient, truth)? {
        let spot = Spot { file: &file, subject: Some(&patient.who.mrn) };
        let place = format!("line:{line}/path:Condition.modifierExtension[0]");
        let value = "https://missionvalley.example.org/fhir/not-this-patient";
        truth.defect(spot, &place, "unknown-modifier-extension", value)?;
    }
    let some: Vec<_> = (0..count.min(6)).map(|i| hospital.patient(i)).collect();
    if let Some((file, line)) = fhir.cut_off(hospital, &some, truth)? {
        let spot = Spot { file: &file, subject: None };
        truth.defect(spot, &format!("line:{line}"), "truncated", "")?;
    }
    Ok(())
}

/// A row of vital signs with one patient's number and another's birth date and sex.
fn conflicting_row(
    hospital: &Hospital,
    vitals: &mut VitalsFile,
    truth: &mut Truth,
) -> Result<(), DemoError> {
    let count = hospital.options().patients;
    let number =
        (0..count).rev().skip(5).map(|i| hospital.patient(i)).find(|p| !p.encounters.is_empty());
    let Some(number) = number else { return Ok(()) };
    let person = (0..count)
        .map(|i| hospital.patient(i))
        .find(|p| p.who.birth != number.who.birth && p.who.sex != number.who.sex);
    let (Some(person), Some(encounter)) = (person, number.encounters.last()) else {
        return Ok(());
    };
    let row = vitals.row(hospital, &number, &person, encounter, truth)?;
    let spot = Spot { file: crate::columnar::NAME, subject: Some(&number.who.mrn) };
    truth.defect(spot, &format!("row:{row}"), "conflicting-id", &number.who.mrn)
}

/// Files that cannot be read: cut copies and noise.
pub(crate) fn unreadable_files(
    dir: &Path,
    hospital: &Hospital,
    truth: &mut Truth,
) -> Result<(), DemoError> {
    for (from, to) in
        [("vitals.parquet", "vitals_2019.parquet"), ("medications.xlsx", "medications_backup.xlsx")]
    {
        let bytes = fs_err::read(dir.join(from))?;
        fs_err::write(dir.join(to), &bytes[..bytes.len() * 3 / 5])?;
        truth.defect(Spot { file: to, subject: None }, "file", "truncated", "")?;
    }
    let mut noise = vec![0u8; 4096];
    Dice::new(hospital.options().seed, "noise", 0).fill(&mut noise);
    let file = "notes/scan_0007.txt";
    fs_err::write(dir.join(file), noise)?;
    truth.defect(Spot { file, subject: None }, "file", "unreadable-encoding", "")
}

/// Files that belong to no patient.
pub(crate) fn side_files(dir: &Path, truth: &mut Truth) -> Result<(), DemoError> {
    fs_err::write(dir.join("README.txt"), include_str!("../data/readme.txt"))?;
    fs_err::create_dir_all(dir.join("codes"))?;
    let mut codes = String::from("code,description\n");
    for condition in crate::data::CONDITIONS.iter() {
        codes.push_str(&format!("{},\"{}\"\n", condition.icd10, condition.name));
    }
    fs_err::write(dir.join("codes/icd10_codes.csv"), codes)?;
    let spot = Spot { file: "README.txt", subject: None };
    truth.plant(spot, "bytes:0-29", E::Hospital, crate::hospital::NAME)
}
