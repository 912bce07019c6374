//! Dates in cells: read in the format they are written in, and written back in it.
//!
//! A date is taken apart into the places of its year, month and day; everything else in the cell
//! (separators, a time of day, a time zone) stays as it is. Whether `03/04/2020` is March or April
//! is a property of the column, surveyed over its values.

use std::ops::Range;

use anonymed_core::PartialDate;
use jiff::civil::Date;

/// How the ambiguous dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateStyle {
    pub(crate) day_first: bool,
    /// Whether days and months are written with two digits always.
    pub(crate) padded: bool,
}

impl Default for DateStyle {
    fn default() -> Self {
        Self { day_first: false, padded: true }
    }
}

/// A date as a cell has it.
#[derive(Debug, Clone)]
pub(crate) struct CellDate<'a> {
    text: &'a str,
    parts: Vec<(Range<usize>, Part)>,
    pub(crate) date: PartialDate,
    ambiguous: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    MonthName,
    Day,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Reads a cell that is plainly a date: not a bare year, not a run of digits.
pub(crate) fn read(text: &str) -> Option<CellDate<'_>> {
    read_in(text, DateStyle::default()).filter(|d| {
        matches!(d.date, PartialDate::Day(_)) && !text.trim().bytes().all(|b| b.is_ascii_digit())
    })
}

/// Reads a cell of a date column: also `2020`, `2020-03` and `20200314`.
pub(crate) fn read_in(text: &str, style: DateStyle) -> Option<CellDate<'_>> {
    if text.len() > 64 {
        return None;
    }
    let runs = runs(text);
    numeric(text, &runs, style).or_else(|| named(text, &runs)).or_else(|| compact(text, &runs))
}

impl CellDate<'_> {
    fn has_single_digit(&self) -> bool {
        self.parts.iter().any(|(r, p)| matches!(p, Part::Day | Part::Month) && r.len() == 1)
    }

    /// The cell with another date in it. A date coarser than the cell's is written in ISO form.
    pub(crate) fn with(&self, date: PartialDate, style: DateStyle) -> String {
        let (year, month, day) = match (date, self.date) {
            (PartialDate::Day(d), PartialDate::Day(_)) => (d.year(), d.month(), d.day()),
            (PartialDate::Month { year, month }, PartialDate::Month { .. }) => (year, month, 1),
            (PartialDate::Year(year), PartialDate::Year(_)) => (year, 1, 1),
            (other, _) => return other.to_string(),
        };
        // A single digit beside it says that a two-digit neighbour is not padded either.
        let style = DateStyle { padded: style.padded && !self.has_single_digit(), ..style };
        let mut out = String::with_capacity(self.text.len() + 4);
        let mut at = 0;
        for (range, part) in &self.parts {
            out.push_str(&self.text[at..range.start]);
            at = range.end;
            let old = &self.text[range.clone()];
            match part {
                Part::Year if old.len() == 2 => {
                    out.push_str(&format!("{:02}", year.rem_euclid(100)));
                }
                Part::Year => out.push_str(&format!("{year:04}")),
                Part::Month => number(&mut out, month, old, style),
                Part::Day => number(&mut out, day, old, style),
                Part::MonthName => out.push_str(&in_case(MONTHS[(month - 1) as usize], old)),
            }
        }
        out.push_str(&self.text[at..]);
        out
    }
}

fn number(out: &mut String, value: i8, old: &str, style: DateStyle) {
    if old.len() == 2 && (style.padded || old.starts_with('0')) {
        out.push_str(&format!("{value:02}"));
    } else {
        out.push_str(&value.to_string());
    }
}

fn in_case(name: &str, old: &str) -> String {
    let name = if old.len() <= 3 { &name[..3] } else { name };
    if old.bytes().all(|b| b.is_ascii_uppercase()) {
        name.to_ascii_uppercase()
    } else if old.bytes().all(|b| b.is_ascii_lowercase()) {
        name.to_ascii_lowercase()
    } else {
        name.to_owned()
    }
}

/// A run of digits, of letters, or of other characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    Digits,
    Letters,
    Other,
}

fn runs(text: &str) -> Vec<(Run, Range<usize>)> {
    let mut runs: Vec<(Run, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let kind = match c {
            '0'..='9' => Run::Digits,
            'a'..='z' | 'A'..='Z' => Run::Letters,
            _ => Run::Other,
        };
        match runs.last_mut() {
            Some((last, range)) if *last == kind => range.end = at + c.len_utf8(),
            _ => runs.push((kind, at..at + c.len_utf8())),
        }
    }
    // Blanks around the date are no part of it.
    while runs.first().is_some_and(|(_, r)| text[r.clone()].trim().is_empty()) {
        runs.remove(0);
    }
    while runs.last().is_some_and(|(_, r)| text[r.clone()].trim().is_empty()) {
        runs.pop();
    }
    runs
}

