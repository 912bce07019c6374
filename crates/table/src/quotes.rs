//! Follows the quotes of a delimited file (RFC 4180) beside the parser, which takes any of them as
//! it comes: a quote that somebody forgot joins all rows up to the next one into one cell.
//!
//! A cell may hold lines of its own, so a quote over several lines is no fault by itself. It is one
//! where it ends elsewhere than at the end of a cell, ends never, or leaves its row with another
//! number of fields than the header has: then rows may be inside of it, and nobody can say which.
//! Within one line nothing but that line can be wrong, and the row's own checks see it.

/// Where in the text a reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: its end, or the first of two.
    Closing,
}

/// What was seen of a record's quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// The line in which the first quoted cell over several lines begins.
    pub(crate) over_lines: Option<u64>,
    /// A quoted cell goes on after its closing quote.
    broken: bool,
    /// The file ends inside a quoted cell.
    open: bool,
}

impl Span {
    /// Why rows may be inside a cell of this record; `fits` says that it has the header's fields.
    pub(crate) fn fault(self, fits: bool) -> Option<String> {
        let line = self.over_lines?;
        let how = match (self.open, self.broken, fits) {
            (true, ..) => "is never closed",
            (_, true, _) => "runs over several lines and ends in the middle of a cell",
            (.., false) => "runs over several lines, and its row has not the header's fields",
            _ => return None,
        };
        Some(format!(
            "the quote that begins a cell in line {line} {how}, so that rows may be lost in it; close \
             it there, and write two quotes for one inside of a cell"
        ))
    }
}

/// Follows the text as the parser consumes it.
#[derive(Debug)]
pub(crate) struct Quotes {
    delimiter: u8,
    state: State,
    line: u64,
    after_return: bool,
    opened: u64,
    span: Span,
}

impl Quotes {
    pub(crate) fn new(delimiter: u8) -> Self {
        let span = Span::default();
        Self { delimiter, state: State::FieldStart, line: 1, after_return: false, opened: 0, span }
    }

    /// What the record was that ends here; the next one begins.
    pub(crate) fn end_record(&mut self) -> Span {
        let mut span = std::mem::take(&mut self.span);
        if self.state == State::Quoted {
            span.open = true;
            span.over_lines = span.over_lines.or(Some(self.opened));
        }
        span
    }

    /// Takes the next bytes.
    pub(crate) fn see(&mut self, bytes: &[u8]) {
        if self.state != State::Quoted && self.state != State::Closing {
            let Some(last) = bytes.last() else { return };
            if memchr::memchr(b'"', bytes).is_none() {
                self.count_lines(bytes);
                let ends = *last == self.delimiter || matches!(last, b'\n' | b'\r');
                self.state = if ends { State::FieldStart } else { State::Plain };
                return;
            }
        }
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::Quoted {
                // Most of a long cell is passed at once.
                let next = memchr::memchr3(b'"', b'\n', b'\r', &bytes[at..]);
                let Some(skip) = next else {
                    self.after_return = false;
                    return;
                };
                self.after_return &= skip == 0;
                at += skip;
            }
            self.step(bytes[at]);
            at += 1;
        }
    }

    fn step(&mut self, byte: u8) {
        use State::{Closing, FieldStart, Plain, Quoted};
        let line_end = self.line_end(byte);
        self.state = match (self.state, byte) {
            (Quoted, b'"') => Closing,
            (Quoted, _) => {
                if line_end {
                    self.span.over_lines = self.span.over_lines.or(Some(self.opened));
                }
                Quoted
            }
            (Closing, b'"') => Quoted,
            (FieldStart, b'"') => {
                self.opened = self.line;
                Quoted
            }
            (_, b'\n' | b'\r') => FieldStart,
            (_, byte) if byte == self.delimiter => FieldStart,
            (state, _) => {
                self.span.broken |= state == Closing;
                Plain
            }
        };
    }

    /// Counts a line where a byte ends one; `\r\n` is one end.
    fn line_end(&mut self, byte: u8) -> bool {
        let ends = byte == b'\r' || (byte == b'\n' && !self.after_return);
        self.after_return = byte == b'\r';
        self.line += u64::from(ends);
        ends
    }

    fn count_lines(&mut self, bytes: &[u8]) {
        let mut rest = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            self.after_return &= at == rest;
            self.line_end(bytes[at]);
            rest = at + 1;
        }
        self.after_return &= rest == bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> (Span, u64) {
        let mut whole = Quotes::new(b',');
        whole.see(text.as_bytes());
        let mut drips = Quotes::new(b',');
        text.as_bytes().iter().for_each(|byte| drips.see(&[*byte]));
        let (a, b) = (whole.end_record(), drips.end_record());
        assert_eq!((a, whole.line), (b, drips.line), "{text:?}");
        (a, whole.line)
    }

    #[test]
    fn quotes_over_lines_are_judged() {
        let check = |text: &str, fits: bool, expect: Option<&str>| {
            let fault = span(text).0.fault(fits);
            match expect {
                Some(part) => assert!(fault.is_some_and(|f| f.contains(part)), "{text:?}"),
                None => assert_eq!(fault, None, "{text:?}"),
            }
        };
        check("a,b\n", true, None);
        check("a,\"b\nc\",d\n", true, None);
        check("a,\"b\r\n\"\"c\"\"\"\r\n", true, None);
        check("a,\"b\nc\",d\n", false, Some("in line 1 runs over several lines, and its row"));
        check("a,\"b\n1,\"c\",d\n", true, Some("in the middle of a cell"));
        check("\n\na,\"b\n1,2\n", true, Some("in line 3 is never closed"));
        check("a,\"b", true, Some("in line 1 is never closed"));
        check("a,\"b\rc,\"d\r", true, Some("in line 1 runs over"));
        // Within a line a quote can hide no other row.
        check("a,\"b \"c\" d\",e\n", false, None);
        check("a,5'11\",\"x\"\n", false, None);
    }

    #[test]
    fn lines_are_counted_however_they_end() {
        let check = |text: &str, expect: u64| assert_eq!(span(text).1, expect, "{text:?}");
        check("a\nb\nc", 3);
        check("a\r\nb\r\n", 3);
        check("a\rb\r", 3);
        check("a\r\r\n\n", 4);
        check("\"a\r\nb\"\r\n\"c\rd\"", 4);
        check("\"\r\n\",\"\n\"", 3);
    }
}
