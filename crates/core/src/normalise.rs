//! The spellings of one value, made equal: used where a value known from one file is looked for
//! in another.

/// Lower-cases, strips accents of Latin letters, and makes every run of other characters one
/// space: `O'Brien-Smith,  JOHN` becomes `o brien smith john`.
pub fn words(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut gap = false;
    for c in value.chars().flat_map(char::to_lowercase) {
        match fold(c) {
            Some(folded) => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push_str(folded.as_str());
            }
            None => gap = true,
        }
    }
    out
}

/// Keeps letters and digits alone: `(555) 010-4477` becomes `5550104477`.
pub fn alphanumeric(value: &str) -> String {
    words(value).replace(' ', "")
}

enum Folded {
    One([u8; 4], usize),
    Text(&'static str),
}

impl Folded {
    fn as_str(&self) -> &str {
        match self {
            Self::One(bytes, len) => std::str::from_utf8(&bytes[..*len]).unwrap_or_default(),
            Self::Text(text) => text,
        }
    }
}

fn fold(c: char) -> Option<Folded> {
    let text = match c {
        'a'..='z' | '0'..='9' => {
            let mut bytes = [0; 4];
            let len = c.encode_utf8(&mut bytes).len();
            return Some(Folded::One(bytes, len));
        }
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        // A combining accent disappears into its letter.
        '\u{300}'..='\u{36f}' => "",
        _ if c.is_alphanumeric() => {
            let mut bytes = [0; 4];
            let len = c.encode_utf8(&mut bytes).len();
            return Some(Folded::One(bytes, len));
        }
        _ => return None,
    };
    Some(Folded::Text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_equal() {
        let check = |value: &str, expect: &str| assert_eq!(words(value), expect);
        check("O'Brien-Smith,  JOHN", "o brien smith john");
        check("José  Núñez", "jose nunez");
        check("Jose\u{301}", "jose");
        check("", "");
        check(" -- ", "");
        assert_eq!(alphanumeric("(555) 010-4477"), "5550104477");
    }
}
