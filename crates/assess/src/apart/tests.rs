//! Small tables by hand, and drawn ones against what is known of how they were drawn.

use super::*;

fn sketch(names: &[&str], counted: Counted) -> ApartSketch {
    ApartSketch::new(names.iter().map(|name| (*name).to_owned()).collect(), counted)
}

fn add(sketch: &mut ApartSketch, whose: Option<&str>, cells: &[&str]) {
    let cells: Vec<u64> = cells.iter().map(|cell| ApartSketch::number(cell)).collect();
    sketch.add(whose.map(ApartSketch::number), &cells);
}

/// Rows of a table of people: a birth day of so many, a place of 400, sex, and a diagnosis that differs from row to row.
fn hospital(rows: u64, people: u64, births: u64) -> Vec<(u64, [u64; 4])> {
    let mut seeded = SplitMix64::new(7);
    let lives: Vec<[u64; 3]> =
        (0..people).map(|_| [seeded.below(births), seeded.below(400), seeded.below(2)]).collect();
    (0..rows)
        .map(|row| {
            let person = if row < people { row } else { seeded.below(people) };
            let [birth, place, sex] = lives[person as usize];
            (person, [birth, place, sex, seeded.below(2)])
        })
        .collect()
}

fn read(rows: &[(u64, [u64; 4])], counted: Counted) -> ApartReport {
    let mut sketch = sketch(&["birth", "place", "sex", "dx"], counted);
    for (person, cells) in rows {
        let cells: Vec<String> = cells.iter().map(u64::to_string).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        add(&mut sketch, Some(&person.to_string()), &cells);
    }
    sketch.report(&[0, 1, 2, 3])
}

#[test]
fn by_hand() {
    // Motwani & Xu's example: age separates five of six pairs, sex four.
    let mut table = sketch(&["age", "sex"], Counted::Rows);
    for row in [["20", "F"], ["30", "F"], ["40", "M"], ["20", "M"]] {
        add(&mut table, None, &row);
    }
    let report = table.report(&[0, 1]);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 0.01, "{a} {b}");
    near(report.columns[0].distinction.unwrap(), 0.75);
    near(report.columns[0].separation, 5.0 / 6.0);
    near(report.columns[0].alone, 0.5);
    near(report.columns[1].separation, 4.0 / 6.0);
    near(report.columns[1].alone, 0.0);
    let set = report.columns[1].set.as_ref().unwrap();
    assert_eq!((set.columns.join(" "), set.told, set.separation), ("sex age".into(), 1.0, 1.0));
    assert_eq!((report.people, report.is_drawn), (4, false));
    let steps: Vec<usize> = report.grown.iter().map(|set| set.columns.len()).collect();
    assert_eq!(steps, [1, 2]);
}

#[test]
fn people_count_once_and_nobody_not_at_all() {
    // Of two people one has three rows, in one of which a value is theirs alone.
    let mut table = sketch(&["ward", "dx"], Counted::People);
    for (whose, cells) in [
        (Some("a"), ["north", "flu"]),
        (Some("a"), ["north", "cold"]),
        (Some("a"), ["north", "flu"]),
        (Some("b"), ["north", "flu"]),
        (None, ["south", "gout"]),
    ] {
        add(&mut table, whose, &cells);
    }
    let report = table.report(&[0, 1]);
    assert_eq!((report.people, report.columns[0].alone, report.columns[1].alone), (2, 0.0, 0.5));
    let each = |column: usize| report.columns[column].values_each.unwrap();
    assert!((each(0) - 1.0).abs() < 0.01 && (each(1) - 1.5).abs() < 0.01);
}

#[test]
fn members_of_a_small_set_are_found_and_bystanders_are_not() {
    let report = read(&hospital(9_000, 3_000, 6_000), Counted::People);
    let set = |column: usize| report.columns[column].set.as_ref();
    for (column, other) in [(0, "place"), (1, "birth")] {
        let set = set(column).unwrap();
        assert!(set.columns.contains(&other.to_owned()) && set.told >= NEARLY_ALL, "{set:?}");
        assert_eq!(set.columns.len(), 2);
    }
    assert!(set(2).is_none() && set(3).is_none(), "{report:?}");
    assert!(report.columns[0].alone < NEARLY_ALL && !report.is_drawn);
    assert!(report.columns[0].values_each.unwrap() < 1.05);
    assert!(report.columns[3].values_each.unwrap() > 1.2);
    assert_eq!(report.grown[0].columns, ["birth"]);
    let told: Vec<f64> = report.grown.iter().map(|set| set.told).collect();
    assert!(told.is_sorted(), "{told:?}");
}

#[test]
fn large_tables_are_drawn_the_same_in_any_order() {
    let mut rows = hospital(300_000, 150_000, 20_000);
    let report = read(&rows, Counted::People);
    assert!(report.is_drawn && report.people > 20_000, "{}", report.people);
    let distinction = report.columns[0].distinction.unwrap();
    // 20,000 birth days of 150,000 people; sketches have four standard errors each.
    assert!((distinction - 20_000.0 / 150_000.0).abs() < 0.13 * distinction, "{distinction}");
    rows.reverse();
    let again = read(&rows, Counted::People);
    assert_eq!((again.people, again.columns[0].distinction), (report.people, Some(distinction)));
    assert_eq!(again.columns[0].alone, report.columns[0].alone);
}

#[test]
fn tables_without_rows_or_columns_say_nothing() {
    for names in [&[][..], &["a", "b"][..]] {
        let report = sketch(names, Counted::Rows).report(&(0..names.len()).collect::<Vec<_>>());
        assert_eq!((report.people, report.columns.len()), (0, names.len()));
        assert!(report.columns.iter().all(|column| column.set.is_none() && column.alone == 0.0));
    }
}

#[test]
fn hundreds_of_columns_are_searched() {
    let mut seeded = SplitMix64::new(3);
    let names: Vec<String> = (0..600).map(|n| format!("c{n}")).collect();
    let mut sketch = ApartSketch::new(names, Counted::Rows);
    for _ in 0..1_000 {
        // Two columns of a thousand values are a key; all others have two values.
        let cells: Vec<u64> = (0..600u64)
            .map(|n| SplitMix64::mixed(seeded.below(if n == 300 || n == 500 { 1_000 } else { 2 })))
            .collect();
        sketch.add(None, &cells);
    }
    let all: Vec<usize> = (0..600).collect();
    let report = sketch.report(&all);
    let set = report.columns[500].set.as_ref().unwrap();
    assert_eq!(set.columns, ["c500", "c300"]);
}
