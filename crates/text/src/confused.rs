//! What readers of pictures and faxes confuse: `Sm1th`, `J0hn`, `555-O134`. Digits that stand in a
//! word for a letter are read as that letter where this makes a word that is known, and letters that
//! stand in a number for a digit as that digit. Each is one byte for one, so places stay.

use std::borrow::Cow;

use crate::lexicon::{Lexicon, hash_word};

/// Shortest word, and shortest number, that is mended.
const WORD: usize = 4;
const NUMBER: usize = 5;
/// Digits in a word at most.
const DIGITS: usize = 2;

/// Reads a text as it was before it was misread.
pub(crate) fn mended(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut changes: Vec<(usize, u8)> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(border) = next_border(bytes, at) {
        let joined = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
        let mut start = border;
        while start > at && joined(bytes[start - 1]) {
            start -= 1;
        }
        let end = border
            + bytes[border..].iter().position(|b| !joined(*b)).unwrap_or(bytes.len() - border);
        if !word(&bytes[start..end], start, &mut changes) {
            number(bytes, start..end, &mut changes);
        }
        at = end;
    }
    if changes.is_empty() {
        return text;
    }
    let mut bytes = text.into_owned().into_bytes();
    for (at, byte) in changes {
        bytes[at] = byte;
    }
    // A byte of ASCII stands for another, so the text is still UTF-8.
    Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
}

/// The second of the next two bytes of which one is a letter and one a digit.
fn next_border(bytes: &[u8], from: usize) -> Option<usize> {
    let mixed = |pair: &[u8]| {
        pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic()
            || pair[0].is_ascii_alphabetic() && pair[1].is_ascii_digit()
    };
    bytes[from..].windows(2).position(mixed).map(|at| from + at + 1)
}

/// Mends a word of letters with digits among them; whether it is one.
fn word(token: &[u8], start: usize, changes: &mut Vec<(usize, u8)>) -> bool {
    let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
    let last = token.last().is_none_or(u8::is_ascii_digit);
    let first = token.first().is_some_and(u8::is_ascii_digit);
    if token.len() < WORD + usize::from(first)
        || digits > DIGITS
        || digits * 3 > token.len()
        || last
    {
        return false;
    }
    let mut read = token.to_vec();
    // What a 1 stands for, the word says.
    for one in *b"li" {
        for (at, byte) in token.iter().enumerate().filter(|(_, b)| b.is_ascii_digit()) {
            let upper = token.get(at + 1).is_none_or(|next| next.is_ascii_uppercase())
                && token.iter().filter(|b| b.is_ascii_alphabetic()).all(u8::is_ascii_uppercase)
                || at == 0;
            let letter = match byte {
                b'0' => b'o',
                b'1' => one,
                b'5' => b's',
                _ => return false,
            };
            read[at] = if upper { letter.to_ascii_uppercase() } else { letter };
        }
        let Ok(text) = std::str::from_utf8(&read) else { return false };
        let known = Lexicon::get().word(hash_word(text));
        if known.given() > 0 || known.surname > 0 || known.is_common() {
            let differs = read.iter().zip(token).enumerate().filter(|(_, (new, old))| new != old);
            changes.extend(differs.map(|(at, (new, _))| (start + at, *new)));
            return true;
        }
    }
    false
}

/// Mends letters in a number that may have hyphens, points and strokes.
fn number(bytes: &[u8], token: std::ops::Range<usize>, changes: &mut Vec<(usize, u8)>) {
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/');
    let mut start = token.start;
    while start > 0 && part(bytes[start - 1]) && token.start - start < 24 {
        start -= 1;
    }
    let mut end = token.end;
    while end < bytes.len() && part(bytes[end]) && end - token.end < 24 {
        end += 1;
    }
    let run = &bytes[start..end];
    let letters: Vec<usize> = (0..run.len()).filter(|at| run[*at].is_ascii_alphabetic()).collect();
    let digits = run.iter().filter(|b| b.is_ascii_digit()).count();
    let lone = |at: usize| {
        let digit =
            |at: Option<usize>| at.and_then(|at| run.get(at)).is_some_and(u8::is_ascii_digit);
        let letter =
            |at: Option<usize>| at.and_then(|at| run.get(at)).is_some_and(u8::is_ascii_alphabetic);
        let (before, behind) = (at.checked_sub(1), Some(at + 1));
        // Behind its digits an `l` is a litre.
        let beside = match run[at] {
            b'O' | b'o' => digit(before) || digit(behind),
            b'l' | b'I' => digit(before) && (digit(behind) || run.get(at + 1) == Some(&b'-')),
            _ => false,
        };
        beside && !letter(before) && !letter(behind)
    };
    if digits + letters.len() < NUMBER
        || letters.len() * 4 > digits
        || !letters.iter().all(|at| lone(*at))
    {
        return;
    }
    for at in letters.into_iter().map(|at| start + at).filter(|at| token.contains(at)) {
        changes.push((at, if matches!(bytes[at], b'O' | b'o') { b'0' } else { b'1' }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_misread_is_read() {
        let check = |text: &str, expect: &str| assert_eq!(mended(text.into()), expect, "{text:?}");
        check("Mr. Sm1th and J0hn", "Mr. Smith and John");
        check("MR. SM1TH AND J0HN", "MR. SMITH AND JOHN");
        check("5hannon and 0liver", "Shannon and Oliver");
        check("pa1n in the hosp1tal", "pain in the hospital");
        check("call 555-O134, ZIP 7098O", "call 555-0134, ZIP 70980");
        check("SSN 123-4S-6789 and 12l-45-6789", "SSN 123-4S-6789 and 121-45-6789");
        check("é5hannon J0hné", "é5hannon J0hné");
    }

    #[test]
    fn what_was_not_is_left() {
        for text in [
            "B12 and C5, H1N1, p53, CO2 40, T12-L1, IL-6",
            "10mg 5years 1week 2x daily, 100ml, 250000l",
            "COVID19 MRSA2 S1Q3T3 1st 2nd 5th",
            "v1.0.0 sha1 3M a1c 12O",
            "AB123456 and 12-OI-34",
            "",
            "5",
        ] {
            assert_eq!(mended(text.into()), text);
        }
    }
}
