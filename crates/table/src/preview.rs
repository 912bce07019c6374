//! Before and after on a few rows, and what the models will cost on the whole table: for the plan,
//! before anything is written. Samples are masked shapes, never values.

use anonymed_core::policy::{TableFormat, TableRule};
use anonymed_core::sensitive::masked_shape;
use anonymed_core::{Context, Document, Format, ModalityError};
use serde::{Deserialize, Serialize};

use crate::Tables;
use crate::deidentify::{OpenRow, release_rows};
use crate::inspect::first_rows;
use crate::outcome::ModelOutcome;
use crate::source::Part;

/// One column of a preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewColumn {
    /// Header.
    pub name: String,
    /// The verb of the action.
    pub action: String,
    /// Masked shapes of the sampled values.
    pub before: Vec<String>,
    /// Masked shapes of what is released for them; empty where the column is left out.
    pub after: Vec<String>,
}

/// What a rule would do to a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TablePreview {
    /// Columns in the input's order.
    pub columns: Vec<PreviewColumn>,
    /// Sampled rows that are released.
    pub sampled_rows: u64,
    /// Sampled rows that are held back or suppressed.
    pub held_rows: u64,
    /// The models' outcome on the whole table.
    pub model: Option<ModelOutcome>,
    /// Formats the policy asks for.
    pub formats: Vec<TableFormat>,
}

impl Tables {
    /// Shows what a rule would do: the first `rows` rows masked, and the models solved on the
    /// whole table.
    ///
    /// # Errors
    ///
    /// As [`Tables::deidentify`].
    pub fn preview(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        rule: &TableRule,
        ctx: &Context<'_>,
        rows: usize,
    ) -> Result<TablePreview, ModalityError> {
        let prepared = self.prepare(document, format, part, rule, ctx)?;
        let mut sample = None;
        first_rows(document, format, part, 1, &mut |batch| {
            sample.get_or_insert_with(|| batch.head(rows));
        })?;
        let mut preview = TablePreview {
            columns: Vec::new(),
            sampled_rows: 0,
            held_rows: 0,
            model: prepared.solved.as_ref().map(|s| s.outcome.clone()),
            formats: ctx.policy.release.tables.clone(),
        };
        let Some(sample) = sample else { return Ok(preview) };
        let released = release_rows(&sample, &prepared, ctx)?;
        let left: Vec<&OpenRow> = released.open.iter().filter(|r| r.released).collect();
        preview.sampled_rows = left.len() as u64;
        preview.held_rows = sample.len() as u64 - preview.sampled_rows;
        let mut at = 0;
        for column in &prepared.plan.columns {
            let before =
                left.iter().map(|r| masked_shape(sample.value(column.source, r.row))).collect();
            let mut after = Vec::new();
            if column.is_released() {
                let output = &released.columns[at];
                after = (0..left.len()).map(|r| masked_shape(output.value(r))).collect();
                at += 1;
            }
            preview.columns.push(PreviewColumn {
                name: column.name.clone(),
                action: column.action.verb().to_owned(),
                before,
                after,
            });
        }
        Ok(preview)
    }
}
