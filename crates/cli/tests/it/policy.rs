//! What a policy promises and what comes of it: refusals before a release, and what is in one.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::{Bench, code, stderr, tree};

const HEAD: &str = "schema = 1\nname = \"t\"\npurpose = \"IRB 7\"\non_unclassified = \"drop\"\n";

const TABLE: &str = "mrn,sex\nA100001,F\nA100002,F\nA100003,F\nA100004,F\nA100005,F\n";

fn policy(profile: &str, body: &str) -> String {
    format!("{HEAD}profile = \"{profile}\"\n[time]\nas_of = \"2025-06-30\"\n{body}")
}

/// Runs everything under a policy of its own.
fn under(bench: &Bench, profile: &str, body: &str, out: &str) -> std::process::Output {
    bench.write("p.toml", policy(profile, body));
    let words = ["deidentify", "in", "--out", out, "--policy", "p.toml", "--key-file", "k.key"];
    bench.run(&[&words[..], &["--profile", profile]].concat())
}

/// What a release says of itself.
fn manifest(bench: &Bench, out: &str) -> serde_json::Value {
    let text = fs_err::read_to_string(bench.path(out).join("manifest.json")).expect("a manifest");
    serde_json::from_str(&text).expect("JSON")
}

/// All of a release's data as text.
fn released(bench: &Bench, out: &str) -> Vec<String> {
    let files = tree(&bench.path(out).join("data"));
    let csv = files.into_iter().filter(|(name, _)| !name.ends_with(".parquet"));
    csv.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

#[test]
fn safe_harbor_keeps_nothing_that_the_scan_knows_for_an_identifier() {
    let bench = Bench::new();
    bench.write(
        "in/a.csv",
        "mrn,zip,admit_date,age,sex,x\nA100001,02138,2024-01-05,95,F,Mary Smith\n\
         A100002,02139,2024-02-05,41,M,John Brown\n",
    );
    let columns = |body: &str| {
        let table =
            format!("[[table]]\nfiles = \"*\"\nsubject = \"mrn\"\n[table.columns]\n{body}\n");
        under(&bench, "hipaa-safe-harbor", &table, "out")
    };
    for (name, rule) in [
        ("zip", "\"keep\""),
        ("zip", "{ action = \"generalize\", to = \"prefix-4\" }"),
        ("admit_date", "{ action = \"generalize\", to = \"month\" }"),
        ("age", "{ role = \"quasi\" }"),
        ("x", "\"keep\""),
    ] {
        let done = columns(&format!("{name} = {rule}"));
        assert_eq!(code(&done), 3, "{name}: {}", stderr(&done));
        assert!(stderr(&done).contains(&format!("table[0].columns.{name}")), "{}", stderr(&done));
        assert!(!bench.path("out").exists());
        fs_err::remove_dir_all(bench.path("out.state")).unwrap();
    }
    // What a person says of a column goes before what the scan thinks.
    let done = columns("x = { action = \"keep\", entity = \"organization\" }");
    assert_ne!(code(&done), 3, "{}", stderr(&done));
}

/// 200 patients with two visits each.
fn visits() -> String {
    let mut csv = "mrn,age,sex,dx\n".to_owned();
    for visit in 0..400usize {
        let patient = visit / 2;
        let dx = ["I10", "E11", "J45", "K21"][(patient * 3 + visit % 2) % 4];
        csv += &format!(
            "A{},{},{},{dx}\n",
            100_000 + patient,
            20 + patient * 7 % 60,
            ["F", "M"][patient % 2]
        );
    }
    csv
}

#[test]
fn a_policy_asks_for_any_model_and_search() {
    let columns = "[table.columns]\nmrn = \"pseudonym\"\nage = { role = \"quasi\" }\n\
                   sex = { role = \"quasi\" }\ndx = { role = \"sensitive\" }\n";
    let table = |subject: &str, models: &str, search: &str| {
        format!(
            "[[table]]\nfiles = \"*\"\nsubject = \"mrn\"\nmodel = [{{ k = 5 }}, {models}]\n{search}\n{}",
            columns.replace("\"pseudonym\"", subject)
        )
    };
    let bench = Bench::new();
    bench.write("in/visits.csv", visits());
    let near = "{ t = 0.2, on = \"dx\" }, { l = 2.5, kind = \"entropy\", on = \"dx\" }, \
                { beta = 1.0, on = \"dx\" }";
    for (out, search) in
        [("local", ""), ("global", "search = { method = \"optimal\", suppress_max = 0.2 }")]
    {
        let done = under(&bench, "research-linked", &table("\"pseudonym\"", near, search), out);
        assert_eq!(code(&done), 0, "{out}: {}", stderr(&done));
        let models = &manifest(&bench, out)["files"][0]["models"];
        assert!(models["t-closeness(dx)"].as_f64().is_some_and(|t| t <= 0.2), "{models}");
        assert!(models["entropy-l-diversity(dx)"].as_f64().is_some_and(|l| l >= 2.5), "{models}");
        assert!(models["k"].as_f64().is_some_and(|k| k >= 5.0), "{models}");
        let ages: std::collections::BTreeSet<String> = released(&bench, out)[0]
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).unwrap_or_default().to_owned())
            .collect();
        // One width for all where generalization is global.
        let widths: std::collections::BTreeSet<i64> = ages
            .iter()
            .filter_map(|age| age.split_once(".."))
            .map(|(low, high)| high.parse::<i64>().unwrap() - low.parse::<i64>().unwrap())
            .collect();
        assert!(out == "local" || widths.len() <= 1, "{ages:?}");
    }
    let refused = |models: &str, search: &str, subject: &str, part: &str| {
        let done = under(&bench, "research-linked", &table(subject, models, search), "no");
        assert_eq!(code(&done), 3, "{}", stderr(&done));
        assert!(stderr(&done).contains(part), "{}", stderr(&done));
        assert!(!bench.path("no").exists());
    };
    // A model is counted whatever role its column has.
    let kept =
        table("\"pseudonym\"", near, "").replace("dx = { role = \"sensitive\" }", "dx = \"keep\"");
    let done = under(&bench, "research-linked", &kept, "kept");
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let models = &manifest(&bench, "kept")["files"][0]["models"];
    for model in ["t-closeness(dx)", "entropy-l-diversity(dx)", "basic-beta-likeness(dx)", "l(dx)"]
    {
        assert!(models[model].as_f64().is_some(), "{model}: {models}");
    }
    for verb in ["drop", "redact"] {
        let body = kept.replace("dx = \"keep\"", &format!("dx = \"{verb}\""));
        let done = under(&bench, "research-linked", &body, "no");
        assert_eq!(code(&done), 3, "{}", stderr(&done));
        assert!(stderr(&done).contains("of which nothing is released"), "{}", stderr(&done));
    }
    refused("{ z = 2, on = \"dx\" }", "", "\"pseudonym\"", "is none that is known");
    refused(near, "", "\"drop\"", "shares of people");
    for of_one_table in [
        "{ k_map = 5 }",
        "{ delta_min = 0.1, delta_max = 0.5 }",
        "{ l_known = 2, k = 5, c = 0.5, on = \"dx\" }",
        "{ k = 5, m = 2, on = \"dx\" }",
    ] {
        refused(of_one_table, "", "\"pseudonym\"", "one table by itself");
    }
    refused(near, "search = { method = \"guess\" }", "\"pseudonym\"", "table[0].search");
    refused(near, "search = { time_limit = \"1s\" }", "\"pseudonym\"", "checks_max");
}

