//! Which letter a code or a glyph's name is (ISO 32000-1, annex D; Adobe Glyph List).

use super::super::html::entities;

/// Letters of the standard encoding above ASCII (annex D.2); a blank is none.
const STANDARD: &str = concat!(
    " ¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿",
    " `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—               ",
    " Æ ª    ŁØŒº     æ   ı  łøœß    ",
);

/// Names of the Adobe Glyph List that are no letters of ASCII and no names in HTML.
const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("hyphen", "-"),
    ("minus", "−"),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("quoteleft", "‘"),
    ("quoteright", "’"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("endash", "–"),
    ("emdash", "—"),
    ("ellipsis", "…"),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("sterling", "£"),
    ("section", "§"),
    ("Euro", "€"),
    ("periodcentered", "·"),
    ("paragraph", "¶"),
    ("exclamdown", "¡"),
    ("questiondown", "¿"),
    ("germandbls", "ß"),
    ("AE", "Æ"),
    ("ae", "æ"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("dotlessi", "ı"),
    ("Lslash", "Ł"),
    ("lslash", "ł"),
    ("Dcroat", "Đ"),
    ("dcroat", "đ"),
    ("Thorn", "Þ"),
    ("thorn", "þ"),
    ("Eth", "Ð"),
    ("eth", "ð"),
    ("ff", "ff"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("mu", "µ"),
    ("degree", "°"),
    ("onehalf", "½"),
    ("onequarter", "¼"),
    ("threequarters", "¾"),
    ("plusminus", "±"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("registered", "®"),
    ("copyright", "©"),
    ("trademark", "™"),
    ("ordfeminine", "ª"),
    ("ordmasculine", "º"),
    ("onesuperior", "¹"),
    ("twosuperior", "²"),
    ("threesuperior", "³"),
    ("perthousand", "‰"),
    ("daggerdbl", "‡"),
    ("nbspace", " "),
    ("sfthyphen", "-"),
    ("lessequal", "≤"),
    ("greaterequal", "≥"),
    ("notequal", "≠"),
];

/// Accents in the Adobe Glyph List and in the names of HTML.
const ACCENTS: &[(&str, &str)] = &[
    ("circumflex", "circ"),
    ("dieresis", "uml"),
    ("cedilla", "cedil"),
    ("commaaccent", "cedil"),
    ("macron", "macr"),
    ("ogonek", "ogon"),
    ("dotaccent", "dot"),
    ("hungarumlaut", "dblac"),
];

/// A table of the letters of one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
}

impl Base {
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" | b"PDFDocEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    pub(super) fn letter(self, code: u8) -> Option<String> {
        let c = match (self, code) {
            (_, 0..=31 | 127) => return None,
            (Self::Standard, b'\'') => '’',
            (Self::Standard, b'`') => '‘',
            (_, 32..=126) => char::from(code),
            (Self::Standard, 0xa0..) => {
                STANDARD.chars().nth(usize::from(code - 0xa0)).filter(|c| *c != ' ')?
            }
            (Self::Standard, _) => return None,
            (Self::WinAnsi, _) => decoded(encoding_rs::WINDOWS_1252, code)?,
            (Self::MacRoman, _) => decoded(encoding_rs::MACINTOSH, code)?,
        };
        Some(c.to_string())
    }
}

fn decoded(encoding: &'static encoding_rs::Encoding, code: u8) -> Option<char> {
    let bytes = [code];
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    text.chars().next().filter(|c| !c.is_control())
}

/// The letters of a glyph's name; `None` where it says nothing.
pub(super) fn of_glyph(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    // "a.sc" is a form of "a".
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    if name.len() == 1 && name.as_bytes()[0].is_ascii_alphabetic() {
        return Some(name.to_owned());
    }
    let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    if let Some(text) = known.or_else(|| entities::named(name)) {
        return Some(text.to_owned());
    }
    let accented = ACCENTS.iter().find_map(|(ours, theirs)| {
        entities::named(&format!("{}{theirs}", name.strip_suffix(ours)?))
    });
    accented.map(str::to_owned).or_else(|| of_number(name))
}

/// `uni00E9` and `u1F600` (Adobe Glyph List specification, 2).
fn of_number(name: &str) -> Option<String> {
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    let hex = (4..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let point = hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
    char::from_u32(point).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_letters() {
        let check = |base: Base, code: u8, expect: Option<&str>| {
            assert_eq!(base.letter(code).as_deref(), expect, "{base:?} {code}");
        };
        assert_eq!(STANDARD.chars().count(), 96);
        check(Base::Standard, b'A', Some("A"));
        check(Base::Standard, b'\'', Some("’"));
        check(Base::Standard, 0xa1, Some("¡"));
        check(Base::Standard, 0xae, Some("ﬁ"));
        check(Base::Standard, 0xd0, Some("—"));
        check(Base::Standard, 0xe1, Some("Æ"));
        check(Base::Standard, 0xf1, Some("æ"));
        check(Base::Standard, 0xfb, Some("ß"));
        check(Base::Standard, 0xff, None);
        check(Base::WinAnsi, 0xe9, Some("é"));
        check(Base::WinAnsi, 0x80, Some("€"));
        check(Base::MacRoman, 0x8e, Some("é"));
        check(Base::WinAnsi, 7, None);
    }

    #[test]
    fn glyphs_are_letters() {
        let check = |name: &str, expect: Option<&str>| {
            assert_eq!(of_glyph(name.as_bytes()).as_deref(), expect, "{name}");
        };
        check("A", Some("A"));
        check("seven", Some("7"));
        check("eacute", Some("é"));
        check("Odieresis", Some("Ö"));
        check("ecircumflex", Some("ê"));
        check("ccedilla", Some("ç"));
        check("scaron", Some("š"));
        check("aring", Some("å"));
        check("ffi", Some("ffi"));
        check("a.sc", Some("a"));
        check("uni00E9", Some("é"));
        check("u1F600", Some("😀"));
        check("g12", None);
        check(".notdef", None);
    }
}
