//! What the commands share: the workspace's folders, the built binary, programs, file trees and a
//! seeded generator.

pub(crate) mod anonymed;
pub(crate) mod process;
pub(crate) mod rng;
pub(crate) mod tree;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// Where the sources, the build and the optional corpora are.
pub(crate) struct Workspace {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the workspace this command was built from.
    pub(crate) fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in the workspace's root")?.to_owned();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// `cargo`, started in the root, without colours that would end up in logs.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(&self.root).args(arguments);
        // Cargo sets these for xtask itself; a nested cargo must not take them for its own.
        for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME"] {
            command.env_remove(name);
        }
        command
    }

    /// A folder below the target folder that belongs to one command, emptied.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The folder of external corpora (`ANONYMED_CORPORA`, else `../shared/data`), where there is
    /// one.
    pub(crate) fn corpora(&self) -> Option<PathBuf> {
        let folder = match std::env::var_os("ANONYMED_CORPORA") {
            Some(folder) => PathBuf::from(folder),
            None => self.root.join("../shared/data"),
        };
        folder.is_dir().then_some(folder)
    }
}

/// Whether the command runs on a CI machine.
pub(crate) fn on_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Whether a program can be started.
pub(crate) fn has_program(name: &str, argument: &str) -> bool {
    Command::new(name).arg(argument).output().is_ok_and(|output| output.status.success())
}

/// A path as people read it: below the root, relative to it.
pub(crate) fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
