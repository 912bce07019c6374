//! `anonymed table anonymize` beside a population: whom of it each written row fits is counted here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Anonymized, Bench};

const CONFIG: &str = "[columns]\nage = { role = \"quasi\", hierarchy = \"age\" }\nsex = \"quasi\"\n\
                      [population]\ntable = \"everybody.csv\"\nsubject = \"citizen\"\n";

/// Age, sex and number of everybody; some of them twice.
fn everybody() -> Vec<(u32, &'static str, u32)> {
    let once = (0..600u32).map(|n| (20 + n * n % 61, ["F", "M"][n as usize % 2], n));
    once.clone().chain(once.filter(|person| person.2 % 5 == 0)).collect()
}

fn bench(sample: impl Fn(u32) -> bool) -> Bench {
    let bench = Bench::new();
    let line = |(age, sex, n): (u32, &str, u32)| format!("{age},{sex},{n}\n");
    let all: String = everybody().into_iter().map(line).collect();
    bench.write("everybody.csv", format!("age,sex,citizen\n{all}"));
    let sampled = everybody().into_iter().take(600).filter(|person| sample(person.2));
    let rows: String = sampled.map(line).collect();
    bench.write("people.csv", format!("age,sex,citizen\n{rows}"));
    bench
}

fn anonymize(bench: &Bench, config: &str) -> Anonymized {
    bench.anonymize(config, ("people.csv", "out.csv"), &[])
}

fn fits(label: (&str, &str), person: (u32, &str, u32)) -> bool {
    let age = match label.0.split_once("..") {
        Some((low, high)) => {
            let number = |text: &str| text.parse::<u32>().expect("an age");
            (number(low)..=number(high)).contains(&person.0)
        }
        None => label.0 == "*" || label.0 == person.0.to_string(),
    };
    age && (label.1 == "*" || label.1.contains(person.1))
}

/// For each written class its rows, and the people of the population who fit it.
fn classes(bench: &Bench) -> Vec<(usize, usize)> {
    let text = fs_err::read_to_string(bench.path("out.csv")).expect("an output");
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    text.lines().skip(1).for_each(|line| *rows.entry(line).or_default() += 1);
    let crowd = |line: &str| {
        let label = line.split_once(',').expect("two cells");
        let fitting = everybody().into_iter().filter(|person| fits(label, *person));
        fitting.map(|person| person.2).collect::<BTreeSet<_>>().len()
    };
    rows.into_iter().map(|(line, n)| (n, crowd(line))).collect()
}

fn reached(told: &serde_json::Value, measure: &str) -> f64 {
    let models = told["models"].as_array().expect("what was promised");
    let kept = models.iter().find(|kept| kept["measure"] == measure).expect("the measure");
    kept["reached"].as_f64().expect("a number")
}

#[test]
fn every_class_is_of_k_people_of_the_population() {
    for method in ["fuzzy", "kmember", "mdav", "mondrian", "optimal", "relaxed"] {
        let bench = bench(|n| n % 10 == 3);
        let config = format!(
            "{CONFIG}[[model]]\nk_map = 12\n[search]\nmethod = \"{method}\"\nsuppress_max = 0.2\n"
        );
        let (exit, told, said) = anonymize(&bench, &config);
        assert_eq!(exit, 0, "{method}: {said}");
        let least = classes(&bench).iter().map(|class| class.1).min().expect("a class");
        assert!(least >= 12, "{method}: {least}");
        assert_eq!(reached(&told, "k-map"), least as f64, "{method}");
        // What was written says the same to whoever judges it.
        let words = ["risk", "out.csv", "--config", "table.toml", "--json"];
        let risk: serde_json::Value =
            serde_json::from_slice(&bench.run(&words).stdout).expect("a report");
        assert_eq!(reached(&risk, "k-map"), least as f64, "{method}");
        let journalist = &risk["risk"]["journalist"];
        assert_eq!(journalist["basis"], "population", "{method}");
        assert_eq!(journalist["highest"].as_f64(), Some(1.0 / least as f64), "{method}");
        // The table alone has classes of fewer people than k.
        assert!(classes(&bench).iter().any(|class| class.0 < 12), "{method}");
    }
}

