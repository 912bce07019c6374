//! What a value looks like: the patterns by which a column is recognised where its header says
//! nothing, and the spellings of "missing".

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether a value stands for none.
pub fn is_missing(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || matches!(
            value,
            "?" | "-" | "." | "*" | "NA" | "N/A" | "n/a" | "NULL" | "null" | "NaN" | "nan" | "None"
        )
}

/// A number with a point, optional sign, no thousands.
pub(crate) fn is_number(value: &str) -> bool {
    let value = value.trim();
    let body = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, rest) = body.split_once('.').unwrap_or((body, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    !(whole.is_empty() && rest.is_empty()) && digits(whole) && digits(rest)
}

/// A number with a decimal comma.
pub(crate) fn is_comma_decimal(value: &str) -> bool {
    let value = value.trim();
    let body = value.strip_prefix(['-', '+']).unwrap_or(value);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    body.split_once(',').is_some_and(|(a, b)| digits(a) && digits(b))
}

/// A number with a point or a comma before the decimals.
/// Whether a number may be grouped by thousands: up to three digits, then comma and three digits, once or more.
pub(crate) fn is_grouped(value: &str) -> bool {
    let value = value.trim().trim_start_matches(['-', '+']);
    let mut groups = value.split(',');
    let is_digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let first =
        groups.next().is_some_and(|g| (1..=3).contains(&g.len()) && is_digits(g) && g != "0");
    let mut rest = groups.peekable();
    first && rest.peek().is_some() && rest.all(|group| group.len() == 3 && is_digits(group))
}

pub(crate) fn number(value: &str) -> Option<f64> {
    let value = value.trim();
    if is_number(value) {
        value.parse().ok()
    } else if is_comma_decimal(value) {
        value.replace(',', ".").parse().ok()
    } else {
        None
    }
}

fn shape(value: &str) -> String {
    value
        .chars()
        .map(|c| match c {
            '0'..='9' => '9',
            c if c.is_alphabetic() => 'A',
            c => c,
        })
        .collect()
}

/// `123-45-6789` or `123 45 6789`.
pub(crate) fn is_ssn(value: &str) -> bool {
    matches!(shape(value.trim()).as_str(), "999-99-9999" | "999 99 9999")
}

/// A telephone number written as one: separators, or a country code.
pub(crate) fn is_phone(value: &str) -> bool {
    let value = value.trim();
    let head = value.split(['x', 'X', 'e']).next().unwrap_or_default().trim();
    let digits = head.bytes().filter(u8::is_ascii_digit).count();
    let separators = head.chars().filter(|c| "()-. /".contains(*c)).count();
    (7..=15).contains(&digits)
        && head.chars().all(|c| c.is_ascii_digit() || "()+-. /".contains(c))
        && (head.starts_with('+') || (separators >= 1 && (digits == 7 || digits >= 10)))
        && !head.contains(['.']) | (head.matches('.').count() == 2)
        && crate::cell_date::read(value).is_none()
        && !is_number(value)
}

/// An e-mail address.
pub(crate) fn is_email(value: &str) -> bool {
    let Some((user, host)) = value.trim().split_once('@') else { return false };
    !user.is_empty()
        && !user.contains(char::is_whitespace)
        && host.contains('.')
        && !host.contains(['@', ' '])
        && !host.ends_with('.')
}

/// A web address.
pub(crate) fn is_url(value: &str) -> bool {
    let value = value.trim();
    ["http://", "https://", "ftp://", "www."].iter().any(|p| value.starts_with(p))
}

/// An IPv4 or IPv6 address.
pub(crate) fn is_ip(value: &str) -> bool {
    value.trim().parse::<std::net::IpAddr>().is_ok()
}

/// A US postal code written as text: nine digits with a dash, or five with a leading zero.
pub(crate) fn is_zip(value: &str) -> bool {
    matches!(shape(value.trim()).as_str(), "99999-9999" | "99999")
}

/// A code of ICD-10-CM (`E11.65`), or of ICD-9-CM with its letter or point (`250.83`, `V45`).
pub(crate) fn is_icd(value: &str) -> bool {
    let value = value.trim().as_bytes();
    let alnum = |b: &[u8]| b.iter().all(u8::is_ascii_alphanumeric);
    let digit = |b: u8| b.is_ascii_digit();
    match value {
        [letter, a, b] => {
            letter.is_ascii_uppercase() && digit(*a) && (digit(*b) || b.is_ascii_uppercase())
        }
        [letter, a, b, b'.', rest @ ..] => {
            letter.is_ascii_uppercase()
                && digit(*a)
                && b.is_ascii_alphanumeric()
                && (1..=4).contains(&rest.len())
                && alnum(rest)
        }
        _ => false,
    }
}

/// Whether half of the words or more are common given or family names of the US census, or the whole
/// is written as registers write names: `Müller, Hannelore`.
pub(crate) fn is_name(value: &str) -> bool {
    is_surname_first(value) || has_common_names(value)
}

/// A surname, a comma and given names, each word with a capital in front.
fn is_surname_first(value: &str) -> bool {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.all(|c| c.is_lowercase() || matches!(c, '\'' | '’' | '-' | '.'))
    };
    let Some((last, first)) = value.trim().split_once(", ") else { return false };
    let words = |part: &str, most: usize| {
        (1..=most).contains(&part.split(' ').count()) && part.split(' ').all(capital)
    };
    last.chars().count() > 1 && words(last, 2) && words(first, 3)
}

