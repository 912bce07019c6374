//! Samples of a table's columns, for somebody who knows more of texts than this crate: under a header that says
//! nothing, a column may hold names and numbers of people.
//!
//! The samples are taken from the first rows, before the rest is read, so that what a column turns out to hold is
//! looked for elsewhere, too. A part only ever becomes stricter by it.

use std::sync::OnceLock;

use anonymed_assess::apart::ApartSketch;
use anonymed_core::{AttributeRole, EntityType, FieldProfile};
use hashbrown::HashSet;

use crate::batch::StringBatch;

/// Distinct values that are taken of one column.
const VALUES: usize = 200;
/// Characters of a value that are taken.
const LENGTH: usize = 2_000;
/// Bytes that are taken of all columns of a table together.
const BYTES: usize = 16 << 20;

/// Says what values tell of people.
pub trait ColumnJudge {
    /// Who is found in distinct values of a column; `None` where too few tell of anybody. Called while a table is
    /// read, once for a column that may be released as it is, or that nobody recognised.
    fn judge(&self, values: &[String]) -> Option<PeopleFound>;
}

/// What a judge found in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleFound {
    /// The part that the column plays, an identifier or free text.
    pub role: AttributeRole,
    /// What its values are, or what most of them speak of.
    pub entity: EntityType,
    /// Why, in words without a value.
    pub reason: String,
}

impl PeopleFound {
    /// Makes a column's profile stricter.
    fn settle(&self, field: &mut FieldProfile) {
        field.role = self.role;
        field.entity = (self.role == AttributeRole::Identifier).then_some(self.entity);
        field.suggested = None;
        field.reason = format!("{}; {}", field.reason, self.reason);
    }
}

/// The samples of one table.
pub(crate) struct Samples<'a> {
    judge: &'a dyn ColumnJudge,
    columns: Vec<Sample>,
}

impl<'a> Samples<'a> {
    pub(crate) fn new(judge: &'a dyn ColumnJudge, columns: usize) -> Self {
        let sample = || Sample { room: BYTES / columns.max(1), ..Sample::default() };
        Self { judge, columns: (0..columns).map(|_| sample()).collect() }
    }

    pub(crate) fn see(&mut self, batch: &StringBatch) {
        for (column, sample) in self.columns.iter_mut().enumerate() {
            sample.see(batch, column);
        }
    }

    /// Makes the profile of a column stricter where its sample speaks of people; says of whom.
    pub(crate) fn settle(&self, column: usize, field: &mut FieldProfile) -> Option<EntityType> {
        let sample = self.columns.get(column).filter(|_| is_open(field))?;
        let found = sample.found.get_or_init(|| self.judge.judge(&sample.values)).as_ref()?;
        found.settle(field);
        Some(found.entity)
    }
}

/// Whether a column's values may be released as they are, or nobody recognised them.
fn is_open(field: &FieldProfile) -> bool {
    !field.subject && matches!(field.role, AttributeRole::Unknown | AttributeRole::Insensitive)
}

/// Distinct values of a column.
#[derive(Default)]
struct Sample {
    values: Vec<String>,
    seen: HashSet<u64>,
    /// Bytes that may still be taken.
    room: usize,
    found: OnceLock<Option<PeopleFound>>,
}

impl Sample {
    fn see(&mut self, batch: &StringBatch, column: usize) {
        for row in 0..batch.len() {
            if self.values.len() >= VALUES || self.room == 0 {
                return;
            }
            let value = batch.value(column, row).trim();
            let has_words = value.chars().filter(|c| c.is_alphabetic()).nth(1).is_some();
            if has_words && self.seen.insert(ApartSketch::number(value)) {
                let taken: String = value.chars().take(LENGTH).collect();
                self.room = self.room.saturating_sub(taken.len());
                self.values.push(taken);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;

    /// Finds a person in every value, and says how many there were.
    struct Everybody;

    impl ColumnJudge for Everybody {
        fn judge(&self, values: &[String]) -> Option<PeopleFound> {
            let reason = format!("{} values", values.len());
            let role = AttributeRole::Identifier;
            Some(PeopleFound { role, entity: EntityType::Person, reason })
        }
    }

    #[test]
    fn distinct_values_with_words_are_judged_of_open_columns() {
        let check = |values: Vec<String>, role: AttributeRole, expect: Option<&str>| {
            let rows = (1..=values.len() as u64).collect();
            let batch = StringBatch::new(rows, vec![StringArray::from(values)]);
            let mut samples = Samples::new(&Everybody, 1);
            samples.see(&batch);
            let mut class = crate::profile::ColumnProfiler::new("zqx").class(None);
            class.profile.role = role;
            let found = samples.settle(0, &mut class.profile);
            assert_eq!(found.is_some(), expect.is_some());
            assert_eq!(class.profile.role == AttributeRole::Identifier, expect.is_some());
            if let Some(expect) = expect {
                assert!(class.profile.reason.ends_with(expect), "{}", class.profile.reason);
            }
        };
        use AttributeRole as R;
        let words = |n: usize| (0..n).map(|at| format!("word {at}")).collect::<Vec<_>>();
        check(words(5), R::Unknown, Some("; 5 values"));
        check(words(500), R::Insensitive, Some("; 200 values"));
        check(
            vec![" ward".into(), "ward ".into(), "7".into(), "x1".into()],
            R::Unknown,
            Some("; 1 values"),
        );
        check(vec!["é".repeat(5_000); 3], R::Unknown, Some("; 1 values"));
        check(words(5), R::Quasi, None);
    }
}
