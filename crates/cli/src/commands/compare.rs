//! `anonymed compare`: releases of one table side by side.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::assess::RiskQuestion;
use anonymed_engine::table_input::TableInput;
use anonymed_engine::table_utility::{Compared, compare};
use clap::Args as ClapArgs;

use super::common::{Common, abandon_on_signals};
use super::risk::line;
use super::utility::figure;
use crate::console;
use crate::failure::Failure;

/// Hold releases of one table side by side: risk and what is left.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The table as it came: CSV, TSV, xlsx or Parquet, known by its content.
    raw: PathBuf,
    /// The tables as released.
    #[arg(required = true)]
    released: Vec<PathBuf>,
    /// Columns and their roles.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// A column of all tables that tells rows apart.
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// A person is at risk above this risk.
    #[arg(long, value_name = "RISK", default_value_t = 0.2)]
    threshold: f64,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let input = |path| TableInput { path, sheet: None };
    let released: Vec<TableInput<'_>> = args.released.iter().map(|path| input(path)).collect();
    let question = RiskQuestion { threshold: args.threshold, population: None };
    let asked = (question, args.key.as_deref());
    let tables = compare(input(&args.raw), &released, &args.config, asked, &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&tables)?;
    } else {
        console::print(words(&tables).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A row of the table: a name and a figure of each release.
type Row = (&'static str, fn(&Compared) -> Option<f64>);

const ROWS: &[Row] = &[
    ("rows", |t| Some(t.risk.risk.rows as f64)),
    ("classes", |t| Some(t.risk.risk.classes as f64)),
    ("people of the smallest class", |t| Some(t.risk.risk.smallest_class_subjects as f64)),
    ("prosecutor, highest", |t| t.risk.risk.risk.get("prosecutor").map(|r| r.highest)),
    ("prosecutor, average", |t| t.risk.risk.risk.get("prosecutor").map(|r| r.average)),
    ("prosecutor, share at risk", |t| t.risk.risk.risk.get("prosecutor").map(|r| r.at_risk)),
    ("  if * matches anything", |t| t.risk.risk.wildcards.matches_any.as_ref().map(|r| r.average)),
    ("GCP", |t| t.utility.as_ref()?.gcp),
    ("GCP with rows left out", |t| t.utility.as_ref()?.gcp_with_left_out),
    ("non-uniform entropy lost", |t| t.utility.as_ref()?.entropy_lost),
    ("discernibility", |t| Some(t.utility.as_ref()?.discernibility)),
    ("average class size", |t| Some(t.utility.as_ref()?.average_class_size)),
    ("mean divergence, bits", |t| Some(t.utility.as_ref()?.divergence)),
    ("drift of Cramer's V", |t| t.utility.as_ref()?.drift.cramers_v_mean),
    ("drift of Pearson's r", |t| t.utility.as_ref()?.drift.pearson_mean),
    ("median error of counts", |t| {
        Some(t.utility.as_ref()?.queries.as_ref()?.median_relative_error)
    }),
    ("near neighbours kept", |t| t.utility.as_ref()?.neighbours_kept),
];

fn words(tables: &[Compared]) -> String {
    let mut text = String::new();
    let headers = tables.iter().map(|table| match table.number {
        0 => format!("{:>14}", "raw"),
        number => format!("{:>14}", format!("release {number}")),
    });
    line!(text, "{:<30}{}", "", headers.collect::<String>());
    for (name, of) in ROWS {
        let whole = |value: f64| value.fract() == 0.0 && value.abs() >= 1.0;
        let cells = tables.iter().map(|table| match of(table) {
            Some(value) if whole(value) => format!("{value:>14.0}"),
            value => format!("{:>14}", figure(value)),
        });
        line!(text, "{name:<30}{}", cells.collect::<String>());
    }
    text
}
