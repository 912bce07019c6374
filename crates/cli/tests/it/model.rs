//! A model that a user brings: it finds what nobody else knows, a release says which it was, and without
//! it nothing goes on.

use std::path::{Path, PathBuf};

use crate::{Bench, code, stderr, tree};

/// The tiny model of crate `model`, which knows one invented word.
fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/tests/fixtures/bert")
}

/// Copies the model into the bench.
fn bring(bench: &Bench, name: &str) -> PathBuf {
    for file in ["config.json", "model.safetensors", "tokenizer.json"] {
        let bytes = fs_err::read(fixture().join(file)).expect("a fixture");
        bench.write(&format!("{name}/{file}"), bytes);
    }
    bench.path(name)
}

const NOTE: &str = "the knee is well and zorblatt left with less pain\n";

#[test]
fn a_model_is_heard_beside_the_detectors() {
    let bench = Bench::new();
    bring(&bench, "deid");
    bench.write("t.jsonl", format!("{}\n", serde_json::json!({ "id": 1, "text": NOTE })));
    let found = |options: &[&str]| {
        let done = bench.run(&[&["text", "find", "t.jsonl", "--jsonl"], options].concat());
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let line: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a line of JSON");
        line["spans"].clone()
    };
    assert_eq!(found(&["--tier", "rules"]).as_array().map(Vec::len), Some(0));
    for tier in ["rules", "default"] {
        let spans = found(&["--tier", tier, "--model", "deid"]);
        assert_eq!((&spans[0]["start"], &spans[0]["end"]), (&21.into(), &29.into()), "{spans}");
        assert_eq!(spans[0]["recognizer"], "model");
    }
    // A policy names it from where the policy lies.
    let head = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n";
    bench.write("policies/p.toml", format!("{head}model = \"../deid\"\n"));
    bench.write("note.txt", NOTE);
    let done = bench.run(&["text", "scrub", "note.txt", "--policy", "policies/p.toml"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    assert_eq!(String::from_utf8_lossy(&done.stdout), NOTE.replace("zorblatt", "[NAME]"));
}

#[test]
fn without_its_model_nothing_goes_on() {
    let bench = Bench::new();
    bench.write("note.txt", NOTE);
    let done = bench.run(&["text", "scrub", "note.txt", "--model", "nowhere"]);
    assert_eq!(code(&done), 3, "{}", stderr(&done));
    assert!(stderr(&done).contains("text.model") && stderr(&done).contains("config.json"));
    assert!(done.stdout.is_empty());
    let folder = bring(&bench, "deid");
    fs_err::write(folder.join("model.safetensors"), b"short").expect("written");
    let done = bench.run(&["text", "scrub", "note.txt", "--model", "deid"]);
    assert_eq!(code(&done), 3, "{}", stderr(&done));
    assert!(stderr(&done).contains("model.safetensors is broken"), "{}", stderr(&done));
}

#[test]
fn a_release_says_which_model_worked() {
    let bench = Bench::new();
    let folder = bring(&bench, "deid");
    let others = (1..30).map(|n| format!("44719{:02},Brastow{n},Quillon,F\n", 20 + n));
    bench.write("in/people.csv", format!("mrn,surname,given,sex\n{}", others.collect::<String>()));
    bench.write(
        "in/note.txt",
        format!("Patient: Quillon Brastow7\nMRN: 4471927\nDate: 03/04/2021\n\n{NOTE}"),
    );
    let policy = |model: &str| {
        format!(
            "schema = 1\nname = \"t\"\npurpose = \"IRB 7\"\nprofile = \"research-linked\"\non_unclassified = \"drop\"\n\
             [time]\nas_of = \"2025-06-30\"\n[text]\nmodel = '{model}'\n"
        )
    };
    let release = |out: &str| {
        let words = ["deidentify", "in", "--out", out, "--policy", "p.toml", "--key-file", "k.key"];
        bench.run(&[&words[..], &["--profile", "research-linked"]].concat())
    };
    bench.write("p.toml", policy("deid"));
    let done = release("no");
    assert_eq!(code(&done), 3, "{}", stderr(&done));
    assert!(stderr(&done).contains("text.model"), "{}", stderr(&done));
    bench.write("p.toml", policy(&folder.to_string_lossy()));
    let done = release("out");
    assert!(matches!(code(&done), 0 | 6), "{}", stderr(&done));
    let files = tree(&bench.path("out"));
    let all: String =
        files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(!all.contains("zorblatt"), "the model's word is replaced");
    let manifest = fs_err::read(bench.path("out/manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let sum = manifest["bound"]["model"]["model.safetensors"].as_str().unwrap_or_default();
    assert_eq!(sum.len(), 64, "{}", manifest["bound"]);
    assert!(!all.contains(&*folder.to_string_lossy()), "no path of this machine is released");
}
