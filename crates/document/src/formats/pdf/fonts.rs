//! Fonts: which letters a string shows and how wide they are (ISO 32000-1, 9.5 to 9.7, 9.10).

use std::borrow::Cow;

use hashbrown::HashMap;

use super::cmap;
use super::encodings::{self, Base};
use super::file::File;
use super::syntax::{Dictionary, Object};
use crate::error::Result;

/// Widths of Helvetica from the space on, in thousandths, for fonts that name none (9.6.2.2).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Codes of a composite font.
const CODES: usize = 1 << 16;

/// A font as far as its text goes.
pub(super) struct Font {
    /// Codes have two bytes.
    wide: bool,
    /// Codes are units of UTF-16.
    unicode: bool,
    letters: HashMap<u32, String>,
    widths: HashMap<u32, f64>,
    usual_width: f64,
}

/// One shown glyph.
pub(super) struct Glyph<'a> {
    /// `None` where nothing says which letters it is.
    pub(super) letters: Option<Cow<'a, str>>,
    /// In units of the font's size.
    pub(super) width: f64,
    /// Word spacing applies (9.3.3).
    pub(super) is_space: bool,
}

impl Font {
    pub(super) fn read(file: &mut File<'_>, dictionary: &Dictionary) -> Result<Self> {
        let mut font = if dictionary.has_name("Subtype", "Type0") {
            Self::composite(file, dictionary)?
        } else {
            Self::simple(file, dictionary)?
        };
        if let Some(stream) = file.stream(dictionary.get("ToUnicode").unwrap_or(&Object::Null))? {
            let map = file.unpack(&stream)?;
            font.letters.extend(cmap::read(&map)?);
        }
        font.letters.retain(|_, text| !text.is_empty() && !text.chars().any(is_unreadable));
        Ok(font)
    }

    /// How many codes it holds.
    pub(super) fn codes(&self) -> usize {
        self.letters.len() + self.widths.len()
    }

    /// The glyphs of a string.
    pub(super) fn glyphs<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Glyph<'a>> {
        bytes.chunks(if self.wide { 2 } else { 1 }).map(|code| {
            let code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
            let listed = self.letters.get(&code).map(|text| Cow::Borrowed(text.as_str()));
            let own = || char::from_u32(code).filter(|c| self.unicode && !is_unreadable(*c));
            Glyph {
                letters: listed.or_else(|| own().map(|c| Cow::Owned(c.to_string()))),
                width: self.widths.get(&code).copied().unwrap_or(self.usual_width),
                is_space: !self.wide && code == 32,
            }
        })
    }

    fn simple(file: &File<'_>, dictionary: &Dictionary) -> Result<Self> {
        let encoding = file.get(dictionary, "Encoding")?;
        let mut letters = HashMap::new();
        let (base, differences) = match &encoding {
            Object::Name(name) => (Base::of(name), Object::Null),
            Object::Dictionary(own) => {
                let base = file.get(own, "BaseEncoding")?;
                (base.name().and_then(Base::of), file.get(own, "Differences")?)
            }
            _ => (None, Object::Null),
        };
        let base = base.unwrap_or(Base::Standard);
        for code in 0..=255u8 {
            letters.extend(base.letter(code).map(|letter| (u32::from(code), letter)));
        }
        if let Object::Array(items) = differences {
            let mut code = 0u32;
            for item in items {
                match file.resolve(&item)? {
                    Object::Number(number) => code = number as u32,
                    Object::Name(name) => {
                        match encodings::of_glyph(&name) {
                            Some(text) => letters.insert(code, text),
                            None => letters.remove(&code),
                        };
                        code = code.saturating_add(1);
                    }
                    _ => {}
                }
            }
        }
        let (widths, usual_width) = simple_widths(file, dictionary)?;
        Ok(Self { wide: false, unicode: false, letters, widths, usual_width })
    }

    fn composite(file: &File<'_>, dictionary: &Dictionary) -> Result<Self> {
        let encoding = file.get(dictionary, "Encoding")?;
        let name = encoding.name().unwrap_or_default();
        let has = |kind: &str| memchr::memmem::find(name, kind.as_bytes()).is_some();
        let unicode = has("UCS2") || has("UTF16");
        let descendants = match file.get(dictionary, "DescendantFonts")? {
            Object::Array(items) => items.first().cloned().unwrap_or(Object::Null),
            _ => Object::Null,
        };
        let descendant = file.dictionary(&descendants)?;
        let usual = file.get(&descendant, "DW")?.number().unwrap_or(1_000.0) / 1_000.0;
        let widths = composite_widths(file, &descendant)?;
        Ok(Self { wide: true, unicode, letters: HashMap::new(), widths, usual_width: usual })
    }
}

/// Characters that say nothing: controls, private use, and what stands for an unknown letter.
fn is_unreadable(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..)
}

fn simple_widths(file: &File<'_>, dictionary: &Dictionary) -> Result<(HashMap<u32, f64>, f64)> {
    // Glyphs of Type 3 fonts are measured in the font's own units (9.6.5).
    let scale = match dictionary.has_name("Subtype", "Type3") {
        true => {
            file.numbers(&file.get(dictionary, "FontMatrix")?)?.first().copied().unwrap_or(0.001)
        }
        false => 0.001,
    };
    let listed = file.numbers(&file.get(dictionary, "Widths")?)?;
    if listed.is_empty() {
        let name = file.get(dictionary, "BaseFont")?;
        let fixed = name.name().is_some_and(|name| name.starts_with(b"Courier"));
        let width = |width: u16| if fixed { 0.6 } else { f64::from(width) / 1_000.0 };
        return Ok(((32..).zip(HELVETICA.map(width)).collect(), if fixed { 0.6 } else { 0.556 }));
    }
    let first = file.get(dictionary, "FirstChar")?.number().unwrap_or(0.0) as u32;
    let widths = listed
        .iter()
        .take(256)
        .enumerate()
        .map(|(index, width)| (first.saturating_add(index as u32), width * scale));
    let descriptor = file.dictionary(&file.get(dictionary, "FontDescriptor")?)?;
    let missing = file.get(&descriptor, "MissingWidth")?.number().unwrap_or(0.0);
    Ok((widths.collect(), missing / 1_000.0))
}

/// `W` of a CID font: a code with the widths from it on, or two codes with one width (9.7.4.3).
fn composite_widths(file: &File<'_>, descendant: &Dictionary) -> Result<HashMap<u32, f64>> {
    let mut widths = HashMap::new();
    let Object::Array(items) = file.get(descendant, "W")? else { return Ok(widths) };
    let mut items = items.iter();
    while let (Some(first), Some(second)) = (items.next(), items.next()) {
        if widths.len() > CODES {
            break;
        }
        let first = file.resolve(first)?.number().unwrap_or(0.0) as u32;
        match file.resolve(second)? {
            Object::Array(list) => {
                for (code, width) in (first..).zip(list.iter().take(CODES)) {
                    widths.insert(code, file.resolve(width)?.number().unwrap_or(0.0) / 1_000.0);
                }
            }
            last => {
                let last = last.number().unwrap_or(0.0) as u32;
                let width = items.next().map_or(Ok(Object::Null), |width| file.resolve(width))?;
                let width = width.number().unwrap_or(0.0) / 1_000.0;
                file.charge(last.min(0xffff).saturating_sub(first) as usize)?;
                widths.extend((first..=last.min(0xffff)).map(|code| (code, width)));
            }
        }
    }
    Ok(widths)
}
