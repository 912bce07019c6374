//! A generalization hierarchy held to a column of a table: what does not fit, and what would mend it.
//!
//! Values are told where somebody asks for them by name, of a column and a hierarchy of their own; otherwise
//! lines and counts are. Nothing is mended but into a new file.

use std::io::Write;
use std::path::Path;

use anonymed_core::policy::{ColumnConfig, HierarchyBuild, HierarchyConfig};
use anonymed_core::{AttributeRole, CancelToken, PolicyError};
use anonymed_table::single::{CheckedHierarchy, Fault, FaultKind, Proposed};
use anonymed_table::{HIERARCHY_BYTES, TableOptions, Tables};
use serde::Serialize;

use crate::table_input::{self, TableInput};
use crate::{EngineError, bounded};

/// A hierarchy by what it comes from.
#[derive(Debug, Clone, Copy)]
pub enum HierarchyOrigin<'a> {
    /// A file in the `;`-separated form of ARX.
    File(&'a Path),
    /// A builder that needs no keys.
    Build(&'a str),
    /// What a configuration says of the column.
    Config(&'a Path),
}

/// Whether a report holds values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Lines and counts.
    Hidden,
    /// Values and labels too.
    Shown,
}

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct HierarchyRequest<'a> {
    /// The table.
    pub input: &'a Path,
    /// Its sheet, for workbooks of several.
    pub sheet: Option<&'a str>,
    /// The column.
    pub column: &'a str,
    /// The hierarchy.
    pub origin: HierarchyOrigin<'a>,
    /// Where the hierarchy goes, built or completed.
    pub output: Option<&'a Path>,
    /// What may be told.
    pub values: Values,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct HierarchyReport {
    /// The column.
    pub column: String,
    /// Distinct values of it, without missing ones.
    pub values: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows without a value.
    pub missing_rows: u64,
    /// Rows that could not be read.
    pub rejected_rows: u64,
    /// Lines of the hierarchy.
    pub lines: u64,
    /// Levels above the values.
    pub levels: u64,
    /// Lines of values that the column does not have.
    pub unused_lines: u64,
    /// Whether the hierarchy can be used as it is.
    pub fits: bool,
    /// Values of the column without a line.
    pub gaps: u64,
    /// Rows with such values.
    pub gap_rows: u64,
    /// Lines that are longer or shorter than most.
    pub ragged_lines: u64,
    /// Lines that give a value other labels than its first line.
    pub repeated_lines: u64,
    /// Labels with more than one parent.
    pub ambiguous_labels: u64,
    /// Each fault; values without a line are among them where values may be told.
    pub faults: Vec<HierarchyFault>,
    /// Whether the hierarchy was written, with every offer taken.
    pub written: bool,
    /// Values that a file of lines cannot hold, since they have line breaks.
    pub unwritable: u64,
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HierarchyFault {
    /// `gap`, `ragged`, `repeated` or `parents`.
    pub kind: &'static str,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The line it disagrees with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_line: Option<u64>,
    /// The level of a label with several parents, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    /// Rows of the column that it concerns.
    pub rows: u64,
    /// The value, or the label with several parents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The parents, and how many lines say each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<(String, u64)>,
    /// The line that is offered, or label and parent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<String>,
}

/// Holds a hierarchy to a column and writes it completed, where an output is named.
///
/// # Errors
///
/// Where the table, the configuration or the hierarchy cannot be read, or the output is there already.
pub fn check(
    request: HierarchyRequest<'_>,
    cancel: &CancelToken,
) -> Result<HierarchyReport, EngineError> {
    let (config, options) = proposed(request)?;
    if request.output.is_some_and(Path::exists) {
        return Err(EngineError::Usage("the output exists already; choose another place".into()));
    }
    let tables = Tables::new(options);
    let proposed = Proposed { column: request.column, config: &config, cancel };
    let input = TableInput { path: request.input, sheet: request.sheet };
    let found = input.open(&tables, |document, format, part| {
        tables.check_hierarchy(document, format, part, proposed)
    })?;
    if let Some(output) = request.output {
        write(output, &found)?;
    }
    Ok(report(request, &found))
}

/// What the column is to have, and where files are read from.
fn proposed(request: HierarchyRequest<'_>) -> Result<(ColumnConfig, TableOptions), EngineError> {
    let quasi = |hierarchy| ColumnConfig {
        hierarchy: Some(hierarchy),
        ..ColumnConfig::of_role(AttributeRole::Quasi)
    };
    match request.origin {
        HierarchyOrigin::File(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let path = path.to_owned();
            let options = TableOptions::default()
                .hierarchies(move |_| bounded::read_text(&path, HIERARCHY_BYTES));
            Ok((quasi(HierarchyConfig::File(name)), options))
        }
        HierarchyOrigin::Build(name) => {
            let build = HierarchyBuild::named(name, "--build")?;
            Ok((quasi(HierarchyConfig::Build(build)), TableOptions::default()))
        }
        HierarchyOrigin::Config(path) => {
            let config = table_input::config(path)?;
            let options = table_input::options(path, &config);
            let column = config.columns.into_iter().find(|(name, _)| name == request.column);
            let (_, column) = column.ok_or_else(|| {
                EngineError::Policy(PolicyError {
                    key: format!("columns.{}", request.column),
                    reason: "the configuration does not name the column".into(),
                    span: None,
                })
            })?;
            Ok((column, options))
        }
    }
}

fn write(output: &Path, found: &CheckedHierarchy) -> Result<(), EngineError> {
    let lines = found.check.completed().map_err(|e| {
        let reason =
            format!("what is offered makes no hierarchy either: {e}; mend the file by hand");
        EngineError::Policy(PolicyError { key: "hierarchy".into(), reason, span: None })
    })?;
    let wrong = || EngineError::io("the output", "written");
    let folder = output.parent().filter(|f| !f.as_os_str().is_empty());
    let mut staged =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(wrong())?;
    staged.write_all(lines.to_text().as_bytes()).map_err(wrong())?;
    staged.as_file().sync_all().map_err(wrong())?;
    staged.persist_noclobber(output).map_err(|e| wrong()(e.error))?;
    Ok(())
}

fn report(request: HierarchyRequest<'_>, found: &CheckedHierarchy) -> HierarchyReport {
    let faults = found.check.faults();
    let count = |is: fn(&FaultKind) -> bool| faults.iter().filter(|f| is(&f.kind)).count() as u64;
    let gaps = || faults.iter().filter(|fault| fault.kind == FaultKind::Gap);
    // A value without a line has none to be told by.
    let told = faults
        .iter()
        .filter(|fault| request.values == Values::Shown || fault.kind != FaultKind::Gap)
        .map(|fault| tell(fault, request.values));
    HierarchyReport {
        column: request.column.to_owned(),
        values: found.values,
        rows: found.rows,
        missing_rows: found.missing_rows,
        rejected_rows: found.rejected_rows,
        lines: found.check.lines() as u64,
        levels: found.check.levels() as u64,
        unused_lines: found.check.unused() as u64,
        fits: faults.is_empty(),
        gaps: gaps().count() as u64,
        gap_rows: gaps().map(|fault| fault.rows).sum(),
        ragged_lines: count(|kind| matches!(kind, FaultKind::Ragged { .. })),
        repeated_lines: count(|kind| matches!(kind, FaultKind::Repeated { .. })),
        ambiguous_labels: count(|kind| matches!(kind, FaultKind::Parents { .. })),
        faults: told.collect(),
        written: request.output.is_some(),
        unwritable: gaps().filter(|fault| fault.offered.is_empty()).count() as u64,
    }
}

fn tell(fault: &Fault, values: Values) -> HierarchyFault {
    let (kind, first_line, level, parents) = match &fault.kind {
        FaultKind::Gap => ("gap", None, None, Vec::new()),
        FaultKind::Ragged { .. } => ("ragged", None, None, Vec::new()),
        FaultKind::Repeated { first } => ("repeated", Some(*first as u64), None, Vec::new()),
        FaultKind::Parents { level, parents } => {
            ("parents", None, Some(*level as u64), parents.clone())
        }
    };
    let shown = values == Values::Shown;
    HierarchyFault {
        kind,
        line: fault.line.map(|line| line as u64),
        first_line,
        level,
        rows: fault.rows,
        value: shown.then(|| fault.text.clone()),
        parents: if shown { parents } else { Vec::new() },
        offered: if shown { fault.offered.clone() } else { Vec::new() },
    }
}
