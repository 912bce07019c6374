//! `cargo xtask canary`: works a synthetic hospital through every stage, kills and refuses some on
//! the way, and searches everything that is left behind beside the release (standard error, logs,
//! temporary files, the audit log, the sealed state, the test suite's own output) for the values
//! planted in it.

mod needles;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::sys::anonymed::{Anonymed, Build, DONE, state_of, truth_of};
use crate::sys::{Workspace, process, tree};
use crate::test;
use needles::Needles;

/// Output that waits for its check lies here, in clear, below a state folder: `staging/<plan>/data`.
/// What else is staged is sealed or holds no value, and is searched.
const STAGING: &str = "staging";
const DATA: &str = "data";

/// The hospitals that the test suite makes, by seed, each with its largest number of patients: what
/// a test prints of anybody is of one of these.
const SUITE: &[(u64, u32)] =
    &[(1, 10), (2, 120), (3, 60), (4, 60), (5, 80), (6, 120), (7, 60), (8, 40), (9, 9), (11, 600)];

/// Searches logs, temporary files and project state for planted identifiers.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Patients of the demo project.
    #[arg(long, default_value_t = 60)]
    patients: u32,
    /// Its seed.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { patients: 60, seed: 7 }
    }
}

/// One run of the scan.
struct Scene {
    anonymed: Anonymed,
    hospital: PathBuf,
    folder: PathBuf,
    key: PathBuf,
    steps: u32,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let folder = workspace.scratch("canary")?;
    let hospital = folder.join("hospital");
    process::expect(
        &mut anonymed.demo_project(&hospital, arguments.patients, arguments.seed),
        &[0],
    )?;
    let needles = planted(&truth_of(&hospital))?;
    fs_err::create_dir_all(folder.join("tmp"))?;
    let key = folder.join("canary.key");
    let mut scene = Scene { anonymed, hospital, folder, key, steps: 0 };
    let mut places = scene.one_shot()?;
    places.extend(scene.project()?);
    places.extend(scene.refused()?);
    places.push(scene.folder.join("log"));
    places.push(scene.folder.join("tmp"));
    let mut hits = report(&needles, &scene, &places)?;
    let log = test::log_path(workspace);
    if log.is_file() {
        hits += report(&scene.suite()?, &scene, &[log])?;
    }
    if hits > 0 {
        bail!("planted identifiers are left behind");
    }
    Ok(())
}

/// Searches the files of some places; gives the number of hits.
fn report(needles: &Needles, scene: &Scene, places: &[PathBuf]) -> Result<usize> {
    let (mut files, mut bytes, mut hits) = (0, 0, 0);
    for path in left_behind(places)? {
        let content = fs_err::read(&path)?;
        let found = needles.search(&content);
        files += 1;
        bytes += content.len();
        if !found.is_empty() {
            // The place and the kind, never the value.
            let shown = crate::sys::shown(&scene.folder, &path);
            println!("canary: {shown}: {} hits, the first of kind {}", found.len(), found[0]);
            hits += found.len();
        }
    }
    println!(
        "canary: {} spellings of planted identifiers searched in {files} files ({:.1} MB) of {} \
         commands: {hits} hits",
        needles.len(),
        bytes as f64 / 1e6,
        scene.steps
    );
    Ok(hits)
}

/// The values of the truth file.
fn planted(truth: &Path) -> Result<Needles> {
    let mut needles = Needles::default();
    plant(&mut needles, truth)?;
    if needles.len() == 0 {
        bail!("the truth file names nothing to search for");
    }
    Ok(needles)
}

fn plant(needles: &mut Needles, truth: &Path) -> Result<()> {
    for line in fs_err::read_to_string(truth)?.lines() {
        let entry: serde_json::Value = serde_json::from_str(line)?;
        let category =
            entry["category"].as_str().context("a category in each line of the truth")?;
        let value = entry["value"].as_str().context("a value in each line of the truth")?;
        needles.plant(category, value);
    }
    Ok(())
}

/// The files to read: everything below the places but staged output.
fn left_behind(places: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for place in places {
        if place.is_file() {
            found.push(place.clone());
        } else if place.is_dir() {
            let files = tree::files(place)?.into_iter();
            let read = files.filter(|file| !is_staged_output(file));
            found.extend(read.map(|file| place.join(file)));
        }
    }
    Ok(found)
}

/// Whether a file below a state folder is output that waits for its check.
fn is_staged_output(file: &Path) -> bool {
    let parts: Vec<_> = file.iter().collect();
    parts.windows(3).any(|parts| parts[0] == STAGING && parts[2] == DATA)
}

impl Scene {
    /// The values planted in the hospitals of the test suite.
    fn suite(&self) -> Result<Needles> {
        let mut needles = Needles::default();
        for (seed, patients) in SUITE {
            let hospital = self.folder.join(format!("suite-{seed}"));
            process::expect(&mut self.anonymed.demo_project(&hospital, *patients, *seed), &[0])?;
            plant(&mut needles, &truth_of(&hospital))?;
            fs_err::remove_dir_all(&hospital)?;
        }
        Ok(needles)
    }

    /// Runs a command with its temporary files and both streams kept; gives the exit code.
    fn play(&mut self, command: &mut Command) -> Result<i32> {
        let log = self.next_log()?;
        command.env("TMPDIR", self.folder.join("tmp"));
        Ok(process::measure(command, &log)?.code)
    }

