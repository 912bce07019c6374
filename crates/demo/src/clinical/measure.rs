//! What is measured: laboratory panels and vital signs that follow age, sex and illness.

use anonymed_core::dates::age_on;
use jiff::civil::DateTime;

use super::{Encounter, LabResult, Vitals};
use crate::calendar::{days_between, plus_minutes};
use crate::data::{self, Condition, LabTest};
use crate::dice::Dice;
use crate::patient::Patient;

/// The panels drawn at a visit, by keys of `labs.csv`.
fn ordered(dice: &mut Dice, patient: &Patient, encounter: &Encounter) -> Vec<&'static LabTest> {
    let own = encounter.main.labs.keys();
    let other = encounter.also.iter().flat_map(|c| c.labs.keys());
    let age = patient.age_on(encounter.start.date());
    let panels: &[&str] = match encounter.class {
        "IMP" if encounter.main.key == "newborn" => &[],
        "IMP" if dice.percent(40.0) => &["bmp", "cbc", "liver"],
        "IMP" => &["bmp", "cbc"],
        "EMER" if dice.percent(60.0) => &["bmp", "cbc"],
        "AMB" if age >= 18 && dice.percent(35.0) => &["bmp", "lipid"],
        "AMB" if age >= 40 && dice.percent(40.0) => &["bmp"],
        _ => &[],
    };
    let mut out: Vec<&'static LabTest> =
        data::LABS.iter().filter(|l| panels.contains(&l.panel.as_str())).collect();
    let quiet = encounter.class == "AMB" && encounter.main.labs.is_empty();
    for key in own.chain(other.filter(|_| !quiet)) {
        if let Some(test) = data::lab(key)
            && !out.iter().any(|t| t.key == test.key)
        {
            out.push(test);
        }
    }
    out
}

/// The values of a visit; a long stay is measured again before discharge.
pub(super) fn labs(dice: &mut Dice, patient: &Patient, encounter: &Encounter) -> Vec<LabResult> {
    let tests = ordered(dice, patient, encounter);
    let first = plus_minutes(encounter.start, dice.between(5, 14));
    let mut out = draw(dice, patient, encounter, &tests, first, 1.0);
    if days_between(encounter.start.date(), encounter.end.date()) >= 3 {
        let again = plus_minutes(encounter.end, -dice.between(120, 480));
        out.extend(draw(dice, patient, encounter, &tests, again, 0.35));
    }
    out
}

