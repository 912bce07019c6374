//! `anonymed risk`: how likely somebody in a table is named, whoever made it.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::assess::{RiskQuestion, TableRisk};
use anonymed_engine::table_input::TableInput;
use anonymed_engine::table_risk::{RiskReport, assess};
use clap::Args as ClapArgs;

use super::common::{Common, abandon_on_signals};
use crate::console;
use crate::failure::Failure;

/// Say how likely somebody in a table is named.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The table: CSV, TSV, xlsx or Parquet, known by its content.
    input: PathBuf,
    /// Which columns are quasi-identifiers, sensitive, and tell people apart.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// A person is at risk above this risk.
    #[arg(long, value_name = "RISK", default_value_t = 0.2)]
    threshold: f64,
    /// People of the population that the table's people are a sample of.
    #[arg(long, value_name = "N")]
    population: Option<u64>,
    /// The sheet of a workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let input = TableInput { path: &args.input, sheet: args.sheet.as_deref() };
    let question = RiskQuestion { threshold: args.threshold, population: args.population };
    let report = assess(input, &args.config, question, &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        console::print(words(&report).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Adds a line to a text, which cannot fail.
macro_rules! line {
    ($text:expr, $($part:tt)*) => { let _ = writeln!($text, $($part)*); };
}
pub(super) use line;

fn words(report: &RiskReport) -> String {
    let RiskReport { risk, .. } = report;
    let mut text = String::new();
    let people = if risk.counted_subjects { "people" } else { "rows, each taken for a person" };
    line!(text, "{} {people}; {} rows in {} classes", risk.people, risk.rows, risk.classes);
    line!(
        text,
        "the smallest class has {} people; the mean is {:.1} rows",
        risk.smallest_class_subjects,
        risk.average_class_rows
    );
    for (rows, what) in [
        (risk.suppressed_rows, "rows are suppressed"),
        (risk.rows_without_subject, "rows name nobody"),
        (report.rejected_rows, "rows could not be read"),
    ] {
        if rows > 0 {
            line!(text, "{rows} {what}");
        }
    }
    if !report.left_out.is_empty() {
        line!(text, "not in the table: {}", report.left_out.join(", "));
    }
    attackers(&mut text, risk);
    population(&mut text, risk);
    columns(&mut text, risk);
    for kept in &report.models {
        let reached = kept.reached.map_or("-".to_owned(), |reached| format!("{reached:.4}"));
        line!(text, "{:<26} {reached:>9}  asked for {}", kept.name(), kept.asked);
    }
    for column in &risk.sensitive {
        let of = &column.homogeneity;
        line!(
            text,
            "{}: fewest values of a class {}; {} rows have one value only, {} can be guessed from {:.0} %",
            column.name,
            of.smallest_distinct,
            of.homogeneous_rows,
            of.guessable_rows,
            100.0 * of.guessable_from
        );
        for of in &column.reached {
            let worst = of.worst.map_or("-".to_owned(), |worst| format!("{worst:.4}"));
            line!(text, "  {:<24} {worst:>9}", of.measure);
        }
    }
    text
}

fn attackers(text: &mut String, risk: &TableRisk) {
    line!(text, "\n{:<24} {:>9} {:>9} {:>9}", "attacker", "highest", "average", "at risk");
    let mut told = |name: &str, of: &anonymed_engine::assess::RiskReport| {
        line!(
            text,
            "{name:<24} {:>9.4} {:>9.4} {:>8.2}%",
            of.highest,
            of.average,
            100.0 * of.at_risk
        );
    };
    for (name, of) in &risk.risk {
        told(name, of);
    }
    let open = &risk.wildcards;
    if let Some(of) = open.matches_any.as_ref().filter(|_| open.open_rows > 0) {
        told("  * matches anything", of);
    }
    if let Some(of) = risk.risk.values().next() {
        line!(text, "at risk: people whose risk is above {}", of.threshold);
    }
    if open.open_rows > 0 && open.matches_any.is_none() {
        line!(
            text,
            "{} rows with * or no value: matching anything was too much to compute",
            open.open_rows
        );
    }
}

fn population(text: &mut String, risk: &TableRisk) {
    let Some(population) = &risk.population else { return };
    line!(
        text,
        "\nunique in the table {}; expected among the {} of the population (the table has {:.2} %):",
        population.sample_uniques,
        population.people,
        100.0 * population.sampling_fraction
    );
    for of in &population.estimates {
        match (of.uniques, of.share, &of.chosen) {
            (Some(uniques), Some(share), chosen) => {
                let chosen = chosen.as_ref().map(|name| format!("  (by {name})"));
                let chosen = chosen.unwrap_or_default();
                line!(text, "  {:<10} {uniques:>12.0} {:>8.3}%{chosen}", of.name, 100.0 * share);
            }
            _ => {
                line!(text, "  {:<10} no estimate: nothing fits these classes", of.name);
            }
        }
    }
}

fn columns(text: &mut String, risk: &TableRisk) {
    let width = risk.columns.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(16);
    line!(
        text,
        "\n{:<width$} {:>9} {:>9} {:>9} {:>12} {:>11}",
        "quasi-identifier",
        "alone",
        "without",
        "adds",
        "distinction",
        "separation"
    );
    for (column, apart) in risk.columns.iter().zip(&risk.separation.single) {
        line!(
            text,
            "{:<width$} {:>9.4} {:>9.4} {:>9.4} {:>12.4} {:>11.4}",
            column.name,
            column.alone,
            column.without,
            column.added,
            apart.distinction.unwrap_or(0.0),
            apart.separation
        );
    }
    let grown: Vec<String> = risk
        .separation
        .grown
        .iter()
        .filter_map(|set| Some(format!("{} {:.4}", set.columns.last()?, set.separation)))
        .collect();
    line!(text, "together, column by column, they separate: {}\n", grown.join(", "));
}
