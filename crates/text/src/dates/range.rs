//! Ranges of two dates, which may share a month or year: `May 3-7, 2011`, `2009 to 2011`.

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
            let year = second.year?;
            let later = (first.month, first.day) > (second.month, second.day);
            first.year = Some(year - i16::from(later));
            first.strength = Strength::Strong;
        } else if second.day.is_some() && second.strength < Strength::Fair {
            return None;
        }
        Some(second)
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
        check("weeks 12-14 of 2021", "weeks 12=2021-03-25; 14 of 2021=2021-04-08");
    }
}
