//! The ground truth of the fake hospital, read back: what was planted in which file, and where.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use anonymed_demo::{TruthLine, truth_path};

use crate::EngineError;

/// What begins the category of a defect.
pub(super) const DEFECT: &str = "defect:";

/// Where a value was planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    /// A cell of a table.
    Cell {
        /// The sheet of a workbook.
        sheet: Option<String>,
        /// Data row, from 1.
        row: u64,
        /// Header.
        column: String,
    },
    /// A whole row.
    Row(u64),
    /// A comment of a sheet.
    Comment,
    /// A property of a workbook.
    Property,
    /// Bytes of a note.
    Bytes(Range<usize>),
    /// An element of the resource on a line.
    Element {
        /// From 1.
        line: u64,
        /// As `Patient.name[0].family`.
        path: String,
    },
    /// The file's path.
    Name,
    /// The whole file, or something this program does not know.
    Whole,
}

impl At {
    pub(super) fn parse(place: &str) -> Self {
        Self::read(place).unwrap_or(Self::Whole)
    }

    fn read(place: &str) -> Option<Self> {
        let (head, rest) = place.split_once(':').unwrap_or((place, ""));
        Some(match head {
            "name" => Self::Name,
            "property" => Self::Property,
            "row" => cell(None, place)?,
            "sheet" => {
                let (sheet, inside) = rest.split_once('/')?;
                if inside.starts_with("comment:") {
                    return Some(Self::Comment);
                }
                cell(Some(sheet.to_owned()), inside)?
            }
            "bytes" => {
                let (start, end) = rest.split_once('-')?;
                Self::Bytes(start.parse().ok()?..end.parse().ok()?)
            }
            "line" => {
                let (line, path) = rest.split_once("/path:").unwrap_or((rest, ""));
                Self::Element { line: line.parse().ok()?, path: path.to_owned() }
            }
            _ => Self::Whole,
        })
    }
}

fn cell(sheet: Option<String>, place: &str) -> Option<At> {
    let inside = place.strip_prefix("row:")?;
    let Some((row, column)) = inside.split_once("/column:") else {
        return Some(At::Row(inside.parse().ok()?));
    };
    Some(At::Cell { sheet, row: row.parse().ok()?, column: column.to_owned() })
}

/// A line of the truth with its place parsed.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    pub(super) line: TruthLine,
    pub(super) at: At,
}

impl Planted {
    pub(super) fn new(line: TruthLine) -> Self {
        Self { at: At::parse(&line.place), line }
    }

    pub(super) fn is_date(&self) -> bool {
        self.line.category == "date"
    }

    pub(super) fn defect(&self) -> Option<&str> {
        self.line.category.strip_prefix(DEFECT)
    }
}

/// Planted values by file.
pub(super) type Truth = BTreeMap<String, Vec<Planted>>;

/// Reads the truth of a project's folder. It is held in memory, as large as the project's
/// identifiers are.
pub(super) fn read(dir: &Path) -> Result<Truth, EngineError> {
    let text = fs_err::read_to_string(truth_path(dir))
        .map_err(EngineError::io("the ground truth beside the project", "read"))?;
    let mut truth = Truth::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let line: TruthLine = serde_json::from_str(line)
            .map_err(|_| EngineError::Integrity("the ground truth cannot be read".into()))?;
        truth.entry(line.file.clone()).or_default().push(Planted::new(line));
    }
    Ok(truth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_parse() {
        let check = |place: &str, expect: At| assert_eq!(At::parse(place), expect, "{place}");
        let cell = |sheet: Option<&str>, row, column: &str| At::Cell {
            sheet: sheet.map(str::to_owned),
            row,
            column: column.to_owned(),
        };
        check("row:7/column:birth_date", cell(None, 7, "birth_date"));
        check("row:7", At::Row(7));
        check(
            "sheet:Medications/row:2/column:Start date",
            cell(Some("Medications"), 2, "Start date"),
        );
        check("sheet:Medications/comment:B3", At::Comment);
        check("property:creator", At::Property);
        check("bytes:3-17", At::Bytes(3..17));
        let path = "Patient.name[0].family".to_owned();
        check("line:4/path:Patient.name[0].family", At::Element { line: 4, path });
        check("line:4", At::Element { line: 4, path: String::new() });
        check("name", At::Name);
        check("file", At::Whole);
        check("row:x", At::Whole);
    }
}
