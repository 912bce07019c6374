//! What was seen on the way in: keyed fingerprints of every direct identifier, so that the sweep
//! can find a value again without anybody holding the value.
//!
//! A value is folded to letters and digits without separators ([`super::normal`]) and kept as a
//! 64-bit SipHash-2-4 (Aumasson and Bernstein 2012) under the project's fingerprint key: 12 bytes
//! each, and 8 for the owner, type and [`Kind`] of each patient who has it. With ten million
//! fingerprints and a billion windows looked up, one false match is expected in about two thousand
//! releases.
//!
//! The kind says how far a match is believed. A full name or a long number is a leak in any
//! output; a name part, a city or a short number only with its owner's record or in a context
//! that says what it is; a part that is an English or medical word as well is marked *common* and
//! judged by context always.

use anonymed_core::{DerivedKey, EntityType, SubjectId};
use siphasher::sip::SipHasher24;

use super::names;
use super::normal::{self, Tokens};

/// The longest folded value that is kept whole; longer ones are cut at a word.
pub(crate) const MOST: usize = 64;
/// Folded bytes by which candidates are found.
const PREFIX: usize = 5;
const NOBODY: u32 = u32::MAX;
/// In place of a count of digits: letters are in it.
const CODE: u8 = 0x7f;

/// How far a match of a fingerprint is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A full name, address line, e-mail address: a leak in any output.
    Full = 0,
    /// A number or code of seven characters or more: a leak in any output.
    Number = 1,
    /// A number of five or six, or the local part of a telephone number: a leak in its owner's
    /// records, elsewhere after a label.
    ShortNumber = 2,
    /// A number below five: a leak in its owner's records after a label.
    TinyNumber = 3,
    /// A city, county or postal code: a leak in its owner's records.
    Area = 4,
    /// A part of a person's name.
    Part = 5,
}

/// What a fingerprint is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    owner: u32,
    entity: u8,
    /// Words the value has, the top bit marking ordinary ones; of a number its digits, or [`CODE`].
    words: u8,
}

impl Entry {
    pub(crate) fn entity(&self) -> EntityType {
        EntityType::ALL.get(self.entity as usize).copied().unwrap_or(EntityType::OtherId)
    }

    pub(crate) fn is_common(&self) -> bool {
        self.words & 0x80 != 0
    }

    pub(crate) fn words(&self) -> usize {
        usize::from(self.words & 0x7f)
    }

    pub(crate) fn belongs_to(&self, owner: SubjectId) -> bool {
        self.owner == owner.0
    }

    pub(crate) fn owner(&self) -> Option<SubjectId> {
        (self.owner != NOBODY).then_some(SubjectId(self.owner))
    }
}

/// Keyed hashing of folded bytes.
#[derive(Clone)]
pub(crate) struct Keys {
    print: SipHasher24,
    prefix: [u64; 2],
}

impl Keys {
    fn new(key: &DerivedKey) -> Self {
        let word = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&key[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        Self {
            print: SipHasher24::new_with_keys(word(0), word(8)),
            prefix: [word(16), word(24) | 1],
        }
    }

    #[inline]
    pub(crate) fn print(&self, folded: &[u8]) -> u64 {
        self.print.hash(folded)
    }

    /// The hash by which candidates are found: of the first five bytes, or of all of a shorter
    /// value together with its length.
    #[inline]
    pub(crate) fn prefix(&self, folded: &[u8]) -> u32 {
        let mut word = [0u8; 8];
        let n = folded.len().min(PREFIX);
        word[..n].copy_from_slice(&folded[..n]);
        word[7] = n as u8;
        self.mix(u64::from_le_bytes(word))
    }

    /// As [`Keys::prefix`], for bytes already in a word.
    #[inline]
    pub(crate) fn mix(&self, word: u64) -> u32 {
        let product = u128::from(word ^ self.prefix[0]) * u128::from(self.prefix[1]);
        ((product as u64) ^ ((product >> 64) as u64)) as u32
    }
}

/// Fingerprints of everything known, ready to be searched.
pub struct KnownValues {
    keys: Keys,
    known: Fingerprints,
    /// Where the fingerprints of each bucket begin.
    buckets: Vec<u32>,
    shift: u32,
    /// Bit n - 1 is set where some value of n folded bytes has a prefix that hashes here.
    lengths: Vec<u64>,
    /// How many distinct numbers of each count of digits there are.
    digits: [u64; 20],
}

impl std::fmt::Debug for KnownValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownValues({} fingerprints)", self.known.len())
    }
}

