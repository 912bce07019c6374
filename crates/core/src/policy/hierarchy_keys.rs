//! The keys of a hierarchy builder, read into its steps: what makes no levels that nest is an error here.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::PolicyError;
use super::hierarchy_config::{
    DateSteps, Granularity, Growth, IntervalScale, IntervalSteps, Keep, OrderSteps, PrioritySteps,
    RedactionSteps, Side,
};
use super::toml_fault::fault;

/// Most levels that a rule makes between the values and `*`.
const MOST_LEVELS: u8 = 16;
/// Most groups of the first level in a group of another, so that places stay exact.
const MOST_SPAN: u64 = 1 << 40;

/// Reads a builder's keys; one that is not its own is an error.
pub(super) fn keys<T: DeserializeOwned>(table: toml::Table, key: &str) -> Result<T, PolicyError> {
    table.try_into().map_err(|e| fault(e, Some(key)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLoinc {
    pub(super) file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInterval {
    width: Option<f64>,
    origin: Option<f64>,
    edges: Option<Vec<f64>>,
    factor: Option<Factor>,
    levels: Option<u8>,
    bottom: Option<f64>,
    top: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrder {
    width: Option<u64>,
    factor: Option<Factor>,
    levels: Option<u8>,
    #[serde(default)]
    order: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDate {
    by: Option<Vec<String>>,
    input: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPriority {
    keep: Option<Vec<u64>>,
    levels: Option<u8>,
    other: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRedaction {
    from: Option<String>,
    character: Option<String>,
    step: Option<u32>,
}

/// One factor for all levels, or one for each but the first.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number, as `2`, or a list of them, as `[2, 5]`, is expected here")]
enum Factor {
    Same(u64),
    Each(Vec<u64>),
}

impl Growth {
    fn new(factor: Option<Factor>, levels: Option<u8>, key: &str) -> Result<Self, PolicyError> {
        let wrong =
            |name: &str, reason: &str| Err(PolicyError::new(format!("{key}.{name}"), reason));
        let count = levels.unwrap_or(4);
        if !(1..=MOST_LEVELS).contains(&count) {
            return wrong("levels", "1 to 16");
        }
        let factors = match factor {
            None => vec![2; usize::from(count) - 1],
            Some(Factor::Same(factor)) => vec![factor; usize::from(count) - 1],
            Some(Factor::Each(factors)) => {
                let fits = levels.is_none_or(|levels| usize::from(levels) == factors.len() + 1);
                if !fits || factors.len() >= usize::from(MOST_LEVELS) {
                    return wrong("factor", "a number for each level but the first, of 16 at most");
                }
                factors
            }
        };
        let mut spans = vec![1u64];
        for factor in factors {
            if factor < 2 {
                return wrong("factor", "2 or more: how much wider each level is");
            }
            let last = spans[spans.len() - 1];
            match last.checked_mul(factor).filter(|span| *span <= MOST_SPAN) {
                Some(span) => spans.push(span),
                None => {
                    return wrong("levels", "so many levels of this factor are too wide to count");
                }
            }
        }
        Ok(Self(spans))
    }
}

impl IntervalSteps {
    pub(super) fn new(raw: RawInterval, key: &str) -> Result<Self, PolicyError> {
        let wrong =
            |name: &str, reason: &str| Err(PolicyError::new(format!("{key}.{name}"), reason));
        let given = [raw.width, raw.origin, raw.bottom, raw.top];
        if given.iter().flatten().any(|number| !number.is_finite()) {
            return wrong("width", "`width`, `origin`, `bottom` and `top` are finite numbers");
        }
        let scale = match (raw.width, raw.edges) {
            (Some(width), None) if width > 0.0 => {
                IntervalScale::Width { width, origin: raw.origin.unwrap_or(0.0) }
            }
            (Some(_), None) => return wrong("width", "a number above 0"),
            (None, Some(edges)) => {
                if given.iter().any(Option::is_some) {
                    return wrong("edges", "stands without `width`, `origin`, `bottom` and `top`");
                }
                let ascend = edges.windows(2).all(|pair| pair[0] < pair[1]);
                if edges.len() < 2 || !ascend || edges.iter().any(|edge| !edge.is_finite()) {
                    return wrong("edges", "two numbers or more, ascending");
                }
                IntervalScale::Edges(edges)
            }
            _ => return wrong("width", "either `width` or `edges` is needed"),
        };
        if let (Some(bottom), Some(top)) = (raw.bottom, raw.top)
            && bottom >= top
        {
            return wrong("bottom", "is below `top`");
        }
        let growth = Growth::new(raw.factor, raw.levels, key)?;
        Ok(Self { scale, growth, bottom: raw.bottom, top: raw.top })
    }
}

impl OrderSteps {
    pub(super) fn new(raw: RawOrder, key: &str) -> Result<Self, PolicyError> {
        let mut seen = std::collections::BTreeSet::new();
        if raw.order.iter().any(|value| !seen.insert(value)) {
            return Err(PolicyError::new(format!("{key}.order"), "names a value twice"));
        }
        let width = raw.width.unwrap_or(2);
        if !(2..=MOST_SPAN).contains(&width) {
            return Err(PolicyError::new(format!("{key}.width"), "2 or more values of a group"));
        }
        Ok(Self { width, growth: Growth::new(raw.factor, raw.levels, key)?, order: raw.order })
    }
}

impl DateSteps {
    pub(super) fn new(raw: RawDate, key: &str) -> Result<Self, PolicyError> {
        let key = format!("{key}.by");
        let Some(names) = raw.by else {
            use Granularity::{Decade, Month, Quarter, Year};
            return Ok(Self { by: vec![Month, Quarter, Year, Decade], input: raw.input });
        };
        let by = names
            .iter()
            .map(|name| super::raw::choice(&key, name, Granularity::ALL, Granularity::as_str))
            .collect::<Result<Vec<_>, _>>()?;
        if by.is_empty() || !by.windows(2).all(|pair| pair[0].nests_in(pair[1])) {
            return Err(PolicyError::new(
                key,
                "from fine to coarse, each within the next: a week is within no month and no quarter, \
                 two years are not within five",
            ));
        }
        Ok(Self { by, input: raw.input })
    }
}

impl PrioritySteps {
    pub(super) fn new(raw: RawPriority, key: &str) -> Result<Self, PolicyError> {
        let wrong =
            |name: &str, reason: &str| Err(PolicyError::new(format!("{key}.{name}"), reason));
        let keep = match (raw.keep, raw.levels) {
            (Some(_), Some(_)) => {
                return wrong("keep", "says the number of levels; leave out `levels`");
            }
            (Some(counts), None) => {
                let descend = counts.windows(2).all(|pair| pair[0] > pair[1]);
                if counts.is_empty() || counts.len() > usize::from(MOST_LEVELS) || !descend {
                    return wrong("keep", "numbers of values, descending, 16 at most");
                }
                Keep::Counts(counts)
            }
            (None, levels) => match levels.unwrap_or(3) {
                levels @ 1..=MOST_LEVELS => Keep::Halves(levels),
                _ => return wrong("levels", "1 to 16"),
            },
        };
        match raw.other {
            Some(other) if other.trim().is_empty() => wrong("other", "may not be empty"),
            other => Ok(Self { keep, other: other.unwrap_or_else(|| "other".into()) }),
        }
    }
}

impl RedactionSteps {
    pub(super) fn new(raw: RawRedaction, key: &str) -> Result<Self, PolicyError> {
        let wrong =
            |name: &str, reason: &str| Err(PolicyError::new(format!("{key}.{name}"), reason));
        let from = match raw.from.as_deref() {
            None | Some("right") => Side::Right,
            Some("left") => Side::Left,
            Some(_) => return wrong("from", "right or left"),
        };
        let mask = raw.character.unwrap_or_else(|| "*".into());
        let mut characters = mask.chars();
        let (Some(character), None) = (characters.next(), characters.next()) else {
            return wrong("character", "one character");
        };
        match raw.step.unwrap_or(1) {
            0 => wrong("step", "1 or more"),
            step => Ok(Self { from, character, step }),
        }
    }
}
