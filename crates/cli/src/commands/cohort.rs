//! `anonymed cohort`: who of a table is meant by a filter, at least and at most, and how they fare.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::assess::cohort::{Watched, WatchedTime};
use anonymed_engine::table_cohort::{CohortRequest, assess};
use anonymed_engine::table_input::TableInput;
use clap::Args as ClapArgs;

use super::cohort_words::words;
use super::common::{Common, abandon_on_signals};
use crate::console;
use crate::failure::Failure;

/// Count a cohort of a raw or released table, and compare it with another.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The table: CSV, TSV, xlsx or Parquet, known by its content.
    input: PathBuf,
    /// Columns, their roles and hierarchies.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// Who is meant, as "age >= 65 and sex = F".
    #[arg(long = "where", value_name = "FILTER")]
    filter: String,
    /// Compare with whom another filter means, or with the `rest`.
    #[arg(long, value_name = "FILTER")]
    against: Option<String>,
    /// Count by the values of a column; at most twice.
    #[arg(long, value_name = "COLUMN")]
    by: Vec<String>,
    /// The table as it came, for its figures beside those of the release.
    #[arg(long, value_name = "TABLE")]
    raw: Option<PathBuf>,
    /// A column that says whether an event came: 1, yes, true or 0, no, false.
    #[arg(long, value_name = "COLUMN")]
    event: Option<String>,
    /// The value of that column which says so, instead.
    #[arg(long, value_name = "VALUE", requires = "event")]
    event_is: Option<String>,
    /// How long somebody was watched, a column of numbers.
    #[arg(long, value_name = "COLUMN", requires = "event", conflicts_with_all = ["from", "to"])]
    time: Option<String>,
    /// The day from which somebody was watched, a column of dates; time is then in years.
    #[arg(long, value_name = "COLUMN", requires_all = ["event", "to"])]
    from: Option<String>,
    /// The day of the event, or the last one.
    #[arg(long, value_name = "COLUMN", requires_all = ["event", "from"])]
    to: Option<String>,
    /// Counts below this are not told.
    #[arg(long, value_name = "N", default_value_t = 11)]
    min_cell: u64,
    /// The sheet of a workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let input = TableInput { path: &args.input, sheet: args.sheet.as_deref() };
    let raw = args.raw.as_deref().map(|path| TableInput { path, sheet: None });
    let by: Vec<&str> = args.by.iter().map(String::as_str).collect();
    if by.len() > 2 {
        return Err(Failure::Usage("--by is given once or twice".into()));
    }
    let request = CohortRequest {
        filter: &args.filter,
        against: args.against.as_deref(),
        by: &by,
        follow_up: watched(args)?,
        min_cell: args.min_cell,
    };
    let answer = assess(input, raw, &args.config, request, &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&answer)?;
    } else {
        console::print(words(&answer).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn watched(args: &Args) -> Result<Option<Watched<'_>>, Failure> {
    let Some(event) = args.event.as_deref() else { return Ok(None) };
    let time = match (&args.time, &args.from, &args.to) {
        (Some(time), _, _) => WatchedTime::For(time),
        (None, Some(from), Some(to)) => WatchedTime::Between { from, to },
        _ => return Err(Failure::Usage("--event needs --time, or --from and --to".into())),
    };
    Ok(Some(Watched { event, event_is: args.event_is.as_deref(), time }))
}
