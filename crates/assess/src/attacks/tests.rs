//! Every attack on small tables whose numbers are counted by hand.

use anonymed_core::policy::AttackConfig;

use super::*;
use crate::exposure::{Cells, Claims, Exposure, Matcher, QuasiColumn, Table};
use crate::{AssessError, ValueTree};

/// A row: person, quasi-identifiers, sensitive value.
type Row<'a> = (&'a str, &'a [&'a str], &'a str);

fn add(exposure: &mut Exposure, table: Table, rows: &[Row<'_>]) {
    for (person, quasi, sensitive) in rows {
        let quasi: Vec<Option<&str>> = quasi.iter().map(|cell| Some(*cell)).collect();
        let (subject, sensitive) = (Some(*person), [Some(*sensitive)]);
        let cells = Cells { quasi: &quasi, subject, sensitive: &sensitive, ..Cells::default() };
        exposure.add(table, &cells).unwrap();
    }
}

fn exposure(columns: usize, raw: &[Row<'_>], released: &[Row<'_>]) -> Exposure {
    let quasi = (0..columns).map(|_| QuasiColumn::default()).collect();
    let mut exposure = Exposure::new(quasi, vec![Vec::new()], true);
    add(&mut exposure, Table::Raw, raw);
    add(&mut exposure, Table::Released, released);
    exposure
}

fn claims(k: u64) -> Claims {
    let config = AttackConfig::default();
    Claims { k, alpha: vec![None], joint: false, config, perturb: None, sequence_kept: false }
}

fn run(name: &str, input: &AttackInput) -> AttackReport {
    by_name(name).unwrap().run(input).remove(0)
}

fn check(report: &AttackReport, figures: &[(&str, f64)]) {
    for (name, expect) in figures {
        let got = report.figures[*name];
        assert!((got - expect).abs() < 1e-9, "{name}: {got} for {expect} in {report:?}");
    }
}

const RAW: [Row<'_>; 6] = [
    ("a", &["30", "F"], "flu"),
    ("b", &["35", "F"], "flu"),
    ("c", &["39", "F"], "flu"),
    ("d", &["40", "M"], "flu"),
    ("e", &["45", "M"], "hiv"),
    ("f", &["90", "M"], "gout"),
];

const RELEASED: [Row<'_>; 5] = [
    ("", &["30..39", "F"], "flu"),
    ("", &["30..39", "F"], "flu"),
    ("", &["30..39", "F"], "flu"),
    ("", &["40..45", "*"], "flu"),
    ("", &["40..45", "*"], "hiv"),
];

#[test]
fn linkage_by_hand() {
    let input = exposure(2, &RAW, &RELEASED).finish(claims(2)).unwrap();
    assert_eq!(input.whose(), crate::Whose::OrderWithGaps);
    let report = run("linkage", &input);
    assert_eq!((report.verdict, report.threshold), (Verdict::Pass, Some(0.5)));
    assert_eq!(report.success, Some(0.5));
    // Three by a third, two by a half, one left out.
    check(&report, &[("people", 6.0), ("ambiguous", 5.0), ("none", 1.0), ("rightly_named", 2.0)]);
    assert_eq!((report.worst[0].first_row, report.worst[0].people), (4, 2));
    // More is asked for than is there.
    let input = exposure(2, &RAW, &RELEASED).finish(claims(3)).unwrap();
    assert_eq!(run("linkage", &input).verdict, Verdict::Fail);
}

#[test]
fn columns_without_room_are_matched_all_the_same() {
    let input = exposure(2, &RAW, &RELEASED).finish(claims(2)).unwrap();
    // Four ages and more at one word each; the sexes alone have room in 16 bytes.
    for (room, pairs) in [(0, 0), (0, 1 << 20), (16, 0), (16, 1 << 20), (1 << 20, 0)] {
        let matcher = Matcher::within(&input.columns, &input.released, room, pairs);
        assert_eq!(matcher.matches(&input.raw).lists(), input.matches.lists(), "{room} {pairs}");
    }
    assert_eq!(input.matches.lists(), [vec![0], vec![1], vec![]]);
}

#[test]
fn classes_are_those_whose_every_label_covers() {
    let mut tables = Exposure::new(vec![Default::default(), Default::default()], vec![], false);
    let names = ["a", "ab", "abc", "b", "{a|b}", "a**", "*", ""];
    for row in 0..300u32 {
        let (number, name) = ((row * 7919 % 300).to_string(), names[row as usize % 4]);
        let cells = Cells { quasi: &[Some(&number), Some(name)], ..Cells::default() };
        tables.add(Table::Raw, &cells).unwrap();
        let (low, width) = (row * 31 % 290, [0, 3, 40, 200][row as usize % 4]);
        let range = if row % 50 == 0 { "*".to_owned() } else { format!("{low}..{}", low + width) };
        let cells =
            Cells { quasi: &[Some(&range), Some(names[row as usize % 7])], ..Cells::default() };
        tables.add(Table::Released, &cells).unwrap();
    }
    let input = tables.finish(claims(2)).unwrap();
    let (columns, release) = (&input.columns, &input.released);
    for (room, pairs) in [(0, 0), (0, 2000), (0, 20_000), (100, 2000), (1 << 20, 0)] {
        let matcher = Matcher::within(columns, release, room, pairs);
        let check = |values: &[u32]| {
            let covers = |labels: &[u32]| {
                (0..2).all(|column| columns[column].covers(labels[column], values[column]))
            };
            let classes = (0u32..).zip(&release.classes).filter(|(_, labels)| covers(labels));
            let expect: Vec<u32> = classes.map(|(class, _)| class).collect();
            assert_eq!(matcher.classes(values), expect, "{room} {pairs} {values:?}");
        };
        for row in 0..300 {
            let values = input.raw.values(row);
            check(&values);
            check(&[values[0], crate::exposure::ANY]);
            check(&[crate::exposure::ANY, values[1]]);
        }
        check(&[crate::exposure::ANY; 2]);
    }
}

#[test]
fn covered_values_are_those_that_each_label_covers() {
    let trees = [None, Some(["1;low;*", "2;low;*", "3;high;*", "?;high;*"])];
    let values = ["1", "2", "3", "?", "", "10", "1.0", "x", "2020-01", "10-12", "1*", "ab", "abc"];
    let labels = [
        "1",
        "2..10",
        "{1|10-12|?}",
        "1*",
        "ab*",
        "a**",
        "*",
        "",
        "low",
        "high",
        "1..1",
        "x",
        "12+",
    ];
    for tree in trees {
        // All of these make names of the column, some numbers.
        for some in [&values[..], &values[..6]] {
            let tree =
                tree.map(|lines| ValueTree::new(lines.iter().map(|l| l.split(';').collect())));
            let quasi = vec![QuasiColumn { tree, ..Default::default() }];
            let mut tables = Exposure::new(quasi, vec![], false);
            for text in some {
                let cells = Cells { quasi: &[Some(*text)], ..Cells::default() };
                tables.add(Table::Raw, &cells).unwrap();
            }
            for text in labels.iter().chain(some) {
                let cells = Cells { quasi: &[Some(*text)], ..Cells::default() };
                tables.add(Table::Earlier(0), &cells).unwrap();
            }
            let input = tables.finish(claims(2)).unwrap();
            let column = &input.columns[0];
            for label in 0..column.labels.len() as u32 {
                let all = 0..column.values.len() as u32;
                let asked: Vec<u32> = all.filter(|value| column.covers(label, *value)).collect();
                assert_eq!(column.covered(label), asked, "{label}");
            }
        }
    }
}

#[test]
fn a_release_as_it_was_is_attacked_in_time_that_grows_with_its_rows() {
    let rows = 20_000u32;
    let mut tables = Exposure::new(vec![Default::default(), Default::default()], vec![], false);
    for table in [Table::Raw, Table::Released] {
        for row in 0..rows {
            let (one, other) = (row.to_string(), format!("{}.5", row * 7919 % rows));
            let cells = Cells { quasi: &[Some(&one), Some(&other)], ..Cells::default() };
            tables.add(table, &cells).unwrap();
        }
    }
    let input = tables.finish(claims(2)).unwrap();
    let report = run("linkage", &input);
    assert_eq!((report.verdict, report.success), (Verdict::Fail, Some(1.0)));
    check(&report, &[("people", f64::from(rows)), ("unique", f64::from(rows))]);
    // Both columns are beyond the room of bit sets, and no row is a candidate but its own.
    assert!(input.matches.lists().iter().all(|list| list.len() == 1));
}

#[test]
fn a_person_with_many_rows_is_one() {
    let raw: [Row<'_>; 3] =
        [("a", &["1", "x"], "s"), ("a", &["1", "x"], "t"), ("a", &["2", "x"], "s")];
    let released: [Row<'_>; 3] =
        [("", &["1", "x"], "s"), ("", &["1", "x"], "t"), ("", &["2", "x"], "s")];
    let report = run("linkage", &exposure(2, &raw, &released).finish(claims(2)).unwrap());
    assert_eq!((report.verdict, report.success), (Verdict::Fail, Some(1.0)));
    check(&report, &[("people", 1.0), ("unique", 1.0)]);
}

#[test]
fn outside_and_perturbed_tables_are_linked() {
    let mut tables = exposure(2, &RAW, &RELEASED);
    for (age, sex) in [(Some("33"), None), (Some("44"), Some("F")), (Some("70"), Some("F"))] {
        let cells = Cells { quasi: &[age, sex], sensitive: &[None], ..Cells::default() };
        tables.add(Table::Outside, &cells).unwrap();
    }
    let input = tables.finish(Claims { perturb: Some(1.0), ..claims(2) }).unwrap();
    let report = run("linkage", &input);
    check(&report, &[("outside.rows", 3.0), ("outside.ambiguous", 2.0), ("outside.none", 1.0)]);
    check(&report, &[("outside.highest", 0.5)]);
    // No cell is right any more: every woman is taken for a man of another age.
    assert!(report.figures["perturbed.rightly_named"] < report.figures["rightly_named"]);
}

#[test]
fn homogeneity_by_hand() {
    let report = run("homogeneity", &exposure(2, &RAW, &RELEASED).finish(claims(2)).unwrap());
    // Three of five are in a class of flu alone, which four of five have anyway.
    check(&report, &[("people", 5.0), ("guessed", 3.0), ("certain", 3.0), ("likely", 3.0)]);
    check(&report, &[("highest_gain", 0.3), ("average_posterior", 0.8)]);
    assert_eq!(
        (report.column, report.verdict, report.success),
        (Some(0), Verdict::Fail, Some(0.6))
    );
    assert_eq!(report.worst[0].first_row, 4);
}

#[test]
fn sequences_by_hand() {
    // Two with (x, x), one with (x, y), one with (y, y); each class has three people or two.
    let rows: [Row<'_>; 8] = [
        ("a", &["x"], "s"),
        ("a", &["x"], "s"),
        ("b", &["x"], "s"),
        ("b", &["x"], "s"),
        ("c", &["x"], "s"),
        ("c", &["y"], "s"),
        ("d", &["y"], "s"),
        ("d", &["y"], "s"),
    ];
    let input = exposure(1, &rows, &rows).finish(claims(2)).unwrap();
    let report = run("sequence", &input);
    check(&report, &[("points", 2.0), ("tried", 4.0), ("unique_at_1", 0.0), ("unique_at_2", 0.5)]);
    assert_eq!(report.verdict, Verdict::Told);
    let joint = Claims { joint: true, ..claims(2) };
    let input = exposure(1, &rows, &rows).finish(joint.clone()).unwrap();
    let report = run("sequence", &input);
    // Who has an x hides among three, and who has a y among two: c alone has both.
    check(&report, &[("unique_at_2", 0.5), ("unique_classes_at_2", 0.25)]);
    assert_eq!((report.verdict, report.success), (Verdict::Fail, Some(0.25)));
    // Where all rows of a person are alike, how many there are is not claimed to be hidden.
    let alike: [Row<'_>; 3] = [("a", &["x"], "s"), ("a", &["x"], "s"), ("b", &["x"], "s")];
    let report = run("sequence", &exposure(1, &alike, &alike).finish(joint).unwrap());
    check(&report, &[("unique_at_2", 1.0)]);
    assert_eq!((report.verdict, report.success), (Verdict::Pass, Some(0.0)));
    // Another order, and nothing that names rows.
    let mut other = rows;
    other.reverse();
    let input = exposure(1, &rows, &other).finish(claims(2)).unwrap();
    assert_eq!(run("sequence", &input).verdict, Verdict::NotRun);
}

#[test]
fn minimality_by_hand() {
    let report = run("minimality", &exposure(2, &RAW, &RELEASED).finish(claims(2)).unwrap());
    // 30 and 39, 40 and 45 occur. Of 30..39 three values occur that are there, of 40..45 two of two.
    check(&report, &[("statements", 4.0), ("true", 4.0), ("chance", 1.0)]);
    // Five ages and two sexes; of the ages one third twice and one half twice.
    check(&report, &[("cells_generalised", 7.0), ("cells_named", (2.0 / 3.0 + 1.0) / 7.0)]);
    let wide: Vec<Row<'_>> = RELEASED
        .iter()
        .map(|(p, q, s)| (*p, if q[1] == "F" { &["30..50", "F"] } else { *q }, *s))
        .collect();
    let report = run("minimality", &exposure(2, &RAW, &wide).finish(claims(2)).unwrap());
    check(&report, &[("statements", 4.0), ("true", 3.0)]);
}

#[test]
fn a_class_joined_for_a_bound_tells_why() {
    // Wong et al. 2007: two people of one combination and four of another, two of the six with hiv. Apart
    // both are 2-anonymous, so they were joined because both with hiv are of the first.
    let values = ["hiv", "hiv", "flu", "gout", "cold", "gout"];
    let names = ["1", "2", "3", "4", "5", "6"];
    let raw = |n: usize| (names[n], if n < 2 { &["1"][..] } else { &["2"] }, values[n]);
    let raw: Vec<Row<'_>> = (0..6).map(raw).collect();
    let released: Vec<Row<'_>> = (0..6).map(|n| ("", &["1..2"][..], values[n])).collect();
    let joined = |alpha: Option<f64>| {
        let claims = Claims { alpha: vec![alpha], ..claims(2) };
        run("minimality", &exposure(1, &raw, &released).finish(claims).unwrap())
    };
    // Gout could be both of the first too: it cannot be told which value it was.
    check(&joined(Some(0.5)), &[("joined_classes", 0.0)]);
    check(&joined(None), &[("joined_classes", 0.0)]);
    let values = ["hiv", "hiv", "flu", "gout", "cold", "pain"];
    let raw: Vec<Row<'_>> =
        raw.iter().zip(values).map(|(row, value)| (row.0, row.1, value)).collect();
    let released: Vec<Row<'_>> = values.iter().map(|value| ("", &["1..2"][..], *value)).collect();
    let claims = Claims { alpha: vec![Some(0.5)], ..claims(2) };
    let report = run("minimality", &exposure(1, &raw, &released).finish(claims).unwrap());
    check(
        &report,
        &[("joined_classes", 1.0), ("joined_credibility", 1.0), ("joined_believed", 1.0 / 3.0)],
    );
}

#[test]
fn nodes_of_two_children_state_both() {
    let tree = || {
        ValueTree::new(
            ["a;x;*", "b;x;*", "c;y;*", "d;y;*"].map(|l| l.split(';').collect()).into_iter(),
        )
    };
    let mut tables = Exposure::new(
        vec![QuasiColumn { tree: Some(tree()), missing: Vec::new() }],
        vec![Vec::new()],
        true,
    );
    add(
        &mut tables,
        Table::Raw,
        &[("1", &["a"], "s"), ("2", &["b"], "s"), ("3", &["c"], "s"), ("4", &["c"], "s")],
    );
    add(
        &mut tables,
        Table::Released,
        &[("", &["x"], "s"), ("", &["x"], "s"), ("", &["y"], "s"), ("", &["y"], "s")],
    );
    let report = run("minimality", &tables.finish(claims(2)).unwrap());
    // y covers one value of the table alone, so it is that value.
    check(&report, &[("statements", 0.0), ("node_statements", 2.0), ("node_true", 2.0)]);
}

#[test]
fn statements_single_out_who_is_alone_with_a_value() {
    let input = exposure(2, &RAW, &RELEASED).finish(claims(2)).unwrap();
    let report = run("singling-out", &input);
    // Of one attribute: hiv and flu, two ranges, F and *; one of them is one person's.
    check(&report, &[("one.attempts", 6.0), ("one.rate", 1.0 / 6.0)]);
    assert!(report.figures["several.rate"] > 0.0 && report.note.is_some());
    let mut tables = exposure(2, &RAW, &RELEASED);
    add(&mut tables, Table::Control, &[("z", &["45", "M"], "hiv"), ("y", &["41", "M"], "hiv")]);
    let report = run("singling-out", &tables.finish(claims(2)).unwrap());
    check(&report, &[("one.control", 0.0)]);
    assert_eq!((report.note, report.verdict), (None, Verdict::Told));
}

#[test]
fn linkability_is_one_where_rows_are_unique() {
    let raw: Vec<[String; 2]> = (0..50).map(|n| [n.to_string(), format!("t{n}")]).collect();
    let cells: Vec<[&str; 2]> = raw.iter().map(|[a, b]| [a.as_str(), b.as_str()]).collect();
    let rows: Vec<Row<'_>> = cells.iter().map(|quasi| (quasi[0], &quasi[..], "s")).collect();
    let report = run("linkability", &exposure(2, &rows, &rows).finish(claims(2)).unwrap());
    check(&report, &[("attempts", 50.0), ("rate", 1.0)]);
    // One class of fifty: the same row is drawn twice once in fifty times.
    let whole: Vec<Row<'_>> = rows.iter().map(|row| ("", &["*", "*"][..], row.2)).collect();
    let report = run("linkability", &exposure(2, &rows, &whole).finish(claims(2)).unwrap());
    assert!(report.figures["rate"] < 0.2, "{report:?}");
}

#[test]
fn inference_is_judged_over_its_control() {
    let mut tables = exposure(2, &RAW, &RELEASED);
    add(&mut tables, Table::Control, &[("z", &["31", "F"], "gout"), ("y", &["34", "F"], "flu")]);
    let report = run("inference", &tables.finish(claims(2)).unwrap());
    // Flu of the first class, and flu or hiv of the second, flu by its number; nothing is near 90.
    check(&report, &[("attempts", 6.0), ("rate", 4.0 / 6.0), ("control", 0.5)]);
    assert_eq!(report.threshold, Some(EXCESS_MAX));
    let report = run("inference", &exposure(2, &RAW, &RELEASED).finish(claims(2)).unwrap());
    check(&report, &[("rate", 4.0 / 6.0), ("control", 4.0 / 6.0)]);
    assert_eq!((report.verdict, report.success), (Verdict::Told, Some(0.0)));
}

#[test]
fn nothing_to_guess_is_no_pass() {
    let blank = |rows: &[Row<'static>]| -> Vec<Row<'static>> {
        rows.iter().map(|(person, quasi, _)| (*person, *quasi, "?")).collect()
    };
    let mut tables = exposure(2, &blank(&RAW), &blank(&RELEASED));
    add(&mut tables, Table::Control, &[("z", &["31", "F"], "gout")]);
    let report = run("inference", &tables.finish(claims(2)).unwrap());
    assert_eq!((report.verdict, report.column), (Verdict::NotRun, Some(0)));
}

#[test]
fn two_releases_leave_one_value() {
    let raw: [Row<'_>; 4] =
        [("a", &["1"], "flu"), ("b", &["2"], "hiv"), ("c", &["3"], "flu"), ("d", &["4"], "gout")];
    let first: [Row<'_>; 4] = [
        ("", &["1..2"], "flu"),
        ("", &["1..2"], "hiv"),
        ("", &["3..4"], "flu"),
        ("", &["3..4"], "gout"),
    ];
    let second: [Row<'_>; 4] = [
        ("", &["{1|3}"], "flu"),
        ("", &["{2|4}"], "hiv"),
        ("", &["{1|3}"], "flu"),
        ("", &["{2|4}"], "gout"),
    ];
    let mut tables = exposure(1, &raw, &first);
    add(&mut tables, Table::Earlier(0), &second);
    let report = run("composition", &tables.finish(claims(2)).unwrap());
    // 1 and 3 have flu by the second release alone; all are alone in the meet of their classes.
    check(&report, &[("people", 4.0), ("one_value_left", 4.0), ("one_value_left_before", 2.0)]);
    check(&report, &[("crowd_below_k", 4.0), ("crowd_below_k_before", 0.0)]);
    assert_eq!((report.verdict, report.success), (Verdict::Fail, Some(1.0)));
    let mut same = exposure(1, &raw, &first);
    add(&mut same, Table::Earlier(0), &first);
    let report = run("composition", &same.finish(claims(2)).unwrap());
    assert_eq!((report.verdict, report.success), (Verdict::Pass, Some(0.0)));
}

#[test]
fn canaries_are_looked_for() {
    let mut tables = exposure(2, &RAW, &RELEASED);
    add(&mut tables, Table::Canaries, &[("e", &["45", "M"], "hiv"), ("f", &["90", "M"], "gout")]);
    let report = run("canaries", &tables.finish(claims(2)).unwrap());
    check(&report, &[("planted", 2.0), ("unique", 0.0), ("unique_with_sensitive", 1.0)]);
    assert_eq!((report.verdict, report.success), (Verdict::Pass, Some(0.0)));
    let mut tables = exposure(2, &RAW, &RAW);
    add(&mut tables, Table::Canaries, &[("e", &["45", "M"], "hiv")]);
    let report = run("canaries", &tables.finish(claims(2)).unwrap());
    check(&report, &[("unique", 1.0), ("as_they_are", 1.0)]);
    assert_eq!((report.verdict, report.success), (Verdict::Fail, Some(1.0)));
}

/// A table of one quasi-identifier whose rows have names.
fn keyed(raw: &[(&str, &str)], released: &[(&str, &str)]) -> AttackInput {
    let mut tables = Exposure::new(vec![QuasiColumn::default()], Vec::new(), true);
    for (table, rows) in [(Table::Raw, raw), (Table::Released, released)] {
        for (key, cell) in rows {
            // Keys begin with the person.
            let (quasi, subject) = ([Some(*cell)], key.get(..1));
            let cells = Cells { quasi: &quasi, subject, key: Some(*key), ..Cells::default() };
            tables.add(table, &cells).unwrap();
        }
    }
    tables.finish(Claims { alpha: Vec::new(), ..claims(2) }).unwrap()
}

#[test]
fn people_are_told_apart_by_key_by_order_or_not() {
    use crate::Whose;

    let raw = [("a1", "1"), ("a2", "1"), ("b1", "2"), ("c1", "3")];
    let check = |raw: &[(&str, &str)], released: &[(&str, &str)], whose, people: &[u32]| {
        let input = keyed(raw, released);
        assert_eq!((input.whose(), input.released.person.as_slice()), (whose, people));
    };
    check(&raw, &[("c1", "2..3"), ("b1", "2..3"), ("a2", "1")], Whose::Key, &[2, 1, 0]);
    // A name that two rows have names neither; a name of nobody none.
    let twice = [("a1", "1"), ("a1", "1"), ("b1", "2"), ("c1", "3")];
    let all = [("a1", "1"), ("a1", "1"), ("b1", "2..3"), ("c1", "2..3")];
    check(&twice, &all, Whose::Order, &[0, 0, 1, 2]);
    check(&twice, &all[1..], Whose::OrderWithGaps, &[0, 1, 2]);
    check(&raw, &[("z", "1"), ("b1", "2..3"), ("c1", "2..3")], Whose::OrderWithGaps, &[0, 1, 2]);
    // Another order: each row is somebody.
    check(&twice, &[("z", "3"), ("b1", "2"), ("a1", "1")], Whose::Unknown, &[0, 1, 2]);
    let report = run("linkage", &keyed(&twice, &[("z", "2..3"), ("b1", "2..3"), ("a1", "1")]));
    assert_eq!(report.success, Some(1.0));
    assert!(report.note.is_some());
}

#[test]
fn a_release_of_another_table_is_no_pass() {
    let other: [Row<'_>; 1] = [("", &["thirties", "F"], "flu")];
    let error = exposure(2, &RAW, &other).finish(claims(2)).unwrap_err();
    assert_eq!(error, AssessError::Unread { column: 0, labels: 1 });
}

#[test]
fn tables_without_rows_harm_nothing() {
    for raw in [&RAW[..], &[]] {
        let input = exposure(2, raw, &[]).finish(claims(2)).unwrap();
        for attack in ALL {
            for report in attack.run(&input) {
                assert_eq!(report.attack, attack.name());
                assert!(report.success.is_none_or(|success| success == 0.0), "{report:?}");
            }
            assert!(!attack.citation().is_empty() && by_name(attack.name()).is_some());
        }
    }
}
