//! What every report has to be, over releases that are usual, empty, refused and large.

use std::collections::BTreeMap;

use anonymed_core::release::{Check, CheckResult, Evidence, Gate, Hit, Verdict};
use anonymed_core::{
    EntityType, FileNumber, HipaaIdentifier, Locator, Operator, Place, PseudonymMode,
    QuarantinedRecord, TimeMode,
};

use super::classes::{Bin, bins, risk_bins};
use super::{HeldBack, internal, published};
use crate::manifest::{ColumnNote, Count, DataFile, Digests, Manifest, Treatment, Withheld};
use crate::risk::{ColumnUtility, JointRisk, RiskNumbers, RiskSummary, TableRisk};
use crate::verification::ProseCells;
use anonymed_table::promise::Kept;

fn manifest() -> Manifest {
    let digest = "d".repeat(64);
    Manifest {
        schema: 1,
        name: "asthma <study>".into(),
        profile: "research-linked".into(),
        purpose: "protocol 7 & follow-up".into(),
        software: "anonymed 0.1.0".into(),
        bound: Digests {
            plan: digest.clone(),
            inventory: digest.clone(),
            policy: digest.clone(),
            key_id: "ab12".into(),
            data: digest,
            model: BTreeMap::new(),
        },
        treatment: Treatment {
            dates: TimeMode::Shift,
            shift_range_days: Some(365),
            whole_weeks: false,
            age_cap: 89,
            as_of: jiff::civil::date(2024, 1, 1),
            pseudonym_domain: "study".into(),
            pseudonyms: PseudonymMode::Keyed,
            csv_formula_guard: true,
        },
        files: vec![file("tables/patients.csv", "csv", 487), file("notes/N1.txt", "text", 1)],
        documents: BTreeMap::new(),
        changes: BTreeMap::from([
            (EntityType::Patient, BTreeMap::from([(Operator::Surrogate, Count::Exact(1234))])),
            (EntityType::Ssn, BTreeMap::from([(Operator::Redact, Count::Below { below: 11 })])),
        ]),
        withheld: vec![Withheld {
            unit: "file".into(),
            reason: "not a known format".into(),
            count: Count::Exact(2),
        }],
        expires: None,
    }
}

fn file(path: &str, form: &str, records: u64) -> DataFile {
    let note = |name: &str, role: &str, action: &str| ColumnNote {
        name: name.into(),
        role: role.into(),
        action: action.into(),
    };
    DataFile {
        path: path.into(),
        sha256: "e".repeat(64),
        bytes: 2048,
        form: form.into(),
        records: Count::Exact(records),
        columns: if form == "csv" {
            vec![note("mrn", "identifier", "pseudonym"), note("zip", "quasi", "generalize")]
        } else {
            vec![]
        },
        models: BTreeMap::new(),
    }
}

fn table(path: &str) -> TableRisk {
    let numbers = |highest, average, at_risk, smallest_class, classes| RiskNumbers {
        highest,
        average,
        at_risk,
        smallest_class,
        classes,
    };
    TableRisk {
        path: path.into(),
        quasi: vec!["zip".into()],
        by_subject: true,
        rows: 487,
        subjects: 487,
        suppressed_rows: 3,
        suppressed_subjects: 3,
        over_suppressed: false,
        k_asked: Some(5),
        before: Some(numbers(1.0, 0.61, 0.94, 1, 300)),
        after: numbers(0.2, 0.08, 0.0, 5, 39),
        class_sizes: vec![(5, 2), (7, 1), (15, 30), (20, 1)],
        diversity: vec![("diagnosis".into(), 3)],
        l_asked: vec![("diagnosis".into(), 3)],
        models: vec![Kept {
            measure: "t-closeness".into(),
            on: Some("diagnosis".into()),
            asked: 0.25,
            reached: Some(0.2118),
            holds: true,
        }],
        attacks_asked: false,
        attacks: None,
        utility: vec![
            utility("mrn", "pseudonym", [0.0, 1.0, 0.0], None),
            utility("zip", "generalize", [0.5, 0.496, 0.004], Some(0.6)),
        ],
    }
}

fn utility(column: &str, action: &str, shares: [f64; 3], kept: Option<f64>) -> ColumnUtility {
    let [unchanged, changed, suppressed] = shares;
    ColumnUtility {
        column: column.into(),
        action: action.into(),
        unchanged,
        changed,
        suppressed,
        precision_kept: kept,
    }
}

