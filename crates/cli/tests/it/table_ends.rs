//! Top and bottom coding of `anonymed table anonymize`: what is beyond an end is nowhere in what is written,
//! and whoever holds the release against the raw table knows what an end stands for.

use std::collections::HashMap;

use crate::{Bench, code, stderr};

/// 300 people from 15 to 99 years, with an income and how long they stayed.
fn people() -> String {
    let mut csv = "age,sex,income,days\n".to_owned();
    for n in 0..300u32 {
        let (age, income) = (15 + n * 7 % 85, n * 37 % 120);
        csv += &format!("{age},{},{income},{}\n", ["F", "M"][n as usize % 2], n * 11 % 40);
    }
    csv
}

const COLUMNS: &str = "[columns]\nage = { role = \"quasi\", bottom = 18, top = 90 }\nsex = \"quasi\"\n\
                       income = { role = \"sensitive\", top = 100 }\ndays = { role = \"keep\", top = 30 }\n";

fn run(bench: &Bench, words: &[&str]) -> serde_json::Value {
    let done = bench.run(&[words, &["--json"]].concat());
    assert_eq!(code(&done), 0, "{words:?}: {}", stderr(&done));
    serde_json::from_slice(&done.stdout).expect("a report")
}

/// The numbers that a label may stand for, both ends within.
fn stretch(label: &str) -> (u32, u32) {
    let number = |text: &str| text.parse::<u32>().expect("a number");
    match (label.split_once(".."), label.strip_suffix('+')) {
        _ if label == "*" => (0, u32::MAX),
        (Some((low, high)), _) => (number(low), number(high)),
        (_, Some(low)) => (number(low), u32::MAX),
        _ => match (label.strip_prefix("<="), label.strip_prefix('<')) {
            (Some(high), _) => (0, number(high)),
            (_, Some(high)) => (0, number(high) - 1),
            _ => (number(label), number(label)),
        },
    }
}

#[test]
fn nothing_beyond_an_end_is_written() {
    for method in ["fuzzy", "kmember", "mdav", "mondrian", "optimal", "relaxed"] {
        let bench = Bench::new();
        bench.write("people.csv", people());
        let models = "[[model]]\nk = 4\n[[model]]\nt = 0.6\nkind = \"ordered\"\non = \"income\"\n";
        let attack = "[attack]\nhomogeneity_max_share = 1.0\nlinkage_max = 0.5\n";
        bench.write(
            "table.toml",
            format!(
                "{COLUMNS}{models}[search]\nmethod = \"{method}\"\nsuppress_max = 0.2\n{attack}"
            ),
        );
        let told = run(
            &bench,
            &["table", "anonymize", "people.csv", "--out", "out.csv", "--config", "table.toml"],
        );
        let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
        let mut classes: HashMap<(&str, &str), u32> = HashMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            *classes.entry((cells[0], cells[1])).or_default() += 1;
            let (low, high) = stretch(cells[0]);
            // No label says more than an end does.
            let is_open = high == u32::MAX;
            assert!(high >= 17 && low <= 90 && (is_open || high < 90), "{}", cells[0]);
            assert!(cells[2] == "100+" || stretch(cells[2]).1 < 100, "{}", cells[2]);
            assert!(cells[3] == "30+" || stretch(cells[3]).1 < 30, "{}", cells[3]);
        }
        assert!(text.contains(",100+,") && text.contains(",30+"), "{method}");
        assert_eq!(
            classes.values().min().copied().map(u64::from),
            told["smallest_class_rows"].as_u64()
        );
        assert!(classes.values().all(|rows| *rows >= 4), "{method}");
        assert!(told["attacks"]["passed"].as_bool().unwrap_or(false), "{method}");
        // Who judges by both tables knows what an end covers.
        let utility = run(&bench, &["utility", "people.csv", "out.csv", "--config", "table.toml"]);
        assert!(!utility.is_null());
        run(
            &bench,
            &[
                "table",
                "attack",
                "people.csv",
                "out.csv",
                "--config",
                "table.toml",
                "--only",
                "linkage",
            ],
        );
    }
}

#[test]
fn what_is_no_number_is_refused_by_its_place() {
    let bench = Bench::new();
    bench.write("people.csv", people() + "?,F,1,1\nQuibble,F,1,1\n");
    bench.write("table.toml", format!("{COLUMNS}[[model]]\nk = 4\n"));
    let anonymize =
        ["table", "anonymize", "people.csv", "--out", "out.csv", "--config", "table.toml"];
    let done = bench.run(&anonymize);
    let said = stderr(&done);
    assert_eq!(code(&done), 3, "{said}");
    assert!(said.contains("`age`") && said.contains("row 302"), "{said}");
    assert!(!said.contains("Quibble") && !bench.path("out.csv").exists(), "{said}");
    // A declared mark of missing ones is none.
    let missing = COLUMNS.replace("bottom = 18,", "missing = [\"Quibble\"], bottom = 18,");
    bench.write("table.toml", format!("{missing}[[model]]\nk = 4\n"));
    let done = bench.run(&anonymize);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
}
