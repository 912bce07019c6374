//! A wrapper that keeps an identifying value out of logs, errors and serialised output.

use std::fmt;

use zeroize::Zeroize;

/// A value that identifies a person, or a secret: it has no `Display`, no `Serialize`, a `Debug`
/// that prints `[sensitive]`, and is wiped when dropped.
///
/// # Examples
///
/// ```
/// use anonymed_core::Sensitive;
///
/// let name = Sensitive::new(String::from("Jane Roe"));
/// assert_eq!(format!("{name:?}"), "[sensitive]");
/// assert_eq!(name.expose(), "Jane Roe");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the wrapper. Whoever calls this must not log, format into an error, or serialise
    /// what comes back.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Opens the wrapper for writing.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sensitive]")
    }
}

impl From<&str> for Sensitive<String> {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

impl From<String> for Sensitive<String> {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

/// Shows the shape of a value and nothing of its content: letters become `A` or `a`, digits `9`,
/// runs are capped at four and the rest kept, so a reviewer can tell a phone number from a name.
///
/// ```
/// assert_eq!(anonymed_core::sensitive::masked_shape("Smith-Jones 1234567"), "Aaaaa-Aaaaa 99999+");
/// ```
pub fn masked_shape(value: &str) -> String {
    const RUN: usize = 5;
    const MOST: usize = 40;
    let mut out = String::new();
    let mut last = None;
    let mut run = 0;
    for c in value.chars() {
        let class = match c {
            _ if c.is_uppercase() => 'A',
            _ if c.is_alphabetic() => 'a',
            _ if c.is_numeric() => '9',
            _ if c.is_whitespace() => ' ',
            _ if c.is_ascii_punctuation() => c,
            _ => '?',
        };
        // An upper-case first letter and the lower-case ones after it are one run.
        let same = last == Some(class) || (last == Some('A') && class == 'a' && run == 1);
        run = if same { run + 1 } else { 1 };
        last = Some(class);
        if run <= RUN {
            out.push(class);
        } else if run == RUN + 1 {
            out.push('+');
        }
        if out.len() >= MOST {
            out.push('…');
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let phone = Sensitive::from("555-0199");
        assert_eq!(format!("{phone:?} {:?}", Some(&phone)), "[sensitive] Some([sensitive])");
    }

    #[test]
    fn shapes_hold_no_letter_of_the_value() {
        let check = |value, expect: &str| assert_eq!(masked_shape(value), expect, "shape differs");
        check("", "");
        check("John", "Aaaa");
        check("SMITH", "AAAAA");
        check("Alexandria", "Aaaaa+");
        check("1955-05-03", "9999-99-99");
        check("MRN00012345", "AAA99999+");
        check("naïve\u{0}", "aaaaa?");
    }
}
