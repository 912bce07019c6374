//! The text engine on samples of a table's columns: one that nobody recognised, or that would be kept, may hold
//! names and numbers of people under a header that says nothing.
//!
//! The reason says how many sampled values were hit, and none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anonymed_core::policy::{TextSearch, Tier};
use anonymed_core::{AttributeRole, EntityType, Policy, Pseudonymizer, TextScope, TextScrubber};
use anonymed_table::{ColumnJudge, PeopleFound};
use anonymed_text::Scrubber;

use crate::EngineError;

/// Fewest values that must be hit, and which share of those looked at.
const HITS: usize = 3;
const SHARE: f64 = 0.1;
/// Words of a value on average from which on a column is prose.
const PROSE_WORDS: f64 = 3.0;

/// Finds people in columns by a text engine that knows nobody.
pub(crate) struct PeopleInColumns {
    text: Scrubber,
}

impl PeopleInColumns {
    /// # Errors
    ///
    /// Where the engine's rules cannot be made ready.
    pub(crate) fn new(codes: Pseudonymizer) -> Result<Self, EngineError> {
        let policy =
            Policy::parse("schema = 1\nname = \"samples\"\nprofile = \"research-linked\"\n")?;
        // A cell is no sentence: the tagger has nothing to go by.
        let search = TextSearch { tier: Tier::Rules, ..TextSearch::default() };
        Ok(Self { text: Scrubber::searching(Arc::new(codes), &policy, search)? })
    }

    fn look(&self, values: &[String]) -> Found {
        let scope = TextScope::default();
        let mut found = Found { looked: values.len(), ..Found::default() };
        for value in values {
            found.words += value.split_whitespace().count();
            // The built-in rules give nothing up; if they did, nobody would know what is in the value.
            let of_people = match self.text.find(value, scope) {
                Ok(findings) => findings.into_iter().map(|finding| finding.entity).collect(),
                Err(_) => vec![EntityType::Person],
            };
            let of_people = of_people.into_iter();
            if let Some(entity) = of_people.filter(|entity| tells_of_people(*entity)).min() {
                found.hits += 1;
                *found.entities.entry(entity).or_default() += 1;
            }
        }
        found
    }
}

impl ColumnJudge for PeopleInColumns {
    fn judge(&self, values: &[String]) -> Option<PeopleFound> {
        self.look(values).verdict()
    }
}

/// Whether a value of this type says who somebody is.
fn tells_of_people(entity: EntityType) -> bool {
    entity.is_person()
        || matches!(entity, EntityType::Email | EntityType::Username | EntityType::Street)
        || entity.is_number()
}

/// What was found in a sample.
#[derive(Default)]
struct Found {
    looked: usize,
    hits: usize,
    words: usize,
    entities: BTreeMap<EntityType, usize>,
}

impl Found {
    fn verdict(&self) -> Option<PeopleFound> {
        if self.hits < HITS || (self.hits as f64) < SHARE * self.looked as f64 {
            return None;
        }
        let by_hits =
            |(entity, hits): &(&EntityType, &usize)| (**hits, std::cmp::Reverse(**entity));
        let (entity, _) = self.entities.iter().max_by_key(by_hits)?;
        let is_prose = self.words as f64 >= PROSE_WORDS * self.looked as f64;
        Some(PeopleFound {
            role: if is_prose { AttributeRole::FreeText } else { AttributeRole::Identifier },
            entity: *entity,
            reason: format!(
                "the text engine finds people in {} of {} sampled values, mostly as {entity}",
                self.hits, self.looked
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::RootKey;

    use super::*;

    #[test]
    fn what_the_text_engine_finds_is_no_longer_kept() {
        let domain = anonymed_core::PseudonymDomain("d".into());
        let people =
            PeopleInColumns::new(Pseudonymizer::keyed(&RootKey::new([7; 32]), &domain)).unwrap();
        let check = |values: &[&str], expect: Option<(AttributeRole, EntityType)>| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let found = people.judge(&values);
            assert_eq!(found.map(|found| (found.role, found.entity)), expect, "{values:?}");
        };
        use {AttributeRole as R, EntityType as E};
        let notes = [
            "called Mrs Quillfeather at 617-555-0142 today",
            "seen by Dr. Marrowbank this morning",
            "daughter Anna Pellinore will collect her, tel 617-555-0199",
            "slept well, no complaints at all",
        ];
        check(&notes, Some((R::FreeText, E::Doctor)));
        let addresses = ["a.b@example.org", "c.d@example.org", "e.f@example.org"];
        check(&addresses, Some((R::Identifier, E::Email)));
        check(
            &["Dr. Quillfeather", "Dr. Marrowbank", "Dr. Pellinore"],
            Some((R::Identifier, E::Doctor)),
        );
        // Near misses: categories, and too few to say anything.
        check(&["ward", "icu", "day clinic", "theatre"], None);
        check(&["a.b@example.org", "none", "unknown"], None);
    }
}
