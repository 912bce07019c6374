//! The reader of `brat` ends, whatever the bytes, and what it read is written and read back the same.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| anonymed_document::fuzzing::brat(bytes));
