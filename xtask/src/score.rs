//! `cargo xtask score`: compares releases of demo projects with their ground truth, per place and
//! category, and fails under 100 % in structured places or 99 % in notes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::sys::anonymed::{Anonymed, Build, DONE};
use crate::sys::{Workspace, process};

const PROFILES: &[&str] = &["research-linked", "hipaa-safe-harbor"];

/// Share of planted identifiers that must be gone from running text.
const PROSE_BAR: f64 = 0.99;

/// Places where no field says what a value is, as `demo-score` names them; every other is held to
/// all of it.
const PROSE: &[&str] = &["note", "csv-text", "xlsx-text", "fhir-narrative", "fhir-attachment"];

/// Scores releases of demo projects against what was planted in them.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seeds of the demo projects.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4,5")]
    seeds: Vec<u64>,
    /// Patients of each.
    #[arg(long, default_value_t = 500)]
    patients: u32,
}

impl Arguments {
    /// One hospital of 100 patients: what every change is held to.
    pub(crate) fn short() -> Self {
        Self { seeds: vec![1], patients: 100 }
    }
}

/// Planted identifiers by what became of them.
#[derive(Default, Clone, Copy)]
struct Tally {
    planted: u64,
    gone: u64,
    withheld: u64,
    left: u64,
}

/// Tallies by place and category.
#[derive(Default)]
struct Table {
    rows: BTreeMap<(String, String), Tally>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let folder = workspace.scratch("score")?;
    let mut missed = Vec::new();
    for profile in PROFILES {
        let mut table = Table::default();
        for &seed in &arguments.seeds {
            let hospital = folder.join(format!("hospital-{seed}"));
            if !hospital.exists() {
                let mut demo = anonymed.demo_project(&hospital, arguments.patients, seed);
                process::expect(&mut demo, &[0])?;
            }
            let score = score(&anonymed, &hospital, &folder, profile, seed)?;
            table.add(&score)?;
            missed.extend(linkage(profile, seed, &score)?);
        }
        println!("\n{profile}, {} seeds of {} patients", arguments.seeds.len(), arguments.patients);
        table.print();
        missed.extend(table.missed(profile));
    }
    if !missed.is_empty() {
        bail!("{}", missed.join("\n"));
    }
    fs_err::remove_dir_all(folder)?;
    Ok(())
}

fn score(
    anonymed: &Anonymed,
    hospital: &Path,
    folder: &Path,
    profile: &str,
    seed: u64,
) -> Result<Value> {
    let release = folder.join(format!("{profile}-{seed}"));
    let key = folder.join("score.key");
    process::expect(&mut anonymed.deidentify(hospital, &release, profile, &key), DONE)?;
    let mut command = anonymed.command(&["demo-score"]);
    command.arg(hospital).arg(&release).arg("--key-file").arg(&key).arg("--json");
    let output = process::expect(&mut command, &[0, 4, 5])?;
    serde_json::from_str(&output.stdout).context("demo-score prints one JSON document")
}

/// Patients who have more than one pseudonym, or dates that moved by more than one shift.
fn linkage(profile: &str, seed: u64, score: &Value) -> Result<Vec<String>> {
    let found = parts(score).find(|part| part["one_code"].is_u64());
    let consistency = found.context("the score says how consistent patients are")?;
    let count = |key: &str| consistency[key].as_u64().unwrap_or(0);
    let mut missed = Vec::new();
    let mut hold = |what: &str, is: u64, wanted: u64| {
        if is != wanted {
            missed.push(format!("{profile}, seed {seed}: {what}: {is} of {wanted} patients"));
        }
    };
    hold("one code in all modalities", count("one_code"), count("patients"));
    hold(
        "codes of their own",
        count("patients") - count("shared_codes").min(count("patients")),
        count("patients"),
    );
    if profile == "research-linked" {
        hold("one shift in all modalities", count("one_shift"), count("with_dates"));
    }
    println!(
        "{profile}, seed {seed}: {} patients, {} in several modalities, {} with one code; {} with \
         dates to compare, {} with one shift",
        count("patients"),
        count("in_more_than_one_modality"),
        count("one_code"),
        count("with_dates"),
        count("one_shift")
    );
    Ok(missed)
}

