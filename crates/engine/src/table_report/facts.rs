//! What the page tells, read and counted from both tables.

use std::collections::HashMap;

use anonymed_assess::{
    ClassOver, CodedColumn, CodedTable, NOBODY, RiskQuestion, TableRisk, UtilityMeter, classes_over,
};
use anonymed_core::policy::{ModelConfig, OutputForm, RiskScope, TableConfig, TableFormat};
use anonymed_core::{AttributeRole, CancelToken, ModalityError};
use anonymed_table::Tables;
use anonymed_table::promise::Kept;
use anonymed_table::single::{Beside, CheckError, Checked, LeftOut, beyond_end, check};

use super::{Drawing, PageRequest};
use crate::report::shown::Audience;
use crate::table_input::{self, TableInput};
use crate::table_utility::Point;
use crate::{EngineError, table_attack, table_risk, table_utility};

/// How people of the released rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum People {
    /// Each row is one.
    Rows,
    /// By the subject column of the raw table.
    Subjects,
    /// Nobody knows, though the raw table tells people apart: each row is taken for one.
    Unknown,
}

/// What the release was counted to be when it was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// What was read back.
    pub(crate) checked: &'a Checked,
    /// The subject of each released row.
    pub(crate) subjects: Option<&'a [u32]>,
    /// Certainty penalty.
    pub(crate) gcp: f64,
    /// Loss by the configured metric.
    pub(crate) loss: f64,
}

/// Everything on the page.
pub(super) struct Facts<'a> {
    pub(super) config: &'a TableConfig,
    pub(super) drawing: Drawing,
    pub(super) audience: Audience,
    pub(super) raw: CodedTable,
    /// With the people of its rows, where they are known.
    pub(super) released: CodedTable,
    pub(super) people: People,
    /// Rows and people of the raw table.
    pub(super) raw_rows: u64,
    pub(super) raw_people: u64,
    pub(super) promises: Vec<Kept>,
    pub(super) risk: TableRisk,
    /// People of a class, and how many classes have as many.
    pub(super) sizes: Vec<(u64, u64)>,
    /// Names of what was lost, and how much.
    pub(super) loss: Vec<(String, f64)>,
    pub(super) curve: Option<Vec<Point>>,
}

impl<'a> Facts<'a> {
    /// Of a release that was just made.
    pub(super) fn known(
        request: PageRequest<'_>,
        config: &'a TableConfig,
        known: Known<'_>,
        cancel: &CancelToken,
    ) -> Result<Self, EngineError> {
        let both = Both::read(request, config, cancel)?;
        let loss = [
            (format!("Loss ({})", config.search.metric), known.loss),
            (PENALTY.to_owned(), known.gcp),
        ];
        let subjects = known.subjects.map(<[u32]>::to_vec);
        let promises = known.checked.promises.clone();
        both.facts(request, config, subjects, (promises, loss.into()), cancel)
    }

    /// Of any release, counted again.
    pub(super) fn counted(
        request: PageRequest<'_>,
        config: &'a TableConfig,
        format: TableFormat,
        cancel: &CancelToken,
    ) -> Result<Self, EngineError> {
        let both = Both::read(request, config, cancel)?;
        let rows = table_attack::raw_rows(
            (request.raw, request.released),
            (request.config, config),
            cancel,
        )?;
        let fits = |rows: &Vec<u32>| {
            rows.len() == both.released.rows()
                && rows.iter().all(|row| (*row as usize) < both.raw.rows())
        };
        let rows = rows.filter(fits);
        sampled(config)?;
        let subjects = both.subjects(rows.as_deref());
        // Codes of a release are numbered as no raw row is.
        let is_raw = subjects.is_some() && rows.is_some();
        let left_out = both.left_out(rows.as_deref(), is_raw, config)?;
        let beside = Beside::new(subjects.as_deref(), &left_out).cancelled_by(cancel);
        let options = table_input::options_with_population(request.config, config, cancel)?;
        let checked =
            check(request.released, format, config, beside, &options).map_err(|e| match e {
                CheckError::Configuration(stopped @ ModalityError::Cancelled(_)) => {
                    table_input::wrong(stopped)
                }
                e => EngineError::Usage(format!("the released table cannot be judged: {e}")),
            })?;
        let penalty = rows.map(|rows| match config.sample {
            // Who was not drawn is no loss of detail.
            Some(_) => (DRAWN_PENALTY.to_owned(), both.penalty_of_released(&rows)),
            None => (READ_PENALTY.to_owned(), both.penalty(&rows)),
        });
        let told = (checked.promises, penalty.into_iter().collect());
        both.facts(request, config, subjects, told, cancel)
    }
}

