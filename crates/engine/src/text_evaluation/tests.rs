//! Files that are scored, and files that are refused.

use super::*;

fn scored(gold: &str, predictions: &str, offsets: Offsets) -> Result<Report, String> {
    let folder = tempfile::tempdir().unwrap();
    let (gold_file, predictions_file) = (folder.path().join("g"), folder.path().join("p"));
    fs_err::write(&gold_file, gold).unwrap();
    fs_err::write(&predictions_file, predictions).unwrap();
    let request = EvaluationRequest {
        gold: &gold_file,
        predictions: &predictions_file,
        offsets,
        types: &[],
        ignore: &[],
        seed: 1,
    };
    evaluate(&request, &CancelToken::default()).map_err(|error| error.to_string())
}

const GOLD: &str = r#"{"id":"a","lang":"en","text":"Zoë 😀 Quill, 40 mg","spans":[{"start":6,"end":11,"type":"NAME","label":"PATIENT"}],"negatives":[{"start":13,"end":18,"kind":"dose"}]}"#;

#[test]
fn lines_are_matched_by_id_in_any_order_and_unit() {
    let check = |gold: &str, predictions: &str, offsets: Offsets, expect: f64| {
        let report = scored(gold, predictions, offsets).unwrap();
        assert_eq!(report.entities.strict.recall.value, Some(expect), "{predictions}");
    };
    let found = |start: u64, end: u64| {
        format!(
            r#"{{"id":"a","spans":[{{"start":{start},"end":{end},"type":"person","score":0.9}}]}}"#
        )
    };
    let gold_in = |start: u64, end: u64| {
        format!(
            r#"{{"id":"a","text":"Zoë 😀 Quill","spans":[{{"start":{start},"end":{end},"type":"patient"}}]}}"#
        )
    };
    check(GOLD, &found(6, 11), Offsets::CodePoints, 1.0);
    check(GOLD, &found(6, 10), Offsets::CodePoints, 0.0);
    check(&gold_in(10, 15), &found(10, 15), Offsets::Bytes, 1.0);
    check(&gold_in(7, 12), &found(7, 12), Offsets::Utf16, 1.0);
    let empty = |id: &str| format!(r#"{{"id":{id},"text":"","spans":[]}}"#);
    let gold = format!("{GOLD}\n\n{}\r\n{}\n", empty("1"), empty("\"1\""));
    let predictions = format!("{}\n{}\n{}", empty("\"1\""), empty("1"), found(6, 11));
    check(&gold, &predictions, Offsets::CodePoints, 1.0);
}

#[test]
fn files_that_do_not_fit_are_refused_by_line_and_without_their_values() {
    let check = |gold: &str, predictions: &str, expect: &str| {
        let message = scored(gold, predictions, Offsets::CodePoints).unwrap_err();
        assert!(message.starts_with(expect), "{message}");
        assert!(!message.contains("Quill") && !message.contains("SECRET"), "{message}");
    };
    let none = r#"{"id":"a","spans":[]}"#;
    let span = |rest: &str| format!(r#"{{"id":"a","spans":[{{{rest}}}]}}"#);
    check("", "", "there is no document");
    check(GOLD, "", "gold, line 1: the predictions have no line");
    check(
        GOLD,
        &format!("{none}\n{{\"id\":\"SECRET\",\"spans\":[]}}"),
        "predictions, line 2: gold has no line",
    );
    check(GOLD, &format!("{none}\n{none}"), "predictions, line 2: its id stands");
    check(&format!("{GOLD}\n{GOLD}"), none, "gold, line 2: its id stands");
    check(none, none, "gold, line 1: it has no `text`");
    check(GOLD, r#"{"id":"a","text":"SECRET","spans":[]}"#, "predictions, line 1: its text");
    check(GOLD, "SECRET", "predictions, line 1: it is no JSON object");
    check(GOLD, r#"{"id":"a"}"#, "predictions, line 1: it is no JSON object");
    check(GOLD, r#"{"id":["SECRET"],"spans":[]}"#, "predictions, line 1: it is no JSON object");
    check(GOLD, r#"{"id":{"SECRET":1},"spans":[]}"#, "predictions, line 1: it is no JSON object");
    check(GOLD, r#"{"id":1.5,"spans":[]}"#, "predictions, line 1: it is no JSON object");
    check(
        GOLD,
        &span(r#""start":-1,"end":2,"type":"date""#),
        "predictions, line 1: it is no JSON object",
    );
    check(
        GOLD,
        &span(r#""start":0,"end":2,"type":"SECRET""#),
        "predictions, line 1: span 1 has no type",
    );
    check(GOLD, &span(r#""start":0,"end":2"#), "predictions, line 1: span 1 has no type");
    check(
        GOLD,
        &span(r#""start":0,"end":99,"type":"date""#),
        "predictions, line 1: span 1 does not lie",
    );
    check(
        GOLD,
        &span(r#""start":2,"end":2,"type":"date""#),
        "predictions, line 1: span 1 does not lie",
    );
    let negative = GOLD.replace("\"end\":18", "\"end\":99");
    check(&negative, none, "gold, line 1: negative 1 does not lie");
    check(&GOLD.replace("dose", "SECRET SECRET"), none, "gold, line 1: negative 1: the kind");
}

#[test]
fn a_line_without_end_is_refused() {
    let long = format!("{{\"id\":\"{}\"", "x".repeat(33 << 20));
    let message = scored(GOLD, &long, Offsets::CodePoints).unwrap_err();
    assert!(message.starts_with("predictions, line 1: it is longer than"), "{message}");
}

#[test]
fn negatives_without_a_kind_are_counted() {
    let gold = GOLD.replace(r#","kind":"dose""#, "");
    let report = scored(&gold, r#"{"id":"a","spans":[]}"#, Offsets::CodePoints).unwrap();
    assert_eq!(report.negative_kinds.len(), 1);
    assert_eq!(
        (report.negative_kinds[0].name.as_str(), report.negative_kinds[0].tokens),
        ("unnamed", 2)
    );
}
