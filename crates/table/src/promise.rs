//! What privacy models promise of a released table, and by which measure each promise is held.

use anonymed_anonymize::HierarchyFile;
use anonymed_anonymize::models::{self, ModelFamily};
use anonymed_assess::privacy::{self, Better, PrivacyMeasure, Scales, reached};
use anonymed_assess::{ClassLabels, SensitiveLog, ValueTree, subsets};
use anonymed_core::policy::ModelConfig;
use anonymed_core::{CancelToken, ModalityError};
use serde::{Deserialize, Serialize};

use crate::TableOptions;
use crate::conditions::{self, Condition};

/// One number that every class has to reach.
#[derive(Clone, Copy)]
pub struct Promise<'a> {
    model: &'a ModelConfig,
    measure: &'static dyn PrivacyMeasure,
    asked: f64,
}

/// A promise, and what was counted in the released table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The measure, as `t-closeness`.
    pub measure: String,
    /// The sensitive column, where it is about one.
    pub on: Option<String>,
    /// What was asked for.
    pub asked: f64,
    /// What the worst class reaches; none where it is beyond every number or there is no class.
    pub reached: Option<f64>,
    /// Whether that is enough.
    pub holds: bool,
}

impl Kept {
    /// The measure and its column, as `t-closeness(diagnosis)`.
    pub fn name(&self) -> String {
        let measure = &self.measure;
        self.on.as_ref().map_or_else(|| measure.clone(), |on| format!("{measure}({on})"))
    }
}

/// Parameters that are promises, by the family's name: the measure and the letter.
const MEASURED: &[(&str, &[(&str, &str)])] = &[
    ("k-anonymity", &[("k-anonymity", "k")]),
    ("alpha-k-anonymity", &[("alpha-k-anonymity", "alpha"), ("k-anonymity", "k")]),
    ("distinct-l-diversity", &[("distinct-l-diversity", "l")]),
    ("entropy-l-diversity", &[("entropy-l-diversity", "l")]),
    ("recursive-l-diversity", &[("recursive-l-diversity", "c")]),
    ("delta-disclosure", &[("delta-disclosure", "delta")]),
    ("basic-beta-likeness", &[("basic-beta-likeness", "beta")]),
    ("enhanced-beta-likeness", &[("enhanced-beta-likeness", "beta")]),
    ("k-map", &[("k-map", "k_map")]),
    ("delta-presence", &[("delta-presence-min", "delta_min"), ("delta-presence-max", "delta_max")]),
    ("lkc-privacy", &[("lkc-k", "k"), ("lkc-c", "c")]),
    ("t-closeness", &[("t-closeness", "t")]),
    ("ordered-t-closeness", &[("ordered-t-closeness", "t")]),
    ("hierarchical-t-closeness", &[("hierarchical-t-closeness", "t")]),
];

/// The most values the measure of distinct l counts.
const L_MOST: f64 = 1024.0;

/// Rounding that two ways of reckoning a real number may differ by. Counts have none.
const ROUNDING: f64 = 1e-5;

/// The family of a model.
///
/// # Errors
///
/// A model that is none.
pub(crate) fn family(model: &ModelConfig) -> Result<&'static dyn ModelFamily, ModalityError> {
    let letters = model.numbers.keys().map(String::as_str);
    models::by_letters(letters, model.kind.as_deref()).ok_or_else(|| {
        let of_classes = models::ALL.iter().map(|f| described(*f));
        let known: Vec<String> = of_classes
            .chain(conditions::LETTERS.map(str::to_owned))
            .chain(["k with m".to_owned()])
            .collect();
        ModalityError::Policy(format!(
            "a model is none that is known; there are {}",
            known.join(", ")
        ))
    })
}

/// `l (kind "entropy")`.
fn described(family: &dyn ModelFamily) -> String {
    let letters = family.letters().join(" with ");
    family.kind().map_or(letters.clone(), |kind| format!("{letters} of kind \"{kind}\""))
}

