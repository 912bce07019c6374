//! Cell suppression of `anonymed table anonymize`. Classes and `*` are counted here, apart from the program.

use std::collections::{HashMap, HashSet};

use crate::{Bench, code, stderr};

const COLUMNS: &str = "[columns]\nage = { role = \"quasi\", hierarchy = \"age\" }\nsex = \"quasi\"\n\
                       town = \"quasi\"\nward = \"quasi\"\ndx = \"sensitive\"\n";

/// 400 people of few towns and wards, and 60 who are alike in all but one or two columns.
fn people() -> String {
    let mut csv = "age,sex,town,ward,dx\n".to_owned();
    for n in 0..460usize {
        let town = match n {
            400..430 => format!("Atlantis {n}"),
            _ => ["Ulm", "Bonn", "Kiel"][n * n % 3].to_owned(),
        };
        let ward = match n {
            420..440 => format!("W{n}"),
            _ => ["A", "B"][n / 7 % 2].to_owned(),
        };
        let age = if n >= 440 { 18 + n % 70 } else { 20 + n % 4 * 15 };
        let dx = ["I10", "E11", "J45", "K21"][n * 3 % 4];
        csv += &format!("{age},{},{town},{ward},{dx}\n", ["F", "M"][n % 2]);
    }
    csv
}

fn run(bench: &Bench, words: &[&str]) -> serde_json::Value {
    let done = bench.run(&[words, &["--json"]].concat());
    assert_eq!(code(&done), 0, "{words:?}: {}", stderr(&done));
    serde_json::from_slice(&done.stdout).expect("a report")
}

fn anonymize(bench: &Bench, config: &str, out: &str) -> serde_json::Value {
    bench.write("people.csv", people());
    bench.write("table.toml", config);
    run(bench, &["table", "anonymize", "people.csv", "--out", out, "--config", "table.toml"])
}

fn rows(bench: &Bench, out: &str) -> Vec<Vec<String>> {
    let text = fs_err::read_to_string(bench.path(out)).expect("an output");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The fewest rows and diagnoses of a class.
fn smallest(rows: &[Vec<String>]) -> (usize, usize) {
    let mut classes: HashMap<&[String], (usize, HashSet<&String>)> = HashMap::new();
    for row in rows {
        let class = classes.entry(&row[..4]).or_default();
        class.0 += 1;
        class.1.insert(&row[4]);
    }
    let fewest = |of: fn(&(usize, HashSet<&String>)) -> usize| classes.values().map(of).min();
    (fewest(|c| c.0).unwrap_or(0), fewest(|c| c.1.len()).unwrap_or(0))
}

fn stars(rows: &[Vec<String>], at: usize) -> usize {
    rows.iter().filter(|row| row[at] == "*").count()
}

const MODELS: &str = "[[model]]\nk = 5\n[[model]]\nl = 2\non = \"dx\"\n";

#[test]
fn rows_keep_what_they_share() {
    for (method, models) in [
        ("optimal", MODELS.to_owned()),
        ("optimal", format!("{MODELS}[[model]]\nt = 0.5\non = \"dx\"\n")),
        ("optimal", format!("{MODELS}[[model]]\naverage_risk = 0.1\n")),
        ("mondrian", MODELS.to_owned()),
    ] {
        let bench = Bench::new();
        let config = |suppressed: &str| {
            format!(
                "{COLUMNS}{models}[search]\nmethod = \"{method}\"\nsuppress_max = 0.2\n[output]\nsuppressed = \
                 \"{suppressed}\"\n[attack]\nhomogeneity_max_share = 1.0\nlinkage_max = 0.2\n"
            )
        };
        let dropped = anonymize(&bench, &config("drop"), "drop.csv");
        let told = anonymize(&bench, &config("cells"), "cells.csv");
        let released = rows(&bench, "cells.csv");
        let (people, values) = smallest(&released);
        assert!(people >= 5 && values >= 2, "{method}: {people} people, {values} values");
        assert_eq!(told["smallest_class_rows"], people, "{method}");
        assert_eq!(told["released_rows"], released.len());
        assert!(dropped["suppressed_cells"].is_null());
        for (at, column) in ["age", "sex", "town", "ward"].into_iter().enumerate() {
            assert_eq!(told["suppressed_cells"][column], stars(&released, at), "{column}");
        }
        let loss = |told: &serde_json::Value| told["loss"].as_f64().expect("a number");
        assert!(loss(&told) <= loss(&dropped), "{method}: {told}");
        if method == "optimal" {
            assert!(loss(&told) < loss(&dropped) && stars(&released, 2) > 0, "{told}");
        }
        // Who judges it reads `*` as anything.
        let risk = run(&bench, &["risk", "cells.csv", "--config", "table.toml"]);
        assert_eq!(risk["rows"], released.len());
        run(&bench, &["utility", "people.csv", "cells.csv", "--config", "table.toml"]);
        run(&bench, &["table", "attack", "people.csv", "cells.csv", "--config", "table.toml"]);
    }
}

#[test]
fn a_column_s_cells_have_a_limit() {
    let bench = Bench::new();
    let config = |limit: &str| {
        let columns =
            COLUMNS.replace("town = \"quasi\"", &format!("town = {{ role = \"quasi\"{limit} }}"));
        format!(
            "{columns}[[model]]\nk = 5\n[search]\nmethod = \"optimal\"\nsuppress_max = 0.3\n[output]\n\
             suppressed = \"cells\"\n"
        )
    };
    let free = anonymize(&bench, &config(""), "free.csv");
    let rows_of = |out: &str| rows(&bench, out);
    let own = stars(&rows_of("free.csv"), 2);
    assert!(own > 10, "{free}");
    let told = anonymize(&bench, &config(", cells_max = 0.02"), "few.csv");
    let released = rows_of("few.csv");
    assert!(stars(&released, 2) as f64 <= 0.02 * released.len() as f64, "{told}");
    assert!(smallest(&released).0 >= 5);
    let kept = told["models"].as_array().expect("models").iter().find(|k| k["on"] == "town");
    let kept = kept.expect("the limit is counted again");
    assert_eq!((&kept["measure"], &kept["holds"]), (&"suppressed-cells".into(), &true.into()));
}

#[test]
fn what_cells_cannot_keep_is_refused() {
    let check = |config: &str, part: &str| {
        let bench = Bench::new();
        bench.write("people.csv", people());
        bench.write("table.toml", format!("{config}[output]\nsuppressed = \"cells\"\n"));
        let words =
            ["table", "anonymize", "people.csv", "--out", "o.csv", "--config", "table.toml"];
        let done = bench.run(&words);
        assert!(code(&done) == 3 && stderr(&done).contains(part), "{}", stderr(&done));
        assert!(!bench.path("o.csv").exists());
    };
    let optimal = "[search]\nmethod = \"optimal\"\n";
    check(
        &format!("{COLUMNS}[[model]]\nl_known = 2\nk = 5\nc = 0.9\non = \"dx\"\n{optimal}"),
        "l_known",
    );
    let presence =
        "[[model]]\ndelta_min = 0.0\ndelta_max = 0.9\n[population]\ntable = \"people.csv\"\n";
    check(&format!("{COLUMNS}{presence}{optimal}"), "leave `suppressed`");
    let aggregated =
        COLUMNS.replace("sex = \"quasi\"", "sex = { role = \"quasi\", aggregate = \"mode\" }");
    check(&format!("{aggregated}[[model]]\nk = 5\n"), "leave out `aggregate`");
}
