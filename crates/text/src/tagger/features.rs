//! What the network reads of a token: hashed word and sub-words, characters, and a list of small
//! facts: shape, neighbouring signs, frequencies, field, place in the line, what the rules found.
//!
//! The trainer reads the same numbers from `examples/tagger_features.rs`, so what is trained and
//! what runs cannot differ.

use anonymed_core::{EntityType, Finding};

use crate::document::FieldKind;
use crate::lexicon::{Lexicon, PHRASE, role};
use crate::page::{Page, Shape, Token};

/// Rows of the word table; 0 is nothing, 1 a word hidden in training.
pub(crate) const WORDS: usize = 1 << 15;
/// Rows of the sub-word table; 0 is nothing.
pub(crate) const GRAMS: usize = 1 << 14;
/// Sub-words of a token, at most.
pub(crate) const GRAMS_OF_TOKEN: usize = 16;
/// Classes of characters; 0 is nothing.
pub(crate) const CHARS: usize = 104;
/// Characters of a token that are read: the first ten and the last six.
pub(crate) const CHARS_OF_TOKEN: usize = 16;
/// Facts of a token, at most.
pub(crate) const FACTS_OF_TOKEN: usize = 32;

/// What the network reads of one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    pub(crate) word: u16,
    pub(crate) grams: [u16; GRAMS_OF_TOKEN],
    pub(crate) chars: [u8; CHARS_OF_TOKEN],
    pub(crate) facts: [u16; FACTS_OF_TOKEN],
}

/// The kinds of facts with the number of values each has. Their rows follow one another.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
enum Fact {
    Shape,
    Caps,
    Length,
    Before,
    After,
    Given,
    Lean,
    Surname,
    Common,
    Clinical,
    Role,
    Place,
    Field,
    FieldStart,
    Line,
    LineEnd,
    LineKind,
    RuleBegins,
    RuleGoesOn,
    RuleScore,
    Number,
    Unit,
}

const GAPS: usize = 24;
const FIELDS: usize = EntityType::ALL.len() + 8;
const SIZES: [usize; 22] = [
    5,
    1,
    12,
    GAPS,
    GAPS,
    9,
    2,
    9,
    9,
    7,
    16,
    9,
    FIELDS,
    1,
    6,
    3,
    5,
    EntityType::ALL.len(),
    EntityType::ALL.len(),
    4,
    16,
    1,
];

const STARTS: [usize; SIZES.len() + 1] = {
    // Row 0 is nothing.
    let mut starts = [1; SIZES.len() + 1];
    let mut at = 0;
    while at < SIZES.len() {
        starts[at + 1] = starts[at] + SIZES[at];
        at += 1;
    }
    starts
};

/// Rows of the table of facts.
pub(crate) const FACTS: usize = STARTS[SIZES.len()];

/// Rows that say what rules and fields found: a trainer hides them now and then.
pub(crate) const RULE_ROWS: std::ops::Range<usize> =
    STARTS[Fact::RuleBegins as usize]..STARTS[Fact::Number as usize];
/// Rows that say what field a token stands in.
pub(crate) const FIELD_ROWS: std::ops::Range<usize> =
    STARTS[Fact::Field as usize]..STARTS[Fact::Line as usize];
/// Rows that say how often a word is a name or a common word.
pub(crate) const LIST_ROWS: std::ops::Range<usize> =
    STARTS[Fact::Given as usize]..STARTS[Fact::Role as usize];

struct Facts {
    rows: [u16; FACTS_OF_TOKEN],
    len: usize,
}

impl Facts {
    fn add(&mut self, fact: Fact, value: usize) {
        let at = fact as usize;
        if self.len < FACTS_OF_TOKEN && value < SIZES[at] {
            self.rows[self.len] = (STARTS[at] + value) as u16;
            self.len += 1;
        }
    }
}

