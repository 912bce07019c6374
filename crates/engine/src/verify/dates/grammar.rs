//! The verifier's own date grammar, which shares nothing with the one that wrote the dates.
//!
//! Read are ISO 8601 (whole, by month, by day of the year, basic with or without a time), US and
//! day-first numeric dates with two or four digits of year, month names of seven languages and in
//! Roman numerals, the signs of East Asia, and quarters and weeks with their year, all in the
//! digits, dashes and spaces of any script. A numeric date that can be read both ways, or in two
//! centuries, is taken in every reading.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::names::{self, Trust};
use super::plain::Plain;
use super::{FoundDate, Precision};

/// Finds the dates of a text, in order and without overlap.
pub fn find_dates(text: &str) -> Vec<FoundDate> {
    if text.is_ascii() {
        return scan(text.as_bytes());
    }
    let plain = Plain::of(text);
    let mut dates = scan(&plain.bytes);
    for date in &mut dates {
        date.span = plain.there(&date.span, text);
    }
    dates
}

fn scan(bytes: &[u8]) -> Vec<FoundDate> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        if !b.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let fresh = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let date = match b.is_ascii_digit() {
            true if at == 0 || !bytes[at - 1].is_ascii_digit() => numeric(bytes, at),
            false if fresh => month_first(bytes, at).or_else(|| roman_first(bytes, at)),
            _ => None,
        };
        let date = date.or_else(|| if fresh { part_of_year(bytes, at) } else { None });
        match date {
            Some(date) => {
                at = date.span.end;
                found.push(date);
            }
            // To the end of the run of letters or digits.
            None => {
                at += bytes[at..]
                    .iter()
                    .take_while(|c| {
                        c.is_ascii_alphanumeric() && c.is_ascii_digit() == b.is_ascii_digit()
                    })
                    .count();
            }
        }
    }
    found
}

/// A run of digits: its value and its end. Runs of more than eight digits are cut.
fn digits(bytes: &[u8], at: usize) -> (u32, usize) {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = rest[..length.min(8)].iter().fold(0, |v, b| v * 10 + u32::from(b - b'0'));
    (value, at + length)
}

fn ends(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|b| !b.is_ascii_alphanumeric())
}

fn found(
    span: Range<usize>,
    precision: Precision,
    readings: [Option<Date>; 4],
) -> Option<FoundDate> {
    readings.iter().any(Option::is_some).then_some(FoundDate {
        span,
        precision,
        weak: false,
        readings,
    })
}

fn numeric(bytes: &[u8], at: usize) -> Option<FoundDate> {
    let (first, end) = digits(bytes, at);
    match end - at {
        1 | 2 => small_first(bytes, at, first, end),
        4 => year_first(bytes, at, first, end),
        8 => {
            let date = plausible(first / 10_000, first / 100 % 100, first % 100)?;
            let t = bytes.get(end).is_some_and(|b| *b == b'T');
            (ends(bytes, end) || t).then_some(())?;
            found(at..end, Precision::Day, [Some(date), None, None, None])
        }
        // HL7's date and time in one run.
        12 | 14 => {
            let date = plausible(first / 10_000, first / 100 % 100, first % 100)?;
            let (hour, _) = digits(&bytes[..at + 10], at + 8);
            (hour < 24).then_some(())?;
            found(at..at + 8, Precision::Day, [Some(date), None, None, None])
        }
        _ => None,
    }
}

fn year_first(bytes: &[u8], at: usize, year: u32, end: usize) -> Option<FoundDate> {
    year_in_signs(bytes, at, year, end)
        .or_else(|| year_marked(bytes, at, year, end))
        .or_else(|| year_in_numbers(bytes, at, year, end))
}