/// Fingerprints in order, each once, with what it is of.
#[derive(Debug, Default)]
struct Fingerprints {
    prints: Vec<u64>,
    /// Where the entries of each fingerprint end.
    ends: Vec<u32>,
    entries: Vec<Entry>,
}

impl Fingerprints {
    fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds what is beyond all so far, or equal to the last.
    fn push(&mut self, print: u64, entry: Entry) {
        let end = self.entries.len() as u32 + 1;
        match (self.prints.last(), self.ends.last_mut()) {
            (Some(last), Some(last_end)) if *last == print => {
                if self.entries.last() == Some(&entry) {
                    return;
                }
                *last_end = end;
            }
            _ => {
                self.prints.push(print);
                self.ends.push(end);
            }
        }
        self.entries.push(entry);
    }

    fn of(&self, place: usize) -> &[Entry] {
        let from = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.entries[from..self.ends[place] as usize]
    }

    fn iter(&self) -> impl Iterator<Item = (u64, Entry)> {
        let places = self.prints.iter().enumerate();
        places.flat_map(|(place, print)| self.of(place).iter().map(|entry| (*print, *entry)))
    }

    /// All of both; `others` are in order.
    fn merge(self, others: impl IntoIterator<Item = (u64, Entry)>, many: usize) -> Self {
        let mut merged = Self {
            prints: Vec::with_capacity(self.prints.len() + many),
            ends: Vec::with_capacity(self.prints.len() + many),
            entries: Vec::with_capacity(self.entries.len() + many),
        };
        let mut others = others.into_iter().peekable();
        for (print, entry) in self.iter() {
            while let Some((print, entry)) = others.next_if(|other| *other < (print, entry)) {
                merged.push(print, entry);
            }
            merged.push(print, entry);
        }
        others.for_each(|(print, entry)| merged.push(print, entry));
        merged.prints.shrink_to_fit();
        merged.ends.shrink_to_fit();
        merged.entries.shrink_to_fit();
        merged
    }
}

impl KnownValues {
    /// Begins a collection under the project's fingerprint key.
    pub fn builder(key: &DerivedKey) -> KnownValuesBuilder {
        KnownValuesBuilder {
            keys: Keys::new(key),
            known: Fingerprints::default(),
            fresh: Vec::new(),
            prefixes: Vec::new(),
            prefixes_settled: 0,
            tokens: Tokens::default(),
        }
    }

    /// How many fingerprints are held.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.entries.is_empty()
    }

    /// The share of all numbers of this many digits that are known numbers: how likely an
    /// unrelated number is to be one by chance.
    pub fn density(&self, digits: usize) -> f64 {
        let known = self.digits.get(digits).copied().unwrap_or(0) as f64;
        let most = if digits <= 1 { 10.0 } else { 9.0 * 10f64.powi(digits as i32 - 1) };
        (known / most).min(1.0)
    }

    /// `prefixes` are prefix hashes with the folded length of a value, distinct.
    fn index(keys: Keys, known: Fingerprints, prefixes: &[(u32, u8)], digits: [u64; 20]) -> Self {
        let bits = (known.prints.len() / 4).max(2).ilog2().clamp(1, 28);
        let shift = 64 - bits;
        let mut buckets = vec![0u32; (1 << bits) + 1];
        for print in &known.prints {
            buckets[(print >> shift) as usize + 1] += 1;
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        let slots = (prefixes.len() * 4).next_power_of_two().max(64);
        let mut lengths = vec![0u64; slots];
        for (hash, length) in prefixes {
            lengths[*hash as usize & (slots - 1)] |= 1 << (length - 1);
        }
        Self { keys, known, buckets, shift, lengths, digits }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The lengths of values whose prefix hashes so.
    #[inline]
    pub(crate) fn lengths(&self, prefix: u32) -> u64 {
        self.lengths[prefix as usize & (self.lengths.len() - 1)]
    }

    /// The entries of a fingerprint, by kind and owner.
    pub(crate) fn of(&self, print: u64) -> &[Entry] {
        let bucket = (print >> self.shift) as usize;
        let (from, to) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
        let place = from + self.known.prints[from..to].partition_point(|p| *p < print);
        if place < to && self.known.prints[place] == print { self.known.of(place) } else { &[] }
    }
}

/// The entry of an owner among entries of one fingerprint and kind.
pub(crate) fn own(group: &[Entry], owner: SubjectId) -> Option<&Entry> {
    let at = group.partition_point(|e| e.owner < owner.0);
    group.get(at).filter(|e| e.owner == owner.0)
}

/// Takes known values one by one.
pub struct KnownValuesBuilder {
    keys: Keys,
    known: Fingerprints,
    /// Taken since the last were put in order.
    fresh: Vec<(u64, Entry)>,
    prefixes: Vec<(u32, u8)>,
    prefixes_settled: usize,
    tokens: Tokens,
}

/// Fingerprints taken before they are put in order.
const FRESH: usize = 1 << 19;

impl std::fmt::Debug for KnownValuesBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownValuesBuilder({} fingerprints)", self.known.len() + self.fresh.len())
    }
}

