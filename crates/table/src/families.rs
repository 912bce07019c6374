//! Privacy models, searches and metrics by their names, bound to the columns of a table.

use anonymed_anonymize::{
    AnonymizeError, Counting, FrequencyTable, Hierarchy, HierarchyFile, LossMetric,
    ModelParameters, PrivacyModel, Search, end_place, metrics, models, search,
};
use anonymed_core::policy::{ModelConfig, SearchConfig};
use anonymed_core::{ModalityError, PartialDate};
use jiff::civil::Date;

use crate::conditions::Condition;
use crate::{TableOptions, model, promise};

/// The kind of distance that goes by a hierarchy.
const HIERARCHICAL: &str = "hierarchical";

/// Classes that the people of one combination may be parted into, at the least.
const CLASSES_APART: u32 = 4;

/// The kinds of some models, before they are bound to a table.
pub(crate) struct Families<'a> {
    families: Vec<(&'static dyn models::ModelFamily, &'a ModelConfig)>,
    /// What is asked of the release as a whole.
    pub(crate) conditions: Vec<Condition>,
}

impl<'a> Families<'a> {
    pub(crate) fn of(models: &'a [ModelConfig]) -> Result<Self, ModalityError> {
        let of_classes =
            models.iter().filter(|model| Condition::of(model).is_none() && !model.is_of_items());
        if of_classes
            .clone()
            .any(|m| m.hierarchy.is_some() && m.kind.as_deref() != Some(HIERARCHICAL))
        {
            return Err(ModalityError::Policy(format!(
                "`hierarchy` of a model is for t-closeness of kind \"{HIERARCHICAL}\""
            )));
        }
        let families = of_classes.map(|model| Ok((promise::family(model)?, model)));
        let families = families.collect::<Result<_, ModalityError>>()?;
        Ok(Self { families, conditions: Condition::all(models)? })
    }

    /// How people are told apart: one more than the highest parameter, so that "exactly k" shows.
    pub(crate) fn counting(&self, has_subject: bool) -> Counting {
        if !has_subject {
            return Counting::Rows;
        }
        let shares = self.families.iter().any(|(family, _)| family.needs_all_subjects());
        if shares || !self.conditions.is_empty() {
            return Counting::AllSubjects;
        }
        let numbers = self.families.iter().flat_map(|(_, model)| model.numbers.values());
        let highest = numbers.fold(1.0f64, |most, n| most.max(*n));
        Counting::SubjectsUpTo((highest as u32).saturating_add(1))
    }

    /// Of each combination so many people may be apart from the others where a search parts them: enough for some
    /// classes.
    pub(crate) fn people_apart(&self, search: &SearchConfig) -> Result<Option<u32>, ModalityError> {
        let numbers = self.families.iter().flat_map(|(_, model)| model.numbers.values());
        let highest = numbers.fold(1.0f64, |most, n| most.max(*n)) as u32;
        // What is asked of a release as a whole is reached by any k.
        let most = if self.conditions.is_empty() { CLASSES_APART } else { u32::MAX };
        let parts = self::search(search)?.parts_people();
        Ok(parts.then(|| highest.saturating_mul(most)))
    }

    /// Whether a model compares with how values are spread in the whole table.
    pub(crate) fn compares_with_table(&self) -> bool {
        self.families.iter().any(|(family, _)| family.compares_with_table())
    }

    pub(crate) fn build(
        &self,
        table: &FrequencyTable,
        sensitive: &[SensitiveTexts<'_>],
        options: &TableOptions,
    ) -> Result<Vec<Box<dyn PrivacyModel>>, ModalityError> {
        self.families
            .iter()
            .map(|(family, model)| {
                let on = model.on.as_deref();
                let on = on.and_then(|on| sensitive.iter().position(|column| column.name == on));
                let parameters = ModelParameters {
                    numbers: model.numbers.clone(),
                    kind: model.kind.clone(),
                    on,
                    order: on.and_then(|on| sensitive[on].order()),
                    tree: match (on, &model.hierarchy) {
                        (Some(on), Some(file)) => Some(sensitive[on].tree(file, options)?),
                        _ => None,
                    },
                };
                family.build(&parameters, table).map_err(error)
            })
            .collect()
    }
}

/// A sensitive column's texts by code; none where a text says nothing.
pub(crate) struct SensitiveTexts<'a> {
    name: &'a str,
    texts: Vec<Option<&'a str>>,
}

impl<'a> SensitiveTexts<'a> {
    pub(crate) fn new(name: &'a str, texts: Vec<Option<&'a str>>) -> Self {
        Self { name, texts }
    }

    /// The codes that say something by their numbers or dates, where all are such.
    fn order(&self) -> Option<Vec<u32>> {
        let stated = (0u32..).zip(&self.texts).filter_map(|(code, text)| Some((code, (*text)?)));
        let mut points: Vec<(u32, f64)> =
            stated.map(|(code, text)| Some((code, place(text)?))).collect::<Option<_>>()?;
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        Some(points.into_iter().map(|(code, _)| code).collect())
    }

    fn tree(&self, file: &str, options: &TableOptions) -> Result<Hierarchy, ModalityError> {
        let own = |text: &Option<&str>| text.map(str::to_owned);
        let values: Vec<Option<String>> = self.texts.iter().map(own).collect();
        hierarchy(file, options)?
            .bind(&values)
            .map_err(|e| ModalityError::Policy(format!("hierarchy file `{file}`: {e}")))
    }
}

/// A number, where numbers beyond an end stand, or the first day an ISO date may mean.
fn place(text: &str) -> Option<f64> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.or_else(|| end_place(text.trim())).or_else(|| {
        let first = PartialDate::parse_iso(text.trim())?.first_day()?;
        let days = Date::constant(1970, 1, 1).until(first).ok()?.get_days();
        Some(f64::from(days))
    })
}

pub(crate) fn hierarchy(
    file: &str,
    options: &TableOptions,
) -> Result<HierarchyFile, ModalityError> {
    HierarchyFile::parse(&options.hierarchy(file)?)
        .map_err(|e| ModalityError::Policy(format!("hierarchy file `{file}`: {e}")))
}

/// Refuses a search by a method or metric that there is none of.
///
/// # Errors
///
/// [`ModalityError::Policy`] that lists those there are.
pub fn check_search(config: &SearchConfig) -> Result<(), ModalityError> {
    metric(config)?;
    search(config).map(|_| ())
}

/// The metric of a search.
pub(crate) fn metric(config: &SearchConfig) -> Result<&'static dyn LossMetric, ModalityError> {
    metrics::by_name(&config.metric)
        .ok_or_else(|| unknown("metric", metrics::ALL.iter().map(|m| m.name())))
}

/// The method of a search.
pub(crate) fn search(config: &SearchConfig) -> Result<&'static dyn Search, ModalityError> {
    search::by_name(&config.method)
        .ok_or_else(|| unknown("method", search::ALL.iter().map(|s| s.name())))
}

fn unknown(what: &str, known: impl Iterator<Item = &'static str>) -> ModalityError {
    let known: Vec<&str> = known.collect();
    ModalityError::Policy(format!("search.{what} is none of {}", known.join(", ")))
}

/// What a fault of a model or of the solver is to who wrote the configuration.
pub(crate) fn error(error: AnonymizeError) -> ModalityError {
    match error {
        AnonymizeError::Model { .. }
        | AnonymizeError::Hierarchy { .. }
        | AnonymizeError::OutOfReach(_)
        | AnonymizeError::TooManyItemCombinations { .. } => {
            ModalityError::Policy(error.to_string())
        }
        other => model::error(other),
    }
}
