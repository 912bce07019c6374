//! Ranges of two dates, which may share a month or year: `May 3-7, 2011`, `3-7 May 2011`,
//! `2009 to 2011`.

use super::cursor::Cursor;
use super::grammar::dated;
use super::{Dated, Part, Strength};

impl Cursor<'_> {
    /// The second date of a range, and what the two share.
    pub(super) fn range(&self, first: &mut Dated) -> Option<Dated> {
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
            let Some(year) = second.year else {
                // `3/4-3/9` is as sure as `3/4` is.
                let weak = first.strength == Strength::Weak && second.strength == Strength::Weak;
                return (weak && close).then_some(second);
            };
            let later = (first.month, first.day) > (second.month, second.day);
            first.year = Some(year - i16::from(later));
            first.strength = Strength::Strong;
        } else if second.day.is_some() && second.strength < Strength::Fair {
            return None;
        }
        Some(second)
    }

    /// `3-7 May 2011`, `3rd and 7th of May`: the first has a day alone.
    pub(super) fn days(&self, pos: usize) -> Option<Vec<Dated>> {
        let digits = self.digits(pos)?;
        let (day, part) = match self.suffix(digits.end) {
            Some(end) => (digits.small()?, (Part::Ordinal, pos..end)),
            None => (digits.small()?, (Part::Day, pos..digits.end)),
        };
        let end = part.1.end;
        let listed = || {
            let rest = self.text[end..].strip_prefix(' ').filter(|_| part.0 == Part::Ordinal)?;
            let next = rest.strip_prefix("and ").or_else(|| rest.strip_prefix("& "))?;
            Some(self.text.len() - next.len())
        };
        let start = listed().or_else(|| self.range_mark(end).map(|(start, _)| start))?;
        let second = self.day_named(start).filter(|s| s.day > Some(day) && day > 0)?;
        let first = Dated {
            year: second.year,
            month: second.month,
            day: Some(day),
            ..dated(pos..end, vec![part, (Part::MonthBehind, end..end)], second.strength)
        };
        Some(vec![first, second])
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

#[cfg(test)]
mod tests {
    use crate::dates::grammar::tests::check;

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
        check("3/4-3/9", "3/4=~2001-03-04; 3/9=~2001-03-09");
        check("3-9 March 2021", "3=2021-03-03; 9 March 2021=2021-03-09");
        check("3 – 9. März 2021", "3=2021-03-03; 9. März 2021=2021-03-09");
        check("3rd and 9th of March", "3rd=~2001-03-03; 9th of March=~2001-03-09");
        check("grade 2 and 3 May 2021", "3 May 2021=2021-05-03");
        check("weeks 12-14 of 2021", "weeks 12=2021-03-25; 14 of 2021=2021-04-08");
        // A surname, and a date behind it.
        check("Weeks 04/16/2025", "04/16/2025=2025-04-16");
        check("Weeks 04-16-2025", "04-16-2025=2025-04-16");
    }
}