/// As the search counts it, by its hierarchies.
const PENALTY: &str = "Certainty penalty (GCP)";
/// As `assess` reads it from the cells.
const READ_PENALTY: &str = "Certainty penalty of the cells";
/// The same of released rows alone.
const DRAWN_PENALTY: &str = "Certainty penalty of the released cells";

/// Both tables as they were read.
struct Both {
    raw: CodedTable,
    released: CodedTable,
}

impl Both {
    fn read(
        request: PageRequest<'_>,
        config: &TableConfig,
        cancel: &CancelToken,
    ) -> Result<Self, EngineError> {
        let tables = Tables::new(table_input::options(request.config, config));
        let raw = table_risk::read(&tables, (request.raw, OutputForm::Rows), config, cancel)?.table;
        let released = TableInput { path: request.released, sheet: None };
        let released =
            table_risk::read(&tables, (released, config.output.form), config, cancel)?.table;
        Ok(Self { raw, released })
    }

    /// The subject of each released row; none where rows are people or nobody knows.
    fn subjects(&self, rows: Option<&[u32]>) -> Option<Vec<u32>> {
        // The raw table's numbers first: those of the rows that are left out are its, too.
        if let Some((raw, rows)) = self.raw.subjects().zip(rows) {
            return Some(rows.iter().map(|row| raw[*row as usize]).collect());
        }
        self.released.subjects().map(<[u32]>::to_vec)
    }

    /// What raw rows state that are not in the release.
    fn left_out(
        &self,
        rows: Option<&[u32]>,
        by_subject: bool,
        config: &TableConfig,
    ) -> Result<LeftOut, EngineError> {
        let subjects = self.raw.subjects();
        let columns = self.raw.columns().iter().map(|column| written(column, config));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let all = rebuilt(
            columns,
            subjects.filter(|_| by_subject).map(<[u32]>::to_vec),
            self.raw.rows(),
        )?;
        let mut gone: Vec<u32> = match rows {
            Some(rows) => {
                let mut is_there = vec![false; self.raw.rows()];
                rows.iter().for_each(|row| is_there[*row as usize] = true);
                (0u32..).zip(is_there).filter(|(_, there)| !there).map(|(row, _)| row).collect()
            }
            None => self.unmatched(&all),
        };
        if let Some(subjects) = subjects {
            gone.retain(|row| subjects[*row as usize] != NOBODY);
        }
        Ok(LeftOut::of_rows(&all, &gone))
    }

    /// Raw rows, as their cells are released, beyond as many as the release has with equal sensitive cells.
    fn unmatched(&self, raw: &CodedTable) -> Vec<u32> {
        let sensitive = raw.of_role(AttributeRole::Sensitive);
        let same: Vec<Option<&CodedColumn>> =
            sensitive.iter().map(|column| self.released.column(column.name())).collect();
        let mut there: HashMap<Vec<Option<&str>>, u64> = HashMap::new();
        for row in 0..self.released.rows() {
            let cells = same.iter().map(|column| {
                let column = (*column)?;
                column.text(column.codes()[row])
            });
            *there.entry(cells.collect()).or_default() += 1;
        }
        (0..raw.rows() as u32)
            .filter(|row| {
                let cells: Vec<Option<&str>> =
                    sensitive.iter().map(|c| c.text(c.codes()[*row as usize])).collect();
                match there.get_mut(&cells) {
                    Some(left) if *left > 0 => {
                        *left -= 1;
                        false
                    }
                    _ => true,
                }
            })
            .collect()
    }

    /// Mean certainty penalty of the quasi-identifiers; rows that are not in the release cost 1.
    fn penalty(&self, rows: &[u32]) -> f64 {
        let mean = self.penalty_of_released(rows);
        let all = self.raw.rows().max(1) as f64;
        let gone = self.raw.rows().saturating_sub(rows.len()) as f64;
        (mean * (all - gone) + gone) / all
    }

