//! The three delimited tables: patients, encounters, laboratory.

use anonymed_core::EntityType as E;
use std::path::Path;

use crate::DemoError;
use crate::calendar::{clock, write};
use crate::cell::{Cell, age, dated, plain, planted};
use crate::clinical::Encounter;
use crate::delimited::{Delimited, Encoding};
use crate::dice::Dice;
use crate::hospital::Hospital;
use crate::notes::Scene;
use crate::patient::Patient;
use crate::truth::{Spot, Truth};

const PATIENTS: &[&str] = &[
    "mrn",
    "last_name",
    "first_name",
    "middle_initial",
    "maiden_name",
    "sex",
    "birth_date",
    "death_date",
    "age",
    "race",
    "ethnicity",
    "marital_status",
    "ssn",
    "street",
    "city",
    "county",
    "state",
    "zip",
    "phone",
    "email",
    "drivers_license",
    "insurer",
    "member_id",
    "emergency_contact",
    "contact_relation",
    "contact_phone",
    "primary_care_physician",
    "pcp_npi",
    "comment",
];

const ENCOUNTERS: &[&str] = &[
    "encounter_id",
    "MRN",
    "admit_ts",
    "discharge_ts",
    "class",
    "department",
    "room",
    "attending",
    "attending_npi",
    "dx_codes",
    "primary_dx",
    "disposition",
    "notes",
];

const LABS: &[&str] = &[
    "patient_no",
    "accession",
    "collected_at",
    "loinc",
    "test",
    "value",
    "unit",
    "ref_low",
    "ref_high",
    "flag",
    "remark",
];

/// The delimited tables while they are written.
pub(crate) struct Tables {
    patients: Delimited,
    encounters: Delimited,
    labs: Delimited,
    comments: Vec<&'static str>,
    remarks: Vec<&'static str>,
    lab_remarks: Vec<&'static str>,
    last_visit: Option<(String, Vec<Cell>)>,
}

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|l| !l.is_empty()).collect()
}

impl Tables {
    /// Opens the three files.
    pub(crate) fn create(dir: &Path) -> Result<Self, DemoError> {
        let open = Delimited::create;
        Ok(Self {
            patients: open(dir, "patients.csv", PATIENTS, ',', Encoding::Utf8Bom)?,
            encounters: open(dir, "encounters.csv", ENCOUNTERS, ',', Encoding::Utf16)?,
            labs: open(dir, "labs.csv", LABS, ';', Encoding::Utf8)?,
            comments: lines(include_str!("../data/comments.txt")),
            remarks: lines(include_str!("../data/remarks.txt")),
            lab_remarks: lines(include_str!("../data/lab_remarks.txt")),
            last_visit: None,
        })
    }

    /// Writes a patient's rows.
    pub(crate) fn patient(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        let mut dice = Dice::new(hospital.options().seed, "tables", u64::from(patient.index));
        let mrn = patient.who.mrn.as_str();
        let row = self.patient_row(hospital, patient, &mut dice);
        self.patients.row(&row, Some(mrn), truth)?;
        for encounter in &patient.encounters {
            let row = self.encounter_row(hospital, patient, encounter, &mut dice);
            self.encounters.row(&row, Some(mrn), truth)?;
            self.last_visit = Some((mrn.to_owned(), row));
            for at in 0..encounter.labs.len() {
                let row = self.lab_row(hospital, patient, encounter, at, &mut dice);
                self.labs.row(&row, Some(mrn), truth)?;
            }
        }
        Ok(())
    }

    /// Writes the last visit's row once more, as a botched export does, where there was one yet.
    pub(crate) fn repeat_visit(&mut self, truth: &mut Truth) -> Result<(), DemoError> {
        let Some((subject, row)) = &self.last_visit else { return Ok(()) };
        self.encounters.row(row, Some(subject), truth)?;
        let spot = Spot { file: self.encounters.name(), subject: Some(subject) };
        truth.defect(spot, &format!("row:{}", self.encounters.rows()), "duplicate-row", "")
    }

