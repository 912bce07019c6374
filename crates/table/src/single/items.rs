//! Set-valued columns, as lists of diagnoses are: their items generalised in all released rows alike until
//! every few of them are shared by enough people.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::{HierarchyFile, ItemSets, KmAnonymity, SUPPRESSED};
use anonymed_core::policy::{HierarchyConfig, ModelConfig, TableConfig};
use anonymed_core::{CancelToken, ModalityError};
use hashbrown::HashMap;

use super::coded::{Bound, BoundColumn, CodedColumn, CodedTable};
use super::scale;
use crate::TableOptions;
use crate::families::error;
use crate::model::Dictionary;

/// A set-valued column that a model is about.
pub(super) struct ItemColumn<'a> {
    pub(super) name: &'a str,
    pub(super) separator: &'a str,
    pub(super) missing: &'a [String],
    pub(super) model: KmAnonymity,
}

/// The set-valued columns that models are about.
pub(super) fn columns(config: &TableConfig) -> impl Iterator<Item = ItemColumn<'_>> {
    let column = |model: &ModelConfig| {
        let (name, column) = config.columns.iter().find(|(n, _)| Some(n) == model.on.as_ref())?;
        let number = |letter: &str| model.numbers.get(letter).map_or(0, |number| *number as u32);
        Some(ItemColumn {
            name,
            separator: column.items.as_deref()?,
            missing: &column.missing,
            model: KmAnonymity { k: number("k"), m: number("m") },
        })
    };
    config.models.iter().filter(|model| model.is_of_items()).filter_map(column)
}

/// Generalises the items of every such column over the rows that have a class.
pub(super) fn generalise(
    table: &mut CodedTable,
    bound: &Bound,
    config: &TableConfig,
    class_of_row: &[u32],
    (options, cancel): (&TableOptions, &CancelToken),
) -> Result<(), ModalityError> {
    for column in columns(config) {
        let found = bound.released.iter().position(|released| released.name == column.name);
        let Some(at) = found else { continue };
        let texts = table.columns[at].texts.texts();
        let lists: Vec<Vec<&str>> =
            texts.iter().map(|text| items(&column, &bound.released[at], text)).collect();
        let released: Vec<usize> =
            (0..table.rows).filter(|row| class_of_row[*row] != SUPPRESSED).collect();
        let of_row = |row: usize| table.columns[at].codes.at(row) as u32;
        let person = |row: usize| table.subjects.as_ref().map(|s| s.codes.at(row));
        let people = people(&released, of_row, person);
        let vocabulary: BTreeSet<&str> =
            released.iter().flat_map(|row| lists[of_row(*row) as usize].iter().copied()).collect();
        let vocabulary: Vec<&str> = vocabulary.into_iter().collect();
        let labels = Labels::of(&bound.released[at], &vocabulary, column.separator, options)?;
        let number = |item: &str| vocabulary.binary_search(&item).ok().map(|n| n as u32);
        // Lists of rows that are left out have items that no one else may have.
        let sets: Vec<Vec<u32>> = lists
            .iter()
            .map(|list| list.iter().filter_map(|item| number(item)).collect())
            .collect();
        let asked = ItemSets { paths: &labels.paths, sets: &sets, people: &people };
        let becomes = column.model.generalise(&asked, cancel).map_err(error)?;
        let written: Vec<String> = texts
            .iter()
            .zip(lists.iter().zip(&sets))
            .map(|(text, (list, set))| match list.is_empty() {
                true => (*text).to_owned(),
                false => labels.written(set, &becomes, column.separator),
            })
            .collect();
        table.columns[at] = table.columns[at].rewritten(&written);
    }
    Ok(())
}

