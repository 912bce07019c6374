//! A small JSON reader that knows where every value stands (RFC 8259).
//!
//! The verifier reads released FHIR with this and not with the parser that wrote it, and needs
//! the byte offsets of strings to tell what lies inside a span we wrote. A document becomes one
//! flat list of nodes; nothing recurses, so depth is bounded by a number and not by the stack.

use std::borrow::Cow;
use std::io::BufRead;
use std::ops::Range;

use rayon::prelude::*;

const DEEPEST: usize = 200;
/// The longest record that is read whole.
const LONGEST: u64 = 512 << 20;

/// A JSON text that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON from this byte on.
    #[error("not JSON at byte {0}")]
    Malformed(usize),
    /// Nested deeper than 200.
    #[error("nested deeper than {DEEPEST}")]
    Deep,
    /// A record of more than 512 MiB.
    #[error("a record is longer than 512 MiB")]
    Long,
    /// Reading failed.
    #[error("the output cannot be read back: {0}")]
    Read(std::io::ErrorKind),
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string; its span is between the quotes.
    String,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// The object or array it is in; its own place for the root.
    pub parent: u32,
    /// What it is.
    pub kind: Kind,
    key: (u32, u32),
    start: u32,
    end: u32,
}

impl Node {
    /// Its bytes.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text with its nodes, parents before children.
#[derive(Debug)]
pub struct Json<'a> {
    text: &'a str,
    /// The nodes.
    pub nodes: Vec<Node>,
}

impl<'a> Json<'a> {
    /// Reads a whole text.
    ///
    /// # Errors
    ///
    /// [`JsonError`] where it is no JSON, or too deep or long.
    pub fn read(bytes: &'a [u8]) -> Result<Self, JsonError> {
        if bytes.len() as u64 > LONGEST {
            return Err(JsonError::Long);
        }
        let text = std::str::from_utf8(bytes).map_err(|e| JsonError::Malformed(e.valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader { bytes: text.as_bytes(), at: 0, nodes: Vec::new() };
        reader.document()?;
        Ok(Self { text, nodes: reader.nodes })
    }

    /// The key of a node in its object, as written; empty for array elements and the root.
    pub fn key(&self, node: usize) -> &'a str {
        let (start, end) = self.nodes[node].key;
        &self.text[start as usize..end as usize]
    }

    /// The key under which a node stands, array indices skipped.
    pub fn name(&self, mut node: usize) -> &'a str {
        loop {
            let key = self.key(node);
            let parent = self.nodes[node].parent as usize;
            if !key.is_empty() || parent == node {
                return key;
            }
            node = parent;
        }
    }

    /// The nearest object around a node, if any.
    pub fn object_of(&self, node: usize) -> Option<usize> {
        let mut at = node;
        loop {
            let parent = self.nodes[at].parent as usize;
            if parent == at {
                return None;
            }
            if self.nodes[parent].kind == Kind::Object {
                return Some(parent);
            }
            at = parent;
        }
    }

    /// The bytes of a node as written.
    pub fn raw(&self, node: usize) -> &'a str {
        &self.text[self.nodes[node].span()]
    }

    /// The string of a node, escapes undone.
    pub fn string(&self, node: usize) -> Cow<'a, str> {
        let raw = self.raw(node);
        if raw.contains('\\') { Cow::Owned(unescape(raw).0) } else { Cow::Borrowed(raw) }
    }

    /// The string of a node with the way back from its bytes to those of the text.
    pub fn string_at(&self, node: usize) -> (Cow<'a, str>, Offsets) {
        let raw = self.raw(node);
        let start = self.nodes[node].start as usize;
        if raw.contains('\\') {
            let (text, mut offsets) = unescape(raw);
            offsets.shift(start);
            (Cow::Owned(text), offsets)
        } else {
            (Cow::Borrowed(raw), Offsets(vec![(0, start)]))
        }
    }

    /// The path of a node below `root` by its keys, as `name.family`.
    pub fn path(&self, node: usize, root: usize) -> String {
        let mut keys = Vec::new();
        let mut at = node;
        while at != root {
            let key = self.key(at);
            if !key.is_empty() {
                keys.push(key);
            }
            let parent = self.nodes[at].parent as usize;
            if parent == at {
                break;
            }
            at = parent;
        }
        keys.reverse();
        keys.join(".")
    }
}

