//! Escapes of JSON strings, both ways.

/// Reads the escapes of a string the parser has accepted. Half a surrogate pair becomes U+FFFD.
pub(crate) fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(kind) = rest.bytes().next() else { break };
        rest = rest.get(1..).unwrap_or("");
        match kind {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => rest = unicode(rest, &mut out),
            other => out.push(char::from(other)),
        }
    }
    out.push_str(rest);
    out
}

fn unit(text: &str) -> Option<u32> {
    text.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok())
}

fn unicode<'t>(rest: &'t str, out: &mut String) -> &'t str {
    let Some(first) = unit(rest) else { return rest };
    let rest = &rest[4..];
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = rest.strip_prefix("\\u").and_then(unit)
        && (0xdc00..0xe000).contains(&second)
    {
        let joined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        out.push(char::from_u32(joined).unwrap_or('\u{fffd}'));
        return &rest[6..];
    }
    out.push(char::from_u32(first).unwrap_or('\u{fffd}'));
    rest
}

/// Writes a text as the inside of a JSON string.
pub(crate) fn escape_into(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x8 => b'b',
            0xc => b'f',
            0..=0x1f => b'u',
            _ => continue,
        };
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            out.extend_from_slice(b"00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        let check = |raw: &str, expect: &str| assert_eq!(unescape(raw), expect);
        check("plain", "plain");
        check(r#"a\"b\\c\/d"#, "a\"b\\c/d");
        check(r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t");
        check(r"caf\u00e9", "café");
        check(r"\ud83d\ude00!", "😀!");
        check(r"\ud83d", "\u{fffd}");
        check(r"\ud83d\u0041", "\u{fffd}A");
        check(r"\udc00x", "\u{fffd}x");
    }

    #[test]
    fn writing_and_reading_give_the_text_back() {
        for text in ["", "a\"b\\c", "line\nline\u{1}\u{1f}", "naïve 😀", "\u{7f}/"] {
            let mut out = Vec::new();
            escape_into(text, &mut out);
            assert_eq!(unescape(std::str::from_utf8(&out).unwrap()), text);
        }
    }
}