    fn patient_row(&self, hospital: &Hospital, patient: &Patient, dice: &mut Dice) -> Vec<Cell> {
        let who = &patient.who;
        let pcp = &hospital.doctors()[patient.pcp];
        vec![
            planted(E::Mrn, &who.mrn),
            planted(E::Patient, &who.last),
            planted(E::Patient, &who.first),
            plain(who.middle.to_string()),
            planted(E::Patient, who.maiden.as_deref().unwrap_or_default()),
            plain(if who.female() { "F" } else { "M" }),
            dated(who.birth, "iso"),
            patient.death.map_or_else(Cell::default, |d| dated(d, "iso")),
            age(patient.age()),
            plain(who.race),
            plain(if who.hispanic { "Hispanic or Latino" } else { "Not Hispanic or Latino" }),
            plain(who.marital),
            planted(E::Ssn, &who.ssn),
            planted(E::Street, &who.street),
            planted(E::City, who.city_name()),
            planted(E::County, &who.city.county),
            plain(who.state()),
            planted(E::Zip, &who.zip),
            planted(E::Phone, &who.phone),
            planted(E::Email, &who.email),
            planted(E::Licence, &who.licence),
            plain(&who.insurer.name),
            planted(E::HealthPlan, &who.member),
            planted(E::Relative, patient.contact.full()),
            plain(patient.contact.relation),
            planted(E::Phone, &patient.contact.phone),
            planted(E::Doctor, format!("{}, {}", pcp.last, pcp.first)),
            planted(E::Licence, &pcp.npi),
            remark(hospital, patient, None, dice, &self.comments, 45.0),
        ]
    }

    fn encounter_row(
        &self,
        hospital: &Hospital,
        patient: &Patient,
        encounter: &Encounter,
        dice: &mut Dice,
    ) -> Vec<Cell> {
        let doctor = &hospital.doctors()[encounter.doctor];
        let stamp = |at: jiff::civil::DateTime| {
            let date = write(at.date(), "us0").unwrap_or_default();
            planted(E::Date, format!("{date} {}", clock(at)))
        };
        vec![
            planted(E::Account, &encounter.number),
            planted(E::Mrn, &patient.who.mrn),
            stamp(encounter.start),
            stamp(encounter.end),
            plain(encounter.class),
            plain(&encounter.main.department),
            planted(E::Room, &encounter.room),
            planted(E::Doctor, doctor.full()),
            planted(E::Licence, &doctor.npi),
            plain(encounter.codes().join(" ")),
            plain(&encounter.main.name),
            plain(if encounter.died { "Expired" } else { "Home" }),
            remark(hospital, patient, Some(encounter), dice, &self.remarks, 40.0),
        ]
    }

    fn lab_row(
        &self,
        hospital: &Hospital,
        patient: &Patient,
        encounter: &Encounter,
        at: usize,
        dice: &mut Dice,
    ) -> Vec<Cell> {
        let lab = &encounter.labs[at];
        let (low, high) = lab.test.range(patient.who.female());
        let comma = |text: String| plain(text.replace('.', ","));
        let date = write(lab.taken.date(), "dot").unwrap_or_default();
        vec![
            planted(E::Mrn, &patient.who.mrn),
            planted(E::Accession, &encounter.accession),
            planted(E::Date, format!("{date} {}", clock(lab.taken))),
            plain(&lab.test.loinc),
            plain(&lab.test.short),
            comma(lab.value.clone()),
            plain(&lab.test.unit),
            comma(lab.test.write(low)),
            comma(lab.test.write(high)),
            plain(lab.flag),
            remark(hospital, patient, Some(encounter), dice, &self.lab_remarks, 3.0),
        ]
    }

    /// Closes the three files.
    pub(crate) fn finish(self) -> Result<(), DemoError> {
        self.patients.finish()?;
        self.encounters.finish()?;
        self.labs.finish()
    }
}

/// A sentence from a list of templates in `percent` of cases, else an empty cell.
pub(crate) fn remark(
    hospital: &Hospital,
    patient: &Patient,
    encounter: Option<&Encounter>,
    dice: &mut Dice,
    templates: &[&str],
    percent: f64,
) -> Cell {
    if !dice.percent(percent) {
        return Cell::default();
    }
    let template = dice.pick(templates);
    let encounter = encounter.or(patient.encounters.last());
    Scene { hospital, patient, encounter }.render(template, dice)
}
