//! `anonymed table explain`: why a table comes out as it does.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::table_explain::{ExplainReport, RowReport, explain};
use anonymed_engine::table_input::TableInput;

use super::common::{Common, abandon_on_signals};
use super::risk::line;
use crate::console;
use crate::failure::Failure;

/// The table and its configuration.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The table: CSV, TSV, xlsx or Parquet, known by its content.
    input: PathBuf,
    /// Columns, models and search; hierarchy files lie beside it.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// How many of the rows that keep least are looked at.
    #[arg(long, value_name = "N", default_value_t = 10)]
    rows: usize,
    /// The sheet of a workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let input = TableInput { path: &args.input, sheet: args.sheet.as_deref() };
    let (progress, cancel) = (common.progress(), abandon_on_signals()?);
    let report = explain(input, &args.config, args.rows, progress.as_ref(), &cancel)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        console::print(words(&report).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(report: &ExplainReport) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let now = &report.now;
    line!(
        text,
        "{} rows: {} classes, {} rows left out{}, certainty penalty {:.4}",
        report.rows,
        now.classes,
        now.suppressed_rows,
        if now.within_suppression_limit { "" } else { " (more than is allowed)" },
        now.gcp
    );
    line!(text, "\n{:<30} {:>9} {:>7}", "column", "penalty", "share");
    for column in &report.columns {
        line!(text, "{:<30} {:>9.4} {:>6.1}%", column.name, column.penalty, 100.0 * column.share);
    }
    line!(text, "\n{:<40} {:>9} {:>9} {:>9}", "relaxed", "left out", "penalty", "saved");
    for relaxed in &report.relaxed {
        line!(
            text,
            "{:<40} {:>9} {:>9.4} {:>9.4}",
            relaxed.constraint,
            relaxed.fare.suppressed_rows,
            relaxed.fare.gcp,
            relaxed.gcp_saved
        );
    }
    if !report.hardest.is_empty() {
        line!(text, "\nrows that keep least, and who would be like them");
    }
    report.hardest.iter().for_each(|row| told(&mut text, row));
    text
}

fn told(text: &mut String, row: &RowReport) {
    use std::fmt::Write;
    let what = if row.suppressed { "left out" } else { "generalised" };
    let without = row.alike_without.iter().take(3);
    let without: Vec<String> =
        without.map(|crowd| format!("{} without {}", crowd.people, crowd.column)).collect();
    line!(
        text,
        "row {}: {what}, penalty {:.3}; {} alike, {}",
        row.row,
        row.penalty,
        row.alike,
        without.join(", ")
    );
}
