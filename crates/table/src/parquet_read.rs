//! Apache Parquet to batches of text: dates and times in ISO form, decimals digit for digit,
//! nested and binary columns left out.
//!
//! The Parquet reader wants a file that it may keep; a [`Document`] is only lent. So the reader
//! runs on a thread of its own and asks the owner of the document for the bytes it needs.
//!
//! Memory: a page is unpacked whole, and a batch holds the pages of its texts, which repeat a word
//! of a dictionary without copying it. So what a page unpacks to is read from its header before it
//! is, the pages of a batch are added up, and the next batch waits until the last one is used.

use std::io::{self, Read, SeekFrom};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};

use anonymed_core::{Document, ModalityError, Place};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef};
use bytes::Bytes;
use hashbrown::HashMap;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{ChunkReader, Length};

use crate::batch::{
    BATCH_BYTES, BATCH_CELLS, BATCH_ROWS, BatchBuilder, BatchColumn, StringBatch, Words, cell,
};
use crate::csv_read::Event;
use crate::limits;
use crate::source::Headers;

const BLOCK: usize = 64 << 10;
/// Length and magic number at the end of a file.
const FOOTER_TAIL: u64 = 8;
/// Less text than this needs no counting.
const SMALL_TEXT: u64 = limits::PARQUET_TEXT_BYTES / 2;
/// What packing may add to what cannot be packed.
const PACKING_MOST: u64 = 1 << 20;

fn malformed(reason: &str) -> ModalityError {
    ModalityError::Malformed { reason: reason.into(), place: Place::Whole }
}

/// The columns that are read, and the headers of those that are left out because they are nested or binary.
pub(crate) fn columns(
    document: &mut Document<'_>,
) -> Result<(Vec<String>, Headers), ModalityError> {
    let mut found = None;
    serve(document, Want::Schema, &mut |answer| {
        if let Answer::Schema(schema) = answer {
            let kept = kept(&schema);
            let name = |n: usize| schema.field(n).name().clone();
            let names: Vec<String> = kept.iter().map(|n| name(*n)).collect();
            let unread = (0..schema.fields().len()).filter(|n| !kept.contains(n)).map(name);
            let headers = Headers {
                repeated: limits::repeated(&names),
                unread: unread.collect(),
                ..Headers::default()
            };
            found = Some((limits::name_columns(&names), headers));
        }
        Ok(())
    })?;
    let (names, headers) = found.ok_or_else(|| malformed("the file has no Parquet schema"))?;
    limits::check_width(names.len())?;
    Ok((names, headers))
}

/// Reads the file's rows in order.
pub(crate) fn read(
    document: &mut Document<'_>,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let mut row = 0u64;
    serve(document, Want::Rows, &mut |answer| match answer {
        Answer::Rows(batch) => text_rows(&batch, &mut row, take),
        Answer::Schema(_) | Answer::Cells(_) => Ok(()),
    })
}

/// Refuses a file whose cells hold more text than a file of its size has by right: a word of a
/// dictionary stands once in the file and in as many cells as the file likes.
pub(crate) fn check_text(document: &mut Document<'_>) -> Result<(), ModalityError> {
    let by_size = document.length.saturating_mul(limits::PARQUET_TEXT_RATIO);
    let most = limits::PARQUET_TEXT_BYTES.max(by_size);
    let mut bytes = 0u64;
    serve(document, Want::Texts, &mut |answer| {
        bytes = bytes.saturating_add(match answer {
            Answer::Rows(batch) => batch.columns().iter().map(text_bytes).sum(),
            Answer::Cells(cells) => cells,
            Answer::Schema(_) => 0,
        });
        if bytes > most { Err(Large::Text.into()) } else { Ok(()) }
    })
}

fn text_bytes(column: &ArrayRef) -> u64 {
    // The low half of a view is the length.
    let lengths =
        |views: &StringViewArray| views.views().iter().map(|view| u64::from(*view as u32)).sum();
    column.as_string_view_opt().map_or(0, lengths)
}

