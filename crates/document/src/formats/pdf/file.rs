//! The objects of a file, found by reading it from start to end.
//!
//! The cross-reference table is not asked: it may lie, and what it says is in the file anyway. The
//! last object of a number counts, as it does where a file was changed by appending (ISO 32000-1,
//! 7.5.6). Objects are read where they are needed, and none is kept.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use super::NAME;
use super::filters::{self, Filter};
use super::syntax::{Dictionary, Lexer, Object, Token};
use crate::error::{DocumentError, Result};
use crate::limits::Limits;

/// References that lead to references.
const HOPS: usize = 32;

/// Steps that any file has, and that each of its bytes adds. A step is about a byte of an object
/// that is read, however often it is.
const STEPS: usize = 32 << 20;
const STEPS_A_BYTE: usize = 4;

/// Bytes in which a stream's end stands, behind the length that it names.
const END_OF_STREAM: usize = 64;

/// Packed bytes that a step copies.
const PACKED_A_STEP: usize = 16;

/// Steps that drawing a form takes besides.
const FORM: usize = 1 << 10;

/// A file and where its objects are.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    objects: HashMap<u32, Place>,
    /// Object streams, unpacked.
    unpacked: Vec<Vec<u8>>,
    root: Option<Object>,
    /// Bytes that may still be unpacked.
    remaining: usize,
    /// Steps that are left.
    work: Cell<usize>,
}

#[derive(Debug, Clone)]
struct Place {
    /// Where in the file the object, or the stream that holds it, stands.
    order: usize,
    at: At,
}

#[derive(Debug, Clone)]
enum At {
    File { start: usize, data: Option<Range<usize>> },
    Unpacked { stream: usize, start: usize },
}

/// A stream: its dictionary and its packed bytes.
pub(super) struct Stream<'a> {
    pub(super) dictionary: Dictionary,
    data: &'a [u8],
}

