//! Properties that hold for any table, checked by counting apart from the library.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::metrics::{Discernibility, Loss, LossMetric};
use anonymed_anonymize::models::{self, ModelParameters};
use anonymed_anonymize::search::{Anytime, Mondrian, Optimal, Search};
use anonymed_anonymize::{
    AnonymizeError, Counting, DistinctLDiversity, FrequencyBuilder, FrequencyTable, HierarchyFile,
    KAnonymity, PrivacyModel, Problem, QuasiColumn, Recoding, RowCounts, SensitiveColumn, Solution,
    SubjectGrouping,
};
use proptest::prelude::*;

const ICD: &str =
    "J10;J09-J18;J;*\nJ11;J09-J18;J;*\nJ45;J40-J47;J;*\nK25;K20-K31;K;*\nK26;K20-K31;K;*\n";

/// What a row writes.
pub(crate) type Labels = Vec<Option<String>>;

/// A visit: subject, age, ward, diagnosis by hierarchy, birth date, sensitive value.
pub(crate) type Visit = (u32, [u32; 4], u32);

pub(crate) fn columns() -> Vec<QuasiColumn> {
    let some = |values: &[&str]| -> Vec<Option<String>> {
        values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
    };
    let icd = HierarchyFile::parse(ICD).unwrap();
    vec![
        QuasiColumn::numeric("age", some(&["80", "", "20", "30", "40.5", "-1"])).unwrap(),
        QuasiColumn::categorical("ward", some(&["A|1", "B", "C", "", "D"])).unwrap(),
        QuasiColumn::hierarchical("dx", some(&["K26", "J10", "", "J11", "K25", "J45"]), &icd)
            .unwrap(),
        QuasiColumn::date("born", some(&["1955-05-05", "1955", "2001-12", "1999-09-09"])).unwrap(),
    ]
}

pub(crate) fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let visit = (0u32..25, (0u32..6, 0u32..5, 0u32..6, 0u32..4), 0u32..4)
        .prop_map(|(s, (a, b, c, d), x)| (s, [a, b, c, d], x));
    prop::collection::vec(visit, 0..120)
}

pub(crate) fn table(visits: &[Visit], k_max: u32) -> FrequencyTable {
    let sensitive = vec![SensitiveColumn { name: "hiv".into(), values: 4 }];
    let mut builder = FrequencyBuilder::new(columns(), sensitive, k_max).unwrap();
    for (subject, codes, value) in visits {
        builder.add(codes, 1, &[*subject], &[(0, *value, 1)]).unwrap();
    }
    builder.finish()
}

pub(crate) fn models(k: u32, l: u32) -> Vec<Box<dyn PrivacyModel>> {
    vec![Box::new(KAnonymity::new(k)), Box::new(DistinctLDiversity::new(l, 0))]
}

/// What is written for each visit, `None` where it is suppressed.
pub(crate) fn release(
    visits: &[Visit],
    table: &FrequencyTable,
    recoding: &Recoding,
) -> Vec<Option<Labels>> {
    let number: BTreeMap<[u32; 4], u32> = (0..table.combinations() as u32)
        .map(|n| ([0, 1, 2, 3].map(|c| table.code(n, c)), n))
        .collect();
    visits
        .iter()
        .map(|(_, codes, _)| recoding.class_of(number[codes]).map(|class| labels(recoding, class)))
        .collect()
}

fn labels(recoding: &Recoding, class: u32) -> Labels {
    (0..4).map(|c| recoding.label(class, c).map(str::to_owned)).collect()
}

/// Whether a label holds a value, read as a recipient would read it.
pub(crate) fn holds(column: usize, label: Option<&str>, value: Option<&str>) -> bool {
    let (Some(label), Some(value)) = (label, value) else {
        return label == value || label == Some("*");
    };
    if label == "*" || label == value {
        return true;
    }
    match column {
        0 => label.split_once("..").is_some_and(|(low, high)| {
            let n = |t: &str| t.parse::<f64>().unwrap();
            n(low) <= n(value) && n(value) <= n(high)
        }),
        1 => label
            .trim_matches(['{', '}'])
            .replace("\\|", "!")
            .split('|')
            .any(|m| m.replace('!', "|") == value),
        2 => ICD.lines().any(|line| line.starts_with(value) && line.split(';').any(|l| l == label)),
        _ => label.split_once("..").is_some_and(|(low, high)| {
            // A year or month stands for its first day, which sorts as its text does.
            low <= value && value <= high
        }),
    }
}

