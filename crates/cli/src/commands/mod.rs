//! The command line. Each command is a file of this folder.

mod audit;
mod cohort;
mod cohort_words;
mod common;
mod compare;
mod completions;
mod decrypt;
mod deidentify;
mod demo_project;
mod demo_score;
mod init;
mod man;
mod plan;
mod policy;
mod release;
mod report;
mod risk;
mod run;
mod scan;
mod table;
mod table_attack;
mod table_explain;
mod table_propose;
mod table_report;
mod text;
mod text_eval;
mod text_find;
mod utility;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use common::Common;

/// Turns a messy folder of tables, clinical notes and FHIR of the same patients into a verified,
/// signed release.
///
/// Exit codes: 0 done, 1 internal or I/O, 2 usage, 3 policy invalid, 4 risk threshold missed,
/// 5 residual identifiers found or an attack above its threshold, 6 finished with quarantined files,
/// 7 denied or sealed, 8 integrity failure, 130 interrupted and resumable.
#[derive(Parser)]
#[command(name = "anonymed", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a release in one go: init, scan, plan, run, verify and release.
    Deidentify(deidentify::Args),
    /// Make a project: scan the input and propose a policy.
    Init(init::Args),
    /// Look at the input again.
    Scan(scan::Args),
    /// Decide what happens to each file, and show before and after on a sample.
    Plan(plan::Args),
    /// Execute the plan; goes on where it stopped.
    Run(run::Args),
    /// Attack what was written.
    Verify(verify::Args),
    /// Write the internal report.
    Report(report::Args),
    /// Create, approve, sign, show and verify releases.
    #[command(subcommand)]
    Release(release::Command),
    /// Check and explain a policy, or make sections of one from another tool's.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Work on one table by itself, without a project.
    #[command(subcommand)]
    Table(table::Command),
    /// Work on texts by themselves, without a project.
    #[command(subcommand)]
    Text(text::Command),
    /// Say how likely somebody in a table is named.
    Risk(risk::Args),
    /// Say what is left of a released table, or what could be had at which risk.
    Utility(utility::Args),
    /// Hold releases of one table side by side: risk and what is left.
    Compare(compare::Args),
    /// Count a cohort of a raw or released table, and compare it with another.
    Cohort(cohort::Args),
    /// Show, verify and export the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Read cells again that the policy encrypted; goes on the audit log.
    Decrypt(decrypt::Args),
    /// Write a fake hospital with planted identifiers, to try things on.
    DemoProject(demo_project::Args),
    /// Compare a release of the fake hospital with its ground truth.
    DemoScore(demo_score::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
    /// Print the manual page.
    Man,
}

/// Runs the command.
///
/// # Errors
///
/// The command's.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let common = cli.common;
    common.prepare()?;
    match cli.command {
        Command::Deidentify(args) => deidentify::run(&args, &common),
        Command::Init(args) => init::run(&args, &common),
        Command::Scan(args) => scan::run(&args, &common),
        Command::Plan(args) => plan::run(&args, &common),
        Command::Run(args) => run::run(&args, &common),
        Command::Verify(args) => verify::run(&args, &common),
        Command::Report(args) => report::run(&args, &common),
        Command::Release(command) => release::run(&command, &common),
        Command::Policy(command) => policy::run(&command, &common),
        Command::Table(command) => table::run(&command, &common).map_err(Failure::of_one_table),
        Command::Text(command) => text::run(&command, &common).map_err(Failure::of_one_table),
        Command::Risk(args) => risk::run(&args, &common).map_err(Failure::of_one_table),
        Command::Utility(args) => utility::run(&args, &common).map_err(Failure::of_one_table),
        Command::Compare(args) => compare::run(&args, &common).map_err(Failure::of_one_table),
        Command::Cohort(args) => cohort::run(&args, &common).map_err(Failure::of_one_table),
        Command::Audit(command) => audit::run(&command, &common),
        Command::Decrypt(args) => decrypt::run(&args, &common),
        Command::DemoProject(args) => demo_project::run(&args, &common),
        Command::DemoScore(args) => demo_score::run(&args, &common),
        Command::Completions(args) => completions::run(&args),
        Command::Man => man::run(),
    }
}
