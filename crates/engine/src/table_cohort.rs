//! Cohorts of one table, raw or released, and of both side by side.

use std::path::Path;

use anonymed_assess::cohort::{
    Against, CohortDrift, CohortError, CohortQuestion, CohortReport, CohortTable, Filter,
    FilterError, Lineage, Watched,
};
use anonymed_assess::{CodedColumn, CodedTable};
use anonymed_core::policy::{HierarchyConfig, OutputForm, TableConfig};
use anonymed_core::{AttributeRole, CancelToken};
use anonymed_table::Tables;
use anonymed_table::single::Wanted;
use serde::Serialize;

use crate::EngineError;
use crate::table_input::{self, TableInput};
use crate::table_risk::wanted;

/// What is asked of a table.
#[derive(Debug, Clone, Copy)]
pub struct CohortRequest<'a> {
    /// Who is meant, as a filter.
    pub filter: &'a str,
    /// Whom they are compared with: a filter, or `rest`.
    pub against: Option<&'a str>,
    /// One or two columns to count by, or none.
    pub by: &'a [&'a str],
    /// An event and how long it was watched for.
    pub follow_up: Option<Watched<'a>>,
    /// Counts below this are not told.
    pub min_cell: u64,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct CohortAnswer {
    /// Rows that could not be read.
    pub rejected_rows: u64,
    /// The table.
    #[serde(flatten)]
    pub table: CohortReport,
    /// The raw table beside it.
    pub raw: Option<CohortReport>,
    /// How far the table is from the raw one.
    pub drift: Option<CohortDrift>,
}

/// Everybody else, as a second cohort.
const REST: &str = "rest";

/// Answers a question about a table, and about the raw one beside it. A table that has the subject column or an
/// identifier of the configuration is raw, but for one that is released with other values: no release has them.
///
/// # Errors
///
/// Where a table, the configuration, a filter or a column cannot be used.
pub fn assess(
    input: TableInput<'_>,
    raw: Option<TableInput<'_>>,
    config: &Path,
    request: CohortRequest<'_>,
    cancel: &CancelToken,
) -> Result<CohortAnswer, EngineError> {
    if request.min_cell == 0 {
        return Err(EngineError::Usage("--min-cell is 1 or more".into()));
    }
    let parsed = table_input::config(config)?;
    table_input::with_labels(&parsed, "`cohort`")?;
    let tables = Tables::new(table_input::options(config, &parsed));
    let filter = filter("--where", request.filter)?;
    let other = match request.against {
        Some(text) if !text.trim().eq_ignore_ascii_case(REST) => {
            Some(self::filter("--against", text)?)
        }
        _ => None,
    };
    let against = match (&other, request.against) {
        (Some(other), _) => Some(Against::Other(other)),
        (None, Some(_)) => Some(Against::Rest),
        (None, None) => None,
    };
    let filters: Vec<&Filter> = [Some(&filter), other.as_ref()].into_iter().flatten().collect();
    let needed = needed(&parsed, &filters, &request);
    let read = |input| Side::read(&tables, input, (&parsed, &needed), cancel);
    let released = read(input)?;
    let raw = raw.map(read).transpose()?;
    let values = raw.as_ref().map(|raw| &raw.table).or(released.raw.then_some(&released.table));
    let lineages = lineages(&tables, (&parsed, &filters), &released.table, values)?;
    let count_rows = raw.is_some() && released.table.subjects().is_none();
    let question = CohortQuestion {
        filter: &filter,
        against,
        by: request.by,
        follow_up: request.follow_up,
        min_cell: request.min_cell,
        count_rows,
    };
    let report = |side: &Side, raw| {
        let of = CohortTable { table: &side.table, lineages: &lineages, raw };
        CohortReport::of(&of, &question).map_err(unanswered)
    };
    let table = report(&released, released.raw)?;
    let raw = raw.as_ref().map(|raw| report(raw, true)).transpose()?;
    let drift = raw.as_ref().map(|raw| CohortDrift::of(&table, raw));
    Ok(CohortAnswer { rejected_rows: released.rejected, table, raw, drift })
}

