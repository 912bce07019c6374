//! Attacks on releases made by a generaliser of these tests: no success is above what k allows, and the
//! indexed match finds what looking at every class finds.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_assess::attacks::{self, AttackReport, Verdict};
use anonymed_assess::{AttackInput, Cells, Claims, Exposure, QuasiColumn, Table, Whose};
use anonymed_core::policy::AttackConfig;
use proptest::prelude::*;

/// Subject, a number, a name, a sensitive value.
type Row = (u8, u8, u8, u8);

/// What a class says: a range and a set.
type Region = ((u8, u8), BTreeSet<u8>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0u8..25, 0u8..30, 0u8..4, 0u8..4), 1..70)
}

/// Cuts rows, in the order of their numbers, into classes of k people; the last rows may be too few.
fn classes(rows: &[Row], k: usize) -> Vec<(Region, Vec<usize>)> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|row| (rows[*row].1, *row));
    let (mut classes, mut open): (Vec<(Region, Vec<usize>)>, Vec<usize>) = (Vec::new(), Vec::new());
    for row in order {
        open.push(row);
        let people: BTreeSet<u8> = open.iter().map(|row| rows[*row].0).collect();
        if people.len() >= k {
            let of_class = std::mem::take(&mut open);
            let numbers = of_class.iter().map(|row| rows[*row].1);
            let ends = (numbers.clone().min().unwrap(), numbers.max().unwrap());
            let names = of_class.iter().map(|row| rows[*row].2).collect();
            classes.push(((ends, names), of_class));
        }
    }
    classes
}

fn written(region: &Region) -> (String, String) {
    let ((low, high), names) = region;
    let range = if low == high { low.to_string() } else { format!("{low}..{high}") };
    let names: Vec<String> = names.iter().map(|name| format!("n{name}")).collect();
    let set = if names.len() == 1 { names[0].clone() } else { format!("{{{}}}", names.join("|")) };
    (range, set)
}

fn add(tables: &mut Exposure, table: Table, row: &Row, quasi: (&str, &str), key: usize) {
    let (subject, sensitive, key) = (row.0.to_string(), format!("s{}", row.3), key.to_string());
    let cells = Cells {
        quasi: &[Some(quasi.0), Some(quasi.1)],
        subject: Some(&subject),
        sensitive: &[Some(&sensitive)],
        kept: &[],
        key: Some(&key),
    };
    tables.add(table, &cells).unwrap();
}

fn input(rows: &[Row], classes: &[(Region, Vec<usize>)], k: usize) -> AttackInput {
    let quasi = (0..2).map(|_| QuasiColumn::default()).collect();
    let mut tables = Exposure::new(quasi, vec![Vec::new()], true);
    for (number, row) in rows.iter().enumerate() {
        let raw = (row.1.to_string(), format!("n{}", row.2));
        add(&mut tables, Table::Raw, row, (&raw.0, &raw.1), number);
    }
    for (region, of_class) in classes {
        let (range, set) = written(region);
        of_class
            .iter()
            .for_each(|n| add(&mut tables, Table::Released, &rows[*n], (&range, &set), *n));
    }
    let config = AttackConfig { attempts: 100, ..AttackConfig::default() };
    let claims = Claims {
        k: k as u64,
        alpha: vec![None],
        joint: false,
        config,
        perturb: Some(0.2),
        sequence_kept: false,
    };
    tables.finish(claims).unwrap()
}

fn run(name: &str, input: &AttackInput) -> AttackReport {
    attacks::by_name(name).unwrap().run(input).remove(0)
}