/// The schema with texts as views into their pages.
fn as_views(schema: &Schema) -> Schema {
    let text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::LargeUtf8);
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Dictionary(_, value) if text(value) => viewed(field),
        plain if text(plain) => viewed(field),
        _ => Arc::clone(field),
    });
    Schema::new_with_metadata(fields.collect::<Fields>(), schema.metadata().clone())
}

fn viewed(field: &FieldRef) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View))
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

/// A column on its way to text.
enum Column {
    /// Texts that lie in their page: each that is told apart by the row it is met in first, and for each row
    /// the number of its text.
    Views { views: StringViewArray, firsts: Vec<u32>, codes: Vec<u32> },
    /// Everything else, written out.
    Written(StringArray),
}

impl Column {
    fn of(array: &ArrayRef) -> Result<Self, ModalityError> {
        match array.as_string_view_opt() {
            Some(views) => Ok(Self::of_views(views.clone())),
            None => written(array).map(Self::Written),
        }
    }

    /// A view is a short text itself, or where a long one lies: equal views are equal texts. A word of a
    /// dictionary has one view, so that nothing is compared letter by letter.
    fn of_views(views: StringViewArray) -> Self {
        let (mut firsts, mut codes) = (Vec::new(), Vec::with_capacity(views.len()));
        let mut numbers: HashMap<u128, u32> = HashMap::new();
        let mut last: Option<(u128, u32)> = None;
        for (row, view) in views.views().iter().enumerate() {
            // Nothing is written as the empty text is.
            let view = if views.is_null(row) { 0 } else { *view };
            let code = match last {
                Some((same, code)) if same == view => code,
                _ => *numbers.entry(view).or_insert_with(|| {
                    firsts.push(row as u32);
                    firsts.len() as u32 - 1
                }),
            };
            last = Some((view, code));
            codes.push(code);
        }
        Self::Views { views, firsts, codes }
    }

    /// A value; empty where it is missing.
    fn value(&self, row: usize) -> &str {
        match self {
            Self::Views { views, .. } if views.is_null(row) => "",
            Self::Views { views, .. } => views.value(row),
            Self::Written(text) => cell(text, row),
        }
    }

    /// Adds up the bytes of the cells, and marks rows whose cell may not stand.
    fn look(&self, bad: &mut [bool]) -> usize {
        let is_bad = |text: &str| text.len() > limits::CELL_BYTES || text.contains('\0');
        match self {
            Self::Views { firsts, codes, .. } => {
                let words: Vec<(usize, bool)> = firsts
                    .iter()
                    .map(|row| self.value(*row as usize))
                    .map(|text| (text.len(), is_bad(text)))
                    .collect();
                let cells = codes.iter().map(|code| words[*code as usize]);
                cells.zip(bad).map(|((bytes, is_bad), bad)| mark(bad, is_bad, bytes)).sum()
            }
            Self::Written(texts) => {
                let cells = (0..texts.len()).map(|row| cell(texts, row));
                cells.zip(bad).map(|(text, bad)| mark(bad, is_bad(text), text.len())).sum()
            }
        }
    }

    /// Without the pages: texts are copied, each once where most stand several times.
    fn released(self) -> Result<BatchColumn, ModalityError> {
        Ok(match self {
            Self::Written(texts) => BatchColumn::Texts(texts),
            Self::Views { views, firsts, .. } if firsts.len() * 2 > views.len() => {
                BatchColumn::Texts(written(&views)?)
            }
            Self::Views { ref firsts, ref codes, .. } => {
                let words = firsts.iter().map(|row| Some(self.value(*row as usize)));
                BatchColumn::Words(Words::new(words.collect(), codes.clone()))
            }
        })
    }
}

fn mark(bad: &mut bool, is_bad: bool, bytes: usize) -> usize {
    *bad |= is_bad;
    bytes
}

