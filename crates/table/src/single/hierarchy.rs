//! A hierarchy held to a column of a table before anything is anonymized.

use anonymed_anonymize::hierarchies::{self, ColumnValues};
use anonymed_anonymize::{HierarchyCheck, HierarchyLines};
use anonymed_core::policy::{ColumnConfig, HierarchyConfig};
use anonymed_core::{CancelToken, Document, Format, ModalityError};
use hashbrown::HashSet;

use super::coded::{Bound, CodedTable};
use crate::{Part, Tables, values};

/// A column and the hierarchy that is proposed for it.
#[derive(Debug, Clone, Copy)]
pub struct Proposed<'a> {
    /// The header.
    pub column: &'a str,
    /// What the configuration says of it.
    pub config: &'a ColumnConfig,
    /// Asked between batches.
    pub cancel: &'a CancelToken,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct CheckedHierarchy {
    /// Faults, by value; and the completed hierarchy.
    pub check: HierarchyCheck,
    /// Distinct values of the column, without missing ones.
    pub values: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows whose value is missing and that no line speaks of.
    pub missing_rows: u64,
    /// Rows that could not be read.
    pub rejected_rows: u64,
}

impl Tables {
    /// Holds a hierarchy to a column.
    ///
    /// # Errors
    ///
    /// Where the table has no such column or cannot be read, or the hierarchy's file cannot.
    pub fn check_hierarchy(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        proposed: Proposed<'_>,
    ) -> Result<CheckedHierarchy, ModalityError> {
        let Proposed { column, config, cancel } = proposed;
        let hierarchy = config.hierarchy.as_ref().ok_or_else(|| {
            ModalityError::Policy(format!("column `{column}` has no `hierarchy` to look at"))
        })?;
        let bound = Bound::one(column, config, part)?;
        let table = CodedTable::read(document, format, part, &bound, cancel)?;
        let [coded] = table.columns.as_slice() else {
            return Err(ModalityError::Internal("one column was asked for".into()));
        };
        let (texts, rows) = (coded.texts.texts(), coded.rows());
        let texts = texts.into_iter().zip(rows);
        let declared = |text: &str| config.missing.iter().any(|marker| marker == text);
        let (lines, filled) = match hierarchy {
            HierarchyConfig::File(file) => {
                let lines = HierarchyLines::read(&self.options().hierarchy(file)?);
                // What a line speaks of is a value, also where it is a mark of missing ones elsewhere.
                let spoken: HashSet<&str> =
                    lines.numbered().iter().map(|(_, line)| line[0].as_str()).collect();
                let filled = ColumnValues::of(texts, |text| {
                    !declared(text) && (!values::is_missing(text) || spoken.contains(text))
                });
                drop(spoken);
                (lines, filled)
            }
            HierarchyConfig::Build(build) => {
                let file = build.file().map(|file| self.options().hierarchy(file)).transpose()?;
                let is_value = |text: &str| !declared(text) && !values::is_missing(text);
                let filled = ColumnValues::of(texts, is_value);
                let built = hierarchies::build(build, &filled, file.as_deref().unwrap_or_default())
                    .map_err(|e| ModalityError::Policy(format!("`{}`: {e}", build.name())))?;
                (built.lines(), filled)
            }
        };
        let filled_rows: u64 = filled.rows.iter().sum();
        Ok(CheckedHierarchy {
            check: HierarchyCheck::new(&lines, &filled),
            values: filled.texts.len() as u64,
            rows: table.rows as u64,
            missing_rows: table.rows as u64 - filled_rows,
            rejected_rows: table.rejected.len() as u64,
        })
    }
}
