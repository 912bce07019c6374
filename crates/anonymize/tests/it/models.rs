//! Every model in every search: what is released is counted again here, from the labels alone and by the
//! formulas of the papers.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_anonymize::models::{self, ModelParameters};
use anonymed_anonymize::{
    ClassAccumulator, Counting, FrequencyBuilder, FrequencyTable, HierarchyFile, PrivacyModel,
    Problem, QuasiColumn, SensitiveColumn, search,
};
use proptest::prelude::*;

/// A row: whose, age and ward, value.
type Row = (u32, [u32; 2], u32);

/// Values 0 and 1 are near each other, 2 and 3 too, and 4 is alone.
const TREE: &str = "0;a;*\n1;a;*\n2;b;*\n3;b;*\n4;c;*\n";
const VALUES: u32 = 5;

fn table(rows: &[Row], counting: Counting) -> FrequencyTable {
    let texts = |n: u32| (0..n).map(|v| Some(v.to_string())).collect();
    // Cuts between the leaves of a node give classes that are labelled alike.
    let wards: String = (0..8).map(|n| format!("{n};{};*\n", n / 4)).collect();
    let wards = HierarchyFile::parse(&wards).unwrap();
    let columns = vec![
        QuasiColumn::hierarchical("unit", texts(8), &wards).unwrap(),
        QuasiColumn::categorical("ward", texts(3)).unwrap(),
    ];
    let sensitive = vec![SensitiveColumn { name: "dx".into(), values: VALUES }];
    let mut builder = FrequencyBuilder::new(columns, sensitive, counting).unwrap();
    for (subject, codes, value) in rows {
        builder.add(codes, 1, &[*subject], &[(0, *value, 1)]).unwrap();
    }
    builder.finish()
}

/// The families by name with numbers a small table can satisfy.
fn parameters(name: &str, strict: f64) -> ModelParameters {
    let numbers: &[(&str, f64)] = match name {
        "k-anonymity" => &[("k", 2.0 + (strict * 4.0).floor())],
        "alpha-k-anonymity" => &[("alpha", 0.9 - strict * 0.5), ("k", 2.0)],
        "distinct-l-diversity" => &[("l", 2.0 + (strict * 3.0).floor())],
        "entropy-l-diversity" => &[("l", 1.2 + strict * 2.0)],
        "recursive-l-diversity" => &[("c", 3.0 - strict * 2.0), ("l", 2.0)],
        "delta-disclosure" => &[("delta", 2.0 - strict * 1.5)],
        "basic-beta-likeness" | "enhanced-beta-likeness" => &[("beta", 2.0 - strict * 1.5)],
        _ => &[("t", 0.5 - strict * 0.4)],
    };
    let texts: Vec<Option<String>> = (0..VALUES).map(|v| Some(v.to_string())).collect();
    ModelParameters {
        numbers: numbers.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect(),
        kind: None,
        on: Some(0),
        order: Some((0..VALUES).collect()),
        tree: HierarchyFile::parse(TREE).unwrap().bind(&texts).ok(),
    }
}

/// People of some rows, and for each value those who have it.
struct Crowd {
    people: BTreeSet<u32>,
    holders: BTreeMap<u32, BTreeSet<u32>>,
}

impl Crowd {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut crowd = Self { people: BTreeSet::new(), holders: BTreeMap::new() };
        for (subject, _, value) in rows {
            crowd.people.insert(*subject);
            crowd.holders.entry(*value).or_default().insert(*subject);
        }
        crowd
    }

    fn share(&self, value: u32) -> f64 {
        self.holders.get(&value).map_or(0.0, |h| h.len() as f64 / self.people.len() as f64)
    }

    /// Each person's weight of one, shared among the values they have.
    fn parts(&self) -> Vec<f64> {
        let mut parts = vec![0.0; VALUES as usize];
        for person in &self.people {
            let own: Vec<u32> =
                self.holders.iter().filter(|(_, h)| h.contains(person)).map(|(v, _)| *v).collect();
            own.iter().for_each(|v| parts[*v as usize] += 1.0 / own.len() as f64);
        }
        parts.iter().map(|part| part / self.people.len() as f64).collect()
    }

    /// Whether so many values can be given to as many different people: Hall's condition.
    fn lends(&self, l: usize) -> bool {
        let values: Vec<&BTreeSet<u32>> = self.holders.values().collect();
        (0u32..1 << values.len()).filter(|chosen| chosen.count_ones() as usize == l).any(|chosen| {
            let some = |subset: u32| {
                let sets = values.iter().enumerate().filter(move |(n, _)| subset >> n & 1 == 1);
                sets.flat_map(|(_, set)| set.iter()).collect::<BTreeSet<_>>().len()
            };
            (1..=chosen)
                .filter(|subset| subset & chosen == *subset)
                .all(|subset| some(subset) >= subset.count_ones() as usize)
        })
    }
}

