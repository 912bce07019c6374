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

/// De-identifies under the changed policy.
fn under_policy(bench: &Bench, profile: &str) -> std::process::Output {
    let words = ["deidentify", "in", "--out", "out", "--key-file", "k.key", "--profile", profile];
    bench.run(&[&words[..], &["--policy", "policy.toml"]].concat())
}

/// A rule that leaves a date whole and looks like work.
const WHOLE: &str = "{ action = \"generalize\", to = \"prefix-10\" }";

#[test]
fn dates_among_the_results_do_not_leave() {
    for profile in PROFILES {
        let bench = Bench::new();
        hospital(&bench, |patient, visit| match visit {
            3 => format!("2011-0{}-2{}", 1 + patient % 9, patient % 9),
            _ => measured(patient, visit),
        });
        let done = bench.deidentify("in", "out", profile, &[]);
        assert_eq!(code(&done), 0, "{profile}: {}", stderr(&done));
        let rows = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let released: String = tree(&bench.path("out/data"))
            .iter()
            .filter(|(name, _)| name.ends_with(".csv"))
            .map(|(_, bytes)| rows(bytes))
            .collect();
        assert!(released.contains("glucose"));
        if profile == "hipaa-safe-harbor" {
            assert!(!released.contains("2011-0"), "a date is left");
        }
    }
}

#[test]
fn dates_that_a_policy_leaves_whole_refuse_the_release() {
    let bench = Bench::new();
    hospital(&bench, measured);
    policy(&bench, "research-linked", "collected = ", &format!("collected = {WHOLE}"));
    let done = under_policy(&bench, "research-linked");
    assert_eq!(code(&done), 5, "{}", stderr(&done));
    assert!(stderr(&done).contains("check Dates failed with 600 findings"), "{}", stderr(&done));
}

#[test]
fn a_policy_that_keeps_dates_under_safe_harbor_is_none() {
    for rule in ["\"keep\"", WHOLE] {
        let bench = Bench::new();
        hospital(&bench, measured);
        policy(&bench, "hipaa-safe-harbor", "collected = ", &format!("collected = {rule}"));
        assert_eq!(code(&under_policy(&bench, "hipaa-safe-harbor")), 3, "{rule}");
    }
}

