//! Objects of PDF as they are written (ISO 32000-1, 7.2 and 7.3), read from bytes with a bound on
//! depth and number. Files and content streams are written alike.

use super::NAME;
use crate::error::{DocumentError, Result};

/// Arrays and dictionaries in one another.
const DEPTH: usize = 64;

/// Objects in one object.
const NODES: usize = 1 << 20;

/// An object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    Null,
    Bool(bool),
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    /// An object elsewhere, by its number.
    Reference(u32),
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Objects in it, with itself: what copying it costs.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::weight).sum::<usize>(),
            Self::Dictionary(dictionary) => dictionary.weight(),
            _ => 1,
        }
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// A dictionary, in the order of the file; the last of equal keys counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Dictionary(Vec<(Vec<u8>, Object)>);

impl Dictionary {
    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().rev().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value)
    }

    pub(super) fn has_name(&self, key: &str, name: &str) -> bool {
        self.get(key).and_then(Object::name) == Some(name.as_bytes())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Objects in it, with itself: what copying it costs.
    pub(super) fn weight(&self) -> usize {
        1 + self.0.iter().map(|(_, value)| value.weight()).sum::<usize>()
    }

    #[cfg(test)]
    fn values(&self) -> impl Iterator<Item = &Object> {
        self.0.iter().map(|(_, value)| value)
    }
}

/// One piece of a content stream.
#[derive(Debug, PartialEq)]
pub(super) enum Token {
    Object(Object),
    Keyword(Vec<u8>),
}

/// Reads objects from bytes, onwards.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    nodes: usize,
    /// `12 0 R` is a reference; in content streams there is none.
    references: bool,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0xc | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}

impl<'a> Lexer<'a> {
    pub(super) fn of_file(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, nodes: 0, references: true }
    }

    pub(super) fn of_content(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, nodes: 0, references: false }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next object or keyword; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token>> {
        self.nodes = 0;
        self.token(0)
    }

    /// The next object; whatever else stands there is read as null and left where it is.
    pub(super) fn object(&mut self) -> Result<Object> {
        self.skip_space();
        let before = self.at;
        match self.next()? {
            Some(Token::Object(object)) => Ok(object),
            _ => {
                self.at = before;
                Ok(Object::Null)
            }
        }
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'%' => {
                    let line = self.rest();
                    self.at += memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
                }
                byte if is_space(*byte) => self.at += 1,
                _ => return,
            }
        }
    }

    fn broken(&self, what: &'static str) -> DocumentError {
        DocumentError::Broken { format: NAME, what, at: self.at }
    }

    fn token(&mut self, depth: usize) -> Result<Option<Token>> {
        self.skip_space();
        self.nodes += 1;
        if depth > DEPTH {
            return Err(DocumentError::TooDeep { format: NAME, limit: DEPTH });
        }
        if self.nodes > NODES {
            return Err(DocumentError::TooMany {
                format: NAME,
                what: "objects in one",
                limit: NODES,
            });
        }
        let object = match self.rest() {
            [] => return Ok(None),
            [b'/', ..] => Object::Name(self.name()),
            [b'(', ..] => Object::String(self.literal()?),
            [b'<', b'<', ..] => self.dictionary(depth)?,
            [b'<', ..] => Object::String(self.hexadecimal()?),
            [b'[', ..] => self.array(depth)?,
            [byte, ..] if byte.is_ascii_digit() || b"+-.".contains(byte) => {
                self.number_or_reference()
            }
            [b'>', b'>', ..] => return Ok(Some(self.keyword(2))),
            [byte, ..] if is_delimiter(*byte) => return Ok(Some(self.keyword(1))),
            rest => {
                let ends = |b: &u8| is_space(*b) || is_delimiter(*b);
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                match &rest[..length] {
                    b"true" => self.skip(length, Object::Bool(true)),
                    b"false" => self.skip(length, Object::Bool(false)),
                    b"null" => self.skip(length, Object::Null),
                    _ => return Ok(Some(self.keyword(length))),
                }
            }
        };
        Ok(Some(Token::Object(object)))
    }

    fn skip(&mut self, length: usize, object: Object) -> Object {
        self.at += length;
        object
    }

    fn keyword(&mut self, length: usize) -> Token {
        let word = self.rest()[..length].to_vec();
        self.at += length;
        Token::Keyword(word)
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let rest = self.rest();
        let ends = |b: &u8| is_space(*b) || is_delimiter(*b);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += length;
        let mut name = Vec::with_capacity(length);
        let mut bytes = rest[..length].iter();
        while let Some(byte) = bytes.next() {
            let hex = || std::str::from_utf8(bytes.as_slice().get(..2)?).ok();
            let written = (*byte == b'#').then(hex).flatten();
            match written.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => {
                    name.push(byte);
                    bytes.nth(1);
                }
                None => name.push(*byte),
            }
        }
        name
    }

    fn literal(&mut self) -> Result<Vec<u8>> {
        self.at += 1;
        let (mut out, mut open) = (Vec::new(), 1usize);
        loop {
            let byte =
                *self.bytes.get(self.at).ok_or_else(|| self.broken("a string does not end"))?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'\\' => {
                    self.escape(&mut out);
                    continue;
                }
                _ => {}
            }
            if open == 0 {
                return Ok(out);
            }
            out.push(byte);
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.bytes.get(self.at) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                out.push((value & 0xff) as u8);
            }
            b'\r' => self.at += usize::from(self.bytes.get(self.at) == Some(&b'\n')),
            b'\n' => {}
            byte => out.push(*byte),
        }
    }

    fn hexadecimal(&mut self) -> Result<Vec<u8>> {
        let rest = self.rest();
        let end = memchr::memchr(b'>', rest).ok_or_else(|| self.broken("a string does not end"))?;
        self.at += end + 1;
        let digits = rest[1..end].iter().filter_map(|b| char::from(*b).to_digit(16));
        Ok(bytes_of_digits(digits))
    }

    fn array(&mut self, depth: usize) -> Result<Object> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            let before = self.at;
            match self.token(depth + 1)? {
                Some(Token::Object(item)) => items.push(item),
                Some(Token::Keyword(word)) if word == b"]" => return Ok(Object::Array(items)),
                Some(Token::Keyword(word)) if is_end(&word) => {
                    self.at = before;
                    return Ok(Object::Array(items));
                }
                Some(Token::Keyword(_)) => {}
                None => return Err(self.broken("an array does not end")),
            }
        }
    }

    fn dictionary(&mut self, depth: usize) -> Result<Object> {
        self.at += 2;
        let (mut entries, mut key) = (Vec::new(), None);
        loop {
            let before = self.at;
            match (self.token(depth + 1)?, key.take()) {
                (Some(Token::Object(value)), Some(key)) => entries.push((key, value)),
                (Some(Token::Object(Object::Name(name))), None) => key = Some(name),
                (Some(Token::Object(_)), None) => {}
                (Some(Token::Keyword(word)), _) if word == b">>" => break,
                (Some(Token::Keyword(word)), _) if is_end(&word) => {
                    self.at = before;
                    break;
                }
                (Some(Token::Keyword(_)), _) => {}
                (None, _) => return Err(self.broken("a dictionary does not end")),
            }
        }
        Ok(Object::Dictionary(Dictionary(entries)))
    }

    fn number_or_reference(&mut self) -> Object {
        let number = self.number();
        let whole = number >= 0.0 && number.fract() == 0.0 && number < f64::from(u32::MAX);
        if self.references && whole {
            let (after, bytes) = (self.at, self.bytes);
            let digits = |from: usize, most: usize| {
                bytes.iter().skip(from).take(most).take_while(|b| b.is_ascii_digit()).count()
            };
            let spaces =
                |from: usize| bytes.iter().skip(from).take(8).take_while(|b| is_space(**b)).count();
            let generation = after + spaces(after);
            let end = generation + digits(generation, 6);
            let letter = end + spaces(end);
            let ends = bytes.get(letter + 1).is_none_or(|b| is_space(*b) || is_delimiter(*b));
            if generation > after
                && end > generation
                && letter > end
                && bytes.get(letter) == Some(&b'R')
                && ends
            {
                self.at = letter + 1;
                return Object::Reference(number as u32);
            }
        }
        Object::Number(number)
    }

    fn number(&mut self) -> f64 {
        let rest = self.rest();
        let length = rest.iter().take_while(|b| b.is_ascii_digit() || b"+-.".contains(b)).count();
        self.at += length;
        let text = std::str::from_utf8(&rest[..length.min(64)]).unwrap_or_default();
        text.parse().unwrap_or_else(|_| {
            // Writers make `--5` and `1.2-3`; what can be read of it counts.
            let text = text.trim_start_matches(['+', '-']);
            let end = text.find(['+', '-']).unwrap_or(text.len());
            text[..end].parse().unwrap_or(0.0)
        })
    }
}

