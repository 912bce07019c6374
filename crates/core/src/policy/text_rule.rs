//! What happens to free text: the `[text]` section of a policy.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::raw::optional;
use super::recognizer_config::{RawRecognizer, recognizers};
use super::{Action, PolicyError, RecognizerConfig};
use crate::EntityType;
use crate::entity::named;

named! {
    /// What weighs more: what is missed, or what is taken without need.
    Preset {
        /// Misses least: for what leaves the house.
        Recall = "recall",
        /// Between the two.
        Balanced = "balanced",
        /// Takes least that is harmless: for what people read on.
        Utility = "utility",
    }
}

named! {
    /// Which detectors work on a text.
    Tier {
        /// Fields, recognizers and lists.
        Rules = "rules",
        /// These and the trained tagger.
        Default = "default",
    }
}

named! {
    /// A language that texts are read in (ISO 639-1).
    Language {
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
        /// French.
        French = "fr",
        /// German.
        German = "de",
    }
}

/// How a text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSearch {
    /// What weighs more.
    pub preset: Preset,
    /// Which detectors work.
    pub tier: Tier,
    /// The language of the texts; found out for each text where it is not said.
    pub language: Option<Language>,
}

impl Default for TextSearch {
    fn default() -> Self {
        Self { preset: Preset::Balanced, tier: Tier::Default, language: None }
    }
}

/// What happens to identifiers in free text.
#[derive(Debug, Clone)]
pub struct TextRule {
    /// Globs of the notes; without any, every file that reads as text.
    pub files: Vec<String>,
    /// How they are searched.
    pub search: TextSearch,
    /// What stands for names and places: `surrogate`, `redact` or `mask`.
    pub names: Action,
    /// What stands for numbers and contacts: `surrogate`, `pseudonym`, `redact` or `mask`.
    pub numbers: Action,
    /// Whether the tags of redacted values are numbered: `[NAME 2]`.
    pub numbered: bool,
    /// Texts that are never identifiers.
    pub allow: Vec<String>,
    /// Texts that always are.
    pub deny: Vec<String>,
    /// The site's own recognizers.
    pub recognizers: Vec<RecognizerConfig>,
    /// The folder of a model that finds entities beside the rest; a relative one is beside the policy.
    pub model: Option<PathBuf>,
    /// What the model's labels mean that are not known; nothing where what they mark is to be left.
    pub model_labels: BTreeMap<String, Option<EntityType>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawText {
    #[serde(default)]
    pub(super) files: Vec<String>,
    preset: Option<String>,
    tier: Option<String>,
    language: Option<String>,
    names: Option<String>,
    numbers: Option<String>,
    #[serde(default)]
    numbered: bool,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default)]
    recognizer: Vec<RawRecognizer>,
    model: Option<PathBuf>,
    #[serde(default)]
    model_labels: BTreeMap<String, String>,
}

/// What `text.language` says where each text's own language is found out.
const AUTO: &str = "auto";

/// Reads the section; `names` and `numbers` are the verbs of the profile.
pub(super) fn text_rule(raw: RawText, names: &str, numbers: &str) -> Result<TextRule, PolicyError> {
    let default = TextSearch::default();
    let preset = optional("text.preset", raw.preset.as_deref(), Preset::ALL, Preset::as_str)?;
    let tier = optional("text.tier", raw.tier.as_deref(), Tier::ALL, Tier::as_str)?;
    let language = raw.language.as_deref().filter(|language| *language != AUTO);
    let language = optional("text.language", language, Language::ALL, Language::as_str)
        .map_err(|e| PolicyError::new("text.language", format!("{}, {AUTO}", e.reason)))?;
    Ok(TextRule {
        files: raw.files,
        search: TextSearch {
            preset: preset.unwrap_or(default.preset),
            tier: tier.unwrap_or(default.tier),
            language,
        },
        names: action("text.names", raw.names.as_deref().unwrap_or(names))?,
        numbers: action("text.numbers", raw.numbers.as_deref().unwrap_or(numbers))?,
        numbered: raw.numbered,
        allow: raw.allow,
        deny: raw.deny,
        recognizers: recognizers(raw.recognizer)?,
        model: raw.model,
        model_labels: raw.model_labels.into_iter().map(label).collect::<Result<_, _>>()?,
    })
}

/// What a label means: an entity type, or nothing.
fn label((label, meaning): (String, String)) -> Result<(String, Option<EntityType>), PolicyError> {
    const IGNORE: &str = "ignore";
    let entity = EntityType::from_name(&meaning);
    if entity.is_none() && meaning != IGNORE {
        return Err(PolicyError::new(
            format!("text.model_labels.{label}"),
            "an entity type, such as patient, or ignore",
        ));
    }
    Ok((label, entity))
}

fn action(key: &str, verb: &str) -> Result<Action, PolicyError> {
    match verb {
        "surrogate" => Ok(Action::Surrogate),
        "redact" => Ok(Action::Redact),
        "mask" => Ok(Action::Mask),
        "pseudonym" if key.ends_with("numbers") => Ok(Action::Pseudonym),
        _ => Err(PolicyError::new(key, "surrogate, redact or mask, and pseudonym for numbers")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    fn read(keys: &str) -> Result<TextSearch, String> {
        let policy =
            format!("schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n[text]\n{keys}\n");
        Policy::parse(&policy).map(|p| p.text.search).map_err(|e| e.to_string())
    }

    #[test]
    fn a_policy_names_a_model_and_what_its_labels_mean() {
        let read = |keys: &str| {
            let policy = format!(
                "schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n[text]\n{keys}\n"
            );
            Policy::parse(&policy).map(|p| p.text).map_err(|e| e.to_string())
        };
        let rule = read("model = \"deid\"\nmodel_labels = { NORP = \"ignore\", HCW = \"doctor\" }")
            .unwrap();
        assert_eq!(rule.model, Some(PathBuf::from("deid")));
        let expect = [("HCW".to_owned(), Some(EntityType::Doctor)), ("NORP".to_owned(), None)];
        assert_eq!(rule.model_labels, BTreeMap::from(expect));
        let error = read("model_labels = { HCW = \"medic\" }").unwrap_err();
        assert!(error.contains("text.model_labels.HCW"), "{error}");
    }

    #[test]
    fn a_policy_says_how_texts_are_searched() {
        assert_eq!(read(""), Ok(TextSearch::default()));
        let expect = TextSearch {
            preset: Preset::Recall,
            tier: Tier::Rules,
            language: Some(Language::Spanish),
        };
        assert_eq!(read("preset = \"recall\"\ntier = \"rules\"\nlanguage = \"es\""), Ok(expect));
        assert_eq!(read("language = \"auto\""), Ok(TextSearch::default()));
        for (keys, says) in [
            ("preset = \"high\"", "text.preset: `high` is none of recall, balanced, utility"),
            ("tier = \"big\"", "text.tier: `big` is none of rules, default"),
            ("language = \"xx\"", "text.language: `xx` is none of en, es, fr, de, auto"),
        ] {
            let error = read(keys).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
