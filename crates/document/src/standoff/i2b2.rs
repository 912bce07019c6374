//! XML of the i2b2 2014 de-identification task and of n2c2 (Stubbs and Uzuner, J Biomed Inform 58S,
//! 2015): one document a file, its text in `TEXT`, its marks in `TAGS`.

use std::fmt::Write as _;

use super::{AnnotatedDocument, from_code_points, repeats};
use crate::error::{DocumentError, Result};
use crate::limits::Limits;
use crate::xml::{self, Piece, Xml};

pub(super) const NAME: &str = "i2b2 xml";

/// Reads a document. Labels are `ELEMENT/TYPE`, or the element alone where both are one.
///
/// # Examples
///
/// ```
/// use anonymed_document::{Limits, standoff::i2b2};
///
/// let file = br#"<deIdi2b2><TEXT><![CDATA[Seen by Dr. Roe.]]></TEXT><TAGS>
///     <NAME id="P0" start="12" end="15" text="Roe" TYPE="DOCTOR" comment=""/>
///     </TAGS></deIdi2b2>"#;
/// let document = i2b2::read("110-01", file, &Limits::default())?;
/// assert_eq!(document.spans[0].label, "NAME/DOCTOR");
/// # Ok::<(), anonymed_document::DocumentError>(())
/// ```
///
/// # Errors
///
/// Where the XML is broken or has entities of its own, where a mark lies outside of the text or
/// repeats another text, and where a limit is passed.
pub fn read(id: &str, bytes: &[u8], limits: &Limits) -> Result<AnnotatedDocument> {
    limits.input(bytes)?;
    let part = xml::decode(NAME, bytes)?;
    let mut xml = Xml::of(NAME, &part, limits.depth);
    let mut path: Vec<String> = Vec::new();
    let (mut text, mut pieces, mut repeated) = (None, Vec::new(), Vec::new());
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                match path.last().map(String::as_str) {
                    Some("TAGS") => {
                        let number = pieces.len() + 1;
                        let offset = |name| offset(&xml, &start, name, number);
                        let (from, to) = (offset("start")?, offset("end")?);
                        let kind = xml.attribute(&start, "TYPE")?;
                        let label = match kind.filter(|kind| !kind.is_empty() && *kind != name) {
                            Some(kind) => format!("{name}/{kind}"),
                            None => name.clone(),
                        };
                        repeated.push(xml.attribute(&start, "text")?);
                        pieces.push((number, from, to, label));
                    }
                    Some("TEXT") => return Err(xml.broken("the text holds an element")),
                    _ if name == "TEXT" && text.is_some() => {
                        return Err(xml.broken("there are two texts"));
                    }
                    _ if name == "TEXT" => text = Some(String::new()),
                    _ => {}
                }
                path.push(name);
            }
            Piece::End => {
                path.pop();
            }
            Piece::Text(piece) => {
                if let (Some("TEXT"), Some(text)) = (path.last().map(String::as_str), &mut text) {
                    text.push_str(&piece);
                }
            }
        }
    }
    let text = text.ok_or_else(|| xml.broken("there is no text"))?;
    let document = from_code_points(NAME, id.to_owned(), text, pieces)?;
    for (index, (span, repeated)) in document.spans.iter().zip(repeated).enumerate() {
        let covered = document.covered(span).unwrap_or_default();
        if repeated.is_some_and(|repeated| !repeats(&repeated, covered)) {
            return Err(DocumentError::SpanText { format: NAME, number: index + 1 });
        }
    }
    Ok(document)
}

fn offset(
    xml: &Xml<'_>,
    start: &quick_xml::events::BytesStart<'_>,
    name: &str,
    number: usize,
) -> Result<usize> {
    let value = xml.attribute(start, name)?.and_then(|value| value.trim().parse().ok());
    value.ok_or(DocumentError::SpanOutside { format: NAME, number })
}

