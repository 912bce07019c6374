//! Character references of HTML (13.2.5.72 to 13.2.5.80), by the table of section 13.5.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Name, code points in hexadecimal, and whether the name stands without a semicolon too; from
/// section 13.5 of the HTML standard.
const TABLE: &str = include_str!("entities.csv");

/// The longest name of the table.
const LONGEST: usize = 32;

struct Entity {
    text: String,
    bare: bool,
}

fn table() -> &'static HashMap<&'static str, Entity> {
    static ENTITIES: OnceLock<HashMap<&'static str, Entity>> = OnceLock::new();
    ENTITIES.get_or_init(|| TABLE.lines().skip(1).filter_map(entry).collect())
}

fn entry(line: &'static str) -> Option<(&'static str, Entity)> {
    let mut cells = line.split(',');
    let (name, points, bare) = (cells.next()?, cells.next()?, cells.next()?);
    let character = |point| char::from_u32(u32::from_str_radix(point, 16).ok()?);
    let text = points.split(' ').map(character).collect::<Option<String>>()?;
    Some((name, Entity { text, bare: bare == "yes" }))
}

/// What a name stands for.
pub(in crate::formats) fn named(name: &str) -> Option<&'static str> {
    table().get(name).map(|entity| entity.text.as_str())
}

/// Replaces the references of a text.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let used = reference(rest, &mut out);
        if used == 0 {
            out.push('&');
        }
        rest = &rest[used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Adds what a reference stands for, and gives its length after the ampersand; 0 where there is none.
fn reference(rest: &str, out: &mut String) -> usize {
    if let Some(number) = rest.strip_prefix('#') {
        return numeric(number, out).map_or(0, |used| used + 1);
    }
    let bytes = rest.as_bytes();
    let length = bytes.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    let ended = bytes.get(length) == Some(&b';');
    if let Some(entity) = table().get(&rest[..length]).filter(|_| ended) {
        out.push_str(&entity.text);
        return length + 1;
    }
    let bare = (2..=length).rev().find_map(|end| {
        table().get(&rest[..end]).filter(|entity| entity.bare).map(|entity| (end, entity))
    });
    let Some((end, entity)) = bare else { return 0 };
    out.push_str(&entity.text);
    end
}

fn numeric(number: &str, out: &mut String) -> Option<usize> {
    let (digits, radix, start) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (number, 10, 0),
    };
    let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
    if length == 0 {
        return None;
    }
    let point = u32::from_str_radix(&digits[..length], radix).unwrap_or(u32::MAX);
    out.push(match point {
        0x80..=0x9f => windows_1252(point),
        point => char::from_u32(point).filter(|c| *c != '\0').unwrap_or('\u{fffd}'),
    });
    Some(start + length + usize::from(digits.as_bytes().get(length) == Some(&b';')))
}

/// References to the control characters above ASCII mean the letters of Windows-1252 (13.2.5.80).
fn windows_1252(point: u32) -> char {
    let byte = [u8::try_from(point).unwrap_or_default()];
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
    text.chars().next().unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced() {
        let check = |text: &str, expect: &str| assert_eq!(decode(text), expect, "{text}");
        check("no reference", "no reference");
        check("Ros&eacute; &amp; S&ouml;hne", "Rosé & Söhne");
        check("&#74;&#x6f;&#X65; &#150; &#0;&#x110000;", "Joe – \u{fffd}\u{fffd}");
        check("a&ltb &notit; &copy2 &commat;", "a<b ¬it; ©2 @");
        check("R&D &zothing; & &#; &#x; &;", "R&D &zothing; & &#; &#x; &;");
        check("&NotEqualTilde;&fjlig;", "≂̸fj");
        check("&", "&");
        check("&#99999999999999;", "\u{fffd}");
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(table().len(), TABLE.lines().count() - 1);
        assert!(table().keys().all(|name| name.len() <= LONGEST));
    }
}