/// From places in a text we made to places in the text it was made from: pairs of where a run
/// begins in the one and in the other.
#[derive(Debug, Clone, Default)]
pub struct Offsets(Vec<(usize, usize)>);

impl Offsets {
    /// The identity, beginning at `start`.
    pub fn from(start: usize) -> Self {
        Self(vec![(0, start)])
    }

    /// Notes that from `made` on, the text is the source from `source` on.
    pub fn note(&mut self, made: usize, source: usize) {
        match self.0.last_mut() {
            Some(last) if last.0 == made => last.1 = source,
            Some(last) if last.1 + (made - last.0) == source => {}
            _ => self.0.push((made, source)),
        }
    }

    fn shift(&mut self, by: usize) {
        self.0.iter_mut().for_each(|pair| pair.1 += by);
    }

    /// Where in the source a place stands.
    pub fn source(&self, made: usize) -> usize {
        let at = self.0.partition_point(|(m, _)| *m <= made);
        match at.checked_sub(1).map(|at| self.0[at]) {
            Some((m, source)) => source + (made - m),
            None => made,
        }
    }

    /// Where in the made text a place of the source stands: at or before it.
    pub fn made(&self, source: usize) -> usize {
        let at = self.0.partition_point(|(_, s)| *s <= source);
        let Some(at) = at.checked_sub(1) else { return 0 };
        let (made, from) = self.0[at];
        let place = made + (source - from);
        self.0.get(at + 1).map_or(place, |next| place.min(next.0))
    }
}

fn unescape(raw: &str) -> (String, Offsets) {
    let mut out = String::with_capacity(raw.len());
    let mut offsets = Offsets(vec![(0, 0)]);
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let (c, used) = escape(tail);
        out.push(c);
        rest = tail.get(used..).unwrap_or_default();
        offsets.note(out.len(), raw.len() - rest.len());
    }
    out.push_str(rest);
    (out, offsets)
}

