//! What is known of single words: how often they are forenames, surnames and everyday words, and
//! the part they play beside a name. The lists are in `data/`; their README names the sources.
//!
//! A word is looked up by the hash of its folded form, so that tokens and lists need no strings.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

/// The part a word plays, as bits.
pub(crate) mod role {
    /// `Dr`, `Mrs`.
    pub(crate) const TITLE: u16 = 1;
    /// `MD`, `RN`.
    pub(crate) const CREDENTIAL: u16 = 1 << 1;
    /// `wife`, `son`.
    pub(crate) const RELATION: u16 = 1 << 2;
    /// `Jr`, `III`.
    pub(crate) const SUFFIX: u16 = 1 << 3;
    /// `van`, `de la`.
    pub(crate) const PARTICLE: u16 = 1 << 4;
    /// A month's name or abbreviation.
    pub(crate) const MONTH: u16 = 1 << 5;
    /// A weekday's name or abbreviation.
    pub(crate) const WEEKDAY: u16 = 1 << 6;
    /// Stands where a name would and is none.
    pub(crate) const NOT_NAME: u16 = 1 << 7;
    /// A surname that diseases, signs and devices carry.
    pub(crate) const EPONYM: u16 = 1 << 8;
    /// What makes the word before it an eponym: `disease`, `catheter`.
    pub(crate) const EPONYM_HEAD: u16 = 1 << 9;
    /// A US state's two letters.
    pub(crate) const STATE_CODE: u16 = 1 << 10;
    /// A drug.
    pub(crate) const DRUG: u16 = 1 << 11;
    /// A clinical abbreviation, an organism, an antibody: written with capitals, no identifier.
    pub(crate) const CLINICAL: u16 = 1 << 12;
    /// A brand found in households.
    pub(crate) const BRAND: u16 = 1 << 13;
    /// A language, a people, a religion.
    pub(crate) const DEMONYM: u16 = 1 << 14;
}

/// What is known of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Share of women with this forename, in thousandths of a per cent.
    pub(crate) female: u16,
    /// Share of men.
    pub(crate) male: u16,
    /// Share of people with this surname.
    pub(crate) surname: u16,
    /// Times seen in lower case, capped.
    pub(crate) common: u16,
    /// Times of these in clinical text.
    pub(crate) clinical: u16,
    /// Bits of [`role`]; whether the word is listed as a name at all, however rare, is in the
    /// frequencies, which are at least 1 then.
    pub(crate) roles: u16,
}

impl Word {
    pub(crate) fn is(self, role: u16) -> bool {
        self.roles & role != 0
    }

    pub(crate) fn given(self) -> u16 {
        self.female.saturating_add(self.male)
    }

    /// Whether the word is met as an everyday or clinical word.
    pub(crate) fn is_common(self) -> bool {
        self.common >= 2 || self.is(role::NOT_NAME | role::MONTH | role::WEEKDAY)
    }

    /// A name by its own: listed, and no everyday word.
    pub(crate) fn is_plain_name(self) -> bool {
        (self.given() > 0 || self.surname > 0) && !self.is_common()
    }
}

