//! Identifiers and values of a subject graph: each text once, one after the other in one string, so
//! that equal texts have equal places and millions of them need no allocation of their own.

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;
use zeroize::Zeroizing;

/// Where a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct TextAt(u32);

/// The texts, and while they are taken in a table to find them again.
#[derive(Default)]
pub(super) struct Texts {
    /// Each text after its length: characters of six bits, the lowest first, [`MORE`] in all but the
    /// last.
    all: Zeroizing<String>,
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
    full: bool,
}

const MORE: u8 = 0x40;
const BITS: u32 = 6;

impl Texts {
    pub(super) fn of(all: String) -> Self {
        Self { all: Zeroizing::new(all), ..Self::default() }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.all
    }

    /// The place of a text, which is added where it is new. Beyond 4 GiB nothing fits any more, and
    /// [`Texts::is_full`] says so.
    pub(super) fn place(&mut self, text: &str) -> TextAt {
        let Self { all, places, hasher, full } = self;
        let hash = hasher.hash_one(text);
        if let Some(at) = places.find(hash, |at| read(all, *at) == text) {
            return TextAt(*at);
        }
        let Ok(at) = u32::try_from(all.len()) else {
            *full = true;
            return TextAt(0);
        };
        let mut length = text.len();
        while length >= usize::from(MORE) {
            all.push(char::from(length as u8 & (MORE - 1) | MORE));
            length >>= BITS;
        }
        all.push(char::from(length as u8));
        all.push_str(text);
        places.insert_unique(hash, at, |at| hasher.hash_one(read(all, *at)));
        TextAt(at)
    }

    /// The text at a place.
    pub(super) fn get(&self, at: TextAt) -> &str {
        read(&self.all, at.0)
    }

    /// Whether some text was not taken.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Gives up the table: no text can be added any more.
    pub(super) fn settle(&mut self) {
        self.places = HashTable::new();
    }
}

fn read(all: &str, at: u32) -> &str {
    let (mut at, mut length, mut shift) = (at as usize, 0usize, 0);
    while let Some(byte) = all.as_bytes().get(at).copied() {
        length |= usize::from(byte & (MORE - 1)) << shift;
        at += 1;
        shift += BITS;
        if byte & MORE == 0 || shift > 30 {
            break;
        }
    }
    all.get(at..at + length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_place_whatever_their_length() {
        let mut texts = Texts::default();
        let lengths = [0, 1, 62, 63, 64, 65, 4095, 4096, 70_000, 300_000];
        let long: Vec<String> = lengths.iter().map(|n| "ö".repeat(*n)).collect();
        let places: Vec<TextAt> = long.iter().map(|text| texts.place(text)).collect();
        let read = Texts::of(texts.as_str().to_owned());
        for (text, place) in long.iter().zip(&places) {
            assert_eq!(texts.place(text), *place);
            assert_eq!((texts.get(*place), read.get(*place)), (text.as_str(), text.as_str()));
        }
        assert!(!texts.is_full());
        assert_eq!(texts.get(TextAt(u32::MAX)), "");
    }
}
