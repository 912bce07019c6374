//! Which encoding a note is in, and its text: UTF-8, UTF-16 with a byte order mark, or
//! Windows-1252 where every byte has a character and most are letters of ASCII.

/// An encoding notes come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Encoding {
    pub(crate) const ALL: [Self; 4] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.as_str() == name)
    }
}

/// Tells the encoding from the first bytes; `whole` says that there are no others. `None` where
/// they are no text.
pub(crate) fn sniff(head: &[u8], whole: bool) -> Option<Encoding> {
    let (encoding, text) = match head {
        [] => return None,
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, decode_utf16(head, u16::from_le_bytes, whole)?),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, decode_utf16(head, u16::from_be_bytes, whole)?),
        _ => match utf8(head, whole) {
            Some(text) => (Encoding::Utf8, text.to_owned()),
            None => (Encoding::Windows1252, decode_1252(head)?),
        },
    };
    // Formats that are written in text and are no prose: their escapes hide identifiers. HL7 v2
    // messages begin with one of three segments (standard, chapter 2).
    let foreign = ["{\\rtf", "%PDF-", "%!PS", "MSH|", "FHS|", "BHS|"]
        .iter()
        .any(|magic| text.starts_with(magic));
    let mostly_ascii = encoding != Encoding::Windows1252 || {
        let high = head.iter().filter(|b| **b >= 0x80).count();
        let letters = head.iter().filter(|b| b.is_ascii_alphabetic() || **b == b' ').count();
        high * 8 <= head.len() && letters * 2 >= head.len()
    };
    (is_prose(&text) && !foreign && mostly_ascii).then_some(encoding)
}

/// Decodes a whole note; `None` where a byte has no character.
pub(crate) fn decode(bytes: Vec<u8>, encoding: Encoding) -> Option<String> {
    let text = match encoding {
        Encoding::Utf8 => {
            let start = if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
            match start {
                0 => String::from_utf8(bytes).ok()?,
                _ => std::str::from_utf8(&bytes[start..]).ok()?.to_owned(),
            }
        }
        Encoding::Utf16Le => decode_utf16(&bytes, u16::from_le_bytes, true)?,
        Encoding::Utf16Be => decode_utf16(&bytes, u16::from_be_bytes, true)?,
        Encoding::Windows1252 => decode_1252(&bytes)?,
    };
    is_prose(&text).then_some(text)
}

/// No NUL, and no control characters but those of layout.
fn is_prose(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}'))
        && text.chars().any(|c| !c.is_whitespace())
}

fn utf8(head: &[u8], whole: bool) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        // The head may end inside a character.
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, whole: bool) -> Option<String> {
    if whole && !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).skip(1).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut decoded = char::decode_utf16(units).peekable();
    while let Some(next) = decoded.next() {
        match next {
            Ok(c) => text.push(c),
            Err(_) if !whole && decoded.peek().is_none() => break,
            Err(_) => return None,
        }
    }
    Some(text)
}

/// Windows-1252 (WHATWG index), where the five bytes without a character are no text.
fn decode_1252(bytes: &[u8]) -> Option<String> {
    const HIGH: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0',
        '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => Some(HIGH[usize::from(byte - 0x80)]).filter(|c| *c != '\0'),
            byte => Some(char::from(*byte)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn texts_are_told_and_read() {
        let check = |bytes: &[u8], expect: Option<(Encoding, &str)>| {
            let told = sniff(bytes, true);
            assert_eq!(told, expect.map(|e| e.0));
            if let (Some(encoding), Some((_, text))) = (told, expect) {
                assert_eq!(decode(bytes.to_vec(), encoding).as_deref(), Some(text));
            }
        };
        check(b"Patient is well.\r\n", Some((Encoding::Utf8, "Patient is well.\r\n")));
        check("José is well".as_bytes(), Some((Encoding::Utf8, "José is well")));
        check(b"\xef\xbb\xbfwell", Some((Encoding::Utf8, "well")));
        check(&utf16("José", u16::to_le_bytes), Some((Encoding::Utf16Le, "José")));
        check(&utf16("José", u16::to_be_bytes), Some((Encoding::Utf16Be, "José")));
        check(b"Jos\xe9 is well \x96 today", Some((Encoding::Windows1252, "José is well – today")));
    }

    #[test]
    fn other_bytes_are_no_text() {
        let check = |bytes: &[u8]| assert_eq!(sniff(bytes, true), None, "{bytes:?}");
        check(b"");
        check(b"   \n");
        check(b"a\0b");
        check(b"\x1b[31mred");
        check(&[0xff, 0xfe, 0x00, 0xd8]);
        check(b"\x81\x8d\x8f");
        check(&[0xc1, 0xd6, 0xc8, 0xd5, 0x40, 0xe2, 0xd4, 0xc9, 0xe3, 0xc8]);
        check(b"%PDF-1.4 text");
        check(b"{\\rtf1 text}");
        check(b"MSH|^~\\&|A|B\rPID|1||12345\r");
        let random: Vec<u8> =
            (0..512u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        check(&random);
    }

    #[test]
    fn a_head_may_end_inside_a_character() {
        assert_eq!(sniff(&"all is well é".as_bytes()[..13], false), Some(Encoding::Utf8));
        assert_eq!(sniff(&"all is well é".as_bytes()[..13], true), Some(Encoding::Windows1252));
    }
}
