//! The date grammar: one cursor, no backtracking beyond a date's own length. What a date may begin
//! with is decided here; how it goes on is in the files beside. They read the text folded, and what
//! they find is given back with its places in the text as written.

use std::ops::Range;

use super::cursor::Cursor;
use super::fold::Folded;
use super::{Dated, Part, Reading, Strength, fold};

/// Bytes that the longest range of two dates with weekdays and names does not fill.
const WINDOW: usize = 160;

/// Every date in a short text, in order, whatever its strength.
pub(crate) fn all(text: &str, reading: &Reading) -> Vec<Dated> {
    let folded = Folded::new(text);
    let dates = all_plain(&folded.text, reading);
    dates.into_iter().map(|date| certain(folded.back(date, 0), text)).collect()
}

/// The date that begins at a byte: none, one, or the two of a range.
pub(crate) fn at(text: &str, pos: usize, reading: &Reading) -> Vec<Dated> {
    let mut end = (pos + WINDOW).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let Some(window) = text.get(pos..end).filter(|window| !window.is_ascii()) else {
        return plain(text, pos, reading);
    };
    let folded = Folded::new(window);
    let dates = plain(&folded.text, 0, reading);
    dates.into_iter().map(|date| certain(folded.back(date, pos), text)).collect()
}

/// `3 4 2021` with spaces that somebody put there to hold it together is no row of numbers.
fn certain(mut date: Dated, text: &str) -> Dated {
    let held = |pair: &[(Part, Range<usize>)]| {
        text.get(pair[0].1.end..pair[1].1.start)
            .is_some_and(|gap| !gap.is_empty() && gap.chars().all(fold::is_space))
    };
    if date.strength == Strength::Weak && date.year.is_some() && date.parts.windows(2).all(held) {
        date.strength = Strength::Fair;
    }
    date
}

fn all_plain(text: &str, reading: &Reading) -> Vec<Dated> {
    let mut found = Vec::new();
    let mut pos = 0;
    while pos < text.len() {
        let here = &text.as_bytes()[pos..];
        // `/2011` of `13/13/2011` is no date of its own.
        let starts = match text.as_bytes()[..pos] {
            [.., before, b'/' | b'-' | b'.'] => !before.is_ascii_digit(),
            [.., before] => !before.is_ascii_alphanumeric(),
            [] => true,
        };
        if starts && (here[0].is_ascii_alphanumeric() || here[0] == b'\'') {
            let dates = plain(text, pos, reading);
            if let Some(last) = dates.last() {
                pos = last.span.end.max(pos + 1);
                found.extend(dates);
                continue;
            }
        }
        pos += 1;
    }
    found
}

fn plain(text: &str, pos: usize, reading: &Reading) -> Vec<Dated> {
    let cursor = Cursor { text, reading };
    let Some(mut first) = cursor.date(pos) else {
        return cursor
            .quarters(pos)
            .or_else(|| cursor.weeks(pos))
            .or_else(|| cursor.days(pos))
            .unwrap_or_default();
    };
    match cursor.range(&mut first) {
        Some(second) => vec![first, second],
        None => vec![first],
    }
}

impl Cursor<'_> {
    pub(super) fn date(&self, pos: usize) -> Option<Dated> {
        if self.byte(pos).is_ascii_alphabetic()
            && let Some(end) = self.weekday(pos)
        {
            let next = self.skip(self.skip(end, b"."), b",");
            let mut date = self.bare(next).filter(|_| next > end)?;
            if date.strength < Strength::Weak {
                return None;
            }
            date.strength = Strength::Strong;
            date.parts.insert(0, (Part::Weekday, pos..end));
            date.span.start = pos;
            return Some(date);
        }
        self.bare(pos)
    }

    pub(super) fn bare(&self, pos: usize) -> Option<Dated> {
        match self.byte(pos) {
            b'\'' => self.apostrophe_year(pos),
            b if b.is_ascii_digit() => self.numeric(pos),
            b if b.is_ascii_alphabetic() => self
                .named(pos)
                .or_else(|| self.roman_first(pos))
                .or_else(|| self.seasonal(pos))
                .or_else(|| self.quarter(pos))
                .or_else(|| self.week(pos)),
            _ => None,
        }
    }

    pub(super) fn apostrophe_year(&self, pos: usize) -> Option<Dated> {
        let digits = self.digits(pos + 1).filter(|d| d.len == 2 && self.ends(d.end))?;
        Some(Dated {
            year: Some(self.reading.century(digits.value as i16)),
            ..dated(pos..digits.end, vec![(Part::ShortYear, pos + 1..digits.end)], Strength::Year)
        })
    }

    /// A year at a byte: four digits, `'yy`, or two digits where `bare_two` allows.
    pub(super) fn year(&self, at: usize, bare_two: Two) -> Option<(Part, i16, Range<usize>)> {
        let quoted = match self.byte(at) {
            b'\'' => 1,
            _ if self.text[at.min(self.text.len())..].starts_with('’') => 3,
            _ => 0,
        };
        let start = at + quoted;
        let digits = self.digits(start)?;
        if quoted == 0
            && let Some(year) = digits.year().filter(|_| self.ends_number(digits.end))
        {
            return Some((Part::Year, year, start..digits.end));
        }
        let two = digits.len == 2 && (quoted > 0 || matches!(bare_two, Two::Allowed));
        let whole = two && self.ends(digits.end);
        whole.then(|| {
            (Part::ShortYear, self.reading.century(digits.value as i16), start..digits.end)
        })
    }

    pub(super) fn possible(&self, date: Dated) -> Option<Dated> {
        date.date(self.reading).is_some().then_some(date)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Two {
    /// Two digits are a year.
    Allowed,
    /// Only behind an apostrophe.
    Quoted,
}

pub(super) fn dated(
    span: Range<usize>,
    parts: Vec<(Part, Range<usize>)>,
    strength: Strength,
) -> Dated {
    Dated {
        span,
        parts,
        year: None,
        month: None,
        day: None,
        strength,
        ambiguous: false,
        day_first: false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::dates) fn check(text: &str, expect: &str) {
        let reading = Reading::default();
        let read = all(text, &reading)
            .iter()
            .map(|d| {
                let partial = d.partial(&reading).map(|p| p.to_string()).unwrap_or_default();
                let year = if d.year.is_some() { "" } else { "~" };
                format!("{}={year}{partial}", &text[d.span.clone()])
            })
            .collect::<Vec<_>>()
            .join("; ");
        assert_eq!(read, expect, "{text:?}");
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "13/13/2011",
            "31/31/11",
            "2/30/2011",
            "C5/6",
            "120/80",
            "1/2/05/7",
            "555-0134",
            "0.8 x 0.9",
            "12345",
            "May",
            "may have",
            "3 may have",
            "10:30",
            "99999999",
            "1.2.3",
            "98.6",
            "Monday",
            "5/99",
            "2011-13",
            "12 345",
            "march on",
            "Q1",
            "q4h",
            "1q21",
            "1q21.3",
            "1Q21.3",
            "first quarter",
            "week 12",
            "week 12 of pregnancy",
            "weeks 12-14",
            "W12",
            "",
        ] {
            check(text, "");
        }
    }
}
