//! Replaces identifiers in a text of any length in bounded memory.
//!
//! The text is read in chunks. A chunk ends at an empty line where there is one, else at a line end,
//! else at a space that no finding spans, with what stands behind it read again beside the next one,
//! so that nothing is cut in two. Names found in one chunk are looked for in all later ones.

use std::io::{self, Read, Write};

use anonymed_core::{Finding, ScrubError, TextScope};

use crate::propagate::Known;
use crate::scrub::Scrubber;
use crate::trace::Trace;

/// Bytes that are read before a chunk is worked on.
const CHUNK: usize = 512 << 10;
/// Bytes at the end of a chunk that the next one reads again where there is no empty line.
const AGAIN: usize = 2 << 10;
/// Names and sequences of words that are carried on.
const CARRIED: usize = 50_000;

/// A text could not be worked through.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// It could not be read.
    #[error("the text cannot be read")]
    Read(#[source] io::Error),
    /// It is not UTF-8.
    #[error("the text is no UTF-8 at byte {0}; convert it first, for instance by iconv")]
    Encoding(u64),
    /// It has a zero byte, as UTF-16 and files that are no text have: letters with zeros between them are
    /// words to a reader and none to a detector.
    #[error(
        "the text has a zero byte at byte {0}: it is UTF-16 or no text; convert it to UTF-8 first, for \
         instance by iconv"
    )]
    Zero(u64),
    /// The result could not be written.
    #[error("the text cannot be written")]
    Write(#[source] io::Error),
    /// A piece of it could not be searched whole.
    #[error(transparent)]
    Scrub(#[from] ScrubError),
}

/// What was done to a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Bytes read.
    pub read: u64,
    /// Values replaced.
    pub replaced: u64,
}

impl Scrubber {
    /// Replaces identifiers from `input` to `output`. What was replaced of a chunk is written before
    /// the next one is read: after an error the output holds the chunks before it, and no raw text.
    ///
    /// # Errors
    ///
    /// [`StreamError`] where the text cannot be read, is no UTF-8, could not be searched whole, or the
    /// result cannot be written.
    pub fn scrub_stream(
        &self,
        mut input: impl Read,
        mut output: impl Write,
        scope: TextScope<'_>,
    ) -> Result<Written, StreamError> {
        let familiar = self.familiar(scope);
        let mut carried = Known::default();
        let mut tags = self.tags();
        let mut written = Written::default();
        let mut buffer = Buffer::default();
        loop {
            let last = buffer.fill(&mut input)?;
            let text = buffer.text(last)?;
            let known = [&familiar.known, &carried];
            let findings = match scope.whole {
                Some(_) => self.find_whole(text, scope),
                None => self.detector.find(text, &known, &mut Trace::default())?,
            };
            let cut = if last { text.len() } else { cut(text, &findings) };
            let own = findings.partition_point(|f| f.span.end <= cut);
            let done = self.replaced(&text[..cut], &findings[..own], scope, &familiar, &mut tags);
            output.write_all(done.text.as_bytes()).map_err(StreamError::Write)?;
            written.replaced += done.items.len() as u64;
            carried.learn(Known::of_findings(text, findings[..own].iter()), CARRIED);
            buffer.drop_front(cut);
            if last {
                output.flush().map_err(StreamError::Write)?;
                written.read = buffer.read;
                return Ok(written);
            }
        }
    }
}

/// Bytes read and not yet worked on.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    read: u64,
    /// Bytes of the input before the first one here.
    before: u64,
}

impl Buffer {
    /// Reads until there is a chunk; whether the input has ended.
    fn fill(&mut self, input: &mut impl Read) -> Result<bool, StreamError> {
        let want = CHUNK.max(self.bytes.len() + AGAIN).saturating_sub(self.bytes.len());
        let got =
            input.take(want as u64).read_to_end(&mut self.bytes).map_err(StreamError::Read)?;
        self.read += got as u64;
        Ok(got < want)
    }

    /// The text of it, but for a sign whose last bytes are yet to come.
    fn text(&self, last: bool) -> Result<&str, StreamError> {
        without_zeros(&self.bytes, self.before)?;
        let valid = match std::str::from_utf8(&self.bytes) {
            Ok(text) => return Ok(text),
            Err(error) if error.error_len().is_none() && !last => error.valid_up_to(),
            Err(error) => {
                return Err(StreamError::Encoding(self.before + error.valid_up_to() as u64));
            }
        };
        Ok(std::str::from_utf8(&self.bytes[..valid]).unwrap_or_default())
    }

    fn drop_front(&mut self, bytes: usize) {
        self.bytes.drain(..bytes);
        self.before += bytes as u64;
    }
}

/// A whole plain text.
///
/// # Errors
///
/// [`StreamError::Encoding`] and [`StreamError::Zero`], as a stream.
pub fn plain_text(bytes: Vec<u8>) -> Result<String, StreamError> {
    without_zeros(&bytes, 0)?;
    let valid = |e: std::string::FromUtf8Error| e.utf8_error().valid_up_to() as u64;
    String::from_utf8(bytes).map_err(|e| StreamError::Encoding(valid(e)))
}

