//! Actions on the columns of a table by itself: the codes, shifts and fakes are those of a project with the same
//! key, nothing that was read of people is left, and what cannot be made true is refused.

use std::collections::BTreeMap;

use crate::{Anonymized, Bench, code, stderr};

const PEOPLE: u32 = 60;

fn mrn(person: u32) -> String {
    format!("{}", 7_100_000 + person * 37)
}

fn name(person: u32) -> (&'static str, &'static str) {
    // None of them is among the names that fakes are made of, nor a part of one.
    const FIRST: [&str; 6] = ["Aldwyth", "Brunhold", "Cwenhild", "Eadgyth", "Folcwin", "Godhild"];
    const LAST: [&str; 5] = ["Quillfeather", "Marrowbank", "Pellinore", "Wexcombe", "Zabrixwold"];
    (FIRST[person as usize % 6], LAST[person as usize / 6 % 5])
}

/// Two visits of each person; the second under another spelling of the number. `mark` adds to a note.
fn visits(bench: &Bench, mark: impl Fn(u32) -> String) {
    let mut rows =
        String::from("mrn,first_name,last_name,age,sex,visit_date,diagnosis,cost,note\n");
    for row in 0..2 * PEOPLE {
        let person = row % PEOPLE;
        let ((first, last), own) = (name(person), mrn(person));
        let spelling = if row < PEOPLE { own.clone() } else { format!("00{own}") };
        let (age, sex) = (30 + person % 20, ["F", "M"][person as usize % 2]);
        let day = format!("2023-03-{:02}", 1 + (person * 2 + row / PEOPLE * 9) % 28);
        let diagnosis = ["J45", "I10", "E11"][row as usize % 3];
        rows += &format!(
            "{spelling},{first},{last},{age},{sex},{day},{diagnosis},{},\"{first} {last}, MRN {own}, came on \
             {day} with a cough{}\"\n",
            100 + row,
            mark(row),
        );
    }
    bench.write("in/visits.csv", rows);
}

const CONFIG: &str = "subject = \"mrn\"\nauthority = \"mrn\"\n\
    [columns]\nmrn = \"pseudonym\"\n\
    first_name = { role = \"identifier\", action = \"surrogate\" }\n\
    last_name = \"drop\"\n\
    age = { role = \"quasi\", hierarchy = \"age\" }\nsex = \"quasi\"\n\
    visit_date = { role = \"keep\", action = \"shift\" }\n\
    diagnosis = \"sensitive\"\n\
    cost = { role = \"keep\", action = \"perturb\", span = 0.1 }\nnote = \"text\"\n\
    [keys]\ndomain = \"study\"\n[[model]]\nk = 5\n";

/// The configuration with the marks of some people taken for harmless, so that what the check of the
/// written table does is seen.
fn with_marks_allowed(people: &[u32]) -> String {
    let marks: Vec<String> = people.iter().map(|p| format!("\"x{}x\"", mrn(*p))).collect();
    format!("{CONFIG}[text]\nallow = [{}]\n", marks.join(", "))
}

fn anonymize(bench: &Bench, config: &str, more: &[&str]) -> Anonymized {
    bench.anonymize(config, ("in/visits.csv", "out.csv"), more)
}

/// The columns of a table by header; no cell of these tables holds a quote or a comma but the last.
fn columns(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines = text.lines();
    let headers: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<&str>> =
        lines.map(|line| line.splitn(headers.len(), ',').collect()).collect();
    let column = |at: usize| rows.iter().map(|row| row[at].to_owned()).collect();
    headers.iter().enumerate().map(|(at, header)| ((*header).to_owned(), column(at))).collect()
}

#[test]
fn a_table_s_codes_dates_and_notes_are_those_of_a_project() {
    let bench = Bench::new();
    visits(&bench, |_| String::new());
    let key = ["--key-file", "k.key"];
    let (exit, told, said) = anonymize(&bench, CONFIG, &key);
    assert_eq!(exit, 0, "{said}");
    assert_eq!(told["smallest_class_subjects"].as_u64().map(|n| n >= 5), Some(true), "{told}");
    let project = bench.deidentify("in", "release", "research-linked", &["--name", "study"]);
    assert_eq!(code(&project), 0, "{}", stderr(&project));
    let released = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    let one = columns(&released);
    let files = crate::tree(&bench.path("release/data"));
    let csv = files.iter().find(|(name, _)| name.ends_with(".csv")).expect("a table").1;
    let linked = columns(&String::from_utf8_lossy(csv));
    for column in ["mrn", "visit_date", "note"] {
        assert!(one[column] == linked[column], "{column} differs");
    }
    // Nothing that was read of anybody is left, and spellings of a number are one person.
    for person in 0..PEOPLE {
        let (first, last) = name(person);
        for own in [mrn(person).as_str(), first, last] {
            assert!(!released.contains(own), "person {person}");
        }
        let row = person as usize;
        assert_eq!(one["mrn"][row], one["mrn"][row + PEOPLE as usize]);
    }
    assert!(!one.contains_key("last_name"));
    let changed = |name: &str| {
        let all = told["actions"].as_array().expect("a list").iter();
        all.clone().find(|done| done["column"] == name).map(|done| done["changed"].clone())
    };
    assert_eq!(changed("note"), Some(u64::from(2 * PEOPLE).into()));
    assert_eq!(changed("age"), None);
}

