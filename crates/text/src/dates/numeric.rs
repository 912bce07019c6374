//! Dates of numbers alone: `5/3/1955`, `2011-05-03`, `20110503`, and which number is the month.

use jiff::civil::Date;

use super::cursor::{Cursor, Digits};
use super::grammar::{Two, dated};
use super::{Dated, Order, Part, Strength};

impl Cursor<'_> {
    /// Whether a number is the first of a numeric date: in `Ms. May 06/05/2016` the word is no
    /// month.
    pub(super) fn numeric_goes_on(&self, end: usize) -> bool {
        let mark = self.byte(end);
        matches!(mark, b'/' | b'-' | b'.')
            && self.digits(end + 1).is_some_and(|second| {
                self.byte(second.end) == mark && self.byte(second.end + 1).is_ascii_digit()
            })
    }

    pub(super) fn numeric(&self, pos: usize) -> Option<Dated> {
        let first = self.digits(pos)?;
        match first.len {
            8 | 12 | 14 => self.compact(pos, first),
            4 => self.year_first(pos, first),
            1 | 2 => self
                .day_named(pos)
                .or_else(|| self.separated(pos, first))
                .or_else(|| self.quarter(pos))
                .or_else(|| self.week(pos)),
            _ => None,
        }
    }

    /// `20110503`, and HL7's `20110503101500`.
    pub(super) fn compact(&self, pos: usize, digits: Digits) -> Option<Dated> {
        let part = |from: usize, to: usize| self.text[pos + from..pos + to].parse::<i16>().ok();
        let (year, month, day) = (part(0, 4)?, part(4, 6)? as i8, part(6, 8)? as i8);
        Date::new(year, month, day).ok().filter(|_| (1900..2100).contains(&year))?;
        if digits.len > 8 && (part(8, 10)? > 23 || part(10, 12)? > 59) {
            return None;
        }
        let timed = self.byte(digits.end) == b'T' && self.byte(digits.end + 1).is_ascii_digit();
        if !timed && !self.ends(digits.end) {
            return None;
        }
        Some(Dated {
            year: Some(year),
            month: Some(month),
            day: Some(day),
            ..dated(
                pos..pos + 8,
                vec![
                    (Part::Year, pos..pos + 4),
                    (Part::Month, pos + 4..pos + 6),
                    (Part::Day, pos + 6..pos + 8),
                ],
                if timed { Strength::Strong } else { Strength::Fair },
            )
        })
    }

    /// `2011-05-03`, `2011 May 3`, `2011-05`, `2011`.
    pub(super) fn year_first(&self, pos: usize, first: Digits) -> Option<Dated> {
        let year = first.year()?;
        let year_part = (Part::Year, pos..first.end);
        let mark = self.byte(first.end);
        if let Some(date) = self.year_and_part(pos, year, first.end) {
            return Some(date);
        }
        if matches!(mark, b'-' | b'/' | b'.')
            && let Some(date) = self.year_month_day(pos, year, first.end, mark)
        {
            return Some(date);
        }
        let next = self.skip(first.end, b",-/");
        if let Some((month, end)) = self.month(next).filter(|_| next > first.end) {
            let after = self.after_month(end)?;
            if let Some((day, day_part)) = self.day(after) {
                return self.possible(Dated {
                    year: Some(year),
                    month: Some(month),
                    day: Some(day),
                    ..dated(
                        pos..day_part.1.end,
                        vec![year_part, (Part::MonthName, next..end), day_part],
                        Strength::Strong,
                    )
                });
            }
        }
        if !self.ends_number(first.end)
            || matches!(mark, b'-' | b'/')
                && self.byte(first.end + 1).is_ascii_alphanumeric()
                && !self.year_follows(first.end + 1)
        {
            return None;
        }
        Some(Dated { year: Some(year), ..dated(pos..first.end, vec![year_part], Strength::Year) })
    }

    pub(super) fn year_follows(&self, at: usize) -> bool {
        self.digits(at).is_some_and(|d| d.year().is_some() && self.ends(d.end))
    }

    pub(super) fn year_month_day(
        &self,
        pos: usize,
        year: i16,
        end: usize,
        mark: u8,
    ) -> Option<Dated> {
        let second = self.digits(end + 1)?;
        let month = second.small().filter(|m| (1..=12).contains(m))?;
        let parts = vec![(Part::Year, pos..end), (Part::Month, end + 1..second.end)];
        if self.byte(second.end) == mark {
            let third = self.digits(second.end + 1)?;
            let day = third.small()?;
            let mut parts = parts;
            parts.push((Part::Day, second.end + 1..third.end));
            let timed = matches!(self.byte(third.end), b'T' | b't');
            if !timed && !self.ends(third.end) {
                return None;
            }
            return self.possible(Dated {
                year: Some(year),
                month: Some(month),
                day: Some(day),
                ..dated(pos..third.end, parts, Strength::Strong)
            });
        }
        let whole = second.len == 2 && mark != b'.' && self.ends_number(second.end);
        whole.then(|| Dated {
            year: Some(year),
            month: Some(month),
            ..dated(pos..second.end, parts, Strength::Weak)
        })
    }

    /// `5/3/2011`, `3.5.11`, `5/2011`, `5/3`.
    pub(super) fn separated(&self, pos: usize, first: Digits) -> Option<Dated> {
        let mark = self.byte(first.end);
        if !matches!(mark, b'/' | b'-' | b'.') {
            return None;
        }
        let second = self.digits(first.end + 1)?;
        let first_span = pos..first.end;
        let second_span = first.end + 1..second.end;
        if second.len == 4 && mark != b'.' {
            let (month, year) = (first.small()?, second.year()?);
            return ((1..=12).contains(&month)
                && self.ends_number(second.end)
                && self.byte(second.end) != b'-')
                .then(|| Dated {
                    year: Some(year),
                    month: Some(month),
                    ..dated(
                        pos..second.end,
                        vec![(Part::Month, first_span), (Part::Year, second_span)],
                        if mark == b'/' { Strength::Strong } else { Strength::Weak },
                    )
                });
        }
        let (a, b) = (first.small()?, second.small()?);
        let third = match self.byte(second.end) == mark {
            true => Some(self.year(second.end + 1, Two::Allowed)?),
            false => None,
        };
        let end = third.as_ref().map_or(second.end, |t| t.2.end);
        if third.is_none() && (mark != b'/' || !self.ends_fraction(end)) {
            return None;
        }
        // `1/2/05/7` is no date.
        if third.is_some() && self.byte(end) == mark && self.byte(end + 1).is_ascii_digit() {
            return None;
        }
        let (day_first, ambiguous) = self.order(a, b, mark)?;
        let (month, day) = if day_first { (b, a) } else { (a, b) };
        let kinds = if day_first { [Part::Day, Part::Month] } else { [Part::Month, Part::Day] };
        let mut parts = vec![(kinds[0], first_span), (kinds[1], second_span)];
        let strength = match &third {
            None => Strength::Weak,
            Some((Part::Year, ..)) => Strength::Strong,
            Some(_) if mark == b'/' => Strength::Strong,
            Some(_) if mark == b'.' && !(first.len == 2 && second.len == 2) => Strength::Weak,
            Some(_) => Strength::Fair,
        };
        let year = third.as_ref().map(|t| t.1);
        parts.extend(third.map(|(part, _, span)| (part, span)));
        self.possible(Dated {
            year,
            month: Some(month),
            day: Some(day),
            ambiguous,
            day_first: day_first && !ambiguous,
            ..dated(pos..end, parts, strength)
        })
    }

    pub(super) fn ends_fraction(&self, at: usize) -> bool {
        match self.byte(at) {
            b'/' | b'%' => false,
            b'.' => !self.byte(at + 1).is_ascii_digit(),
            _ => self.ends(at),
        }
    }

    /// Whether the day comes first, and whether the numbers leave a doubt.
    pub(super) fn order(&self, a: i8, b: i8, mark: u8) -> Option<(bool, bool)> {
        let month = |n: i8| (1..=12).contains(&n);
        let day = |n: i8| (1..=31).contains(&n);
        match (month(a) && day(b), day(a) && month(b)) {
            (true, true) => Some((mark == b'.' || self.reading.order == Order::DayFirst, true)),
            (true, false) => Some((false, false)),
            (false, true) => Some((true, false)),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dates::grammar::tests::check;

    #[test]
    fn numeric_forms() {
        check("5/3/2011", "5/3/2011=2011-05-03");
        check("05/03/2011", "05/03/2011=2011-05-03");
        check("05/03/11", "05/03/11=2011-05-03");
        check("5-3-2011", "5-3-2011=2011-05-03");
        check("05-03-11", "05-03-11=2011-05-03");
        check("03.05.2011", "03.05.2011=2011-05-03");
        check("3.5.2011", "3.5.2011=2011-05-03");
        check("03.05.11", "03.05.11=2011-05-03");
        check("25/12/2010", "25/12/2010=2010-12-25");
        check("5/3/'11", "5/3/'11=2011-05-03");
        check("2011-05-03", "2011-05-03=2011-05-03");
        check("2011/05/03", "2011/05/03=2011-05-03");
        check("2011/5/3", "2011/5/3=2011-05-03");
        check("2011.05.03", "2011.05.03=2011-05-03");
        check("2011-05-03T10:15:00Z", "2011-05-03=2011-05-03");
        check("20110503", "20110503=2011-05-03");
        check("20110503101500", "20110503=2011-05-03");
        check("20110503T1015", "20110503=2011-05-03");
        check("2011-05", "2011-05=2011-05");
        check("05/2011", "05/2011=2011-05");
        check("5-2011", "5-2011=2011-05");
        check("5/3", "5/3=~2001-05-03");
        check("1/1/1955 10:30", "1/1/1955=1955-01-01");
    }
}