/// By looking at every class for every row: (people found, the highest chance, the sum of chances).
fn linked(rows: &[Row], classes: &[(Region, Vec<usize>)]) -> (BTreeMap<u8, f64>, f64) {
    let mut chances: BTreeMap<u8, f64> = BTreeMap::new();
    for row in rows {
        let mut crowd: BTreeSet<u8> = BTreeSet::new();
        for (((low, high), names), of_class) in classes {
            if (*low..=*high).contains(&row.1) && names.contains(&row.2) {
                crowd.extend(of_class.iter().map(|n| rows[*n].0));
            }
        }
        let chance = if crowd.contains(&row.0) { 1.0 / crowd.len() as f64 } else { 0.0 };
        let told = chances.entry(row.0).or_default();
        *told = told.max(chance);
    }
    let highest = chances.values().copied().fold(0.0, f64::max);
    (chances, highest)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_success_is_above_what_is_claimed(rows in rows(), k in 2usize..6) {
        let classes = classes(&rows, k);
        let input = input(&rows, &classes, k);
        let report = run("linkage", &input);
        prop_assert_eq!(report.verdict, Verdict::Pass);
        let bound = 1.0 / k as f64 + 1e-9;
        for figure in ["average", "perturbed.highest"] {
            prop_assert!(report.figures[figure] <= bound, "{:?}", report);
        }
        prop_assert!(report.success.unwrap() <= bound);
        prop_assert!(report.worst.iter().all(|class| class.success <= bound && class.people >= k as u64));
        // One row of anybody is also one of k - 1 others.
        let sequence = run("sequence", &input);
        prop_assert_eq!(sequence.figures.get("unique_at_1").copied().unwrap_or(0.0), 0.0);
    }

    #[test]
    fn the_index_finds_what_looking_at_every_class_finds(rows in rows(), k in 1usize..6) {
        let classes = classes(&rows, k);
        let input = input(&rows, &classes, k);
        prop_assert!(classes.is_empty() || input.whose() == Whose::Key);
        let (chances, highest) = linked(&rows, &classes);
        let report = run("linkage", &input);
        prop_assert!((report.success.unwrap() - highest).abs() < 1e-9);
        let sum: f64 = chances.values().sum();
        prop_assert!((report.figures["rightly_named"] - sum).abs() < 1e-9);
        prop_assert_eq!(report.figures["people"] as usize, chances.len());
    }

    #[test]
    fn every_attack_gives_shares_and_the_same_again(rows in rows(), k in 1usize..6) {
        let classes = classes(&rows, k);
        let (one, other) = (input(&rows, &classes, k), input(&rows, &classes, k));
        for attack in attacks::ALL {
            let reports = attack.run(&one);
            prop_assert_eq!(&reports, &attack.run(&other));
            for report in reports {
                prop_assert!(report.success.is_none_or(|s| (0.0..=1.0 + 1e-9).contains(&s)), "{:?}", report);
                prop_assert!(report.figures.values().all(|figure| figure.is_finite()));
            }
        }
    }

    #[test]
    fn any_cells_are_read(cells in prop::collection::vec(("[0-9a*{|}.\\\\-]{0,6}", "[0-9a*{|}.\\\\-]{0,6}"), 0..20)) {
        let mut tables = Exposure::new(vec![QuasiColumn::default()], Vec::new(), false);
        for (raw, released) in &cells {
            let row = |cell: &str, table, tables: &mut Exposure| {
                tables.add(table, &Cells { quasi: &[Some(cell)], ..Cells::default() }).unwrap();
            };
            row(raw, Table::Raw, &mut tables);
            row(released, Table::Released, &mut tables);
        }
        let config = AttackConfig::default();
        let claims = Claims { k: 2, alpha: Vec::new(), joint: false, config, perturb: None, sequence_kept: false };
        if let Ok(input) = tables.finish(claims) {
            attacks::ALL.iter().for_each(|attack| drop(attack.run(&input)));
        }
    }
}

#[test]
fn reports_of_attacks_hold_no_value() {
    let row = |cell: &'static str| (cell, "canary-dx");
    let mut tables = Exposure::new(vec![QuasiColumn::default()], vec![Vec::new()], true);
    for table in [Table::Raw, Table::Released, Table::Canaries, Table::Control, Table::Outside] {
        for (cell, sensitive) in [row("canary-city"), row("canary-town")] {
            let cells = Cells {
                quasi: &[Some(cell)],
                subject: Some("canary-person"),
                sensitive: &[Some(sensitive)],
                ..Cells::default()
            };
            tables.add(table, &cells).unwrap();
        }
    }
    let shown = format!("{tables:?}");
    let config = AttackConfig::default();
    let claims = Claims {
        k: 2,
        alpha: vec![Some(0.5)],
        joint: true,
        config,
        perturb: Some(0.5),
        sequence_kept: true,
    };
    let input = tables.finish(claims).unwrap();
    let mut all = vec![shown, format!("{input:?}")];
    for attack in attacks::ALL {
        all.push(serde_json::to_string(&attack.run(&input)).unwrap());
    }
    assert!(all.iter().all(|text| !text.contains("canary-")), "{all:?}");
}
