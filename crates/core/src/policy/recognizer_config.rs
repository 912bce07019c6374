//! A site's own recognizers: the `[[text.recognizer]]` sections of a policy.

use serde::Deserialize;

use super::PolicyError;
use crate::EntityType;

/// A recognizer that a policy brings.
#[derive(Debug, Clone, PartialEq)]
pub struct RecognizerConfig {
    /// What it is called.
    pub name: String,
    /// What it finds.
    pub entity: EntityType,
    /// Forms of what it finds.
    pub patterns: Vec<PatternConfig>,
    /// Texts that it finds whole, in any case.
    pub texts: Vec<String>,
    /// Words that speak for it when they stand up to five words before.
    pub context: Vec<String>,
}

/// A form that a recognizer knows.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternConfig {
    /// A regular expression in the syntax of Rust's `regex`, with look-around; case counts only after
    /// `(?-i)`.
    pub regex: String,
    /// How sure a match is by itself, from 0 to 1.
    pub score: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRecognizer {
    name: String,
    entity: String,
    #[serde(default)]
    patterns: Vec<RawPattern>,
    #[serde(default)]
    texts: Vec<String>,
    #[serde(default)]
    context: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPattern {
    regex: String,
    score: Option<f32>,
}

/// How sure a pattern is that does not say.
const SCORE: f32 = 0.6;

pub(super) fn recognizers(raw: Vec<RawRecognizer>) -> Result<Vec<RecognizerConfig>, PolicyError> {
    let key = |key: &str| format!("text.recognizer.{key}");
    raw.into_iter()
        .map(|raw| {
            let entity = EntityType::from_name(&raw.entity).ok_or_else(|| {
                PolicyError::new(key("entity"), "an entity type, such as mrn, other-id or person")
            })?;
            if raw.patterns.is_empty() && raw.texts.is_empty() {
                return Err(PolicyError::new(
                    key("patterns"),
                    "`patterns` or `texts`, at least one",
                ));
            }
            let patterns = raw
                .patterns
                .into_iter()
                .map(|pattern| {
                    let score = pattern.score.unwrap_or(SCORE);
                    if !(0.0..=1.0).contains(&score) {
                        return Err(PolicyError::new(
                            key("patterns.score"),
                            "a number from 0 to 1",
                        ));
                    }
                    Ok(PatternConfig { regex: pattern.regex, score })
                })
                .collect::<Result<_, _>>()?;
            Ok(RecognizerConfig {
                name: raw.name,
                entity,
                patterns,
                texts: raw.texts,
                context: raw.context,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    fn read(section: &str) -> Result<Vec<RecognizerConfig>, String> {
        let policy = format!(
            "schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n[[text.recognizer]]\n{section}"
        );
        Policy::parse(&policy).map(|p| p.text.recognizers).map_err(|e| e.to_string())
    }

    #[test]
    fn recognizers_are_read() {
        let read = read(
            "name = \"study\"\nentity = \"other-id\"\ncontext = [\"study\"]\n\
             patterns = [{ regex = 'ST-\\d{4}' }, { regex = 'x', score = 0.2 }]",
        )
        .unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].entity, EntityType::OtherId);
        let scores: Vec<f32> = read[0].patterns.iter().map(|p| p.score).collect();
        assert_eq!(scores, [SCORE, 0.2]);
    }

    #[test]
    fn what_is_none_is_refused() {
        let check = |section: &str, says: &str| {
            let error = read(section).unwrap_err();
            assert!(error.contains(says), "{error}");
        };
        check("name = \"a\"\nentity = \"nobody\"\ntexts = [\"x\"]", "text.recognizer.entity");
        check("name = \"a\"\nentity = \"mrn\"", "text.recognizer.patterns");
        check(
            "name = \"a\"\nentity = \"mrn\"\npatterns = [{ regex = 'x', score = 3 }]",
            "text.recognizer.patterns.score",
        );
    }
}
