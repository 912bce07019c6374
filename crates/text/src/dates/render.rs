//! Writes a moved date in the form of the one it replaces.

use anonymed_core::PartialDate;
use jiff::civil::Date;

use super::parts_of_year::QUARTERS;
use super::{Dated, Part, Reading, SEASONS, WEEKDAYS, fold, months};

/// The text with each of its dates moved by `shift`; `None` where one cannot be moved.
pub(crate) fn moved(
    text: &str,
    dates: &[Dated],
    reading: &Reading,
    shift: impl Fn(PartialDate) -> Option<PartialDate>,
) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 8);
    let mut at = 0;
    let mut month_before = None;
    let moved: Vec<PartialDate> =
        dates.iter().map(|date| shift(date.partial(reading)?)).collect::<Option<_>>()?;
    for (index, date) in dates.iter().enumerate() {
        let to = *moved.get(index)?;
        let (year, month, day) = match to {
            PartialDate::Day(day) if in_weeks(date) => {
                (day.iso_week_date().year(), Some(day.month()), Some(day.day()))
            }
            PartialDate::Day(date) => (date.year(), Some(date.month()), Some(date.day())),
            PartialDate::Month { year, month } => (year, Some(month), None),
            PartialDate::Year(year) => (year, None, None),
        };
        let padded = pads(text, date);
        for (part, span) in &date.parts {
            out.push_str(text.get(at..span.start)?);
            let old = text.get(span.clone())?;
            let number = |out: &mut String, value, padded| number_like(out, old, value, padded);
            match part {
                Part::Year => out.push_str(&fold::in_digits_of(old, &format!("{year:04}"))),
                Part::ShortYear => number(&mut out, year.rem_euclid(100) as i8, true),
                Part::Month => number(&mut out, month?, padded),
                Part::Day => number(&mut out, day?, padded),
                Part::Ordinal => ordinal(&mut out, old, day?),
                Part::MonthName => {
                    let before = text.get(date.span.start..span.start)?;
                    let after = text.get(span.end..date.span.end)?;
                    let tight = tight(text, span.start, span.end);
                    out.push_str(&months::renamed(old, month?, tight, before, after));
                }
                Part::RomanMonth => out.push_str(months::ROMAN.get(month? as usize - 1)?),
                Part::YearDay => {
                    let PartialDate::Day(date) = to else { return None };
                    out.push_str(&fold::in_digits_of(old, &format!("{:03}", date.day_of_year())));
                }
                Part::Season => out.push_str(&season(old, month?)),
                Part::Quarter => out.push_str(&quarter(old, (month? + 2) / 3)),
                Part::Week | Part::IsoDay => {
                    let PartialDate::Day(date) = to else { return None };
                    let week = date.iso_week_date();
                    let iso = text.get(..span.start)?.ends_with('W');
                    match part {
                        Part::IsoDay => {
                            out.push_str(&week.weekday().to_monday_one_offset().to_string());
                        }
                        _ if old.bytes().all(|b| b.is_ascii_alphabetic()) && week.week() <= 4 => {
                            out.push_str(&quarter(old, week.week()));
                        }
                        _ if old.ends_with(|c: char| c.is_ascii_alphabetic()) => {
                            ordinal(&mut out, old, week.week());
                        }
                        _ => number(&mut out, week.week(), iso || old.starts_with('0')),
                    }
                }
                Part::SharedMonth if month != month_before => {
                    let style = shared_style(text, dates)?;
                    out.push_str(&months::renamed(style, month?, false, "", ""));
                    out.push(' ');
                }
                Part::SharedMonth => {}
                Part::MonthBehind if month != moved.get(index + 1).and_then(month_of) => {
                    out.push(' ');
                    let style = shared_style(text, dates)?;
                    out.push_str(&months::renamed(style, month?, false, "", ""));
                }
                Part::MonthBehind => {}
                Part::Weekday => {
                    let PartialDate::Day(date) = to else { return None };
                    out.push_str(&weekday_name(old, date));
                }
            }
            at = span.end;
        }
        month_before = month;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

fn month_of(date: &PartialDate) -> Option<i8> {
    match date {
        PartialDate::Day(day) => Some(day.month()),
        PartialDate::Month { month, .. } => Some(*month),
        PartialDate::Year(_) => None,
    }
}

/// The years of the dates, as `2011` or `2010-2011`; `None` where none has one written.
pub(crate) fn years(dates: &[Dated]) -> Option<String> {
    let written = dates.iter().filter(|d| d.has_year());
    let mut years: Vec<i16> = written.filter_map(|d| d.year).collect();
    years.dedup();
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if first != last => Some(format!("{first:04}-{last:04}")),
        (Some(first), _) => Some(format!("{first:04}")),
        _ => None,
    }
}

