//! Input that is broken or out to break: a clear error or quarantine, no panic, and no value of the
//! data in any message.

use std::time::Instant;

use crate::{Bench, code, deidentify, stderr};

/// Stands in every hostile file; it may appear in no message.
const CANARY: &str = "Zaphodina-Quux-77341";

fn check(name: &str, bytes: &[u8]) {
    let bench = Bench::new();
    bench.write(&format!("in/{name}"), bytes);
    bench.write("in/good.csv", "mrn,sex,diagnosis\nA100001,F,I10\nA100002,M,E11\n");
    let done = bench.bounded(&deidentify("in", "out", "research-linked"));
    let said = stderr(&done);
    assert!([0, 4, 6].contains(&code(&done)), "{name}: exit {} {said}", code(&done));
    assert!(!said.contains("panicked"), "{name}: {said}");
    assert!(!said.contains(CANARY), "{name}: a value in a message");
    let planned =
        fs_err::read_to_string(bench.path("out.state/state/plan.json")).expect("there is a plan");
    assert!(!planned.contains(CANARY), "{name}: a value in the plan");
}

#[test]
fn broken_tables() {
    check("truncated.csv", format!("mrn,name\nA1,\"{CANARY}").as_bytes());
    check("empty.csv", b"");
    check("header.csv", b"mrn,name\n");
    check("ragged.csv", format!("mrn,name\nA1\nA2,{CANARY},x,y\nA3,b\n").as_bytes());
    check("bom.csv", format!("\u{feff}mrn,name\nA1,{CANARY}\nA2,b\n").as_bytes());
    check("nul.csv", format!("mrn,name\nA1,{CANARY}\0\nA2,b\n").as_bytes());
    let wide: String = (0..200).map(|n| format!("c{n},")).collect();
    let row: String = (0..200).map(|_| format!("{CANARY},")).collect();
    check("wide.csv", format!("{wide}z\n{row}1\n{row}2\n").as_bytes());
    let huge = "x".repeat(10 << 20);
    check("cell.csv", format!("mrn,comment\nA1,\"{CANARY} {huge}\"\nA2,b\n").as_bytes());
    check("bytes.csv", &[b"mrn,name\nA1,\xff\xfe\x81\n".as_slice(), CANARY.as_bytes()].concat());
    check("not.xlsx", format!("PK\x03\x04{CANARY}").as_bytes());
    check("not.parquet", format!("PAR1{CANARY}PAR1").as_bytes());
}

#[test]
fn broken_fhir() {
    let patient = format!(r#"{{"resourceType":"Patient","id":"{CANARY}"}}"#);
    check("cut.ndjson", format!("{patient}\n{}", &patient[..patient.len() - 3]).as_bytes());
    check(
        "malformed.json",
        format!("{{\"resourceType\":\"Patient\",\"id\":\"{CANARY}\",,}}").as_bytes(),
    );
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    check("deep.json", format!(r#"{{"resourceType":"Patient","x":{deep}}}"#).as_bytes());
    let long = "9".repeat(100_000);
    check(
        "number.json",
        format!(r#"{{"resourceType":"Patient","id":"p","multipleBirthInteger":{long}}}"#)
            .as_bytes(),
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test times the binary")]
fn help_is_quick() {
    // A loaded machine is slow; the fastest of ten runs is not.
    let bench = Bench::new();
    let fastest = (0..10)
        .map(|_| {
            let started = Instant::now();
            assert_eq!(code(&bench.run(&["--help"])), 0);
            started.elapsed()
        })
        .min();
    assert!(fastest.is_some_and(|t| t.as_millis() < 200), "{fastest:?}");
}

#[test]
fn wrong_keys_and_places_are_refused() {
    let bench = Bench::new();
    bench.write("in/good.csv", "mrn,sex\nA100001,F\nA100002,M\n");
    bench.write("open.key", "no key");
    let bad = bench.run(&[
        "deidentify",
        "in",
        "--out",
        "out",
        "--profile",
        "research-linked",
        "--key-file",
        "open.key",
    ]);
    assert!([7, 8].contains(&code(&bad)), "{}", stderr(&bad));
    let unknown = bench.deidentify("in", "out", "best-effort", &[]);
    assert_eq!(code(&unknown), 2);
    let inside = bench.deidentify("in", "in/out", "research-linked", &[]);
    assert_eq!(code(&inside), 2, "{}", stderr(&inside));
    let nothing = bench.deidentify("missing", "out", "research-linked", &[]);
    assert_eq!(code(&nothing), 1, "{}", stderr(&nothing));
}

#[test]
fn bundles_one_a_line_are_released_line_by_line() {
    let bundle = |n: u32, said: usize| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{{"resourceType":"Patient","id":"p{n}","gender":"female"}}}},{{"resource":{{"resourceType":"Observation","id":"o{n}","status":"final","subject":{{"reference":"Patient/p{n}"}},"valueString":"{}"}}}}]}}"#,
            "stable ".repeat(said)
        )
    };
    let bench = Bench::new();
    // The first line is longer than what a format is told by.
    bench.write("in/all.ndjson", [bundle(1, 12_000), bundle(2, 1), bundle(3, 1)].join("\n"));
    bench.write("in/good.json", bundle(4, 1));
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let files = crate::tree(&bench.path("out/data"));
    let written = files.iter().find(|(name, _)| name.ends_with(".ndjson"));
    let (_, bytes) = written.expect("a file of lines");
    assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), 3);
    assert!(files.keys().any(|name| name.ends_with(".json")), "the good file is there");
}

#[test]
fn one_table_that_is_none_is_wrong_input_and_told_by_its_line() {
    let check = |bytes: &str, expect: &str| {
        let bench = Bench::new();
        bench.write("raw.csv", bytes);
        let config = "[columns]\nage = \"quasi\"\nsex = \"quasi\"\n[[model]]\nk = 2\n";
        let (exit, _, said) = bench.anonymize(config, ("raw.csv", "out.csv"), &[]);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(exit, 2, "{said}");
        assert!(said.contains(expect) && !said.contains(CANARY), "{said}");
        assert!(!bench.path("out.csv").exists());
    };
    check(&format!("age,sex\n30,F\n31,{CANARY}\0\n32,F\n"), "a NUL byte in line 3");
    check(&format!("age,sex\n30,F\n31,\"{CANARY}\n32,F\n33,M\n"), "begins a cell in line 3");
}

#[test]
fn a_configuration_with_a_value_of_another_type_is_told_by_its_key() {
    let bench = Bench::new();
    bench.write("raw.csv", "age,sex\n30,F\n31,M\n");
    let config = format!(
        "[columns]\nage = \"quasi\"\n[[model]]\nk = 2\n[search]\nsuppress_max = \"{CANARY}\"\n"
    );
    let (exit, _, said) = bench.anonymize(&config, ("raw.csv", "out.csv"), &[]);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(exit, 3, "{said}");
    assert!(said.contains("search.suppress_max: a number, as `0.05`,"), "{said}");
    assert!(!said.contains(CANARY) && !said.contains("f64"), "{said}");
}