impl KnownValuesBuilder {
    /// Takes a value of a subject (or of nobody in particular). Returns whether the sweep will
    /// look for it: dates, ages, states and countries are checked elsewhere or are no direct
    /// identifiers, and values with fewer than two letters or digits mean nothing.
    pub fn insert(&mut self, entity: EntityType, value: &str, subject: Option<SubjectId>) -> bool {
        use EntityType as E;
        let owner = subject.map_or(NOBODY, |s| s.0);
        let before = self.fresh.len();
        match entity {
            _ if !entity.is_looked_for() => return false,
            _ if entity.is_person() => self.person(entity, value, owner),
            E::Street => self.street(value, owner),
            E::City | E::County | E::Location | E::Zip => self.area(entity, value, owner),
            E::Hospital => self.hospital(value, owner),
            E::Phone | E::Fax | E::Pager => self.phone(entity, value, owner),
            E::Email | E::Url | E::Username => self.address(entity, value, owner),
            _ => self.number(entity, value, owner),
        }
        let taken = self.fresh.len() > before;
        if self.fresh.len() >= FRESH.max(self.known.len() / 4) {
            self.settle();
        }
        if self.prefixes.len() > 2 * self.prefixes_settled + FRESH {
            order(&mut self.prefixes);
            self.prefixes_settled = self.prefixes.len();
        }
        taken
    }

    /// Orders and indexes what was taken.
    pub fn build(mut self) -> KnownValues {
        self.settle();
        order(&mut self.prefixes);
        let mut digits = [0u64; 20];
        for place in 0..self.known.prints.len() {
            if let Some(count) = self.known.of(place).iter().find_map(digit_count) {
                digits[count.min(19)] += 1;
            }
        }
        KnownValues::index(self.keys, self.known, &self.prefixes, digits)
    }

    /// Puts what is fresh in order among the rest, so that a value seen in every row of a table does
    /// not fill the memory.
    fn settle(&mut self) {
        let mut fresh = std::mem::take(&mut self.fresh);
        order(&mut fresh);
        let many = fresh.len();
        self.known = std::mem::take(&mut self.known).merge(fresh.drain(..), many);
        // The space is used again.
        self.fresh = fresh;
    }

    fn person(&mut self, entity: EntityType, value: &str, owner: u32) {
        self.person_spelling(entity, value, owner);
        if let Some(value) = normal::spelt_out(value) {
            self.person_spelling(entity, &value, owner);
        }
    }

