//! A table that is read for attacks: which of its columns are whose, and its rows as cells.

use std::path::Path;

use anonymed_assess::{AssessError, Cells, Exposure, Table};
use anonymed_core::policy::{ColumnConfig, TableConfig};
use anonymed_core::{AttributeRole, CancelToken, ModalityError};
use anonymed_table::single::beyond_end;
use anonymed_table::{Part, StringBatch, Tables, unguarded};

use super::{kept, of_role, written};
use crate::table_input::TableInput;
use crate::{EngineError, job};

/// A file to read.
pub(crate) struct Source<'a> {
    pub(crate) place: &'a Path,
    pub(crate) sheet: Option<&'a str>,
    pub(crate) table: Table,
    /// In words.
    pub(crate) what: &'static str,
    pub(crate) key: RowKey<'a>,
}

/// What names a row in the raw and in the released table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowKey<'a> {
    None,
    /// A column of both.
    Column(&'a str),
    /// The row's own number.
    Number,
    /// The number of the raw row that each row was made from.
    Of(&'a [u32]),
}

impl RowKey<'_> {
    /// The key of the row of a number, where it is no column.
    fn number(&self, row: usize) -> Option<String> {
        match self {
            Self::Number => Some(row.to_string()),
            Self::Of(raw) => raw.get(row).map(u32::to_string),
            Self::None | Self::Column(_) => None,
        }
    }
}

impl Source<'_> {
    /// Adds its rows to what attacks work on.
    pub(crate) fn read(
        &self,
        tables: &Tables,
        config: &TableConfig,
        exposure: &mut Exposure,
        cancel: &CancelToken,
    ) -> Result<(), EngineError> {
        let failed = |source: ModalityError| match source {
            ModalityError::Cancelled(cancelled) => EngineError::Cancelled(cancelled),
            other => EngineError::Usage(format!("{} cannot be read: {other}", self.what)),
        };
        let input = TableInput { path: self.place, sheet: self.sheet };
        input.open_as(self.what, tables, |document, found, part| {
            let columns = self.columns(config, part)?;
            // No spreadsheet runs a cell of Parquet.
            let is_guarded = found.kind != "parquet";
            let mut row = 0;
            job::guarded(|| {
                tables.read_input_rows(document, found, part, &mut |batch| {
                    cancel.check()?;
                    columns.add(&batch, (self.table, is_guarded), (&self.key, &mut row), exposure)
                })
            })
            .map_err(failed)?;
            // An attacker who has nothing proves nothing.
            match row {
                0 => Err(EngineError::Usage(format!("{} has no rows", self.what))),
                _ => Ok(()),
            }
        })
    }

    /// Where the columns are; which have to be there depends on the table.
    fn columns<'c>(
        &self,
        config: &'c TableConfig,
        part: &Part,
    ) -> Result<Columns<'c>, EngineError> {
        let position = |name: &str| part.columns.iter().position(|column| column == name);
        let lacks =
            |name: &str| EngineError::Usage(format!("{} has no column `{name}`", self.what));
        let needed = |names: Vec<&str>, is_needed: bool| {
            let find = |name: &&str| match position(name) {
                None if is_needed => Err(lacks(name)),
                found => Ok(found),
            };
            names.iter().map(find).collect::<Result<Vec<_>, _>>()
        };
        let is_release = matches!(self.table, Table::Released | Table::Earlier(_));
        let is_whole = is_release || self.table == Table::Raw;
        let quasi = needed(of_role(config, AttributeRole::Quasi), self.table != Table::Outside)?;
        if quasi.iter().all(Option::is_none) {
            return Err(EngineError::Usage(format!("{} has no quasi-identifier", self.what)));
        }
        let with_key = matches!(self.table, Table::Raw | Table::Released);
        let subject = config.subject.as_deref().filter(|_| self.table == Table::Raw);
        let one = |name: Option<&str>| {
            name.map(|name| position(name).ok_or_else(|| lacks(name))).transpose()
        };
        Ok(Columns {
            quasi,
            sensitive: needed(
                of_role(config, AttributeRole::Sensitive),
                self.table != Table::Outside,
            )?,
            kept: needed(kept(config), is_whole)?,
            written: written(config).collect(),
            subject: one(subject)?,
            key: match self.key {
                RowKey::Column(name) if with_key => one(Some(name))?,
                _ => None,
            },
        })
    }
}

/// Columns by their place in a file; none where it lacks one.
struct Columns<'c> {
    quasi: Vec<Option<usize>>,
    sensitive: Vec<Option<usize>>,
    kept: Vec<Option<usize>>,
    /// What the configuration says of the sensitive and then of the kept ones.
    written: Vec<&'c ColumnConfig>,
    subject: Option<usize>,
    key: Option<usize>,
}

impl Columns<'_> {
    fn add(
        &self,
        batch: &StringBatch,
        (table, is_guarded): (Table, bool),
        (key, number): (&RowKey<'_>, &mut usize),
        exposure: &mut Exposure,
    ) -> Result<(), ModalityError> {
        let refused = |error: AssessError| ModalityError::Limit {
            what: "the number of rows or distinct values",
            limit: error.to_string(),
        };
        for row in 0..batch.len() {
            let is_release = matches!(table, Table::Released | Table::Earlier(_));
            let bare = |text| if is_release && is_guarded { unguarded(text) } else { text };
            let cell = |column: &Option<usize>| column.map(|at| bare(batch.value(at, row)));
            let cells = |columns: &[Option<usize>]| columns.iter().map(cell).collect::<Vec<_>>();
            let quasi = cells(&self.quasi);
            let own = [cells(&self.sensitive), cells(&self.kept)].concat();
            // Who knows what somebody has knows what it is written as.
            let ends: Vec<Option<String>> = (self.written.iter().zip(&own))
                .map(|(config, cell)| beyond_end(config, (*cell)?))
                .collect();
            let as_written: Vec<Option<&str>> =
                own.iter().zip(&ends).map(|(own, end)| end.as_deref().or(*own)).collect();
            let (sensitive, kept) = as_written.split_at(self.sensitive.len());
            let numbered = key.number(*number);
            *number += 1;
            let cells = Cells {
                quasi: &quasi,
                subject: cell(&self.subject).filter(|subject| !subject.is_empty()),
                sensitive,
                kept,
                key: numbered.as_deref().or_else(|| cell(&self.key)),
            };
            exposure.add(table, &cells).map_err(refused)?;
        }
        Ok(())
    }
}
