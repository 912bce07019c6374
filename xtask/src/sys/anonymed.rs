//! The built `anonymed` binary, and the command lines the drivers start it with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::{Workspace, process};

/// The exit codes with which a run counts as done: 0, and 6 where files were quarantined, which
/// the demo project's planted defects are.
pub(crate) const DONE: &[i32] = &[0, 6];

/// How the binary is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// The development profile, optimised where it is hot.
    Development,
    /// `--release`, for what is measured.
    Release,
}

/// A built binary.
pub(crate) struct Anonymed {
    exe: PathBuf,
}

impl Anonymed {
    /// Builds it; `ANONYMED_EXE` names another binary to drive instead.
    pub(crate) fn build(workspace: &Workspace, build: Build) -> Result<Self> {
        if let Some(exe) = std::env::var_os("ANONYMED_EXE") {
            return Ok(Self { exe: PathBuf::from(exe) });
        }
        let (folder, arguments): (_, &[&str]) = match build {
            Build::Development => ("debug", &["build", "--package", "anonymed"]),
            Build::Release => ("release", &["build", "--package", "anonymed", "--release"]),
        };
        process::check(&mut workspace.cargo(arguments))?;
        let exe =
            workspace.target.join(folder).join(format!("anonymed{}", std::env::consts::EXE_SUFFIX));
        if !exe.is_file() {
            bail!("cargo built no {}", exe.display());
        }
        Ok(Self { exe })
    }

    /// Where it is.
    pub(crate) fn exe(&self) -> &Path {
        &self.exe
    }

    /// A command line, without colours or progress bars.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.exe);
        command.args(arguments).env("NO_COLOR", "1");
        command
    }

    /// A command line inside a project folder.
    pub(crate) fn inside(&self, project: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.current_dir(project);
        command
    }

    /// `demo-project`: the same seed gives the same bytes.
    pub(crate) fn demo_project(&self, folder: &Path, patients: u32, seed: u64) -> Command {
        let mut command = self.command(&["demo-project"]);
        command.arg(folder);
        command.args(["--patients", &patients.to_string(), "--seed", &seed.to_string()]);
        command
    }

    /// `deidentify`: folder in, release out.
    pub(crate) fn deidentify(
        &self,
        input: &Path,
        release: &Path,
        profile: &str,
        key: &Path,
    ) -> Command {
        let mut command = self.command(&["deidentify"]);
        command.arg(input).arg("--out").arg(release);
        command.args(["--profile", profile]).arg("--key-file").arg(key);
        command
    }

    /// `init`: a project on an input folder.
    pub(crate) fn init(&self, project: &Path, input: &Path, profile: &str, key: &Path) -> Command {
        let mut command = self.command(&["init"]);
        command.arg(project).arg("--input").arg(input);
        command.args(["--profile", profile]).arg("--key-file").arg(key);
        command
    }
}

/// The ground truth that `demo-project` writes beside its folder.
pub(crate) fn truth_of(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_os_string();
    name.push(".truth.jsonl");
    folder.with_file_name(name)
}

/// The state folder of a one-shot run, beside its release.
pub(crate) fn state_of(release: &Path) -> PathBuf {
    let mut name = release.file_name().unwrap_or_default().to_os_string();
    name.push(".state");
    release.with_file_name(name)
}
