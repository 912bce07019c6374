//! The quarters and weeks of a year: `Q1 2021`, `1Q21`, `first quarter of 2021`, `week 12 of
//! 2021`, `2021-W12` (ISO 8601, 4.1.4).
//!
//! A quarter is read as the month in its middle, a week as the Thursday that tells its year, so
//! that both move with a patient's dates.

use std::ops::Range;

use jiff::civil::{ISOWeekDate, Weekday};

use super::cursor::Cursor;
use super::grammar::{Two, dated};
use super::{Dated, Part, Strength};

/// Words for the quarters, and for the first weeks.
pub(super) const QUARTERS: [&str; 4] = ["first", "second", "third", "fourth"];

/// What says which quarter.
struct Mark {
    quarter: i8,
    part: Range<usize>,
    end: usize,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `Q1`, `quarter 1`
    Letter,
    /// `1Q`, which a year of two digits can follow at once.
    Behind,
    /// `first`, `1st`: the word `quarter` must follow.
    Ordinal,
}

impl Mark {
    fn month(&self) -> i8 {
        self.quarter * 3 - 1
    }
}

impl Cursor<'_> {
    /// A quarter with its year.
    pub(super) fn quarter(&self, pos: usize) -> Option<Dated> {
        let mark = self.quarter_mark(pos)?;
        let end = match mark.form {
            Form::Ordinal => self.quarter_word(mark.end)?,
            _ => mark.end,
        };
        let next = self.before_year(end);
        let tight = mark.form == Form::Behind && next == end;
        if next == end && !tight && !self.text[end..].starts_with(['\'', '’']) {
            return None;
        }
        let two = if tight { Two::Allowed } else { Two::Quoted };
        let (part, year, span) = self.year(next, two)?;
        // `q1 2021` may be a dose, and `1q21` is a band of a chromosome.
        let lower = mark.form != Form::Ordinal && self.byte(pos).is_ascii_lowercase()
            || mark.form == Form::Behind && self.byte(pos + 1) == b'q';
        if lower && part == Part::ShortYear
            || self.byte(span.end) == b'.' && tight && self.byte(span.end + 1).is_ascii_digit()
        {
            return None;
        }
        let strength = match mark.form {
            Form::Ordinal => Strength::Strong,
            _ => Strength::Fair,
        };
        Some(Dated {
            year: Some(year),
            month: Some(mark.month()),
            ..dated(pos..span.end, vec![(Part::Quarter, mark.part), (part, span)], strength)
        })
    }

    /// `Q1-Q2 2021`, `first and second quarters of 2021`: two quarters and one year.
    pub(super) fn quarters(&self, pos: usize) -> Option<Vec<Dated>> {
        let mark = self.quarter_mark(pos)?;
        let start = self.next_of_list(mark.end)?;
        let second = self.quarter(start)?;
        let month = mark.month();
        let later = second.month.is_some_and(|second| month > second);
        let first = Dated {
            year: second.year.map(|year| year - i16::from(later)),
            month: Some(month),
            ..dated(pos..mark.end, vec![(Part::Quarter, mark.part)], second.strength)
        };
        Some(vec![first, second])
    }

    fn quarter_mark(&self, at: usize) -> Option<Mark> {
        let digit = |at: usize| match self.byte(at) {
            b @ b'1'..=b'4' => Some((b - b'0') as i8),
            _ => None,
        };
        let is_q = |at: usize| matches!(self.byte(at), b'Q' | b'q');
        if let Some(quarter) = digit(at + 1).filter(|_| is_q(at) && self.ends(at + 2)) {
            return Some(Mark { quarter, part: at + 1..at + 2, end: at + 2, form: Form::Letter });
        }
        if let Some(quarter) = digit(at) {
            if is_q(at + 1) {
                return Some(Mark { quarter, part: at..at + 1, end: at + 2, form: Form::Behind });
            }
            let end = self.ordinal(at + 1)?;
            return Some(Mark { quarter, part: at..end, end, form: Form::Ordinal });
        }
        let (word, end) = self.letters(at)?;
        if matches!(word.as_str(), "quarter" | "qtr") {
            let start = self.skip(end, b".");
            let quarter = digit(start).filter(|_| start > end && self.ends(start + 1))?;
            let part = start..start + 1;
            return Some(Mark { quarter, part, end: start + 1, form: Form::Letter });
        }
        let found = QUARTERS.iter().position(|name| *name == word);
        let last = matches!(word.as_str(), "last" | "final").then_some(3);
        let quarter = found.or(last)? as i8 + 1;
        Some(Mark { quarter, part: at..end, end, form: Form::Ordinal })
    }

    fn quarter_word(&self, end: usize) -> Option<usize> {
        let (word, end) = self.letters(self.skip(end, b"-"))?;
        let named = matches!(word.as_str(), "quarter" | "quarters" | "qtr" | "qtrs");
        named.then(|| if self.byte(end) == b'.' { end + 1 } else { end })
    }

    /// `week 12 of 2021`, `12th week of 2021`.
    pub(super) fn week(&self, pos: usize) -> Option<Dated> {
        let (part, end) = self.week_number(pos)?;
        self.week_and_year(pos, part, end)
    }

    /// `weeks 12-14 of 2021`: two weeks and one year.
    pub(super) fn weeks(&self, pos: usize) -> Option<Vec<Dated>> {
        let (part, end) = self.week_number(pos)?;
        let start = self.next_of_list(end)?;
        let number = self.digits(start).filter(|d| d.len <= 2)?;
        // `Weeks 04/16/2025` is a date behind a surname.
        let separator = self.byte(end);
        if matches!(separator, b'/' | b'-' | b'.') && self.byte(number.end) == separator {
            return None;
        }
        let second = self.week_and_year(start, start..number.end, number.end)?;
        let week = number_of(&self.text[part.clone()])?;
        let mut year = second.parts.last().and_then(|(_, span)| self.digits(span.start))?.value;
        year -= i64::from(i64::from(week) > number.value);
        let date = thursday(year as i16, week)?;
        let first = Dated {
            year: Some(date.year()),
            month: Some(date.month()),
            day: Some(date.day()),
            ..dated(pos..end, vec![(Part::Week, part)], Strength::Strong)
        };
        Some(vec![first, second])
    }

    /// The number of a week behind or before the word.
    fn week_number(&self, pos: usize) -> Option<(Range<usize>, usize)> {
        let is_week = |word: &str| matches!(word, "week" | "weeks" | "wk" | "wks");
        if let Some((_, end)) = self.letters(pos).filter(|(w, _)| QUARTERS.contains(&w.as_str())) {
            let (_, after) = self.letters(self.skip(end, b"-")).filter(|(w, _)| is_week(w))?;
            return Some((pos..end, after));
        }
        if let Some(number) = self.digits(pos) {
            let end = self.ordinal(number.end).filter(|_| number.len <= 2)?;
            let (_, after) = self.letters(self.skip(end, b"-")).filter(|(w, _)| is_week(w))?;
            return Some((pos..end, after));
        }
        let (_, end) = self.letters(pos).filter(|(word, _)| is_week(word))?;
        let start = self.skip(end, b".");
        let start = if self.byte(start) == b'#' { start + 1 } else { start };
        let number = self.digits(start).filter(|d| d.len <= 2 && start > end)?;
        Some((start..number.end, number.end))
    }

    fn week_and_year(&self, pos: usize, part: Range<usize>, end: usize) -> Option<Dated> {
        let week = number_of(&self.text[part.clone()])?;
        let next = self.before_year(end);
        let (kind, year, span) = self.year(next, Two::Quoted).filter(|_| next > end)?;
        let date = thursday(year, week)?;
        Some(Dated {
            year: Some(date.year()),
            month: Some(date.month()),
            day: Some(date.day()),
            ..dated(pos..span.end, vec![(Part::Week, part), (kind, span)], Strength::Strong)
        })
    }

    /// `2021-W12`, `2021W12`, `2021-W12-3`, `2021 Q1`, from the end of the year.
    pub(super) fn year_and_part(&self, pos: usize, year: i16, end: usize) -> Option<Dated> {
        let year_part = (Part::Year, pos..end);
        let spaced =
            if matches!(self.byte(end), b'-' | b'/') { end + 1 } else { self.skip(end, b",") };
        if self.byte(spaced) == b'Q'
            && let Some(mark) = self.quarter_mark(spaced)
        {
            let parts = vec![year_part, (Part::Quarter, mark.part.clone())];
            return Some(Dated {
                year: Some(year),
                month: Some(mark.month()),
                ..dated(pos..mark.end, parts, Strength::Strong)
            });
        }
        if self.byte(spaced) != b'W' {
            return None;
        }
        let start = spaced + 1;
        let number = self.digits(start).filter(|d| matches!(d.len, 2 | 3))?;
        let week_end = start + 2;
        let week = number_of(&self.text[start..week_end])?;
        let mut parts = vec![year_part, (Part::Week, start..week_end)];
        let day_at = match (number.len, self.byte(week_end)) {
            (3, _) => Some(week_end),
            (_, b'-') if matches!(self.byte(week_end + 1), b'1'..=b'7') => Some(week_end + 1),
            _ => None,
        };
        let mut end = number.end;
        let mut date = thursday(year, week)?;
        if let Some(at) = day_at {
            let weekday = Weekday::from_monday_one_offset((self.byte(at).wrapping_sub(b'0')) as i8);
            date = ISOWeekDate::new(year, week, weekday.ok()?).ok()?.date();
            parts.push((Part::IsoDay, at..at + 1));
            end = at + 1;
        }
        let timed = self.byte(end) == b'T' && self.byte(end + 1).is_ascii_digit();
        (timed || self.ends(end)).then(|| Dated {
            year: Some(date.year()),
            month: Some(date.month()),
            day: Some(date.day()),
            ..dated(pos..end, parts, Strength::Strong)
        })
    }

    /// Past what stands between a part of a year and the year.
    fn before_year(&self, end: usize) -> usize {
        let mut next = self.skip(end, b",-/");
        for word in ["of ", "in ", "the year "] {
            let inside = self.text.as_bytes().get(next..next + word.len());
            if inside.is_some_and(|inside| inside.eq_ignore_ascii_case(word.as_bytes())) {
                next += word.len();
            }
        }
        next
    }

    /// Past the mark of a range or list.
    fn next_of_list(&self, end: usize) -> Option<usize> {
        if let Some((start, _)) = self.range_mark(end) {
            return Some(start);
        }
        let rest = &self.text[end..];
        let inner = rest.trim_start_matches(' ');
        let after = ["/", "&", "and ", "AND ", "or "].iter().find_map(|m| inner.strip_prefix(m))?;
        Some(self.text.len() - after.trim_start_matches(' ').len())
    }

    /// Past `st`, `nd`, `rd`, `th`.
    fn ordinal(&self, at: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(at..at + 2)?;
        let named = [b"st", b"nd", b"rd", b"th"].iter().any(|s| rest.eq_ignore_ascii_case(*s));
        (named && self.ends(at + 2)).then_some(at + 2)
    }
}

