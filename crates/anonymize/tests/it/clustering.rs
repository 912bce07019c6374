//! What every search owes to any table, judged apart from the library, and what the clustering
//! searches owe beside that.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::search::{self, FuzzyCMeans, KMember, Mdav, Mondrian};
use anonymed_anonymize::{
    AnonymizeError, ClassAccumulator, Counting, DistinctLDiversity, FrequencyBuilder,
    FrequencyTable, HierarchyFile, Judgement, KAnonymity, Monotonicity, PrivacyModel, Problem,
    QuasiColumn, SUPPRESSED, Search, SensitiveColumn, Solution,
};
use proptest::prelude::*;

use crate::properties::{Labels, Visit, columns, holds, models, release, table, visits};

const CLUSTERING: [&dyn Search; 3] = [&FuzzyCMeans, &KMember, &Mdav];

/// At most one value's share of a class's rows differs from the table's by more than so much.
#[derive(Debug)]
struct Close {
    most: f64,
    shares: Vec<f64>,
}

impl PrivacyModel for Close {
    fn name(&self) -> String {
        format!("{}-close", self.most)
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        let Some(histogram) = class.histogram(0) else { return Judgement::Fails };
        let rows = class.rows().max(1) as f64;
        let far: f64 = (0..self.shares.len() as u32)
            .map(|code| (histogram.rows(code) as f64 / rows - self.shares[code as usize]).abs())
            .sum();
        if far / 2.0 <= self.most { Judgement::Holds } else { Judgement::Fails }
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        Monotonicity::Unions
    }

    fn sensitive(&self) -> Option<usize> {
        Some(0)
    }
}

/// A model of which no search can conclude anything: the rows are no multiple of three.
#[derive(Debug)]
struct NotByThree;

impl PrivacyModel for NotByThree {
    fn name(&self) -> String {
        "not by three".into()
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        if class.rows().is_multiple_of(3) { Judgement::Fails } else { Judgement::Holds }
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        Monotonicity::None
    }
}

/// The rows of each class that a recipient can tell from others, by what is written.
fn classes_by_labels<'v>(
    visits: &'v [Visit],
    table: &FrequencyTable,
    solution: &Solution,
) -> BTreeMap<Labels, Vec<&'v Visit>> {
    let mut classes: BTreeMap<Labels, Vec<&Visit>> = BTreeMap::new();
    for (visit, written) in visits.iter().zip(release(visits, table, &solution.recoding)) {
        if let Some(labels) = written {
            classes.entry(labels).or_default().push(visit);
        }
    }
    classes
}

/// Whether values can be given to different people, one each, by trying them all.
fn most_values(of_value: &[BTreeSet<u32>], used: &mut BTreeSet<u32>) -> usize {
    let Some((people, others)) = of_value.split_first() else { return 0 };
    let mut most = most_values(others, used);
    for person in people {
        if used.insert(*person) {
            most = most.max(1 + most_values(others, used));
            used.remove(person);
        }
    }
    most
}

fn values_of_different_people(class: &[&Visit]) -> usize {
    let mut of_value: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (subject, _, value) in class {
        of_value.entry(*value).or_default().insert(*subject);
    }
    let mut people: Vec<BTreeSet<u32>> = of_value.into_values().collect();
    // No more than four people of a value are ever needed for four values.
    people.iter_mut().for_each(|p| *p = p.iter().copied().take(4).collect());
    most_values(&people, &mut BTreeSet::new())
}

fn check_numbers(table: &FrequencyTable, solution: &Solution) {
    let recoding = &solution.recoding;
    assert_eq!(recoding.class_numbers().len(), table.combinations());
    let used: BTreeSet<u32> =
        recoding.class_numbers().iter().copied().filter(|class| *class != SUPPRESSED).collect();
    assert!(used.iter().copied().eq(0..recoding.classes()));
}

fn check_labels(visits: &[Visit], table: &FrequencyTable, solution: &Solution) {
    let columns = columns();
    for ((_, codes, _), written) in visits.iter().zip(release(visits, table, &solution.recoding)) {
        for (c, label) in written.unwrap_or_default().iter().enumerate() {
            let value = columns[c].values()[codes[c] as usize].as_deref();
            assert!(holds(c, label.as_deref(), value), "column {c}: {label:?} for {value:?}");
        }
    }
}

