//! `anonymed man`: the manual page, in roff.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::failure::Failure;

/// Runs the command.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(super::Cli::command())
        .render(&mut page)
        .map_err(|e| Failure::Io("the manual page cannot be written", e))?;
    crate::console::print(String::from_utf8_lossy(&page).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
