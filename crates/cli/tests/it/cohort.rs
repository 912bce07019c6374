//! `anonymed cohort`: figures that are counted by hand, on made-up tables, and bounds on a release of a made-up
//! ward that `table anonymize` makes.

use serde_json::Value;

use crate::{Bench, code, stderr};

const CONFIG: &str = "subject = \"mrn\"\n[columns]\nage = { role = \"quasi\" }\nsex = \"quasi\"\n\
                      dx = { role = \"quasi\", hierarchy = \"dx.csv\" }\ndied = \"keep\"\nyears = \"keep\"\n\
                      [[model]]\nk = 2\n";

const HIERARCHY: &str = "E10;E10-E14;E;*\nE11;E10-E14;E;*\nI10;I10-I15;I;*\nI21;I20-I25;I;*\n";

/// Six patients in seven visits; Quill has two.
const RAW: &str = "mrn,age,sex,dx,died,years\nQuill-1,66,F,E10,0,1\nQuill-1,66,F,I10,0,1\n\
                   Zorn-2,64,F,E11,1,2\nYarrow-3,70,F,I21,1,3\nXylo-4,81,M,E10,0,4\nVex-5,40,M,E11,0,5\n\
                   Umber-6,,M,I10,1,6\n";
const RELEASED: &str = "age,sex,dx,died,years\n60..69,F,E10-E14,0,1\n66,F,I,0,1\n60..69,F,E10-E14,1,2\n\
                        70..79,F,I,1,3\n81,M,E10,0,4\n*,M,*,0,5\n,M,I10,1,6\n";

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("table.toml", CONFIG);
    bench.write("dx.csv", HIERARCHY);
    bench.write("raw.csv", RAW);
    bench.write("released.csv", RELEASED);
    bench
}

fn json(bench: &Bench, words: &[&str]) -> Value {
    let all = [&["cohort"], words, &["--config", "table.toml", "--json"]].concat();
    let done = bench.run(&all);
    assert_eq!(code(&done), 0, "{words:?}: {}", stderr(&done));
    let text = String::from_utf8(done.stdout).expect("text");
    assert!(!text.contains("Quill") && !text.contains("Zorn"), "a value is told: {text}");
    serde_json::from_str(&text).expect("a document")
}

fn near(found: &Value, wanted: f64) {
    assert!(found.as_f64().is_some_and(|f| (f - wanted).abs() < 1e-9), "{found} is not {wanted}");
}

fn bounds(count: &Value, lower: u64, estimate: f64, upper: u64) {
    assert_eq!((&count["lower"], &count["upper"]), (&lower.into(), &upper.into()), "{count}");
    near(&count["estimate"], estimate);
}

#[test]
fn cohorts_are_counted_by_people_and_with_bounds() {
    let bench = bench();
    let count = |table: &str, filter: &str| {
        json(&bench, &[table, "--where", filter, "--min-cell", "1"])["cohort"]["count"].clone()
    };
    // Quill, Yarrow and Xylo.
    bounds(&count("raw.csv", "age >= 65"), 3, 3.0, 3);
    bounds(&count("raw.csv", "dx = E10-E14 and not age >= 65"), 2, 2.0, 2);
    bounds(&count("raw.csv", "dx = I"), 3, 3.0, 3);
    // 66, 70..79 and 81 certainly; two of 60..69 half each; `*` by the values that are there: 66 and 81.
    bounds(&count("released.csv", "age >= 65"), 3, 3.0 + 2.0 * 0.5 + 1.0, 6);
    bounds(&count("released.csv", "age >= 65 and age < 75"), 1, 1.0 + 1.0 + 0.5 + 0.5, 5);
    // E10-E14 is E10 or E11, `*` one of four.
    bounds(&count("released.csv", "dx = E10"), 1, 1.0 + 0.5 + 0.5 + 0.25, 4);
    bounds(&count("released.csv", "dx in (E10, E11) and sex = F"), 2, 2.0, 2);
    bounds(&count("released.csv", "dx = \"I\""), 3, 3.0 + 0.5, 4);
    bounds(&count("released.csv", "age is missing"), 1, 1.0, 2);
}

