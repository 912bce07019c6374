//! Refuses events that could carry a value: what the log keeps is words, numbers and digests.
//!
//! Action and outcome are short lower-case words (an outcome may end in an error code), names of
//! counts likewise, digests are hexadecimal. Actor and purpose come from a person and are free, but
//! short and on one line.

use anonymed_core::AuditEvent;

use crate::{Result, VaultError};

const WORD: usize = 64;
/// 200 characters of up to four bytes.
const FREE: usize = 800;
const MOST_COUNTS: usize = 128;
const MOST_DIGESTS: usize = 32;

/// Lets an event through whose parts all have their form.
///
/// # Errors
///
/// [`VaultError::EventRefused`] with the part's name, never its content.
pub(crate) fn check(event: &AuditEvent) -> Result<()> {
    let parts = [
        ("action", is_word(&event.action)),
        ("actor", is_line(&event.actor.0)),
        ("purpose", is_line(&event.purpose.0)),
        ("outcome", is_outcome(&event.outcome)),
        (
            "counts",
            event.counts.len() <= MOST_COUNTS && event.counts.keys().all(|name| is_word(name)),
        ),
        (
            "digests",
            event.digests.len() <= MOST_DIGESTS
                && event.digests.iter().all(|(name, hex)| is_word(name) && is_digest(hex)),
        ),
    ];
    match parts.iter().find(|(_, good)| !good) {
        Some((field, _)) => Err(VaultError::EventRefused { field }),
        None => Ok(()),
    }
}

/// `scan.read`, `identifiers-replaced`, `tier_1`: begins with a letter, no upper case, and at most
/// three digits in all, so that no record number or date fits in.
fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let charset = bytes
        .iter()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    (1..=WORD).contains(&bytes.len()) && bytes[0].is_ascii_lowercase() && charset && digits <= 3
}

/// A word, or a word and a code after a space or colon: `ok`, `quarantined ANM-T012`,
/// `refused:risk`.
fn is_outcome(text: &str) -> bool {
    match text.split_once([' ', ':']) {
        None => is_word(text),
        Some((word, code)) => is_word(word) && (is_word(code) || is_code(code)),
    }
}

/// `ANM-` and up to 28 upper-case letters, digits and hyphens.
fn is_code(text: &str) -> bool {
    text.strip_prefix("ANM-").is_some_and(|rest| {
        (1..=28).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
    })
}

fn is_line(text: &str) -> bool {
    let unseen = |c: char| {
        c.is_control()
            // Line separators, and marks that reorder or hide what is shown.
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    (1..=FREE).contains(&text.len()) && !text.contains(unseen)
}

/// Hexadecimal in lower case, 64 to 512 bits.
fn is_digest(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.len().is_multiple_of(2)
        && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use anonymed_core::{Actor, Purpose};

    use super::*;

    fn event() -> AuditEvent {
        AuditEvent::new("scan.read", &Actor("dr.who".into()), &Purpose("IRB 2026/014".into()))
    }

    #[test]
    fn words_pass_and_values_do_not() {
        let check = |action: &str, expect: bool| assert_eq!(is_word(action), expect, "{action:?}");
        check("scan.read", true);
        check("release.sign-off_2", true);
        check("", false);
        check("Scan", false);
        check("data/jane_roe.csv", false);
        check("jane roe", false);
        check("mrn-0012345", false);
        check("1955", false);
        check(&"a".repeat(65), false);
        check("naïve", false);
    }

    #[test]
    fn outcomes_may_end_in_a_code() {
        let check = |text: &str, expect: bool| assert_eq!(is_outcome(text), expect, "{text:?}");
        check("ok", true);
        check("quarantined ANM-T012", true);
        check("refused:risk", true);
        check("refused:ANM-RISK-3", true);
        check("refused ANM-", false);
        check("refused Jane Roe", false);
        check("refused: Roe", false);
        check("refused 555-0199", false);
    }

    #[test]
    fn people_may_write_what_fits_on_a_line() {
        let check = |text: &str, expect: bool| {
            let mut free = event();
            free.purpose.0 = text.to_owned();
            assert_eq!(super::check(&free).is_ok(), expect, "{text:?}");
        };
        check("Überprüfung, Protokoll 7/2026 (Ethik)", true);
        check("", false);
        check("two\nlines", false);
        check("\u{1b}[2J", false);
        check("abc\u{202e}cba", false);
        check(&"𝛼".repeat(200), true);
        check(&"x".repeat(801), false);
    }

    #[test]
    fn counts_and_digests_have_their_forms() {
        check(&event().count("rows", 12).digest("plan", &"ab".repeat(32))).unwrap();
        let check = |event: AuditEvent, expect: &str| match super::check(&event) {
            Err(VaultError::EventRefused { field }) => assert_eq!(field, expect),
            other => panic!("{other:?}"),
        };
        check(event().count("Jane Roe", 1), "counts");
        check(event().digest("plan", "jane"), "digests");
        check(event().digest("plan", &"AB".repeat(32)), "digests");
        check(event().digest("Jane", &"ab".repeat(32)), "digests");
        check(event().outcome("Jane Roe"), "outcome");
    }
}
