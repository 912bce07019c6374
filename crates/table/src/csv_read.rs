//! Delimited text (RFC 4180 and its dialects) to batches, in bounded memory.
//!
//! Stands on `csv-core`, whose caller owns the buffers: a record that outgrows its buffer is
//! skipped and rejected, however long it is, so an unclosed quote cannot fill the memory. A quote
//! that may have swallowed rows ([`crate::quotes`]) makes the file unreadable, with its line.

use std::io::Read;

use anonymed_core::{ModalityError, Place, QuarantinedRecord};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::batch::{BatchBuilder, StringBatch};
use crate::decode::DecodingReader;
use crate::detect::Dialect;
use crate::limits;
use crate::quotes::{Quotes, Span};
use crate::source::Headers;

/// What a reader hands on.
pub(crate) enum Event {
    /// Rows that read.
    Batch(StringBatch),
    /// A row that does not.
    Rejected(u64, String),
}

/// The record of a rejected row.
pub(crate) fn rejected(row: u64, reason: String) -> QuarantinedRecord {
    QuarantinedRecord { place: Place::Cell { row, column: 0 }, reason }
}

/// What quotes in a text are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// They enclose cells.
    Cells,
    /// They are characters as any other.
    Nothing,
}

/// Splits a text into at most `most` records; for looking at the first lines only.
pub(crate) fn split_records(
    text: &str,
    delimiter: u8,
    most: usize,
    quoting: Quoting,
) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut parser = RecordParser::new(text.as_bytes(), delimiter, quoting);
    while records.len() < most {
        match parser.next() {
            Ok(Some(Record::Fields(fields))) => {
                records.push(fields.iter().map(str::to_owned).collect());
            }
            Ok(Some(Record::TooLong(_))) => records.push(Vec::new()),
            Ok(None) | Err(_) => break,
        }
    }
    records
}

/// The fields of one record.
pub(crate) struct Fields<'a> {
    text: &'a str,
    ends: &'a [usize],
    quotes: Span,
}

impl<'a> Fields<'a> {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a str> {
        let (text, ends) = (self.text, self.ends);
        let mut start = 0;
        ends.iter().map(move |end| {
            let field = text.get(start..*end).unwrap_or_default();
            start = *end;
            field
        })
    }

    fn longest(&self) -> usize {
        let mut start = 0;
        self.ends.iter().map(|e| e - std::mem::replace(&mut start, *e)).max().unwrap_or(0)
    }
}

