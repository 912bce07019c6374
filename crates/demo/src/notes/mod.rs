//! Clinical notes: layouts with fields, filled from the patient's facts.
//!
//! A layout is a text file under `data/notes/` whose `{field:style}` places are resolved by
//! [`fields`]; identifiers pass through [`Prose`], so their offsets are recorded as they are
//! written. A layout's first line may ask for capitals, hard line breaks, typing errors or CRLF.

mod clinical_text;
mod fields;
mod layout;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anonymed_core::EntityType as E;

use crate::DemoError;
use crate::calendar::write;
use crate::clinical::Encounter;
use crate::dice::Dice;
use crate::hospital::Hospital;
use crate::patient::Patient;
use crate::prose::Prose;
use crate::truth::{Spot, Truth};

pub(crate) use layout::{Kind, Layout, layouts};

/// What a text is about.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) hospital: &'a Hospital,
    pub(crate) patient: &'a Patient,
    pub(crate) encounter: Option<&'a Encounter>,
}

impl Scene<'_> {
    /// Fills a template. A field that does not exist stays as it is; a test finds those.
    pub(crate) fn render(&self, template: &str, dice: &mut Dice) -> Prose {
        let mut out = Prose::default();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            out.push(&rest[..open]);
            let Some(close) = rest[open..].find('}').map(|c| open + c) else { break };
            let (name, style) = split_field(&rest[open + 1..close]);
            if !fields::fill(self, name, style, dice, &mut out) {
                out.push(&rest[open..=close]);
            }
            rest = &rest[close + 1..];
        }
        out.push(rest);
        out
    }
}

fn split_field(field: &str) -> (&str, &str) {
    field.split_once(':').unwrap_or((field, ""))
}

/// Writes notes and numbers them.
pub(crate) struct Notes<'a> {
    dir: &'a Path,
    layouts: Vec<Layout>,
    used: BTreeMap<Kind, usize>,
    pub(crate) count: u64,
}

impl<'a> Notes<'a> {
    /// Notes below `dir/notes`.
    pub(crate) fn create(dir: &'a Path) -> Result<Self, DemoError> {
        fs_err::create_dir_all(dir.join("notes"))?;
        Ok(Self { dir, layouts: layouts(), used: BTreeMap::new(), count: 0 })
    }

    /// Writes about two notes of a patient, at least one where there was a visit.
    pub(crate) fn patient(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        let mut dice = Dice::new(hospital.options().seed, "notes", u64::from(patient.index));
        let last = patient.encounters.len().saturating_sub(1);
        let mut written = 0;
        for (at, encounter) in patient.encounters.iter().enumerate() {
            let scene = Scene { hospital, patient, encounter: Some(encounter) };
            for kind in kinds(encounter, &mut dice) {
                let wanted = (at == last && written == 0) || dice.percent(38.0);
                if wanted && written < 5 {
                    self.note(&scene, encounter, kind, &mut dice, truth)?;
                    written += 1;
                }
            }
        }
        Ok(())
    }

    fn note(
        &mut self,
        scene: &Scene<'_>,
        encounter: &Encounter,
        kind: Kind,
        dice: &mut Dice,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        // Layouts of a kind take turns, so that a small hospital shows all of them.
        let turn = self.used.entry(kind).or_insert(0);
        let child = scene.patient.age_on(encounter.start.date()) < 16;
        let choices: Vec<&Layout> =
            self.layouts.iter().filter(|l| l.kind == kind && !(child && l.adult)).collect();
        let layout = choices[*turn % choices.len()];
        *turn += 1;
        self.count += 1;
        let text = layout.render(scene, dice);
        let name = file_name(scene.patient, encounter, kind, self.count);
        write_note(self.dir, name.text(), text.text())?;
        let spot = Spot { file: name.text(), subject: Some(&scene.patient.who.mrn) };
        truth.plant_all(spot, "name", &name)?;
        for (span, value) in text.planted() {
            let place = format!("bytes:{}-{}", span.bytes.start, span.bytes.end);
            truth.plant(spot, &place, span.entity, value)?;
        }
        Ok(())
    }
}

fn write_note(dir: &Path, name: &str, text: &str) -> Result<(), DemoError> {
    let path = dir.join(name);
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    fs_err::File::create(path)?.write_all(text.as_bytes())?;
    Ok(())
}

/// The notes a visit gives rise to, the likeliest first.
fn kinds(encounter: &Encounter, dice: &mut Dice) -> Vec<Kind> {
    let mut out = match encounter.class {
        _ if encounter.died => return vec![Kind::Death, Kind::Radiology],
        "IMP" => vec![Kind::Discharge],
        "EMER" => vec![Kind::Emergency],
        _ if dice.percent(70.0) => vec![Kind::Letter],
        _ => vec![Kind::Radiology],
    };
    if encounter.class == "IMP" {
        if encounter.main.procedure.is_some() && encounter.main.key != "delivery" {
            out.push(Kind::Operation);
        }
        out.push(Kind::Nursing);
    }
    if encounter.class != "AMB" {
        out.push(Kind::Radiology);
    }
    out
}

/// A path below the project; three in ten carry an identifier.
fn file_name(patient: &Patient, encounter: &Encounter, kind: Kind, number: u64) -> Prose {
    let who = &patient.who;
    let kind = kind.as_str();
    let (last, first) =
        (who.last.to_uppercase().replace(' ', ""), who.first.to_uppercase().replace(' ', ""));
    let mut name = Prose::plain("notes/");
    match patient.index % 10 {
        0 => {
            name.plant(E::Mrn, &who.mrn);
            name.push(&format!("_{kind}_"));
            let day = write(encounter.end.date(), "compact").unwrap_or_default();
            name.plant(E::Date, &day);
            name.push(&format!("_{number}.txt"));
        }
        1 => {
            name.plant(E::Patient, &format!("{last}_{first}"));
            name.push(&format!("_{kind}_{number}.txt"));
        }
        2 => {
            name.plant(E::Patient, &format!("{last}_{first}"));
            name.push("_");
            name.plant(E::Mrn, &who.mrn);
            name.push(&format!("/{kind}_{number}.txt"));
        }
        _ => name.push(&format!("{kind}/note_{number:06}.txt")),
    }
    name
}
