//! What a released table reaches of each privacy model: k, l, t and the others, of its worst class, from
//! the release alone. One measure a file, over people and not rows.
//!
//! A person weighs one however many rows they have: shares are of people, and where a model asks for a
//! distribution, a person's weight is shared equally among the values they have.

use serde::{Deserialize, Serialize};

mod alpha;
mod beta_likeness;
mod delta_disclosure;
mod delta_presence;
mod distinct_l;
mod entropy_l;
mod k_anonymity;
mod k_map;
mod lkc_privacy;
mod recursive_l;
mod t_closeness;

pub use crate::sensitive_log::{ClassValues, Holders, SensitiveLog, TableValues, ValueTree};

/// Which way a measure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// More is safer: k, l.
    Higher,
    /// Less is safer: t, beta.
    Lower,
}

/// What is measured of every class; the worst counts. Asked by reports and by the check of a release.
pub trait PrivacyMeasure: Sync {
    /// The measure's name, as `t-closeness`.
    fn name(&self) -> &'static str;

    /// Where it is defined.
    fn citation(&self) -> &'static str;

    /// Which way is better.
    fn better(&self) -> Better;

    /// Whether it is of the groups that few columns make, each of several classes.
    fn is_of_groups(&self) -> bool {
        false
    }

    /// Of one class; none where it cannot be said, as an ordered distance of values without an order.
    fn of_class(&self, class: &ClassValues<'_>, table: &TableValues<'_>) -> Option<f64>;
}

/// Every measure.
pub const ALL: &[&dyn PrivacyMeasure] = &[
    &alpha::Alpha,
    &beta_likeness::BASIC,
    &beta_likeness::ENHANCED,
    &delta_disclosure::DeltaDisclosure,
    &delta_presence::LEAST,
    &delta_presence::MOST,
    &distinct_l::DistinctL,
    &entropy_l::EntropyL,
    &k_anonymity::K,
    &k_map::KMap,
    &lkc_privacy::C,
    &lkc_privacy::K,
    &recursive_l::RecursiveC,
    &t_closeness::EQUAL,
    &t_closeness::ORDERED,
    &t_closeness::HIERARCHICAL,
];

/// The measure of a name.
///
/// # Examples
///
/// ```
/// use anonymed_assess::privacy::{Better, by_name};
///
/// assert_eq!(by_name("t-closeness").map(|m| m.better()), Some(Better::Lower));
/// ```
pub fn by_name(name: &str) -> Option<&'static dyn PrivacyMeasure> {
    ALL.iter().copied().find(|m| m.name() == name)
}

/// What a table reaches by a measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// The measure's name.
    pub measure: String,
    /// Of the worst class; none where it is beyond every number or cannot be said.
    pub worst: Option<f64>,
    /// People of the worst class, 0 without classes.
    pub class_people: u64,
}

/// How a release is measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scales<'a> {
    /// The l of the recursive measure; 2 where it is less.
    pub l: u32,
    /// The hierarchy by which values are near or far.
    pub tree: Option<&'a ValueTree>,
}

