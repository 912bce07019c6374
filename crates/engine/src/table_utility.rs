//! What is left of one table beside the raw one; several releases side by side; and the curve of risk
//! against utility.

use std::path::Path;

use anonymed_assess::{AssessError, RiskQuestion, RowOrder, TableUtility, UtilityQuestion};
use anonymed_core::policy::{OutputForm, TableConfig};
use anonymed_core::{AttributeRole, CancelToken};
use anonymed_table::Tables;
use anonymed_table::single::{CurvePoint, TableView, Wanted};
use serde::Serialize;

use crate::EngineError;
use crate::single::{draws, steady_time};
use crate::table_input::{self, TableInput};
use crate::table_risk::{self, RiskReport, wanted};

/// Compares a released table with the raw one.
///
/// # Errors
///
/// Where a table or the configuration cannot be used, or rows cannot be matched by the key.
pub fn compare_one(
    raw: TableInput<'_>,
    released: TableInput<'_>,
    config: &Path,
    question: UtilityQuestion<'_>,
    cancel: &CancelToken,
) -> Result<TableUtility, EngineError> {
    let key = question.key;
    let parsed = table_input::config_of_values(config)?;
    if parsed.output.form == OutputForm::Anatomy {
        table_input::with_labels(&parsed, "`utility`")?;
    }
    if parsed.output.form == OutputForm::Permuted && (key.is_some() || question.target.is_some()) {
        return Err(EngineError::Usage(
            "the values in a row of a permuted table are not those of its person, so rows cannot be held against \
             each other; leave --key and --target out"
                .into(),
        ));
    }
    let tables = Tables::new(table_input::options(config, &parsed));
    let raw = read(&tables, (raw, OutputForm::Rows), (&parsed, key), cancel)?;
    if raw.table.of_role(AttributeRole::Quasi).is_empty() {
        return Err(EngineError::Usage(
            "the raw table has none of the columns of role \"quasi\"".into(),
        ));
    }
    let released = read(&tables, (released, parsed.output.form), (&parsed, key), cancel)?;
    let order = match parsed.output.form {
        OutputForm::Permuted => RowOrder::OfItsOwn,
        _ => question.order,
    };
    utility(&raw, &released, UtilityQuestion { order, ..question })
}

/// One release among several.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// Which of the tables that were named, from 1; 0 is the raw one.
    pub number: usize,
    /// Its risk.
    pub risk: RiskReport,
    /// What is left of it; none for the raw table.
    pub utility: Option<TableUtility>,
}

