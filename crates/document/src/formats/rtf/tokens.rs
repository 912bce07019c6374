//! Control words, symbols, groups and bytes of RTF (specification 1.9.1, "RTF Syntax").

use crate::error::{DocumentError, Result};

/// One piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` with its number.
    Word(&'a str, Option<i32>),
    /// `\*` and other symbols, but `\'`.
    Symbol(u8),
    /// `\'hh`, and bytes that are not ASCII.
    Byte(u8),
    /// Letters of ASCII.
    Text(&'a str),
    /// Bytes after `\bin`.
    Binary,
}

/// The longest control word that is written; the specification has none above 32 letters.
const LONGEST: usize = 64;

/// Reads a document from start to end, once.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next token begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>> {
        loop {
            let rest = &self.bytes[self.at..];
            let token = match rest.first() {
                None => return Ok(None),
                Some(b'{') => self.one(Token::Open),
                Some(b'}') => self.one(Token::Close),
                Some(b'\\') => self.control()?,
                // Line ends of the file are none of the text.
                Some(b'\r' | b'\n' | 0) => {
                    self.at += 1;
                    continue;
                }
                Some(byte) if !byte.is_ascii() => self.one(Token::Byte(*byte)),
                Some(_) => {
                    let ends = |b: &u8| {
                        !b.is_ascii() || matches!(b, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0)
                    };
                    let length = rest.iter().position(ends).unwrap_or(rest.len());
                    self.at += length;
                    Token::Text(std::str::from_utf8(&rest[..length]).unwrap_or_default())
                }
            };
            return Ok(Some(token));
        }
    }

    fn one(&mut self, token: Token<'a>) -> Token<'a> {
        self.at += 1;
        token
    }

    fn broken(&self, what: &'static str) -> DocumentError {
        DocumentError::Broken { format: super::NAME, what, at: self.at }
    }

    fn control(&mut self) -> Result<Token<'a>> {
        let rest = &self.bytes[self.at + 1..];
        match rest.first() {
            None => Err(self.broken("the document ends in a control word")),
            Some(b'\'') => {
                let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                let byte =
                    byte.ok_or_else(|| self.broken("a byte is not written in two digits"))?;
                self.at += 4;
                Ok(Token::Byte(byte))
            }
            Some(letter) if letter.is_ascii_alphabetic() => self.word(),
            Some(symbol) => {
                self.at += 2;
                Ok(Token::Symbol(*symbol))
            }
        }
    }

    fn word(&mut self) -> Result<Token<'a>> {
        let rest = &self.bytes[self.at + 1..];
        let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let after = &rest[letters..];
        let minus = usize::from(
            after.first() == Some(&b'-') && after.get(1).is_some_and(u8::is_ascii_digit),
        );
        let digits = after[minus..].iter().take_while(|b| b.is_ascii_digit()).count();
        if letters > LONGEST || digits > 11 {
            return Err(self.broken("a control word is too long"));
        }
        let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).unwrap_or_default();
        let word = text(&rest[..letters]);
        let number = match digits {
            0 => None,
            _ => {
                let number: i64 = text(&after[..minus + digits]).parse().unwrap_or(i64::MAX);
                let number = i32::try_from(number);
                Some(number.map_err(|_| self.broken("the number of a control word is too large"))?)
            }
        };
        let mut length = letters + minus + digits;
        length += usize::from(rest.get(length) == Some(&b' '));
        self.at += 1 + length;
        if word != "bin" {
            return Ok(Token::Word(word, number));
        }
        let skipped = usize::try_from(number.unwrap_or(0));
        let skipped = skipped.ok().filter(|skipped| *skipped <= self.bytes.len() - self.at);
        self.at += skipped.ok_or_else(|| self.broken("binary data is longer than the document"))?;
        Ok(Token::Binary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_fall_into_tokens() {
        let check = |bytes: &[u8], expect: Option<&[Token<'_>]>| {
            let mut tokens = Tokens::of(bytes);
            let mut found = Vec::new();
            let outcome = loop {
                match tokens.next() {
                    Ok(Some(token)) => found.push(token),
                    Ok(None) => break Some(&found[..]),
                    Err(_) => break None,
                }
            };
            assert_eq!(outcome, expect, "{bytes:?}");
        };
        use Token as T;
        check(
            b"{\\rtf1 a\r\nb\\par}",
            Some(&[
                T::Open,
                T::Word("rtf", Some(1)),
                T::Text("a"),
                T::Text("b"),
                T::Word("par", None),
                T::Close,
            ]),
        );
        check(
            b"\\u-10179?\\'e9\xe9",
            Some(&[T::Word("u", Some(-10179)), T::Text("?"), T::Byte(0xe9), T::Byte(0xe9)]),
        );
        check(
            b"\\li-x\\~\\*",
            Some(&[T::Word("li", None), T::Text("-x"), T::Symbol(b'~'), T::Symbol(b'*')]),
        );
        check(b"\\bin3 {}}a", Some(&[T::Binary, T::Text("a")]));
        check(b"\\bin a", Some(&[T::Binary, T::Text("a")]));
        check(b"\\bin4 abc", None);
        check(b"\\bin-1 abc", None);
        check(b"\\'e", None);
        check(b"\\'zz", None);
        check(b"\\", None);
        check(b"\\u99999999999", None);
        check(format!("\\{}", "a".repeat(65)).as_bytes(), None);
    }
}
