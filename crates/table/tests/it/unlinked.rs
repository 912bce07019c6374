//! Releases whose quasi-identifiers are as they are: groups found and counted here, from the written bytes alone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anonymed_core::policy::{OutputForm, TableConfig, TableFormat};
use anonymed_core::{CancelToken, Pseudonymizer};
use anonymed_table::single::{Beside, Checked, LeftOut, SingleOutcome, SingleTable, check};
use anonymed_table::{TableOptions, Tables};
use proptest::prelude::*;

use crate::support::{keys, sniff, with_document};

const TOWNS: [&str; 4] = ["Ulm", "Bonn", "Kiel", "Hof"];

/// A person: age, town, diagnosis, finding, and visits.
type Person = (u8, usize, u8, u8, u8);

/// The visits of some people, each with its number and its person.
fn csv(people: &[Person]) -> (String, Vec<usize>) {
    let (mut csv, mut whose) = ("who,n,age,town,dx,lab\n".to_owned(), Vec::new());
    for (who, (age, town, dx, lab, visits)) in people.iter().enumerate() {
        for visit in 0..*visits {
            let (n, age) = (whose.len(), age + visit);
            csv += &format!("p{who},{n},{age},{},d{dx},f{lab}\n", TOWNS[*town]);
            whose.push(who);
        }
    }
    (csv, whose)
}

fn config(form: OutputForm, l: u32, by_person: bool) -> TableConfig {
    let subject = if by_person { "subject = \"who\"\nscope = \"joint\"\n" } else { "" };
    let seed = if form == OutputForm::Permuted { "seed = \"eleven of a long text\"\n" } else { "" };
    TableConfig::parse(&format!(
        "{subject}[columns]\nn = \"keep\"\nage = \"quasi\"\ntown = \"quasi\"\ndx = \"sensitive\"\nlab = \
         \"sensitive\"\n[[model]]\nl = {l}\non = \"dx\"\n[[model]]\nalpha = 0.5\nk = 2\non = \"lab\"\n\
         [search]\nsuppress_max = 1.0\n[output]\nform = \"{form}\"\n{seed}"
    ))
    .unwrap()
}

/// Both tables of a release; the second is empty where there is one.
fn released(csv: &str, config: &TableConfig) -> (SingleOutcome, String, String) {
    released_by(csv, config, &keys())
}

/// The same, drawn by a key.
pub(crate) fn released_by(
    csv: &str,
    config: &TableConfig,
    maker: &Pseudonymizer,
) -> (SingleOutcome, String, String) {
    let cancel = CancelToken::default();
    let job = SingleTable {
        config,
        cancel: &cancel,
        clock: || Duration::ZERO,
        progress: &(),
        acting: None,
        draws: Some(maker),
    };
    let (tables, format) = (Tables::default(), sniff(csv.as_bytes()).expect("a table"));
    let (mut rows, mut counts) = (Vec::new(), Vec::new());
    let outcome = with_document(csv.as_bytes(), |document| {
        let parts = tables.parts(document, &format).unwrap();
        let mut outputs: [(TableFormat, &mut dyn Write); 1] = [(TableFormat::Csv, &mut rows)];
        tables.anonymize(document, &format, &parts[0], &job, &mut outputs).unwrap()
    });
    if let Some(sensitive) = &outcome.sensitive {
        sensitive.write(TableFormat::Csv, &mut counts, &cancel).unwrap();
    }
    (outcome, String::from_utf8(rows).unwrap(), String::from_utf8(counts).unwrap())
}

/// The lines of a table by header.
fn lines(csv: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines.map(|line| header.iter().copied().zip(line.split(',')).collect()).collect()
}

/// How many people have which value.
type Values<'a> = BTreeMap<&'a str, usize>;