/// `2021年3月4日`, `2021년 3월`.
fn year_in_signs(bytes: &[u8], at: usize, year: u32, end: usize) -> Option<FoundDate> {
    let past = |at: usize, signs: [&str; 2]| {
        let start = at + usize::from(bytes.get(at) == Some(&b' '));
        let sign = signs.iter().find(|sign| {
            bytes.get(start..).is_some_and(|rest| rest.starts_with(sign.as_bytes()))
        })?;
        Some(start + sign.len())
    };
    let month_at = past(end, ["年", "년"])?;
    let month_at = skip(bytes, month_at, b" ");
    let (month, month_end) = digits(bytes, month_at);
    let signed = past(month_end, ["月", "월"])?;
    let (day, day_end) = digits(bytes, skip(bytes, signed, b" "));
    let first = plausible(year, month, 1)?;
    let day = past(day_end, ["日", "일"]).and_then(|to| Some((plausible(year, month, day)?, to)));
    match day {
        Some((date, to)) => found(at..to, Precision::Day, [Some(date), None, None, None]),
        None => found(at..signed, Precision::Month, [Some(first), None, None, None]),
    }
}

/// `2021 03 04` and `2021-063`, which other numbers look like.
fn year_in_numbers(bytes: &[u8], at: usize, year: u32, end: usize) -> Option<FoundDate> {
    let (second, second_end) = digits(bytes, end + 1);
    let (date, to) = match (bytes.get(end)?, second_end.checked_sub(end + 1)?) {
        (b'-', 3) if bytes.get(second_end) != Some(&b'-') => {
            let new_year = plausible(year, 1, 1)?;
            let days = i64::from(second).checked_sub(1)?;
            let date = new_year.checked_add(days.days()).ok()?;
            (Some(date).filter(|d| d.year() == new_year.year()), second_end)
        }
        (b' ', 2) if bytes.get(second_end) == Some(&b' ') => {
            let (day, day_end) = digits(bytes, second_end + 1);
            (plausible(year, second, day).filter(|_| day_end == second_end + 3), day_end)
        }
        _ => return None,
    };
    let mut date = found(at..to, Precision::Day, [date, None, None, None])?;
    date.weak = true;
    Some(date).filter(|_| ends(bytes, to))
}

fn year_marked(bytes: &[u8], at: usize, year: u32, end: usize) -> Option<FoundDate> {
    let sep = *bytes.get(end).filter(|b| matches!(b, b'-' | b'/' | b'.'))?;
    if !(1880..=2150).contains(&year) {
        return None;
    }
    let (month, month_end) = digits(bytes, end + 1);
    if month_end == end + 1 {
        // `2020-Jan-05`
        let (month, month_end, _) = month_name(bytes, end + 1)?;
        let day_at = skip(bytes, month_end, b"- /.");
        let (day, day_end) = digits(bytes, day_at);
        let date = plausible(year, month, day)?;
        return found(at..day_end, Precision::Day, [Some(date), None, None, None]);
    }
    if month_end - end > 3 {
        return None;
    }
    if bytes.get(month_end) == Some(&sep) {
        let (day, day_end) = digits(bytes, month_end + 1);
        if (1..=2).contains(&(day_end - month_end - 1)) {
            let day_first = plausible(year, day, month).filter(|_| day != month && sep != b'-');
            return found(
                at..day_end,
                Precision::Day,
                [plausible(year, month, day), day_first, None, None],
            );
        }
    }
    let alone = ends(bytes, month_end) && month_end - end == 3 && sep != b'.';
    alone.then_some(())?;
    found(at..month_end, Precision::Month, [plausible(year, month, 1), None, None, None])
}

fn small_first(bytes: &[u8], at: usize, first: u32, end: usize) -> Option<FoundDate> {
    if let Some(date) = day_then_month(bytes, at, first, end) {
        return Some(date);
    }
    // `1.2.3.4`, and fractions that go on.
    if at > 0 && matches!(bytes[at - 1], b'.' | b'/') && at > 1 && bytes[at - 2].is_ascii_digit() {
        return None;
    }
    day_then_roman(bytes, at, first, end)
        .or_else(|| marked(bytes, at, first, end))
        .or_else(|| spaced(bytes, at, first, end))
        .or_else(|| dotted(bytes, at, first, end))
}

