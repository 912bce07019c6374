//! Excel workbooks (ECMA-376) to batches: the visible sheets, cell by cell.
//!
//! Before a workbook is opened every entry of its archive is unpacked into nothing and counted, so
//! that a small file cannot unpack into all of the memory whatever its directory claims. What a
//! reader of the sheets does not see (hidden sheets, comments, document properties, defined names,
//! embedded objects) is counted and never read.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, SeekFrom};

use anonymed_core::{Document, ModalityError, Place};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use zip::ZipArchive;

use crate::batch::BatchBuilder;
use crate::csv_read::Event;
use crate::source::{Headers, Part};
use crate::{detect, limits};

/// Rows looked at to find the header.
const HEADER_ROWS: usize = 20;
/// Entries whose text is looked at for what a reader does not see.
const LOOK_BYTES: usize = 8 << 20;

/// Parts that a reader holds in memory.
const HELD: [&str; 4] = ["workbook.xml", "styles.xml", "[content_types].xml", ".rels"];

/// Whether bytes begin a workbook.
pub(crate) fn sniff(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
        && [
            &b"xl/workbook"[..],
            b"xl/worksheets",
            b"xl/_rels",
            b"xl/styles",
            b"xl/shared",
            b"xl/theme",
        ]
        .iter()
        .any(|n| memchr::memmem::find(head, n).is_some())
}

fn malformed(reason: &str) -> ModalityError {
    ModalityError::Malformed { reason: reason.into(), place: Place::Whole }
}

type Workbook<'a> = Xlsx<BufReader<&'a mut dyn anonymed_core::modality::ReadSeek>>;

/// Unpacks everything once, within the limits, and counts what is not seen.
pub(crate) fn guard(
    document: &mut Document<'_>,
) -> Result<BTreeMap<&'static str, u64>, ModalityError> {
    directory(document)?;
    rewind(document)?;
    let mut archive = ZipArchive::new(BufReader::new(&mut *document.data))
        .map_err(|_| malformed("the workbook's archive cannot be read"))?;
    if archive.len() > limits::WORKBOOK_ENTRIES {
        return Err(too_many_entries());
    }
    let mut unseen = BTreeMap::new();
    let mut total = 0u64;
    let mut buffer = vec![0; 64 << 10];
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|_| malformed("an entry of the workbook's archive cannot be read"))?;
        let name = entry
            .name()
            .map_err(|_| malformed("an entry of the workbook's archive has no readable name"))?
            .into_owned();
        let packed = entry.compressed_size().max(1);
        // What is not read row by row is held in memory.
        let most = if name.to_ascii_lowercase().ends_with("sharedstrings.xml") {
            limits::SHARED_STRING_BYTES
        } else if HELD.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
            limits::WORKBOOK_PART_BYTES
        } else {
            limits::WORKBOOK_BYTES
        };
        let mut seen = 0u64;
        let mut text = Vec::new();
        let look =
            name.contains("comment") || name == "xl/workbook.xml" || name.starts_with("docProps/");
        loop {
            let n = entry
                .read(&mut buffer)
                .map_err(|_| malformed("an entry of the workbook's archive is damaged"))?;
            if n == 0 {
                break;
            }
            seen += n as u64;
            total += n as u64;
            let ratio = seen > 1 << 20 && seen / packed > limits::WORKBOOK_RATIO;
            if seen > most || total > limits::WORKBOOK_BYTES || ratio {
                return Err(ModalityError::Limit {
                    what: "what the workbook unpacks to",
                    limit: format!(
                        "{} MiB and {} times its packed size",
                        limits::WORKBOOK_BYTES >> 20,
                        limits::WORKBOOK_RATIO
                    ),
                });
            }
            if look && text.len() < LOOK_BYTES {
                text.extend_from_slice(&buffer[..n]);
            }
        }
        count_unseen(&name, &text, &mut unseen);
    }
    Ok(unseen)
}

fn too_many_entries() -> ModalityError {
    ModalityError::Limit {
        what: "the number of entries of a workbook",
        limit: limits::WORKBOOK_ENTRIES.to_string(),
    }
}

/// Looks at what the archive's end says of its directory, which is read whole when it is opened
/// (APPNOTE 4.3.14 and 4.3.16). Every end that a reader might take is looked at.
fn directory(document: &mut Document<'_>) -> Result<(), ModalityError> {
    const END: usize = 22;
    const LOCATOR: usize = 20;
    let tail_at = document.length.saturating_sub(u64::from(u16::MAX) + (END + LOCATOR) as u64);
    let mut tail = Vec::new();
    document
        .data
        .seek(SeekFrom::Start(tail_at))
        .and_then(|_| document.data.read_to_end(&mut tail))
        .map_err(|e| ModalityError::Read(e.kind()))?;
    let most = limits::WORKBOOK_ENTRIES as u64;
    for at in memchr::memmem::find_iter(&tail, b"PK\x05\x06") {
        let entries =
            tail.get(at + 10..at + 12).map_or(0, |b| u64::from(b[0]) | u64::from(b[1]) << 8);
        if entries != u64::from(u16::MAX) {
            if entries > most {
                return Err(too_many_entries());
            }
            continue;
        }
        let locator = at.checked_sub(LOCATOR).and_then(|from| tail.get(from..at));
        let place = locator.filter(|l| l.starts_with(b"PK\x06\x07")).and_then(|l| word(l, 8));
        let Some(place) = place else { return Err(too_many_entries()) };
        let mut end = [0; 56];
        document
            .data
            .seek(SeekFrom::Start(place))
            .and_then(|_| document.data.read_exact(&mut end))
            .map_err(|_| malformed("the workbook's archive cannot be read"))?;
        if word(&end, 32).is_none_or(|entries| entries > most) {
            return Err(too_many_entries());
        }
    }
    Ok(())
}

