//! What is counted, by small texts.

use anonymed_core::EntityType;

use super::*;

/// A mark of each first occurrence, which lies in the text.
fn marks(text: &str, of: &[(&str, &str)]) -> Vec<Mark> {
    let mark = |(piece, kind): &(&str, &str)| {
        let start = text.find(piece).unwrap();
        Mark { span: start..start + piece.len(), kind: Kind::read(Some(kind), None).unwrap() }
    };
    of.iter().map(mark).collect()
}

fn scored(
    text: &str,
    gold: &[(&str, &str)],
    predicted: &[(&str, &str)],
    without: &[&str],
) -> Report {
    let without: Vec<String> = without.iter().map(|&word| word.to_owned()).collect();
    let mut evaluator = Evaluator::new(Selection::new(&[], &without), 1);
    let (gold, predicted) = (marks(text, gold), marks(text, predicted));
    evaluator.add(Scored { text, gold: &gold, predicted: &predicted, negatives: &[] }).unwrap();
    evaluator.report().unwrap()
}

#[test]
fn words_are_what_leaks_and_what_is_lost() {
    // Gold words, removed of them; words outside, removed of them.
    let check = |text: &str, gold: &[(&str, &str)], found: &[(&str, &str)], expect: [u64; 4]| {
        let report = scored(text, gold, found, &[]);
        let (tokens, outside) = (report.tokens, report.harmless);
        assert_eq!(
            [tokens.gold, tokens.removed, outside.tokens, outside.removed],
            expect,
            "{text}"
        );
    };
    let name = &[("Ann Roe", "patient")];
    check("Ann Roe slept", name, &[("Ann Roe", "patient")], [2, 2, 1, 0]);
    check("Ann Roe slept", name, &[("Ann", "city"), ("Roe", "date")], [2, 2, 1, 0]);
    check("Ann Roe slept", name, &[("Roe slept", "person")], [2, 1, 1, 1]);
    check("Ann Roe slept", name, &[], [2, 0, 1, 0]);
    check("Ann Roe slept", &[], &[("sle", "person")], [0, 0, 3, 1]);
    // Of a word that gold marks in part, that part has to go, all of it.
    check("a 45yo man", &[("45", "age")], &[("45", "age")], [1, 1, 2, 0]);
    check("a 45yo man", &[("45", "age")], &[("45yo", "age")], [1, 1, 2, 0]);
    check("a 45yo man", &[("45", "age")], &[("4", "age")], [1, 0, 2, 0]);
    check("AnnRoe", &[("AnnRoe", "patient")], &[("Ann", "patient")], [1, 0, 0, 0]);
}

#[test]
fn spans_agree_by_borders_overlap_and_group() {
    // Of gold: found, met, covered; of what is predicted: right, near.
    let check = |gold: &[(&str, &str)], found: &[(&str, &str)], expect: [Option<f64>; 5]| {
        let all = scored("Dr. Ann Roe, Lisbon, 4/5/2020", gold, found, &[]).entities;
        let values = [
            all.strict.recall,
            all.relaxed.recall,
            all.full_cover,
            all.strict.precision,
            all.relaxed.precision,
        ];
        assert_eq!(values.map(|estimate| estimate.value), expect, "{gold:?} {found:?}");
    };
    let (none, some, half) = (Some(0.0), Some(1.0), Some(0.5));
    let doctor = &[("Ann Roe", "doctor")];
    check(doctor, &[("Ann Roe", "doctor")], [some; 5]);
    check(doctor, &[("Ann Roe", "person")], [some; 5]);
    check(doctor, &[("Ann Roe", "NAME")], [some; 5]);
    check(doctor, &[("Ann Roe", "city")], [none, none, some, none, none]);
    check(doctor, &[("Dr. Ann Roe", "doctor")], [none, some, some, none, some]);
    check(doctor, &[("Ann", "person"), ("Roe", "person")], [none, some, some, none, some]);
    check(doctor, &[("Roe", "person"), ("Lisbon", "city")], [none, some, none, none, half]);
    check(doctor, &[], [none, none, none, None, None]);
    check(&[], &[("Lisbon", "city")], [None, None, None, none, none]);
    check(&[("4/5/2020", "date")], &[("4/5/2020", "time")], [some; 5]);
    check(&[("4/5/2020", "date")], &[("/5/2020", "date")], [none, some, none, none, some]);
    // What has no word has to be covered as it is.
    check(&[(", ", "other-id")], &[(", ", "mrn")], [some; 5]);
}

