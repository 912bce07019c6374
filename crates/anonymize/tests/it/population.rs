//! Models that compare with a population: whom of it each label fits is counted here from the labels alone.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::models::Reach;
use anonymed_anonymize::search::{Mondrian, Optimal};
use anonymed_anonymize::{
    AnonymizeError, CodedRows, Counting, DeltaPresence, FrequencyTable, KAnonymity, KMap, Narrow,
    PrivacyModel, Problem, QuasiColumn, RowCounts, Search, Solution, SubjectGrouping, search,
};
use proptest::prelude::*;

use crate::properties::{Visit, columns, holds, visits};

/// Age, ward and diagnosis.
const WIDTH: usize = 3;

fn quasi() -> Vec<QuasiColumn> {
    columns().into_iter().take(WIDTH).collect()
}

/// The table of some visits beside a population, and the combination of each visit.
fn table(own: &[Visit], all: &[Visit], counting: Counting) -> (FrequencyTable, Vec<u32>) {
    let column = |visits: &[Visit], at: usize| -> Narrow {
        visits.iter().map(|visit| u64::from(visit.1[at])).collect()
    };
    let who = |visits: &[Visit]| -> Narrow { visits.iter().map(|v| u64::from(v.0)).collect() };
    let finals: Vec<Vec<u32>> =
        quasi().iter().map(|column| (0..column.values().len() as u32).collect()).collect();
    let coded = |visits: &[Visit], work: &mut dyn FnMut(&CodedRows<'_>)| {
        let (codes, subjects): (Vec<Narrow>, Narrow) =
            ((0..WIDTH).map(|at| column(visits, at)).collect(), who(visits));
        work(&CodedRows {
            quasi: codes.iter().collect(),
            finals: finals.iter().map(Vec::as_slice).collect(),
            subjects: Some(&subjects),
            rows: visits.len(),
            ..CodedRows::default()
        });
    };
    let mut made = None;
    coded(own, &mut |rows| {
        made = Some(FrequencyTable::of_rows(quasi(), vec![], counting, rows).unwrap());
    });
    let (table, of) = made.unwrap();
    let mut beside = Some(table);
    coded(all, &mut |rows| {
        beside = beside.take().map(|table| table.with_population(rows, counting).unwrap());
    });
    (beside.unwrap(), of)
}

/// A released class: its labels, and the people who are in it.
type Classes = BTreeMap<Vec<Option<String>>, BTreeSet<usize>>;

fn person(visits: &[Visit], row: usize, counting: Counting) -> usize {
    if counting == Counting::Rows { row } else { visits[row].0 as usize }
}

fn classes(own: &[Visit], of: &[u32], solution: &Solution, counting: Counting) -> Classes {
    let mut classes = Classes::new();
    for (row, combination) in of.iter().enumerate() {
        let Some(class) = solution.recoding.class_of(*combination) else { continue };
        let label = |c| solution.recoding.label(class, c).map(str::to_owned);
        let labels = (0..WIDTH).map(label).collect();
        classes.entry(labels).or_default().insert(person(own, row, counting));
    }
    classes
}

fn fits(labels: &[Option<String>], visit: &Visit) -> bool {
    quasi().iter().enumerate().all(|(at, column)| {
        let value = column.values()[visit.1[at] as usize].as_deref();
        holds(at, labels[at].as_deref(), value)
    })
}

