//! Dates with the name of a month or season: `May 5, 2011`, `5 May`, `May 2011`, `spring 2011`, and
//! with the names of other languages or a Roman numeral: `4. März 2021`, `4.III.2021`.

use std::ops::Range;

use super::cursor::Cursor;
use super::grammar::{Two, dated};
use super::months::{self, Kind};
use super::{Dated, Part, SEASONS, Strength, WEEKDAYS};

/// A month's name that was read.
pub(super) struct Month {
    pub(super) month: i8,
    pub(super) end: usize,
    kind: Kind,
}

impl Cursor<'_> {
    pub(super) fn month(&self, at: usize) -> Option<Month> {
        let (word, end) = self.letters(at)?;
        let (month, kind) = months::month(&word)?;
        Some(Month { month, end, kind })
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
        let Month { month, end, kind } = self.month(pos)?;
        if kind == Kind::Word {
            return None;
        }
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
        // Only English writes the day behind the month, and Spanish under its influence; and
        // `MARCH1` is a gene.
        if date.year.is_none() && (kind != Kind::English || next == end) {
            return None;
        }
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
        let mut next = self.of(self.skip(end, b".,-/"));
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
        let next = self.of(self.skip(end, b",.-/"));
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

    /// Past the word that ties a day to a month or a month to a year, where there is one.
    fn of(&self, at: usize) -> usize {
        const TIES: [&str; 3] = ["of ", "de ", "del "];
        let rest = &self.text.as_bytes()[at..];
        let tie = TIES.iter().find(|tie| {
            rest.get(..tie.len()).is_some_and(|word| word.eq_ignore_ascii_case(tie.as_bytes()))
        });
        at + tie.map_or(0, |tie| tie.len())
    }

    /// Past the suffix of an ordinal, where there is one.
    pub(super) fn suffix(&self, at: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(at..at + 2)?;
        let ordinal =
            [b"st", b"nd", b"rd", b"th", b"er"].iter().any(|s| rest.eq_ignore_ascii_case(*s));
        ordinal.then_some(at + 2)
    }

    /// A day of the month at a byte, an ordinal suffix with it.
    pub(super) fn day(&self, at: usize) -> Option<(i8, (Part, Range<usize>))> {
        let digits = self.digits(at)?;
        let day = digits.small().filter(|d| *d >= 1)?;
        if let Some(end) = self.suffix(digits.end).filter(|end| self.ends(*end)) {
            return Some((day, (Part::Ordinal, at..end)));
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
        let (part, end) = match self.suffix(digits.end) {
            Some(end) => (Part::Ordinal, end),
            None => (Part::Day, digits.end),
        };
        let spaced = self.skip(end, b"-/.,");
        let next = self.of(spaced);
        let Month { month, end: month_end, kind } = self.month(next)?;
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
        let alone = match kind {
            Kind::English => !lower,
            Kind::Abbreviation => !lower || next > spaced,
            Kind::Foreign => self.byte(end) != b',',
            Kind::Word => next > spaced,
        };
        let said = date.year.is_some() || part == Part::Ordinal || alone;
        said.then_some(()).and_then(|()| self.possible(date))
    }

    /// `4.III.2021`, `4. III. 2021`, `4-III-21`.
    pub(super) fn day_roman(&self, pos: usize) -> Option<Dated> {
        let digits = self.digits(pos)?;
        let day = digits.small().filter(|d| *d >= 1)?;
        let (mark, start) = self.roman_mark(digits.end)?;
        let (month, end) = self.roman(start)?;
        let (again, year_at) = self.roman_mark(end)?;
        let (part, year, span) = self.year(year_at, Two::Allowed).filter(|_| again == mark)?;
        let strength = if part == Part::Year { Strength::Strong } else { Strength::Fair };
        self.possible(Dated {
            year: Some(year),
            month: Some(month),
            day: Some(day),
            ..dated(
                pos..span.end,
                vec![(Part::Day, pos..digits.end), (Part::RomanMonth, start..end), (part, span)],
                strength,
            )
        })
    }

    /// `III/2021`
    pub(super) fn roman_first(&self, pos: usize) -> Option<Dated> {
        let (month, end) = self.roman(pos).filter(|(_, end)| self.byte(*end) == b'/')?;
        let (part, year, span) = self.year(end + 1, Two::Quoted)?;
        (part == Part::Year).then(|| Dated {
            year: Some(year),
            month: Some(month),
            ..dated(pos..span.end, vec![(Part::RomanMonth, pos..end), (part, span)], Strength::Fair)
        })
    }

    fn roman_mark(&self, at: usize) -> Option<(u8, usize)> {
        let mark = self.byte(at);
        let spaced = mark == b'.' && self.byte(at + 1) == b' ';
        matches!(mark, b'.' | b'-' | b'/').then_some((mark, at + 1 + usize::from(spaced)))
    }

    fn roman(&self, at: usize) -> Option<(i8, usize)> {
        let rest = self.text.as_bytes().get(at..)?;
        let length = rest.iter().take(5).take_while(|b| matches!(b, b'I' | b'V' | b'X')).count();
        let month = months::ROMAN.iter().position(|r| r.as_bytes() == &rest[..length])?;
        self.ends(at + length).then_some((month as i8 + 1, at + length))
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
        check("4. März 2021", "4. März 2021=2021-03-04");
        check("4 de marzo de 2021", "4 de marzo de 2021=2021-03-04");
        check("el 4 de marzo", "4 de marzo=~2001-03-04");
        check("4 mars 2021", "4 mars 2021=2021-03-04");
        check("le 1er août", "1er août=~2001-08-01");
        check("1º de agosto", "1º de agosto=~2001-08-01");
        check("4 FÉVRIER 2021", "4 FÉVRIER 2021=2021-02-04");
        check("Mär 2021", "Mär 2021=2021-03");
        check("am 3. Okt. 2021", "3. Okt. 2021=2021-10-03");
        check("3. Dez", "3. Dez=~2001-12-03");
        check("15 gen 2021", "15 gen 2021=2021-01-15");
        check("4-set-21", "4-set-21=2021-09-04");
        check("4 de março de 2021", "4 de março de 2021=2021-03-04");
        check("marzo de 2021", "marzo de 2021=2021-03");
        check("marzo 4, 2021", "marzo 4, 2021=2021-03-04");
        check("4 mei 2021", "4 mei 2021=2021-05-04");
        check("MARCH4,2021", "MARCH4,2021=2021-03-04");
        check("4.III.2021", "4.III.2021=2021-03-04");
        check("4. III. 2021", "4. III. 2021=2021-03-04");
        check("4-III-21", "4-III-21=2021-03-04");
        check("III/2021", "III/2021=2021-03");
        check("spring 2010", "spring 2010=2010-04");
        check("fall of 2011", "fall of 2011=2011-10");
        check("Tuesday, May 3, 2011", "Tuesday, May 3, 2011=2011-05-03");
        check("Tue 05/03/2011", "Tue 05/03/2011=2011-05-03");
        check("in 2011", "2011=2011");
        check("in '98", "'98=1998");
        check("Feb 29", "Feb 29=~2000-02-29");
    }

    #[test]
    fn words_that_are_also_months() {
        for text in [
            "2 out of 3",
            "3 ago",
            "a set 4",
            "4 set",
            "2 gen 3",
            "mag 2 g",
            "Mars 3",
            "mai tai",
            "DIC 3",
            "Julio 3",
            "3 Julio",
            "II/VI murmur",
            "grade III/IV",
            "4.III",
            "VI/12",
            "3 Marco",
            "MARCH1",
            "OCT4",
        ] {
            check(text, "");
        }
        // The year alone is read.
        check("years ago 2021", "2021=2021");
    }
}
