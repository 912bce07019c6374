//! Builders: each makes a hierarchy from a column's values by a rule, one file each.
//!
//! A builder says for one value what each level above it is called; a value that is not of its kind (a name
//! among numbers, a code of another terminology) gets nothing and is told of, never guessed. Every level is
//! a function of the level below, so the lines make a tree by construction, which [`HierarchyFile`] checks
//! all the same. `*` is put above all.

use std::fmt::Debug;

use anonymed_core::policy::HierarchyBuild;
use hashbrown::HashMap;

use crate::{HierarchyError, HierarchyFile, HierarchyLines};

mod age;
mod atc;
mod date;
mod icd10cm;
mod icd9cm;
mod interval;
mod loinc;
mod order;
mod priority;
mod redaction;
mod zip;

/// A column's distinct values that are not missing, sorted, and how many rows have each.
#[derive(Debug, Clone, Default)]
pub struct ColumnValues<'a> {
    /// The values.
    pub texts: Vec<&'a str>,
    /// The rows of each.
    pub rows: Vec<u64>,
}

impl<'a> ColumnValues<'a> {
    /// Sorts texts with their rows, of those that are values. Texts that are equal count as one.
    pub fn of(
        texts: impl Iterator<Item = (&'a str, u64)>,
        is_value: impl Fn(&str) -> bool,
    ) -> Self {
        let mut pairs: Vec<(&str, u64)> = texts.filter(|(text, _)| is_value(text)).collect();
        pairs.sort_unstable();
        let mut column = Self::default();
        for (text, rows) in pairs {
            if column.texts.last() == Some(&text) {
                *column.rows.last_mut().expect("as many as texts") += rows;
            } else {
                column.texts.push(text);
                column.rows.push(rows);
            }
        }
        column
    }
}

/// What a builder says of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What is released where nothing is generalised, if that is not the value itself.
    pub base: Option<String>,
    /// The labels above, from level 1, without `*`; as many for each value.
    pub labels: Vec<String>,
}

/// Says a value's path; none where the value is not of the builder's kind.
pub type Climb<'a> = Box<dyn Fn(&str) -> Option<Path> + 'a>;

/// A rule by which hierarchies are built.
pub trait HierarchyBuilder: Sync + Debug {
    /// The name in a configuration.
    fn name(&self) -> &'static str;

    /// Where its rule or its data come from.
    fn source(&self) -> &'static str;

    /// The rule over a column; none where the configuration is of another builder. `reference` is the text
    /// of the file that the configuration names, of those that name one.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where that file is not what it should be.
    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        reference: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>>;
}

/// Every builder.
pub const ALL: &[&dyn HierarchyBuilder] = &[
    &age::Age,
    &atc::Atc,
    &date::Dates,
    &icd10cm::Icd10Cm,
    &icd9cm::Icd9Cm,
    &interval::Intervals,
    &loinc::Loinc,
    &order::Order,
    &priority::Priority,
    &redaction::Redaction,
    &zip::Zip,
];

/// Why a hierarchy cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The file beside the configuration has not the columns it should.
    #[error("the file has no column `{0}` in its first line")]
    NoColumn(&'static str),
    /// No builder takes the configuration.
    #[error("no builder of that name is here")]
    NoBuilder,
}

/// A hierarchy over a column's values.
#[derive(Debug, Clone)]
pub struct BuiltHierarchy<'a> {
    paths: Vec<(&'a str, Path)>,
    misfits: Vec<&'a str>,
}

/// Builds a column's hierarchy.
///
/// # Errors
///
/// [`BuildError`] where the file that the configuration names is not what it should be.
///
/// # Examples
///
/// Diagnoses of a ward, by chapter of ICD-10-CM:
///
/// ```
/// use anonymed_anonymize::hierarchies::{ColumnValues, build};
/// use anonymed_core::policy::HierarchyBuild;
///
/// let column = ColumnValues { texts: vec!["E11.9", "I10", "sore throat"], rows: vec![4, 2, 1] };
/// let built = build(&HierarchyBuild::Icd10Cm, &column, "")?;
/// assert_eq!(built.misfits(), ["sore throat"]);
/// assert_eq!(built.lines().to_text(), "E11.9;E11;E08-E13;E00-E89;*\nI10;I10;I10-I1A;I00-I99;*\n");
/// # Ok::<(), anonymed_anonymize::hierarchies::BuildError>(())
/// ```
pub fn build<'a>(
    build: &HierarchyBuild,
    column: &ColumnValues<'a>,
    reference: &str,
) -> Result<BuiltHierarchy<'a>, BuildError> {
    let climb = ALL
        .iter()
        .find_map(|builder| builder.climb(build, column, reference))
        .ok_or(BuildError::NoBuilder)??;
    let mut built = BuiltHierarchy { paths: Vec::new(), misfits: Vec::new() };
    for text in &column.texts {
        match climb(text) {
            Some(path) => built.paths.push((text, path)),
            None => built.misfits.push(text),
        }
    }
    Ok(built)
}

