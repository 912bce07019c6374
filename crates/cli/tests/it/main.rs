//! The built binary, end to end: what a person or a script sees of it.

mod hostile;
mod release;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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

    fn deidentify(&self, input: &str, out: &str, profile: &str, more: &[&str]) -> Output {
        let mut arguments =
            vec!["deidentify", input, "--out", out, "--profile", profile, "--key-file", "k.key"];
        arguments.extend(["--as-of", "2025-06-30"]);
        arguments.extend(more);
        self.run(&arguments)
    }
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