/// Eight bytes as a number, the least first.
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn count_unseen(name: &str, text: &[u8], unseen: &mut BTreeMap<&'static str, u64>) {
    let count = |needle: &[u8]| memchr::memmem::find_iter(text, needle).count() as u64;
    let (what, n) = if name.contains("comment") && name.ends_with(".xml") {
        ("cell-comment", count(b"<comment ") + count(b"<threadedComment "))
    } else if name == "xl/workbook.xml" {
        ("defined-name", count(b"<definedName "))
    } else if name.starts_with("docProps/") {
        ("document-property", count(b"</").saturating_sub(1))
    } else if ["xl/media/", "xl/embeddings/", "xl/pivotCache/", "xl/drawings/", "xl/charts/"]
        .iter()
        .any(|p| name.starts_with(p))
        && !name.ends_with(".rels")
        && !name.ends_with(".vml")
    {
        ("embedded-object", 1)
    } else {
        return;
    };
    if n > 0 {
        *unseen.entry(what).or_default() += n;
    }
}

fn rewind(document: &mut Document<'_>) -> Result<(), ModalityError> {
    document.data.seek(SeekFrom::Start(0)).map_err(|e| ModalityError::Read(e.kind()))?;
    Ok(())
}

fn open<'a>(document: &'a mut Document<'_>) -> Result<Workbook<'a>, ModalityError> {
    rewind(document)?;
    let data: &'a mut dyn anonymed_core::modality::ReadSeek = &mut *document.data;
    Xlsx::new(BufReader::new(data)).map_err(|_| malformed("the workbook cannot be read"))
}

/// The visible sheets that hold a table with their column names, and how many sheets are hidden.
pub(crate) fn sheets(document: &mut Document<'_>) -> Result<(Vec<Part>, u64), ModalityError> {
    let mut workbook = open(document)?;
    let all: Vec<_> = workbook.sheets_metadata().to_vec();
    if all.len() > limits::SHEETS {
        return Err(ModalityError::Limit {
            what: "the number of sheets of a workbook",
            limit: limits::SHEETS.to_string(),
        });
    }
    let hidden = all.iter().filter(|s| s.visible != SheetVisible::Visible).count() as u64;
    let mut sheets = Vec::new();
    for sheet in all {
        if sheet.visible != SheetVisible::Visible || sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let mut head = Head::default();
        rows(&mut workbook, &sheet.name, &mut |row| Ok(head.push(row)))?;
        if let Some(layout) = head.layout()? {
            let Layout { names: columns, headers, .. } = layout;
            sheets.push(Part { sheet: Some(sheet.name), columns, headers });
        }
    }
    Ok((sheets, hidden))
}

/// Reads a sheet: data rows under its header.
pub(crate) fn read(
    document: &mut Document<'_>,
    sheet: &str,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let mut workbook = open(document)?;
    let mut head = Head::default();
    rows(&mut workbook, sheet, &mut |row| Ok(head.push(row)))?;
    let Some(layout) = head.layout()? else {
        return Err(malformed("the sheet holds no table"));
    };
    let mut batch = BatchBuilder::new(layout.names.len());
    let mut number = 0u64;
    let mut line = vec![String::new(); layout.names.len()];
    rows(&mut workbook, sheet, &mut |row| {
        if row.number < layout.first_row {
            return Ok(true);
        }
        number += 1;
        match layout.place(row, &mut line) {
            Ok(()) => batch.push(number, line.iter().map(String::as_str)),
            Err(reason) => take(Event::Rejected(number, reason.into()))?,
        }
        if batch.is_full() {
            take(Event::Batch(batch.finish()))?;
        }
        Ok(true)
    })?;
    if !batch.is_empty() {
        take(Event::Batch(batch.finish()))?;
    }
    Ok(())
}

/// A row of a sheet: its number and its filled cells by column.
struct Row {
    number: u32,
    cells: Vec<(u32, String)>,
    bytes: usize,
    /// A cell is longer than a workbook's cell can be, or the row than a record.
    too_long: Option<&'static str>,
}

impl Row {
    fn new(number: u32) -> Self {
        Self { number, cells: Vec::new(), bytes: 0, too_long: None }
    }

    /// Makes room for a value, or says that there is none.
    fn has_room(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        if bytes > limits::WORKBOOK_CELL_BYTES {
            self.too_long = Some("a cell is longer than 32,767 characters");
        } else if self.bytes > limits::RECORD_BYTES {
            self.too_long = Some("the row is longer than the limit of 16 MiB");
        }
        self.too_long.is_none()
    }
}

