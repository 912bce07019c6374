//! One table by itself, without a project: anonymized, read back, checked, and only then put in place.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anonymed_core::policy::{OutputForm, RiskScope, TableConfig, TableFormat, Unplaced};
use anonymed_core::{
    CancelToken, KeyRing, ModalityError, Progress, PseudonymDomain, Pseudonymizer, RootKey,
};
use anonymed_table::promise::Kept;
use anonymed_table::single::{
    Acting, Beside, CheckError, Checked, Rewritten, SensitiveCounts, SingleOutcome, SingleTable,
    check, checkable,
};
use anonymed_table::{TableOptions, Tables};
use hashbrown::HashSet;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::EngineError;
use crate::single_actions::Actions;
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
    /// What a line of the output is. Where it is `anatomy` or `permuted`, quasi-identifiers are as they are, and
    /// classes are groups: nothing is said of labels that people share.
    pub form: OutputForm,
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
    /// Rows whose person is not known or not agreed on, where actions go by that; they are left out.
    pub held_rows: u64,
    /// Whether a code or a fake in the release joins somebody's rows: models are of single rows then, but for
    /// `scope = "joint"`.
    pub rows_joined: bool,
    /// What was done with the values of columns that have an action.
    pub actions: Vec<Rewritten>,
    /// People who were drawn; none where no sample was asked for. Rows of others are in no other count than
    /// `rows`.
    pub sampled_people: Option<u32>,
    /// Of how many.
    pub sampled_of: Option<u32>,
    /// Rows that state nothing where `nulls = "drop"` asks for a value; they are among the suppressed ones.
    pub rows_without_value: u64,
    /// People with values of the quasi-identifiers that nobody of the population has, though everybody has to be in
    /// it; none where no model compares with one.
    pub people_beside_population: Option<u64>,
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
    /// By sensitive column, how often a value that is drawn from somebody's group is theirs; none where values
    /// stand in the rows of those who have them.
    pub own_value: Option<BTreeMap<String, f64>>,
    /// Loss by the metric; of groups what their labels would lose, which are not written.
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

/// Says before a key is made whether the work can begin, and whether the configuration's actions need one.
///
/// # Errors
///
/// Where the table is not there, the configuration cannot be used, or the output is there or named otherwise.
pub fn ready(places: &Places<'_>) -> Result<bool, EngineError> {
    let config = table_input::config(places.config)?;
    checkable(&config).map_err(table_input::wrong)?;
    output_format(places.output)?;
    fs_err::metadata(places.input).map_err(EngineError::io("the table", "read"))?;
    match places.output.exists() {
        true => Err(EngineError::Usage("the output exists already; choose another place".into())),
        false => Ok(config.needs_key()),
    }
}

