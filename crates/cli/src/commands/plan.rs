//! `anonymed plan`: decides what happens to each file and shows before and after on a sample.

use std::process::ExitCode;

use anonymed_engine::plan::{self, Depth, Step};
use clap::Args as ClapArgs;

use super::common::{Common, ProjectPlace, cancel_on_signals};
use crate::console;
use crate::failure::Failure;

/// Decide what happens to each file.
#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    place: ProjectPlace,
    /// Decide only; do not solve tables or show samples.
    #[arg(long)]
    no_preview: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let project = common.project(&args.place)?;
    let cancel = cancel_on_signals()?;
    let depth = if args.no_preview { Depth::Steps } else { Depth::Previews };
    let plan = plan::plan(&project, depth, common.progress().as_ref(), &cancel)?;
    if common.json {
        console::print_json(&plan)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (step, count) in plan::summary(&plan) {
        common.say(&format!("{step}: {count} files"));
    }
    for item in &plan.bound.items {
        match &item.step {
            Step::Quarantine(reason) => {
                common.say(&format!("{}: to quarantine: {reason}", item.file));
            }
            Step::LeaveOut(reason) => common.say(&format!("{}: left out: {reason}", item.file)),
            Step::Transform { .. } => {}
        }
    }
    for preview in &plan.previews {
        common.say(&preview.to_string());
    }
    for sample in &plan.samples {
        common.say(&sample.to_string());
    }
    let subjects = plan.bound.subjects;
    common.say(&format!(
        "{} patients, {} of them in conflict; plan {}",
        subjects.total,
        subjects.conflicts,
        &plan.hash[..16]
    ));
    common.say("next `anonymed run`");
    Ok(ExitCode::SUCCESS)
}