#[test]
fn a_policy_builds_hierarchies_by_name() {
    let bench = Bench::new();
    let mut csv = "mrn,age,zip,dx,seen,weight,ward\n".to_owned();
    for n in 0..240usize {
        csv += &format!(
            "A{},{},{},{},2024-{:02}-{:02},{},{}\n",
            100_000 + n,
            30 + n * 7 % 66,
            ["02138", "02139", "10025", "94110"][n % 4],
            ["E11.9", "E10.1", "I10", "I25.1"][n % 4],
            1 + n % 12,
            1 + n % 28,
            45 + n * 11 % 80,
            ["north", "north", "south", "east", "west"][n % 5],
        );
    }
    bench.write("in/a.csv", csv);
    let rule = |columns: &str| {
        format!(
            "[[table]]\nfiles = \"*\"\nsubject = \"mrn\"\nmodel = [{{ k = 5 }}]\nsuppress_max = 0.1\n\
             [table.columns]\nmrn = \"pseudonym\"\n{columns}\n"
        )
    };
    // Column, its rule, and whether a label is of the builder's levels.
    type Fits = fn(&str) -> bool;
    let cases: [(&str, &str, Fits); 6] = [
        ("age", "hierarchy = \"age\"", |label| {
            let low = label.trim_end_matches('+').split("..").next().unwrap_or_default();
            label == "*" || low.parse::<u32>().is_ok_and(|low| low < 90 || label == "90+")
        }),
        // After its action: a whole postal code is nobody's to release.
        ("zip", "action = \"generalize\", to = \"zip3\", hierarchy = \"zip\"", |label| {
            ["021", "100", "941", "MA", "NY", "CA", "*"].contains(&label)
        }),
        ("dx", "hierarchy = \"icd10cm\"", |label| {
            ["E11", "E10", "I10", "I25", "*"].contains(&label)
                || label.contains('-')
                || label.contains('.')
        }),
        (
            "seen",
            "action = \"shift\", hierarchy = { build = \"date\", by = [\"quarter\", \"year\"] }",
            |label| {
                // Shifted by up to a year; a quarter is written by its months.
                let quarter = label.split_once("..").is_some_and(|(first, last)| {
                    [("01", "03"), ("04", "06"), ("07", "09"), ("10", "12")]
                        .iter()
                        .any(|(from, to)| first.ends_with(from) && last.ends_with(to))
                });
                quarter || ["2023", "2024", "2025", "*"].contains(&label)
            },
        ),
        (
            "weight",
            "hierarchy = { build = \"interval\", width = 10, factor = 2, levels = 3, top = 120 }",
            |label| {
                let ends = label.split_once("..");
                let width = ends.map(|(low, high)| {
                    high.parse::<u32>().unwrap_or(0) + 1 - low.parse::<u32>().unwrap_or(0)
                });
                width.is_none_or(|width| [10, 20, 40].contains(&width))
            },
        ),
        (
            "ward",
            "hierarchy = { build = \"priority\", keep = [1], other = \"elsewhere\" }",
            |label| ["north", "south", "east", "west", "elsewhere", "*"].contains(&label),
        ),
    ];
    for (method, out) in [("mondrian", "local"), ("optimal", "global")] {
        for (column, keys, fits) in cases {
            let out = format!("{out}-{column}");
            let columns = format!("{column} = {{ role = \"quasi\", {keys} }}");
            let body = rule(&columns).replace(
                "suppress_max = 0.1",
                &format!("search = {{ method = \"{method}\", suppress_max = 0.1 }}"),
            );
            let done = under(&bench, "research-linked", &body, &out);
            assert_eq!(code(&done), 0, "{column} by {method}: {}", stderr(&done));
            let data = released(&bench, &out);
            let labels: std::collections::BTreeSet<&str> =
                data[0].lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
            assert!(
                !labels.is_empty() && labels.iter().all(|label| fits(label)),
                "{column}: {labels:?}"
            );
            assert!(manifest(&bench, &out)["files"][0]["models"]["k"].as_f64() >= Some(5.0));
        }
    }
    let refused = |columns: &str, part: &str| {
        let done = under(&bench, "research-linked", &rule(columns), "no");
        assert_eq!(code(&done), 3, "{}", stderr(&done));
        assert!(stderr(&done).contains(part), "{}", stderr(&done));
        assert!(!bench.path("no").exists());
    };
    refused(
        "ward = { role = \"quasi\", hierarchy = \"icd11\" }",
        "table[0].columns.ward.hierarchy",
    );
    refused("ward = { role = \"sensitive\", hierarchy = \"age\" }", "is of quasi-identifiers");
    // What a builder does not know is told by the plan, without a value.
    refused("ward = { role = \"quasi\", hierarchy = \"age\" }", "4 values of column `ward`");
    refused("ward = { role = \"quasi\", hierarchy = \"wards.csv\" }", "`wards.csv` cannot be read");
}

