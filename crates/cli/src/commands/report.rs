//! `anonymed report`: writes the internal report, with exact counts and places.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_engine::release;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::common::{Common, ProjectPlace};
use crate::console;
use crate::failure::Failure;

/// Write the internal report.
#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    place: ProjectPlace,
    /// Where to [default: the project's state folder].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Written<'a> {
    report: &'a Path,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let project = common.project(&args.place)?;
    let html = release::internal_report(&project)?;
    let path = args.out.clone().unwrap_or_else(|| project.state("report-internal.html"));
    fs_err::write(&path, html).map_err(|e| Failure::Io("the report cannot be written", e))?;
    if common.json {
        console::print_json(&Written { report: &path })?;
    } else {
        console::print(&path.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
