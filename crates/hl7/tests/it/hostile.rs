//! Input that is not what it should be.

use crate::support::{Blind, Index, Seen, kind, policy, scan_into, transform};
use anonymed_core::ModalityError;
use proptest::prelude::*;

const GOOD: &str = r#"{"resourceType":"Patient","id":"p1","gender":"female"}"#;

#[test]
fn broken_lines_are_held_back_by_number() {
    let deep = format!("{{\"resourceType\":\"Patient\",\"x\":{}", "[".repeat(500));
    let lines = [
        GOOD,
        "{\"resourceType\":\"Patient\",\"id\":\"Jane Roe",
        "",
        "{\"resourceType\":\"Patient\",\"id\":\"p\",\"id\":\"q\"}",
        "not json at all: Jane Roe",
        &deep,
        "[1,2]",
        "{\"resourceType\":\"Nonsense\"}",
        "{\"resourceType\":\"Patient\",\"id\":\"p\u{1}\"}",
        GOOD,
    ];
    let text = lines.join("\n");
    let mut seen = Seen::default();
    scan_into(text.as_bytes(), &mut seen).unwrap();
    let (out, done) =
        transform(text.as_bytes(), &policy("research-linked"), &Index::new(&seen), &Blind).unwrap();
    assert_eq!(out.lines().count(), 2);
    let places: Vec<String> = done.quarantined.iter().map(|q| q.place.to_string()).collect();
    let expect = [2, 4, 5, 6, 7, 8, 9].map(|n| format!("line {n}, Resource"));
    assert_eq!(places, expect);
    assert_eq!(seen.rejected.len(), 7);
    assert_eq!((done.records_in, done.records_out), (9, 2));
    for record in done.quarantined.iter().chain(&seen.rejected) {
        assert!(!format!("{record:?}").contains("Jane"));
    }
}

#[test]
fn bytes_that_are_no_text_are_held_back() {
    let mut text = GOOD.as_bytes().to_vec();
    text.extend_from_slice(b"\n{\"resourceType\":\"Patient\",\"id\":\"\xff\"}\n");
    text.extend_from_slice(GOOD.as_bytes());
    let mut seen = Seen::default();
    scan_into(&text, &mut seen).unwrap();
    let (_, done) =
        transform(&text, &policy("research-linked"), &Index::new(&seen), &Blind).unwrap();
    assert_eq!(done.quarantined.len(), 1);
    assert_eq!(done.quarantined[0].reason, "not UTF-8");
}

#[test]
fn a_broken_document_is_an_error_without_a_value() {
    let check = |text: &str, reason: &str| {
        assert_eq!(kind(text.as_bytes()).unwrap().kind, "json", "{text:.80}");
        let mut seen = Seen::default();
        for error in [
            scan_into(text.as_bytes(), &mut seen).unwrap_err(),
            transform(text.as_bytes(), &policy("research-linked"), &Index::default(), &Blind)
                .unwrap_err(),
        ] {
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!error.to_string().contains("Jane"), "{error}");
            assert!(matches!(error, ModalityError::Malformed { .. } | ModalityError::Limit { .. }));
        }
    };
    check("{\n\"resourceType\":\"Patient\",\"name\":\"Jane", "middle of a string");
    check("{\n\"resourceType\":\"Patient\",\"a\":1,\"a\":2}", "twice");
    let deep = format!("{{\n\"resourceType\":\"Bundle\",\"a\":{}", "[".repeat(100_000));
    check(&deep, "too deeply");
}

#[test]
fn huge_numbers_and_strings_are_nothing_special() {
    let huge = "9".repeat(2_000_000);
    let text = format!(
        "{{\"resourceType\":\"Practitioner\",\"id\":\"{huge}\",\"birthDate\":\"{huge}\",\
         \"active\":{huge},\"gender\":\"male\"}}"
    );
    let (out, _) =
        transform(text.as_bytes(), &policy("research-linked"), &Index::default(), &Blind).unwrap();
    assert!(out.contains("\"gender\":\"male\""));
}

