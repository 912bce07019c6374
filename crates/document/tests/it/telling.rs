//! A file's format, by content and name.

use anonymed_document::{DocumentError, Limits, formats, read_any, sniff_any};

#[test]
fn formats_are_told() {
    let check = |name: &str, bytes: &[u8], expect: &str| {
        assert_eq!(sniff_any(name, bytes).map(|format| format.name()), Ok(expect), "{name}");
    };
    check("letter.rtf", b"{\\rtf1 a}", "rtf");
    check("letter.doc", b"{\\rtf1 a}", "rtf");
    check("letter", b"<!doctype html><p>a", "html");
    check("letter.HTM", b"<p>a", "html");
    check("letter.md", b"# a <b>", "markdown");
    check("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc");
    check("letter", b"PK\x03\x04..word/document.xml", "docx");
}

#[test]
fn other_files_are_refused() {
    let check = |name: &str, bytes: &[u8], expect: fn(&DocumentError) -> bool| {
        let error = read_any(name, bytes, &Limits::default()).unwrap_err();
        assert!(expect(&error), "{name}: {error:?}");
    };
    check("note.txt", b"Patient is well.", |e| matches!(e, DocumentError::Unknown { .. }));
    check("note.txt", b"pain <3", |e| matches!(e, DocumentError::Unknown { .. }));
    check("", b"", |e| matches!(e, DocumentError::Unknown { .. }));
    check("letter.docx", b"Patient is well.", |e| {
        matches!(e, DocumentError::NotWhatItIsNamed { format: "docx" })
    });
    check("letter.html", b"Patient is well.", |e| {
        matches!(e, DocumentError::NotWhatItIsNamed { format: "html" })
    });
    check("letter.md", b"a\0b", |e| matches!(e, DocumentError::NotWhatItIsNamed { .. }));
    check("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", |e| {
        matches!(e, DocumentError::NotRead { format: "doc", instead: "docx" })
    });
}

#[test]
fn names_and_endings_are_of_one_format() {
    let mut endings = std::collections::HashSet::new();
    let mut names = std::collections::HashSet::new();
    for format in formats::ALL {
        assert!(names.insert(format.name()), "{}", format.name());
        assert!(format.media_type().contains('/'), "{}", format.name());
        for ending in format.extensions() {
            assert!(endings.insert(ending), "{ending}");
            assert_eq!(*ending, ending.to_ascii_lowercase());
        }
    }
}
