//! The verifier's own normaliser: cuts a text into tokens of folded letters and digits.
//!
//! Written apart from the one the detectors use, on purpose. A text becomes one run of folded
//! bytes without separators, and tokens that point into it and into the source: so a value spelt
//! with other separators, case, accents, full-width or look-alike letters is the same bytes, and
//! a match can demand to begin and end where a token does.

/// One token: a run of letters, or of digits, that a change of case may also end
/// (`JohnSmith` is two tokens without a gap).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte in the source.
    pub start: u32,
    /// One past the last byte in the source.
    pub end: u32,
    /// First byte in the folded run.
    pub at: u32,
    /// One past the last byte in the folded run.
    pub to: u32,
    /// How it is written.
    pub shape: Shape,
    /// Whether it follows the token before without a separator.
    pub glued: bool,
}

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Digits.
    Digits,
    /// Letters without an upper-case one, or of a script without cases.
    Lower,
    /// An upper-case letter and lower-case ones after it, or one upper-case letter.
    Capitalised,
    /// Two or more letters, all in upper case.
    Upper,
    /// A code we wrote, inside of which nothing is searched, or a UUID, which is one value.
    Code,
}

impl Token {
    /// Bytes in the folded run.
    pub fn len(&self) -> usize {
        (self.to - self.at) as usize
    }

    /// Whether nothing is left of it.
    pub fn is_empty(&self) -> bool {
        self.to == self.at
    }

    /// Whether it consists of letters.
    pub fn is_letters(&self) -> bool {
        !matches!(self.shape, Shape::Digits | Shape::Code)
    }

    /// Whether it begins with an upper-case letter.
    pub fn is_capital(&self) -> bool {
        matches!(self.shape, Shape::Capitalised | Shape::Upper)
    }
}

/// A text cut into tokens. Reused from text to text, so that the buffers are.
#[derive(Debug, Default)]
pub struct Tokens {
    /// Folded letters and digits of the whole text, without separators.
    pub folded: Vec<u8>,
    /// The tokens in order.
    pub list: Vec<Token>,
}

const SEPARATOR: u8 = 0;
const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 3;
const OTHER: u8 = 4;

const fn classes() -> [u8; 256] {
    let mut table = [SEPARATOR; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            0x80.. => OTHER,
            _ => SEPARATOR,
        };
        b += 1;
    }
    table
}

static CLASS: [u8; 256] = classes();

impl Tokens {
    /// Cuts a text; what was cut before is forgotten. Texts longer than 4 GiB are cut short, so
    /// callers hand over pieces.
    pub fn cut(&mut self, text: &str) {
        self.folded.clear();
        self.list.clear();
        let bytes = &text.as_bytes()[..text.len().min(u32::MAX as usize)];
        let mut at = 0;
        let mut gap = true;
        while at < bytes.len() {
            let class = CLASS[bytes[at] as usize];
            if gap && class != SEPARATOR && is_uuid(bytes, at) {
                self.uuid(bytes, at);
                at += UUID;
                gap = false;
                continue;
            }
            match class {
                SEPARATOR => {
                    at += 1;
                    gap = true;
                }
                DIGIT => {
                    let end = run(bytes, at, |c| c == DIGIT);
                    // A code of ours begins where a run of letters and digits does.
                    if gap && let Some(end) = code_end(text, at) {
                        self.push(at, end, Shape::Code, !gap);
                        at = end;
                    } else {
                        self.ascii(bytes, at, end, Shape::Digits, gap);
                        at = end;
                    }
                    gap = false;
                }
                OTHER => at = self.wide(text, at, &mut gap),
                _ => {
                    if gap && let Some(end) = code_end(text, at) {
                        self.push(at, end, Shape::Code, false);
                        at = end;
                    } else {
                        at = self.word(bytes, at, gap);
                    }
                    gap = false;
                }
            }
        }
    }

    /// A run of ASCII letters, cut where the case changes.
    fn word(&mut self, bytes: &[u8], at: usize, gap: bool) -> usize {
        let uppers = run(bytes, at, |c| c == UPPER);
        let end = run(bytes, uppers, |c| c == LOWER);
        match (uppers - at, end - uppers) {
            (0, _) => self.ascii(bytes, at, end, Shape::Lower, gap),
            (1, _) => self.ascii(bytes, at, end, Shape::Capitalised, gap),
            (_, 0) => self.ascii(bytes, at, end, Shape::Upper, gap),
            // `SMITHs`: a plural or possessive, not a name that begins with S.
            (_, 1) if bytes[uppers] == b's' => {
                self.ascii(bytes, at, uppers, Shape::Upper, gap);
                self.ascii(bytes, uppers, end, Shape::Lower, false);
            }
            (n, _) => {
                let last = uppers - 1;
                let shape = if n == 2 { Shape::Capitalised } else { Shape::Upper };
                self.ascii(bytes, at, last, shape, gap);
                self.ascii(bytes, last, end, Shape::Capitalised, false);
            }
        }
        end
    }

