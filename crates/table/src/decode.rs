//! Bytes of any known encoding to UTF-8, a block at a time.
//!
//! A file whose beginning is all ASCII does not yet say what it is: the first byte beyond ASCII
//! decides between UTF-8 and Windows-1252.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use crate::detect::TextEncoding;

const BLOCK: usize = 64 << 10;

/// Reads blocks of UTF-8 out of a source in some encoding; a byte order mark is removed and what
/// cannot be read becomes U+FFFD.
pub(crate) struct DecodingReader<R> {
    source: R,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    ended: bool,
}

impl<R: Read> DecodingReader<R> {
    pub(crate) fn new(source: R, encoding: TextEncoding) -> Self {
        let decoder = match encoding {
            TextEncoding::Ascii => None,
            TextEncoding::Named(e) => Some(e.new_decoder_with_bom_removal()),
        };
        Self { source, decoder, raw: Vec::with_capacity(BLOCK), ended: false }
    }

    /// Puts the next block into `out`, replacing what is there; an empty `out` is the end.
    pub(crate) fn next_block(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        while out.is_empty() && !(self.ended && self.raw.is_empty() && self.decoder.is_none()) {
            self.fill()?;
            if self.decoder.is_none() && self.pass_ascii(out) {
                if self.ended && self.raw.is_empty() {
                    return Ok(());
                }
                continue;
            }
            self.decode(out);
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        let kept = self.raw.len();
        if self.ended || kept >= BLOCK {
            return Ok(());
        }
        self.raw.resize(BLOCK, 0);
        let read = loop {
            match self.source.read(&mut self.raw[kept..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw.truncate(kept + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }

    /// Moves the leading ASCII to `out`; chooses the decoder where something else follows. Gives
    /// whether there is nothing to decode yet.
    fn pass_ascii(&mut self, out: &mut Vec<u8>) -> bool {
        let ascii = self.raw.iter().position(|b| !b.is_ascii()).unwrap_or(self.raw.len());
        out.extend(self.raw.drain(..ascii));
        if self.raw.is_empty() {
            return true;
        }
        let next = &self.raw[..self.raw.len().min(4)];
        let encoding = match std::str::from_utf8(next) {
            Ok(_) => encoding_rs::UTF_8,
            Err(e) if e.valid_up_to() > 0 => encoding_rs::UTF_8,
            Err(e) if e.error_len().is_none() && !self.ended => return true,
            Err(_) => encoding_rs::WINDOWS_1252,
        };
        self.decoder = Some(encoding.new_decoder_without_bom_handling());
        !out.is_empty()
    }

    fn decode(&mut self, out: &mut Vec<u8>) {
        let Some(decoder) = &mut self.decoder else { return };
        let most = decoder
            .max_utf8_buffer_length(self.raw.len())
            .unwrap_or(self.raw.len().saturating_mul(3))
            .max(16);
        out.resize(most, 0);
        let (result, read, written, _) = decoder.decode_to_utf8(&self.raw, out, self.ended);
        out.truncate(written);
        self.raw.drain(..read);
        if self.ended && result == CoderResult::InputEmpty {
            self.decoder = None;
            self.raw.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, the hardest case for characters over block ends.
    struct Drip<'a>(&'a [u8]);
    impl Read for Drip<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(1).min(buf.len());
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn read_all<R: Read>(source: R, encoding: TextEncoding) -> String {
        let mut reader = DecodingReader::new(source, encoding);
        let (mut all, mut block) = (Vec::new(), Vec::new());
        loop {
            reader.next_block(&mut block).unwrap();
            if block.is_empty() {
                return String::from_utf8(all).unwrap();
            }
            all.extend_from_slice(&block);
        }
    }

    #[test]
    fn encodings_read_whole_and_in_drips() {
        let check = |bytes: &[u8], encoding: TextEncoding, expect: &str| {
            assert_eq!(read_all(bytes, encoding), expect);
            assert_eq!(read_all(Drip(bytes), encoding), expect);
        };
        let long = "x".repeat(100_000);
        check(b"", TextEncoding::Ascii, "");
        check(long.as_bytes(), TextEncoding::Ascii, &long);
        check("ab,Jos\u{e9}".as_bytes(), TextEncoding::Ascii, "ab,José");
        check(b"ab,Jos\xe9,c", TextEncoding::Ascii, "ab,José,c");
        check(b"ab,Jos\xe9", TextEncoding::Ascii, "ab,José");
        check(b"\xef\xbb\xbfa", TextEncoding::Named(encoding_rs::UTF_8), "a");
        check(b"a\xffb", TextEncoding::Named(encoding_rs::UTF_8), "a\u{fffd}b");
        check(b"\xff\xfea\0\xe9\0", TextEncoding::Named(encoding_rs::UTF_16LE), "aé");
        check(b"a\0b", TextEncoding::Named(encoding_rs::UTF_16LE), "a\u{fffd}");
        check(b"\xe2\x82\xac\xe2", TextEncoding::Ascii, "€\u{fffd}");
    }
}
