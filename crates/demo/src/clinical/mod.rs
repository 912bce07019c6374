//! What happens to a patient: lasting conditions, visits over ten years, what is measured and
//! prescribed at each. The same facts are then written in every modality.

mod measure;

use anonymed_core::dates::age_on;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::calendar::{TODAY, at, days_between, plus_days, plus_minutes};
use crate::data::{self, Condition, Kind, LabTest, Medicine, Season};
use crate::dice::Dice;
use crate::hospital::Hospital;
use crate::patient::{Patient, Role, birth_of_block, role};

/// One laboratory value.
#[derive(Clone)]
pub struct LabResult {
    pub(crate) test: &'static LabTest,
    /// When the specimen was taken.
    pub taken: DateTime,
    /// The value as the laboratory wrote it.
    pub value: String,
    /// `H`, `L` or empty.
    pub flag: &'static str,
    /// FHIR logical id of the Observation.
    pub fhir_id: String,
}

/// Vital signs at one moment.
#[derive(Debug, Clone)]
pub struct Vitals {
    /// When.
    pub taken: DateTime,
    /// Systolic blood pressure, mmHg.
    pub systolic: i32,
    /// Diastolic blood pressure, mmHg.
    pub diastolic: i32,
    /// Heart rate per minute.
    pub pulse: i32,
    /// Breaths per minute.
    pub breaths: i32,
    /// Body temperature, tenths of a degree Celsius.
    pub temperature: i32,
    /// Oxygen saturation, percent.
    pub saturation: i32,
    /// Body weight, tenths of a kilogram.
    pub weight: i32,
    /// Body height, centimetres.
    pub height: i32,
}

/// A prescription.
#[derive(Clone)]
pub struct Prescription {
    pub(crate) medicine: &'static Medicine,
    /// First day.
    pub start: Date,
    /// Last day; open where it goes on.
    pub stop: Option<Date>,
    /// FHIR logical id of the MedicationRequest.
    pub fhir_id: String,
}

/// One visit.
pub struct Encounter {
    /// Visit number.
    pub number: String,
    /// FHIR logical id.
    pub fhir_id: String,
    /// `AMB`, `EMER` or `IMP`, as HL7's ActCode says it.
    pub class: &'static str,
    /// Arrival.
    pub start: DateTime,
    /// Departure.
    pub end: DateTime,
    /// Treating doctor, an index into the hospital's doctors.
    pub doctor: usize,
    /// Radiologist, surgeon or second reader.
    pub second: usize,
    /// Nurse, an index into the hospital's nurses.
    pub nurse: usize,
    pub(crate) main: &'static Condition,
    pub(crate) also: Vec<&'static Condition>,
    /// Laboratory values, in order of time.
    pub labs: Vec<LabResult>,
    /// Vital signs on arrival.
    pub vitals: Vitals,
    /// Prescriptions that begin here.
    pub prescriptions: Vec<Prescription>,
    /// Accession number of the specimen and images.
    pub accession: String,
    /// Room and bed; empty outside the wards.
    pub room: String,
    /// Serial number of what was implanted.
    pub device: Option<String>,
    /// Whether the patient died here.
    pub died: bool,
}

impl Encounter {
    /// Diagnosis codes, the main one first.
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes = vec![self.main.icd10.as_str()];
        codes.extend(self.main.also.iter().map(String::as_str));
        codes.extend(self.also.iter().map(|c| c.icd10.as_str()));
        codes
    }
}

/// The column of `weights` for an age.
fn band(age: i32) -> usize {
    match age {
        ..2 => 0,
        2..18 => 1,
        18..45 => 2,
        45..65 => 3,
        65..80 => 4,
        _ => 5,
    }
}

fn allowed(condition: &Condition, female: bool, age: i32) -> bool {
    condition.sex.as_deref().is_none_or(|s| (s == "F") == female)
        && condition.min_age.is_none_or(|a| age >= a)
        && condition.max_age.is_none_or(|a| age <= a)
}

fn by_sex(condition: &Condition, female: bool) -> f64 {
    if female { condition.female.unwrap_or(1.0) } else { condition.male.unwrap_or(1.0) }
}

/// How common a season's illness is in a month.
fn in_season(season: Season, month: i8) -> f64 {
    match (season, month) {
        (Season::Winter, 11 | 12 | 1 | 2) => 5.0,
        (Season::Winter, 3 | 10) => 2.0,
        (Season::Winter, _) => 0.15,
        (Season::Summer, 5..=9) => 2.5,
        (Season::Summer, _) => 0.7,
        (Season::Any, _) => 1.0,
    }
}