    fn next_log(&mut self) -> Result<PathBuf> {
        self.steps += 1;
        let folder = self.folder.join("log");
        fs_err::create_dir_all(&folder)?;
        Ok(folder.join(format!("{:02}.log", self.steps)))
    }

    /// The one-shot form: both profiles, and one killed half-way.
    fn one_shot(&mut self) -> Result<Vec<PathBuf>> {
        let mut states = Vec::new();
        let mut seconds = 0.0;
        for profile in ["research-linked", "hipaa-safe-harbor"] {
            let release = self.folder.join(profile);
            let mut command =
                self.anonymed.deidentify(&self.hospital, &release, profile, &self.key);
            let start = Instant::now();
            let code = self.play(command.arg("--json"))?;
            seconds = start.elapsed().as_secs_f64();
            if !DONE.contains(&code) {
                bail!("deidentify with {profile} ended with exit code {code}");
            }
            states.push(state_of(&release));
        }
        for share in [0.3, 0.7] {
            let release = self.folder.join(format!("killed-{share}"));
            let mut command =
                self.anonymed.deidentify(&self.hospital, &release, "research-linked", &self.key);
            command.env("TMPDIR", self.folder.join("tmp"));
            let log = self.next_log()?;
            process::kill_after(&mut command, Duration::from_secs_f64(seconds * share), &log)?;
            states.push(state_of(&release));
        }
        Ok(states)
    }

    /// The stages one by one, with everything that shows something of a project.
    fn project(&mut self) -> Result<Vec<PathBuf>> {
        const STAGES: &[&[&str]] = &[
            &["scan", "--fields"],
            &["scan", "--json"],
            &["policy", "check", "anonymed.toml"],
            &["plan"],
            &["plan", "--json"],
            &["run"],
            &["verify", "--json"],
            &["release", "create"],
            &["report"],
            &["release", "show"],
            &["audit", "show"],
            &["audit", "verify"],
            &["audit", "export"],
        ];
        let project = self.folder.join("project");
        let mut init = self.anonymed.init(&project, &self.hospital, "research-linked", &self.key);
        self.play(&mut init)?;
        for stage in STAGES {
            let mut command = self.anonymed.inside(&project, stage);
            let code = self.play(&mut command)?;
            if !DONE.contains(&code) {
                bail!("`{}` ended with exit code {code}; see the log folder", stage.join(" "));
            }
        }
        Ok(vec![project.join("state")])
    }

    /// Input that breaks half-way: every message about it must do without its content.
    fn refused(&mut self) -> Result<Vec<PathBuf>> {
        let broken = self.folder.join("broken");
        tree::copy(&self.hospital, &broken)?;
        for (index, file) in tree::files(&broken)?.into_iter().enumerate() {
            let path = broken.join(file);
            let mut bytes = fs_err::read(&path)?;
            match index % 4 {
                0 => bytes.truncate(bytes.len() * 2 / 3),
                1 => bytes.insert(bytes.len() / 2, 0),
                2 => bytes.insert(bytes.len() / 2, 0xff),
                _ => bytes.splice(0..0, *b"\"\n").for_each(drop),
            }
            fs_err::write(&path, bytes)?;
        }
        let release = self.folder.join("broken-release");
        let mut command = self.anonymed.deidentify(&broken, &release, "research-linked", &self.key);
        self.play(&mut command)?;
        // The output is there already, the profile is none, the key is not a key.
        let taken = self.folder.join("research-linked");
        let mut command =
            self.anonymed.deidentify(&self.hospital, &taken, "research-linked", &self.key);
        self.play(&mut command)?;
        let mut command = self.anonymed.deidentify(&self.hospital, &release, "none", &self.key);
        self.play(&mut command)?;
        let no_key = truth_of(&self.hospital);
        let mut command =
            self.anonymed.deidentify(&self.hospital, &release, "research-linked", &no_key);
        self.play(&mut command)?;
        Ok(vec![state_of(&release)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_staged_data_are_passed_over() {
        let check = |file: &str, expect: bool| {
            assert_eq!(is_staged_output(Path::new(file)), expect, "{file}");
        };
        check("state/staging/0123abcd/data/tables/labs-00001.csv", true);
        check("staging/0123abcd/data/notes/a/note-00002.txt", true);
        check("state/staging/0123abcd/done/00001.sealed", false);
        check("state/staging/0123abcd/spans/aa", false);
        check("state/staging/0123abcd/withheld.json", false);
        check("state/plan.json", false);
        check("state/data/plan.json", false);
    }

    #[test]
    fn the_suite_s_hospitals_are_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        let mut seeds = Vec::new();
        for file in tree::files(&root).unwrap() {
            if file.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs_err::read_to_string(root.join(&file)).unwrap();
            for mark in ["seed: ", "\"--seed\", \""] {
                seeds.extend(text.split(mark).skip(1).filter_map(|rest| {
                    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
                    Some((file.clone(), rest[..digits].parse::<u64>().ok()?))
                }));
            }
        }
        assert!(seeds.len() > 8, "the suite's hospitals are found");
        for (file, seed) in seeds {
            let listed = SUITE.iter().any(|(known, _)| *known == seed);
            assert!(listed, "seed {seed} of {} is not in SUITE", file.display());
        }
    }
}
