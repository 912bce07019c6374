//! What can be wrong with rows: named by position, never by value.

/// Why a row could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssessError {
    /// A row has more or fewer cells than were announced.
    #[error("row {row} has {cells} cells where {expected} were announced")]
    WrongCells {
        /// The row, from 0.
        row: u64,
        /// Its cells.
        cells: usize,
        /// Cells announced.
        expected: usize,
    },
    /// More distinct subjects or values than can be told apart.
    #[error("more than {most} distinct subjects or values at row {row}")]
    TooManyDistinct {
        /// The row, from 0.
        row: u64,
        /// The limit.
        most: u64,
    },
    /// A row has the number of a text that is not there.
    #[error("row {row} has a number that no text has")]
    NoText {
        /// The row, from 0.
        row: u64,
    },
    /// Columns of one table have different lengths.
    #[error("column {column} has {rows} rows where there are {expected}")]
    Uneven {
        /// The column, from 0; the subject column is the last.
        column: usize,
        /// Its rows.
        rows: u64,
        /// Rows announced.
        expected: u64,
    },
    /// Rows cannot be matched by the column that was named.
    #[error("the key column is not in both tables, or a value occurs twice in it")]
    NoKey,
    /// The column to be told from the others is not in the raw table.
    #[error("the target column is not among the columns that are compared")]
    NoTarget,
    /// Released cells stand for no value of the raw table.
    #[error(
        "{labels} texts of released column {column} (from 0, of the quasi-identifiers) stand for no value \
         of the raw table; the release is of another table, or a hierarchy is not the one it was made with"
    )]
    Unread {
        /// The column, from 0 among the quasi-identifiers.
        column: usize,
        /// How many texts.
        labels: u64,
    },
}
