//! Dates with the name of a month or season: `May 5, 2011`, `5 May`, `May 2011`, `spring 2011`.

use std::ops::Range;

use super::cursor::Cursor;
use super::grammar::{Two, dated};
use super::{Dated, MONTHS, Part, SEASONS, Strength, WEEKDAYS};

impl Cursor<'_> {
    pub(super) fn month(&self, at: usize) -> Option<(i8, usize)> {
        let (word, end) = self.letters(at)?;
        let found = MONTHS.iter().position(|m| {
            *m == word
                || (word.len() == 3 && m.starts_with(&word))
                || (word == "sept" && *m == "september")
        })?;
        Some((found as i8 + 1, end))
    }

    pub(super) fn season(&self, at: usize) -> Option<(i8, usize)> {
        let (word, end) = self.letters(at)?;
        SEASONS.iter().find(|(name, _)| *name == word).map(|(_, month)| (*month, end))
    }

    pub(super) fn weekday(&self, at: usize) -> Option<usize> {
        let (word, end) = self.letters(at)?;
        let known = word.len() >= 3
            && (WEEKDAYS.iter().any(|w| *w == word || (word.len() == 3 && w.starts_with(&word)))
                || matches!(word.as_str(), "tues" | "thur" | "thurs"));
        known.then_some(end)
    }

    /// `May 5, 2011`, `May 2011`, `May 5`.
    pub(super) fn named(&self, pos: usize) -> Option<Dated> {
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

    /// The day of a month whose name ends a wrapped line: `on December⏎24.`, `Mar⏎13, 2017`. The
    /// digits must end like a date's, since any number may begin a line.
    pub(super) fn wrapped_day(&self, end: usize) -> Option<usize> {
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
    pub(super) fn after_month(&self, end: usize) -> Option<usize> {
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

    pub(super) fn add_year(&self, date: &mut Dated) {
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
    pub(super) fn day(&self, at: usize) -> Option<(i8, (Part, Range<usize>))> {
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
    pub(super) fn seasonal(&self, pos: usize) -> Option<Dated> {
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

    /// `5 May 2011`, `5-May-11`, `05MAY2011`, `5th of May`.
    pub(super) fn day_named(&self, pos: usize) -> Option<Dated> {
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

    pub(super) fn month_after_day(&self, at: usize) -> Option<()> {
        let digits = self.digits(at)?;
        self.month(self.skip(digits.end, b"-/.")).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use crate::dates::grammar::tests::check;

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
}