    fn ascii(&mut self, bytes: &[u8], start: usize, end: usize, shape: Shape, gap: bool) {
        let at = self.folded.len();
        self.folded.extend(bytes[start..end].iter().map(u8::to_ascii_lowercase));
        // An ASCII run next to an accented letter is one word with it.
        let joins = !gap && start > 0 && bytes[start - 1] >= 0x80;
        if joins
            && let Some(last) = self.list.last_mut()
            && last.end as usize == start
        {
            let same = match (last.shape, shape) {
                (Shape::Lower | Shape::Capitalised | Shape::Upper, Shape::Lower) => true,
                (Shape::Upper, Shape::Upper | Shape::Capitalised) => true,
                (Shape::Capitalised, Shape::Upper | Shape::Capitalised) => last.len() == 1,
                (Shape::Digits, Shape::Digits) => true,
                _ => false,
            };
            if same {
                if shape != Shape::Lower && last.is_letters() {
                    last.shape = Shape::Upper;
                }
                last.end = end as u32;
                last.to = self.folded.len() as u32;
                return;
            }
        }
        self.list.push(Token {
            start: start as u32,
            end: end as u32,
            at: at as u32,
            to: self.folded.len() as u32,
            shape,
            glued: !gap,
        });
    }

    /// One character that is not ASCII.
    fn wide(&mut self, text: &str, at: usize, gap: &mut bool) -> usize {
        let Some(c) = text[at..].chars().next() else { return text.len() };
        let end = at + c.len_utf8();
        match fold(c) {
            Fold::Nothing => {
                if let Some(last) = self.list.last_mut()
                    && last.end as usize == at
                {
                    last.end = end as u32;
                }
            }
            Fold::Gap => *gap = true,
            Fold::Digit(digit) => {
                let glued = !*gap;
                self.extend(at, end, &[digit], Shape::Digits, glued);
                *gap = false;
            }
            Fold::Letters(letters, upper) => {
                let shape = if upper { Shape::Capitalised } else { Shape::Lower };
                self.extend(at, end, letters.as_bytes(), shape, !*gap);
                *gap = false;
            }
            Fold::Char(lower, upper) => {
                let shape = if upper { Shape::Capitalised } else { Shape::Lower };
                let mut buffer = [0; 4];
                let letters = lower.encode_utf8(&mut buffer);
                self.extend(at, end, letters.as_bytes(), shape, !*gap);
                *gap = false;
            }
        }
        end
    }

    /// Adds folded bytes to the token before, where they belong to it, or as a new token.
    fn extend(&mut self, start: usize, end: usize, folded: &[u8], shape: Shape, glued: bool) {
        if glued
            && let Some(last) = self.list.last_mut()
            && last.end as usize == start
        {
            let same = match (last.shape, shape) {
                (Shape::Digits, Shape::Digits) => true,
                (Shape::Lower | Shape::Capitalised, Shape::Lower) => true,
                (Shape::Capitalised, Shape::Capitalised) => last.len() == 1,
                (Shape::Upper, Shape::Capitalised | Shape::Lower) => true,
                _ => false,
            };
            if same {
                if last.shape == Shape::Capitalised && shape == Shape::Capitalised {
                    last.shape = Shape::Upper;
                }
                self.folded.extend_from_slice(folded);
                last.end = end as u32;
                last.to = self.folded.len() as u32;
                return;
            }
        }
        let at = self.folded.len();
        self.folded.extend_from_slice(folded);
        self.list.push(Token {
            start: start as u32,
            end: end as u32,
            at: at as u32,
            to: self.folded.len() as u32,
            shape,
            glued,
        });
    }

    /// A UUID is one token: its groups of digits are no numbers.
    fn uuid(&mut self, bytes: &[u8], start: usize) {
        let end = start + UUID;
        self.push(start, end, Shape::Code, false);
        let digits = bytes[start..end].iter().filter(|b| **b != b'-').map(u8::to_ascii_lowercase);
        self.folded.extend(digits);
        if let Some(last) = self.list.last_mut() {
            last.to = self.folded.len() as u32;
        }
    }

    fn push(&mut self, start: usize, end: usize, shape: Shape, glued: bool) {
        let at = self.folded.len() as u32;
        self.list.push(Token { start: start as u32, end: end as u32, at, to: at, shape, glued });
    }

