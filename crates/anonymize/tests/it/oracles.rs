//! What ARX found optimal on public tables (ARX 3.9, measured): equal input and metric must give the
//! same levels, classes and suppressed rows.

use std::collections::HashMap;

use anonymed_anonymize::metrics::{Loss, LossMetric, NonUniformEntropy};
use anonymed_anonymize::search::Optimal;
use anonymed_anonymize::{
    Counting, DistinctLDiversity, FrequencyBuilder, FrequencyTable, GroundDistance, KAnonymity,
    PrivacyModel, Problem, QuasiColumn, SensitiveColumn, Solution, TCloseness,
};

use crate::corpora::{Raw, corpus, hierarchy};

/// A column's values in the order they appear, and each row's number.
fn encode(raw: &Raw, column: usize) -> (Vec<Option<String>>, Vec<u32>) {
    let mut codes = HashMap::new();
    let mut values = Vec::new();
    let rows = raw.rows.iter().map(|row| {
        *codes.entry(row[column].clone()).or_insert_with(|| {
            values.push(Some(row[column].clone()));
            values.len() as u32 - 1
        })
    });
    let rows = rows.collect();
    (values, rows)
}

fn table(raw: &Raw, folder: &str, quasi: &[&str], on: &str) -> FrequencyTable {
    let (mut columns, mut codes) = (Vec::new(), Vec::new());
    for name in quasi {
        let (values, column) = encode(raw, raw.column(name));
        let file = hierarchy(&format!("{folder}{name}.csv"));
        columns.push(QuasiColumn::hierarchical(name, values, &file).unwrap());
        codes.push(column);
    }
    let (values, sensitive) = encode(raw, raw.column(on));
    let described = SensitiveColumn { name: on.to_owned(), values: values.len() as u32 };
    let mut builder = FrequencyBuilder::new(columns, vec![described], Counting::Rows).unwrap();
    for row in 0..raw.rows.len() {
        let combination: Vec<u32> = codes.iter().map(|c| c[row]).collect();
        builder.add(&combination, 1, &[], &[(0, sensitive[row], 1)]).unwrap();
    }
    builder.finish()
}

fn solve(
    table: &FrequencyTable,
    models: Vec<Box<dyn PrivacyModel>>,
    metric: &dyn LossMetric,
    suppress: f64,
) -> Solution {
    let problem = Problem::new(table, models).metric(metric).suppress_max(suppress);
    problem.solve(&Optimal).unwrap()
}

fn k(k: u32) -> Box<dyn PrivacyModel> {
    Box::new(KAnonymity::new(k))
}

fn check(solution: &Solution, levels: &[u8], classes: u32, suppressed: u64) {
    assert_eq!(solution.levels.as_deref(), Some(levels), "loss {}", solution.loss);
    assert_eq!((solution.classes, solution.suppressed_rows), (classes, suppressed));
    assert!(solution.proof.is_some_and(|proof| proof.optimal && proof.gap == 0.0));
}

const ADULT: [&str; 8] = [
    "sex",
    "age",
    "race",
    "marital-status",
    "education",
    "native-country",
    "workclass",
    "salary-class",
];

#[test]
fn adult_is_generalised_as_arx_does() {
    let Some(raw) = corpus("adult/adult.csv", b';', 1) else { return };
    let table = table(&raw, "adult/adult_hierarchy_", &ADULT, "occupation");
    let entropy = solve(&table, vec![k(5)], &NonUniformEntropy, 0.0);
    check(&entropy, &[1, 1, 1, 1, 3, 2, 2, 1], 30, 0);
    assert_eq!(entropy.smallest_class_rows, 16);
    let loss = solve(&table, vec![k(5)], &Loss, 0.05);
    check(&loss, &[0, 3, 0, 0, 2, 1, 1, 0], 397, 1346);
    let models = vec![k(5), Box::new(DistinctLDiversity::new(3, 0)) as Box<dyn PrivacyModel>];
    check(&solve(&table, models, &Loss, 0.05), &[0, 3, 0, 0, 2, 1, 1, 0], 387, 1400);
    let near = TCloseness::new(0.2, 0, &table, GroundDistance::Equal);
    let models = vec![k(5), Box::new(near) as Box<dyn PrivacyModel>];
    check(&solve(&table, models, &Loss, 0.05), &[1, 4, 1, 1, 3, 1, 2, 1], 6, 235);
}

#[test]
fn the_hospital_table_is_generalised_as_arx_does() {
    let Some(raw) = corpus("diabetes130/diabetes.csv", b';', 1) else { return };
    let quasi =
        ["race", "gender", "age", "admission_type_id", "medical_specialty", "time_in_hospital"];
    let table = table(&raw, "diabetes130/hierarchy_", &quasi, "diag_1");
    // Classes and suppressed rows are ARX's. The levels on record are [0, 0, 1, 0, 1, 2]: with the last
    // two exchanged 6,077 rows would have to go, over the limit, so the order it was asked for them in
    // was another.
    check(&solve(&table, vec![k(5)], &Loss, 0.05), &[0, 0, 1, 0, 2, 1], 1458, 2952);
    let models = vec![k(10), Box::new(DistinctLDiversity::new(5, 0)) as Box<dyn PrivacyModel>];
    check(&solve(&table, models, &Loss, 0.05), &[0, 0, 1, 0, 2, 2], 710, 3666);
}
