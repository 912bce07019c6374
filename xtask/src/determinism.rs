//! `cargo xtask determinism`: the same input, policy and key give the same bytes, run after run and
//! at any number of threads.

use std::path::Path;

use anyhow::{Result, bail};

use crate::sys::anonymed::{Anonymed, Build, DONE};
use crate::sys::{Workspace, process, tree};

/// Threads of each run; 0 is what the machine has.
const THREADS: &[u32] = &[0, 0, 0, 1, 2];

/// Runs the same work five times, at one and two threads, and compares every byte.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seeds of the demo projects.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    seeds: Vec<u64>,
    /// Patients of each.
    #[arg(long, default_value_t = 100)]
    patients: u32,
}

impl Arguments {
    /// One small hospital: what every change is held to.
    pub(crate) fn short() -> Self {
        Self { seeds: vec![1], patients: 30 }
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let folder = workspace.scratch("determinism")?;
    for &seed in &arguments.seeds {
        let hospital = folder.join(format!("hospital-{seed}"));
        process::expect(&mut anonymed.demo_project(&hospital, arguments.patients, seed), &[0])?;
        for profile in ["research-linked", "hipaa-safe-harbor"] {
            let work = folder.join(format!("{profile}-{seed}"));
            let digest = compare(&anonymed, &hospital, &work, profile)?;
            println!(
                "determinism: seed {seed}, {profile}: {} runs at {THREADS:?} threads (0: all), \
                 data SHA-256 {digest}",
                THREADS.len()
            );
        }
    }
    fs_err::remove_dir_all(folder)?;
    Ok(())
}

/// Makes the same release once for each entry of [`THREADS`]; gives the digest of the data.
fn compare(anonymed: &Anonymed, hospital: &Path, work: &Path, profile: &str) -> Result<String> {
    fs_err::create_dir_all(work)?;
    let key = work.join("determinism.key");
    let first = work.join("release-0");
    for (run, &threads) in THREADS.iter().enumerate() {
        let release = work.join(format!("release-{run}"));
        let mut command = anonymed.deidentify(hospital, &release, profile, &key);
        if threads > 0 {
            command.args(["--threads", &threads.to_string()]);
        }
        process::expect(&mut command, DONE)?;
        if let Some(difference) = tree::difference(&first.join("data"), &release.join("data"))? {
            bail!("run {run} ({threads} threads) differs from run 0: {difference}");
        }
        if !tree::same_bytes(&first.join("manifest.json"), &release.join("manifest.json"))? {
            bail!("run {run} ({threads} threads) has another manifest than run 0");
        }
    }
    Ok(tree::digest(&first.join("data")).unwrap_or_else(|| "(no sha256sum here)".into()))
}