#[test]
fn the_release_is_held_beside_the_raw_table() {
    let bench = bench();
    let words = ["released.csv", "--raw", "raw.csv", "--where", "age >= 65", "--against", "rest"];
    let both = json(&bench, &[&words[..], &["--min-cell", "1", "--by", "sex"]].concat());
    // A release has no subjects: rows are told on both sides.
    assert_eq!(
        (&both["counted_subjects"], &both["raw"]["counted_subjects"]),
        (&false.into(), &false.into())
    );
    bounds(&both["raw"]["cohort"]["count"], 4, 4.0, 4);
    bounds(&both["raw"]["against"]["count"], 3, 3.0, 3);
    bounds(&both["against"]["count"], 1, 2.0, 4);
    near(&both["drift"]["count"]["difference"], 1.0);
    assert_eq!(both["drift"]["count"]["within_bounds"], true);
    assert_eq!(both["drift"]["rows_left_out"], 0);
    let by = &both["raw"]["cohort"]["by"];
    assert_eq!(by["groups"], serde_json::json!([["F", "M"]]));
    let upper = |at: usize| by["counts"][at][0]["upper"].as_u64();
    assert_eq!([upper(0), upper(1), upper(2)], [Some(3), Some(1), Some(4)]);
    // Women are 3 of 4 and 1 of 3.
    let sex = &both["raw"]["contrasts"][1];
    assert_eq!(sex["name"], "sex");
    let variance = (3.0 / 16.0 + 2.0 / 9.0) / 2.0;
    near(&sex["smd"], (0.75f64 - 1.0 / 3.0) / f64::sqrt(variance));
    let drift = &both["drift"]["contrasts"][1];
    let difference = both["contrasts"][1]["smd"].as_f64().unwrap() - sex["smd"].as_f64().unwrap();
    near(&drift["difference"], difference);
}

#[test]
fn small_cells_are_not_told() {
    let bench = Bench::new();
    bench.write("table.toml", "[columns]\nsite = \"quasi\"\nsex = \"quasi\"\nage = \"quasi\"\n");
    let cells =
        [("A", "F", 5), ("A", "M", 20), ("B", "F", 30), ("B", "M", 40), ("Quixote", "F", 3)];
    let rows = cells.iter().map(|(site, sex, people)| format!("{site},{sex},50\n").repeat(*people));
    bench.write("raw.csv", format!("site,sex,age\n{}", rows.collect::<String>()));
    let asked = ["raw.csv", "--where", "age = 50", "--by", "site", "--by", "sex"];
    let told = json(&bench, &asked);
    bounds(&told["cohort"]["count"], 98, 98.0, 98);
    let by = &told["cohort"]["by"];
    assert_eq!(by["groups"][0], serde_json::json!(["A", "B", "(rarer values)"]));
    assert!(by["counts"][0][0].is_null() && by["counts"][2][2].is_null());
    // What is left of a margin with one cell hidden would tell it.
    for line in by["counts"].as_array().expect("lines") {
        let hidden = line.as_array().expect("cells").iter().filter(|cell| cell.is_null()).count();
        assert_ne!(hidden, 1, "{line}");
    }
    let few = json(
        &bench,
        &["raw.csv", "--where", "site = A and sex = F", "--against", "rest", "--by", "sex"],
    );
    assert!(few["cohort"]["count"].is_null() && few["cohort"]["by"].is_null());
    assert!(few["against"]["count"].is_null() && few["contrasts"].is_null(), "{few}");
    let words =
        ["cohort", "raw.csv", "--config", "table.toml", "--where", "site = A", "--by", "sex"];
    let done = bench.run(&words);
    let text = String::from_utf8(done.stdout).expect("text");
    assert!(text.contains("cohort: 25 rows") && text.contains("<11"), "{text}");
    assert!(!text.contains(" 5\n") && !text.contains("20\n"), "{text}");
}

