//! Which rows `anonymed table anonymize` releases: those of a sample's people, and with a value where one is
//! asked for. Who is in is read from a kept number here.

use std::collections::HashSet;
use std::process::Command;

use crate::{Anonymized, Bench, code, stderr};

const COLUMNS: &str = "[columns]\nage = \"quasi\"\nsex = { role = \"quasi\", nulls = \"value\" }\n\
                       dx = { role = \"sensitive\", nulls = \"value\" }\nvisit = \"keep\"\n";

/// 400 visits of 200 people; 20 do not say their sex, and 40 have no diagnosis.
fn people() -> String {
    let mut csv = "patient,age,sex,dx,visit\n".to_owned();
    for visit in 0..400usize {
        let patient = visit / 2;
        let sex = if patient % 20 == 7 { "NA" } else { ["F", "M"][patient % 2] };
        let dx = if visit % 10 == 3 { "" } else { ["I10", "E11", "J45"][patient * 3 % 7 % 3] };
        csv += &format!("{patient},{},{sex},{dx},{visit}\n", 20 + patient * 7 % 60);
    }
    csv
}

fn anonymize(bench: &Bench, config: &str, out: &str) -> Anonymized {
    bench.write("people.csv", people());
    bench.anonymize(config, ("people.csv", out), &[])
}

