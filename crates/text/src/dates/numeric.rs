//! Dates of numbers alone: `5/3/1955`, `2011-05-03`, `20110503`, and which number is the month.
//! With points a space may stand behind each (DIN 5008); with spaces alone a date is weak.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::Date;

use super::cursor::{Cursor, Digits};
use super::grammar::{Two, dated};
use super::named::Month;
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
                .or_else(|| self.day_roman(pos))
                .or_else(|| self.separated(pos, first))
                .or_else(|| self.loose(pos, first))
                .or_else(|| self.dotted(pos, first))
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
        let counted = self
            .year_and_part(pos, year, first.end)
            .or_else(|| self.year_in_signs(pos, year, first.end))
            .or_else(|| self.year_spaced(pos, year, first.end))
            .or_else(|| self.year_and_day(pos, year, first.end));
        if counted.is_some() {
            return counted;
        }
        if matches!(mark, b'-' | b'/' | b'.')
            && let Some(date) = self.year_month_day(pos, year, first.end, mark)
        {
            return Some(date);
        }
        let next = self.skip(first.end, b",-/");
        if let Some(Month { month, end, .. }) = self.month(next).filter(|_| next > first.end) {
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

    /// `2021年3月4日`, `2021년 3월`: the signs of Chinese, Japanese and Korean.
    fn year_in_signs(&self, pos: usize, year: i16, end: usize) -> Option<Dated> {
        let past = |at: usize, signs: [char; 2]| {
            let rest = self.text.get(at..)?;
            let start = rest.strip_prefix(' ').unwrap_or(rest);
            let after = start.strip_prefix(signs)?;
            Some(self.text.len() - after.strip_prefix(' ').unwrap_or(after).len())
        };
        let month_at = past(end, ['年', '년'])?;
        let number = self.digits(month_at)?;
        let month = number.small().filter(|m| (1..=12).contains(m))?;
        let day_at = past(number.end, ['月', '월'])?;
        let signed = |at: usize| at + self.text[at..].chars().next().map_or(0, char::len_utf8);
        let mut date = Dated {
            year: Some(year),
            month: Some(month),
            ..dated(
                pos..signed(number.end + usize::from(self.byte(number.end) == b' ')),
                vec![(Part::Year, pos..end), (Part::Month, month_at..number.end)],
                Strength::Strong,
            )
        };
        if let Some(day) = self.digits(day_at)
            && let Some(of_month) = day.small()
            && past(day.end, ['日', '일']).is_some()
        {
            date.day = Some(of_month);
            date.parts.push((Part::Day, day_at..day.end));
            date.span.end = signed(day.end + usize::from(self.byte(day.end) == b' '));
            return self.possible(date);
        }
        Some(date)
    }

    /// `2021 03 04`
    fn year_spaced(&self, pos: usize, year: i16, end: usize) -> Option<Dated> {
        let two = |at: usize| self.digits(at).filter(|d| d.len == 2 && self.byte(at - 1) == b' ');
        let second = two(end + 1)?;
        let third = two(second.end + 1).filter(|d| self.ends(d.end))?;
        let month = second.small().filter(|m| (1..=12).contains(m))?;
        self.possible(Dated {
            year: Some(year),
            month: Some(month),
            day: Some(third.small()?),
            ..dated(
                pos..third.end,
                vec![
                    (Part::Year, pos..end),
                    (Part::Month, end + 1..second.end),
                    (Part::Day, second.end + 1..third.end),
                ],
                Strength::Weak,
            )
        })
    }

    /// `2021-063` (ISO 8601, 4.1.3): as often a running number.
    fn year_and_day(&self, pos: usize, year: i16, end: usize) -> Option<Dated> {
        let number = self.digits(end + 1).filter(|d| d.len == 3 && self.byte(end) == b'-')?;
        let whole = self.ends(number.end) && self.byte(number.end) != b'-';
        let day = i16::try_from(number.value).ok().filter(|_| whole)?;
        let first = Date::new(year, 1, 1).ok()?;
        let date = first.checked_add((day - 1).days()).ok().filter(|d| d.year() == year)?;
        Some(Dated {
            year: Some(year),
            month: Some(date.month()),
            day: Some(date.day()),
            ..dated(
                pos..number.end,
                vec![(Part::Year, pos..end), (Part::YearDay, end + 1..number.end)],
                Strength::Weak,
            )
        })
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
            true => Some(self.third(second.end + 1)?),
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

    /// The year behind day and month; of `021`, a slip of the pen, its last two digits.
    fn third(&self, at: usize) -> Option<(Part, i16, Range<usize>)> {
        let slip = self.byte(at) == b'0' && self.digits(at).is_some_and(|d| d.len == 3);
        self.year(at + usize::from(slip), Two::Allowed)
    }

    /// `4. 3. 2021`, `4 . 3 . 2021`, `4 / 3 / 2021`, `3 4 2021`.
    fn loose(&self, pos: usize, first: Digits) -> Option<Dated> {
        let (mark, second_at) = self.loose_mark(first.end)?;
        let second = self.digits(second_at)?;
        let (again, third_at) = self.loose_mark(second.end)?;
        let (part, year, span) = self.year(third_at, Two::Quoted)?;
        let (a, b) = (first.small()?, second.small()?);
        let (day_first, ambiguous) = self.order(a, b, mark).filter(|_| again == mark)?;
        let (month, day) = if day_first { (b, a) } else { (a, b) };
        let kinds = if day_first { [Part::Day, Part::Month] } else { [Part::Month, Part::Day] };
        let strength = match mark {
            b'.' => Strength::Strong,
            b' ' => Strength::Weak,
            _ => Strength::Fair,
        };
        self.possible(Dated {
            year: Some(year),
            month: Some(month),
            day: Some(day),
            ambiguous,
            day_first: day_first && !ambiguous,
            ..dated(
                pos..span.end,
                vec![(kinds[0], pos..first.end), (kinds[1], second_at..second.end), (part, span)],
                strength,
            )
        })
        .filter(|_| part == Part::Year)
    }

    /// A mark with at most one space on either side, or a space alone, and what is behind it.
    fn loose_mark(&self, at: usize) -> Option<(u8, usize)> {
        let spaced = self.byte(at) == b' ';
        let mark = self.byte(at + usize::from(spaced));
        if !matches!(mark, b'.' | b'/' | b'-') {
            return spaced.then_some((b' ', at + 1));
        }
        let next = at + usize::from(spaced) + 1;
        Some((mark, next + usize::from(self.byte(next) == b' ')))
    }

    /// `04.03.`: day and month with a point behind each.
    fn dotted(&self, pos: usize, first: Digits) -> Option<Dated> {
        let second = self.digits(first.end + 1).filter(|_| self.byte(first.end) == b'.')?;
        let after = self.byte(second.end + 1);
        if self.byte(second.end) != b'.' || after.is_ascii_alphanumeric() {
            return None;
        }
        let (day, month) = (first.small().filter(|d| *d > 0)?, second.small()?);
        let padded = first.len == 2 && day < 10 && second.len == 2;
        self.possible(Dated {
            month: Some(month).filter(|m| (1..=12).contains(m)),
            day: Some(day),
            day_first: true,
            ..dated(
                pos..second.end + 1,
                vec![(Part::Day, pos..first.end), (Part::Month, first.end + 1..second.end)],
                if padded { Strength::Fair } else { Strength::Weak },
            )
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
        check("4. 3. 2021", "4. 3. 2021=2021-03-04");
        check("4 . 3 . 2021", "4 . 3 . 2021=2021-03-04");
        check("am 04.03.", "04.03.=~2001-03-04");
        check("03.04.-09.04.2021", "03.04.=2021-04-03; 09.04.2021=2021-04-09");
        check("2021 03 04", "2021 03 04=2021-03-04");
        check("3 4 2021", "3 4 2021=2021-03-04");
        check("3/4/021", "3/4/021=2021-03-04");
        check("2021-063", "2021-063=2021-03-04");
        check("2020-366", "2020-366=2020-12-31");
    }

    #[test]
    fn signs_of_other_scripts() {
        check("2021年3月4日", "2021年3月4日=2021-03-04");
        check("２０２１年３月４日入院", "２０２１年３月４日=2021-03-04");
        check("2021年3月に", "2021年3月=2021-03");
        check("2021년 3월 4일", "2021년 3월 4일=2021-03-04");
        check("４.3.2021", "４.3.2021=2021-03-04");
        check("03\u{2011}4\u{2011}2021", "03\u{2011}4\u{2011}2021=2021-03-04");
        check("3\u{2009}4\u{a0}2021", "3\u{2009}4\u{a0}2021=2021-03-04");
        check("20\u{ad}21-03-04", "20\u{ad}21-03-04=2021-03-04");
        check("4.\u{a0}3.\u{a0}2021", "4.\u{a0}3.\u{a0}2021=2021-03-04");
        check("٤/٣/٢٠٢١", "٤/٣/٢٠٢١=2021-04-03");
    }

    #[test]
    fn numbers_that_are_no_date() {
        for text in [
            "4.3",
            "1.13.",
            "2021-366",
            "2021-063-1",
            "4. 3. 21",
            "13 13 2021",
            "3 4 20210",
            "3. 5 mg",
            "10.5.a",
        ] {
            assert_eq!(text_of(text), "", "{text}");
        }
    }

    /// What is read in a text that is more than a year.
    fn text_of(text: &str) -> String {
        use crate::dates::{Reading, Strength, all};
        let dates = all(text, &Reading::default());
        let read = dates.iter().filter(|d| d.strength > Strength::Year);
        read.map(|d| &text[d.span.clone()]).collect()
    }
}
