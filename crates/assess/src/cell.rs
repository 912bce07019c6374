//! What a released cell says, read as a recipient would read it.

use anonymed_core::PartialDate;
use jiff::civil::Date;

/// The forms a released cell can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReleasedCell {
    /// Nothing written.
    Missing,
    /// `*`: anything.
    Any,
    /// `low..high`, both ends within: numbers, or days since 1970 for ISO dates.
    Range {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// `90+`, `<18`, `<=18`: all numbers from or up to an end.
    Open {
        /// Lower end, within; infinite where there is none.
        low: f64,
        /// Upper end, within; infinite where there is none.
        high: f64,
    },
    /// `{A|B|C}`: one of so many values.
    Set {
        /// How many.
        members: usize,
    },
    /// A number by itself.
    Number(f64),
    /// Any other text: a value, or a node of a hierarchy.
    Text,
}

impl ReleasedCell {
    /// Reads a cell.
    ///
    /// ```
    /// use anonymed_assess::ReleasedCell;
    ///
    /// assert_eq!(ReleasedCell::read(Some("40..49")), ReleasedCell::Range { low: 40.0, high: 49.0 });
    /// assert_eq!(ReleasedCell::read(Some("{A|B}")), ReleasedCell::Set { members: 2 });
    /// assert_eq!(ReleasedCell::read(Some("C5..C6")), ReleasedCell::Text);
    /// ```
    pub fn read(cell: Option<&str>) -> Self {
        let Some(text) = cell else { return Self::Missing };
        if text == "*" {
            return Self::Any;
        }
        if let Some(members) = set_members(text) {
            return Self::Set { members };
        }
        if let Some((low, high)) = text.split_once("..")
            && let (Some(low), Some(high)) = (point(low), point(high))
            && low <= high
        {
            return Self::Range { low, high };
        }
        match (number(text), open_ended(text)) {
            (Some(number), _) => Self::Number(number),
            (None, Some((low, high))) => Self::Open { low, high },
            (None, None) => Self::Text,
        }
    }

    /// The end of all numbers beyond one.
    pub(crate) fn open_end(self) -> Option<f64> {
        match self {
            Self::Open { low, high } => [low, high].into_iter().find(|end| end.is_finite()),
            _ => None,
        }
    }

    /// The number in the middle of what the cell says; of all numbers beyond an end that end.
    pub fn midpoint(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Open { .. } => self.open_end(),
            Self::Range { low, high } => Some(low.midpoint(high)),
            _ => None,
        }
    }
}

/// A finite number.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|n| n.is_finite())
}

/// The numbers that `90+`, `<18` or `<=18` stands for, by the lowest and the highest.
pub(crate) fn open_ended(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let read = |text: &str| number(text).or_else(|| number(&text.replacen(',', ".", 1)));
    if let Some(low) = text.strip_suffix('+') {
        return Some((read(low)?, f64::INFINITY));
    }
    let high = match text.strip_prefix("<=") {
        Some(high) => read(high)?,
        None => read(text.strip_prefix('<')?)?.next_down(),
    };
    Some((f64::NEG_INFINITY, high))
}

/// A number, or the first day of an ISO date.
pub(crate) fn point(text: &str) -> Option<f64> {
    number(text).or_else(|| {
        let first = PartialDate::parse_iso(text.trim())?.first_day()?;
        let epoch = Date::new(1970, 1, 1).ok()?;
        epoch.until(first).ok().map(|span| f64::from(span.get_days()))
    })
}

/// How many members `{A|B|C}` has; `\` escapes the next character.
fn set_members(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let (mut members, mut escaped) = (1, false);
    for c in inside.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '|' => members += 1,
            '{' | '}' => return None,
            _ => {}
        }
    }
    (!escaped && members > 1).then_some(members)
}

/// The members of `{A|B|C}`; `\` escapes the next character.
pub(crate) fn members(text: &str) -> Option<Vec<String>> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let (mut members, mut member, mut escaped) = (Vec::new(), String::new(), false);
    for c in inside.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '|' if !escaped => members.push(std::mem::take(&mut member)),
            _ => {
                member.push(c);
                escaped = false;
            }
        }
    }
    members.push(member);
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read() {
        let check = |cell, expect| assert_eq!(ReleasedCell::read(cell), expect, "{cell:?}");
        check(None, ReleasedCell::Missing);
        check(Some("*"), ReleasedCell::Any);
        check(Some("42"), ReleasedCell::Number(42.0));
        check(Some("-10..0.5"), ReleasedCell::Range { low: -10.0, high: 0.5 });
        check(Some("1970-01-01..1970-02"), ReleasedCell::Range { low: 0.0, high: 31.0 });
        check(Some("{a\\|c|b}"), ReleasedCell::Set { members: 2 });
        check(Some("90+"), ReleasedCell::Open { low: 90.0, high: f64::INFINITY });
        check(Some("<=18"), ReleasedCell::Open { low: f64::NEG_INFINITY, high: 18.0 });
        assert_eq!(ReleasedCell::read(Some("<18")).midpoint(), Some(18f64.next_down()));
        // Near misses.
        check(Some("49..40"), ReleasedCell::Text);
        check(Some("40-49"), ReleasedCell::Text);
        check(Some("{A}"), ReleasedCell::Text);
        check(Some("{A|B\\}"), ReleasedCell::Text);
        check(Some(""), ReleasedCell::Text);
        check(Some("NaN"), ReleasedCell::Text);
        check(Some("lung"), ReleasedCell::Text);
        check(Some("lung+"), ReleasedCell::Text);
        check(Some("<"), ReleasedCell::Text);
    }
}
