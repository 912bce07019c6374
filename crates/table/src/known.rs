//! What somebody may know of a table's people: the rows of the input after the policy's actions, with their
//! numbers and people, and the trees of columns that models climb. For attacks on what was released.

use std::collections::BTreeMap;

use anonymed_assess::ValueTree;
use anonymed_core::policy::{HierarchyConfig, TableRule};
use anonymed_core::{Context, Document, Format, ModalityError};
use arrow::array::{StringArray, StringBuilder};

use crate::actions::{Cell, CellCounts};
use crate::batch::{StringBatch, cell};
use crate::deidentify::{base_value, numbered, whose};
use crate::plan::{TablePlan, policy};
use crate::source::{self, Part};
use crate::{Tables, promise, tree};

/// Some rows of a table, each after the actions of its columns and before any model.
#[derive(Debug)]
pub struct KnownRows {
    columns: Vec<StringArray>,
    /// The number of each row in the input.
    pub numbers: Vec<u64>,
    /// Whose each row is: the patient's number, or the row's where there are no patients.
    pub subjects: Vec<u32>,
}

impl KnownRows {
    /// The text of a column that was asked for, in the order of asking.
    pub fn value(&self, column: usize, row: usize) -> &str {
        cell(&self.columns[column], row)
    }
}

impl Tables {
    /// Hands on the rows that are not held back, in order, with the columns of these names.
    ///
    /// # Errors
    ///
    /// As [`Tables::deidentify`], and the first error of `take`.
    pub fn known_rows(
        &self,
        (document, format, part): (&mut Document<'_>, &Format, &Part),
        rule: &TableRule,
        columns: &[&str],
        ctx: &Context<'_>,
        take: &mut dyn FnMut(KnownRows) -> Result<(), ModalityError>,
    ) -> Result<(), ModalityError> {
        let has_models = !rule.models.is_empty();
        let mut plan = TablePlan::bind(part, document.file, rule, ctx, self.options())?;
        plan.survey(document, format, part)?;
        let position = |name: &&str| part.columns.iter().position(|column| column == name);
        let lacks = || policy("the table lacks a column that is to be attacked");
        let sources: Vec<usize> = columns
            .iter()
            .map(|name| position(name).ok_or_else(lacks))
            .collect::<Result<_, _>>()?;
        source::map_in_order(
            (document, format, part),
            ctx.cancel,
            |batch| known(&batch, &plan, (&sources, has_models), ctx),
            &mut |_, _| {},
            take,
        )
    }

    /// Which of these texts, each with its rows, are below which label of a hierarchy; none where a builder
    /// has nothing to build from.
    ///
    /// # Errors
    ///
    /// [`ModalityError::Policy`] where the hierarchy cannot be read or does not know a text.
    pub fn value_tree(
        &self,
        name: &str,
        hierarchy: &HierarchyConfig,
        texts: &BTreeMap<String, u64>,
    ) -> Result<Option<ValueTree>, ModalityError> {
        let build = match hierarchy {
            HierarchyConfig::File(file) => {
                return promise::value_tree(file, self.options()).map(Some);
            }
            HierarchyConfig::Build(build) => build,
        };
        let rows: Vec<u64> = texts.values().copied().collect();
        let lines =
            tree::lines(name, build, &rows, texts.keys().cloned().collect(), self.options())?;
        let lines = lines.iter().map(|line| line.iter().map(String::as_str).collect());
        Ok(Some(ValueTree::new(lines)))
    }
}

fn known(
    batch: &StringBatch,
    plan: &TablePlan,
    (sources, has_models): (&[usize], bool),
    ctx: &Context<'_>,
) -> Result<KnownRows, ModalityError> {
    let mut columns: Vec<StringBuilder> = sources.iter().map(|_| StringBuilder::new()).collect();
    let (mut numbers, mut subjects) = (Vec::new(), Vec::new());
    let mut counts = CellCounts::default();
    for (row, whose) in whose(batch, plan, ctx).into_iter().enumerate() {
        let number = batch.rows()[row];
        let Some((subject, id)) = numbered(whose, number)? else { continue };
        numbers.push(number);
        subjects.push(id);
        for (column, source) in columns.iter_mut().zip(sources) {
            let of = &plan.columns[*source];
            let cell = Cell { table: plan, plan: of, subject, ctx };
            let value = batch.value(*source, row);
            // Without a model what the actions write is released as it is.
            match of.is_quasi() && has_models {
                true => column.append_value(base_value(&cell, value, &mut counts)?),
                false => column.append_value(cell.apply(value, &mut counts)?),
            }
        }
    }
    let columns = columns.iter_mut().map(StringBuilder::finish).collect();
    Ok(KnownRows { columns, numbers, subjects })
}
