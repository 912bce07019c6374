//! What can be wrong with a problem: named by column and position, never by value.

use anonymed_core::Cancelled;

use crate::HierarchyError;
use crate::models::Reach;

/// Why a table could not be built or solved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnonymizeError {
    /// A dictionary entry is no number or no ISO date.
    #[error("column `{column}`: entry {code} of the dictionary is not {expected}")]
    NotOrdered {
        /// The column.
        column: String,
        /// Code of the first such entry.
        code: u32,
        /// What an entry has to be.
        expected: &'static str,
    },
    /// A dictionary has the missing value more than once, or a value twice.
    #[error("column `{column}`: entry {code} of the dictionary repeats an earlier one")]
    DuplicateEntry {
        /// The column.
        column: String,
        /// Code of the second entry.
        code: u32,
    },
    /// A column's hierarchy does not fit.
    #[error("column `{column}`: {source}")]
    Hierarchy {
        /// The column.
        column: String,
        /// What is wrong.
        source: HierarchyError,
    },
    /// A combination has a code its column's dictionary does not have, or too few codes.
    #[error("combination {combination}: its codes do not fit the columns")]
    CodesDoNotFit {
        /// Number of the combination.
        combination: u64,
    },
    /// More combinations than a class number can tell apart.
    #[error("more than {most} distinct combinations; partition the table first")]
    TooManyCombinations {
        /// The limit.
        most: u64,
    },
    /// The table keeps too few subjects per class for a model.
    #[error("a model counts {needed} subjects and the frequency table keeps {kept} per class")]
    TooFewSubjectsKept {
        /// What the model needs.
        needed: u32,
        /// What the table keeps.
        kept: u32,
    },
    /// A model speaks of a sensitive column the table does not have.
    #[error("a model names sensitive column {column}, and the table has {columns}")]
    NoSensitiveColumn {
        /// Its position.
        column: usize,
        /// How many there are.
        columns: usize,
    },
    /// A model's parameters are out of its domain.
    #[error("model {model}: {reason}")]
    Model {
        /// Family.
        model: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// A model asks for more than the recoding can say.
    #[error("{}", match .0 {
        Reach::FullDomain => "a model that asks whom labels fit beside their class (delta_min, l_known) is \
                              held by `search.method = \"optimal\"` alone, without `scope = \"joint\"`",
        _ => "a model of the population (k_map) is of single rows; leave `scope` out",
    })]
    OutOfReach(Reach),
    /// Sets of items have more combinations than are counted.
    #[error("lists of items have more than {most} combinations of so many items; take a lower m")]
    TooManyItemCombinations {
        /// The limit.
        most: u64,
    },
    /// No cuts make parts of a table that are small enough.
    #[error("no {most} parts of the table are small enough", most = crate::MOST_PARTS)]
    NoParts,
    /// The job was asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
