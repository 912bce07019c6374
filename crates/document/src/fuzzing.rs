//! What the fuzz targets call, so that tests replay their files by the same way.
//!
//! A target panics where a promise of a reader is broken: a text within the limits, spans on
//! borders of characters, the same read back from what is written.

use crate::error::DocumentError;
use crate::formats;
use crate::limits::Limits;
use crate::standoff::{
    AnnotatedDocument, brat as brat_form, i2b2 as xml_form, i2b2_inline as inline_form,
};

/// Reads bytes as one format.
///
/// # Panics
///
/// Where the text is longer than the limits allow.
pub fn format(name: &str, bytes: &[u8]) {
    let limits = Limits::default();
    for format in formats::ALL.iter().filter(|format| format.name() == name) {
        let _ = format.sniff(bytes);
        if let Ok(read) = format.read(bytes, &limits) {
            // Ends of lines and tabs come to what is counted.
            assert!(read.text.expose().len() <= 2 * limits.output_bytes, "the limit holds");
        }
    }
}

/// Reads XML of i2b2 2014, writes it and reads it again.
///
/// # Panics
///
/// Where another document comes back.
pub fn i2b2(bytes: &[u8]) {
    let Ok(document) = xml_form::read("1", bytes, &Limits::default()) else { return };
    check_spans(&document);
    match xml_form::write(&document) {
        Ok(written) => {
            let back = xml_form::read("1", written.as_bytes(), &Limits::default());
            assert!(back.as_ref() == Ok(&document), "the document comes back");
        }
        Err(error) => assert!(matches!(error, DocumentError::NotWritable { .. }), "{error}"),
    }
}

/// Reads XML of i2b2 2006, writes it and reads it again.
///
/// # Panics
///
/// Where other records come back.
pub fn i2b2_inline(bytes: &[u8]) {
    let Ok(records) = inline_form::read(bytes, &Limits::default()) else { return };
    records.iter().for_each(check_spans);
    match inline_form::write(&records) {
        Ok(written) => {
            let back = inline_form::read(written.as_bytes(), &Limits::default());
            assert!(back.as_ref() == Ok(&records), "the records come back");
        }
        Err(error) => assert!(matches!(error, DocumentError::NotWritable { .. }), "{error}"),
    }
}

/// Reads BRAT's form, text and marks parted by the first form feed, writes it and reads it again.
///
/// # Panics
///
/// Where another document comes back.
pub fn brat(bytes: &[u8]) {
    let at = memchr::memchr(b'\x0c', bytes).unwrap_or(bytes.len());
    let (text, marks) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let limits = Limits::default();
    let Ok(document) = brat_form::read("1", text, marks, &limits) else { return };
    check_spans(&document);
    match brat_form::write(&document) {
        Ok(written) => {
            let text = document.text.expose().as_bytes();
            let back = brat_form::read("1", text, written.as_bytes(), &limits);
            assert!(back.as_ref() == Ok(&document), "the document comes back");
        }
        Err(error) => assert!(matches!(error, DocumentError::NotWritable { .. }), "{error}"),
    }
}

fn check_spans(document: &AnnotatedDocument) {
    for span in &document.spans {
        assert!(
            document.text.expose().get(span.start..span.end).is_some_and(|text| !text.is_empty())
        );
    }
}
