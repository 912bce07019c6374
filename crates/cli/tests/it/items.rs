//! `anonymed table anonymize` of lists of codes: who has which of them together is counted here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Bench, code, stderr};

const CONFIG: &str = "[columns]\nage = \"quasi\"\nnote = \"keep\"\n[[model]]\nk = 5\n[[model]]\nk = 4\n\
                      m = 2\non = \"codes\"\n";

const CODES: [&str; 8] = ["E11.9", "E11.2", "E66.0", "I10", "I11.0", "J45.0", "J45.9", "Z99"];

/// 300 visits of 150 people, some without a code.
fn bench(column: &str, subject: &str) -> (Bench, i32, serde_json::Value, String) {
    let bench = Bench::new();
    let mut csv = "patient,age,codes,note\n".to_owned();
    for visit in 0..300usize {
        let own = |n: usize| (visit * (n + 3) + visit / 7 * n) % 11;
        let codes: Vec<&str> = (0..visit % 4).filter_map(|n| CODES.get(own(n)).copied()).collect();
        csv += &format!("{},{},{},N{visit}\n", visit / 2, 20 + visit % 40, codes.join("; "));
    }
    bench.write("people.csv", csv);
    let tree: String =
        CODES.iter().map(|code| format!("{code};{};{};*\n", &code[..3], &code[..1])).collect();
    bench.write("codes.csv", tree);
    let columns = format!("[columns]\ncodes = {{ role = \"keep\", items = \";\"{column} }}\n");
    let config = CONFIG.replace("[columns]\n", &columns);
    let config = format!("{subject}{config}");
    let (exit, told, said) = bench.anonymize(&config, ("people.csv", "out.csv"), &[]);
    (bench, exit, told, said)
}

/// The fewest people who have a code or a pair of codes, and every code that is written.
fn counted(bench: &Bench, by_patient: bool) -> (usize, BTreeSet<String>) {
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let at = |name: &str| header.iter().position(|column| *column == name).expect("the column");
    let mut people: BTreeMap<BTreeSet<&str>, BTreeSet<usize>> = BTreeMap::new();
    for row in lines {
        let visit: usize = row[at("note")][1..].parse().expect("a number");
        let person = if by_patient { visit / 2 } else { visit };
        let codes: Vec<&str> =
            row[at("codes")].split(';').filter(|code| !code.is_empty()).collect();
        for a in &codes {
            for b in &codes {
                people.entry(BTreeSet::from([*a, *b])).or_default().insert(person);
            }
        }
    }
    let written = people.keys().flatten().map(|code| (*code).to_owned()).collect();
    (people.values().map(BTreeSet::len).min().expect("a code"), written)
}

#[test]
fn every_pair_of_codes_is_had_by_k_people() {
    for subject in ["", "subject = \"patient\"\n"] {
        for column in ["", ", hierarchy = \"codes.csv\"", ", hierarchy = \"icd10cm\""] {
            let (bench, exit, told, said) = bench(column, subject);
            assert_eq!(exit, 0, "{column}: {said}");
            let (fewest, written) = counted(&bench, !subject.is_empty());
            assert!(fewest >= 4, "{column}: {fewest}");
            let models = told["models"].as_array().expect("what was promised");
            let kept = models.iter().find(|kept| kept["measure"] == "km-anonymity");
            let reached = kept.and_then(|kept| kept["reached"].as_f64());
            assert_eq!(reached, Some(fewest as f64), "{column}");
            let words = ["risk", "out.csv", "--config", "table.toml"];
            let risk = bench.run(&words);
            let said = String::from_utf8_lossy(&risk.stdout).into_owned();
            assert!(said.contains("km-anonymity(codes)"), "{said}");
            // Something is left, and without a hierarchy as it was.
            assert!(!written.is_empty());
            let as_it_was = written.iter().all(|code| CODES.contains(&code.as_str()));
            assert!(as_it_was || !column.is_empty(), "{written:?}");
        }
    }
}

#[test]
fn a_hierarchy_of_other_items_is_refused() {
    let (bench, exit, _, said) = bench(", hierarchy = \"loinc\"", "");
    assert!(exit != 0 && !bench.path("out.csv").exists(), "{said}");
}

/// The items alone are generalised by it: everything else would leave as it came.
#[test]
fn a_model_of_items_alone_is_refused() {
    let bench = Bench::new();
    bench.write("raw.csv", "age,codes\n30,a;b\n31,a\n");
    let columns = "[columns]\nage = \"quasi\"\ncodes = { role = \"keep\", items = \";\" }\n";
    let alone = format!("{columns}[[model]]\nk = 2\nm = 1\non = \"codes\"\n");
    for (models, expect) in [(alone.clone(), 3), (format!("{alone}[[model]]\nk = 2\n"), 0)] {
        bench.write("table.toml", models);
        let words = ["table", "anonymize", "raw.csv", "--config", "table.toml", "--out", "out.csv"];
        let done = bench.run(&words);
        assert_eq!(code(&done), expect, "{}", stderr(&done));
    }
}

/// A label that stands below two others on different lines has no label above it.
#[test]
fn a_label_below_two_others_is_refused() {
    let bench = Bench::new();
    bench.write("codes.csv", "a;X;Z;*\nb;Y;X;*\n");
    bench.write("raw.csv", "age,codes\n30,a\n30,b\n");
    let columns = "[columns]\nage = \"quasi\"\n\
                   codes = { role = \"keep\", items = \";\", hierarchy = \"codes.csv\" }\n";
    let models = "[[model]]\nk = 2\n[[model]]\nk = 3\nm = 1\non = \"codes\"\n";
    bench.write("table.toml", format!("{columns}{models}"));
    let words = ["table", "anonymize", "raw.csv", "--config", "table.toml", "--out", "out.csv"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 3, "{}", stderr(&done));
    assert!(stderr(&done).contains("below two others"), "{}", stderr(&done));
}
