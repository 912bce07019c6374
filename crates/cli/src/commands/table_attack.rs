//! `anonymed table attack`: a released table, attacked.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::table_attack::{Attacker, REFUSED, TableAttackReport, Told, attack};

use super::common::{Common, abandon_on_signals};
use crate::console;
use crate::failure::Failure;

/// The tables, and what the attacker knows.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The raw table: CSV, TSV, xlsx or Parquet, known by its content.
    raw: PathBuf,
    /// The table that was made of it.
    released: PathBuf,
    /// Columns, models and the thresholds of `[attack]`; hierarchy files lie beside it.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// The sheet of a raw workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// A table from elsewhere, with some of the quasi-identifiers, whose rows are looked for.
    #[arg(long, value_name = "FILE")]
    outside: Option<PathBuf>,
    /// Look for a copy of the raw table too, each cell of it wrong with this probability.
    #[arg(long, value_name = "P")]
    perturb: Option<f64>,
    /// People of the same kind who are not in the release: what succeeds with them too is no leak.
    #[arg(long, value_name = "FILE")]
    control: Option<PathBuf>,
    /// An earlier release of the same people, by the same configuration; may be given several times.
    #[arg(long, value_name = "FILE")]
    earlier: Vec<PathBuf>,
    /// Planted people, with the raw table's columns.
    #[arg(long, value_name = "FILE")]
    canaries: Option<PathBuf>,
    /// A column of both tables that names the row, where their order does not.
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// Who knows a row of somebody knows its kept cells too.
    #[arg(long)]
    sequence_kept: bool,
    /// Make this attack alone; may be given several times.
    #[arg(long, value_name = "ATTACK")]
    only: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let attacker = Attacker {
        raw: &args.raw,
        sheet: args.sheet.as_deref(),
        released: &args.released,
        config: &args.config,
        outside: args.outside.as_deref(),
        control: args.control.as_deref(),
        canaries: args.canaries.as_deref(),
        earlier: &args.earlier,
        key: args.key.as_deref(),
        perturb: args.perturb,
        sequence_kept: args.sequence_kept,
        only: &args.only,
    };
    let report = attack(attacker, &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        say(&report, common);
    }
    Ok(if report.passed { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

fn say(report: &TableAttackReport, common: &Common) {
    common.say(&format!(
        "{} rows of a table of {} in {} classes, of k = {}",
        report.released_rows, report.rows, report.classes, report.k
    ));
    for told in &report.attacks {
        common.say(&line(told));
        if let Some(note) = told.report.note {
            common.say(&format!("    {note}"));
        }
        for class in told.report.worst.iter().filter(|class| class.success > 0.0).take(1) {
            common.say(&format!(
                "    worst: the class of row {}, of {} people, {:.4}",
                class.first_row, class.people, class.success
            ));
        }
    }
    common.say(if report.passed {
        "no attack is above its threshold"
    } else {
        "an attack is above its threshold, or one that is required was not made: do not give this away"
    });
}

fn line(told: &Told) -> String {
    use anonymed_engine::table_attack::Verdict;
    let on = told.on.as_deref().map_or(String::new(), |on| format!(" on {on}"));
    let success = told.report.success.map_or("-".to_owned(), |success| format!("{success:.4}"));
    let allowed =
        told.report.threshold.map_or(String::new(), |most| format!(" of {most:.4} allowed"));
    let verdict = match told.report.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "FAIL",
        Verdict::Told => "told",
        Verdict::NotRun => "not run",
    };
    format!("{verdict}: {}{on}: {success}{allowed}", told.report.attack)
}
