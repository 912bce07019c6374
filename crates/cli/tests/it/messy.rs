//! Tables as people make them: columns that slipped, headers in other languages, a table on its side,
//! a record number that lost its zeros. What the proposed policy makes of them, unedited.

use crate::{Bench, code, stderr, tree};

const SURNAMES: [&str; 8] =
    ["Müller", "Schäfer", "Krüger", "Weiß", "Jankowski", "Brandstätter", "Özdemir", "Pfeiffer"];
const GIVEN: [&str; 8] =
    ["Hannelore", "Jürgen", "Anneliese", "Björn", "Käthe", "Dietmar", "Gudrun", "Wolfgang"];

/// A table of thirty patients: a header and, of each, what `row` says.
fn table(header: &str, row: impl Fn(usize) -> String) -> String {
    let rows: Vec<String> = (0..30).map(row).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

fn name(n: usize) -> (&'static str, &'static str) {
    (SURNAMES[n % 8], GIVEN[(n / 8 + n) % 8])
}

/// Releases and gives all that is released in one text.
fn released(bench: &Bench, profile: &str) -> String {
    let done = bench.deidentify("in", "out", profile, &[]);
    assert!([0, 6].contains(&code(&done)), "{}", stderr(&done));
    let files = tree(&bench.path("out/data"));
    let texts = files.into_iter().filter(|(name, _)| !name.ends_with(".parquet"));
    texts.map(|(_, bytes)| String::from_utf8(bytes).expect("text")).collect()
}

fn check_gone(text: &str, gone: &[&str]) {
    for word in gone {
        assert!(!text.contains(word), "{word} is released");
    }
}

#[test]
fn a_cell_that_is_not_what_its_column_holds_is_not_kept() {
    let bench = Bench::new();
    let csv = table("mrn,surname,sex,sodium,result", |n| {
        let (surname, given) = name(n);
        let sex = ["F", "M"][n % 2];
        match n {
            7 => format!("41002{n:02},{sex},{surname},131,negative"),
            9 => format!("41002{n:02},{surname},{sex},\"{surname}, {given}\",positive"),
            11 => format!("41002{n:02},{surname},{sex},{given},positive"),
            13 => format!("41002{n:02},{surname},{sex},131,repeat of 01.01.1930"),
            15 => format!("41002{n:02},{surname},{sex},131,see Dr Quackenbush"),
            _ => format!("41002{n:02},{surname},{sex},13{},negative", n % 10),
        }
    });
    bench.write("in/labs.csv", csv);
    for profile in ["research-linked", "hipaa-safe-harbor"] {
        let text = released(&bench, profile);
        assert!(text.contains("negative") && text.contains("135"));
        check_gone(&text, &SURNAMES);
        check_gone(&text, &GIVEN);
        check_gone(&text, &["Quackenbush", "01.01.1930", "41002"]);
        fs_err::remove_dir_all(bench.path("out")).expect("ours");
        fs_err::remove_dir_all(bench.path("out.state")).expect("ours");
    }
}

#[test]
fn a_fake_name_that_a_patient_has_by_chance_refuses_nothing() {
    let bench = Bench::new();
    // Every name that a fake can be drawn from is some patient's.
    let names = fs_err::read_to_string("../text/data/surrogates/surnames.txt").expect("the fakes");
    let names = names.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut csv = "mrn,surname,sex,result\n".to_owned();
    for (n, surname) in names.enumerate() {
        let result = if n % 50 == 7 { "see Dr Quackenbush" } else { "negative" };
        csv += &format!("41{n:05},{surname},{},{result}\n", ["F", "M"][n % 2]);
    }
    bench.write("in/labs.csv", csv);
    let text = released(&bench, "research-linked");
    assert!(text.contains("see Dr ") && !text.contains("Quackenbush"), "{text}");
}

#[test]
fn headers_that_name_people_are_not_released() {
    let bench = Bench::new();
    let header: Vec<String> =
        (0..8).map(|n| format!("{} {} sodium value", name(n).0, name(n).1)).collect();
    let values = [131, 132, 133, 134, 135, 136, 137, 138].map(|n| n.to_string()).join(",");
    bench.write("in/side.csv", format!("day,{}\n1,{values}\n2,{values}\n", header.join(",")));
    let text =
        table("patient_id,MRN4100200 sodium value,glucose", |n| format!("P{n:03},13{n},9{n}"));
    bench.write("in/number.csv", text);
    let text = released(&bench, "research-linked");
    check_gone(&text, &SURNAMES);
    check_gone(&text, &["4100200"]);
    assert!(text.contains("glucose"));
}

#[test]
fn values_under_headers_nobody_knows_are_looked_for_in_the_notes() {
    let bench = Bench::new();
    // Headers that are in no list of any language.
    let rows: Vec<String> = (0..8)
        .map(|n| format!("41002{n:02},{},{},Lindenstraße {n}", name(n).0, name(n).1))
        .collect();
    bench.write("in/people.csv", format!("mrn,xq_a,xq_b,xq_c\n{}\n", rows.join("\n")));
    for n in 0..8 {
        let (surname, given) = name(n);
        bench.write(
            &format!("in/notes/{n}.txt"),
            format!(
                "DISCHARGE SUMMARY\nMRN: 41002{n:02}\n\n{surname} was brought in from home at \
                 Lindenstraße {n}. The family of {given} was present.\n"
            ),
        );
    }
    let text = released(&bench, "research-linked");
    check_gone(&text, &["Lindenstraße 3", "Lindenstraße 5", "Schäfer was", "of Jürgen"]);
    assert!(text.contains("was brought in from home at"));
}

#[test]
fn a_record_number_is_one_whatever_a_spreadsheet_did_to_it() {
    let bench = Bench::new();
    bench.write(
        "in/patients.csv",
        table("mrn,sex,age", |n| format!("00041{n:02}0,{},{}", ["F", "M"][n % 2], 30 + n % 3)),
    );
    bench.write("in/labs.csv", table("mrn,sodium", |n| format!("41{n:02}0,13{}", n % 10)));
    bench.write("in/visits.csv", table("mrn,unit", |n| format!("41{n:02}0.0,\"4{}\"", n % 10)));
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    assert!(
        stderr(&done).contains("30 patients")
            || String::from_utf8_lossy(&done.stdout).contains("30 patients")
    );
}