/// `2020-03-14`, `3/14/2020`, `14.3.20`, with or without a time; `2020-03`, `2020`.
fn numeric<'a>(
    text: &'a str,
    runs: &[(Run, Range<usize>)],
    style: DateStyle,
) -> Option<CellDate<'a>> {
    let digits = |n: usize| -> Option<(Range<usize>, i16)> {
        let (kind, range) = runs.get(n)?;
        let text = (*kind == Run::Digits).then(|| &text[range.clone()])?;
        (text.len() <= 4).then(|| Some((range.clone(), text.parse().ok()?)))?
    };
    let separator = |n: usize| -> Option<&str> { runs.get(n).map(|(_, r)| &text[r.clone()]) };
    let (first, a) = digits(0)?;
    if runs.len() == 1 {
        let year = (first.len() == 4 && (1800..=2200).contains(&a)).then_some(a)?;
        return Some(whole(text, vec![(first, Part::Year)], PartialDate::Year(year)));
    }
    let sep = separator(1).filter(|s| matches!(*s, "-" | "/" | "."))?;
    let (second, b) = digits(2)?;
    if runs.len() == 3 {
        let fits = first.len() == 4 && second.len() == 2 && (1..=12).contains(&b) && sep != ".";
        let date = fits.then_some(PartialDate::Month { year: a, month: b as i8 })?;
        return Some(whole(text, vec![(first, Part::Year), (second, Part::Month)], date));
    }
    (separator(3) == Some(sep)).then_some(())?;
    let (third, c) = digits(4)?;
    time_follows(text, third.end).then_some(())?;
    if first.len() == 4 {
        let date = day(a, b, c)?;
        let parts = vec![(first, Part::Year), (second, Part::Month), (third, Part::Day)];
        return Some(whole(text, parts, date));
    }
    (first.len() <= 2 && second.len() <= 2 && matches!(third.len(), 2 | 4)).then_some(())?;
    let year = if third.len() == 2 { century(c) } else { c };
    let day_first = sep == "." || a > 12 || (style.day_first && b <= 12);
    let (month, day_of_month) = if day_first { (b, a) } else { (a, b) };
    let date = day(year, month, day_of_month)?;
    let (one, two) = if day_first { (Part::Day, Part::Month) } else { (Part::Month, Part::Day) };
    let mut read = whole(text, vec![(first, one), (second, two), (third, Part::Year)], date);
    read.ambiguous = sep != "." && a <= 12 && b <= 12;
    Some(read)
}

/// `14-MAR-2020`, `14 March 2020`, `March 14, 2020`.
fn named<'a>(text: &'a str, runs: &[(Run, Range<usize>)]) -> Option<CellDate<'a>> {
    let get = |n: usize, kind: Run| -> Option<(Range<usize>, &str)> {
        let (k, range) = runs.get(n)?;
        (*k == kind).then(|| (range.clone(), &text[range.clone()]))
    };
    let gap = |n: usize| {
        get(n, Run::Other).filter(|(_, s)| matches!(s.trim(), "" | "-" | "/" | "," | "." | ".,"))
    };
    let (name_at, day_at) = if runs.first()?.0 == Run::Letters { (0, 2) } else { (2, 0) };
    let (name_range, name) = get(name_at, Run::Letters)?;
    let (day_range, day_text) = get(day_at, Run::Digits)?;
    let (year_range, year_text) = get(4, Run::Digits)?;
    gap(1)?;
    gap(3)?;
    let month = month_number(name)?;
    let year: i16 = match year_text.len() {
        2 => century(year_text.parse().ok()?),
        4 => year_text.parse().ok()?,
        _ => return None,
    };
    (day_text.len() <= 2 && time_follows(text, year_range.end)).then_some(())?;
    let date = day(year, month, day_text.parse().ok()?)?;
    let mut parts =
        vec![(name_range, Part::MonthName), (day_range, Part::Day), (year_range, Part::Year)];
    parts.sort_by_key(|(r, _)| r.start);
    Some(whole(text, parts, date))
}

/// `20200314`, `202003141530`, `20200314153059`.
fn compact<'a>(text: &'a str, runs: &[(Run, Range<usize>)]) -> Option<CellDate<'a>> {
    let [(Run::Digits, range)] = runs else { return None };
    let digits = &text[range.clone()];
    matches!(digits.len(), 8 | 12 | 14).then_some(())?;
    let year: i16 = digits[..4].parse().ok()?;
    (1850..=2150).contains(&year).then_some(())?;
    let date = day(year, digits[4..6].parse().ok()?, digits[6..8].parse().ok()?)?;
    let at = range.start;
    let parts =
        vec![(at..at + 4, Part::Year), (at + 4..at + 6, Part::Month), (at + 6..at + 8, Part::Day)];
    Some(whole(text, parts, date))
}

fn whole(text: &str, parts: Vec<(Range<usize>, Part)>, date: PartialDate) -> CellDate<'_> {
    CellDate { text, parts, date, ambiguous: false }
}

