//! Cell suppression: every class that is made satisfies the models, counted here from labels alone.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::search::{Mondrian, Optimal};
use anonymed_anonymize::{
    Counting, FrequencyBuilder, FrequencyTable, KAnonymity, Problem, QuasiColumn, Search, Solution,
};
use proptest::prelude::*;

use crate::properties::{Labels, Visit, columns, holds, models, release, table, visits};

/// People and values of each class as it is labelled.
fn classes(
    visits: &[Visit],
    released: &[Option<Labels>],
) -> BTreeMap<Labels, (BTreeSet<u32>, BTreeSet<u32>)> {
    let mut classes: BTreeMap<Labels, (BTreeSet<u32>, BTreeSet<u32>)> = BTreeMap::new();
    for ((subject, _, value), labels) in visits.iter().zip(released) {
        let Some(labels) = labels else { continue };
        let class = classes.entry(labels.clone()).or_default();
        class.0.insert(*subject);
        class.1.insert(*value);
    }
    classes
}

/// Rows that are `*` in each column.
fn stars(released: &[Option<Labels>]) -> [usize; 4] {
    let is_star = |at: usize| move |labels: &&Labels| labels[at].as_deref() == Some("*");
    [0, 1, 2, 3].map(|at| released.iter().flatten().filter(is_star(at)).count())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_class_satisfies_the_models(
        visits in visits(), k in 1u32..6, l in 1u32..3, full in any::<bool>(),
        most in prop::sample::select(vec![1.0, 0.3, 0.0]),
    ) {
        let table = table(&visits, 8);
        let problem = Problem::new(&table, models(k, l)).suppress_max(0.3);
        let search: &dyn Search = if full { &Optimal } else { &Mondrian };
        let before = problem.solve(search).unwrap();
        let after = problem.with_cells(before.clone(), &[most; 4]).unwrap();
        let released = [&before, &after].map(|s: &Solution| release(&visits, &table, &s.recoding));
        let [without, with] = &released;
        for (labels, (people, values)) in classes(&visits, with) {
            prop_assert!(people.len() as u32 >= k && values.len() as u32 >= l, "{labels:?}");
        }
        let columns = columns();
        for ((labels, before), (_, codes, _)) in with.iter().zip(without).zip(&visits) {
            // What had a class keeps it, and a label is of the value it is written for.
            prop_assert!(before.is_none() || labels == before);
            let Some(labels) = labels else { continue };
            for (at, label) in labels.iter().enumerate() {
                let value = columns[at].values()[codes[at] as usize].as_deref();
                // Months, years and decades are levels of dates alone.
                let holds = match (full && at == 3, label.as_deref(), value) {
                    (true, Some(label), Some(value)) => label == "*" || label[..3] == value[..3],
                    (true, label, None) => label.is_none_or(|label| label == "*"),
                    (_, label, value) => holds(at, label, value),
                };
                prop_assert!(holds, "{label:?} of {value:?}");
            }
        }
        prop_assert!(after.suppressed_rows <= before.suppressed_rows);
        let rows = with.iter().flatten().count();
        prop_assert_eq!(rows as u64, visits.len() as u64 - after.suppressed_rows);
        let (own, all) = (stars(without), stars(with));
        for at in 0..4 {
            prop_assert!(all[at] == own[at] || all[at] as f64 <= most * rows as f64);
        }
    }
}

/// Each row a person.
fn of_rows(rows: &[[u32; 3]], k: u32, most: &[f64]) -> Vec<Vec<String>> {
    let names = |column: &str| (0..9).map(|n| Some(format!("{column}{n}"))).collect();
    let columns = ["a", "b", "c"].map(|name| QuasiColumn::categorical(name, names(name)).unwrap());
    let mut builder = FrequencyBuilder::new(columns.to_vec(), vec![], Counting::Rows).unwrap();
    rows.iter().for_each(|codes| {
        builder.add(codes, 1, &[], &[]).unwrap();
    });
    let table: FrequencyTable = builder.finish();
    let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(k))]);
    let solution = problem.solve(&Optimal).unwrap();
    let solution = problem.with_cells(solution, most).unwrap();
    let mut written: Vec<Vec<String>> = (0..table.combinations() as u32)
        .filter_map(|c| solution.recoding.class_of(c))
        .map(|class| {
            (0..3).map(|at| solution.recoding.label(class, at).unwrap_or("").to_owned()).collect()
        })
        .collect();
    written.sort();
    written
}

#[test]
fn what_agrees_is_kept() {
    // Many alike, and three who differ in the last column alone.
    let rows = [vec![[0, 0, 0]; 17], vec![[1, 1, 1], [1, 1, 2], [1, 1, 3]]].concat();
    let check = |most: &[f64], expect: &[[&str; 3]]| {
        assert_eq!(of_rows(&rows, 3, most), expect, "{most:?}");
    };
    let star = ["a1", "b1", "*"];
    check(&[1.0; 3], &[["a0", "b0", "c0"], star, star, star]);
    check(&[1.0, 1.0, 0.14], &[["a0", "b0", "c0"]]);
    check(&[0.0, 0.0, 0.15], &[["a0", "b0", "c0"], star, star, star]);
}
