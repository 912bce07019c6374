//! Properties that hold for any released table, checked by counting apart from the library.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_assess::risk::{Marketer, Prosecutor};
use anonymed_assess::{
    ClassIndex, HomogeneityReport, Multiplicity, RiskInput, RiskModel, Shape, SignatureIndex,
    UtilityMeter,
};
use proptest::prelude::*;

/// Subject, two quasi-identifiers, a sensitive value.
type Row = (u8, Option<u8>, u8, u8);

/// A class's rows, subjects and sensitive values.
type Counted = (u64, BTreeSet<u8>, BTreeSet<u8>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0u8..12, prop::option::of(0u8..3), 0u8..3, 0u8..4), 0..80)
}

fn text(row: &Row) -> [Option<String>; 4] {
    [
        Some(row.0.to_string()),
        row.1.map(|v| v.to_string()),
        Some(row.2.to_string()),
        Some(row.3.to_string()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn classes_and_risks_are_what_counting_gives(rows in rows(), k in 1u64..6) {
        let mut index = ClassIndex::new(Shape::with_subject(2, 1));
        let mut classes: BTreeMap<(Option<u8>, u8), Counted> = BTreeMap::new();
        for row in &rows {
            let cells = text(row);
            let cells = cells.each_ref().map(Option::as_deref);
            index.add(&cells[1..3], cells[0], &cells[3..]).unwrap();
            let class = classes.entry((row.1, row.2)).or_default();
            class.0 += 1;
            class.1.insert(row.0);
            class.2.insert(row.3);
        }
        let report = index.report(k);
        let smallest = classes.values().map(|c| c.1.len() as u64).min().unwrap_or(0);
        prop_assert_eq!(report.classes, classes.len() as u64);
        prop_assert_eq!(report.smallest_class_subjects, smallest);
        prop_assert_eq!(report.rows_below_k, classes.values().filter(|c| (c.1.len() as u64) < k).map(|c| c.0).sum::<u64>());
        prop_assert_eq!(report.class_sizes.values().sum::<u64>(), report.classes);
        let input = RiskInput { classes: (&index).into(), population: None, threshold: 0.2 };
        let members: u64 = classes.values().map(|c| c.1.len() as u64).sum();
        let average = if members == 0 { 0.0 } else { classes.len() as f64 / members as f64 };
        let risk = Prosecutor.assess(&input);
        prop_assert!((risk.average - average).abs() < 1e-9);
        prop_assert!((Marketer.assess(&input).average - average).abs() < 1e-9);
        prop_assert!(risk.highest >= risk.average - 1e-12 && risk.highest <= 1.0);
        let homogeneity = HomogeneityReport::of(&index, 0, 0.8);
        prop_assert_eq!(homogeneity.smallest_distinct, classes.values().map(|c| c.2.len() as u64).min().unwrap_or(0));
        prop_assert!(homogeneity.smallest_distinct_over_subjects <= homogeneity.smallest_distinct);
        prop_assert!(homogeneity.smallest_distinct_over_subjects <= smallest);
        prop_assert_eq!(homogeneity.homogeneous_classes, classes.values().filter(|c| c.2.len() == 1).count() as u64);
    }

    #[test]
    fn signatures_are_what_counting_gives(rows in rows(), counted in any::<bool>(), k in 1u64..5) {
        let multiplicity = if counted { Multiplicity::Counted } else { Multiplicity::Ignored };
        let mut index = SignatureIndex::new(multiplicity);
        let mut signatures: BTreeMap<u8, Vec<(Option<u8>, u8)>> = BTreeMap::new();
        for row in rows.iter().rev() {
            let cells = text(row);
            let cells = cells.each_ref().map(Option::as_deref);
            index.add(cells[0], 7, &cells[1..3]).unwrap();
            signatures.entry(row.0).or_default().push((row.1, row.2));
        }
        let mut crowds: BTreeMap<Vec<(Option<u8>, u8)>, u64> = BTreeMap::new();
        for mut signature in signatures.into_values() {
            signature.sort_unstable();
            if !counted {
                signature.dedup();
            }
            *crowds.entry(signature).or_default() += 1;
        }
        let report = index.report(k);
        prop_assert_eq!(report.signatures, crowds.len() as u64);
        prop_assert_eq!(report.unique_subjects, crowds.values().filter(|n| **n == 1).count() as u64);
        prop_assert_eq!(report.subjects_below_k, crowds.values().filter(|n| **n < k).sum::<u64>());
        prop_assert_eq!(report.smallest_signature_class, crowds.values().copied().min().unwrap_or(0));
    }

    #[test]
    fn any_cells_are_measured(cells in prop::collection::vec((prop::option::of(".{0,6}"), prop::option::of(".{0,6}")), 0..20)) {
        let mut meter = UtilityMeter::new(["c"]);
        for (raw, released) in &cells {
            meter.add(&[raw.as_deref()], &[released.as_deref()]).unwrap();
        }
        let report = meter.finish();
        prop_assert!((0.0..=1.0).contains(&report.gcp));
        let shares: f64 = report.columns[0].figures.iter().filter(|(k, _)| k.starts_with("changes.")).map(|(_, v)| v).sum();
        prop_assert!(cells.is_empty() || (shares - 1.0).abs() < 1e-9);
        prop_assert!(report.columns[0].figures.values().all(|v| v.is_finite()));
    }
}

#[test]
fn reports_survive_json_and_hold_no_value() {
    let mut index = ClassIndex::new(Shape::with_subject(1, 1));
    let mut joint = SignatureIndex::new(Multiplicity::Counted);
    let mut meter = UtilityMeter::new(["place"]);
    for subject in ["canary-subject-1", "canary-subject-2"] {
        index.add(&[Some("canary-city")], Some(subject), &[Some("canary-dx")]).unwrap();
        joint.add(Some(subject), 0, &[Some("canary-city")]).unwrap();
        meter.add(&[Some("canary-city")], &[Some("canary-county")]).unwrap();
    }
    let json = [
        serde_json::to_string(&index.report(2)).unwrap(),
        serde_json::to_string(&HomogeneityReport::of(&index, 0, 0.8)).unwrap(),
        serde_json::to_string(&joint.report(2)).unwrap(),
        serde_json::to_string(&meter.finish()).unwrap(),
        format!("{index:?} {joint:?} {meter:?}"),
    ];
    assert!(json.iter().all(|text| !text.contains("canary")));
    let again: anonymed_assess::JointReport = serde_json::from_str(&json[2]).unwrap();
    assert_eq!(again, joint.report(2));
}
