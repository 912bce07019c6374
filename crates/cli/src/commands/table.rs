//! `anonymed table`: one table by itself, without a project.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_core::KeyRing;
use anonymed_engine::EngineError;
use anonymed_engine::hierarchy::{
    HierarchyFault, HierarchyOrigin, HierarchyReport, HierarchyRequest, Values, check,
};
use anonymed_engine::single::{Places, TableReport, anonymize, ready};
use clap::{Args, Subcommand};

use super::common::{Common, abandon_on_signals};
use super::run::HELD;
use super::{table_attack, table_explain, table_propose, table_report};
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
        /// What the configuration's actions on columns work with; made where it is not there.
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// Write a page with pictures of the release, too: *.html.
        #[arg(long, value_name = "PAGE.html")]
        report: Option<PathBuf>,
        #[command(flatten)]
        drawn: table_report::Drawn,
    },
    /// Hold a generalization hierarchy to a column: values without a line, lines that disagree, labels with
    /// two parents; and offer what would mend them.
    ///
    /// Exit code 3 means that the hierarchy does not fit as it is, and that no completed one was asked for.
    /// Nothing is ever completed while a table is anonymized.
    Hierarchy(Hierarchy),
    /// Propose a configuration: the role of each column with the reason, from headers, values and how well
    /// columns tell people apart. No value is in it.
    Propose(table_propose::Args),
    /// Attack a released table and judge by the configuration how far that succeeds; exit code 5 where an
    /// attack is above its threshold.
    Attack(Box<table_attack::Args>),
    /// Say which column costs most, what one relaxed constraint would buy, and what sets the rows apart that
    /// keep least. Nothing is written.
    Explain(table_explain::Args),
    /// Write one page with pictures of a released table beside the raw one: classes, risk, partition,
    /// distributions, risk of each column.
    Report(table_report::Args),
}