fn escape(tail: &str) -> (char, usize) {
    let hex =
        |text: &str, at: usize| text.get(at..at + 4).and_then(|h| u32::from_str_radix(h, 16).ok());
    match tail.as_bytes().first() {
        Some(b'n') => ('\n', 1),
        Some(b't') => ('\t', 1),
        Some(b'r') => ('\r', 1),
        Some(b'b') => ('\u{8}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(b'u') => match hex(tail, 1) {
            Some(high @ 0xd800..=0xdbff) => match hex(tail, 7) {
                Some(low @ 0xdc00..=0xdfff) if tail.get(5..7) == Some("\\u") => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 11)
                }
                _ => ('\u{fffd}', 5),
            },
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 5),
            None => ('\u{fffd}', 1),
        },
        Some(b) if b.is_ascii() => (*b as char, 1),
        _ => ('\u{fffd}', 0),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), JsonError> {
        let mut open: Vec<u32> = Vec::new();
        self.space();
        self.value(&mut open, (0, 0))?;
        while let Some(&parent) = open.last() {
            self.space();
            let object = self.nodes[parent as usize].kind == Kind::Object;
            let close = if object { b'}' } else { b']' };
            let empty = self.nodes.len() as u32 == parent + 1;
            match self.peek()? {
                b if b == close => {
                    self.at += 1;
                    self.nodes[parent as usize].end = self.at as u32;
                    open.pop();
                    continue;
                }
                b',' if !empty => {
                    self.at += 1;
                    self.space();
                }
                _ if empty => {}
                _ => return Err(JsonError::Malformed(self.at)),
            }
            let key = if object { self.member()? } else { (0, 0) };
            self.value(&mut open, key)?;
        }
        self.space();
        if self.at < self.bytes.len() { Err(JsonError::Malformed(self.at)) } else { Ok(()) }
    }

    fn peek(&self) -> Result<u8, JsonError> {
        self.bytes.get(self.at).copied().ok_or(JsonError::Malformed(self.at))
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn member(&mut self) -> Result<(u32, u32), JsonError> {
        let key = self.quoted()?;
        self.space();
        if self.peek()? != b':' {
            return Err(JsonError::Malformed(self.at));
        }
        self.at += 1;
        self.space();
        Ok((key.start as u32, key.end as u32))
    }

    fn quoted(&mut self) -> Result<Range<usize>, JsonError> {
        if self.peek()? != b'"' {
            return Err(JsonError::Malformed(self.at));
        }
        let start = self.at + 1;
        let mut at = start;
        loop {
            let Some(skip) = memchr::memchr2(b'"', b'\\', &self.bytes[at.min(self.bytes.len())..])
            else {
                return Err(JsonError::Malformed(start - 1));
            };
            at += skip;
            if self.bytes[at] == b'"' {
                self.at = at + 1;
                return Ok(start..at);
            }
            at += 2;
        }
    }

    fn value(&mut self, open: &mut Vec<u32>, key: (u32, u32)) -> Result<(), JsonError> {
        let place = self.nodes.len() as u32;
        let parent = open.last().copied().unwrap_or(place);
        let start = self.at;
        let (kind, span) = match self.peek()? {
            b'{' | b'[' => {
                let kind = if self.bytes[start] == b'{' { Kind::Object } else { Kind::Array };
                self.at += 1;
                if open.len() >= DEEPEST {
                    return Err(JsonError::Deep);
                }
                open.push(place);
                (kind, start..start)
            }
            b'"' => (Kind::String, self.quoted()?),
            b'-' | b'0'..=b'9' => {
                let number = |b: &&u8| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                self.at += self.bytes[start..].iter().take_while(number).count();
                (Kind::Number, start..self.at)
            }
            _ => {
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|w| self.bytes[start..].starts_with(w.as_bytes()))
                    .ok_or(JsonError::Malformed(start))?;
                self.at += word.len();
                (Kind::Literal, start..self.at)
            }
        };
        let (start, end) = (span.start as u32, span.end as u32);
        self.nodes.push(Node { parent, kind, key, start, end });
        Ok(())
    }
}

/// How the records of a file are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One JSON text.
    Whole,
    /// One JSON text a line.
    Lines,
}

/// A record of a file.
#[derive(Debug, Clone, Copy)]
pub struct Record<'b> {
    /// Its line, from 1.
    pub line: u64,
    /// The byte of the file it begins at.
    pub base: usize,
    /// Its bytes.
    pub bytes: &'b [u8],
}

/// Bytes of lines that are read before they are looked at, and of what one thread looks at.
const BLOCK: usize = 4 << 20;
const RUN: usize = 128 << 10;

