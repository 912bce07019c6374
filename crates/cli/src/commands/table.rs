//! `anonymed table`: one table by itself, without a project.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::single::{Places, TableReport, anonymize};
use clap::Subcommand;

use super::common::{Common, cancel_on_signals};
use crate::console;
use crate::failure::Failure;

/// Work on one table by itself.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Generalise and suppress until every class satisfies the models; read back and checked before it is
    /// put in place.
    Anonymize {
        /// The table: CSV, TSV, xlsx or Parquet, known by its content.
        input: PathBuf,
        /// Where the released table goes: *.csv or *.parquet.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Columns, models and search; hierarchy files lie beside it.
        #[arg(long, value_name = "TABLE.toml")]
        config: PathBuf,
        /// The sheet of a workbook that has several.
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
    },
}

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    let Command::Anonymize { input, out, config, sheet } = command;
    let places = Places { input, sheet: sheet.as_deref(), output: out, config };
    let report = anonymize(places, &cancel_on_signals()?)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        say(&report, common);
    }
    Ok(ExitCode::SUCCESS)
}

fn say(report: &TableReport, common: &Common) {
    common.say(&format!(
        "{} of {} rows released in {} classes; the smallest has {} people in {} rows",
        report.released_rows,
        report.rows,
        report.classes,
        report.smallest_class_subjects,
        report.smallest_class_rows
    ));
    for model in &report.models {
        let reached = model.reached.map_or("-".to_owned(), |reached| format!("{reached:.4}"));
        common.say(&format!("{}: {} asked, {reached} reached", model.name(), model.asked));
    }
    if let Some(levels) = &report.levels {
        let levels: Vec<String> =
            levels.iter().map(|(column, level)| format!("{column} {level}")).collect();
        common.say(&format!("levels: {}", levels.join(", ")));
    }
    if report.suppressed_rows > 0 {
        common.say(&format!(
            "{} rows of {} people are suppressed",
            report.suppressed_rows, report.suppressed_subjects
        ));
    }
    if report.rejected_rows > 0 {
        common.say(&format!("{} rows could not be read", report.rejected_rows));
    }
    if let Some(joint) = &report.joint {
        common.say(&format!(
            "over all their rows, {} people have classes nobody else has; the smallest crowd is {}",
            joint.unique_subjects, joint.smallest
        ));
    }
    let proof = match (report.optimal, report.gap) {
        (true, _) => "; nothing of the kind costs less".to_owned(),
        (false, Some(gap)) => format!("; the least may be lower by {gap:.4}"),
        (false, None) => String::new(),
    };
    common.say(&format!(
        "{} {:.4}, certainty penalty {:.4}{proof}",
        report.metric, report.loss, report.gcp
    ));
}
