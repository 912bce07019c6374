//! `anonymed table attack`: releases of this program and of nobody, attacked by the built binary.

use serde_json::Value;

use crate::{Bench, code, stderr};

const COLUMNS: &str = "[columns]\nage = \"quasi\"\nsex = \"quasi\"\ntown = \"quasi\"\ndx = \"sensitive\"\n\
                       name = \"identifier\"\n";

/// People with two visits each; the diagnosis follows from the age by half.
fn people(from: usize, to: usize) -> String {
    let mut csv = "patient,name,age,sex,town,dx\n".to_owned();
    for visit in from * 2..to * 2 {
        let patient = visit / 2;
        let (age, sex) = (20 + patient * 7 % 60, ["F", "M"][patient / 3 % 2]);
        let town = ["Ulm", "Bonn", "Kiel", "Hof"][patient * patient % 4];
        let dx = ["I10", "E11", "J45", "K21"][(age / 20 + patient % 2) % 4];
        csv += &format!("{patient},Quibble{patient},{age},{sex},{town},{dx}\n");
    }
    csv
}

fn config(more: &str) -> String {
    format!(
        "subject = \"patient\"\n{COLUMNS}[[model]]\nk = 5\n[search]\nsuppress_max = 0.2\n{more}"
    )
}

/// A bench with a raw table and its release.
fn released(more: &str) -> Bench {
    let bench = Bench::new();
    bench.write("raw.csv", people(0, 200));
    bench.write("table.toml", config(more));
    let words = ["table", "anonymize", "raw.csv", "--out", "out.csv", "--config", "table.toml"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    bench
}

fn attack(bench: &Bench, released: &str, more: &[&str]) -> (i32, Value, String) {
    let words = ["table", "attack", "raw.csv", released, "--config", "table.toml", "--json"];
    let done = bench.run(&[&words[..], more].concat());
    (code(&done), serde_json::from_slice(&done.stdout).unwrap_or_default(), stderr(&done))
}

fn told<'a>(report: &'a Value, attack: &str) -> &'a Value {
    let all = report["attacks"].as_array().expect("attacks");
    all.iter().find(|told| told["attack"] == attack).expect("the attack is there")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn a_release_of_k_people_a_class_withstands_linkage() {
    let bench = released("[attack]\nhomogeneity_max_share = 1.0\nrequired = [\"linkage\"]\n");
    let (exit, report, said) = attack(&bench, "out.csv", &["--perturb", "0.1"]);
    assert_eq!(exit, 0, "{said}\n{report}");
    let linkage = told(&report, "linkage");
    assert_eq!((&linkage["verdict"], &linkage["required"]), (&"pass".into(), &true.into()));
    assert!(number(&linkage["success"]) <= 0.2 && number(&linkage["success"]) > 0.0);
    assert!(number(&linkage["figures"]["perturbed.highest"]) <= 0.2);
    assert!(number(&linkage["worst"][0]["people"]) >= 5.0);
    assert_eq!(told(&report, "composition")["verdict"], "not-run");
    assert_eq!(told(&report, "homogeneity")["on"], "dx");
    let text = report.to_string();
    assert!(!text.contains("Quibble") && !text.contains("Kiel") && !text.contains("I10"));
}

#[test]
fn a_name_that_is_no_attack_is_refused_before_any_work() {
    let bench = Bench::new();
    // There is no table to work on.
    bench.write("table.toml", config("[attack]\nrequired = [\"linkege\"]\n"));
    let words = ["table", "anonymize", "raw.csv", "--out", "out.csv", "--config", "table.toml"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 3, "{}", stderr(&done));
    assert!(stderr(&done).contains("attack.required"), "{}", stderr(&done));
}

#[test]
fn guarded_cells_and_missing_ones_are_read() {
    let bench = Bench::new();
    let mut csv = "depth,site,dx\n".to_owned();
    for row in 0..120i32 {
        let depth = if row % 17 == 0 { "?".to_owned() } else { (row * 13 % 90 - 60).to_string() };
        let dx = ["=A1", "-", "I10", "@home"][row as usize * 7 % 4];
        csv += &format!("{depth},{},{dx}\n", ["Ulm", "Kiel"][row as usize % 2]);
    }
    bench.write("raw.csv", csv);
    bench.write(
        "table.toml",
        "[columns]\ndepth = \"quasi\"\nsite = \"quasi\"\ndx = \"sensitive\"\n[[model]]\nk = 3\n\
         [attack]\nhomogeneity_max_share = 1.0\n",
    );
    for out in ["out.csv", "out.parquet"] {
        let words = ["table", "anonymize", "raw.csv", "--out", out, "--config", "table.toml"];
        assert_eq!(code(&bench.run(&words)), 0);
        let (exit, report, said) = attack(&bench, out, &[]);
        assert_eq!(exit, 0, "{said}\n{report}");
        assert_eq!(report["people_known_by"], "order");
        assert_eq!(number(&told(&report, "linkage")["figures"]["none"]), 0.0);
    }
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    // A range below zero is no formula.
    assert!(text.contains("'=A1") && !text.contains("'-") && text.contains("-6"), "{text}");
}

#[test]
fn a_table_given_away_as_it_is_is_refused() {
    let bench = released("");
    let (exit, report, _) = attack(&bench, "raw.csv", &[]);
    assert_eq!((exit, &report["passed"]), (5, &false.into()));
    let linkage = told(&report, "linkage");
    // Three people share an age, a sex and a town at most; fewer than the five that are asked for.
    assert_eq!(linkage["verdict"], "fail");
    assert!(number(&linkage["success"]) >= 1.0 / 3.0, "{linkage}");
    assert!(number(&linkage["worst"][0]["people"]) <= 3.0);
}