/// Which hierarchy, and what to do with it.
#[derive(Args)]
pub(crate) struct Hierarchy {
    /// The table: CSV, TSV, xlsx or Parquet, known by its content.
    input: PathBuf,
    /// The column.
    #[arg(long, value_name = "NAME")]
    column: String,
    /// The hierarchy: a file in the `;`-separated form of ARX.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["build", "config"])]
    file: Option<PathBuf>,
    /// The hierarchy: a builder that needs no keys, as icd10cm, icd9cm, atc, zip, age, date.
    #[arg(long, value_name = "BUILDER", conflicts_with = "file")]
    build: Option<String>,
    /// The hierarchy: what a configuration says of the column.
    #[arg(long, value_name = "TABLE.toml", conflicts_with_all = ["file", "build"])]
    config: Option<PathBuf>,
    /// Write the hierarchy, built or completed by every offer, to this file. It holds values.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Tell values and labels on stdout, and not lines and counts alone.
    #[arg(long)]
    show_values: bool,
    /// The sheet of a workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// Runs the command.
pub(crate) fn run(command: &Command, common: &Common) -> Result<ExitCode, Failure> {
    match command {
        Command::Anonymize { input, out, config, sheet, key_file, report, drawn } => {
            if report.is_none() && drawn.is_asked() {
                return Err(EngineError::Usage(
                    "`--curve`, `--min-cell` and `--threshold` are about the page of `--report`"
                        .into(),
                )
                .into());
            }
            let page = report.as_deref().map(|place| (place, drawn.drawing()));
            let sheet = sheet.as_deref();
            let places = Places { input, sheet, output: out, config, page };
            anonymized(places, key_file.as_deref(), common)
        }
        Command::Hierarchy(hierarchy) => checked(hierarchy, common),
        Command::Propose(args) => table_propose::run(args, common),
        Command::Attack(args) => table_attack::run(args, common),
        Command::Explain(args) => table_explain::run(args, common),
        Command::Report(args) => table_report::run(args, common),
    }
}

fn anonymized(
    places: Places<'_>,
    key_file: Option<&Path>,
    common: &Common,
) -> Result<ExitCode, Failure> {
    // Nothing is made for a configuration that cannot be used, or that needs no key.
    let key_file = match key_file {
        Some(file) if ready(&places)? => Some(file),
        _ => None,
    };
    let session = key_file.map(|file| common.open_or_make_key(file)).transpose()?;
    let keys = session.as_ref().map(|session| session.keys.as_ref() as &dyn KeyRing);
    let report = anonymize(places, keys, common.progress().as_ref(), &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        say(&report, common);
    }
    let is_held = report.held_rows > 0
        || report.rejected_rows > 0
        || report.actions.iter().any(|done| done.withheld > 0);
    Ok(if is_held { ExitCode::from(HELD) } else { ExitCode::SUCCESS })
}

fn checked(hierarchy: &Hierarchy, common: &Common) -> Result<ExitCode, Failure> {
    let origin = match (&hierarchy.file, &hierarchy.build, &hierarchy.config) {
        (Some(file), _, _) => HierarchyOrigin::File(file),
        (_, Some(build), _) => HierarchyOrigin::Build(build),
        (_, _, Some(config)) => HierarchyOrigin::Config(config),
        _ => return Err(Failure::Usage("name the hierarchy: --file, --build or --config".into())),
    };
    let request = HierarchyRequest {
        input: &hierarchy.input,
        sheet: hierarchy.sheet.as_deref(),
        column: &hierarchy.column,
        origin,
        output: hierarchy.out.as_deref(),
        values: if hierarchy.show_values { Values::Shown } else { Values::Hidden },
    };
    let report = check(request, &abandon_on_signals()?)?;
    if common.json {
        console::print_json(&report)?;
    } else {
        let lines: Vec<String> = report.faults.iter().map(line_of).collect();
        if !lines.is_empty() {
            console::print(&lines.join("\n"))?;
        }
        say_hierarchy(&report, hierarchy.show_values, common);
    }
    Ok(if report.fits || report.written { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// A fault in one line.
fn line_of(fault: &HierarchyFault) -> String {
    let place = fault.line.map_or_else(String::new, |line| format!("line {line}: "));
    let what = match fault.kind {
        "gap" => "no line".to_owned(),
        "ragged" => "another number of labels than most lines".to_owned(),
        "repeated" => format!("other labels than line {}", fault.first_line.unwrap_or_default()),
        _ => format!("a second parent of a label of level {}", fault.level.unwrap_or_default()),
    };
    let rows = format!("{place}{what} ({} rows)", fault.rows);
    let Some(value) = &fault.value else { return rows };
    let parents: Vec<String> = fault
        .parents
        .iter()
        .map(|(parent, lines)| format!("{parent:?} in {lines} lines"))
        .collect();
    let parents =
        if parents.is_empty() { String::new() } else { format!(": {}", parents.join(", ")) };
    // Quoted, since a value may hold what moves a terminal's cursor.
    let offered = match fault.offered.as_slice() {
        [] => "nothing can be offered".to_owned(),
        offered => format!("offered {:?}", offered.join(";")),
    };
    format!("{rows} {value:?}{parents}; {offered}")
}

fn say_hierarchy(report: &HierarchyReport, shown: bool, common: &Common) {
    common.say(&format!(
        "column `{}`: {} values in {} rows, {} rows without a value; the hierarchy has {} lines and {} \
         levels, {} lines are of other values",
        report.column,
        report.values,
        report.rows,
        report.missing_rows,
        report.lines,
        report.levels,
        report.unused_lines
    ));
    if report.gaps > 0 {
        let values = format!("{} values in {} rows have no line", report.gaps, report.gap_rows);
        common.say(&values);
    }
    for (count, what) in [
        (report.ragged_lines, "lines have another number of labels than most"),
        (report.repeated_lines, "lines repeat a value with other labels"),
        (report.ambiguous_labels, "labels have several parents"),
    ] {
        if count > 0 {
            common.say(&format!("{count} {what}"));
        }
    }
    if report.rejected_rows > 0 {
        common.say(&format!("{} rows could not be read", report.rejected_rows));
    }
    if report.unwritable > 0 {
        common
            .say(&format!("{} values hold line breaks, which no file can have", report.unwritable));
    }
    common.say(match (report.fits, report.written, shown) {
        (true, true, _) => "it fits and is written",
        (true, false, _) => "it fits",
        (false, true, _) => "written with every offer taken; read what was offered with --show-values",
        (false, false, true) => "--out FILE writes it with every offer taken",
        (false, false, false) => {
            "--show-values tells the values and what is offered, --out FILE writes it with every offer taken"
        }
    });
}

/// So many of something.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn say(report: &TableReport, common: &Common) {
    let unlinked = report.form.is_unlinked();
    common.say(&format!(
        "{} of {} released in {}; the smallest has {} in {}",
        report.released_rows,
        counted(report.rows, "row", "rows"),
        match unlinked {
            true => counted(report.classes, "group", "groups"),
            false => counted(report.classes, "class", "classes"),
        },
        counted(report.smallest_class_subjects, "person", "people"),
        counted(report.smallest_class_rows, "row", "rows")
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
    if let Some((some, all)) = report.sampled_people.zip(report.sampled_of) {
        common.say(&format!("{some} of {all} people were drawn; rows of others are left out"));
    }
    if let Some(people) = report.people_beside_population.filter(|people| *people > 0) {
        common.say(&format!(
            "{people} of the people have values that nobody of the population has, though everybody has to be in \
             it: `k_map` counts those who fit without them; see that both tables write values alike"
        ));
    }
    if report.rows_without_value > 0 {
        common.say(&format!(
            "{} of them state nothing where a value is asked for",
            report.rows_without_value
        ));
    }
    let cells: Vec<String> = report
        .suppressed_cells
        .iter()
        .flatten()
        .filter(|(_, rows)| **rows > 0)
        .map(|(column, rows)| format!("{column} {rows}"))
        .collect();
    if !cells.is_empty() {
        common.say(&format!("suppressed cells: {}", cells.join(", ")));
    }
    if report.rows_without_subject > 0 {
        common.say(&format!("{} rows name nobody and are left out", report.rows_without_subject));
    }
    if report.rows_joined && report.joint.is_some_and(|joint| joint.smallest > 0) {
        common.say(
            "a code or fake joins somebody's rows: what is promised is of single rows, and what all rows of a \
             person tell is below; `scope = \"joint\"` makes it hold for that",
        );
    }
    if report.held_rows > 0 {
        common.say(&format!(
            "{} rows are left out: who they are of is not known or not agreed on",
            report.held_rows
        ));
    }
    for done in &report.actions {
        common.say(&format!(
            "{} of `{}`: {} of {} cells changed, {} emptied, {} withheld",
            done.action, done.column, done.changed, done.filled, done.emptied, done.withheld
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
    for (column, share) in report.own_value.iter().flatten() {
        common.say(&format!(
            "{column}: a value drawn from somebody's group is theirs in {:.1} % of cases",
            share * 100.0
        ));
    }
    if unlinked {
        common
            .say("quasi-identifiers are as they are: whoever knows them finds the person's group");
        return;
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
