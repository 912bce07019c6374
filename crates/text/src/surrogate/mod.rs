//! Realistic fakes: the same person has the same fake name in every form it is written, numbers
//! keep their layout, and what is written is never a real value of the text.
//!
//! Every choice is keyed ([`anonymed_core::Pseudonymizer`]) by the subject and the folded value, so
//! it is the same in every text of the subject and says nothing without the key.

mod name;
mod number;
mod place;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use anonymed_core::{EntityType, Pseudonymizer, Sex, Subject, normalise};
use hashbrown::HashSet;

use crate::lexicon::{hash_word, rows};
use crate::page::tokens;

pub(crate) use name::Part;

/// The lists fakes are chosen from.
struct Lists {
    women: Vec<&'static str>,
    men: Vec<&'static str>,
    families: Vec<&'static str>,
    cities: Vec<&'static str>,
    streets: Vec<&'static str>,
    hospitals: Vec<&'static str>,
    domains: Vec<&'static str>,
    areas: Vec<&'static str>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let list = |text: &'static str| rows(text).collect::<Vec<_>>();
    Lists {
        women: list(include_str!("../../data/surrogates/forenames_f.txt")),
        men: list(include_str!("../../data/surrogates/forenames_m.txt")),
        families: list(include_str!("../../data/surrogates/surnames.txt")),
        cities: list(include_str!("../../data/surrogates/cities.txt")),
        streets: list(include_str!("../../data/surrogates/streets.txt")),
        hospitals: list(include_str!("../../data/surrogates/hospitals.txt")),
        domains: list(include_str!("../../data/surrogates/email_domains.txt")),
        areas: list(include_str!("../../data/surrogates/area_codes.txt")),
    }
});

/// What is real, and so is never written as a fake.
#[derive(Default)]
pub(crate) struct Real {
    /// Words of the patient's own name.
    patient: HashSet<u64>,
    words: HashSet<u64>,
    /// Folded numbers.
    numbers: HashSet<String>,
    /// Name words with the part they were seen to play.
    parts: BTreeMap<String, Part>,
}

/// What fakes are made from for one text.
pub(crate) struct Surrogates<'a> {
    pseudonymizer: &'a Pseudonymizer,
    /// Whose text: choices for one subject say nothing about another's.
    owner: String,
    sex: Option<Sex>,
    /// What is real of the subject, and in this text.
    known: Arc<Real>,
    here: Real,
}

impl<'a> Surrogates<'a> {
    /// For a subject's text, or one of nobody known; `known` is what [`Surrogates::real_of`] gives for
    /// that subject.
    pub(crate) fn new(
        pseudonymizer: &'a Pseudonymizer,
        subject: Option<&Subject>,
        known: Arc<Real>,
    ) -> Self {
        Self {
            pseudonymizer,
            owner: subject.map(|s| s.pseudonym.code()).unwrap_or_default(),
            sex: subject.and_then(|s| s.sex),
            known,
            here: Real::default(),
        }
    }

    /// What is real of a subject.
    pub(crate) fn real_of(pseudonymizer: &'a Pseudonymizer, subject: &Subject) -> Real {
        let mut surrogates = Self::new(pseudonymizer, Some(subject), Arc::default());
        for known in &subject.known {
            surrogates.learn(known.entity, known.value.expose());
        }
        surrogates.here
    }

    /// Takes note of a real value.
    pub(crate) fn learn(&mut self, entity: EntityType, value: &str) {
        if entity.is_person() {
            self.learn_name(entity, value);
        } else if entity.is_number() || entity == EntityType::Zip {
            self.here.numbers.insert(normalise::alphanumeric(value));
        } else {
            self.here.words.extend(tokens(value).iter().map(|t| t.hash));
        }
    }

    fn is_real_word(&self, hash: u64) -> bool {
        self.known.words.contains(&hash) || self.here.words.contains(&hash)
    }

    fn is_real_number(&self, folded: &str) -> bool {
        self.known.numbers.contains(folded) || self.here.numbers.contains(folded)
    }

    fn is_of_patient(&self, hash: u64) -> bool {
        self.known.patient.contains(&hash) || self.here.patient.contains(&hash)
    }

    /// The part a folded word was first seen to play.
    fn seen_part(&self, folded: &str) -> Option<Part> {
        self.known.parts.get(folded).or_else(|| self.here.parts.get(folded)).copied()
    }

    /// The first forename, by the alphabet, that begins so.
    fn forename_with(&self, start: &str) -> Option<&str> {
        let known = given_with(&self.known.parts, start);
        let here = given_with(&self.here.parts, start);
        match (known, here) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }

    /// The fake of a value.
    pub(crate) fn fake(&self, entity: EntityType, value: &str) -> Option<String> {
        use EntityType as E;
        Some(match entity {
            entity if entity.is_person() => self.name(value),
            E::Phone | E::Fax | E::Pager => self.phone(value),
            E::Ssn => self.social_security(value),
            E::Email => self.email(value),
            E::Url => self.url(value),
            E::IpAddress => self.internet_address(value),
            E::MacAddress => self.hardware_address(value),
            E::Zip => self.zip(value),
            E::Street => self.street(value),
            E::City | E::Location => self.city(value),
            E::County => self.county(value),
            E::Hospital => self.hospital(value),
            E::Organization => self.organization(value),
            E::Room | E::Username => self.number(entity, value),
            entity if entity.is_number() => self.number(entity, value),
            _ => return None,
        })
    }

    /// An entry of a list for a folded value, none of whose words is real here.
    fn pick(&self, kind: &str, value: &str, list: &[&'static str]) -> &'static str {
        let folded = normalise::words(value);
        let mut choice = "";
        for attempt in 0..24u8 {
            let salted = if attempt == 0 { folded.clone() } else { format!("{folded}#{attempt}") };
            let at = self.pseudonymizer.choose(kind, &self.owner, &salted, list.len() as u64);
            choice = list.get(at as usize).copied().unwrap_or_default();
            let real = choice.split([' ', '-']).any(|word| self.is_real_word(hash_word(word)))
                || normalise::words(choice) == folded;
            if !real {
                return choice;
            }
        }
        choice
    }

    /// Keyed bytes for a folded value, as many as asked for.
    fn stream(&self, kind: &str, folded: &str, attempt: u8) -> impl Iterator<Item = u8> + '_ {
        let (kind, folded) = (kind.to_owned(), folded.to_owned());
        (0u32..).flat_map(move |block| {
            let value = format!("{folded}#{attempt}#{block}");
            self.pseudonymizer.bytes(&kind, &self.owner, &value)
        })
    }
}

/// The first forename, by the alphabet, that begins so.
fn given_with<'p>(parts: &'p BTreeMap<String, Part>, start: &str) -> Option<&'p str> {
    let given = parts.iter().filter(|(_, part)| **part == Part::Given);
    given.map(|(word, _)| word.as_str()).find(|word| word.starts_with(start))
}

/// The word in the case of another.
fn cased(model: &str, word: &str) -> String {
    let mut letters = model.chars().filter(|c| c.is_alphabetic());
    let first = letters.next();
    let upper = first.is_some_and(char::is_uppercase);
    let rest_upper = letters.clone().next().is_some() && letters.all(char::is_uppercase);
    if upper && rest_upper {
        word.to_uppercase()
    } else if first.is_some_and(char::is_lowercase) {
        word.to_lowercase()
    } else {
        word.to_owned()
    }
}
