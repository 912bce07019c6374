//! The date grammar: one cursor, no backtracking beyond a date's own length.

use std::ops::Range;

use jiff::civil::Date;

use super::{Dated, MONTHS, Order, Part, Reading, SEASONS, Strength, WEEKDAYS};

/// Every date in a short text, in order, whatever its strength.
pub(crate) fn all(text: &str, reading: &Reading) -> Vec<Dated> {
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
            let dates = at(text, pos, reading);
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

/// The date that begins at a byte: none, one, or the two of a range.
pub(crate) fn at(text: &str, pos: usize, reading: &Reading) -> Vec<Dated> {
    let cursor = Cursor { text, reading };
    let Some(mut first) = cursor.date(pos) else {
        return cursor.quarters(pos).or_else(|| cursor.weeks(pos)).unwrap_or_default();
    };
    match cursor.range(&mut first) {
        Some(second) => vec![first, second],
        None => vec![first],
    }
}

pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    reading: &'t Reading,
}

/// A number of digits at a byte.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    pub(super) value: i64,
    pub(super) len: usize,
    pub(super) end: usize,
}

impl Digits {
    fn small(self) -> Option<i8> {
        (self.len <= 2 && self.value <= 31).then_some(self.value as i8)
    }

    fn year(self) -> Option<i16> {
        (self.len == 4 && (1800..=2199).contains(&self.value)).then_some(self.value as i16)
    }
}