/// One record, or why it is none.
pub(crate) enum Record<'a> {
    Fields(Fields<'a>),
    TooLong(&'static str),
}

/// Parses records out of blocks of UTF-8.
pub(crate) struct RecordParser<R> {
    core: Reader,
    /// None where quotes are characters as any other.
    quotes: Option<Quotes>,
    source: Option<DecodingReader<R>>,
    block: Vec<u8>,
    at: usize,
    text: Vec<u8>,
    ends: Vec<usize>,
    ended: bool,
}

impl RecordParser<&[u8]> {
    fn new(text: &[u8], delimiter: u8, quoting: Quoting) -> Self {
        let core =
            ReaderBuilder::new().delimiter(delimiter).quoting(quoting == Quoting::Cells).build();
        let quotes = (quoting == Quoting::Cells).then(|| Quotes::new(delimiter));
        Self { core, quotes, block: text.to_vec(), ..Self::over(None, delimiter) }
    }
}

impl<R: Read> RecordParser<R> {
    pub(crate) fn over(source: Option<DecodingReader<R>>, delimiter: u8) -> Self {
        Self {
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            quotes: Some(Quotes::new(delimiter)),
            source,
            block: Vec::new(),
            at: 0,
            text: vec![0; 64 << 10],
            ends: vec![0; 64],
            ended: false,
        }
    }

    /// The next record; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, ModalityError> {
        let (mut written, mut fields) = (0, 0);
        let mut too_long = None;
        loop {
            if self.at >= self.block.len() && !self.ended {
                self.refill()?;
            }
            let (result, read, wrote, ended) = self.core.read_record(
                &self.block[self.at..],
                &mut self.text[written..],
                &mut self.ends[fields..],
            );
            if let Some(quotes) = &mut self.quotes {
                quotes.see(&self.block[self.at..self.at + read]);
            }
            self.at += read;
            written += wrote;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() < limits::RECORD_BYTES => {
                    let longer = (self.text.len() * 2).min(limits::RECORD_BYTES);
                    self.text.resize(longer, 0);
                }
                ReadRecordResult::OutputFull => {
                    too_long = Some("the record is longer than the limit of 16 MiB");
                    (written, fields) = (0, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < limits::FIELDS => {
                    self.ends.resize((self.ends.len() * 2).min(limits::FIELDS), 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    too_long = Some("the record has too many fields");
                    fields = 0;
                    written = 0;
                }
                ReadRecordResult::End if too_long.is_none() => return Ok(None),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        let quotes = self.quotes.as_mut().map(Quotes::end_record).unwrap_or_default();
        // Whether an overlong record over several lines has the header's fields is not known.
        if let Some(fault) = quotes.fault(too_long.is_none()) {
            return Err(malformed(&fault));
        }
        if let Some(reason) = too_long {
            return Ok(Some(Record::TooLong(reason)));
        }
        let text = std::str::from_utf8(&self.text[..written])
            .map_err(|_| ModalityError::Internal("a decoded record is no UTF-8".into()))?;
        Ok(Some(Record::Fields(Fields { text, ends: &self.ends[..fields], quotes })))
    }

    fn refill(&mut self) -> Result<(), ModalityError> {
        self.at = 0;
        match &mut self.source {
            Some(source) => {
                source.next_block(&mut self.block).map_err(|e| ModalityError::Read(e.kind()))?;
            }
            None => self.block.clear(),
        }
        self.ended = self.block.is_empty();
        Ok(())
    }
}

/// Reads a delimited file from its first byte: the column names, then events.
pub(crate) fn read<R: Read>(
    source: R,
    dialect: Dialect,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let mut parser = parser(source, dialect);
    let mut row = 0u64;
    let width = match header(&mut parser, dialect)? {
        Header::Named { names, .. } => names.len(),
        Header::FirstRow(fields) => {
            row = 1;
            let width = fields.len();
            let mut first = BatchBuilder::new(width);
            first.push(1, fields.iter().map(String::as_str));
            take(Event::Batch(first.finish()))?;
            width
        }
    };
    let mut batch = BatchBuilder::new(width);
    while let Some(record) = parser.next()? {
        row += 1;
        if let Record::Fields(fields) = &record
            && let Some(fault) = fields.quotes.fault(fields.len() == width)
        {
            return Err(malformed(&fault));
        }
        match check(&record, width) {
            Ok(fields) => batch.push(row, fields.iter()),
            Err(reason) => take(Event::Rejected(row, reason))?,
        }
        if batch.is_full() {
            take(Event::Batch(batch.finish()))?;
        }
    }
    if !batch.is_empty() {
        take(Event::Batch(batch.finish()))?;
    }
    Ok(())
}

/// The column names of a delimited file.
pub(crate) fn columns<R: Read>(
    source: R,
    dialect: Dialect,
) -> Result<(Vec<String>, Headers), ModalityError> {
    Ok(match header(&mut parser(source, dialect), dialect)? {
        Header::Named { names, repeated } => (names, Headers { repeated, ..Headers::default() }),
        Header::FirstRow(fields) => {
            let names = limits::name_columns(&vec![String::new(); fields.len()]);
            (names, Headers { absent: true, ..Headers::default() })
        }
    })
}

fn parser<R: Read>(source: R, dialect: Dialect) -> RecordParser<R> {
    RecordParser::over(Some(DecodingReader::new(source, dialect.encoding)), dialect.delimiter)
}

fn malformed(reason: &str) -> ModalityError {
    ModalityError::Malformed { reason: reason.into(), place: Place::Whole }
}

enum Header {
    /// Column names, and headers that come more than once.
    Named {
        names: Vec<String>,
        repeated: Vec<String>,
    },
    FirstRow(Vec<String>),
}

fn header<R: Read>(
    parser: &mut RecordParser<R>,
    dialect: Dialect,
) -> Result<Header, ModalityError> {
    let fields: Vec<String> = match parser.next()? {
        None => return Err(malformed("the file has no header line")),
        Some(Record::TooLong(_)) => return Err(malformed("the header line is too long")),
        Some(Record::Fields(fields)) => fields.iter().map(str::to_owned).collect(),
    };
    limits::check_width(fields.len())?;
    if fields.iter().any(|f| f.len() > limits::CELL_BYTES || f.contains('\0')) {
        return Err(malformed("the header line cannot be read"));
    }
    if dialect.has_header {
        let repeated = limits::repeated(&fields);
        Ok(Header::Named { names: limits::name_columns(&fields), repeated })
    } else {
        Ok(Header::FirstRow(fields))
    }
}

fn check<'a>(record: &'a Record<'a>, width: usize) -> Result<&'a Fields<'a>, String> {
    let fields = match record {
        Record::Fields(fields) => fields,
        Record::TooLong(reason) => return Err((*reason).to_owned()),
    };
    if fields.len() != width {
        return Err(format!("the row has {} fields and the header {width}", fields.len()));
    }
    if fields.longest() > limits::CELL_BYTES {
        return Err("a cell is longer than 1 MiB".into());
    }
    if fields.text.contains('\u{fffd}') {
        return Err("a character cannot be read in the file's encoding".into());
    }
    if fields.text.contains('\0') {
        return Err("the row holds a NUL byte".into());
    }
    Ok(fields)
}
