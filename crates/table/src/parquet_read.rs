//! Apache Parquet to batches of text: dates and times in ISO form, decimals digit for digit,
//! nested and binary columns left out.
//!
//! The Parquet reader wants a file that it may keep; a [`Document`] is only lent. So the reader
//! runs on a thread of its own and asks the owner of the document for the bytes it needs.

use std::io::{self, Read, SeekFrom};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};

use anonymed_core::{Document, ModalityError, Place};
use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::batch::{BATCH_ROWS, StringBatch};
use crate::csv_read::Event;
use crate::limits;

const BLOCK: usize = 64 << 10;
/// Bytes asked for at once; a column chunk of a row group is read whole.
const CHUNK_BYTES: usize = 1 << 30;

fn malformed(reason: &str) -> ModalityError {
    ModalityError::Malformed { reason: reason.into(), place: Place::Whole }
}

/// The columns that are read, and how many are left out because they are nested or binary.
pub(crate) fn columns(document: &mut Document<'_>) -> Result<(Vec<String>, u64), ModalityError> {
    let mut found = None;
    serve(document, Want::Schema, &mut |answer| {
        if let Answer::Schema(schema) = answer {
            let kept = kept(&schema);
            let left_out = (schema.fields().len() - kept.len()) as u64;
            let names: Vec<String> = kept.iter().map(|n| schema.field(*n).name().clone()).collect();
            found = Some((limits::name_columns(&names), left_out));
        }
        Ok(())
    })?;
    let (names, left_out) = found.ok_or_else(|| malformed("the file has no Parquet schema"))?;
    limits::check_width(names.len())?;
    Ok((names, left_out))
}

/// Reads the file's rows in order.
pub(crate) fn read(
    document: &mut Document<'_>,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let mut row = 0u64;
    serve(document, Want::Rows, &mut |answer| match answer {
        Answer::Rows(batch) => text_rows(&batch, &mut row, take),
        Answer::Schema(_) => Ok(()),
    })
}

fn kept(schema: &SchemaRef) -> Vec<usize> {
    let plain = |t: &DataType| !t.is_nested() && !t.is_binary_like();
    schema
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, f)| match f.data_type() {
            DataType::Dictionary(_, value) => plain(value),
            other => plain(other),
        })
        .map(|(n, _)| n)
        .collect()
}

trait BinaryLike {
    fn is_binary_like(&self) -> bool;
}

impl BinaryLike for DataType {
    fn is_binary_like(&self) -> bool {
        matches!(
            self,
            DataType::Binary
                | DataType::LargeBinary
                | DataType::BinaryView
                | DataType::FixedSizeBinary(_)
        )
    }
}

/// Turns a batch into text and hands on its rows; rows with an overlong cell are rejected.
fn text_rows(
    batch: &RecordBatch,
    row: &mut u64,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let columns = batch
        .columns()
        .iter()
        .map(|column| {
            let text = cast(column, &DataType::Utf8)
                .map_err(|_| malformed("a column of the Parquet file cannot be written as text"))?;
            Ok(text.as_string::<i32>().clone())
        })
        .collect::<Result<Vec<StringArray>, ModalityError>>()?;
    let first = *row + 1;
    let bad: Vec<bool> = (0..batch.num_rows())
        .map(|n| {
            columns.iter().any(|c| {
                !c.is_null(n)
                    && (c.value(n).len() > limits::CELL_BYTES || c.value(n).contains('\0'))
            })
        })
        .collect();
    *row += batch.num_rows() as u64;
    let rows: Vec<u64> = (first..=*row).collect();
    if !bad.contains(&true) {
        return take(Event::Batch(StringBatch::new(rows, columns)));
    }
    let mut builder = crate::batch::BatchBuilder::new(columns.len());
    for (n, bad) in bad.into_iter().enumerate() {
        if bad {
            let reason = "a cell is longer than 1 MiB or holds a NUL byte";
            take(Event::Rejected(rows[n], reason.into()))?;
        } else {
            builder.push(rows[n], columns.iter().map(|c| crate::batch::cell(c, n)));
        }
    }
    take(Event::Batch(builder.finish()))
}

/// What the reading thread is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Schema,
    Rows,
}

