//! The actions of a table by itself: who its people are, what their codes, shifts and fakes are made with, and a
//! search of what was written for the identifiers that were read.
//!
//! The same key file, `[keys] domain` and authority give a patient the same code and date shift as in a project.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anonymed_core::policy::{ColumnConfig, Generalization, TableConfig, TableFormat, TimeMode};
use anonymed_core::{
    Action, AttributeRole, CancelToken, Context, KeyRing, Policy, PolicyError, Pseudonymizer,
    SubjectId,
};
use anonymed_table::single::{Rewritten, SingleOutcome};
use anonymed_table::{Persons, StringBatch, TableOptions, Tables, WITHHELD, released};
use anonymed_text::Scrubber;
use hashbrown::HashSet;
use jiff::civil::Date;

use crate::graph::{KeepDates, KeyIndex, RawGraph, SubjectGraph};
use crate::subjects::{KnownValuesNeed, Patients, pseudonymizer};
use crate::table_input::TableInput;
use crate::verification::known_values;
use crate::verify::dates::unwritten_dates;
use crate::verify::quiet::{Known, QuietValues};
use crate::verify::residual::{Position, residual};
use crate::verify::{CellUse, ColumnTally, KnownValues, Sweep, Weight};
use crate::{EngineError, job};

/// Exit code of a release in which identifiers were found.
const REFUSED: u8 = 5;
/// Share of a column's cells of prose beyond which blanking is not enough, as in a project by default.
const WITHHELD_MOST: f64 = 0.05;

/// What the actions of a configuration work with.
pub(crate) struct Actions<'a> {
    policy: &'a Policy,
    patients: Patients,
    codes: Arc<Pseudonymizer>,
    text: Scrubber,
    known: KnownValues,
    as_of: Date,
}

impl<'a> Actions<'a> {
    /// Reads who the people of a table are; nothing where the configuration has no action.
    ///
    /// # Errors
    ///
    /// Where the actions need a key and there is none, where the table cannot be read, or no date says when its
    /// data end though ages or dates are worked on.
    pub(crate) fn of(
        input: TableInput<'_>,
        config: &'a TableConfig,
        folder: &Path,
        keys: Option<&dyn KeyRing>,
        cancel: &CancelToken,
    ) -> Result<Option<Self>, EngineError> {
        let Some(policy) = &config.actions else { return Ok(None) };
        match keys {
            Some(keys) => Self::with_keys(input, (config, policy, folder), keys, cancel).map(Some),
            None if config.needs_key() => Err(EngineError::Usage(
                "an action of the configuration (pseudonym, surrogate, shift, perturb, encrypt or text) needs a \
                 key: --key-file FILE"
                    .into(),
            )),
            None => {
                let passing = anonymed_vault::draw_root_key()?;
                Self::with_keys(input, (config, policy, folder), &passing, cancel).map(Some)
            }
        }
    }