/// The features of a page's tokens. `rules` is what fields and recognizers found on it, in order
/// and without overlap.
pub(crate) fn features(page: &Page<'_>, rules: &[Finding]) -> Vec<Features> {
    let mut out = Vec::with_capacity(page.tokens.len());
    let mut gap = gap_kind(page, None);
    let (mut line, mut field, mut rule) = (0, 0, 0);
    let mut column = 0;
    let mut phrases = Phrases::default();
    for (at, token) in page.tokens.iter().enumerate() {
        let start = token.start as usize;
        let mut facts = Facts { rows: [0; FACTS_OF_TOKEN], len: 0 };
        let after = gap_kind(page, Some(at));
        facts.add(Fact::Shape, token.shape as usize);
        if page.caps {
            facts.add(Fact::Caps, 0);
        }
        facts.add(Fact::Length, token.len().min(12) - 1);
        facts.add(Fact::Before, gap);
        facts.add(Fact::After, after);
        words(&mut facts, token);
        phrases.tell(&mut facts, page, at);
        while page.lines.get(line).is_some_and(|l| l.end <= start) {
            line += 1;
            column = 0;
        }
        lines(&mut facts, page, line, column, token);
        column += 1;
        while page.fields.get(field).is_some_and(|f| f.value.end <= start) {
            field += 1;
        }
        if let Some(f) = page.fields.get(field).filter(|f| f.value.start <= start) {
            facts.add(Fact::Field, field_kind(f.kind));
            if f.value.start == start {
                facts.add(Fact::FieldStart, 0);
            }
        }
        while rules.get(rule).is_some_and(|f| f.span.end <= start) {
            rule += 1;
        }
        if let Some(f) = rules.get(rule).filter(|f| f.span.start < token.end as usize) {
            let begins = f.span.start >= start;
            let fact = if begins { Fact::RuleBegins } else { Fact::RuleGoesOn };
            facts.add(fact, f.entity as usize);
            facts.add(Fact::RuleScore, score_bin(f.score.value()));
        }
        let text = page.word(token);
        if token.shape == Shape::Number {
            number(&mut facts, text);
            if crate::recognizers::unit_follows(page, token.end as usize) {
                facts.add(Fact::Unit, 0);
            }
        }
        out.push(Features {
            word: word_row(token, text),
            grams: grams(token, text),
            chars: chars(text),
            facts: facts.rows,
        });
        gap = after;
    }
    out
}

fn score_bin(score: f32) -> usize {
    match score {
        s if s < 0.55 => 0,
        s if s < 0.75 => 1,
        s if s < 0.88 => 2,
        _ => 3,
    }
}

/// 1, 2, 3 to 4, 5 to 8, ... up to `most`.
fn log_bin(count: u16, most: usize) -> usize {
    (16 - count.leading_zeros() as usize).min(most)
}

fn words(facts: &mut Facts, token: &Token) {
    let word = token.word;
    facts.add(Fact::Given, log_bin(word.given(), 8));
    if u32::from(word.female) > 3 * u32::from(word.male) {
        facts.add(Fact::Lean, 0);
    } else if u32::from(word.male) > 3 * u32::from(word.female) {
        facts.add(Fact::Lean, 1);
    }
    facts.add(Fact::Surname, log_bin(word.surname, 8));
    facts.add(Fact::Common, log_bin(word.common, 8));
    facts.add(Fact::Clinical, log_bin(word.clinical, 6));
    let mut roles = word.roles;
    while roles != 0 {
        facts.add(Fact::Role, roles.trailing_zeros() as usize);
        roles &= roles - 1;
    }
}

/// Places and callings a token is in, each up to the first token behind it.
#[derive(Default)]
struct Phrases {
    city: usize,
    town: usize,
    country: usize,
    calling: usize,
}

impl Phrases {
    fn tell(&mut self, facts: &mut Facts, page: &Page<'_>, at: usize) {
        let mut hashes = [0; PHRASE];
        let rest = page.tokens[at..].iter().take(PHRASE);
        let count = rest.zip(&mut hashes).map(|(t, h)| *h = t.hash).count();
        let hashes = &hashes[..count];
        let lexicon = Lexicon::get();
        let kinds: [(&mut usize, Option<usize>, usize); 4] = [
            (&mut self.city, lexicon.city(hashes), 0),
            (&mut self.town, lexicon.town(hashes), 3),
            (&mut self.country, lexicon.country(hashes), 5),
            (&mut self.calling, lexicon.calling(hashes), 7),
        ];
        for (until, words, row) in kinds {
            if at < *until {
                facts.add(Fact::Place, row + 1);
            } else if let Some(words) = words {
                facts.add(Fact::Place, row);
                *until = at + words;
            }
        }
        if page.tokens[at].is(role::STATE_CODE) || lexicon.state(hashes).is_some() {
            facts.add(Fact::Place, 2);
        }
    }
}

fn lines(facts: &mut Facts, page: &Page<'_>, line: usize, column: usize, token: &Token) {
    facts.add(Fact::Line, column.min(5));
    let Some(range) = page.lines.get(line) else { return };
    let left = page.text.as_bytes().get(token.end as usize..range.end).unwrap_or_default();
    let letters = left.iter().take(16).filter(|b| b.is_ascii_alphanumeric() || **b >= 128).count();
    facts.add(Fact::LineEnd, letters.min(2));
    let kind = match range.len() {
        0..=24 => 0,
        25..=48 => 1,
        49..=80 => 2,
        81..=160 => 3,
        _ => 4,
    };
    facts.add(Fact::LineKind, kind);
}

