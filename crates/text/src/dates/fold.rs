//! A text as the date grammar reads it: the digits, dashes and spaces of every script are those of
//! ASCII, letters have no accents, and marks that nobody sees are not there. Every place leads back
//! to the text as it is written, so that nothing but a moved part of a date is ever changed.

use std::borrow::Cow;
use std::ops::Range;

use super::Dated;

/// Zeros of the scripts that notes write decimal digits in (Unicode 15, general category `Nd`).
const ZEROS: [char; 7] =
    ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{ff10}', '\u{1d7ce}'];

/// The folded text, and for each of its bytes the character it came from.
pub(super) struct Folded<'t> {
    source: &'t str,
    pub(super) text: Cow<'t, str>,
    from: Vec<u32>,
}

impl<'t> Folded<'t> {
    /// Folds a text; one of ASCII alone is lent as it is.
    pub(super) fn new(source: &'t str) -> Self {
        if source.is_ascii() {
            return Self { source, text: Cow::Borrowed(source), from: Vec::new() };
        }
        let mut text = String::with_capacity(source.len());
        let mut from = Vec::with_capacity(source.len());
        for (at, written) in source.char_indices() {
            if let Some(folded) = fold(written) {
                text.push(folded);
                from.resize(text.len(), at as u32);
            }
        }
        Self { source, text: Cow::Owned(text), from }
    }

    /// A date read in the folded text, with its places in the source.
    pub(super) fn back(&self, mut date: Dated, offset: usize) -> Dated {
        date.span = self.written(&date.span, offset);
        for (_, span) in &mut date.parts {
            *span = self.written(span, offset);
        }
        date
    }

    fn written(&self, span: &Range<usize>, offset: usize) -> Range<usize> {
        let start = self.start(span.start);
        let end = match span.end.checked_sub(1).filter(|_| !span.is_empty()) {
            Some(last) => self.end(last),
            None => start,
        };
        start + offset..end + offset
    }

    fn start(&self, at: usize) -> usize {
        match &self.text {
            Cow::Borrowed(_) => at,
            Cow::Owned(_) => self.from.get(at).map_or(self.source.len(), |from| *from as usize),
        }
    }

    /// Past the character that a folded byte came from.
    fn end(&self, at: usize) -> usize {
        let start = self.start(at);
        start + self.source[start..].chars().next().map_or(0, char::len_utf8)
    }
}

/// What a character is read as; `None` where it is not seen.
fn fold(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    if let Some(digit) = digit(c) {
        return Some(char::from(b'0' + digit));
    }
    Some(match c {
        '\u{ad}' | '\u{ba}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => return None,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => return None,
        c if is_dash(c) => '-',
        c if is_space(c) => ' ',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2024}' => '.',
        '‘' | '’' | 'ʼ' => '\'',
        // The full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from((c as u32 - 0xfee0) as u8),
        'à'..='å' | 'ă' => 'a',
        'À'..='Å' => 'A',
        'ç' => 'c',
        'Ç' => 'C',
        'è'..='ë' => 'e',
        'È'..='Ë' => 'E',
        'ì'..='ï' => 'i',
        'Ì'..='Ï' => 'I',
        'ò'..='ö' => 'o',
        'Ò'..='Ö' => 'O',
        'ù'..='ü' => 'u',
        'Ù'..='Ü' => 'U',
        c => c,
    })
}

/// The value of a decimal digit of another script.
fn digit(c: char) -> Option<u8> {
    let zero = zero(c)?;
    Some((c as u32 - zero as u32) as u8)
}

fn zero(c: char) -> Option<char> {
    ZEROS.into_iter().find(|zero| (*zero as u32..*zero as u32 + 10).contains(&(c as u32)))
}

/// Whether a character is a dash that is not ASCII's: hyphens, figure dash, en, em and minus.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// Whether a character is a space that is not ASCII's: no-break, thin, ideographic and others.
pub(super) fn is_space(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character begins a number of some script.
pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || zero(c).is_some()
}

/// A small text without what [`Folded`] takes away.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    Folded::new(text).text
}

/// A number in the digits of the one it replaces.
pub(super) fn in_digits_of(old: &str, number: &str) -> String {
    let Some(zero) = old.chars().find_map(zero) else { return number.to_owned() };
    let written = |c: char| {
        let digit = c.to_digit(10)?;
        char::from_u32(zero as u32 + digit)
    };
    number.chars().map(|c| written(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let text = "é\u{2009}４.3";
        let folded = Folded::new(text);
        assert_eq!(folded.text, "e 4.3");
        let check = |span: Range<usize>, expect: &str| {
            assert_eq!(&text[folded.written(&span, 0)], expect);
        };
        check(0..1, "é");
        check(2..3, "４");
        check(2..5, "４.3");
        check(3..3, "");
        check(5..5, "");
    }

    #[test]
    fn what_is_not_seen_is_not_there() {
        let check = |text: &str, expect: &str| assert_eq!(folded(text), expect);
        check("Ma\u{308}rz", "Marz");
        check("20\u{200b}21", "2021");
        check("3\u{2011}4\u{2212}2021", "3-4-2021");
        check("３／４／２０２１", "3/4/2021");
        check("2021年", "2021年");
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(in_digits_of("４", "12"), "１２");
        assert_eq!(in_digits_of("4", "12"), "12");
        assert_eq!(in_digits_of("٤", "10"), "١٠");
    }
}
