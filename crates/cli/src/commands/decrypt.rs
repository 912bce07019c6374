//! `anonymed decrypt`: reads cells again that a policy encrypted.

use std::io::Read;
use std::process::ExitCode;

use anonymed_core::Sensitive;
use anonymed_engine::decrypt::decrypt;
use clap::Args as ClapArgs;

use super::common::{Common, ProjectPlace};
use crate::console;
use crate::failure::Failure;

/// Most that is read from standard input at a time: 64 MiB.
const CELLS_MOST: u64 = 64 << 20;

/// Read encrypted cells again: one a line from standard input, in the same order to standard output.
#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    place: ProjectPlace,
    /// The header of the column that the cells are from.
    #[arg(long, value_name = "NAME")]
    column: String,
    /// Why they are read again: a protocol or request number, for the audit log.
    #[arg(long, value_name = "TEXT")]
    purpose: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let project = common.project(&args.place)?;
    let text = read()?;
    let cells: Vec<&str> = text.lines().map(str::trim).collect();
    let plain = decrypt(&project, &args.column, &args.purpose, &cells)?;
    if common.json {
        let values: Vec<&String> = plain.iter().map(Sensitive::expose).collect();
        console::print_json(&values)?;
        return Ok(ExitCode::SUCCESS);
    }
    if plain.iter().any(|value| value.expose().contains(['\n', '\r'])) {
        return Err(Failure::Usage("a cell has more than one line; use --json".into()));
    }
    for value in &plain {
        console::print(value.expose())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(CELLS_MOST + 1).read_to_string(&mut text);
    if read.map_err(|e| Failure::Io("standard input cannot be read", e))? as u64 > CELLS_MOST {
        return Err(Failure::Usage(
            "standard input is longer than the limit of 64 MiB; give the cells in parts".into(),
        ));
    }
    Ok(text)
}
