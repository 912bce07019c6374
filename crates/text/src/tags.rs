//! What stands instead of a redacted value: the name of its type, and on request a number, so that a
//! reader sees who is who without knowing who it is.

use anonymed_core::{EntityType, normalise};
use hashbrown::HashMap;

use crate::lexicon::role;
use crate::page::tokens;

/// The tags of one text.
#[derive(Default)]
pub(crate) struct Tags {
    numbered: bool,
    /// The words of each person's name, by the person's number from 0.
    people: Vec<Vec<u64>>,
    /// Numbers of other values, by type and folded value.
    values: HashMap<(EntityType, String), usize>,
    /// How many values of a type have a number.
    counts: HashMap<EntityType, usize>,
}

impl Tags {
    /// Tags of a text that has had none; with numbers, where the policy wants them.
    pub(crate) fn new(numbered: bool) -> Self {
        Self { numbered, ..Self::default() }
    }

    /// `[NAME]`, `[DATE]`, `[SSN]`; `[NAME 2]` for the second person of the text.
    pub(crate) fn tag(&mut self, entity: EntityType, value: &str) -> String {
        let name = if entity.is_person() { "name" } else { entity.as_str() };
        let name = name.to_uppercase();
        if !self.numbered {
            return format!("[{name}]");
        }
        let number =
            if entity.is_person() { self.person(value) } else { self.value(entity, value) };
        format!("[{name} {}]", number + 1)
    }

    /// The number of the person with this name: one whose name has all its words, or all of whose words it has;
    /// of several, the one named last.
    fn person(&mut self, value: &str) -> usize {
        let rank = role::TITLE | role::CREDENTIAL | role::SUFFIX;
        let parts = tokens(value);
        let mut words: Vec<u64> = parts
            .iter()
            .filter(|word| word.len() > 1 && !(word.is(rank) && parts.len() > 1))
            .map(|word| word.hash)
            .collect();
        words.sort_unstable();
        words.dedup();
        let within = |some: &[u64], all: &[u64]| some.iter().all(|word| all.contains(word));
        let same = |known: &Vec<u64>| match words.is_empty() {
            // Initials are no words; they are somebody by themselves.
            true => false,
            false => !known.is_empty() && (within(&words, known) || within(known, &words)),
        };
        if let Some(number) = self.people.iter().rposition(same) {
            let known = &mut self.people[number];
            let new: Vec<u64> = words.into_iter().filter(|word| !known.contains(word)).collect();
            known.extend(new);
            return number;
        }
        if words.is_empty() {
            let key = (EntityType::Person, normalise::alphanumeric(value));
            return *self.values.entry(key).or_insert_with(|| {
                self.people.push(Vec::new());
                self.people.len() - 1
            });
        }
        self.people.push(words);
        self.people.len() - 1
    }

    fn value(&mut self, entity: EntityType, value: &str) -> usize {
        let count = self.counts.entry(entity).or_default();
        *self.values.entry((entity, normalise::alphanumeric(value))).or_insert_with(|| {
            *count += 1;
            *count - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityType::{Date, Doctor, Patient, Person};

    #[test]
    fn a_person_keeps_a_number_in_every_form() {
        let mut tags = Tags::new(true);
        for (entity, value, expect) in [
            (Patient, "John Quincy Smith", "[NAME 1]"),
            (Doctor, "Mary Roe, MD", "[NAME 2]"),
            (Person, "SMITH, JOHN", "[NAME 1]"),
            (Doctor, "Dr. Roe", "[NAME 2]"),
            (Person, "Jane Smith", "[NAME 3]"),
            // The Smith who was named last.
            (Person, "Smith", "[NAME 3]"),
            (Person, "J.R.", "[NAME 4]"),
            (Person, "J. R.", "[NAME 4]"),
            (Date, "3/14/2021", "[DATE 1]"),
            (Date, "3-14-2021", "[DATE 1]"),
            (Date, "May 2", "[DATE 2]"),
        ] {
            assert_eq!(tags.tag(entity, value), expect, "{value}");
        }
        assert_eq!(Tags::new(false).tag(Patient, "Roe"), "[NAME]");
    }
}