/// `4.III.2021`, `4. III. 2021`, `4-III-21`.
fn day_then_roman(bytes: &[u8], at: usize, day: u32, end: usize) -> Option<FoundDate> {
    let past = |at: usize| {
        let mark = *bytes.get(at).filter(|b| matches!(b, b'-' | b'/' | b'.'))?;
        Some((mark, skip(bytes, at + 1, if mark == b'.' { b" " } else { b"" })))
    };
    let (mark, start) = past(end)?;
    let (month, length) = names::roman(bytes.get(start..)?)?;
    let (again, year_at) = past(start + length)?;
    let (value, year_end) = digits(bytes, year_at);
    let years = match year_end - year_at {
        4 => [Some(value), None],
        2 => [Some(1900 + value), Some(2000 + value)],
        _ => return None,
    };
    let read = |year: Option<u32>| plausible(year?, month, day);
    let near = again == mark && start <= end + 3 && ends(bytes, year_end);
    let readings = [read(years[0]), read(years[1]), None, None];
    let mut date = found(at..year_end, Precision::Day, readings).filter(|_| near)?;
    date.weak = years[1].is_some();
    Some(date)
}

/// `III/2021`
fn roman_first(bytes: &[u8], at: usize) -> Option<FoundDate> {
    let (month, length) = names::roman(&bytes[at..])?;
    let end = at + length;
    let (year, year_end) = digits(bytes, end + 1);
    let whole = bytes.get(end) == Some(&b'/') && year_end == end + 5 && ends(bytes, year_end);
    let first = plausible(year, month, 1).filter(|_| whole);
    let mut date = found(at..year_end, Precision::Month, [first, None, None, None])?;
    date.weak = at > 0 && matches!(bytes[at - 1], b'/' | b'-' | b'.');
    Some(date)
}

/// `4. 3. 2021`, `4 / 3 / 2021`, `3 4 2021`: day and month with spaces beside the marks.
fn spaced(bytes: &[u8], at: usize, first: u32, end: usize) -> Option<FoundDate> {
    let past = |at: usize| {
        let start = at + usize::from(bytes.get(at) == Some(&b' '));
        let mark = *bytes.get(start)?;
        match mark {
            b'-' | b'/' | b'.' => {
                Some((mark, start + 1 + usize::from(bytes.get(start + 1) == Some(&b' '))))
            }
            _ => (start > at).then_some((b' ', start)),
        }
    };
    let (mark, second_at) = past(end)?;
    let (second, second_end) = digits(bytes, second_at);
    let (again, third_at) = past(second_end)?;
    let (year, year_end) = digits(bytes, third_at);
    let shaped = (1..=2).contains(&(second_end - second_at))
        && again == mark
        && year_end == third_at + 4
        && ends(bytes, year_end);
    let readings = [
        plausible(year, first, second),
        plausible(year, second, first).filter(|_| first != second),
        None,
        None,
    ];
    let mut date = found(at..year_end, Precision::Day, readings).filter(|_| shaped)?;
    date.weak = mark != b'.';
    Some(date)
}

/// `04.03.`: as often a number at the end of a sentence.
fn dotted(bytes: &[u8], at: usize, day: u32, end: usize) -> Option<FoundDate> {
    let (month, month_end) = digits(bytes, end + 1);
    let shaped = bytes.get(end) == Some(&b'.')
        && bytes.get(month_end) == Some(&b'.')
        && (1..=2).contains(&(month_end - end - 1))
        && ends(bytes, month_end + 1);
    let date = plausible(2000, month, day).filter(|_| shaped);
    let mut date = found(at..month_end, Precision::MonthDay, [date, None, None, None])?;
    date.weak = true;
    Some(date)
}

