//! Attachments: base64 text goes through the text engine, other content is left out.

use std::ops::Range;

use data_encoding::BASE64;

/// What an attachment's data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// Plain text.
    Text,
    /// HTML or XHTML.
    Html,
}

/// The kind of text a media type names; `None` for what is no text in UTF-8.
pub(crate) fn media(content_type: &str) -> Option<Media> {
    let mut parts = content_type.split(';');
    let name = parts.next()?.trim().to_ascii_lowercase();
    for parameter in parts {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        if key.trim().eq_ignore_ascii_case("charset") && !matches!(&*value, "utf-8" | "us-ascii") {
            return None;
        }
    }
    match name.as_str() {
        "text/plain" | "text/markdown" => Some(Media::Text),
        "text/html" | "application/xhtml+xml" => Some(Media::Html),
        _ => None,
    }
}

/// Reads base64 text, white space in it allowed.
pub(crate) fn decode(data: &str) -> Option<String> {
    let bytes = match BASE64.decode(data.as_bytes()) {
        Ok(bytes) => bytes,
        Err(_) => {
            let packed: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
            BASE64.decode(&packed).ok()?
        }
    };
    String::from_utf8(bytes).ok()
}

/// Writes base64.
pub(crate) fn encode(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

/// The characters of base64 that hold a range of bytes.
pub(crate) fn encoded_range(bytes: &Range<usize>) -> Range<usize> {
    bytes.start / 3 * 4..bytes.end.div_ceil(3) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        let check = |text: &str, expect: Option<Media>| assert_eq!(media(text), expect, "{text}");
        check("text/plain", Some(Media::Text));
        check("text/plain; charset=utf-8", Some(Media::Text));
        check("Text/HTML;charset=\"UTF-8\"", Some(Media::Html));
        check("text/plain; charset=utf-16", None);
        check("application/pdf", None);
        check("text/plain; nonsense", None);
        check("", None);
    }

    #[test]
    fn base64_both_ways() {
        assert_eq!(decode(&encode("naïve")).as_deref(), Some("naïve"));
        assert_eq!(decode("bmFt\nZQ==").as_deref(), Some("name"));
        assert_eq!(decode("%%%"), None);
        assert_eq!(decode("/w=="), None);
        assert_eq!(encoded_range(&(0..1)), 0..4);
        assert_eq!(encoded_range(&(2..7)), 0..12);
        assert_eq!(encoded_range(&(3..6)), 4..8);
    }
}