/// The same visits, each a person of its own.
fn as_people(visits: &[Visit]) -> Vec<Visit> {
    visits.iter().enumerate().map(|(n, visit)| (n as u32, visit.1, visit.2)).collect()
}

/// A table that counts rows and keeps no subject.
fn table_of_rows(visits: &[Visit]) -> FrequencyTable {
    let sensitive = vec![SensitiveColumn { name: "hiv".into(), values: 4 }];
    let mut builder = FrequencyBuilder::new(columns(), sensitive, Counting::Rows).unwrap();
    for (_, codes, value) in visits {
        builder.add(codes, 1, &[], &[(0, *value, 1)]).unwrap();
    }
    builder.finish()
}

fn check_people(visits: &[Visit], table: &FrequencyTable, k: u32, l: u32) {
    for search in search::ALL {
        let solution = Problem::new(table, models(k, l)).solve(*search).unwrap();
        check_numbers(table, &solution);
        if solution.levels.is_none() {
            check_labels(visits, table, &solution);
        }
        for class in classes_by_labels(visits, table, &solution).values() {
            let people: BTreeSet<u32> = class.iter().map(|visit| visit.0).collect();
            assert!(people.len() >= k as usize, "{}: {} people", search.name(), people.len());
            let values = values_of_different_people(class);
            assert!(values >= l as usize, "{}: {values} values", search.name());
        }
        if !search.is_full_domain() {
            // What holds for the whole holds for a class of all.
            let suppressed = solution.suppressed_rows;
            assert!(suppressed == 0 || suppressed == visits.len() as u64, "{}", search.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_search_reaches_k_and_l(visits in visits(), k in 1u32..9, l in 1u32..5) {
        check_people(&visits, &table(&visits, k.max(l) + 1), k, l);
        let people = as_people(&visits);
        check_people(&people, &table_of_rows(&people), k, l);
    }

    #[test]
    fn every_search_satisfies_models_that_do_not_grow(
        visits in visits(),
        k in 1u32..6,
        most in 1u32..8,
        odd in any::<bool>(),
    ) {
        let visits = as_people(&visits);
        let table = table_of_rows(&visits);
        let share = |code| visits.iter().filter(|v| v.2 == code).count() as f64 / visits.len() as f64;
        let (most, shares) = (f64::from(most) / 10.0, [0, 1, 2, 3].map(share));
        let models = || {
            let close = Close { most, shares: shares.to_vec() };
            let mut models: Vec<Box<dyn PrivacyModel>> =
                vec![Box::new(KAnonymity::new(k)), Box::new(close)];
            if odd {
                models.push(Box::new(NotByThree));
            }
            models
        };
        for search in CLUSTERING {
            let solution = Problem::new(&table, models()).solve(search).unwrap();
            check_numbers(&table, &solution);
            for class in classes_by_labels(&visits, &table, &solution).values() {
                prop_assert!(class.len() >= k as usize);
                prop_assert!(!odd || !class.len().is_multiple_of(3), "{}", search.name());
                let far: f64 = (0..4u32).map(|code| {
                    let rows = class.iter().filter(|v| v.2 == code).count();
                    (rows as f64 / class.len() as f64 - shares[code as usize]).abs()
                }).sum();
                prop_assert!(far / 2.0 <= most + 1e-9, "{}: {far}", search.name());
            }
            // The whole table is close to itself.
            if !odd && visits.len() >= k as usize {
                prop_assert_eq!(solution.suppressed_rows, 0);
            }
        }
    }

    #[test]
    fn order_and_threads_change_nothing(visits in visits(), k in 1u32..5, seed in any::<u64>()) {
        let mut shuffled = visits.clone();
        shuffled.sort_by_key(|v| (u64::from(v.0) + 1).wrapping_mul(seed | 1).rotate_left(v.1[0]));
        for search in CLUSTERING {
            let solve = |visits: &[Visit]| {
                let table = table(visits, k + 1);
                let solution = Problem::new(&table, models(k, 1)).solve(search).unwrap();
                (table, solution)
            };
            let (first_table, first) = solve(&visits);
            let expect = release(&visits, &first_table, &first.recoding);
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let (table, again) = pool.install(|| solve(&shuffled));
                prop_assert_eq!(&release(&visits, &table, &again.recoding), &expect);
            }
        }
    }
}

/// Numbers that look drawn, the same each time.
fn drawn(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % below
    }
}

fn numbers(n: u32) -> Vec<Option<String>> {
    (0..n).map(|v| Some(v.to_string())).collect()
}

/// A table of several parts: ages, wards and a sensitive value that has nothing to do with them.
fn large(rows: u32) -> FrequencyTable {
    let columns = vec![
        QuasiColumn::numeric("age", numbers(100)).unwrap(),
        QuasiColumn::categorical("ward", numbers(80)).unwrap(),
        QuasiColumn::numeric("born", numbers(50)).unwrap(),
    ];
    let sensitive = vec![SensitiveColumn { name: "dx".into(), values: 4 }];
    let mut builder = FrequencyBuilder::new(columns, sensitive, Counting::Rows).unwrap();
    let mut draw = drawn(7);
    for _ in 0..rows {
        let codes = [draw(100), draw(80).min(draw(80)), draw(50)];
        builder.add(&codes, 1, &[], &[(0, draw(4), 1)]).unwrap();
    }
    builder.finish()
}

#[test]
fn a_table_of_several_parts_is_the_same_at_any_thread_count() {
    let table = large(21_000);
    assert!(table.combinations() > 20_000);
    let mondrian =
        Problem::new(&table, vec![Box::new(KAnonymity::new(4))]).solve(&Mondrian).unwrap();
    for search in CLUSTERING {
        let solve = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(4))]);
            pool.install(|| problem.solve(search)).unwrap()
        };
        let (one, three) = (solve(1), solve(3));
        assert_eq!(one.recoding, three.recoding, "{}", search.name());
        assert!(one.smallest_class_rows >= 4 && one.suppressed_rows == 0);
        let (gcp, most) = (one.gcp, mondrian.gcp * 1.5);
        assert!(gcp < most, "{}: {gcp} for {most}", search.name());
    }
}

