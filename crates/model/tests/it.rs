//! Models as the engine sees them: a folder in, entities out, and what is broken refused.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anonymed_core::{EntityTagger, EntityType};
use anonymed_model::{BertTagger, ModelError, checksums};

fn fixture(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind)
}

fn load(folder: &Path) -> Result<BertTagger, ModelError> {
    BertTagger::load(folder, &BTreeMap::new())
}

#[test]
fn a_word_is_found_wherever_it_stands() {
    let model = load(&fixture("bert")).unwrap();
    let find = |text: &str| -> Vec<String> {
        let found = model.tag(text, &|_| 0.5).unwrap();
        assert!(found.iter().all(|f| f.entity == EntityType::Patient && f.recognizer == "model"));
        found.into_iter().map(|f| text[f.span].to_owned()).collect()
    };
    assert_eq!(find("the knee and Zorblatt left, well"), ["Zorblatt"]);
    assert_eq!(find("pain today; ZORBLATT is well"), ["ZORBLATT"]);
    assert!(find("").is_empty() && find(" \n\t").is_empty());
    // Further than a window and a piece reach, with signs that the model does not know.
    let far = format!("{} zorblatt ș 漢 \u{1F468} stays", "knee well ".repeat(5_000));
    assert_eq!(find(&far), ["zorblatt"]);
}

#[test]
fn what_is_less_likely_than_asked_is_left() {
    let model = load(&fixture("bert")).unwrap();
    let text = "the knee and zorblatt left";
    assert!(model.tag(text, &|_| 1.1).unwrap().is_empty());
    let of_dates = |entity| if entity == EntityType::Date { 0.5 } else { 1.1 };
    assert!(model.tag(text, &of_dates).unwrap().is_empty());
}

#[test]
fn meanings_of_labels_can_be_given() {
    let own = BTreeMap::from([("PATIENT".to_owned(), Some(EntityType::Doctor))]);
    let model = BertTagger::load(&fixture("bert"), &own).unwrap();
    let found = model.tag("the knee and zorblatt left", &|_| 0.5).unwrap();
    assert_eq!(found[0].entity, EntityType::Doctor);
    let own = BTreeMap::from([("patient".to_owned(), None)]);
    let model = BertTagger::load(&fixture("bert"), &own).unwrap();
    assert!(model.tag("the knee and zorblatt left", &|_| 0.5).unwrap().is_empty());
}

/// A copy of a model with one file changed.
fn changed(file: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> (tempfile::TempDir, ModelError) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
        let bytes = fs_err::read(fixture("bert").join(name)).unwrap();
        let bytes = if name == file { change(bytes) } else { bytes };
        fs_err::write(folder.path().join(name), bytes).unwrap();
    }
    let error = load(folder.path()).expect_err("a broken model");
    (folder, error)
}

#[test]
fn what_is_broken_is_refused() {
    let check = |file: &str, says: &str, change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let (_folder, error) = changed(file, change);
        assert!(error.to_string().contains(says), "{error}");
    };
    let text = |from: &'static str, to: &'static str| {
        move |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{from}");
            text.replace(from, to).into_bytes()
        }
    };
    check("model.safetensors", "model.safetensors is broken", &|mut bytes| {
        bytes.truncate(bytes.len() / 2);
        bytes
    });
    check("model.safetensors", "model.safetensors is broken", &|mut bytes| {
        bytes[..8].fill(0xff);
        bytes
    });
    check("model.safetensors", "model.safetensors is broken", &|_| Vec::new());
    check("config.json", "weights do not fit", &text("\"hidden_size\": 12", "\"hidden_size\": 15"));
    check(
        "config.json",
        "weights do not fit",
        &text("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 90"),
    );
    check(
        "config.json",
        "`hidden_size`",
        &text("\"hidden_size\": 12", "\"hidden_size\": 4000000000"),
    );
    check("config.json", "labels SPECIES mean", &text("PATIENT", "SPECIES"));
    check("config.json", "not run here", &text("\"bert\"", "\"deberta-v2\""));
    check("config.json", "no such configuration", &|_| b"[]".to_vec());
    check("tokenizer.json", "tokenizer.json is broken", &|_| b"{}".to_vec());
    check("tokenizer.json", "tokenizer.json is broken", &|bytes| bytes[..100].to_vec());
    let folder = tempfile::tempdir().unwrap();
    let error = load(folder.path()).unwrap_err();
    assert!(error.to_string().contains("config.json cannot be read"), "{error}");
}

#[test]
fn every_file_has_its_checksum() {
    let sums = checksums(&fixture("bert")).unwrap();
    assert_eq!(
        sums.keys().copied().collect::<Vec<_>>(),
        ["config.json", "model.safetensors", "tokenizer.json"]
    );
    assert!(sums.values().all(|sum| sum.len() == 64));
    assert_ne!(sums, checksums(&fixture("roberta")).unwrap());
}
