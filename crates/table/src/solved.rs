//! The solved table of a project: rows to classes, classes to labels.

use anonymed_anonymize::{Pieces, RecodedColumn, Recoding, SUPPRESSED};
use anonymed_core::ModalityError;
use hashbrown::HashMap;

use crate::batch::StringBatch;
use crate::lookup::Lookup;
use crate::model::Encoded;
use crate::outcome::ModelOutcome;
use crate::row_numbers::RowClasses;

/// The class of every row, and what each class writes.
pub(crate) struct Solved {
    units: Units,
    classes: u32,
    columns: Vec<Written>,
    pub(crate) outcome: ModelOutcome,
}

/// What classes are known of.
pub(crate) enum Units {
    Combinations(Box<Combinations>),
    /// These subjects, ascending, and the class of each.
    Subjects(Vec<u32>, Vec<u32>),
    /// The rows themselves, in their order: of a table that was solved in parts.
    Rows(RowClasses),
}

/// Combinations with their classes.
pub(crate) struct Combinations {
    pub(crate) dictionaries: Vec<HashMap<String, u32>>,
    pub(crate) lookup: Lookup,
    /// Where combinations are in pieces, who is in which.
    pub(crate) pieces: Option<Pieces>,
    /// By combination, or by piece.
    pub(crate) class_of: Vec<u32>,
}

/// What a quasi-identifier writes.
pub(crate) struct Written {
    /// By label.
    pub(crate) texts: Vec<String>,
    /// By label: the normalised certainty penalty.
    pub(crate) ncp: Vec<f64>,
    /// By class.
    pub(crate) label_of: Vec<u32>,
}

impl Written {
    pub(crate) fn of(column: RecodedColumn, encoded: &Encoded) -> Self {
        let texts = column.labels.iter().map(|label| encoded.written(label.as_deref())).collect();
        Self { texts, ncp: column.ncp, label_of: column.label_of }
    }
}

/// The class of a number that may be none.
fn class(number: u32) -> Option<u32> {
    (number != SUPPRESSED).then_some(number)
}

impl Solved {
    /// A table by the recoding of its units: their classes are put where `units` wants them.
    pub(crate) fn of_recoding(
        recoding: Recoding,
        encoded: &[Encoded],
        outcome: ModelOutcome,
        units: impl FnOnce(Vec<u32>) -> Units,
    ) -> Self {
        let classes = recoding.classes();
        let (class_of, columns) = recoding.into_parts();
        let columns = columns.into_iter().zip(encoded);
        let columns = columns.map(|(column, encoded)| Written::of(column, encoded)).collect();
        Self { units: units(class_of), classes, columns, outcome }
    }

    /// A table whose rows have their classes.
    pub(crate) fn of_rows(
        rows: RowClasses,
        (classes, columns): (u32, Vec<Written>),
        outcome: ModelOutcome,
    ) -> Self {
        Self { units: Units::Rows(rows), classes, columns, outcome }
    }

    /// The classes of a batch's rows as they are known beforehand, of those that may leave one after the other;
    /// nothing where they follow from the cells.
    ///
    /// # Errors
    ///
    /// Where what was put aside cannot be read, or is of other rows.
    pub(crate) fn classes_of(
        &self,
        batch: &StringBatch,
    ) -> Result<Option<impl Iterator<Item = Option<u32>> + use<>>, ModalityError> {
        let Units::Rows(rows) = &self.units else { return Ok(None) };
        Ok(Some(rows.of_batch(batch)?.into_iter().map(class)))
    }

    /// How many rows may leave, where their classes go by their places.
    pub(crate) fn rows(&self) -> Option<u64> {
        match &self.units {
            Units::Rows(rows) => Some(rows.count()),
            Units::Combinations(_) | Units::Subjects(..) => None,
        }
    }

    /// The class of a row by its texts and subject; `None` where it is suppressed.
    pub(crate) fn class_of(&self, texts: &[&str], subject: u32) -> Option<u32> {
        match &self.units {
            Units::Rows(_) => None,
            Units::Subjects(subjects, classes) => {
                class(classes[subjects.binary_search(&subject).ok()?])
            }
            Units::Combinations(of) => {
                let codes: Vec<u32> = texts
                    .iter()
                    .zip(&of.dictionaries)
                    .map(|(text, dictionary)| dictionary.get(*text).copied())
                    .collect::<Option<_>>()?;
                let combination = of.lookup.find(&codes)?;
                let unit = match &of.pieces {
                    Some(pieces) => pieces.of(combination, subject)?,
                    None => combination,
                };
                class(*of.class_of.get(unit as usize)?)
            }
        }
    }

    /// What a class writes in a column.
    pub(crate) fn label(&self, class: u32, column: usize) -> &str {
        let column = &self.columns[column];
        &column.texts[column.label_of[class as usize] as usize]
    }

    /// The mean penalty of a column over the rows that are kept.
    pub(crate) fn column_loss(&self, column: usize, rows_of_class: &[u64]) -> f64 {
        let column = &self.columns[column];
        let total: u64 = rows_of_class.iter().sum();
        let sum: f64 = rows_of_class
            .iter()
            .zip(&column.label_of)
            .map(|(rows, label)| *rows as f64 * column.ncp[*label as usize])
            .sum();
        if total == 0 { 1.0 } else { sum / total as f64 }
    }

    pub(crate) fn classes(&self) -> usize {
        self.classes as usize
    }
}