/// Reads the records of a file side by side: runs of lines are read into parts that `new` begins, on
/// as many threads as there are, and `join` takes the parts in the order of the file. Blank lines are
/// passed over.
///
/// # Errors
///
/// [`JsonError`] of reading, or the first that `read` returns.
pub fn fold_records<T: Send>(
    mut reader: impl BufRead,
    layout: Layout,
    new: impl Fn() -> T + Sync,
    read: impl Fn(&mut T, Record<'_>) -> Result<(), JsonError> + Sync,
    mut join: impl FnMut(T),
) -> Result<(), JsonError> {
    let mut block = Block { bytes: Vec::new(), lines: Vec::new(), base: 0, line: 1 };
    while block.fill(&mut reader, layout)? {
        let parts: Vec<Result<T, JsonError>> = block
            .runs()
            .into_par_iter()
            .map(|run| {
                let mut part = new();
                for (line, span) in run {
                    let bytes = &block.bytes[span.clone()];
                    let record = Record { line: *line, base: block.base + span.start, bytes };
                    read(&mut part, record)?;
                }
                Ok(part)
            })
            .collect();
        for part in parts {
            join(part?);
        }
    }
    Ok(())
}

/// Lines of a file that are in memory together.
struct Block {
    bytes: Vec<u8>,
    /// The lines that are not blank: number, and where in `bytes`.
    lines: Vec<(u64, Range<usize>)>,
    /// Where in the file the block begins.
    base: usize,
    /// The number of the next line.
    line: u64,
}

impl Block {
    /// Reads the next lines; whether there were any.
    fn fill(&mut self, reader: &mut impl BufRead, layout: Layout) -> Result<bool, JsonError> {
        self.base += self.bytes.len();
        self.bytes.clear();
        self.lines.clear();
        while self.bytes.len() < BLOCK {
            let start = self.bytes.len();
            let mut limited = std::io::Read::take(&mut *reader, LONGEST + 1);
            let read = match layout {
                Layout::Whole => std::io::Read::read_to_end(&mut limited, &mut self.bytes),
                Layout::Lines => limited.read_until(b'\n', &mut self.bytes),
            };
            let read = read.map_err(|e| JsonError::Read(e.kind()))?;
            if read == 0 {
                break;
            }
            if read as u64 > LONGEST {
                return Err(JsonError::Long);
            }
            if !self.bytes[start..].trim_ascii().is_empty() {
                self.lines.push((self.line, start..self.bytes.len()));
            }
            self.line += 1;
        }
        Ok(!self.bytes.is_empty())
    }

    /// The lines in runs of about equal size.
    fn runs(&self) -> Vec<&[(u64, Range<usize>)]> {
        let run = |(_, span): &(u64, Range<usize>)| span.start / RUN;
        self.lines.chunk_by(|a, b| run(a) == run(b)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_know_their_place() {
        let text = r#"{"a":[{"b":"x\n\u00e9y"}, 1.50], "c":null}"#;
        let json = Json::read(text.as_bytes()).unwrap();
        let b = json.nodes.iter().position(|n| n.kind == Kind::String).unwrap();
        assert_eq!(json.path(b, 0), "a.b");
        assert_eq!(json.string(b), "x\néy");
        let (made, offsets) = json.string_at(b);
        let y = made.find('y').unwrap();
        assert_eq!(&text[offsets.source(y)..offsets.source(y) + 1], "y");
        assert_eq!(offsets.made(offsets.source(y)), y);
        let number = json.nodes.iter().position(|n| n.kind == Kind::Number).unwrap();
        assert_eq!(json.raw(number), "1.50");
        assert_eq!(json.name(number), "a");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let check = |text: &str| assert!(Json::read(text.as_bytes()).is_err(), "{text}");
        for text in
            ["", "{", "[1,,2]", "{\"a\" 1}", "[1 2]", "\"open", "\"\\", "{}x", "nul", "[,1]"]
        {
            check(text);
        }
        check(&"[".repeat(100_000));
        assert!(Json::read(&[b'"', 0xff, b'"']).is_err());
        assert_eq!(Json::read(&[b'['; 300]).unwrap_err(), JsonError::Deep);
        for text in ["{}", " [] ", "[[],{}]", "\"\\ud83d\\ude00 \\ud83d\"", "-1e5"] {
            assert!(Json::read(text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn surrogate_pairs_are_joined() {
        let json = Json::read(br#""\ud83d\ude00!""#).unwrap();
        assert_eq!(json.string(0), "😀!");
    }

    #[test]
    fn lines_come_in_order_with_their_offset() {
        let seen = |text: &str| {
            let mut seen = Vec::new();
            fold_records(
                text.as_bytes(),
                Layout::Lines,
                Vec::new,
                |part, record| {
                    part.push((record.line, record.base, record.bytes.len()));
                    Ok(())
                },
                |part| seen.extend(part),
            )
            .unwrap();
            seen
        };
        assert_eq!(seen("{\"a\":1}\n\n[2]"), [(1, 0, 8), (3, 9, 3)]);
        let line = "x".repeat(999) + "\n";
        let many = seen(&line.repeat(3 * BLOCK / 1000));
        let expect = (0..3 * BLOCK / 1000).map(|n| (n as u64 + 1, n * 1000, 1000));
        assert!(many.into_iter().eq(expect));
    }
}
