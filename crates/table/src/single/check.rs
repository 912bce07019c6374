//! A second look at a released table: read back by Arrow's readers, its classes found again from the
//! cells alone, and every promise counted anew.

use std::path::Path;

use anonymed_assess::{
    AssessError, ClassIndex, Multiplicity, SensitiveLog, Shape, SignatureIndex, SuppressionMark,
};
use anonymed_core::policy::{COUNT, OutputForm, RiskScope, TableConfig, TableFormat};
use anonymed_core::{AttributeRole, ModalityError};
use arrow::array::Array;

use crate::conditions::{Condition, Sizes};
use crate::promise::{self, Kept};
use crate::released::{self, ReadBackError, Released};
use crate::{StringBatch, TableOptions, values};

/// What was found in the released table.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Rows.
    pub rows: u64,
    /// Equivalence classes.
    pub classes: u64,
    /// Rows of the smallest.
    pub smallest_class_rows: u64,
    /// People of the smallest.
    pub smallest_class_subjects: u64,
    /// What was promised, and what is reached.
    pub promises: Vec<Kept>,
    /// People nobody else has the classes of, over all their rows together; none where rows are people.
    pub joint_unique_subjects: Option<u64>,
    /// People of the smallest crowd with equal classes over all rows.
    pub joint_smallest: Option<u64>,
}

/// Why a release is not what it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// It does not read back.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
    /// The configuration cannot be held against it.
    #[error(transparent)]
    Configuration(#[from] ModalityError),
    /// It has not the rows it should.
    #[error(transparent)]
    Rows(#[from] AssessError),
}

/// Refuses a configuration that asks for what could not be counted again in the output.
///
/// # Errors
///
/// [`ModalityError::Policy`] that says which model.
pub fn checkable(config: &TableConfig) -> Result<(), ModalityError> {
    promise::promises(&config.models)?;
    let conditions = Condition::all(&config.models)?;
    if config.scope == RiskScope::Joint && !conditions.is_empty() {
        return Err(ModalityError::Policy(
            "conditions on the whole release are of single rows; leave `scope` out".into(),
        ));
    }
    Ok(())
}

/// Reads a released table and counts. `subjects` has the person of each row in order.
///
/// # Errors
///
/// Where the table does not read back, or has not the rows it should.
pub fn check(
    path: &Path,
    format: TableFormat,
    config: &TableConfig,
    subjects: Option<&[u32]>,
    options: &TableOptions,
) -> Result<Checked, CheckError> {
    let promises = promise::promises(&config.models)?;
    let table = released::read(path, format)?;
    let columns = Columns::of(&table, config)?;
    let shape = match subjects {
        Some(_) => Shape::with_subject(columns.quasi.len(), 0),
        None => Shape::by_rows(columns.quasi.len(), 0),
    };
    let mut found = Found {
        index: ClassIndex::new(shape.suppression(SuppressionMark::LeftOut)),
        log: SensitiveLog::new(columns.sensitive.len()),
        joint: SignatureIndex::new(Multiplicity::Counted),
        row: 0,
    };
    for batch in table {
        found.see(&batch?, &columns, subjects)?;
    }
    if subjects.is_some_and(|list| list.len() != found.row) {
        return Err(ReadBackError::Format("rows are missing").into());
    }
    let report = found.index.report(1);
    let joint = subjects.map(|_| found.joint.report(1));
    let names: Vec<&str> = columns.sensitive.iter().map(|column| column.name).collect();
    let mut sizes = Sizes::new();
    found.index.classes().for_each(|class| *sizes.entry(class.subjects).or_default() += 1);
    let conditions = Condition::all(&config.models)?;
    let conditions = conditions.iter().map(|condition| Ok(condition.count(&sizes)));
    let promises = promises
        .iter()
        .map(|promise| promise.count(&found.log, &names, options))
        .chain(conditions)
        .collect::<Result<_, ModalityError>>()?;
    Ok(Checked {
        rows: report.rows,
        classes: report.classes,
        smallest_class_rows: report.smallest_class_rows,
        smallest_class_subjects: report.smallest_class_subjects,
        promises,
        joint_unique_subjects: joint.as_ref().map(|j| j.unique_subjects),
        joint_smallest: joint.as_ref().map(|j| j.smallest_signature_class),
    })
}

/// The columns that are looked at, by their place in the released table.
struct Columns<'a> {
    quasi: Vec<usize>,
    /// The column that says how many rows a line stands for.
    count: Option<usize>,
    sensitive: Vec<Sensitive<'a>>,
}

struct Sensitive<'a> {
    at: usize,
    name: &'a str,
    missing: &'a [String],
}

impl<'a> Columns<'a> {
    fn of(table: &Released, config: &'a TableConfig) -> Result<Self, ReadBackError> {
        let position = |name: &str| {
            let at = table.columns().iter().position(|c| c == name);
            at.ok_or(ReadBackError::Format("a column is not there"))
        };
        let quasi = config.of_role(AttributeRole::Quasi).map(|(name, _)| position(name));
        let sensitive = config.of_role(AttributeRole::Sensitive).map(|(name, column)| {
            Ok(Sensitive { at: position(name)?, name, missing: &column.missing })
        });
        let aggregated = config.output.form == OutputForm::Aggregated;
        Ok(Self {
            count: aggregated.then(|| position(COUNT)).transpose()?,
            quasi: quasi.collect::<Result<_, _>>()?,
            sensitive: sensitive.collect::<Result<_, ReadBackError>>()?,
        })
    }
}

/// What is known of the rows so far.
struct Found {
    index: ClassIndex,
    log: SensitiveLog,
    joint: SignatureIndex,
    row: usize,
}

impl Found {
    fn see(
        &mut self,
        batch: &StringBatch,
        columns: &Columns<'_>,
        subjects: Option<&[u32]>,
    ) -> Result<(), CheckError> {
        for at in 0..batch.len() {
            let cell = |column: usize| {
                let texts = batch.column(column);
                (!texts.is_null(at)).then(|| texts.value(at))
            };
            let quasi: Vec<Option<&str>> = columns.quasi.iter().map(|c| cell(*c)).collect();
            let count = columns.count.map_or(Some(1), |column| cell(column)?.parse().ok());
            let count: u64 = count.ok_or(ReadBackError::Format("a count is none"))?;
            for _ in 0..count {
                let subject = match subjects {
                    None => None,
                    Some(list) => {
                        let number =
                            list.get(self.row).ok_or(ReadBackError::Format("too many rows"))?;
                        Some(number.to_string())
                    }
                };
                let placed = self.index.add(&quasi, subject.as_deref(), &[])?;
                if let Some(placed) = placed {
                    let stated = |column: &Sensitive<'_>| {
                        let text = cell(column.at)?;
                        let blank =
                            values::is_missing(text) || column.missing.iter().any(|m| m == text);
                        (!blank).then_some(text)
                    };
                    let values: Vec<Option<&str>> = columns.sensitive.iter().map(stated).collect();
                    self.log.add(placed, &values)?;
                }
                if let Some(subject) = &subject {
                    self.joint.add(Some(subject), 0, &quasi)?;
                }
                self.row += 1;
            }
        }
        Ok(())
    }
}
