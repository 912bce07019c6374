//! The reader of `html` ends, whatever the bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anonymed_document::fuzzing::format("html", bytes));
