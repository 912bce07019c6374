//! LKC-privacy: what somebody finds who knows few columns is counted here from the labels alone.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::models::Reach;
use anonymed_anonymize::search::{Mondrian, Optimal};
use anonymed_anonymize::{
    AnonymizeError, ClassAccumulator, Counting, FrequencyBuilder, FrequencyTable, Judgement,
    KAnonymity, LkcPrivacy, Monotonicity, PrivacyModel, Problem, SensitiveColumn, Solution,
};
use proptest::prelude::*;

use crate::properties::{Visit, columns, visits};

const WIDTH: usize = 3;

/// The table, and the combination of each visit.
fn table(visits: &[Visit], counting: Counting) -> (FrequencyTable, Vec<u32>) {
    let columns = columns().into_iter().take(WIDTH).collect();
    let sensitive = vec![SensitiveColumn { name: "hiv".into(), values: 4 }];
    let mut builder = FrequencyBuilder::new(columns, sensitive, counting).unwrap();
    let add =
        |visit: &Visit| builder.add(&visit.1[..WIDTH], 1, &[visit.0], &[(0, visit.2, 1)]).unwrap();
    let of = visits.iter().map(add).collect();
    (builder.finish(), of)
}

/// The label of a column, where somebody knows it.
type Known<'a> = Option<Option<&'a str>>;

/// The fewest people and the highest share of a value in a group of at most so many known columns.
fn worst(
    visits: &[Visit],
    of: &[u32],
    solution: &Solution,
    known: u32,
    by_rows: bool,
) -> Option<(usize, f64)> {
    let mut groups: BTreeMap<Vec<Known<'_>>, BTreeMap<u32, BTreeSet<usize>>> = BTreeMap::new();
    for (row, visit) in visits.iter().enumerate() {
        let Some(class) = solution.recoding.class_of(of[row]) else { continue };
        for set in (0u32..1 << WIDTH).filter(|set| set.count_ones() <= known) {
            let label = |c: usize| (set >> c & 1 == 1).then(|| solution.recoding.label(class, c));
            let group = groups.entry((0..WIDTH).map(label).collect()).or_default();
            let person = if by_rows { row } else { visit.0 as usize };
            group.entry(visit.2).or_default().insert(person);
        }
    }
    let figures = groups.values().map(|of_value| {
        let people: BTreeSet<&usize> = of_value.values().flatten().collect();
        let most = of_value.values().map(BTreeSet::len).max().unwrap_or(0);
        (people.len(), most as f64 / people.len() as f64)
    });
    figures.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// LKC-privacy from which a search concludes nothing.
#[derive(Debug)]
struct Plain(LkcPrivacy);

impl PrivacyModel for Plain {
    fn name(&self) -> String {
        self.0.name()
    }

    fn judge(&self, class: &ClassAccumulator) -> Judgement {
        self.0.judge(class)
    }

    fn least_subjects(&self) -> u32 {
        1
    }

    fn monotonicity(&self) -> Monotonicity {
        Monotonicity::None
    }

    fn sensitive(&self) -> Option<usize> {
        self.0.sensitive()
    }

    fn reach(&self) -> Reach {
        self.0.reach()
    }

    fn known(&self) -> Option<u32> {
        self.0.known()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_knows_few_columns_finds_a_crowd(
        visits in visits(), (l, k) in (1u32..5, 1u32..8), c in 0.3f64..1.1, least in 1u32..3,
        suppress_max in 0.0f64..1.0, by_subject in any::<bool>()
    ) {
        let counting = if by_subject { Counting::AllSubjects } else { Counting::Rows };
        let (table, of) = table(&visits, counting);
        let model = || LkcPrivacy::new((l, k, c), 0, counting);
        let models = |model: Box<dyn PrivacyModel>| -> Vec<Box<dyn PrivacyModel>> {
            vec![model, Box::new(KAnonymity::new(least))]
        };
        let solve = |models| {
            Problem::new(&table, models).suppress_max(suppress_max).solve(&Optimal).unwrap()
        };
        let solution = solve(models(Box::new(model())));
        if let Some((people, share)) = worst(&visits, &of, &solution, l, !by_subject) {
            prop_assert!(people >= k as usize, "{people} people");
            prop_assert!(share <= c + 1e-9, "a share of {share}");
        }
        // What is concluded from nodes that fail loses nothing.
        let plain = solve(models(Box::new(Plain(model()))));
        prop_assert_eq!(plain.classes > 0, solution.classes > 0);
        prop_assert!((plain.loss - solution.loss).abs() < 1e-9, "{} {}", plain.loss, solution.loss);
    }
}

/// Five people who differ in all columns together and by pairs in none: they need not be generalised where
/// one column is known, and have to be where two are.
#[test]
fn fewer_known_columns_cost_less() {
    let visits: Vec<Visit> =
        (0..16).map(|n| (n, [2 + n % 2, (n / 2) % 2, 3 + (n / 4) % 2, 0], n / 8)).collect();
    let (table, _) = table(&visits, Counting::Rows);
    let loss = |l: u32, k: u32| {
        let model: Box<dyn PrivacyModel> =
            Box::new(LkcPrivacy::new((l, k, 1.0), 0, Counting::Rows));
        let problem = Problem::new(&table, vec![model]).suppress_max(0.0);
        let solution = problem.solve(&Optimal).unwrap();
        assert!(solution.within_suppression_limit);
        solution.gcp
    };
    // Eight share each value, four each pair, two each triple.
    assert_eq!([loss(1, 8), loss(2, 4), loss(3, 2), loss(9, 2)], [0.0; 4]);
    assert!(loss(1, 9) > 0.0 && loss(2, 5) > 0.0 && loss(3, 3) > 0.0);
    let model = LkcPrivacy::new((1, 2, 1.0), 0, Counting::Rows);
    let refused = Problem::new(&table, vec![Box::new(model)]).solve(&Mondrian).unwrap_err();
    assert_eq!(refused, AnonymizeError::OutOfReach(Reach::FullDomain));
}