fn marked(bytes: &[u8], at: usize, first: u32, end: usize) -> Option<FoundDate> {
    let sep = *bytes.get(end).filter(|b| matches!(b, b'-' | b'/' | b'.'))?;
    let (second, second_end) = digits(bytes, end + 1);
    match second_end - end - 1 {
        4 if sep != b'.' && ends(bytes, second_end) => {
            let month = plausible(second, first, 1);
            let mut date = found(at..second_end, Precision::Month, [month, None, None, None])?;
            date.weak = sep == b'-';
            Some(date)
        }
        1 | 2 if bytes.get(second_end) == Some(&sep) => {
            let (third, third_end) = digits(bytes, second_end + 1);
            let years = match third_end - second_end - 1 {
                4 => [Some(third), None],
                2 => [Some(1900 + third), Some(2000 + third)],
                // A slip of the pen: `3/4/021`.
                3 if third < 100 => [Some(1900 + third), Some(2000 + third)],
                _ => return None,
            };
            let more = bytes.get(third_end) == Some(&sep)
                && bytes.get(third_end + 1).is_some_and(u8::is_ascii_digit);
            if more || !ends(bytes, third_end) && bytes[third_end] != b'T' {
                return None;
            }
            let read = |month: u32, day: u32, year: Option<u32>| plausible(year?, month, day);
            let turned = first != second;
            let mut date = found(
                at..third_end,
                Precision::Day,
                [
                    read(first, second, years[0]),
                    read(first, second, years[1]),
                    read(second, first, years[0]).filter(|_| turned),
                    read(second, first, years[1]).filter(|_| turned),
                ],
            )?;
            date.weak = sep == b'.' && years[1].is_some();
            Some(date)
        }
        // `C5/6` is a vertebra.
        1 | 2
            if sep == b'/'
                && ends(bytes, second_end)
                && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric()) =>
        {
            let day = plausible(2000, first, second);
            let mut date = found(at..second_end, Precision::MonthDay, [day, None, None, None])?;
            date.weak = true;
            Some(date)
        }
        _ => None,
    }
}

/// `5 January 1955`, `5-Jan-55`, `5th of January`, `05JAN1955`.
fn day_then_month(bytes: &[u8], at: usize, day: u32, end: usize) -> Option<FoundDate> {
    let mut next = ordinal(bytes, end);
    next = skip(bytes, next, b" -./,");
    let tied = tie(bytes, next);
    if tied > next {
        next = skip(bytes, tied, b" ");
    }
    if next > end + 8 {
        return None;
    }
    let (month, month_end, trust) = month_name(bytes, next)?;
    // Two digits behind `2 out` are a year behind a dash alone.
    let year = year_after(bytes, month_end).filter(|(years, year_end)| {
        trust == Trust::English
            || years[1].is_none()
            || matches!(bytes[*year_end - 3], b'\'' | b'-' | b'/')
    });
    match year {
        Some((years, year_end)) => {
            let read = |year: Option<u32>| plausible(year?, month, day);
            let readings = [read(years[0]), read(years[1]), None, None];
            found(at..year_end, Precision::Day, readings)
        }
        // `grade 3, mai` is no day of a month.
        None if trust != Trust::English && bytes[end..next].contains(&b',') => None,
        None => {
            let reading = plausible(2000, month, day);
            let capital = bytes[next].is_ascii_uppercase();
            let mut date = found(at..month_end, Precision::MonthDay, [reading, None, None, None])?;
            date.weak = match trust {
                Trust::English | Trust::Name => false,
                Trust::Short => !capital,
                Trust::Word => true,
            };
            Some(date)
        }
    }
}

/// Past the word between a day and its month, or a month and its year.
fn tie(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    for word in ["of ", "de ", "del "] {
        if rest.get(..word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes())) {
            return at + word.len();
        }
    }
    at
}

