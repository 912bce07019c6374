//! Where a text comes from: plain text as it is, and a document as the text that a reader of it sees.

use std::io::{Cursor, Read};

pub use anonymed_document::ReadText;
use anonymed_document::{DocumentError, Limits, read_any, sniff_any};

use crate::EngineError;

/// Bytes by which a document is told from plain text.
const HEAD: u64 = 64 << 10;
/// What a package begins with: its parts tell only further on what it is of.
const PACKAGE: &[u8] = b"PK\x03\x04";

/// A text to be worked on.
pub enum Source<R> {
    /// Plain text of any length.
    Plain(std::io::Chain<Cursor<Vec<u8>>, R>),
    /// The text of a document.
    Document(ReadText),
}

/// Looks at what a text is, by its content and by the ending of its name where the content leaves
/// that open, and reads it whole where it is a document.
///
/// # Errors
///
/// [`EngineError::Usage`] where it is a document that cannot be read: broken, encrypted, longer than
/// 64 MiB, a scanned page; and where it cannot be read at all.
pub fn open<R: Read>(name: &str, mut input: R) -> Result<Source<R>, EngineError> {
    let unread = || EngineError::io("the text", "read");
    let mut bytes = Vec::new();
    (&mut input).take(HEAD).read_to_end(&mut bytes).map_err(unread())?;
    let plain = |error: &DocumentError| matches!(error, DocumentError::Unknown { .. });
    if !bytes.starts_with(PACKAGE) && sniff_any(name, &bytes).is_err_and(|e| plain(&e)) {
        return Ok(Source::Plain(Cursor::new(bytes).chain(input)));
    }
    let limits = Limits::default();
    let rest = (limits.input_bytes as u64 + 1).saturating_sub(bytes.len() as u64);
    (&mut input).take(rest).read_to_end(&mut bytes).map_err(unread())?;
    match read_any(name, &bytes, &limits) {
        Ok(read) => Ok(Source::Document(read)),
        Err(error) => Err(EngineError::Usage(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<(Option<&'static str>, String), String> {
        match open(name, bytes).map_err(|e| e.to_string())? {
            Source::Plain(mut input) => {
                let mut text = String::new();
                input.read_to_string(&mut text).map_err(|e| e.to_string())?;
                Ok((None, text))
            }
            Source::Document(read) => Ok((Some(read.format), read.text.expose().clone())),
        }
    }

    #[test]
    fn documents_are_told_from_plain_text() {
        let check = |name, bytes: &[u8], format, text: &str| {
            assert_eq!(read(name, bytes), Ok((format, text.to_owned())), "{name}");
        };
        check("", b"Seen by Dr. Roe.", None, "Seen by Dr. Roe.");
        check("note.txt", b"BP < 120", None, "BP < 120");
        check("", b"<html><p>Seen</p></html>", Some("html"), "Seen\n");
        check("a.htm", b"<p>Seen<br>today", Some("html"), "Seen\ntoday\n");
        check("", b"{\\rtf1 Seen\\par today}", Some("rtf"), "Seen\ntoday\n");
        check("a.md", b"# Seen\n\n**today**\n", Some("markdown"), "Seen\n\ntoday\n");
        let long = "plain words ".repeat(20_000);
        check("", long.as_bytes(), None, &long);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let check = |name, bytes: &[u8], says: &str| {
            let error = read(name, bytes).unwrap_err();
            assert!(error.contains(says), "{error}");
        };
        check("a.pdf", b"no such thing", "named as pdf");
        check("", b"PK\x03\x04 and no more", "no document that is read here");
        check("", b"%PDF-1.7 broken", "pdf: ");
        check("", b"{\\rtf1 no end", "ends inside a group");
    }
}