/// Sets of columns that are counted at most.
const MOST_SETS: u64 = 1 << 16;

/// Everything that models promise of each class.
///
/// # Errors
///
/// [`ModalityError::Policy`]: a model that is none, or that could not be counted again in the output.
pub fn promises(models: &[ModelConfig]) -> Result<Vec<Promise<'_>>, ModalityError> {
    let mut promises = Vec::new();
    let of_classes = |model: &&ModelConfig| Condition::of(model).is_none() && !model.is_of_items();
    for model in models.iter().filter(of_classes) {
        let name = family(model)?.name();
        let known = model.numbers.get("l_known");
        if known.is_some_and(|known| known.fract() != 0.0 || *known < 1.0) {
            return Err(ModalityError::Policy("`l_known` is a whole number of columns".into()));
        }
        if name == "k-anonymity" && model.on.is_some() {
            return Err(ModalityError::Policy("k is of people and has no `on`".into()));
        }
        let unchecked = || ModalityError::Policy(format!("{name} cannot be checked in the output"));
        let (_, measured) =
            MEASURED.iter().find(|(family, _)| *family == name).ok_or_else(unchecked)?;
        for (measure, letter) in *measured {
            let measure = privacy::by_name(measure).ok_or_else(unchecked)?;
            let asked = model.numbers.get(*letter).copied().ok_or_else(unchecked)?;
            if *letter == "l" && asked > L_MOST {
                return Err(ModalityError::Policy(format!(
                    "an l above {L_MOST} cannot be checked in the output"
                )));
            }
            promises.push(Promise { model, measure, asked });
        }
    }
    Ok(promises)
}

impl std::fmt::Debug for Promise<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Promise").field("measure", &self.measure.name()).finish_non_exhaustive()
    }
}

impl Promise<'_> {
    /// Whether counting people and distinct values is enough to hold it.
    pub fn is_count(&self) -> bool {
        matches!(self.measure.name(), "k-anonymity" | "k-map" | "lkc-k" | "distinct-l-diversity")
    }

    /// Whether it can be held for one table by itself alone: it needs the labels of a class beside its people,
    /// or a table of the population.
    pub fn is_of_one_table(&self) -> bool {
        self.is_of_population() || self.measure.is_of_groups()
    }

    /// Refuses what would have to be counted over too many sets of so many columns.
    ///
    /// # Errors
    ///
    /// [`ModalityError::Policy`].
    pub(crate) fn check_width(&self, columns: usize) -> Result<(), ModalityError> {
        let known = self.model.numbers.get("l_known").copied().unwrap_or(0.0) as u32;
        let sets = subsets(columns as u64, known);
        if sets > MOST_SETS {
            return Err(ModalityError::Policy(format!(
                "`l_known` makes {sets} sets of {columns} columns, and {MOST_SETS} are counted at most"
            )));
        }
        Ok(())
    }

    /// Whether it is of the groups that few columns make, each of several classes.
    pub fn is_of_groups(&self) -> bool {
        self.measure.is_of_groups()
    }

    /// Whether it can be counted beside a table of the population alone.
    pub fn is_of_population(&self) -> bool {
        matches!(self.measure.name(), "k-map" | "delta-presence-min" | "delta-presence-max")
    }

    /// Counts what was released; `sensitive` names the columns of the log.
    ///
    /// # Errors
    ///
    /// [`ModalityError::Policy`] where the hierarchy of a model cannot be read.
    pub fn count(
        &self,
        log: &SensitiveLog,
        sensitive: &[&str],
        options: &TableOptions,
    ) -> Result<Kept, ModalityError> {
        let on = self.model.on.as_deref();
        let at = sensitive.iter().position(|name| Some(*name) == on);
        let tree =
            self.model.hierarchy.as_deref().map(|file| value_tree(file, options)).transpose()?;
        let l = self.model.numbers.get("l").copied().unwrap_or(0.0) as u32;
        let scales = Scales { l, tree: tree.as_ref() };
        let reached = match (on, at) {
            // What is not there was not counted, and does not hold.
            (Some(_), None) => None,
            // A model about no column looks at people alone.
            (_, at) => reached(self.measure, log, at.unwrap_or(usize::MAX), scales).worst,
        };
        Ok(self.kept(reached))
    }

    /// Counts in groups of what was released: by the labels of the log's classes.
    ///
    /// # Errors
    ///
    /// Where the token is cancelled, which is asked between sets of columns.
    pub fn count_groups(
        &self,
        (log, labels): (&SensitiveLog, &ClassLabels),
        sensitive: &[&str],
        cancel: &CancelToken,
    ) -> Result<Kept, ModalityError> {
        let on = self.model.on.as_deref();
        let at = sensitive.iter().position(|name| Some(*name) == on);
        if on.is_some() && at.is_none() {
            return Ok(self.kept(None));
        }
        let at = at.unwrap_or(usize::MAX);
        let known = self.model.numbers.get("l_known").copied().unwrap_or(f64::INFINITY) as u32;
        Ok(self.kept(labels.reached(self.measure, log, (at, known), cancel)?.worst))
    }

    fn kept(&self, reached: Option<f64>) -> Kept {
        Kept {
            measure: self.measure.name().to_owned(),
            on: self.model.on.clone(),
            asked: self.asked,
            reached,
            holds: self.holds(reached),
        }
    }

    /// Whether what was reached is enough.
    fn holds(&self, reached: Option<f64>) -> bool {
        let Some(reached) = reached else { return false };
        let slack = if self.is_count() { 0.0 } else { ROUNDING * self.asked.abs().max(1.0) };
        match self.measure.better() {
            Better::Higher => reached >= self.asked - slack,
            Better::Lower => reached <= self.asked + slack,
        }
    }
}

