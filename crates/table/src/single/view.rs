//! A table read to be judged: the columns that are asked for, in codes, whatever made them.

use std::collections::BTreeMap;

use anonymed_anonymize::HierarchyFile;
use anonymed_assess::{AssessError, CodedColumn, CodedTable, NOBODY, ValueTree};
use anonymed_core::policy::{COUNT, HierarchyConfig, Nulls, OutputForm};
use anonymed_core::{Action, AttributeRole, CancelToken, Document, Format, ModalityError};

use super::check::MOST_ROWS;
use super::coded::{self, Bound, BoundColumn};
use super::scale;
use crate::plan::policy;
use crate::source::Part;
use crate::write::unguarded;
use crate::{Tables, promise, values};

/// A column that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Header.
    pub name: &'a str,
    /// The part it plays.
    pub role: AttributeRole,
    /// Texts that stand for a missing value, beside the empty cell.
    pub missing: &'a [String],
    /// A hierarchy, whose nodes a released table may have.
    pub hierarchy: Option<&'a HierarchyConfig>,
}

/// A table in codes, and rows of it that could not be read.
#[derive(Debug)]
pub struct TableView {
    /// The columns that were asked for and are there, in the order of asking.
    pub table: CodedTable,
    /// Rows that could not be read.
    pub rejected: u64,
}