fn has_common_names(value: &str) -> bool {
    let words: Vec<String> = value
        .split(|c: char| !c.is_alphabetic() && c != '\'' && c != '-')
        .filter(|w| w.len() > 1)
        .map(str::to_lowercase)
        .collect();
    let digits = value.bytes().any(|b| b.is_ascii_digit());
    let names = words.iter().filter(|w| NAMES.contains(w.as_str())).count();
    !digits && (1..=4).contains(&words.len()) && names * 2 >= words.len()
}

/// A code of letters and digits that could be somebody's number.
pub(crate) fn is_code(value: &str) -> bool {
    let value = value.trim();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits >= 4
        && value.len() <= 40
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/:".contains(&b))
}

/// Words of a value.
pub(crate) fn words(value: &str) -> usize {
    value.split_whitespace().count()
}

static NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../data/names.txt").split_whitespace().collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_know_their_near_misses() {
        let check = |test: fn(&str) -> bool, yes: &[&str], no: &[&str]| {
            yes.iter().for_each(|v| assert!(test(v), "{v}"));
            no.iter().for_each(|v| assert!(!test(v), "{v}"));
        };
        check(is_number, &["1", "-2.5", ".5", "007"], &["", ".", "1,5", "1e5", "a", "1.2.3"]);
        check(is_comma_decimal, &["1,5", "-0,25"], &["1", "1,", ",5", "1,2,3", "a,b"]);
        check(
            is_name,
            &["Müller, Hannelore", "Özdemir, Gudrun K.", "SMITH, JOHN"],
            &[
                "Anemia, unspecified",
                "COPD, ASTHMA",
                "Ulm, 89073",
                "Bonn",
                "Pain, left Knee",
                ", A",
            ],
        );
        check(is_ssn, &["123-45-6789"], &["123456789", "12-345-6789"]);
        check(
            is_phone,
            &["555-0100", "(555) 010-4477", "+1 555 010 4477", "555.010.4477", "555-010-4477 x12"],
            &["5550104477", "250.83", "2020-01-31", "12-34", "ABC-1234"],
        );
        check(is_email, &["a.b@c.org"], &["a@b", "@c.org", "a b@c.org"]);
        check(is_ip, &["10.0.0.1", "::1"], &["1.2.3", "10.0.0.300"]);
        check(is_icd, &["E11.65", "Z00", "S72.001A"], &["250.83", "E1", "NO", "A12B", "E11."]);
        check(
            is_name,
            &["Smith", "JOHN Q PUBLIC", "garcia, maria"],
            &["Metformin", "12 Smith St", "seen Ann today"],
        );
        check(is_code, &["MRN-00123", "12345678"], &["123", "hello world 1234"]);
    }
}