    /// The folded bytes of a token.
    pub fn text(&self, token: &Token) -> &[u8] {
        &self.folded[token.at as usize..token.to as usize]
    }

    /// Words of the list: tokens that a separator precedes.
    pub fn words(&self) -> usize {
        self.list.iter().enumerate().filter(|(i, t)| *i == 0 || !t.glued).count()
    }
}

fn run(bytes: &[u8], mut at: usize, is: impl Fn(u8) -> bool) -> usize {
    while at < bytes.len() && is(CLASS[bytes[at] as usize]) {
        at += 1;
    }
    at
}

const UUID: usize = 36;

/// Whether a UUID (RFC 9562) begins here and stands by itself.
fn is_uuid(bytes: &[u8], at: usize) -> bool {
    // The first dash refuses nearly everything.
    bytes.get(at + 8) == Some(&b'-')
        && bytes.get(at..at + UUID).is_some_and(|run| {
            run.iter().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => *b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
        })
        && bytes.get(at + UUID).is_none_or(|b| CLASS[*b as usize] == SEPARATOR)
}

/// The end of a pseudonym code that begins here and stands by itself.
fn code_end(text: &str, at: usize) -> Option<usize> {
    const LENGTH: usize = 27;
    let bytes = text.as_bytes();
    let end = at + LENGTH;
    // Cheap refusals first: nearly every word ends earlier or has a lower-case letter.
    if end > bytes.len()
        || !bytes[at + 1..end].iter().all(|b| matches!(CLASS[*b as usize], UPPER | DIGIT))
        || bytes.get(end).is_some_and(|b| CLASS[*b as usize] != SEPARATOR)
    {
        return None;
    }
    anonymed_core::Pseudonym::is_code(text.get(at..end)?).then_some(end)
}

/// Folds a value to letters and digits without separators.
pub fn joined(value: &str) -> Vec<u8> {
    let mut tokens = Tokens::default();
    tokens.cut(value);
    tokens.folded
}

/// The spelling with `ae`, `oe`, `ue`, `ss` for the letters German writes so, where it has any.
pub fn spelt_out(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len() + 4);
    let mut changed = false;
    for c in value.chars() {
        let text = match c {
            'ä' | 'æ' => "ae",
            'ö' | 'ø' | 'œ' => "oe",
            'ü' => "ue",
            'Ä' | 'Æ' => "Ae",
            'Ö' | 'Ø' | 'Œ' => "Oe",
            'Ü' => "Ue",
            'å' => "aa",
            'Å' => "Aa",
            _ => {
                out.push(c);
                continue;
            }
        };
        changed = true;
        out.push_str(text);
    }
    changed.then_some(out)
}

