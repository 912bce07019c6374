//! `anonymed demo-score`: what of the planted identifiers is left in a release.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::score;
use clap::Args as ClapArgs;

use super::common::Common;
use crate::console;
use crate::failure::Failure;

/// Compare a release of the fake hospital with its ground truth.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The fake hospital's folder; the truth lies in `<DIR>.truth.jsonl`.
    dir: PathBuf,
    /// The release made of it; its state lies in `<RELEASE>.state`.
    release: PathBuf,
    /// The key file the release was made with.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let session = common.session(&args.key_file)?;
    let score = score::score(&args.dir, &args.release, session)?;
    if common.json {
        console::print_json(&score)?;
    } else {
        console::print(&score.to_string())?;
    }
    Ok(ExitCode::from(u8::from(!score.passed()) * 5))
}
