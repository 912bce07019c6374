//! Tests that a text made to be slow is not: eight times as much of it takes about eight times as
//! long, in the patterns of the verifier and in the detectors.
//!
//! Counted is the processor time of the test's own thread, which a busy machine does not stretch.

use std::time::Duration;

use anonymed_core::policy::Policy;
use anonymed_core::{PseudonymDomain, Pseudonymizer, RootKey, TextScope, TextScrubber};
use anonymed_text::Scrubber;

use super::dates::unwritten_dates;
use super::residual::{Position, residual};

const SMALL: usize = 32 << 10;
const TIMES: usize = 8;
/// What a quadratic text takes at least is 64 times as long.
const MOST: u32 = 20;
/// Less than this is noise.
const NOISE: Duration = Duration::from_millis(150);

/// What a hostile file repeats.
const PIECES: &[&str] = &[
    "www.",
    "http://",
    "www.hl7.org/",
    "a@",
    "@",
    "a@a.",
    "a.b.",
    "1-",
    "1.",
    "1",
    "1 ",
    "1/1/",
    "1a",
    "1234567a",
    "MRN: 1-, ",
    "mrn-1-",
    "MRN: ",
    "account number ",
    "(",
    "[(",
    "((1",
    "Mr. ",
    "Dr. Dr ",
    "Dr.",
    "Smith,",
    "SMITH ",
    "Smith-",
    "O'",
    "a: ",
    "DOB: ",
    "March ",
    "4. ",
    "4 3 ",
    "III/",
    "2021 ",
    "2021-",
    "年",
    "２",
    "\u{ad}",
    "e\u{301}",
    "12 Elm ",
    "| a ",
    "a_",
    "1.1.1.",
    "+1 ",
    "\t",
    " ",
    "\n",
    "=====\n",
    "\"",
    "://",
    "1:1:",
    "a-",
    "P.O. ",
    "first ",
    "week 1 ",
    "and ",
];

/// The time this thread has worked; none where the system does not tell.
fn worked() -> Option<Duration> {
    let stat = fs_err::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn check(name: &str, look: impl Fn(&str)) {
    let time = |text: &str| {
        let before = worked()?;
        look(text);
        worked()?.checked_sub(before)
    };
    for piece in PIECES {
        let text = |bytes: usize| piece.repeat(bytes / piece.len());
        let (small, large) = (time(&text(SMALL)), time(&text(SMALL * TIMES)));
        let (Some(small), Some(large)) = (small, large) else { return };
        let most = small * MOST + NOISE;
        assert!(large < most, "{name} of {piece:?}: {small:?}, then {large:?}");
    }
}

#[test]
fn patterns() {
    check("patterns", |text| drop(residual(text, Position::Prose, &[])));
}

#[test]
fn dates() {
    check("dates", |text| drop(unwritten_dates(text, &[])));
}

#[test]
fn detectors() {
    let policy = "schema = 1\nname = \"demo\"\nprofile = \"research-linked\"\n";
    let policy = Policy::parse(policy).unwrap();
    let domain = PseudonymDomain("demo".into());
    let keys = std::sync::Arc::new(Pseudonymizer::keyed(&RootKey::new([7; 32]), &domain));
    let scrubber = Scrubber::new(keys, &policy).unwrap();
    check("detectors", |text| drop(scrubber.find(text, TextScope::default())));
}
