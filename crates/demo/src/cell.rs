//! A cell of any table: its text and the identifiers planted in it.

use anonymed_core::EntityType;
use jiff::civil::Date;

use crate::calendar;
use crate::prose::Prose;

/// The text of a cell with its identifiers.
pub(crate) type Cell = Prose;

/// A cell without identifiers.
pub(crate) fn plain(text: impl AsRef<str>) -> Cell {
    Prose::plain(text.as_ref())
}

/// A cell that is one identifier.
pub(crate) fn planted(entity: EntityType, value: impl AsRef<str>) -> Cell {
    let mut cell = Prose::default();
    cell.plant(entity, value.as_ref());
    cell
}

/// A date in a named style.
pub(crate) fn dated(date: Date, style: &str) -> Cell {
    planted(EntityType::Date, calendar::write(date, style).unwrap_or_default())
}

/// An age: identifying above 89 only (45 CFR 164.514(b)(2)(i)(C)).
pub(crate) fn age(years: i32) -> Cell {
    if years > 89 { planted(EntityType::Age, years.to_string()) } else { plain(years.to_string()) }
}