fn risk() -> RiskSummary {
    RiskSummary {
        tables: vec![table("tables/patients.csv")],
        joint: Some(JointRisk {
            subjects: 487,
            signatures: 487,
            unique: 7,
            smallest: 1,
            highest: 1.0,
            average: 0.4,
        }),
    }
}

fn evidence(verdict: Verdict) -> Evidence {
    let result = CheckResult {
        verdict,
        gate: Gate::Risk,
        examined: BTreeMap::from([("files".to_owned(), 4), ("notes".to_owned(), 9)]),
        measured: BTreeMap::from([
            ("joint_unique_patients".to_owned(), 7.0),
            ("k(tables/patients.csv)".to_owned(), 5.0),
        ]),
        hits: vec![Hit {
            at: Locator::new(FileNumber(88), Place::Cell { row: 3, column: 2 }),
            identifier: Some(HipaaIdentifier::Name),
            reason: "full-name".into(),
        }],
        hits_total: 1,
        missed: Vec::new(),
        note: "How it was done.".into(),
    };
    Evidence {
        digest: "d".repeat(64),
        checks: Check::ALL.iter().map(|c| (*c, result.clone())).collect(),
    }
}

fn usual() -> String {
    published(&manifest(), &evidence(Verdict::Passed), &risk())
}

fn usual_internal() -> String {
    let record = QuarantinedRecord {
        place: Place::Element { line: 12, path: "Patient.name".into() },
        reason: "unknown modifier extension".into(),
    };
    internal(
        &manifest(),
        &evidence(Verdict::Passed),
        &risk(),
        &HeldBack {
            files: &[(FileNumber(17), "verification found 1 dates".into())],
            records: &[(FileNumber(23), record)],
            cells: &[ProseCells {
                file: FileNumber(31),
                path: "tables/visits.csv".into(),
                column: 4,
                cells: 60,
                withheld: 2,
            }],
        },
    )
}

/// Texts between an opening tag of this name and its end, without inner tags.
fn texts(html: &str, tag: &str) -> Vec<String> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    html.split(open.as_str())
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']))
        .filter_map(|rest| rest.split_once('>')?.1.split_once(close.as_str()))
        .map(|(inner, _)| {
            let mut text = String::new();
            let mut inside = false;
            for c in inner.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    c if !inside => text.push(c),
                    _ => {}
                }
            }
            text
        })
        .collect()
}