/// Weeks in remission of 42 children with leukaemia (Freireich et al., Blood 21, 1963).
fn remissions() -> String {
    let relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|weeks| ("6-MP", weeks, "yes"));
    let censored =
        [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|weeks| ("6-MP", weeks, "no"));
    let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
    let placebo = placebo.map(|weeks| ("placebo", weeks, "yes"));
    let rows = relapsed.into_iter().chain(censored).chain(placebo);
    let rows = rows.map(|(arm, weeks, relapse)| format!("{arm},{weeks},{relapse}\n"));
    format!("arm,weeks,relapse\n{}", rows.collect::<String>())
}

#[test]
fn remissions_are_those_of_the_textbooks() {
    let bench = Bench::new();
    bench.write("table.toml", "[columns]\narm = \"quasi\"\nweeks = \"keep\"\nrelapse = \"keep\"\n");
    bench.write("raw.csv", remissions());
    let asked = ["raw.csv", "--where", "arm = 6-MP", "--against", "arm = placebo"];
    let followed = ["--event", "relapse", "--time", "weeks"];
    let all = json(&bench, &[&asked[..], &followed, &["--min-cell", "1"]].concat());
    let chi = all["log_rank"]["chi_square"].as_f64().expect("a number");
    assert!((chi - 16.79).abs() < 0.005, "{chi}");
    let own = &all["cohort"]["follow_up"];
    assert_eq!(
        (&own["survival"]["steps"][0]["at_risk"], &own["survival"]["median"]),
        (&21.0.into(), &23.0.into())
    );
    near(&own["survival"]["steps"][0]["survival"], 18.0 / 21.0);
    // 9 relapses in 359 weeks, 21 in 182.
    near(&own["incidence"]["per_thousand"], 9_000.0 / 359.0);
    near(&all["against"]["follow_up"]["incidence"]["per_thousand"], 21_000.0 / 182.0);
    // Nine events are few, and so the curve has no step; twenty-one are a step of eleven and more.
    let few = json(&bench, &[&asked[..], &followed].concat());
    assert!(few["cohort"]["follow_up"]["incidence"].is_null());
    let steps = |side: &str| few[side]["follow_up"]["survival"]["steps"].as_array().map(Vec::len);
    assert_eq!((steps("cohort"), steps("against")), (Some(0), Some(1)));
    assert!(few["log_rank"]["events"].is_null());
    let text =
        bench.run(&[&["cohort"], &asked[..], &followed, &["--config", "table.toml"]].concat());
    let text = String::from_utf8(text.stdout).expect("text");
    assert!(text.contains("log-rank: chi-square 16.793, p < 0.0001"), "{text}");
    assert!(text.contains("later steps have fewer than 11 at risk or events"), "{text}");
}

#[test]
fn dates_make_years_and_a_value_an_event() {
    let bench = Bench::new();
    let columns = "arm = \"quasi\"\nstart = \"keep\"\nstop = \"keep\"\nend = \"keep\"\n";
    bench.write("table.toml", format!("[columns]\n{columns}"));
    // 365, 730 and 366 days; who ends before the start is not watched.
    let rows = "a,2021-01-01,2022-01-01,death\na,2021-01-01,2023-01-01,alive\na,2020-01-01,2021-01-01,death\n\
                a,2021-01-01,2020-01-01,death\na,2021-01-01,,death\n";
    bench.write("raw.csv", format!("arm,start,stop,end\n{rows}"));
    let asked = ["raw.csv", "--where", "arm = a and start >= 2020-01", "--min-cell", "1"];
    let words = ["--event", "end", "--event-is", "death", "--from", "start", "--to", "stop"];
    let told = json(&bench, &[&asked[..], &words].concat());
    let incidence = &told["cohort"]["follow_up"]["incidence"];
    near(&incidence["time"], 1_461.0 / 365.25);
    near(&incidence["per_thousand"], 500.0);
}