    fn with_keys(
        input: TableInput<'_>,
        (config, policy, folder): (&TableConfig, &'a Policy, &Path),
        keys: &dyn KeyRing,
        cancel: &CancelToken,
    ) -> Result<Self, EngineError> {
        let mut raw = read_people(input, config, cancel)?;
        raw.settle();
        let graph = SubjectGraph::build(&raw, &policy.subject, &[]);
        let as_of = policy.time.as_of.or_else(|| raw.latest());
        let as_of = as_of.or_else(|| (!works_on_dates(config)).then_some(Date::ZERO));
        let as_of = as_of.ok_or_else(|| {
            EngineError::Policy(PolicyError {
                key: "time.as_of".into(),
                reason: "no date in the table tells when its data end, and ages are reckoned on that day; name it"
                    .into(),
                span: None,
            })
        })?;
        // A maker of codes for a crosswalk is refused by the configuration, so that no digest is asked.
        let codes = Arc::new(pseudonymizer(policy, keys, ""));
        let need = KnownValuesNeed::ForText;
        let known = known_values(keys, &raw, &graph);
        let patients = Patients::new(policy, keys, &codes, &raw, &graph, need)
            .with_keys(KeyIndex::new(raw, graph));
        let text = job::scrubber(&codes, policy, folder, &patients)?;
        Ok(Self { policy, patients, codes, text, known, as_of })
    }

    /// What the table engine works with.
    pub(crate) fn context<'c>(&'c self, cancel: &'c CancelToken) -> Context<'c> {
        Context {
            policy: self.policy,
            pseudonymizer: &self.codes,
            subjects: &self.patients,
            text: &self.text,
            as_of: self.as_of,
            cancel,
            progress: &(),
        }
    }

    /// Looks for identifiers in the columns that were rewritten, as they were written.
    pub(crate) fn look(
        &self,
        (written, format): (&Path, TableFormat),
        (config, outcome): (&TableConfig, &SingleOutcome),
    ) -> Result<Found, EngineError> {
        let broken = |e: released::ReadBackError| EngineError::Integrity(e.to_string());
        let table = released::read(written, format).map_err(broken)?;
        let allowed = self.policy.text.allow.iter().map(String::as_str);
        let sweep = Sweep::new(&self.known).allowing(allowed);
        let columns = table.columns().to_vec();
        let mut looked: Vec<Looked<'_>> = outcome
            .rewritten
            .iter()
            .filter_map(|done| Looked::of(done, &columns, config, format))
            .collect();
        let mut kept: Vec<KeptColumn<'_>> = config
            .columns
            .iter()
            .filter(|(_, column)| is_kept(column))
            .filter_map(|(name, _)| {
                let at = columns.iter().position(|column| column == name)?;
                let values = QuietValues::new(CellUse::Kept, None);
                Some(KeptColumn { at, name, values, tally: ColumnTally::default() })
            })
            .collect();
        // Towns and postal codes are kept on purpose, where they are.
        let kept_sweep = Sweep::new(&self.known)
            .allowing(self.policy.text.allow.iter().map(String::as_str))
            .keeping_areas();
        let is_guarded = format == TableFormat::Csv;
        let mut found = Found::default();
        let mut row = 0;
        for batch in table {
            let batch = batch.map_err(broken)?;
            for at in 0..batch.len() {
                let raw_row =
                    outcome.raw_rows.as_ref().and_then(|rows| rows.get(row + at)).copied();
                let raw_row = raw_row.ok_or_else(|| {
                    EngineError::Integrity("the release has rows of nobody".into())
                })?;
                let person = outcome.subjects.as_ref().and_then(|all| all.get(row + at));
                let owner = person.and_then(|code| outcome.owners.get(*code as usize)).copied();
                for column in &mut kept {
                    let value = batch.value(column.at, at);
                    let value = if is_guarded { anonymed_table::unguarded(value) } else { value };
                    if column.holds_identifier(value, owner, &kept_sweep) {
                        found.take_column(column.name);
                    }
                }
                for column in &mut looked {
                    let hit = column.look(&batch, at, (raw_row, owner), &sweep, self);
                    found.take(column, raw_row, hit);
                }
            }
            row += batch.len();
        }
        let told = kept.iter().filter(|column| column.tally.verdict(&kept_sweep).is_some());
        told.for_each(|column| found.take_column(column.name));
        Ok(found)
    }
}

/// What was found of identifiers in what was written.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Cells of prose: the number of the row among those read, and the column.
    pub(crate) prose: HashSet<(u32, String)>,
    /// Columns of other actions with a cell that holds an identifier still.
    pub(crate) columns: Vec<String>,
    /// Of each column of prose the cells that state something, and those of them that hold an identifier or are
    /// blanked for one.
    cells: BTreeMap<String, (u64, u64)>,
}

/// What a written cell is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// It states nothing.
    Empty,
    /// Nothing is found in it.
    Clean,
    /// It was blanked before.
    Blanked,
    /// It holds an identifier.
    Hit,
}

impl Found {
    /// Refuses a release in which an action left identifiers, or so many cells of prose hold one that the rest
    /// is not to be trusted.
    ///
    /// # Errors
    ///
    /// [`EngineError::Nothing`] that names the columns.
    pub(crate) fn refuse(&self, withheld: &HashSet<(u32, String)>) -> Result<(), EngineError> {
        let refused = |reason: String| Err(EngineError::Nothing { reason, exit: REFUSED });
        if !self.columns.is_empty() {
            return refused(format!(
                "an identifier that was read stands in what was written of {}; there is no output. Give the \
                 column another action, or drop it",
                self.columns.join(", ")
            ));
        }
        if self.prose.intersection(withheld).next().is_some() {
            return Err(EngineError::Integrity("a cell that was to be blanked was not".into()));
        }
        for (column, (cells, held)) in &self.cells {
            if *held > 1 && *held as f64 > WITHHELD_MOST * *cells as f64 {
                return refused(format!(
                    "an identifier that was read stands in {held} of {cells} cells of {column} after scrubbing; \
                     there is no output. Leave the column out, or redact it"
                ));
            }
        }
        Ok(())
    }

    fn take(&mut self, column: &Looked<'_>, row: u32, look: Look) {
        if column.used == CellUse::Prose && look != Look::Empty {
            let (cells, held) = self.cells.entry(column.done.column.clone()).or_default();
            *cells += 1;
            *held += u64::from(look != Look::Clean);
        }
        if look != Look::Hit {
            return;
        }
        if column.used == CellUse::Prose {
            self.prose.insert((row, column.done.column.clone()));
        } else {
            self.take_column(&column.done.column);
        }
    }

    fn take_column(&mut self, name: &str) {
        if !self.columns.iter().any(|known| known == name) {
            self.columns.push(name.to_owned());
        }
    }
}