fn day(year: i16, month: i16, day: i16) -> Option<PartialDate> {
    (1000..=9999).contains(&year).then_some(())?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(PartialDate::Day)
}

/// Two-digit years from 31 on are of the twentieth century.
fn century(year: i16) -> i16 {
    if year > 30 { 1900 + year } else { 2000 + year }
}

fn month_number(name: &str) -> Option<i16> {
    let name = name.to_ascii_lowercase();
    let at = MONTHS.iter().position(|m| {
        let m = m.to_ascii_lowercase();
        name == m
            || (name.len() == 3 && m.starts_with(&name))
            || (name == "sept" && m == "september")
    })?;
    Some(at as i16 + 1)
}

/// Whether what follows the date is nothing, or a time of day.
fn time_follows(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_end();
    let Some(first) = rest.chars().next() else { return true };
    let body = rest[first.len_utf8()..].trim_start();
    matches!(first, 'T' | 't' | ' ' | ',')
        && body.starts_with(|c: char| c.is_ascii_digit())
        && body.contains(':')
        && body.chars().all(|c| c.is_ascii_digit() || ":.+-,TZz AaPpMm".contains(c))
}

/// Learns the style of a column from its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct StyleSurvey {
    day_first: u32,
    month_first: u32,
    single_digit: bool,
    ambiguous: bool,
}

impl StyleSurvey {
    pub(crate) fn see(&mut self, text: &str) {
        let Some(read) = read_in(text, DateStyle::default()) else { return };
        self.single_digit |= read.has_single_digit();
        if read.ambiguous {
            self.ambiguous = true;
            return;
        }
        match read.parts.first() {
            Some((_, Part::Day)) if read.parts[1].1 == Part::Month => self.day_first += 1,
            Some((_, Part::Month)) if read.parts.len() == 3 => self.month_first += 1,
            _ => {}
        }
    }

    /// Whether more values could still change the answer.
    pub(crate) fn is_open(&self) -> bool {
        self.ambiguous && self.day_first == 0 && self.month_first == 0
    }

    pub(crate) fn style(&self) -> DateStyle {
        DateStyle { day_first: self.day_first > self.month_first, padded: !self.single_digit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::DateShift;

    #[test]
    fn dates_move_in_their_own_format() {
        let shift = DateShift::new(31).unwrap();
        let check = |text: &str, expect: &str| {
            let style = DateStyle::default();
            let read = read_in(text, style).unwrap_or_else(|| panic!("{text} is a date"));
            let moved = shift.apply_partial(read.date).unwrap();
            assert_eq!(read.with(moved, style), expect);
        };
        check("2020-01-31", "2020-03-02");
        check("2020-01-31T10:20:30.123+01:00", "2020-03-02T10:20:30.123+01:00");
        check("2020-01-31 10:20", "2020-03-02 10:20");
        check("2020/01/31", "2020/03/02");
        check("1/31/2020", "3/2/2020");
        check("01/31/2020", "03/02/2020");
        check("01/31/20", "03/02/20");
        check("01/31/2020 3:04 PM", "03/02/2020 3:04 PM");
        check("31.1.2020", "2.3.2020");
        check("31.01.2020", "02.03.2020");
        check("31/01/2020", "02/03/2020");
        check("31-JAN-2020", "02-MAR-2020");
        check("31 January 2020", "02 March 2020");
        check("Jan 31, 2020", "Mar 02, 2020");
        check("20200131", "20200302");
        check("20200131101500", "20200302101500");
        check("2020-01", "2020-02");
        check("2020", "2020");
        check(" 2020-01-31 ", " 2020-03-02 ");
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        let check = |text: &str| assert!(read(text).is_none(), "{text} read as a date");
        check("");
        check("2020");
        check("20200131");
        check("12345");
        check("250.83");
        check("2020-13-01");
        check("30/30/2020");
        check("1.2.3.4");
        check("555-01-0199");
        check("2020-01-31 and more");
        check("C5/6");
        check("[70-80)");
        check("é/é/é");
    }

    #[test]
    fn a_column_s_values_tell_its_order() {
        let style = |values: &[&str]| {
            let mut survey = StyleSurvey::default();
            values.iter().for_each(|v| survey.see(v));
            survey.style()
        };
        assert!(!style(&["03/04/2020", "05/06/2020"]).day_first);
        assert!(style(&["03/04/2020", "25/06/2020"]).day_first);
        assert!(!style(&["03/04/2020", "05/26/2020"]).day_first);
        assert!(style(&["03/04/2020"]).padded);
        assert!(!style(&["3/4/2020", "10/12/2020"]).padded);
        let day_first = DateStyle { day_first: true, padded: true };
        let read = read_in("03/04/2020", day_first).unwrap();
        assert_eq!(read.date.to_string(), "2020-04-03");
        assert_eq!(read.with(read.date, day_first), "03/04/2020");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = read_in(&text, DateStyle::default());
        }
    }
}
