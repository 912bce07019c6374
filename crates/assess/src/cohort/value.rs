//! Numbers, dates and texts of cells and filters, and how they compare.

use std::borrow::Cow;

use anonymed_core::PartialDate;
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use crate::cell;

/// What a point measures. A number is never compared with a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Number,
    /// Days since 1970.
    Day,
}

/// Everything between two ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) scale: Scale,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether the ends belong to it.
    pub(crate) closed: (bool, bool),
}

impl Stretch {
    fn closed(scale: Scale, low: f64, high: f64) -> Self {
        Self { scale, low, high, closed: (true, true) }
    }

    pub(crate) fn contains(self, point: f64) -> bool {
        let above = point > self.low || self.closed.0 && point == self.low;
        above && (point < self.high || self.closed.1 && point == self.high)
    }

    pub(crate) fn is_point(self) -> bool {
        self.low == self.high
    }

    /// The same with years for numbers of four digits, where both ends are such or none: an end that belongs to
    /// it takes all days of its year, one that does not takes none.
    pub(crate) fn of_dates(self) -> Self {
        let end = |at: f64, first: bool| -> Option<f64> {
            if at.is_infinite() {
                return Some(at);
            }
            let is_year = at.fract() == 0.0 && (1_000.0..=9_999.0).contains(&at);
            let year = is_year.then(|| Self::single(&at.to_string(), true)).flatten()?;
            Some(if first { year.low } else { year.high })
        };
        let ends = (end(self.low, self.closed.0), end(self.high, !self.closed.1));
        match (self.scale, ends) {
            (Scale::Number, (Some(low), Some(high))) => {
                Self { scale: Scale::Day, low, high, ..self }
            }
            _ => self,
        }
    }

    /// The middle, where both ends are known.
    pub(crate) fn middle(self) -> Option<f64> {
        let middle = self.low.midpoint(self.high);
        middle.is_finite().then_some(middle)
    }

    /// Reads a number, a date (a month or a year of dates is all of its days), a week of ISO 8601, or two
    /// of them as `low..high`; and `90+`, `<18`, `<=17`, `>=90`, `>89`. A number of four digits is a year
    /// where `years`.
    pub(crate) fn read(text: &str, years: bool) -> Option<Self> {
        let text = text.trim();
        if let Some((low, high)) = text.split_once("..") {
            let (low, high) = (Self::single(low, years)?, Self::single(high, years)?);
            let fits = low.scale == high.scale && low.low <= high.high;
            return fits.then(|| Self::closed(low.scale, low.low, high.high));
        }
        if let Some(bracketed) = Self::bracketed(text) {
            return Some(bracketed);
        }
        let half = |rest: &str| Self::single(rest, years);
        if let Some(rest) = text.strip_suffix('+') {
            return half(rest).map(|s| Self { high: f64::INFINITY, ..s });
        }
        for (sign, closed) in [("<=", true), ("<", false)] {
            if let Some(rest) = text.strip_prefix(sign) {
                let end = |s: Self| if closed { s.high } else { s.low };
                return half(rest).map(|s| Self {
                    low: f64::NEG_INFINITY,
                    high: end(s),
                    closed: (true, closed),
                    ..s
                });
            }
        }
        for (sign, closed) in [(">=", true), (">", false)] {
            if let Some(rest) = text.strip_prefix(sign) {
                let end = |s: Self| if closed { s.low } else { s.high };
                return half(rest).map(|s| Self {
                    low: end(s),
                    high: f64::INFINITY,
                    closed: (closed, true),
                    ..s
                });
            }
        }
        Self::single(text, years)
    }

    /// Two numbers in brackets, which say whether the ends belong to it.
    fn bracketed(text: &str) -> Option<Self> {
        let from_closed = text.starts_with('[');
        let to_closed = text.ends_with(']');
        let inside = text.strip_prefix(['[', '(', ']'])?.strip_suffix([']', ')', '['])?;
        // A sign is none that parts.
        let (dash, _) = inside.char_indices().skip(1).find(|(_, c)| *c == '-').unzip();
        let (at, _) = inside.char_indices().find(|(_, c)| matches!(c, ',' | ';')).unzip();
        let at = at.or(dash)?;
        let (low, high) = (cell::number(&inside[..at])?, cell::number(&inside[at + 1..])?);
        let fits = low < high || low == high && from_closed && to_closed;
        fits.then_some(Self { scale: Scale::Number, low, high, closed: (from_closed, to_closed) })
    }

    fn single(text: &str, years: bool) -> Option<Self> {
        let text = text.trim();
        let is_year = years && text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        if !is_year && let Some(number) = cell::number(text) {
            return Some(Self::closed(Scale::Number, number, number));
        }
        if let Some((year, week)) = text.split_once("-W") {
            return Self::week(year, week);
        }
        let date = PartialDate::parse_iso(text)?;
        let first = date.first_day()?;
        let more: Span = match date {
            PartialDate::Year(_) => 1.year(),
            PartialDate::Month { .. } => 1.month(),
            PartialDate::Day(_) => 1.day(),
        };
        let last = first.checked_add(more).ok()?.yesterday().ok()?;
        Some(Self::closed(Scale::Day, days(first)?, days(last)?))
    }

