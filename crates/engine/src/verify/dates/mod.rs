//! The two ways dates are compared, over a date grammar of the verifier's own ([`find_dates`]).
//!
//! Shifted dates of one patient are original dates of another, so dates are never searched
//! globally: [`same_place`] compares what stood in a cell with what stands there now, and
//! [`leaked_dates`] looks in a text for original dates of the same patient that the shift does not
//! explain. [`unwritten_dates`] lists dates that stand in a text and are not ours. [`CellDates`] are
//! those of a cell whose column is not said to hold dates.

mod cell;
mod grammar;
mod names;
mod plain;

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;

use super::is_excused;
pub use cell::{CellDates, Doubts};
pub use grammar::find_dates;

/// A date found where it should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateHit {
    /// Bytes of the output text or cell.
    pub span: Range<usize>,
    /// The stable reason.
    pub reason: &'static str,
}

/// How much of a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Day, month and year.
    Day,
    /// Month and year.
    Month,
    /// Month and day without a year.
    MonthDay,
    /// A quarter of a year.
    Quarter,
    /// A week of a year (ISO 8601).
    Week,
}

/// A date as written, in all the ways it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDate {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// How much is written.
    pub precision: Precision,
    /// Whether the same characters are as often no date (`4/5`, `1.2.20`).
    pub weak: bool,
    readings: [Option<Date>; 4],
}

impl FoundDate {
    /// The readings; a month, quarter or week stands as its first day.
    pub fn readings(&self) -> impl Iterator<Item = Date> + '_ {
        self.readings.iter().flatten().copied()
    }
}

/// What was done with the dates of a column or element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceMode {
    /// Moved by this many days.
    Shift(i32),
    /// Cut to the year.
    Year,
    /// Left, as the policy allows.
    Keep,
}

/// Finds in an output text the original dates of its patient. A date that lies in a span we
/// wrote, or that another original date becomes when shifted, is ours.
pub fn leaked_dates<S: BuildHasher>(
    text: &str,
    originals: &HashSet<Date, S>,
    shift_days: Option<i32>,
    excused: &[Range<usize>],
) -> Vec<DateHit> {
    if originals.is_empty() {
        return Vec::new();
    }
    let leaks = |date: Date| {
        originals.contains(&date)
            && !shift_days
                .and_then(|days| date.checked_sub(days.days()).ok())
                .is_some_and(|source| originals.contains(&source))
    };
    find_dates(text)
        .into_iter()
        .filter(|found| found.precision == Precision::Day)
        .filter(|found| !is_excused(&found.span, excused) && found.readings().any(leaks))
        .map(|found| DateHit { span: found.span, reason: "original-date" })
        .collect()
}

/// Lists the dates finer than a year that stand in an output text outside of what we wrote: none
/// should, whatever their value, where dates are shifted or cut to the year.
pub fn unwritten_dates(text: &str, excused: &[Range<usize>]) -> Vec<DateHit> {
    find_dates(text)
        .into_iter()
        .filter(|found| !found.weak && !is_excused(&found.span, excused))
        .map(|found| DateHit {
            span: found.span,
            reason: match found.precision {
                Precision::Day => "date-not-written",
                _ => "partial-date-not-written",
            },
        })
        .collect()
}

/// Compares the date of a cell with the one that stands at the same place in the output.
/// `None` where all is well, or where either holds no date.
pub fn same_place(input: &str, output: &str, mode: PlaceMode) -> Option<DateHit> {
    let whole = |reason| Some(DateHit { span: 0..output.len(), reason });
    let after = first_date(output)?;
    match mode {
        PlaceMode::Keep => None,
        PlaceMode::Year => match after {
            CellDate::Year(_) => None,
            CellDate::Found(_) => whole("finer-than-year"),
        },
        PlaceMode::Shift(days) => {
            let before = first_date(input)?;
            match (before, after) {
                (CellDate::Year(before), CellDate::Year(after)) => {
                    let middle = Date::new(before, 7, 1).ok()?;
                    let moved = middle.checked_add(days.days()).ok().map(Date::year);
                    (moved != Some(after)).then_some(()).and_then(|()| whole("wrong-shift"))
                }
                (CellDate::Found(before), CellDate::Found(after))
                    if before.precision == after.precision =>
                {
                    moved_wrongly(&before, &after, days).and_then(whole)
                }
                // Coarser than it was tells less; finer was not there before.
                (CellDate::Found(_), _) => None,
                (CellDate::Year(_), CellDate::Found(_)) => whole("finer-than-input"),
            }
        }
    }
}

/// Whether a cell of a column of dates holds a date, a year alone among them.
pub fn holds_date(cell: &str) -> bool {
    first_date(cell).is_some()
}

/// Whether a cell of a column of dates still holds the date that came in, where nobody knows how far
/// it should have moved.
pub fn is_unmoved(input: &str, output: &str) -> bool {
    match (first_date(input), first_date(output)) {
        (Some(CellDate::Found(before)), Some(CellDate::Found(after))) => {
            before.precision == after.precision && before.readings().eq(after.readings())
        }
        _ => false,
    }
}

/// The days between a date of a cell and the one at the same place in the output, where both can
/// be read in one way only.
pub fn observed_shift(input: &str, output: &str) -> Option<i32> {
    let only = |text: &str| {
        let CellDate::Found(found) = first_date(text)? else { return None };
        let mut readings = found.readings();
        let date = readings.next()?;
        (found.precision == Precision::Day && readings.next().is_none()).then_some(date)
    };
    Some((only(output)? - only(input)?).get_days())
}

