//! `anonymed text eval`: what a person and a script see of it.

use super::{Bench, code, stderr};

const GOLD: &str = r#"{"id":"a","text":"Ann Roe, 45, mrn 0815","spans":[{"start":0,"end":7,"type":"patient"},{"start":9,"end":11,"type":"age"},{"start":17,"end":21,"type":"ID","label":"FILE"}]}
{"id":"b","text":"seen on 4 May","spans":[{"start":8,"end":13,"type":"date"}],"negatives":[{"start":0,"end":4,"kind":"verb"}]}
"#;
const FOUND: &str = r#"{"id":"b","spans":[{"start":8,"end":13,"type":"date"},{"start":0,"end":4,"type":"person"}]}
{"id":"a","spans":[{"start":0,"end":3,"type":"person"},{"start":17,"end":21,"type":"mrn"}]}
"#;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("gold.jsonl", GOLD);
    bench.write("found.jsonl", FOUND);
    bench
}

#[test]
fn figures_are_told_as_tables_and_as_json() {
    let bench = bench();
    let arguments = ["text", "eval", "gold.jsonl", "found.jsonl"];
    let done = bench.run(&arguments);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let words = String::from_utf8(done.stdout).unwrap();
    for part in ["2 documents", "words, any type    0.800", "verb", "\nNAME", "\nfile"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let told = |more: &[&str]| -> serde_json::Value {
        let done = bench.run(&[&arguments[..], &["--json"], more].concat());
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let all = told(&[]);
    assert_eq!(all["tokens"]["recall"]["value"], 4.0 / 6.0);
    assert_eq!(all["entities"]["strict"]["recall"]["value"], 0.5);
    assert_eq!(all["entities"]["relaxed"]["recall"]["value"], 0.75);
    assert_eq!(all["negatives"]["share"]["value"], 1.0);
    let without = told(&["--ignore", "age,FILE"]);
    assert_eq!(without["entities"]["gold"], 2);
    let dates = told(&["--types", "DATE"]);
    assert_eq!(dates["entities"]["strict"]["f2"]["value"], 1.0);
}

#[test]
fn what_cannot_be_scored_is_a_matter_of_usage() {
    let bench = bench();
    let check = |arguments: &[&str], exit: i32, says: &str| {
        let done = bench.run(&[&["text", "eval"], arguments].concat());
        assert_eq!(code(&done), exit, "{}", stderr(&done));
        let said = stderr(&done).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(says), "{said}");
    };
    check(&["gold.jsonl", "found.jsonl", "--ignore", "pateint"], 2, "`pateint` is no type");
    check(&["gold.jsonl", "nowhere.jsonl"], 1, "it is not there");
    check(&["found.jsonl", "gold.jsonl"], 2, "gold, line 1: it has no `text`");
    check(&["gold.jsonl", "found.jsonl", "--offsets", "lines"], 2, "possible values");
}