fn solve(visits: &[Visit], k: u32, l: u32) -> (FrequencyTable, Solution) {
    let table = table(visits, k.max(l) + 1);
    let solution = Problem::new(&table, models(k, l)).solve(&Mondrian).unwrap();
    (table, solution)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_class_has_k_subjects_and_l_values(visits in visits(), k in 1u32..7, l in 1u32..4) {
        let (table, solution) = solve(&visits, k, l);
        let mut classes: BTreeMap<Labels, (BTreeSet<u32>, BTreeSet<u32>)> = BTreeMap::new();
        let mut suppressed = 0;
        for ((subject, _, value), written) in visits.iter().zip(release(&visits, &table, &solution.recoding)) {
            match written {
                Some(labels) => {
                    let class = classes.entry(labels).or_default();
                    class.0.insert(*subject);
                    class.1.insert(*value);
                }
                None => suppressed += 1,
            }
        }
        prop_assert_eq!(solution.suppressed_rows, suppressed);
        // Mondrian suppresses all or nothing.
        prop_assert!(suppressed == 0 || suppressed == visits.len() as u64);
        for (subjects, values) in classes.values() {
            prop_assert!(subjects.len() >= k as usize);
            prop_assert!(values.len() >= l as usize);
        }
    }

    #[test]
    fn labels_hold_what_they_stand_for(visits in visits(), k in 1u32..7) {
        let (table, solution) = solve(&visits, k, 1);
        let columns = columns();
        for ((_, codes, _), written) in visits.iter().zip(release(&visits, &table, &solution.recoding)) {
            for (c, label) in written.unwrap_or_default().iter().enumerate() {
                let value = columns[c].values()[codes[c] as usize].as_deref();
                prop_assert!(holds(c, label.as_deref(), value), "column {}: {:?} for {:?}", c, label, value);
            }
        }
    }

    #[test]
    fn order_and_threads_change_nothing(visits in visits(), k in 1u32..5, seed in any::<u64>()) {
        let (first_table, first) = solve(&visits, k, 1);
        let mut shuffled = visits.clone();
        shuffled.sort_by_key(|v| (u64::from(v.0) + 1).wrapping_mul(seed | 1).rotate_left(v.1[0]));
        let expect = release(&visits, &first_table, &first.recoding);
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (table, again) = pool.install(|| solve(&shuffled, k, 1));
            prop_assert_eq!(&release(&visits, &table, &again.recoding), &expect);
            let (_, same) = pool.install(|| solve(&visits, k, 1));
            prop_assert_eq!(&same.recoding, &first.recoding);
        }
    }

    #[test]
    fn grouped_subjects_cannot_be_told_apart(visits in visits(), k in 1u32..6, keep in any::<bool>()) {
        let table = table(&visits, k + 1);
        let number: BTreeMap<[u32; 4], u32> = (0..table.combinations() as u32)
            .map(|n| ([0, 1, 2, 3].map(|c| table.code(n, c)), n)).collect();
        let mut grouping = SubjectGrouping::new(&table);
        for (subject, codes, value) in &visits {
            grouping.add(*subject, number[codes], 1, &[(0, *value)]).unwrap();
        }
        let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(k))]);
        let rows = if keep { RowCounts::Kept } else { RowCounts::Ignored };
        let solution = grouping.solve(&problem, rows).unwrap();
        let columns = columns();
        let mut written: BTreeMap<u32, Vec<Labels>> = BTreeMap::new();
        for (subject, codes, _) in &visits {
            let Some(class) = solution.class_of_subject(*subject) else { continue };
            let labels = labels(&solution.recoding, class);
            for (c, label) in labels.iter().enumerate() {
                let value = columns[c].values()[codes[c] as usize].as_deref();
                prop_assert!(holds(c, label.as_deref(), value));
            }
            written.entry(*subject).or_default().push(labels);
        }
        let mut signatures: BTreeMap<Vec<Labels>, u32> = BTreeMap::new();
        for mut rows in written.into_values() {
            rows.sort();
            if !keep {
                rows.dedup();
            }
            *signatures.entry(rows).or_default() += 1;
        }
        prop_assert!(signatures.values().all(|subjects| *subjects >= k));
    }
}

