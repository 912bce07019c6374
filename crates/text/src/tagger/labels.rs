//! The tagger's label space: entity types in BIOES, some of them several types in one.
//!
//! Tag 0 is "outside". Label `n` has the tags `1 + 4n` (begin), `+1` (inside), `+2` (end) and `+3`
//! (single).

use anonymed_core::EntityType::{self, *};

/// The labels, each with the entity types it stands for. What it finds carries the first one.
pub(crate) const LABELS: &[&[EntityType]] = &[
    &[Patient],
    &[Doctor, Staff],
    &[Relative],
    &[Person],
    &[Username],
    &[Profession],
    &[Hospital],
    &[Organization],
    &[Department],
    &[Room],
    &[Street],
    &[City],
    &[State],
    &[Zip],
    &[Country],
    &[Location, County],
    &[Age],
    &[Date],
    &[Time],
    &[Phone, Fax, Pager],
    &[Email, Url, IpAddress, MacAddress],
    &[Mrn],
    &[HealthPlan],
    &[Account, BankAccount],
    &[Licence],
    &[Device],
    &[OtherId, Ssn, Vehicle, Accession, NationalId, Biometric],
];

/// The number of tags.
pub(crate) const TAGS: usize = 1 + 4 * LABELS.len();

/// The label that stands for an entity type.
pub(crate) fn label_of(entity: EntityType) -> usize {
    LABELS.iter().position(|types| types.contains(&entity)).unwrap_or(LABELS.len() - 1)
}

/// Where a tag stands in its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Begin,
    Inside,
    End,
    Single,
}

/// Label and position of a tag; `None` for "outside".
pub(crate) fn read(tag: usize) -> Option<(usize, Position)> {
    let tag = tag.checked_sub(1)?;
    let position = match tag % 4 {
        0 => Position::Begin,
        1 => Position::Inside,
        2 => Position::End,
        _ => Position::Single,
    };
    Some((tag / 4, position))
}

/// Whether one tag may follow another.
#[cfg(test)]
pub(crate) fn may_follow(before: usize, after: usize) -> bool {
    use Position::{Begin, End, Inside};
    let open = |tag| read(tag).filter(|(_, p)| matches!(p, Begin | Inside)).map(|(l, _)| l);
    let goes_on = |tag| read(tag).filter(|(_, p)| matches!(p, Inside | End)).map(|(l, _)| l);
    open(before) == goes_on(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_label() {
        for entity in EntityType::ALL {
            let labels = LABELS.iter().filter(|types| types.contains(entity)).count();
            assert_eq!(labels, 1, "{entity}");
        }
    }

    #[test]
    fn tags_follow_by_bioes() {
        let tag = |label: usize, position: usize| 1 + 4 * label + position;
        let check = |before, after, expect| {
            assert_eq!(may_follow(before, after), expect, "{before} to {after}");
        };
        check(0, 0, true);
        check(0, tag(3, 0), true);
        check(0, tag(3, 1), false);
        check(0, tag(3, 2), false);
        check(tag(3, 0), tag(3, 1), true);
        check(tag(3, 0), tag(3, 2), true);
        check(tag(3, 0), tag(2, 2), false);
        check(tag(3, 0), 0, false);
        check(tag(3, 2), tag(2, 3), true);
        check(tag(3, 3), tag(3, 1), false);
        assert_eq!(read(0), None);
        assert_eq!(read(tag(5, 2)), Some((5, Position::End)));
    }
}
