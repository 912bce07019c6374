//! `anonymed audit`: show, verify and export the log.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::vault::PublicKey;
use anonymed_engine::{Project, audit};
use clap::Subcommand;

use super::common::Common;
use crate::console;
use crate::failure::Failure;

/// Show, verify and export the audit log.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the events.
    Show {
        #[command(flatten)]
        log: Log,
        /// Only the last N.
        #[arg(long, value_name = "N")]
        last: Option<usize>,
    },
    /// Check the whole chain; names the first bad entry.
    Verify {
        #[command(flatten)]
        log: Log,
    },
    /// Write the events as JSON lines to stdout.
    Export {
        #[command(flatten)]
        log: Log,
    },
}

/// Which log, and the key it is checked with.
#[derive(clap::Args)]
pub(crate) struct Log {
    /// The project folder [default: the current one].
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    project: PathBuf,
    /// The key the log must be signed with [default: the project's own].
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// The key file, where it has moved since `init`.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Log {
    fn key(&self, common: &Common) -> Result<PublicKey, Failure> {
        if let Some(path) = &self.public_key {
            return Ok(PublicKey::read(path)?);
        }
        let settings = Project::settings(&self.project)?;
        let file = self.key_file.clone().unwrap_or(settings.key_file);
        Ok(common.session(&file)?.keys.public_key())
    }
}

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    match command {
        Command::Show { log, last } => {
            for line in audit::lines(&log.project, &log.key(common)?, *last)? {
                console::print(if common.json { &line.json } else { &line.text })?;
            }
        }
        Command::Verify { log } => {
            let report = audit::verify(&log.project, &log.key(common)?)?;
            if common.json {
                console::print_json(&report)?;
            } else {
                console::print(&report.to_string())?;
            }
        }
        Command::Export { log } => {
            audit::export(&log.project, &log.key(common)?, &mut console::Data::out())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