/// `January 5, 1955`, `Jan. 5th 1955`, `January 1955`, `January 5`.
fn month_first(bytes: &[u8], at: usize) -> Option<FoundDate> {
    let (month, month_end, trust) = month_name(bytes, at).filter(|(.., t)| *t != Trust::Word)?;
    let next = tie(bytes, skip(bytes, month_end, b" .-,/"));
    let (value, end) = digits(bytes, next);
    match end - next {
        1 | 2 if next <= month_end + 8 => {
            let day_end = ordinal(bytes, end);
            if !ends(bytes, day_end) || numeric_goes_on(bytes, day_end) {
                return None;
            }
            match year_after(bytes, day_end).filter(|(years, year_end)| {
                // A two-digit number after the day is a year after a comma or dash alone.
                years[1].is_none() || matches!(bytes[*year_end - 3], b'\'' | b'-' | b'/')
            }) {
                Some((years, year_end)) => {
                    let read = |year: Option<u32>| plausible(year?, month, value);
                    let readings = [read(years[0]), read(years[1]), None, None];
                    found(at..year_end, Precision::Day, readings)
                }
                // `MARCH1` is a gene; other languages write the day first.
                None if next == month_end || trust != Trust::English => None,
                None => {
                    let reading = plausible(2000, month, value);
                    let clock =
                        bytes.get(day_end) == Some(&b':') || bytes.get(day_end) == Some(&b'/');
                    let mut date =
                        found(at..day_end, Precision::MonthDay, [reading, None, None, None])?;
                    // `may 5 mg`: an auxiliary verb in lower case.
                    date.weak = clock || bytes[at].is_ascii_lowercase();
                    Some(date)
                }
            }
        }
        4 if ends(bytes, end) => {
            let reading = plausible(value, month, 1);
            found(at..end, Precision::Month, [reading, None, None, None])
        }
        _ => None,
    }
}

/// Whether a number is the first of a numeric date: `May 05/20/2022` names somebody called May.
fn numeric_goes_on(bytes: &[u8], end: usize) -> bool {
    let Some(mark) = bytes.get(end).filter(|b| matches!(b, b'/' | b'-' | b'.')) else {
        return false;
    };
    let (_, second) = digits(bytes, end + 1);
    second > end + 1
        && bytes.get(second) == Some(mark)
        && bytes.get(second + 1).is_some_and(u8::is_ascii_digit)
}

/// A quarter or week with its year: `Q1 2021`, `1Q21`, `first quarter of 2021`, `2021-Q1`,
/// `week 12 of 2021`, `2021-W12`.
fn part_of_year(bytes: &[u8], at: usize) -> Option<FoundDate> {
    if bytes[at].is_ascii_digit() {
        let (year, end) = digits(bytes, at);
        if end - at == 4 {
            return part_behind_year(bytes, at, year, end);
        }
    }
    let (precision, number, end) = part_name(bytes, at)?;
    let mut next = skip(bytes, end, b" ,-/'");
    let quoted = next > end && bytes[next - 1] == b'\'';
    for word in ["of ", "in ", "the ", "year "] {
        let inside = bytes.get(next..next + word.len());
        if inside.is_some_and(|inside| inside.eq_ignore_ascii_case(word.as_bytes())) {
            next += word.len();
        }
    }
    if next > end + 16 {
        return None;
    }
    let (value, year_end) = digits(bytes, next);
    // `1Q21` is also a band of a chromosome, written `1q21` where case tells.
    let tight = next == end && end == at + 2 && bytes[at + 1] == b'Q';
    let year = match year_end - next {
        4 => value,
        2 if quoted || tight => 2000 + value,
        _ => return None,
    };
    let ended = ends(bytes, year_end)
        && !(bytes.get(year_end) == Some(&b'.')
            && bytes.get(year_end + 1).is_some_and(u8::is_ascii_digit));
    let mut date = start_of(precision, year, number)
        .filter(|_| ended && (next > end || end == at + 2))
        .and_then(|date| found(at..year_end, precision, [Some(date), None, None, None]))?;
    date.weak = tight || bytes[at] == b'q' || end == at + 2 && bytes[at + 1] == b'q';
    Some(date)
}

