//! XML as the formats here read it: elements and text. A document type or an entity of its own is
//! refused, so nothing is ever expanded or fetched.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::charset;
use crate::error::{DocumentError, Result};

/// One piece of a part.
pub(crate) enum Piece<'a> {
    /// An element begins.
    Start(BytesStart<'a>),
    /// The element that began last ends.
    End,
    /// Characters, with references replaced and line ends as line feeds (XML 1.0, 2.11).
    Text(Cow<'a, str>),
}

/// Reads one part from start to end.
pub(crate) struct Xml<'a> {
    format: &'static str,
    reader: Reader<&'a [u8]>,
    depth: usize,
    limit: usize,
    /// The part has had its one element.
    rooted: bool,
}

/// Decodes a part: by byte order mark, by its declaration, else as UTF-8 (XML 1.0, 4.3.3).
pub(crate) fn decode(format: &'static str, bytes: &[u8]) -> Result<String> {
    let head = &bytes[..bytes.len().min(128)];
    let end = memchr::memmem::find(head, b"?>").unwrap_or(0);
    let named = memchr::memmem::find(&head[..end], b"encoding").and_then(|at| {
        let label = head[at..end].split(|b| matches!(b, b'"' | b'\'')).nth(1)?;
        charset::by_label(label)
    });
    charset::decode(format, bytes, named.or(Some(encoding_rs::UTF_8)))
}

impl<'a> Xml<'a> {
    pub(crate) fn of(format: &'static str, text: &'a str, depth: usize) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { format, reader, depth: 0, limit: depth, rooted: false }
    }

    /// An error at this place.
    pub(crate) fn broken(&self, what: &'static str) -> DocumentError {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        DocumentError::Broken { format: self.format, what, at }
    }

    /// The next piece; `None` at the end of a part that is well formed.
    pub(crate) fn next(&mut self) -> Result<Option<Piece<'a>>> {
        loop {
            let event =
                self.reader.read_event().map_err(|_| self.broken("the XML is not well formed"))?;
            return Ok(Some(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    self.rooted = true;
                    if self.depth > self.limit {
                        return Err(DocumentError::TooDeep {
                            format: self.format,
                            limit: self.limit,
                        });
                    }
                    Piece::Start(start)
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Piece::End
                }
                Event::Text(text) => Piece::Text(Cow::Owned(text.xml10_content().into_owned())),
                Event::CData(text) => Piece::Text(Cow::Owned(text.xml10_content().into_owned())),
                Event::GeneralRef(reference) => {
                    let c = match &*reference {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        _ if reference.is_char_ref() => {
                            let c = reference.resolve_char_ref().ok().flatten();
                            c.ok_or_else(|| self.broken("a character reference is none"))?
                        }
                        _ => return Err(DocumentError::Entities { format: self.format }),
                    };
                    Piece::Text(Cow::Owned(c.to_string()))
                }
                Event::DocType(_) => return Err(DocumentError::Entities { format: self.format }),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => continue,
                Event::Eof if self.depth > 0 || !self.rooted => {
                    return Err(self.broken("the XML ends inside an element"));
                }
                Event::Eof => return Ok(None),
            }));
        }
    }

    /// The value of an attribute by its name without prefix.
    pub(crate) fn attribute(&self, start: &BytesStart<'_>, name: &str) -> Result<Option<String>> {
        for attribute in start.attributes().with_checks(false) {
            let attribute =
                attribute.map_err(|_| self.broken("an attribute is not well formed"))?;
            if attribute.key.local_name().as_ref() != name {
                continue;
            }
            return self.unescaped(&attribute.value).map(Some);
        }
        Ok(None)
    }

    fn unescaped(&self, value: &str) -> Result<String> {
        let mut out = String::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            let (name, behind) =
                after.split_once(';').ok_or_else(|| self.broken("a reference does not end"))?;
            let number = name.strip_prefix('#').map(|n| match n.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => n.parse(),
            });
            out.push(match (name, number) {
                ("amp", _) => '&',
                ("lt", _) => '<',
                ("gt", _) => '>',
                ("quot", _) => '"',
                ("apos", _) => '\'',
                (_, Some(number)) => {
                    let c = number.ok().and_then(char::from_u32);
                    c.ok_or_else(|| self.broken("a character reference is none"))?
                }
                _ => return Err(DocumentError::Entities { format: self.format }),
            });
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String> {
        let mut xml = Xml::of("test", text, 4);
        let mut out = String::new();
        while let Some(piece) = xml.next()? {
            match piece {
                Piece::Start(start) => {
                    out.push('<');
                    out.push_str(xml.attribute(&start, "a")?.as_deref().unwrap_or("-"));
                }
                Piece::End => out.push('>'),
                Piece::Text(text) => out.push_str(&text),
            }
        }
        Ok(out)
    }

    #[test]
    fn parts_are_read() {
        let check = |text: &str, expect: &str| assert_eq!(read(text).unwrap(), expect, "{text}");
        check(
            "<?xml version='1.0'?><x a='1 &amp;&#65;'>b<y/><!-- c -->&lt;&#x41;</x>",
            "<1 &Ab<-><A>",
        );
        check("<x><![CDATA[a\r\n<b>]]></x>", "<-a\n<b>>");
        check("<x w:a='2'/>", "<2>");
    }

    #[test]
    fn others_are_refused() {
        let check = |text: &str, entities: bool| {
            let error = read(text).unwrap_err();
            assert_eq!(matches!(error, DocumentError::Entities { .. }), entities, "{error:?}");
        };
        check("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", true);
        check("<!DOCTYPE x SYSTEM 'file:///x'><x/>", true);
        check("<x>&a;</x>", true);
        check("<x a='&b;'/>", true);
        check("<x>", false);
        check("<x></y>", false);
        check("", false);
        check("<x>&#0;</x>", false);
        check("<a><a><a><a><a/></a></a></a></a>", false);
    }

    #[test]
    fn declarations_name_the_encoding() {
        let check = |bytes: &[u8], expect: Option<&str>| {
            assert_eq!(decode("test", bytes).ok().as_deref(), expect);
        };
        check(b"<?xml encoding='iso-8859-1'?>\xe9", Some("<?xml encoding='iso-8859-1'?>é"));
        check(b"<x>\xe9</x>", None);
        check("<x>é</x>".as_bytes(), Some("<x>é</x>"));
    }
}
