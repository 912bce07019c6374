//! Generalization hierarchies as a person with one table meets them: built by name, checked against a column,
//! completed into a file, and used.

use std::collections::BTreeSet;

use crate::{Bench, code, stderr};

/// 360 visits: made-up people with diagnoses, postal codes, birth dates and ages.
fn visits() -> String {
    let mut csv = "age,zip,born,dx,drug,ward\n".to_owned();
    for visit in 0..360usize {
        let dx =
            ["E11.9", "E11.65", "I10", "I1A.0", "C77.9", "C7A.1", "J45.909", "T91.3"][visit % 8];
        let zip = ["02139", "02142", "10001", "03601", "94105"][visit % 5];
        let drug = ["A10BA02", "A10AB01", "C09AA05"][visit % 3];
        let (year, month) = (1930 + visit % 9, 1 + visit % 12);
        let age = 86 + visit % 12;
        csv += &format!("{age},{zip},{year}-{month:02}-11,{dx},{drug},W{}\n", visit % 2);
    }
    csv
}

fn json(bench: &Bench, arguments: &[&str]) -> (i32, serde_json::Value, String) {
    let done = bench.run(&[&["table"], arguments, &["--json"]].concat());
    (code(&done), serde_json::from_slice(&done.stdout).unwrap_or_default(), stderr(&done))
}

fn anonymize(bench: &Bench, input: &str, config: &str) -> (i32, serde_json::Value, String) {
    bench.write("table.toml", config);
    json(bench, &["anonymize", input, "--out", "out.csv", "--config", "table.toml"])
}

/// The distinct cells of a released column.
fn cells(bench: &Bench, column: &str) -> BTreeSet<String> {
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    let mut lines = text.lines();
    let header = lines.next().expect("a header");
    let at = header.split(',').position(|name| name == column).expect("the column");
    lines.map(|line| line.split(',').nth(at).expect("the cell").to_owned()).collect()
}

#[test]
fn builders_make_the_levels_that_are_released() {
    for method in ["optimal", "mondrian"] {
        let bench = Bench::new();
        bench.write("visits.csv", visits());
        let config = format!(
            "[columns]\nage = {{ role = \"quasi\", hierarchy = \"age\" }}\n\
             zip = {{ role = \"quasi\", hierarchy = \"zip\" }}\n\
             born = {{ role = \"quasi\", hierarchy = {{ build = \"date\", by = [\"year\", \"decade\"] }} }}\n\
             dx = {{ role = \"quasi\", hierarchy = \"icd10cm\" }}\n\
             drug = {{ role = \"quasi\", hierarchy = {{ build = \"atc\" }} }}\n[[model]]\nk = 5\n\
             [search]\nmethod = \"{method}\"\nsuppress_max = 0.2\n"
        );
        let (exit, told, said) = anonymize(&bench, "visits.csv", &config);
        assert_eq!(exit, 0, "{method}: {said}");
        assert!(told["smallest_class_rows"].as_u64() >= Some(5), "{told}");
        let check = |column: &str, allowed: &[&str]| {
            let cells = cells(&bench, column);
            let known = |cell: &String| {
                allowed.contains(&cell.as_str()) || visits().contains(&format!("{cell},"))
            };
            assert!(cells.iter().all(known), "{method}, {column}: {cells:?}");
        };
        check("zip", &["*", "021", "100", "941", "000", "MA", "NY", "CA"]);
        check(
            "born",
            &[
                "*",
                "1930..1939",
                "1930",
                "1931",
                "1932",
                "1933",
                "1934",
                "1935",
                "1936",
                "1937",
                "1938",
            ],
        );
        check(
            "drug",
            &["*", "A10BA", "A10AB", "C09AA", "A10B", "A10A", "C09A", "A10", "C09", "A", "C"],
        );
        let blocks = ["E08-E13", "I10-I1A", "C76-C80", "C7A", "J40-J4A", "S00-T88"];
        let chapters = ["E00-E89", "I00-I99", "C00-D49", "J00-J99"];
        let categories = ["*", "E11", "I10", "I1A", "C77", "C7A", "J45", "T91"];
        check("dx", &[&blocks[..], &chapters[..], &categories[..]].concat());
        // Whatever else is released, nobody's age is told from 90 on.
        for cell in cells(&bench, "age") {
            assert!(cell.parse::<u32>().map_or(true, |years| years < 90), "{method}: {cell}");
        }
    }
}

#[test]
fn ages_from_ninety_on_are_one_where_nothing_is_generalised() {
    let bench = Bench::new();
    bench.write("visits.csv", visits());
    let config = "[columns]\nage = { role = \"quasi\", hierarchy = \"age\" }\nward = \"keep\"\n\
                  [[model]]\nk = 2\n[search]\nmethod = \"optimal\"\n";
    let (exit, told, said) = anonymize(&bench, "visits.csv", config);
    assert_eq!(exit, 0, "{said}");
    assert_eq!(told["levels"]["age"], 0);
    let expect = ["86", "87", "88", "89", "90+"].map(str::to_owned);
    assert_eq!(cells(&bench, "age"), BTreeSet::from(expect));
}

