//! A place in a text, and what can be read there: digits, letters, and the ends of both.

use super::Reading;

pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) reading: &'t Reading,
}

/// A number of digits at a byte.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    pub(super) value: i64,
    pub(super) len: usize,
    pub(super) end: usize,
}

impl Digits {
    pub(super) fn small(self) -> Option<i8> {
        (self.len <= 2 && self.value <= 31).then_some(self.value as i8)
    }

    pub(super) fn year(self) -> Option<i16> {
        (self.len == 4 && (1800..=2199).contains(&self.value)).then_some(self.value as i16)
    }
}

impl Cursor<'_> {
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    pub(super) fn digits(&self, at: usize) -> Option<Digits> {
        let run = self.text.as_bytes()[at.min(self.text.len())..]
            .iter()
            .take(15)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if run == 0 || run > 14 {
            return None;
        }
        let value = self.text[at..at + run].parse().ok()?;
        Some(Digits { value, len: run, end: at + run })
    }

    /// The letters at a byte, in lower case.
    pub(super) fn letters(&self, at: usize) -> Option<(String, usize)> {
        let run = self.text.as_bytes()[at.min(self.text.len())..]
            .iter()
            .take(12)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        (run >= 2).then(|| (self.text[at..at + run].to_ascii_lowercase(), at + run))
    }

    /// Past spaces, at most two, and optionally one of these bytes before them.
    pub(super) fn skip(&self, at: usize, bytes: &[u8]) -> usize {
        let mut at = at;
        if bytes.contains(&self.byte(at)) {
            at += 1;
        }
        let mut spaces = 0;
        while self.byte(at) == b' ' && spaces < 2 {
            at += 1;
            spaces += 1;
        }
        // A long line may be broken inside a date: `September 20,⏎2019`.
        let ended = at > 0 && matches!(self.byte(at - 1), b',');
        let broken = match (ended, self.byte(at), self.byte(at + 1)) {
            (true, b'\n', _) => at + 1,
            (true, b'\r', b'\n') => at + 2,
            _ => return at,
        };
        let year = (0..4).all(|i| self.byte(broken + i).is_ascii_digit());
        if year && !self.byte(broken + 4).is_ascii_digit() { broken } else { at }
    }

    pub(super) fn ends(&self, at: usize) -> bool {
        !self.text[at..].chars().next().is_some_and(char::is_alphanumeric)
    }

    /// A number ends here: `2011T10:00` and `2011,` do, `2011-05` of a longer code does not.
    pub(super) fn ends_number(&self, at: usize) -> bool {
        match self.byte(at) {
            b'T' | b't' => self.byte(at + 1).is_ascii_digit(),
            b'.' | b',' | b'/' => !self.byte(at + 1).is_ascii_digit(),
            _ => self.ends(at),
        }
    }
}
