//! The reader of `markdown` ends, whatever the bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anonymed_document::fuzzing::format("markdown", bytes));