/// The values of a document's top level.
fn parts(score: &Value) -> impl Iterator<Item = &Value> {
    score.as_object().into_iter().flatten().map(|(_, part)| part)
}

impl Tally {
    /// Share of gone among those whose record is released, as `demo-score` reckons it.
    fn share(self) -> f64 {
        let released = self.gone + self.left;
        if released == 0 { 1.0 } else { self.gone as f64 / released as f64 }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            planted: self.planted + other.planted,
            gone: self.gone + other.gone,
            withheld: self.withheld + other.withheld,
            left: self.left + other.left,
        }
    }
}

impl Table {
    fn add(&mut self, score: &Value) -> Result<()> {
        let rows = parts(score)
            .filter_map(Value::as_array)
            .find(|rows| rows.iter().any(|row| row["planted"].is_u64()))
            .context("the score has rows")?;
        for row in rows {
            let text =
                |key: &str| row[key].as_str().map(str::to_owned).context("a row names its place");
            let count = |key: &str| row[key].as_u64().context("a row counts");
            let tally = Tally {
                planted: count("planted")?,
                gone: count("gone")?,
                withheld: count("withheld")?,
                left: count("left")?,
            };
            let sum = self.rows.entry((text("place")?, text("category")?)).or_default();
            *sum = sum.plus(tally);
        }
        Ok(())
    }

    fn print(&self) {
        println!(
            "{:<16} {:<16} {:>9} {:>9} {:>9} {:>7} {:>8}",
            "place", "category", "planted", "gone", "withheld", "left", "%"
        );
        for ((place, category), tally) in &self.rows {
            let Tally { planted, gone, withheld, left } = tally;
            let share = tally.share() * 100.0;
            println!(
                "{place:<16} {category:<16} {planted:>9} {gone:>9} {withheld:>9} {left:>7} {share:>8.3}"
            );
        }
    }

    /// Places under their bar: each kind of running text as a whole, each other row by itself.
    fn missed(&self, profile: &str) -> Vec<String> {
        let mut missed = Vec::new();
        let mut prose: BTreeMap<&str, Tally> = BTreeMap::new();
        for ((place, category), tally) in &self.rows {
            if PROSE.contains(&place.as_str()) {
                let sum = prose.entry(place).or_default();
                *sum = sum.plus(*tally);
            } else if tally.left > 0 {
                missed.push(format!("{profile}: {} {category} left in {place}", tally.left));
            }
        }
        for (place, tally) in prose {
            println!(
                "{place}, all categories: {:.3} % of {}",
                tally.share() * 100.0,
                tally.planted
            );
            if tally.share() < PROSE_BAR {
                missed.push(format!("{profile}: {place} reaches {:.3} %", tally.share() * 100.0));
            }
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(place: &str, gone: u64, left: u64) -> Value {
        serde_json::json!({ "place": place, "category": "patient", "planted": gone + left + 1,
            "gone": gone, "withheld": 1, "left": left })
    }

    #[test]
    fn bars_are_held() {
        let check = |rows: &[Value], expect: usize| {
            let mut table = Table::default();
            table.add(&serde_json::json!({ "seed": 1, "left": [], "places": rows })).unwrap();
            assert_eq!(table.missed("p").len(), expect, "{rows:?}");
        };
        check(&[row("csv-cell", 10, 0), row("note", 991, 9)], 0);
        check(&[row("csv-cell", 9, 1), row("note", 991, 9)], 1);
        check(&[row("csv-cell", 10, 0), row("note", 989, 11)], 1);
        check(&[row("fhir-narrative", 98, 2), row("note", 999, 1)], 1);
        assert!(Table::default().add(&serde_json::json!({ "places": [] })).is_err());
    }

    #[test]
    fn patients_keep_one_code_and_one_shift() {
        let check = |profile: &str, one_code: u64, shared: u64, one_shift: u64, expect: usize| {
            let score = serde_json::json!({ "consistency": { "patients": 5, "one_code": one_code,
                "shared_codes": shared, "with_dates": 4, "one_shift": one_shift } });
            assert_eq!(linkage(profile, 1, &score).unwrap().len(), expect);
        };
        check("research-linked", 5, 0, 4, 0);
        check("research-linked", 4, 0, 3, 2);
        check("research-linked", 5, 1, 4, 1);
        check("hipaa-safe-harbor", 5, 0, 0, 0);
    }
}