#[test]
fn means_weigh_recall() {
    let report = scored(
        "one two three four five",
        &[("one two", "mrn")],
        &[("one", "mrn"), ("four", "mrn")],
        &[],
    );
    let score = report.tokens.score;
    assert_eq!((score.precision.value, score.recall.value), (Some(0.5), Some(0.5)));
    let relaxed = report.entities.relaxed;
    assert_eq!((relaxed.precision.value, relaxed.recall.value), (Some(0.5), Some(1.0)));
    let near = |value: Option<f64>, expect: f64| (value.unwrap() - expect).abs() < 1e-12;
    assert!(near(relaxed.f1.value, 2.0 / 3.0) && near(relaxed.f2.value, 5.0 * 0.5 / 3.0));
    let nothing = scored("one", &[], &[], &[]).entities.strict;
    assert_eq!((nothing.f1.value, nothing.f2.value), (None, None));
    let all_missed = scored("one", &[("one", "mrn")], &[], &[]).entities.strict;
    assert_eq!((all_missed.precision.value, all_missed.f1.value), (None, Some(0.0)));
    let by_another_name = scored("one", &[("one", "mrn")], &[("one", "ssn")], &[]).types;
    let f1 = |row: &Row| (row.strict.precision.value, row.strict.recall.value, row.strict.f1.value);
    let expect = [(None, Some(1.0), None), (Some(1.0), None, None)];
    assert_eq!(by_another_name.iter().map(f1).collect::<Vec<_>>(), expect);
}

#[test]
fn what_is_left_out_is_left_out_on_both_sides_and_not_judged() {
    let check = |found: &[(&str, &str)], without: &[&str], expect: [u64; 5]| {
        let gold = &[("Ann", "patient"), ("45", "age")];
        let report = scored("Ann is 45 now", gold, found, without);
        let (all, outside) = (report.entities, report.harmless);
        let values = [report.tokens.gold, all.gold, all.predicted, outside.tokens, outside.removed];
        assert_eq!(values, expect, "{found:?} {without:?}");
    };
    check(&[("45", "age"), ("now", "date")], &[], [2, 2, 2, 2, 1]);
    check(&[("45", "age"), ("now", "date")], &["age"], [1, 1, 1, 2, 1]);
    // A date where gold has an age is neither right nor wrong.
    check(&[("45", "date")], &["age"], [1, 1, 0, 2, 0]);
    // It reaches farther.
    check(&[("45 now", "date")], &["age"], [1, 1, 0, 2, 1]);
    // An age where gold has a patient is as if it had not been found.
    check(&[("Ann", "age")], &["age"], [1, 1, 0, 2, 0]);
}

#[test]
fn rows_are_of_types_and_groups() {
    let text = "Ann Roe saw Bo Wu on 4 May";
    let gold = &[("Ann Roe", "patient"), ("Bo Wu", "doctor"), ("4 May", "date")];
    let report =
        scored(text, gold, &[("Ann Roe", "person"), ("4 May", "date"), ("saw", "city")], &[]);
    let rows = |rows: &[Row]| -> Vec<(String, u64, u64, Option<f64>)> {
        rows.iter()
            .map(|row| (row.name.clone(), row.gold, row.predicted, row.strict.recall.value))
            .collect()
    };
    let row = |name: &str, gold, predicted, recall| (name.to_owned(), gold, predicted, recall);
    let groups =
        [row("NAME", 2, 1, Some(0.5)), row("LOCATION", 0, 1, None), row("DATE", 1, 1, Some(1.0))];
    assert_eq!(rows(&report.groups), groups);
    let types = [
        row("doctor", 1, 0, Some(0.0)),
        row("patient", 1, 0, Some(1.0)),
        row("person", 0, 1, None),
        row("city", 0, 1, None),
        row("date", 1, 1, Some(1.0)),
    ];
    assert_eq!(rows(&report.types), types);
}