#[test]
fn a_document_over_the_limit_is_refused() {
    use anonymed_core::{Document, FileNumber, Modality, Sensitive};
    let name = Sensitive::from("n");
    let mut data = std::io::Cursor::new(b"{\n\"resourceType\":\"Patient\"}".to_vec());
    let mut document =
        Document { file: FileNumber(1), name: &name, length: 1 << 40, data: &mut data };
    let format = kind(b"{\"resourceType\":\"Patient\"}").unwrap();
    let error =
        anonymed_hl7::Fhir.inspect(&mut document, &format, &mut Seen::default()).unwrap_err();
    assert!(matches!(error, ModalityError::Limit { .. }));
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,11})(\\.[0-9]{1,9})?",
        "[a-zA-Z0-9 :/#?|.-]{0,20}".prop_map(|s| format!("\"{s}\"")),
        Just("\"2020-02-30T99\"".to_owned()),
        Just("\"#\"".to_owned()),
        Just("\"urn:uuid:\"".to_owned()),
        Just("\"Patient/p1\"".to_owned()),
        Just("\"<div>&#xFFFFFF;</div>\"".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![
            Just("id"),
            Just("subject"),
            Just("reference"),
            Just("period"),
            Just("start"),
            Just("identifier"),
            Just("value"),
            Just("system"),
            Just("name"),
            Just("text"),
            Just("div"),
            Just("contained"),
            Just("entry"),
            Just("resource"),
            Just("fullUrl"),
            Just("extension"),
            Just("url"),
            Just("valueString"),
            Just("birthDate"),
            Just("_birthDate"),
            Just("meta"),
            Just("security"),
            Just("address"),
            Just("postalCode"),
            Just("code"),
            Just("coding"),
            Just("onsetAge"),
            Just("onsetRange"),
            Just("low"),
            Just("content"),
            Just("attachment"),
            Just("data"),
            Just("contentType"),
            Just("request"),
            Just("type"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(","))),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|m| {
                let members: Vec<String> =
                    m.into_iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_resource_panics(of in prop::sample::select(vec!["Patient", "Observation", "Bundle", "Condition", "DocumentReference", "Claim"]),
                          members in prop::collection::btree_map("[a-zA-Z]{1,9}|id|subject|entry|contained|birthDate|identifier|text|meta|onsetAge|content|extension|name|address", value(), 0..8)) {
        let inside: String = members.iter().map(|(k, v)| format!(",\"{k}\":{v}")).collect();
        let text = format!("{{\"resourceType\":\"{of}\"{inside}}}");
        let mut seen = Seen::default();
        scan_into(text.as_bytes(), &mut seen).unwrap();
        for profile in ["hipaa-safe-harbor", "research-linked"] {
            let (out, _) = transform(text.as_bytes(), &policy(profile), &Index::new(&seen), &Blind).unwrap();
            for line in out.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut text = b"{\"resourceType\":\"Patient\"}\n".to_vec();
        text.extend_from_slice(&bytes);
        if kind(&text).is_some() {
            let mut seen = Seen::default();
            let _ = scan_into(&text, &mut seen);
            let _ = transform(&text, &policy("research-linked"), &Index::new(&seen), &Blind);
        }
    }
}

#[test]
fn lines_that_are_not_written_are_said() {
    let line = |kind: &str, id: &str| format!(r#"{{"resourceType":"{kind}","id":"{id}"}}"#);
    let text = [
        line("Organization", "a"),
        String::new(),
        "{broken".to_owned(),
        line("Basic", "b"),
        "  \t".to_owned(),
        line("Organization", "c"),
    ]
    .join("\n");
    let index = Index::new(&Seen::default());
    let (out, done) =
        transform(text.as_bytes(), &policy("research-linked"), &index, &Blind).unwrap();
    assert_eq!((out.lines().count(), done.unwritten_lines.as_slice()), (2, &[2, 3, 4, 5][..]));
}