/// `2021-W12`, `2021W12`, `2021 Q1`.
fn part_behind_year(bytes: &[u8], at: usize, year: u32, end: usize) -> Option<FoundDate> {
    let next = skip(bytes, end, b" -/,");
    let precision = match bytes.get(next).filter(|_| next <= end + 2)? {
        b'Q' => Precision::Quarter,
        b'W' => Precision::Week,
        _ => return None,
    };
    let (value, number_end) = digits(bytes, next + 1);
    let number = match (precision, number_end - next - 1) {
        (Precision::Quarter, 1) | (Precision::Week, 2) => value,
        // The day of the week stands behind.
        (Precision::Week, 3) => value / 10,
        _ => return None,
    };
    let timed = bytes.get(number_end) == Some(&b'T');
    let date = start_of(precision, year, number).filter(|_| timed || ends(bytes, number_end))?;
    found(at..number_end, precision, [Some(date), None, None, None])
}

/// What names a quarter or week, with its number and end.
fn part_name(bytes: &[u8], at: usize) -> Option<(Precision, u32, usize)> {
    const ORDINALS: [&[u8]; 6] = [b"first", b"second", b"third", b"fourth", b"last", b"final"];
    let word = |at: usize| {
        let length = bytes.iter().skip(at).take(9).take_while(|b| b.is_ascii_alphabetic()).count();
        &bytes[at.min(bytes.len())..][..length]
    };
    let name = word(at);
    if name.eq_ignore_ascii_case(b"q") {
        let (number, end) = digits(bytes, at + 1);
        return (end == at + 2).then_some((Precision::Quarter, number, end));
    }
    if let Some(precision) = unit_of(name) {
        let start = skip(bytes, at + name.len(), b" .#");
        let (number, end) = digits(bytes, start);
        let near = start > at + name.len() && (1..=2).contains(&(end - start));
        return near.then_some((precision, number, end));
    }
    let place = ORDINALS.iter().position(|ordinal| ordinal.eq_ignore_ascii_case(name));
    let (number, end) = match place {
        Some(place) => (place.min(3) as u32 + 1, at + name.len()),
        None => {
            let (number, end) = digits(bytes, at);
            if end == at + 1 && word(end).eq_ignore_ascii_case(b"q") {
                return Some((Precision::Quarter, number, end + 1));
            }
            let suffixed = ordinal(bytes, end);
            ((1..=2).contains(&(end - at)) && suffixed > end).then_some((number, suffixed))?
        }
    };
    let next = skip(bytes, end, b" -");
    let named = word(next);
    let precision = unit_of(named).filter(|_| next > end)?;
    // The last week has no number that is the same in every year.
    if precision == Precision::Week && place.is_some_and(|place| place > 3) {
        return None;
    }
    let end = next + named.len();
    Some((precision, number, if bytes.get(end) == Some(&b'.') { end + 1 } else { end }))
}

fn unit_of(name: &[u8]) -> Option<Precision> {
    let is = |words: [&[u8]; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(name));
    if is([b"quarter", b"quarters", b"qtr", b"qtrs"]) {
        return Some(Precision::Quarter);
    }
    is([b"week", b"weeks", b"wk", b"wks"]).then_some(Precision::Week)
}

/// The first day of a quarter or week.
fn start_of(precision: Precision, year: u32, number: u32) -> Option<Date> {
    if precision == Precision::Quarter {
        let month = (1..=4).contains(&number).then(|| number * 3 - 2)?;
        return plausible(year, month, 1);
    }
    plausible(year, 1, 1)?;
    let week = i8::try_from(number).ok()?;
    ISOWeekDate::new(year as i16, week, Weekday::Monday).ok().map(|monday| monday.date())
}

/// A year after a day or month: four digits, or two.
fn year_after(bytes: &[u8], at: usize) -> Option<([Option<u32>; 2], usize)> {
    let start = skip(bytes, at, b" ,.-/'");
    let next = tie(bytes, start);
    if start > at + 4 {
        return None;
    }
    let (value, end) = digits(bytes, next);
    let ended = ends(bytes, end) || bytes[end] == b'T';
    match end - next {
        4 if ended && (1880..=2150).contains(&value) => Some(([Some(value), None], end)),
        2 if ended && bytes.get(end) != Some(&b':') => {
            Some(([Some(1900 + value), Some(2000 + value)], end))
        }
        _ => None,
    }
}

