//! Privacy models over subjects, and that nothing depends on threads.

use anonymed_assess::{ClassIndex, Shape};
use anonymed_table::Tables;

use crate::support::{inspect, policy, run, run_with};

/// Visits of patients, several rows each, seeded by arithmetic.
fn visits(patients: u32) -> String {
    let mut text = String::from("mrn,visit,age,sex,zip,dx\n");
    let mut visit = 0;
    for p in 0..patients {
        for v in 0..(1 + p % 4) {
            visit += 1;
            let age = 20 + (p * 7) % 60 + v;
            let (sex, dx) = (if p % 2 == 0 { "F" } else { "M" }, (p * 3 + v) % 9);
            text.push_str(&format!("P{p},V{visit},{age},{sex},0{},D{dx}\n", 2100 + p % 40));
        }
    }
    text
}

fn rules(model: &str, joint: bool) -> String {
    let scope = if joint { "[risk]\nscope = \"joint\"\n" } else { "" };
    format!(
        "{scope}[[table]]\nfiles = \"**\"\nsubject = \"mrn\"\nmodel = {model}\n[table.columns]\n\
         mrn = \"pseudonym\"\nvisit = \"pseudonym\"\nage = {{ role = \"quasi\" }}\n\
         sex = {{ role = \"quasi\" }}\nzip = {{ action = \"generalize\", to = \"zip3\" }}\n\
         dx = {{ role = \"sensitive\" }}\n"
    )
}

/// Smallest number of distinct subjects over the classes of a released CSV, and its rows.
fn smallest(csv: &[u8]) -> (u64, u64) {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    let mut index = ClassIndex::new(Shape::with_subject(3, 0));
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        index.add(&[Some(cells[2]), Some(cells[3]), Some(cells[4])], Some(cells[0]), &[]).unwrap();
    }
    let report = index.report(5);
    (report.smallest_class_subjects, report.rows)
}

#[test]
fn k_counts_patients_and_not_rows() {
    let text = visits(400);
    for joint in [false, true] {
        let done = run(text.as_bytes(), &policy(&rules("[{ k = 5 }]", joint))).unwrap();
        let model = done.outcome.model.as_ref().unwrap();
        let (subjects, rows) = smallest(&done.csv);
        assert!(subjects >= 5, "{subjects} subjects");
        assert_eq!(rows, done.outcome.transformed.records_out);
        assert_eq!(done.outcome.dropped_rows.len() as u64, model.suppressed_rows);
        assert_eq!(model.grouped_by_subject, joint);
        assert!(model.classes > 4, "{} classes", model.classes);
        let after = done.outcome.risk_after.as_ref().unwrap();
        assert_eq!(after.classes.smallest_class_subjects, subjects);
        let before = done.outcome.risk_before.as_ref().unwrap();
        assert!(before.classes.smallest_class_subjects < 5);
        assert!(done.outcome.columns[2].loss.is_some());
    }
}

#[test]
fn relaxed_cuts_part_people_who_agree() {
    // Most are 40, and three are far older.
    let row = |p: u32| {
        let age = if p < 3 { 80 + p } else { 40 };
        format!("P{p},V{p},{age},F,02100,D{}\nP{p},V{p}b,{age},F,02100,D{}\n", p % 5, p % 7)
    };
    let rows: String = (0..60).map(row).collect();
    let text = format!("mrn,visit,age,sex,zip,dx\n{rows}");
    for (model, subject) in [
        ("[{ k = 5 }]", true),
        ("[{ k = 5 }, { l = 3, on = \"dx\" }]", true),
        ("[{ k = 5 }, { l = 3, on = \"dx\" }]", false),
    ] {
        let rules = rules(model, false) + "[table.search]\nmethod = \"relaxed\"\n";
        let rules = match subject {
            true => rules,
            false => rules
                .replace("subject = \"mrn\"\n", "")
                .replace("mrn = \"pseudonym\"", "mrn = \"drop\""),
        };
        let done = run(text.as_bytes(), &policy(&rules)).unwrap();
        let mut rows = std::collections::BTreeMap::<String, usize>::new();
        let mut classes = std::collections::BTreeMap::<String, Vec<(String, String)>>::new();
        for line in done.lines().iter().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let first = usize::from(subject);
            let labels = cells[1 + first..4 + first].join(",");
            *rows.entry(labels.clone()).or_default() += 1;
            let whose = if subject { cells[0].to_owned() } else { rows[&labels].to_string() };
            classes.entry(labels).or_default().push((whose, cells[4 + first].to_owned()));
        }
        assert_eq!(classes.len(), 2, "{rows:?}");
        assert_eq!(rows.values().sum::<usize>(), 120);
        assert!(*rows.values().max().unwrap() > 100, "{rows:?}");
        for class in classes.values() {
            let people: std::collections::BTreeSet<&str> =
                class.iter().map(|(whose, _)| whose.as_str()).collect();
            let values: std::collections::BTreeSet<&str> =
                class.iter().map(|(_, dx)| dx.as_str()).collect();
            assert!(people.len() >= 5 && (values.len() >= 3 || !model.contains("l =")));
        }
        let strict = run(text.as_bytes(), &policy(&rules.replace("relaxed", "mondrian"))).unwrap();
        // Of rows there are six that are far, and of people three.
        assert_eq!(strict.outcome.model.unwrap().classes, if subject { 1 } else { 2 });
    }
}

