//! Rooms and beds behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, template, unit_follows};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Room;

static LABEL: LazyLock<Regex> =
    LazyLock::new(|| labelled(r"room|rm\.?[ \t]*\#?|bed|(?-i:LOC)", r"ward|bay|suite|unit"));

impl Recognizer for Room {
    fn name(&self) -> &'static str {
        "room"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"(?i)room|rm|bed|loc|(?:ward|bay|suite)[ \t]*(?:n|id|#)")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Room, 0.6, self.name());
        let first = out.len();
        number_behind_label(&LABEL, page, &line, &template, out);
        // `bed rest 24 hours` and `room air 98%` count something else.
        let kept: Vec<_> = out.drain(first..).filter(|f| !unit_follows(page, f.span.end)).collect();
        out.extend(kept.into_iter().filter(|f| !page.after(f.span.end).starts_with(':')));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Room, "moved to room 412B today", &[("412B", EntityType::Room)]);
        check(&Room, "Rm 3104-2", &[("3104-2", EntityType::Room)]);
        check(&Room, "bed #214", &[("214", EntityType::Room)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Room, "room air 98%", &[]);
        check(&Room, "emergency room at 10:30", &[]);
        check(&Room, "bed rest 24 hours", &[]);
        check(&Room, "in the room 2 hours", &[]);
    }
}
