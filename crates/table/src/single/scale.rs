//! The scale of a quasi-identifier: its values in order, with the hierarchy of the configuration, and the
//! code of each text on it.

use std::collections::BTreeMap;

use anonymed_anonymize::hierarchies::{self, ColumnValues};
use anonymed_anonymize::{HierarchyFile, QuasiColumn};
use anonymed_core::ModalityError;
use anonymed_core::policy::{HierarchyBuild, HierarchyConfig};

use super::coded::{BoundColumn, CodedColumn};
use crate::model::{self, Encoded, Measure};
use crate::{TableOptions, values};

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
            Some(HierarchyConfig::File(file)) => Some(
                HierarchyFile::parse(&options.hierarchy(file)?)
                    .map_err(|e| unfit(column, &format!("hierarchy file `{file}`: {e}")))?,
            ),
            Some(HierarchyConfig::Build(build)) => {
                built(column, build, &coded.rows(), &mut written, options)?
            }
        };
        let (sorted, place) = sorted(written);
        let measure = tree.as_ref().map_or(Measure::Seen, Measure::Tree);
        let encoded = model::encode(&column.name, &sorted, measure).map_err(|e| match e {
            ModalityError::Policy(reason) => unfit(column, &reason),
            other => other,
        })?;
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

/// The texts, sorted and each once, and for each as it was given its place in that order.
fn sorted(mut texts: Vec<String>) -> (Vec<String>, Vec<usize>) {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_unstable_by(|a, b| texts[*a].cmp(&texts[*b]));
    let mut sorted: Vec<String> = Vec::with_capacity(texts.len());
    let mut place = vec![0; texts.len()];
    for at in order {
        if sorted.last() != Some(&texts[at]) {
            sorted.push(std::mem::take(&mut texts[at]));
        }
        place[at] = sorted.len() - 1;
    }
    (sorted, place)
}

/// The tree that a builder makes of the values that are there; none where all are missing.
fn built(
    column: &BoundColumn,
    build: &HierarchyBuild,
    rows: &[u64],
    written: &mut [String],
    options: &TableOptions,
) -> Result<Option<HierarchyFile>, ModalityError> {
    let reference = build.file().map(|file| options.hierarchy(file)).transpose()?;
    let filled =
        ColumnValues::of(written.iter().map(String::as_str).zip(rows.iter().copied()), |text| {
            !values::is_missing(text)
        });
    if filled.texts.is_empty() {
        return Ok(None);
    }
    let name = build.name();
    let built = hierarchies::build(build, &filled, reference.as_deref().unwrap_or_default())
        .map_err(|e| unfit(column, &format!("hierarchy `{name}`: {e}")))?;
    if !built.misfits().is_empty() {
        let count = built.misfits().len();
        let reason =
            format!("{count} values of column `{}` are none that `{name}` knows", column.name);
        return Err(unfit(column, &reason));
    }
    let tree = built.tree().map_err(|e| unfit(column, &format!("hierarchy `{name}`: {e}")))?;
    let bases: Vec<Option<String>> = {
        let bases = built.bases();
        written.iter().map(|text| bases.get(text.as_str()).map(|b| (*b).to_owned())).collect()
    };
    for (text, base) in written.iter_mut().zip(bases) {
        if let Some(base) = base {
            *text = base;
        }
    }
    Ok(Some(tree))
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
    let mut bases = raw.clone();
    let tree = built(column, build, &coded.rows(), &mut bases, options)?;
    let Some(tree) = tree else { return Ok(Vec::new()) };
    let mut labels_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (value, label) in (0..=tree.height()).filter_map(|level| tree.labels(level)).flatten() {
        labels_of.entry(value).or_default().push(label);
    }
    let line = |(value, base): (&String, &String)| {
        let labels = labels_of.get(base.as_str())?.iter().map(|label| (*label).to_owned());
        Some(std::iter::once(value.clone()).chain(labels).collect())
    };
    Ok(raw.iter().zip(&bases).filter_map(line).collect())
}

/// A hierarchy that does not fit, and the command that says where and offers completions.
fn unfit(column: &BoundColumn, reason: &str) -> ModalityError {
    if column.hierarchy.is_none() {
        return ModalityError::Policy(reason.to_owned());
    }
    ModalityError::Policy(format!(
        "{reason}. `anonymed table hierarchy TABLE --column \"{}\" --config TABLE.toml` tells where, and \
         completes it with --out",
        column.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_place() {
        let texts = ["b", "", "a", "", "b", "c"].map(str::to_owned);
        let (sorted, place) = sorted(texts.to_vec());
        assert_eq!(sorted, ["", "a", "b", "c"]);
        assert_eq!(place, [2, 0, 1, 0, 2, 3]);
    }
}