#[test]
fn growing_never_loses_more_than_cutting() {
    let table = large(3_000);
    for k in [2, 10, 60, 300] {
        let solve = |search: &dyn Search| {
            Problem::new(&table, vec![Box::new(KAnonymity::new(k))]).solve(search).unwrap().gcp
        };
        let (grown, cut) = (solve(&KMember), solve(&Mondrian));
        assert!(grown <= cut, "k = {k}: {grown} for {cut}");
    }
}

#[test]
fn clusters_are_led_to_what_the_models_ask_for() {
    let table = large(4_000);
    let close = || Close {
        most: 0.1,
        shares: table.people_by_value(0).iter().map(|n| *n as f64 / 4_000.0).collect(),
    };
    for search in [&KMember as &dyn Search, &Mdav] {
        let l = Problem::new(&table, vec![Box::new(DistinctLDiversity::new(4, 0))]);
        let solution = l.solve(search).unwrap();
        let mean = 4_000.0 / f64::from(solution.classes);
        // Four values of four people: drawn blindly it takes more than eight people.
        assert!(mean < 6.0, "{}: {mean} rows in a class of four values", search.name());
        let t = Problem::new(&table, vec![Box::new(KAnonymity::new(4)), Box::new(close())]);
        let solution = t.solve(search).unwrap();
        let mean = 4_000.0 / f64::from(solution.classes);
        // Drawn blindly, classes of 50 are closer than a tenth about half of the time.
        assert!(mean < 20.0, "{}: {mean} rows in a close class", search.name());
    }
}