/// FNV-1a over the folded word: letters and digits alone, lower case, no accents.
pub(crate) fn hash_word(word: &str) -> u64 {
    let mut hash = FNV_START;
    if word.is_ascii() {
        for byte in word.bytes() {
            if byte.is_ascii_alphanumeric() {
                hash = step(hash, byte.to_ascii_lowercase());
            }
        }
    } else {
        for byte in anonymed_core::normalise::alphanumeric(word).bytes() {
            hash = step(hash, byte);
        }
    }
    hash
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// The lists, by word hash.
pub(crate) struct Lexicon {
    words: HashMap<u64, Word>,
    cities: Phrases,
    states: Phrases,
    /// Towns of the world, many of them everyday words or names, too.
    towns: Phrases,
    countries: Phrases,
    callings: Phrases,
}

/// Phrases by the hashes of their words.
#[derive(Default)]
struct Phrases {
    starts: HashSet<u64>,
    all: HashSet<Vec<u64>>,
}

/// Words of the longest phrase.
pub(crate) const PHRASE: usize = 4;

impl Phrases {
    fn read(lists: &[&'static str]) -> Self {
        let all: HashSet<Vec<u64>> = lists
            .iter()
            .flat_map(|list| rows(list))
            .map(hashes)
            .filter(|h| !h.is_empty())
            .collect();
        Self { starts: all.iter().map(|words| words[0]).collect(), all }
    }

    /// How many of these words, from the first, are the longest phrase that begins here.
    fn longest(&self, hashes: &[u64]) -> Option<usize> {
        if !self.starts.contains(hashes.first()?) {
            return None;
        }
        (1..=hashes.len().min(PHRASE)).rev().find(|n| self.all.contains(&hashes[..*n]))
    }
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

impl Lexicon {
    /// The lists, read on first use.
    pub(crate) fn get() -> &'static Self {
        &LEXICON
    }

    /// What is known of the word with this hash.
    pub(crate) fn word(&self, hash: u64) -> Word {
        self.words.get(&hash).copied().unwrap_or_default()
    }

    /// How many of these words, from the first, are a well-known city.
    pub(crate) fn city(&self, hashes: &[u64]) -> Option<usize> {
        self.cities.longest(hashes)
    }

    /// How many of these words, from the first, are a state's name or code.
    pub(crate) fn state(&self, hashes: &[u64]) -> Option<usize> {
        self.states.longest(hashes)
    }

    /// How many of these words, from the first, are a town, known or not so known.
    pub(crate) fn town(&self, hashes: &[u64]) -> Option<usize> {
        self.towns.longest(hashes)
    }

    /// How many of these words, from the first, are a country.
    pub(crate) fn country(&self, hashes: &[u64]) -> Option<usize> {
        self.countries.longest(hashes)
    }

    /// How many of these words, from the first, are a calling.
    pub(crate) fn calling(&self, hashes: &[u64]) -> Option<usize> {
        self.callings.longest(hashes)
    }

    fn read() -> Self {
        let mut words: HashMap<u64, Word> = HashMap::with_capacity(48_000);
        let number = |s: Option<&str>| s.and_then(|s| s.parse::<u32>().ok()).unwrap_or(0);
        let cap = |n: u32| n.min(u32::from(u16::MAX)) as u16;
        for row in rows(include_str!("../data/forenames.csv")) {
            let mut cells = row.split(',');
            let Some(name) = cells.next() else { continue };
            let (female, male) = (number(cells.next()), number(cells.next()));
            let word = words.entry(hash_word(name)).or_default();
            // Rare names round to 0 and are still names.
            word.female = cap(female.max(u32::from(male == 0)));
            word.male = cap(male);
        }
        for row in rows(include_str!("../data/surnames.csv")) {
            let mut cells = row.split(',');
            let Some(name) = cells.next() else { continue };
            words.entry(hash_word(name)).or_default().surname = cap(number(cells.next()).max(1));
        }
        for row in rows(include_str!("../data/words.csv")) {
            let mut cells = row.split(',');
            let Some(name) = cells.next() else { continue };
            let word = words.entry(hash_word(name)).or_default();
            word.common = cap(number(cells.next()));
            word.clinical = cap(number(cells.next()));
        }
        let mut mark = |text: &str, role: u16| {
            words.entry(hash_word(text)).or_default().roles |= role;
        };
        for row in rows(include_str!("../data/roles.csv")) {
            if let Some((text, kind)) = row.split_once(',') {
                mark(text, role_of(kind));
            }
        }
        rows(include_str!("../data/not_names.txt")).for_each(|w| mark(w, role::NOT_NAME));
        rows(include_str!("../data/eponyms.txt")).for_each(|w| mark(w, role::EPONYM));
        rows(include_str!("../data/eponym_heads.txt")).for_each(|w| mark(w, role::EPONYM_HEAD));
        for (list, role) in [
            (include_str!("../data/drugs.txt"), role::DRUG),
            (include_str!("../data/clinical_abbreviations.txt"), role::CLINICAL),
            (include_str!("../data/organisms.txt"), role::CLINICAL),
            (include_str!("../data/household_brands.txt"), role::BRAND),
            (include_str!("../data/demonyms.txt"), role::DEMONYM),
        ] {
            rows(list).for_each(|w| mark(w, role));
        }
        let mut states = Phrases::default();
        for (name, code) in
            rows(include_str!("../data/states.csv")).filter_map(|r| r.split_once(','))
        {
            mark(code, role::STATE_CODE);
            for name in [name, code] {
                let hashes = hashes(name);
                states.starts.extend(hashes.first());
                states.all.insert(hashes);
            }
        }
        Self {
            words,
            states,
            cities: Phrases::read(&[include_str!("../data/cities.txt")]),
            towns: Phrases::read(&[
                include_str!("../data/cities.txt"),
                include_str!("../data/cities_world.txt"),
            ]),
            countries: Phrases::read(&[include_str!("../data/countries.txt")]),
            callings: Phrases::read(&[
                include_str!("../data/professions.txt"),
                include_str!("../data/professions_es.txt"),
            ]),
        }
    }
}

fn role_of(kind: &str) -> u16 {
    match kind {
        "title" => role::TITLE,
        "credential" => role::CREDENTIAL,
        "relation" => role::RELATION,
        "suffix" => role::SUFFIX,
        "particle" => role::PARTICLE,
        "month" => role::MONTH,
        "weekday" => role::WEEKDAY,
        _ => 0,
    }
}

/// Lines of a list that hold something.
pub(crate) fn rows(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The hashes of a text's words.
pub(crate) fn hashes(text: &str) -> Vec<u64> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|w| !w.is_empty())
        .map(hash_word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Lexicon::get().word(hash_word(text))
    }

    #[test]
    fn words_are_weighed() {
        assert!(word("SMITH").is_plain_name());
        assert!(word("Mary").female > word("Mary").male);
        assert!(!word("Young").is_plain_name() && word("young").surname > 0);
        assert!(word("Foley").is(role::EPONYM));
        assert!(word("catheter").is(role::EPONYM_HEAD));
        assert!(word("MD").is(role::CREDENTIAL | role::STATE_CODE));
        assert_eq!(word("xyzzyx"), Word::default());
    }

    #[test]
    fn places_are_matched_by_words() {
        let lexicon = Lexicon::get();
        assert_eq!(lexicon.city(&hashes("Salt Lake City, UT")), Some(3));
        assert_eq!(lexicon.city(&hashes("Boston")), Some(1));
        assert_eq!(lexicon.city(&hashes("Salt")), None);
        assert_eq!(lexicon.state(&hashes("New York 10001")), Some(2));
        assert_eq!(lexicon.state(&hashes("MA")), Some(1));
    }

    #[test]
    fn folding_ignores_case_accents_and_apostrophes() {
        assert_eq!(hash_word("O'Brien"), hash_word("OBRIEN"));
        assert_eq!(hash_word("José"), hash_word("jose"));
    }
}