/// What the reading thread found.
enum Answer {
    Schema(SchemaRef),
    Rows(RecordBatch),
}

/// What the reading thread says to the owner of the document.
enum Message {
    Fetch { start: u64, length: usize, reply: SyncSender<io::Result<Bytes>> },
    Answer(Answer),
    Failed(ParquetFault),
}

enum ParquetFault {
    Format,
    Input(io::ErrorKind),
}

fn serve(
    document: &mut Document<'_>,
    want: Want,
    take: &mut dyn FnMut(Answer) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let (sender, receiver) = mpsc::sync_channel(2);
    let length = document.length;
    let reader = std::thread::spawn(move || {
        let remote = Remote { length, owner: Arc::new(Mutex::new(sender.clone())) };
        if let Err(fault) = decode(remote, want, &sender) {
            // The owner may have gone already; then nobody waits for the fault.
            let _ = sender.send(Message::Failed(fault));
        }
    });
    let result = answer(document, receiver, take);
    let ended = reader.join();
    result?;
    ended.map_err(|_| malformed("the Parquet reader failed on this file"))
}

/// Answers the reading thread until it ends. The receiver is dropped on an error, which ends the
/// thread.
fn answer(
    document: &mut Document<'_>,
    receiver: Receiver<Message>,
    take: &mut dyn FnMut(Answer) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    for message in receiver {
        match message {
            Message::Fetch { start, length, reply } => {
                let _ = reply.send(fetch(document, start, length));
            }
            Message::Answer(answer) => take(answer)?,
            Message::Failed(ParquetFault::Format) => {
                return Err(malformed("the Parquet file is damaged or cut off"));
            }
            Message::Failed(ParquetFault::Input(kind)) => return Err(ModalityError::Read(kind)),
        }
    }
    Ok(())
}

fn fetch(document: &mut Document<'_>, start: u64, length: usize) -> io::Result<Bytes> {
    let end = start.saturating_add(length as u64);
    if length > CHUNK_BYTES || end > document.length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    document.data.seek(SeekFrom::Start(start))?;
    let mut bytes = vec![0; length];
    document.data.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

fn decode(remote: Remote, want: Want, owner: &SyncSender<Message>) -> Result<(), ParquetFault> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(remote).map_err(fault)?;
    let schema = builder.schema().clone();
    if want == Want::Schema {
        let _ = owner.send(Message::Answer(Answer::Schema(schema)));
        return Ok(());
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), kept(&schema));
    let reader =
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(fault)?;
    for batch in reader {
        let batch = batch.map_err(|_| ParquetFault::Format)?;
        if owner.send(Message::Answer(Answer::Rows(batch))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn fault(error: ParquetError) -> ParquetFault {
    if let ParquetError::External(source) = &error
        && let Some(io) = source.downcast_ref::<io::Error>()
        && io.kind() != io::ErrorKind::UnexpectedEof
    {
        return ParquetFault::Input(io.kind());
    }
    ParquetFault::Format
}

/// The document as the reading thread sees it.
#[derive(Clone)]
struct Remote {
    length: u64,
    owner: Arc<Mutex<SyncSender<Message>>>,
}

impl Remote {
    fn fetch(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (reply, answer) = mpsc::sync_channel(1);
        self.owner
            .lock()
            .map_err(|_| gone())?
            .send(Message::Fetch { start, length, reply })
            .map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Length for Remote {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Remote {
    type T = RemoteRead;

    fn get_read(&self, start: u64) -> parquet::errors::Result<RemoteRead> {
        Ok(RemoteRead { remote: self.clone(), at: start, block: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.fetch(start, length).map_err(|e| ParquetError::External(Box::new(e)))
    }
}

/// Reads on from a place, a block at a time.
struct RemoteRead {
    remote: Remote,
    at: u64,
    block: Bytes,
}

impl Read for RemoteRead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() {
            let left = self.remote.length.saturating_sub(self.at).min(BLOCK as u64) as usize;
            if left == 0 {
                return Ok(0);
            }
            self.block = self.remote.fetch(self.at, left)?;
            self.at += left as u64;
        }
        let n = out.len().min(self.block.len());
        out[..n].copy_from_slice(&self.block.split_to(n));
        Ok(n)
    }
}
