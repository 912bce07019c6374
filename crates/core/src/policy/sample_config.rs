//! The sample of a table's people that is released: the `[sample]` section of its configuration.

use serde::Deserialize;

use super::PolicyError;
use crate::Sensitive;

/// How many people are drawn, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleConfig {
    /// How many.
    pub size: SampleSize,
    /// What they are drawn by: whoever knows it knows who is in. Without one it is drawn too.
    pub seed: Option<Sensitive<String>>,
}

/// How many people a sample has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleSize {
    /// A part of all, above 0 and below 1.
    Share(f64),
    /// So many.
    People(u32),
}

impl SampleSize {
    /// How many of so many people: of a share as many whole ones as it has, and one at least; nothing where
    /// there are fewer than are asked for.
    pub fn of(self, people: u32) -> Option<u32> {
        match self {
            Self::Share(share) => {
                // A share as 0.29 is a little less in binary; a whole number of people is not lost by it.
                let some = share * f64::from(people) * (1.0 + 4.0 * f64::EPSILON);
                Some((some as u32).max(1).min(people))
            }
            Self::People(some) => (some <= people).then_some(some),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSample {
    share: Option<f64>,
    people: Option<u32>,
    seed: Option<toml::Value>,
}

impl RawSample {
    pub(super) fn parse(self) -> Result<SampleConfig, PolicyError> {
        let size = match (self.share, self.people) {
            (Some(share), None) if share > 0.0 && share < 1.0 => SampleSize::Share(share),
            (Some(_), None) => {
                return Err(PolicyError::new("sample.share", "a number above 0 and below 1"));
            }
            (None, Some(people)) if people > 0 => SampleSize::People(people),
            (None, Some(_)) => return Err(PolicyError::new("sample.people", "one or more")),
            _ => return Err(PolicyError::new("sample", "has `share` or `people`, one of them")),
        };
        let seed = self.seed.map(|seed| secret(seed, "sample.seed")).transpose()?;
        Ok(SampleConfig { size, seed })
    }
}

/// Characters of a seed at the least: who can try all of them knows who is in.
const SEED_LEAST: usize = 16;

/// A secret text; nothing of it is in a message.
pub(super) fn secret(value: toml::Value, key: &str) -> Result<Sensitive<String>, PolicyError> {
    match value {
        toml::Value::String(text) if text.trim().len() >= SEED_LEAST => Ok(Sensitive::new(text)),
        _ => Err(PolicyError::new(key, "a text of 16 characters or more that nobody can guess")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableConfig;
    use super::*;

    fn read(section: &str) -> Result<SampleConfig, String> {
        let text = format!("[columns]\nage = \"quasi\"\n[sample]\n{section}\n");
        let config = TableConfig::parse(&text).map_err(|e| e.to_string())?;
        config.sample.ok_or_else(|| "no sample".to_owned())
    }

    #[test]
    fn sizes_are_shares_or_people() {
        let check = |section: &str, people: u32, expect: Option<u32>| {
            assert_eq!(read(section).unwrap().size.of(people), expect, "{section} of {people}");
        };
        check("share = 0.1", 1009, Some(100));
        check("share = 0.29", 100, Some(29));
        check("share = 0.57", 100, Some(57));
        check("share = 0.1", 3, Some(1));
        check("share = 0.1", 0, Some(0));
        check("people = 5", 5, Some(5));
        check("people = 5", 4, None);
    }

    #[test]
    fn mistakes_are_named_and_a_seed_is_not_told() {
        let check = |section: &str, part: &str| {
            let reason = read(section).unwrap_err();
            assert!(reason.contains(part), "{reason:?} lacks {part:?}");
        };
        check("", "one of them");
        check("share = 0.1\npeople = 5", "one of them");
        check("share = 1.0", "sample.share");
        check("share = nan", "sample.share");
        check("people = 0", "sample.people");
        check("people = -5", "sample.people: a whole number from 0");
        check("people = 5\nseed = \" \"", "sample.seed");
        check("people = 5\nrows = 3", "unknown field");
        let debug =
            format!("{:?}", read("people = 5\nseed = \"quibble quibble quibble\"").unwrap());
        assert!(!debug.contains("quibble"), "{debug}");
    }
}