fn counted<'a>(values: impl Iterator<Item = &'a str>) -> Values<'a> {
    let mut counted = Values::new();
    values.for_each(|value| *counted.entry(value).or_default() += 1);
    counted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn groups_hold_what_was_asked_and_nothing_else_is_said(
        people in proptest::collection::vec((0u8..12, 0usize..4, 0u8..5, 0u8..4, 1u8..4), 4..50),
        l in 2u32..4,
        permuted in any::<bool>(),
        by_person in any::<bool>(),
    ) {
        let form = if permuted { OutputForm::Permuted } else { OutputForm::Anatomy };
        let people: Vec<Person> = people
            .into_iter()
            .map(|(age, town, dx, lab, visits)| (age, town, dx, lab, if by_person { visits } else { 1 }))
            .collect();
        let (raw, whose) = csv(&people);
        let config = config(form, l, by_person);
        let (outcome, first, second) = released(&raw, &config);
        let (raw, rows, counts) = (lines(&raw), lines(&first), lines(&second));
        prop_assert_eq!(rows.len() as u64, outcome.released);
        let mut groups: BTreeMap<&str, Vec<&BTreeMap<&str, &str>>> = BTreeMap::new();
        for row in &rows {
            groups.entry(row["group"]).or_default().push(row);
        }
        let number = |row: &BTreeMap<&str, &str>| row["n"].parse::<usize>().unwrap();
        for (group, rows) in &groups {
            let members: BTreeSet<usize> = rows.iter().map(|row| whose[number(row)]).collect();
            // Everybody is here with all of their rows, as they are.
            let visits: usize = members.iter().map(|who| people[*who].4 as usize).sum();
            prop_assert_eq!(visits, rows.len());
            for row in rows {
                let own = &raw[number(row)];
                prop_assert_eq!((row["age"], row["town"]), (own["age"], own["town"]));
                prop_assert!(!row.contains_key("who"));
            }
            let cells = |row: &&BTreeMap<&str, &str>| [row["n"].to_owned(), row["age"].to_owned()];
            prop_assert!(rows.windows(2).all(|two| cells(&two[0]) <= cells(&two[1])));
            for column in ["dx", "lab"] {
                let first = |who: &usize| whose.iter().position(|w| w == who).unwrap();
                let before = counted(members.iter().map(|who| raw[first(who)][column]));
                let after = match form {
                    OutputForm::Permuted => {
                        let mut of = BTreeMap::new();
                        for row in rows {
                            let value = *of.entry(whose[number(row)]).or_insert(row[column]);
                            prop_assert_eq!(value, row[column]);
                        }
                        counted(of.into_values())
                    }
                    _ => {
                        prop_assert!(rows.iter().all(|row| !row.contains_key(column)));
                        let own = counts.iter().filter(|l| l["group"] == *group && l["column"] == column);
                        own.map(|line| (line["value"], line["count"].parse().unwrap())).collect()
                    }
                };
                prop_assert_eq!(&before, &after);
                let most = after.values().max().copied().unwrap_or(0);
                match column {
                    "dx" => prop_assert!(after.len() >= l as usize),
                    _ => prop_assert!(most * 2 <= members.len()),
                }
                // Nobody's value is certain.
                prop_assert!(most < members.len());
            }
        }
        let found = written(&first, &second, &config, (&outcome).into()).unwrap();
        prop_assert_eq!(found.classes as usize, groups.len());
        prop_assert!(groups.is_empty() || found.promises.iter().all(|kept| kept.holds));
        prop_assert!(found.promises.iter().all(|kept| kept.measure != "k-anonymity"));
    }
}

/// What is found in tables as they were written.
fn written(
    rows: &str,
    counts: &str,
    config: &TableConfig,
    beside: Beside<'_>,
) -> Result<Checked, String> {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs_err::write(&path, text).unwrap();
        path
    };
    let (rows, counts) = (put("r.csv", rows), put("s.csv", counts));
    let second: Option<&Path> = (config.output.form == OutputForm::Anatomy).then_some(&counts);
    let options = TableOptions::default();
    check(&rows, TableFormat::Csv, config, beside.with_counts(second), &options)
        .map_err(|e| e.to_string())
}

const COLUMNS: &str = "[columns]\nage = \"quasi\"\ndx = \"sensitive\"\n[[model]]\nl = 2\non = \"dx\"\n\
                       [[model]]\nk = 2\n";