/// A made-up ward, released by `table anonymize` in every way; the bounds hold what the raw table counts.
#[test]
fn bounds_hold_on_releases() {
    let bench = Bench::new();
    let dx = ["E10.1", "E11.9", "E11.65", "I10", "I21.4", "J45.909", "C50.911"];
    let rows = (0u32..400).map(|n| {
        let (age, sex) = (20 + n * n % 71, ["F", "M"][n as usize % 2]);
        let day = format!("{}-{:02}-{:02}", 2019 + n % 5, 1 + n * 7 % 12, 1 + n * 11 % 28);
        format!("{age},{sex},{},{day}\n", dx[(n * n % 31) as usize % 7])
    });
    bench.write("raw.csv", format!("age,sex,dx,day\n{}", rows.collect::<String>()));
    let filters = [
        "age >= 65",
        "age between 33 and 47 and sex = F",
        "dx = E11",
        "dx = E08-E13 and not age < 50",
        "dx in (E11.9, I10) or age = 90",
        "day >= 2021-06-15 and day < 2022-01-01",
        "not (dx != I10 or day > 2020-03-31)",
    ];
    let columns = "sex = \"quasi\"\nage = { role = \"quasi\", hierarchy = \"age\" }\n\
                   dx = { role = \"quasi\", hierarchy = \"icd10cm\" }\n\
                   day = { role = \"quasi\", hierarchy = \"date\" }\n";
    let searches = [
        "method = \"optimal\"\nsuppress_max = 0.2",
        "method = \"mondrian\"",
        "method = \"kmember\"",
    ];
    for (number, search) in searches.into_iter().enumerate() {
        let config = format!("[columns]\n{columns}[[model]]\nk = 4\n[search]\n{search}\n");
        bench.write("table.toml", config);
        let out = format!("released{number}.csv");
        let words = ["table", "anonymize", "raw.csv", "--out", &out, "--config", "table.toml"];
        assert_eq!(code(&bench.run(&words)), 0);
        for filter in filters {
            let asked = [out.as_str(), "--where", filter, "--min-cell", "1"];
            let both = json(&bench, &[&asked[..], &["--raw", "raw.csv"]].concat());
            assert_eq!(both["drift"]["count"]["within_bounds"], true, "{search} {filter}: {both}");
            // Without the raw table the bounds are wider, and hold it too.
            let alone = json(&bench, &asked);
            let raw = both["raw"]["cohort"]["count"]["upper"].as_u64().expect("told");
            let left_out = both["drift"]["rows_left_out"].as_u64().expect("told");
            let end = |end: &str| alone["cohort"]["count"][end].as_u64().expect("told");
            assert!(
                end("lower") <= raw && raw <= end("upper") + left_out,
                "{search} {filter}: {alone}"
            );
        }
    }
}

#[test]
fn what_cannot_be_asked_is_said() {
    let check = |words: &[&str], exit: i32, part: &str| {
        let done = bench().run(&[&["cohort", "--config", "table.toml"], words].concat());
        let said = stderr(&done).replace("\n  │ ", " ").replace("\n", " ");
        assert_eq!(code(&done), exit, "{words:?}: {said}");
        assert!(said.contains(part), "{said:?} lacks {part:?}");
        assert!(!said.contains("Quill"), "{said}");
    };
    check(&["raw.csv", "--where", "age >= Quill"], 2, "--where, character 8");
    check(&["raw.csv", "--where", "age = 1", "--against", "Quill"], 2, "--against, character 6");
    check(&["raw.csv", "--where", "weight = 1"], 2, "no column `weight`");
    check(&["raw.csv", "--where", "mrn = Quill-1"], 2, "no column `mrn`");
    check(&["raw.csv", "--where", "age = 1", "--by", "mrn", "--min-cell", "1"], 2, "`mrn`");
    check(&["raw.csv", "--where", "age = 1", "--min-cell", "0"], 2, "1 or more");
    check(&["raw.csv", "--where", "age = 1", "--event", "died"], 2, "--time");
    check(&["raw.csv"], 2, "--where");
    check(&["absent.csv", "--where", "age = 1"], 1, "the table");
}
