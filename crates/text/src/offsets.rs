//! The units in which others count the characters of a text. Ours count bytes of UTF-8.

/// What an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Offsets {
    /// Code points, as Python does.
    #[default]
    CodePoints,
    /// Bytes of UTF-8, as Rust and Go do.
    Bytes,
    /// Units of UTF-16, as JavaScript and Java do.
    Utf16,
}

impl Offsets {
    /// The bytes at which offsets lie, in their order; `None` for one that lies outside the text
    /// or within a character.
    pub fn to_bytes(self, text: &str, offsets: &[u64]) -> Vec<Option<usize>> {
        let mut order: Vec<usize> = (0..offsets.len()).collect();
        order.sort_unstable_by_key(|index| offsets[*index]);
        let mut bytes = vec![None; offsets.len()];
        let mut ends = self.borders(text).peekable();
        for index in order {
            while ends.next_if(|(count, _)| *count < offsets[index]).is_some() {}
            bytes[index] =
                ends.peek().filter(|(count, _)| *count == offsets[index]).map(|(_, byte)| *byte);
        }
        bytes
    }

    /// The borders of the characters: the count before each, and its byte.
    fn borders(self, text: &str) -> impl Iterator<Item = (u64, usize)> {
        let after = text.chars().scan((0, 0), move |(count, byte), c| {
            *count += match self {
                Self::CodePoints => 1,
                Self::Bytes => c.len_utf8() as u64,
                Self::Utf16 => c.len_utf16() as u64,
            };
            *byte += c.len_utf8();
            Some((*count, *byte))
        });
        std::iter::once((0, 0)).chain(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_apart() {
        let check = |unit: Offsets, offsets: &[u64], expect: &[Option<usize>]| {
            assert_eq!(unit.to_bytes("aé\u{1f600}b", offsets), expect, "{unit:?}");
        };
        // Bytes 0 1 3 7 8.
        check(
            Offsets::CodePoints,
            &[4, 0, 2, 3, 1, 5],
            &[Some(8), Some(0), Some(3), Some(7), Some(1), None],
        );
        check(
            Offsets::Bytes,
            &[8, 7, 3, 1, 0, 2, 5],
            &[Some(8), Some(7), Some(3), Some(1), Some(0), None, None],
        );
        check(
            Offsets::Utf16,
            &[0, 1, 2, 3, 4, 5],
            &[Some(0), Some(1), Some(3), None, Some(7), Some(8)],
        );
        check(Offsets::Utf16, &[2, 2, u64::MAX], &[Some(3), Some(3), None]);
        assert_eq!(Offsets::default().to_bytes("", &[0, 1]), [Some(0), None]);
    }
}