    /// Mean certainty penalty of the quasi-identifiers of released rows.
    fn penalty_of_released(&self, rows: &[u32]) -> f64 {
        let quasi = self.raw.of_role(AttributeRole::Quasi);
        let penalties = quasi.iter().map(|column| match self.released.column(column.name()) {
            None => 1.0,
            Some(made) => {
                let codes = rows.iter().zip(made.codes());
                let mut pairs: Vec<(u32, u32)> =
                    codes.map(|(row, code)| (column.codes()[*row as usize], *code)).collect();
                pairs.sort_unstable();
                let cells = pairs
                    .chunk_by(|a, b| a == b)
                    .map(|same| (column.text(same[0].0), made.text(same[0].1), same.len() as u64));
                let report = UtilityMeter::of_counted(column.name(), cells).finish();
                let figures = report.columns.first().map(|column| &column.figures);
                figures.and_then(|f| f.get("certainty.penalty")).copied().unwrap_or(1.0)
            }
        });
        penalties.sum::<f64>() / quasi.len().max(1) as f64
    }

    fn facts<'a>(
        self,
        request: PageRequest<'_>,
        config: &'a TableConfig,
        subjects: Option<Vec<u32>>,
        (promises, loss): (Vec<Kept>, Vec<(String, f64)>),
        cancel: &CancelToken,
    ) -> Result<Facts<'a>, EngineError> {
        let people = match (&subjects, self.raw.subjects()) {
            (Some(_), _) => People::Subjects,
            (None, Some(_)) => People::Unknown,
            (None, None) => People::Rows,
        };
        let rows = self.released.rows();
        let released = rebuilt(self.released.columns().to_vec(), subjects, rows)?;
        let question = RiskQuestion { threshold: request.drawing.threshold, population: None };
        let risk = TableRisk::of(&released, question);
        let quasi = released.of_role(AttributeRole::Quasi).len();
        let classes = classes_over(&released, &(0..quasi).collect::<Vec<_>>());
        // A curve is of single rows.
        let is_asked = request.drawing.curve && config.scope == RiskScope::Table;
        let curve = is_asked
            .then(|| table_utility::curve(request.raw, request.config, cancel))
            .transpose()?;
        Ok(Facts {
            config,
            drawing: request.drawing,
            audience: Audience::Recipient { min_cell: request.drawing.min_cell },
            raw_rows: self.raw.rows() as u64,
            raw_people: distinct(&self.raw),
            raw: self.raw,
            sizes: sizes(&classes),
            released,
            people,
            promises,
            risk,
            loss,
            curve,
        })
    }
}

/// Refuses what no table tells: who was drawn and left out then is in the distribution that some models
/// compare with.
fn sampled(config: &TableConfig) -> Result<(), EngineError> {
    let compares = |model: &ModelConfig| {
        ["t", "delta", "beta"].iter().any(|letter| model.numbers.contains_key(*letter))
    };
    if config.sample.is_none() || !config.models.iter().any(compares) {
        return Ok(());
    }
    Err(EngineError::Usage(
        "`t`, `delta` and `beta` compare with all who were drawn, which raw and released table do not tell; \
         have the page with `table anonymize --report`"
            .into(),
    ))
}

/// A column as it is released where nothing is generalised.
fn written(column: &CodedColumn, config: &TableConfig) -> Result<CodedColumn, EngineError> {
    let of = config.columns.iter().find(|(name, _)| name == column.name());
    let Some((_, of)) = of.filter(|(_, of)| of.ends.is_some()) else { return Ok(column.clone()) };
    let text = |code: u32| {
        let own = column.text(code).unwrap_or_default();
        beyond_end(of, own).unwrap_or_else(|| own.to_owned())
    };
    let texts = (0..column.values() as u32).map(text).collect();
    CodedColumn::new(column.name(), column.role(), texts, column.codes().to_vec())
        .map_err(|e| EngineError::Integrity(e.to_string()))
}

fn rebuilt(
    columns: Vec<CodedColumn>,
    subjects: Option<Vec<u32>>,
    rows: usize,
) -> Result<CodedTable, EngineError> {
    CodedTable::new(columns, subjects, rows).map_err(|e| EngineError::Integrity(e.to_string()))
}

/// People of a table.
fn distinct(table: &CodedTable) -> u64 {
    let Some(subjects) = table.subjects() else { return table.rows() as u64 };
    let mut own: Vec<u32> = subjects.iter().copied().filter(|subject| *subject != NOBODY).collect();
    own.sort_unstable();
    own.dedup();
    own.len() as u64
}

fn sizes(classes: &[ClassOver]) -> Vec<(u64, u64)> {
    let mut people: Vec<u64> =
        classes.iter().map(|class| class.people).filter(|people| *people > 0).collect();
    people.sort_unstable();
    people.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect()
}