#[test]
fn a_table_without_rows_has_no_classes() {
    let (_, solution) = solve(&[], 5, 2);
    assert_eq!((solution.classes, solution.suppressed_rows), (0, 0));
    assert!(solution.within_suppression_limit);
}

#[test]
fn a_table_that_fails_is_suppressed_whole() {
    let visits: Vec<Visit> = (0..20).map(|n| (n % 3, [n % 6, 0, 0, 0], 0)).collect();
    let table = table(&visits, 6);
    let problem = Problem::new(&table, models(5, 1)).suppress_max(0.05);
    let solution = problem.solve(&Mondrian).unwrap();
    assert_eq!((solution.classes, solution.suppressed_rows), (0, 20));
    assert_eq!(solution.suppressed_subjects.at_least(), 3);
    assert!(!solution.within_suppression_limit);
    assert!((solution.gcp - 1.0).abs() < 1e-12);
}

#[test]
fn one_patient_s_visits_make_no_class() {
    // Five visits of patient 0 at 80, five patients at 20: k = 5 must not cut.
    let mut visits: Vec<Visit> = (0..5).map(|_| (0, [0, 0, 0, 0], 0)).collect();
    visits.extend((1..6).map(|s| (s, [2, 0, 0, 0], 0)));
    let (_, solution) = solve(&visits, 5, 1);
    assert_eq!(solution.classes, 1);
    let (_, rows) = solve(
        &visits.iter().enumerate().map(|(n, v)| (n as u32, v.1, v.2)).collect::<Vec<_>>(),
        5,
        1,
    );
    assert_eq!(rows.classes, 2);
}

#[test]
fn problems_the_table_cannot_answer_are_refused() {
    let visits: Vec<Visit> = vec![(0, [0; 4], 0)];
    let table = table(&visits, 3);
    let check = |models: Vec<Box<dyn PrivacyModel>>, expect| {
        assert_eq!(Problem::new(&table, models).solve(&Mondrian).unwrap_err(), expect);
    };
    check(models(5, 1), AnonymizeError::TooFewSubjectsKept { needed: 5, kept: 3 });
    check(
        vec![Box::new(DistinctLDiversity::new(2, 4))],
        AnonymizeError::NoSensitiveColumn { column: 4, columns: 1 },
    );
    let cancel = anonymed_core::CancelToken::default();
    cancel.cancel();
    let problem = Problem::new(&table, models(1, 1)).cancel(cancel);
    assert!(matches!(problem.solve(&Mondrian), Err(AnonymizeError::Cancelled(_))));
}

#[test]
fn families_build_models_from_parameters() {
    let table = table(&[(0, [0; 4], 0)], 3);
    let build = |family: &str, numbers: &[(&str, f64)], on| {
        let numbers = numbers.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
        let parameters = ModelParameters { numbers, on, ..ModelParameters::default() };
        models::family(family).unwrap().build(&parameters, &table).map(|m| m.name())
    };
    assert_eq!(build("k-anonymity", &[("k", 5.0)], None).unwrap(), "5-anonymity");
    assert!(build("k-anonymity", &[("k", 1.0)], None).is_err());
    assert!(build("k-anonymity", &[("k", 2.5)], None).is_err());
    assert_eq!(
        build("distinct-l-diversity", &[("l", 2.0)], Some(0)).unwrap(),
        "distinct 2-diversity"
    );
    assert!(build("distinct-l-diversity", &[("l", 2.0)], None).is_err());
    assert!(build("distinct-l-diversity", &[("l", 2.0)], Some(1)).is_err());
}

#[test]
fn losses_are_what_the_papers_say() {
    // Ages 20, 30 (two subjects each) and 80: with k = 2, {20}, {30} and {80} stay or join.
    let visits: Vec<Visit> = [(0, 2), (1, 2), (2, 3), (3, 3), (4, 0), (5, 0)]
        .map(|(s, age)| (s, [age, 0, 0, 0], 0))
        .to_vec();
    let (table, exact) = solve(&visits, 2, 1);
    assert_eq!((exact.classes, exact.gcp), (3, 0.0));
    assert_eq!(Discernibility.loss(&table, &exact.recoding), 12.0);
    let (table, joined) = solve(&visits, 3, 1);
    assert_eq!(joined.classes, 1);
    // Ages run from -1 to 80 in the dictionary: the one class spans 20..80 in one of four columns.
    assert!((joined.gcp - 60.0 / 81.0 / 4.0).abs() < 1e-12);
    assert_eq!(Discernibility.loss(&table, &joined.recoding), 36.0);
}