fn ordinal(bytes: &[u8], at: usize) -> usize {
    match lower(bytes, at, 2) {
        [b's', b't', _] | [b'n' | b'r', b'd', _] | [b't', b'h', _] | [b'e', b'r', _] => at + 2,
        _ => at,
    }
}

/// Up to three bytes in lower case, zeros where the text ends.
fn lower(bytes: &[u8], at: usize, n: usize) -> [u8; 3] {
    let mut out = [0; 3];
    for (to, from) in out.iter_mut().zip(bytes.iter().skip(at).take(n)) {
        *to = from.to_ascii_lowercase();
    }
    out
}

fn skip(bytes: &[u8], mut at: usize, set: &[u8]) -> usize {
    while bytes.get(at).is_some_and(|b| set.contains(b)) {
        at += 1;
    }
    at
}

const NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A month's name or its abbreviation, with the end of the word.
fn month_name(bytes: &[u8], at: usize) -> Option<(u32, usize, Trust)> {
    let length = bytes.iter().skip(at).take(11).take_while(|b| b.is_ascii_alphabetic()).count();
    if length < 3 || !names::may_name(&bytes[at..at + length]) {
        return None;
    }
    let word = &bytes[at..at + length];
    let month = NAMES.iter().position(|name| {
        let name = name.as_bytes();
        let cut = length == 3 || name == b"september" && length == 4;
        (length == name.len() || cut && length <= name.len())
            && name[..length].eq_ignore_ascii_case(word)
    });
    let (month, trust) = match month {
        Some(month) => (month as u32 + 1, Trust::English),
        None => names::foreign(word)?,
    };
    Some((month, at + length, trust))
}