/// A hierarchy file as it says which values are below which label.
///
/// # Errors
///
/// [`ModalityError::Policy`] where it cannot be read or is no hierarchy.
pub fn value_tree(file: &str, options: &TableOptions) -> Result<ValueTree, ModalityError> {
    let wrong = |e| ModalityError::Policy(format!("hierarchy file `{file}`: {e}"));
    let text = options.hierarchy(file)?;
    let hierarchy = HierarchyFile::parse(&text).map_err(wrong)?;
    let mut lines: Vec<Vec<&str>> = Vec::new();
    for level in 0..=hierarchy.height() {
        for (line, (_, label)) in hierarchy.labels(level).into_iter().flatten().enumerate() {
            if level == 0 {
                lines.push(Vec::new());
            }
            lines[line].push(label);
        }
    }
    Ok(ValueTree::new(lines.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_held_exactly() {
        let model = |letter: &str, asked: f64| ModelConfig {
            numbers: [(letter.to_owned(), asked)].into(),
            kind: None,
            on: None,
            hierarchy: None,
        };
        let check = |letter: &str, asked: f64, reached: f64, expect: bool| {
            let models = [model(letter, asked)];
            let promises = promises(&models).unwrap();
            assert_eq!(promises[0].holds(Some(reached)), expect, "{letter} {asked} {reached}");
        };
        check("k", 200_000.0, 199_999.0, false);
        check("k", 200_000.0, 200_000.0, true);
        check("l", 1000.0, 999.995, false);
        check("t", 0.2, 0.200_001, true);
        check("t", 0.2, 0.201, false);
    }

    #[test]
    fn every_family_is_measured() {
        for family in models::ALL {
            let (_, measured) = MEASURED.iter().find(|(name, _)| *name == family.name()).unwrap();
            for (measure, letter) in *measured {
                assert!(privacy::by_name(measure).is_some() && family.letters().contains(letter));
            }
        }
        assert_eq!(MEASURED.len(), models::ALL.len());
    }
}
