//! `[output] form = "anatomy"` and `"permuted"`: what a person with one table sees of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Anonymized, Bench, code, stderr};

const CONFIG: &str = "[columns]\nage = \"quasi\"\nsex = \"quasi\"\ntown = \"quasi\"\ndx = \"sensitive\"\n\
                      note_no = \"keep\"\nname = \"identifier\"\n[[model]]\nalpha = 0.34\nk = 3\non = \"dx\"\n";

/// 300 visits, of as many people or of half as many; sorted by diagnosis.
fn visits() -> String {
    let mut csv = "patient,name,age,sex,town,dx,note_no\n".to_owned();
    for visit in 0..300usize {
        let patient = visit / 2;
        let (age, town) = (20 + patient * 7 % 60, ["Ulm", "Bonn", "Kiel", "Hof"][patient * 5 % 4]);
        let (sex, dx) =
            (["F", "M"][patient * 11 % 2], ["E11", "I10", "J45", "K21", "N18"][patient / 30]);
        csv += &format!("{patient},Quibble{patient},{age},{sex},{town},{dx},N{visit:03}\n");
    }
    csv
}

fn anonymize(bench: &Bench, config: &str, out: &str) -> Anonymized {
    bench.write("visits.csv", visits());
    bench.anonymize(config, ("visits.csv", out), &[])
}

fn lines(bench: &Bench, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs_err::read_to_string(bench.path(name)).expect("an output");
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().expect("a header").collect();
    lines.map(|line| header.iter().cloned().zip(line).collect()).collect()
}

fn form(form: &str) -> String {
    format!("{CONFIG}[output]\nform = \"{form}\"\n")
}

#[test]
fn anatomy_parts_values_from_people() {
    for method in ["mondrian", "kmember", "optimal", "relaxed"] {
        let bench = Bench::new();
        let config =
            format!("{}[search]\nmethod = \"{method}\"\nsuppress_max = 0.3\n", form("anatomy"));
        let (exit, told, said) = anonymize(&bench, &config, "out.csv");
        assert_eq!(exit, 0, "{method}: {said}");
        let (rows, counts) = (lines(&bench, "out.csv"), lines(&bench, "out.sensitive.csv"));
        assert!(rows.iter().all(|row| !row.contains_key("dx") && !row.contains_key("name")));
        let mut people: BTreeMap<&str, u64> = BTreeMap::new();
        rows.iter().for_each(|row| *people.entry(&row["group"]).or_default() += 1);
        let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
        for line in &counts {
            let count: u64 = line["count"].parse().expect("a count");
            *counted.entry(&line["group"]).or_default() += count;
            let share = count as f64 / people[line["group"].as_str()] as f64;
            assert!(line["column"] == "dx" && share <= 0.34, "{method}: {line:?}");
        }
        assert_eq!(people, counted, "{method}");
        assert_eq!(
            (&told["form"], told["classes"].as_u64()),
            (&"anatomy".into(), Some(people.len() as u64))
        );
        let released = told["released_rows"].as_u64().expect("a number");
        assert_eq!((released, people.values().sum()), (rows.len() as u64, released));
        // Nothing is claimed of labels.
        let measures: Vec<&str> = told["models"]
            .as_array()
            .expect("models")
            .iter()
            .filter_map(|m| m["measure"].as_str())
            .collect();
        assert_eq!(measures, ["group-share", "group-people"]);
        assert!(told["levels"].is_null() && told["joint"].is_null() && told["optimal"] == false);
        let own = told["own_value"]["dx"].as_f64().expect("a share");
        assert!(own > 0.0 && own <= 0.34, "{own}");
    }
}

#[test]
fn permuted_values_stay_in_their_groups() {
    let bench = Bench::new();
    let (exit, told, said) = anonymize(&bench, &form("permuted"), "out.csv");
    assert_eq!(exit, 0, "{said}");
    assert!(!bench.path("out.sensitive.csv").exists());
    let raw: BTreeMap<String, String> = {
        let rows = visits();
        let cells = rows.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        cells.map(|cells| (cells[6].to_owned(), cells[5].to_owned())).collect()
    };
    let mut groups: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let mut own = 0usize;
    let rows = lines(&bench, "out.csv");
    for row in &rows {
        let group = groups.entry(row["group"].clone()).or_default();
        group.0.push(row["dx"].clone());
        group.1.push(raw[&row["note_no"]].clone());
        own += usize::from(row["dx"] == raw[&row["note_no"]]);
    }
    for (after, before) in groups.values_mut() {
        after.sort();
        before.sort();
        assert_eq!(after, before);
    }
    // As often as chance has it: the mean of 300 draws is off by 0.15 in fewer than one of a million runs.
    let expect = told["own_value"]["dx"].as_f64().expect("a share");
    assert!((own as f64 / rows.len() as f64 - expect).abs() < 0.15, "{own} of {}", rows.len());
    // The input is sorted by diagnosis, and the rows of a group are not.
    let cells = |row: &BTreeMap<String, String>| {
        (row["group"].parse::<u32>().expect("a number"), row["age"].clone())
    };
    assert!(rows.windows(2).all(|two| cells(&two[0]) <= cells(&two[1])));
}