impl<'a> File<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self> {
        let mut file = Self {
            bytes,
            limits,
            objects: HashMap::new(),
            unpacked: Vec::new(),
            root: None,
            remaining: limits.output_bytes,
            work: Cell::new(STEPS.saturating_add(bytes.len().saturating_mul(STEPS_A_BYTE))),
        };
        let packed = file.scan()?;
        for number in packed {
            file.unpack_objects(number)?;
        }
        Ok(file)
    }

    /// Finds the objects; gives the numbers of the object streams.
    fn scan(&mut self) -> Result<Vec<u32>> {
        let finder = memchr::memmem::Finder::new("obj");
        let (mut at, mut packed, mut read) = (0, Vec::new(), 0);
        while let Some(found) = finder.find(&self.bytes[at..]) {
            let keyword = at + found;
            read = self.trailers(at.max(read), keyword)?;
            at = keyword + 3;
            let Some(number) = number_before(self.bytes, keyword) else { continue };
            let mut lexer = Lexer::of_file(self.bytes, at);
            let object = lexer.object()?;
            let start = at;
            at = lexer.at.max(at);
            let mut data = None;
            if let Object::Dictionary(dictionary) = &object {
                data = self.data(&mut lexer, dictionary);
                if let Some(data) = &data {
                    at = data.end;
                    match dictionary.get("Type").and_then(Object::name) {
                        Some(b"XRef") => self.trailer(dictionary)?,
                        Some(b"ObjStm") => packed.push(number),
                        _ => {}
                    }
                } else if self.root.is_none() && dictionary.has_name("Type", "Catalog") {
                    self.root = Some(Object::Reference(number));
                }
            }
            self.add(number, Place { order: start, at: At::File { start, data } })?;
        }
        self.trailers(at.max(read), self.bytes.len())?;
        Ok(packed)
    }

    fn add(&mut self, number: u32, place: Place) -> Result<()> {
        let most = self.limits.parts.saturating_mul(256);
        if self.objects.len() >= most {
            return Err(DocumentError::TooMany { format: NAME, what: "objects", limit: most });
        }
        let entry = self.objects.entry(number).or_insert_with(|| place.clone());
        if entry.order <= place.order {
            *entry = place;
        }
        Ok(())
    }

    /// The bytes of a stream behind its dictionary (7.3.8).
    fn data(&self, lexer: &mut Lexer<'_>, dictionary: &Dictionary) -> Option<Range<usize>> {
        lexer.skip_space();
        let after = lexer.rest().strip_prefix(b"stream")?;
        let after = after.strip_prefix(b"\r").unwrap_or(after);
        let after = after.strip_prefix(b"\n").unwrap_or(after);
        let start = self.bytes.len() - after.len();
        let length = dictionary.get("Length").and_then(Object::number).unwrap_or(-1.0);
        let named = usize::try_from(length as i64).ok().filter(|length| {
            let behind = after.get(*length..).unwrap_or_default();
            let behind = &behind[..behind.len().min(END_OF_STREAM)];
            behind.trim_ascii_start().starts_with(b"endstream")
        });
        let length = named.or_else(|| memchr::memmem::find(after, b"endstream"));
        Some(start..start + length.unwrap_or(after.len()))
    }

    /// Reads the trailers that begin between two places; gives the place up to which was read. None is
    /// looked for within what one read, or a file of that word alone would be read once for each.
    fn trailers(&mut self, mut at: usize, end: usize) -> Result<usize> {
        while let Some(found) = memchr::memmem::find(&self.bytes[at.min(end)..end], b"trailer") {
            let mut lexer = Lexer::of_file(self.bytes, at + found + 7);
            if let Some(Token::Object(Object::Dictionary(dictionary))) = lexer.next()? {
                self.trailer(&dictionary)?;
            }
            at = lexer.at;
        }
        Ok(at)
    }

    fn trailer(&mut self, dictionary: &Dictionary) -> Result<()> {
        if dictionary.get("Encrypt").is_some_and(|encrypt| *encrypt != Object::Null) {
            return Err(DocumentError::Encrypted { format: NAME });
        }
        if let Some(root) = dictionary.get("Root") {
            self.root = Some(root.clone());
        }
        Ok(())
    }

    /// Adds the objects of an object stream (7.5.7).
    fn unpack_objects(&mut self, number: u32) -> Result<()> {
        let Some(Place { order, .. }) = self.objects.get(&number).cloned() else { return Ok(()) };
        let Some(stream) = self.stream(&Object::Reference(number))? else { return Ok(()) };
        let count =
            |key| stream.dictionary.get(key).and_then(Object::number).unwrap_or(0.0) as usize;
        let (objects, first) = (count("N"), count("First"));
        let data = self.unpack(&stream)?;
        let mut lexer = Lexer::of_content(&data);
        let index = self.unpacked.len();
        for _ in 0..objects.min(data.len()) {
            let (Object::Number(number), Object::Number(offset)) =
                (lexer.object()?, lexer.object()?)
            else {
                break;
            };
            let start = first.saturating_add(offset as usize);
            self.add(number as u32, Place { order, at: At::Unpacked { stream: index, start } })?;
        }
        self.unpacked.push(data);
        Ok(())
    }

    /// The object itself, behind all references; null where there is none (7.3.10).
    pub(super) fn resolve(&self, object: &Object) -> Result<Object> {
        self.charge(object.weight())?;
        let mut object = object.clone();
        for _ in 0..HOPS {
            let Object::Reference(number) = object else { break };
            object = match self.objects.get(&number).map(|place| &place.at) {
                None => Object::Null,
                Some(At::File { start, .. }) => self.read(self.bytes, *start)?,
                Some(At::Unpacked { stream, start }) => {
                    self.read(&self.unpacked[*stream], *start)?
                }
            };
        }
        Ok(if matches!(object, Object::Reference(_)) { Object::Null } else { object })
    }

    fn read(&self, bytes: &[u8], start: usize) -> Result<Object> {
        let mut lexer = Lexer::of_file(bytes, start);
        let object = lexer.object()?;
        self.charge(lexer.at.saturating_sub(start).max(64))?;
        Ok(object)
    }

    /// Takes the steps of drawing one of so many forms.
    pub(super) fn charge_form(&self, forms: usize) -> Result<()> {
        self.charge(FORM + forms)
    }

    /// A copy of a dictionary, for the steps that it takes.
    pub(super) fn copy(&self, dictionary: &Dictionary) -> Result<Dictionary> {
        self.charge(dictionary.weight())?;
        Ok(dictionary.clone())
    }

    /// Takes steps from those that the whole file has.
    pub(super) fn charge(&self, steps: usize) -> Result<()> {
        let left = self.work.get().checked_sub(steps);
        let limit = STEPS;
        self.work.set(left.ok_or(DocumentError::TooMany { format: NAME, what: "steps", limit })?);
        Ok(())
    }

    /// The value of a key, behind all references.
    pub(super) fn get(&self, dictionary: &Dictionary, key: &str) -> Result<Object> {
        dictionary.get(key).map_or(Ok(Object::Null), |value| self.resolve(value))
    }

    /// The dictionary that an object is or has; empty where it is none.
    pub(super) fn dictionary(&self, object: &Object) -> Result<Dictionary> {
        match self.resolve(object)? {
            Object::Dictionary(dictionary) => Ok(dictionary),
            _ => Ok(Dictionary::default()),
        }
    }

    pub(super) fn numbers(&self, object: &Object) -> Result<Vec<f64>> {
        let Object::Array(items) = self.resolve(object)? else { return Ok(Vec::new()) };
        let number = |item: &Object| Ok(self.resolve(item)?.number().unwrap_or(0.0));
        items.iter().map(number).collect()
    }

    /// The stream that a reference leads to.
    pub(super) fn stream(&self, object: &Object) -> Result<Option<Stream<'a>>> {
        let mut object = object.clone();
        for _ in 0..HOPS {
            let Object::Reference(number) = object else { return Ok(None) };
            let Some(Place { at: At::File { start, data }, .. }) = self.objects.get(&number) else {
                return Ok(None);
            };
            let found = self.read(self.bytes, *start)?;
            match (found, data) {
                (Object::Dictionary(dictionary), Some(data)) => {
                    return Ok(Some(Stream { dictionary, data: &self.bytes[data.clone()] }));
                }
                (found, _) => object = found,
            }
        }
        Ok(None)
    }

    /// The bytes of a stream, within the bounds of the whole file.
    pub(super) fn unpack(&mut self, stream: &Stream<'_>) -> Result<Vec<u8>> {
        self.charge(stream.data.len() / PACKED_A_STEP)?;
        let filters = self.filters(&stream.dictionary)?;
        let mut data = stream.data.to_vec();
        for filter in filters {
            let most = self.limits.unpacked(stream.data.len()).min(self.remaining);
            data = filters::whole(filters::unpack(&filter, &data, most), self.limits.ratio)?;
        }
        // Empty streams cost something, too, or a page could draw one without end.
        let cost = data.len() + 64;
        if cost > self.remaining {
            return Err(self.limits.bomb(NAME));
        }
        self.remaining -= cost;
        Ok(data)
    }

    fn filters(&self, dictionary: &Dictionary) -> Result<Vec<Filter>> {
        let list = |object| match object {
            Object::Array(items) => items,
            Object::Null => Vec::new(),
            one => vec![one],
        };
        let names = list(self.get(dictionary, "Filter")?);
        let parameters = list(self.get(dictionary, "DecodeParms")?);
        if names.len() > 8 {
            return Err(DocumentError::TooMany { format: NAME, what: "filters", limit: 8 });
        }
        let mut filters = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let Object::Name(name) = self.resolve(name)? else { continue };
            let own = self.dictionary(parameters.get(index).unwrap_or(&Object::Null))?;
            let value = |key: &str, usual: usize| -> Result<usize> {
                Ok(self.get(&own, key)?.number().map_or(usual, |number| number as usize))
            };
            filters.push(Filter {
                name,
                predictor: value("Predictor", 1)?,
                colors: value("Colors", 1)?,
                bits: value("BitsPerComponent", 8)?,
                columns: value("Columns", 1)?,
                early: value("EarlyChange", 1)? != 0,
            });
        }
        Ok(filters)
    }

    pub(super) fn catalog(&self) -> Result<Dictionary> {
        self.dictionary(self.root.as_ref().unwrap_or(&Object::Null))
    }
}

/// The number of the object whose keyword stands at a place: `12 0 obj`.
fn number_before(bytes: &[u8], keyword: usize) -> Option<u32> {
    let before = &bytes[keyword.saturating_sub(32)..keyword];
    let end = before.trim_ascii_end();
    if end.len() == before.len() {
        return None;
    }
    let generation = end.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let rest = &end[..end.len() - generation];
    let trimmed = rest.trim_ascii_end();
    let digits = trimmed.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if generation == 0 || trimmed.len() == rest.len() {
        return None;
    }
    std::str::from_utf8(&trimmed[trimmed.len() - digits..]).ok()?.parse().ok()
}
