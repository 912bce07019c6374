//! What is written is read back the same.

use anonymed_document::Limits;
use anonymed_document::standoff::{AnnotatedDocument, Span, brat, i2b2, i2b2_inline};
use proptest::prelude::*;

/// Texts with what is hard to write: ends of sections, line ends, wide characters.
fn document() -> impl Strategy<Value = AnnotatedDocument> {
    let piece = prop::sample::select(vec![
        "Jane", " ", "é", "😀", "\n", "\r\n", "\r", "\t", "]]>", "<", "&amp;", "\"", "]", ">",
        "\u{85}",
    ]);
    let label = prop::sample::select(vec!["NAME/PATIENT", "AGE", "ID/IDNUM", "FECHAS"]);
    let spans = prop::collection::vec((0usize..40, 1usize..6, label), 0..6);
    (prop::collection::vec(piece, 1..40), spans).prop_map(|(pieces, places)| {
        let text = pieces.concat();
        let borders: Vec<usize> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let last = borders.len() - 1;
        let spans = places.into_iter().map(|(start, length, label)| {
            let start = start % last;
            let end = (start + length).min(last);
            Span { start: borders[start], end: borders[end], label: label.to_owned() }
        });
        AnnotatedDocument { id: "7".into(), spans: spans.collect(), text: text.into() }
    })
}

proptest! {
    #[test]
    fn i2b2_is_read_back(document in document()) {
        let written = i2b2::write(&document).unwrap();
        let read = i2b2::read("7", written.as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(&read, &document);
        prop_assert_eq!(read.text.expose(), document.text.expose());
    }

    #[test]
    fn brat_is_read_back(document in document()) {
        let written = brat::write(&document).unwrap();
        let text = document.text.expose().as_bytes();
        let read = brat::read("7", text, written.as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(&read, &document);
    }

    #[test]
    fn i2b2_inline_is_read_back(document in document()) {
        let mut document = document;
        document.spans.sort();
        let mut at = 0;
        document.spans.retain(|span| {
            let apart = span.start >= at;
            at = if apart { span.end } else { at };
            apart
        });
        let written = i2b2_inline::write(&[document.clone(), document.clone()]).unwrap();
        let read = i2b2_inline::read(written.as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(read, [document.clone(), document]);
    }

    #[test]
    fn readers_end(bytes in prop::collection::vec(any::<u8>(), 0..200), pieces in prop::collection::vec(prop::sample::select(vec![
        "<ROOT>", "<RECORD ID='1'>", "<TEXT>", "<TAGS>", "<PHI TYPE='ID'>", "</PHI>", "</TEXT>", "</TAGS>",
        "<NAME start='0' end='1'/>", "<![CDATA[", "]]>", "x", "<!DOCTYPE a [", "<!ENTITY a 'b'>", "&a;", "&#1;",
        "T1\tX 0 1\tx\n", "T1\tX 0 99999999999999999999\tx\n", ";", "\n",
    ]), 0..20)) {
        let limits = Limits::default();
        for bytes in [bytes, pieces.concat().into_bytes()] {
            let _ = i2b2::read("1", &bytes, &limits);
            let _ = i2b2_inline::read(&bytes, &limits);
            let _ = brat::read("1", b"x", &bytes, &limits);
        }
    }
}
