//! Tables that nobody here made: UCI Adult and UCI Diabetes 130-US hospitals.

use anonymed_assess::{ClassIndex, Shape};
use anonymed_core::{AttributeRole as R, EntityType as E};
use anonymed_table::{Tables, looks_like_code_list};

use crate::support::{corpus, inspect, policy, run, run_with};

/// Smallest class of a written CSV by distinct subjects, with all its rows.
fn smallest(csv: &[u8], quasi: &[&str], subject: Option<&str>) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    fs_err::write(&path, csv).unwrap();
    let table =
        anonymed_table::released::read(&path, anonymed_core::policy::TableFormat::Csv).unwrap();
    let at = |name: &str| table.columns().iter().position(|c| c == name).unwrap();
    let quasi: Vec<usize> = quasi.iter().map(|q| at(q)).collect();
    let subject = subject.map(at);
    let shape = match subject {
        Some(_) => Shape::with_subject(quasi.len(), 0),
        None => Shape::by_rows(quasi.len(), 0),
    };
    let mut index = ClassIndex::new(shape);
    for batch in table {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let cells: Vec<Option<&str>> =
                quasi.iter().map(|q| Some(batch.value(*q, row))).collect();
            index.add(&cells, subject.map(|s| batch.value(s, row)), &[]).unwrap();
        }
    }
    let report = index.report(5);
    (report.smallest_class_subjects, report.rows)
}

#[test]
fn adult_is_classified_and_made_anonymous() {
    let Some(bytes) = corpus("adult/adult.csv", 1) else { return };
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.records, 30_162);
    assert!(seen.mentions.is_empty() && !seen.fields.iter().any(|f| f.subject));
    for quasi in
        ["sex", "age", "race", "marital-status", "education", "native-country", "workclass"]
    {
        assert_eq!(seen.field(quasi).role, R::Quasi, "{quasi}");
    }
    assert_eq!(seen.field("salary-class").role, R::Sensitive);
    assert!(!looks_like_code_list(&seen.fields));
    let quasi =
        ["sex", "age", "race", "marital-status", "education", "native-country", "workclass"];
    let columns: String = quasi.iter().map(|q| format!("{q} = {{ role = \"quasi\" }}\n")).collect();
    let body = format!(
        "[[table]]\nfiles = \"**\"\nmodel = [{{ k = 5 }}]\n[table.columns]\n{columns}salary-class = \"keep\"\n"
    );
    let done = run(&bytes, &policy(&body)).unwrap();
    let model = done.outcome.model.unwrap();
    let (smallest, rows) = smallest(&done.csv, &quasi, None);
    assert!(smallest >= 5);
    assert_eq!(rows + model.suppressed_rows, 30_162);
    assert!(model.loss_gcp < 0.2, "GCP {}", model.loss_gcp);
}

#[test]
fn diabetes_is_counted_over_patients() {
    let Some(bytes) = corpus("diabetes130/diabetic_data.csv", 1) else { return };
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.records, 101_766);
    assert!(seen.field("patient_nbr").subject);
    assert_eq!(seen.field("encounter_id").role, R::Identifier);
    assert_eq!(seen.field("encounter_id").entity, Some(E::Account));
    assert_eq!((seen.field("age").role, seen.field("age").entity), (R::Quasi, Some(E::Age)));
    assert_eq!((seen.field("race").role, seen.field("gender").role), (R::Quasi, R::Quasi));
    for dx in ["diag_1", "diag_2", "diag_3"] {
        assert_eq!(seen.field(dx).role, R::Sensitive);
    }
    for drug in ["metformin", "insulin", "glyburide-metformin", "metformin-pioglitazone"] {
        assert_eq!(seen.field(drug).role, R::Insensitive, "{drug}");
    }
    // Drugs and counts are kept: no small set of them tells nearly everybody apart.
    for column in ["race", "diag_1", "insulin", "num_medications"] {
        let told = &seen.field(column).reason;
        assert!(told.contains("of pairs of people differ in it"), "{column}: {told}");
        assert!(!told.contains("it tells"), "{column}: {told}");
    }
    let subjects = seen.subjects();
    assert_eq!(subjects.all.len(), 71_518);
    let quasi =
        ["race", "gender", "age", "admission_type_id", "medical_specialty", "time_in_hospital"];
    let columns: String = quasi.iter().map(|q| format!("{q} = {{ role = \"quasi\" }}\n")).collect();
    for joint in [false, true] {
        let scope = if joint { "[risk]\nscope = \"joint\"\n" } else { "" };
        let body = format!(
            "{scope}[[table]]\nfiles = \"**\"\nsubject = \"patient_nbr\"\nmodel = [{{ k = 5 }}]\n\
             [table.columns]\npatient_nbr = \"pseudonym\"\n{columns}diag_1 = {{ role = \"sensitive\" }}\n"
        );
        let done = run_with(&Tables::default(), &bytes, &policy(&body), &subjects).unwrap();
        let model = done.outcome.model.as_ref().unwrap();
        let (smallest, rows) = smallest(&done.csv, &quasi, Some("patient_nbr"));
        assert!(smallest >= 5, "{smallest} patients in the smallest class");
        assert_eq!(rows + model.suppressed_rows, 101_766);
        assert_eq!(done.outcome.dropped_rows.len() as u64, model.suppressed_rows);
        if std::env::var_os("ANONYMED_SHOW").is_some() {
            let line = format!("joint {joint}: {model:?}\n");
            std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
        }
    }
}

#[test]
fn side_files_look_like_code_lists() {
    for file in [
        "diabetes130/hierarchy_age.csv",
        "diabetes130/hierarchy_diag_1.csv",
        "diabetes130/hierarchy_gender.csv",
        "diabetes130/hierarchy_race.csv",
        "diabetes130/IDs_mapping.csv",
        "adult/adult_hierarchy_age.csv",
        "adult/adult_hierarchy_sex.csv",
        "adult/adult_hierarchy_occupation.csv",
    ] {
        let Some(bytes) = corpus(file, 1) else { return };
        let seen = inspect(&bytes).unwrap();
        assert!(looks_like_code_list(&seen.fields), "{file}");
    }
}
