//! `anonymed release`: create, approve, sign, show and verify.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::release::{self, Standing};
use anonymed_engine::vault::PublicKey;
use clap::Subcommand;

use super::common::{Common, ProjectPlace};
use crate::console;
use crate::failure::Failure;

/// Create, approve, sign, show and verify releases.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Pass the gate; signs and publishes at once where the policy asks for no approval.
    Create {
        #[command(flatten)]
        place: ProjectPlace,
        /// Where the release goes [default: `release` in the project folder].
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Approve the candidate, as somebody else than who created it.
    Approve {
        #[command(flatten)]
        place: ProjectPlace,
    },
    /// Sign the approved candidate and publish it.
    Sign {
        #[command(flatten)]
        place: ProjectPlace,
    },
    /// Show where the release stands.
    Show {
        #[command(flatten)]
        place: ProjectPlace,
    },
    /// Check a package offline.
    Verify {
        /// The package.
        package: PathBuf,
        /// The key it must be signed with; without it the answer is on integrity alone.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
}

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    let progress = common.progress();
    match command {
        Command::Create { place, out } => {
            let project = common.project(place)?;
            let out = out.clone().unwrap_or_else(|| project.root().join("release"));
            show(&release::create(&project, &out, progress.as_ref())?, common)
        }
        Command::Approve { place } => show(&release::approve(&common.project(place)?)?, common),
        Command::Sign { place } => {
            show(&release::sign(&common.project(place)?, progress.as_ref())?, common)
        }
        Command::Show { place } => show(&release::show(&common.project(place)?)?, common),
        Command::Verify { package, public_key } => {
            let key = public_key.as_deref().map(PublicKey::read).transpose()?;
            let check = release::verify(package, key.as_ref())?;
            if common.json {
                console::print_json(&check)?;
            } else {
                console::print(&format!(
                    "{} data files are as signed by {} at {}; {}",
                    check.files,
                    check.statement.actor.0,
                    check.statement.time,
                    if check.trusted {
                        "the signature is of the given key"
                    } else {
                        "integrity only: give --public-key to know whose signature it is"
                    }
                ))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn show(standing: &Standing, common: &Common) -> Result<ExitCode, Failure> {
    if common.json {
        console::print_json(standing)?;
        return Ok(ExitCode::SUCCESS);
    }
    let state = match (&standing.published, standing.verified) {
        (Some(path), _) => format!("published: {}", path.display()),
        (None, true) => "verified, not yet signed".into(),
        (None, false) => "not verified".into(),
    };
    console::print(&format!(
        "{state}; approvals {} of {}",
        standing.approvals.len(),
        standing.approvals_needed
    ))?;
    Ok(ExitCode::SUCCESS)
}