fn filter(option: &str, text: &str) -> Result<Filter, EngineError> {
    let fault = |e: FilterError| EngineError::Usage(format!("{option}, {e}"));
    Filter::parse(text).map_err(fault)
}

fn unanswered(error: CohortError) -> EngineError {
    EngineError::Usage(error.to_string())
}

/// The columns that are looked at: all that a release may have where cohorts are compared.
fn needed<'a>(
    config: &'a TableConfig,
    filters: &[&Filter],
    request: &CohortRequest<'_>,
) -> Vec<Wanted<'a>> {
    use anonymed_assess::cohort::WatchedTime::{Between, For};
    let followed = request.follow_up.iter().flat_map(|watched| match watched.time {
        For(time) => vec![watched.event, time],
        Between { from, to } => vec![watched.event, from, to],
    });
    let filtered = filters.iter().flat_map(|filter| filter.columns());
    let named: Vec<&str> = filtered.chain(request.by.iter().copied()).chain(followed).collect();
    wanted(config).filter(|own| request.against.is_some() || named.contains(&own.name)).collect()
}

/// A table that was read.
struct Side {
    table: CodedTable,
    /// Whether it is as it came.
    raw: bool,
    rejected: u64,
}

impl Side {
    fn read(
        tables: &Tables,
        input: TableInput<'_>,
        (config, needed): (&TableConfig, &[Wanted<'_>]),
        cancel: &CancelToken,
    ) -> Result<Self, EngineError> {
        let subject = config.subject.as_deref();
        let of_identifiers = config.of_role(AttributeRole::Identifier);
        let (released, mut dropped): (Vec<_>, Vec<_>) =
            of_identifiers.partition(|(_, column)| column.is_released());
        let is_released = |name: &str| released.iter().any(|(column, _)| column == name);
        let mut dropped: Vec<&str> = dropped.drain(..).map(|(name, _)| name.as_str()).collect();
        dropped.extend(subject.filter(|name| !is_released(name)));
        let mut raw = false;
        let view = input.open(tables, |document, format, part| {
            raw = part.columns.iter().any(|column| dropped.contains(&column.as_str()));
            let form = if raw { OutputForm::Rows } else { config.output.form };
            tables.view(document, format, part, (needed, subject, form), cancel)
        })?;
        Ok(Self { table: view.table, raw, rejected: view.rejected })
    }
}

/// The hierarchy of each column that has one. `values` is the raw table, where it is at hand; else builders are
/// asked about what the table and the filters name.
fn lineages(
    tables: &Tables,
    (config, filters): (&TableConfig, &[&Filter]),
    table: &CodedTable,
    values: Option<&CodedTable>,
) -> Result<Vec<(String, Lineage)>, EngineError> {
    let mut lineages = Vec::new();
    for column in table.columns() {
        let of_name = config.columns.iter().find(|(name, _)| name == column.name());
        let Some((name, config)) = of_name else { continue };
        let whole = values.and_then(|values| values.column(name));
        let mut texts = counted(whole.unwrap_or(column));
        if whole.is_none() {
            let literals = filters.iter().flat_map(|filter| filter.literals(name));
            texts.extend(literals.map(|literal| (literal, 1)));
        }
        let lines = tables.lineage(config, &texts, whole.is_some()).map_err(table_input::wrong)?;
        let is_file = matches!(config.hierarchy, Some(HierarchyConfig::File(_)));
        let complete = is_file || whole.is_some();
        lineages.extend(lines.map(|lines| (name.clone(), Lineage::new(lines, complete))));
    }
    Ok(lineages)
}

/// The texts of a column and how many rows have each.
fn counted(column: &CodedColumn) -> Vec<(&str, u64)> {
    let mut rows = vec![0u64; column.values()];
    column.codes().iter().for_each(|code| rows[*code as usize] += 1);
    let texts = (0u32..).zip(rows);
    texts.filter_map(|(code, rows)| Some((column.text(code)?, rows))).collect()
}
