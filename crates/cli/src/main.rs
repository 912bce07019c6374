//! `anonymed`: a command is parse, engine call, print.

mod bars;
mod commands;
mod console;
mod failure;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Patients' data is in memory: keep it out of core dumps before anything is read.
    if let Err(error) = anonymed_engine::vault::harden_process() {
        return failure::report(&failure::Failure::from(anonymed_engine::EngineError::from(error)));
    }
    let cli = commands::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(failure) => failure::report(&failure),
    }
}