#[test]
fn a_value_that_a_builder_does_not_know_stops_the_work_and_is_not_told() {
    let bench = Bench::new();
    bench.write("visits.csv", visits() + "40,Quibbleton,1960-01-01,I10,A10BA02,W1\n");
    let config = "[columns]\nzip = { role = \"quasi\", hierarchy = \"zip\" }\n[[model]]\nk = 2\n";
    let (exit, _, said) = anonymize(&bench, "visits.csv", config);
    assert_eq!(exit, 3, "{said}");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("1 values of column `zip`") && !said.contains("Quibbleton"), "{said}");
    assert!(said.contains("anonymed table hierarchy"), "{said}");
    assert!(!bench.path("out.csv").exists());
    // What it says to call does what it says.
    let check = ["hierarchy", "visits.csv", "--column", "zip", "--config", "table.toml"];
    let (exit, told, said) = json(&bench, &check);
    assert_eq!((exit, &told["gaps"], &told["gap_rows"]), (3, &1.into(), &1.into()), "{said}");
    assert!(!told.to_string().contains("Quibbleton") && !said.contains("Quibbleton"));
    let (_, told, _) = json(&bench, &[&check[..], &["--show-values"]].concat());
    assert_eq!(told["faults"][0]["value"], "Quibbleton");
    assert_eq!(told["faults"][0]["offered"], serde_json::json!(["Quibbleton", "*", "*", "*", "*"]));
    let (exit, _, said) = json(&bench, &[&check[..], &["--out", "zip.csv"]].concat());
    assert_eq!(exit, 0, "{said}");
    let (exit, _, said) =
        anonymize(&bench, "visits.csv", &config.replace("\"zip\" }", "\"zip.csv\" }"));
    assert_eq!(exit, 0, "{said}");
}

const FILE: &str = "31;30-39;A;*\n35;30-39;A;*\n35;30-39;B;*\n44;40-49;A;*\n45;40-49;B;*\n46;40-49;B;*\n\
                    77;70-79;*\n";

#[test]
fn faults_are_counted_listed_and_completed() {
    let bench = Bench::new();
    bench.write("t.csv", "age,sex\n31,F\n36,M\n36,F\n44,F\n77,M\nsecret,F\n*,M\n,F\n");
    bench.write("age.csv", FILE);
    let check = ["hierarchy", "t.csv", "--column", "age", "--file", "age.csv"];
    let (exit, told, said) = json(&bench, &check);
    assert_eq!(exit, 3, "{said}");
    let counts = ["values", "rows", "missing_rows", "lines", "gaps", "gap_rows"];
    assert_eq!(counts.map(|key| told[key].as_u64().unwrap_or(99)), [5, 8, 2, 7, 2, 3], "{told}");
    let counts = ["ragged_lines", "repeated_lines", "ambiguous_labels", "unused_lines"];
    assert_eq!(counts.map(|key| told[key].as_u64().unwrap_or(99)), [1, 1, 1, 3], "{told}");
    assert!(!told.to_string().contains("secret") && !told.to_string().contains("30-39"), "{told}");
    let lines: Vec<&serde_json::Value> =
        told["faults"].as_array().expect("faults").iter().map(|fault| &fault["line"]).collect();
    assert_eq!(lines, [7, 3, 5]);

    // The words say no value either, unless they are asked to.
    let done = bench.run(&[&["table"], &check[..]].concat());
    let words = String::from_utf8_lossy(&done.stdout).into_owned() + &stderr(&done);
    assert!(words.contains("line 3: other labels than line 2"), "{words}");
    assert!(!words.contains("secret"), "{words}");
    let done = bench.run(&[&["table"], &check[..], &["--show-values"]].concat());
    let words = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(words.contains("no line (2 rows) \"36\"; offered \"36;30-39;A;*\""), "{words}");
    assert!(
        words.contains("\"40-49\": \"B\" in 2 lines, \"A\" in 1 lines; offered \"40-49;B\""),
        "{words}"
    );
    assert!(!stderr(&done).contains("secret"));

    let (exit, _, said) = json(&bench, &[&check[..], &["--out", "whole.csv"]].concat());
    assert_eq!(exit, 0, "{said}");
    let whole = fs_err::read_to_string(bench.path("whole.csv")).expect("the completed file");
    assert_eq!(
        whole,
        "31;30-39;A;*\n35;30-39;A;*\n44;40-49;B;*\n45;40-49;B;*\n46;40-49;B;*\n77;70-79;*;*\n\
         36;30-39;A;*\nsecret;*;*;*\n"
    );
    let again = ["hierarchy", "t.csv", "--column", "age", "--file", "whole.csv"];
    let (exit, told, said) = json(&bench, &again);
    assert_eq!((exit, &told["fits"]), (0, &true.into()), "{said}");
    // An output that is there is not written over.
    let (exit, _, _) = json(&bench, &[&check[..], &["--out", "age.csv"]].concat());
    assert_eq!(exit, 2);
    assert_eq!(fs_err::read_to_string(bench.path("age.csv")).expect("mine"), FILE);
}