fn moved_wrongly(before: &FoundDate, after: &FoundDate, days: i32) -> Option<&'static str> {
    if let Some(reach) = reach(before.precision) {
        return part_moved_wrongly(before, after, days, reach);
    }
    let moved = |date: Date| {
        let from = if before.precision == Precision::Month {
            date.checked_add(14.days())
        } else {
            Ok(date)
        };
        let to = from.and_then(|from| from.checked_add(days.days())).ok()?;
        if before.precision == Precision::Month { to.first_of_month().into() } else { Some(to) }
    };
    let right = before.readings().filter_map(moved).any(|date| after.readings().any(|a| a == date));
    if right || before.precision == Precision::MonthDay {
        return None;
    }
    let same = before.readings().any(|date| after.readings().any(|a| a == date));
    Some(if same { "unshifted-date" } else { "wrong-shift" })
}

/// Days of the longest quarter or week.
fn reach(precision: Precision) -> Option<i32> {
    match precision {
        Precision::Quarter => Some(92),
        Precision::Week => Some(7),
        _ => None,
    }
}

/// A part of a year moves with any of its days: it may be one that starts less than its length
/// from the moved first day.
fn part_moved_wrongly(
    before: &FoundDate,
    after: &FoundDate,
    days: i32,
    reach: i32,
) -> Option<&'static str> {
    let (from, to) = (before.readings().next()?, after.readings().next()?);
    let expected = from.checked_add(days.days()).ok()?;
    if (to - expected).get_days().abs() < reach {
        return None;
    }
    Some(if from == to { "unshifted-date" } else { "wrong-shift" })
}

enum CellDate {
    Year(i16),
    Found(FoundDate),
}

fn first_date(cell: &str) -> Option<CellDate> {
    let bare = cell.trim();
    if bare.len() == 4 && bare.bytes().all(|b| b.is_ascii_digit()) {
        return bare.parse().ok().map(CellDate::Year);
    }
    find_dates(cell)
        .into_iter()
        .find(|found| found.precision != Precision::MonthDay)
        .map(CellDate::Found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn original_dates_of_the_patient_are_hits() {
        let originals: HashSet<Date> = [date(2020, 1, 10), date(2020, 1, 15)].into();
        let check = |text: &str, shift, excused: &[Range<usize>], expect: usize| {
            let hits = leaked_dates(text, &originals, shift, excused);
            assert_eq!(hits.len(), expect, "{text}");
        };
        check("seen 2020-01-10", None, &[], 1);
        check("seen 1/10/2020 and Jan 15, 2020", Some(100), &[], 2);
        // The tenth moved by five days is the fifteenth.
        check("seen 2020-01-15", Some(5), &[], 0);
        check("seen 2020-01-10", Some(5), &[], 1);
        let ours = 5..15;
        check("seen 2020-01-10", Some(5), std::slice::from_ref(&ours), 0);
        check("seen 2020-02-10", None, &[], 0);
    }

    #[test]
    fn dates_we_did_not_write_are_listed() {
        let check = |text: &str, expect: &[&str]| {
            let reasons: Vec<_> = unwritten_dates(text, &[]).iter().map(|h| h.reason).collect();
            assert_eq!(reasons, expect, "{text}");
        };
        check("seen 3/4/2019, strength 4/5", &["date-not-written"]);
        check("since May 2019", &["partial-date-not-written"]);
        check("in 2019", &[]);
        check("since Q1 2019", &["partial-date-not-written"]);
        check("week 12 of 2019", &["partial-date-not-written"]);
        check("C5/6 and 120/80", &[]);
    }

    #[test]
    fn places_are_compared() {
        use PlaceMode::{Keep, Shift, Year};
        let check = |input: &str, output: &str, mode, expect: Option<&str>| {
            let hit = same_place(input, output, mode);
            assert_eq!(hit.as_ref().map(|h| h.reason), expect, "{input} -> {output}");
        };
        check("2020-01-10", "2020-01-20", Shift(10), None);
        check("1/10/2020", "01/20/2020", Shift(10), None);
        check("2020-01-10", "2020-01-10", Shift(10), Some("unshifted-date"));
        check("2020-01-10", "2020-01-21", Shift(10), Some("wrong-shift"));
        check("2020-01-10T08:00", "2020-01-20 08:00", Shift(10), None);
        check("2020-01", "2020-05", Shift(120), None);
        check("2020-01", "2020-01", Shift(120), Some("unshifted-date"));
        check("2020", "2021", Shift(200), None);
        check("2020", "2020-05", Shift(200), Some("finer-than-input"));
        check("2020-01-10", "2020", Year, None);
        check("2020-01-10", "2020-01", Year, Some("finer-than-year"));
        check("2020-01-10", "2020-03-01", Year, Some("finer-than-year"));
        check("2020-01-10", "", Shift(5), None);
        check("Q1 2020", "Q3 2020", Shift(180), None);
        check("Q1 2020", "Q1 2020", Shift(180), Some("unshifted-date"));
        check("Q1 2020", "Q4 2020", Shift(90), Some("wrong-shift"));
        check("2020-W10", "2020-W12", Shift(14), None);
        check("2020-W10", "2020-W13", Shift(14), Some("wrong-shift"));
        check("week 12 of 2021", "2021", Year, None);
        check("Q1 2021", "Q1 2021", Year, Some("finer-than-year"));
        check("2020-01-10", "2020-01-10", Keep, None);
        // Read both ways, one of which is right.
        check("1/2/2020", "2/1/2020", Shift(30), None);
    }

    #[test]
    fn observed_shifts_need_one_reading() {
        assert_eq!(observed_shift("2020-01-10", "2020-01-20"), Some(10));
        assert_eq!(observed_shift("1/20/2020", "2020-01-10"), Some(-10));
        assert_eq!(observed_shift("1/2/2020", "2020-01-10"), None);
        assert_eq!(observed_shift("2020", "2021"), None);
    }
}
