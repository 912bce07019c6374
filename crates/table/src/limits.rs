//! The limits that keep memory bounded whatever a file says of itself, and the names of columns.

use std::collections::HashSet;

use anonymed_core::ModalityError;

/// Longest cell.
pub(crate) const CELL_BYTES: usize = 1 << 20;
/// A header of this length or more names nothing.
pub(crate) const HEADER_BYTES: usize = 201;
/// Longest record.
pub(crate) const RECORD_BYTES: usize = 16 << 20;
/// Most fields looked at in one record.
pub(crate) const FIELDS: usize = 1 << 16;
/// Most columns of a table.
pub(crate) const COLUMNS: usize = 4096;
/// Most bytes a page of a Parquet file may unpack to; writers make pages of 1 MiB.
pub(crate) const PARQUET_PAGE_BYTES: u64 = 64 << 20;
/// Most bytes the pages of one batch of rows may unpack to, a page of each column.
pub(crate) const PARQUET_BATCH_BYTES: u64 = 192 << 20;
/// Most bytes of a Parquet file's footer.
pub(crate) const PARQUET_FOOTER_BYTES: u64 = 16 << 20;
/// Most text of the cells of a Parquet file, unless the file is large itself.
pub(crate) const PARQUET_TEXT_BYTES: u64 = 1 << 30;
/// Most text of the cells of a large Parquet file, for each of its bytes: a table of a few words
/// and many rows comes to about 30, one column that says the same in every row to some hundred.
pub(crate) const PARQUET_TEXT_RATIO: u64 = 1000;
/// Most bytes a workbook may unpack to.
pub(crate) const WORKBOOK_BYTES: u64 = 256 << 20;
/// Most bytes of a workbook's shared strings, which are held in memory.
pub(crate) const SHARED_STRING_BYTES: u64 = 48 << 20;
/// Most bytes of any other part of a workbook that is held in memory: its styles, names, relations.
pub(crate) const WORKBOOK_PART_BYTES: u64 = 16 << 20;
/// Most a workbook may shrink by compression.
pub(crate) const WORKBOOK_RATIO: u64 = 200;
/// Longest cell of a workbook: 32,767 characters (ECMA-376 part 1, 18.3.1.96 and Excel's own limit).
pub(crate) const WORKBOOK_CELL_BYTES: usize = 4 * 32_767;
/// Most text of the cells of one sheet: a string that is shared stands once in the file and in as
/// many cells as the file likes.
pub(crate) const SHEET_BYTES: u64 = 1 << 30;
/// Most sheets of a workbook.
pub(crate) const SHEETS: usize = 256;
/// Most entries of a workbook's archive.
pub(crate) const WORKBOOK_ENTRIES: usize = 10_000;

pub(crate) fn check_width(width: usize) -> Result<(), ModalityError> {
    if width > COLUMNS {
        return Err(ModalityError::Limit {
            what: "the number of columns",
            limit: format!("{COLUMNS} columns"),
        });
    }
    Ok(())
}

/// Headers that come more than once, each once and as they are looked for.
pub(crate) fn repeated(headers: &[String]) -> Vec<String> {
    let mut sorted: Vec<&str> =
        headers.iter().map(|header| trimmed(header)).filter(|header| !header.is_empty()).collect();
    sorted.sort_unstable();
    let mut repeated: Vec<String> =
        sorted.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].to_owned()).collect();
    repeated.dedup();
    repeated
}

fn trimmed(header: &str) -> &str {
    header.trim().trim_start_matches('\u{feff}')
}

/// Column names of headers: trimmed; an empty, repeated or overlong one is named by its position.
pub(crate) fn name_columns(headers: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(headers.len());
    for (n, header) in headers.iter().enumerate() {
        let header = trimmed(header);
        let usable =
            !header.is_empty() && header.len() < HEADER_BYTES && !header.contains('\u{fffd}');
        let mut name = if usable && seen.insert(header.to_owned()) {
            header.to_owned()
        } else {
            format!("column-{}", n + 1)
        };
        while !usable && !seen.insert(name.clone()) {
            name.push('-');
        }
        names.push(name);
    }
    // A repeated header took its position's name; make sure no real header has that name.
    let mut taken = HashSet::new();
    for name in &mut names {
        while !taken.insert(name.clone()) {
            name.push('-');
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_headers_are_told_once() {
        let headers = ["a", "b", " a ", "", "", "a", "c"].map(str::to_owned);
        assert_eq!(repeated(&headers), ["a"]);
        assert!(repeated(&headers[1..3]).is_empty());
    }

    #[test]
    fn names_are_unique() {
        let check = |headers: &[&str], expect: &[&str]| {
            let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
            assert_eq!(name_columns(&headers), expect);
        };
        check(&["a", " b ", ""], &["a", "b", "column-3"]);
        check(&["a", "a", "a"], &["a", "column-2", "column-3"]);
        check(&["", "column-1"], &["column-1", "column-2"]);
        check(&["\u{feff}id", "x"], &["id", "x"]);
        check(&["column-2", "column-2"], &["column-2", "column-2-"]);
    }
}
