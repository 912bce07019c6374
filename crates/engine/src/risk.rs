//! Risk and utility of a release, as the report and the manifest show them: numbers recomputed
//! from the released files alone.

use anonymed_table::promise::Kept;
use serde::{Deserialize, Serialize};

use crate::project_attack::TableAttacks;

/// Everything measured over the released tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskSummary {
    /// Each table by itself, in order of path.
    pub tables: Vec<TableRisk>,
    /// All tables that share a pseudonym, taken together.
    pub joint: Option<JointRisk>,
}

/// One released table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRisk {
    /// Path below `data`.
    pub path: String,
    /// Its quasi-identifiers.
    pub quasi: Vec<String>,
    /// Whether people are told apart by a column; otherwise each row counts as one.
    pub by_subject: bool,
    /// Rows released.
    pub rows: u64,
    /// People released.
    pub subjects: u64,
    /// Rows left out to reach the model.
    pub suppressed_rows: u64,
    /// People left out to reach the model.
    pub suppressed_subjects: u64,
    /// Whether more was left out than the policy's `suppress_max` allows.
    #[serde(default)]
    pub over_suppressed: bool,
    /// The k the policy asks for.
    pub k_asked: Option<u32>,
    /// Risk of the table as it came.
    pub before: Option<RiskNumbers>,
    /// Risk of the table as released.
    pub after: RiskNumbers,
    /// Size of a class in people, and how many classes have it, ascending.
    pub class_sizes: Vec<(u64, u64)>,
    /// Columns that are sensitive, or on which the policy asks for diversity, with the fewest distinct
    /// values in any class.
    pub diversity: Vec<(String, u64)>,
    /// Columns on which the policy asks for diversity in this table, and the l it asks for.
    #[serde(default)]
    pub l_asked: Vec<(String, u32)>,
    /// Models that ask for shares of people, and what the released table reaches of each.
    #[serde(default)]
    pub models: Vec<Kept>,
    /// Whether the policy asks for attacks on this table.
    #[serde(default)]
    pub attacks_asked: bool,
    /// What they achieved.
    #[serde(default)]
    pub attacks: Option<TableAttacks>,
    /// Columns by what is left of them.
    pub utility: Vec<ColumnUtility>,
}

/// Re-identification risk over people (prosecutor and marketer models; the journalist model with
/// the release as its own population equals the prosecutor's).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskNumbers {
    /// Highest risk of any person: 1 / smallest class.
    pub highest: f64,
    /// Expected share of people an attacker who tries all would name rightly.
    pub average: f64,
    /// Share of people above the policy's threshold (1/5 where it has none).
    pub at_risk: f64,
    /// People in the smallest class.
    pub smallest_class: u64,
    /// Classes.
    pub classes: u64,
}

/// What is left of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnUtility {
    /// Header.
    pub column: String,
    /// The action's verb.
    pub action: String,
    /// Share of cells as they were.
    pub unchanged: f64,
    /// Share of cells made coarser or replaced.
    pub changed: f64,
    /// Share of cells emptied or left out.
    pub suppressed: f64,
    /// Share of a quasi-identifier's precision that is left: 1 less its mean certainty penalty.
    pub precision_kept: Option<f64>,
}

/// The risk of everything released together, over people's signatures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JointRisk {
    /// People: each once, however many codes stand for them.
    pub subjects: u64,
    /// Signatures: one a person, or one a person and table where each table has codes of its own.
    #[serde(default)]
    pub signatures: u64,
    /// People whose sequence of classes nobody shares.
    pub unique: u64,
    /// People in the smallest group of equal signatures.
    pub smallest: u64,
    /// Highest risk of any person.
    pub highest: f64,
    /// Expected share of people named rightly.
    pub average: f64,
}
