//! Which raw row each released one was.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::AssessError;
use crate::coded::{CodedColumn, CodedTable};

/// How rows of two tables belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matched {
    /// By a column with a value of its own in each row of both tables.
    ByKey,
    /// One after the other: both tables have as many rows.
    ByOrder,
    /// Not at all: only distributions can be compared.
    Not,
}

/// In which order released rows stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowOrder {
    /// In that of the raw table.
    #[default]
    OfTheRawTable,
    /// In one of its own, so that as many rows are not the same rows.
    OfItsOwn,
}

/// Raw and released rows that belong together, in the released order.
pub(crate) struct Pairing {
    pub(crate) matched: Matched,
    /// Raw row and released row.
    pub(crate) rows: Vec<(u32, u32)>,
}

impl Pairing {
    /// Pairs rows by a column of both tables, else by order where it is that of the raw table and there are as
    /// many, else not.
    ///
    /// # Errors
    ///
    /// A key column that is not there or has a value twice.
    pub(crate) fn of(
        raw: &CodedTable,
        released: &CodedTable,
        (key, order): (Option<&str>, RowOrder),
    ) -> Result<Self, AssessError> {
        if let Some(key) = key {
            let column = |table| unique(table, key).ok_or(AssessError::NoKey);
            return Ok(Self {
                matched: Matched::ByKey,
                rows: by_key(column(raw)?, column(released)?),
            });
        }
        let rows = raw.rows() as u32;
        Ok(match order == RowOrder::OfTheRawTable && raw.rows() == released.rows() {
            true => Self { matched: Matched::ByOrder, rows: (0..rows).map(|n| (n, n)).collect() },
            false => Self { matched: Matched::Not, rows: Vec::new() },
        })
    }
}

/// A column in which every row has a value of its own.
fn unique<'a>(table: &'a CodedTable, key: &str) -> Option<&'a CodedColumn> {
    table.column(key).filter(|column| column.values() == column.codes().len())
}

fn by_key(raw: &CodedColumn, released: &CodedColumn) -> Vec<(u32, u32)> {
    let rows: HashMap<Option<&str>, u32, FixedState> =
        (0u32..).zip(raw.codes()).map(|(row, code)| (raw.text(*code), row)).collect();
    (0u32..)
        .zip(released.codes())
        .filter_map(|(row, code)| Some((*rows.get(&released.text(*code))?, row)))
        .collect()
}