#[test]
fn a_recoding_survives_json() {
    let visits: Vec<Visit> = (0..20).map(|n| (n, [n % 6, n % 5, 0, 0], 0)).collect();
    let (_, solution) = solve(&visits, 3, 1);
    let json = serde_json::to_string(&solution.recoding).unwrap();
    assert_eq!(serde_json::from_str::<Recoding>(&json).unwrap(), solution.recoding);
}

#[test]
fn a_column_of_one_value_is_not_generalised() {
    let values = |n: u32| (0..n).map(|v| Some(v.to_string())).collect::<Vec<_>>();
    let columns = vec![
        QuasiColumn::categorical("one", values(1)).unwrap(),
        QuasiColumn::numeric("age", values(60)).unwrap(),
    ];
    let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
    for age in 0..60 {
        builder.add(&[0, age], 1, &[], &[]).unwrap();
    }
    let table = builder.finish();
    let solution = Problem::new(&table, vec![Box::new(KAnonymity::new(4))])
        .metric(&Loss)
        .solve(&Optimal)
        .unwrap();
    assert_eq!(solution.levels.as_ref().map(|levels| levels[0]), Some(0));
    assert!(solution.classes > 1 && solution.smallest_class_rows >= 4);
}

/// The least loss of any node that suppresses no more than allowed, by trying them all: the labels are
/// read from the hierarchy's text, and the loss is reckoned as ARX's paper says.
fn least_loss(rows: &[[u32; 3]], k: usize, most: usize) -> Option<f64> {
    let lines: Vec<Vec<&str>> = ICD.lines().map(|line| line.split(';').collect()).collect();
    let share = |level: usize, value: usize| {
        let same = lines.iter().filter(|line| line[level] == lines[value][level]).count();
        same as f64 / lines.len() as f64
    };
    let mut least: Option<f64> = None;
    for node in 0..64usize {
        let node = [node % 4, node / 4 % 4, node / 16];
        let labels = |row: &[u32; 3]| [0, 1, 2].map(|c| lines[row[c] as usize][node[c]]);
        let mut classes: BTreeMap<[&str; 3], usize> = BTreeMap::new();
        rows.iter().for_each(|row| *classes.entry(labels(row)).or_default() += 1);
        let gone = |row: &[u32; 3]| classes[&labels(row)] < k;
        if rows.iter().filter(|row| gone(row)).count() > most {
            continue;
        }
        let own = 1.0 / lines.len() as f64;
        let product: f64 = (0..3)
            .map(|c| {
                let cost = |row: &[u32; 3]| {
                    if gone(row) { 1.0 } else { share(node[c], row[c] as usize) }
                };
                let mean = rows.iter().map(cost).sum::<f64>() / rows.len() as f64;
                1.0 + (mean - own) / (1.0 - own)
            })
            .product();
        let loss = product.powf(1.0 / 3.0) - 1.0;
        least = Some(least.map_or(loss, |so_far| so_far.min(loss)));
    }
    least
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_node_costs_less_than_the_optimal_one(
        rows in prop::collection::vec([0u32..5, 0u32..5, 0u32..5], 1..60),
        k in 2u32..7,
        share in 0u32..4,
    ) {
        let share = f64::from(share) / 10.0;
        let icd = HierarchyFile::parse(ICD).unwrap();
        let values: Vec<Option<String>> =
            ICD.lines().map(|line| line.split(';').next().map(str::to_owned)).collect();
        let columns = ["a", "b", "c"]
            .map(|name| QuasiColumn::hierarchical(name, values.clone(), &icd).unwrap());
        let mut builder = FrequencyBuilder::new(columns.to_vec(), vec![], Counting::Rows).unwrap();
        rows.iter().for_each(|row| {
            builder.add(row, 1, &[], &[]).unwrap();
        });
        let table = builder.finish();
        for search in [&Optimal as &dyn Search, &Anytime] {
        let solution = Problem::new(&table, vec![Box::new(KAnonymity::new(k))])
            .metric(&Loss)
            .suppress_max(share)
            .solve(search)
            .unwrap();
        let most = (share * rows.len() as f64).floor() as usize;
        match least_loss(&rows, k as usize, most) {
            Some(least) => {
                prop_assert!((solution.loss - least).abs() < 1e-9, "{} for {least}", solution.loss);
                prop_assert!(solution.proof.is_some_and(|proof| proof.optimal));
                prop_assert!(solution.suppressed_rows <= most as u64);
            }
            None => prop_assert_eq!(solution.classes, 0),
        }
        }
    }
}

