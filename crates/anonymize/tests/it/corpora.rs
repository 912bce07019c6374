//! The UCI census and hospital tables, where they are at hand: set `ANONYMED_CORPORA` to their
//! folder, or put it beside the workspace as `../shared/data`.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use anonymed_anonymize::search::{FuzzyCMeans, KMember, Mdav, Mondrian, RelaxedMondrian};
use anonymed_anonymize::{
    DistinctLDiversity, FrequencyBuilder, FrequencyTable, HierarchyFile, KAnonymity, PieceBuilder,
    PrivacyModel, Problem, QuasiColumn, RowCounts, Search, SensitiveColumn, Solution, SubjectCount,
    SubjectGrouping,
};

/// A table read whole.
pub(crate) struct Raw {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Raw {
    pub(crate) fn column(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).expect("the corpus has the column")
    }
}

fn folder() -> PathBuf {
    std::env::var_os("ANONYMED_CORPORA").map_or_else(
        || {
            PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap())
                .join("../../../shared/data")
        },
        PathBuf::from,
    )
}

/// Reads a corpus, or says loudly that `tests` tests did not run.
pub(crate) fn corpus(path: &str, delimiter: u8, tests: u32) -> Option<Raw> {
    let path = folder().join(path);
    let Ok(file) = fs_err::File::open(&path) else {
        eprintln!("CORPUS MISSING: {tests} test(s) not run; set ANONYMED_CORPORA");
        return None;
    };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file);
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    Some(Raw { header, rows })
}

pub(crate) fn hierarchy(path: &str) -> HierarchyFile {
    HierarchyFile::parse(&fs_err::read_to_string(folder().join(path)).unwrap()).unwrap()
}

/// A dictionary in order of appearance; `?` is the missing value.
fn encode(raw: &Raw, column: usize) -> (Vec<Option<String>>, Vec<u32>) {
    let mut codes = HashMap::new();
    let mut values = Vec::new();
    let column = raw
        .rows
        .iter()
        .map(|row| {
            let value = (row[column] != "?").then(|| row[column].clone());
            *codes.entry(value.clone()).or_insert_with(|| {
                values.push(value);
                values.len() as u32 - 1
            })
        })
        .collect();
    (values, column)
}

type Maker<'a> = &'a dyn Fn(&str, Vec<Option<String>>) -> QuasiColumn;

