//! `cargo xtask kill`: kills `run`, `release create` and `deidentify` with SIGKILL at random times,
//! resumes, and compares what comes out with a release that nobody disturbed.
//!
//! SIGKILL does not model a power cut: what the kernel had already accepted is not lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::sys::anonymed::{Anonymed, Build, DONE, state_of};
use crate::sys::rng::SplitMix64;
use crate::sys::{Workspace, process, tree};

const PROFILE: &str = "research-linked";

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Run,
    Release,
    OneShot,
}

impl Stage {
    /// Every second kill hits the run, whose work is the longest.
    const ORDER: &[Self] = &[Self::Run, Self::Release, Self::Run, Self::OneShot];

    fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Release => "release create",
            Self::OneShot => "deidentify",
        }
    }
}

/// What every round starts from and is compared with.
struct Range {
    anonymed: Anonymed,
    folder: PathBuf,
    seconds: BTreeMap<Stage, f64>,
}

/// What the rounds came to.
#[derive(Default)]
struct Tally {
    killed: BTreeMap<Stage, u32>,
    ended_before: u32,
    visible: u32,
    absent: u32,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let folder = workspace.scratch("kill")?;
    let mut range = Range { anonymed, folder, seconds: BTreeMap::new() };
    range.prepare(arguments.patients)?;
    for (stage, seconds) in &range.seconds {
        println!("kill: undisturbed, {} takes {seconds:.2} s", stage.name());
    }
    let mut rng = SplitMix64::new(arguments.seed);
    let mut tally = Tally::default();
    for (round, stage) in (0..arguments.rounds).zip(Stage::ORDER.iter().cycle()) {
        let share = rng.fraction();
        range.round(*stage, share, &mut tally).with_context(|| {
            format!(
                "round {round} of seed {}: {} killed at {:.1} % of its time; see {}",
                arguments.seed,
                stage.name(),
                share * 100.0,
                range.folder.join("round").display()
            )
        })?;
    }
    for (stage, count) in &tally.killed {
        println!("kill: {count} killed in {}", stage.name());
    }
    println!(
        "kill: {} rounds, {} ended before the kill; after the kill {} releases absent, {} whole \
         and verified, 0 half-visible; {} resumed byte-identical, {} audit chains valid",
        arguments.rounds,
        tally.ended_before,
        tally.absent,
        tally.visible,
        arguments.rounds,
        arguments.rounds
    );
    Ok(())
}

impl Range {
    /// Makes the templates that rounds are copied from and the releases they are compared with.
    fn prepare(&mut self, patients: u32) -> Result<()> {
        let (hospital, planned) = (self.hospital(), self.folder.join("planned"));
        process::expect(&mut self.anonymed.demo_project(&hospital, patients, 7), &[0])?;
        let mut init = self.anonymed.init(&planned, &hospital, PROFILE, &self.key());
        process::expect(&mut init, DONE)?;
        process::expect(&mut self.anonymed.inside(&planned, &["plan"]), DONE)?;
        let reference = self.folder.join("reference");
        tree::copy(&planned, &reference)?;
        self.timed(Stage::Run, self.anonymed.inside(&reference, &["run"]))?;
        process::expect(&mut self.anonymed.inside(&reference, &["verify"]), DONE)?;
        tree::copy(&reference, &self.folder.join("verified"))?;
        self.timed(Stage::Release, self.anonymed.inside(&reference, &["release", "create"]))?;
        let one_shot = self.folder.join("reference-one-shot");
        fs_err::create_dir_all(&one_shot)?;
        self.timed(Stage::OneShot, self.one_shot(&one_shot))
    }

    fn timed(&mut self, stage: Stage, mut command: Command) -> Result<()> {
        let start = Instant::now();
        process::expect(&mut command, DONE)?;
        self.seconds.insert(stage, start.elapsed().as_secs_f64());
        Ok(())
    }

    fn hospital(&self) -> PathBuf {
        self.folder.join("hospital")
    }

    fn key(&self) -> PathBuf {
        self.folder.join("kill.key")
    }

    fn one_shot(&self, folder: &Path) -> Command {
        let release = folder.join("release");
        self.anonymed.deidentify(&self.hospital(), &release, PROFILE, &self.key())
    }

    /// The command of a stage in a round's folder.
    fn command(&self, stage: Stage, project: &Path) -> Command {
        match stage {
            Stage::Run => self.anonymed.inside(project, &["run"]),
            Stage::Release => self.anonymed.inside(project, &["release", "create"]),
            Stage::OneShot => self.one_shot(project),
        }
    }

    fn round(&self, stage: Stage, share: f64, tally: &mut Tally) -> Result<()> {
        let project = self.folder.join("round");
        if project.exists() {
            fs_err::remove_dir_all(&project)?;
        }
        match stage {
            Stage::Run => tree::copy(&self.folder.join("planned"), &project)?,
            Stage::Release => tree::copy(&self.folder.join("verified"), &project)?,
            Stage::OneShot => fs_err::create_dir_all(&project)?,
        }
        let seconds = self.seconds.get(&stage).copied().unwrap_or(1.0);
        let delay = Duration::from_secs_f64(seconds * share);
        let log = self.folder.join("kill.log");
        match process::kill_after(&mut self.command(stage, &project), delay, &log)? {
            None => *tally.killed.entry(stage).or_default() += 1,
            Some(code) if DONE.contains(&code) => tally.ended_before += 1,
            Some(code) => bail!("ended by itself with exit code {code}"),
        }
        self.nothing_half_visible(&project, tally)?;
        self.resume(&project, stage)?;
        self.same_as_reference(&project, stage)?;
        self.audit_is_whole(&project, stage)?;
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
            process::expect(&mut self.command(Stage::Run, project), DONE)?;
            process::expect(&mut self.anonymed.inside(project, &["verify"]), DONE)?;
        }
        if !project.join("release").exists() {
            let last = if stage == Stage::OneShot { stage } else { Stage::Release };
            process::expect(&mut self.command(last, project), DONE)?;
        }
        Ok(())
    }

    fn same_as_reference(&self, project: &Path, stage: Stage) -> Result<()> {
        let reference = match stage {
            Stage::OneShot => "reference-one-shot/release",
            Stage::Run | Stage::Release => "reference/release",
        };
        let ours = project.join("release");
        let theirs = self.folder.join(reference);
        if let Some(difference) = tree::difference(&ours.join("data"), &theirs.join("data"))? {
            bail!("the resumed release is not the undisturbed one: {difference}");
        }
        if !tree::same_bytes(&ours.join("manifest.json"), &theirs.join("manifest.json"))? {
            bail!("the resumed manifest is not the undisturbed one");
        }
        Ok(())
    }

    fn audit_is_whole(&self, project: &Path, stage: Stage) -> Result<()> {
        let state = match stage {
            Stage::OneShot => state_of(&project.join("release")),
            Stage::Run | Stage::Release => project.to_owned(),
        };
        process::expect(&mut self.anonymed.inside(&state, &["audit", "verify"]), &[0])?;
        Ok(())
    }
}
