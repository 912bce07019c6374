//! Released tables out: CSV by RFC 4180, and Parquet. Both are the same bytes for the same rows,
//! whatever the threads.
//!
//! A CSV cell that a spreadsheet would run as a formula gets an apostrophe in front (OWASP ASVS
//! 5.0, 1.2.10); numbers stay as they are. Parquet needs no guard and has none.

use std::io::Write;
use std::sync::Arc;

use anonymed_core::ModalityError;
use anonymed_core::policy::TableFormat;
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::batch::cell;
use crate::values;

/// Rows of a row group: small enough that many executors can share a file.
const ROW_GROUP_ROWS: usize = 128 << 10;
/// Columns beyond which they are packed by Snappy and without dictionaries: Zstandard keeps 100 kB
/// for each column at work, whoever writes and whoever reads, and a dictionary 30 kB.
const WIDE: usize = 512;
/// Bytes of text after which a row group is closed: whoever reads it holds no more than this.
const ROW_GROUP_BYTES: usize = 64 << 20;

fn failed(e: &std::io::Error) -> ModalityError {
    ModalityError::Write(e.kind())
}

/// Writes one table in one format.
pub(crate) enum TableWriter<'a> {
    Csv(CsvWriter<'a>),
    Parquet(Box<ParquetWriter<'a>>),
}

impl<'a> TableWriter<'a> {
    pub(crate) fn new(
        format: TableFormat,
        names: &[&str],
        out: &'a mut dyn Write,
    ) -> Result<Self, ModalityError> {
        Ok(match format {
            TableFormat::Csv => Self::Csv(CsvWriter::new(names, out)?),
            TableFormat::Parquet => Self::Parquet(Box::new(ParquetWriter::new(names, out)?)),
        })
    }

    pub(crate) fn write(&mut self, columns: &[StringArray]) -> Result<(), ModalityError> {
        match self {
            Self::Csv(writer) => writer.write(columns),
            Self::Parquet(writer) => writer.write(columns),
        }
    }

    /// Ends the table and says how many cells were guarded.
    pub(crate) fn finish(self) -> Result<u64, ModalityError> {
        match self {
            Self::Csv(writer) => writer.finish(),
            Self::Parquet(writer) => writer.finish().map(|()| 0),
        }
    }
}

/// Writes CSV: UTF-8, commas, CR LF only inside cells, a header.
pub(crate) struct CsvWriter<'a> {
    out: &'a mut dyn Write,
    line: Vec<u8>,
    guarded: u64,
}

impl<'a> CsvWriter<'a> {
    fn new(names: &[&str], out: &'a mut dyn Write) -> Result<Self, ModalityError> {
        let mut writer = Self { out, line: Vec::new(), guarded: 0 };
        writer.record(names.iter().copied());
        writer.flush()?;
        Ok(writer)
    }

    fn record<'v>(&mut self, values: impl Iterator<Item = &'v str>) {
        let start = self.line.len();
        for (n, value) in values.enumerate() {
            if n > 0 {
                self.line.push(b',');
            }
            self.guarded += u64::from(csv_cell(&mut self.line, value));
        }
        self.end_record(start);
    }

    /// Writes a row of prepared cells: of each column the cells and which of them.
    pub(crate) fn prepared<'c>(
        &mut self,
        cells: impl Iterator<Item = (&'c PreparedCells, usize)>,
    ) -> Result<(), ModalityError> {
        let start = self.line.len();
        for (n, (column, text)) in cells.enumerate() {
            if n > 0 {
                self.line.push(b',');
            }
            self.line.extend_from_slice(column.cell(text));
            self.guarded += u64::from(column.guarded[text]);
        }
        self.end_record(start);
        if self.line.len() >= 1 << 20 { self.flush() } else { Ok(()) }
    }

    fn end_record(&mut self, start: usize) {
        // A record of one empty cell would read as no record at all.
        if self.line.len() == start {
            self.line.extend_from_slice(b"\"\"");
        }
        self.line.push(b'\n');
    }

    fn write(&mut self, columns: &[StringArray]) -> Result<(), ModalityError> {
        let rows = columns.first().map_or(0, StringArray::len);
        for row in 0..rows {
            self.record(columns.iter().map(|c| cell(c, row)));
            if self.line.len() >= 1 << 20 {
                self.flush()?;
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), ModalityError> {
        self.out.write_all(&self.line).map_err(|e| failed(&e))?;
        self.line.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<u64, ModalityError> {
        self.flush()?;
        self.out.flush().map_err(|e| failed(&e))?;
        Ok(self.guarded)
    }
}

/// The texts of a column as they are written in CSV, each once.
pub(crate) struct PreparedCells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    guarded: Vec<bool>,
}

impl PreparedCells {
    pub(crate) fn new(texts: &[&str]) -> Self {
        let (mut bytes, mut ends, mut guarded) = (Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            guarded.push(csv_cell(&mut bytes, text));
            ends.push(bytes.len());
        }
        Self { bytes, ends, guarded }
    }

    fn cell(&self, text: usize) -> &[u8] {
        let start = text.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[text]]
    }
}

