//! `anonymed table anonymize`: what a person with one table sees of it. Classes are counted here, apart
//! from the program.

use std::collections::{HashMap, HashSet};

use crate::{Anonymized, Bench, code, stderr};

const CONFIG: &str = "[columns]\nage = \"quasi\"\nsex = \"quasi\"\ntown = \"quasi\"\ndx = \"sensitive\"\n\
                      note_no = \"keep\"\nname = \"identifier\"\n";

/// 400 visits of 200 people.
fn people() -> String {
    let mut csv = "patient,name,age,sex,town,dx,note_no,secret\n".to_owned();
    for visit in 0..400usize {
        let patient = visit / 2;
        let (age, town) =
            (20 + patient * 7 % 60, ["Ulm", "Bonn", "Kiel", "Hof"][patient * patient % 4]);
        let (sex, dx) = (["F", "M"][patient % 2], ["I10", "E11", "J45", "K21"][patient * 3 % 4]);
        csv += &format!("{patient},Quibble{patient},{age},{sex},{town},{dx},N{visit},s{visit}\n");
    }
    csv
}

fn anonymize(bench: &Bench, config: &str, out: &str) -> Anonymized {
    bench.write("people.csv", people());
    bench.anonymize(config, ("people.csv", out), &[])
}

fn rows(bench: &Bench, out: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs_err::read_to_string(bench.path(out)).expect("an output");
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect());
    (lines.next().expect("a header"), lines.collect())
}

/// The fewest people and diagnoses of a class.
fn smallest(bench: &Bench, out: &str, by_patient: bool) -> (usize, usize) {
    let (header, rows) = rows(bench, out);
    let at = |name: &str| header.iter().position(|h| h == name).expect("the column");
    let mut classes: HashMap<Vec<&String>, (HashSet<usize>, HashSet<&String>)> = HashMap::new();
    for row in &rows {
        let key = vec![&row[at("age")], &row[at("sex")], &row[at("town")]];
        // The kept number says which visit it was.
        let visit: usize = row[at("note_no")][1..].parse().expect("a number");
        let class = classes.entry(key).or_default();
        class.0.insert(if by_patient { visit / 2 } else { visit });
        class.1.insert(&row[at("dx")]);
    }
    let people = classes.values().map(|c| c.0.len()).min().unwrap_or(0);
    (people, classes.values().map(|c| c.1.len()).min().unwrap_or(0))
}

const METHODS: [&str; 6] = ["fuzzy", "kmember", "mdav", "mondrian", "optimal", "relaxed"];

#[test]
fn every_search_reaches_k_and_l_over_people() {
    for method in METHODS {
        for subject in ["", "subject = \"patient\"\n"] {
            let bench = Bench::new();
            let config = format!(
                "{subject}{CONFIG}[[model]]\nk = 7\n[[model]]\nl = 2\non = \"dx\"\n[search]\n\
                 method = \"{method}\"\nsuppress_max = 0.2\n"
            );
            let (exit, told, said) = anonymize(&bench, &config, "out.csv");
            assert_eq!(exit, 0, "{method}: {said}");
            let (people, values) = smallest(&bench, "out.csv", !subject.is_empty());
            assert!(people >= 7 && values >= 2, "{method}: {people} people, {values} values");
            assert_eq!(told["smallest_class_subjects"], people, "{method}");
            assert_eq!(told["joint"].is_null(), subject.is_empty());
            assert_eq!(told["levels"].is_null(), method != "optimal");
            assert_eq!(told["optimal"], method == "optimal");
            let released = told["released_rows"].as_u64().expect("a number");
            assert_eq!(released + told["suppressed_rows"].as_u64().expect("a number"), 400);
        }
    }
}

