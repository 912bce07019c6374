//! Names of the months in the languages that notes are written in, without accents where they are
//! read and with them where they are written.

use std::sync::LazyLock;

use hashbrown::HashMap;

use super::fold;
use super::render::cased;

/// A language's names and abbreviations of the months, January first.
struct Language {
    full: [&'static str; 12],
    short: [&'static str; 12],
    /// Other spellings: of what month, and whether of a whole name.
    others: &'static [(&'static str, i8, bool)],
}

const ENGLISH: usize = 0;
const GERMAN: usize = 1;
const FRENCH: usize = 2;
const ITALIAN: usize = 3;
const SPANISH: usize = 4;
const PORTUGUESE: usize = 5;
const DUTCH: usize = 6;

#[rustfmt::skip]
const LANGUAGES: [Language; 7] = [
    Language {
        full: ["january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december"],
        short: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        others: &[("sept", 9, false)],
    },
    Language {
        full: ["januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september",
            "oktober", "november", "dezember"],
        short: ["jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"],
        others: &[("maerz", 3, true), ("mrz", 3, false), ("jänner", 1, true), ("jaenner", 1, true),
            ("jän", 1, false), ("feber", 2, true), ("sept", 9, false)],
    },
    Language {
        full: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
            "septembre", "octobre", "novembre", "décembre"],
        short: ["janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov",
            "déc"],
        others: &[("fév", 2, false)],
    },
    Language {
        full: ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
            "settembre", "ottobre", "novembre", "dicembre"],
        short: ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
        others: &[("sett", 9, false)],
    },
    Language {
        full: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
            "septiembre", "octubre", "noviembre", "diciembre"],
        short: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
        others: &[("setiembre", 9, true), ("sep", 9, false)],
    },
    Language {
        full: ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto",
            "setembro", "outubro", "novembro", "dezembro"],
        short: ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"],
        others: &[],
    },
    Language {
        full: ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
            "september", "oktober", "november", "december"],
        short: ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
        others: &[],
    },
];

/// Names that are as often another word, or a forename: they need a day and a year beside.
const WORDS: &[&str] =
    &["ago", "dic", "gen", "julio", "lug", "mag", "marco", "ott", "out", "set", "sett"];

/// Letters of `septiembre`.
const LONGEST: usize = 10;

/// How much a name says that a month is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The form of an English date decides.
    English,
    /// A name of another language, in lower case as often as not.
    Foreign,
    /// An abbreviation of another language.
    Abbreviation,
    /// See [`WORDS`].
    Word,
}

static NAMES: LazyLock<HashMap<String, (i8, Kind)>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (language, names_of) in LANGUAGES.iter().enumerate() {
        for (name, month, full) in names_of.all() {
            let folded = fold::folded(name).into_owned();
            let kind = match full {
                _ if language == ENGLISH => Kind::English,
                _ if WORDS.contains(&&*folded) => Kind::Word,
                true => Kind::Foreign,
                false => Kind::Abbreviation,
            };
            names.entry(folded).or_insert((month, kind));
        }
    }
    names
});

impl Language {
    fn all(&self) -> impl Iterator<Item = (&'static str, i8, bool)> + '_ {
        let numbered = |names: &[&'static str; 12], full| {
            let names = *names;
            (0..12).map(move |n| (names[n], n as i8 + 1, full))
        };
        numbered(&self.full, true)
            .chain(numbered(&self.short, false))
            .chain(self.others.iter().copied())
    }

    /// Whether a folded word names a month: `Some` with whether it can be a whole name and whether
    /// it can be an abbreviation.
    fn writes(&self, folded: &str) -> Option<(bool, bool)> {
        let mut written = (false, false);
        for (name, _, full) in self.all() {
            if fold::folded(name) == folded {
                written = (written.0 || full, written.1 || !full);
            }
        }
        (written.0 || written.1).then_some(written)
    }
}

/// The month that a word in lower case without accents names.
pub(super) fn month(folded: &str) -> Option<(i8, Kind)> {
    starts_name(folded.as_bytes()).then(|| NAMES.get(folded).copied())?
}

/// Whether a name begins with the first two letters of a word, which most words are told by; those
/// with an accent are not.
fn starts_name(word: &[u8]) -> bool {
    let [first, second, ..] = word else { return false };
    let second = second.to_ascii_lowercase();
    !second.is_ascii()
        || match first.to_ascii_lowercase() {
            b'a' => matches!(second, b'b' | b'g' | b'o' | b'p' | b'u' | b'v'),
            b'd' => matches!(second, b'e' | b'i'),
            b'e' => second == b'n',
            b'f' => second == b'e',
            b'g' => matches!(second, b'e' | b'i'),
            b'j' => matches!(second, b'a' | b'u'),
            b'l' => second == b'u',
            b'm' => matches!(second, b'a' | b'e' | b'r'),
            b'n' => second == b'o',
            b'o' => matches!(second, b'c' | b'k' | b't' | b'u'),
            b's' => second == b'e',
            _ => false,
        }
}

/// Whether a word begins with the name of a month: `März`, `MARCH4`.
pub(crate) fn heads_month(word: &str) -> bool {
    if !starts_name(word.as_bytes()) {
        return false;
    }
    let Some(start) = word.get(..word.len().min(24)).or_else(|| word.get(..0)) else {
        return false;
    };
    let start = if start.is_empty() { word } else { start };
    let folded = fold::folded(start);
    let letters = folded.bytes().take_while(u8::is_ascii_alphabetic).count();
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..letters).filter(|name| name.len() >= 3) else {
        return false;
    };
    lower.copy_from_slice(&folded.as_bytes()[..letters]);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(|name| month(name).is_some())
}