/// Anonymizes one table. `keys` are what the configuration's actions work with, where they need any.
///
/// # Errors
///
/// Where the table, the configuration or the output cannot be used, where more would have to be
/// suppressed than allowed, or where what was written does not hold what was promised; there is no output
/// then.
pub fn anonymize(
    places: Places<'_>,
    keys: Option<&dyn KeyRing>,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<TableReport, EngineError> {
    let config = table_input::config(places.config)?;
    checkable(&config).map_err(table_input::wrong)?;
    table_attack::tables_are_there(places.config, &config)?;
    let format = output_format(places.output)?;
    if let Some((page, _)) = places.page {
        table_input::with_labels(&config, "the page of a release")?;
        table_report::writable(page)?;
        config.clone().as_they_are()?;
    }
    let counts_place =
        (config.output.form == OutputForm::Anatomy).then(|| counts_place(places.output));
    if places.output.exists() {
        return Err(EngineError::Usage("the output exists already; choose another place".into()));
    }
    if counts_place.as_ref().is_some_and(|place| place.exists()) {
        return Err(EngineError::Usage(
            "the second table of the output (*.sensitive.*) exists already; choose another place"
                .into(),
        ));
    }
    let options = table_input::options_with_population(places.config, &config, cancel)?;
    let mut staged = staged_beside(places.output)?;
    let input = TableInput { path: places.input, sheet: places.sheet };
    let folder = places.config.parent().unwrap_or(Path::new(""));
    let actions = Actions::of(input, &config, folder, keys, cancel)?;
    let work = Work { places, config: &config, options: &options, format, progress, cancel };
    let outcome = work.written(&mut staged, actions.as_ref())?;
    if outcome.rows == 0 {
        return Err(EngineError::Nothing { reason: "the table has no rows".into(), exit: 2 });
    }
    if outcome.released == 0 || !outcome.within_suppression_limit {
        return Err(EngineError::Nothing {
            reason: format!(
                "{} of {} rows would have to be suppressed, more than `suppress_max` allows; there is \
                 no output. Allow more, ask for less, or give hierarchies with more levels",
                outcome.suppressed_rows,
                outcome.released + outcome.suppressed_rows
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
    let counts = match (counts_place, &outcome.sensitive) {
        (Some(place), Some(counts)) => {
            Some((staged_counts(&place, format, counts, cancel)?, place))
        }
        _ => None,
    };
    let beside = Beside::from(&outcome).with_counts(counts.as_ref().map(|(file, _)| file.path()));
    let beside = beside.cancelled_by(cancel);
    let checked = check(staged.path(), format, &config, beside, &options);
    let checked = checked.map_err(|e| match e {
        CheckError::Configuration(
            wrong @ (ModalityError::Policy(_) | ModalityError::Cancelled(_)),
        ) => table_input::wrong(wrong),
        other => EngineError::Integrity(other.to_string()),
    })?;
    held(&outcome, &checked)?;
    let attacks = match outcome.raw_rows.as_deref().filter(|_| config.is_attacked) {
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
    put_in_place(staged, places.output, counts)?;
    if let Some((place, html)) = page {
        table_report::write(place, &html)?;
    }
    Ok(TableReport { attacks, ..report(&config, outcome, &checked) })
}

/// Where the second table of the anatomy form goes: `released.sensitive.csv` beside `released.csv`.
fn counts_place(output: &Path) -> PathBuf {
    let part = |part: Option<&OsStr>| part.unwrap_or_default().to_owned();
    let mut name = part(output.file_stem());
    name.push(".sensitive.");
    name.push(part(output.extension()));
    output.with_file_name(name)
}

fn staged_beside(place: &Path) -> Result<NamedTempFile, EngineError> {
    let folder = place.parent().filter(|f| !f.as_os_str().is_empty());
    NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(EngineError::io("the output", "written"))
}

fn staged_counts(
    place: &Path,
    format: TableFormat,
    counts: &SensitiveCounts,
    cancel: &CancelToken,
) -> Result<NamedTempFile, EngineError> {
    let mut staged = staged_beside(place)?;
    let mut out = std::io::BufWriter::with_capacity(1 << 20, staged.as_file_mut());
    counts.write(format, &mut out, cancel).map_err(table_input::wrong)?;
    out.flush().map_err(EngineError::io("the output", "written"))?;
    drop(out);
    Ok(staged)
}

/// Puts the output in place, and before it the table that belongs to it; neither stays without the other.
fn put_in_place(
    staged: NamedTempFile,
    output: &Path,
    counts: Option<(NamedTempFile, PathBuf)>,
) -> Result<(), EngineError> {
    let persisted = |file: NamedTempFile, place: &Path| {
        file.as_file().sync_all().map_err(EngineError::io("the output", "written"))?;
        file.persist_noclobber(place)
            .map(drop)
            .map_err(|e| EngineError::io("the output", "written")(e.error))
    };
    let Some((file, place)) = counts else { return persisted(staged, output) };
    persisted(file, &place)?;
    persisted(staged, output).inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs_err::remove_file(&place);
    })
}

/// What a release draws from, where it does: the seed of the configuration, or a key that is kept nowhere.
pub(crate) fn draws(config: &TableConfig) -> Result<Option<Pseudonymizer>, EngineError> {
    if !anonymed_table::single::draws(config).map_err(table_input::wrong)? {
        return Ok(None);
    }
    let key = match &config.output.seed {
        Some(seed) => RootKey::of_seed(seed.expose().as_bytes()),
        None => anonymed_vault::draw_root_key()?,
    };
    Ok(Some(Pseudonymizer::keyed(&key, &PseudonymDomain("table-draws".into()))))
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

/// The writing of a table.
struct Work<'a> {
    places: Places<'a>,
    config: &'a TableConfig,
    options: &'a TableOptions,
    format: TableFormat,
    progress: &'a dyn Progress,
    cancel: &'a CancelToken,
}

impl Work<'_> {
    /// Writes the table. Cells of prose in which an identifier is found are blanked, and it is written again.
    fn written(
        &self,
        staged: &mut NamedTempFile,
        actions: Option<&Actions<'_>>,
    ) -> Result<SingleOutcome, EngineError> {
        let mut withheld = HashSet::new();
        let Some(actions) = actions else { return self.transform(staged, None) };
        let context = actions.context(self.cancel);
        loop {
            let acting = Acting { context: &context, withheld: &withheld };
            let outcome = self.transform(staged, Some(acting))?;
            let found = actions.look((staged.path(), self.format), (self.config, &outcome))?;
            found.refuse(&withheld)?;
            if found.prose.is_empty() {
                return Ok(outcome);
            }
            withheld.extend(found.prose);
        }
    }

    fn transform(
        &self,
        staged: &mut NamedTempFile,
        acting: Option<Acting<'_>>,
    ) -> Result<SingleOutcome, EngineError> {
        let out = staged.as_file_mut();
        out.set_len(0)
            .and_then(|()| out.rewind())
            .map_err(EngineError::io("the output", "written"))?;
        let tables = Tables::new(self.options.clone());
        let (config, cancel, progress) = (self.config, self.cancel, self.progress);
        let draws = draws(config)?;
        let draws = draws.as_ref();
        let job = SingleTable { config, cancel, clock: steady_time, progress, acting, draws };
        let mut out = std::io::BufWriter::with_capacity(1 << 20, out);
        let input = TableInput { path: self.places.input, sheet: self.places.sheet };
        let outcome = input.open(&tables, |document, found, part| {
            let mut outputs: [(TableFormat, &mut dyn Write); 1] = [(self.format, &mut out)];
            tables.anonymize(document, found, part, &job, &mut outputs)
        })?;
        out.flush().map_err(EngineError::io("the output", "written"))?;
        Ok(outcome)
    }
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
        form: config.output.form,
        own_value: outcome.own_value,
        method: if is_joint { "subject-grouping".into() } else { config.search.method.clone() },
        metric: if is_joint { "ncp".into() } else { config.search.metric.clone() },
        rows: outcome.rows,
        rejected_rows: outcome.rejected.len() as u64,
        rows_without_subject: outcome.nameless,
        held_rows: outcome.held,
        rows_joined: config.joins_rows(),
        actions: outcome.rewritten,
        sampled_people: outcome.sampled.map(|(some, _)| some),
        sampled_of: outcome.sampled.map(|(_, all)| all),
        rows_without_value: outcome.unstated,
        people_beside_population: outcome.strangers,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_table_stays_without_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let output = place("released.v2.csv");
        let counts = counts_place(&output);
        assert_eq!(counts, place("released.v2.sensitive.csv"));
        let put = || {
            let staged = || staged_beside(&output).unwrap();
            put_in_place(staged(), &output, Some((staged(), counts.clone())))
        };
        // Somebody else was there in the meantime, at one place or the other.
        fs_err::write(&output, "theirs").unwrap();
        assert!(put().is_err() && !counts.exists());
        fs_err::remove_file(&output).unwrap();
        fs_err::write(&counts, "theirs").unwrap();
        assert!(put().is_err() && !output.exists());
        assert_eq!(fs_err::read_to_string(&counts).unwrap(), "theirs");
        fs_err::remove_file(&counts).unwrap();
        put().unwrap();
        assert!(output.exists() && counts.exists());
    }
}
