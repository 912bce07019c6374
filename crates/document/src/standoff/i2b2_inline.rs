//! XML of the i2b2 2006 de-identification challenge (Uzuner, Luo and Szolovits, JAMIA 14, 2007):
//! many records a file, each marked in its text by `PHI` elements.

use super::i2b2::{escaped, writable};
use super::{AnnotatedDocument, Span};
use crate::error::{DocumentError, Result};
use crate::limits::Limits;
use crate::xml::{self, Piece, Xml};

const NAME: &str = "i2b2 2006 xml";

/// Reads the records of a file.
///
/// # Errors
///
/// Where the XML is broken or has entities of its own, where a text holds other elements than
/// `PHI`, and where a limit is passed.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<AnnotatedDocument>> {
    limits.input(bytes)?;
    let part = xml::decode(NAME, bytes)?;
    let mut xml = Xml::of(NAME, &part, limits.depth);
    let mut records: Vec<AnnotatedDocument> = Vec::new();
    let mut id = String::new();
    let mut path: Vec<String> = Vec::new();
    let mut record: Option<(String, Vec<Span>)> = None;
    // Spans of elements that are open, by their places.
    let mut open: Vec<usize> = Vec::new();
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                match (&mut record, name.as_str()) {
                    (Some((text, spans)), "PHI") => {
                        let label = xml.attribute(&start, "TYPE")?.unwrap_or_default();
                        open.push(spans.len());
                        spans.push(Span { start: text.len(), end: text.len(), label });
                    }
                    (Some(_), _) => {
                        return Err(xml.broken("a text holds an element that is no mark"));
                    }
                    (None, "TEXT") => record = Some((String::new(), Vec::new())),
                    (None, "RECORD") => id = xml.attribute(&start, "ID")?.unwrap_or_default(),
                    (None, _) => {}
                }
                path.push(name);
            }
            Piece::End => match (path.pop().as_deref(), &mut record) {
                (Some("PHI"), Some((text, spans))) => {
                    if let Some(span) = open.pop().and_then(|place| spans.get_mut(place)) {
                        span.end = text.len();
                    }
                }
                (Some("TEXT"), _) => {
                    let (text, mut spans) = record.take().unwrap_or_default();
                    spans.retain(|span| span.start < span.end);
                    if records.len() >= limits.parts.saturating_mul(16) {
                        let limit = limits.parts.saturating_mul(16);
                        return Err(DocumentError::TooMany {
                            format: NAME,
                            what: "records",
                            limit,
                        });
                    }
                    records.push(AnnotatedDocument {
                        id: id.clone().into(),
                        text: text.into(),
                        spans,
                    });
                }
                _ => {}
            },
            Piece::Text(piece) => {
                if let Some((text, _)) = &mut record {
                    text.push_str(&piece);
                }
            }
        }
    }
    Ok(records)
}

/// Writes records, to be read back the same.
///
/// # Errors
///
/// Where spans of a record overlap, are not in the order of the text or do not lie in it, and
/// where a text holds a character that XML has no way to write.
pub fn write(records: &[AnnotatedDocument]) -> Result<String> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ROOT>\n");
    for record in records {
        let text = record.text.expose();
        writable(text)?;
        writable(record.id.expose())?;
        out.push_str(&format!("<RECORD ID=\"{}\">\n<TEXT>", escaped(record.id.expose())));
        let mut at = 0;
        for (index, span) in record.spans.iter().enumerate() {
            let number = index + 1;
            let outside = DocumentError::SpanOutside { format: NAME, number };
            let covered = record.covered(span).ok_or(outside)?;
            writable(&span.label)?;
            let Some(before) = text.get(at..span.start) else {
                let what = "it overlaps the one before it, or stands before that";
                return Err(DocumentError::NotWritable { format: NAME, number, what });
            };
            let (before, covered) = (body(before), body(covered));
            let label = escaped(&span.label);
            out.push_str(&format!("{before}<PHI TYPE=\"{label}\">{covered}</PHI>"));
            at = span.end;
        }
        out.push_str(&body(&text[at..]));
        out.push_str("</TEXT>\n</RECORD>\n");
    }
    out.push_str("</ROOT>\n");
    Ok(out)
}

/// Text of an element: line feeds and tabs stay as they are.
fn body(text: &str) -> String {
    escaped(text).replace("&#10;", "\n").replace("&#9;", "\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        let file = "<ROOT><RECORD ID=\"7\"><TEXT>Dr. <PHI TYPE=\"DOCTOR\">Roe</PHI> saw\n\
                    <PHI TYPE=\"AGE\">9<PHI TYPE=\"ID\">1</PHI></PHI><PHI TYPE=\"ID\"/></TEXT></RECORD>\
                    <RECORD ID=\"8\"><TEXT/></RECORD></ROOT>";
        let records = read(file.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].id.expose(), "7");
        assert_eq!(records[0].text.expose(), "Dr. Roe saw\n91");
        let spans: Vec<_> =
            records[0].spans.iter().map(|s| (s.label.as_str(), records[0].covered(s))).collect();
        assert_eq!(spans, [("DOCTOR", Some("Roe")), ("AGE", Some("91")), ("ID", Some("1"))]);
    }

    #[test]
    fn other_files_are_refused() {
        let check =
            |file: &str| assert!(read(file.as_bytes(), &Limits::default()).is_err(), "{file}");
        check("<ROOT><RECORD><TEXT><b>x</b></TEXT></RECORD></ROOT>");
        check("<ROOT><RECORD><TEXT>&x;</TEXT></RECORD></ROOT>");
        check("<ROOT><RECORD><TEXT>x");
        let overlapping = AnnotatedDocument {
            id: "1".into(),
            text: "Jane".into(),
            spans: [(0, 2), (1, 3)]
                .map(|(start, end)| Span { start, end, label: "ID".into() })
                .into(),
        };
        let error = write(&[overlapping]).unwrap_err();
        assert!(matches!(error, DocumentError::NotWritable { number: 2, .. }), "{error:?}");
    }
}