/// Whether small numbers have a leading zero in this form.
fn pads(text: &str, date: &Dated) -> bool {
    let numbers = || {
        date.parts
            .iter()
            .filter(|(part, _)| matches!(part, Part::Day | Part::Month))
            .filter_map(|(_, span)| text.get(span.clone()))
    };
    // Beside a month's name a number has a zero only where one is written, or in `12-MAY-2011`.
    let named = date
        .parts
        .iter()
        .find(|(p, _)| matches!(p, Part::MonthName | Part::SharedMonth | Part::MonthBehind));
    let loose =
        named.is_some_and(|(_, span)| !tight(text, span.start, span.end) || span.is_empty());
    let zero = |n: &str| fold::folded(n).starts_with('0');
    numbers().all(|n| n.chars().count() == 2) && (!loose || numbers().any(zero))
}

/// A number in the digits of the old one.
fn number_like(out: &mut String, old: &str, value: i8, padded: bool) {
    let number = if padded { format!("{value:02}") } else { value.to_string() };
    out.push_str(&fold::in_digits_of(old, &number));
}

fn ordinal(out: &mut String, old: &str, day: i8) {
    // French counts the first day alone: `1er mars`, `2 mars`.
    let french = old.to_ascii_lowercase().ends_with("er");
    let suffix = match day {
        1 if french => "er",
        _ if french => "",
        11..=13 => "th",
        day if day % 10 == 1 => "st",
        day if day % 10 == 2 => "nd",
        day if day % 10 == 3 => "rd",
        _ => "th",
    };
    out.push_str(&day.to_string());
    let upper = old.bytes().any(|b| b.is_ascii_uppercase());
    out.push_str(&if upper { suffix.to_uppercase() } else { suffix.to_owned() });
}

/// Whether a month's name has a hyphen or number right beside it, where abbreviations stand.
fn tight(text: &str, start: usize, end: usize) -> bool {
    let close = |c: char| fold::is_digit(c) || fold::is_dash(c) || matches!(c, '-' | '/');
    text[..start].ends_with(close) || text[end..].starts_with(close)
}

fn season(old: &str, month: i8) -> String {
    let at = match month {
        12 | 1 | 2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let autumn = at == 3 && !old.eq_ignore_ascii_case("fall");
    cased(old, SEASONS[if autumn { 4 } else { at }].0)
}

/// Whether a date is written by its week, of a year that may be the neighbour of the day's.
fn in_weeks(date: &Dated) -> bool {
    date.parts.iter().any(|(part, _)| *part == Part::Week)
}

fn quarter(old: &str, quarter: i8) -> String {
    let mut out = String::new();
    match old.as_bytes() {
        [_] => number_like(&mut out, old, quarter, false),
        [first, ..] if first.is_ascii_digit() => ordinal(&mut out, old, quarter),
        _ => out = cased(old, QUARTERS[(quarter.clamp(1, 4) - 1) as usize]),
    }
    out
}

fn weekday_name(old: &str, date: Date) -> String {
    let name = WEEKDAYS[date.weekday().to_monday_zero_offset() as usize];
    let full = old.len() > 5;
    cased(old, if full { name } else { &name[..3] })
}

fn shared_style<'t>(text: &'t str, dates: &[Dated]) -> Option<&'t str> {
    let named = dates.iter().flat_map(|d| &d.parts).find(|(part, _)| *part == Part::MonthName)?;
    text.get(named.1.clone())
}

