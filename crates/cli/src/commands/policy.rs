//! `anonymed policy`: check, explain and import.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_engine::policy_check::{self, Remark};
use anonymed_engine::policy_import::{self, Imported};
use anonymed_engine::project::read_policy;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;

use super::common::{Common, ProjectPlace};
use crate::console;
use crate::failure::Failure;

/// Check and explain a policy, or make sections of one from another tool's.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read a policy file and report rules that cannot work or contradict each other.
    Check {
        /// The policy.
        file: PathBuf,
    },
    /// Say what happens to a column or element of the project, and why.
    Explain {
        /// The column's header or the element's path.
        field: String,
        #[command(flatten)]
        place: ProjectPlace,
    },
    /// Write another tool's recognizers as sections of a policy to stdout, and to stderr what could not be
    /// taken over as it was.
    Import {
        /// The file: for Presidio, the YAML it reads recognizers from.
        file: PathBuf,
        /// Whose it is.
        #[arg(long, value_parser = PossibleValuesParser::new(policy_import::tools()))]
        from: String,
    },
}

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    match command {
        Command::Check { file } => {
            let folder = file.parent().unwrap_or(Path::new("."));
            show(&policy_check::check(&read_policy(file)?, folder)?, common)
        }
        Command::Explain { field, place } => {
            show(&policy_check::explain(&common.project(place)?, field)?, common)
        }
        Command::Import { file, from } => imported(&policy_import::import(from, file)?, common),
    }
}

fn imported(imported: &Imported, common: &Common) -> Result<ExitCode, Failure> {
    if common.json {
        console::print_json(imported)?;
    } else {
        console::print(imported.toml.trim())?;
        for remark in &imported.remarks {
            console::say(&remark.to_string());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(remarks: &[Remark], common: &Common) -> Result<ExitCode, Failure> {
    if common.json {
        console::print_json(&remarks)?;
    } else {
        for remark in remarks {
            console::print(&remark.to_string())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
