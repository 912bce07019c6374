//! The risk of one table, whoever made it: read, put in codes, judged.

use std::path::Path;

use anonymed_assess::{CodedTable, RiskQuestion, TableRisk};
use anonymed_core::policy::{OutputForm, TableConfig};
use anonymed_core::{AttributeRole, CancelToken};
use anonymed_table::Tables;
use anonymed_table::promise::Kept;
use anonymed_table::single::{TableView, Wanted};
use serde::Serialize;

use crate::EngineError;
use crate::table_input::{self, TableInput};

/// A table's risk, and what of the table could not be judged.
#[derive(Debug, Clone, Serialize)]
pub struct RiskReport {
    /// Rows that could not be read.
    pub rejected_rows: u64,
    /// Columns of the configuration that the table has not.
    pub left_out: Vec<String>,
    /// What the table reaches of the configuration's models that ask for more than the people of each class:
    /// of a population, of whoever knows few columns, of sets of items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Kept>,
    /// The risk.
    #[serde(flatten)]
    pub risk: TableRisk,
}

/// Judges a table by the roles that a configuration gives its columns. A released table has no column
/// that tells people apart; each of its rows is then a person.
///
/// # Errors
///
/// Where the table or the configuration cannot be used, has no quasi-identifier, or has more people than
/// the population.
pub fn assess(
    input: TableInput<'_>,
    config: &Path,
    question: RiskQuestion,
    cancel: &CancelToken,
) -> Result<RiskReport, EngineError> {
    let threshold = question.threshold;
    if !(0.0..=1.0).contains(&threshold) {
        return Err(EngineError::Usage("--threshold is a risk: 0 to 1".into()));
    }
    let parsed = table_input::config(config)?;
    table_input::with_labels(&parsed, "`risk`")?;
    let options = table_input::options_beside_population(config, &parsed, cancel)?;
    let tables = Tables::new(options);
    let view = read(&tables, (input, parsed.output.form), &parsed, cancel)?;
    let reached =
        tables.reached(&view.table, &parsed, threshold, cancel).map_err(table_input::wrong)?;
    let mut report = RiskReport { models: reached.models, ..report(&view, &parsed, question) };
    for risk in reached.risks {
        report.risk.risk.insert(risk.model.clone(), risk);
    }
    match question.population {
        Some(people) if people < report.risk.people => Err(EngineError::Usage(format!(
            "--population is less than the {} people of the table",
            report.risk.people
        ))),
        _ => Ok(report),
    }
}

/// The risk of a table that is read already.
pub(crate) fn report(view: &TableView, config: &TableConfig, question: RiskQuestion) -> RiskReport {
    RiskReport {
        rejected_rows: view.rejected,
        models: Vec::new(),
        left_out: left_out(&view.table, config),
        risk: TableRisk::of(&view.table, question),
    }
}

/// Reads the columns of a configuration that are released, of a table in a form.
pub(crate) fn read(
    tables: &Tables,
    (input, form): (TableInput<'_>, OutputForm),
    config: &TableConfig,
    cancel: &CancelToken,
) -> Result<TableView, EngineError> {
    let wanted: Vec<Wanted<'_>> = wanted(config).collect();
    let view = input.open(tables, |document, format, part| {
        tables.view(document, format, part, (&wanted, config.subject.as_deref(), form), cancel)
    })?;
    if view.table.of_role(AttributeRole::Quasi).is_empty() {
        return Err(EngineError::Usage(
            "the table has none of the columns of role \"quasi\": there is nothing to judge".into(),
        ));
    }
    Ok(view)
}

/// The columns that a release may have.
pub(crate) fn wanted(config: &TableConfig) -> impl Iterator<Item = Wanted<'_>> {
    let released = |role| {
        matches!(role, AttributeRole::Quasi | AttributeRole::Sensitive | AttributeRole::Insensitive)
    };
    let columns = config.columns.iter();
    let columns = columns.filter(move |(_, column)| released(column.role) && column.is_released());
    columns.map(|(name, column)| Wanted {
        name,
        role: column.role,
        missing: &column.missing,
        hierarchy: column.hierarchy.as_ref(),
    })
}

fn left_out(table: &CodedTable, config: &TableConfig) -> Vec<String> {
    let missing = wanted(config).filter(|wanted| table.column(wanted.name).is_none());
    missing.map(|wanted| wanted.name.to_owned()).collect()
}