fn table(
    raw: &Raw,
    quasi: &[(&str, Maker<'_>)],
    on: &str,
    subject: Option<&str>,
) -> FrequencyTable {
    let (mut columns, mut codes) = (Vec::new(), Vec::new());
    for (name, make) in quasi {
        let (values, column) = encode(raw, raw.column(name));
        columns.push(make(name, values));
        codes.push(column);
    }
    let (values, sensitive) = encode(raw, raw.column(on));
    let described = SensitiveColumn { name: on.to_owned(), values: values.len() as u32 };
    let subjects = subject.map(|s| encode(raw, raw.column(s)).1);
    let mut builder = FrequencyBuilder::new(columns, vec![described], 21).unwrap();
    for row in 0..raw.rows.len() {
        let combination: Vec<u32> = codes.iter().map(|c| c[row]).collect();
        let subject = subjects.as_ref().map_or(row as u32, |s| s[row]);
        builder.add(&combination, 1, &[subject], &[(0, sensitive[row], 1)]).unwrap();
    }
    builder.finish()
}

fn numeric(name: &str, values: Vec<Option<String>>) -> QuasiColumn {
    QuasiColumn::numeric(name, values).unwrap()
}

fn categorical(name: &str, values: Vec<Option<String>>) -> QuasiColumn {
    QuasiColumn::categorical(name, values).unwrap()
}

fn k(k: u32) -> Vec<Box<dyn PrivacyModel>> {
    vec![Box::new(KAnonymity::new(k))]
}

/// Subjects and rows of the smallest class, counted apart from the library from what is written.
fn smallest(
    raw: &Raw,
    table: &FrequencyTable,
    solution: &Solution,
    subject: Option<usize>,
) -> (usize, usize) {
    let mut classes: HashMap<Vec<Option<String>>, (HashSet<String>, usize)> = HashMap::new();
    let mut combination_of = HashMap::new();
    for combination in 0..table.combinations() as u32 {
        let key: Vec<Option<String>> = (0..table.columns().len())
            .map(|c| table.columns()[c].values()[table.code(combination, c) as usize].clone())
            .collect();
        combination_of.insert(key, combination);
    }
    let positions: Vec<usize> = table.columns().iter().map(|c| raw.column(c.name())).collect();
    for (number, row) in raw.rows.iter().enumerate() {
        let key: Vec<Option<String>> =
            positions.iter().map(|p| (row[*p] != "?").then(|| row[*p].clone())).collect();
        let Some(class) = solution.recoding.class_of(combination_of[&key]) else { continue };
        let labels =
            (0..key.len()).map(|c| solution.recoding.label(class, c).map(str::to_owned)).collect();
        let entry = classes.entry(labels).or_default();
        entry.0.insert(subject.map_or_else(|| number.to_string(), |s| row[s].clone()));
        entry.1 += 1;
    }
    let subjects = classes.values().map(|c| c.0.len()).min().unwrap_or(0);
    (subjects, classes.values().map(|c| c.1).min().unwrap_or(0))
}

fn adult() -> Option<(Raw, FrequencyTable)> {
    let raw = corpus("adult/adult.csv", b';', 1)?;
    let names = [
        "sex",
        "race",
        "marital-status",
        "education",
        "native-country",
        "workclass",
        "salary-class",
    ];
    let mut quasi: Vec<(&str, Maker<'_>)> =
        names.iter().map(|n| (*n, &categorical as Maker<'_>)).collect();
    quasi.insert(1, ("age", &numeric));
    let table = table(&raw, &quasi, "occupation", None);
    Some((raw, table))
}

#[test]
fn adult_by_ranges_and_sets() {
    let Some((raw, table)) = adult() else { return };
    assert_eq!(table.combinations(), 12_458);
    let solution = Problem::new(&table, k(5)).solve(&Mondrian).unwrap();
    eprintln!("Adult k=5 Mondrian: GCP {:.4}, {} classes", solution.gcp, solution.classes);
    assert!(solution.gcp <= 0.0196, "GCP {}", solution.gcp);
    assert_eq!(solution.suppressed_rows, 0);
    assert!(smallest(&raw, &table, &solution, None).0 >= 5);
}

#[test]
fn adult_by_people() {
    let Some((raw, table)) = adult() else { return };
    let columns: Vec<Vec<u32>> = table
        .columns()
        .iter()
        .map(|column| {
            let codes: HashMap<_, u32> = column.values().iter().zip(0..).collect();
            let at = raw.column(column.name());
            raw.rows.iter().map(|r| codes[&(r[at] != "?").then(|| r[at].clone())]).collect()
        })
        .collect();
    let number: HashMap<Vec<u32>, u32> = (0..table.combinations() as u32)
        .map(|n| ((0..columns.len()).map(|c| table.code(n, c)).collect(), n))
        .collect();
    let mut builder = PieceBuilder::new(&table, 20).unwrap();
    let pieces: Vec<u32> = (0..raw.rows.len())
        .map(|row| {
            let codes: Vec<u32> = columns.iter().map(|column| column[row]).collect();
            builder.add(number[&codes], row as u32, 1, &[]).unwrap()
        })
        .collect();
    let (table, _) = builder.finish();
    let solution = Problem::new(&table, k(5)).solve(&RelaxedMondrian).unwrap();
    eprintln!("Adult k=5 relaxed: GCP {:.4}, {} classes", solution.gcp, solution.classes);
    // Mondrian comes to 0.0189.
    assert!(solution.gcp <= 0.0181, "GCP {}", solution.gcp);
    let mut rows = vec![0; solution.classes as usize];
    pieces.iter().for_each(|p| rows[solution.recoding.class_of(*p).unwrap() as usize] += 1);
    assert!(rows.iter().all(|rows| *rows >= 5));
}

/// Solves and tells; everything is released, and nothing lost beyond a limit.
fn cluster(
    table: &FrequencyTable,
    models: Vec<Box<dyn PrivacyModel>>,
    search: &dyn Search,
    most: f64,
) -> Solution {
    let solution = Problem::new(table, models).solve(search).unwrap();
    let (name, gcp) = (search.name(), solution.gcp);
    eprintln!("Adult {name}: GCP {gcp:.4}, {} classes", solution.classes);
    assert!(gcp <= most, "{name}: GCP {gcp}");
    assert_eq!(solution.suppressed_rows, 0);
    solution
}

#[test]
fn adult_by_clusters() {
    let Some((raw, table)) = adult() else { return };
    // Mondrian comes to 0.0189, and to 0.0348 with k = 10 and l = 3.
    let searches: [(&dyn Search, f64, f64); 3] =
        [(&KMember, 0.0135, 0.026), (&Mdav, 0.016, 0.033), (&FuzzyCMeans, 0.0188, 0.036)];
    for (search, by_people, l_diverse) in searches {
        let solution = cluster(&table, k(5), search, by_people);
        assert!(smallest(&raw, &table, &solution, None).0 >= 5);
        let models: Vec<Box<dyn PrivacyModel>> =
            vec![Box::new(KAnonymity::new(10)), Box::new(DistinctLDiversity::new(3, 0))];
        let solution = cluster(&table, models, search, l_diverse);
        assert!(solution.smallest_class_subjects.at_least() >= 10);
    }
}

#[test]
fn adult_by_clusters_of_hierarchy_nodes() {
    let Some((raw, table)) = adult_nodes() else { return };
    // Mondrian comes to 0.0585.
    let solution = cluster(&table, k(5), &KMember, 0.039);
    assert!(smallest(&raw, &table, &solution, None).0 >= 5);
}

#[test]
fn adult_l_diverse() {
    let Some((_, table)) = adult() else { return };
    let models: Vec<Box<dyn PrivacyModel>> =
        vec![Box::new(KAnonymity::new(10)), Box::new(DistinctLDiversity::new(3, 0))];
    let solution = Problem::new(&table, models).solve(&Mondrian).unwrap();
    eprintln!("Adult k=10 l=3 Mondrian: GCP {:.4}, {} classes", solution.gcp, solution.classes);
    assert!(solution.smallest_class_subjects.at_least() >= 10);
    assert_eq!(solution.suppressed_rows, 0);
}

/// By the nodes of its hierarchies.
fn adult_nodes() -> Option<(Raw, FrequencyTable)> {
    let raw = corpus("adult/adult.csv", b';', 1)?;
    let node = |name: &str, values| {
        let file = hierarchy(&format!("adult/adult_hierarchy_{name}.csv"));
        QuasiColumn::hierarchical(name, values, &file).unwrap()
    };
    let names = [
        "sex",
        "age",
        "race",
        "marital-status",
        "education",
        "native-country",
        "workclass",
        "salary-class",
    ];
    let quasi: Vec<(&str, Maker<'_>)> = names.iter().map(|n| (*n, &node as Maker<'_>)).collect();
    let table = table(&raw, &quasi, "occupation", None);
    Some((raw, table))
}

#[test]
fn adult_by_hierarchy_nodes() {
    let Some((raw, table)) = adult_nodes() else { return };
    let solution = Problem::new(&table, k(5)).solve(&Mondrian).unwrap();
    eprintln!(
        "Adult k=5 Mondrian, hierarchy nodes: GCP {:.4}, {} classes",
        solution.gcp, solution.classes
    );
    assert!(smallest(&raw, &table, &solution, None).0 >= 5);
    assert!(solution.gcp <= 0.06, "GCP {}", solution.gcp);
}

#[test]
fn hospital_classes_hold_patients_and_not_visits() {
    let Some(raw) = corpus("diabetes130/diabetic_data.csv", b',', 1) else { return };
    let quasi: Vec<(&str, Maker<'_>)> = vec![
        ("race", &categorical),
        ("gender", &categorical),
        ("age", &categorical),
        ("admission_type_id", &categorical),
        ("medical_specialty", &categorical),
        ("time_in_hospital", &numeric),
    ];
    let table = table(&raw, &quasi, "diag_1", Some("patient_nbr"));
    let solution = Problem::new(&table, k(5)).solve(&Mondrian).unwrap();
    eprintln!(
        "Diabetes k=5 patients Mondrian: GCP {:.4}, {} classes",
        solution.gcp, solution.classes
    );
    assert!(solution.smallest_class_subjects >= SubjectCount::Exact(5));
    let (patients, _) = smallest(&raw, &table, &solution, Some(raw.column("patient_nbr")));
    assert!(patients >= 5, "{patients} patients in a class");
}

#[test]
fn hospital_patients_grouped_cannot_be_told_by_their_sequence() {
    let Some(raw) = corpus("diabetes130/diabetic_data.csv", b',', 1) else { return };
    let quasi: Vec<(&str, Maker<'_>)> = vec![
        ("race", &categorical),
        ("gender", &categorical),
        ("age", &categorical),
        ("admission_type_id", &categorical),
        ("medical_specialty", &categorical),
        ("time_in_hospital", &numeric),
    ];
    let table = table(&raw, &quasi, "diag_1", Some("patient_nbr"));
    let (codes, subjects) = (
        quasi.iter().map(|(n, _)| encode(&raw, raw.column(n)).1).collect::<Vec<_>>(),
        encode(&raw, raw.column("patient_nbr")).1,
    );
    let number: HashMap<Vec<u32>, u32> = (0..table.combinations() as u32)
        .map(|n| ((0..6).map(|c| table.code(n, c)).collect(), n))
        .collect();
    for row_counts in [RowCounts::Ignored, RowCounts::Kept] {
        let mut grouping = SubjectGrouping::new(&table);
        for (row, subject) in subjects.iter().enumerate() {
            let key: Vec<u32> = codes.iter().map(|c| c[row]).collect();
            grouping.add(*subject, number[&key], 1, &[]).unwrap();
        }
        let solution = grouping.solve(&Problem::new(&table, k(5)), row_counts).unwrap();
        eprintln!(
            "Diabetes k=5 grouped by patient, row counts {row_counts:?}: GCP {:.4}, {} classes, \
             {} patients suppressed",
            solution.gcp,
            solution.recoding.classes(),
            solution.suppressed_subjects
        );
        assert!(solution.smallest_class_subjects >= 5);
        assert!(solution.suppressed_subjects < 500);
    }
}
