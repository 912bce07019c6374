//! Tables of an attacker that a policy or a configuration names: registers, control groups, earlier releases.

use serde_json::Value;

use crate::{Bench, code, stderr, tree};

/// Two visits each of so many patients.
fn visits(from: usize, to: usize) -> String {
    let mut csv = "mrn,age,sex,dx\n".to_owned();
    for visit in from * 2..to * 2 {
        let patient = visit / 2;
        let dx = ["I10", "E11", "J45", "K21"][(patient * 3 + visit % 2) % 4];
        let (age, sex) = (20 + patient * 7 % 60, ["F", "M"][patient % 2]);
        csv += &format!("A{},{age},{sex},{dx}\n", 100_000 + patient);
    }
    csv
}

fn policy(sex: &str, attack: &str) -> String {
    format!(
        "schema = 1\nname = \"t\"\npurpose = \"IRB 7\"\non_unclassified = \"block\"\n\
         profile = \"research-linked\"\n[time]\nas_of = \"2025-06-30\"\n\
         [[table]]\nfiles = \"*\"\nsubject = \"mrn\"\nmodel = [{{ k = 5 }}]\n[table.columns]\n\
         mrn = \"pseudonym\"\nage = {{ action = \"generalize\", to = \"age-cap\", hierarchy = \"age\" }}\n\
         sex = {{ role = \"quasi\", action = \"{sex}\" }}\ndx = {{ role = \"sensitive\" }}\n\
         [table.attack]\nhomogeneity_max_share = 1.0\n{attack}"
    )
}

fn stage(bench: &Bench, words: &[&str]) -> (i32, String) {
    let done = bench.run(&[words, &["--project", "p"]].concat());
    (code(&done), stderr(&done))
}

/// A project whose policy has these attacks.
fn project(bench: &Bench) {
    bench.write("in/visits.csv", visits(0, 200));
    let words = ["init", "p", "--input", "in", "--profile", "research-linked"];
    let done = bench.run(&[&words[..], &["--key-file", "k.key"]].concat());
    assert_eq!(code(&done), 0, "{}", stderr(&done));
}

fn released(bench: &Bench, out: &str) -> String {
    let files = tree(&bench.path(out).join("data"));
    let table = files.into_iter().find(|(name, _)| name.ends_with(".csv")).expect("a table");
    String::from_utf8_lossy(&table.1).into_owned()
}

#[test]
fn tables_of_an_attacker_are_named_in_the_policy() {
    let bench = Bench::new();
    project(&bench);
    let first = bench.run(&[
        "deidentify",
        "in",
        "--out",
        "first",
        "--profile",
        "research-linked",
        "--key-file",
        "k.key",
        "--as-of",
        "2025-06-30",
        "--name",
        "t",
    ]);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    let attack = "outside = \"voters.csv\"\ncontrol = \"control.csv\"\ncanaries = \"planted.csv\"\n\
                  earlier = [\"old.csv\"]\nperturb = 0.1\ncanaries_max_share = 1.0\n\
                  composition_max_share = 1.0\nrequired = [\"composition\", \"canaries\", \"linkage\"]\n";
    bench.write("p/anonymed.toml", policy("keep", attack));
    // Nobody has put the tables there.
    for words in [&["policy", "check", "p/anonymed.toml"][..], &["plan", "--project", "p"]] {
        let done = bench.run(words);
        assert_eq!(code(&done), 3, "{words:?}: {}", stderr(&done));
        assert!(stderr(&done).contains("table[0].attack.outside"), "{}", stderr(&done));
    }
    bench.write(
        "p/voters.csv",
        "name,age,sex,party\nQuibble,34,F,a\nQuabble,41,M,b\nQuubble,99,F,c\n",
    );
    bench.write("p/control.csv", visits(200, 300));
    bench.write("p/planted.csv", visits(0, 5));
    bench.write("p/old.csv", released(&bench, "first"));
    for words in [&["plan"][..], &["run"], &["verify"], &["release", "create", "--out", "r"]] {
        let (exit, said) = stage(&bench, words);
        assert_eq!(exit, 0, "{words:?}: {said}");
    }
    let text = fs_err::read_to_string(bench.path("r/evidence.json")).expect("evidence");
    let evidence: Value = serde_json::from_str(&text).expect("JSON");
    let measured = evidence["checks"]["risk"]["measured"].as_object().expect("numbers");
    let number = |name: &str| {
        let key = format!("attack_risk({name} of ");
        measured.iter().find(|(k, _)| k.starts_with(&key)).and_then(|(_, n)| n.as_f64())
    };
    for name in ["linkage", "linkage by an outside table", "linkage by a copy with errors"] {
        assert!(number(name).is_some_and(|n| n > 0.0 && n <= 0.2), "{name}: {text}");
    }
    for name in ["composition", "canaries", "singling-out", "inference(dx)"] {
        assert!(number(name).is_some_and(|n| (0.0..=1.0).contains(&n)), "{name}: {text}");
    }
    assert!(!text.contains("Quibble") && !text.contains("voters"), "{text}");
    let shipped = fs_err::read_to_string(bench.path("r/policy.toml")).expect("a policy");
    assert!(!shipped.contains("voters") && shipped.contains("composition"), "{shipped}");
}