fn draw(
    dice: &mut Dice,
    patient: &Patient,
    encounter: &Encounter,
    tests: &[&'static LabTest],
    taken: DateTime,
    severity: f64,
) -> Vec<LabResult> {
    let female = patient.who.female();
    let mut values: Vec<f64> =
        tests.iter().map(|t| value(dice, encounter, t, female, severity)).collect();
    let find = |key: &str| tests.iter().position(|t| t.key == key);
    // What follows from other values follows: three times hemoglobin, and Friedewald.
    if let (Some(hct), Some(hgb)) = (find("hct"), find("hgb")) {
        values[hct] = values[hgb] * 2.96 + dice.real(0.0, 0.8);
    }
    if let (Some(chol), Some(ldl), Some(hdl), Some(trig)) =
        (find("chol"), find("ldl"), find("hdl"), find("trig"))
    {
        values[chol] =
            values[ldl].round() + values[hdl].round() + (values[trig].round() / 5.0).round();
    }
    tests
        .iter()
        .zip(values)
        .map(|(test, value)| {
            let written = test.write(value);
            let seen: f64 = written.parse().unwrap_or(value);
            let (low, high) = test.range(female);
            let flag = if seen < low {
                "L"
            } else if seen > high {
                "H"
            } else {
                ""
            };
            LabResult { test, taken, value: written, flag, fhir_id: dice.uuid() }
        })
        .collect()
}

fn value(
    dice: &mut Dice,
    encounter: &Encounter,
    test: &LabTest,
    female: bool,
    severity: f64,
) -> f64 {
    let (low, high) = test.range(female);
    let normal = low + (high - low) * (0.25 + 0.5 * (dice.unit() + dice.unit()) / 2.0);
    let ill = std::iter::once(&encounter.main)
        .chain(&encounter.also)
        .find_map(|c| c.labs.get(&test.key))
        .map(|[low, high]| dice.real(*low, *high));
    match ill {
        Some(ill) => normal + (ill - normal) * severity,
        // A few healthy values fall just outside, as a 95 % range promises.
        None if dice.percent(4.0) => high + (high - low) * 0.06,
        None => normal,
    }
}

/// Median height and weight of an age, in cm and kg, after the CDC growth charts, rounded.
fn size(female: bool, age: i32, months: i64) -> (f64, f64) {
    const CHILD: [(f64, f64); 18] = [
        (60.0, 6.0),
        (76.0, 10.0),
        (87.0, 12.5),
        (95.0, 14.3),
        (102.0, 16.3),
        (109.0, 18.4),
        (115.0, 20.7),
        (121.0, 23.0),
        (128.0, 25.6),
        (133.0, 28.6),
        (138.0, 32.0),
        (144.0, 36.0),
        (150.0, 40.5),
        (156.0, 45.6),
        (161.0, 50.5),
        (165.0, 55.0),
        (168.0, 58.5),
        (169.0, 61.0),
    ];
    if age == 0 {
        let months = months as f64;
        return (50.0 + 2.2 * months, 3.4 + 0.58 * months);
    }
    match usize::try_from(age).ok().and_then(|a| CHILD.get(a)) {
        Some(size) => *size,
        None if female => (163.0, 74.0),
        None => (176.0, 88.0),
    }
}

/// Vital signs on arrival.
pub(super) fn vitals(
    dice: &mut Dice,
    patient: &Patient,
    taken: DateTime,
    main: &Condition,
) -> Vitals {
    let day = taken.date();
    let age = age_on(patient.who.birth, day);
    let months = days_between(patient.who.birth, day) / 30;
    // Height and build belong to the person, not to the visit.
    let own = i64::from(patient.index) * 37 % 21 - 10;
    let heavy = patient.chronic.iter().any(|(c, _)| c.key == "obesity");
    let (height, weight) = size(patient.who.female(), age, months);
    let height = height * (1.0 + own as f64 * 0.004);
    let weight = weight * (1.0 + own as f64 * 0.012) * if heavy { 1.32 } else { 1.0 };
    let tense = patient.chronic.iter().any(|(c, on)| c.key == "htn" && *on <= day);
    let septic = main.key == "sepsis";
    let (base, beat, rate) = match age {
        ..1 => (76, 138, 36),
        1..6 => (94, 108, 25),
        6..13 => (106, 90, 20),
        _ => (121, 74, 16),
    };
    let systolic = base + dice.between(-9, 12) as i32 + if tense { 18 } else { 0 }
        - if septic { 36 } else { 0 };
    let ill = main.fever || main.class == "IMP";
    Vitals {
        taken: plus_minutes(taken, dice.between(2, 14)),
        systolic,
        diastolic: (f64::from(systolic) * 0.62) as i32 + dice.between(-4, 5) as i32,
        pulse: beat + dice.between(-10, 14) as i32 + if ill { 14 } else { 0 },
        breaths: rate + dice.between(-2, 3) as i32 + if ill { 4 } else { 0 },
        temperature: 367
            + dice.between(-4, 5) as i32
            + if main.fever { dice.between(9, 26) as i32 } else { 0 },
        saturation: match main.key.as_str() {
            "pneumonia" | "pe" | "rsv" | "chf" => dice.between(86, 93) as i32,
            "copd" | "covid" => dice.between(90, 95) as i32,
            _ => dice.between(95, 100) as i32,
        },
        weight: (weight * 10.0 * dice.real(0.985, 1.015)).round() as i32,
        height: height.round() as i32,
    }
}