#[test]
fn a_note_that_holds_an_identifier_still_is_blanked() {
    let bench = Bench::new();
    // The number of another inside a word is nothing that a recognizer looks for.
    let mark = |row: u32| match row {
        7 | 30 => format!(" and walked x{}x", mrn(row + 1)),
        _ => String::new(),
    };
    visits(&bench, mark);
    let all: Vec<u32> = (0..=2 * PEOPLE).collect();
    let config = with_marks_allowed(&all);
    let (exit, told, said) = anonymize(&bench, &config, &["--key-file", "k.key"]);
    assert_eq!(exit, 6, "{said}");
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    assert_eq!(text.matches("[WITHHELD]").count(), 2);
    let note =
        told["actions"].as_array().and_then(|all| all.iter().find(|d| d["column"] == "note"));
    assert_eq!(note.map(|done| done["withheld"].clone()), Some(2.into()), "{told}");
    // Where it is so in many cells, the rest is not to be trusted.
    let bench = Bench::new();
    visits(&bench, |row| format!(" and walked x{}x", mrn((row + 1) % PEOPLE)));
    let (exit, _, said) = anonymize(&bench, &config, &["--key-file", "k.key"]);
    assert_eq!(exit, 5, "{said}");
    assert!(said.contains("note"), "{said}");
    assert!(!bench.path("out.csv").exists());
}

#[test]
fn rows_of_people_who_are_not_agreed_on_are_left_out() {
    let bench = Bench::new();
    let mut rows = String::from("mrn,birth_date,age,sex,visit_date\n");
    for row in 0..2 * PEOPLE {
        // The first person has two birth dates.
        let person = row % PEOPLE;
        let year = if row == PEOPLE { 1951 } else { 1980 };
        rows += &format!(
            "{},{year}-02-03,{},F,2023-03-{:02}\n",
            mrn(person),
            30 + person % 4,
            1 + row % 28
        );
    }
    bench.write("in/visits.csv", rows);
    let config = "subject = \"mrn\"\n[columns]\nmrn = \"pseudonym\"\nbirth_date = \"drop\"\nage = \"quasi\"\n\
                  visit_date = \"shift\"\n[keys]\ndomain = \"study\"\n[[model]]\nk = 5\n";
    let (exit, told, said) = anonymize(&bench, config, &["--key-file", "k.key"]);
    assert_eq!(exit, 6, "{said}");
    assert_eq!(told["held_rows"], 2, "{told}");
    assert_eq!(told["released_rows"], 2 * (PEOPLE - 1));
}

#[test]
fn what_an_action_needs_is_asked_for() {
    let bench = Bench::new();
    visits(&bench, |_| String::new());
    let check = |config: &str, more: &[&str], exit: i32, expect: &str| {
        let (code, _, said) = anonymize(&bench, config, more);
        assert_eq!(code, exit, "{said}");
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(expect), "{said}");
        assert!(!bench.path("out.csv").exists());
    };
    check(CONFIG, &[], 2, "--key-file FILE");
    let key = ["--key-file", "k.key"];
    check(&CONFIG.replace("domain = \"study\"", ""), &key, 3, "keys.domain");
    let quasi =
        CONFIG.replace("sex = \"quasi\"", "sex = { role = \"quasi\", action = \"surrogate\" }");
    check(&quasi, &key, 3, "columns.sex");
    let shifted = CONFIG
        .replace("visit_date = { role = \"keep\"", "visit_date = { role = \"quasi\"")
        + "[attack]\n";
    check(&shifted, &key, 3, "columns.visit_date.action");
    // Near miss: an action that no key is needed for.
    let masked = "[columns]\nage = \"quasi\"\nlast_name = \"mask\"\n[[model]]\nk = 5\n";
    let (exit, _, said) = anonymize(&bench, masked, &[]);
    assert_eq!(exit, 0, "{said}");
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("XXXXXXXX")), "{text}");
}

