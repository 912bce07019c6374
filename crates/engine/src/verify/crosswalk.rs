//! Whose a released code or UUID is.
//!
//! Codes are held as the 16 bytes they spell, not as text: 30 bytes a patient instead of 110.

use anonymed_core::{Pseudonym, SubjectId};
use hashbrown::HashTable;

/// Codes of patients, found by text.
#[derive(Debug, Default)]
pub struct Crosswalk {
    entries: Vec<(Pseudonym, SubjectId)>,
    codes: HashTable<u32>,
    uuids: HashTable<u32>,
    shared: u64,
}

impl Crosswalk {
    /// The codes of some patients. Of a code that two of them have, the last one's it is, and
    /// [`Crosswalk::shared`] counts it.
    pub fn new(codes: impl IntoIterator<Item = (SubjectId, Pseudonym)>) -> Self {
        let mut this = Self::default();
        for (subject, pseudonym) in codes {
            this.insert(subject, pseudonym);
        }
        this
    }

    fn insert(&mut self, subject: SubjectId, pseudonym: Pseudonym) {
        let Self { entries, codes, shared, .. } = self;
        let place = entries.len() as u32;
        entries.push((pseudonym, subject));
        let bits = |n: &u32| hash(entries[*n as usize].0.as_bytes());
        let same = |n: &u32| entries[*n as usize].0 == pseudonym;
        let mut entry = codes.entry(hash(pseudonym.as_bytes()), same, bits).or_insert(place);
        if *entry.get() != place {
            *shared += u64::from(entries[*entry.get() as usize].1 != subject);
            *entry.get_mut() = place;
        }
    }

    /// Makes UUIDs known as well.
    #[must_use]
    pub fn with_uuids(mut self) -> Self {
        let Self { entries, uuids, .. } = &mut self;
        for place in 0..entries.len() as u32 {
            let bytes = |n: &u32| entries[*n as usize].0.uuid_bytes();
            let own = bytes(&place);
            let same = |n: &u32| bytes(n) == own;
            *uuids.entry(hash(&own), same, |n| hash(&bytes(n))).or_insert(place).get_mut() = place;
        }
        self
    }

    /// Whose code this is.
    pub fn of_code(&self, text: &str) -> Option<SubjectId> {
        let pseudonym = Pseudonym::from_code(text)?;
        let same = |n: &u32| self.entries[*n as usize].0 == pseudonym;
        let place = self.codes.find(hash(pseudonym.as_bytes()), same)?;
        Some(self.entries[*place as usize].1)
    }

    /// Whose UUID this is.
    pub fn of_uuid(&self, text: &str) -> Option<SubjectId> {
        let bytes = uuid_bytes(text)?;
        let same = |n: &u32| self.entries[*n as usize].0.uuid_bytes() == bytes;
        let place = self.uuids.find(hash(&bytes), same)?;
        Some(self.entries[*place as usize].1)
    }

    /// How many codes were given to another patient again.
    pub fn shared(&self) -> u64 {
        self.shared
    }

    /// The codes, in the order they were given in.
    pub(crate) fn entries(&self) -> &[(Pseudonym, SubjectId)] {
        &self.entries
    }
}

/// The bits of a code are random already.
fn hash(bytes: &[u8; 16]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[8..]);
    u64::from_le_bytes(word) ^ u64::from(bytes[0]) << 56
}

/// Reads a UUID as [`Pseudonym::uuid`] writes it.
fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut hex = [0; 32];
    let mut at = 0;
    for (place, byte) in text.iter().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            hex[at] = *byte;
            at += 1;
        }
    }
    let mut bytes = [0; 16];
    let length = data_encoding::HEXLOWER.decode_mut(&hex, &mut bytes).ok()?;
    (length == bytes.len()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonym(n: u8) -> Pseudonym {
        Pseudonym::from_bytes([n; 16])
    }

    #[test]
    fn codes_and_uuids_are_found_by_their_own_text() {
        let all = || (0..200).map(|n| (SubjectId(u32::from(n)), pseudonym(n)));
        let plain = Crosswalk::new(all());
        let crosswalk = Crosswalk::new(all()).with_uuids();
        for n in 0..200 {
            let subject = Some(SubjectId(u32::from(n)));
            assert_eq!(crosswalk.of_code(&pseudonym(n).code()), subject);
            assert_eq!(crosswalk.of_uuid(&pseudonym(n).uuid()), subject);
            assert_eq!(plain.of_uuid(&pseudonym(n).uuid()), None);
        }
        let uuid = pseudonym(0xab).uuid();
        for text in [
            pseudonym(250).code(),
            pseudonym(1).code().to_lowercase(),
            format!(" {}", pseudonym(1).code()),
            pseudonym(250).uuid(),
            uuid.to_uppercase(),
            uuid.replace('-', ""),
            uuid.replace('-', "a"),
            String::new(),
        ] {
            assert_eq!(
                (crosswalk.of_code(&text), crosswalk.of_uuid(&text)),
                (None, None),
                "{text}"
            );
        }
        assert_eq!(crosswalk.shared(), 0);
    }

    #[test]
    fn a_code_of_two_patients_is_counted() {
        let codes = [(1, 7), (2, 7), (2, 7), (3, 8)];
        let codes = codes.map(|(subject, n)| (SubjectId(subject), pseudonym(n)));
        let crosswalk = Crosswalk::new(codes);
        assert_eq!(crosswalk.shared(), 1);
        assert_eq!(crosswalk.of_code(&pseudonym(7).code()), Some(SubjectId(2)));
    }
}