fn written(array: &dyn Array) -> Result<StringArray, ModalityError> {
    let text = cast(array, &DataType::Utf8)
        .map_err(|_| malformed("a column of the Parquet file cannot be written as text"))?;
    Ok(text.as_string::<i32>().clone())
}

/// Turns a batch into text and hands on its rows; rows with an overlong cell are rejected.
fn text_rows(
    batch: &RecordBatch,
    row: &mut u64,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let columns = batch.columns().iter().map(Column::of).collect::<Result<Vec<_>, _>>()?;
    let first = *row + 1;
    let mut bad = vec![false; batch.num_rows()];
    let bytes: usize = columns.iter().map(|column| column.look(&mut bad)).sum();
    *row += batch.num_rows() as u64;
    let rows: Vec<u64> = (first..=*row).collect();
    if bytes <= BATCH_BYTES && !bad.contains(&true) {
        let columns = columns.into_iter().map(Column::released).collect::<Result<_, _>>()?;
        return take(Event::Batch(StringBatch::of(rows, columns)));
    }
    let mut builder = BatchBuilder::new(columns.len());
    for (n, bad) in bad.into_iter().enumerate() {
        if bad {
            let reason = "a cell is longer than 1 MiB or holds a NUL byte";
            take(Event::Rejected(rows[n], reason.into()))?;
            continue;
        }
        builder.push(rows[n], columns.iter().map(|c| c.value(n)));
        if builder.is_full() {
            take(Event::Batch(builder.finish()))?;
        }
    }
    take(Event::Batch(builder.finish()))
}

/// What the reading thread is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Schema,
    /// How many cells there are, and the columns of text where they may be large.
    Texts,
    Rows,
}

/// What the reading thread found.
enum Answer {
    Schema(SchemaRef),
    Cells(u64),
    Rows(RecordBatch),
}

/// What the reading thread says to the owner of the document.
enum Message {
    Fetch {
        start: u64,
        length: usize,
        reply: SyncSender<io::Result<Bytes>>,
    },
    /// With whom to tell that it was used.
    Answer(Answer, SyncSender<()>),
    Failed(ParquetFault),
}

enum ParquetFault {
    Format,
    Large(Large),
    Input(io::ErrorKind),
}