/// The report of a release that was refused.
fn reported(bench: &Bench, project: &str) -> String {
    assert_eq!(code(&bench.run(&["report", "--project", project])), 0);
    let report = bench.path(project).join("state/report-internal.html");
    fs_err::read_to_string(report).expect("a report")
}

#[test]
fn a_project_s_tables_are_attacked_before_they_are_released() {
    let bench = Bench::new();
    bench.write("in/visits.csv", visits());
    let table = |models: &str, attack: &str| {
        format!(
            "[[table]]\nfiles = \"*\"\nsubject = \"mrn\"\nmodel = [{models}]\n[table.columns]\n\
             mrn = \"pseudonym\"\nage = {{ action = \"generalize\", to = \"age-cap\", hierarchy = \"age\" }}\n\
             sex = {{ role = \"quasi\" }}\ndx = {{ role = \"sensitive\" }}\n{attack}"
        )
    };
    let k = "{ k = 5 }";
    let withstood =
        "[table.attack]\nhomogeneity_max_share = 1.0\nrequired = [\"linkage\", \"homogeneity\"]\n";
    for (profile, out) in [("research-linked", "one"), ("gdpr-anonymous", "joint")] {
        let done = under(&bench, profile, &table(k, withstood), out);
        assert_eq!(code(&done), 0, "{profile}: {}", stderr(&done));
        let text = fs_err::read_to_string(bench.path(out).join("evidence.json")).expect("evidence");
        let evidence: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let risk = &evidence["checks"]["risk"];
        let numbers = risk["measured"].as_object().expect("numbers");
        let number = |name: &str| {
            let found =
                numbers.iter().find(|(key, _)| key.starts_with(&format!("attack_risk({name}")));
            found.and_then(|(_, n)| n.as_f64())
        };
        assert!(number("linkage").is_some_and(|n| n > 0.0 && n <= 0.2), "{text}");
        assert!(number("homogeneity(dx)").is_some_and(|n| (0.0..=1.0).contains(&n)), "{text}");
        assert!(risk["examined"]["attacks"].as_u64().is_some_and(|n| n >= 6), "{text}");
        assert!(!text.contains("I10"), "no value is told");
    }
    // No threshold that a release keeps: nobody may be named with any chance.
    let strict = "[table.attack]\nlinkage_max = 0.0\nrequired = [\"linkage\"]\n";
    let done = under(&bench, "research-linked", &table(k, strict), "strict");
    assert_eq!(code(&done), 4, "{}", stderr(&done));
    assert!(!bench.path("strict").exists());
    let told = reported(&bench, "strict.state");
    assert!(told.contains("over the attack risk limit in linkage of"), "{told}");
    // Where no column is sensitive nothing can be inferred, which is no pass.
    let unmade = "[table.attack]\nrequired = [\"inference\"]\n";
    let body = table(k, unmade).replace("dx = { role = \"sensitive\" }\n", "");
    let done = under(&bench, "research-linked", &body, "unmade");
    assert_eq!(code(&done), 4, "{}", stderr(&done));
    let refused = |attack: &str, key: &str| {
        let done = under(&bench, "research-linked", &table(k, attack), "no");
        assert_eq!(code(&done), 3, "{}", stderr(&done));
        assert!(stderr(&done).contains(key), "{}", stderr(&done));
        assert!(!bench.path("no").exists());
    };
    refused("[table.attack]\nrequired = [\"linkege\"]\n", "table[0].attack.required");
    refused("[table.attack]\nrequired = []\n", "table[0].attack.required");
    refused("[table.attack]\nrequired = [\"composition\"]\n", "needs a table beside");
    refused("[table.attack]\nlinkage_max = 3\n", "table[0].attack.linkage_max");
}