#[test]
fn a_code_shows_how_many_rows_somebody_has() {
    let bench = Bench::new();
    // Everybody has two visits, and one person three.
    let mut rows = String::from("mrn,age,sex\n");
    for row in 0..=2 * PEOPLE {
        let person = row % PEOPLE;
        rows +=
            &format!("{},{},{}\n", mrn(person), 30 + person % 4, ["F", "M"][person as usize % 2]);
    }
    bench.write("in/visits.csv", rows);
    let config = "subject = \"mrn\"\nscope = \"joint\"\n[columns]\nmrn = \"pseudonym\"\nage = \"quasi\"\n\
                  sex = \"quasi\"\n[keys]\ndomain = \"study\"\n[[model]]\nk = 5\n";
    let (exit, told, said) = anonymize(&bench, config, &["--key-file", "k.key"]);
    assert_eq!(exit, 0, "{said}");
    assert_eq!(
        (&told["suppressed_subjects"], &told["rows_joined"]),
        (&1.into(), &true.into()),
        "{told}"
    );
    // By code: what all rows of a person say, and how many there are.
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let (code, labels) = line.split_once(',').expect("a code");
        of.entry(code).or_default().push(labels);
    }
    let mut crowds: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    of.into_values().for_each(|mut signature| {
        signature.sort_unstable();
        *crowds.entry(signature).or_default() += 1;
    });
    assert!(crowds.values().all(|people| *people >= 5), "{crowds:?}");
}

#[test]
fn the_share_of_blanked_cells_is_of_what_is_released() {
    let bench = Bench::new();
    // Three of sixty notes hold an identifier still: within the limit of the whole, above it in a sample where
    // they are drawn.
    let mark = |row: u32| match row % PEOPLE {
        7 => format!(" and walked x{}x", mrn(row % PEOPLE + 1)),
        _ => String::new(),
    };
    visits(&bench, mark);
    let key = ["--key-file", "k.key"];
    let config = with_marks_allowed(&[8]);
    let (exit, whole, said) = anonymize(&bench, &config, &key);
    assert_eq!(exit, 6, "{said}");
    let note = |told: &serde_json::Value| {
        let all = told["actions"].as_array().expect("a list").clone();
        all.into_iter().find(|done| done["column"] == "note").expect("the column")
    };
    assert_eq!((&note(&whole)["filled"], &note(&whole)["withheld"]), (&120.into(), &2.into()));
    let mut exits = std::collections::BTreeSet::new();
    for seed in 0..12 {
        let sample =
            format!("{config}[sample]\npeople = 12\nseed = \"a long text, number {seed}\"\n");
        fs_err::remove_file(bench.path("out.csv")).ok();
        let (exit, told, said) = anonymize(&bench, &sample, &key);
        exits.insert(exit);
        match exit {
            0 => assert_eq!(note(&told)["filled"], 24, "{told}"),
            5 => assert!(said.contains("2 of 24 cells of note"), "{said}"),
            other => panic!("{other}: {said}"),
        }
    }
    assert_eq!(exits.into_iter().collect::<Vec<_>>(), [0, 5]);
}

#[test]
fn whoever_a_column_names_is_looked_for_in_prose() {
    // Uncommon names, few of them, under headers that say nothing or something else.
    let check = |headers: [&str; 2], columns: &str| {
        let bench = Bench::new();
        let [first_header, last_header] = headers;
        let mut rows = format!("mrn,{first_header},{last_header},age,note\n");
        for row in 0..2 * PEOPLE {
            let person = row % PEOPLE;
            let (first, last) = name(person);
            rows += &format!(
                "{},{first},{last},{},\"Seen today: {first} {last} slept well. {last} walked.\"\n",
                mrn(person),
                30 + person % 4
            );
        }
        bench.write("in/visits.csv", rows);
        let config = format!(
            "subject = \"mrn\"\n[columns]\n{columns}age = \"quasi\"\nnote = \"text\"\n[keys]\ndomain = \
             \"study\"\n[time]\nas_of = \"2024-01-01\"\n[[model]]\nk = 5\n"
        );
        let (exit, _, said) = anonymize(&bench, &config, &["--key-file", "k.key"]);
        assert!(matches!(exit, 0 | 6), "{headers:?} {columns}: {exit} {said}");
        let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
        for (line, row) in text.lines().skip(1).zip(0..) {
            let (first, last) = name(row % PEOPLE);
            assert!(
                !line.contains(first) && !line.contains(last),
                "{headers:?} {columns}: row {row}"
            );
        }
    };
    let both =
        |rest: &str, [first, last]: [&str; 2]| format!("{first} = {rest}\n{last} = {rest}\n");
    let drop = "\"drop\"";
    for headers in
        [["first", "last"], ["FIRST", "LastNm"], ["given_name", "birth_name"], ["c1", "c2"]]
    {
        check(headers, &both(drop, headers));
    }
    // A header of a date, over words.
    check(["given", "last_visit_by"], &both(drop, ["given", "last_visit_by"]));
    for entity in ["person", "patient", "doctor", "other-id", "date"] {
        let said = format!("{{ role = \"identifier\", entity = \"{entity}\" }}");
        check(["c1", "c2"], &both(&said, ["c1", "c2"]));
    }
    // Not named at all.
    check(["first", "last"], "");
}