#[test]
fn a_suppressed_cell_of_the_input_needs_no_line() {
    let bench = Bench::new();
    let mut table = "age,sex\n".to_owned();
    for row in 0..60 {
        table += if row % 3 == 0 { "*,F\n" } else { ["31,F\n", "35,F\n"][row % 2] };
    }
    bench.write("t.csv", table);
    let levels = "31;30-39;*\n35;30-39;*\n";
    for (file, missing, cell) in [
        (levels.to_owned(), "", "*"),
        (levels.to_owned(), ", missing = [\"*\"]", ""),
        (format!("{levels}*;*;*\n"), "", "*"),
    ] {
        bench.write("age.csv", file);
        let config = format!(
            "[columns]\nage = {{ role = \"quasi\", hierarchy = \"age.csv\"{missing} }}\n\
             sex = \"keep\"\n[[model]]\nk = 20\n\
             [search]\nmethod = \"optimal\"\nsuppress_max = 0.0\n"
        );
        let (exit, told, said) = anonymize(&bench, "t.csv", &config);
        assert_eq!((exit, &told["suppressed_rows"]), (0, &0.into()), "{said}");
        let expect = ["31", "35", cell].map(str::to_owned);
        assert_eq!(cells(&bench, "age"), BTreeSet::from(expect));
        fs_err::remove_file(bench.path("out.csv")).expect("it was there");
    }
}

#[test]
fn loinc_is_read_from_the_user_s_own_table() {
    let bench = Bench::new();
    let mut table = "test,sex\n".to_owned();
    for row in 0..40 {
        table += &format!("{},F\n", ["99990-1", "99991-9", "99992-7", "99993-5"][row % 4]);
    }
    bench.write("t.csv", table);
    bench.write(
        "Loinc.csv",
        "\"LOINC_NUM\",\"COMPONENT\",\"CLASS\",\"CLASSTYPE\"\n\"99990-1\",\"a, b\",\"CHEM\",\"1\"\n\
         \"99991-9\",\"c\",\"CHEM\",\"1\"\n\"99992-7\",\"d\",\"MICRO\",\"1\"\n\"99993-5\",\"e\",\"SURVEY\",\"4\"\n",
    );
    let config = "[columns]\ntest = { role = \"quasi\", hierarchy = { build = \"loinc\", file = \"Loinc.csv\" } }\n\
                  [[model]]\nk = 20\n[search]\nmethod = \"mondrian\"\nsuppress_max = 0.5\n";
    let (exit, _, said) = anonymize(&bench, "t.csv", config);
    assert_eq!(exit, 0, "{said}");
    let written =
        ["hierarchy", "t.csv", "--column", "test", "--config", "table.toml", "--out", "h.csv"];
    assert_eq!(json(&bench, &written).0, 0);
    let lines = fs_err::read_to_string(bench.path("h.csv")).expect("a file");
    assert!(lines.contains("99992-7;MICRO;laboratory;*\n99993-5;SURVEY;surveys;*\n"), "{lines}");
    // Another table is no LOINC table.
    fs_err::remove_file(bench.path("out.csv")).expect("it was there");
    bench.write("Loinc.csv", "a,b\n1,2\n");
    let (exit, _, said) = anonymize(&bench, "t.csv", config);
    assert_eq!((exit, said.contains("no column `LOINC_NUM`")), (3, true), "{said}");
}

#[test]
fn what_is_asked_for_wrongly_is_said() {
    let bench = Bench::new();
    bench.write("t.csv", "age,sex\n31,F\n");
    bench.write("table.toml", "[columns]\nage = \"quasi\"\n");
    let check = |arguments: &[&str], exit: i32, part: &str| {
        let words = [&["table", "hierarchy", "t.csv", "--column"], arguments].concat();
        let done = bench.run(&words);
        let said = stderr(&done).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(code(&done), exit, "{arguments:?}: {said}");
        assert!(said.contains(part), "{said:?} lacks {part:?}");
    };
    check(&["age", "--build", "icd11"], 3, "is no builder; there are age, atc, date");
    check(&["age", "--build", "interval"], 3, "`width` or `edges`");
    check(&["age"], 2, "--file");
    check(&["age", "--build", "age", "--file", "x.csv"], 2, "cannot be used with");
    check(&["weight", "--build", "age"], 3, "no column `weight`");
    check(&["weight", "--config", "table.toml"], 3, "does not name the column");
    check(&["age", "--config", "table.toml"], 3, "has no `hierarchy`");
    check(&["age", "--file", "gone.csv"], 3, "cannot be read");
    check(&["age", "--build", "age"], 0, "it fits");
}
