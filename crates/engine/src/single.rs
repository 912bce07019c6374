//! One table by itself, without a project: anonymized, read back, checked, and only then put in place.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anonymed_core::policy::{RiskScope, TableConfig, TableFormat, Unplaced};
use anonymed_core::{CancelToken, Progress};
use anonymed_table::promise::Kept;
use anonymed_table::single::{Checked, SingleOutcome, SingleTable, check, checkable};
use anonymed_table::{TableOptions, Tables};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use crate::EngineError;
use crate::table_attack::{self, TableAttackReport};
use crate::table_input::{self, TableInput};
use crate::table_report::{self, Drawing, Known, PageRequest};

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The table.
    pub input: &'a Path,
    /// Its sheet, for workbooks of several.
    pub sheet: Option<&'a str>,
    /// Where the released table goes; its ending says the format.
    pub output: &'a Path,
    /// The configuration; hierarchy files are looked for beside it.
    pub config: &'a Path,
    /// Where the page of the release goes, and how it is drawn; none is made otherwise.
    pub page: Option<(&'a Path, Drawing)>,
}

/// What was done with a table, and what was found in what was written.
#[derive(Debug, Clone, Serialize)]
pub struct TableReport {
    /// The search.
    pub method: String,
    /// The loss metric.
    pub metric: String,
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read.
    pub rejected_rows: u64,
    /// Rows that name nobody, though there is a subject column; they are left out, and in no other count.
    pub rows_without_subject: u64,
    /// People who were drawn; none where no sample was asked for. Rows of others are in no other count than
    /// `rows`.
    pub sampled_people: Option<u32>,
    /// Of how many.
    pub sampled_of: Option<u32>,
    /// Rows that state nothing where `nulls = "drop"` asks for a value; they are among the suppressed ones.
    pub rows_without_value: u64,
    /// Rows written.
    pub released_rows: u64,
    /// Distinct combinations of the quasi-identifiers.
    pub combinations: u64,
    /// The level of each quasi-identifier, where generalization is global.
    pub levels: Option<BTreeMap<String, u8>>,
    /// Equivalence classes.
    pub classes: u64,
    /// Rows of the smallest class, as read back.
    pub smallest_class_rows: u64,
    /// People of the smallest class, as read back.
    pub smallest_class_subjects: u64,
    /// Rows left out because no class could take them.
    pub suppressed_rows: u64,
    /// People with at least one such row.
    pub suppressed_subjects: u64,
    /// Released rows that are `*` in each quasi-identifier, as read back, where cells are suppressed.
    pub suppressed_cells: Option<BTreeMap<String, u64>>,
    /// Each model's promise, with what the written table reaches, as read back.
    pub models: Vec<Kept>,
    /// What all rows of a person say together; none where rows are people.
    pub joint: Option<Joint>,
    /// Loss by the metric.
    pub loss: f64,
    /// Global certainty penalty.
    pub gcp: f64,
    /// How much detail is left: one less the mean share of its column's domain that a cell stands for; none
    /// where all rows of a person are made alike.
    pub granularity: Option<f64>,
    /// Whether nothing of the kind searched for costs less.
    pub optimal: bool,
    /// By how much the least could be lower; none where the search proves nothing.
    pub gap: Option<f64>,
    /// Candidates that were judged.
    pub checks: u64,
    /// What attacks on what was written achieved; none where the configuration does not speak of them.
    pub attacks: Option<TableAttackReport>,
    /// Processor time of this process so far.
    pub cpu_seconds: f64,
}

/// The joint risk of a table whose people have several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Joint {
    /// People nobody else has the classes of, over all their rows.
    pub unique_subjects: u64,
    /// People of the smallest crowd with equal classes over all rows.
    pub smallest: u64,
}

