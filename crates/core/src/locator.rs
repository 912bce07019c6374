//! Where something is, without saying what it is: an opaque file number and a place.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number a file has in a project's sealed inventory. File names hold identifiers, so
/// messages, events and reports show this number instead.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct FileNumber(pub u32);

impl fmt::Display for FileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", self.0)
    }
}

/// A place inside a file. Column and element names come from headers and standards; a caller that
/// does not trust a header passes its position instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Place {
    /// The whole file.
    Whole,
    /// The file's name or folder.
    Name,
    /// A cell: 1-based data row, 1-based column.
    Cell {
        /// Data row, header not counted.
        row: u64,
        /// Column position.
        column: u32,
    },
    /// A whole column, 1-based.
    Column(u32),
    /// A byte range of a text.
    Span {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// A 1-based line of a file of records, with the element path inside it.
    Element {
        /// Line of an NDJSON file, or 1.
        line: u64,
        /// Element path by the standard's names, as `Patient.name.family`.
        path: String,
    },
}

/// A file number with a place in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// Which file.
    pub file: FileNumber,
    /// Where in it.
    pub place: Place,
}

impl Locator {
    /// A place in a file.
    pub fn new(file: FileNumber, place: Place) -> Self {
        Self { file, place }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole file"),
            Self::Name => f.write_str("file name"),
            Self::Cell { row, column } => write!(f, "row {row}, column {column}"),
            Self::Column(column) => write!(f, "column {column}"),
            Self::Span { start, end } => write!(f, "bytes {start}..{end}"),
            Self::Element { line, path } => write!(f, "line {line}, {path}"),
        }
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.file, self.place)
    }
}