/// What some classes reach by a measure of a sensitive column.
pub fn reached(
    measure: &dyn PrivacyMeasure,
    log: &SensitiveLog,
    column: usize,
    scales: Scales<'_>,
) -> Reached {
    let mut worst: Option<(f64, u64)> = None;
    let mut unsaid = false;
    log.each_class(column, scales, |class, table| {
        let Some(value) = measure.of_class(class, table) else {
            unsaid = true;
            return;
        };
        let worse = worst.is_none_or(|(so_far, _)| match measure.better() {
            Better::Higher => value < so_far,
            Better::Lower => value > so_far,
        });
        if worse {
            worst = Some((value, class.people));
        }
    });
    Reached {
        measure: measure.name().to_owned(),
        worst: worst.map(|(value, _)| value).filter(|value| !unsaid && value.is_finite()),
        class_people: worst.map_or(0, |(_, people)| people),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassIndex, Shape};

    /// A row: class, person, value.
    type Row<'a> = (&'a str, &'a str, Option<&'a str>);

    fn log(rows: &[Row<'_>]) -> SensitiveLog {
        let shape = Shape::with_subject(1, 0);
        let mut index = ClassIndex::new(shape);
        let mut log = SensitiveLog::new(shape, 1);
        for (class, person, value) in rows {
            let placed = index.add(&[Some(class)], Some(person), &[]).unwrap().unwrap();
            log.add(placed, &[*value]).unwrap();
        }
        log
    }

    fn check(rows: &[Row<'_>], scales: Scales<'_>, expect: &[(&str, Option<f64>)]) {
        let log = log(rows);
        for (name, expect) in expect {
            let got = reached(by_name(name).unwrap(), &log, 0, scales).worst;
            let near = match (got, expect) {
                (Some(got), Some(expect)) => (got - expect).abs() < 1e-9,
                (got, expect) => got == *expect,
            };
            assert!(near, "{name}: {got:?} for {expect:?}");
        }
    }

    #[test]
    fn the_paper_s_salaries() {
        // Li et al. 2007, table 3 in thousands: each class has three of nine salaries.
        let rows: Vec<Row<'_>> = vec![
            ("a", "1", Some("3")),
            ("a", "2", Some("4")),
            ("a", "3", Some("5")),
            ("b", "4", Some("6")),
            ("b", "5", Some("11")),
            ("b", "6", Some("8")),
            ("c", "7", Some("7")),
            ("c", "8", Some("9")),
            ("c", "9", Some("10")),
        ];
        check(
            &rows,
            Scales::default(),
            &[
                ("ordered-t-closeness", Some(0.375)),
                ("t-closeness", Some(2.0 / 3.0)),
                ("hierarchical-t-closeness", None),
                ("k-anonymity", Some(3.0)),
                ("distinct-l-diversity", Some(3.0)),
                ("entropy-l-diversity", Some(3.0)),
                ("recursive-l-diversity", Some(0.5)),
                ("alpha-k-anonymity", Some(1.0 / 3.0)),
                ("delta-disclosure", Some(3f64.log2())),
                ("basic-beta-likeness", Some(2.0)),
                ("enhanced-beta-likeness", Some(2.0)),
            ],
        );
    }

    #[test]
    fn a_person_weighs_one_whatever_they_have() {
        // Four with flu; one of them has two more. One of class b states nothing.
        let rows: Vec<Row<'_>> = vec![
            ("a", "1", Some("flu")),
            ("a", "2", Some("flu")),
            ("a", "3", Some("flu")),
            ("a", "4", Some("flu")),
            ("a", "4", Some("flu")),
            ("a", "4", Some("hiv")),
            ("a", "4", Some("gout")),
            ("b", "5", Some("hiv")),
            ("b", "6", Some("flu")),
            ("b", "7", None),
        ];
        // Parts of the table by six who state something: flu 3 + 1/3 + 1, hiv 1/3 + 1, gout 1/3.
        let class = [10.0 / 3.0 / 4.0, 1.0 / 3.0 / 4.0, 1.0 / 3.0 / 4.0];
        let entropy: f64 = class.iter().map(|p: &f64| -p * p.ln()).sum();
        check(
            &rows,
            Scales::default(),
            &[
                ("k-anonymity", Some(3.0)),
                ("distinct-l-diversity", Some(2.0)),
                ("entropy-l-diversity", Some(entropy.exp())),
                ("recursive-l-diversity", Some(10.0 / 3.0 / (2.0 / 3.0))),
                ("alpha-k-anonymity", Some(1.0)),
                ("t-closeness", Some(0.5 - 4.0 / 3.0 / 6.0)),
                // Of class a all have flu and of the seven five: -ln of that is less than the gain.
                ("basic-beta-likeness", Some(0.75)),
                ("enhanced-beta-likeness", None),
                ("ordered-t-closeness", None),
            ],
        );
    }

    #[test]
    fn near_values_cost_less_in_a_tree() {
        let lines = ["a x *", "b x *", "c y *", "d y *"];
        let tree = ValueTree::new(lines.iter().map(|line| line.split(' ').collect()));
        let rows: Vec<Row<'_>> = vec![
            ("1", "1", Some("a")),
            ("1", "2", Some("c")),
            ("2", "3", Some("b")),
            ("2", "4", Some("d")),
        ];
        let scales = Scales { tree: Some(&tree), ..Scales::default() };
        check(&rows, scales, &[("hierarchical-t-closeness", Some(0.25))]);
        let rows: Vec<Row<'_>> = vec![
            ("1", "1", Some("a")),
            ("1", "2", Some("b")),
            ("2", "3", Some("c")),
            ("2", "4", Some("d")),
        ];
        check(&rows, scales, &[("hierarchical-t-closeness", Some(0.5))]);
        check(&[("1", "1", Some("z"))], scales, &[("hierarchical-t-closeness", None)]);
        check(&[], scales, &[("hierarchical-t-closeness", None), ("k-anonymity", None)]);
    }
}
