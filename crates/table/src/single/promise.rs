//! What a configuration's models promise, and by which measure of the released table each is held.

use anonymed_anonymize::models::{self, ModelFamily};
use anonymed_assess::privacy::{self, Better, PrivacyMeasure};
use anonymed_core::ModalityError;
use anonymed_core::policy::{ModelConfig, TableConfig};

/// One number that every class has to reach.
#[derive(Clone, Copy)]
pub(super) struct Promise<'a> {
    pub(super) model: &'a ModelConfig,
    pub(super) measure: &'static dyn PrivacyMeasure,
    /// The number.
    pub(super) asked: f64,
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
    ("t-closeness", &[("t-closeness", "t")]),
    ("ordered-t-closeness", &[("ordered-t-closeness", "t")]),
    ("hierarchical-t-closeness", &[("hierarchical-t-closeness", "t")]),
];

/// The most values the measure of distinct l counts.
const L_MOST: f64 = 1024.0;

/// Rounding that two ways of reckoning may differ by.
const ROUNDING: f64 = 1e-5;

/// The family of a model.
///
/// # Errors
///
/// A model that is none.
pub(super) fn family(model: &ModelConfig) -> Result<&'static dyn ModelFamily, ModalityError> {
    let letters = model.numbers.keys().map(String::as_str);
    models::by_letters(letters, model.kind.as_deref()).ok_or_else(|| {
        let known: Vec<String> = models::ALL.iter().map(|f| described(*f)).collect();
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

/// Everything a configuration promises.
///
/// # Errors
///
/// A model that is none, or that could not be counted again in the output.
pub(super) fn promises(config: &TableConfig) -> Result<Vec<Promise<'_>>, ModalityError> {
    let mut promises = Vec::new();
    for model in &config.models {
        let name = family(model)?.name();
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

impl Promise<'_> {
    /// Whether what was reached is enough.
    pub(super) fn holds(&self, reached: Option<f64>) -> bool {
        let Some(reached) = reached else { return false };
        let slack = ROUNDING * self.asked.abs().max(1.0);
        match self.measure.better() {
            Better::Higher => reached >= self.asked - slack,
            Better::Lower => reached <= self.asked + slack,
        }
    }
}

/// Every family has its measures.
#[cfg(test)]
mod tests {
    use super::*;

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