#[test]
fn every_model_is_held_in_what_is_written() {
    let models = [
        "l = 2.5\nkind = \"entropy\"",
        "c = 2.0\nl = 2\nkind = \"recursive\"",
        "alpha = 0.5\nk = 5",
        "t = 0.2",
        "t = 0.2\nkind = \"hierarchical\"\nhierarchy = \"dx.csv\"",
        "delta = 1.5",
        "beta = 1.0\nkind = \"basic\"",
        "beta = 1.0\nkind = \"enhanced\"",
    ];
    for model in models {
        for (subject, method) in [("", "optimal"), ("subject = \"patient\"\n", "mondrian")] {
            let bench = Bench::new();
            bench.write("dx.csv", "I10;heart;*\nE11;sugar;*\nJ45;lung;*\nK21;gut;*\n");
            let config = format!(
                "{subject}{CONFIG}[[model]]\nk = 3\n[[model]]\n{model}\non = \"dx\"\n[search]\nmethod \
                 = \"{method}\"\nsuppress_max = 0.3\n"
            );
            let (exit, told, said) = anonymize(&bench, &config, "out.csv");
            assert_eq!(exit, 0, "{model} by {method}: {said}");
            let kept = told["models"].as_array().expect("what was promised");
            assert!(kept.len() >= 2, "{told}");
            for kept in kept {
                let number = |key: &str| kept[key].as_f64().expect("a number");
                let higher = ["k-anonymity", "distinct-l-diversity", "entropy-l-diversity"]
                    .iter()
                    .any(|name| kept["measure"] == *name);
                let holds = if higher {
                    number("reached") >= number("asked") - 1e-6
                } else {
                    number("reached") <= number("asked") + 1e-6
                };
                assert!(holds, "{model} by {method}: {kept}");
            }
            // One share counted here: no diagnosis is had by more of a class's people than asked.
            if model.starts_with("alpha") {
                assert!(most_common(&bench, "out.csv", !subject.is_empty()) <= 0.5);
            }
        }
    }
}

#[test]
fn rows_that_name_nobody_are_nobody_s() {
    let bench = Bench::new();
    bench.write("people.csv", "pid,val,dx\n,1,u\nNA,1,v\n?,1,w\nP1,1,u\nP2,1,v\nP2,1,w\n");
    let run = |k: u32| {
        let columns = "[columns]\nval = \"quasi\"\ndx = \"sensitive\"\n";
        bench.write("table.toml", format!("subject = \"pid\"\n{columns}[[model]]\nk = {k}\n"));
        let out = format!("{k}.csv");
        bench.run(&[
            "table",
            "anonymize",
            "people.csv",
            "--config",
            "table.toml",
            "--json",
            "--out",
            &out,
        ])
    };
    let done = run(2);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    assert_eq!((&told["rows"], &told["released_rows"]), (&6.into(), &3.into()), "{told}");
    assert_eq!(told["rows_without_subject"], 3);
    assert_eq!(told["smallest_class_subjects"], 2);
    assert_eq!(code(&run(3)), 4, "three spellings of nobody are no people");
}

