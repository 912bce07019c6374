//! Many values searched in many bytes at once: by the first bytes of each, case-insensitively, at
//! word borders.

use std::collections::HashMap;

/// Bytes by which a value is looked up; shorter values are not searched.
const PREFIX: usize = 5;

/// A value that must not be found, with what it is.
struct Needle {
    bytes: Vec<u8>,
    category: String,
}

/// The planted values.
#[derive(Default)]
pub(super) struct Needles {
    by_prefix: HashMap<[u8; PREFIX], Vec<Needle>>,
    count: usize,
}

impl Needles {
    /// How many spellings are searched.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Adds a planted value in the spellings that are worth a search: numbers of six digits and
    /// more, as written and without separators; addresses of the net; names of two words and more.
    pub(super) fn plant(&mut self, category: &str, value: &str) {
        let value = value.trim();
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let words = value.split_whitespace().filter(|w| w.len() > 1).count();
        let number =
            digits.len() >= 6 && digits.len() * 2 > value.len() && !is_date(value, &digits);
        let contact = value.contains('@') || value.contains("://");
        let name = words >= 2 && value.chars().all(|c| !c.is_ascii_digit());
        if number || contact || name {
            self.add(category, value);
        }
        if number && digits.len() < value.len() && value.chars().all(|c| !c.is_alphabetic()) {
            self.add(category, &digits);
        }
    }

    fn add(&mut self, category: &str, value: &str) {
        let bytes = value.to_ascii_lowercase().into_bytes();
        let Some(prefix) = bytes.first_chunk::<PREFIX>().copied() else { return };
        let same = self.by_prefix.entry(prefix).or_default();
        if same.iter().all(|needle| needle.bytes != bytes) {
            same.push(Needle { bytes, category: category.to_owned() });
            self.count += 1;
        }
    }

    /// The categories of the values found in some bytes, once each place. Bytes with zeros between
    /// them (UTF-16) are read without the zeros as well.
    pub(super) fn search(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = self.pass(&bytes.to_ascii_lowercase());
        if bytes.contains(&0) {
            let dense: Vec<u8> = bytes.iter().copied().filter(|b| *b != 0).collect();
            found.extend(self.pass(&dense.to_ascii_lowercase()));
        }
        found
    }

    fn pass(&self, bytes: &[u8]) -> Vec<&str> {
        let border = |at: Option<&u8>| at.is_none_or(|b| !b.is_ascii_alphanumeric());
        let mut found = Vec::new();
        for (at, window) in bytes.windows(PREFIX).enumerate() {
            if at > 0 && !border(bytes.get(at - 1)) {
                continue;
            }
            let Some(needles) = window.first_chunk().and_then(|p| self.by_prefix.get(p)) else {
                continue;
            };
            for needle in needles {
                if bytes[at..].starts_with(&needle.bytes)
                    && border(bytes.get(at + needle.bytes.len()))
                {
                    found.push(needle.category.as_str());
                }
            }
        }
        found
    }
}

/// Whether a value reads as a calendar date: such values occur in logs by right.
fn is_date(value: &str, digits: &str) -> bool {
    let separators = value.chars().filter(|c| "-/.T: ".contains(*c)).count();
    let plain = digits.len() == 8
        && separators == 0
        && (digits.starts_with("19") || digits.starts_with("20"));
    let parts: Vec<&str> = value.split(['-', '/', '.', 'T', ' ']).collect();
    let written = parts.len() >= 3
        && parts[..3]
            .iter()
            .all(|p| matches!(p.len(), 1 | 2 | 4) && p.bytes().all(|b| b.is_ascii_digit()))
        && parts[..3].iter().filter(|p| p.len() == 4).count() <= 1
        && (parts[..3].iter().any(|p| p.len() == 4) || digits.len() <= 6);
    plain || written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        let mut needles = Needles::default();
        for (category, value) in [
            ("patient", "Jane Roe"),
            ("patient", "Jane"),
            ("mrn", "00123456"),
            ("phone", "(555) 010-4477"),
            ("email", "jr@example.org"),
            ("date", "1955-05-05"),
            ("date", "5/5/1955"),
            ("age", "97"),
        ] {
            needles.plant(category, value);
        }
        needles
    }

    #[test]
    fn values_worth_a_search_are_chosen() {
        assert_eq!(needles().len(), 5);
    }

    #[test]
    fn values_are_found_at_borders_in_any_case() {
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(needles().search(text.as_bytes()), expect, "{text}");
        };
        check("read JANE ROE's file", &["patient"]);
        check("id=00123456;", &["mrn"]);
        check("tel 5550104477", &["phone"]);
        check("a00123456", &[]);
        check("001234567", &[]);
        check("Jane Roebuck", &[]);
        check("1955-05-05 Jane", &[]);
        check("<jr@example.org>", &["email"]);
    }

    #[test]
    fn wide_characters_are_read() {
        let wide: Vec<u8> = "Jane Roe".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(needles().search(&wide), ["patient"]);
    }

    #[test]
    fn dates_are_no_numbers() {
        let check = |value: &str, expect: bool| {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(is_date(value, &digits), expect, "{value}");
        };
        check("2024-01-31", true);
        check("01/31/2024", true);
        check("2024-01-31T10:20:30", true);
        check("20240131", true);
        check("123-45-6789", false);
        check("555-010-4477", false);
        check("44556677", false);
    }
}
