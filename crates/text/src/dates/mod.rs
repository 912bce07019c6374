//! Dates as notes write them: found with the place of every year, month and day, so that a moved
//! date is written back in the very form it had.

mod cursor;
mod fold;
mod grammar;
mod months;
mod named;
mod numeric;
mod parts_of_year;
mod range;
mod render;

use std::ops::Range;

use jiff::civil::Date;

pub(crate) use fold::is_digit;
pub(crate) use grammar::{all, at};
pub(crate) use months::heads_month;
pub(crate) use render::{moved, years};

/// Which of two small numbers is the month, where both could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// Month first with `/` and `-`, day first with points.
    #[default]
    MonthFirst,
    /// Day first.
    DayFirst,
}

/// What is known when a date is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// The order of day and month.
    pub(crate) order: Order,
    /// Two-digit years up to this year's are of this century.
    pub(crate) latest: i16,
    /// The year of a date written without one.
    pub(crate) year: i16,
}

impl Default for Reading {
    fn default() -> Self {
        Self { order: Order::MonthFirst, latest: 2039, year: 2001 }
    }
}

impl Reading {
    /// The year that two digits mean.
    pub(crate) fn century(&self, two: i16) -> i16 {
        let century = self.latest - self.latest.rem_euclid(100);
        let year = century + two;
        if year > self.latest + 1 { year - 100 } else { year }
    }
}

/// A part of a written date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Four digits.
    Year,
    /// Two digits, an apostrophe in front or not.
    ShortYear,
    /// A number.
    Month,
    /// A name or abbreviation.
    MonthName,
    /// `III`
    RomanMonth,
    /// `063` of `2021-063`: the day of the year in three digits.
    YearDay,
    /// `spring`: a quarter of the year.
    Season,
    /// The number or ordinal of a quarter.
    Quarter,
    /// The number or ordinal of a week (ISO 8601).
    Week,
    /// The number of a day of such a week.
    IsoDay,
    /// The month of the date before, as in `May 3-7`: nothing is written.
    SharedMonth,
    /// The month of the date behind, as in `3-9 May`: nothing is written.
    MonthBehind,
    /// A number.
    Day,
    /// `5th`: the suffix is part of it.
    Ordinal,
    /// The weekday's name, which moves with the date.
    Weekday,
}

/// How much the form alone speaks for a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// A year alone.
    Year,
    /// `5/3`, `5/11`: needs a word that says so.
    Weak,
    /// `5-3-11`, `20110503`: a date unless something speaks against it.
    Fair,
    /// `5/3/2011`, `May 3`.
    Strong,
}

/// A written date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) span: Range<usize>,
    pub(crate) parts: Vec<(Part, Range<usize>)>,
    pub(crate) year: Option<i16>,
    pub(crate) month: Option<i8>,
    pub(crate) day: Option<i8>,
    pub(crate) strength: Strength,
    /// Which way round day and month were told apart: `None` where only one way was possible.
    pub(crate) ambiguous: bool,
    /// Day first and only so.
    pub(crate) day_first: bool,
}

/// Words that join dates and say nothing of them.
const JOINING: &[&str] = &[
    "and", "to", "of", "the", "in", "on", "at", "or", "from", "through", "thru", "until", "till",
    "between", "since", "by", "th", "st", "nd", "rd", "y", "de", "del", "al", "a", "la", "el",
    "en", "hasta", "desde", "entre", "año", "mes", "bis", "und", "vom", "am", "au", "du", "le",
    "et", "o",
];

/// Whether a text holds words beside its dates that are more than joints.
pub(crate) fn leaves_words(text: &str, dates: &[Dated]) -> bool {
    let mut from = 0;
    let end = std::iter::once(text.len()..text.len());
    dates.iter().map(|d| d.span.clone()).chain(end).any(|span| {
        let gap = text.get(from..span.start).unwrap_or_default();
        from = from.max(span.end);
        gap.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .any(|word| !JOINING.contains(&word.to_lowercase().as_str()))
    })
}

impl Dated {
    /// The day meant, in the reading's year where none is written.
    pub(crate) fn date(&self, reading: &Reading) -> Option<Date> {
        let (month, day) = (self.month?, self.day?);
        let year = self.year.unwrap_or(reading.year);
        Date::new(year, month, day).ok().or_else(|| {
            // 29 February without a year is of a leap year.
            self.year.is_none().then(|| Date::new(year - year.rem_euclid(4), month, day).ok())?
        })
    }

    /// As exact as it is written.
    pub(crate) fn partial(&self, reading: &Reading) -> Option<anonymed_core::PartialDate> {
        use anonymed_core::PartialDate;
        match (self.year, self.month, self.day) {
            (_, Some(_), Some(_)) => self.date(reading).map(PartialDate::Day),
            (Some(year), Some(month), None) => Some(PartialDate::Month { year, month }),
            (Some(year), None, None) => Some(PartialDate::Year(year)),
            _ => None,
        }
    }

    pub(crate) fn has_year(&self) -> bool {
        self.parts.iter().any(|(p, _)| matches!(p, Part::Year | Part::ShortYear))
    }
}

/// Full names of the weekdays, Monday first.
pub(crate) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Seasons with the month in their middle.
pub(crate) const SEASONS: [(&str, i8); 5] =
    [("winter", 1), ("spring", 4), ("summer", 7), ("fall", 10), ("autumn", 10)];
