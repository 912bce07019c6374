//! `anonymed table propose`: what is proposed is taken as it is, and says why without a value.

use std::path::PathBuf;

use serde_json::Value;

use crate::{Bench, code, stderr};

/// 300 visits of 150 patients.
fn visits() -> String {
    let mut csv =
        "mrn,name,birth_date,zip,sex,drug,hba1c,diagnosis,note,zqx,admit_date\n".to_owned();
    for visit in 0..300usize {
        let patient = visit % 150;
        csv += &format!(
            "A{},Quibble Number{patient},{}-0{}-1{},0{},{},Drug {},{}.{},E1{}.9,\"Seen in the clinic today, doing well \
             and will come back {visit}\",{},2024-0{}-11\n",
            100_000 + patient,
            1940 + patient * 7 % 60,
            1 + patient % 9,
            patient % 10,
            2100 + patient * 13 % 80,
            ["F", "M"][patient % 2],
            patient % 5,
            5 + visit % 7,
            visit % 10,
            patient % 4,
            patient % 3,
            1 + visit % 9,
        );
    }
    csv
}

fn proposed(bench: &Bench, input: &str) -> Value {
    let done = bench.run(&["table", "propose", input, "--out", "table.toml", "--json"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

fn column<'a>(proposal: &'a Value, name: &str) -> &'a Value {
    let all = proposal["columns"].as_array().expect("columns");
    all.iter().find(|column| column["name"] == name).expect("the column is there")
}

fn anonymized(bench: &Bench, input: &str) -> String {
    let words = ["table", "anonymize", input, "--out", "out.csv", "--config", "table.toml"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    fs_err::read_to_string(bench.path("out.csv")).expect("a release")
}

#[test]
fn a_proposal_is_taken_as_it_is() {
    let bench = Bench::new();
    bench.write("raw.csv", visits());
    let proposal = proposed(&bench, "raw.csv");
    let role = |name: &str| column(&proposal, name)["role"].as_str().unwrap_or("none").to_owned();
    for (name, expect) in [
        ("mrn", "subject"),
        ("name", "identifier"),
        ("birth_date", "quasi"),
        ("zip", "quasi"),
        ("sex", "quasi"),
        ("drug", "keep"),
        ("hba1c", "keep"),
        ("diagnosis", "sensitive"),
        ("note", "identifier"),
        ("zqx", "none"),
        ("admit_date", "identifier"),
    ] {
        assert_eq!(role(name), expect, "{name}: {}", column(&proposal, name));
    }
    assert_eq!(column(&proposal, "zqx")["suggested"], "quasi");
    let told = column(&proposal, "zip")["reason"].as_str().expect("a reason");
    assert!(told.contains("it tells") && told.contains("people apart"), "{told}");
    assert_eq!((&proposal["rows"], &proposal["apart"]["people"]), (&300.into(), &150.into()));
    let text = fs_err::read_to_string(bench.path("table.toml")).expect("a configuration");
    assert_eq!(proposal["configuration"], text);
    for value in ["Quibble", "A100", "Drug 1", "1947", "E11.9", "clinic", "2024"] {
        assert!(!text.contains(value), "{value} is a value: {text}");
    }
    let released = anonymized(&bench, "raw.csv");
    let header = released.lines().next().unwrap_or_default();
    assert_eq!(header, "birth_date,zip,sex,drug,hba1c,diagnosis");
    // Without a file it is on stdout; a file that is there is left alone.
    let done = bench.run(&["table", "propose", "raw.csv"]);
    assert_eq!(String::from_utf8_lossy(&done.stdout), text);
    let again = bench.run(&["table", "propose", "raw.csv", "--out", "table.toml"]);
    assert_eq!(code(&again), 2, "{}", stderr(&again));
    let threads = bench.run(&["table", "propose", "raw.csv", "--threads", "1"]);
    assert_eq!(threads.stdout, done.stdout, "the same at any number of threads");
}

#[test]
fn a_table_with_nothing_to_release_gets_no_proposal() {
    let bench = Bench::new();
    bench.write("raw.csv", "mrn,patient_name\nA100001,Quibble Ann\nA100002,Quibble Bea\n");
    let done = bench.run(&["table", "propose", "raw.csv"]);
    assert_eq!(code(&done), 2, "{}", stderr(&done));
    assert!(stderr(&done).contains("by hand") && !stderr(&done).contains("Quibble"));
}

#[test]
#[expect(clippy::disallowed_macros, reason = "a corpus that is not there is said aloud")]
fn public_tables_are_taken_as_proposed() {
    let corpora = std::env::var_os("ANONYMED_CORPORA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    for (path, subject) in [
        ("adult/adult.csv", None),
        ("diabetes130/diabetic_data.csv", Some("patient_nbr")),
        ("arx-benchmarks/data/mach2019_int.csv", None),
    ] {
        let table = corpora.join(path);
        let (true, Some(table)) = (table.exists(), table.to_str()) else {
            eprintln!("CORPUS MISSING: 1 test not run; set ANONYMED_CORPORA");
            return;
        };
        let bench = Bench::new();
        let proposal = proposed(&bench, table);
        let of = |role: &str| {
            let all = proposal["columns"].as_array().expect("columns");
            all.iter().find(|c| c["role"] == role).and_then(|c| c["name"].as_str())
        };
        assert_eq!(of("subject"), subject, "{path}");
        if of("quasi").is_some() {
            assert!(anonymized(&bench, table).lines().count() > 1_000, "{path}");
        }
    }
}

#[test]
fn where_nothing_is_fit_it_says_what_the_columns_hold_and_what_to_do() {
    let bench = Bench::new();
    let mut csv = "mrn,note,zqx\n".to_owned();
    for n in 0..30 {
        csv += &format!(
            "A{},\"Seen in the clinic today, doing well and will come back {n}\",{n}\n",
            100_000 + n
        );
    }
    bench.write("raw.csv", csv);
    let done = bench.run(&["table", "propose", "raw.csv", "--out", "table.toml"]);
    let told = stderr(&done).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code(&done), 2, "{told}");
    for words in ["of 3 columns", "identifiers in 1", "prose in 1", "role = \"quasi\""] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("zqx") && !bench.path("table.toml").exists(), "{told}");
}
