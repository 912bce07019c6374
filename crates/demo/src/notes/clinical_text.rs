//! What a note says of the illness: words and numbers that identify nobody, and among them the
//! ones detectors take for identifiers (vertebrae, eponyms, scores, doses, image numbers).

use anonymed_core::EntityType as E;

use super::Scene;
use crate::calendar::{clock, days_between, write};
use crate::clinical::{Encounter, Vitals};
use crate::data::Condition;
use crate::dice::Dice;
use crate::prose::Prose;

/// Sentences without an identifier that look as if they had one.
const NEGATIVES: &str = include_str!("../../data/negatives.txt");
/// `exam|condition keys or *|technique|findings|impression`, `~` for a line break.
const RADIOLOGY: &str = include_str!("../../data/radiology.txt");
/// `condition key|description of the operation`.
const OPERATIONS: &str = include_str!("../../data/operations.txt");

/// Appends a clinical field; false where there is no such field.
pub(super) fn fill(
    scene: &Scene<'_>,
    name: &str,
    style: &str,
    dice: &mut Dice,
    out: &mut Prose,
) -> bool {
    if name == "negative" {
        out.push(negative(scene, dice));
        return true;
    }
    let Some(encounter) = scene.encounter else {
        // Remarks of a patient without visits name only what is known.
        out.push("-");
        return true;
    };
    match name {
        "labs_table" => labs_table(encounter, out),
        "meds_table" => out.push(&meds_table(encounter)),
        "exam_date_list" => date_list(scene, out),
        _ => {
            let Some(text) = text(scene, encounter, name, dice) else { return false };
            out.push(&if style == "upper" { text.to_uppercase() } else { text });
        }
    }
    true
}

/// A sentence that fits the patient: lines may start with the audience they are for.
fn negative(scene: &Scene<'_>, dice: &mut Dice) -> &'static str {
    let age = scene.encounter.map_or(scene.patient.age(), |e| scene.patient.age_on(e.start.date()));
    let pregnant = scene.encounter.is_some_and(|e| e.main.department == "Obstetrics");
    let fits = |line: &'static str| match line.split_once(": ") {
        Some(("infant", text)) => (age < 1).then_some(text),
        Some(("pregnancy", text)) => pregnant.then_some(text),
        Some(("adult", text)) => (age >= 16).then_some(text),
        _ => Some(line),
    };
    let lines: Vec<&'static str> =
        NEGATIVES.lines().filter(|l| !l.is_empty()).filter_map(fits).collect();
    lines[dice.below(lines.len() as u64) as usize]
}

fn text(scene: &Scene<'_>, encounter: &Encounter, name: &str, dice: &mut Dice) -> Option<String> {
    let main = encounter.main;
    let vitals = &encounter.vitals;
    Some(match name {
        "dx" => main.short.clone(),
        "dx_long" => main.name.clone(),
        "icd" => main.icd10.clone(),
        "codes" => encounter.codes().join(", "),
        "hpi" => main.hpi.clone(),
        "exam" => main.exam.clone(),
        "plan" => main.plan.clone(),
        "pmh" => history(encounter),
        "procedure" => main.procedure.clone().unwrap_or_else(|| "None".to_owned()),
        "cpt" => main.procedure_code.clone().unwrap_or_else(|| "99213".to_owned()),
        "operation" => operation(main),
        "meds" => meds(encounter, "; "),
        "meds_list" => bullet(&meds(encounter, "\n")),
        "allergies" => match scene.patient.allergies.as_slice() {
            [] => "NKDA".to_owned(),
            some => some
                .iter()
                .map(|a| format!("{} ({})", a.substance, a.reaction.to_lowercase()))
                .collect::<Vec<_>>()
                .join(", "),
        },
        "labs" => labs_line(encounter),
        "vitals" => vitals_line(vitals),
        "vitals_f" => vitals_fahrenheit(vitals),
        "bp" => format!("{}/{}", vitals.systolic, vitals.diastolic),
        "hr" => vitals.pulse.to_string(),
        "spo2" => vitals.saturation.to_string(),
        "weight" => tenths(vitals.weight),
        "temp" => tenths(vitals.temperature),
        "los" => days_between(encounter.start.date(), encounter.end.date()).to_string(),
        "disposition" if encounter.died => "Expired".to_owned(),
        "disposition" => "Home with self-care".to_owned(),
        "outcome" if encounter.died => {
            "Despite maximal therapy the patient expired; the family was at the bedside.".to_owned()
        }
        "outcome" => "Improved steadily and was discharged in stable condition.".to_owned(),
        "xr_exam" => radiology(main, 0),
        "xr_technique" => radiology(main, 2),
        "xr_findings" => radiology(main, 3),
        "xr_impression" => radiology(main, 4),
        "pain" => dice.between(0, 8).to_string(),
        "ebl" => (dice.between(1, 30) * 10).to_string(),
        "rand3" => dice.between(101, 989).to_string(),
        "rand2" => dice.between(11, 89).to_string(),
        _ => return None,
    })
}

