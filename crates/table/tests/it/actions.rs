//! Every action of the policy on columns.

use anonymed_core::{FileNumber, Pseudonym};
use anonymed_table::joint::{table_kind, table_scope};
use anonymed_table::{TableOptions, Tables};

use crate::support::{inspect, keys, policy, run, run_with};

/// A table of two patients with one column under test.
fn column(rule: &str, values: [&str; 2]) -> [String; 2] {
    let quote = |v: &str| format!("\"{v}\"");
    let text = format!(
        "mrn,first_name,x,tail\nA1,Ann,{},t\nB2,Bob,{},t\n",
        quote(values[0]),
        quote(values[1])
    );
    let body = format!(
        "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\nx = {rule}\ntail = \"keep\"\n"
    );
    let done = run(text.as_bytes(), &policy(&body)).unwrap();
    let lines = done.lines();
    assert_eq!(lines[0], "x,tail");
    let cell = |n: usize| lines[n].strip_suffix(",t").unwrap().to_owned();
    [cell(1), cell(2)]
}

#[test]
fn small_actions_do_as_they_say() {
    let check = |rule: &str, values: [&str; 2], expect: [&str; 2]| {
        assert_eq!(column(rule, values), expect, "{rule}");
    };
    check("\"keep\"", ["1,5", "b"], ["\"1,5\"", "b"]);
    check("\"redact\"", ["a", "b"], ["", ""]);
    check("\"mask\"", ["Ab-12", "ü 3"], ["XX-XX", "X X"]);
    check("{ action = \"surrogate\", entity = \"phone\" }", ["555-0100", ""], ["<phone:8>", ""]);
    check(
        "\"text\"",
        ["seen Ann today", "seen Ann today"],
        ["seen [NAME] today", "seen Ann today"],
    );
    check("{ action = \"generalize\", to = \"zip3\" }", ["02138", "03601-1234"], ["021", "000"]);
    check("{ action = \"generalize\", to = \"zip3\" }", ["SW1A 1AA", "021"], ["", "021"]);
    check(
        "{ action = \"generalize\", to = \"year\" }",
        ["5/3/2020", "2021-02-03"],
        ["2020", "2021"],
    );
    check("{ action = \"generalize\", to = \"month\" }", ["5/3/2020", "x"], ["2020-05", ""]);
    check("{ action = \"generalize\", to = \"age-cap\" }", ["89", "104"], ["89", "90+"]);
    check("{ action = \"generalize\", to = \"bins-10\" }", ["47", "-1"], ["[40-50)", "[-10-0)"]);
    check("{ action = \"generalize\", to = \"prefix-2\" }", ["E11.9", "Z"], ["E1", "Z"]);
}

#[test]
fn dates_move_by_the_patient_s_shift_in_their_format() {
    let shift = "{ action = \"shift\", entity = \"date\" }";
    assert_eq!(
        column(shift, ["2020-01-30", "2020-01-30T10:00:00Z"]),
        ["2020-02-09", "2020-01-20T10:00:00Z"]
    );
    assert_eq!(column(shift, ["12/25/2020", "1/5/2020"]), ["1/4/2021", "12/26/2019"]);
    assert_eq!(column(shift, ["25.12.2020", "05.01.2020"]), ["04.01.2021", "26.12.2019"]);
    assert_eq!(column(shift, ["not a date", "2020"]), ["", "2020"]);
}

#[test]
fn day_first_columns_are_recognised_by_their_values() {
    let shift = "{ action = \"shift\", entity = \"date\" }";
    assert_eq!(column(shift, ["25/12/2020", "05/01/2020"]), ["04/01/2021", "26/12/2019"]);
}

#[test]
fn old_birth_dates_are_emptied() {
    let text = "mrn,dob,x\nA1,1930-05-05,1\nB2,1990-05-05,2\n";
    let rule = "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\n\
                dob = { action = \"shift\", entity = \"date\" }\nx = \"keep\"\n";
    let done = run(text.as_bytes(), &policy(rule)).unwrap();
    assert_eq!(done.lines(), ["dob,x", ",1", "1990-04-25,2"]);
    let year = rule.replace("action = \"shift\"", "action = \"generalize\", to = \"year\"");
    assert_eq!(run(text.as_bytes(), &policy(&year)).unwrap().lines(), ["dob,x", ",1", "1990,2"]);
}

#[test]
fn year_mode_cuts_dates() {
    let text = "mrn,when,x\nA1,3/4/2020 10:00,1\nB2,2020-02-01,2\n";
    let body = "[time]\nmode = \"year\"\n[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n\
                [table.columns]\nwhen = \"shift\"\n";
    assert_eq!(run(text.as_bytes(), &policy(body)).unwrap().lines(), ["when", "2020", "2020"]);
}

#[test]
fn pseudonyms_are_the_patient_s_or_the_value_s() {
    let text = "mrn,visit,ssn\nA1,v1,s1\nB2,v2,s2\nA1,v1,s1\n";
    let body = "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\nmrn = \"pseudonym\"\n\
                visit = \"pseudonym\"\nssn = \"encrypt\"\n";
    let seen = inspect(text.as_bytes()).unwrap();
    let subjects = seen.subjects();
    let done = run_with(&Tables::default(), text.as_bytes(), &policy(body), &subjects).unwrap();
    let lines = done.lines();
    assert_eq!(lines[1], lines[3]);
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(cells[0], subjects.all[0].pseudonym.code());
    assert!(Pseudonym::is_code(cells[1]));
    assert_eq!(keys().decrypt("column:ssn", cells[2]).unwrap().expose(), "s1");
    assert_eq!(done.outcome.duplicate_rows, 1);
}

