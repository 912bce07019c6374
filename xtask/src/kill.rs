//! `cargo xtask kill`: kills `run` and `release create` with SIGKILL at random times, resumes, and
//! compares what comes out with a release that nobody disturbed.
//!
//! SIGKILL does not model a power cut: what the kernel had already accepted is not lost.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::sys::anonymed::{Anonymed, Build, DONE};
use crate::sys::rng::SplitMix64;
use crate::sys::{Workspace, process, tree};

/// Kills runs and releases at random times and checks that resuming loses nothing.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many kills.
    #[arg(long, default_value_t = 200)]
    rounds: u32,
    /// Decides stages and times.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Patients of the demo project.
    #[arg(long, default_value_t = 60)]
    patients: u32,
}

impl Arguments {
    /// The short round of CI.
    pub(crate) fn short(rounds: u32) -> Self {
        Self { rounds, seed: 1, patients: 60 }
    }
}

/// The command that is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Run,
    Release,
}

impl Stage {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Run => &["run"],
            Self::Release => &["release", "create"],
        }
    }
}

/// What every round starts from and is compared with.
struct Range {
    anonymed: Anonymed,
    folder: PathBuf,
    run_seconds: f64,
    release_seconds: f64,
}

/// What the rounds came to.
#[derive(Default)]
struct Tally {
    killed_run: u32,
    killed_release: u32,
    ended_before: u32,
    visible: u32,
    absent: u32,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let range = prepare(anonymed, workspace.scratch("kill")?, arguments.patients)?;
    println!(
        "kill: undisturbed, run takes {:.2} s and release create {:.2} s",
        range.run_seconds, range.release_seconds
    );
    let mut rng = SplitMix64::new(arguments.seed);
    let mut tally = Tally::default();
    for round in 0..arguments.rounds {
        let stage = if round % 2 == 0 { Stage::Run } else { Stage::Release };
        let share = rng.fraction();
        range.round(stage, share, &mut tally).with_context(|| {
            format!(
                "round {round} of seed {}: {} killed at {:.1} % of its time; see {}",
                arguments.seed,
                stage.words().join(" "),
                share * 100.0,
                range.folder.join("round").display()
            )
        })?;
    }
    println!(
        "kill: {} rounds: {} killed in run, {} in release create, {} ended before the kill",
        arguments.rounds, tally.killed_run, tally.killed_release, tally.ended_before
    );
    println!(
        "kill: after the kill {} releases absent, {} whole and verified, 0 half-visible; \
         {} resumed byte-identical; {} audit chains valid",
        tally.absent, tally.visible, arguments.rounds, arguments.rounds
    );
    Ok(())
}

fn prepare(anonymed: Anonymed, folder: PathBuf, patients: u32) -> Result<Range> {
    let hospital = folder.join("hospital");
    let planned = folder.join("planned");
    let key = folder.join("kill.key");
    process::expect(&mut anonymed.demo_project(&hospital, patients, 7), &[0])?;
    process::expect(&mut anonymed.init(&planned, &hospital, "research-linked", &key), DONE)?;
    process::expect(&mut anonymed.inside(&planned, &["plan"]), DONE)?;

    let reference = folder.join("reference");
    tree::copy(&planned, &reference)?;
    let start = Instant::now();
    process::expect(&mut anonymed.inside(&reference, &["run"]), DONE)?;
    let run_seconds = start.elapsed().as_secs_f64();
    process::expect(&mut anonymed.inside(&reference, &["verify"]), DONE)?;
    tree::copy(&reference, &folder.join("verified"))?;
    let start = Instant::now();
    process::expect(&mut anonymed.inside(&reference, &["release", "create"]), DONE)?;
    let release_seconds = start.elapsed().as_secs_f64();
    Ok(Range { anonymed, folder, run_seconds, release_seconds })
}

impl Range {
    fn round(&self, stage: Stage, share: f64, tally: &mut Tally) -> Result<()> {
        let project = self.folder.join("round");
        if project.exists() {
            fs_err::remove_dir_all(&project)?;
        }
        let (template, seconds) = match stage {
            Stage::Run => ("planned", self.run_seconds),
            Stage::Release => ("verified", self.release_seconds),
        };
        tree::copy(&self.folder.join(template), &project)?;

        let delay = Duration::from_secs_f64(seconds * share);
        let mut command = self.anonymed.inside(&project, stage.words());
        let ended = process::kill_after(&mut command, delay, &self.folder.join("kill.log"))?;
        match (ended, stage) {
            (Some(code), _) if !DONE.contains(&code) => {
                bail!("ended by itself with exit code {code}")
            }
            (Some(_), _) => tally.ended_before += 1,
            (None, Stage::Run) => tally.killed_run += 1,
            (None, Stage::Release) => tally.killed_release += 1,
        }
        self.nothing_half_visible(&project, tally)?;
        self.resume(&project, stage)?;
        self.same_as_reference(&project)?;
        process::expect(&mut self.anonymed.inside(&project, &["audit", "verify"]), &[0])?;
        fs_err::remove_dir_all(project)?;
        Ok(())
    }

    /// A release is not there at all, or whole.
    fn nothing_half_visible(&self, project: &Path, tally: &mut Tally) -> Result<()> {
        if !project.join("release").exists() {
            tally.absent += 1;
            return Ok(());
        }
        let mut verify = self.anonymed.inside(project, &["release", "verify", "release"]);
        verify.arg("--public-key").arg(self.folder.join("kill.pub"));
        process::expect(&mut verify, &[0]).context("a release is visible and not whole")?;
        tally.visible += 1;
        Ok(())
    }

    /// Goes on with the same commands a person would type.
    fn resume(&self, project: &Path, stage: Stage) -> Result<()> {
        if stage == Stage::Run {
            process::expect(&mut self.anonymed.inside(project, &["run"]), DONE)?;
            process::expect(&mut self.anonymed.inside(project, &["verify"]), DONE)?;
        }
        if !project.join("release").exists() {
            process::expect(&mut self.anonymed.inside(project, &["release", "create"]), DONE)?;
        }
        Ok(())
    }

    fn same_as_reference(&self, project: &Path) -> Result<()> {
        let ours = project.join("release");
        let theirs = self.folder.join("reference/release");
        if let Some(difference) = tree::difference(&ours.join("data"), &theirs.join("data"))? {
            bail!("the resumed release is not the undisturbed one: {difference}");
        }
        if !tree::same_bytes(&ours.join("manifest.json"), &theirs.join("manifest.json"))? {
            bail!("the resumed manifest is not the undisturbed one");
        }
        Ok(())
    }
}
