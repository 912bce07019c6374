//! Reads lines of bounded length in batches, so that a file of any size takes the memory of a
//! batch.

use std::io::{BufRead, BufReader, Read};

use anonymed_core::{CancelToken, ModalityError};

/// The longest line read: 32 MiB.
pub(crate) const LONGEST: usize = 32 << 20;
/// Bytes of lines in a batch, after which it is worked on.
const BATCH: usize = 8 << 20;

/// A line and its 1-based number; without its content where it is longer than [`LONGEST`].
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) text: Option<Vec<u8>>,
}

/// Reads lines that are not blank.
pub(crate) struct Lines<R: Read> {
    reader: BufReader<R>,
    number: u64,
    longest: usize,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(1 << 18, reader), number: 0, longest: LONGEST }
    }

    /// The next lines, empty at the end.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read, or the work was cancelled.
    pub(crate) fn batch(&mut self, cancel: &CancelToken) -> Result<Vec<Line>, ModalityError> {
        cancel.check()?;
        let mut lines = Vec::new();
        let mut size = 0;
        while size < BATCH {
            let Some(line) = self.next_line()? else { break };
            size += line.text.as_ref().map_or(0, Vec::len) + 64;
            let blank = line.text.as_ref().is_some_and(|t| t.iter().all(u8::is_ascii_whitespace));
            if !blank {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    /// The first line, blank or not.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read.
    pub(crate) fn first(mut self) -> Result<Option<Line>, ModalityError> {
        self.next_line()
    }

    fn next_line(&mut self) -> Result<Option<Line>, ModalityError> {
        let mut text = Vec::new();
        let mut any = false;
        let mut over = false;
        loop {
            let buffer = self.reader.fill_buf().map_err(|e| ModalityError::Read(e.kind()))?;
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let part = &buffer[..end.unwrap_or(buffer.len())];
            if text.len() + part.len() > self.longest {
                over = true;
                text = Vec::new();
            }
            if !over {
                text.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 && text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        Ok(Some(Line { number: self.number, text: (!over).then_some(text) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8], longest: usize) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines { longest, ..Lines::new(input) };
        let batch = lines.batch(&CancelToken::default()).unwrap();
        let text = |t: Vec<u8>| String::from_utf8(t).unwrap();
        batch.into_iter().map(|l| (l.number, l.text.map(text))).collect()
    }

    #[test]
    fn lines_keep_their_numbers() {
        let line = |n, text: &str| (n, Some(text.to_owned()));
        assert_eq!(read(b"", 9), vec![]);
        assert_eq!(read(b"a\n\n b\n", 9), vec![line(1, "a"), line(3, " b")]);
        assert_eq!(read(b"\xef\xbb\xbfa", 9), vec![line(1, "a")]);
        assert_eq!(read(b"0123456789\nb", 9), vec![(1, None), line(2, "b")]);
    }

    #[test]
    fn a_cancelled_job_stops() {
        let cancel = CancelToken::default();
        cancel.cancel();
        assert!(matches!(Lines::new(&b"a"[..]).batch(&cancel), Err(ModalityError::Cancelled(_))));
    }
}
