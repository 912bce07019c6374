//! `cargo xtask examples`: runs each numbered folder of `examples/` as a reader would, and compares
//! what it prints with the `expected.txt` beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::sys::anonymed::{Anonymed, Build};
use crate::sys::{Workspace, process};

/// Runs the examples and compares their output.
#[derive(clap::Args, Default)]
pub(crate) struct Arguments {
    /// Writes the output down as what is expected from now on.
    #[arg(long)]
    bless: bool,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let examples = folders(&workspace.root.join("examples"))?;
    let mut differing = Vec::new();
    for example in &examples {
        let name = example.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let scratch = workspace.scratch(&format!("examples/{name}"))?;
        let output =
            play(&anonymed, example, &scratch).with_context(|| format!("example {name}"))?;
        let expected = example.join("expected.txt");
        if arguments.bless {
            fs_err::write(&expected, &output)?;
        } else if fs_err::read_to_string(&expected)? != output {
            eprintln!("example {name} printed:\n{output}");
            differing.push(name);
        }
    }
    if !differing.is_empty() {
        bail!("{} print something else than their expected.txt", differing.join(", "));
    }
    println!("examples: {} ran and printed what they should", examples.len());
    Ok(())
}

fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs_err::read_dir(root)? {
        let path = entry?.path();
        if path.join("run.sh").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Runs `run.sh` in an empty folder with `anonymed` on the path; gives its standard output.
fn play(anonymed: &Anonymed, example: &Path, scratch: &Path) -> Result<String> {
    let bin = anonymed.exe().parent().context("the binary is in a folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("bash");
    shell.arg("-euo").arg("pipefail").arg(example.join("run.sh"));
    shell.current_dir(scratch).env("PATH", format!("{}:{path}", bin.display()));
    shell.env("EXAMPLE", example).env("NO_COLOR", "1").env("LC_ALL", "C");
    Ok(process::expect(&mut shell, &[0])?.stdout)
}
