//! A second look at a released table: read back by Arrow's readers, its classes found again from the
//! cells alone, and every promise counted anew.

use std::path::Path;

use anonymed_assess::{
    ClassIndex, HomogeneityReport, Multiplicity, Shape, SignatureIndex, SuppressionMark,
};
use anonymed_core::AttributeRole;
use anonymed_core::policy::{TableConfig, TableFormat};
use arrow::array::Array;

use crate::released::{self, ReadBackError};

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
    /// Classes with fewer people than the highest k that is promised.
    pub classes_below_k: u64,
    /// Of each sensitive column, the fewest values of a class that different people account for, up to
    /// [`anonymed_assess::L_CAP`].
    pub distinct_values: Vec<(String, u64)>,
    /// People nobody else has the classes of, over all their rows together; none where rows are people.
    pub joint_unique_subjects: Option<u64>,
    /// People of the smallest crowd with equal classes over all rows.
    pub joint_smallest: Option<u64>,
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
) -> Result<Checked, ReadBackError> {
    let table = released::read(path, format)?;
    let position = |name: &str| table.columns().iter().position(|c| c == name);
    let of_role = |role| -> Result<Vec<(usize, String)>, ReadBackError> {
        config
            .of_role(role)
            .map(|(name, _)| {
                let at = position(name).ok_or(ReadBackError::Format("a column is not there"))?;
                Ok((at, name.clone()))
            })
            .collect()
    };
    let (quasi, sensitive) = (of_role(AttributeRole::Quasi)?, of_role(AttributeRole::Sensitive)?);
    let shape = match subjects {
        Some(_) => Shape::with_subject(quasi.len(), sensitive.len()),
        None => Shape::by_rows(quasi.len(), sensitive.len()),
    };
    let mut index = ClassIndex::new(shape.suppression(SuppressionMark::LeftOut));
    let mut joint = SignatureIndex::new(Multiplicity::Counted);
    let wrong = |_| ReadBackError::Format("a row has other cells than the header");
    let mut row = 0usize;
    for batch in table {
        let batch = batch?;
        for at in 0..batch.len() {
            let cell = |column: &(usize, String)| {
                let texts = batch.column(column.0);
                (!texts.is_null(at)).then(|| texts.value(at))
            };
            let cells: Vec<Option<&str>> = quasi.iter().map(cell).collect();
            let values: Vec<Option<&str>> = sensitive.iter().map(cell).collect();
            let subject = match subjects {
                None => None,
                Some(list) => {
                    let number = list.get(row).ok_or(ReadBackError::Format("too many rows"))?;
                    Some(number.to_string())
                }
            };
            index.add(&cells, subject.as_deref(), &values).map_err(wrong)?;
            if let Some(subject) = &subject {
                joint.add(Some(subject), 0, &cells).map_err(wrong)?;
            }
            row += 1;
        }
    }
    if subjects.is_some_and(|list| list.len() != row) {
        return Err(ReadBackError::Format("rows are missing"));
    }
    let k = config.models.iter().filter_map(|m| m.numbers.get("k")).fold(0.0f64, |a, b| a.max(*b));
    let report = index.report(k as u64);
    let joint = subjects.map(|_| joint.report(k as u64));
    let distinct_values = sensitive
        .iter()
        .enumerate()
        .map(|(column, (_, name))| {
            let report = HomogeneityReport::of(&index, column, 0.8);
            let values = match subjects {
                Some(_) => report.smallest_distinct_over_subjects,
                None => report.smallest_distinct,
            };
            (name.clone(), values)
        })
        .collect();
    Ok(Checked {
        rows: report.rows,
        classes: report.classes,
        smallest_class_rows: report.smallest_class_rows,
        smallest_class_subjects: report.smallest_class_subjects,
        classes_below_k: report.classes_below_k,
        distinct_values,
        joint_unique_subjects: joint.as_ref().map(|j| j.unique_subjects),
        joint_smallest: joint.as_ref().map(|j| j.smallest_signature_class),
    })
}