#[test]
fn negatives_are_counted_by_kind_and_word() {
    let text = "Hickman line, 40 mg, Roe";
    let negative = |piece: &str, kind: &str| {
        let start = text.find(piece).unwrap();
        Negative { span: start..start + piece.len(), kind: kind.to_owned() }
    };
    let gold = marks(text, &[("Roe", "patient")]);
    let predicted = marks(text, &[("Hickman", "person"), ("Roe", "person")]);
    let negatives =
        [negative("Hickman line", "eponym"), negative("40 mg", "dose"), negative("Roe", "eponym")];
    let mut evaluator = Evaluator::new(Selection::default(), 1);
    let document = Scored { text, gold: &gold, predicted: &predicted, negatives: &negatives };
    evaluator.add(document).unwrap();
    let report = evaluator.report().unwrap();
    let counts = |of: &Removal| (of.name.clone(), of.tokens, of.removed);
    assert_eq!(report.negatives.as_ref().map(counts), Some(("negatives".to_owned(), 4, 1)));
    let kinds: Vec<_> = report.negative_kinds.iter().map(counts).collect();
    assert_eq!(kinds, [("dose".to_owned(), 2, 0), ("eponym".to_owned(), 2, 1)]);
}

#[test]
fn a_mark_that_is_given_twice_counts_once() {
    let report =
        scored("Ann", &[("Ann", "patient"), ("Ann", "patient")], &[("Ann", "name"); 3], &[]);
    assert_eq!((report.entities.gold, report.entities.predicted), (1, 1));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let kind = || Kind::from(EntityType::Patient);
    let check = |text: &str, span: Range<usize>, expect: Option<EvaluateError>| {
        let mark = [Mark { span: span.clone(), kind: kind() }];
        let mut evaluator = Evaluator::new(Selection::default(), 1);
        let added = evaluator.add(Scored { text, gold: &mark, predicted: &[], negatives: &[] });
        assert_eq!(added.err(), expect, "{span:?}");
    };
    let outside = || Some(EvaluateError::Span { what: "gold span", number: 1 });
    check("Ann é", 0..3, None);
    check("Ann é", 4..6, None);
    check("Ann é", 4..5, outside());
    check("Ann é", 0..7, outside());
    check("Ann é", 2..2, outside());
    #[expect(clippy::reversed_empty_ranges, reason = "files may hold them")]
    check("Ann é", 3..1, outside());
    let mut evaluator = Evaluator::new(Selection::new(&["pateint".to_owned()], &[]), 1);
    assert_eq!(evaluator.report(), Err(EvaluateError::Nothing));
    evaluator.add(Scored { text: "", gold: &[], predicted: &[], negatives: &[] }).unwrap();
    assert_eq!(evaluator.report(), Err(EvaluateError::Stray("pateint".to_owned())));
    let mut evaluator = Evaluator::new(Selection::default(), 1);
    let gold: Vec<Mark> = (0..=MOST_KINDS)
        .map(|n| Kind::read(Some("OTHER"), Some(&format!("label{n}"))).unwrap())
        .map(|kind| Mark { span: 0..1, kind })
        .collect();
    let added = evaluator.add(Scored { text: "a", gold: &gold, predicted: &[], negatives: &[] });
    assert_eq!(added, Err(EvaluateError::TooManyKinds { most: MOST_KINDS }));
    let negatives = [Negative { span: 0..1, kind: "Ann Roe".into() }];
    let added =
        evaluator.add(Scored { text: "a", gold: &[], predicted: &[], negatives: &negatives });
    assert_eq!(added, Err(EvaluateError::NegativeKind { number: 1 }));
}