#[test]
fn weights_keep_a_column() {
    let rows = 3_000;
    let solve = |weight: f64, search: &dyn Search| {
        let columns = vec![
            QuasiColumn::numeric("age", numbers(100)).unwrap().with_weight(weight),
            QuasiColumn::numeric("born", numbers(100)).unwrap(),
        ];
        let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
        let mut draw = drawn(3);
        for _ in 0..rows {
            builder.add(&[draw(100), draw(100)], 1, &[], &[]).unwrap();
        }
        let table = builder.finish();
        let solution =
            Problem::new(&table, vec![Box::new(KAnonymity::new(5))]).solve(search).unwrap();
        let column = &solution.recoding.columns()[0];
        let of_class = |class: u32| column.ncp[column.label_of[class as usize] as usize];
        (0..table.combinations() as u32)
            .filter_map(|c| solution.recoding.class_of(c))
            .map(of_class)
            .sum::<f64>()
    };
    for search in [&KMember as &dyn Search, &Mdav] {
        let (alike, heavy) = (solve(1.0, search), solve(10.0, search));
        assert!(heavy < alike * 0.7, "{}: {heavy} for {alike}", search.name());
    }
}

#[test]
fn corner_cases_hold() {
    let check = |columns: Vec<QuasiColumn>, rows: &[(Vec<u32>, u32)], k: u32, suppressed: u64| {
        let mut builder = FrequencyBuilder::new(columns, vec![], k + 1).unwrap();
        for (codes, subject) in rows {
            builder.add(codes, 1, &[*subject], &[]).unwrap();
        }
        let table = builder.finish();
        for search in search::ALL {
            let solution =
                Problem::new(&table, vec![Box::new(KAnonymity::new(k))]).solve(*search).unwrap();
            // One level for all rows may cost less where some rows go.
            if !search.is_full_domain() {
                assert_eq!(solution.suppressed_rows, suppressed, "{}", search.name());
            }
            check_numbers(&table, &solution);
            assert!(solution.classes == 0 || solution.smallest_class_subjects.at_least() >= k);
        }
    };
    let age = || vec![QuasiColumn::numeric("age", numbers(10)).unwrap()];
    // No row, one combination, fewer people than k, all equal, one subject only.
    check(age(), &[], 3, 0);
    check(age(), &[(vec![4], 0)], 1, 0);
    check(age(), &[(vec![4], 0), (vec![5], 1)], 3, 2);
    check(age(), &(0..9).map(|s| (vec![4], s)).collect::<Vec<_>>(), 3, 0);
    check(age(), &(0..9).map(|age| (vec![age], 0)).collect::<Vec<_>>(), 2, 9);
    check(age(), &(0..9).map(|age| (vec![age], age)).collect::<Vec<_>>(), 2, 0);
    // All missing, in columns of every kind.
    let file = HierarchyFile::parse("a;x;*\nb;x;*\n").unwrap();
    let missing = vec![
        QuasiColumn::numeric("n", vec![None]).unwrap(),
        QuasiColumn::date("d", vec![None]).unwrap(),
        QuasiColumn::categorical("c", vec![None]).unwrap(),
        QuasiColumn::hierarchical("h", vec![None], &file).unwrap(),
    ];
    check(missing, &(0..5).map(|s| (vec![0; 4], s)).collect::<Vec<_>>(), 3, 0);
    // No column at all.
    check(vec![], &(0..5).map(|s| (vec![], s)).collect::<Vec<_>>(), 3, 0);
}

#[test]
fn many_columns_are_clustered() {
    for count in [30, 150] {
        let columns: Vec<QuasiColumn> = (0..count)
            .map(|n| QuasiColumn::categorical(&format!("c{n}"), numbers(3)).unwrap())
            .collect();
        let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
        let mut draw = drawn(11);
        for _ in 0..300 {
            // Five kinds of people, each with a few slips.
            let kind = draw(5);
            let code = |n: u32| if draw(20) == 0 { draw(3) } else { kind * (n + 1) % 3 };
            builder.add(&(0..count).map(code).collect::<Vec<_>>(), 1, &[], &[]).unwrap();
        }
        let table = builder.finish();
        for search in CLUSTERING {
            let solution =
                Problem::new(&table, vec![Box::new(KAnonymity::new(5))]).solve(search).unwrap();
            assert!(solution.smallest_class_rows >= 5 && solution.suppressed_rows == 0);
            assert!(solution.classes > 20, "{}: {}", search.name(), solution.classes);
        }
    }
}

