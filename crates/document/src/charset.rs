//! Bytes of a text format to text: by byte order mark, by the encoding that the document names,
//! as UTF-8, as Windows-1252, in this order (WHATWG Encoding; HTML 13.2.3.2).

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{DocumentError, Result};

/// Decodes a whole text. `named` is the encoding that the document names, if it names one.
pub(crate) fn decode(
    format: &'static str,
    bytes: &[u8],
    named: Option<&'static Encoding>,
) -> Result<String> {
    let (encoding, body) = match (Encoding::for_bom(bytes), named) {
        (Some((encoding, mark)), _) => (encoding, &bytes[mark..]),
        (None, Some(encoding)) => (encoding, bytes),
        (None, None) if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        (None, None) => (WINDOWS_1252, bytes),
    };
    let (text, broken) = encoding.decode_without_bom_handling(body);
    if broken {
        return Err(DocumentError::Charset {
            format,
            what: "a byte has no character in the encoding of the document",
        });
    }
    if text.contains('\0') {
        return Err(DocumentError::Charset { format, what: "the text holds zero bytes" });
    }
    Ok(text.into_owned())
}

/// The encoding of a label; UTF-16 without a byte order mark cannot be what a document names in
/// letters of one byte (HTML 13.2.3.2, step 4.2).
pub(crate) fn by_label(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    Some(if wide { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_decoded() {
        let check = |bytes: &[u8], named: Option<&str>, expect: Option<&str>| {
            let named = named.and_then(|label| by_label(label.as_bytes()));
            assert_eq!(decode("test", bytes, named).ok().as_deref(), expect, "{bytes:?}");
        };
        check("José".as_bytes(), None, Some("José"));
        check(b"Jos\xe9", None, Some("José"));
        check(b"\xef\xbb\xbfJos\xc3\xa9", Some("latin1"), Some("José"));
        check(b"\xff\xfeJ\0\xe9\0", None, Some("Jé"));
        check(b"\xc8", Some("iso-8859-2"), Some("Č"));
        check(b"Jos\xe9", Some("utf-8"), None);
        check(b"J\0o\0", None, None);
        check(b"Jo", Some("utf-16"), Some("Jo"));
    }
}