/// People of the population whom labels fit.
fn crowd(labels: &[Option<String>], all: &[Visit], counting: Counting) -> usize {
    let fitting = (0..all.len()).filter(|row| fits(labels, &all[*row]));
    fitting.map(|row| person(all, row, counting)).collect::<BTreeSet<_>>().len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_search_holds_k_map(
        own in visits(), others in visits(), k in 1u32..7, least in 1u32..4, by_subject in any::<bool>()
    ) {
        let counting = if by_subject { Counting::AllSubjects } else { Counting::Rows };
        let all: Vec<Visit> = own.iter().chain(&others).copied().collect();
        let (table, of) = table(&own, &all, counting);
        for search in search::ALL {
            let models: Vec<Box<dyn PrivacyModel>> =
                vec![Box::new(KMap::new(k)), Box::new(KAnonymity::new(least))];
            let solution = Problem::new(&table, models).solve(*search).unwrap();
            let classes = classes(&own, &of, &solution, counting);
            prop_assert!(classes.len() <= solution.classes as usize);
            for (labels, people) in &classes {
                let crowd = crowd(labels, &all, counting);
                prop_assert!(crowd >= k as usize && people.len() >= least as usize,
                    "{}: {crowd} of the population, {} people, {labels:?}", search.name(), people.len());
            }
            // The population as one class is large enough or nothing is.
            if !own.is_empty() && crowd(&vec![Some("*".into()); WIDTH], &all, counting) < k as usize {
                prop_assert_eq!(solution.classes, 0);
            }
        }
    }

    #[test]
    fn presence_is_within_its_bounds(
        own in visits(), others in visits(), min in 0.0f64..0.5, max in 0.3f64..1.0,
        from_zero in any::<bool>(), by_subject in any::<bool>()
    ) {
        let (min, max) = (if from_zero { 0.0 } else { min.min(max) }, max);
        let counting = if by_subject { Counting::AllSubjects } else { Counting::Rows };
        let all: Vec<Visit> = own.iter().chain(&others).copied().collect();
        let (table, of) = table(&own, &all, counting);
        let model: Box<dyn PrivacyModel> = Box::new(DeltaPresence::new(min, max, counting));
        let solution = Problem::new(&table, vec![model]).solve(&Optimal).unwrap();
        let classes = classes(&own, &of, &solution, counting);
        for (labels, people) in &classes {
            let share = people.len() as f64 / crowd(labels, &all, counting) as f64;
            prop_assert!((min - 1e-9..=max + 1e-9).contains(&share), "{share} {labels:?}");
        }
        if min > 0.0 && !classes.is_empty() {
            let placed = |visit: &Visit| classes.keys().any(|labels| fits(labels, visit));
            prop_assert!(all.iter().all(placed));
        }
        // All as one class is an answer where it is within the bounds.
        let share = own.iter().map(|v| v.0).collect::<BTreeSet<_>>().len() as f64
            / all.iter().map(|v| v.0).collect::<BTreeSet<_>>().len().max(1) as f64;
        if by_subject && !own.is_empty() && (min..=max).contains(&share) {
            prop_assert!(!classes.is_empty());
        }
    }
}

/// What only the population has is cut off and not written, and cells are as narrow as the population
/// allows: the table alone would not be 2-anonymous.
#[test]
fn a_population_spares_the_table() {
    let visit = |n: u32, age: u32| (n, [age, 0, 1, 0], 0);
    // Ages 20 and 30 in the table, each once; of the population two have each, and one is 80.
    let own = [visit(0, 2), visit(1, 3)];
    let all = [visit(0, 2), visit(1, 3), visit(2, 2), visit(3, 3), visit(4, 0)];
    let (table, of) = table(&own, &all, Counting::Rows);
    for search in search::ALL {
        let model: Box<dyn PrivacyModel> = Box::new(KMap::new(2));
        let solution = Problem::new(&table, vec![model]).suppress_max(0.0).solve(*search).unwrap();
        assert_eq!((solution.classes, solution.gcp), (2, 0.0), "{}", search.name());
        let class = solution.recoding.class_of(of[1]).unwrap();
        assert_eq!(solution.recoding.label(class, 0), Some("30"));
    }
}

/// The paper's example in small: the table hides who is in it where half of those who fit are.
#[test]
fn what_a_recoding_cannot_say_is_refused() {
    let own: [Visit; 2] = [(0, [2, 0, 1, 0], 0), (1, [3, 0, 1, 0], 0)];
    let (table, _) = table(&own, &own, Counting::Rows);
    let solve = |model: Box<dyn PrivacyModel>, search: &dyn Search| {
        Problem::new(&table, vec![model]).solve(search).map(|solution| solution.classes)
    };
    let presence = || Box::new(DeltaPresence::new(0.0, 1.0, Counting::Rows));
    assert_eq!(
        solve(presence(), &Mondrian).unwrap_err(),
        AnonymizeError::OutOfReach(Reach::FullDomain)
    );
    assert!(solve(presence(), &Optimal).is_ok());
    let map = Problem::new(&table, vec![Box::new(KMap::new(2))]);
    let grouped = SubjectGrouping::new(&table).solve(&map, RowCounts::Ignored);
    assert_eq!(grouped.unwrap_err(), AnonymizeError::OutOfReach(Reach::Combinations));
}