#[test]
fn presence_is_hidden_within_its_bounds() {
    let bench = bench(|n| n % 3 == 0 || n < 40);
    let model = "[[model]]\ndelta_min = 0.2\ndelta_max = 0.6\n[search]\nmethod = \"optimal\"\n";
    let (exit, told, said) = anonymize(&bench, &format!("{CONFIG}{model}"));
    assert_eq!(exit, 0, "{said}");
    let classes = classes(&bench);
    let shares: Vec<f64> = classes.iter().map(|(n, crowd)| *n as f64 / *crowd as f64).collect();
    assert!(shares.iter().all(|share| (0.2..=0.6).contains(share)), "{shares:?}");
    // Everybody fits one class.
    assert_eq!(classes.iter().map(|class| class.1).sum::<usize>(), 600);
    let highest = shares.iter().copied().fold(0.0, f64::max);
    assert!((reached(&told, "delta-presence-max") - highest).abs() < 1e-9);
    assert!(reached(&told, "delta-presence-min") >= 0.2);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let check = |config: String, exit: i32, expect: &str| {
        let bench = bench(|n| n % 4 == 0);
        let (found, _, said) = anonymize(&bench, &config);
        assert_eq!(found, exit, "{said}");
        assert!(said.contains(expect), "{said}");
        assert!(!bench.path("out.csv").exists());
    };
    let presence = "[[model]]\ndelta_min = 0.1\ndelta_max = 0.6\n";
    check(format!("{CONFIG}{presence}"), 3, "search.method = \"optimal\"");
    check("[columns]\nage = \"quasi\"\n[[model]]\nk_map = 5\n".into(), 3, "[population]");
    let joint = format!("subject = \"citizen\"\nscope = \"joint\"\n{CONFIG}[[model]]\nk_map = 5\n");
    check(joint, 3, "leave `scope` out");
    let missing = CONFIG.replace("sex = \"quasi\"", "sex = \"quasi\"\ncitizen = \"identifier\"");
    let other = missing.replace("\"citizen\"\n", "\"passport\"\n");
    check(format!("{other}[[model]]\nk_map = 5\n"), 3, "no column `passport`");
    let path = CONFIG.replace("everybody.csv", "../everybody.csv");
    check(format!("{path}[[model]]\nk_map = 5\n"), 3, "plain name");
    // A population of three is none of sixty people.
    let few = bench(|n| n % 10 == 3);
    few.write("everybody.csv", "age,sex,citizen\n30,F,1\n50,M,2\n70,F,3\n");
    let (exit, _, said) = anonymize(&few, &format!("{CONFIG}[[model]]\nk_map = 2\n"));
    assert_eq!(exit, 3, "{said}");
    assert!(said.contains("than the population has"), "{said}");
    // Everybody is in the table, so that everybody's presence is 1.
    let bench = bench(|_| true);
    let strict = "[[model]]\ndelta_min = 0\ndelta_max = 0.6\n[search]\nmethod = \"optimal\"\n";
    assert_eq!(anonymize(&bench, &format!("{CONFIG}{strict}")).0, 4);
}

#[test]
fn people_whom_the_population_has_not_are_told_or_refused() {
    let check = |model: &str, strangers: usize, exit: i32| {
        let bench = bench(|n| n % 4 == 0);
        let table = fs_err::read_to_string(bench.path("people.csv")).expect("a table");
        let more: String =
            (0..strangers).map(|n| format!("{},F,{}\n", 101 + n, 9_000 + n)).collect();
        bench.write("people.csv", format!("{table}{more}"));
        let config = format!("{CONFIG}{model}[search]\nmethod = \"optimal\"\nsuppress_max = 0.2\n");
        let (found, told, said) = anonymize(&bench, &config);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(found, exit, "{said}");
        let counted = told["people_beside_population"].as_u64();
        assert_eq!(counted, (exit == 0).then_some(strangers as u64), "{said}");
        let words = format!("{strangers} of the table's people have values");
        assert_eq!(said.contains(&words), exit == 3, "{said}");
        assert_eq!(bench.path("out.csv").exists(), exit == 0);
    };
    check("[[model]]\nk_map = 5\n", 0, 0);
    check("[[model]]\nk_map = 5\n", 3, 0);
    let presence = "[[model]]\ndelta_min = 0.0\ndelta_max = 0.9\n";
    check(presence, 0, 0);
    check(presence, 3, 3);
}
