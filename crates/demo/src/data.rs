//! The embedded tables: names, cities, laboratory tests, medicines, conditions (`data/SOURCES.md`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A surname with its frequency and the group it is common in.
#[derive(Deserialize)]
pub(crate) struct Surname {
    pub(crate) name: String,
    pub(crate) weight: f64,
    pub(crate) group: String,
}

/// A forename with sex, frequency and typical generation.
#[derive(Deserialize)]
pub(crate) struct Forename {
    pub(crate) name: String,
    pub(crate) sex: String,
    pub(crate) weight: f64,
    pub(crate) cohort: String,
}

/// A name made of common words or places.
#[derive(Deserialize)]
pub(crate) struct PlainName {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) sex: String,
}

/// A city as public maps have it.
#[derive(Deserialize)]
pub(crate) struct City {
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) county: String,
    pub(crate) zip: String,
    pub(crate) area: String,
    pub(crate) weight: f64,
}

/// An insurer and the prefix of its member numbers.
#[derive(Deserialize)]
pub(crate) struct Insurer {
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) kind: String,
}

/// What a person can be allergic to.
#[derive(Deserialize)]
pub(crate) struct Allergy {
    pub(crate) substance: String,
    pub(crate) category: String,
    pub(crate) reaction: String,
    pub(crate) severity: String,
    pub(crate) weight: f64,
}

/// A laboratory test with its reference range by sex.
#[derive(Deserialize)]
pub(crate) struct LabTest {
    pub(crate) key: String,
    pub(crate) loinc: String,
    pub(crate) name: String,
    pub(crate) short: String,
    pub(crate) unit: String,
    pub(crate) low_f: f64,
    pub(crate) high_f: f64,
    pub(crate) low_m: f64,
    pub(crate) high_m: f64,
    pub(crate) decimals: usize,
    pub(crate) panel: String,
}

/// A medicine as prescribed.
#[derive(Deserialize)]
pub(crate) struct Medicine {
    pub(crate) key: String,
    pub(crate) atc: String,
    pub(crate) name: String,
    pub(crate) strength: String,
    pub(crate) form: String,
    pub(crate) sig: String,
    pub(crate) qty: u32,
}

/// Whether a condition stays, passes, or belongs to a course of its own (pregnancy, birth).
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Chronic,
    Acute,
    Course,
}

/// The season in which a condition is common.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Season {
    #[default]
    Any,
    Winter,
    Summer,
}

/// A condition: who gets it, what it does to the laboratory, how it is treated and told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    pub(crate) key: String,
    pub(crate) icd10: String,
    #[serde(default)]
    pub(crate) also: Vec<String>,
    pub(crate) name: String,
    pub(crate) short: String,
    pub(crate) kind: Kind,
    pub(crate) weights: [f64; 6],
    #[serde(default)]
    pub(crate) sex: Option<String>,
    #[serde(default)]
    pub(crate) female: Option<f64>,
    #[serde(default)]
    pub(crate) male: Option<f64>,
    #[serde(default)]
    pub(crate) min_age: Option<i32>,
    #[serde(default)]
    pub(crate) max_age: Option<i32>,
    #[serde(default)]
    pub(crate) since: Option<i16>,
    #[serde(default)]
    pub(crate) season: Season,
    pub(crate) department: String,
    #[serde(default = "ambulatory")]
    pub(crate) class: String,
    #[serde(default)]
    pub(crate) los: Option<[i64; 2]>,
    #[serde(default)]
    pub(crate) death: f64,
    #[serde(default)]
    pub(crate) fever: bool,
    #[serde(default)]
    pub(crate) device: bool,
    #[serde(default)]
    pub(crate) procedure: Option<String>,
    #[serde(default)]
    pub(crate) procedure_code: Option<String>,
    pub(crate) meds: Vec<String>,
    #[serde(default)]
    pub(crate) labs: BTreeMap<String, [f64; 2]>,
    pub(crate) hpi: String,
    pub(crate) exam: String,
    pub(crate) plan: String,
}

fn ambulatory() -> String {
    "AMB".to_owned()
}

#[derive(Deserialize)]
struct Conditions {
    condition: Vec<Condition>,
}

fn rows<T: DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("the embedded tables are read by a test")
}

macro_rules! table {
    ($name:ident: $row:ty = $file:literal) => {
        pub(crate) static $name: LazyLock<Vec<$row>> =
            LazyLock::new(|| rows(include_str!(concat!("../data/", $file))));
    };
}

table!(SURNAMES: Surname = "surnames.csv");
table!(FORENAMES: Forename = "forenames.csv");
table!(PLAIN_NAMES: PlainName = "plain_names.csv");
table!(CITIES: City = "cities.csv");
table!(INSURERS: Insurer = "insurers.csv");
table!(ALLERGIES: Allergy = "allergies.csv");
table!(LABS: LabTest = "labs.csv");
table!(MEDICINES: Medicine = "medicines.csv");

/// Street names.
pub(crate) static STREETS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../data/streets.txt").lines().collect());

/// All conditions.
pub(crate) static CONDITIONS: LazyLock<Vec<Condition>> = LazyLock::new(|| {
    toml::from_str::<Conditions>(include_str!("../data/conditions.toml"))
        .expect("the embedded tables are read by a test")
        .condition
});

/// The condition with a key.
pub(crate) fn condition(key: &str) -> &'static Condition {
    CONDITIONS.iter().find(|c| c.key == key).expect("keys in code are those of conditions.toml")
}

/// The test with a key.
pub(crate) fn lab(key: &str) -> Option<&'static LabTest> {
    LABS.iter().find(|l| l.key == key)
}

/// The medicine with a key.
pub(crate) fn medicine(key: &str) -> Option<&'static Medicine> {
    MEDICINES.iter().find(|m| m.key == key)
}

impl LabTest {
    /// The reference range for a sex.
    pub(crate) fn range(&self, female: bool) -> (f64, f64) {
        if female { (self.low_f, self.high_f) } else { (self.low_m, self.high_m) }
    }

    /// A value in the test's own number of decimals.
    pub(crate) fn write(&self, value: f64) -> String {
        format!("{value:.*}", self.decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole() {
        assert!(SURNAMES.len() > 1400 && FORENAMES.len() > 600);
        assert!(CITIES.iter().all(|c| c.zip.len() == 5 && c.area.len() == 3 && c.weight > 0.0));
        assert!(!PLAIN_NAMES.is_empty() && !STREETS.is_empty() && !ALLERGIES.is_empty());
        assert!(INSURERS.iter().any(|i| i.kind == "medicare"));
    }

    #[test]
    fn conditions_name_what_exists_and_codes_are_well_formed() {
        for c in CONDITIONS.iter() {
            for code in c.also.iter().chain([&c.icd10]) {
                assert!(is_icd10(code), "{code}");
            }
            assert!(c.meds.iter().all(|m| medicine(m).is_some()), "{}", c.key);
            assert!(c.labs.keys().all(|l| lab(l).is_some()), "{}", c.key);
            assert!(["AMB", "EMER", "IMP"].contains(&c.class.as_str()));
            assert_eq!(c.class == "IMP", c.los.is_some(), "{}", c.key);
        }
    }

    /// ICD-10-CM: letter, digit, letter or digit, then up to four more after a point.
    fn is_icd10(code: &str) -> bool {
        let plain: Vec<char> = code.chars().filter(|c| *c != '.').collect();
        let point = code.find('.').is_none_or(|at| at == 3);
        (3..=7).contains(&plain.len())
            && point
            && plain[0].is_ascii_uppercase()
            && plain[1].is_ascii_digit()
            && plain.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    }
}