fn without_zeros(bytes: &[u8], before: u64) -> Result<(), StreamError> {
    memchr::memchr(0, bytes).map_or(Ok(()), |at| Err(StreamError::Zero(before + at as u64)))
}

/// Where a chunk ends: behind its last empty line, else behind a line end, else behind a space, with
/// no finding on both sides.
fn cut(text: &str, findings: &[Finding]) -> usize {
    let free = |at: usize| {
        let next = findings.partition_point(|f| f.span.end <= at);
        findings.get(next).is_none_or(|f| f.span.start >= at)
    };
    let half = text.len() / 2;
    let bytes = text.as_bytes();
    let blank = memchr::memmem::rfind_iter(bytes, b"\n\n").map(|at| at + 2);
    if let Some(at) = blank.take_while(|at| *at > half).find(|at| free(*at)) {
        return at;
    }
    // Words further on say what the last ones are.
    let mut end = text.len().saturating_sub(AGAIN).max(half);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let behind = |sign: u8| {
        memchr::memrchr_iter(sign, &bytes[..end])
            .map(|at| at + 1)
            .take_while(|at| *at > end / 2)
            .find(|at| free(*at))
    };
    behind(b'\n').or_else(|| behind(b' ')).unwrap_or_else(|| {
        // No space in half a chunk: what a finding spans goes whole.
        let next = findings.partition_point(|f| f.span.end <= end);
        findings.get(next).map_or(end, |f| if f.span.start < end { f.span.end } else { end })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::{Policy, PseudonymDomain, Pseudonymizer, RootKey, TextScrubber};
    use std::sync::Arc;

    fn scrubber() -> Scrubber {
        let policy = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n";
        let policy = Policy::parse(policy).unwrap();
        let keys = Pseudonymizer::keyed(&RootKey::new([7; 32]), &PseudonymDomain("t".into()));
        Scrubber::new(Arc::new(keys), &policy).unwrap()
    }

    fn streamed(text: &[u8]) -> Result<String, StreamError> {
        let mut out = Vec::new();
        let written = scrubber().scrub_stream(text, &mut out, TextScope::default())?;
        assert_eq!(written.read, text.len() as u64);
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_short_text_is_scrubbed_as_a_whole_one() {
        let text = "Patient: Maria Lindqvist\nMRN: 4471920\n\nSeen by Dr. Roe for cough.";
        let whole = scrubber().scrub(text, TextScope::default()).unwrap().text;
        assert_eq!(streamed(text.as_bytes()).unwrap(), whole);
        assert_eq!(streamed(b"").unwrap(), "");
    }

    #[test]
    fn no_name_is_cut_and_names_are_known_further_on() {
        // One line without an end, with names at every place a chunk could end.
        let piece = "Dr. Maria Lindqvist wrote that the knee is stable and pain is less. ";
        let text = piece.repeat(CHUNK * 2 / piece.len());
        let out = streamed(text.as_bytes()).unwrap();
        assert!(!out.contains("Maria") && !out.contains("Lindqvist"));
        assert_eq!(out.matches("knee is stable").count(), text.len() / piece.len());
        let filler = "The wound is dry and the stitches hold well.\n".repeat(CHUNK * 2 / 45);
        let text = format!("Patient: Quillon Brastow\n\n{filler}\nBrastow went home.\n");
        let out = streamed(text.as_bytes()).unwrap();
        assert!(!out.contains("Brastow") && out.contains("went home"));
    }

    #[test]
    fn what_is_no_utf8_is_refused_with_its_place() {
        let mut text = b"plain ".to_vec();
        text.push(0xe9);
        text.extend(b" text");
        assert!(matches!(streamed(&text), Err(StreamError::Encoding(6))));
        assert!(matches!(streamed(&[b'a', 0xc3]), Err(StreamError::Encoding(1))));
    }

    #[test]
    fn letters_with_zeros_between_them_are_refused() {
        let wide: Vec<u8> = "Dr. Roe".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(matches!(streamed(&wide), Err(StreamError::Zero(1))));
        assert!(matches!(plain_text(wide), Err(StreamError::Zero(1))));
        assert!(matches!(plain_text(vec![b'a', 0xe9]), Err(StreamError::Encoding(1))));
        let mut late = "The wound is dry.\n".repeat(CHUNK / 9).into_bytes();
        let at = late.len() as u64;
        late.push(0);
        assert!(matches!(streamed(&late), Err(StreamError::Zero(place)) if place == at));
    }

    #[test]
    fn long_words_and_wide_signs_end_somewhere() {
        let text = "é漢".repeat(CHUNK / 4);
        assert_eq!(streamed(text.as_bytes()).unwrap(), text);
    }
}