/// A cell of CSV that was written here, without the apostrophe before what begins like a formula.
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(bare) if bare.starts_with(FORMULA) => bare,
        _ => text,
    }
}

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\0'];

/// A number that no spreadsheet runs, whatever sign it has.
fn is_plain_number(value: &str) -> bool {
    values::is_number(value)
        || values::is_comma_decimal(value)
        || value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Appends a cell and says whether it was guarded.
fn csv_cell(line: &mut Vec<u8>, value: &str) -> bool {
    let guard = value.starts_with(FORMULA)
        && !is_plain_number(value)
        && !value
            .split_once("..")
            .is_some_and(|(low, high)| is_plain_number(low) && is_plain_number(high))
        && value != "-";
    let quoted = value.contains(['"', ',', '\n', '\r']) || value != value.trim();
    if quoted {
        line.push(b'"');
    }
    if guard {
        line.push(b'\'');
    }
    for byte in value.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    if quoted {
        line.push(b'"');
    }
    guard
}

/// Writes Parquet: all columns text, a missing value where the cell is empty.
pub(crate) struct ParquetWriter<'a> {
    out: &'a mut dyn Write,
    writer: ArrowWriter<Vec<u8>>,
    schema: SchemaRef,
    /// Bytes of text in the row group at work.
    group: usize,
}

impl<'a> ParquetWriter<'a> {
    fn new(names: &[&str], out: &'a mut dyn Write) -> Result<Self, ModalityError> {
        let fields: Vec<Field> =
            names.iter().map(|n| Field::new(*n, DataType::Utf8, true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let wide = names.len() > WIDE;
        let compression = if wide {
            Compression::SNAPPY
        } else {
            Compression::ZSTD(ZstdLevel::try_new(3).map_err(|_| internal())?)
        };
        let properties = WriterProperties::builder()
            .set_created_by("anonymed".into())
            .set_compression(compression)
            .set_dictionary_enabled(!wide)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        let options =
            ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)
            .map_err(|_| internal())?;
        Ok(Self { out, writer, schema, group: 0 })
    }

    fn write(&mut self, columns: &[StringArray]) -> Result<(), ModalityError> {
        let arrays: Vec<ArrayRef> =
            columns.iter().map(|c| Arc::new(empty_to_null(c)) as ArrayRef).collect();
        if arrays.first().is_none_or(|a| a.is_empty()) {
            return Ok(());
        }
        let batch =
            RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|_| internal())?;
        self.writer.write(&batch).map_err(|_| internal())?;
        self.group += columns.iter().map(|c| c.value_data().len()).sum::<usize>();
        if self.group >= ROW_GROUP_BYTES {
            self.writer.flush().map_err(|_| internal())?;
            self.group = 0;
        }
        self.drain()
    }

    /// Hands on what is written; the writer counts its offsets itself.
    fn drain(&mut self) -> Result<(), ModalityError> {
        let bytes = std::mem::take(self.writer.inner_mut());
        self.out.write_all(&bytes).map_err(|e| failed(&e))
    }

    fn finish(self) -> Result<(), ModalityError> {
        let Self { out, writer, .. } = self;
        let rest = writer.into_inner().map_err(|_| internal())?;
        out.write_all(&rest).map_err(|e| failed(&e))?;
        out.flush().map_err(|e| failed(&e))
    }
}

fn internal() -> ModalityError {
    ModalityError::Internal("the Parquet writer refused a batch".into())
}

fn empty_to_null(column: &StringArray) -> StringArray {
    let mut builder = StringBuilder::with_capacity(column.len(), column.value_data().len());
    for row in 0..column.len() {
        match cell(column, row) {
            "" => builder.append_null(),
            value => builder.append_value(value),
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_guarded() {
        let check = |value: &str, expect: &str| {
            let mut line = Vec::new();
            csv_cell(&mut line, value);
            assert_eq!(String::from_utf8(line).unwrap(), expect);
        };
        check("plain", "plain");
        check("a,b", "\"a,b\"");
        check("say \"x\"", "\"say \"\"x\"\"\"");
        check("two\nlines", "\"two\nlines\"");
        check("=1+1", "'=1+1");
        check("-5", "-5");
        check("-2,5", "\"-2,5\"");
        check("-", "-");
        check("-x", "'-x");
        check("+1 555", "'+1 555");
        check("@cmd", "'@cmd");
        check("\tx", "\"'\tx\"");
    }
}
