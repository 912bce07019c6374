//! `cargo xtask test`: says what is missing, installs it where asked, and runs every test.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::sys::process::Line;
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
    // What a passing test prints is asked for only where some may say that they are skipped.
    let verbose = workspace.corpora().is_none();
    let mut nextest = vec!["nextest", "run", "--workspace", "--no-fail-fast"];
    let mut plain = vec!["test", "--workspace", "--no-fail-fast"];
    if verbose {
        nextest.extend(["--success-output", "final"]);
        plain.extend(["--", "--show-output"]);
    }
    let runs = if has_nextest() {
        vec![nextest, vec!["test", "--workspace", "--doc"]]
    } else {
        vec![plain]
    };
    let mut summary = Vec::new();
    let mut skipped = 0;
    let mut failed = false;
    for run in runs {
        let mut command = workspace.cargo(&run);
        command.env("CARGO_TERM_COLOR", "never").env("RUST_BACKTRACE", "0");
        let mut reader = Reader::default();
        let (code, kept) = process::tee(&mut command, &log, &mut |line| reader.sort(line))?;
        let (skips, sums): (Vec<_>, Vec<_>) = kept.into_iter().partition(|line| is_skip(line));
        skipped += skips.len();
        summary.extend(sums);
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

/// Reads what a test runner prints, and hides what passing tests print.
#[derive(Default)]
struct Reader {
    passing: bool,
}

impl Reader {
    fn sort(&mut self, line: &str) -> Line {
        if is_summary(line) {
            self.passing = false;
            return Line::Keep;
        }
        if is_skip(line) {
            return Line::Keep;
        }
        let content = line.starts_with("    ") && !line.starts_with("     ");
        if line.trim_start().starts_with("PASS [") {
            self.passing = true;
        } else if self.passing && (content || line.is_empty() || line.starts_with("  stdout")) {
            return Line::Hide;
        } else if !line.is_empty() {
            self.passing = false;
        }
        Line::Show
    }
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

/// The closing lines of nextest and of `cargo test`; inside nextest's, those of single tests are
/// indented.
fn is_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [") || line.starts_with("test result:")
}

/// The line that a test prints when its corpora are absent.
fn is_skip(line: &str) -> bool {
    line.contains("ANONYMED_CORPORA")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted() {
        let mut reader = Reader::default();
        let mut check = |line: &str, expect: Line| assert_eq!(reader.sort(line), expect, "{line}");
        check("        PASS [   0.1s] xtask tidy", Line::Show);
        check("  stdout ───", Line::Hide);
        check("", Line::Hide);
        check("    test result: ok. 1 passed; 0 failed", Line::Hide);
        check("    CORPUS MISSING: 4 tests not run; set ANONYMED_CORPORA", Line::Keep);
        check("        FAIL [   0.1s] xtask kill", Line::Show);
        check("    thread panicked", Line::Show);
        check("     Summary [  12.3s] 40 tests run: 40 passed, 0 skipped", Line::Keep);
        check("test result: ok. 3 passed; 0 failed; 0 ignored", Line::Keep);
    }
}