/// A date of a life on record.
fn plausible(year: u32, month: u32, day: u32) -> Option<Date> {
    if !(1880..=2150).contains(&year) {
        return None;
    }
    Date::new(year as i16, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn whole_dates_are_read_in_every_form() {
        let may = date(1955, 5, 3);
        let check = |text: &str, expect: &str| {
            let found = find_dates(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(&text[found[0].span.clone()], expect, "{text}");
            assert_eq!(found[0].precision, Precision::Day, "{text}");
            assert!(found[0].readings().any(|d| d == may), "{text}: {found:?}");
        };
        check("born 1955-05-03.", "1955-05-03");
        check("1955-05-03T10:20:00Z", "1955-05-03");
        check("1955/05/03", "1955/05/03");
        check("DOB:5/3/1955", "5/3/1955");
        check("05/03/55", "05/03/55");
        check("5-3-1955", "5-3-1955");
        check("03.05.1955", "03.05.1955");
        check("on May 3, 1955 at", "May 3, 1955");
        check("MAY 3RD 1955", "MAY 3RD 1955");
        check("May. 3 1955", "May. 3 1955");
        check("the 3rd of May, 1955", "3rd of May, 1955");
        check("3 May 1955", "3 May 1955");
        check("3-May-55", "3-May-55");
        check("03MAY1955", "03MAY1955");
        check("1955-May-03", "1955-May-03");
        check("19550503", "19550503");
        check("195505031030", "19550503");
        check("19550503103015", "19550503");
        check("|19550503|", "19550503");
        check("am 3. Mai 1955", "3. Mai 1955");
        check("el 3 de mayo de 1955.", "3 de mayo de 1955");
        check("le 3 mai 1955", "3 mai 1955");
        check("3 MAGGIO 1955", "3 MAGGIO 1955");
        check("3-mag-55", "3-mag-55");
        check("on 3. 5. 1955 for", "3. 5. 1955");
        check("on 3 . 5 . 1955 for", "3 . 5 . 1955");
        check("3.V.1955", "3.V.1955");
        check("3. V. 1955", "3. V. 1955");
        check("3-V-1955", "3-V-1955");
        check("1955 05 03", "1955 05 03");
        check("1955-123", "1955-123");
        check("入院1955年5月3日です", "1955年5月3日");
        check("1955년 5월 3일", "1955년 5월 3일");
        check("３.5.1955", "３.5.1955");
        check("05\u{2011}3\u{2011}1955", "05\u{2011}3\u{2011}1955");
        check("5\u{2009}3\u{a0}1955", "5\u{2009}3\u{a0}1955");
        check("MAY3,1955", "MAY3,1955");
        check("05/03/055", "05/03/055");
        check("19\u{ad}55-05-03", "19\u{ad}55-05-03");
    }

    #[test]
    fn names_keep_their_accents() {
        let check = |text: &str, expect: &str| {
            let found = find_dates(text);
            let read: Vec<_> = found.iter().map(|d| &text[d.span.clone()]).collect();
            assert_eq!(read, [expect], "{text}");
            assert!(!found[0].weak, "{text}");
        };
        check("am 4. März 2021", "4. März 2021");
        check("4. MÄRZ 2021", "4. MÄRZ 2021");
        check("le 1er août", "1er août");
        check("février 2021", "février 2021");
        check("Mär 2021", "Mär 2021");
        check("4 de março de 2021", "4 de março de 2021");
        check("III/2021", "III/2021");
        check("2021年3月", "2021年3月");
    }

    #[test]
    fn partial_dates_are_told_apart() {
        let check = |text: &str, precision: Precision, weak: bool| {
            let found = find_dates(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].precision, found[0].weak), (precision, weak), "{text}");
        };
        check("since 2019-05", Precision::Month, false);
        check("05/2019", Precision::Month, false);
        check("May 2019", Precision::Month, false);
        check("on May 5 she", Precision::MonthDay, false);
        check("the 5th of May", Precision::MonthDay, false);
        check("strength 4/5", Precision::MonthDay, true);
        check("may 5 mg", Precision::MonthDay, true);
        check("1.2.20", Precision::Day, true);
        check("am 04.03. war", Precision::MonthDay, true);
        check("3 4 2021", Precision::Day, true);
        check("4. Okt", Precision::MonthDay, false);
        check("3 ago", Precision::MonthDay, true);
        check("1.II.20", Precision::Day, true);
        check("Q1 2021", Precision::Quarter, false);
        check("Q1'21", Precision::Quarter, false);
        check("2021-Q1", Precision::Quarter, false);
        check("in 1Q21", Precision::Quarter, true);
        check("the first quarter of 2021", Precision::Quarter, false);
        check("3RD QUARTER, 2021", Precision::Quarter, false);
        check("week 12 of 2021", Precision::Week, false);
        check("12th week of 2021", Precision::Week, false);
        check("2021-W12", Precision::Week, false);
        check("first week of 2021", Precision::Week, false);
        check("2021W123", Precision::Week, false);
    }

    #[test]
    fn what_is_no_date_is_left() {
        let check = |text: &str| assert_eq!(find_dates(text), vec![], "{text}");
        check("BP 120/80");
        check("C5/6");
        check("0.8 x 0.9 x 0.7 CM");
        check("13/45/2011");
        check("1.2.840.10008.1.2");
        check("LOINC 12345-6");
        check("phone 555-010-4477");
        check("12345678");
        check("may have");
        check("marched 500");
        check("2011");
        check("24:00");
        check("gain of 1q21");
        check("1Q21.3");
        check("q4h, Q1, week 12 of pregnancy");
        check("Q5 2021");
        check("week 54 of 2021");
        check("quarter of 2021");
        check("MARCH1 and OCT4");
        check("years ago 2021");
        check("Mars 3, mai tai, set 4");
        check("grade III/IV, II-XII");
        check("L4-5 and T12/L1");
        check("2021-366");
        check("");
    }
}
