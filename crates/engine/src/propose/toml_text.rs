//! Texts of the input in a TOML file that is proposed: none of them may write it.

use std::fmt::Write;

/// A header as a key.
pub(crate) fn toml_key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A basic string on one line, whatever is in it: a header comes from the input, and one that
/// breaks a line, in a comment or out of it, could write the policy (TOML 1.0, "String").
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // Also what readers other than a TOML parser take for a line's end.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A comment on one line.
pub(crate) fn commented(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cannot_write_the_policy() {
        for name in ["zqx = {action=\"keep\"}\n#", "a\r\nb", "a\u{2028}b\u{85}", "\\", "\"\"\""] {
            let key = toml_key(name);
            assert_eq!(key.lines().count(), 1, "{key}");
            let read: toml::Table = format!("{key} = 1").parse().unwrap();
            assert_eq!(read.keys().next().unwrap(), name);
        }
        assert_eq!(commented("a\r\nb\u{2028}c\u{85}d"), "abcd");
    }
}