#[test]
fn what_is_required_and_not_made_is_no_pass() {
    let required = "[attack]\nhomogeneity_max_share = 1.0\nrequired = [\"composition\"]\n";
    let bench = released("[attack]\nhomogeneity_max_share = 1.0\n");
    bench.write("table.toml", config(required));
    // The gate has no earlier release to hold beside what it writes.
    let words = ["table", "anonymize", "raw.csv", "--out", "no.csv", "--config", "table.toml"];
    let refused = bench.run(&words);
    assert_eq!(code(&refused), 3, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("attack.required") && !bench.path("no.csv").exists());
    let (exit, report, _) = attack(&bench, "out.csv", &[]);
    assert_eq!((exit, &report["passed"]), (5, &false.into()));
    let (exit, report, said) = attack(&bench, "out.csv", &["--earlier", "out.csv"]);
    assert_eq!(exit, 0, "{said}\n{report}");
    assert_eq!(number(&told(&report, "composition")["success"]), 0.0);
    // To leave it out is not to make it.
    let (exit, report, _) = attack(&bench, "out.csv", &["--only", "linkage"]);
    assert_eq!((exit, report["attacks"].as_array().map(Vec::len)), (5, Some(1)));
}

#[test]
fn two_releases_are_held_against_each_other() {
    let bench = released("[attack]\nhomogeneity_max_share = 1.0\n");
    let coarse = config("").replace("k = 5", "k = 8");
    bench.write("coarse.toml", coarse);
    let words = ["table", "anonymize", "raw.csv", "--out", "old.csv", "--config", "coarse.toml"];
    assert_eq!(code(&bench.run(&words)), 0);
    let (exit, report, _) = attack(&bench, "out.csv", &["--earlier", "old.csv"]);
    let composition = told(&report, "composition");
    assert_eq!(exit, if composition["verdict"] == "fail" { 5 } else { 0 });
    // Classes of the two cut across each other: some crowd is smaller than in either.
    assert!(number(&composition["figures"]["crowd_below_k"]) > 0.0, "{composition}");
    assert_eq!(number(&composition["figures"]["crowd_below_k_before"]), 0.0);
}

#[test]
fn control_outside_and_canaries_are_read() {
    let bench = released("[attack]\nhomogeneity_max_share = 1.0\nseed = 7\n");
    bench.write("control.csv", people(200, 400));
    bench.write("outside.csv", "voter,sex,age\nZora Quibble,F,27\nYan Quibble,M,27\nX,M,119\n");
    bench.write("canaries.csv", people(0, 3));
    let more =
        ["--control", "control.csv", "--outside", "outside.csv", "--canaries", "canaries.csv"];
    let (_, report, said) = attack(&bench, "out.csv", &more);
    let outside = &told(&report, "linkage")["figures"];
    assert_eq!(number(&outside["outside.rows"]), 3.0, "{said}");
    assert_eq!(number(&outside["outside.none"]), 1.0);
    let canaries = told(&report, "canaries");
    assert_eq!(
        (&canaries["verdict"], number(&canaries["figures"]["planted"])),
        (&"pass".into(), 6.0)
    );
    for name in ["singling-out", "linkability", "inference"] {
        assert!(told(&report, name)["note"].is_null(), "{name} has a control");
    }
    // What is known about strangers too is taken off.
    let inference = told(&report, "inference");
    let figure = |name: &str| number(&inference["figures"][name]);
    let (rate, control) = (figure("rate"), figure("control"));
    assert!(control > 0.5 && rate >= control, "{inference}");
    assert!((number(&inference["success"]) - (rate - control) / (1.0 - control)).abs() < 1e-9);
    assert_eq!(number(&inference["threshold"]), 0.1);
    let (_, again, _) = attack(&bench, "out.csv", &more);
    assert_eq!(report, again);
}

#[test]
fn mistakes_are_told() {
    let bench = released("");
    let check = |config: &str, released: &str, more: &[&str], exit: i32, part: &str| {
        bench.write("table.toml", config);
        let (got, _, said) = attack(&bench, released, more);
        assert_eq!(got, exit, "{said}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.replace("│ ", "").contains(part), "{said:?} lacks {part:?}");
        assert!(!said.contains("Quibble") && !said.contains("Kiel"), "{said}");
    };
    let plain = config("");
    check(&config("[attack]\nrequired = [\"guesswork\"]\n"), "out.csv", &[], 3, "attack.required");
    check(&config("[attack]\nlinkage_max = 7\n"), "out.csv", &[], 3, "attack.linkage_max");
    check(&plain, "none.csv", &[], 1, "the released table cannot be read");
    check(&plain, "out.csv", &["--key", "visit"], 2, "no column `visit`");
    check(&plain, "out.csv", &["--perturb", "2"], 2, "--perturb");
    check(&plain, "out.csv", &["--only", "guesswork"], 2, "--only takes names");
    bench.write("strange.csv", "age,sex,town,dx\nthirties,F,Ulm,I10\nforties,M,Bonn,E11\n");
    check(&plain, "strange.csv", &[], 2, "column `age` of the release has 2 texts");
    bench.write("other.csv", "a,b\n1,2\n3,4\n");
    check(&plain, "other.csv", &[], 2, "no column `age`");
}
