//! A released table's answer beside the raw one's.

use serde::{Deserialize, Serialize};

use super::counts::Bounds;
use super::report::{CohortFigures, CohortReport};

/// How far figures of a released table are from those of the raw one, where both are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortDrift {
    /// Rows that the raw table has more.
    pub rows_left_out: u64,
    /// The cohort.
    pub count: Option<CountDrift>,
    /// Whom it is compared with.
    pub against: Option<CountDrift>,
    /// Released less raw events per 1,000 of the cohort.
    pub per_thousand: Option<f64>,
    /// The same of whom it is compared with.
    pub against_per_thousand: Option<f64>,
    /// Each column.
    pub contrasts: Vec<ContrastDrift>,
}

/// How far a count is from the raw one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CountDrift {
    /// Released estimate less raw count; none where either is not told.
    pub difference: Option<f64>,
    /// Whether the raw count lies within the bounds, the upper one with all rows that were left out.
    pub within_bounds: bool,
}

/// How far a standardised difference is from the raw one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContrastDrift {
    /// Header.
    pub name: String,
    /// Released less raw, of numbers by their sign; none where either is not told, or one is of numbers and the
    /// other of values.
    pub difference: Option<f64>,
}

impl CohortDrift {
    /// Holds a released table's answer to a question beside the raw table's to the same.
    pub fn of(released: &CohortReport, raw: &CohortReport) -> Self {
        let rows_left_out = raw.rows.saturating_sub(released.rows);
        let against = released.against.as_ref().zip(raw.against.as_ref());
        let contrasts = released.contrasts.as_deref().unwrap_or_default().iter();
        let contrasts = contrasts.map(|own| {
            let all = raw.contrasts.as_deref().unwrap_or_default();
            let other = all.iter().find(|c| c.name == own.name && c.numeric == own.numeric);
            let difference = other.and_then(|other| Some(own.smd? - other.smd?));
            ContrastDrift { name: own.name.clone(), difference }
        });
        let rate = |(released, raw): (&CohortFigures, &CohortFigures)| {
            let rate = |of: &CohortFigures| Some(of.follow_up.as_ref()?.incidence?.per_thousand);
            Some(rate(released)? - rate(raw)?)
        };
        Self {
            rows_left_out,
            count: count(released.cohort.count, raw.cohort.count, rows_left_out),
            against: against.and_then(|(own, raw)| count(own.count, raw.count, rows_left_out)),
            per_thousand: rate((&released.cohort, &raw.cohort)),
            against_per_thousand: against.and_then(rate),
            contrasts: contrasts.collect(),
        }
    }
}

fn count(released: Option<Bounds>, raw: Option<Bounds>, left_out: u64) -> Option<CountDrift> {
    let (released, raw) = (released?, raw?);
    Some(CountDrift {
        difference: released.estimate.zip(raw.estimate).map(|(released, raw)| released - raw),
        within_bounds: released.lower <= raw.lower && raw.upper <= released.upper + left_out,
    })
}