enum Fold {
    /// Disappears into the letter before (accent, zero-width character, soft hyphen).
    Nothing,
    /// Separates.
    Gap,
    Digit(u8),
    /// ASCII letters, and whether the character is upper case.
    Letters(&'static str, bool),
    Char(char, bool),
}

/// Look-alikes and accented letters by the ASCII letters they fold to.
const FOLDED: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧаαạảấầẩẫậắằẳẵặ"),
    ("ae", "æǽ"),
    ("b", "ƀɓ"),
    ("c", "çćĉċčсȼ"),
    ("d", "ďđðɖɗ"),
    ("e", "èéêëēĕėęěȅȇȩеẹẻẽếềểễệё"),
    ("f", "ƒ"),
    ("g", "ĝğġģǥǧǵ"),
    ("h", "ĥħȟ"),
    ("i", "ìíîïĩīĭįıǐȉȋіιỉịї"),
    ("ij", "ĳ"),
    ("j", "ĵǰј"),
    ("k", "ķĸǩкκ"),
    ("l", "ĺļľŀłƚ"),
    ("m", "м"),
    ("n", "ñńņňŉŋǹ"),
    ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱоοọỏốồổỗộớờởỡợ"),
    ("oe", "œ"),
    ("p", "рρƥ"),
    ("r", "ŕŗřȑȓ"),
    ("s", "śŝşšșѕſ"),
    ("ss", "ß"),
    ("t", "ţťŧțт"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗυụủứừửữự"),
    ("v", "ν"),
    ("w", "ŵẁẃẅ"),
    ("x", "хχ"),
    ("y", "ýÿŷȳуỳỵỷỹ"),
    ("z", "źżžƶ"),
    ("fi", "ﬁ"),
    ("fl", "ﬂ"),
    ("ff", "ﬀ"),
];

fn latin() -> &'static hashbrown::HashMap<char, &'static str> {
    static MAP: std::sync::OnceLock<hashbrown::HashMap<char, &'static str>> =
        std::sync::OnceLock::new();
    MAP.get_or_init(|| {
        FOLDED.iter().flat_map(|(to, from)| from.chars().map(move |c| (c, *to))).collect()
    })
}

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

fn fold(c: char) -> Fold {
    let code = c as u32;
    match code {
        // Combining accents, soft hyphen, zero-width characters, direction marks, selectors.
        0x300..=0x36f
        | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff
        | 0xad
        | 0x61c
        | 0x180e
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x2064
        | 0xfe00..=0xfe0f
        | 0xfeff => return Fold::Nothing,
        0x660..=0x669 => return Fold::Digit(b'0' + (code - 0x660) as u8),
        0x6f0..=0x6f9 => return Fold::Digit(b'0' + (code - 0x6f0) as u8),
        0x966..=0x96f => return Fold::Digit(b'0' + (code - 0x966) as u8),
        0xff10..=0xff19 => return Fold::Digit(b'0' + (code - 0xff10) as u8),
        0x1d7ce..=0x1d7ff => return Fold::Digit(b'0' + ((code - 0x1d7ce) % 10) as u8),
        0xff21..=0xff3a => return letter(code - 0xff21, true),
        0xff41..=0xff5a => return letter(code - 0xff41, false),
        0x1d400..=0x1d6a3 => {
            let place = (code - 0x1d400) % 52;
            return letter(place % 26, place < 26);
        }
        _ => {}
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    let upper = c.is_uppercase();
    match latin().get(&lower) {
        Some(letters) => Fold::Letters(letters, upper),
        None if c.is_alphabetic() => Fold::Char(lower, upper),
        None if c.is_numeric() => Fold::Char(c, false),
        None => Fold::Gap,
    }
}

fn letter(place: u32, upper: bool) -> Fold {
    let place = place as usize;
    Fold::Letters(LETTERS.get(place..=place).unwrap_or_default(), upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_fold_to_the_same_bytes() {
        let check = |value: &str, expect: &str| {
            assert_eq!(String::from_utf8(joined(value)).unwrap(), expect, "{value:?}");
        };
        check("O'Brien-Smith,  JOHN", "obriensmithjohn");
        check("José Núñez", "josenunez");
        check("Jose\u{301} NU\u{301}N\u{303}EZ", "josenunez");
        check("(555) 010-4477", "5550104477");
        check("Ｓｍｉｔｈ １２", "smith12");
        check("𝐒𝐦𝐢𝐭𝐡", "smith");
        check("Sm\u{200b}ith", "smith");
        check("Sm\u{ad}ith", "smith");
        check("Ѕmіth", "smith");
        check("Weiß", "weiss");
        check("٣٤٥", "345");
        check("", "");
        check(" -- ", "");
    }

    #[test]
    fn tokens_end_at_separators_digits_and_case() {
        let check = |value: &str, expect: &[&str]| {
            let mut tokens = Tokens::default();
            tokens.cut(value);
            let found: Vec<_> =
                tokens.list.iter().map(|t| &value[t.start as usize..t.end as usize]).collect();
            assert_eq!(found, expect);
        };
        check("MRN00012345", &["MRN", "00012345"]);
        check("JohnSmith", &["John", "Smith"]);
        check("DRSmith's", &["DR", "Smith", "s"]);
        check("Núñez", &["Núñez"]);
        check("NÚÑEZ x", &["NÚÑEZ", "x"]);
        check("SMITHs", &["SMITH", "s"]);
        check("a_b.c", &["a", "b", "c"]);
        check("C5/6", &["C", "5", "6"]);
    }

    #[test]
    fn our_codes_are_one_token_with_nothing_in_it() {
        let code = anonymed_core::Pseudonym::from_bytes([0x5a; 16]).code();
        let mut tokens = Tokens::default();
        tokens.cut(&format!("patient {code}."));
        assert_eq!(tokens.list.len(), 2);
        assert_eq!(tokens.list[1].shape, Shape::Code);
        let mut wrong = code;
        wrong.replace_range(3..4, "7");
        tokens.cut("5b100089-9123-4567-8901-12345678901a");
        assert_eq!((tokens.list.len(), tokens.folded.len()), (1, 32));
        tokens.cut(&wrong);
        assert!(tokens.list.iter().all(|t| t.shape != Shape::Code));
    }

    #[test]
    fn german_letters_are_spelt_out() {
        assert_eq!(spelt_out("Müller").as_deref(), Some("Mueller"));
        assert_eq!(spelt_out("Miller"), None);
    }
}
