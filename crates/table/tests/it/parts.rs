//! Tables whose combinations are more than `search.memory` holds: every promise is counted by brute force in what
//! was written.

use std::collections::{BTreeMap, BTreeSet};

use anonymed_core::ModalityError;
use anonymed_table::{TableOptions, Tables};

use crate::support::{Done, inspect, policy, run_with};

/// By how much a share may be off for rounding.
const NEAR: f64 = 1e-9;

/// A number that looks drawn.
fn mixed(n: u64, salt: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt << 17);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 27)) >> 11
}

/// Rows of patients, `each` of everybody: an identifier of the row, three numbers, a town of 60 and a
/// diagnosis of four that goes with the age.
fn rows(count: u64, each: u64) -> String {
    let mut text = String::from("row,mrn,age,cost,score,town,dx\n");
    for n in 0..count {
        let age = mixed(n, 1) % 90;
        let (cost, town) = (mixed(n, 2) % 1000, mixed(n, 3) % 60);
        let score = mixed(n, 4) % 366;
        let dx = (age / 45 + mixed(n, 6) % 3) % 4;
        let patient = n / each;
        text.push_str(&format!("R{n},P{patient},{age},{cost},{score},T{town},D{dx}\n"));
    }
    text
}

fn rules(model: &str, search: &str, subject: &str, scope: &str) -> String {
    let mrn = if subject.is_empty() { "drop" } else { "pseudonym" };
    format!(
        "{scope}[[table]]\nfiles = \"**\"\n{subject}model = {model}\nsearch = {{ {search} }}\n[table.columns]\n\
         row = \"keep\"\nmrn = \"{mrn}\"\nage = {{ role = \"quasi\" }}\ncost = {{ role = \"quasi\" }}\n\
         score = {{ role = \"quasi\" }}\ntown = {{ role = \"quasi\" }}\n\
         dx = {{ role = \"sensitive\" }}\n"
    )
}

fn release(text: &str, rules: &str, threads: usize) -> Result<Done, ModalityError> {
    let folder = tempfile::tempdir().unwrap();
    let tables = Tables::new(TableOptions::default().spill_to(folder.path().join("spill")));
    let subjects = inspect(text.as_bytes()).unwrap().subjects();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| run_with(&tables, text.as_bytes(), &policy(rules), &subjects))
}

/// The rows of each class of a release: its labels, and of each row the number and the other cells.
fn classes(done: &Done, quasi: usize) -> BTreeMap<Vec<String>, Vec<Vec<String>>> {
    let mut classes: BTreeMap<Vec<String>, Vec<Vec<String>>> = BTreeMap::new();
    for line in done.lines().iter().skip(1) {
        let cells = cells(line);
        let labels = cells[quasi..quasi + 4].to_vec();
        let rest = cells[..quasi].iter().chain(&cells[quasi + 4..]).cloned();
        classes.entry(labels).or_default().push(rest.collect());
    }
    classes
}

/// The cells of a line; a set of towns has commas only where it is quoted.
fn cells(line: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = line.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    parts.map(|cell| cell.trim_matches('"').to_owned()).collect()
}

/// Whether a label stands for a text.
fn covers(label: &str, text: &str) -> bool {
    if label == "*" || label == text {
        return true;
    }
    if let Some(set) = label.strip_prefix('{').and_then(|l| l.strip_suffix('}')) {
        return set.split('|').any(|member| member == text);
    }
    let number = |text: &str| text.parse::<i64>().ok();
    let ends = label.split_once("..").and_then(|(low, high)| Some(number(low)?..=number(high)?));
    ends.zip(number(text)).is_some_and(|(ends, number)| ends.contains(&number))
}

/// Holds every released row against its own in the input, and gives the sizes of the classes.
fn checked(text: &str, done: &Done, quasi: usize) -> Vec<(u64, u64)> {
    let input: Vec<Vec<String>> = text.lines().skip(1).map(cells).collect();
    let mut sizes = Vec::new();
    for (labels, rows) in classes(done, quasi) {
        let mut people = BTreeSet::new();
        for row in &rows {
            let raw = &input[row[0][1..].parse::<usize>().unwrap()];
            let fits = labels.iter().zip(&raw[2..6]).all(|(label, text)| covers(label, text));
            assert!(fits, "{labels:?} of {raw:?}");
            people.insert(raw[1].clone());
        }
        sizes.push((rows.len() as u64, people.len() as u64));
    }
    let model = done.outcome.model.as_ref().unwrap();
    let released: u64 = sizes.iter().map(|size| size.0).sum();
    assert_eq!(released + model.suppressed_rows, input.len() as u64);
    assert_eq!(done.outcome.dropped_rows.len() as u64, model.suppressed_rows);
    assert_eq!(u64::from(model.classes), sizes.len() as u64);
    assert_eq!(model.smallest_class_rows, sizes.iter().map(|size| size.0).min().unwrap());
    sizes
}

fn parts(done: &Done) -> u32 {
    done.outcome.model.as_ref().unwrap().parts.unwrap_or(1)
}

