//! `anonymed verify`: attacks what was written.

use std::process::ExitCode;

use anonymed_core::release::{Evidence, Gate, Verdict};
use anonymed_engine::verification;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::common::{Common, ProjectPlace, cancel_on_signals};
use super::run::{HELD, say_taken_out};
use crate::console;
use crate::failure::Failure;

/// Attack what was written.
#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    place: ProjectPlace,
}

/// One check in a line.
#[derive(Serialize)]
pub(crate) struct CheckLine {
    check: String,
    verdict: Verdict,
    findings: u64,
    note: String,
}

impl CheckLine {
    /// A line for each check.
    pub(crate) fn all(evidence: &Evidence) -> Vec<Self> {
        evidence
            .checks
            .iter()
            .map(|(check, result)| Self {
                check: format!("{check:?}"),
                verdict: result.verdict,
                findings: result.hits_total,
                note: result.note.clone(),
            })
            .collect()
    }
}

impl std::fmt::Display for CheckLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = match self.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "FAILED",
            Verdict::NotApplicable => "not applicable",
        };
        write!(f, "{:<17} {verdict:<15} {} findings", self.check, self.findings)
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let project = common.project(&args.place)?;
    let cancel = cancel_on_signals()?;
    let done = verification::verify(&project, common.progress().as_ref(), &cancel)?;
    if common.json {
        console::print_json(&done)?;
    } else {
        for line in CheckLine::all(&done.evidence) {
            common.say(&line.to_string());
        }
        for (check, result) in &done.evidence.checks {
            for missed in &result.missed {
                common.say(&format!("{check:?}: {missed}"));
            }
            for hit in &result.hits {
                console::print(&format!("{check:?}\t{}\t{}", hit.at, hit.reason))?;
            }
        }
        for hit in &done.withdrawn_hits {
            console::print(&format!("withdrawn\t{}\t{}", hit.at, hit.reason))?;
        }
        for (file, reason) in &done.withdrawn {
            common.say(&format!("{file}: taken to quarantine: {reason}"));
        }
        say_taken_out(common, done.records_out(), done.cells_out());
    }
    let failed: Option<Gate> = done
        .evidence
        .checks
        .values()
        .filter(|r| r.verdict == Verdict::Failed)
        .map(|r| r.gate)
        .max();
    if !common.json {
        common.say(match failed {
            Some(_) => "the release would be refused; `anonymed report` shows the places",
            None => "next `anonymed release create`",
        });
    }
    Ok(ExitCode::from(match failed {
        Some(Gate::Integrity) => 8,
        Some(Gate::Residual) => 5,
        Some(Gate::Risk) => 4,
        None if done.took_out() => HELD,
        None => 0,
    }))
}