fn history(encounter: &Encounter) -> String {
    match encounter.also.as_slice() {
        [] => "No significant past medical history".to_owned(),
        some => some.iter().map(|c| c.short.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn meds(encounter: &Encounter, separator: &str) -> String {
    let lines: Vec<String> = encounter
        .prescriptions
        .iter()
        .map(|p| format!("{} {} {}", p.medicine.name, p.medicine.strength, p.medicine.sig))
        .collect();
    if lines.is_empty() { "no changes".to_owned() } else { lines.join(separator) }
}

fn bullet(lines: &str) -> String {
    lines.lines().map(|l| format!("  - {l}")).collect::<Vec<_>>().join("\n")
}

fn meds_table(encounter: &Encounter) -> String {
    let mut out = format!("{:<24}{:<20}{}\n", "MEDICATION", "STRENGTH", "DIRECTIONS");
    for p in &encounter.prescriptions {
        let m = p.medicine;
        out.push_str(&format!("{:<24}{:<20}{}\n", m.name, m.strength, m.sig));
    }
    out.trim_end().to_owned()
}

fn labs_line(encounter: &Encounter) -> String {
    let first = encounter.labs.first().map(|l| l.taken);
    let values: Vec<String> = encounter
        .labs
        .iter()
        .filter(|l| Some(l.taken) == first)
        .map(|l| format!("{} {}{}", l.test.short, l.value, l.flag))
        .collect();
    if values.is_empty() { "none drawn".to_owned() } else { values.join(", ") }
}

/// A fixed-width table with the time of each draw.
fn labs_table(encounter: &Encounter, out: &mut Prose) {
    if encounter.labs.is_empty() {
        out.push("(no laboratory studies)");
        return;
    }
    let mut taken = None;
    for lab in &encounter.labs {
        if taken != Some(lab.taken) {
            taken = Some(lab.taken);
            out.push("Collected ");
            out.plant(E::Date, &write(lab.taken.date(), "us0").unwrap_or_default());
            out.push(&format!(" {}\n", clock(lab.taken)));
        }
        let (name, value) = (&lab.test.short, &lab.value);
        let unit = lab.test.unit.trim_matches(['{', '}']);
        out.push(&format!("  {name:<20}{value:>10} {:<2}{unit}\n", lab.flag));
    }
}

/// Dates of the visits so far, newest first.
fn date_list(scene: &Scene<'_>, out: &mut Prose) {
    let until = scene.encounter.map(|e| e.start);
    let past = scene.patient.encounters.iter().rev().filter(|e| until.is_none_or(|u| e.start <= u));
    for (at, encounter) in past.take(4).enumerate() {
        if at > 0 {
            out.push(", ");
        }
        out.plant(E::Date, &write(encounter.start.date(), "us2").unwrap_or_default());
    }
}

fn tenths(value: i32) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn vitals_line(v: &Vitals) -> String {
    format!(
        "T {} C, BP {}/{}, HR {}, RR {}, SpO2 {} % RA, Wt {} kg, Ht {} cm",
        tenths(v.temperature),
        v.systolic,
        v.diastolic,
        v.pulse,
        v.breaths,
        v.saturation,
        tenths(v.weight),
        v.height
    )
}

fn vitals_fahrenheit(v: &Vitals) -> String {
    let fahrenheit = f64::from(v.temperature) / 10.0 * 1.8 + 32.0;
    format!(
        "T{fahrenheit:.1} P{} R{} BP{}/{} O2 sat {}%",
        v.pulse, v.breaths, v.systolic, v.diastolic, v.saturation
    )
}

/// A column of the first study that fits the condition; the last line fits all.
fn radiology(main: &Condition, column: usize) -> String {
    let fits = |line: &&str| {
        line.split('|')
            .nth(1)
            .is_some_and(|keys| keys.split(' ').any(|k| k == "*" || k == main.key))
    };
    let line = RADIOLOGY.lines().find(fits).unwrap_or_default();
    line.split('|').nth(column).unwrap_or_default().replace('~', "\n")
}

fn operation(main: &Condition) -> String {
    let line = OPERATIONS.lines().find(|l| l.split('|').next() == Some(&main.key));
    line.and_then(|l| l.split('|').nth(1))
        .unwrap_or("The procedure was carried out in the usual fashion without complication.")
        .replace('~', "\n")
}
