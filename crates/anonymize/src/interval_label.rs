//! Labels that name an interval of numbers, as builders write them and as the files of others have them:
//! `20..24`, `20-24`, `[20, 25[`, `[20-25)`, `<18`, `>=90`, `90+`.

use anonymed_core::policy::Ends;

/// What a number beyond an end is written as: `<18` below the bottom, `90+` from the top on; nothing where it
/// is between them.
///
/// # Examples
///
/// Ages of adults, of whom the oldest are one group:
///
/// ```
/// use anonymed_anonymize::end_label;
/// use anonymed_core::policy::Ends;
///
/// let ends = Ends { bottom: Some(18.0), top: Some(90.0) };
/// let labels = [17.0, 18.0, 90.0, 93.0].map(|age| end_label(age, ends));
/// assert_eq!(labels, [Some("<18".into()), None, Some("90+".into()), Some("90+".into())]);
/// ```
pub fn end_label(number: f64, ends: Ends) -> Option<String> {
    match (ends.bottom, ends.top) {
        (Some(bottom), _) if number < bottom => Some(format!("<{bottom}")),
        (_, Some(top)) if number >= top => Some(format!("{top}+")),
        _ => None,
    }
}

/// Where what is written for numbers beyond an end stands among numbers: just below its end, or at it.
pub fn end_place(label: &str) -> Option<f64> {
    match (label.strip_prefix('<'), label.strip_suffix('+')) {
        (Some(bottom), None) => number(bottom).map(f64::next_down),
        (None, Some(top)) => number(top),
        _ => None,
    }
}

/// An interval of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct IntervalLabel {
    low: f64,
    high: f64,
    /// Whether the ends belong to it.
    closed: (bool, bool),
}

impl IntervalLabel {
    /// Reads a label; none where it names no interval.
    pub(crate) fn read(label: &str) -> Option<Self> {
        let label = label.trim();
        let half = |low, high, closed| Some(Self { low, high, closed });
        if let Some(low) = label.strip_suffix('+') {
            return half(number(low)?, f64::INFINITY, (true, true));
        }
        for (sign, closed) in [("<=", true), ("≤", true), ("<", false)] {
            if let Some(high) = label.strip_prefix(sign) {
                return half(f64::NEG_INFINITY, number(high)?, (true, closed));
            }
        }
        for (sign, closed) in [(">=", true), ("≥", true), (">", false)] {
            if let Some(low) = label.strip_prefix(sign) {
                return half(number(low)?, f64::INFINITY, (closed, true));
            }
        }
        let from_open = label.starts_with(['(', ']']);
        let to_open = label.ends_with([')', '[']);
        let body = label.trim_start_matches(['[', '(', ']']).trim_end_matches([']', ')', '[']);
        let (low, high) = ends(body)?;
        (low <= high).then_some(Self { low, high, closed: (!from_open, !to_open) })
    }

    /// Whether a number is in it.
    pub(crate) fn contains(self, number: f64) -> bool {
        let above = number > self.low || self.closed.0 && number == self.low;
        let below = number < self.high || self.closed.1 && number == self.high;
        above && below
    }

    /// The lower end.
    pub(crate) fn low(self) -> f64 {
        self.low
    }
}

/// A finite number, with a point or a comma before the decimals.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if !text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let read = match text.split_once(',') {
        Some((whole, part)) => format!("{whole}.{part}").parse::<f64>(),
        None => text.parse(),
    };
    read.ok().filter(|number| number.is_finite())
}

/// Two numbers around `..`, `, `, ` - ` or `-`, where the second `-` of `-5--1` is a sign.
fn ends(body: &str) -> Option<(f64, f64)> {
    for mark in ["..", ", ", " - ", ";", "–"] {
        if let Some((low, high)) = body.split_once(mark) {
            return Some((number(low)?, number(high)?));
        }
    }
    let after_sign = body.char_indices().nth(1)?.0;
    let at = after_sign + body[after_sign..].find(['-', ','])?;
    Some((number(&body[..at])?, number(&body[at + 1..])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read() {
        let check = |label: &str, inside: &[f64], outside: &[f64]| {
            let read = IntervalLabel::read(label).expect(label);
            assert!(inside.iter().all(|n| read.contains(*n)), "{label}");
            assert!(!outside.iter().any(|n| read.contains(*n)), "{label}");
        };
        check("20..24", &[20.0, 24.0], &[19.0, 25.0]);
        check("20-24", &[20.0, 24.0], &[19.0, 25.0]);
        check("-5--1", &[-5.0, -1.0], &[0.0, -6.0]);
        check("[20, 25[", &[20.0, 24.9], &[25.0]);
        check("[70-80)", &[70.0], &[80.0]);
        check("]0, 1]", &[1.0], &[0.0]);
        check("(0,1)", &[0.5], &[0.0, 1.0]);
        check("0.5..1", &[0.5, 1.0], &[1.1]);
        check("<18", &[17.9, -1.0], &[18.0]);
        check("<=18", &[18.0], &[18.1]);
        check("90+", &[90.0, 1e9], &[89.0]);
        check(">90", &[91.0], &[90.0]);
        for label in ["", "*", "A00-A09", "Ulm", "5", "24..20", "..", "-", "+", "<", "é-1"] {
            assert_eq!(IntervalLabel::read(label), None, "{label}");
        }
    }

    #[test]
    fn what_is_beyond_an_end_stands_there() {
        let check =
            |label: &str, expect: Option<f64>| assert_eq!(end_place(label), expect, "{label}");
        check("<18", Some(18f64.next_down()));
        check("90+", Some(90.0));
        check("-0.5+", Some(-0.5));
        for label in ["", "18", "<", "+", "<18+", "<=18", ">90", "lung+"] {
            check(label, None);
        }
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(
            [number("1,5"), number(" -2 "), number("1e2")],
            [Some(1.5), Some(-2.0), Some(100.0)]
        );
        for text in ["", "inf", "NaN", "1,2,3", "1.", "0x10", "1e999"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