#[test]
fn joint_scope_keys_values_by_table() {
    let text = "mrn,ssn,weight\nA1,s1,100\nB2,s2,100\n";
    let body = "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\nssn = \"encrypt\"\n\
                weight = { action = \"perturb\", span = 0.5, round_to = 9 }\n";
    let cells = |scope: &str| -> Vec<(String, String)> {
        let done = run(text.as_bytes(), &policy(&format!("{scope}{body}"))).unwrap();
        let split = |line: &String| line.split_once(',').map(|(a, b)| (a.into(), b.into()));
        done.lines().iter().skip(1).filter_map(split).collect()
    };
    let (plain, joint) = (cells(""), cells("[risk]\nscope = \"joint\"\n"));
    let kind = table_kind("column:ssn", &table_scope(FileNumber(1), None));
    assert!(plain.iter().all(|c| keys().decrypt("column:ssn", &c.0).is_some()));
    assert!(joint.iter().all(|c| keys().decrypt("column:ssn", &c.0).is_none()));
    assert!(joint.iter().all(|c| keys().decrypt(&kind, &c.0).is_some()));
    assert!(joint.iter().all(|(_, moved)| plain.iter().all(|c| c.1 != *moved)));
}

#[test]
fn perturbed_numbers_stay_near_and_are_the_same_each_time() {
    let rule = "{ action = \"perturb\", span = 0.1, round_to = 1 }";
    let [a, b] = column(rule, ["100", "200,0"]);
    assert_eq!(column(rule, ["100", "200,0"]), [a.clone(), b.clone()]);
    let a: f64 = a.parse().unwrap();
    assert!((90.0..=110.0).contains(&a));
    assert!(b.starts_with('"') && b.contains(','), "the decimal comma stays: {b}");
    assert_eq!(column(rule, ["x", "1"])[0], "");
}

#[test]
fn hierarchies_come_from_the_source_the_caller_gives() {
    let text = "mrn,job\nA1,nurse\nB2,baker\n";
    let body = "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\n\
                job = { action = \"generalize\", to = \"job.csv\", level = 1 }\n";
    let subjects = inspect(text.as_bytes()).unwrap().subjects();
    let tables = Tables::new(TableOptions::default().hierarchies(|name| {
        assert_eq!(name, "job.csv");
        Ok("nurse;health;*\ndoctor;health;*\n".into())
    }));
    let done = run_with(&tables, text.as_bytes(), &policy(body), &subjects).unwrap();
    assert_eq!(done.lines(), ["job", "health", "*"]);
    let error = run_with(&Tables::default(), text.as_bytes(), &policy(body), &subjects);
    assert!(error.err().unwrap().to_string().starts_with("policy: a hierarchy file"));
}

#[test]
fn rows_without_a_known_patient_are_held_back() {
    let text = "mrn,x\nA1,1\n,2\nC3,3\nB2,4\n";
    let body = "[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\n[table.columns]\nx = \"keep\"\n";
    let mut subjects = inspect(b"mrn,x\nA1,1\nB2,4\n").unwrap().subjects();
    subjects.conflict("column:mrn", "b2");
    let done = run_with(&Tables::default(), text.as_bytes(), &policy(body), &subjects).unwrap();
    assert_eq!(done.lines(), ["x", "1"]);
    assert_eq!(done.outcome.dropped_rows, [2, 3, 4]);
    let reasons: Vec<&str> = done
        .outcome
        .transformed
        .quarantined
        .iter()
        .map(|q| q.reason.split(':').next().unwrap())
        .collect();
    assert_eq!(reasons, ["subject-missing", "subject-unknown", "subject-conflict"]);
}

#[test]
fn unclassified_columns_are_dropped_or_block() {
    let text = "a,b,c\n1,2,3\n4,5,6\n";
    let rule = "[[table]]\nfiles = \"**\"\n[table.columns]\na = \"keep\"\nz = \"drop\"\n";
    let done = run(text.as_bytes(), &policy(rule)).unwrap();
    assert_eq!(done.lines(), ["a", "1", "4"]);
    assert_eq!(done.outcome.missing_columns, ["z"]);
    let block = anonymed_core::Policy::parse(&format!(
        "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n{rule}"
    ))
    .unwrap();
    let error = run(text.as_bytes(), &block).err().unwrap();
    assert_eq!(error.to_string(), "policy: column 2 has no rule and on_unclassified is \"block\"");
}

#[test]
fn outcomes_serialise_and_read_back_from_both_formats() {
    let text = "a,b,c\n1,,=x\n4,5,6\n";
    let rule =
        "[[table]]\nfiles = \"**\"\n[table.columns]\na = \"keep\"\nb = \"keep\"\nc = \"keep\"\n";
    let done = run(text.as_bytes(), &policy(rule)).unwrap();
    assert_eq!(done.outcome.formula_guarded, 1);
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, bytes: &[u8], format| {
        let path = folder.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        let table = anonymed_table::released::read(&path, format).unwrap();
        assert_eq!(table.columns(), ["a", "b", "c"]);
        let batches: Vec<_> = table.map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        (0..2)
            .map(|r| (0..3).map(|c| batches[0].value(c, r).to_owned()).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    use anonymed_core::policy::TableFormat;
    assert_eq!(read("t.csv", &done.csv, TableFormat::Csv), [["1", "", "'=x"], ["4", "5", "6"]]);
    assert_eq!(
        read("t.parquet", &done.parquet, TableFormat::Parquet),
        [["1", "", "=x"], ["4", "5", "6"]]
    );
}