/// A month's name in the language, length and case of the one it replaces. `before` and `after`
/// are what else the date has, which tells languages with one name apart.
pub(super) fn renamed(old: &str, month: i8, tight: bool, before: &str, after: &str) -> String {
    let folded = fold::folded(old).to_ascii_lowercase();
    let at = (month.clamp(1, 12) - 1) as usize;
    for language in preference(old, before, after).map(|at| &LANGUAGES[at]) {
        let Some((full, short)) = language.writes(&folded) else { continue };
        // `May` and `Mai` are both a name and an abbreviation.
        let full = if full && short { !tight } else { full };
        return cased(old, if full { language.full[at] } else { language.short[at] });
    }
    cased(old, LANGUAGES[ENGLISH].full[at])
}

/// The languages, from the one that writes such a date first.
fn preference(old: &str, before: &str, after: &str) -> std::array::IntoIter<usize, 7> {
    let dotted = before.trim_end().ends_with('.');
    let of = |text: &str| {
        text.split_whitespace()
            .any(|w| w.eq_ignore_ascii_case("de") || w.eq_ignore_ascii_case("del"))
    };
    let order = if of(before) || of(after) {
        [SPANISH, PORTUGUESE, FRENCH, ITALIAN, DUTCH, GERMAN, ENGLISH]
    } else if dotted {
        [GERMAN, ENGLISH, FRENCH, ITALIAN, SPANISH, PORTUGUESE, DUTCH]
    } else if old.starts_with(char::is_lowercase) {
        [ENGLISH, FRENCH, ITALIAN, SPANISH, PORTUGUESE, DUTCH, GERMAN]
    } else {
        [ENGLISH, GERMAN, FRENCH, ITALIAN, SPANISH, PORTUGUESE, DUTCH]
    };
    order.into_iter()
}

/// The months in Roman numerals, as Central Europe writes them: `4.III.2021`.
pub(super) const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_languages() {
        let check = |word: &str, expect: Option<(i8, Kind)>| assert_eq!(month(word), expect);
        check("marz", Some((3, Kind::Foreign)));
        check("mar", Some((3, Kind::English)));
        check("fevrier", Some((2, Kind::Foreign)));
        check("okt", Some((10, Kind::Abbreviation)));
        check("set", Some((9, Kind::Word)));
        check("marco", Some((3, Kind::Word)));
        check("marked", None);
        check("", None);
    }

    #[test]
    fn every_name_is_told_by_its_letters() {
        for (language, name) in LANGUAGES.iter().flat_map(|l| l.all().map(move |n| (l, n.0))) {
            assert!(heads_month(name) && month(&fold::folded(name)).is_some(), "{name}");
            assert!(language.writes(&fold::folded(name)).is_some(), "{name}");
        }
    }

    #[test]
    fn words_that_begin_with_a_month() {
        for word in ["März", "MARCH4", "août", "MÄRZ", "décembre"] {
            assert!(heads_month(word), "{word}");
        }
        for word in ["Marker", "C5", "4", "é", "", "mediastinum-and-the-rest-of-it"] {
            assert!(!heads_month(word), "{word}");
        }
    }

    #[test]
    fn a_name_keeps_its_language() {
        let check = |old: &str, before: &str, after: &str, expect: &str| {
            assert_eq!(renamed(old, 8, false, before, after), expect, "{old}");
        };
        check("März", "4. ", " 2021", "August");
        check("mars", "4 ", " 2021", "août");
        check("MARS", "4 ", " 2021", "AOÛT");
        check("marzo", "4 de ", " de 2021", "agosto");
        check("marzo", "4 ", " 2021", "agosto");
        check("enero", "4 ", "", "agosto");
        check("gen", "4 ", " 2021", "ago");
        check("mai", "4 de ", " de 2021", "ago");
        check("mei", "4 ", " 2021", "augustus");
        check("Sept", "", ". 3, 2021", "Aug");
        check("may", "", " 3", "august");
    }
}
