//! The formats that are read as text: one format, one file or folder, one line in [`ALL`].

mod docx;
mod html;
mod legacy_word;
mod markdown;
mod pdf;
mod rtf;

use std::collections::BTreeMap;

use anonymed_core::Sensitive;

use crate::error::{DocumentError, Result};
use crate::limits::Limits;

/// Every format, in the order in which they are asked.
pub const ALL: &[&dyn TextFormat] = &[
    &pdf::Pdf,
    &rtf::Rtf,
    &docx::Docx,
    &legacy_word::LegacyWord,
    &html::Html,
    &markdown::Markdown,
];

/// A kind of document whose visible text can be read.
pub trait TextFormat: Sync {
    /// The name in messages and inventories.
    fn name(&self) -> &'static str;

    /// The media type.
    fn media_type(&self) -> &'static str;

    /// Endings of file names, without the point, in small letters.
    fn extensions(&self) -> &'static [&'static str];

    /// What the bytes say of being one.
    fn sniff(&self, bytes: &[u8]) -> Sniff;

    /// Reads the visible text.
    ///
    /// # Errors
    ///
    /// Where the bytes are no such document, where it cannot be read whole, and where a limit is
    /// passed.
    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText>;
}

/// What bytes say of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniff {
    /// They are it.
    Yes,
    /// They may be; the name decides.
    Perhaps,
    /// They are not.
    No,
}

/// The visible text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadText {
    /// The format's name.
    pub format: &'static str,
    /// The text: lines that end in a line feed, tabs between the cells of a row.
    pub text: Sensitive<String>,
    /// What a reader of the document may not see, or what no text can hold, with its number: it is
    /// not in the text. `comment`, `hidden-text`, `deleted-text`, `image` …
    pub left_out: BTreeMap<&'static str, u64>,
}

/// Finds the format of a file by its content, and by its name where the content leaves it open.
///
/// # Errors
///
/// [`DocumentError::Unknown`] where no format is told, which is so of plain text, and
/// [`DocumentError::NotWhatItIsNamed`] where name and content contradict each other.
pub fn sniff_any(name_hint: &str, bytes: &[u8]) -> Result<&'static dyn TextFormat> {
    let ending = name_hint.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let named = ALL
        .iter()
        .find(|format| ending.as_deref().is_some_and(|e| format.extensions().contains(&e)));
    if let Some(format) = ALL.iter().find(|format| format.sniff(bytes) == Sniff::Yes) {
        return Ok(*format);
    }
    match named {
        Some(format) if format.sniff(bytes) == Sniff::Perhaps => Ok(*format),
        Some(format) => Err(DocumentError::NotWhatItIsNamed { format: format.name() }),
        None => Err(DocumentError::Unknown { known: "PDF, RTF, docx, HTML nor Markdown" }),
    }
}

/// Reads the visible text of a file.
///
/// # Examples
///
/// A letter of a clinic, in HTML:
///
/// ```
/// use anonymed_document::{Limits, read_any};
///
/// let letter = b"<html><title>Roe</title><p>Name: Jane Roe<br>Seen in clinic.</html>";
/// let read = read_any("letter.html", letter, &Limits::default())?;
/// assert_eq!(read.text.expose(), "Name: Jane Roe\nSeen in clinic.\n");
/// # Ok::<(), anonymed_document::DocumentError>(())
/// ```
///
/// # Errors
///
/// Those of [`sniff_any`] and of the format's [`TextFormat::read`].
pub fn read_any(name_hint: &str, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
    limits.input(bytes)?;
    sniff_any(name_hint, bytes)?.read(bytes, limits)
}