#[test]
fn classes_of_parts_hold_k_rows_at_any_number_of_threads() {
    let text = rows(6000, 1);
    for method in ["mondrian", "kmember", "mdav", "fuzzy"] {
        let search = format!("memory = \"200kB\", method = \"{method}\"");
        let rules = rules("[{ k = 5 }]", &search, "", "");
        let done = release(&text, &rules, 1).unwrap();
        assert!(parts(&done) > 3, "{} parts", parts(&done));
        let sizes = checked(&text, &done, 1);
        assert!(sizes.iter().all(|size| size.0 >= 5), "{method}");
        assert!(sizes.len() > 300, "{method}: {} classes", sizes.len());
        let other = release(&text, &rules, 2).unwrap();
        assert!(other.csv == done.csv && other.parquet == done.parquet, "{method}");
        assert_eq!(other.outcome.model, done.outcome.model);
    }
}

#[test]
fn people_of_parts_are_counted_and_not_rows() {
    let text = rows(6000, 3);
    for model in ["[{ k = 4 }]", "[{ k = 4 }, { l = 3, on = \"dx\" }]"] {
        let rules = rules(model, "memory = \"200kB\"", "subject = \"mrn\"\n", "");
        let done = release(&text, &rules, 2).unwrap();
        assert!(parts(&done) > 3);
        let sizes = checked(&text, &done, 2);
        assert!(sizes.iter().all(|size| size.1 >= 4) && sizes.len() > 200);
        if model.contains("l = 3") {
            for rows in classes(&done, 2).values() {
                let values: BTreeSet<&String> = rows.iter().map(|row| &row[2]).collect();
                assert!(values.len() >= 3);
            }
        }
    }
}

#[test]
fn parts_compare_with_the_whole_table() {
    let text = rows(6000, 1);
    let of_dx = |rows: &mut dyn Iterator<Item = String>| {
        let (mut counts, mut all) = (BTreeMap::<String, f64>::new(), 0.0);
        for dx in rows {
            *counts.entry(dx).or_default() += 1.0;
            all += 1.0;
        }
        counts.values_mut().for_each(|count| *count /= all);
        counts
    };
    let table = of_dx(&mut text.lines().skip(1).map(|line| cells(line)[6].clone()));
    type Holds = dyn Fn(&BTreeMap<String, f64>, &BTreeMap<String, f64>) -> bool;
    let check = |model: &str, holds: &Holds| {
        let model = format!("[{{ k = 5 }}, {{ {model}, on = \"dx\" }}]");
        let done = release(&text, &rules(&model, "memory = \"300kB\"", "", ""), 2).unwrap();
        assert!(parts(&done) > 1);
        checked(&text, &done, 1);
        let classes = classes(&done, 1);
        assert!(classes.len() > 20, "{model}: {} classes", classes.len());
        for rows in classes.values() {
            let class = of_dx(&mut rows.iter().map(|row| row[1].clone()));
            assert!(holds(&class, &table), "{model}: {class:?}");
        }
    };
    check("t = 0.3", &|class, table| {
        let more = |(dx, share): (&String, &f64)| (class.get(dx).unwrap_or(&0.0) - share).max(0.0);
        table.iter().map(more).sum::<f64>() <= 0.3 + NEAR
    });
    check("beta = 1.5", &|class, table| {
        class.iter().all(|(dx, share)| (share - table[dx]) / table[dx] <= 1.5 + NEAR)
    });
    // Of values that occur, as the definition has it.
    check("delta = 1.2", &|class, table| {
        class.iter().all(|(dx, share)| f64::log2(share / table[dx]).abs() <= 1.2 + NEAR)
    });
}

#[test]
fn what_fits_is_solved_at_once() {
    let text = rows(2000, 2);
    let release = |search: &str| {
        release(&text, &rules("[{ k = 3 }]", search, "subject = \"mrn\"\n", ""), 2).unwrap()
    };
    let (limited, free) = (release("memory = \"1GB\""), release(""));
    assert!(limited.csv == free.csv && limited.outcome.model == free.outcome.model);
    assert_eq!(free.outcome.model.unwrap().parts, None);
}

#[test]
fn what_no_part_can_hold_is_refused() {
    let text = rows(3000, 3);
    let subject = "subject = \"mrn\"\n";
    let check = |rules: String, expect: &str| {
        let error = release(&text, &rules, 2).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(expect) && error.contains("more memory"), "{expect}: {error}");
    };
    let small = "memory = \"100kB\"";
    let joint = "[risk]\nscope = \"joint\"\n";
    check(rules("[{ k = 3 }]", small, subject, joint), "joint scope");
    let optimal = format!("{small}, method = \"optimal\"");
    check(rules("[{ k = 3 }]", &optimal, subject, ""), "mondrian, kmember, mdav, fuzzy");
    let relaxed = format!("{small}, method = \"relaxed\"");
    check(rules("[{ k = 3 }]", &relaxed, subject, ""), "single people have to be held together");
    let t = "[{ k = 3 }, { t = 0.3, on = \"dx\" }]";
    check(rules(t, small, subject, ""), "people of the whole table");
    check(rules("[{ k = 3 }]", "memory = \"1kB\"", subject, ""), "small enough");
    // Near miss: the same beside enough memory.
    assert!(release(&text, &rules(t, "memory = \"1GB\"", subject, ""), 2).is_ok());
}
