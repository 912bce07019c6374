//! `anonymed deidentify`: the whole way in one go.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_engine::deidentify::{Done, LeftOut, Request, deidentify, ready, state_of};
use anonymed_engine::project::read_policy;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::common::{Common, cancel_on_signals};
use super::init::{Wish, wishes};
use super::run::{HELD, RunSummary, summary};
use super::verify::CheckLine;
use crate::console;
use crate::failure::Failure;

/// Make a release in one go.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The folder with the data.
    input: PathBuf,
    /// Where the release goes; must not exist. The project's state goes to `<OUT>.state`.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The key file; made (0600) where it does not exist.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// Use this policy instead of proposing one; name, purpose and day are then the policy's.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "purpose", "as_of"])]
    policy: Option<PathBuf>,
    #[command(flatten)]
    wish: Wish,
}

#[derive(Serialize)]
struct Summary {
    /// Where it was published; null where the gate refused it or approvals are waited for.
    release: Option<PathBuf>,
    report: Option<PathBuf>,
    state: PathBuf,
    subjects: u64,
    conflicts: u64,
    #[serde(flatten)]
    run: RunSummary,
    /// What of the input is neither in the release nor in quarantine.
    left_out: Vec<LeftOut>,
    checks: Vec<CheckLine>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let wishes = wishes(&args.wish)?;
    let request = Request {
        input: &args.input,
        out: &args.out,
        key_file: &args.key_file,
        policy,
        policy_folder: args.policy.as_deref().and_then(std::path::Path::parent),
        wishes,
    };
    ready(&request)?;
    let session = common.open_or_make_key(&args.key_file)?;
    let cancel = cancel_on_signals()?;
    let done = deidentify(&request, session, common.progress().as_ref(), &cancel)?;
    report(args, common, done)
}

fn report(args: &Args, common: &Common, done: Done) -> Result<ExitCode, Failure> {
    let run = summary(&done.plan, &done.run, &done.verification);
    let left_out = done.left_out();
    let code = if left_out.iter().any(|l| l.unread) { HELD } else { run.exit_code() };
    let standing = done.standing.as_ref().ok();
    let published = standing.and_then(|s| s.published.clone());
    let approvals = standing.map_or(0, |s| s.approvals_needed);
    let out = Summary {
        report: published.as_ref().map(|release| release.join("report.html")),
        release: published.clone(),
        state: state_of(&args.out),
        subjects: done.plan.bound.subjects.total,
        conflicts: done.plan.bound.subjects.conflicts,
        checks: CheckLine::all(&done.verification.evidence),
        run,
        left_out,
    };
    if common.json {
        console::print_json(&out)?;
    } else {
        out.run.say(common);
        for check in &out.checks {
            common.say(&check.to_string());
        }
    }
    if let Some(said) = missing(&out.left_out) {
        common.say(&said);
    }
    for overlap in &done.overlaps {
        common.say(&format!("warning: {overlap}"));
    }
    if let Err(refusal) = done.standing {
        common.say(&format!(
            "nothing was released; places: `anonymed report --project {}`",
            out.state.display()
        ));
        return Err(refusal.into());
    }
    if common.json {
        return Ok(ExitCode::from(code));
    }
    match published {
        Some(path) => common.say(&format!(
            "signed release{}: {}\nread {} first",
            of_patients(out.subjects - out.conflicts),
            path.display(),
            path.join("report.html").display()
        )),
        None => common.say(&format!(
            "verified; {} approvals are needed: `anonymed release approve --project {}`",
            approvals,
            out.state.display()
        )),
    }
    Ok(ExitCode::from(code))
}

/// How many files are in neither release nor quarantine, and why.
fn missing(left_out: &[LeftOut]) -> Option<String> {
    let files: u64 = left_out.iter().map(|l| l.files).sum();
    let reasons: Vec<_> =
        left_out.iter().map(|l| format!("{} for this: {}", l.files, l.reason)).collect();
    let verb = if files == 1 { "file was" } else { "files were" };
    (files > 0).then(|| {
        format!(
            "{files} {verb} left out, and the report names them by number: {}",
            reasons.join("; ")
        )
    })
}

/// Of how many patients, where the input says who they are.
fn of_patients(patients: u64) -> String {
    if patients == 0 { String::new() } else { format!(" of {patients} patients") }
}