/// Age, sex, diagnosis and visit of each released row.
fn rows(bench: &Bench, out: &str) -> Vec<Vec<String>> {
    let text = fs_err::read_to_string(bench.path(out)).expect("an output");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn visits(rows: &[Vec<String>]) -> HashSet<usize> {
    rows.iter().map(|row| row[3].parse().expect("a number")).collect()
}

#[test]
fn rows_without_a_value_are_left_out_where_that_is_asked_for() {
    for (subject, models) in [
        ("", "[[model]]\nk = 4\n"),
        ("", "[[model]]\nk = 4\n[[model]]\nt = 0.4\non = \"dx\"\n"),
        (
            "subject = \"patient\"\n",
            "[[model]]\nk = 4\n[[model]]\nbeta = 3.0\nkind = \"basic\"\non = \"dx\"\n",
        ),
        ("subject = \"patient\"\nscope = \"joint\"\n", "[[model]]\nk = 4\n"),
    ] {
        let bench = Bench::new();
        let config = |text: &str, most: f64| {
            format!("{subject}{text}{models}[search]\nsuppress_max = {most}\n")
        };
        let drop = COLUMNS.replace("nulls = \"value\"", "nulls = \"drop\"");
        let (exit, told, said) = anonymize(&bench, &config(&drop, 0.5), "out.csv");
        assert_eq!(exit, 0, "{models}: {said}");
        let released = rows(&bench, "out.csv");
        assert!(
            released
                .iter()
                .all(|row| !row[2].is_empty() && row[1] != "NA" && !row[1].contains("NA"))
        );
        let gone: Vec<usize> =
            (0..400).filter(|visit| visit / 2 % 20 == 7 || visit % 10 == 3).collect();
        assert!(gone.iter().all(|visit| !visits(&released).contains(visit)));
        assert_eq!(told["rows_without_value"], gone.len(), "{models}");
        assert_eq!(told["suppressed_rows"], 400 - released.len(), "{models}");
        let people: HashSet<usize> = (0..400)
            .filter(|visit| !visits(&released).contains(visit))
            .map(|visit| if subject.is_empty() { visit } else { visit / 2 })
            .collect();
        assert_eq!(told["suppressed_subjects"], people.len(), "{models}");
        // They are people who are left out as others are.
        let share = people.len() as f64 / if subject.is_empty() { 400.0 } else { 200.0 };
        assert_eq!(anonymize(&bench, &config(&drop, share + 1e-9), "fits.csv").0, 0, "{models}");
        let (exit, _, said) = anonymize(&bench, &config(&drop, 0.1), "no.csv");
        assert_eq!(exit, 4, "{models}: {said}");
        let refuse = COLUMNS.replace("nulls = \"value\"", "nulls = \"refuse\"");
        let (exit, _, said) = anonymize(&bench, &config(&refuse, 0.5), "no.csv");
        assert!(exit == 3 && said.contains("`sex`") && said.contains("in 20 rows"), "{said}");
        assert!(!bench.path("no.csv").exists());
    }
}

#[test]
fn a_sample_s_people_alone_are_released() {
    let bench = Bench::new();
    let config = |subject: &str, sample: &str| {
        format!("{subject}{COLUMNS}[[model]]\nk = 4\n[sample]\n{sample}")
    };
    let seed = "people = 50\nseed = \"a quite long text\"\n";
    let (exit, told, said) = anonymize(&bench, &config("subject = \"patient\"\n", seed), "a.csv");
    assert_eq!(exit, 0, "{said}");
    assert_eq!((&told["sampled_people"], &told["sampled_of"]), (&50.into(), &200.into()));
    assert_eq!((&told["rows"], &told["released_rows"]), (&400.into(), &100.into()));
    let first = visits(&rows(&bench, "a.csv"));
    let people: HashSet<usize> = first.iter().map(|visit| visit / 2).collect();
    assert_eq!((first.len(), people.len()), (100, 50));
    for threads in ["1", "3"] {
        let done = Command::new(env!("CARGO_BIN_EXE_anonymed"))
            .args(["table", "anonymize", "people.csv", "--config", "table.toml", "--out"])
            .arg(format!("{threads}.csv"))
            .current_dir(bench.folder.path())
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .expect("the binary runs");
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        assert_eq!(rows(&bench, &format!("{threads}.csv")), rows(&bench, "a.csv"));
    }
    let others = config("subject = \"patient\"\n", "people = 50\nseed = \"another long text\"\n");
    assert_eq!(anonymize(&bench, &others, "b.csv").0, 0);
    assert_ne!(visits(&rows(&bench, "b.csv")), first);
    // Without a seed nobody knows who is in, and without a subject rows are drawn.
    let (exit, told, said) = anonymize(&bench, &config("", "share = 0.25\n"), "c.csv");
    assert_eq!(exit, 0, "{said}");
    assert_eq!((&told["sampled_people"], &told["sampled_of"]), (&100.into(), &400.into()));
    assert_eq!(anonymize(&bench, &config("", "share = 0.25\n"), "d.csv").0, 0);
    assert_ne!(visits(&rows(&bench, "c.csv")), visits(&rows(&bench, "d.csv")));
    let (exit, _, said) = anonymize(&bench, &config("", "people = 401\n"), "no.csv");
    assert!(exit == 3 && said.contains("401") && said.contains("400"), "{said}");
}

#[test]
fn a_sample_is_judged_against_the_sample() {
    let bench = Bench::new();
    bench.write("register.csv", people());
    let models = "[[model]]\nk = 3\n[[model]]\nk_map = 6\n[[model]]\nt = 0.5\non = \"dx\"\n";
    let config = format!(
        "subject = \"patient\"\n{COLUMNS}{models}[population]\ntable = \"register.csv\"\nsubject = \
         \"patient\"\n[sample]\nshare = 0.3\nseed = \"a quite long text\"\n[attack]\nhomogeneity_max_share = \
         1.0\nlinkage_max = 0.34\n"
    );
    let (exit, told, said) = anonymize(&bench, &config, "out.csv");
    assert_eq!(exit, 0, "{said}");
    assert_eq!(told["sampled_people"], 60);
    // Nobody can tell from two tables who was drawn and left out.
    let report =
        ["table", "report", "people.csv", "out.csv", "--config", "table.toml", "--out", "p.html"];
    let done = bench.run(&report);
    assert!(code(&done) == 2 && stderr(&done).contains("--report"), "{}", stderr(&done));
    // Presence is of the sample's people: about a third of the register.
    let presence = config.replace("k_map = 6", "delta_min = 0.0\ndelta_max = 0.6");
    let presence = presence.replace("[population]", "[search]\nmethod = \"optimal\"\n[population]");
    let (exit, told, said) = anonymize(&bench, &presence, "presence.csv");
    assert_eq!(exit, 0, "{said}");
    let reached = |name: &str| {
        let kept = told["models"].as_array().expect("models").iter().find(|k| k["measure"] == name);
        kept.expect("the measure")["reached"].as_f64().expect("a number")
    };
    let most = reached("delta-presence-max");
    assert!(most > 0.1 && most <= 0.6, "{most}");
}