fn serve(
    document: &mut Document<'_>,
    want: Want,
    take: &mut dyn FnMut(Answer) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let (sender, receiver) = mpsc::sync_channel(0);
    let length = document.length;
    let reader = std::thread::spawn(move || {
        let bounds = Arc::new(Bounds::default());
        let owner = Arc::new(Mutex::new(sender.clone()));
        let remote = Remote { length, owner, bounds: Arc::clone(&bounds) };
        if let Err(fault) = decode(remote, want, &sender) {
            let fault = bounds.passed().map_or(fault, ParquetFault::Large);
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
            Message::Answer(answer, used) => {
                take(answer)?;
                let _ = used.send(());
            }
            Message::Failed(ParquetFault::Large(what)) => return Err(what.into()),
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
    if end > document.length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    document.data.seek(SeekFrom::Start(start))?;
    let mut bytes = vec![0; length];
    document.data.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

fn decode(remote: Remote, want: Want, owner: &SyncSender<Message>) -> Result<(), ParquetFault> {
    // Sends and waits until it was used; false where nobody listens any more.
    let give = |answer: Answer| {
        let (used, wait) = mpsc::sync_channel(1);
        owner.send(Message::Answer(answer, used)).is_ok() && wait.recv().is_ok()
    };
    let bounds = Arc::clone(&remote.bounds);
    let read = ArrowReaderMetadata::load(&remote, ArrowReaderOptions::new()).map_err(fault)?;
    let schema = Arc::clone(read.schema());
    if want == Want::Schema {
        give(Answer::Schema(schema));
        return Ok(());
    }
    let views = ArrowReaderOptions::new().with_schema(Arc::new(as_views(&schema)));
    let read = ArrowReaderMetadata::try_new(Arc::clone(read.metadata()), views).map_err(fault)?;
    let mut kept = kept(&schema);
    if want == Want::Texts {
        let cells = rows_of(read.metadata()).saturating_mul(kept.len() as u64);
        kept.retain(|column| *read.schema().field(*column).data_type() == DataType::Utf8View);
        if !give(Answer::Cells(cells)) || most_text(read.metadata(), &kept) <= SMALL_TEXT {
            return Ok(());
        }
    }
    let rows = batch_rows(read.metadata(), &kept);
    let mask = ProjectionMask::roots(read.parquet_schema(), kept);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(remote, read)
        .with_projection(mask)
        .with_batch_size(rows)
        .build()
        .map_err(fault)?;
    for batch in reader {
        let batch = batch.map_err(|_| ParquetFault::Format)?;
        if !give(Answer::Rows(batch)) {
            return Ok(());
        }
        bounds.begin_batch();
    }
    Ok(())
}

fn rows_of(metadata: &ParquetMetaData) -> u64 {
    u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0)
}

/// What the cells of some columns can hold at most: the longest is no longer than its chunk.
fn most_text(metadata: &ParquetMetaData, kept: &[usize]) -> u64 {
    let schema = metadata.file_metadata().schema_descr();
    let chunks = metadata.row_groups().iter().flat_map(|group| {
        let rows = u64::try_from(group.num_rows()).unwrap_or(0);
        group.columns().iter().enumerate().map(move |(leaf, column)| (leaf, column, rows))
    });
    chunks
        .filter(|(leaf, ..)| kept.contains(&schema.get_column_root_idx(*leaf)))
        .map(|(_, column, rows)| {
            let cell = u64::try_from(column.uncompressed_size()).unwrap_or(0);
            rows.saturating_mul(cell.min(limits::CELL_BYTES as u64))
        })
        .fold(0, u64::saturating_add)
}

/// Rows of a batch: fewer where they are long or many columns wide.
fn batch_rows(metadata: &ParquetMetaData, kept: &[usize]) -> usize {
    let schema = metadata.file_metadata().schema_descr();
    let bytes: i64 = metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns().iter().enumerate())
        .filter(|(leaf, _)| kept.contains(&schema.get_column_root_idx(*leaf)))
        .map(|(_, column)| column.uncompressed_size().max(0))
        .fold(0, i64::saturating_add);
    let average = bytes / metadata.file_metadata().num_rows().max(1);
    let by_bytes = BATCH_BYTES / usize::try_from(average.max(1)).unwrap_or(usize::MAX);
    BATCH_ROWS.min(BATCH_CELLS / kept.len().max(1)).min(by_bytes).max(1)
}

/// What a part of a file is too large in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Large {
    Page = 1,
    Pages = 2,
    Footer = 3,
    Text = 4,
}

impl From<Large> for ModalityError {
    fn from(what: Large) -> Self {
        let (what, bytes, then) = match what {
            Large::Page => {
                ("a page of the Parquet file", limits::PARQUET_PAGE_BYTES, "smaller pages")
            }
            Large::Pages => (
                "what the pages of a few rows of the Parquet file unpack to",
                limits::PARQUET_BATCH_BYTES,
                "smaller pages, or in several files",
            ),
            Large::Footer => {
                ("the footer of the Parquet file", limits::PARQUET_FOOTER_BYTES, "fewer row groups")
            }
            Large::Text => (
                "the text in the cells of the Parquet file, for its size,",
                limits::PARQUET_TEXT_BYTES,
                "shorter cells, or in several files",
            ),
        };
        Self::Limit { what, limit: format!("{} MiB; write it with {then}", bytes >> 20) }
    }
}

/// Adds up what is unpacked.
#[derive(Debug, Default)]
struct Bounds {
    batch: AtomicU64,
    passed: AtomicU8,
}

impl Bounds {
    fn passed(&self) -> Option<Large> {
        let code = self.passed.load(Ordering::Relaxed);
        [Large::Page, Large::Pages, Large::Footer].into_iter().find(|l| *l as u8 == code)
    }

    fn pass(&self, what: Large) -> io::Error {
        self.passed.store(what as u8, Ordering::Relaxed);
        io::ErrorKind::FileTooLarge.into()
    }

    fn begin_batch(&self) {
        self.batch.store(0, Ordering::Relaxed);
    }

    /// Looks at the first bytes of what may be a page's header.
    fn page(&self, header: &[u8]) -> io::Result<()> {
        let Some(bytes) = unpacked_bytes(header) else { return Ok(()) };
        if bytes > limits::PARQUET_PAGE_BYTES {
            return Err(self.pass(Large::Page));
        }
        let batch = self.batch.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if batch > limits::PARQUET_BATCH_BYTES {
            return Err(self.pass(Large::Pages));
        }
        Ok(())
    }
}

/// What a page unpacks to, by the first two fields of its header (Thrift's compact protocol: both
/// are `i32` in zigzag, each one further than the field before).
fn unpacked_bytes(header: &[u8]) -> Option<u64> {
    const NEXT_I32: u8 = 0x15;
    let rest = header.strip_prefix(&[NEXT_I32])?;
    let (_, rest) = varint(rest)?;
    let (zigzag, _) = varint(rest.strip_prefix(&[NEXT_I32])?)?;
    // A negative length is the reader's to refuse.
    (zigzag & 1 == 0).then_some(zigzag >> 1)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    let value =
        bytes[..=end].iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    Some((value, &bytes[end + 1..]))
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
    bounds: Arc<Bounds>,
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
        let mut read = RemoteRead { remote: self.clone(), at: start, block: Bytes::new() };
        read.fill()
            .and_then(|()| self.bounds.page(&read.block))
            .map_err(|e| ParquetError::External(Box::new(e)))?;
        Ok(read)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let end = start.saturating_add(length as u64);
        let footer = end.saturating_add(FOOTER_TAIL) >= self.length;
        if footer && length as u64 > limits::PARQUET_FOOTER_BYTES {
            return Err(ParquetError::External(Box::new(self.bounds.pass(Large::Footer))));
        }
        // A page is no longer packed than unpacked, but for a little.
        if length as u64 > limits::PARQUET_PAGE_BYTES + PACKING_MOST {
            return Err(ParquetError::External(Box::new(self.bounds.pass(Large::Page))));
        }
        self.fetch(start, length).map_err(|e| ParquetError::External(Box::new(e)))
    }
}

/// Reads on from a place, a block at a time.
struct RemoteRead {
    remote: Remote,
    at: u64,
    block: Bytes,
}

impl RemoteRead {
    /// Fetches the next block where there is nothing left of the last; none at the end.
    fn fill(&mut self) -> io::Result<()> {
        let left = self.remote.length.saturating_sub(self.at).min(BLOCK as u64) as usize;
        if self.block.is_empty() && left > 0 {
            self.block = self.remote.fetch(self.at, left)?;
            self.at += left as u64;
        }
        Ok(())
    }
}

impl Read for RemoteRead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let n = out.len().min(self.block.len());
        out[..n].copy_from_slice(&self.block.split_to(n));
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_unpacks_to() {
        let check = |header: &[u8], expect: Option<u64>| assert_eq!(unpacked_bytes(header), expect);
        check(&[0x15, 0, 0x15, 20, 0x15, 10, 0], Some(10));
        check(&[0x15, 4, 0x15, 0x80, 0x80, 0x80, 0x20, 0x15], Some(32 << 20));
        check(&[0x15, 0, 0x15, 1], None);
        check(&[0x15, 0, 0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None);
        check(b"PAR1", None);
        check(&[0x15], None);
        check(&[], None);
    }
}