#[test]
fn what_is_left_out_belongs_to_the_table_s_distribution() {
    // The optimal search leaves the odd rows out, which moves the distribution of what is released.
    let bench = Bench::new();
    let mut csv = "town,dx\n".to_owned();
    for n in 0..40 {
        csv += &format!("{},{}\n", ["Ulm", "Bonn"][n % 2], ["a", "b", "c", "d"][n / 2 % 4]);
    }
    csv += "Atlantis,a\nAtlantis,a\n";
    bench.write("people.csv", csv);
    let columns = "[columns]\ntown = \"quasi\"\ndx = \"sensitive\"\n";
    let models = "[[model]]\nk = 5\n[[model]]\nt = 0.036\non = \"dx\"\n";
    bench.write("table.toml", format!("{columns}{models}[search]\nmethod = \"optimal\"\n"));
    let words =
        ["table", "anonymize", "people.csv", "--config", "table.toml", "--json", "--out", "o.csv"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    assert_eq!(told["suppressed_rows"], 2, "{told}");
    // 12 of 42 have a, and 10 of 40 of those who are released.
    let near = told["models"][1]["reached"].as_f64().expect("a number");
    assert!((near - (12.0 / 42.0 - 0.25)).abs() < 1e-6, "{told}");
}

#[test]
fn cells_that_begin_like_a_formula_are_read_as_they_were() {
    let bench = Bench::new();
    let mut csv = "n,dx\n".to_owned();
    for n in 0..40i32 {
        csv += &format!("{},{}\n", n % 20 - 10, ["@a", "=b"][n as usize % 2]);
    }
    bench.write("people.csv", csv.clone());
    bench.write("dx.csv", "@a;x;*\n=b;x;*\n");
    let columns = "[columns]\nn = \"quasi\"\ndx = \"sensitive\"\n";
    let near = "t = 0.5\nkind = \"hierarchical\"\nhierarchy = \"dx.csv\"\non = \"dx\"\n";
    bench.write("table.toml", format!("{columns}[[model]]\nk = 5\n[[model]]\n{near}[attack]\n"));
    for out in ["o.csv", "o.parquet"] {
        let words = ["table", "anonymize", "people.csv", "--config", "table.toml", "--out", out];
        let done = bench.run(&words);
        assert_eq!(code(&done), 0, "{out}: {}", stderr(&done));
    }
    let text = fs_err::read_to_string(bench.path("o.csv")).expect("an output");
    assert!(!text.contains("'-") && text.contains("'@a"), "{text}");
}

#[test]
fn what_cannot_be_reached_as_a_whole_is_no_fault_of_ours() {
    let bench = Bench::new();
    let (exit, _, said) =
        anonymize(&bench, &format!("{CONFIG}[[model]]\naverage_risk = 0.0001\n"), "o.csv");
    assert!(exit == 4 && said.contains("average_risk"), "{said}");
    let (exit, _, said) = anonymize(&bench, CONFIG, "o.csv");
    assert!(exit == 3 && said.contains("[[model]]"), "{said}");
    let (exit, _, _) =
        anonymize(&bench, &format!("{CONFIG}[[model]]\nk = 3\non = \"dx\"\n"), "o.csv");
    assert_eq!(exit, 3);
}

#[test]
fn a_whole_release_is_bounded() {
    for (bound, most) in [("average_risk = 0.02", 0.02), ("sample_uniques = 0.0", 1.0)] {
        for subject in ["", "subject = \"patient\"\n"] {
            let bench = Bench::new();
            let config =
                format!("{subject}{CONFIG}[[model]]\n{bound}\n[search]\nsuppress_max = 0.0\n");
            let (exit, told, said) = anonymize(&bench, &config, "out.csv");
            assert_eq!(exit, 0, "{bound}: {said}");
            let (_, rows) = rows(&bench, "out.csv");
            let mut classes: HashMap<&[String], HashSet<usize>> = HashMap::new();
            for row in &rows {
                let visit: usize = row[4][1..].parse().expect("a number");
                let person = if subject.is_empty() { visit } else { visit / 2 };
                classes.entry(&row[..3]).or_default().insert(person);
            }
            let people: usize = classes.values().map(HashSet::len).sum();
            assert!(classes.len() as f64 / people as f64 <= most, "{bound}");
            assert!(classes.values().all(|class| class.len() > 1), "{bound}");
            let kept = &told["models"][0];
            assert!(kept["reached"].as_f64() <= kept["asked"].as_f64(), "{told}");
            // No more is given up than has to be: one class fewer in four would do as well.
            assert!(classes.len() >= 2, "{bound}: {} classes", classes.len());
        }
    }
    let bench = Bench::new();
    let joint = format!(
        "subject = \"patient\"\nscope = \"joint\"\n{CONFIG}[[model]]\naverage_risk = 0.1\n"
    );
    assert_eq!(anonymize(&bench, &joint, "out.csv").0, 3);
}

#[test]
fn a_class_writes_its_mean_or_most_frequent_value() {
    let bench = Bench::new();
    let config = CONFIG
        .replace("age = \"quasi\"", "age = { role = \"quasi\", aggregate = \"mean\" }")
        .replace("town = \"quasi\"", "town = { role = \"quasi\", aggregate = \"mode\" }");
    let (exit, _, said) = anonymize(&bench, &format!("{config}[[model]]\nk = 7\n"), "out.csv");
    assert_eq!(exit, 0, "{said}");
    let (_, rows) = rows(&bench, "out.csv");
    let mut classes: HashMap<&[String], Vec<usize>> = HashMap::new();
    for row in &rows {
        classes.entry(&row[..3]).or_default().push(row[4][1..].parse().expect("a number"));
    }
    for (labels, visits) in classes {
        assert!(visits.len() >= 7);
        let ages: Vec<f64> = visits.iter().map(|v| (20 + v / 2 * 7 % 60) as f64).collect();
        let mean = ages.iter().sum::<f64>() / ages.len() as f64;
        let told: f64 = labels[0].parse().expect("a number");
        assert!((told - mean).abs() <= 0.05 + 1e-9, "{told} for {mean}");
        assert!(["Ulm", "Bonn", "Kiel", "Hof"].contains(&labels[2].as_str()));
    }
    let names =
        CONFIG.replace("town = \"quasi\"", "town = { role = \"quasi\", aggregate = \"median\" }");
    let (exit, _, said) =
        anonymize(&Bench::new(), &format!("{names}[[model]]\nk = 7\n"), "out.csv");
    assert!(exit == 3 && said.contains("take \"mode\""), "{said}");
}

/// Whoever reads the release takes classes of equal aggregates for one, and so do the models.
#[test]
fn classes_of_equal_aggregates_are_one() {
    let modes = CONFIG
        .replace("age = \"quasi\"", "age = { role = \"quasi\", aggregate = \"mode\" }")
        .replace("town = \"quasi\"", "town = { role = \"quasi\", aggregate = \"mode\" }");
    for (subject, scope) in [("", ""), ("subject = \"patient\"\n", "scope = \"joint\"\n")] {
        for k in [3, 5, 9] {
            let models =
                format!("[[model]]\nk = {k}\n[[model]]\nalpha = 0.7\nk = 2\non = \"dx\"\n");
            let bench = Bench::new();
            let config = format!("{subject}{scope}{modes}{models}");
            let (exit, told, said) = anonymize(&bench, &config, "out.csv");
            assert_eq!(exit, 0, "{said}");
            let (_, rows) = rows(&bench, "out.csv");
            let mut classes: HashMap<&[String], u64> = HashMap::new();
            rows.iter().for_each(|row| *classes.entry(&row[..3]).or_default() += 1);
            assert_eq!(told["classes"], classes.len());
            assert_eq!(told["smallest_class_rows"], *classes.values().min().expect("a class"));
        }
    }
}

#[test]
fn a_release_is_explained_without_a_value() {
    let bench = Bench::new();
    let mut csv = people();
    // One from nowhere: what sets him apart is the town.
    csv += "999,Quibble999,27,M,Atlantis,I10,N400,s400\n";
    bench.write("people.csv", csv);
    bench
        .write("table.toml", format!("{CONFIG}[[model]]\nk = 5\n[search]\nmethod = \"optimal\"\n"));
    let words = ["table", "explain", "people.csv", "--config", "table.toml", "--json"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    let hardest = told["hardest"].as_array().expect("rows");
    let odd = hardest.iter().find(|row| row["row"] == 401).expect("the odd one is hard");
    assert_eq!((&odd["alike"], &odd["suppressed"]), (&1.into(), &true.into()), "{odd}");
    assert_eq!(odd["alike_without"][0]["column"], "town", "{odd}");
    let shares = told["columns"].as_array().expect("columns").iter();
    let sum: f64 = shares.map(|column| column["share"].as_f64().expect("a share")).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{told}");
    for relaxed in told["relaxed"].as_array().expect("relaxed") {
        // The optimal search gives no more away where it has to hold less.
        assert!(relaxed["loss"].as_f64() <= told["now"]["loss"].as_f64(), "{relaxed}");
    }
    let text = bench.run(&words[..5]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("k = 4 instead of 5") && !text.contains("Atlantis"), "{text}");
}

#[test]
fn classes_are_written_with_counts() {
    let config = CONFIG.replace("note_no = \"keep\"\n", "");
    for subject in ["", "subject = \"patient\"\n"] {
        let bench = Bench::new();
        let text = format!(
            "{subject}{config}[[model]]\nk = 7\n[[model]]\nt = 0.4\non = \"dx\"\n[output]\nform = \"aggregated\"\n"
        );
        let (exit, told, said) = anonymize(&bench, &text, "out.csv");
        assert_eq!(exit, 0, "{said}");
        let (header, rows) = rows(&bench, "out.csv");
        assert_eq!(header, ["age", "sex", "town", "dx", "count"]);
        let keys: HashSet<&[String]> = rows.iter().map(|row| &row[..4]).collect();
        assert_eq!(keys.len(), rows.len(), "each line once");
        let counts: u64 = rows.iter().map(|row| row[4].parse::<u64>().expect("a count")).sum();
        assert_eq!(told["released_rows"], counts);
        let mut classes: HashMap<&[String], u64> = HashMap::new();
        for row in &rows {
            *classes.entry(&row[..3]).or_default() += row[4].parse::<u64>().expect("a count");
        }
        assert!(classes.values().all(|rows| *rows >= 7));
        // Who judges it counts rows and not lines.
        let done = bench.run(&["risk", "out.csv", "--config", "table.toml", "--json"]);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let risk: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
        assert_eq!(risk["rows"], counts, "{risk}");
    }
    let (exit, _, said) = anonymize(
        &Bench::new(),
        &format!("{CONFIG}[[model]]\nk = 7\n[output]\nform = \"aggregated\"\n"),
        "out.csv",
    );
    assert!(exit == 3 && said.contains("columns.note_no"), "{said}");
}

#[test]
fn stars_join_the_class_that_says_nothing() {
    let bench = Bench::new();
    // Ten of A, six who are `*` at the first level already, and three of D who find no class.
    let rows: String = [("a1", 3), ("a2", 4), ("a3", 3), ("c", 6), ("d", 3)]
        .iter()
        .flat_map(|(value, times)| std::iter::repeat_n(format!("{value},x\n"), *times))
        .collect();
    bench.write("t.csv", format!("ward,note\n{rows}"));
    bench.write("ward.csv", "a1;A;*\na2;A;*\na3;A;*\nc;*;*\nd;D;*\n");
    bench.write(
        "t.toml",
        "[columns]\nward = { role = \"quasi\", hierarchy = \"ward.csv\" }\nnote = \"keep\"\n[[model]]\nk = 5\n[search]\n\
         method = \"optimal\"\nsuppress_max = 0.2\n[output]\nsuppressed = \"star\"\n",
    );
    let done = bench.run(&[
        "table",
        "anonymize",
        "t.csv",
        "--out",
        "o.csv",
        "--config",
        "t.toml",
        "--json",
    ]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    assert_eq!(
        (&told["released_rows"], &told["suppressed_rows"]),
        (&19.into(), &3.into()),
        "{told}"
    );
    let text = fs_err::read_to_string(bench.path("o.csv")).expect("an output");
    assert_eq!(text.lines().filter(|line| *line == "*,x").count(), 9, "{text}");
}

#[test]
fn rows_without_a_class_keep_their_place_with_stars() {
    let bench = Bench::new();
    let mut csv = people();
    for n in 0..6 {
        csv +=
            &format!("{0},Quibble{0},{1},F,Atlantis {n},I10,N{2},s{2}\n", 900 + n, 30 + n, 400 + n);
    }
    bench.write("people.csv", csv);
    let run = |star: &str| {
        let search = "[search]\nmethod = \"optimal\"\n";
        let output = format!("[output]\nsuppressed = \"{star}\"\n");
        bench.write("table.toml", format!("{CONFIG}[[model]]\nk = 5\n{search}{output}"));
        let out = format!("{star}.csv");
        let words =
            ["table", "anonymize", "people.csv", "--config", "table.toml", "--json", "--out"];
        let done = bench.run(&[&words[..], &[&out]].concat());
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        serde_json::from_slice::<serde_json::Value>(&done.stdout).expect("a report")
    };
    let (dropped, starred) = (run("drop"), run("star"));
    assert_eq!((&dropped["suppressed_rows"], &dropped["released_rows"]), (&6.into(), &400.into()));
    assert_eq!((&starred["suppressed_rows"], &starred["released_rows"]), (&6.into(), &406.into()));
    let (_, rows) = rows(&bench, "star.csv");
    let stars = rows.iter().filter(|row| row[..3].iter().all(|cell| cell == "*")).count();
    assert_eq!((rows.len(), stars), (406, 6));
    assert!(smallest(&bench, "star.csv", false).0 >= 5);
}

#[test]
fn what_attacks_succeed_on_is_not_put_in_place() {
    let bench = Bench::new();
    let attack = |section: &str| {
        format!("subject = \"patient\"\n{CONFIG}[[model]]\nk = 5\n[attack]\n{section}")
    };
    let (exit, told, said) = anonymize(&bench, &attack("homogeneity_max_share = 1.0\n"), "out.csv");
    assert_eq!(exit, 0, "{said}");
    let linkage = &told["attacks"]["attacks"];
    let linkage = linkage.as_array().and_then(|all| all.iter().find(|a| a["attack"] == "linkage"));
    let linkage = linkage.expect("linkage");
    assert_eq!(linkage["verdict"], "pass", "{linkage}");
    assert!(linkage["success"].as_f64().is_some_and(|s| s > 0.0 && s <= 0.2), "{linkage}");
    let (exit, _, said) = anonymize(&bench, &attack("linkage_max = 0.001\n"), "no.csv");
    assert_eq!(exit, 5, "{said}");
    assert!(said.contains("linkage") && !bench.path("no.csv").exists(), "{said}");
}

/// The highest share of a class's people who have one diagnosis.
fn most_common(bench: &Bench, out: &str, by_patient: bool) -> f64 {
    let (_, rows) = rows(bench, out);
    let mut classes: HashMap<&[String], HashMap<&String, HashSet<usize>>> = HashMap::new();
    for row in &rows {
        let visit: usize = row[4][1..].parse().expect("a number");
        let person = if by_patient { visit / 2 } else { visit };
        classes.entry(&row[..3]).or_default().entry(&row[3]).or_default().insert(person);
    }
    let share = |class: &HashMap<&String, HashSet<usize>>| {
        let all: HashSet<&usize> = class.values().flatten().collect();
        let most = class.values().map(HashSet::len).max().unwrap_or(0);
        most as f64 / all.len() as f64
    };
    classes.values().map(share).fold(0.0, f64::max)
}

#[test]
fn rows_keep_their_order_and_only_named_columns_are_released() {
    let bench = Bench::new();
    let config = format!("{CONFIG}[[model]]\nk = 5\n");
    let (exit, _, said) = anonymize(&bench, &config, "out.csv");
    assert_eq!(exit, 0, "{said}");
    let (header, rows) = rows(&bench, "out.csv");
    assert_eq!(header, ["age", "sex", "town", "dx", "note_no"]);
    let visits: Vec<usize> =
        rows.iter().map(|row| row[4][1..].parse().expect("a number")).collect();
    assert!(visits.is_sorted());
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    assert!(!text.contains("Quibble") && !text.contains("s17"));
}

#[test]
fn all_visits_of_a_person_are_alike_in_joint_scope() {
    let bench = Bench::new();
    let config = format!("subject = \"patient\"\nscope = \"joint\"\n{CONFIG}[[model]]\nk = 5\n");
    let (exit, told, said) = anonymize(&bench, &config, "out.csv");
    assert_eq!(exit, 0, "{said}");
    assert_eq!(told["joint"]["unique_subjects"], 0);
    assert!(told["joint"]["smallest"].as_u64() >= Some(5), "{told}");
}

#[test]
fn the_same_table_gives_the_same_bytes() {
    let bench = Bench::new();
    for method in METHODS {
        let config = format!("{CONFIG}[[model]]\nk = 5\n[search]\nmethod = \"{method}\"\n");
        bench.write("people.csv", people());
        bench.write("table.toml", config);
        let bytes = |out: &str, threads: &str| {
            let words = ["table", "anonymize", "people.csv", "--config", "table.toml"];
            let done = bench.run(&[&words[..], &["--out", out, "--threads", threads]].concat());
            assert_eq!(code(&done), 0, "{}", stderr(&done));
            fs_err::read(bench.path(out)).expect("an output")
        };
        for end in ["csv", "parquet"] {
            let one = bytes(&format!("{method}-1.{end}"), "1");
            assert_eq!(one, bytes(&format!("{method}-2.{end}"), "2"));
        }
    }
}

#[test]
fn what_cannot_be_done_leaves_no_output() {
    let check = |config: &str, exit: i32, part: &str| {
        let bench = Bench::new();
        let (got, _, said) = anonymize(&bench, config, "out.csv");
        assert_eq!(got, exit, "{config}: {said}");
        assert!(said.contains(part), "{said:?} lacks {part:?}");
        assert!(!bench.path("out.csv").exists());
        let left = fs_err::read_dir(bench.path(".")).expect("the folder").count();
        assert_eq!(left, 2, "a part of the output is left");
    };
    check(&format!("{CONFIG}[[model]]\nk = 500\n"), 4, "would have to be suppressed");
    check(&format!("{CONFIG}weight = \"quasi\"\n[[model]]\nk = 5\n"), 3, "no column `weight`");
    check("[columns]\ndx = \"sensitive\"\n[[model]]\nk = 5\n", 3, "has the role \"quasi\"");
    check(&format!("{CONFIG}[[model]]\nz = 5\n"), 3, "is none that is known");
    check(&format!("{CONFIG}[[model]]\nk = 1\n"), 3, "2 or more");
    let guess = format!("{CONFIG}[[model]]\nk = 5\n[search]\nmethod = \"guess\"\n");
    check(&guess, 3, "none of anytime, fuzzy, kmember");
    check(
        "[columns]\nage = { role = \"quasi\", hierarchy = \"no.csv\" }\n[[model]]\nk = 5\n",
        3,
        "no.csv",
    );
    let many = format!("subject = \"patient\"\n{CONFIG}[[model]]\nl = 1025\non = \"dx\"\n");
    check(&many, 3, "cannot be checked");
    let on = |model: &str| format!("{CONFIG}[[model]]\n{model}\non = \"dx\"\n");
    check(&on("t = 0.2\nkind = \"ordered\""), 3, "have no order");
    check(&on("t = 0.2\nkind = \"hierarchical\""), 3, "needs the key `hierarchy`");
    check(&on("t = 0.2\nkind = \"cosine\""), 3, "is none that is known");
    check(&on("t = 2"), 3, "below 1");
    check(
        "[columns]\ndx = \"text\"\nage = \"quasi\"\n[[model]]\nk = 5\n",
        3,
        "is told by `subject`",
    );
}

#[test]
fn an_output_that_exists_is_not_touched() {
    let bench = Bench::new();
    bench.write("out.csv", "mine");
    let (exit, _, said) = anonymize(&bench, &format!("{CONFIG}[[model]]\nk = 5\n"), "out.csv");
    assert_eq!(exit, 2, "{said}");
    assert_eq!(fs_err::read(bench.path("out.csv")).expect("mine"), b"mine");
}

#[test]
fn what_is_wrong_with_a_table_is_told_by_its_header() {
    let check = |table: &str, column: &str, expect: &str| {
        let bench = Bench::new();
        bench.write("t.csv", table);
        bench.write("t.toml", format!("[columns]\n{column}\n[[model]]\nk = 2\n"));
        let words = ["table", "anonymize", "t.csv", "--out", "o.csv", "--config", "t.toml"];
        let done = bench.run(&words);
        // Lines are broken where the message is long.
        let said = stderr(&done).replace('\u{2502}', "");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(code(&done) != 0 && said.contains(expect), "{said}");
        assert!(!bench.path("o.csv").exists());
    };
    check("a,a,b\n1,2,x\n1,2,y\n", "a = \"quasi\"", "more than one column `a`");
    check("1,x,2\n1,y,3\n2,z,4\n", "sex = \"quasi\"", "no header was found");
    check("a,b\n1,x\n1,y\n", "sex = \"quasi\"", "the table has no column `sex`");
    for name in ["./rep.csv", ".", "/rep.csv", "../rep.csv"] {
        let column = format!("b = {{ role = \"quasi\", hierarchy = \"{name}\" }}");
        check("a,b\n1,x\n1,y\n", &column, "plain name of a file beside the configuration");
    }
}

#[test]
fn whoever_knows_two_columns_finds_a_crowd() {
    for subject in ["", "subject = \"patient\"\n"] {
        let bench = Bench::new();
        let config = |l: u32| {
            format!(
                "{subject}{CONFIG}[[model]]\nl_known = {l}\nk = 12\nc = 0.7\non = \"dx\"\n[search]\n\
                 method = \"optimal\"\nsuppress_max = 0.1\n"
            )
        };
        let (exit, told, said) = anonymize(&bench, &config(2), "out.csv");
        assert_eq!(exit, 0, "{said}");
        let (header, rows) = rows(&bench, "out.csv");
        let at = |name: &str| header.iter().position(|h| h == name).expect("the column");
        let quasi = ["age", "sex", "town"].map(at);
        let mut fewest = usize::MAX;
        for known in [[0, 1], [0, 2], [1, 2]] {
            let mut groups: HashMap<Vec<&String>, HashMap<&String, HashSet<usize>>> =
                HashMap::new();
            for row in &rows {
                let key = known.iter().map(|column| &row[quasi[*column]]).collect();
                let visit: usize = row[at("note_no")][1..].parse().expect("a number");
                let person = if subject.is_empty() { visit } else { visit / 2 };
                groups.entry(key).or_default().entry(&row[at("dx")]).or_default().insert(person);
            }
            for of_value in groups.values() {
                let people = of_value.values().flatten().collect::<HashSet<_>>().len();
                let most = of_value.values().map(HashSet::len).max().unwrap_or(0);
                assert!(people >= 12 && most as f64 <= 0.7 * people as f64, "{people} {most}");
                fewest = fewest.min(people);
            }
        }
        assert_eq!(told["models"][0]["measure"], "lkc-k");
        assert_eq!(told["models"][0]["reached"].as_f64(), Some(fewest as f64));
        let words = ["risk", "out.csv", "--config", "table.toml", "--json"];
        let risk: serde_json::Value =
            serde_json::from_slice(&bench.run(&words).stdout).expect("a report");
        assert_eq!(risk["models"][0]["measure"], "lkc-k");
        // No more is lost than where all three columns are known.
        let all = anonymize(&bench, &config(3), "all.csv").1;
        assert!(told["loss"].as_f64() <= all["loss"].as_f64(), "{} {}", told["loss"], all["loss"]);
    }
    let bench = Bench::new();
    let lkc = "[[model]]\nl_known = 2\nk = 5\nc = 0.7\non = \"dx\"\n";
    let (exit, _, said) = anonymize(&bench, &format!("{CONFIG}{lkc}"), "out.csv");
    assert!(exit == 3 && said.contains("search.method = \"optimal\""), "{said}");
}

/// A column that is called `count` is one like others where the table is no aggregated release.
#[test]
fn rows_are_not_multiplied_by_a_column_called_count() {
    let bench = Bench::new();
    bench.write("raw.csv", "age,count\n30,250\n31,1\n");
    bench.write("table.toml", "[columns]\nage = \"quasi\"\n[[model]]\nk = 2\n");
    let done = bench.run(&["risk", "raw.csv", "--config", "table.toml", "--json"]);
    let risk: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    assert_eq!(risk["rows"], 2, "{risk}");
    // Nor are more rows spelled out than fit.
    let form = "[columns]\nage = \"quasi\"\n[[model]]\nk = 2\n[output]\nform = \"aggregated\"\n";
    bench.write("table.toml", form);
    bench.write("raw.csv", "age,count\n30,4294967294\n");
    let done = bench.run(&["risk", "raw.csv", "--config", "table.toml", "--json"]);
    assert!(code(&done) != 0 && stderr(&done).contains("aggregated"), "{}", stderr(&done));
}