/// A column that is released as it is.
struct KeptColumn<'a> {
    at: usize,
    name: &'a str,
    values: QuietValues,
    tally: ColumnTally,
}

impl KeptColumn<'_> {
    /// Counts a cell, and says whether it holds an identifier for certain.
    fn holds_identifier(
        &mut self,
        value: &str,
        owner: Option<SubjectId>,
        sweep: &Sweep<'_>,
    ) -> bool {
        if value.is_empty() {
            return false;
        }
        if let Some(Known::Quiet(quiet)) = self.values.look(sweep, value) {
            self.tally.add_quiet(quiet);
            return false;
        }
        let hits = self.tally.add(sweep, value, owner);
        hits.iter().any(|hit| hit.weight == Weight::Certain)
    }
}

/// A rewritten column that is looked at.
struct Looked<'a> {
    /// What its values were found to be.
    values: QuietValues,
    done: &'a Rewritten,
    at: usize,
    used: CellUse,
    role: AttributeRole,
    is_guarded: bool,
}

impl<'a> Looked<'a> {
    /// Nothing where the column's values stand in classes: labels are judged by the models.
    fn of(
        done: &'a Rewritten,
        columns: &[String],
        config: &TableConfig,
        format: TableFormat,
    ) -> Option<Self> {
        let at = columns.iter().position(|name| *name == done.column)?;
        let (_, column) = config.columns.iter().find(|(name, _)| *name == done.column)?;
        let used = match (column.role, done.action) {
            (AttributeRole::Quasi, _) => return None,
            (_, "text") => CellUse::Prose,
            (_, "generalize") => CellUse::Kept,
            _ => CellUse::Written,
        };
        let values = QuietValues::new(used, Some(column.role));
        Some(Self {
            values,
            done,
            at,
            used,
            role: column.role,
            is_guarded: format == TableFormat::Csv,
        })
    }

    fn look(
        &mut self,
        batch: &StringBatch,
        at: usize,
        (row, owner): (u32, Option<SubjectId>),
        sweep: &Sweep<'_>,
        actions: &Actions<'_>,
    ) -> Look {
        let value = batch.value(self.at, at);
        let value = if self.is_guarded { anonymed_table::unguarded(value) } else { value };
        if value.is_empty() {
            return Look::Empty;
        }
        let excused: &[Range<usize>] = self.done.spans.get(&row).map_or(&[], Vec::as_slice);
        if value == WITHHELD && excused.first().is_some_and(|span| *span == (0..value.len())) {
            return Look::Blanked;
        }
        if excused.is_empty() && self.values.look(sweep, value).is_some() {
            return Look::Clean;
        }
        let hits = match self.used {
            CellUse::Prose => sweep.field(value, owner, excused),
            used => sweep.cell(value, owner, used),
        };
        if hits.iter().any(|hit| hit.weight == Weight::Certain) {
            return Look::Hit;
        }
        if self.used == CellUse::Written {
            return Look::Clean;
        }
        let dated = self.used == CellUse::Prose && actions.policy.time.mode != TimeMode::Keep;
        let is_hit = !residual(value, Position::Cell(self.role), excused).is_empty()
            || (dated && !unwritten_dates(value, excused).is_empty());
        if is_hit { Look::Hit } else { Look::Clean }
    }
}

/// Whether a column's values are released as they are, and are in no label that people share.
fn is_kept(column: &ColumnConfig) -> bool {
    let is_whole = matches!(column.role, AttributeRole::Sensitive | AttributeRole::Insensitive);
    is_whole && column.action == Action::Keep && column.items.is_none()
}

/// What the rows of a table say of its people.
fn read_people(
    input: TableInput<'_>,
    config: &TableConfig,
    cancel: &CancelToken,
) -> Result<RawGraph, EngineError> {
    let identifiers: Vec<_> = config
        .of_role(AttributeRole::Identifier)
        .map(|(name, column)| (name.as_str(), column.entity))
        .collect();
    let others: Vec<&str> = config
        .columns
        .iter()
        .filter(|(_, column)| column.role != AttributeRole::Identifier)
        .map(|(name, _)| name.as_str())
        .collect();
    let subject = config.subject.as_deref();
    let persons = Persons { subject, identifiers: &identifiers, others: &others };
    let tables = Tables::new(TableOptions::default());
    let mut graph = RawGraph::default();
    input.open(&tables, |document, format, part| {
        cancel.check()?;
        tables.mentions(document, format, part, persons, &mut |mention| {
            graph.mention(&mention, KeepDates::No);
        })
    })?;
    Ok(graph)
}

/// Whether ages are reckoned or dates moved.
fn works_on_dates(config: &TableConfig) -> bool {
    config.columns.iter().any(|(_, column)| {
        matches!(
            column.action,
            Action::Shift
                | Action::Text
                | Action::Surrogate
                | Action::Generalize(
                    Generalization::AgeCap | Generalization::Month | Generalization::Year
                )
        )
    })
}