/// The first rows of a sheet.
#[derive(Default)]
struct Head {
    rows: Vec<Row>,
}

/// Where a sheet's table stands.
struct Layout {
    first_row: u32,
    first_column: u32,
    names: Vec<String>,
    headers: Headers,
}

impl Head {
    /// Takes a row, of each cell as much as a header may be; false where it is the last to take.
    fn push(&mut self, mut row: Row) -> bool {
        for (_, text) in &mut row.cells {
            text.truncate(text.floor_char_boundary(limits::HEADER_BYTES + 3));
            text.shrink_to_fit();
        }
        self.rows.push(row);
        self.rows.len() < HEADER_ROWS
    }

    /// The header is the first row that is at least half as wide as the widest of the first rows;
    /// what stands above (a title, a date of printing) is no part of the table. A row that speaks of
    /// a person is data, and the columns then have no names.
    fn layout(&self) -> Result<Option<Layout>, ModalityError> {
        let Some(widest) = self.rows.iter().map(|r| r.cells.len()).max() else { return Ok(None) };
        let Some(header) = self.rows.iter().find(|r| r.cells.len() * 2 >= widest) else {
            return Ok(None);
        };
        let below = self.rows.iter().filter(|r| r.number >= header.number);
        let columns: Vec<u32> = below.flat_map(|r| r.cells.iter().map(|c| c.0)).collect();
        let (Some(first), Some(last)) = (columns.iter().min(), columns.iter().max()) else {
            return Ok(None);
        };
        let width = (last - first + 1) as usize;
        limits::check_width(width)?;
        let line = |row: &Row| {
            let mut line = vec![String::new(); width];
            for (column, text) in &row.cells {
                line[(column - first) as usize].clone_from(text);
            }
            line
        };
        let mut names = line(header);
        let below = self.rows.iter().filter(|r| r.number > header.number);
        let rest: Vec<Vec<String>> = below.map(line).collect();
        let mut first_row = header.number + 1;
        let absent = detect::is_of_a_person(&names, &rest);
        if absent {
            names = vec![String::new(); width];
            first_row = header.number;
        }
        let repeated = limits::repeated(&names);
        let headers = Headers { absent, repeated, ..Headers::default() };
        let names = limits::name_columns(&names);
        Ok(Some(Layout { first_row, first_column: *first, names, headers }))
    }
}

impl Layout {
    fn place(&self, row: Row, line: &mut [String]) -> Result<(), &'static str> {
        line.iter_mut().for_each(String::clear);
        if let Some(reason) = row.too_long {
            return Err(reason);
        }
        for (column, text) in row.cells {
            let at = column.checked_sub(self.first_column).map(|c| c as usize);
            let Some(slot) = at.and_then(|c| line.get_mut(c)) else {
                return Err("a cell stands outside the columns of the header");
            };
            *slot = text;
        }
        Ok(())
    }
}

/// Calls `take` for each row that has a filled cell, until it answers false.
fn rows(
    workbook: &mut Workbook<'_>,
    sheet: &str,
    take: &mut dyn FnMut(Row) -> Result<bool, ModalityError>,
) -> Result<(), ModalityError> {
    let mut cells = workbook
        .worksheet_cells_reader(sheet)
        .map_err(|_| malformed("a sheet of the workbook cannot be read"))?;
    let mut row = Row::new(0);
    let mut total = 0u64;
    loop {
        let cell =
            cells.next_cell().map_err(|_| malformed("a sheet of the workbook is damaged"))?;
        let Some(cell) = cell else { break };
        let (number, column) = cell.get_position();
        if number < row.number {
            return Err(malformed("the rows of a sheet are out of order"));
        }
        if number > row.number {
            let done = std::mem::replace(&mut row, Row::new(number));
            if (!done.cells.is_empty() || done.too_long.is_some()) && !take(done)? {
                return Ok(());
            }
        }
        let value = cell.get_value();
        if !row.has_room(length(value)) {
            continue;
        }
        total += length(value) as u64;
        if total > limits::SHEET_BYTES {
            return Err(ModalityError::Limit {
                what: "the text of a sheet",
                limit: format!("{} MiB", limits::SHEET_BYTES >> 20),
            });
        }
        let text = text(value);
        if !text.is_empty() {
            if row.cells.len() >= limits::COLUMNS {
                limits::check_width(limits::COLUMNS + 1)?;
            }
            row.cells.push((column, text));
        }
    }
    if !row.cells.is_empty() || row.too_long.is_some() {
        take(row)?;
    }
    Ok(())
}

fn length(value: &DataRef<'_>) -> usize {
    match value {
        DataRef::SharedString(s) => s.len(),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.len(),
        _ => 0,
    }
}

/// A cell as text: dates in ISO form, numbers with all their digits and no more.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => n.to_string(),
        DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(d) => date_time(d),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn date_time(value: &ExcelDateTime) -> String {
    if value.is_duration() {
        let seconds = (value.as_f64() * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if value.as_f64() < 1.0 {
        time
    } else if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {time}")
    }
}