/// Draws allergies, conditions and visits, and the death where one occurs.
pub(crate) fn live(hospital: &Hospital, patient: &mut Patient, dice: &mut Dice) {
    patient.chronic = chronic(patient, dice);
    patient.allergies = allergies(dice);
    let mut planned = plan(hospital, patient, dice);
    planned.sort_by_key(|(day, condition)| (*day, condition.key.clone()));
    let mut free = patient.who.birth;
    for (day, condition) in planned {
        if day < free || day > TODAY {
            continue;
        }
        let Some(encounter) = visit(hospital, patient, dice, day, condition) else { continue };
        free = plus_days(encounter.end.date(), 1);
        let died = encounter.died;
        let end = encounter.end.date();
        patient.encounters.push(encounter);
        if died {
            patient.death = Some(end);
            return;
        }
    }
}

fn chronic(patient: &Patient, dice: &mut Dice) -> Vec<(&'static Condition, Date)> {
    let age = patient.age();
    let mut out = Vec::new();
    for condition in data::CONDITIONS.iter().filter(|c| c.kind == Kind::Chronic) {
        let female = patient.who.female();
        let chance = condition.weights[band(age)] * by_sex(condition, female);
        if allowed(condition, female, age) && dice.percent(chance.min(90.0)) {
            let most = i64::from(age.clamp(1, 18)) * 365 / 2;
            let onset = plus_days(TODAY, -dice.between(60, most.max(61)));
            out.push((condition, onset.max(patient.who.birth)));
        }
    }
    out.truncate(7);
    out
}

fn allergies(dice: &mut Dice) -> Vec<&'static data::Allergy> {
    if !dice.percent(34.0) {
        return Vec::new();
    }
    let one = &data::ALLERGIES[dice.weighted(data::ALLERGIES.iter().map(|a| a.weight))];
    let two = &data::ALLERGIES[dice.weighted(data::ALLERGIES.iter().map(|a| a.weight))];
    let mut out = vec![one];
    if dice.percent(25.0) && two.substance != one.substance {
        out.push(two);
    }
    out
}

type Planned = Vec<(Date, &'static Condition)>;

fn plan(hospital: &Hospital, patient: &Patient, dice: &mut Dice) -> Planned {
    let birth = patient.who.birth;
    let ten_years = TODAY.checked_sub(10.years()).unwrap_or(TODAY);
    let from = birth.max(ten_years);
    let span = days_between(from, TODAY).max(1);
    let count = 1 + dice.below(4) as usize + (patient.chronic.len() * 3) / 4;
    let mut out: Planned = family_course(hospital, patient);
    for _ in 0..count.min(10) {
        let day = plus_days(from, dice.between(0, span - 1));
        let due: Vec<_> = patient.chronic.iter().filter(|(_, onset)| *onset <= day).collect();
        if !due.is_empty() && dice.percent(45.0) {
            out.push((day, dice.pick(&due).0));
        } else if let Some(condition) = acute(patient, dice, day) {
            out.push((day, condition));
        }
    }
    out
}

/// Prenatal visits and delivery of the mother of a block; birth of its newborn.
fn family_course(hospital: &Hospital, patient: &Patient) -> Planned {
    let born = birth_of_block(hospital.options().seed, patient.index);
    match role(patient.index) {
        Role::Mother => vec![
            (plus_days(born, -190), data::condition("prenatal")),
            (plus_days(born, -95), data::condition("prenatal")),
            (born, data::condition("delivery")),
        ],
        Role::Newborn => vec![(born, data::condition("newborn"))],
        _ => Vec::new(),
    }
}

fn acute(patient: &Patient, dice: &mut Dice, day: Date) -> Option<&'static Condition> {
    let (female, age) = (patient.who.female(), patient.age_on(day));
    let weight = |c: &Condition| {
        let known = c.kind == Kind::Acute
            && allowed(c, female, age)
            && c.since.is_none_or(|year| day.year() >= year);
        if known {
            c.weights[band(age)] * by_sex(c, female) * in_season(c.season, day.month())
        } else {
            0.0
        }
    };
    let at = dice.weighted(data::CONDITIONS.iter().map(weight));
    let condition = &data::CONDITIONS[at];
    // A removed appendix or gallbladder does not inflame again.
    let once = condition.procedure.is_some();
    let before = patient.encounters.iter().any(|e| e.main.key == condition.key);
    (condition.kind == Kind::Acute && !(once && before)).then_some(condition)
}

