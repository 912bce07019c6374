//! The built binary, end to end: what a person or a script sees of it.

mod attack;
mod attack_tables;
mod cohort;
mod documents;
mod gate;
mod hierarchy;
mod hostile;
mod items;
mod manners;
mod memory;
mod messy;
mod model;
mod policy;
mod population;
mod propose;
mod release;
mod table;
mod table_actions;
mod table_cells;
mod table_ends;
mod table_report;
mod table_risk;
mod table_rows;
mod text;
mod text_eval;
mod unlinked;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// The highest resident set of the whole program, whatever it reads: 512 MB.
const MOST_MEMORY: u64 = 512_000_000;

/// A folder with a project's inputs and outputs, and the binary to work on it.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().expect("it has a folder")).expect("folder");
        fs_err::write(path, bytes).expect("file");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_anonymed"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("ANONYMED_ACTOR", "tester")
            .output()
            .expect("the binary runs")
    }

    /// Runs, and holds the highest resident set to what the program promises.
    fn bounded(&self, arguments: &[&str]) -> Output {
        let (done, peak) = self.measured(arguments);
        assert!(peak.is_none_or(|peak| peak < MOST_MEMORY), "{peak:?} bytes: {arguments:?}");
        done
    }

    /// Runs and says the highest resident set in bytes, where a `/proc` tells it.
    fn measured(&self, arguments: &[&str]) -> (Output, Option<u64>) {
        let log =
            |name: &str| fs_err::File::create(self.path(name)).expect("a file").into_parts().0;
        let mut child = Command::new(env!("CARGO_BIN_EXE_anonymed"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("ANONYMED_ACTOR", "tester")
            .stdin(Stdio::null())
            .stdout(log("stdout.txt"))
            .stderr(log("stderr.txt"))
            .spawn()
            .expect("the binary runs");
        let status = format!("/proc/{}/status", child.id());
        let (ended, end) = mpsc::channel();
        let waiter = std::thread::spawn(move || {
            let status = child.wait().expect("the binary ends");
            let _ = ended.send(());
            status
        });
        let mut peak = None;
        // The kernel keeps the highest mark, so only what grows in the last moment is missed.
        while end.recv_timeout(Duration::from_millis(2)) == Err(RecvTimeoutError::Timeout) {
            peak = high_water(&status).max(peak);
        }
        let read = |name: &str| fs_err::read(self.path(name)).expect("a file");
        let status = waiter.join().expect("the waiter ends");
        (Output { status, stdout: read("stdout.txt"), stderr: read("stderr.txt") }, peak)
    }

    /// Anonymizes a table by itself: the exit code, what is told as JSON, and what is said.
    fn anonymize(&self, config: &str, (input, out): (&str, &str), more: &[&str]) -> Anonymized {
        self.write("table.toml", config);
        let words = ["table", "anonymize", input, "--out", out, "--config", "table.toml", "--json"];
        let done = self.run(&[&words[..], more].concat());
        let told = serde_json::from_slice(&done.stdout).unwrap_or_default();
        (code(&done), told, stderr(&done))
    }

    fn deidentify(&self, input: &str, out: &str, profile: &str, more: &[&str]) -> Output {
        let mut arguments = deidentify(input, out, profile);
        arguments.extend(more);
        self.run(&arguments)
    }
}

/// What became of a table: exit code, JSON, and what was said.
type Anonymized = (i32, serde_json::Value, String);

fn deidentify<'a>(input: &'a str, out: &'a str, profile: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["deidentify", input, "--out", out, "--profile", profile];
    arguments.extend(["--key-file", "k.key", "--as-of", "2025-06-30"]);
    arguments
}

fn high_water(status: &str) -> Option<u64> {
    let status = fs_err::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files below a folder, with their bytes.
fn tree(root: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                files.insert(name, fs_err::read(path).expect("a file"));
            }
        }
    }
    files
}