impl BuiltHierarchy<'_> {
    /// Values that are not of the builder's kind, in the column's order.
    pub fn misfits(&self) -> &[&str] {
        &self.misfits
    }

    /// What is released of each value where nothing is generalised, of those that are not themselves.
    pub fn bases(&self) -> HashMap<&str, &str> {
        self.paths.iter().filter_map(|(text, path)| Some((*text, path.base.as_deref()?))).collect()
    }

    /// The tree over what is released where nothing is generalised.
    ///
    /// # Errors
    ///
    /// [`HierarchyError::Empty`] where no value is of the builder's kind.
    pub fn tree(&self) -> Result<HierarchyFile, HierarchyError> {
        let lines = self.paths.iter().map(|(text, path)| {
            let mut line = Vec::with_capacity(path.labels.len() + 2);
            line.push(path.base.clone().unwrap_or_else(|| (*text).to_owned()));
            line.extend(path.labels.iter().cloned());
            line.push("*".to_owned());
            line
        });
        HierarchyFile::of_lines(HierarchyLines::of(lines))
    }

    /// The same as lines of a file, by the values themselves. Where some are never released as they are,
    /// what is released instead is a level of its own.
    pub fn lines(&self) -> HierarchyLines {
        let based = self.paths.iter().any(|(_, path)| path.base.is_some());
        HierarchyLines::of(self.paths.iter().map(|(text, path)| {
            let own = (*text).to_owned();
            let base = based.then(|| path.base.clone().unwrap_or_else(|| own.clone()));
            let mut line = vec![own];
            line.extend(base);
            line.extend(path.labels.iter().cloned());
            line.push("*".to_owned());
            line
        }))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use anonymed_core::policy::{HierarchyConfig, TableConfig};
    use proptest::prelude::*;

    use super::*;
    use crate::interval_label::{IntervalLabel, number};

    /// One or more configurations of every builder.
    const EVERY: &[&str] = &[
        "build = \"age\"",
        "build = \"atc\"",
        "build = \"date\"",
        "build = \"date\", by = [\"day\", \"week\", \"2-years\", \"decade\"]",
        "build = \"date\", by = [\"day\", \"month\", \"quarter\", \"year\", \"5-years\"]",
        "build = \"icd10cm\"",
        "build = \"icd9cm\"",
        "build = \"interval\", width = 5, bottom = -7, top = 61",
        "build = \"interval\", width = 0.1, factor = [3, 2], origin = 0.05",
        "build = \"interval\", width = 7, origin = 3, factor = 3",
        "build = \"interval\", edges = [-2.5, 0, 1, 30], levels = 3",
        "build = \"loinc\", file = \"Loinc.csv\"",
        "build = \"order\", width = 3, factor = [2, 4]",
        "build = \"order\", order = [\"1\", \"a..\", \"a\", \"..a\", \"b\", \"*\"]",
        "build = \"priority\"",
        "build = \"priority\", keep = [4, 1], other = \"a\"",
        "build = \"redaction\"",
        "build = \"redaction\", from = \"left\", character = \"1\", step = 2",
        "build = \"zip\"",
    ];

    const LOINC: &str = "LOINC_NUM,CLASS,CLASSTYPE\n1-1,A,1\n2-2,A,2\n3-3,B,1\n4-4,B,1\n5-5,C,9\n";

    /// Values of each kind that some builder knows, near misses, and anything.
    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            (-200i32..2000).prop_map(|n| (f64::from(n) / 10.0).to_string()),
            (0u32..130).prop_map(|n| n.to_string()),
            (0u32..100_000).prop_map(|n| format!("{n:05}")),
            "[0-9]{5}-[0-9]{4}",
            "[A-Z][0-9][0-9A-C](\\.[0-9]{1,2}|[0-9]{0,3})",
            "[EV]?[0-9]{2,3}(\\.[0-9]{1,2}|[0-9]{0,2})",
            "[ABCD][01][0-9]([AB]([AB]([01][0-9])?)?)?",
            "20[12][0-9](-(0[1-9]|1[0-2])(-[0-3][0-9])?)?",
            "[1-6]-[1-6]",
            "[ab.*1]{1,4}",
            "\\PC{1,6}",
        ]
    }

    proptest! {
        #[test]
        fn every_builder_makes_a_tree(
            values in prop::collection::btree_map(value(), 1u64..9, 1..60),
        ) {
            let texts: Vec<&str> = values.keys().map(String::as_str).collect();
            let column = ColumnValues { texts, rows: values.values().copied().collect() };
            for keys in EVERY {
                let build = builder(keys);
                let built = super::build(&build, &column, LOINC).unwrap();
                let fit = column.texts.len() - built.misfits().len();
                prop_assert_eq!(built.lines().numbered().len(), fit, "{}", keys);
                if fit == 0 {
                    continue;
                }
                // A file of the lines and the tree are both hierarchies: one parent for each label.
                prop_assert!(HierarchyFile::of_lines(built.lines()).is_ok(), "{}", keys);
                let tree = built.tree();
                prop_assert!(tree.is_ok(), "{}: {:?}", keys, tree);
                let mut bases: Vec<String> = tree.as_ref().unwrap().labels(0).unwrap()
                    .map(|(value, _)| value.to_owned()).collect();
                bases.sort_unstable();
                bases.dedup();
                let bases: Vec<Option<String>> = bases.into_iter().map(Some).collect();
                let bound = tree.unwrap().bind(&bases).unwrap();
                prop_assert_eq!(bound.labels(bound.height()), [Some("*".to_owned())]);
                // Two values that share a label share all above it.
                for level in 1..bound.height() {
                    let mut parent = HashMap::new();
                    for (low, high) in bound.level_map(level).iter().zip(bound.level_map(level + 1)) {
                        let known = *parent.entry(*low).or_insert(*high);
                        prop_assert_eq!(known, *high, "{}", keys);
                    }
                }
                if matches!(build, HierarchyBuild::Interval(_) | HierarchyBuild::Age) {
                    for (text, path) in &built.paths {
                        let own = number(text).unwrap_or(90.0);
                        for label in &path.labels {
                            let holds = match IntervalLabel::read(label) {
                                Some(interval) => {
                                    // Years of age are counted when they are over.
                                    interval.contains(own) || interval.contains(own.floor())
                                }
                                None => number(label) == Some(own),
                            };
                            prop_assert!(holds, "{}: {} is not in {}", keys, text, label);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_those_of_configurations() {
        let names: Vec<&str> = ALL.iter().map(|builder| builder.name()).collect();
        assert_eq!(names, HierarchyBuild::NAMES);
        assert!(ALL.iter().all(|builder| !builder.source().is_empty()));
        let told: Vec<&str> = EVERY.iter().map(|keys| builder(keys).name()).collect();
        assert!(names.iter().all(|name| told.contains(name)));
    }

    /// A builder from its keys in a configuration.
    pub(crate) fn builder(keys: &str) -> HierarchyBuild {
        let text = format!("[columns]\nx = {{ role = \"quasi\", hierarchy = {{ {keys} }} }}\n");
        let config = TableConfig::parse(&text).unwrap();
        match config.columns[0].1.hierarchy.clone() {
            Some(HierarchyConfig::Build(build)) => build,
            other => panic!("{other:?}"),
        }
    }

    /// The labels of each value, in the order they are given; a value has a row for each of its letters.
    pub(crate) fn labels(keys: &str, texts: &[&str]) -> Vec<String> {
        let mut sorted = texts.to_vec();
        sorted.sort_unstable();
        let rows = sorted.iter().map(|text| text.len() as u64).collect();
        let column = ColumnValues { texts: sorted, rows };
        let built = build(&builder(keys), &column, "").unwrap();
        let of = |text: &&str| match built.paths.iter().find(|(own, _)| own == text) {
            Some((_, path)) => path.labels.join(" "),
            None => "misfit".to_owned(),
        };
        texts.iter().map(of).collect()
    }

    #[test]
    fn what_is_not_released_as_it_is_is_a_level_of_its_own() {
        let column = ColumnValues { texts: vec!["34", "93"], rows: vec![1, 1] };
        let built = build(&HierarchyBuild::Age, &column, "").unwrap();
        assert_eq!(built.bases().into_iter().collect::<Vec<_>>(), [("93", "90+")]);
        assert_eq!(
            built.lines().to_text(),
            "34;34;30..34;30..39;20..39;0..39;*\n93;90+;90+;90+;80+;80+;*\n"
        );
        assert_eq!(built.tree().unwrap().labels(0).unwrap().count(), 2);
        assert_eq!(built.tree().unwrap().height(), 5);
    }

    #[test]
    fn a_column_of_misfits_has_no_tree() {
        let column = ColumnValues { texts: vec!["a"], rows: vec![1] };
        let built = build(&HierarchyBuild::Age, &column, "").unwrap();
        assert_eq!(built.tree().unwrap_err(), HierarchyError::Empty);
        assert_eq!(built.misfits(), ["a"]);
    }
}