#[test]
fn dates_that_no_patient_owns_are_not_kept() {
    let bench = Bench::new();
    hospital(&bench, measured);
    bench.write("in/rooms.csv", "room,opened\nA,2011-04-05\nB,2012-05-06\nC,2013-06-07\n");
    policy(&bench, "research-linked", "opened = ", &format!("opened = {WHOLE}"));
    let done = under_policy(&bench, "research-linked");
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

/// A comment of each patient; the text engine leaves a number between letters, and the verification
/// knows it.
fn comments(bench: &Bench, marked: impl Fn(usize) -> bool) {
    let mut comments = "mrn,visit,comment\n".to_owned();
    for patient in 0..PATIENTS {
        let (own, other) = (mrn(patient), mrn((patient + 1) % PATIENTS));
        let mark = if marked(patient) { format!("x{other}x") } else { String::new() };
        comments += &format!(
            "{own},{patient},\"slept well and walked the corridor twice before the next dose was \
             given {mark}\"\n"
        );
    }
    bench.write("in/comments.csv", comments);
}

/// De-identifies under a policy that takes the marks of some patients for harmless, so that what the
/// verification does is seen.
fn with_marks_allowed(bench: &Bench, patients: &[usize], more: &[&str]) -> std::process::Output {
    let marks: Vec<String> =
        patients.iter().map(|p| format!("\"x{}x\"", mrn((p + 1) % PATIENTS))).collect();
    let allow = format!("allow = [{}]", marks.join(", "));
    policy(bench, "research-linked", "allow = []", &allow);
    let words = ["deidentify", "in", "--out", "out", "--key-file", "k.key"];
    bench.run(
        &[&words[..], &["--profile", "research-linked", "--policy", "policy.toml"], more].concat(),
    )
}

#[test]
fn blanked_cells_are_told() {
    let bench = Bench::new();
    hospital(&bench, measured);
    comments(&bench, |patient| patient == 7 || patient == 30);
    let done = with_marks_allowed(&bench, &[7, 30], &[]);
    assert_eq!(code(&done), 6, "{}", stderr(&done));
    assert!(stderr(&done).contains("blanked 2 prose cells"), "{}", stderr(&done));
    let files = tree(&bench.path("out"));
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    for name in ["manifest.json", "report.html"] {
        assert!(text(name).contains("verification found an identifier"), "{name}");
    }
    assert!(text("manifest.json").contains("\"unit\": \"prose cell\""));
    assert!(!text("evidence.json").contains("prose_cells_blanked"), "two are too few to be told");
    let project = ["--project", "out.state"];
    let again = bench.run(&[&["verify", "--json"], &project[..]].concat());
    assert_eq!(code(&again), 6, "{}", stderr(&again));
    let told = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(told.contains("\"withheld\": 2"), "{told}");
    let internal = bench.run(&[&["report"], &project[..]].concat());
    let report = bench.path("out.state/state/report-internal.html");
    let report = fs_err::read_to_string(report).expect("a report");
    assert!(report.contains("2 of 60"), "{}", stderr(&internal));
    let log = bench.run(&[&["audit", "export"], &project[..]].concat());
    assert!(String::from_utf8_lossy(&log.stdout).contains("\"withheld_cells\":2"));
}

#[test]
fn a_column_of_blanked_cells_is_refused() {
    let bench = Bench::new();
    hospital(&bench, measured);
    comments(&bench, |_| true);
    let everybody: Vec<usize> = (0..PATIENTS).collect();
    let done = with_marks_allowed(&bench, &everybody, &[]);
    assert_eq!(code(&done), 5, "{}", stderr(&done));
    assert!(stderr(&done).contains("check Inventory failed with 60 findings"), "{}", stderr(&done));
}

/// Patients and their observations as FHIR.
fn observations(bench: &Bench, marked: impl Fn(usize) -> bool) {
    let (mut patients, mut all) = (String::new(), String::new());
    for patient in 0..PATIENTS {
        let (own, other) = (mrn(patient), mrn((patient + 1) % PATIENTS));
        patients += &format!(
            "{{\"resourceType\":\"Patient\",\"id\":\"p{patient}\",\"identifier\":\
             [{{\"system\":\"http://h.example/mrn\",\"value\":\"{own}\"}}]}}\n"
        );
        let note = if marked(patient) { format!("slept x{other}x") } else { "slept".to_owned() };
        all += &format!(
            "{{\"resourceType\":\"Observation\",\"id\":\"o{patient}\",\"status\":\"final\",\
             \"subject\":{{\"reference\":\"Patient/p{patient}\"}},\"code\":{{\"text\":\"sleep\"}},\
             \"note\":[{{\"text\":\"{note}\"}}]}}\n"
        );
    }
    bench.write("in/Patient.ndjson", patients);
    bench.write("in/Observation.ndjson", all);
}

#[test]
fn records_that_verification_takes_out_are_told() {
    let bench = Bench::new();
    observations(&bench, |patient| patient == 7 || patient == 30);
    let done = with_marks_allowed(&bench, &[7, 30], &["--json"]);
    assert_eq!(code(&done), 6, "{}", stderr(&done));
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(told.contains("\"withdrawn_records\": 2"), "{told}");
    assert!(told.contains("\"quarantined_records\": 2"), "{told}");
    assert!(told.contains("\"records_out\": 118"), "{told}");
    let again = bench.run(&["verify", "--project", "out.state"]);
    assert_eq!(code(&again), 6, "{}", stderr(&again));
    assert!(stderr(&again).contains("took 2 records out"), "{}", stderr(&again));
}

/// Two tables of diagnoses; the classes of the first hold three of them, those of the second one.
fn diagnoses(bench: &Bench, dx: &str, other: &str) {
    let mut first = "mrn,sex,dx\n".to_owned();
    let mut second = first.clone();
    for patient in 0..PATIENTS {
        let sex = if patient % 2 == 0 { "F" } else { "M" };
        first += &format!("{},{sex},J1{}\n", mrn(patient), patient % 6);
        second += &format!("{},{sex},I10\n", mrn(patient));
    }
    bench.write("in/first.csv", first);
    bench.write("in/second.csv", second);
    bench.write(
        "policy.toml",
        format!(
            "schema = 1\nname = \"study\"\nprofile = \"research-linked\"\n[time]\nas_of = \"2025-06-30\"\n\
             [[subject.authority]]\nname = \"mrn\"\nmatches = [\"column:mrn\"]\n\
             [[table]]\nfiles = \"first.csv\"\nsubject = \"mrn\"\n\
             model = [{{ k = 5 }}, {{ l = 3, on = \"dx\" }}]\n[table.columns]\n\
             mrn = \"pseudonym\"\nsex = {{ role = \"quasi\" }}\ndx = {dx}\n\
             [[table]]\nfiles = \"second.csv\"\nsubject = \"mrn\"\nmodel = [{{ k = 5 }}]\n\
             [table.columns]\nmrn = \"pseudonym\"\nsex = {{ role = \"quasi\" }}\n\
             dx = {other}\n"
        ),
    );
}

#[test]
fn diversity_is_asked_of_the_table_that_promises_it_whatever_the_role() {
    let check = |dx: &str, other: &str, expect: i32| {
        let bench = Bench::new();
        diagnoses(&bench, dx, other);
        let done = under_policy(&bench, "research-linked");
        assert_eq!(code(&done), expect, "{dx}: {}", stderr(&done));
    };
    const SENSITIVE: &str = "{ role = \"sensitive\" }";
    check("\"keep\"", SENSITIVE, 0);
    check(SENSITIVE, SENSITIVE, 0);
    // Released as one letter, they are no longer three.
    check("{ action = \"generalize\", to = \"prefix-1\" }", "\"drop\"", 4);
}

#[test]
fn the_published_report_shows_no_more_than_the_published_evidence() {
    let bench = Bench::new();
    hospital(&bench, measured);
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let files = tree(&bench.path("out"));
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert!(text("report.html").contains("joint highest risk"));
    assert!(!text("report.html").contains("joint unique patients"));
    assert!(!text("evidence.json").contains("joint_unique_patients"));
}

/// A table with few names under a header that nobody knows, and one of them in a comment, written so that the text
/// engine takes it for a name where it knows it.
#[test]
fn names_that_samples_find_in_a_column_are_looked_for_in_notes() {
    const NAMES: [&str; 4] = ["Zoltquib", "Marrowthorpe", "Quillbury", "Pelliwick"];
    let bench = Bench::new();
    hospital(&bench, measured);
    let mut care = "mrn,zqx\n".to_owned();
    let mut comments = "mrn,visit,comment\n".to_owned();
    for patient in 0..PATIENTS {
        let name = NAMES[patient % 4];
        care += &format!("{},Mrs {name}\n", mrn(patient));
        comments += &format!(
            "{},{patient},\"slept well and walked the corridor twice, {} came by before the next dose\"\n",
            mrn(patient),
            name.to_lowercase()
        );
    }
    bench.write("in/care.csv", care);
    bench.write("in/comments.csv", comments);
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    let released: Vec<String> = tree(&bench.path("out/data"))
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes).to_lowercase())
        .collect();
    assert!(released.iter().any(|text| text.contains("walked the corridor")), "{}", stderr(&done));
    for name in NAMES {
        let told = released.iter().any(|text| text.contains(&name.to_lowercase()));
        assert!(!told, "{name}: {} {}", code(&done), stderr(&done));
    }
}
