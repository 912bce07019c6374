//! `anonymed utility`: what is left of a table beside the raw one, or the curve of risk against utility.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::assess::{Matched, TableUtility, UtilityQuestion};
use anonymed_engine::table_input::TableInput;
use anonymed_engine::table_utility::{Point, compare_one, curve};
use clap::Args as ClapArgs;

use super::common::{Common, abandon_on_signals};
use super::risk::line;
use crate::console;
use crate::failure::Failure;

/// Say what is left of a released table, or what could be had at which risk.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The table as it came: CSV, TSV, xlsx or Parquet, known by its content.
    raw: PathBuf,
    /// The table as released.
    #[arg(required_unless_present = "curve", conflicts_with = "curve")]
    released: Option<PathBuf>,
    /// Columns and their roles; for the curve the other models and the search, too.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// A column of both tables that tells rows apart; without it rows are matched by their order where
    /// there are as many.
    #[arg(long, value_name = "COLUMN", conflicts_with = "curve")]
    key: Option<String>,
    /// A column that a model is to tell from the others: fitted to the release, scored on raw rows.
    #[arg(long, value_name = "COLUMN", conflicts_with = "curve")]
    target: Option<String>,
    /// Solve for k from 2 to 50 and several limits of suppression instead, and name the best.
    #[arg(long)]
    curve: bool,
    /// The sheet of a raw workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let raw = TableInput { path: &args.raw, sheet: args.sheet.as_deref() };
    let cancel = abandon_on_signals()?;
    match &args.released {
        None => {
            let points = curve(raw, &args.config, &cancel)?;
            if common.json {
                console::print_json(&points)?;
            } else {
                console::print(curve_in_words(&points).trim_end())?;
            }
        }
        Some(released) => {
            let released = TableInput { path: released, sheet: None };
            let question = UtilityQuestion {
                key: args.key.as_deref(),
                target: args.target.as_deref(),
                ..UtilityQuestion::default()
            };
            let utility = compare_one(raw, released, &args.config, question, &cancel)?;
            if common.json {
                console::print_json(&utility)?;
            } else {
                console::print(words(&utility).trim_end())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A figure, or a dash.
pub(super) fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}

fn words(utility: &TableUtility) -> String {
    let mut text = String::new();
    let matched = match utility.matched {
        Matched::ByKey => "matched by the key",
        Matched::ByOrder => "matched by order",
        Matched::Not => "not matched: distributions only (name a --key that both tables have)",
    };
    line!(text, "{} of {} rows are there, {matched}", utility.released_rows, utility.raw_rows);
    if !utility.left_out.is_empty() {
        line!(text, "columns left out: {}", utility.left_out.join(", "));
    }
    for (name, value) in [
        ("certainty penalty (GCP)", utility.gcp),
        ("  with rows left out", utility.gcp_with_left_out),
        ("non-uniform entropy lost", utility.entropy_lost),
        ("discernibility", Some(utility.discernibility)),
        ("average class size", Some(utility.average_class_size)),
        ("mean divergence, bits", Some(utility.divergence)),
        ("drift of Cramer's V, mean", utility.drift.cramers_v_mean),
        ("drift of Pearson's r, mean", utility.drift.pearson_mean),
        ("drift of Spearman's, mean", utility.drift.spearman_mean),
        ("near neighbours kept", utility.neighbours_kept),
    ] {
        line!(text, "{name:<28} {:>12}", figure(value));
    }
    if let Some(queries) = &utility.queries {
        line!(
            text,
            "{} count queries: median error {:.2} %, mean {:.2} %; {:.1} % of the answers lie within bounds \
             {:.2} % of the rows wide",
            queries.queries,
            100.0 * queries.median_relative_error,
            100.0 * queries.mean_relative_error,
            100.0 * queries.within_bounds,
            100.0 * queries.mean_bounds_share
        );
    }
    if let Some(model) = &utility.model {
        line!(
            text,
            "{} told from the others on {} raw rows: {:.1} % right by a model of the release, {:.1} % by \
             one of raw rows, {:.1} % by always saying the commonest; {:.0} % of signs kept",
            model.target,
            model.scored_rows,
            100.0 * model.accuracy_released,
            100.0 * model.accuracy_raw,
            100.0 * model.accuracy_of_most_common,
            100.0 * model.signs_kept
        );
        if let Some((raw, released)) = model.boosted_raw.zip(model.boosted_released) {
            line!(
                text,
                "boosted trees: {:.1} % right by the release, {:.1} % by raw rows",
                100.0 * released,
                100.0 * raw
            );
        }
        for group in &model.subgroups {
            line!(
                text,
                "rows of the {}. value of {}: {:.1} % right by the release, {:.1} % by raw rows ({} rows)",
                group.rank,
                group.column,
                100.0 * group.accuracy_released,
                100.0 * group.accuracy_raw,
                group.rows
            );
        }
    }
    let width = utility.columns.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(8);
    line!(text, "\n{:<width$} {:>10} {:>10}", "column", "precision", "divergence");
    for column in &utility.columns {
        line!(
            text,
            "{:<width$} {:>10} {:>10.4}",
            column.name,
            figure(column.precision),
            column.divergence
        );
    }
    text
}

fn curve_in_words(points: &[Point]) -> String {
    let mut text = String::new();
    line!(
        text,
        "{:>3} {:>9} {:>11} {:>8} {:>8} {:>8} {:>9} {:>9}",
        "k",
        "may leave",
        "leaves out",
        "classes",
        "loss",
        "GCP",
        "highest",
        "average"
    );
    let mut last: Option<&Point> = None;
    for point in points {
        // Where a higher limit changes nothing, the lower one is enough to know.
        let same = |last: &Point| {
            (last.k, last.classes) == (point.k, point.classes)
                && (last.loss, last.gcp, last.suppressed)
                    == (point.loss, point.gcp, point.suppressed)
                && last.within_suppression_limit == point.within_suppression_limit
        };
        if last.replace(point).is_some_and(same) {
            continue;
        }
        let mark = match (point.pareto, point.within_suppression_limit) {
            (true, _) => "  best",
            (false, true) => "",
            (false, false) => "  leaves out too many",
        };
        line!(
            text,
            "{:>3} {:>8.0}% {:>10.2}% {:>8} {:>8.4} {:>8.4} {:>9.4} {:>9.4}{mark}",
            point.k,
            100.0 * point.suppress_max,
            100.0 * point.suppressed,
            point.classes,
            point.loss,
            point.gcp,
            point.highest_risk,
            point.average_risk
        );
    }
    line!(text, "best: no other has less of highest risk, average risk and GCP at once");
    text
}
