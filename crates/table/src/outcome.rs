//! What de-identifying a table did: for the plan, the evidence and the report.

use anonymed_core::{AttributeRole, EntityType, Transformed};
use serde::{Deserialize, Serialize};

/// What became of one input column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnOutcome {
    /// Position in the input, from 0.
    pub source_position: usize,
    /// Position in the output, from 0; none where the column was left out.
    pub output_position: Option<usize>,
    /// Header.
    pub name: String,
    /// The part the policy gives it.
    pub role: AttributeRole,
    /// What its values are.
    pub entity: Option<EntityType>,
    /// The verb of the policy's action; `drop` where no rule names the column.
    pub action: String,
    /// Whether a rule of the policy names it.
    pub ruled: bool,
    /// Values that were replaced.
    pub changed: u64,
    /// Values emptied because the action could not be applied to them (no date, no number).
    pub emptied: u64,
    /// Values of the input that were not empty.
    pub filled: u64,
    /// Distinct values before, exact up to 10,000.
    pub distinct_before: u64,
    /// Distinct values after, exact up to 10,000.
    pub distinct_after: u64,
    /// Mean certainty penalty of a quasi-identifier, 0 (as detailed as before) to 1 (suppressed).
    pub loss: Option<f64>,
}

/// What a privacy model cost and gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelOutcome {
    /// k asked for, over subjects.
    pub k: Option<u32>,
    /// The models with their parameters, as `5-anonymity`.
    #[serde(default)]
    pub models: Vec<String>,
    /// Columns the classes are over.
    pub quasi: Vec<String>,
    /// Equivalence classes.
    pub classes: u32,
    /// Distinct subjects of the smallest class; exact up to one above the highest model parameter.
    pub smallest_class_subjects: u32,
    /// Rows of the smallest class.
    pub smallest_class_rows: u64,
    /// Rows left out to satisfy the models.
    pub suppressed_rows: u64,
    /// Subjects with a row left out.
    pub suppressed_subjects: u64,
    /// Whether the suppressed share is within the policy's limit.
    pub within_suppression_limit: bool,
    /// Global certainty penalty, 0 to 1.
    pub loss_gcp: f64,
    /// Whether all rows of a subject are in one class (joint scope).
    pub grouped_by_subject: bool,
    /// Distinct combinations of the quasi-identifiers before.
    pub combinations: u64,
    /// How many parts the table was solved in; none where it was solved at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<u32>,
}

/// Re-identification risk of a table over its quasi-identifiers, judged by the assess crate from
/// the cells alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRisk {
    /// The classes in numbers; k counts subjects.
    pub classes: anonymed_assess::ClassReport,
    /// Prosecutor, journalist and marketer.
    pub risks: Vec<anonymed_assess::RiskReport>,
}

/// A part of a prose cell of the output that we wrote in place of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenCell {
    /// 1-based row of the output.
    pub row: u64,
    /// Column of the output, from 0.
    pub column: u32,
    /// First byte in the cell.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// What de-identifying a part of a file did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableOutcome {
    /// Counts of records and changes.
    pub transformed: Transformed,
    /// Columns, in the input's order.
    pub columns: Vec<ColumnOutcome>,
    /// Columns the policy names and the part does not have.
    pub missing_columns: Vec<String>,
    /// 1-based input data rows that are not in the output, ascending.
    pub dropped_rows: Vec<u64>,
    /// Rows that repeat an earlier row word for word; they are kept.
    pub duplicate_rows: u64,
    /// Whether each row counts as a person of its own, since no column tells people apart.
    pub row_is_subject: bool,
    /// The privacy models' outcome, where the policy asks for any.
    pub model: Option<ModelOutcome>,
    /// Risk over the quasi-identifiers as they came in, where there are any.
    pub risk_before: Option<TableRisk>,
    /// Risk over the quasi-identifiers as they are released.
    pub risk_after: Option<TableRisk>,
    /// How many text cells that begin like a formula were written with a leading apostrophe (CSV).
    pub formula_guarded: u64,
    /// What we wrote inside prose cells, by row and column; not part of the stored outcome, since
    /// there may be very many.
    #[serde(skip)]
    pub written_cells: Vec<WrittenCell>,
}
