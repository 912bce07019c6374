//! The files of `fuzz/corpus/scrub` go through what the fuzz target calls.

use std::path::Path;

#[test]
fn texts_are_replayed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join("scrub");
    let mut files = 0;
    for entry in fs_err::read_dir(folder).expect("the target has a folder") {
        let path = entry.expect("the folder can be listed").path();
        anonymed_text::fuzzing::scrub(&fs_err::read(path).expect("the file can be read"));
        files += 1;
    }
    assert!(files > 0, "there are files to begin with");
}