/// The paper's condition.
fn satisfies(name: &str, p: &ModelParameters, class: &Crowd, all: &Crowd) -> bool {
    const ROUNDING: f64 = 1e-4;
    let number = |letter: &str| p.numbers[letter];
    let values = || class.holders.keys().copied();
    let extra =
        || -> Vec<f64> { class.parts().iter().zip(all.parts()).map(|(p, q)| p - q).collect() };
    match name {
        "k-anonymity" => class.people.len() as f64 >= number("k"),
        "alpha-k-anonymity" => {
            class.people.len() as f64 >= number("k")
                && values().all(|v| class.share(v) <= number("alpha") + ROUNDING)
        }
        "distinct-l-diversity" => class.lends(number("l") as usize),
        "entropy-l-diversity" => {
            let parts = class.parts();
            let entropy: f64 = parts.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
            entropy + ROUNDING >= number("l").ln() && class.lends(number("l").ceil() as usize)
        }
        "recursive-l-diversity" => {
            let mut parts: Vec<f64> = class.parts().into_iter().filter(|p| *p > 0.0).collect();
            parts.sort_by(|a, b| b.total_cmp(a));
            let rare: f64 = parts.iter().skip(number("l") as usize - 1).sum();
            parts[0] < number("c") * rare + ROUNDING && class.lends(number("l") as usize)
        }
        "delta-disclosure" => values()
            .all(|v| (class.share(v) / all.share(v)).log2().abs() <= number("delta") + ROUNDING),
        "basic-beta-likeness" => values()
            .all(|v| (class.share(v) - all.share(v)) / all.share(v) <= number("beta") + ROUNDING),
        "enhanced-beta-likeness" => values().all(|v| {
            let q = all.share(v);
            class.share(v) <= q
                || (class.share(v) - q) / q <= number("beta").min(-q.ln()) + ROUNDING
        }),
        "t-closeness" => {
            extra().iter().map(|e| e.abs()).sum::<f64>() / 2.0 <= number("t") + ROUNDING
        }
        "ordered-t-closeness" => {
            let extra = extra();
            let steps = extra.len() - 1;
            let moved: f64 = (0..steps).map(|upto| extra[..=upto].iter().sum::<f64>().abs()).sum();
            moved / steps as f64 <= number("t") + ROUNDING
        }
        "hierarchical-t-closeness" => {
            let e = extra();
            let nodes = [&e[0..2], &e[2..4], &e[4..5]];
            let inside = |node: &[f64]| {
                let more: f64 = node.iter().filter(|x| **x > 0.0).sum();
                let less: f64 = -node.iter().filter(|x| **x < 0.0).sum::<f64>();
                more.min(less)
            };
            let near: f64 = nodes.iter().map(|node| inside(node) / 2.0).sum();
            let sums: Vec<f64> = nodes.iter().map(|node| node.iter().sum()).collect();
            near + inside(&sums) <= number("t") + ROUNDING
        }
        // A model without a checker fails.
        _ => false,
    }
}

