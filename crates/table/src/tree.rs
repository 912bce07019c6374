//! The tree of a quasi-identifier: read from a hierarchy's file, or built from the values that are there.

use std::collections::BTreeMap;

use anonymed_anonymize::HierarchyFile;
use anonymed_anonymize::hierarchies::{self, ColumnValues};
use anonymed_core::ModalityError;
use anonymed_core::policy::{HierarchyBuild, HierarchyConfig};

use crate::{TableOptions, values};

/// The tree of a column's texts, each with its rows; none where a builder has no value to build from. A text
/// that is released as another even where nothing is generalised (an age above 90) is changed to that.
///
/// # Errors
///
/// [`ModalityError::Policy`] where the file cannot be read, or a builder does not know a value.
pub(crate) fn of(
    name: &str,
    hierarchy: &HierarchyConfig,
    rows: &[u64],
    texts: &mut [String],
    options: &TableOptions,
) -> Result<Option<HierarchyFile>, ModalityError> {
    match hierarchy {
        HierarchyConfig::File(file) => HierarchyFile::parse(&options.hierarchy(file)?)
            .map(Some)
            .map_err(|e| ModalityError::Policy(format!("hierarchy file `{file}`: {e}"))),
        HierarchyConfig::Build(build) => built(name, build, rows, texts, options),
    }
}

/// The tree that a builder makes of the values that are there; none where all are missing.
pub(crate) fn built(
    name: &str,
    build: &HierarchyBuild,
    rows: &[u64],
    texts: &mut [String],
    options: &TableOptions,
) -> Result<Option<HierarchyFile>, ModalityError> {
    let unfit = |reason| ModalityError::Policy(reason);
    let reference = build.file().map(|file| options.hierarchy(file)).transpose()?;
    let filled =
        ColumnValues::of(texts.iter().map(String::as_str).zip(rows.iter().copied()), |text| {
            !values::is_missing(text)
        });
    if filled.texts.is_empty() {
        return Ok(None);
    }
    let builder = build.name();
    let built = hierarchies::build(build, &filled, reference.as_deref().unwrap_or_default())
        .map_err(|e| unfit(format!("hierarchy `{builder}`: {e}")))?;
    if !built.misfits().is_empty() {
        let count = built.misfits().len();
        return Err(unfit(format!(
            "{count} values of column `{name}` are none that `{builder}` knows"
        )));
    }
    let tree = built.tree().map_err(|e| unfit(format!("hierarchy `{builder}`: {e}")))?;
    let bases: Vec<Option<String>> = {
        let bases = built.bases();
        texts.iter().map(|text| bases.get(text.as_str()).map(|b| (*b).to_owned())).collect()
    };
    for (text, base) in texts.iter_mut().zip(bases) {
        if let Some(base) = base {
            *text = base;
        }
    }
    Ok(Some(tree))
}

/// The lines of a hierarchy that a builder makes of a column: the value as it is, as it is released where
/// nothing is generalised, and its labels up to the root.
///
/// # Errors
///
/// As [`of`].
pub(crate) fn lines(
    name: &str,
    build: &HierarchyBuild,
    rows: &[u64],
    raw: Vec<String>,
    options: &TableOptions,
) -> Result<Vec<Vec<String>>, ModalityError> {
    let mut bases = raw.clone();
    let tree = built(name, build, rows, &mut bases, options)?;
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

/// The texts, sorted and each once, and for each as it was given its place in that order.
pub(crate) fn sorted(mut texts: Vec<String>) -> (Vec<String>, Vec<usize>) {
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
