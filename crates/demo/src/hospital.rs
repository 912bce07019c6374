//! The hospital: who works there and under which numbers, and how its patients come about.

use anonymed_core::Sex;

use crate::data;
use crate::dice::Dice;
use crate::patient::{self, Patient};

/// How large a hospital to make, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Number of patients.
    pub patients: u32,
    /// The seed: same seed, same bytes.
    pub seed: u64,
}

/// A clinician or other member of staff.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// Forename.
    pub first: String,
    /// Surname.
    pub last: String,
    /// Sex.
    pub sex: Sex,
    /// Where the person works.
    pub department: String,
    /// National provider identifier; empty for nurses and clerks.
    pub npi: String,
    /// Pager number.
    pub pager: String,
    /// Work e-mail.
    pub email: String,
    /// FHIR logical id.
    pub fhir_id: String,
}

impl StaffMember {
    /// Forename and surname.
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

/// Departments that have doctors.
pub(crate) const DEPARTMENTS: &[&str] = &[
    "Family Medicine",
    "Internal Medicine",
    "Pediatrics",
    "Cardiology",
    "Endocrinology",
    "Pulmonology",
    "Nephrology",
    "Psychiatry",
    "Orthopedics",
    "Neurology",
    "Rheumatology",
    "Urology",
    "Oncology",
    "Emergency",
    "Surgery",
    "Obstetrics",
    "Nursery",
    "Intensive Care",
    "Radiology",
];

/// The hospital's own name.
pub(crate) const NAME: &str = "Mission Valley Medical Center";
/// Its street line.
pub(crate) const STREET: &str = "5800 Martway Street";
/// Its city.
pub(crate) const CITY: &str = "Mission";
/// Its state.
pub(crate) const STATE: &str = "KS";
/// Its postal code.
pub(crate) const ZIP: &str = "66202";
/// Its switchboard.
pub(crate) const PHONE: &str = "(913) 555-0100";
/// Its medical records fax.
pub(crate) const FAX: &str = "(913) 555-0199";
/// The system of its record numbers in FHIR.
pub(crate) const MRN_SYSTEM: &str = "urn:oid:2.16.840.1.113883.19.5.1";
/// The system of its visit numbers in FHIR.
pub(crate) const VISIT_SYSTEM: &str = "urn:oid:2.16.840.1.113883.19.5.2";

/// A synthetic hospital: its staff at once, its patients one by one as they are asked for.
pub struct Hospital {
    options: Options,
    doctors: Vec<StaffMember>,
    nurses: Vec<StaffMember>,
}

impl Hospital {
    /// Hires the staff. Patients are drawn by [`Hospital::patient`], so that a large hospital
    /// needs no more memory than a small one.
    pub fn generate(options: &Options) -> Self {
        let per_department = (2 + options.patients / 1500).min(16) as usize;
        let doctors = (0..DEPARTMENTS.len() * per_department)
            .map(|i| staff(options.seed, "doctor", i, DEPARTMENTS[i % DEPARTMENTS.len()]))
            .collect();
        let nurses = (0..12 + per_department * 4)
            .map(|i| staff(options.seed, "nurse", i, DEPARTMENTS[i % DEPARTMENTS.len()]))
            .collect();
        Self { options: *options, doctors, nurses }
    }

    /// The options it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The doctors.
    pub fn doctors(&self) -> &[StaffMember] {
        &self.doctors
    }

    /// Nurses and clerks.
    pub fn nurses(&self) -> &[StaffMember] {
        &self.nurses
    }

    /// The patient at an index below [`Options::patients`], with the whole clinical course.
    pub fn patient(&self, index: u32) -> Patient {
        patient::draw(self, index)
    }

    /// All patients in order.
    pub fn patients(&self) -> impl Iterator<Item = Patient> {
        (0..self.options.patients).map(|i| self.patient(i))
    }

    /// A doctor of a department.
    pub(crate) fn doctor_of(&self, dice: &mut Dice, department: &str) -> usize {
        let n = DEPARTMENTS.len();
        let at = DEPARTMENTS.iter().position(|d| *d == department).unwrap_or(1);
        let groups = self.doctors.len() / n;
        at + n * dice.below(groups as u64) as usize
    }
}

fn staff(seed: u64, role: &str, index: usize, department: &str) -> StaffMember {
    let mut dice = Dice::new(seed, role, index as u64);
    let sex = if dice.percent(52.0) { Sex::Female } else { Sex::Male };
    let first = patient::forename(&mut dice, sex, 1975);
    let last = data::SURNAMES[dice.weighted(data::SURNAMES.iter().map(|s| s.weight))].name.clone();
    let email =
        format!("{}.{}@missionvalley.example.org", patient::plain(&first), patient::plain(&last));
    let npi = if role == "doctor" {
        npi(&format!("1999{:05}", 137 * (index + 1)))
    } else {
        String::new()
    };
    StaffMember {
        pager: format!("(913) 555-{}", 7000 + dice.below(1000)),
        department: department.to_owned(),
        fhir_id: dice.uuid(),
        first,
        last,
        sex,
        npi,
        email,
    }
}

/// Appends the check digit to nine digits: Luhn over 80840 and the number (45 CFR 162.406).
pub(crate) fn npi(nine: &str) -> String {
    let sum: u32 = format!("80840{nine}")
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npi_has_the_published_check_digit() {
        // The example of the standard's own documentation.
        assert_eq!(npi("123456789"), "1234567893");
        let hospital = Hospital::generate(&Options { patients: 10, seed: 1 });
        assert!(hospital.doctors().iter().all(|d| d.npi == npi(&d.npi[..9])));
    }
}