#[test]
fn searches_stop_when_asked_to() {
    let table = large(2_000);
    for search in search::ALL {
        let cancel = anonymed_core::CancelToken::default();
        cancel.cancel();
        let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(5))]).cancel(cancel);
        let stopped = problem.solve(*search);
        assert!(matches!(stopped, Err(AnonymizeError::Cancelled(_))), "{}", search.name());
        // Late from the start is no reason to have nothing.
        let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(5))]).is_late(&|| true);
        if !search.is_full_domain() {
            assert_eq!(problem.solve(*search).unwrap().suppressed_rows, 0);
        }
    }
}

/// Rows of a number and a name, with the weights of the two columns.
fn weighted(rows: u32, number: impl Fn(u32) -> String, weights: [f64; 2]) -> FrequencyTable {
    let numbers: BTreeSet<String> = (0..rows).map(&number).collect();
    let code = |row| numbers.iter().position(|text| *text == number(row)).unwrap() as u32;
    let texts = numbers.iter().cloned().map(Some).collect();
    let names = ["f", "m"].map(|name| Some(name.to_owned())).to_vec();
    let columns = vec![
        QuasiColumn::numeric("n", texts).unwrap().with_weight(weights[0]),
        QuasiColumn::categorical("c", names).unwrap().with_weight(weights[1]),
    ];
    let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
    for row in 0..rows {
        builder.add(&[code(row), row % 2], 1, &[], &[]).unwrap();
    }
    builder.finish()
}

#[test]
fn weights_and_numbers_of_any_size_end_and_cost_what_their_relation_says() {
    let modest = |row: u32| (row * 7 % 50).to_string();
    let huge = |row: u32| format!("{}e308", f64::from(row * 7 % 50) / 15.0 - 1.6);
    let loss = |table: &FrequencyTable, search: &dyn Search| {
        let problem = Problem::new(table, vec![Box::new(KAnonymity::new(3))]);
        let solution = problem.solve(search).unwrap();
        assert!(solution.smallest_class_rows >= 3 && solution.classes > 1, "{}", search.name());
        solution.loss
    };
    for search in search::ALL {
        for rows in [13, 400] {
            let alone = loss(&weighted(rows, modest, [1.0, 0.0]), *search);
            let both = loss(&weighted(rows, modest, [1.0, 1.0]), *search);
            let near = |table: &FrequencyTable, expect: f64| {
                let found = loss(table, *search);
                assert!((found - expect).abs() < 1e-9, "{}: {found}, not {expect}", search.name());
            };
            near(&weighted(rows, modest, [1e50, 1.0]), alone);
            near(&weighted(rows, modest, [1e308, 1e308]), both);
            near(&weighted(rows, modest, [5e-324, 5e-324]), both);
        }
        assert!(loss(&weighted(40, huge, [1.0, 1.0]), *search) > 0.0);
    }
}

#[test]
fn a_search_without_time_still_makes_classes_that_hold() {
    let table = weighted(5000, |row| (row * 7919 % 4999).to_string(), [1.0, 1.0]);
    let problem = || Problem::new(&table, vec![Box::new(KAnonymity::new(5))]);
    for search in search::ALL {
        for asked_most in [0, 1, 40] {
            let asked = std::sync::atomic::AtomicU32::new(0);
            let is_late = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= asked_most;
            let late = problem().is_late(&is_late).solve(*search).unwrap();
            let name = search.name();
            assert!(late.smallest_class_rows >= 5, "{name}");
            assert_eq!(late.suppressed_rows, 0, "{name}");
            // The classes along the curve are many even where no time is left at all.
            let one_class = search.is_full_domain() || ["mondrian", "relaxed"].contains(&name);
            assert!(one_class || late.classes > 100, "{name}: {}", late.classes);
        }
        let free = problem().solve(*search).unwrap();
        let limited = problem().checks_max(0).solve(*search).unwrap();
        let same = free.recoding.class_numbers() == limited.recoding.class_numbers();
        assert_eq!(same, !search.is_full_domain(), "{}", search.name());
        assert_eq!(limited.suppressed_rows, 0, "{}", search.name());
    }
}