/// The items of a cell; none where it states nothing.
fn items<'t>(column: &ItemColumn<'_>, bound: &BoundColumn, text: &'t str) -> Vec<&'t str> {
    if bound.is_blank(text) {
        return Vec::new();
    }
    text.split(column.separator).map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// People by the texts they have, and how many have just these: each row is a person where no column tells
/// them apart.
fn people(
    released: &[usize],
    of_row: impl Fn(usize) -> u32,
    person: impl Fn(usize) -> Option<u64>,
) -> Vec<(Vec<u32>, u64)> {
    let mut texts_of: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    let mut of_text: BTreeMap<u32, u64> = BTreeMap::new();
    for row in released {
        match person(*row) {
            Some(person) => {
                texts_of.entry(person).or_default().insert(of_row(*row));
            }
            None => *of_text.entry(of_row(*row)).or_default() += 1,
        }
    }
    let several = texts_of.into_values().map(|texts| (texts.into_iter().collect(), 1));
    several.chain(of_text.into_iter().map(|(text, rows)| (vec![text], rows))).collect()
}

/// Texts of items and of what is above them, by number.
struct Labels {
    texts: Vec<String>,
    /// By item: from the item as it is written to the root.
    paths: Vec<Vec<u32>>,
}

impl Labels {
    fn of(
        column: &BoundColumn,
        vocabulary: &[&str],
        separator: &str,
        options: &TableOptions,
    ) -> Result<Self, ModalityError> {
        let lines = lines(column, vocabulary, options)?;
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut above: HashMap<u32, u32> = HashMap::new();
        let mut texts: Vec<String> = Vec::new();
        let mut paths = Vec::with_capacity(vocabulary.len());
        for item in vocabulary {
            let own = || vec![(*item).to_owned()];
            let line = match &lines {
                None => own(),
                Some(lines) => lines.get(*item).cloned().ok_or_else(|| {
                    ModalityError::Policy(format!(
                        "column `{}`: its hierarchy has no line for some of its items",
                        column.name
                    ))
                })?,
            };
            let mut path: Vec<u32> = Vec::with_capacity(line.len());
            for label in line {
                if label.contains(separator) {
                    return Err(ModalityError::Policy(format!(
                        "column `{}`: a label of its hierarchy holds the separator of its items",
                        column.name
                    )));
                }
                let next = texts.len() as u32;
                let number = *numbers.entry(label.clone()).or_insert(next);
                if number == next {
                    texts.push(label);
                }
                if path.last() != Some(&number) {
                    path.push(number);
                }
            }
            for step in path.windows(2) {
                if *above.entry(step[0]).or_insert(step[1]) != step[1] {
                    return Err(ModalityError::Policy(format!(
                        "column `{}`: a label of its hierarchy stands below two others",
                        column.name
                    )));
                }
            }
            paths.push(path);
        }
        Ok(Self { texts, paths })
    }

    /// What a list becomes: its labels in their order, each once.
    fn written(&self, set: &[u32], becomes: &[Option<u32>], separator: &str) -> String {
        let labels = set.iter().filter_map(|item| becomes[*item as usize]);
        let labels: BTreeSet<&str> = labels.map(|n| self.texts[n as usize].as_str()).collect();
        labels.into_iter().collect::<Vec<_>>().join(separator)
    }
}

/// For each item its labels from itself to the root; none where the column has no hierarchy.
fn lines(
    column: &BoundColumn,
    vocabulary: &[&str],
    options: &TableOptions,
) -> Result<Option<BTreeMap<String, Vec<String>>>, ModalityError> {
    match &column.hierarchy {
        None => Ok(None),
        Some(HierarchyConfig::File(file)) => {
            let hierarchy = HierarchyFile::parse(&options.hierarchy(file)?)
                .map_err(|e| ModalityError::Policy(format!("hierarchy file `{file}`: {e}")))?;
            let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let levels = (0..=hierarchy.height()).filter_map(|level| hierarchy.labels(level));
            for (item, label) in levels.flatten() {
                lines.entry(item.to_owned()).or_default().push(label.to_owned());
            }
            Ok(Some(lines))
        }
        Some(HierarchyConfig::Build(_)) => {
            let mut texts = Dictionary::default();
            let codes: Vec<u32> = vocabulary.iter().map(|item| texts.number(item)).collect();
            let mut items = CodedColumn { texts, ..CodedColumn::default() };
            items.codes.extend(&codes);
            let lines = scale::built_lines(column, &items, options)?;
            // The first is the item, then as it is written.
            Ok(Some(lines.into_iter().map(|mut line| (line.remove(0), line)).collect()))
        }
    }
}