impl Tables {
    /// Reads the wanted columns of a table as far as it has them. `subject` tells people apart; where the
    /// table has no such column each row is a person. Of a table that is said to be in the aggregated
    /// form, and has no columns but the wanted ones and the count of its lines, the rows are read that it
    /// stands for.
    ///
    /// # Errors
    ///
    /// Where the table cannot be read.
    pub fn view(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        (wanted, subject, form): (&[Wanted<'_>], Option<&str>, OutputForm),
        cancel: &CancelToken,
    ) -> Result<TableView, ModalityError> {
        let position = |name: &str| part.columns.iter().position(|column| column == name);
        let there: Vec<(&Wanted<'_>, usize)> =
            wanted.iter().filter_map(|w| Some((w, position(w.name)?))).collect();
        let mut released: Vec<BoundColumn> =
            there.iter().map(|(wanted, source)| bound_column(wanted, *source)).collect();
        let is_counted = form == OutputForm::Aggregated && there.len() + 1 == part.columns.len();
        let lines = is_counted.then(|| position(COUNT)).flatten();
        let lines = lines.filter(|at| there.iter().all(|(_, source)| source != at));
        released.extend(lines.map(|at| bound_column(&LINES, at)));
        let subject = subject.and_then(position);
        let mut bound = Bound { released, subject, subject_name: None, keeps_rows: true };
        let mut table = coded::CodedTable::read(document, format, part, &bound, cancel)?;
        if lines.is_some() {
            bound.released.pop();
            spelled_out(&mut table)?;
        }
        let columns = bound.released.iter().zip(&table.columns).map(|(of, coded)| {
            let column = column(of, coded, format).map_err(unread)?;
            Ok::<_, ModalityError>(match &of.hierarchy {
                Some(HierarchyConfig::File(file)) => {
                    column.with_nodes(nodes(&self.options().hierarchy(file)?, file)?)
                }
                Some(HierarchyConfig::Build(_)) => {
                    column.with_nodes(scale::built_nodes(of, coded, self.options()))
                }
                None => column,
            })
        });
        let subjects = table.subjects.as_ref().map(subjects);
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let coded = CodedTable::new(columns, subjects, table.rows).map_err(unread)?;
        Ok(TableView { table: coded, rejected: table.rejected.len() as u64 })
    }
}

impl Tables {
    /// The hierarchies of the wanted columns of a raw table: which values are below which label. What a
    /// builder makes depends on the column's values.
    ///
    /// # Errors
    ///
    /// Where the table or a hierarchy cannot be read, or does not fit.
    pub fn value_trees(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        wanted: &[Wanted<'_>],
        cancel: &CancelToken,
    ) -> Result<Vec<Option<ValueTree>>, ModalityError> {
        let position = |name: &str| part.columns.iter().position(|column| column == name);
        let is_built = |w: &&Wanted<'_>| matches!(w.hierarchy, Some(HierarchyConfig::Build(_)));
        let built: Vec<BoundColumn> = wanted
            .iter()
            .filter(is_built)
            .filter_map(|wanted| Some(bound_column(wanted, position(wanted.name)?)))
            .collect();
        let bound = Bound { released: built, subject: None, subject_name: None, keeps_rows: true };
        let table = match bound.released.is_empty() {
            true => None,
            false => Some(coded::CodedTable::read(document, format, part, &bound, cancel)?),
        };
        let columns = table.iter().flat_map(|table| &table.columns);
        let coded: Vec<(&BoundColumn, &coded::CodedColumn)> =
            bound.released.iter().zip(columns).collect();
        let tree = |wanted: &Wanted<'_>| match wanted.hierarchy {
            None => Ok(None),
            Some(HierarchyConfig::File(file)) => {
                promise::value_tree(file, self.options()).map(Some)
            }
            Some(HierarchyConfig::Build(_)) => {
                let found = coded.iter().find(|(of, _)| of.name == wanted.name);
                let Some((of, coded)) = found else { return Ok(None) };
                let lines = scale::built_lines(of, coded, self.options())?;
                let lines = lines.iter().map(|line| line.iter().map(String::as_str).collect());
                Ok(Some(ValueTree::new(lines)))
            }
        };
        wanted.iter().map(tree).collect()
    }
}

/// The column that says how many rows a line of the aggregated form stands for.
const LINES: Wanted<'_> =
    Wanted { name: COUNT, role: AttributeRole::Insensitive, missing: &[], hierarchy: None };

/// Takes the last column of a table for how many rows each line stands for.
fn spelled_out(table: &mut coded::CodedTable) -> Result<(), ModalityError> {
    let Some(counts) = table.columns.pop() else { return Ok(()) };
    let counts_of: Option<Vec<u64>> =
        counts.texts.texts().iter().map(|text| text.trim().parse().ok()).collect();
    let counts_of = counts_of.ok_or_else(|| {
        policy("the column `count` of the aggregated form has a cell that is none")
    })?;
    let times: Vec<u64> = counts.codes.iter().map(|code| counts_of[code as usize]).collect();
    let rows = times.iter().try_fold(0u64, |sum, n| sum.checked_add(*n)).unwrap_or(u64::MAX);
    let cells = rows.saturating_mul(table.columns.len().max(1) as u64);
    if cells > MOST_ROWS {
        let limit = format!("{MOST_ROWS} cells");
        return Err(ModalityError::Limit {
            what: "the rows an aggregated table stands for",
            limit,
        });
    }
    table.rows = rows as usize;
    for column in table.columns.iter_mut().chain(&mut table.subjects) {
        column.codes = column.repeated(&times);
    }
    Ok(())
}

fn bound_column(wanted: &Wanted<'_>, source: usize) -> BoundColumn {
    BoundColumn {
        name: wanted.name.to_owned(),
        source,
        role: wanted.role,
        hierarchy: wanted.hierarchy.cloned(),
        weight: 1.0,
        missing: wanted.missing.to_vec(),
        aggregate: None,
        action: Action::Keep,
        entity: None,
        ends: None,
        nulls: Nulls::Value,
        cells_max: None,
    }
}

/// A column whose missing values are the empty text.
fn column(
    of: &BoundColumn,
    column: &coded::CodedColumn,
    format: &Format,
) -> Result<CodedColumn, AssessError> {
    // No spreadsheet runs a cell of Parquet, so nothing was put before it.
    let written = |text| if format.kind == "parquet" { text } else { unguarded(text) };
    let mut texts: Vec<String> = Vec::new();
    let mut empty: Option<u32> = None;
    let new_code: Vec<u32> = column
        .texts
        .texts()
        .into_iter()
        .map(written)
        .map(|text| {
            // A quasi-identifier of `*` is open; a sensitive value of it states nothing.
            let blank = of.role == AttributeRole::Sensitive && values::is_missing(text);
            let is_missing =
                text.is_empty() || blank || of.missing.iter().any(|marker| marker == text);
            if let (true, Some(code)) = (is_missing, empty) {
                return code;
            }
            let code = texts.len() as u32;
            texts.push(if is_missing { String::new() } else { text.to_owned() });
            if is_missing {
                empty = Some(code);
            }
            code
        })
        .collect();
    let codes = column.codes.iter().map(|code| new_code[code as usize]).collect();
    CodedColumn::new(&of.name, of.role, texts, codes)
}

/// The values below each node of a hierarchy.
fn nodes(text: &str, file: &str) -> Result<BTreeMap<String, Vec<String>>, ModalityError> {
    let hierarchy = HierarchyFile::parse(text)
        .map_err(|e| ModalityError::Policy(format!("hierarchy file `{file}`: {e}")))?;
    let mut nodes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (value, label) in (1..=hierarchy.height()).filter_map(|l| hierarchy.labels(l)).flatten() {
        nodes.entry(label.to_owned()).or_default().push(value.to_owned());
    }
    Ok(nodes)
}

/// The person of each row; who has no name, or one that stands for none, is nobody.
fn subjects(column: &coded::CodedColumn) -> Vec<u32> {
    let texts = column.texts.texts();
    let person = |code: u64| match values::is_missing(texts[code as usize]) {
        true => NOBODY,
        false => code as u32,
    };
    column.codes.iter().map(person).collect()
}

fn unread(error: AssessError) -> ModalityError {
    match error {
        AssessError::TooManyDistinct { most, .. } => {
            ModalityError::Limit { what: "the number of rows", limit: most.to_string() }
        }
        fault => ModalityError::Internal(fault.to_string()),
    }
}
