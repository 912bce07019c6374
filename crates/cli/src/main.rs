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
    // The message of a panic may hold a value of the data; where it happened does not.
    std::panic::set_hook(Box::new(|info| console::fault(info.location())));
    let cli = commands::Cli::parse();
    match std::panic::catch_unwind(|| commands::run(cli)) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => failure::report(&failure),
        Err(_) => ExitCode::FAILURE,
    }
}