fn field_kind(kind: FieldKind) -> usize {
    let types = EntityType::ALL.len();
    match kind {
        FieldKind::Name(entity) | FieldKind::Number(entity) | FieldKind::Label(entity) => {
            entity as usize
        }
        FieldKind::Birth => types,
        FieldKind::Date => types + 1,
        FieldKind::Comparison => types + 2,
        FieldKind::Address => types + 3,
        FieldKind::Sex => types + 4,
        FieldKind::Age => types + 5,
        FieldKind::Initials => types + 6,
        FieldKind::Clinical => types + 7,
    }
}

fn number(facts: &mut Facts, text: &str) {
    facts.add(Fact::Number, text.len().min(11) - 1);
    let Ok(value) = text.parse::<u32>() else { return };
    match (text.len(), value) {
        (4, 1900..=1999) => facts.add(Fact::Number, 11),
        (4, 2000..=2059) => facts.add(Fact::Number, 12),
        (1..=2, 1..=12) => facts.add(Fact::Number, 13),
        (1..=2, 13..=31) => facts.add(Fact::Number, 14),
        (1..=3, 32..=125) => facts.add(Fact::Number, 15),
        _ => {}
    }
}

/// What stands behind a token (or before the first one).
fn gap_kind(page: &Page<'_>, after: Option<usize>) -> usize {
    let from = after.map_or(0, |at| page.tokens[at].end as usize);
    let next = after.map_or(0, |at| at + 1);
    let to = page.tokens.get(next).map_or(page.text.len(), |t| t.start as usize);
    let gap = &page.text[from..to];
    let Some(first) = gap.chars().next() else { return 0 };
    let ends = memchr::memchr_iter(b'\n', gap.as_bytes()).take(2).count();
    let sign = gap.chars().find(|c| !c.is_whitespace());
    match (ends, sign) {
        (0, None) if gap.len() == 1 && first == ' ' => 1,
        (0, None) => 2,
        (1, None) => 3,
        (_, None) => 4,
        (0, Some(',')) => 5,
        (1.., Some(',')) => 6,
        (0, Some('.')) if gap.len() == 1 => 7,
        (0, Some('.')) => 8,
        (1.., Some('.')) => 9,
        (0, Some(':')) if gap.len() == 1 => 10,
        (0, Some(':')) => 11,
        (1.., Some(':')) => 12,
        (_, Some('-' | '\u{2010}'..='\u{2015}')) => 13,
        (_, Some('/' | '\\')) => 14,
        (_, Some('(' | '[' | '{' | '<')) => 15,
        (_, Some(')' | ']' | '}' | '>')) => 16,
        (_, Some('|')) => 17,
        (_, Some('\'' | '’' | 'ʼ')) => 18,
        (_, Some('"' | '“' | '”' | '«' | '»')) => 19,
        (_, Some('@')) => 20,
        (_, Some('#' | '=' | '+' | '_' | '^')) => 21,
        (_, Some(';' | '!' | '?')) => 22,
        _ => 23,
    }
}

/// A word's row: codes by their letters, with digits alike; numbers by their length.
fn word_row(token: &Token, text: &str) -> u16 {
    let hash = match token.shape {
        Shape::Number => fnv(std::iter::repeat_n(b'0', text.len().min(12))),
        Shape::Code => fnv(alike(text)),
        _ => token.hash,
    };
    (2 + mix(hash) % (WORDS as u64 - 2)) as u16
}

fn alike(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b.to_ascii_lowercase() })
}

fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The low bits of FNV are weak for short texts.
fn mix(hash: u64) -> u64 {
    (hash ^ (hash >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17
}

/// Sub-words of a token: three characters each with the borders, and its first and last four.
fn grams(token: &Token, text: &str) -> [u16; GRAMS_OF_TOKEN] {
    const LONGEST: usize = 16;
    let mut rows = [0; GRAMS_OF_TOKEN];
    let mut folded = [0u8; LONGEST];
    let mut len = 0;
    let mut keep = |byte: u8| {
        if len < LONGEST {
            folded[len] = byte;
            len += 1;
        }
    };
    if text.is_ascii() || token.shape == Shape::Code {
        alike(text).filter(|b| b.is_ascii_alphanumeric()).for_each(&mut keep);
    } else {
        anonymed_core::normalise::alphanumeric(text).bytes().for_each(&mut keep);
    }
    let folded = &folded[..len];
    let mut count = 0;
    let mut add = |kind: u8, bytes: &[u8]| {
        if count < GRAMS_OF_TOKEN {
            let hash = fnv(std::iter::once(kind).chain(bytes.iter().copied()));
            rows[count] = (1 + mix(hash) % (GRAMS as u64 - 1)) as u16;
            count += 1;
        }
    };
    if len >= 2 {
        add(1, &folded[..2]);
        add(2, &folded[len - 2..]);
    }
    if len >= 4 {
        add(1, &folded[..4]);
        add(2, &folded[len - 4..]);
    }
    if len >= 3 {
        add(1, &folded[..3]);
        add(2, &folded[len - 3..]);
    }
    for three in folded.windows(3) {
        add(3, three);
    }
    rows
}

fn chars(text: &str) -> [u8; CHARS_OF_TOKEN] {
    let mut out = [0; CHARS_OF_TOKEN];
    let head = CHARS_OF_TOKEN - 6;
    let mut count = 0;
    for (at, c) in text.chars().enumerate() {
        if at >= CHARS_OF_TOKEN {
            // The end moves up.
            out.copy_within(head + 1.., head);
        }
        out[at.min(CHARS_OF_TOKEN - 1)] = char_class(c);
        count = at + 1;
        if count > 256 {
            break;
        }
    }
    debug_assert!(count > 0);
    out
}

fn char_class(c: char) -> u8 {
    match c {
        ' '..='~' => c as u8 - 31,
        _ if c.is_uppercase() => 96,
        _ if c.is_lowercase() => 97,
        _ if c.is_alphabetic() => 98,
        _ if c.is_numeric() => 99,
        _ => 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::found;

    fn of(text: &str, rules: &[Finding]) -> Vec<Features> {
        features(&Page::new(text, false), rules)
    }

    fn has(features: &Features, fact: Fact, value: usize) -> bool {
        features.facts.contains(&((STARTS[fact as usize] + value) as u16))
    }

    #[test]
    fn facts_of_words_and_places() {
        let read = of("Dr. Smith of Boston\nMRN: 12345", &[]);
        assert!(has(&read[0], Fact::Role, 0) && has(&read[0], Fact::After, 8));
        assert!(has(&read[1], Fact::Surname, 8) && has(&read[1], Fact::Before, 8));
        assert!(has(&read[3], Fact::Place, 0) && has(&read[3], Fact::LineEnd, 0));
        assert!(has(&read[5], Fact::Field, EntityType::Mrn as usize));
        assert!(has(&read[5], Fact::FieldStart, 0) && has(&read[5], Fact::Number, 4));
    }

    #[test]
    fn facts_of_rules() {
        let rules = [found(5..15, EntityType::Doctor, 0.9, "test")];
        let read = of("seen John Smith now", &rules);
        assert!(has(&read[1], Fact::RuleBegins, EntityType::Doctor as usize));
        assert!(has(&read[2], Fact::RuleGoesOn, EntityType::Doctor as usize));
        assert!(has(&read[2], Fact::RuleScore, 3));
        assert!(!read[3].facts.iter().any(|f| RULE_ROWS.contains(&usize::from(*f))));
    }

    #[test]
    fn numbers_and_codes_are_alike_but_for_their_form() {
        let read = of("12 34 C5 C6 T5 word Word", &[]);
        assert_eq!(read[0].word, read[1].word);
        assert_eq!(read[2].word, read[3].word);
        assert_ne!(read[3].word, read[4].word);
        assert_eq!(read[5].word, read[6].word);
        assert_ne!(read[5].chars, read[6].chars);
    }

    #[test]
    fn long_words_keep_both_ends() {
        let read = of("abcdefghijklmnopqrstuvwxyz", &[]);
        let text: String = read[0].chars.iter().map(|c| char::from(c + 31)).collect();
        assert_eq!(text, "abcdefghijuvwxyz");
    }

    #[test]
    fn rows_are_within_their_tables() {
        let text = "Ünïçødé ÁÉ 漢字 ٣٤ x-1/2 (a) [b] | c' \"d\" e@f #g; h 1234567890123456";
        for f in of(text, &[]) {
            assert!(usize::from(f.word) < WORDS && f.word > 1);
            assert!(f.grams.iter().all(|g| usize::from(*g) < GRAMS));
            assert!(f.chars.iter().all(|c| usize::from(*c) < CHARS));
            assert!(f.facts.iter().all(|r| usize::from(*r) < FACTS));
        }
    }
}
