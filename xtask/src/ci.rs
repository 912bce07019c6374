//! `cargo xtask ci`: everything a change must pass, in order, with the time each step took. The
//! first step that fails ends it.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::sys::{Workspace, process};
use crate::{canary, codegen, determinism, examples, kill, score, test, tidy};

/// Runs every check a change must pass.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Rounds of the kill driver.
    #[arg(long, default_value_t = 12)]
    kill_rounds: u32,
}

/// Steps done, with their seconds.
#[derive(Default)]
struct Table {
    rows: Vec<(&'static str, f64)>,
}

impl Table {
    fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n== {name}");
        let start = Instant::now();
        let result = work().with_context(|| format!("step `{name}` failed"));
        self.rows.push((name, start.elapsed().as_secs_f64()));
        if result.is_err() {
            self.print();
        }
        result
    }

    fn print(&self) {
        let total: f64 = self.rows.iter().map(|(_, seconds)| seconds).sum();
        println!("\nstep         seconds");
        for (name, seconds) in &self.rows {
            println!("{name:<11} {seconds:>8.1}");
        }
        println!("{:<11} {total:>8.1}", "total");
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut table = Table::default();
    let cargo = |arguments: &[&str]| process::check(&mut workspace.cargo(arguments));
    // Cheap checks first: they fail in seconds what would fail after an hour.
    table.step("format", || cargo(&["fmt", "--all", "--check"]))?;
    table.step("tidy", || tidy::run(workspace, &tidy::Arguments {}))?;
    table.step("codegen", || codegen::run(workspace, &codegen::Arguments::checking()))?;
    table.step("python", || {
        for (folder, tests) in [("training", "test_generate"), ("bench/text", "test_bench")] {
            let mut python = Command::new("python3");
            python.args(["-m", "unittest", tests]).current_dir(workspace.root.join(folder));
            process::check(&mut python)?;
        }
        Ok(())
    })?;
    let summary = table.step("test", || {
        test::prepare(workspace, true)?;
        test::suite(workspace)
    })?;
    table.step("clippy", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
    })?;
    table.step("doc", || {
        let mut doc = workspace.cargo(&["doc", "--workspace", "--no-deps"]);
        process::check(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    table.step("examples", || examples::run(workspace, &examples::Arguments::default()))?;
    table.step("score", || score::run(workspace, &score::Arguments::short()))?;
    table.step("determinism", || determinism::run(workspace, &determinism::Arguments::short()))?;
    table.step("kill", || kill::run(workspace, &kill::Arguments::short(arguments.kill_rounds)))?;
    table.step("canary", || canary::run(workspace, &canary::Arguments::default()))?;
    table.print();
    for line in summary {
        println!("{line}");
    }
    println!("ci: every step passed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_is_named() {
        let mut table = Table::default();
        assert_eq!(table.step("one", || Ok(3)).unwrap(), 3);
        let failed: Result<()> = table.step("two", || anyhow::bail!("why"));
        assert_eq!(format!("{:#}", failed.unwrap_err()), "step `two` failed: why");
        assert_eq!(table.rows.len(), 2);
    }
}
