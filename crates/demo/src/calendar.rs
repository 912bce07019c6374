//! Dates as hospitals write them. The demo's "today" is fixed, so no clock is needed.

use jiff::civil::{Date, DateTime, date};
use jiff::{ToSpan, civil};

/// The day the demo project was exported.
pub const TODAY: Date = date(2025, 6, 30);

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

/// Writes a date in a named style; `None` for a style that does not exist.
pub(crate) fn write(date: Date, style: &str) -> Option<String> {
    let (y, m, d) = (date.year(), date.month(), date.day());
    let month = MONTHS[m as usize - 1];
    let short = &month[..3];
    let yy = y.rem_euclid(100);
    Some(match style {
        "iso" => format!("{y:04}-{m:02}-{d:02}"),
        "us" => format!("{m}/{d}/{y}"),
        "us0" => format!("{m:02}/{d:02}/{y}"),
        "us2" => format!("{m:02}/{d:02}/{yy:02}"),
        "usdash" => format!("{m:02}-{d:02}-{y}"),
        "long" => format!("{month} {d}, {y}"),
        "ordinal" => format!("{month} {d}{}, {y}", ordinal(d)),
        "short" => format!("{short} {d}, {y}"),
        "dmon" => format!("{d:02}-{short}-{y}"),
        "dmony" => format!("{d:02}-{short}-{yy:02}"),
        "dmonth" => format!("{d} {month} {y}"),
        "military" => format!("{d:02}{}{y}", short.to_uppercase()),
        "compact" => format!("{y:04}{m:02}{d:02}"),
        "dot" => format!("{d:02}.{m:02}.{y}"),
        "slashiso" => format!("{y:04}/{m:02}/{d:02}"),
        "md" => format!("{m}/{d}"),
        "md0" => format!("{m:02}/{d:02}"),
        "monthday" => format!("{month} {d}"),
        "my" => format!("{month} {y}"),
        "mslashy" => format!("{m:02}/{y}"),
        "weekday" => format!("{}, {month} {d}, {y}", weekday(date)),
        _ => return None,
    })
}

fn ordinal(day: i8) -> &'static str {
    match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

fn weekday(date: Date) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        [date.weekday().to_monday_zero_offset() as usize]
}

/// A date some days later; stays where the calendar ends.
pub(crate) fn plus_days(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

/// A time some minutes later; stays where the calendar ends.
pub(crate) fn plus_minutes(at: DateTime, minutes: i64) -> DateTime {
    at.checked_add(minutes.minutes()).unwrap_or(at)
}

/// Whole days from one date to another.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// A time of day on a date.
pub(crate) fn at(date: Date, hour: i8, minute: i8) -> DateTime {
    civil::DateTime::from_parts(date, civil::time(hour, minute, 0, 0))
}

/// Hour and minute on the 24-hour clock.
pub(crate) fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// A FHIR `dateTime` in the hospital's zone, fixed at -05:00.
pub(crate) fn fhir(at: DateTime) -> String {
    format!("{}T{:02}:{:02}:00-05:00", at.date(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_write_as_named() {
        let check = |style: &str, expect: &str| {
            assert_eq!(write(date(1955, 5, 3), style).as_deref(), Some(expect));
        };
        check("iso", "1955-05-03");
        check("us", "5/3/1955");
        check("us2", "05/03/55");
        check("ordinal", "May 3rd, 1955");
        check("military", "03MAY1955");
        check("dmony", "03-May-55");
        check("weekday", "Tuesday, May 3, 1955");
        assert_eq!(write(TODAY, "nonsense"), None);
        assert_eq!(days_between(date(2024, 2, 28), date(2024, 3, 1)), 2);
    }
}