/// Writes a document, to be read back the same.
///
/// # Errors
///
/// Where a label is no name of XML, a span does not lie in the text, or the text holds a character
/// that XML has no way to write.
pub fn write(document: &AnnotatedDocument) -> Result<String> {
    let text = document.text.expose();
    writable(text)?;
    let mut out = String::with_capacity(text.len() + 64 * document.spans.len());
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<deIdi2b2>\n<TEXT><![CDATA[");
    // Neither the end of a section nor a carriage return can stand inside of one.
    out.push_str(&text.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA["));
    out.push_str("]]></TEXT>\n<TAGS>\n");
    let marks = document.in_code_points(NAME)?;
    for (index, (span, (start, end, covered))) in document.spans.iter().zip(marks).enumerate() {
        let (element, kind) = span.label.split_once('/').unwrap_or((&span.label, &span.label));
        if !is_name(element) || !is_name(kind) {
            let what = "its label is no name of XML";
            return Err(DocumentError::NotWritable { format: NAME, number: index + 1, what });
        }
        let covered = escaped(covered);
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "<{element} id=\"P{index}\" start=\"{start}\" end=\"{end}\" text=\"{covered}\" TYPE=\"{kind}\" comment=\"\" />"
        );
    }
    out.push_str("</TAGS>\n</deIdi2b2>\n");
    Ok(out)
}

/// Refuses characters that XML 1.0 does not have (2.2).
pub(super) fn writable(text: &str) -> Result<()> {
    let foreign = |c: char| {
        (c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r') && c != '\u{7f}')
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(foreign) {
        let what = "the text holds a character that XML does not have";
        return Err(DocumentError::NotWritable { format: NAME, number: 0, what });
    }
    Ok(())
}

/// Text for an attribute or an element.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standoff::Span;

    fn file(text: &str, tags: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<deIdi2b2>\n<TEXT>{text}</TEXT>\n<TAGS>{tags}</TAGS></deIdi2b2>"
        )
    }

    fn read(file: &str) -> Result<AnnotatedDocument> {
        super::read("1", file.as_bytes(), &Limits::default())
    }

    #[test]
    fn documents_are_read() {
        let tags = "<NAME id='P0' start='1' end='9' text='José Roe' TYPE='PATIENT' comment=''/>\
                    <AGE start='10' end='12' text='77' TYPE='AGE'/><DATE start='13' end='17'/>";
        let document = read(&file("<![CDATA[\nJosé Roe,77 2031]]>", tags)).unwrap();
        assert_eq!(document.text.expose(), "\nJosé Roe,77 2031");
        let spans: Vec<_> =
            document.spans.iter().map(|s| (s.label.as_str(), document.covered(s))).collect();
        assert_eq!(
            spans,
            [("NAME/PATIENT", Some("José Roe")), ("AGE", Some("77")), ("DATE", Some("2031"))]
        );
        let lines =
            read(&file("a\r\nb &amp; c", "<ID start='1' end='4' text='&#10;b ' TYPE='IDNUM'/>"));
        assert_eq!(lines.unwrap().text.expose(), "a\nb & c");
    }

    #[test]
    fn broken_documents_are_refused() {
        let check = |file: &str, expect: fn(&DocumentError) -> bool| {
            let error = read(file).unwrap_err();
            assert!(expect(&error), "{file}: {error:?}");
        };
        let text = "<![CDATA[Jane]]>";
        check(&file(text, "<ID start='0' end='9'/>"), |e| {
            matches!(e, DocumentError::SpanOutside { number: 1, .. })
        });
        check(&file(text, "<ID start='x' end='2'/>"), |e| {
            matches!(e, DocumentError::SpanOutside { .. })
        });
        check(&file(text, "<ID start='-1' end='2'/>"), |e| {
            matches!(e, DocumentError::SpanOutside { .. })
        });
        check(&file(text, "<ID start='0' end='2' text='Jo'/>"), |e| {
            matches!(e, DocumentError::SpanText { number: 1, .. })
        });
        check("<deIdi2b2><TAGS/></deIdi2b2>", |e| matches!(e, DocumentError::Broken { .. }));
        check(&file("a<b/>", ""), |e| matches!(e, DocumentError::Broken { .. }));
        check(&file("&x;", ""), |e| matches!(e, DocumentError::Entities { .. }));
        check("<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///x'>]><d><TEXT>&x;</TEXT></d>", |e| {
            matches!(e, DocumentError::Entities { .. })
        });
        check("", |e| matches!(e, DocumentError::Broken { .. }));
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let document = |text: &str, label: &str| AnnotatedDocument {
            id: "1".into(),
            text: text.into(),
            spans: vec![Span { start: 0, end: 1, label: label.into() }],
        };
        let check = |text: &str, label: &str| {
            let error = write(&document(text, label)).unwrap_err();
            assert!(matches!(error, DocumentError::NotWritable { .. }), "{error:?}");
        };
        check("a\u{1}", "ID");
        check("a\u{ffff}", "ID");
        check("a", "");
        check("a", "A B");
        check("a", "A/B/C");
        assert!(write(&document("a", "ID/IDNUM")).is_ok());
    }
}