#[test]
fn a_lattice_too_large_to_be_numbered_is_searched_within_its_limit() {
    let values: Vec<Option<String>> = (0..3).map(|v| Some(v.to_string())).collect();
    let columns: Vec<QuasiColumn> = (0..30)
        .map(|n| QuasiColumn::categorical(&format!("c{n}"), values.clone()).unwrap())
        .collect();
    let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
    for row in 0..400u32 {
        // Five columns tell people apart; the others are mostly of one value.
        let code = |n: u32| if n < 5 { (row * (n + 3) / 7) % 3 } else { u32::from(row == n) };
        builder.add(&(0..30).map(code).collect::<Vec<_>>(), 1, &[], &[]).unwrap();
    }
    let table = builder.finish();
    let solve = |checks: u64| {
        Problem::new(&table, vec![Box::new(KAnonymity::new(5))])
            .metric(&Loss)
            .suppress_max(0.2)
            .checks_max(checks)
            .solve(&Optimal)
            .unwrap()
    };
    let (short, long) = (solve(60), solve(3000));
    for solution in [&short, &long] {
        let proof = solution.proof.unwrap();
        assert!(solution.smallest_class_rows >= 5 && solution.classes > 1);
        assert!(proof.gap >= 0.0 && proof.gap <= solution.loss);
        assert_eq!(proof.optimal, proof.gap == 0.0);
    }
    assert!(short.proof.unwrap().checks <= 61);
    assert!(long.loss <= short.loss && long.loss < 0.5);
    // Without any limit the search has one of its own.
    let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(5))]);
    let anytime = problem.metric(&Loss).suppress_max(0.2).solve(&Anytime).unwrap();
    assert!(anytime.proof.is_some_and(|proof| proof.checks <= Anytime::CHECKS + 30));
    assert!(anytime.loss <= long.loss);
}

#[test]
fn cuts_by_a_target_keep_what_tells_of_it() {
    // Whoever is above 50 is ill, wherever they live; towns are many and tell nothing.
    let texts = |n: u32| (0..n).map(|v| Some(v.to_string())).collect::<Vec<_>>();
    let columns = vec![
        QuasiColumn::numeric("town", texts(400)).unwrap(),
        QuasiColumn::numeric("age", texts(100)).unwrap().with_weight(0.01),
    ];
    let ill = SensitiveColumn { name: "ill".into(), values: 2 };
    let mut builder = FrequencyBuilder::new(columns, vec![ill], Counting::Rows).unwrap();
    for person in 0..2000u32 {
        let (town, age) = (person * 7919 % 400, person * 31 % 100);
        builder.add(&[town, age], 1, &[], &[(0, u32::from(age > 50), 1)]).unwrap();
    }
    let table = builder.finish();
    // The share of people in classes of one value.
    let told = |problem: Problem<'_>| {
        let recoding = problem.solve(&Mondrian).unwrap().recoding;
        let mut values: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
        for combination in 0..table.combinations() as u32 {
            let class = recoding.class_of(combination).unwrap();
            let value = usize::from(table.code(combination, 1) > 50);
            values.entry(class).or_default()[value] += table.rows(combination);
        }
        assert!(values.values().all(|[a, b]| a + b >= 25));
        values.values().filter(|v| v[0] == 0 || v[1] == 0).map(|[a, b]| a + b).sum::<u64>() as f64
            / 2000.0
    };
    let problem = || Problem::new(&table, vec![Box::new(KAnonymity::new(25))]);
    let (by_loss, by_target) = (told(problem()), told(problem().target(0)));
    assert!(by_target > 0.99 && by_loss < 0.8, "{by_target} {by_loss}");
}
