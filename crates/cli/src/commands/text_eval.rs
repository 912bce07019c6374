//! `anonymed text eval`: how well found spans agree with those that people marked.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::text_evaluation::{
    Estimate, EvaluationRequest, Offsets, Removal, Report, Row, Score, evaluate,
};
use clap::ValueEnum;

use super::common::{Common, abandon_on_signals};
use super::risk::line;
use crate::console;
use crate::failure::Failure;

/// Score found spans against those that people marked in the same documents.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What people marked: lines `{"id","text","spans":[{"start","end","type"}]}`, or a corpus: a folder of
    /// XML of i2b2 or of `.txt` and `.ann` of BRAT.
    gold: PathBuf,
    /// What was found: lines as `text find` writes them, in which the text may be left out, or a corpus.
    predictions: PathBuf,
    /// What `start` and `end` count in lines.
    #[arg(long, value_enum, value_name = "UNIT", default_value_t = Unit::CodePoints)]
    offsets: Unit,
    /// Compare these types, groups or labels alone, on both sides.
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    types: Vec<String>,
    /// Leave these types, groups or labels out, on both sides; what gold marks with them is not judged.
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Seed of the intervals.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// What an offset counts.
#[derive(Clone, Copy, ValueEnum)]
enum Unit {
    CodePoints,
    Bytes,
    Utf16,
}

impl From<Unit> for Offsets {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::CodePoints => Self::CodePoints,
            Unit::Bytes => Self::Bytes,
            Unit::Utf16 => Self::Utf16,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let request = EvaluationRequest {
        gold: &args.gold,
        predictions: &args.predictions,
        offsets: args.offsets.into(),
        types: &args.types,
        ignore: &args.ignore,
        seed: args.seed,
    };
    let report = evaluate(&request, &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        console::print(&words(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Width of a figure with its interval.
const WIDE: usize = 19;

fn words(report: &Report) -> String {
    let mut text = String::new();
    let (tokens, all) = (&report.tokens, &report.entities);
    line!(
        text,
        "{} documents; {} words of {} spans identify, {} words do not; {} spans found",
        report.documents,
        tokens.gold,
        all.gold,
        report.harmless.tokens,
        all.predicted
    );
    let intervals = report.intervals;
    line!(
        text,
        "in brackets {:.0} % intervals: {} draws of documents, seed {}\n",
        100.0 * intervals.level,
        intervals.resamples,
        intervals.seed
    );
    line!(
        text,
        "{:<18} {:<WIDE$} {:<WIDE$} {:<WIDE$} {:<WIDE$}",
        "",
        "precision",
        "recall",
        "F1",
        "F2"
    );
    scored(&mut text, "words, any type", &tokens.score);
    scored(&mut text, "spans, strict", &all.strict);
    scored(&mut text, "spans, relaxed", &all.relaxed);
    line!(text, "{:<18} {:<WIDE$} {}", "spans, all words", "", wide(all.full_cover));
    line!(text, "\n{:<18} {:>9} {:>9}  {:<WIDE$}", "harmless words", "all", "removed", "share");
    let negatives = report.negatives.iter().chain(&report.negative_kinds);
    for removal in std::iter::once(&report.harmless).chain(negatives) {
        removed(&mut text, removal);
    }
    groups(&mut text, &report.groups);
    types(&mut text, &report.types);
    line!(
        text,
        "\nstrict: same borders and group; relaxed: overlap and same group; all words: each is removed, as whatever"
    );
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

fn scored(text: &mut String, name: &str, score: &Score) {
    line!(
        text,
        "{name:<18} {:<WIDE$} {:<WIDE$} {:<WIDE$} {:<WIDE$}",
        wide(score.precision),
        wide(score.recall),
        wide(score.f1),
        wide(score.f2)
    );
}

fn removed(text: &mut String, of: &Removal) {
    let share = wide(of.share);
    line!(text, "{:<18} {:>9} {:>9}  {share:<WIDE$}", of.name, of.tokens, of.removed);
}

fn groups(text: &mut String, rows: &[Row]) {
    line!(text, "\n{:<34}  {:^23}  {:^23}  all words", "", "strict", "relaxed");
    let figures = "    P     R    F1    F2";
    line!(text, "{:<18} {:>7} {:>7}  {figures}  {figures}  R", "group", "gold", "found");
    for row in rows {
        let figures = |score: &Score| {
            [score.precision, score.recall, score.f1, score.f2].map(|of| short(of.value)).join(" ")
        };
        line!(
            text,
            "{:<18} {:>7} {:>7}  {}  {}  {}",
            row.name,
            row.gold,
            row.predicted,
            figures(&row.strict),
            figures(&row.relaxed),
            wide(row.full_cover)
        );
    }
}

fn types(text: &mut String, rows: &[Row]) {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(18);
    line!(text, "\n{:<width$} {:>15}  {:^11}  {:^11}  all words", "", "", "strict", "relaxed");
    let figures = "    P     R";
    line!(text, "{:<width$} {:>7} {:>7}  {figures}  {figures}  R", "type", "gold", "found");
    for row in rows {
        let figures =
            |score: &Score| [score.precision, score.recall].map(|of| short(of.value)).join(" ");
        line!(
            text,
            "{:<width$} {:>7} {:>7}  {}  {}  {}",
            row.name,
            row.gold,
            row.predicted,
            figures(&row.strict),
            figures(&row.relaxed),
            wide(row.full_cover)
        );
    }
}

/// A figure with its interval.
fn wide(of: Estimate) -> String {
    let value = short(of.value);
    of.interval.map_or_else(|| value.clone(), |[low, high]| format!("{value} [{low:.3} {high:.3}]"))
}

/// A figure in five places.
fn short(value: Option<f64>) -> String {
    value.map_or_else(|| format!("{:>5}", "-"), |value| format!("{value:.3}"))
}