#[test]
fn l_diversity_holds_in_every_class() {
    let model = "[{ k = 3 }, { l = 3, on = \"dx\" }]";
    let done = run(visits(300).as_bytes(), &policy(&rules(model, false))).unwrap();
    let mut classes =
        std::collections::BTreeMap::<String, std::collections::BTreeSet<String>>::new();
    for line in done.lines().iter().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        classes.entry(cells[2..5].join(",")).or_default().insert(cells[5].to_owned());
    }
    assert!(classes.values().all(|v| v.len() >= 3));
    assert_eq!(done.outcome.model.unwrap().models, ["3-anonymity", "distinct 3-diversity"]);
}

#[test]
fn blank_cells_are_no_diversity() {
    let model = "[{ k = 3 }, { l = 2, on = \"dx\" }]";
    let rows = (0..240).map(|p| {
        // Every second cell is blank, and below 40 there is one diagnosis only.
        let age = 20 + p % 40;
        let dx = match (p % 2, age < 40, p % 3) {
            (0, ..) => "",
            (_, true, _) | (_, _, 0) => "D1",
            _ => "D2",
        };
        format!("P{p},V{p},{age},F,02100,{dx}\n")
    });
    let text = "mrn,visit,age,sex,zip,dx\n".to_owned() + &rows.collect::<String>();
    for joint in [false, true] {
        let done = run(text.as_bytes(), &policy(&rules(model, joint))).unwrap();
        let mut classes =
            std::collections::BTreeMap::<String, std::collections::BTreeSet<String>>::new();
        for line in done.lines().iter().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let stated = classes.entry(cells[2..5].join(",")).or_default();
            stated.extend((!cells[5].is_empty()).then(|| cells[5].to_owned()));
        }
        assert!(!classes.is_empty() && classes.values().all(|v| v.len() == 2), "{classes:?}");
    }
}

#[test]
fn in_joint_scope_no_code_joins_two_tables() {
    let text = visits(50);
    let codes = |joint: bool| -> Vec<String> {
        let done = run(text.as_bytes(), &policy(&rules("[{ k = 2 }]", joint))).unwrap();
        done.lines().iter().skip(1).map(|l| l.split(',').next().unwrap().to_owned()).collect()
    };
    let subjects = inspect(text.as_bytes()).unwrap().subjects();
    let linking: Vec<String> = subjects.all.iter().map(|s| s.pseudonym.code()).collect();
    assert!(codes(false).iter().all(|c| linking.contains(c)));
    assert!(!codes(true).iter().any(|c| linking.contains(c)));
}

#[test]
fn in_joint_scope_the_order_of_rows_tells_nothing() {
    let text = visits(200);
    let patients = |joint: bool| -> Vec<String> {
        let done = run(
            text.as_bytes(),
            &policy(
                &rules("[{ k = 2 }]", joint)
                    .replace("dx = ", "none = ")
                    .replace("visit = \"pseudonym\"", "dx = \"keep\""),
            ),
        )
        .unwrap();
        done.lines().iter().skip(1).map(|l| l.rsplit(',').next().unwrap().to_owned()).collect()
    };
    let (plain, shuffled) = (patients(false), patients(true));
    assert!(shuffled.len() > 300);
    let same = plain.iter().zip(&shuffled).filter(|(a, b)| a == b).count();
    // One in nine by chance; a third or more of 500 has a probability below 1e-9.
    assert!(same * 3 < plain.len(), "{same} of {} rows stand where they stood", plain.len());
}

#[test]
fn without_a_subject_column_a_row_is_a_person() {
    let text = "age,sex\n".to_owned()
        + &(0..200)
            .map(|n| format!("{},{}\n", 20 + n % 50, if n % 3 == 0 { "F" } else { "M" }))
            .collect::<String>();
    let body = "[[table]]\nfiles = \"**\"\nmodel = [{ k = 5 }]\n[table.columns]\n\
                age = { role = \"quasi\" }\nsex = { role = \"quasi\" }\n";
    let done = run(text.as_bytes(), &policy(body)).unwrap();
    assert!(done.outcome.row_is_subject);
    assert!(done.outcome.model.unwrap().smallest_class_rows >= 5);
}

#[test]
fn bytes_are_the_same_at_any_thread_count() {
    let text = visits(3000);
    let subjects = inspect(text.as_bytes()).unwrap().subjects();
    for joint in [false, true] {
        let policy = policy(&rules("[{ k = 5 }, { l = 2, on = \"dx\" }]", joint));
        let at = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let done =
                    run_with(&Tables::default(), text.as_bytes(), &policy, &subjects).unwrap();
                (done.csv, done.parquet, done.outcome)
            })
        };
        let one = at(1);
        for threads in [2, 3, 5] {
            assert!(at(threads) == one, "{threads} threads differ");
        }
    }
}
