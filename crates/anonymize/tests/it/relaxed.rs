//! Classes that people of one combination are in apart from each other.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::search::{Mondrian, RelaxedMondrian, Search};
use anonymed_anonymize::{
    Counting, FrequencyBuilder, FrequencyTable, KAnonymity, PieceBuilder, Pieces, Problem,
    QuasiColumn, Solution,
};
use proptest::prelude::*;

use crate::properties::{Labels, Visit, columns, holds, models, table, visits};

/// The table of visits in pieces, and the piece of each visit.
fn in_pieces(visits: &[Visit], whole: &FrequencyTable, most: u32) -> (FrequencyTable, Vec<u32>) {
    let number: BTreeMap<[u32; 4], u32> = (0..whole.combinations() as u32)
        .map(|n| ([0, 1, 2, 3].map(|c| whole.code(n, c)), n))
        .collect();
    let mut builder = PieceBuilder::new(whole, most).unwrap();
    let add = |(subject, codes, value): &Visit| {
        builder.add(number[codes], *subject, 1, &[(0, *value, 1)]).unwrap()
    };
    let pieces = visits.iter().map(add).collect();
    (builder.finish().0, pieces)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_class_holds_and_every_label_covers(
        visits in visits(),
        k in 1u32..7,
        l in 1u32..4,
        most in 0u32..9,
    ) {
        let whole = table(&visits, k.max(l) + 1);
        let (table, pieces) = in_pieces(&visits, &whole, most);
        let solution = Problem::new(&table, models(k, l)).solve(&RelaxedMondrian).unwrap();
        let mut classes: BTreeMap<Labels, (BTreeSet<u32>, BTreeSet<u32>)> = BTreeMap::new();
        let mut suppressed = 0;
        let columns = columns();
        for ((subject, codes, value), piece) in visits.iter().zip(pieces) {
            let Some(class) = solution.recoding.class_of(piece) else {
                suppressed += 1;
                continue;
            };
            let labels: Labels =
                (0..4).map(|c| solution.recoding.label(class, c).map(str::to_owned)).collect();
            for (c, label) in labels.iter().enumerate() {
                let value = columns[c].values()[codes[c] as usize].as_deref();
                prop_assert!(holds(c, label.as_deref(), value), "{label:?} {value:?}");
            }
            let class = classes.entry(labels).or_default();
            class.0.insert(*subject);
            class.1.insert(*value);
        }
        prop_assert_eq!(solution.suppressed_rows, suppressed);
        prop_assert!(suppressed == 0 || suppressed == visits.len() as u64);
        prop_assert!(classes.values().all(|(people, _)| people.len() >= k as usize));
        prop_assert!(classes.values().all(|(_, values)| values.len() >= l as usize));
        let whole = Problem::new(&whole, models(k, l)).solve(&Mondrian).unwrap();
        prop_assert_eq!(whole.suppressed_rows, suppressed);
    }
}

/// People of so many ages each, one row each.
fn people(ages: &[(u32, u32)]) -> (FrequencyTable, Pieces) {
    let values = (0..100).map(|age| Some(age.to_string())).collect();
    let columns = vec![QuasiColumn::numeric("age", values).unwrap()];
    let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
    for (age, people) in ages {
        builder.add(&[*age], u64::from(*people), &[], &[]).unwrap();
    }
    let whole = builder.finish();
    let mut builder = PieceBuilder::new(&whole, 20).unwrap();
    let mut person = 0;
    for (combination, (_, people)) in (0..).zip(ages) {
        for _ in 0..*people {
            builder.add(combination, person, 1, &[]).unwrap();
            person += 1;
        }
    }
    builder.finish()
}

fn solve(table: &FrequencyTable, search: &dyn Search) -> Solution {
    Problem::new(table, vec![Box::new(KAnonymity::new(5))]).solve(search).unwrap()
}

#[test]
fn a_few_far_values_hold_nobody_else() {
    let check = |ages: &[(u32, u32)], expect: &[(&str, u64)]| {
        let (table, _) = people(ages);
        let solution = solve(&table, &RelaxedMondrian);
        let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
        for piece in 0..table.combinations() as u32 {
            let class = solution.recoding.class_of(piece).unwrap();
            *rows.entry(solution.recoding.label(class, 0).unwrap()).or_default() +=
                table.rows(piece);
        }
        assert_eq!(rows.into_iter().collect::<Vec<_>>(), expect);
    };
    // Strictly nobody could be told apart here.
    check(&[(0, 30), (99, 1)], &[("*", 5), ("0", 26)]);
    check(&[(0, 2), (40, 30), (99, 4)], &[("0..40", 5), ("40", 26), ("40..99", 5)]);
    // Too few for two classes.
    check(&[(0, 8), (99, 1)], &[("*", 9)]);
    check(&[(7, 30)], &[("7", 30)]);
}

#[test]
fn the_same_at_any_number_of_threads() {
    let ages: Vec<(u32, u32)> = (0..100).map(|age| (age, age * 7919 % 13 + 1)).collect();
    let (table, _) = people(&ages);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solve(&table, &RelaxedMondrian).recoding)
    };
    assert_eq!(on(1), on(4));
}
