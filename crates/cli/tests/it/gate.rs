//! What the verification has to find in tables, and what has to refuse a release.

use crate::{Bench, code, stderr, tree};

const PROFILES: [&str; 2] = ["research-linked", "hipaa-safe-harbor"];
const PATIENTS: usize = 60;

fn mrn(patient: usize) -> usize {
    8_801_000 + patient * 37
}

/// Patients, and ten results of each in `labs.csv`.
fn hospital(bench: &Bench, result: impl Fn(usize, usize) -> String) {
    let letter = |n: usize| char::from(b'a' + n as u8);
    let mut people = "mrn,first_name,last_name,ssn,birth_date,sex\n".to_owned();
    let mut labs = "mrn,collected,test,value\n".to_owned();
    for patient in 0..PATIENTS {
        let (one, two) = (letter(patient % 10), letter(patient / 10));
        let born = format!("19{}-0{}-1{}", 40 + patient % 50, 1 + patient % 9, patient % 9);
        let sex = if patient % 2 == 0 { "F" } else { "M" };
        let (mrn, ssn) = (mrn(patient), ssn(patient));
        people += &format!("{mrn},Zolt{one}n,Quib{one}ble{two}thorpe,{ssn},{born},{sex}\n");
        for visit in 0..10 {
            let day = format!("20{}-0{}-1{}", 10 + visit, 1 + visit % 9, patient % 9);
            labs += &format!("{mrn},{day},glucose,{}\n", result(patient, visit));
        }
    }
    bench.write("in/patients.csv", people);
    bench.write("in/labs.csv", labs);
}

fn ssn(patient: usize) -> String {
    format!("9{:02}-{:02}-{:04}", 10 + patient, 11 + patient, 4021 + patient * 53)
}

/// A measured value that is no identifier.
fn measured(patient: usize, visit: usize) -> String {
    format!("{}.5", (patient * 7 + visit * 3) % 150)
}

/// The proposed policy of a profile, with one text for another.
fn policy(bench: &Bench, profile: &str, from: &str, to: &str) {
    let init = ["init", "p", "--input", "in", "--profile", profile, "--key-file", "k.key"];
    let made = bench.run(&init);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    let proposed = fs_err::read_to_string(bench.path("p/anonymed.toml")).expect("a policy");
    let changed: Vec<String> = proposed
        .lines()
        .map(|line| if line.starts_with(from) { to.to_owned() } else { line.to_owned() })
        .collect();
    assert_ne!(changed.join("\n").trim(), proposed.trim(), "no line begins with {from}");
    bench.write("policy.toml", changed.join("\n"));
}

#[test]
fn dates_among_the_results_refuse_the_release() {
    for profile in PROFILES {
        let bench = Bench::new();
        hospital(&bench, |patient, visit| match visit {
            3 => format!("2011-0{}-2{}", 1 + patient % 9, patient % 9),
            _ => measured(patient, visit),
        });
        let done = bench.deidentify("in", "out", profile, &[]);
        assert_eq!(code(&done), 5, "{profile}: {}", stderr(&done));
        assert!(stderr(&done).contains("check Dates failed with 60 findings"), "{profile}");
    }
}

#[test]
fn dates_that_a_policy_keeps_refuse_the_release() {
    for profile in PROFILES {
        let bench = Bench::new();
        hospital(&bench, measured);
        policy(&bench, profile, "collected = ", "collected = \"keep\"");
        let done = bench.deidentify("in", "out", profile, &["--policy", "policy.toml"]);
        assert_eq!(code(&done), 5, "{profile}: {}", stderr(&done));
        assert!(stderr(&done).contains("check Dates failed with 600 findings"), "{profile}");
    }
}

#[test]
fn dates_that_no_patient_owns_are_not_kept() {
    let bench = Bench::new();
    hospital(&bench, measured);
    bench.write("in/rooms.csv", "room,opened\nA,2011-04-05\nB,2012-05-06\nC,2013-06-07\n");
    policy(&bench, "research-linked", "opened = ", "opened = \"keep\"");
    let done = bench.deidentify("in", "out", "research-linked", &["--policy", "policy.toml"]);
    assert_eq!(code(&done), 5, "{}", stderr(&done));
    assert!(stderr(&done).contains("check Dates failed with 3 findings"), "{}", stderr(&done));
}

#[test]
fn dates_that_moved_are_counted_cell_by_cell() {
    let bench = Bench::new();
    hospital(&bench, measured);
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let evidence = tree(&bench.path("out")).remove("evidence.json").expect("evidence");
    let evidence = String::from_utf8_lossy(&evidence).into_owned();
    // Ten days of visits for each patient; birth dates are classes of years.
    assert!(evidence.contains("\"date_cells\": 600"), "{evidence}");
}

#[test]
fn numbers_of_other_patients_among_the_results_refuse_the_release() {
    for profile in PROFILES {
        let bench = Bench::new();
        hospital(&bench, |patient, visit| match (patient, visit) {
            (7 | 21, 3) => ssn(patient + 1).replace('-', ""),
            _ => measured(patient, visit),
        });
        let done = bench.deidentify("in", "out", profile, &[]);
        assert_eq!(code(&done), 5, "{profile}: {}", stderr(&done));
        assert!(stderr(&done).contains("check KnownValues failed"), "{profile}");
    }
}