#[test]
fn the_profile_asked_for_is_the_policy_s() {
    let bench = Bench::new();
    bench.write("in/a.csv", TABLE);
    let table = "[[table]]\nfiles = \"*\"\n[table.columns]\nsex = \"keep\"\n";
    bench.write("p.toml", policy("research-linked", table));
    let check = |profile: &str, more: &[&str], part: &str| {
        let words = ["deidentify", "in", "--out", "out", "--key-file", "k.key", "--profile"];
        let done = bench.run(&[&words[..], &[profile, "--policy", "p.toml"], more].concat());
        assert_eq!(code(&done), 2, "{}", stderr(&done));
        assert!(stderr(&done).contains(part), "{}", stderr(&done));
        assert!(!bench.path("k.key").exists() && !bench.path("out.state").exists());
    };
    check("hipaa-safe-harbor", &[], "--profile research-linked");
    for flag in [["--purpose", "x"], ["--name", "x"], ["--as-of", "2024-01-01"]] {
        check("research-linked", &flag, "cannot be used with");
    }
    // A job that goes on has the policy it was begun with.
    let begun = under(&bench, "research-linked", table, "out");
    assert_eq!(code(&begun), 0, "{}", stderr(&begun));
    fs_err::remove_dir_all(bench.path("out")).unwrap();
    let other = bench.deidentify("in", "out", "hipaa-safe-harbor", &[]);
    assert_eq!(code(&other), 2, "{}", stderr(&other));
}

