//! The scrubber keeps its promises, whatever the text.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anonymed_text::fuzzing::scrub(bytes));