    fn week(year: &str, week: &str) -> Option<Self> {
        let year: i16 = year.parse().ok()?;
        let week: i8 = week.parse().ok()?;
        let monday =
            jiff::civil::ISOWeekDate::new(year, week, jiff::civil::Weekday::Monday).ok()?;
        let monday = days(monday.date())?;
        Some(Self::closed(Scale::Day, monday, monday + 6.0))
    }
}

fn days(date: Date) -> Option<f64> {
    let epoch = Date::new(1970, 1, 1).ok()?;
    epoch.until(date).ok().map(|span| f64::from(span.get_days()))
}

/// Whether a text is a date, and no number.
pub(crate) fn is_date(text: &str) -> bool {
    Stretch::read(text, false).is_some_and(|stretch| stretch.scale == Scale::Day)
}

/// Whether a text is one of the usual marks of a missing value. `*` is none: it may be anything.
pub(crate) fn is_blank(text: &str) -> bool {
    let marks = ["?", "-", ".", "NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "None"];
    let text = text.trim();
    text.is_empty() || marks.contains(&text)
}

/// One value that a cell may stand for.
#[derive(Debug, Clone)]
pub(crate) struct Value<'a> {
    /// Its text; none for a point within a range, and for a value that nothing else is known of.
    pub(crate) text: Option<Cow<'a, str>>,
    /// Where it lies, for a number or a date: a single point.
    pub(crate) point: Option<(Scale, f64)>,
    /// Nodes of the column's hierarchy above it.
    pub(crate) above: Vec<&'a str>,
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: impl Into<Cow<'a, str>>, above: Vec<&'a str>, years: bool) -> Self {
        let text = text.into();
        let point = Stretch::read(&text, years).filter(|s| s.is_point());
        Self { point: point.map(|s| (s.scale, s.low)), text: Some(text), above }
    }

    pub(crate) fn point(scale: Scale, at: f64) -> Self {
        Self { text: None, point: Some((scale, at)), above: Vec::new() }
    }

    pub(crate) fn on(&self, scale: Scale) -> Option<f64> {
        self.point.filter(|(own, _)| *own == scale).map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_all_of_their_days() {
        let read = |text: &str| Stretch::read(text, false).unwrap().of_dates();
        let check = |text: &str, expect: (Scale, f64, f64)| {
            let read = read(text);
            assert_eq!((read.scale, read.low, read.high), expect, "{text}");
        };
        let (none, end) = (f64::NEG_INFINITY, f64::INFINITY);
        check("1970", (Scale::Day, 0.0, 364.0));
        check("1970..1971", (Scale::Day, 0.0, 729.0));
        check(">=1971", (Scale::Day, 365.0, end));
        check(">1970", (Scale::Day, 364.0, end));
        check("<=1970", (Scale::Day, none, 364.0));
        check("<1971", (Scale::Day, none, 365.0));
        check("70", (Scale::Number, 70.0, 70.0));
        check("1970.5", (Scale::Number, 1970.5, 1970.5));
    }

    #[test]
    fn stretches_are_read() {
        let check = |text: &str, years, expect: Option<(Scale, f64, f64)>| {
            let read = Stretch::read(text, years).map(|s| (s.scale, s.low, s.high));
            assert_eq!(read, expect, "{text}");
        };
        use Scale::{Day, Number};
        check("42", false, Some((Number, 42.0, 42.0)));
        check("40..49", false, Some((Number, 40.0, 49.0)));
        check("90+", false, Some((Number, 90.0, f64::INFINITY)));
        check("<18", false, Some((Number, f64::NEG_INFINITY, 18.0)));
        check("1970-01", false, Some((Day, 0.0, 30.0)));
        check("1970-01..1970-02", false, Some((Day, 0.0, 58.0)));
        check("1970-W02", false, Some((Day, 4.0, 10.0)));
        check("1970", true, Some((Day, 0.0, 364.0)));
        check("1970..1971", true, Some((Day, 0.0, 729.0)));
        check("1970", false, Some((Number, 1970.0, 1970.0)));
        check("[60-70)", false, Some((Number, 60.0, 70.0)));
        check("]-5; 2.5]", false, Some((Number, -5.0, 2.5)));
        assert!(!Stretch::read("[60-70)", false).unwrap().contains(70.0));
        check("[70-60)", false, None);
        check("(60, 60]", false, None);
        check("[é-1)", false, None);
        // Near misses.
        check("49..40", false, None);
        check("1..1970-01-01", false, None);
        check("E08-E13", false, None);
        check("", false, None);
        check("1970-W60", false, None);
        check("+", false, None);
    }
}