#[test]
fn nothing_joins_the_tables_of_a_joint_release() {
    let bench = Bench::new();
    let table = |extra: &str| {
        (1..=6).fold(format!("mrn,account,phone,{extra}\n"), |text, n| {
            format!("{text}A10000{n},77001{n}42,617-555-010{n},F\n")
        })
    };
    bench.write("in/a.csv", table("sex"));
    bench.write("in/b.csv", table("x"));
    let rule = "[[table]]\nfiles = \"*.csv\"\nsubject = \"mrn\"\n[table.columns]\nmrn = \"surrogate\"\n\
                account = { action = \"surrogate\", entity = \"account\" }\nphone = \"encrypt\"\n";
    // Without a patient column too.
    for subject in ["subject = \"mrn\"\n", ""] {
        let out = if subject.is_empty() { "nobody" } else { "patients" };
        let body = rule.replace("subject = \"mrn\"\n", subject);
        let done = under(&bench, "gdpr-anonymous", &body, out);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let [one, two] = &released(&bench, out)[..] else { panic!("two tables") };
        let cells = |text: &str| -> std::collections::BTreeSet<String> {
            text.lines().skip(1).flat_map(|line| line.split(',').map(str::to_owned)).collect()
        };
        assert!(cells(one).len() > 12, "{one}");
        let shared: Vec<_> = cells(one).intersection(&cells(two)).cloned().collect();
        assert!(shared.is_empty(), "{shared:?}");
        let sealed: Vec<&str> = one.lines().skip(1).filter_map(|l| l.split(',').nth(2)).collect();
        let (read, said) = decrypt(&bench, &format!("{out}.state"), "phone", &sealed.join("\n"));
        assert!(read.contains("617-555-0101") && read.lines().count() == 6, "{said}");
    }
}

