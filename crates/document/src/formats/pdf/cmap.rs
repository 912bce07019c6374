//! Maps from codes to Unicode (ISO 32000-1, 9.10.3).

use hashbrown::HashMap;

use super::NAME;
use super::syntax::{Lexer, Object, Token};
use crate::error::{DocumentError, Result};

/// Codes that one map may have.
const MOST: usize = 1 << 17;

/// Reads a map.
pub(super) fn read(bytes: &[u8]) -> Result<HashMap<u32, String>> {
    let mut map = HashMap::new();
    let mut lexer = Lexer::of_content(bytes);
    let mut operands: Vec<Object> = Vec::new();
    while let Some(token) = lexer.next()? {
        let word = match token {
            Token::Object(object) => {
                operands.push(object);
                if operands.len() > MOST {
                    let what = "codes in a font";
                    return Err(DocumentError::TooMany { format: NAME, what, limit: MOST });
                }
                continue;
            }
            Token::Keyword(word) => word,
        };
        match word.as_slice() {
            b"endbfchar" => {
                for pair in operands.chunks_exact(2) {
                    if let (Some(code), Some(text)) = (code(&pair[0]), letters(&pair[1])) {
                        add(&mut map, code, text)?;
                    }
                }
            }
            b"endbfrange" => {
                for triple in operands.chunks_exact(3) {
                    if let (Some(low), Some(high)) = (code(&triple[0]), code(&triple[1])) {
                        range(&mut map, low, high, &triple[2])?;
                    }
                }
            }
            _ => {}
        }
        operands.clear();
    }
    Ok(map)
}

fn add(map: &mut HashMap<u32, String>, code: u32, text: String) -> Result<()> {
    if map.len() >= MOST {
        return Err(DocumentError::TooMany { format: NAME, what: "codes in a font", limit: MOST });
    }
    map.insert(code, text);
    Ok(())
}

fn range(map: &mut HashMap<u32, String>, low: u32, high: u32, target: &Object) -> Result<()> {
    if let Object::Array(items) = target {
        for (code, item) in (low..=high).zip(items) {
            if let Some(text) = letters(item) {
                add(map, code, text)?;
            }
        }
        return Ok(());
    }
    let Object::String(bytes) = target else { return Ok(()) };
    let mut units = units(bytes);
    let Some(first) = units.pop() else { return Ok(()) };
    for (step, code) in (low..=high).take(MOST + 1).enumerate() {
        units.push(first.wrapping_add(step as u16));
        let text = String::from_utf16_lossy(&units);
        units.pop();
        add(map, code, text)?;
    }
    Ok(())
}

fn code(object: &Object) -> Option<u32> {
    match object {
        Object::String(bytes) if bytes.len() <= 4 => {
            Some(bytes.iter().fold(0, |code, byte| code << 8 | u32::from(*byte)))
        }
        _ => None,
    }
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks(2)
        .take(64)
        .map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            one => u16::from(one[0]),
        })
        .collect()
}

fn letters(object: &Object) -> Option<String> {
    match object {
        Object::String(bytes) => Some(String::from_utf16_lossy(&units(bytes))),
        Object::Name(name) => super::encodings::of_glyph(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_read() {
        let map = read(
            b"/CIDInit begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> <0004> <00660069> endbfchar\n\
              2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<00E9> /eacute] endbfrange endcmap",
        )
        .unwrap();
        let found: Vec<Option<&str>> = [3, 4, 0x10, 0x12, 0x13, 0x20, 0x21]
            .iter()
            .map(|code| map.get(code).map(String::as_str))
            .collect();
        let expect = [Some(" "), Some("fi"), Some("A"), Some("C"), None, Some("é"), Some("é")];
        assert_eq!(found, expect);
    }

    #[test]
    fn maps_are_bounded() {
        assert!(read(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange").is_err());
        assert!(read(b"1 beginbfrange <00> <FF> [ endbfrange").is_err());
        assert_eq!(read(b"beginbfchar <00> endbfchar ] >> <FF>").unwrap().len(), 0);
    }
}
