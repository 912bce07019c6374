//! Fake names, word by word: `John Smith`, `SMITH, J.` and `Smith's` are made from the same two
//! choices, so they stay one person.

use std::ops::Range;

use anonymed_core::{EntityType, Sex, normalise};

use super::{LISTS, Surrogates, cased};
use crate::lexicon::role;
use crate::names::is_initial;
use crate::page::{Shape, Token, tokens};

/// The part of a name that a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A forename.
    Given,
    /// A surname.
    Family,
    /// A single letter.
    Initial,
    /// A title, particle or suffix, which stays.
    Kept,
}

impl Surrogates<'_> {
    /// Takes note of a real name.
    pub(super) fn learn_name(&mut self, entity: EntityType, value: &str) {
        let words = tokens(value);
        let full = words.iter().filter(|t| t.is_word() && !is_initial(t)).count() > 1;
        for (token, part) in words.iter().zip(self.parts_of(value, &words)) {
            if matches!(part, Part::Given | Part::Family) {
                self.here.words.insert(token.hash);
                if entity == EntityType::Patient {
                    self.here.patient.insert(token.hash);
                }
                if full {
                    let folded = normalise::words(&value[token.span()]);
                    if self.seen_part(&folded).is_none() {
                        self.here.parts.insert(folded, part);
                    }
                }
            }
        }
    }

    /// The fake of a name in the form it has.
    pub(super) fn name(&self, value: &str) -> String {
        let words = tokens(value);
        let parts = self.parts_of(value, &words);
        let mut out = String::with_capacity(value.len() + 8);
        let mut at = 0;
        for (token, part) in words.iter().zip(parts) {
            let Range { start, end } = token.span();
            out.push_str(&value[at..start]);
            let word = &value[start..end];
            match part {
                Part::Given => out.push_str(&cased(word, self.given(token, word))),
                Part::Family => out.push_str(&cased(word, self.family(word))),
                Part::Initial => out.push_str(&self.initial(word)),
                Part::Kept => out.push_str(word),
            }
            at = end;
        }
        out.push_str(&value[at..]);
        out
    }

    /// Other letters in the form of a person's initials.
    pub(crate) fn initials(&self, value: &str) -> String {
        let mut out = String::with_capacity(value.len());
        for letter in value.chars() {
            let mut bytes = [0; 4];
            let letter = letter.encode_utf8(&mut bytes);
            if letter.starts_with(char::is_alphabetic) {
                let fake = self.initial(&letter.to_uppercase());
                let lower = letter.starts_with(char::is_lowercase);
                out.push_str(&if lower { fake.to_lowercase() } else { fake });
            } else {
                out.push_str(letter);
            }
        }
        out
    }

    /// The part each word of a name plays.
    fn parts_of(&self, value: &str, words: &[Token]) -> Vec<Part> {
        let mut parts: Vec<Part> = words.iter().map(|t| simple_part(t, words.len())).collect();
        let names: Vec<usize> = (0..words.len()).filter(|i| parts[*i] == Part::Given).collect();
        let (Some(first), Some(last)) = (names.first().copied(), names.last().copied()) else {
            return parts;
        };
        let comma = value.find(',').filter(|c| {
            *c > words[first].start as usize && names.iter().any(|i| words[*i].start as usize > *c)
                || (words.len() > first + 1
                    && parts.get(first + 1) == Some(&Part::Initial)
                    && *c < words[first + 1].start as usize)
        });
        if let Some(comma) = comma {
            for name in names.iter().filter(|i| (words[**i].start as usize) < comma) {
                parts[*name] = Part::Family;
            }
        } else if names.len() == 1 {
            let beside_initial = words.len() > 1 && first > 0 && parts[first - 1] == Part::Initial;
            parts[first] =
                self.lone_part(&words[first], &value[words[first].span()], beside_initial);
        } else {
            parts[last] = Part::Family;
            // A hyphen joins two surnames; a forename in front stays one.
            let mut at = last;
            while at > first + 1 && value[words[at - 1].end as usize..].starts_with('-') {
                at -= 1;
                parts[at] = Part::Family;
            }
        }
        parts
    }

    /// Which part a name's only word is: as seen in this text, else as the lists weigh it.
    fn lone_part(&self, token: &Token, word: &str, beside_initial: bool) -> Part {
        if let Some(part) = self.seen_part(&normalise::words(word)) {
            return part;
        }
        match token.word.given() > token.word.surname && !beside_initial {
            true => Part::Given,
            false => Part::Family,
        }
    }

    fn given(&self, token: &Token, word: &str) -> &'static str {
        let known = self.sex.filter(|_| self.is_of_patient(token.hash));
        let woman = match known {
            Some(Sex::Female) => true,
            Some(Sex::Male) => false,
            _ => match token.word.female.cmp(&token.word.male) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Less => false,
                std::cmp::Ordering::Equal => {
                    self.pseudonymizer.choose("sex", &self.owner, &normalise::words(word), 2) == 0
                }
            },
        };
        match woman {
            true => self.pick("forename-f", word, &LISTS.women),
            false => self.pick("forename-m", word, &LISTS.men),
        }
    }

    fn family(&self, word: &str) -> &'static str {
        self.pick("surname", word, &LISTS.families)
    }

    /// The initial of the fake, where the name it stands for is known; else another letter.
    fn initial(&self, letter: &str) -> String {
        let folded = normalise::words(letter);
        let given = (!folded.is_empty()).then(|| self.forename_with(&folded)).flatten();
        if let Some(word) = given
            && let Some(token) = tokens(word).first()
        {
            let fake = self.given(token, word);
            return fake.chars().take(1).collect();
        }
        let at = self.pseudonymizer.choose("initial", &self.owner, &folded, 25) as u8;
        let own = letter.bytes().next().map_or(0, |b| b.to_ascii_uppercase().wrapping_sub(b'A'));
        let other = if at >= own { at + 1 } else { at };
        char::from(b'A' + other % 26).to_string()
    }
}

fn simple_part(token: &Token, words: usize) -> Part {
    if !token.is_word() {
        return Part::Kept;
    }
    if is_initial(token) {
        return Part::Initial;
    }
    let listed = token.word.given() > 0 || token.word.surname > 0;
    let suffix = token.is(role::SUFFIX) && words > 1;
    let particle = token.is(role::PARTICLE) && words > 1 && token.shape == Shape::Lower;
    let title = token.is(role::TITLE) && words > 1 && !listed;
    let credential =
        token.is(role::CREDENTIAL) && words > 1 && token.shape == Shape::Upper && !listed;
    let possessive = token.len() == 1;
    if suffix || particle || title || credential || possessive { Part::Kept } else { Part::Given }
}
