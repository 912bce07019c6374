//! One way to read every kind of table: its parts, then its rows as batches in order, and a
//! pipeline that works on batches in parallel and hands them on in order.

use std::io::SeekFrom;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use anonymed_core::{CancelToken, Document, Format, ModalityError, Place};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::batch::StringBatch;
use crate::csv_read::{self, Event};
use crate::detect::{self, Dialect, detail};
use crate::{parquet_read, xlsx};

/// A table inside a file: the file itself, or a sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The sheet's name, for workbooks.
    pub sheet: Option<String>,
    /// Column names in order.
    pub columns: Vec<String>,
    /// Headers that name none of the columns.
    #[serde(default, skip_serializing_if = "Headers::is_plain")]
    pub headers: Headers,
}

/// What of a part's headers names no column that is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    /// Whether the first row is data, so that columns are named by their position.
    pub absent: bool,
    /// Headers that two columns have or more; the first of them alone is named so.
    pub repeated: Vec<String>,
    /// Headers of columns of a type that is not read: nested, or bytes.
    pub unread: Vec<String>,
}

impl Headers {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// The parts of a file and what of it nobody sees.
pub(crate) struct Overview {
    pub(crate) parts: Vec<Part>,
    pub(crate) unseen: Vec<(&'static str, u64)>,
}

/// Says whether bytes begin a table, and of what kind.
pub(crate) fn sniff(head: &[u8], length: u64) -> Option<Format> {
    let kind = if head.starts_with(b"PAR1") {
        "parquet"
    } else if xlsx::sniff(head) {
        "xlsx"
    } else {
        return detect::sniff(head, length);
    };
    Some(Format { modality: "table".into(), kind: kind.into(), details: Default::default() })
}

fn malformed(reason: &str) -> ModalityError {
    ModalityError::Malformed { reason: reason.into(), place: Place::Whole }
}

/// Runs a reader of foreign bytes; should a library panic on them, the file is malformed and the
/// job goes on.
pub(crate) fn guarded<T>(
    work: impl FnOnce() -> Result<T, ModalityError>,
) -> Result<T, ModalityError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(malformed("a reader failed on this file")))
}

fn dialect(format: &Format) -> Result<Dialect, ModalityError> {
    if let Some(reason) = format.details.get(detail::UNREADABLE) {
        return Err(malformed(reason));
    }
    Dialect::from_format(format)
        .ok_or_else(|| ModalityError::Internal("a delimited format lacks its details".into()))
}

pub(crate) fn overview(
    document: &mut Document<'_>,
    format: &Format,
) -> Result<Overview, ModalityError> {
    guarded(|| match format.kind.as_str() {
        "csv" | "tsv" => {
            let dialect = dialect(format)?;
            rewind(document)?;
            let (columns, headers) = csv_read::columns(&mut *document.data, dialect)?;
            let part = Part { sheet: None, columns, headers };
            Ok(Overview { parts: vec![part], unseen: Vec::new() })
        }
        "xlsx" => {
            let mut unseen: Vec<_> = xlsx::guard(document)?.into_iter().collect();
            let (parts, hidden) = xlsx::sheets(document)?;
            if hidden > 0 {
                unseen.insert(0, ("hidden-sheet", hidden));
            }
            Ok(Overview { parts, unseen })
        }
        "parquet" => {
            let (columns, headers) = parquet_read::columns(document)?;
            let left_out = headers.unread.len() as u64;
            let unseen = if left_out > 0 { vec![("nested-column", left_out)] } else { Vec::new() };
            Ok(Overview { parts: vec![Part { sheet: None, columns, headers }], unseen })
        }
        _ => Err(ModalityError::Internal("a format that is no table".into())),
    })
}

/// Looks once, before a file is read for the first time, whether its cells hold more than its size
/// allows.
pub(crate) fn check(document: &mut Document<'_>, format: &Format) -> Result<(), ModalityError> {
    match format.kind.as_str() {
        "parquet" => guarded(|| parquet_read::check_text(document)),
        _ => Ok(()),
    }
}

/// Reads a part's rows in order. `take` may stop the reading with an error.
pub(crate) fn read(
    document: &mut Document<'_>,
    format: &Format,
    part: &Part,
    take: &mut dyn FnMut(Event) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    guarded(|| match format.kind.as_str() {
        "csv" | "tsv" => {
            let dialect = dialect(format)?;
            rewind(document)?;
            csv_read::read(&mut *document.data, dialect, take)
        }
        "xlsx" => {
            xlsx::guard(document)?;
            let sheet = part.sheet.as_deref().unwrap_or_default();
            xlsx::read(document, sheet, take)
        }
        "parquet" => parquet_read::read(document, take),
        _ => Err(ModalityError::Internal("a format that is no table".into())),
    })
}

fn rewind(document: &mut Document<'_>) -> Result<(), ModalityError> {
    document.data.seek(SeekFrom::Start(0)).map_err(|e| ModalityError::Read(e.kind()))?;
    Ok(())
}

/// Reads on one thread, maps batches in parallel, and hands the results on in the order of the
/// rows; memory holds a few batches for each thread.
pub(crate) fn map_in_order<T: Send>(
    (document, format, part): (&mut Document<'_>, &Format, &Part),
    cancel: &CancelToken,
    map: impl Fn(StringBatch) -> Result<T, ModalityError> + Sync,
    reject: &mut dyn FnMut(u64, String),
    take: &mut dyn FnMut(T) -> Result<(), ModalityError>,
) -> Result<(), ModalityError> {
    let lanes = rayon::current_num_threads().max(1);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<Event>(lanes);
        let reader = scope.spawn(move || {
            read(document, format, part, &mut |event| {
                // Nobody listens any more: the other side has its own error.
                sender.send(event).map_err(|_| ModalityError::Internal("stopped".into()))
            })
        });
        let mut worked = || -> Result<(), ModalityError> {
            let mut open = true;
            while open {
                cancel.check()?;
                let mut group = Vec::with_capacity(lanes);
                while group.len() < lanes && open {
                    match receiver.recv() {
                        Ok(Event::Batch(batch)) => group.push(batch),
                        Ok(Event::Rejected(row, reason)) => reject(row, reason),
                        Err(_) => open = false,
                    }
                }
                let mapped: Vec<_> = group.into_par_iter().map(&map).collect();
                mapped.into_iter().try_for_each(|result| take(result?))?;
            }
            Ok(())
        };
        let worked = worked();
        drop(receiver);
        let read = reader.join().unwrap_or_else(|_| Err(malformed("a reader failed on this file")));
        worked.and(read)
    })
}