#[test]
fn thresholds_with_tables_of_an_attacker_gate_a_project() {
    let bench = Bench::new();
    project(&bench);
    bench.write("p/control.csv", visits(200, 300));
    bench.write("p/planted.csv", visits(0, 5));
    let refused = |body: &str, key: &str| {
        bench.write("p/anonymed.toml", body);
        let (exit, said) = stage(&bench, &["plan"]);
        assert_eq!(exit, 3, "{said}");
        assert!(said.contains(key), "{said}");
    };
    refused(&policy("keep", "required = [\"composition\"]\n"), "name it with `earlier`");
    refused(&policy("keep", "outside = \"../x.csv\"\n"), "table[0].attack.outside");
    refused(&policy("mask", "control = \"control.csv\"\n"), "table[0].attack.control");
    // Everybody is in a crowd of five and more: of ten, not everybody is.
    let strict = "canaries = \"planted.csv\"\nlinkage_max = 0.001\nrequired = [\"canaries\"]\n";
    bench.write("p/anonymed.toml", policy("keep", strict));
    for words in ["plan", "run"] {
        assert_eq!(stage(&bench, &[words]).0, 0);
    }
    let (exit, said) = stage(&bench, &["verify"]);
    assert_eq!(exit, 4, "{said}");
    assert!(said.contains("Risk: attack linkage of ") && said.contains("at most 0.0010"), "{said}");
    let (exit, said) = stage(&bench, &["release", "create", "--out", "refused"]);
    assert_eq!(exit, 4, "{said}");
    assert!(said.contains("findings: attack linkage of "), "{said}");
    // A table that lacks a column is told by its name in words.
    bench.write("p/planted.csv", "age,dx\n34,I10\n");
    bench.write("p/anonymed.toml", policy("keep", "canaries = \"planted.csv\"\n"));
    assert_eq!(stage(&bench, &["plan"]).0, 0);
    let (exit, said) = stage(&bench, &["run"]);
    assert_eq!(exit, 2, "{said}");
    assert!(said.contains("the table of canaries has no column `sex`"), "{said}");
}

#[test]
fn a_configuration_names_them_too() {
    let bench = Bench::new();
    bench.write("raw.csv", visits(0, 200));
    let config = |attack: &str| {
        format!(
            "subject = \"mrn\"\n[columns]\nage = \"quasi\"\nsex = \"quasi\"\ndx = \"sensitive\"\n\
             [[model]]\nk = 5\n{attack}"
        )
    };
    let anonymize = |attack: &str, out: &str| {
        bench.write("table.toml", config(attack));
        let words =
            ["table", "anonymize", "raw.csv", "--config", "table.toml", "--json", "--out", out];
        let done = bench.run(&words);
        let told: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        (code(&done), told, stderr(&done))
    };
    assert_eq!(anonymize("", "old.csv").0, 0);
    let attack = "[attack]\nhomogeneity_max_share = 1.0\nearlier = [\"old.csv\"]\noutside = \"voters.csv\"\n\
                  control = \"control.csv\"\nrequired = [\"composition\"]\n";
    let (exit, _, said) = anonymize(attack, "out.csv");
    assert_eq!(exit, 3, "{said}");
    assert!(said.contains("attack.outside") && !bench.path("out.csv").exists(), "{said}");
    bench.write("voters.csv", "age,sex\n34,F\n41,M\n");
    bench.write("control.csv", visits(200, 300));
    let (exit, told, said) = anonymize(attack, "out.csv");
    assert_eq!(exit, 0, "{said}");
    let attacks = told["attacks"]["attacks"].as_array().expect("attacks").clone();
    let made = |name: &str| attacks.iter().find(|a| a["attack"] == name).expect("made").clone();
    assert_eq!(made("composition")["success"], 0.0, "{}", made("composition"));
    assert_eq!(made("linkage")["figures"]["outside.rows"], 2.0, "{}", made("linkage"));
    assert_ne!(made("inference")["threshold"], Value::Null, "a control table has a threshold");
    // `table attack` takes them from the configuration, and an option in place of a key.
    let words = ["table", "attack", "raw.csv", "out.csv", "--config", "table.toml", "--json"];
    let done = bench.run(&words);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    fs_err::remove_file(bench.path("voters.csv")).expect("it was there");
    assert_eq!(code(&bench.run(&words)), 3);
    bench.write("other.csv", "age,party\n34,a\n41,b\n");
    let done = bench.run(&[&words[..], &["--outside", "other.csv"]].concat());
    assert_eq!(code(&done), 0, "{}", stderr(&done));
}
