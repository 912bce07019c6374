//! Reads a released table back, for the verifier: by Arrow's own CSV and Parquet readers, which
//! share no code with the readers and writers that made the release.
//!
//! A batch is closed by its rows or its bytes, whichever comes first, so that a table of long texts
//! takes no more memory than another.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use anonymed_core::policy::TableFormat;
use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use crate::StringBatch;
use crate::batch::{BATCH_BYTES, batch_rows};

/// Why a released table could not be read back. No text holds a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadBackError {
    /// The file could not be opened.
    #[error("the released table cannot be opened: {0}")]
    Open(std::io::ErrorKind),
    /// The file is not a table of its format.
    #[error("the released table does not read back: {0}")]
    Format(&'static str),
}

/// A released table, batch by batch.
pub struct Released {
    columns: Vec<String>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
    /// Parts of the last batch that wait.
    parts: VecDeque<RecordBatch>,
    row: u64,
}

impl std::fmt::Debug for Released {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Released").field("columns", &self.columns.len()).finish_non_exhaustive()
    }
}

/// Opens a released table.
///
/// # Errors
///
/// Where it cannot be opened, or its header is not one.
pub fn read(path: &Path, format: TableFormat) -> Result<Released, ReadBackError> {
    let file = fs_err::File::open(path).map_err(|e| ReadBackError::Open(e.kind()))?;
    match format {
        TableFormat::Csv => read_csv(BufReader::new(file.into_file())),
        TableFormat::Parquet => read_parquet(file.into_file()),
    }
}

fn read_csv(mut file: BufReader<std::fs::File>) -> Result<Released, ReadBackError> {
    let csv = arrow_csv::reader::Format::default().with_header(true);
    let (header, _) = csv
        .infer_schema(Read::by_ref(&mut file), Some(0))
        .map_err(|_| ReadBackError::Format("no header"))?;
    file.rewind().map_err(|e| ReadBackError::Open(e.kind()))?;
    let columns: Vec<String> = header.fields().iter().map(|f| f.name().clone()).collect();
    let fields: Vec<Field> = columns.iter().map(|c| Field::new(c, DataType::Utf8, true)).collect();
    let rows = batch_rows(columns.len());
    let decoder = arrow_csv::ReaderBuilder::new(Arc::new(Schema::new(fields)))
        .with_header(true)
        .with_batch_size(rows)
        .build_decoder();
    Ok(Released::of(columns, CsvBatches { file, decoder }))
}

struct CsvBatches {
    file: BufReader<std::fs::File>,
    decoder: arrow_csv::reader::Decoder,
}

impl Iterator for CsvBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl CsvBatches {
    fn read(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let (mut bytes, mut quoted) = (0, false);
        loop {
            let block = self.file.fill_buf()?;
            // A batch can be closed where a record ends only.
            let end = if bytes < BATCH_BYTES { None } else { record_end(block, quoted) };
            let used = self.decoder.decode(&block[..end.unwrap_or(block.len())])?;
            quoted ^= memchr::memchr_iter(b'"', &block[..used]).count() % 2 == 1;
            self.file.consume(used);
            bytes += used;
            if used == 0 || end == Some(used) {
                return self.decoder.flush();
            }
        }
    }
}

/// One past the first line end that is in no quoted cell; `quoted` says where the text begins.
fn record_end(text: &[u8], mut quoted: bool) -> Option<usize> {
    memchr::memchr2_iter(b'"', b'\n', text)
        .find(|at| {
            let quote = text[*at] == b'"';
            quoted ^= quote;
            !quote && !quoted
        })
        .map(|at| at + 1)
}

fn read_parquet(file: std::fs::File) -> Result<Released, ReadBackError> {
    let again = file.try_clone().map_err(|e| ReadBackError::Open(e.kind()))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|_| ReadBackError::Format("no Parquet"))?;
    let columns: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    // Texts stay where they are in their page until a part is handed on.
    let fields: Vec<Field> =
        columns.iter().map(|c| Field::new(c, DataType::Utf8View, true)).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(builder.metadata()), options)
        .map_err(|_| ReadBackError::Format("a column that is no text"))?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(again, metadata)
        .with_batch_size(batch_rows(columns.len()))
        .build()
        .map_err(|_| ReadBackError::Format("no Parquet"))?;
    Ok(Released::of(columns, reader))
}

/// Cuts a batch where its texts are long.
fn parts(batch: &RecordBatch) -> VecDeque<RecordBatch> {
    let length = |row: usize| -> usize {
        let views = batch.columns().iter().filter_map(|c| c.as_string_view_opt());
        views.filter(|c| c.is_valid(row)).map(|c| c.value(row).len()).sum()
    };
    let (mut parts, mut from, mut bytes) = (VecDeque::new(), 0, 0);
    for row in 0..batch.num_rows() {
        bytes += length(row);
        if bytes >= BATCH_BYTES {
            parts.push_back(batch.slice(from, row + 1 - from));
            (from, bytes) = (row + 1, 0);
        }
    }
    if from < batch.num_rows() {
        parts.push_back(batch.slice(from, batch.num_rows() - from));
    }
    parts
}

impl Released {
    fn of(
        columns: Vec<String>,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static,
    ) -> Self {
        Self { columns, batches: Box::new(batches), parts: VecDeque::new(), row: 0 }
    }

    /// The column names.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

impl Iterator for Released {
    type Item = Result<StringBatch, ReadBackError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = loop {
            if let Some(part) = self.parts.pop_front() {
                break part;
            }
            match self.batches.next()? {
                Ok(batch) => self.parts = parts(&batch),
                Err(_) => return Some(Err(ReadBackError::Format("a damaged row"))),
            }
        };
        let first = self.row + 1;
        self.row += batch.num_rows() as u64;
        let columns: Result<Vec<StringArray>, ArrowError> = batch
            .columns()
            .iter()
            .map(|c| cast(c, &DataType::Utf8).map(|c| c.as_string::<i32>().clone()))
            .collect();
        Some(match columns {
            Ok(columns) => Ok(StringBatch::new((first..=self.row).collect(), columns)),
            Err(_) => Err(ReadBackError::Format("a column that is no text")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_outside_of_quotes() {
        let check = |text: &[u8], quoted: bool, expect: Option<usize>| {
            assert_eq!(record_end(text, quoted), expect);
        };
        check(b"a,b\nc", false, Some(4));
        check(b"a,\"b\nc\"\nd", false, Some(8));
        check(b"b\nc\"\nd", true, Some(5));
        check(b"a,\"b\"\"\n", false, None);
        check(b"", false, None);
    }

    #[test]
    fn long_texts_come_in_several_batches() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let cell = format!("\"{}\n\"\"x\"\"\"", "y".repeat(1 << 20));
        let rows: String = (1..=30).map(|n| format!("{n},{cell}\n")).collect();
        fs_err::write(&path, format!("n,text\n{rows}")).unwrap();
        let batches: Vec<StringBatch> =
            read(&path, TableFormat::Csv).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(batches.len() > 2 && batches.iter().all(|b| b.len() < 12));
        let rows: Vec<u64> = batches.iter().flat_map(|b| b.rows().to_vec()).collect();
        assert_eq!(rows, (1..=30).collect::<Vec<u64>>());
        let read = batches.iter().flat_map(|b| (0..b.len()).map(|row| b.value(0, row).to_owned()));
        assert!(read.eq((1..=30).map(|n| n.to_string())));
        assert!(batches[0].value(1, 0).ends_with("\n\"x\""));
    }
}
