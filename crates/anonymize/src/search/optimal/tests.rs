//! The search of the lattice against a look at every node, by the metrics' own formulas.

use hashbrown::HashMap;
use proptest::prelude::*;

use super::{Lattice, Optimal};
use crate::levels::Levels;
use crate::metrics;
use crate::recoding::{Recoding, SUPPRESSED};
use crate::{
    Counting, FrequencyBuilder, FrequencyTable, HierarchyFile, KAnonymity, LossMetric, Problem,
    QuasiColumn,
};

/// A row: its person, and its codes.
type Row = (u32, [u32; 2]);

fn table(rows: &[Row], counting: Counting) -> FrequencyTable {
    let texts = |n: u32| (0..n).map(|v| Some(v.to_string())).collect();
    let file: String = (0..6).map(|n| format!("{n};{};{};*\n", n / 2, n / 4)).collect();
    let file = HierarchyFile::parse(&file).unwrap();
    let columns = vec![
        QuasiColumn::hierarchical("a", texts(6), &file).unwrap(),
        QuasiColumn::numeric("b", texts(5)).unwrap().with_weight(0.5),
    ];
    let mut builder = FrequencyBuilder::new(columns, vec![], counting).unwrap();
    for (person, codes) in rows {
        builder.add(codes, 1, &[*person], &[]).unwrap();
    }
    builder.finish()
}

/// What a node costs, where no more has to go than may: people, or rows where each is one.
fn cost(
    table: &FrequencyTable,
    levels: &[Levels],
    node: &[u8],
    (k, share): (u32, f64),
    metric: &dyn LossMetric,
) -> Option<f64> {
    let labels = |c: u32| -> Vec<u32> {
        let label = |(n, levels): (usize, &Levels)| {
            levels.level(node[n]).of_code[table.code(c, n) as usize]
        };
        levels.iter().enumerate().map(label).collect()
    };
    let all: Vec<u32> = (0..table.combinations() as u32).collect();
    let mut members: HashMap<Vec<u32>, Vec<u32>> = HashMap::new();
    all.iter().for_each(|c| members.entry(labels(*c)).or_default().push(*c));
    let people = |some: &[u32]| table.distinct_subjects(some.iter().copied()).at_least();
    let (mut class_of, mut of_class, mut gone) = (vec![SUPPRESSED; all.len()], vec![], vec![]);
    for members in members.values() {
        if people(members) < k {
            gone.extend(members);
            continue;
        }
        members.iter().for_each(|c| class_of[*c as usize] = of_class.len() as u32);
        of_class.push(members[0]);
    }
    let allowed = f64::from(people(&gone)) <= share * f64::from(people(&all));
    let recoding = Recoding::of_levels(table, levels, node, class_of, &of_class);
    allowed.then(|| metric.loss(table, &recoding))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_node_costs_less_by_any_metric(
        rows in prop::collection::vec((0u32..12, [0u32..6, 0u32..5]), 1..40),
        k in 2u32..5,
        share in 0u32..5,
        by_subject in any::<bool>(),
    ) {
        let counting = if by_subject { Counting::AllSubjects } else { Counting::Rows };
        let table = table(&rows, counting);
        let levels = Levels::all(&table);
        let lattice = Lattice::new(&levels, 1000).unwrap();
        let share = f64::from(share) / 10.0;
        for metric in metrics::ALL {
            let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(k))]);
            let solution = problem.metric(*metric).suppress_max(share).solve(&Optimal).unwrap();
            let nodes = (0..lattice.len()).map(|n| lattice.node(n));
            let costs = nodes.filter_map(|node| cost(&table, &levels, &node, (k, share), *metric));
            let least = costs.min_by(f64::total_cmp);
            let name = metric.name();
            prop_assert!(solution.proof.is_some_and(|proof| proof.optimal), "{name}");
            match least {
                Some(least) => {
                    prop_assert!(solution.within_suppression_limit, "{name}");
                    let same = (solution.loss - least).abs() <= 1e-9 * least.abs().max(1.0);
                    prop_assert!(same, "{name}: {} for {least}", solution.loss);
                }
                None => prop_assert_eq!(solution.classes, 0, "{}", name),
            }
        }
    }
}