#[test]
fn the_page_asks_nothing_of_anyone() {
    for html in [usual(), usual_internal()] {
        for forbidden in
            ["<script", "http://", "https://", "src=", "@import", "<link", "<iframe", "javascript:"]
        {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        for (at, _) in html.match_indices("url(") {
            assert!(html[at..].starts_with("url(#"));
        }
        for (at, _) in html.match_indices("href=\"") {
            assert!(html[at..].starts_with("href=\"#"));
        }
        assert!(html.contains("default-src 'none'"));
    }
}

#[test]
fn equal_inputs_give_equal_bytes() {
    assert_eq!(usual(), usual());
    assert_eq!(usual_internal(), usual_internal());
}

#[test]
fn headings_are_these_in_this_order() {
    assert_eq!(texts(&usual(), "h1"), ["asthma &lt;study&gt;"]);
    let usual_headings = [
        "What was asked for",
        "What is in the release",
        "What was removed or replaced",
        "Risk and utility, table by table",
        "Risk of all tables together",
        "What was checked",
        "What was held back",
        "What was not checked",
        "How to verify this package",
        "Digests",
    ];
    assert_eq!(texts(&usual(), "h2"), usual_headings);
    let internal = texts(&usual_internal(), "h2");
    assert_eq!(internal[..10], usual_headings);
    assert_eq!(internal[10..], ["Places of what was held back"]);
}

#[test]
fn ids_are_unique_and_links_lead_somewhere() {
    let mut many = risk();
    many.tables = (0..12).map(|n| table(&format!("tables/{n}.csv"))).collect();
    let html = internal(&manifest(), &evidence(Verdict::Failed), &many, &HeldBack::default());
    let of = |name: &str| -> Vec<String> {
        let name = format!(" {name}=\"");
        html.split(name.as_str())
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect()
    };
    let ids = of("id");
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
    for target in of("href") {
        assert!(ids.contains(&target.trim_start_matches('#').to_owned()), "{target}");
    }
    for labels in of("aria-labelledby") {
        assert!(labels.split(' ').all(|id| ids.contains(&id.to_owned())), "{labels}");
    }
}

#[test]
fn every_chart_has_a_table_and_a_name() {
    let html = usual();
    let figures = html.matches("<figure").count();
    assert!(figures >= 5);
    assert_eq!(html.matches("The same as a table").count(), figures);
    assert_eq!(html.matches("<figcaption>").count(), figures);
    for svg in html.split("<svg").skip(1) {
        let tag = svg.split_once('>').unwrap().0;
        assert!(tag.contains("aria-label") || tag.contains("aria-hidden"), "{tag}");
    }
}

#[test]
fn the_published_report_hides_small_counts_and_places() {
    let html = usual();
    let texts: Vec<String> =
        ["td", "dd", "p", "title"].iter().flat_map(|tag| texts(&html, tag)).collect();
    // 7 patients are alone, 3 were left out, 9 notes were examined.
    assert!(!texts.iter().any(|t| ["7", "3 people", "9 notes"].contains(&t.as_str())));
    assert!(html.contains("Examined: 4 files, &lt; 11 notes."));
    assert!(html.contains("rows left out: &lt; 11; people left out: &lt; 11."));
    assert!(html.contains("&lt; 2.3%"), "0.4 % of 487 rows is two of them");
    for place in ["file 88", "row 3", "file 17", "file 23", "Patient.name"] {
        assert!(!html.contains(place), "{place}");
    }
}

#[test]
fn the_internal_report_has_exact_counts_and_places() {
    let html = usual_internal();
    for shown in [
        "Examined: 4 files, 9 notes.",
        "rows left out: 3; people left out: 3.",
        "file 88, row 3, column 2",
        "file 17",
        "file 23",
        "line 12, Patient.name",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
}

#[test]
fn the_verdict_is_the_evidence() {
    let check = |evidence: &Evidence, expect: &str| {
        let html = published(&manifest(), evidence, &risk());
        assert!(texts(&html, "strong")[0].starts_with(expect), "{}", texts(&html, "strong")[0]);
    };
    check(&evidence(Verdict::Passed), "Verified");
    check(&evidence(Verdict::NotApplicable), "Verified");
    check(&evidence(Verdict::Failed), "Not verified: 7 checks failed");
    let mut partial = evidence(Verdict::Passed);
    partial.checks.remove(&Check::Dates);
    check(&partial, "Not verified: 1 check was not made");
    check(&Evidence::default(), "Not verified: 7 checks were not made");
    let other = Evidence { digest: "0".into(), ..evidence(Verdict::Passed) };
    check(&other, "Not verified: the evidence is about other data");
}

#[test]
fn a_k_is_claimed_only_where_it_was_asked() {
    let mut risk = risk();
    risk.tables[0].k_asked = None;
    let html = published(&manifest(), &evidence(Verdict::Passed), &risk);
    assert!(html.contains("No k is claimed") && !html.contains("k reached</dt>"));
    // Two tables that both reach their own k: the smaller one is told, and nothing is missed.
    risk.tables[0].k_asked = Some(5);
    risk.tables.push(table("tables/visits.csv"));
    risk.tables[1].k_asked = Some(10);
    risk.tables[1].after.smallest_class = 12;
    let html = published(&manifest(), &evidence(Verdict::Passed), &risk);
    assert!(html.contains("(k = 5, asked for 5)") && !html.contains("misses its k"));
    risk.tables[1].after.smallest_class = 9;
    let html = published(&manifest(), &evidence(Verdict::Failed), &risk);
    assert!(html.contains("misses its k: 10 was asked for, and its smallest class has 9 people"));
    risk.tables[0].after.smallest_class = 2;
    let html = published(&manifest(), &evidence(Verdict::Failed), &risk);
    assert!(html.contains("asks for k = 5, and it is missed: the smallest class has 2 people"));
}

#[test]
fn derived_and_drawn_codes_say_what_they_are() {
    assert!(usual().contains("Derived: a keyed function"));
    let mut manifest = manifest();
    manifest.treatment.pseudonyms = PseudonymMode::Random;
    let html = published(&manifest, &evidence(Verdict::Passed), &risk());
    assert!(html.contains("derived from no identifier") && !html.contains("Derived:"));
}

#[test]
fn nothing_at_all_renders() {
    let mut empty = manifest();
    empty.files.clear();
    empty.changes.clear();
    empty.withheld.clear();
    let html = published(&empty, &Evidence::default(), &RiskSummary::default());
    for words in [
        "No data file is in the release.",
        "No identifier was found and replaced.",
        "No table is in the release.",
        "there is nothing to join",
        "Every file and record of the input is in the release.",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("NaN") && !html.contains("inf%"));
}

#[test]
fn odd_numbers_render() {
    let mut odd = table("tables/odd.csv");
    odd.after.highest = f64::NAN;
    odd.before = None;
    odd.class_sizes = vec![(0, 3), (u64::MAX, 2), (1, u64::MAX)];
    odd.utility = vec![utility("", "", [f64::INFINITY, -1.0, f64::NAN], Some(f64::NAN))];
    let risk = RiskSummary { tables: vec![odd], joint: None };
    let html = published(&manifest(), &evidence(Verdict::Passed), &risk);
    assert!(!html.contains("NaN") && !html.contains("inf%") && !html.contains(">inf<"));
}

#[test]
fn notes_are_summed_up_and_never_listed() {
    let mut many = manifest();
    many.files.extend((0..30_000).map(|n| file(&format!("notes/Z{n}.txt"), "text", 1)));
    let html = published(&many, &evidence(Verdict::Passed), &risk());
    assert!(html.contains("30,001") && !html.contains("notes/Z7"));
    assert!(html.len() < 200_000, "{}", html.len());
}

#[test]
fn classes_are_put_together_until_no_column_tells_of_a_few() {
    let check = |sizes: &[(u64, u64)], k, min_cell, expect: &[(u64, u64, u64)]| {
        let found: Vec<(u64, u64, u64)> = bins(sizes, k, min_cell)
            .iter()
            .map(|Bin { from, to, people, .. }| (*from, *to, *people))
            .collect();
        assert_eq!(found, expect);
    };
    check(&[], Some(5), 11, &[(1, 4, 0)]);
    check(&[], None, 11, &[]);
    check(&[(5, 3), (12, 2)], Some(5), 11, &[(1, 4, 0), (5, 9, 15), (10, 19, 24)]);
    // One class of 5 joins the next column; below k stays by itself.
    check(&[(2, 1), (5, 1), (12, 2)], Some(5), 11, &[(1, 4, 2), (5, 19, 29)]);
    check(&[(5, 1), (12, 2)], Some(5), 1, &[(1, 4, 0), (5, 9, 5), (10, 19, 24)]);
    // The last few join the column before.
    check(&[(1, 20), (2, 2)], None, 11, &[(1, 3, 24)]);
    check(&[(3, 1)], None, 11, &[(1, 3, 3)]);
    let wide = bins(&[(1, 50), (90_000, 1)], None, 11);
    assert!(wide.len() <= 9, "{}", wide.len());
    assert_eq!(wide.iter().map(|b| b.people).sum::<u64>(), 90_050);
}

#[test]
fn risks_are_told_by_class_and_threshold() {
    let check = |sizes: &[(u64, u64)], threshold, min_cell, expect: &[(u64, u64, u64)]| {
        let bins = risk_bins(sizes, threshold, min_cell);
        let found: Vec<(u64, u64, u64)> = bins
            .iter()
            .filter(|bin| bin.people > 0)
            .map(|bin| (bin.from, bin.to, bin.people))
            .collect();
        assert_eq!(found, expect);
        let people: u64 = sizes.iter().map(|(size, classes)| size * classes).sum();
        assert_eq!(bins.iter().map(|bin| bin.people).sum::<u64>(), people);
    };
    let sizes = [(1, 2), (2, 1), (5, 1), (8, 2), (150, 1)];
    let all = [(100, u64::MAX, 150), (5, 9, 21), (2, 2, 2), (1, 1, 2)];
    check(&sizes, None, 1, &all);
    check(&sizes, Some(0.2), 1, &all);
    // An edge at one in eight; few people join those beside them, and not over the threshold.
    check(
        &sizes,
        Some(0.125),
        1,
        &[(100, u64::MAX, 150), (8, 9, 16), (5, 7, 5), (2, 2, 2), (1, 1, 2)],
    );
    check(&sizes, Some(0.2), 11, &[(100, u64::MAX, 150), (5, 9, 21), (1, 4, 4)]);
    check(&[], Some(0.2), 11, &[]);
    check(&[(3, 9)], Some(0.0), 11, &[(3, 4, 27)]);
}
