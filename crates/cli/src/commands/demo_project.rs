//! `anonymed demo-project`: a fake hospital to try things on.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_engine::demo;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::common::Common;
use crate::console;
use crate::failure::Failure;

/// Write a fake hospital with planted identifiers.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The folder to make; the ground truth goes to `<DIR>.truth.jsonl`. With --big-table, a file.
    dir: PathBuf,
    /// Patients.
    #[arg(long, default_value_t = 200, value_name = "N")]
    patients: u32,
    /// Seed: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Write one large CSV instead, for benchmarks.
    #[arg(long)]
    big_table: bool,
    /// Rows of the large CSV.
    #[arg(long, default_value_t = 1_000_000, value_name = "N", requires = "big_table")]
    rows: u64,
    /// Patients of the large CSV.
    #[arg(long, default_value_t = 100_000, value_name = "N", requires = "big_table")]
    subjects: u64,
}

#[derive(Serialize)]
struct Made<'a> {
    made: &'a Path,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let failed = |e: demo::DemoError| match e {
        demo::DemoError::NotEmpty | demo::DemoError::Patients => Failure::Usage(e.to_string()),
        demo::DemoError::Io(e) => Failure::Io("the demo project cannot be written", e),
        e => Failure::Io("the demo project cannot be written", std::io::Error::other(e)),
    };
    if args.big_table {
        demo::write_big_table(&args.dir, args.rows, args.subjects, args.seed).map_err(failed)?;
        common.say(&format!("{} rows in {}", args.rows, args.dir.display()));
        return made(args, common);
    }
    let options = demo::Options { patients: args.patients, seed: args.seed };
    demo::write_project(&args.dir, &options).map_err(failed)?;
    common.say(&format!("{} fake patients in {}", args.patients, args.dir.display()));
    made(args, common)
}

fn made(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    if common.json {
        console::print_json(&Made { made: &args.dir })?;
    }
    Ok(ExitCode::SUCCESS)
}