fn number_of(text: &str) -> Option<i8> {
    if let Some(at) = QUARTERS.iter().position(|word| text.eq_ignore_ascii_case(word)) {
        return Some(at as i8 + 1);
    }
    text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

fn thursday(year: i16, week: i8) -> Option<jiff::civil::Date> {
    Some(ISOWeekDate::new(year, week, Weekday::Thursday).ok()?.date())
}

#[cfg(test)]
mod tests {
    use crate::dates::grammar::tests::check;

    #[test]
    fn quarters_and_weeks() {
        check("Q1 2021", "Q1 2021=2021-02");
        check("Q3/2021", "Q3/2021=2021-08");
        check("Q4'21", "Q4'21=2021-11");
        check("Q4 of 2021", "Q4 of 2021=2021-11");
        check("q1 2021", "q1 2021=2021-02");
        check("1Q21", "1Q21=2021-02");
        check("1Q2021", "1Q2021=2021-02");
        check("2021Q1", "2021Q1=2021-02");
        check("2021-Q1", "2021-Q1=2021-02");
        check("first quarter of 2021", "first quarter of 2021=2021-02");
        check("3rd quarter, 2021", "3rd quarter, 2021=2021-08");
        check("FOURTH QUARTER OF 2021", "FOURTH QUARTER OF 2021=2021-11");
        check("the last qtr. of 2021", "last qtr. of 2021=2021-11");
        check("quarter 2 of 2021", "quarter 2 of 2021=2021-05");
        check("week 12 of 2021", "week 12 of 2021=2021-03-25");
        check("wk 1, 2021", "wk 1, 2021=2021-01-07");
        check("12th week of 2021", "12th week of 2021=2021-03-25");
        check("second week of 2021", "second week of 2021=2021-01-14");
        check("2021-W12", "2021-W12=2021-03-25");
        check("2021W12", "2021W12=2021-03-25");
        check("2021-W12-3T10:00", "2021-W12-3=2021-03-24");
        // Near misses: the year alone is read.
        check("Q5 2021", "2021=2021");
        check("quarter of 2021", "2021=2021");
        check("week 54 of 2021", "2021=2021");
        // The days of a week may lie in the year after.
        check("2020-W53-6", "2020-W53-6=2021-01-02");
    }
}
