//! Top and bottom coding: numbers beyond an end of their column are written by it. It happens to a column's
//! dictionary before anything else sees its texts, so that everything after works on what is written.

use anonymed_anonymize::{end_label, number};
use anonymed_core::policy::ColumnConfig;
use anonymed_core::{AttributeRole, ModalityError};

use super::coded::{Bound, BoundColumn, CodedTable};

/// What a cell of a sensitive or kept column is released as, where it is beyond an end; nothing where it is as
/// it came. Who knows a person's own value knows this of the release. Of a quasi-identifier labels say it.
pub fn beyond_end(column: &ColumnConfig, text: &str) -> Option<String> {
    let is_written = matches!(column.role, AttributeRole::Sensitive | AttributeRole::Insensitive);
    let ends = column.ends.filter(|_| is_written)?;
    end_label(number(text)?, ends)
}

impl CodedTable {
    /// The table with its numbers coded.
    ///
    /// # Errors
    ///
    /// [`ModalityError::Policy`] naming column and row where a value is no number.
    pub(super) fn with_ends(mut self, bound: &Bound) -> Result<Self, ModalityError> {
        for (at, of) in bound.released.iter().enumerate() {
            let Some(ends) = of.ends else { continue };
            let texts = self.columns[at].texts.texts();
            let written: Option<Vec<String>> = texts
                .iter()
                .map(|text| match number(text) {
                    // One spelling of a number, so that ranges of it are in a row.
                    Some(number) => {
                        Some(end_label(number, ends).unwrap_or_else(|| match of.role {
                            AttributeRole::Quasi => number.to_string(),
                            _ => (*text).to_owned(),
                        }))
                    }
                    None => of.is_blank(text).then(|| (*text).to_owned()),
                })
                .collect();
            self.columns[at] = match written {
                Some(written) => self.columns[at].rewritten(&written),
                None => return Err(self.no_number(at, of)),
            };
        }
        Ok(self)
    }

    fn no_number(&self, at: usize, of: &BoundColumn) -> ModalityError {
        let texts = self.columns[at].texts.texts();
        let is_odd: Vec<bool> =
            texts.iter().map(|text| number(text).is_none() && !of.is_blank(text)).collect();
        let mut codes = self.columns[at].codes.iter();
        let row = codes.position(|code| is_odd[code as usize]).unwrap_or(0);
        ModalityError::Policy(format!(
            "column `{}` has `bottom` or `top`, and in row {} a value that is no number; name it in `missing`, \
             or leave them out",
            of.name,
            self.row_number(row)
        ))
    }
}