/// Judges the raw table and each release of it.
///
/// # Errors
///
/// As [`compare_one`].
pub fn compare(
    raw: TableInput<'_>,
    released: &[TableInput<'_>],
    config: &Path,
    (question, key): (RiskQuestion, Option<&str>),
    cancel: &CancelToken,
) -> Result<Vec<Compared>, EngineError> {
    let parsed = table_input::config_of_values(config)?;
    table_input::with_labels(&parsed, "`compare`")?;
    let tables = Tables::new(table_input::options(config, &parsed));
    let raw_view = read(&tables, (raw, OutputForm::Rows), (&parsed, key), cancel)?;
    let form = parsed.output.form;
    let risk = |input| {
        let view = table_risk::read(&tables, input, &parsed, cancel)?;
        Ok::<_, EngineError>(table_risk::report(&view, &parsed, question))
    };
    let mut compared =
        vec![Compared { number: 0, risk: risk((raw, OutputForm::Rows))?, utility: None }];
    for (number, input) in (1..).zip(released) {
        let view = read(&tables, (*input, form), (&parsed, key), cancel)?;
        let asked = UtilityQuestion { key, ..UtilityQuestion::default() };
        let utility = Some(utility(&raw_view, &view, asked)?);
        compared.push(Compared { number, risk: risk((*input, form))?, utility });
    }
    Ok(compared)
}

/// The columns of a configuration, and the key beside them.
fn read(
    tables: &Tables,
    (input, form): (TableInput<'_>, OutputForm),
    (config, key): (&TableConfig, Option<&str>),
    cancel: &CancelToken,
) -> Result<TableView, EngineError> {
    let beside = key.filter(|key| wanted(config).all(|wanted| wanted.name != *key));
    let columns: Vec<Wanted<'_>> = wanted(config)
        .chain(beside.map(|name| Wanted {
            name,
            role: AttributeRole::Identifier,
            missing: &[],
            hierarchy: None,
        }))
        .collect();
    input.open(tables, |document, format, part| {
        tables.view(document, format, part, (&columns, None, form), cancel)
    })
}

fn utility(
    raw: &TableView,
    released: &TableView,
    question: UtilityQuestion<'_>,
) -> Result<TableUtility, EngineError> {
    TableUtility::of(&raw.table, &released.table, question).map_err(|error| match error {
        AssessError::NoTarget => EngineError::Usage(format!("--target: {error}")),
        AssessError::NoKey => EngineError::Usage(format!("--key: {error}")),
        fault => EngineError::Integrity(fault.to_string()),
    })
}

/// A release that could be made, and whether another is better in everything.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// The k that was asked for.
    pub k: u32,
    /// The highest share of people that might be left out.
    pub suppress_max: f64,
    /// Whether no more were.
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
    /// Whether no other point has less of highest risk, average risk or certainty penalty without having
    /// more of another of them.
    pub pareto: bool,
}

/// Solves a table for k from 2 to 50 and several limits of suppression, from one frequency table.
///
/// # Errors
///
/// Where the table or the configuration cannot be used.
pub fn curve(
    raw: TableInput<'_>,
    config: &Path,
    cancel: &CancelToken,
) -> Result<Vec<Point>, EngineError> {
    let parsed = table_input::config_of_values(config)?;
    table_input::with_labels(&parsed, "the curve")?;
    let tables = Tables::new(table_input::options_with_population(config, &parsed, cancel)?);
    let draws = draws(&parsed)?;
    let points = raw.open(&tables, |document, format, part| {
        tables.curve(document, format, part, (&parsed, draws.as_ref()), (steady_time, cancel))
    })?;
    Ok(with_pareto(&points))
}

fn with_pareto(points: &[CurvePoint]) -> Vec<Point> {
    let figures = |p: &CurvePoint| [p.highest_risk, p.average_risk, p.gcp];
    let is_better = |a: &CurvePoint, b: &CurvePoint| {
        let pairs = || figures(a).into_iter().zip(figures(b));
        a.within_suppression_limit && pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
    };
    let point = |p: &CurvePoint| Point {
        k: p.k,
        suppress_max: p.suppress_max,
        within_suppression_limit: p.within_suppression_limit,
        suppressed: p.suppressed,
        classes: p.classes,
        loss: p.loss,
        gcp: p.gcp,
        highest_risk: p.highest_risk,
        average_risk: p.average_risk,
        pareto: p.within_suppression_limit && !points.iter().any(|other| is_better(other, p)),
    };
    points.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_named_where_none_is_better() {
        let point = |highest_risk, average_risk, gcp, within_suppression_limit| CurvePoint {
            k: 2,
            suppress_max: 0.0,
            within_suppression_limit,
            suppressed: 0.0,
            classes: 1,
            loss: gcp,
            gcp,
            highest_risk,
            average_risk,
        };
        let points = [
            point(0.5, 0.3, 0.1, true),
            point(0.2, 0.1, 0.3, true),
            // Worse than the second in the penalty alone; than the first in nothing but one figure.
            point(0.2, 0.1, 0.4, true),
            // Better than all, but not to be had.
            point(0.1, 0.05, 0.0, false),
            // The same as the first.
            point(0.5, 0.3, 0.1, true),
        ];
        let named: Vec<bool> = with_pareto(&points).iter().map(|p| p.pareto).collect();
        assert_eq!(named, [true, true, false, false, true]);
    }
}