#[test]
fn a_permuted_table_is_judged_by_its_groups() {
    let config = |before: &str| {
        TableConfig::parse(&format!("{before}{COLUMNS}[output]\nform = \"permuted\"\n")).unwrap()
    };
    let left_out = LeftOut::default();
    let check = |rows: &str, subjects: Option<&[u32]>, expect: Result<bool, &str>| {
        let config =
            config(if subjects.is_some() { "subject = \"who\"\nscope = \"joint\"\n" } else { "" });
        let found = written(rows, "", &config, Beside::new(subjects, &left_out));
        match (found, expect) {
            (Ok(found), Ok(expect)) => {
                assert_eq!(found.promises.iter().all(|kept| kept.holds), expect, "{rows}");
                assert_eq!(found.promises[1].measure, "group-people");
            }
            (found, expect) => {
                let said = found.map(|_| ()).unwrap_err();
                assert!(said.contains(expect.unwrap_err()), "{said}");
            }
        }
    };
    let good = "age,dx,group\n30,a,1\n31,b,1\n40,a,2\n41,b,2\n";
    check(good, None, Ok(true));
    check("age,dx,group\n30,a,1\n31,b,1\n40,a,2\n41,a,2\n", None, Ok(false));
    check("age,dx,group\n30,a,1\n31,b,1\n40,a,2\n", None, Ok(false));
    check("age,dx,group\n30,a,1\n31,b,\n", None, Err("a cell is not there"));
    check("age,dx\n30,a\n31,b\n", None, Err("a column is not there"));
    check(good, Some(&[0, 1, 2, 3]), Ok(true));
    // One person of two rows is one person.
    check("age,dx,group\n30,a,1\n31,a,1\n", Some(&[0, 0]), Ok(false));
    check("age,dx,group\n30,a,1\n31,a,1\n32,b,1\n", Some(&[0, 0, 1]), Ok(true));
    check(good, Some(&[0, 1, 0, 2]), Err("somebody is in two groups"));
    check(good, Some(&[0, 0, 1, 2]), Err("two values"));
    check(good, Some(&[0, 1, 2]), Err("too many rows"));
    check(good, Some(&[0, 1, 2, 3, 4]), Err("rows are missing"));
}

#[test]
fn anatomy_is_judged_by_its_counts() {
    let config = TableConfig::parse(&format!("{COLUMNS}[output]\nform = \"anatomy\"\n")).unwrap();
    let left_out = LeftOut::default();
    let rows = "age,group\n30,1\n31,1\n40,2\n41,2\n42,2\n";
    let check = |counts: &str, expect: Result<bool, &str>| {
        let counts = format!("group,column,value,count\n1,dx,a,1\n1,dx,b,1\n{counts}");
        let found = written(rows, &counts, &config, Beside::new(None, &left_out));
        match (found, expect) {
            (Ok(found), Ok(expect)) => {
                assert_eq!(found.promises.iter().all(|kept| kept.holds), expect, "{counts}");
                assert_eq!((found.classes, found.smallest_class_subjects), (2, 2));
            }
            (found, expect) => {
                let said = found.map(|_| ()).unwrap_err();
                assert!(said.contains(expect.unwrap_err()), "{said}");
            }
        }
    };
    check("2,dx,a,2\n2,dx,b,1\n", Ok(true));
    check("2,dx,a,3\n", Ok(false));
    // Who states nothing makes no variety.
    check("2,dx,a,2\n2,dx,,1\n", Ok(false));
    check("2,dx,a,2\n", Err("not of its people"));
    check("2,dx,a,2\n2,dx,b,2\n", Err("not of its people"));
    check("2,dx,a,18446744073709551615\n", Err("not of its people"));
    check("2,dx,a,many\n", Err("a count is none"));
    check("3,dx,a,3\n", Err("no group"));
    check("2,age,a,3\n", Err("no sensitive column"));
    let beside = "age,dx,group\n30,a,1\n31,b,1\n";
    let found = written(beside, "", &config, Beside::new(None, &left_out)).unwrap_err();
    assert!(found.contains("a sensitive column is beside"), "{found}");
}
