//! The lines of files of spans: `{"id","text","spans":[{"start","end","type","label"}]}`, with
//! `negatives` of `{"start","end","kind"}`. Other members are not read.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anonymed_text::evaluate::Kind;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer};
use sha2::{Digest as _, Sha256};

use crate::EngineError;
use crate::text::corpus::CorpusText;

/// Longest line, in bytes.
const LONGEST_LINE: u64 = 32 << 20;
/// Types and labels that are told apart, at most; more are refused where they are counted, too.
const MOST_KINDS: usize = 1_024;
/// The kind of a negative that names none.
const UNNAMED: &str = "unnamed";

/// A line of one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: &'static str,
    pub(super) line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)
    }
}

/// Why a line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LineFault {
    #[error(
        "it is no JSON object with `id`, a text or whole number, and `spans`, each with whole numbers `start` and `end` (byte {column} of the line)"
    )]
    Form { column: usize },
    #[error("it has no `text`; gold brings the texts")]
    NoText,
    #[error(
        "span {number} has no type that is known; give the name of an entity type, or NAME, LOCATION, ORG, DATE, AGE, CONTACT, ID, PROFESSION or OTHER, in `type`, and a corpus's own name in `label`"
    )]
    Type { number: usize },
    #[error("no file of marks lies beside it; a corpus has marks for each text, if only none")]
    NoMarks,
    #[error("it brings more than {MOST_KINDS} types and labels together")]
    TooManyKinds,
}

/// The lines of a file.
pub(super) struct Lines {
    file: &'static str,
    source: BufReader<fs_err::File>,
    number: u64,
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn open(path: &Path, file: &'static str) -> Result<Self, EngineError> {
        let source = fs_err::File::open(path).map_err(EngineError::io(file, "read"))?;
        Ok(Self { file, source: BufReader::new(source), number: 0, line: Vec::new() })
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self) -> Result<Option<(Place, &[u8])>, EngineError> {
        loop {
            self.line.clear();
            let mut rest = self.source.by_ref().take(LONGEST_LINE + 1);
            let read = rest
                .read_until(b'\n', &mut self.line)
                .map_err(EngineError::io(self.file, "read"))?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let place = Place { file: self.file, line: self.number };
            if read as u64 > LONGEST_LINE {
                return Err(EngineError::Usage(format!(
                    "{place}: it is longer than {LONGEST_LINE} bytes; split the document"
                )));
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some((place, &self.line)));
            }
        }
    }
}

/// A span as it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw {
    pub(super) start: u64,
    pub(super) end: u64,
    /// The number of its kind.
    pub(super) kind: u16,
}

/// The kinds that were read, by number.
#[derive(Debug, Default)]
pub(super) struct Kinds(Vec<Kind>);

impl Kinds {
    pub(super) fn get(&self, number: u16) -> &Kind {
        &self.0[usize::from(number)]
    }

    fn number(&mut self, kind: Kind) -> Result<u16, LineFault> {
        let number = match self.0.iter().position(|known| *known == kind) {
            Some(number) => number,
            None if self.0.len() == MOST_KINDS => return Err(LineFault::TooManyKinds),
            None => {
                self.0.push(kind);
                self.0.len() - 1
            }
        };
        u16::try_from(number).map_err(|_| LineFault::TooManyKinds)
    }

    fn spans(&mut self, spans: Vec<SpanJson>) -> Result<Vec<Raw>, LineFault> {
        let read = |(index, span): (usize, SpanJson)| {
            let kind = Kind::read(span.kind.as_deref(), span.label.as_deref())
                .ok_or(LineFault::Type { number: index + 1 })?;
            Ok(Raw { start: span.start, end: span.end, kind: self.number(kind)? })
        };
        spans.into_iter().enumerate().map(read).collect()
    }
}

/// A document with its spans.
pub(super) struct MarkedDocument {
    pub(super) id: Digest,
    pub(super) text: Option<String>,
    pub(super) spans: Vec<Raw>,
    pub(super) negatives: Vec<RawNegative>,
}

impl MarkedDocument {
    pub(super) fn read(line: &[u8], kinds: &mut Kinds) -> Result<Self, LineFault> {
        let read = parse(line)?;
        Ok(Self {
            id: read.id.0,
            text: read.text,
            spans: kinds.spans(read.spans)?,
            negatives: read.negatives.into_iter().map(RawNegative::from).collect(),
        })
    }

    /// A document of a corpus.
    pub(super) fn of(text: CorpusText, kinds: &mut Kinds) -> Result<Self, LineFault> {
        let marks = text.marks.ok_or(LineFault::NoMarks)?;
        let spans = marks.into_iter().map(|mark| SpanJson {
            start: mark.start as u64,
            end: mark.end as u64,
            kind: mark.entity.map(|entity| entity.as_str().to_owned()),
            label: mark.label.rsplit('/').next().map(str::to_owned),
        });
        Ok(Self {
            id: text_id(&text.id),
            text: Some(text.text),
            spans: kinds.spans(spans.collect())?,
            negatives: Vec::new(),
        })
    }
}

/// A harmless piece as it was read.
pub(super) struct RawNegative {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) kind: String,
}

impl From<NegativeJson> for RawNegative {
    fn from(read: NegativeJson) -> Self {
        let kind = read.kind.unwrap_or_else(|| UNNAMED.to_owned());
        Self { start: read.start, end: read.end, kind }
    }
}

#[derive(Deserialize)]
struct LineJson {
    id: Id,
    text: Option<String>,
    spans: Vec<SpanJson>,
    #[serde(default)]
    negatives: Vec<NegativeJson>,
}

#[derive(Deserialize)]
struct SpanJson {
    start: u64,
    end: u64,
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
}

#[derive(Deserialize)]
struct NegativeJson {
    start: u64,
    end: u64,
    kind: Option<String>,
}

fn parse(line: &[u8]) -> Result<LineJson, LineFault> {
    serde_json::from_slice(line).map_err(|error| LineFault::Form { column: error.column() })
}

/// A part of a text's SHA-256, which stands for it: ids and texts of any length take the same room.
pub(super) type Digest = [u8; 16];

pub(super) fn digest(text: &str) -> Digest {
    let mut part = Digest::default();
    part.copy_from_slice(&Sha256::digest(text)[..16]);
    part
}

/// What stands for an id that is a text.
fn text_id(id: &str) -> Digest {
    digest(&format!("text {id}"))
}

/// An id: a text, or a whole number, which is another than the text of its digits.
struct Id(Digest);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextOrNumber;
        impl<'de> Visitor<'de> for TextOrNumber {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a whole number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                Ok(Id(text_id(text)))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id(digest(&format!("number {number}"))))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id(digest(&format!("number {number}"))))
            }

            // Numbers come as maps where they keep any precision.
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Id, A::Error> {
                let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))?;
                if !number.is_i64() && !number.is_u64() {
                    return Err(A::Error::custom("no whole number"));
                }
                Ok(Id(digest(&format!("number {number}"))))
            }
        }
        from.deserialize_any(TextOrNumber)
    }
}
