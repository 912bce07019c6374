//! The scale of a quasi-identifier: its values in order, with the hierarchy of the configuration, and the
//! code of each text on it.

use std::collections::BTreeMap;

use anonymed_anonymize::QuasiColumn;
use anonymed_core::ModalityError;
use anonymed_core::policy::HierarchyConfig;

use super::coded::{BoundColumn, CodedColumn};
use crate::model::{self, Encoded, Measure};
use crate::{TableOptions, tree};

/// A column's scale, and for each number of its texts the code on it.
pub(super) struct Scaled {
    pub(super) encoded: Encoded,
    pub(super) finals: Vec<u32>,
}

impl Scaled {
    pub(super) fn of(
        column: &BoundColumn,
        coded: &CodedColumn,
        options: &TableOptions,
    ) -> Result<Self, ModalityError> {
        let mut written = released(column, coded);
        let tree = match &column.hierarchy {
            None => None,
            Some(hierarchy) => {
                tree::of(&column.name, hierarchy, &coded.rows(), &mut written, options)
                    .map_err(|e| unfit(column, e))?
            }
        };
        let (sorted, place) = tree::sorted(written);
        let measure = tree.as_ref().map_or(Measure::Seen, Measure::Tree);
        let encoded =
            model::encode(&column.name, &sorted, measure).map_err(|e| unfit(column, e))?;
        let finals = place.into_iter().map(|place| encoded.code_of[place]).collect();
        Ok(Self { encoded, finals })
    }

    /// The column for the solver.
    pub(super) fn column(&self) -> &QuasiColumn {
        &self.encoded.column
    }
}

/// Each text as it is released where nothing is generalised; a declared marker of missing values is the
/// empty cell.
fn released(column: &BoundColumn, coded: &CodedColumn) -> Vec<String> {
    let is_marker = |text: &str| column.missing.iter().any(|marker| marker == text);
    let texts = coded.texts.texts().into_iter();
    texts.map(|text| if is_marker(text) { String::new() } else { text.to_owned() }).collect()
}

/// The values below each node of a hierarchy that a builder makes of a column; none where it makes none of
/// it, as of a released one.
pub(super) fn built_nodes(
    column: &BoundColumn,
    coded: &CodedColumn,
    options: &TableOptions,
) -> BTreeMap<String, Vec<String>> {
    let mut nodes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in built_lines(column, coded, options).unwrap_or_default() {
        for label in line[1..].iter().filter(|label| **label != line[0]) {
            nodes.entry(label.clone()).or_default().push(line[0].clone());
        }
    }
    nodes
}

/// The lines of a hierarchy that a builder makes of a column: the value as it is, as it is released where
/// nothing is generalised, and its labels up to the root.
///
/// # Errors
///
/// Where the builder does not know a value.
pub(super) fn built_lines(
    column: &BoundColumn,
    coded: &CodedColumn,
    options: &TableOptions,
) -> Result<Vec<Vec<String>>, ModalityError> {
    let Some(HierarchyConfig::Build(build)) = &column.hierarchy else { return Ok(Vec::new()) };
    let raw = released(column, coded);
    tree::lines(&column.name, build, &coded.rows(), raw, options).map_err(|e| unfit(column, e))
}

/// A hierarchy that does not fit, and the command that says where and offers completions.
fn unfit(column: &BoundColumn, error: ModalityError) -> ModalityError {
    match error {
        ModalityError::Policy(reason) if column.hierarchy.is_some() => {
            ModalityError::Policy(format!(
                "{reason}. `anonymed table hierarchy TABLE --column \"{}\" --config TABLE.toml` tells \
                 where, and completes it with --out",
                column.name
            ))
        }
        other => other,
    }
}
