//! The files of `fuzz/corpus` go through what the fuzz targets call.

use std::path::Path;

use anonymed_document::fuzzing;

/// Replays the files of a target; there are some.
fn replay(target: &str, call: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files = 0;
    for entry in fs_err::read_dir(folder).expect("the target has a folder") {
        let path = entry.expect("the folder can be listed").path();
        call(&fs_err::read(path).expect("the file can be read"));
        files += 1;
    }
    assert!(files > 0, "{target} has files to begin with");
}

#[test]
fn formats_are_replayed() {
    for target in ["pdf", "rtf", "docx", "html", "markdown"] {
        replay(target, |bytes| fuzzing::format(target, bytes));
    }
}

#[test]
fn corpora_are_replayed() {
    replay("i2b2", fuzzing::i2b2);
    replay("i2b2_inline", fuzzing::i2b2_inline);
    replay("brat", fuzzing::brat);
}

#[test]
fn every_target_is_replayed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    // The scrubber's is replayed where the scrubber is.
    let sources = [include_str!("replay.rs"), include_str!("../../../text/tests/it/replay.rs")];
    for entry in fs_err::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let target = name.strip_suffix(".rs").unwrap();
        let named = format!("\"{target}\"");
        assert!(sources.iter().any(|source| source.contains(&named)), "{target}");
    }
}
