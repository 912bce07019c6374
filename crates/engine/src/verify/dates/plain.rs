//! A text as bytes of ASCII, as far as dates go: digits, dashes, spaces and letters that look like
//! those of ASCII are those, and what takes no room is dropped. Runs of the text that are moved
//! against the original are listed, not every byte.

use std::ops::Range;

/// The bytes, and where they stand in the text.
pub(super) struct Plain {
    pub(super) bytes: Vec<u8>,
    /// Where a run of bytes begins that stands in the text as it is here: here, and there.
    runs: Vec<(u32, u32)>,
}

impl Plain {
    pub(super) fn of(text: &str) -> Self {
        let mut plain = Self { bytes: Vec::with_capacity(text.len()), runs: vec![(0, 0)] };
        for (at, c) in text.char_indices() {
            let shift = at as u32 - plain.bytes.len() as u32;
            if plain.runs.last().is_some_and(|(here, there)| there - here != shift) {
                plain.runs.push((plain.bytes.len() as u32, at as u32));
            }
            match ascii(c) {
                Some(byte) => plain.bytes.push(byte),
                None if is_nothing(c) => {}
                None => plain.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        plain
    }

    /// The bytes of the text that a span of ours was made from.
    pub(super) fn there(&self, span: &Range<usize>, text: &str) -> Range<usize> {
        let start = self.place(span.start);
        let last = self.place(span.end.saturating_sub(1).max(span.start));
        let mut end = last + 1;
        while !text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    fn place(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|(here, _)| *here as usize <= at);
        let (here, there) = self.runs.get(run.wrapping_sub(1)).copied().unwrap_or_default();
        there as usize + (at - here as usize)
    }
}

fn is_nothing(c: char) -> bool {
    matches!(
        c as u32,
        0xad | 0xba | 0x300..=0x36f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2064 | 0xfeff
    )
}

/// The byte that a character stands for.
fn ascii(c: char) -> Option<u8> {
    // First of ten digits, in the order of their values.
    const DIGITS: [u32; 7] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce];
    // What a letter of Latin-1 is without its accent, from U+00C0.
    const LATIN: &[u8; 64] = b"AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";
    let code = c as u32;
    if code < 0x80 {
        return Some(code as u8);
    }
    if let Some(first) = DIGITS.iter().find(|first| (**first..**first + 10).contains(&code)) {
        return Some(b'0' + (code - first) as u8);
    }
    match code {
        0xd7 | 0xf7 => None,
        0xc0..=0xff => LATIN.get((code - 0xc0) as usize).copied(),
        0xff01..=0xff5e => Some((code - 0xfee0) as u8),
        0x2010..=0x2015 | 0x2212 | 0xfe58 | 0xfe63 => Some(b'-'),
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000 => Some(b' '),
        0x2044 | 0x2215 => Some(b'/'),
        0x2024 => Some(b'.'),
        0x2018 | 0x2019 | 0x2bc => Some(b'\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lead_to_the_text() {
        let text = "é４\u{2009}Ma\u{308}rz 年x";
        let plain = Plain::of(text);
        assert_eq!(plain.bytes, "e4 Marz 年x".as_bytes());
        let check = |span: Range<usize>, expect: &str| {
            assert_eq!(&text[plain.there(&span, text)], expect);
        };
        check(0..1, "é");
        check(1..2, "４");
        check(1..3, "４\u{2009}");
        check(3..7, "Ma\u{308}rz");
        check(8..11, "年");
        check(11..12, "x");
    }
}