/// A word that never stands in an object: the object before it did not end.
fn is_end(word: &[u8]) -> bool {
    matches!(word, b"endobj" | b"obj" | b"stream" | b"endstream" | b"xref" | b"trailer")
}

/// Bytes of hexadecimal digits; a last single one is followed by zero (7.3.4.3).
pub(super) fn bytes_of_digits(digits: impl Iterator<Item = u32>) -> Vec<u8> {
    let (mut out, mut high) = (Vec::new(), None);
    for digit in digits {
        match high.take() {
            Some(first) => out.push((first << 4 | digit) as u8),
            None => high = Some(digit),
        }
    }
    out.extend(high.map(|first| (first << 4) as u8));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Object {
        Lexer::of_file(text.as_bytes(), 0).object().unwrap()
    }

    #[test]
    fn objects_are_read() {
        let check = |text: &str, expect: Object| assert_eq!(read(text), expect, "{text}");
        let string = |text: &str| Object::String(text.into());
        check("  % a comment\n 12 ", Object::Number(12.0));
        check("-.5", Object::Number(-0.5));
        check("--5", Object::Number(5.0));
        check("+", Object::Number(0.0));
        check("12 0 R", Object::Reference(12));
        check("12 0 Rx", Object::Number(12.0));
        check("/A#20B#g", Object::Name(b"A B#g".to_vec()));
        check("(a(b)\\)\\n\\101\\\n\\x)", string("a(b))\nAx"));
        check("<4 1 4>", string("A@"));
        check(
            "[1 /A null true]",
            Object::Array(vec![
                Object::Number(1.0),
                Object::Name(b"A".to_vec()),
                Object::Null,
                Object::Bool(true),
            ]),
        );
        let Object::Dictionary(dictionary) = read("<< /A 1 /A 2 3 /B<</C(d)>> >>") else {
            unreachable!("a dictionary is written")
        };
        assert_eq!(dictionary.get("A"), Some(&Object::Number(2.0)));
        assert_eq!(dictionary.values().count(), 3);
        check("[1 endobj", Object::Array(vec![Object::Number(1.0)]));
        check("endobj", Object::Null);
        check("", Object::Null);
    }

    #[test]
    fn broken_objects_are_refused() {
        for text in ["(a", "<4", "[1", "<</A 1", &"[".repeat(100), &"<</A".repeat(100)] {
            assert!(Lexer::of_file(text.as_bytes(), 0).object().is_err(), "{text}");
        }
    }
}