/// Anonymizes one table.
///
/// # Errors
///
/// Where the table, the configuration or the output cannot be used, where more would have to be
/// suppressed than allowed, or where what was written does not hold what was promised; there is no output
/// then.
pub fn anonymize(
    places: Places<'_>,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<TableReport, EngineError> {
    let config = table_input::config(places.config)?;
    checkable(&config).map_err(table_input::wrong)?;
    let format = output_format(places.output)?;
    if let Some((page, _)) = places.page {
        table_report::writable(page)?;
    }
    if places.output.exists() {
        return Err(EngineError::Usage("the output exists already; choose another place".into()));
    }
    let options = table_input::options_with_population(places.config, &config, cancel)?;
    let options = || options.clone();
    let folder = places.output.parent().filter(|f| !f.as_os_str().is_empty());
    let mut staged = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(EngineError::io("the output", "written"))?;
    let staged_file = (format, staged.as_file_mut());
    let outcome = transform(places, &config, options(), (progress, cancel), staged_file)?;
    if outcome.released == 0 || !outcome.within_suppression_limit {
        return Err(EngineError::Nothing {
            reason: format!(
                "{} of {} rows would have to be suppressed, more than `suppress_max` allows; there is \
                 no output. Allow more, ask for less, or give hierarchies with more levels",
                outcome.suppressed_rows, outcome.rows
            ),
            exit: 4,
        });
    }
    if !outcome.conditions_hold {
        return Err(EngineError::Nothing {
            reason: "no k brings what is asked of the release as a whole (`average_risk`, \
                     `sample_uniques`, `population_uniques`); there is no output. Ask for less"
                .into(),
            exit: 4,
        });
    }
    if !outcome.cells_hold {
        return Err(EngineError::Nothing {
            reason: "more cells of a column are `*` than its `cells_max` allows, since the search writes them \
                     too; there is no output. Allow more, or ask for less"
                .into(),
            exit: 4,
        });
    }
    let checked = check(staged.path(), format, &config, (&outcome).into(), &options())
        .map_err(|e| EngineError::Integrity(e.to_string()))?;
    held(&outcome, &checked)?;
    let attacks = match &outcome.raw_rows {
        Some(raw_rows) => Some(attacked(places, staged.path(), &config, raw_rows, cancel)?),
        None => None,
    };
    let page = places
        .page
        .map(|(place, drawing)| {
            let request = PageRequest {
                raw: TableInput { path: places.input, sheet: places.sheet },
                released: staged.path(),
                config: places.config,
                drawing,
            };
            let known = Known {
                checked: &checked,
                subjects: outcome.subjects.as_deref(),
                gcp: outcome.gcp,
                loss: outcome.loss,
            };
            let html = table_report::page_of_release(request, &config, known, cancel)?;
            Ok::<_, EngineError>((place, html))
        })
        .transpose()?;
    staged.as_file().sync_all().map_err(EngineError::io("the output", "written"))?;
    staged
        .persist_noclobber(places.output)
        .map_err(|e| EngineError::io("the output", "written")(e.error))?;
    if let Some((place, html)) = page {
        table_report::write(place, &html)?;
    }
    Ok(TableReport { attacks, ..report(&config, outcome, &checked) })
}

/// Attacks what was written, and refuses it where an attack is above its threshold.
fn attacked(
    places: Places<'_>,
    written: &Path,
    config: &TableConfig,
    raw_rows: &[u32],
    cancel: &CancelToken,
) -> Result<TableAttackReport, EngineError> {
    let raw = TableInput { path: places.input, sheet: places.sheet };
    let released = TableInput { path: written, sheet: None };
    let report = table_attack::gate((raw, released), (places.config, config), raw_rows, cancel)?;
    if report.passed {
        return Ok(report);
    }
    let refuses = report.attacks.iter().filter(|told| told.refuses());
    let mut refusing: Vec<&str> = refuses.map(|told| told.report.attack.as_str()).collect();
    refusing.dedup();
    Err(EngineError::Nothing {
        reason: format!(
            "attacks on what was written succeed more often than [attack] allows, or could not be made: {}; \
             there is no output. `anonymed table attack` tells more of a release made without [attack]",
            refusing.join(", ")
        ),
        exit: table_attack::REFUSED,
    })
}