/// Models that compare with a population, or ask for more than classes, have tests of their own.
fn of_classes() -> impl Iterator<Item = &'static &'static dyn models::ModelFamily> {
    let apart = ["k-map", "delta-presence", "lkc-privacy"];
    models::ALL.iter().filter(move |family| !apart.contains(&family.name()))
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0u32..14, (0u32..8, 0u32..3), prop_oneof![0u32..VALUES, Just(0u32)])
        .prop_map(|(subject, (age, ward), value)| (subject, [age, ward], value));
    prop::collection::vec(row, 1..50)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_released_satisfies_every_model(rows in rows(), strict in 0.0f64..1.0, by_subject in any::<bool>()) {
        // Where each row is a person, the rows are given persons of their own.
        let rows: Vec<Row> = match by_subject {
            true => rows,
            false => (0..).zip(&rows).map(|(n, row)| (n, row.1, row.2)).collect(),
        };
        let counting = if by_subject { Counting::AllSubjects } else { Counting::Rows };
        let table = table(&rows, counting);
        let number: BTreeMap<[u32; 2], u32> =
            (0..table.combinations() as u32).map(|n| ([0, 1].map(|c| table.code(n, c)), n)).collect();
        let all = Crowd::of(rows.iter());
        for family in of_classes() {
            let name = family.name();
            let parameters = parameters(name, strict);
            for search in search::ALL {
                let model: Box<dyn PrivacyModel> = family.build(&parameters, &table).unwrap();
                let problem = Problem::new(&table, vec![model]).suppress_max(1.0);
                let solution = problem.solve(*search).unwrap();
                let mut classes: BTreeMap<Vec<Option<&str>>, Vec<&Row>> = BTreeMap::new();
                for row in &rows {
                    let Some(class) = solution.recoding.class_of(number[&row.1]) else { continue };
                    let labels = (0..2).map(|c| solution.recoding.label(class, c)).collect();
                    classes.entry(labels).or_default().push(row);
                }
                for class in classes.values() {
                    let crowd = Crowd::of(class.iter().copied());
                    prop_assert!(
                        satisfies(name, &parameters, &crowd, &all),
                        "{} by {}: {:?} of {:?}", name, search.name(), class, rows
                    );
                }
            }
        }
    }
}

/// Where the whole table satisfies a model, something is released.
#[test]
fn what_the_whole_table_satisfies_is_released() {
    let rows: Vec<Row> = (0..40).map(|n| (n, [n % 8, n % 3], n % VALUES)).collect();
    for counting in [Counting::Rows, Counting::AllSubjects] {
        let table = table(&rows, counting);
        for family in of_classes() {
            let model = family.build(&parameters(family.name(), 0.5), &table).unwrap();
            for search in search::ALL {
                let problem = Problem::new(
                    &table,
                    vec![family.build(&parameters(family.name(), 0.5), &table).unwrap()],
                )
                .suppress_max(0.3);
                let solution = problem.solve(*search).unwrap();
                assert!(solution.classes > 0, "{} by {}", model.name(), search.name());
                assert!(solution.within_suppression_limit);
            }
        }
    }
}

#[test]
fn rows_left_out_before_are_in_the_distribution_and_in_no_class() {
    let rows: Vec<Row> = (0..40).map(|n| (n, [n % 8, n % 3], n % 2)).collect();
    let gone: Vec<Row> = (40..60).map(|n| (n, [0, 0], 4)).collect();
    for counting in [Counting::Rows, Counting::AllSubjects] {
        let whole = table(&rows, counting).with_left_out(table(&gone, counting));
        assert_eq!(
            (whole.total_rows(), whole.combinations()),
            (40, table(&rows, counting).combinations())
        );
        let all = ClassAccumulator::of_table(&whole, &[0]);
        let values = all.histogram(0).unwrap();
        assert_eq!((all.rows(), all.subjects().count().at_least()), (60, 60));
        assert_eq!([0, 1, 4].map(|code| values.rows(code)), [20, 20, 20]);
        // A third of all have a value that no class has: half of each class is too much of 0 and 1.
        let family = models::family("t-closeness").unwrap();
        let held = |t: f64| {
            let parameters = ModelParameters {
                numbers: [("t".to_owned(), t)].into(),
                on: Some(0),
                ..ModelParameters::default()
            };
            let model = family.build(&parameters, &whole).unwrap();
            let solution = Problem::new(&whole, vec![model]).solve(&search::Mondrian).unwrap();
            solution.classes > 0
        };
        assert!(!held(0.3) && held(0.34));
    }
}