    fn person_spelling(&mut self, entity: EntityType, value: &str, owner: u32) {
        let names = names::words(value);
        let Some((last, given)) = names.split_last() else { return };
        if !given.is_empty() {
            for order in names::orders(given, last) {
                self.add(entity, Kind::Full, &order, owner);
            }
            // Log-in names are made so; in its owner's records alone, since many share them.
            if let Some(initial) = given[0].chars().next() {
                self.add(entity, Kind::Part, &format!("{initial}{last}"), owner);
            }
        }
        for name in &names {
            self.add(entity, Kind::Part, name, owner);
            let pieces: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).collect();
            if pieces.len() > 1 {
                pieces
                    .iter()
                    .filter(|p| p.chars().count() >= 3)
                    .for_each(|p| self.add(entity, Kind::Part, p, owner));
            }
            // Synthetic data number their names (`Abe604`); the bare name is looked for as well.
            let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
            if bare.len() != name.len() {
                self.add(entity, Kind::Part, bare, owner);
            }
        }
    }

    fn street(&mut self, value: &str, owner: u32) {
        let words: Vec<&str> = value.split_whitespace().collect();
        let kind = if value.bytes().any(|b| b.is_ascii_digit()) && words.len() > 1 {
            Kind::Full
        } else {
            Kind::Area
        };
        self.add(EntityType::Street, kind, value, owner);
        // `12 Main St` and `12 Main Street` are one address.
        for (at, word) in words.iter().enumerate().skip(1) {
            let bare = word.trim_end_matches(['.', ',']).to_ascii_lowercase();
            let other = SUFFIXES.iter().find_map(|(short, long)| {
                (bare == *short).then_some(*long).or((bare == *long).then_some(*short))
            });
            if let Some(other) = other {
                let mut spelt = words.clone();
                spelt[at] = other;
                self.add(EntityType::Street, kind, &spelt.join(" "), owner);
                // Without flat and the like.
                if kind == Kind::Full && at + 1 < words.len() {
                    self.add(EntityType::Street, kind, &words[..=at].join(" "), owner);
                    self.add(EntityType::Street, kind, &spelt[..=at].join(" "), owner);
                }
            }
        }
    }

    fn area(&mut self, entity: EntityType, value: &str, owner: u32) {
        let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
        if entity == EntityType::Zip && digits.len() == 9 {
            self.add(entity, Kind::Number, value, owner);
            self.add(entity, Kind::Area, &value.trim()[..5.min(value.trim().len())], owner);
        } else if entity != EntityType::Zip || digits.len() >= 5 || digits.is_empty() {
            self.add(entity, Kind::Area, value, owner);
        }
    }

    fn hospital(&mut self, value: &str, owner: u32) {
        let words: Vec<&str> = value.split_whitespace().collect();
        let plain = words.iter().all(|w| is_common(&normal::joined(w)));
        let kind = if words.len() > 1 && !plain { Kind::Full } else { Kind::Area };
        self.add(EntityType::Hospital, kind, value, owner);
    }

    fn phone(&mut self, entity: EntityType, value: &str, owner: u32) {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let national = match digits.strip_prefix('1') {
            Some(national) if national.len() == 10 => national,
            _ => &digits,
        };
        self.number(entity, national, owner);
        self.number(entity, value, owner);
        if national.len() == 10 {
            self.add(entity, Kind::ShortNumber, &national[3..], owner);
        }
    }

    fn address(&mut self, entity: EntityType, value: &str, owner: u32) {
        let folded = normal::joined(value);
        let kind = if folded.len() >= 7 && !is_common(&folded) { Kind::Full } else { Kind::Part };
        self.add(entity, kind, value, owner);
        if let Some((local, _)) = value.split_once('@') {
            let local_folded = normal::joined(local);
            let kind = if local_folded.len() >= 9 { Kind::Full } else { Kind::Part };
            self.add(entity, kind, local, owner);
        }
    }

    fn number(&mut self, entity: EntityType, value: &str, owner: u32) {
        let folded = normal::joined(value);
        let digits: Vec<u8> = folded.iter().copied().filter(u8::is_ascii_digit).collect();
        if digits.is_empty() {
            // A code of letters alone is a word as far as anybody can tell.
            let kind = if folded.len() >= 9 && !is_common(&folded) {
                Kind::Number
            } else {
                Kind::TinyNumber
            };
            self.add(entity, kind, value, owner);
            return;
        }
        self.add(entity, number_kind(&folded), value, owner);
        for bare in [&digits[..], strip_zeros(&digits)] {
            if bare.len() >= 5 && bare != folded {
                let text = String::from_utf8_lossy(bare);
                self.add(entity, number_kind(bare), &text, owner);
            }
        }
    }

    fn add(&mut self, entity: EntityType, kind: Kind, value: &str, owner: u32) {
        self.tokens.cut(value);
        let mut folded = std::mem::take(&mut self.tokens.folded);
        let mut words = self.tokens.words();
        if folded.len() > MOST {
            (folded, words) = self.shortened(folded);
        }
        let least = if matches!(kind, Kind::TinyNumber) { 1 } else { 2 };
        if folded.len() >= least {
            let words = match kind {
                Kind::Number | Kind::ShortNumber if folded.iter().all(u8::is_ascii_digit) => {
                    folded.len() as u8
                }
                Kind::Number | Kind::ShortNumber | Kind::TinyNumber => CODE,
                _ => words.min(0x7f) as u8 | if self.common(kind, &folded) { 0x80 } else { 0 },
            };
            let entry = Entry { kind, owner, entity: entity_number(entity), words };
            self.fresh.push((self.keys.print(&folded), entry));
            self.prefixes.push((self.keys.prefix(&folded), folded.len() as u8));
        }
        self.tokens.folded = folded;
    }

    /// Whether every word of what was cut last is an ordinary word. Names of up to three letters
    /// are abbreviations as often, and count as such.
    fn common(&self, kind: Kind, folded: &[u8]) -> bool {
        let short = if kind == Kind::Part { 3 } else { 2 };
        folded.len() <= short
            || is_common(folded)
            || (self.tokens.words() > 1
                && self.tokens.list.iter().all(|t| {
                    let word = &folded
                        [(t.at as usize).min(folded.len())..(t.to as usize).min(folded.len())];
                    word.len() <= 1 || is_common(word)
                }))
    }

    /// The first words of a long value, up to 64 folded bytes.
    fn shortened(&self, folded: Vec<u8>) -> (Vec<u8>, usize) {
        let whole = self.tokens.list.iter().take_while(|t| t.to as usize <= MOST).count();
        match self.tokens.list[..whole].last() {
            Some(last) => {
                let words = self.tokens.list[..whole].iter().filter(|t| !t.glued).count();
                (folded[..last.to as usize].to_vec(), words.max(1))
            }
            // One unbroken run longer than that: an image or a key, found by other checks.
            None => (Vec::new(), 0),
        }
    }
}