fn visit(
    hospital: &Hospital,
    patient: &Patient,
    dice: &mut Dice,
    day: Date,
    main: &'static Condition,
) -> Option<Encounter> {
    let once = main.procedure.is_some() || main.key == "newborn";
    if once && patient.encounters.iter().any(|e| e.main.key == main.key) {
        return None;
    }
    let class = match main.class.as_str() {
        "IMP" => "IMP",
        "EMER" => "EMER",
        _ => "AMB",
    };
    let (start, end) = stay(dice, class, day, main);
    if end.date() > TODAY {
        return None;
    }
    let age = patient.age_on(day);
    let frail = if age > 75 {
        2.0
    } else if age < 45 {
        0.15
    } else {
        1.0
    };
    let died = dice.percent(main.death * frail);
    let also: Vec<_> = patient
        .chronic
        .iter()
        .filter(|(c, onset)| *onset <= day && c.key != main.key)
        .map(|(c, _)| *c)
        .take(if class == "AMB" { 2 } else { 5 })
        .collect();
    let mut encounter = Encounter {
        number: format!("V{}{}", day.year() % 100, dice.digits(8)),
        fhir_id: dice.uuid(),
        class,
        start,
        end,
        doctor: if class == "AMB" && dice.percent(50.0) {
            patient.pcp
        } else {
            hospital.doctor_of(dice, &main.department)
        },
        second: hospital
            .doctor_of(dice, if main.procedure.is_some() { "Surgery" } else { "Radiology" }),
        nurse: dice.below(hospital.nurses().len() as u64) as usize,
        main,
        also,
        labs: Vec::new(),
        vitals: measure::vitals(dice, patient, start, main),
        prescriptions: Vec::new(),
        accession: format!("{:02}-{}", day.year() % 100, dice.digits(7)),
        room: if class == "IMP" {
            format!("{}{:02}-{}", dice.between(2, 7), dice.between(1, 38), dice.pick(&["A", "B"]))
        } else {
            String::new()
        },
        device: main.device.then(|| format!("SN{}{}", dice.pick(&["A", "K", "T"]), dice.digits(8))),
        died,
    };
    encounter.labs = measure::labs(dice, patient, &encounter);
    encounter.prescriptions = prescribe(dice, patient, &encounter);
    Some(encounter)
}

fn stay(dice: &mut Dice, class: &str, day: Date, main: &Condition) -> (DateTime, DateTime) {
    let start = match class {
        "AMB" => at(day, dice.between(8, 16) as i8, *dice.pick(&[0, 15, 30, 45])),
        _ => at(day, dice.between(0, 23) as i8, dice.between(0, 59) as i8),
    };
    let end = match (class, main.los) {
        ("IMP", Some([low, high])) => {
            let last = plus_days(day, dice.between(low.max(1), high));
            at(last, dice.between(9, 17) as i8, dice.between(0, 59) as i8)
        }
        ("EMER", _) => plus_minutes(start, dice.between(70, 600)),
        _ => plus_minutes(start, dice.between(15, 50)),
    };
    (start, end)
}

fn prescribe(dice: &mut Dice, patient: &Patient, encounter: &Encounter) -> Vec<Prescription> {
    let day = encounter.start.date();
    let child = age_on(patient.who.birth, day) < 12;
    let mut out: Vec<Prescription> = Vec::new();
    for key in &encounter.main.meds {
        let key = match key.as_str() {
            // Small children get suspensions, and never these tablets.
            "acetaminophen" | "ibuprofen" | "aspirin" | "oxycodone" if child => "acetsusp",
            "oseltamivir" | "azithromycin" if child => "amoxsusp",
            other => other,
        };
        let Some(medicine) = data::medicine(key) else { continue };
        let allergic = patient.allergies.iter().any(|a| {
            a.substance.eq_ignore_ascii_case(&medicine.name)
                || (a.substance == "Penicillin" && medicine.name == "amoxicillin")
        });
        if allergic || out.iter().any(|p| p.medicine.key == medicine.key) {
            continue;
        }
        let stop =
            (encounter.main.kind != Kind::Chronic).then(|| plus_days(day, dice.between(5, 14)));
        let again = encounter.main.kind == Kind::Chronic
            && patient
                .encounters
                .iter()
                .flat_map(|e| &e.prescriptions)
                .any(|p| p.medicine.key == medicine.key && p.stop.is_none());
        if !again {
            out.push(Prescription { medicine, start: day, stop, fhir_id: dice.uuid() });
        }
    }
    out
}
