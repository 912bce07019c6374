//! The text engine on samples of a table's columns: one that nobody recognised, or that would be kept, may hold
//! names and numbers of people under a header that says nothing.
//!
//! A part only ever becomes stricter by it. The reason says how many sampled values were hit, and none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anonymed_core::{
    AttributeRole, Document, EntityType, FieldProfile, Format, ModalityError, Policy,
    Pseudonymizer, TextScope, TextScrubber,
};
use anonymed_table::{Part, StringBatch, Tables};
use anonymed_text::Scrubber;
use hashbrown::HashSet;

use crate::EngineError;

/// Rows from which values are taken.
const ROWS: u64 = 5_000;
/// Distinct values looked at of one column.
const VALUES: usize = 200;
/// Bytes of a value that are looked at.
const BYTES: usize = 2_000;
/// Fewest values that must be hit, and which share of those looked at.
const HITS: usize = 3;
const SHARE: f64 = 0.1;
/// Words of a value on average from which on a column is prose.
const PROSE_WORDS: f64 = 3.0;

/// A text engine that knows nobody.
///
/// # Errors
///
/// Where its rules cannot be made ready.
pub(crate) fn engine(codes: Pseudonymizer) -> Result<Scrubber, EngineError> {
    let policy = Policy::parse("schema = 1\nname = \"samples\"\nprofile = \"research-linked\"\n")?;
    Scrubber::new(Arc::new(codes), &policy)
        .map_err(|e| EngineError::Internal(format!("text rules: {e}")))
}

/// Looks at samples of the columns of a part whose profile says nothing of people, and makes the profile stricter
/// where they say something.
///
/// # Errors
///
/// Where the table cannot be read.
pub(crate) fn settle(
    tables: &Tables,
    (document, format, part): (&mut Document<'_>, &Format, &Part),
    fields: &mut [FieldProfile],
    text: &dyn TextScrubber,
) -> Result<(), ModalityError> {
    let mut open: Vec<(usize, Sample)> = (0..part.columns.len())
        .filter(|at| fields.get(*at).is_some_and(is_open))
        .map(|at| (at, Sample::default()))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    tables.first_rows(document, format, part, ROWS, &mut |batch| {
        open.iter_mut().for_each(|(at, sample)| sample.take(batch, *at));
    })?;
    for (at, sample) in &open {
        sample.found(text).settle(&mut fields[*at]);
    }
    Ok(())
}

/// Whether a column's values may be released as they are, or nobody recognised them.
fn is_open(field: &FieldProfile) -> bool {
    !field.subject && matches!(field.role, AttributeRole::Unknown | AttributeRole::Insensitive)
}

/// Distinct values of a column.
#[derive(Default)]
struct Sample {
    values: Vec<String>,
    seen: HashSet<String>,
}

impl Sample {
    fn take(&mut self, batch: &StringBatch, column: usize) {
        for row in 0..batch.len() {
            if self.values.len() >= VALUES {
                return;
            }
            let value = batch.value(column, row).trim();
            let letters = value.chars().filter(|c| c.is_alphabetic()).count();
            if letters >= 2 && !self.seen.contains(value) {
                self.seen.insert(value.to_owned());
                self.values.push(value.chars().take(BYTES).collect());
            }
        }
    }

    fn found(&self, text: &dyn TextScrubber) -> Found {
        let scope = TextScope { subject: None, whole: None, as_of: None };
        let mut found = Found { looked: self.values.len(), ..Found::default() };
        for value in &self.values {
            found.words += value.split_whitespace().count();
            let of_people = text.find(value, scope).into_iter().map(|finding| finding.entity);
            if let Some(entity) = of_people.filter(|entity| tells_of_people(*entity)).min() {
                found.hits += 1;
                *found.entities.entry(entity).or_default() += 1;
            }
        }
        found
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
    fn settle(&self, field: &mut FieldProfile) {
        if self.hits < HITS || (self.hits as f64) < SHARE * self.looked as f64 {
            return;
        }
        let most =
            self.entities.iter().max_by_key(|(entity, hits)| (**hits, std::cmp::Reverse(**entity)));
        let Some((entity, _)) = most else { return };
        let is_prose = self.words as f64 >= PROSE_WORDS * self.looked as f64;
        field.role = if is_prose { AttributeRole::FreeText } else { AttributeRole::Identifier };
        field.entity = (!is_prose).then_some(*entity);
        field.suggested = None;
        field.reason = format!(
            "{}; the text engine finds people in {} of {} sampled values, mostly as {entity}",
            field.reason, self.hits, self.looked
        );
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::RootKey;

    use super::*;

    fn field(role: AttributeRole) -> FieldProfile {
        FieldProfile {
            part: None,
            name: "zqx".into(),
            role,
            entity: None,
            subject: false,
            confidence: 0.5,
            reason: "nothing is known of it".into(),
            suggested: Some(AttributeRole::Quasi),
            filled: 9,
            total: 9,
            distinct: 9,
            examples: Vec::new(),
        }
    }

    #[test]
    fn what_the_text_engine_finds_is_no_longer_kept() {
        let domain = anonymed_core::PseudonymDomain("d".into());
        let text = engine(Pseudonymizer::keyed(&RootKey::new([7; 32]), &domain)).unwrap();
        let check = |role, values: &[&str], expect| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let mut field = field(role);
            Sample { values, seen: HashSet::new() }.found(&text).settle(&mut field);
            assert_eq!(field.role, expect, "{}", field.reason);
            let told = field.reason.contains("the text engine finds people in");
            assert_eq!(told, expect != role);
            assert_eq!(told, field.suggested.is_none());
        };
        use AttributeRole as R;
        let notes = [
            "called Mrs Quillfeather at 617-555-0142 today",
            "seen by Dr. Marrowbank this morning",
            "daughter Anna Pellinore will collect her, tel 617-555-0199",
            "slept well, no complaints at all",
        ];
        check(R::Unknown, &notes, R::FreeText);
        check(R::Insensitive, &notes, R::FreeText);
        check(
            R::Unknown,
            &["a.b@example.org", "c.d@example.org", "e.f@example.org"],
            R::Identifier,
        );
        // Near misses: categories, and too few to say anything.
        check(R::Insensitive, &["ward", "icu", "day clinic", "theatre"], R::Insensitive);
        check(R::Unknown, &["a.b@example.org", "none", "unknown"], R::Unknown);
    }
}
