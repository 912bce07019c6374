//! `cargo xtask score`: compares releases of demo projects with their ground truth, per place and
//! category, and fails under 100 % in structured places or 99 % in notes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::sys::anonymed::{Anonymed, Build, DONE};
use crate::sys::{Workspace, process};

const PROFILES: &[&str] = &["research-linked", "hipaa-safe-harbor"];

/// Share of planted identifiers that must be gone from notes.
const NOTES: f64 = 0.99;

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

/// Planted and removed, by place and category.
#[derive(Default)]
struct Table {
    rows: BTreeMap<(String, String), (u64, u64)>,
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
            missed.extend(linkage(profile, seed, &score));
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

/// What the score says of pseudonyms and shifts.
fn linkage(profile: &str, seed: u64, score: &Value) -> Vec<String> {
    let wrong = |key: &str| score[key].as_u64().filter(|count| *count > 0);
    ["patients_with_several_pseudonyms", "patients_with_several_shifts", "defects_not_listed"]
        .into_iter()
        .filter_map(|key| Some(format!("{profile}, seed {seed}: {key} is {}", wrong(key)?)))
        .collect()
}

impl Table {
    fn add(&mut self, score: &Value) -> Result<()> {
        for row in score["rows"].as_array().context("the score has rows")? {
            let text =
                |key: &str| row[key].as_str().map(str::to_owned).context("a row names its place");
            let count = |key: &str| row[key].as_u64().context("a row counts");
            let sum = self.rows.entry((text("place")?, text("category")?)).or_default();
            sum.0 += count("planted")?;
            sum.1 += count("removed")?;
        }
        Ok(())
    }

    fn print(&self) {
        println!("{:<24} {:<16} {:>9} {:>9} {:>8}", "place", "category", "planted", "removed", "%");
        for ((place, category), (planted, removed)) in &self.rows {
            let share = share(*planted, *removed) * 100.0;
            println!("{place:<24} {category:<16} {planted:>9} {removed:>9} {share:>8.3}");
        }
    }

    /// Places under their bar: notes as a whole, each other place by itself.
    fn missed(&self, profile: &str) -> Vec<String> {
        let mut notes = (0, 0);
        let mut missed = Vec::new();
        for ((place, category), (planted, removed)) in &self.rows {
            if is_note(place) {
                notes = (notes.0 + planted, notes.1 + removed);
            } else if removed < planted {
                missed.push(format!("{profile}: {} {category} left in {place}", planted - removed));
            }
        }
        let reached = share(notes.0, notes.1);
        println!("notes together: {:.3} % of {}", reached * 100.0, notes.0);
        if reached < NOTES {
            missed.push(format!("{profile}: notes reach {:.3} %", reached * 100.0));
        }
        missed
    }
}

fn is_note(place: &str) -> bool {
    place.starts_with("note")
}

fn share(planted: u64, removed: u64) -> f64 {
    if planted == 0 { 1.0 } else { removed as f64 / planted as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missed(rows: &str) -> Vec<String> {
        let mut table = Table::default();
        table.add(&serde_json::from_str(rows).unwrap()).unwrap();
        table.missed("p")
    }

    #[test]
    fn bars_are_held() {
        let row = |place: &str, planted: u64, removed: u64| {
            format!(
                "{{\"place\":\"{place}\",\"category\":\"patient\",\"planted\":{planted},\"removed\":{removed}}}"
            )
        };
        let check = |rows: &[String], expect: usize| {
            let rows = format!("{{\"rows\":[{}]}}", rows.join(","));
            assert_eq!(missed(&rows).len(), expect, "{rows}");
        };
        check(&[row("table-column", 10, 10), row("note-discharge", 1000, 991)], 0);
        check(&[row("table-column", 10, 9), row("note-discharge", 1000, 991)], 1);
        check(&[row("table-column", 10, 10), row("note-discharge", 1000, 989)], 1);
        check(&[row("note-letter", 100, 98), row("note-nursing", 900, 900)], 0);
        check(&[], 0);
    }
}
