//! Risk against utility: one frequency table, solved again and again for a growing k and several limits of
//! suppression.

use anonymed_anonymize::Counting;
use anonymed_core::policy::{ModelConfig, RiskScope, TableConfig};
use anonymed_core::{CancelToken, Document, Format, ModalityError, Pseudonymizer};
use std::collections::BTreeMap;
use std::time::Duration;

use super::SingleTable;
use super::coded::{Bound, CodedTable};
use super::pieces;
use super::solve::{self, Best, Prepared};
use crate::class_people::people;
use crate::families::Families;
use crate::plan::policy;
use crate::{Part, TableOptions, Tables};

/// Every k of the curve.
pub const CURVE_K: [u32; 10] = [2, 3, 4, 5, 7, 10, 15, 20, 30, 50];
/// Every limit of suppression.
pub const CURVE_SUPPRESSION: [f64; 3] = [0.0, 0.01, 0.05];

/// One release that could be made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The k that was asked for.
    pub k: u32,
    /// The highest share of people that might be left out.
    pub suppress_max: f64,
    /// Whether no more were, and what is asked of the release as a whole holds.
    pub within_suppression_limit: bool,
    /// Share of rows that were left out.
    pub suppressed: f64,
    /// Classes.
    pub classes: u32,
    /// Loss by the configured metric.
    pub loss: f64,
    /// Global certainty penalty; rows left out cost 1.
    pub gcp: f64,
    /// The prosecutor's highest risk.
    pub highest_risk: f64,
    /// The prosecutor's average risk.
    pub average_risk: f64,
}

impl Tables {
    /// Solves a table for every k and every limit of suppression, with the other models, the metric and
    /// the search as configured, each within the configured time. Nothing is written.
    ///
    /// # Errors
    ///
    /// Where the table cannot be read, or the configuration does not fit it or has joint scope.
    pub fn curve(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        (config, draws): (&TableConfig, Option<&Pseudonymizer>),
        (clock, cancel): (fn() -> Duration, &CancelToken),
    ) -> Result<Vec<CurvePoint>, ModalityError> {
        if config.scope == RiskScope::Joint {
            return Err(policy("a curve is of single rows; leave `scope` out"));
        }
        let bound = Bound::as_they_are(config, part)?;
        let table = CodedTable::read(document, format, part, &bound, cancel)?;
        let mut table = table.ready(&bound, config, self.options())?;
        let counting = match table.subjects {
            Some(_) => Counting::AllSubjects,
            None => Counting::Rows,
        };
        let highest = CURVE_K.into_iter().max().unwrap_or(1);
        let apart = pieces::apart(&with_k(config, highest), draws)?;
        solve::prepare((&mut table, &bound), (counting, apart), self.options(), |prepared| {
            let mut points = Vec::new();
            for k in CURVE_K {
                for suppress_max in CURVE_SUPPRESSION {
                    let mut config = with_k(config, k);
                    config.search.suppress_max = suppress_max;
                    points.push(point(&prepared, self.options(), &config, (clock, cancel))?);
                }
            }
            Ok(points)
        })
    }
}

/// The configuration with another k.
fn with_k(config: &TableConfig, k: u32) -> TableConfig {
    let mut config = config.clone();
    config.models.retain(|model| !model.numbers.keys().eq(["k"]));
    let numbers = BTreeMap::from([("k".to_owned(), f64::from(k))]);
    config.models.push(ModelConfig { numbers, kind: None, on: None, hierarchy: None });
    config
}

fn point(
    prepared: &Prepared<'_>,
    options: &TableOptions,
    config: &TableConfig,
    (clock, cancel): (fn() -> Duration, &CancelToken),
) -> Result<CurvePoint, ModalityError> {
    let families = Families::of(&config.models)?;
    let (acting, draws) = (None, None);
    let job = SingleTable { config, cancel, clock, progress: &(), acting, draws };
    let Best { solution, holds, cells_hold, .. } =
        solve::solution(prepared, &job, (&families, options))?;
    let unstated = prepared.table.unstated.as_ref().map_or(0, |rows| rows.rows as u64);
    let rows = prepared.frequency.total_rows() + unstated;
    let people = people(&prepared.frequency, &solution.recoding);
    let all: u64 = people.iter().sum();
    let share = |part: f64, whole: u64| if whole > 0 { part / whole as f64 } else { 0.0 };
    Ok(CurvePoint {
        k: config.models.iter().filter_map(|m| m.numbers.get("k")).fold(0, |_, k| *k as u32),
        suppress_max: config.search.suppress_max,
        within_suppression_limit: solution.within_suppression_limit && holds && cells_hold,
        suppressed: share(solution.suppressed_rows as f64, rows),
        classes: solution.classes,
        loss: solution.loss,
        gcp: solution.gcp,
        highest_risk: people.iter().min().map_or(0.0, |fewest| 1.0 / (*fewest).max(1) as f64),
        average_risk: share(people.len() as f64, all),
    })
}
