//! `anonymed table propose`: a configuration for one table, with reasons.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::table_input::TableInput;
use anonymed_engine::table_propose::{propose, write};

use super::common::{Common, abandon_on_signals};
use crate::console;
use crate::failure::Failure;

/// The table, and where the proposal goes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The table: CSV, TSV, xlsx or Parquet, known by its content.
    input: PathBuf,
    /// Where the configuration goes; to stdout without it.
    #[arg(long, value_name = "TABLE.toml")]
    out: Option<PathBuf>,
    /// The sheet of a workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let input = TableInput { path: &args.input, sheet: args.sheet.as_deref() };
    let proposal = propose(input, &abandon_on_signals()?)?;
    if let Some(out) = &args.out {
        write(&proposal, out)?;
    }
    if common.json {
        console::print_json(&proposal)?;
    } else if args.out.is_none() {
        console::print(proposal.configuration.trim_end())?;
    }
    let unnamed = proposal.columns.iter().filter(|column| column.role.is_none()).count();
    common.say(&format!(
        "{} columns of {} rows, {unnamed} of them not recognised and not released; read it, then `anonymed \
         table anonymize --config`",
        proposal.columns.len(),
        proposal.rows
    ));
    if proposal.rejected_rows > 0 {
        common.say(&format!("{} rows could not be read", proposal.rejected_rows));
    }
    Ok(ExitCode::SUCCESS)
}
