//! The words that code-like elements may hold: value sets of FHIR in `codes.csv`, states and countries
//! in `places.csv`, words of units in `units.csv`, each with its source.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

const CODES: &str = include_str!("codes.csv");
const PLACES: &str = include_str!("places.csv");
const UNITS: &str = include_str!("units.csv");

type Words = HashSet<String, foldhash::fast::FixedState>;

static CODE_SETS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let lines = CODES.lines().skip(1).filter_map(|line| {
        let mut fields = line.split(',');
        Some((fields.next()?, fields.next()?.split(' ').collect()))
    });
    lines.collect()
});
static STATES: LazyLock<Words> = LazyLock::new(|| places("state"));
static COUNTRIES: LazyLock<Words> = LazyLock::new(|| places("country"));
static UNIT_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    UNITS
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .flat_map(|w| w.split(' '))
        .collect()
});

fn places(kind: &str) -> Words {
    let of_kind = |line: &str| {
        let mut fields = line.split(',');
        let word = (fields.next() == Some(kind)).then(|| fields.next()).flatten()?;
        Some(word.to_lowercase())
    };
    PLACES.lines().skip(1).filter_map(of_kind).collect()
}

/// Whether a code is of the value sets that elements of a name are bound to: `gender`, `status`,
/// `use`. `None` where the name has no set of its own.
pub(crate) fn in_value_set(element: &str, code: &str) -> Option<bool> {
    if element == "code" {
        return None;
    }
    CODE_SETS.get(element).map(|set| set.contains(code))
}

/// Whether a code is of any value set of the standard.
pub(crate) fn is_code(code: &str) -> bool {
    CODE_SETS.values().any(|set| set.contains(code))
}

/// Whether a text names a state of the United States, by name or postal code.
pub(crate) fn is_state(text: &str) -> bool {
    STATES.contains(&text.trim().to_lowercase())
}

/// Whether a text names a country, by name or ISO 3166-1 code.
pub(crate) fn is_country(text: &str) -> bool {
    COUNTRIES.contains(&text.trim().to_lowercase())
}

/// Whether a text is a unit: every word of it is a word of units, and no number in it is long.
pub(crate) fn is_unit(text: &str) -> bool {
    const LONGEST: usize = 40;
    const DIGITS: usize = 4;
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty());
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    text.len() <= LONGEST
        && words.into_iter().all(|word| UNIT_WORDS.contains(word))
        && numbers.into_iter().all(|number| number.len() < DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_source() {
        for line in [CODES, PLACES, UNITS].iter().flat_map(|text| text.lines().skip(1)) {
            let source = line.rsplit(',').next().unwrap_or_default();
            assert!(line.contains(',') && source.len() > 3, "{line}");
        }
    }

    #[test]
    fn value_sets_are_told_apart() {
        assert_eq!(in_value_set("gender", "female"), Some(true));
        assert_eq!(in_value_set("gender", "final"), Some(false));
        assert_eq!(in_value_set("status", "entered-in-error"), Some(true));
        assert_eq!(in_value_set("status", "roe"), Some(false));
        assert_eq!(in_value_set("criticality", "high"), None);
        assert_eq!(in_value_set("code", "high"), None);
        assert!(is_code("high") && is_code("usual") && !is_code("roe"));
    }

    #[test]
    fn places_are_states_and_countries_alone() {
        for state in ["KS", "Kansas", "new york", "PR", "District of Columbia"] {
            assert!(is_state(state), "{state}");
        }
        for none in ["Springfield", "Roe", "", "Elm Street"] {
            assert!(!is_state(none) && !is_country(none), "{none}");
        }
        for country in ["US", "USA", "United States", "Germany", "deu", "UK"] {
            assert!(is_country(country), "{country}");
        }
    }

    #[test]
    fn units_are_made_of_words_of_units() {
        for unit in [
            "mg/dL",
            "mm[Hg]",
            "10*3/uL",
            "mL/min/{1.73_m2}",
            "%",
            "years",
            "breaths/minute",
            "kg/m2",
            "",
        ] {
            assert!(is_unit(unit), "{unit}");
        }
        for none in
            ["Roe", "mg of Jane Roe", "{Roe}", "4471023", "mg/4471023", "8 oz can of J. Roe"]
        {
            assert!(!is_unit(none), "{none}");
        }
    }
}
