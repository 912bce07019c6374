//! `anonymed policy`: check and explain.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_engine::policy_check::{self, Remark};
use anonymed_engine::project::read_policy;
use clap::Subcommand;

use super::common::{Common, ProjectPlace};
use crate::console;
use crate::failure::Failure;

/// Check and explain a policy.
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
    }
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