fn transform(
    places: Places<'_>,
    config: &TableConfig,
    options: TableOptions,
    (progress, cancel): (&dyn Progress, &CancelToken),
    (format, out): (TableFormat, &mut std::fs::File),
) -> Result<SingleOutcome, EngineError> {
    let tables = Tables::new(options);
    let job = SingleTable { config, cancel, clock: steady_time, progress };
    let mut out = std::io::BufWriter::with_capacity(1 << 20, out);
    let input = TableInput { path: places.input, sheet: places.sheet };
    let outcome = input.open(&tables, |document, found, part| {
        let mut outputs: [(TableFormat, &mut dyn Write); 1] = [(format, &mut out)];
        tables.anonymize(document, found, part, &job, &mut outputs)
    })?;
    out.flush().map_err(EngineError::io("the output", "written"))?;
    Ok(outcome)
}

/// Holds what was read back against what was promised.
fn held(outcome: &SingleOutcome, checked: &Checked) -> Result<(), EngineError> {
    let broken = |what: &str| {
        Err(EngineError::Integrity(format!(
            "what was written {what}, though the search says otherwise; nothing is released, please \
             report it"
        )))
    };
    if checked.rows != outcome.released {
        return broken("has not the rows it should");
    }
    match checked.promises.iter().find(|kept| !kept.holds) {
        Some(kept) => broken(&format!("does not reach {} of {}", kept.measure, kept.asked)),
        None => Ok(()),
    }
}

fn report(config: &TableConfig, outcome: SingleOutcome, checked: &Checked) -> TableReport {
    let joint = checked.joint_unique_subjects.zip(checked.joint_smallest);
    // All rows of a person are made alike, by a cutting of its own.
    let is_joint = config.scope == RiskScope::Joint;
    TableReport {
        method: if is_joint { "subject-grouping".into() } else { config.search.method.clone() },
        metric: if is_joint { "ncp".into() } else { config.search.metric.clone() },
        rows: outcome.rows,
        rejected_rows: outcome.rejected.len() as u64,
        rows_without_subject: outcome.nameless,
        sampled_people: outcome.sampled.map(|(some, _)| some),
        sampled_of: outcome.sampled.map(|(_, all)| all),
        rows_without_value: outcome.unstated,
        released_rows: outcome.released,
        combinations: outcome.combinations,
        levels: outcome.levels.map(|levels| levels.into_iter().collect()),
        classes: checked.classes,
        smallest_class_rows: checked.smallest_class_rows,
        smallest_class_subjects: checked.smallest_class_subjects,
        suppressed_rows: outcome.suppressed_rows,
        suppressed_subjects: outcome.suppressed_subjects,
        suppressed_cells: (config.output.suppressed == Unplaced::Cells)
            .then(|| checked.suppressed_cells.iter().cloned().collect()),
        models: checked.promises.clone(),
        joint: joint.map(|(unique_subjects, smallest)| Joint { unique_subjects, smallest }),
        loss: outcome.loss,
        gcp: outcome.gcp,
        granularity: outcome.granularity,
        optimal: outcome.proof.is_some_and(|proof| proof.optimal),
        gap: outcome.proof.map(|proof| proof.gap),
        checks: outcome.proof.map_or(0, |proof| proof.checks),
        attacks: None,
        cpu_seconds: clock(ClockId::ProcessCPUTime).as_secs_f64(),
    }
}

pub(crate) fn output_format(path: &Path) -> Result<TableFormat, EngineError> {
    match path.extension().and_then(std::ffi::OsStr::to_str) {
        Some(end) if end.eq_ignore_ascii_case("csv") => Ok(TableFormat::Csv),
        Some(end) if end.eq_ignore_ascii_case("parquet") => Ok(TableFormat::Parquet),
        _ => Err(EngineError::Usage("the output is named *.csv or *.parquet".into())),
    }
}

/// Time that goes on evenly, for limits.
pub(crate) fn steady_time() -> Duration {
    clock(ClockId::Monotonic)
}

fn clock(id: ClockId) -> Duration {
    let time = clock_gettime(id);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
