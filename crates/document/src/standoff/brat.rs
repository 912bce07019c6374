//! The standoff form of BRAT (Stenetorp and others, EACL 2012): a text in `.txt`, its marks in
//! `.ann`. Relations, events, attributes, normalisations and notes are not read.

use std::fmt::Write as _;

use super::{AnnotatedDocument, from_code_points, repeats};
use crate::charset;
use crate::error::{DocumentError, Result};
use crate::limits::Limits;

const NAME: &str = "brat";

/// Reads a document from the bytes of its `.txt` and its `.ann`. A mark in several pieces
/// (`0 5;8 12`) becomes one span a piece.
///
/// # Examples
///
/// ```
/// use anonymed_document::{Limits, standoff::brat};
///
/// let marks = b"T1\tFECHAS 5 9\t2031\n";
/// let document = brat::read("caso-1", b"Alta 2031.", marks, &Limits::default())?;
/// assert_eq!(document.spans[0].label, "FECHAS");
/// # Ok::<(), anonymed_document::DocumentError>(())
/// ```
///
/// # Errors
///
/// Where a line is none of the form, where a mark lies outside of the text or repeats another
/// text, where a file is not UTF-8, and where a limit is passed.
pub fn read(id: &str, text: &[u8], marks: &[u8], limits: &Limits) -> Result<AnnotatedDocument> {
    limits.input(text)?;
    limits.input(marks)?;
    // A byte order mark is a character of the text, which offsets count.
    let text = std::str::from_utf8(text)
        .map_err(|_| DocumentError::Charset { format: NAME, what: "the text is not UTF-8" })?;
    if text.contains('\0') {
        return Err(DocumentError::Charset { format: NAME, what: "the text holds zero bytes" });
    }
    let marks = charset::decode(NAME, marks, Some(encoding_rs::UTF_8))?;
    let (mut pieces, mut repeated) = (Vec::new(), Vec::new());
    let mut at = 0;
    for line in marks.split_inclusive('\n') {
        let broken = |what| DocumentError::Broken { format: NAME, what, at };
        let body = line.trim_end_matches(['\n', '\r']);
        match body.chars().next() {
            Some('T') => {
                let mark = mark(body).ok_or_else(|| broken("a mark is not written as one"))?;
                let number = repeated.len() + 1;
                for (start, end) in mark.pieces {
                    pieces.push((number, start, end, mark.label.to_owned()));
                }
                repeated.push(mark.text.map(str::to_owned));
            }
            None | Some('R' | 'E' | 'A' | 'M' | 'N' | '#' | '*') => {}
            Some(_) => return Err(broken("a line is of no kind that is known")),
        }
        at += line.len();
    }
    let numbers: Vec<usize> = pieces.iter().map(|piece| piece.0).collect();
    let document = from_code_points(NAME, id.to_owned(), text.to_owned(), pieces)?;
    let mut covered = vec![String::new(); repeated.len()];
    for (number, span) in numbers.iter().zip(&document.spans) {
        let all = &mut covered[number - 1];
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(document.covered(span).unwrap_or_default());
    }
    for (index, (repeated, covered)) in repeated.iter().zip(&covered).enumerate() {
        if repeated.as_ref().is_some_and(|repeated| !repeats(repeated, covered)) {
            return Err(DocumentError::SpanText { format: NAME, number: index + 1 });
        }
    }
    Ok(document)
}

struct Mark<'a> {
    label: &'a str,
    pieces: Vec<(usize, usize)>,
    text: Option<&'a str>,
}

/// `T1<tab>LABEL 0 5;8 12<tab>text`
fn mark(line: &str) -> Option<Mark<'_>> {
    let mut cells = line.splitn(3, '\t');
    let (_, place, text) = (cells.next()?, cells.next()?, cells.next());
    let (label, places) = place.split_once(' ')?;
    let pieces = places.split(';').map(|piece| {
        let (start, end) = piece.trim().split_once(' ')?;
        Some((start.parse().ok()?, end.trim().parse().ok()?))
    });
    let pieces = pieces.collect::<Option<Vec<_>>>()?;
    (!label.is_empty()).then_some(Mark { label, pieces, text })
}

/// Writes the `.ann` of a document; its `.txt` is the text as it is.
///
/// # Errors
///
/// Where a label is empty or holds white space, where a span does not lie in the text, and where
/// the text holds zero bytes.
pub fn write(document: &AnnotatedDocument) -> Result<String> {
    if document.text.expose().contains('\0') {
        let what = "the text holds zero bytes";
        return Err(DocumentError::NotWritable { format: NAME, number: 0, what });
    }
    let mut out = String::new();
    let marks = document.in_code_points(NAME)?;
    for (index, (span, (start, end, covered))) in document.spans.iter().zip(marks).enumerate() {
        let number = index + 1;
        if span.label.is_empty() || span.label.contains(char::is_whitespace) {
            let what = "its label is empty or holds white space";
            return Err(DocumentError::NotWritable { format: NAME, number, what });
        }
        let covered: String =
            covered.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        // Writing to a string does not fail.
        let _ = writeln!(out, "T{number}\t{} {start} {end}\t{covered}", span.label);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, marks: &str) -> Result<AnnotatedDocument> {
        super::read("1", text.as_bytes(), marks.as_bytes(), &Limits::default())
    }

    #[test]
    fn documents_are_read() {
        let marked = read("\u{feff}Ana", "\u{feff}T1\tPER 1 4\tAna\n").unwrap();
        assert_eq!(marked.covered(&marked.spans[0]), Some("Ana"));
        let marks = "T1\tPAIS 0 6\tEspaña\nR1\tx Arg1:T1\n#1\tNote T1\tx\n\nT2\tNAME 7 8;10 11\tJ R\r\nT3\tPAIS 0 6\n";
        let document = read("España J\n R", marks).unwrap();
        let spans: Vec<_> =
            document.spans.iter().map(|s| (s.label.as_str(), document.covered(s))).collect();
        assert_eq!(
            spans,
            [
                ("PAIS", Some("España")),
                ("NAME", Some("J")),
                ("NAME", Some("R")),
                ("PAIS", Some("España"))
            ]
        );
    }

    #[test]
    fn broken_documents_are_refused() {
        let check = |marks: &str, expect: fn(&DocumentError) -> bool| {
            let error = read("Jane Roe", marks).unwrap_err();
            assert!(expect(&error), "{marks}: {error:?}");
        };
        check("T1\tX 0 9\tJane Roe\n", |e| {
            matches!(e, DocumentError::SpanOutside { number: 1, .. })
        });
        check("T1\tX 0 4\tJane\nT2\tX 5 8\tRow\n", |e| {
            matches!(e, DocumentError::SpanText { number: 2, .. })
        });
        check("T1\tX 0 0\t\n", |e| matches!(e, DocumentError::SpanOutside { .. }));
        check("T1\tX 0\tJane", |e| matches!(e, DocumentError::Broken { at: 0, .. }));
        check("#x\nT1 X 0 4", |e| matches!(e, DocumentError::Broken { at: 3, .. }));
        check("T1\tX 0 4;\tJane", |e| matches!(e, DocumentError::Broken { .. }));
        check("T1\t 0 4\tJane", |e| matches!(e, DocumentError::Broken { .. }));
        check("what", |e| matches!(e, DocumentError::Broken { .. }));
        let limits = Limits::default();
        for text in [&b"\xff"[..], b"\xff\xfeJ\0", b"J\0"] {
            let error = super::read("1", text, b"", &limits).unwrap_err();
            assert!(matches!(error, DocumentError::Charset { .. }), "{error:?}");
        }
    }
}