fn order<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

fn entity_number(entity: EntityType) -> u8 {
    EntityType::ALL.iter().position(|e| *e == entity).unwrap_or(0) as u8
}

fn digit_count(entry: &Entry) -> Option<usize> {
    let number = matches!(entry.kind, Kind::Number | Kind::ShortNumber);
    (number && entry.words != CODE).then_some(entry.words())
}

fn number_kind(folded: &[u8]) -> Kind {
    match folded.len() {
        7.. => Kind::Number,
        5 | 6 => Kind::ShortNumber,
        _ => Kind::TinyNumber,
    }
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|b| **b == b'0').count();
    &digits[zeros..]
}

/// Abbreviated and whole street words (USPS Publication 28, appendix C1, the frequent ones).
const SUFFIXES: &[(&str, &str)] = &[
    ("st", "street"),
    ("ave", "avenue"),
    ("av", "avenue"),
    ("rd", "road"),
    ("dr", "drive"),
    ("ln", "lane"),
    ("blvd", "boulevard"),
    ("ct", "court"),
    ("pl", "place"),
    ("ter", "terrace"),
    ("cir", "circle"),
    ("hwy", "highway"),
    ("pkwy", "parkway"),
    ("sq", "square"),
];

/// Whether a folded word is an English or medical word as well as a name.
pub(crate) fn is_common(folded: &[u8]) -> bool {
    static WORDS: std::sync::OnceLock<hashbrown::HashSet<&'static [u8]>> =
        std::sync::OnceLock::new();
    let words = WORDS.get_or_init(|| {
        include_str!("data/common_words.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::as_bytes)
            .collect()
    });
    words.contains(folded)
}
