//! Writes the demo project: one pass over the patients, every modality at once.

use std::path::{Path, PathBuf};

use crate::DemoError;
use crate::columnar::VitalsFile;
use crate::defects;
use crate::fhir::Fhir;
use crate::hospital::{Hospital, Options};
use crate::notes::Notes;
use crate::sheet::Workbooks;
use crate::tables::Tables;
use crate::truth::Truth;

/// What [`write_project`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Patients.
    pub patients: u32,
    /// Visits.
    pub encounters: u64,
    /// Notes, without the unreadable one.
    pub notes: u64,
    /// FHIR transaction bundles.
    pub bundles: u64,
    /// Planted identifiers.
    pub identifiers: u64,
    /// Planted defects.
    pub defects: u64,
}

/// Where the ground truth of a project goes: beside the folder, never in it.
pub fn truth_path(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".truth.jsonl");
    dir.with_file_name(name)
}

/// Writes the project below `dir`, which is made and must be empty, and its ground truth to
/// [`truth_path`].
///
/// # Errors
///
/// When the number of patients is out of range, the folder holds something, or a file cannot be
/// written.
///
/// # Examples
///
/// ```
/// let parent = tempfile::tempdir().unwrap();
/// let dir = parent.path().join("messy");
/// let options = anonymed_demo::Options { patients: 10, seed: 1 };
/// let summary = anonymed_demo::write_project(&dir, &options).unwrap();
/// assert_eq!(summary.patients, 10);
/// assert!(anonymed_demo::truth_path(&dir).ends_with("messy.truth.jsonl"));
/// ```
pub fn write_project(dir: &Path, options: &Options) -> Result<Summary, DemoError> {
    if !(1..=10_000_000).contains(&options.patients) {
        return Err(DemoError::Patients);
    }
    fs_err::create_dir_all(dir)?;
    if fs_err::read_dir(dir)?.next().is_some() {
        return Err(DemoError::NotEmpty);
    }
    let hospital = Hospital::generate(options);
    let mut truth = Truth::create(&truth_path(dir))?;
    let mut tables = Tables::create(dir)?;
    let mut books = Workbooks::create(dir, &hospital)?;
    let mut vitals = VitalsFile::create(dir)?;
    let mut notes = Notes::create(dir)?;
    let mut fhir = Fhir::create(dir, &hospital, &mut truth)?;
    let mut encounters = 0;
    for patient in hospital.patients() {
        encounters += patient.encounters.len() as u64;
        tables.patient(&hospital, &patient, &mut truth)?;
        if patient.index == options.patients / 2 {
            tables.repeat_visit(&mut truth)?;
        }
        books.patient(&hospital, &patient, &mut truth)?;
        vitals.patient(&hospital, &patient, &mut truth)?;
        notes.patient(&hospital, &patient, &mut truth)?;
        fhir.patient(&hospital, &patient, &mut truth)?;
    }
    defects::in_records(&hospital, &mut vitals, &mut fhir, &mut truth)?;
    let (notes, bundles) = (notes.count, fhir.bundles);
    tables.finish()?;
    books.finish(&mut truth)?;
    vitals.finish()?;
    fhir.finish()?;
    defects::unreadable_files(dir, &hospital, &mut truth)?;
    defects::side_files(dir, &mut truth)?;
    let (identifiers, defects) = (truth.identifiers, truth.defects);
    truth.finish()?;
    Ok(Summary { patients: options.patients, encounters, notes, bundles, identifiers, defects })
}