impl Cursor<'_> {
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    pub(super) fn digits(&self, at: usize) -> Option<Digits> {
        let run = self.text.as_bytes()[at.min(self.text.len())..]
            .iter()
            .take(15)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if run == 0 || run > 14 {
            return None;
        }
        let value = self.text[at..at + run].parse().ok()?;
        Some(Digits { value, len: run, end: at + run })
    }

    /// The letters at a byte, in lower case.
    pub(super) fn letters(&self, at: usize) -> Option<(String, usize)> {
        let run = self.text.as_bytes()[at.min(self.text.len())..]
            .iter()
            .take(12)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        (run >= 2).then(|| (self.text[at..at + run].to_ascii_lowercase(), at + run))
    }

    fn month(&self, at: usize) -> Option<(i8, usize)> {
        let (word, end) = self.letters(at)?;
        let found = MONTHS.iter().position(|m| {
            *m == word
                || (word.len() == 3 && m.starts_with(&word))
                || (word == "sept" && *m == "september")
        })?;
        Some((found as i8 + 1, end))
    }

    fn season(&self, at: usize) -> Option<(i8, usize)> {
        let (word, end) = self.letters(at)?;
        SEASONS.iter().find(|(name, _)| *name == word).map(|(_, month)| (*month, end))
    }

    fn weekday(&self, at: usize) -> Option<usize> {
        let (word, end) = self.letters(at)?;
        let known = word.len() >= 3
            && (WEEKDAYS.iter().any(|w| *w == word || (word.len() == 3 && w.starts_with(&word)))
                || matches!(word.as_str(), "tues" | "thur" | "thurs"));
        known.then_some(end)
    }

    /// Past spaces, at most two, and optionally one of these bytes before them.
    pub(super) fn skip(&self, at: usize, bytes: &[u8]) -> usize {
        let mut at = at;
        if bytes.contains(&self.byte(at)) {
            at += 1;
        }
        let mut spaces = 0;
        while self.byte(at) == b' ' && spaces < 2 {
            at += 1;
            spaces += 1;
        }
        // A long line may be broken inside a date: `September 20,⏎2019`.
        let ended = at > 0 && matches!(self.byte(at - 1), b',');
        let broken = match (ended, self.byte(at), self.byte(at + 1)) {
            (true, b'\n', _) => at + 1,
            (true, b'\r', b'\n') => at + 2,
            _ => return at,
        };
        let year = (0..4).all(|i| self.byte(broken + i).is_ascii_digit());
        if year && !self.byte(broken + 4).is_ascii_digit() { broken } else { at }
    }

    pub(super) fn ends(&self, at: usize) -> bool {
        !self.text[at..].chars().next().is_some_and(char::is_alphanumeric)
    }

    fn date(&self, pos: usize) -> Option<Dated> {
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

    fn bare(&self, pos: usize) -> Option<Dated> {
        match self.byte(pos) {
            b'\'' => self.apostrophe_year(pos),
            b if b.is_ascii_digit() => self.numeric(pos),
            b if b.is_ascii_alphabetic() => self
                .named(pos)
                .or_else(|| self.seasonal(pos))
                .or_else(|| self.quarter(pos))
                .or_else(|| self.week(pos)),
            _ => None,
        }
    }

    fn apostrophe_year(&self, pos: usize) -> Option<Dated> {
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

    /// A number ends here: `2011T10:00` and `2011,` do, `2011-05` of a longer code does not.
    fn ends_number(&self, at: usize) -> bool {
        match self.byte(at) {
            b'T' | b't' => self.byte(at + 1).is_ascii_digit(),
            b'.' | b',' | b'/' => !self.byte(at + 1).is_ascii_digit(),
            _ => self.ends(at),
        }
    }

    /// `May 5, 2011`, `May 2011`, `May 5`.
    fn named(&self, pos: usize) -> Option<Dated> {
        let (month, end) = self.month(pos)?;
        let month_part = (Part::MonthName, pos..end);
        let next = self.wrapped_day(end).or_else(|| self.after_month(end))?;
        if let Some((part, year, span)) = self.year(next, Two::Quoted) {
            return Some(Dated {
                year: Some(year),
                month: Some(month),
                ..dated(pos..span.end, vec![month_part, (part, span)], Strength::Strong)
            });
        }
        let (day, day_part) = self.day(next)?;
        let day_end = day_part.1.end;
        if self.numeric_goes_on(day_end) {
            return None;
        }
        let mut date = Dated {
            month: Some(month),
            day: Some(day),
            ..dated(pos..day_end, vec![month_part, day_part], Strength::Strong)
        };
        self.add_year(&mut date);
        self.possible(date)
    }

    /// Whether a number is the first of a numeric date: in `Ms. May 06/05/2016` the word is no
    /// month.
    fn numeric_goes_on(&self, end: usize) -> bool {
        let mark = self.byte(end);
        matches!(mark, b'/' | b'-' | b'.')
            && self.digits(end + 1).is_some_and(|second| {
                self.byte(second.end) == mark && self.byte(second.end + 1).is_ascii_digit()
            })
    }

    /// The day of a month whose name ends a wrapped line: `on December⏎24.`, `Mar⏎13, 2017`. The
    /// digits must end like a date's, since any number may begin a line.
    fn wrapped_day(&self, end: usize) -> Option<usize> {
        let rest = self.text[end..].strip_prefix(' ').unwrap_or(&self.text[end..]);
        let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
        let day = self.digits(self.text.len() - rest.len()).filter(|d| d.len <= 2)?;
        let closed = matches!(self.byte(day.end), b',' | b';' | b')')
            || self.byte(day.end) == b'.' && !self.byte(day.end + 1).is_ascii_digit()
            || self
                .year(self.skip(day.end, b""), Two::Quoted)
                .is_some_and(|(p, ..)| p == Part::Year);
        closed.then_some(day.end - day.len)
    }

    /// Past what stands between a month's name and the next part; `None` where nothing does.
    fn after_month(&self, end: usize) -> Option<usize> {
        let mut next = self.skip(end, b".,-/");
        if self.text[next..].starts_with("of ") || self.text[next..].starts_with("OF ") {
            next += 3;
        }
        if self.text[next..].starts_with("the ") {
            next += 4;
        }
        // `MAY2011` and `05MAY2011` have nothing between.
        (next > end || self.byte(end).is_ascii_digit()).then_some(next)
    }

    fn add_year(&self, date: &mut Dated) {
        let end = date.span.end;
        // `3-May-11` has marks on both sides; `May 3-11` is a range.
        let between = date.parts.windows(2).all(|pair| {
            matches!(self.byte(pair[0].1.end), b'-' | b'/') || pair[0].1.end == pair[1].1.start
        });
        let dash = between && matches!(self.byte(end), b'-' | b'/');
        let mut next = self.skip(end, b",.-/");
        if self.text[next..].starts_with("of ") {
            next += 3;
        }
        let two = if dash { Two::Allowed } else { Two::Quoted };
        if next == end {
            return;
        }
        if let Some((part, year, span)) = self.year(next, two) {
            date.year = Some(year);
            date.span.end = span.end;
            date.parts.push((part, span));
        }
    }

    /// A day of the month at a byte, an ordinal suffix with it.
    fn day(&self, at: usize) -> Option<(i8, (Part, Range<usize>))> {
        let digits = self.digits(at)?;
        let day = digits.small().filter(|d| *d >= 1)?;
        let rest = self.text.as_bytes().get(digits.end..digits.end + 2).unwrap_or_default();
        let ordinal = [b"st", b"nd", b"rd", b"th"].iter().any(|s| rest.eq_ignore_ascii_case(*s));
        if ordinal && self.ends(digits.end + 2) {
            return Some((day, (Part::Ordinal, at..digits.end + 2)));
        }
        // `10:30` is a time and `5.2` a measurement.
        let number = matches!(self.byte(digits.end), b':' | b'.' | b'%')
            && self.byte(digits.end + 1).is_ascii_digit()
            || self.byte(digits.end) == b'%';
        (!number && self.ends(digits.end)).then_some((day, (Part::Day, at..digits.end)))
    }

    /// `spring 2010`, `fall of 2011`.
    fn seasonal(&self, pos: usize) -> Option<Dated> {
        let (month, end) = self.season(pos)?;
        let mut next = self.skip(end, b",");
        if self.text[next..].starts_with("of ") {
            next += 3;
        }
        let (part, year, span) = self.year(next, Two::Quoted).filter(|_| next > end)?;
        Some(Dated {
            year: Some(year),
            month: Some(month),
            ..dated(pos..span.end, vec![(Part::Season, pos..end), (part, span)], Strength::Strong)
        })
    }

    fn numeric(&self, pos: usize) -> Option<Dated> {
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
    fn compact(&self, pos: usize, digits: Digits) -> Option<Dated> {
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
    fn year_first(&self, pos: usize, first: Digits) -> Option<Dated> {
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

    fn year_follows(&self, at: usize) -> bool {
        self.digits(at).is_some_and(|d| d.year().is_some() && self.ends(d.end))
    }

    fn year_month_day(&self, pos: usize, year: i16, end: usize, mark: u8) -> Option<Dated> {
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

    /// `5 May 2011`, `5-May-11`, `05MAY2011`, `5th of May`.
    fn day_named(&self, pos: usize) -> Option<Dated> {
        let digits = self.digits(pos)?;
        let day = digits.small().filter(|d| *d >= 1)?;
        let rest = self.text.as_bytes().get(digits.end..digits.end + 2).unwrap_or_default();
        let ordinal = [b"st", b"nd", b"rd", b"th"].iter().any(|s| rest.eq_ignore_ascii_case(*s));
        let (part, end) = match ordinal {
            true => (Part::Ordinal, digits.end + 2),
            false => (Part::Day, digits.end),
        };
        let mut next = self.skip(end, b"-/.,");
        if self.text[next..].starts_with("of ") {
            next += 3;
        }
        let (month, month_end) = self.month(next)?;
        let mut date = Dated {
            month: Some(month),
            day: Some(day),
            ..dated(
                pos..month_end,
                vec![(part, pos..end), (Part::MonthName, next..month_end)],
                Strength::Strong,
            )
        };
        match self.byte(month_end) {
            b if b.is_ascii_digit() => {
                let (part, year, span) = self.year(month_end, Two::Allowed)?;
                date.year = Some(year);
                date.span.end = span.end;
                date.parts.push((part, span));
            }
            b if b.is_ascii_alphabetic() => return None,
            _ => self.add_year(&mut date),
        }
        // `2 may` in running text is more often a verb: a year or a capital must speak for it.
        let lower = self.byte(next).is_ascii_lowercase();
        if lower && date.year.is_none() && !ordinal {
            return None;
        }
        self.possible(date)
    }

    /// `5/3/2011`, `3.5.11`, `5/2011`, `5/3`.
    fn separated(&self, pos: usize, first: Digits) -> Option<Dated> {
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

    fn ends_fraction(&self, at: usize) -> bool {
        match self.byte(at) {
            b'/' | b'%' => false,
            b'.' => !self.byte(at + 1).is_ascii_digit(),
            _ => self.ends(at),
        }
    }

    /// Whether the day comes first, and whether the numbers leave a doubt.
    fn order(&self, a: i8, b: i8, mark: u8) -> Option<(bool, bool)> {
        let month = |n: i8| (1..=12).contains(&n);
        let day = |n: i8| (1..=31).contains(&n);
        match (month(a) && day(b), day(a) && month(b)) {
            (true, true) => Some((mark == b'.' || self.reading.order == Order::DayFirst, true)),
            (true, false) => Some((false, false)),
            (false, true) => Some((true, false)),
            (false, false) => None,
        }
    }

    fn possible(&self, date: Dated) -> Option<Dated> {
        date.date(self.reading).is_some().then_some(date)
    }

    /// The second date of a range, and what the two share.
    fn range(&self, first: &mut Dated) -> Option<Dated> {
        let (start, close) = self.range_mark(first.span.end)?;
        let named = first.parts.iter().any(|(p, _)| *p == Part::MonthName);
        // `May 3-7, 2011`: the second has a day alone.
        if named
            && first.day.is_some()
            && first.year.is_none()
            && let Some((day, part)) =
                self.day(start).filter(|_| self.month_after_day(start).is_none())
        {
            let mut second = Dated {
                month: first.month,
                day: Some(day),
                ..dated(
                    start..part.1.end,
                    vec![(Part::SharedMonth, start..start), part],
                    Strength::Strong,
                )
            };
            self.add_year(&mut second);
            first.year = second.year;
            return (first.day < second.day).then_some(()).and_then(|()| self.possible(second));
        }
        let second = self.date(start)?;
        let same_kind = (first.day.is_some() && second.day.is_some())
            || (first.strength == Strength::Year && second.strength == Strength::Year)
            || (close
                && first.month.is_some()
                && second.month.is_some()
                && first.day.is_none()
                && second.day.is_none());
        if !same_kind || second.parts.iter().any(|(p, _)| *p == Part::Weekday) && !close {
            return None;
        }
        if first.year.is_none() {
            let year = second.year?;
            let later = (first.month, first.day) > (second.month, second.day);
            first.year = Some(year - i16::from(later));
            first.strength = Strength::Strong;
        } else if second.day.is_some() && second.strength < Strength::Fair {
            return None;
        }
        Some(second)
    }

    fn month_after_day(&self, at: usize) -> Option<()> {
        let digits = self.digits(at)?;
        self.month(self.skip(digits.end, b"-/.")).map(|_| ())
    }

    /// Past the mark of a range: `-`, `–`, `to`, `through`; and whether it is a mark, not a word.
    pub(super) fn range_mark(&self, end: usize) -> Option<(usize, bool)> {
        let rest = &self.text[end..];
        let inner = rest.trim_start_matches(' ');
        if rest.len() - inner.len() > 2 {
            return None;
        }
        for (mark, close) in [
            ("-", true),
            ("–", true),
            ("—", true),
            ("to ", false),
            ("TO ", false),
            ("through ", false),
            ("thru ", false),
        ] {
            if let Some(after) = inner.strip_prefix(mark) {
                let next = after.trim_start_matches(' ');
                return (after.len() - next.len() <= 2)
                    .then(|| (self.text.len() - next.len(), close));
            }
        }
        None
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
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
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

    #[test]
    fn named_forms() {
        check("May 3, 2011", "May 3, 2011=2011-05-03");
        // A patient called May.
        check("note May 05/20/2022", "05/20/2022=2022-05-20");
        check("Ms. May 06-05-2016", "06-05-2016=2016-06-05");
        check("May 3 2011", "May 3 2011=2011-05-03");
        check("May\n3, 2011", "May\n3, 2011=2011-05-03");
        check("on May\r\n3 2011", "May\r\n3 2011=2011-05-03");
        check("on May\n3. Then", "May\n3=~2001-05-03");
        check("in May\n3 mg", "");
        check("in May\n3.5 mg", "");
        check("MAY 3, 2011", "MAY 3, 2011=2011-05-03");
        check("may 3, 2011", "may 3, 2011=2011-05-03");
        check("May 3rd, 2011", "May 3rd, 2011=2011-05-03");
        check("May the 3rd, 2011", "May the 3rd, 2011=2011-05-03");
        check("Sept. 3, 2011", "Sept. 3, 2011=2011-09-03");
        check("Sep 03 2011", "Sep 03 2011=2011-09-03");
        check("May 3, '11", "May 3, '11=2011-05-03");
        check("May-03-2011", "May-03-2011=2011-05-03");
        check("3 May 2011", "3 May 2011=2011-05-03");
        check("03-May-2011", "03-May-2011=2011-05-03");
        check("3-MAY-11", "3-MAY-11=2011-05-03");
        check("03MAY2011", "03MAY2011=2011-05-03");
        check("03MAY11", "03MAY11=2011-05-03");
        check("3rd of May, 2011", "3rd of May, 2011=2011-05-03");
        check("3rd May 2011", "3rd May 2011=2011-05-03");
        check("3. May 2011", "3. May 2011=2011-05-03");
        check("2011 May 3", "2011 May 3=2011-05-03");
        check("2011-May-03", "2011-May-03=2011-05-03");
        check("May 2011", "May 2011=2011-05");
        check("May of 2011", "May of 2011=2011-05");
        check("May, 2011", "May, 2011=2011-05");
        check("May '11", "May '11=2011-05");
        check("May-2011", "May-2011=2011-05");
        check("May 3", "May 3=~2001-05-03");
        check("May 3rd", "May 3rd=~2001-05-03");
        check("3rd of May", "3rd of May=~2001-05-03");
        check("3 May", "3 May=~2001-05-03");
        check("spring 2010", "spring 2010=2010-04");
        check("fall of 2011", "fall of 2011=2011-10");
        check("Tuesday, May 3, 2011", "Tuesday, May 3, 2011=2011-05-03");
        check("Tue 05/03/2011", "Tue 05/03/2011=2011-05-03");
        check("in 2011", "2011=2011");
        check("in '98", "'98=1998");
        check("Feb 29", "Feb 29=~2000-02-29");
    }

    #[test]
    fn ranges() {
        check("May 3-7, 2011", "May 3=2011-05-03; 7, 2011=2011-05-07");
        check("5/3-5/7/2011", "5/3=2011-05-03; 5/7/2011=2011-05-07");
        check("12/28 - 1/3/2011", "12/28=2010-12-28; 1/3/2011=2011-01-03");
        check("5/3/2011 to 5/7/2011", "5/3/2011=2011-05-03; 5/7/2011=2011-05-07");
        check("May 30 - June 3, 2011", "May 30=2011-05-30; June 3, 2011=2011-06-03");
        check("2009-2011", "2009=2009; 2011=2011");
        check("Q1-Q2 2021", "Q1=2021-02; Q2 2021=2021-05");
        check("Q4 to Q1 2021", "Q4=2020-11; Q1 2021=2021-02");
        check(
            "first and second quarters of 2021",
            "first=2021-02; second quarters of 2021=2021-05",
        );
        check("weeks 12-14 of 2021", "weeks 12=2021-03-25; 14 of 2021=2021-04-08");
    }

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
