//! What a person at a terminal or a script meets: closed pipes, wrong order, wrong places, files that
//! change, and what is told of it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::{Bench, code, stderr};

const TABLE: &str = "mrn,sex,diagnosis\nA100001,F,I10\nA100002,F,I10\nA100003,F,I10\nA100004,F,I10\n\
                     A100005,F,I10\nA100006,F,I10\n";

fn project(bench: &Bench) {
    bench.write("in/good.csv", TABLE);
    let init =
        ["init", "p", "--input", "in", "--profile", "research-linked", "--key-file", "k.key"];
    let made = bench.run(&init);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
}

/// Runs a command whose reader goes after one line.
fn head(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anonymed"))
        .args(arguments)
        .current_dir(bench.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut first = String::new();
    BufReader::with_capacity(1, child.stdout.take().expect("stdout is piped"))
        .read_line(&mut first)
        .expect("a line");
    let mut said = String::new();
    child.stderr.take().expect("stderr is piped").read_to_string(&mut said).expect("text");
    (child.wait().expect("the binary ends").code().unwrap_or(-1), said)
}

#[test]
fn a_reader_that_goes_is_no_error() {
    let bench = Bench::new();
    project(&bench);
    for stage in ["plan", "run", "verify", "plan"] {
        assert_eq!(code(&bench.run(&[stage, "--project", "p"])), 0, "{stage}");
    }
    let check = |arguments: &[&str]| {
        let (code, said) = head(&bench, arguments);
        assert_eq!((code, said.contains("ANM-")), (0, false), "{arguments:?}: {said}");
    };
    check(&["audit", "export", "--project", "p"]);
    check(&["audit", "show", "--project", "p"]);
    check(&["scan", "--json", "--project", "p"]);
    check(&["plan", "--json", "--project", "p"]);
    check(&["completions", "bash"]);
    check(&["man"]);
    check(&["--help"]);
}

#[test]
fn an_exit_code_outlives_its_reader() {
    let bench = Bench::new();
    bench.write("in/a.csv", TABLE);
    bench.write("in/b.csv", "mrn,name\nA100001,\"x\nA100002,y\n");
    let arguments = ["deidentify", "in", "--out", "out", "--profile", "research-linked", "--json"];
    let (code, said) = head(&bench, &[&arguments[..], &["--key-file", "k.key"]].concat());
    assert_eq!(code, 6, "{said}");
}

#[test]
fn nothing_to_release_is_no_release() {
    let check = |files: &[(&str, &str)], exit: i32, part: &str| {
        let bench = Bench::new();
        fs_err::create_dir(bench.path("in")).unwrap();
        files.iter().for_each(|(name, text)| bench.write(&format!("in/{name}"), text));
        let done = bench.deidentify("in", "out", "research-linked", &[]);
        assert_eq!(code(&done), exit, "{}", stderr(&done));
        assert!(stderr(&done).contains(part), "{}", stderr(&done));
        assert!(!bench.path("out").exists());
    };
    check(&[], 2, "the input folder holds no files");
    check(&[("readme.txt", "This folder holds the data of ward three.")], 2, "nothing to release");
    check(&[("a.csv", "mrn,sex,age\n")], 2, "nothing to release");
    check(&[("a.csv", "mrn,sex,age\nA1,F,\"3\n")], 6, "every record is in quarantine");
}

#[test]
fn places_are_checked_before_a_key_is_made() {
    let bench = Bench::new();
    bench.write("in/good.csv", TABLE);
    bench.write("there/x", "x");
    bench.write("endless.toml", vec![b'#'; 2 << 20]);
    let check = |arguments: &[&str], exit: i32, part: &str| {
        let all = [arguments, &["--profile", "research-linked", "--key-file", "n.key"]].concat();
        let done = bench.run(&all);
        assert_eq!(code(&done), exit, "{}", stderr(&done));
        assert!(stderr(&done).contains(part), "{}", stderr(&done));
        assert!(!bench.path("n.key").exists(), "{arguments:?}");
    };
    check(&["init", "p", "--input", "missing"], 1, "it is not there");
    check(&["init", "in/p", "--input", "in"], 2, "inside the input folder");
    check(&["init", "p", "--input", "in/good.csv"], 2, "not a folder");
    check(&["deidentify", "in", "--out", "in/out"], 2, "inside the input folder");
    check(&["deidentify", "in", "--out", "in/a/b/out"], 2, "inside the input folder");
    check(&["deidentify", "in", "--out", "there"], 2, "exists already");
    check(&["deidentify", "missing", "--out", "out"], 1, "it is not there");
    let policy = &["deidentify", "in", "--out", "out", "--policy", "endless.toml"];
    check(policy, 3, "longer than the limit of 1 MiB");
    assert!(!bench.path("in/p").exists() && !bench.path("in/a").exists());
    let endless = bench.run(&["policy", "check", "endless.toml"]);
    assert_eq!(code(&endless), 3, "{}", stderr(&endless));
}

#[test]
fn a_release_does_not_go_into_the_input() {
    let bench = Bench::new();
    project(&bench);
    for stage in ["plan", "run", "verify"] {
        assert_eq!(code(&bench.run(&[stage, "--project", "p"])), 0, "{stage}");
    }
    let refused = bench.run(&["release", "create", "--project", "p", "--out", "in/release"]);
    assert_eq!(code(&refused), 2, "{}", stderr(&refused));
    assert!(!bench.path("in/release").exists());
    let none = bench.run(&["release", "verify", "nowhere"]);
    assert_eq!(code(&none), 1, "{}", stderr(&none));
}

#[test]
fn input_that_changes_or_goes_is_named_by_number() {
    let bench = Bench::new();
    project(&bench);
    assert_eq!(code(&bench.run(&["plan", "--project", "p"])), 0);
    bench.write("in/good.csv", TABLE.replace("I10", "E11"));
    let changed = bench.run(&["run", "--project", "p"]);
    assert_eq!(code(&changed), 8);
    assert!(stderr(&changed).contains("file 1 changed since the scan; run `anonymed scan`"));
    fs_err::remove_file(bench.path("in/good.csv")).unwrap();
    let gone = bench.run(&["run", "--project", "p"]);
    assert_eq!(code(&gone), 1);
    assert!(stderr(&gone).contains("file 1 was there at the scan"), "{}", stderr(&gone));
    bench.write("in/good.csv", TABLE);
    assert_eq!(code(&bench.run(&["run", "--project", "p"])), 0);
}

#[test]
fn keys_and_readings_are_on_the_log() {
    let bench = Bench::new();
    project(&bench);
    for stage in ["plan", "run", "verify", "report"] {
        assert_eq!(code(&bench.run(&[stage, "--project", "p"])), 0, "{stage}");
    }
    bench.run(&["release", "create", "--project", "p"]);
    bench.run(&["release", "show", "--project", "p"]);
    bench.run(&["policy", "explain", "mrn", "--project", "p"]);
    let log = bench.run(&["audit", "show", "--project", "p"]);
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    for action in ["keys.create", "report.read", "release.show", "policy.explain"] {
        assert_eq!(log.matches(action).count(), 1, "{action}: {log}");
    }
}

#[test]
fn json_is_one_document() {
    let bench = Bench::new();
    bench.write("in/good.csv", TABLE);
    let check = |arguments: &[&str]| {
        let done = bench.run(&[arguments, &["--json"]].concat());
        let document: Result<serde_json::Value, _> = serde_json::from_slice(&done.stdout);
        assert!(document.is_ok(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stdout));
    };
    check(&["demo-project", "demo", "--patients", "2"]);
    check(&["init", "p", "--input", "in", "--profile", "research-linked", "--key-file", "k.key"]);
    check(&["policy", "check", "p/anonymed.toml"]);
    for stage in ["scan", "plan", "run", "verify", "report"] {
        check(&[stage, "--project", "p"]);
    }
    check(&["policy", "explain", "mrn", "--project", "p"]);
    check(&["release", "create", "--project", "p"]);
    check(&["release", "show", "--project", "p"]);
    check(&["release", "verify", "p/release"]);
    check(&["audit", "verify", "--project", "p"]);
}

#[test]
fn a_source_that_can_no_longer_be_read_stops_nothing() {
    let bench = Bench::new();
    bench.write("in/bad.parquet", b"PAR1 and no more");
    bench.write("in/other.csv", TABLE);
    project(&bench);
    assert_eq!(code(&bench.run(&["plan", "--project", "p"])), 0);
    // A folder can be opened and not be read, as a file on a bad sector.
    for name in ["in/bad.parquet", "in/other.csv"] {
        fs_err::remove_file(bench.path(name)).unwrap();
        fs_err::create_dir(bench.path(name)).unwrap();
    }
    let done = bench.run(&["run", "--project", "p"]);
    let said = stderr(&done);
    assert_eq!(code(&done), 6, "{said}");
    assert_eq!(said.matches("the original can no longer be read").count(), 2, "{said}");
    assert!(said.contains("could be read at the scan only"), "{said}");
    assert!([0, 6].contains(&code(&bench.run(&["verify", "--project", "p"]))));
    assert!(bench.run(&["release", "create", "--project", "p"]).status.success());
}

#[test]
fn files_that_are_left_out_are_said() {
    let bench = Bench::new();
    bench.write("in/good.csv", TABLE);
    bench.write("in/ward.txt", "This folder holds the data of ward three.");
    let done = bench.deidentify("in", "out", "research-linked", &[]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let said = "1 file was left out, and the report names them by number: 1 for this: prose";
    assert!(stderr(&done).contains(said), "{}", stderr(&done));
    // What a link leads to is data that nobody read.
    std::os::unix::fs::symlink("good.csv", bench.path("in/linked.csv")).unwrap();
    let done = bench.deidentify("in", "second", "research-linked", &["--json"]);
    assert_eq!(code(&done), 6, "{}", stderr(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let counts =
        |n: usize| (told["left_out"][n]["files"].clone(), told["left_out"][n]["unread"].clone());
    assert_eq!((counts(0), counts(1)), ((1.into(), true.into()), (1.into(), false.into())));
}

#[test]
fn more_threads_than_help_are_not_made() {
    let bench = Bench::new();
    bench.write("in/good.csv", TABLE);
    let done = bench.deidentify("in", "out", "research-linked", &["--threads", "100000"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    assert!(stderr(&done).contains("do not help here"), "{}", stderr(&done));
}

#[test]
fn a_passphrase_for_an_open_key_file_is_told_of() {
    let bench = Bench::new();
    project(&bench);
    bench.write("pass.txt", "a long and secret sentence\n");
    let plan = ["plan", "--project", "p", "--passphrase-file", "pass.txt"];
    let done = bench.run(&plan);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let told = stderr(&done);
    assert!(told.contains("--passphrase-file is not used") && !told.contains("secret"), "{told}");
    let without = bench.run(&plan[..3]);
    assert!(!stderr(&without).contains("passphrase"), "{}", stderr(&without));
}
