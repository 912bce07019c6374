//! Values of a column in which nothing is found, whoever's row they stand in. A column has few values as a rule, so that
//! each is looked at once.

use anonymed_core::AttributeRole;
use hashbrown::HashMap;

use super::column::{ColumnTally, Quiet};
use super::residual::{Position, residual};
use super::sweep::{CellUse, Sweep};

/// A value that needs no further look.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// Ours, and nobody's own.
    Written,
    /// Kept, with nothing known in it and no pattern of an identifier.
    Quiet(Quiet),
}

/// The values of one column.
pub(crate) struct QuietValues {
    used: CellUse,
    /// Of a column in which patterns of identifiers are looked for.
    role: Option<AttributeRole>,
    values: HashMap<Box<str>, Option<Known>>,
    /// Bytes of values that may still be held.
    room: usize,
}

/// Values kept apart, beyond which there is no use in it, and bytes of them.
const VALUES: usize = 1 << 14;
const BYTES: usize = 4 << 20;

impl QuietValues {
    /// Nothing is known of a column so far. With a role, patterns of identifiers in its values are no quiet ones.
    pub(crate) fn new(used: CellUse, role: Option<AttributeRole>) -> Self {
        Self { used, role, values: HashMap::new(), room: BYTES }
    }

    /// What a value is; `None` where it has to be looked at together with its row.
    pub(crate) fn look(&mut self, sweep: &Sweep<'_>, value: &str) -> Option<Known> {
        if self.used == CellUse::Prose {
            return None;
        }
        if let Some(known) = self.values.get(value) {
            return *known;
        }
        if self.values.len() >= VALUES || value.len() > self.room {
            return None;
        }
        let known = match (self.used, self.role) {
            (CellUse::Written, _) => sweep.is_nobodys(value).then_some(Known::Written),
            (_, role) => ColumnTally::quiet(sweep, value)
                .filter(|_| {
                    role.is_none_or(|role| residual(value, Position::Cell(role), &[]).is_empty())
                })
                .map(Known::Quiet),
        };
        self.room -= value.len();
        self.values.insert(value.into(), known);
        known
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::{DerivedKey, EntityType, SubjectId};

    use super::*;
    use crate::verify::KnownValues;

    #[test]
    fn what_is_known_or_patterned_is_not_quiet_and_the_rest_is_the_second_time_too() {
        let key = DerivedKey::from([7; 32]);
        let mut known = KnownValues::builder(&key);
        known.insert(EntityType::Patient, "Anna Quillfeather", Some(SubjectId(0)));
        let known = known.build();
        let sweep = Sweep::new(&known);
        let check = |used: CellUse, role: Option<AttributeRole>, value: &str, expect: bool| {
            let mut values = QuietValues::new(used, role);
            for _ in 0..2 {
                assert_eq!(values.look(&sweep, value).is_some(), expect, "{used:?} {value}");
            }
        };
        let kept = Some(AttributeRole::Insensitive);
        for used in [CellUse::Kept, CellUse::Written] {
            check(used, kept, "theatre", true);
            check(used, kept, "Anna Quillfeather", false);
        }
        check(CellUse::Kept, None, "to Quillfeather", false);
        check(CellUse::Kept, kept, "a.b@example.org", false);
        check(CellUse::Kept, None, "a.b@example.org", true);
        check(CellUse::Prose, kept, "theatre", false);
        // What is too long to be held is looked at each time.
        check(CellUse::Kept, kept, &"word ".repeat(BYTES / 4), false);
    }
}