#[test]
fn a_seed_draws_the_same_at_any_thread_count() {
    let bench = Bench::new();
    let read = |name: &str| fs_err::read(bench.path(name)).expect("an output");
    let seeded = format!("{}seed = \"zqx-8675309-and-more\"\n", form("permuted"));
    for (config, out) in
        [(&seeded, "a.csv"), (&form("permuted"), "c.csv"), (&form("permuted"), "d.csv")]
    {
        assert_eq!(anonymize(&bench, config, out).0, 0);
    }
    bench.write("table.toml", &seeded);
    let words = ["table", "anonymize", "visits.csv", "--out", "b.csv", "--config", "table.toml"];
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_anonymed"))
        .args(words)
        .current_dir(bench.path("."))
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("the binary runs");
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    assert_eq!(read("a.csv"), read("b.csv"));
    assert_ne!(read("c.csv"), read("d.csv"));
    // The seed undoes the permutation, so it is told nowhere.
    let told = anonymize(&bench, &seeded, "e.csv").1.to_string();
    assert!(!told.contains("8675309"), "{told}");
}

#[test]
fn all_rows_of_a_person_are_in_one_group() {
    let joint =
        |form: &str| format!("subject = \"patient\"\nscope = \"joint\"\n{}", self::form(form));
    for form in ["anatomy", "permuted"] {
        let bench = Bench::new();
        let config = format!("{}[search]\nsuppress_max = 0.3\n", joint(form));
        let (exit, told, said) = anonymize(&bench, &config, "out.csv");
        assert_eq!(exit, 0, "{said}");
        let mut groups_of: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for row in lines(&bench, "out.csv") {
            let visit: usize = row["note_no"][1..].parse().expect("a number");
            groups_of.entry(visit / 2).or_default().insert(row["group"].clone());
        }
        assert!(groups_of.values().all(|groups| groups.len() == 1));
        let smallest = told["smallest_class_subjects"].as_u64().expect("a number");
        assert!(
            smallest >= 3 && told["smallest_class_rows"].as_u64() >= Some(2 * smallest),
            "{told}"
        );
        let bench = Bench::new();
        let rows = joint(form).replace("scope = \"joint\"\n", "");
        let (exit, _, said) = anonymize(&bench, &rows, "out.csv");
        assert!(exit == 3 && said.contains("scope = \"joint\""), "{said}");
        // Somebody's visits differ in what is sensitive.
        let config = joint(form).replace("note_no = \"keep\"", "note_no = \"sensitive\"");
        let model = "[[model]]\nl = 2\non = \"note_no\"\n[output]";
        let (exit, _, said) = anonymize(&bench, &config.replace("[output]", model), "out.csv");
        assert!(exit == 3 && said.contains("several values in `note_no`"), "{said}");
        assert!(!bench.path("out.csv").exists());
    }
}

#[test]
fn both_tables_or_none() {
    let bench = Bench::new();
    bench.write("out.sensitive.csv", "mine\n");
    let (exit, _, said) = anonymize(&bench, &form("anatomy"), "out.csv");
    assert!(exit == 2 && said.contains("second table"), "{said}");
    assert!(!bench.path("out.csv").exists());
    assert_eq!(fs_err::read_to_string(bench.path("out.sensitive.csv")).expect("it"), "mine\n");
    // More would have to be left out than may be.
    let none = format!("{CONFIG}[[model]]\nk = 301\n") + "[output]\nform = \"anatomy\"\n";
    let (exit, _, said) = anonymize(&bench, &none, "none.csv");
    assert_eq!(exit, 4, "{said}");
    assert!(!bench.path("none.csv").exists() && !bench.path("none.sensitive.csv").exists());
    let (exit, _, said) = anonymize(&bench, &form("anatomy"), "out.parquet");
    assert!(exit == 0 && bench.path("out.sensitive.parquet").exists(), "{said}");
}

#[test]
fn what_reads_labels_is_refused_and_what_reads_rows_is_not() {
    for form in ["anatomy", "permuted"] {
        let bench = Bench::new();
        assert_eq!(anonymize(&bench, &self::form(form), "out.csv").0, 0);
        let check = |words: &[&str]| {
            let done = bench.run(&[words, &["--config", "table.toml"]].concat());
            assert!(
                code(&done) == 3 && stderr(&done).contains("output.form"),
                "{words:?}: {}",
                stderr(&done)
            );
        };
        check(&["risk", "out.csv"]);
        check(&["compare", "visits.csv", "out.csv"]);
        check(&["cohort", "out.csv", "--where", "age > 30"]);
        check(&["table", "explain", "visits.csv"]);
        check(&["table", "attack", "visits.csv", "out.csv"]);
        check(&["table", "report", "visits.csv", "out.csv", "--out", "page.html"]);
        check(&["table", "anonymize", "visits.csv", "--out", "x.csv", "--report", "page.html"]);
        check(&["utility", "visits.csv", "--curve"]);
        if form == "anatomy" {
            check(&["utility", "visits.csv", "out.csv"]);
            continue;
        }
        let words = ["utility", "visits.csv", "out.csv", "--config", "table.toml", "--json"];
        for matched in [["--key", "note_no"], ["--target", "dx"]] {
            let done = bench.run(&[&words[..], &matched].concat());
            assert!(code(&done) == 2 && stderr(&done).contains("not those of its person"));
        }
        let done = bench.run(&words);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let utility: Value = serde_json::from_slice(&done.stdout).expect("a report");
        // As many rows in another order are not the same rows.
        assert_eq!(utility["matched"], "not", "{utility}");
        assert_eq!(
            (&utility["columns"][3]["name"], &utility["columns"][3]["divergence"]),
            (&"dx".into(), &0.0.into())
        );
    }
}
