//! Reads a released table back, for the verifier: by Arrow's own CSV and Parquet readers, which
//! share no code with the readers and writers that made the release.

use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use anonymed_core::policy::TableFormat;
use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::StringBatch;

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
    let reader = arrow_csv::ReaderBuilder::new(Arc::new(Schema::new(fields)))
        .with_header(true)
        .with_batch_size(crate::batch::BATCH_ROWS)
        .build_buffered(file)
        .map_err(|_| ReadBackError::Format("no CSV"))?;
    Ok(Released { columns, batches: Box::new(reader), row: 0 })
}

fn read_parquet(file: std::fs::File) -> Result<Released, ReadBackError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|_| ReadBackError::Format("no Parquet"))?;
    let columns = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let reader = builder
        .with_batch_size(crate::batch::BATCH_ROWS)
        .build()
        .map_err(|_| ReadBackError::Format("no Parquet"))?;
    Ok(Released { columns, batches: Box::new(reader), row: 0 })
}

impl Released {
    /// The column names.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

impl Iterator for Released {
    type Item = Result<StringBatch, ReadBackError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.batches.next()? {
            Ok(batch) => batch,
            Err(_) => return Some(Err(ReadBackError::Format("a damaged row"))),
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
