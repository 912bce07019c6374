//! Everything that is released as text: notes, and documents as the text that a reader of them sees.
//!
//! A document's text goes the way of a note. What it has beside its text (comments, hidden and
//! deleted text, pictures, metadata) is counted at the scan and is not carried over. A page without
//! text keeps its document out of the release.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use anonymed_core::{
    Context, Document, Format, InspectSink, Modality, ModalityError, Place, Transformed,
};
use anonymed_document::{Limits, ReadText, Sniff, TextFormat, formats};
use anonymed_text::Notes;
use zeroize::Zeroizing;

/// Bounds of a document: its text is held whole, with all that is found in it.
const LIMITS: Limits = Limits { output_bytes: 16 << 20, ..Limits::DEFAULT };

/// The modality of prose.
pub(crate) struct Texts;

/// The document that a file begins like. Content decides: a file that its name alone would make one
/// is a note.
pub(crate) fn sniff_document(head: &[u8]) -> Option<Format> {
    let format = formats::ALL.iter().find(|format| format.sniff(head) == Sniff::Yes)?;
    Some(Format {
        modality: Texts.name().to_owned(),
        kind: format.name().to_owned(),
        details: BTreeMap::new(),
    })
}

/// The first bytes of the text of a file of this modality.
pub(crate) fn text_of(
    file: &mut (impl Read + Seek + ?Sized),
    format: &Format,
    most: u64,
) -> Result<Zeroizing<Vec<u8>>, ModalityError> {
    let unread = |e: std::io::Error| ModalityError::Read(e.kind());
    file.seek(SeekFrom::Start(0)).map_err(unread)?;
    let mut bytes = Zeroizing::new(Vec::new());
    let Some(reader) = reader(format) else {
        file.take(most).read_to_end(&mut bytes).map_err(unread)?;
        return Ok(bytes);
    };
    file.take(LIMITS.input_bytes as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    let text = read(reader, &bytes)?.text;
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(text.expose().len());
    Ok(Zeroizing::new(text.expose().as_bytes()[..most].to_vec()))
}

fn reader(format: &Format) -> Option<&'static dyn TextFormat> {
    formats::ALL.iter().copied().find(|reader| reader.name() == format.kind)
}

fn read(reader: &dyn TextFormat, bytes: &[u8]) -> Result<ReadText, ModalityError> {
    reader
        .read(bytes, &LIMITS)
        .map_err(|e| ModalityError::Malformed { reason: e.to_string(), place: Place::Whole })
}

/// Reads a document, and does with its text what is done with a note.
fn with_note<R>(
    reader: &dyn TextFormat,
    document: &mut Document<'_>,
    work: impl FnOnce(
        &mut Document<'_>,
        &Format,
        BTreeMap<&'static str, u64>,
    ) -> Result<R, ModalityError>,
) -> Result<R, ModalityError> {
    let mut bytes = Vec::new();
    (&mut *document.data)
        .take(LIMITS.input_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| ModalityError::Read(e.kind()))?;
    let ReadText { text, left_out, .. } = read(reader, &bytes)?;
    drop(bytes);
    let text = text.expose().as_bytes();
    let mut note = Document {
        file: document.file,
        name: document.name,
        length: text.len() as u64,
        data: &mut Cursor::new(text),
    };
    let details = BTreeMap::from([("encoding".to_owned(), "utf-8".to_owned())]);
    let format = Format { modality: Texts.name().to_owned(), kind: "note".to_owned(), details };
    work(&mut note, &format, left_out)
}

impl Modality for Texts {
    fn name(&self) -> &'static str {
        Notes.name()
    }

    fn sniff(&self, head: &[u8], length: u64) -> Option<Format> {
        sniff_document(head).or_else(|| Notes.sniff(head, length))
    }

    fn inspect(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        sink: &mut dyn InspectSink,
    ) -> Result<(), ModalityError> {
        let Some(reader) = reader(format) else { return Notes.inspect(document, format, sink) };
        with_note(reader, document, |note, format, left_out| {
            left_out.into_iter().for_each(|(what, count)| sink.unseen(what, count));
            Notes.inspect(note, format, sink)
        })
    }

    fn transform(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        context: &Context<'_>,
        out: &mut dyn Write,
    ) -> Result<Transformed, ModalityError> {
        let Some(reader) = reader(format) else {
            return Notes.transform(document, format, context, out);
        };
        with_note(reader, document, |note, format, _| Notes.transform(note, format, context, out))
    }
}