fn decrypt(bench: &Bench, project: &str, column: &str, cells: &str) -> (String, String) {
    let words = ["decrypt", "--project", project, "--key-file", "k.key", "--column", column];
    let mut child = Command::new(env!("CARGO_BIN_EXE_anonymed"))
        .args([&words[..], &["--purpose", "recall 9"]].concat())
        .current_dir(bench.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin.write_all(cells.as_bytes()).expect("it reads");
    drop(stdin);
    let done = child.wait_with_output().expect("the binary ends");
    let said = format!("{} {}", done.status.code().unwrap_or(-1), stderr(&done));
    (String::from_utf8_lossy(&done.stdout).into_owned(), said)
}

#[test]
fn the_key_holder_reads_encrypted_cells_and_the_log_says_so() {
    let bench = Bench::new();
    bench.write(
        "in/a.csv",
        "mrn,callback,sex\nA100001,Zyx 4711,F\nA100002,,M\nA100003,Zyx 4713,F\n",
    );
    let body = "[[table]]\nfiles = \"*\"\nsubject = \"mrn\"\n[table.columns]\ncallback = \"encrypt\"\n\
                sex = \"keep\"\n";
    let done = under(&bench, "research-linked", body, "out");
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let table = &released(&bench, "out")[0];
    let cells: Vec<&str> = table.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    assert!(!table.contains("4711"), "{table}");
    let (read, said) = decrypt(&bench, "out.state", "Callback", &cells.join("\n"));
    assert_eq!(read, "Zyx 4711\n\nZyx 4713\n", "{said}");
    let (nothing, said) = decrypt(&bench, "out.state", "sex", &cells.join("\n"));
    assert_eq!(nothing, "");
    assert!(said.starts_with("2 ") && said.contains("line 1 is no cell"), "{said}");
    let words = ["decrypt", "--project", "out.state", "--column", "callback"];
    assert_eq!(code(&bench.run(&words)), 2, "a purpose has to be given");
    assert_eq!(code(&bench.run(&[&words[..], &["--purpose", " "]].concat())), 2);
    let log = bench.run(&["audit", "export", "--project", "out.state"]);
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    let events: Vec<&str> = log.lines().filter(|l| l.contains("cells.decrypt")).collect();
    assert_eq!(events.len(), 2, "{log}");
    assert!(events.iter().all(|e| e.contains("recall 9") && e.contains("\"cells\":3")), "{log}");
    assert!(!log.contains("4711"));
}

#[test]
fn patterns_of_notes_choose_among_notes() {
    let bench = Bench::new();
    let note =
        |name: &str| format!("PATIENT: {name}\nMRN: A100001\nDATE: 1/1/2011\nSeen in clinic.\n");
    bench.write("in/notes/a.txt", note("JOHN SMITH"));
    bench.write("in/letters/b.txt", note("JOHN SMITH"));
    let done = under(&bench, "research-linked", "[text]\nfiles = [\"notes/*.txt\"]\n", "out");
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    assert_eq!(released(&bench, "out").len(), 1);
    let plan = fs_err::read_to_string(bench.path("out.state/state/plan.json")).unwrap();
    assert!(plan.contains("no pattern of the policy's text.files matches it"), "{plan}");
}

#[test]
fn the_purpose_is_on_every_event() {
    let bench = Bench::new();
    bench.write("in/a.csv", TABLE);
    let purpose = "p".repeat(200);
    let init =
        ["init", "p", "--input", "in", "--profile", "research-linked", "--key-file", "k.key"];
    let long = bench.run(&[&init[..], &["--purpose", &"p".repeat(201)]].concat());
    assert_eq!(code(&long), 2);
    assert!(stderr(&long).contains("at most 200 characters"), "{}", stderr(&long));
    let made = bench.run(&[&init[..], &["--purpose", &purpose]].concat());
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    for stage in ["scan", "plan", "run", "verify"] {
        assert_eq!(code(&bench.run(&[stage, "--project", "p"])), 0, "{stage}");
    }
    let log = bench.run(&["audit", "export", "--project", "p"]);
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    assert!(log.lines().count() > 8 && log.lines().all(|line| line.contains(&purpose)), "{log}");
}

#[test]
fn a_fhir_rule_that_means_nothing_is_the_policy_s_fault() {
    let bench = Bench::new();
    bench.write("in/a.csv", TABLE);
    let body = "[fhir]\nkeep_elements = [\"Patient.nonsense\"]\n[[table]]\nfiles = \"*\"\n\
                [table.columns]\nsex = \"keep\"\n";
    let done = under(&bench, "research-linked", body, "out");
    assert_eq!(code(&done), 3, "{}", stderr(&done));
}

#[test]
fn a_limit_on_file_sizes_ends_no_command_by_a_signal() {
    let bench = Bench::new();
    bench.write("in/a.csv", TABLE);
    let init =
        ["init", "p", "--input", "in", "--profile", "research-linked", "--key-file", "k.key"];
    assert_eq!(code(&bench.run(&init)), 0);
    for stage in ["plan", "run", "verify"] {
        assert_eq!(code(&bench.run(&[stage, "--project", "p"])), 0, "{stage}");
    }
    for words in [
        &["report"][..],
        &["release", "create"],
        &["release", "show"],
        &["policy", "explain", "sex"],
    ] {
        let done = Command::new("sh")
            .args(["-c", "ulimit -f 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_anonymed")])
            .args([words, &["--project", "p"]].concat())
            .current_dir(bench.folder.path())
            .output()
            .expect("a shell runs");
        assert_eq!(done.status.code(), Some(1), "{words:?}: {}", stderr(&done));
    }
}

#[test]
fn recognizers_of_presidio_become_sections_that_work() {
    let bench = Bench::new();
    bench.write(
        "presidio.yaml",
        "recognizers:\n  - SpacyRecognizer\n  - name: Trial number\n    supported_entity: TRIAL\n    supported_language: en\n    \
         context: [trial]\n    patterns:\n      - name: weak\n        regex: '\\bzz-[a-z]{4}\\b'\n        score: 0.1\n",
    );
    let done = bench.run(&["policy", "import", "--from", "presidio", "presidio.yaml"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    for says in ["SpacyRecognizer", "`TRIAL` is no type here", "under 0.35"] {
        assert!(stderr(&done).contains(says), "{}", stderr(&done));
    }
    let head = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n\n";
    bench.write("policy.toml", format!("{head}{}", String::from_utf8(done.stdout).unwrap()));
    bench.write("note.txt", "In trial zz-abcd the pain was less; the zz-wxyz stays.\n");
    let done =
        bench.run(&["text", "scrub", "note.txt", "--policy", "policy.toml", "--tier", "rules"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(!text.contains("zz-abcd") && text.contains("zz-wxyz"), "{text}");
    bench.write("none.yaml", "recognizers: [{name: a, deny_list: [b]}]\n");
    let done = bench.run(&["policy", "import", "--from", "presidio", "none.yaml"]);
    assert_eq!(code(&done), 2);
    assert!(stderr(&done).contains("supported_entity"), "{}", stderr(&done));
    assert!(done.stdout.is_empty());
}
