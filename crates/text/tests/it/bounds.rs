//! Texts nobody would write: no panic, no loss, and time that grows with the length.

use std::time::Duration;

use anonymed_core::{EntityType, TextScrubber};
use proptest::prelude::*;

use crate::support::{clean, john, nobody, of, scrubber};

/// CPU time of this thread's work would be better; the least of three runs keeps other load out.
fn time_of(text: &str) -> Duration {
    let engine = scrubber("research-linked");
    (0..3)
        .map(|_| {
            let before = clock();
            std::hint::black_box(engine.find(text, nobody()).unwrap());
            clock() - before
        })
        .min()
        .unwrap_or_default()
}

/// Processor time of the process, where the system tells it.
fn clock() -> Duration {
    let stat = fs_err::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    Duration::from_nanos(nanos)
}

#[test]
fn time_grows_with_the_length() {
    let _ = time_of("warm up: John Smith 1/1/2011");
    let repeated = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    for piece in [
        "a",
        "1",
        ",",
        "A ",
        "1,",
        "a@",
        "1-",
        "1/",
        ": ",
        "Smith ",
        "Dr. ",
        "x.",
        "\n",
        "é",
        "id: ",
        "| ",
        "#",
        "3/4 ",
        "St. Mary's Hospital ",
        "May 3 and 4 ",
        "):",
    ] {
        let small = time_of(&repeated(piece, 16 * 1024)).max(Duration::from_millis(1));
        let large = time_of(&repeated(piece, 128 * 1024));
        // Eight times the text may take 40 times the time; the square would be 64.
        assert!(large < small * 40, "{piece:?}: {small:?} to {large:?}");
    }
}

#[test]
fn no_text_slows_the_next_one() {
    let prose = "Mrs. Lindqvist was seen on 06/02/2021 and calls 415-555-0134; sodium is 138.\n"
        .repeat(2_000);
    let before = time_of(&prose).max(Duration::from_millis(1));
    let mut number = 7u64;
    let numbers: String = (0..20_000)
        .map(|_| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("MRN: {} {:x}\n", number >> 40, number >> 20)
        })
        .collect();
    let _ = time_of(&numbers);
    let after = time_of(&prose);
    assert!(after < before * 8, "{before:?} to {after:?}");
}

#[test]
fn long_lines_are_read() {
    let engine = scrubber("hipaa-safe-harbor");
    for piece in ["a", "7", ","] {
        let mut text = piece.repeat(10_000_000);
        text.push_str("\nSSN: 123-45-6789\n");
        let out = engine.scrub(&text, nobody()).unwrap();
        assert!(!out.text.contains("123-45-6789"));
    }
}

#[test]
fn pages_join_without_a_seam() {
    let engine = scrubber("hipaa-safe-harbor");
    let line = "The patient is well and was seen on 05/03/2011 by Dr. Okonkwo.\n";
    let text = line.repeat(6_000);
    let out = clean(&engine, &text, nobody());
    assert!(!out.contains("05/03/2011") && !out.contains("Okonkwo"));
    let first = out.lines().next().unwrap_or_default();
    assert!(out.lines().all(|l| l == first));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read(text in "(?s).{0,200}") {
        let john = john();
        clean(&scrubber("research-linked"), &text, of(&john));
        clean(&scrubber("hipaa-safe-harbor"), &text, nobody());
    }

    #[test]
    fn texts_like_notes_are_read(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "John", "SMITH", ",", ", ", " ", "  ", "\t", "\n", ":", "#", "MRN", "DOB", "5/5/1955",
                "May", "3rd", "2011", "'98", "-", "–", " to ", "Dr.", "MD", "wife", "’s", "é", "(617)",
                "555-0134", "|", "Boston", "MA", "02139", "12", "Oak", "St", "94", "year-old", "@", "a.b",
                "12345678", ".", "J.", "von", "Jr", "\u{301}", "ß", "İ", "ﬁ", "١٢",
            ]),
            0..40,
        )
    ) {
        let john = john();
        let text = parts.concat();
        clean(&scrubber("research-linked"), &text, of(&john));
    }

    #[test]
    fn any_value_has_a_fake(value in "\\PC{0,40}", at in 0..EntityType::ALL.len()) {
        let john = john();
        scrubber("research-linked").surrogate(EntityType::ALL[at], &value, of(&john));
    }

    #[test]
    fn known_values_never_stay(
        given in prop::sample::select(vec!["John", "JOHN"]),
        before in "[a-z]{2,8} [a-z]{2,8}",
        after in "[a-z]{2,8}",
    ) {
        let john = john();
        let text = format!("{before} {given} Smith, {after}; 617.555.0199 and 12345");
        let out = clean(&scrubber("research-linked"), &text, of(&john));
        prop_assert!(!out.contains("Smith") && !out.contains("617.555.0199") && !out.contains("12345"));
    }
}
