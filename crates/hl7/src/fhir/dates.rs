//! FHIR dates: `date`, `dateTime` and `instant`, partial where they were written so, moved or cut
//! by the one rule of the policy. The time of day and the zone stay with a shifted date and go
//! with a cut one.

use anonymed_core::dates::age_on;
use anonymed_core::{Context, Operator, PartialDate, Subject, TimeMode};
use jiff::civil::Date;

/// The date a text begins with, and the time and zone after it.
pub(crate) fn split(text: &str) -> Option<(PartialDate, &str)> {
    let (date, time) = match text.find('T') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let date = PartialDate::parse_iso(date)?;
    let timely = time.is_empty()
        || (matches!(date, PartialDate::Day(_))
            && time.len() >= 3
            && time.bytes().all(|b| b.is_ascii_digit() || b"T:.+-Zz".contains(&b)));
    timely.then_some((date, time))
}

/// A whole day that a text begins with.
pub(crate) fn day(text: &str) -> Option<Date> {
    match split(text)?.0 {
        PartialDate::Day(date) => Some(date),
        _ => None,
    }
}

/// What kind of date a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateKind {
    /// A date or dateTime, which may be partial.
    Partial,
    /// An instant, which may not: it is left out where only a year would be left.
    Instant,
    /// A birth date.
    Birth,
}

/// De-identifies a date; `None` means that it is left out.
pub(crate) fn rewrite(
    text: &str,
    kind: DateKind,
    subject: Option<&Subject>,
    context: &Context<'_>,
) -> Option<(String, Operator)> {
    let (date, time) = split(text)?;
    let rule = &context.policy.time;
    let moved = match kind {
        DateKind::Birth => rule.apply_birth(date, subject, context.as_of)?,
        _ if rule.mode == TimeMode::Year && tells_high_age(date, context) => return None,
        _ => rule.apply(date, subject)?,
    };
    if !(0..=9999).contains(&moved.year()) {
        return None;
    }
    match rule.mode {
        TimeMode::Keep => Some((text.to_owned(), Operator::Keep)),
        TimeMode::Shift => Some((format!("{moved}{time}"), Operator::Shift)),
        TimeMode::Year if kind == DateKind::Instant => None,
        TimeMode::Year => Some((moved.to_string(), Operator::Generalize)),
    }
}

/// Whether a date of a patient alone shows an age over the cap, because it lies further back
/// (45 CFR 164.514(b)(2)(i)(C): "including year, indicative of such age").
fn tells_high_age(date: PartialDate, context: &Context<'_>) -> bool {
    let latest = match date {
        PartialDate::Day(date) => Some(date),
        PartialDate::Month { year, month } => Date::new(year, month, 28).ok(),
        PartialDate::Year(year) => Date::new(year, 12, 31).ok(),
    };
    let cap = i32::from(context.policy.time.age_cap);
    latest.is_some_and(|date| age_on(date, context.as_of) > cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_what_is_none() {
        let check = |text: &str, time: Option<&str>| {
            assert_eq!(split(text).map(|(_, t)| t), time, "{text}");
        };
        check("1974", Some(""));
        check("1974-12", Some(""));
        check("1974-12-25", Some(""));
        check("1974-12-25T14:35:45-05:00", Some("T14:35:45-05:00"));
        check("2015-02-07T13:28:17.239Z", Some("T13:28:17.239Z"));
        check("1974T14", None);
        check("1974-13-25", None);
        check("1974-12-25T", None);
        check("1974-12-25T14 by John", None);
        check("December 1974", None);
        check("", None);
    }
}
