//! `cargo xtask test`: says what is missing, installs it where asked, and runs every test.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::sys::{Workspace, has_program, on_ci, process};
use crate::{canary, sys};

/// Runs every test, documentation tests and the canary scan included.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Installs what the tests need and this machine lacks; `CI=true` does the same.
    #[arg(long)]
    install: bool,
}

/// Something the tests use.
struct Need {
    name: &'static str,
    found: bool,
    without: &'static str,
    /// The command that installs it; `None` where it is optional or cannot be fetched.
    install: Option<&'static [&'static str]>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    prepare(workspace, arguments.install || on_ci())?;
    let summary = suite(workspace)?;
    canary::run(workspace, &canary::Arguments::default())?;
    println!();
    for line in summary {
        println!("{line}");
    }
    Ok(())
}

/// Prints what is missing with a count, and installs what can be installed.
pub(crate) fn prepare(workspace: &Workspace, install: bool) -> Result<()> {
    let needs = needs(workspace);
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.found).collect();
    println!("{} of {} things the tests use are missing", missing.len(), needs.len());
    for need in missing {
        match need.install {
            None => println!("  {}: {}", need.name, need.without),
            Some(command) if install => {
                println!("  {}: installing", need.name);
                process::check(Command::new(command[0]).args(&command[1..]))?;
            }
            Some(command) => {
                println!(
                    "  {}: {} (`{}`, or --install)",
                    need.name,
                    need.without,
                    command.join(" ")
                );
            }
        }
    }
    Ok(())
}

fn needs(workspace: &Workspace) -> Vec<Need> {
    vec![
        Need {
            name: "rustfmt",
            found: has_program("rustfmt", "--version"),
            without: "generated files cannot be compared",
            install: Some(&["rustup", "component", "add", "rustfmt"]),
        },
        Need {
            name: "clippy",
            found: has_program("cargo-clippy", "--version"),
            without: "`cargo xtask ci` cannot lint",
            install: Some(&["rustup", "component", "add", "clippy"]),
        },
        Need {
            name: "cargo-nextest",
            found: has_nextest(),
            without: "optional; `cargo test` is used",
            install: None,
        },
        Need {
            name: "corpora (ANONYMED_CORPORA or ../shared/data)",
            found: workspace.corpora().is_some(),
            without: "tests on data that nobody here generated print that they are skipped; \
                      they are counted below",
            install: None,
        },
    ]
}

fn has_nextest() -> bool {
    has_program("cargo-nextest", "--version")
}

/// Runs unit, integration and documentation tests; gives the lines of summary.
pub(crate) fn suite(workspace: &Workspace) -> Result<Vec<String>> {
    let log = log(workspace)?;
    let mut summary = Vec::new();
    let runs: &[&[&str]] = if has_nextest() {
        &[
            &["nextest", "run", "--workspace", "--no-fail-fast", "--success-output", "final"],
            &["test", "--workspace", "--doc"],
        ]
    } else {
        &[&["test", "--workspace", "--no-fail-fast", "--", "--show-output"]]
    };
    let mut skipped = 0;
    let mut failed = false;
    for run in runs {
        let mut command = workspace.cargo(run);
        command.env("CARGO_TERM_COLOR", "never").env("RUST_BACKTRACE", "0");
        let (code, kept) =
            process::tee(&mut command, &log, |line| is_summary(line) || is_skip(line))?;
        skipped += kept.iter().filter(|line| is_skip(line)).count();
        summary.extend(kept.into_iter().filter(|line| is_summary(line)));
        failed |= code != 0;
    }
    if skipped > 0 {
        summary
            .push(format!("NOT RUN: {skipped} tests without their corpora (set ANONYMED_CORPORA)"));
    }
    if failed {
        for line in summary {
            println!("{line}");
        }
        bail!("tests failed");
    }
    Ok(summary)
}

/// The log of the suite, which the canary scan reads too; emptied.
fn log(workspace: &Workspace) -> Result<PathBuf> {
    let log = log_path(workspace);
    fs_err::create_dir_all(workspace.target.join("xtask"))?;
    fs_err::write(&log, "")?;
    Ok(log)
}

/// Where the suite's output is kept.
pub(crate) fn log_path(workspace: &sys::Workspace) -> PathBuf {
    workspace.target.join("xtask/test.log")
}

/// The closing lines of nextest and of `cargo test`.
fn is_summary(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Summary [") || line.starts_with("test result:")
}

/// The line that a test prints when its corpora are absent.
fn is_skip(line: &str) -> bool {
    line.contains("ANONYMED_CORPORA") && line.to_lowercase().contains("skip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let check = |line: &str, summary: bool, skip: bool| {
            assert_eq!((is_summary(line), is_skip(line)), (summary, skip), "{line}");
        };
        check("     Summary [  12.3s] 40 tests run: 40 passed, 0 skipped", true, false);
        check("test result: ok. 3 passed; 0 failed; 0 ignored", true, false);
        check("SKIPPED 4 tests: no data (set ANONYMED_CORPORA)", false, true);
        check("        PASS [   0.1s] xtask tidy", false, false);
    }
}