/// The word in the case of the old one.
pub(super) fn cased(old: &str, word: &str) -> String {
    let mut letters = old.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let second = letters.next().is_some_and(char::is_uppercase);
    match (first, second) {
        (true, true) => word.to_uppercase(),
        (true, false) => {
            let mut chars = word.chars();
            chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;
    use anonymed_core::DateShift;

    fn shifted(text: &str, days: i32) -> String {
        let reading = Reading::default();
        let shift = DateShift::new(days).unwrap();
        moved(text, &all(text, &reading), &reading, |d| shift.apply_partial(d)).unwrap_or_default()
    }

    #[test]
    fn forms_are_kept() {
        let check = |text, days, expect: &str| assert_eq!(shifted(text, days), expect, "{text:?}");
        check("5/3/2011", 30, "6/2/2011");
        check("05/03/2011", 30, "06/02/2011");
        check("05/03/11", -5, "04/28/11");
        check("5/3/'11", -5, "4/28/'11");
        check("2011-05-03T10:15:00Z", 30, "2011-06-02T10:15:00Z");
        check("20110503101500", 30, "20110602101500");
        check("MAY 3RD, 2011", 30, "JUNE 2ND, 2011");
        check("Sept. 3, 2011", -3, "Aug. 31, 2011");
        check("3-Dec-10", 30, "2-Jan-11");
        check("03MAY2011", 30, "02JUN2011");
        check("Tuesday, May 3, 2011", 1, "Wednesday, May 4, 2011");
        check("Tue 05/03/2011", 1, "Wed 05/04/2011");
        check("Dec 2010", 30, "Jan 2011");
        check("12/2010", 30, "01/2011");
        check("spring 2010", 92, "summer 2010");
        check("May 3-7, 2011", 10, "May 13-17, 2011");
        check("May 28-30, 2011", 3, "May 31-June 2, 2011");
        check("12/28-1/3/2011", 1, "12/29-1/4/2011");
        check("3/4-3/9", 30, "4/3-4/8");
        check("3–9 March 2021", 10, "13–19 March 2021");
        check("3–9 March 2021", 25, "28 March–3 April 2021");
        check("3rd and 9th of March", 10, "13th and 19th of March");
        check("born 5/3/55", 1, "born 5/4/55");
        check("in '98", 300, "in '99");
        check("Q1 2021", 92, "Q2 2021");
        check("Q4 2021", 92, "Q1 2022");
        check("4Q21", 92, "1Q22");
        check("2021-Q1", -92, "2020-Q4");
        check("First quarter of 2021", 92, "Second quarter of 2021");
        check("2nd quarter of 2021", 92, "3rd quarter of 2021");
        check("Q1-Q2 2021", 92, "Q2-Q3 2021");
        check("week 12 of 2021", 14, "week 14 of 2021");
        check("1st week of 2021", 70, "11th week of 2021");
        check("first week of 2021", 7, "second week of 2021");
        check("first week of 2021", 70, "11th week of 2021");
        check("2021-W52", 14, "2022-W02");
        check("2021-W12-3", 1, "2021-W12-4");
        check("2020-W53-6", 2, "2021-W01-1");
    }

    #[test]
    fn forms_of_other_languages_are_kept() {
        let check = |text, days, expect: &str| assert_eq!(shifted(text, days), expect, "{text:?}");
        check("4. März 2021", 30, "3. April 2021");
        check("4. April 2021", 30, "4. Mai 2021");
        check("4 de marzo de 2021", 30, "3 de abril de 2021");
        check("4 mars 2021", -30, "2 février 2021");
        check("1er août 2021", 1, "2 août 2021");
        check("4 MARS 2021", 160, "11 AOÛT 2021");
        check("Mär 2021", 31, "Apr 2021");
        check("Mai 2021", 31, "Juni 2021");
        check("4 de outubro de 2021", 30, "3 de novembro de 2021");
        check("3 maggio 2021", 30, "2 giugno 2021");
        check("4. III. 2021", 30, "3. IV. 2021");
        check("4-III-21", 300, "29-XII-21");
        check("III/2021", 31, "IV/2021");
        check("4. 3. 2021", 30, "3. 4. 2021");
        check("04.03.", 30, "03.04.");
        check("2021 03 04", 30, "2021 04 03");
        check("2021年3月4日", 30, "2021年4月3日");
        check("４.3.2021", 30, "３.4.2021");
        check("２０２１年０３月０４日", 30, "２０２１年０４月０３日");
        check("03\u{2011}4\u{2011}2021", 30, "4\u{2011}3\u{2011}2021");
        check("3\u{2011}May\u{2011}2021", 30, "2\u{2011}Jun\u{2011}2021");
        check("3\u{2009}4\u{2009}2021", 30, "4\u{2009}3\u{2009}2021");
        check("MARCH4,2021", 30, "APRIL3,2021");
        check("03/04/021", 300, "12/29/021");
        check("2021-063", 30, "2021-093");
    }

    #[test]
    fn years_alone() {
        let check = |text, expect: Option<&str>| {
            assert_eq!(years(&all(text, &Reading::default())).as_deref(), expect, "{text:?}");
        };
        check("05/03/2011", Some("2011"));
        check("05/03/11", Some("2011"));
        check("May 2011", Some("2011"));
        check("5/3-5/7/2011", Some("2011"));
        check("12/28/2010 - 1/3/2011", Some("2010-2011"));
        check("May 3", None);
        check("1Q21", Some("2021"));
        check("Q1-Q2 2021", Some("2021"));
        check("third quarter of 2021", Some("2021"));
        check("2021-W12", Some("2021"));
        check("weeks 12-14 of 2021", Some("2021"));
    }
}
