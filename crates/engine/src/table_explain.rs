//! Why one table comes out as it does under a configuration.

use std::path::Path;

use anonymed_core::{CancelToken, Progress};
use anonymed_table::Tables;
use anonymed_table::single::{Explanation, Fare, SingleTable, checkable};
use serde::Serialize;

use crate::EngineError;
use crate::single::{self, steady_time};
use crate::table_input::{self, TableInput};

/// What was found; no value of the table is in it.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainReport {
    /// Rows read.
    pub rows: u64,
    /// As configured.
    pub now: FareReport,
    /// What each quasi-identifier costs, the dearest first.
    pub columns: Vec<ColumnReport>,
    /// What one relaxed constraint would give.
    pub relaxed: Vec<RelaxedReport>,
    /// The rows that keep least.
    pub hardest: Vec<RowReport>,
}

/// What a search achieves.
#[derive(Debug, Clone, Serialize)]
pub struct FareReport {
    /// Classes.
    pub classes: u32,
    /// Rows left out.
    pub suppressed_rows: u64,
    /// Loss by the configured metric.
    pub loss: f64,
    /// Global certainty penalty.
    pub gcp: f64,
    /// Whether no more people are left out than allowed; there is no release otherwise.
    pub within_suppression_limit: bool,
}

/// What a quasi-identifier costs.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnReport {
    /// Header.
    pub name: String,
    /// Mean certainty penalty of its cells.
    pub penalty: f64,
    /// Its part of the penalty of all columns.
    pub share: f64,
}

/// What one relaxed constraint would give.
#[derive(Debug, Clone, Serialize)]
pub struct RelaxedReport {
    /// Which, as `k = 4 instead of 5`.
    pub constraint: String,
    /// What would come of it.
    #[serde(flatten)]
    pub fare: FareReport,
    /// How much less the certainty penalty would be.
    pub gcp_saved: f64,
}

/// A row that is left out or keeps little.
#[derive(Debug, Clone, Serialize)]
pub struct RowReport {
    /// Its number among the rows that were read, from 1.
    pub row: u64,
    /// Whether it is left out.
    pub suppressed: bool,
    /// Mean certainty penalty of its cells.
    pub penalty: f64,
    /// People with the same quasi-identifiers.
    pub alike: u64,
    /// For each quasi-identifier, people who would be alike without it, the most first.
    pub alike_without: Vec<Crowd>,
}

/// People who are alike without a column.
#[derive(Debug, Clone, Serialize)]
pub struct Crowd {
    /// Header.
    pub column: String,
    /// How many.
    pub people: u64,
}

impl From<Fare> for FareReport {
    fn from(fare: Fare) -> Self {
        let Fare { classes, suppressed_rows, loss, gcp, within_suppression_limit } = fare;
        Self { classes, suppressed_rows, loss, gcp, within_suppression_limit }
    }
}

/// Explains what a configuration makes of a table, with so many of the hardest rows.
///
/// # Errors
///
/// Where the table or the configuration cannot be used.
pub fn explain(
    input: TableInput<'_>,
    config: &Path,
    hardest: usize,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<ExplainReport, EngineError> {
    let parsed = table_input::config_of_values(config)?;
    table_input::with_labels(&parsed, "`table explain`")?;
    checkable(&parsed).map_err(table_input::wrong)?;
    let tables = Tables::new(table_input::options_with_population(config, &parsed, cancel)?);
    let draws = single::draws(&parsed)?;
    let (acting, draws) = (None, draws.as_ref());
    let job = SingleTable { config: &parsed, cancel, clock: steady_time, progress, acting, draws };
    let found = input.open(&tables, |document, format, part| {
        tables.explain(document, format, part, &job, hardest)
    })?;
    Ok(report(found))
}

fn report(found: Explanation) -> ExplainReport {
    let gcp = found.now.gcp;
    let columns = found.columns.into_iter();
    let relaxed = found.relaxed.into_iter();
    let hardest = found.hardest.into_iter();
    ExplainReport {
        rows: found.rows,
        now: found.now.into(),
        columns: columns
            .map(|column| ColumnReport {
                name: column.name,
                penalty: column.penalty,
                share: column.share,
            })
            .collect(),
        relaxed: relaxed
            .map(|(constraint, fare)| RelaxedReport {
                constraint,
                fare: fare.into(),
                gcp_saved: gcp - fare.gcp,
            })
            .collect(),
        hardest: hardest
            .map(|row| RowReport {
                row: row.row,
                suppressed: row.suppressed,
                penalty: row.penalty,
                alike: row.alike,
                alike_without: row
                    .without
                    .into_iter()
                    .map(|(column, people)| Crowd { column, people })
                    .collect(),
            })
            .collect(),
    }
}
