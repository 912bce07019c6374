//! `anonymed run`: executes the plan.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anonymed_engine::plan::{self, Plan};
use anonymed_engine::run::{self, Run};
use anonymed_engine::staging::Outcome;
use anonymed_engine::verification::Verification;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::common::{Common, ProjectPlace, cancel_on_signals};
use crate::console;
use crate::failure::Failure;

/// Execute the plan.
#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    place: ProjectPlace,
}

/// What a run did, in numbers.
#[derive(Serialize)]
pub(crate) struct RunSummary {
    plan: String,
    files: u64,
    quarantined_files: BTreeMap<u32, String>,
    /// Records in quarantine, those that verification took out among them.
    quarantined_records: u64,
    /// Of these, those that verification took out.
    withdrawn_records: u64,
    /// Prose cells of tables that verification blanked.
    withheld_cells: u64,
    modalities: BTreeMap<String, Modality>,
    /// What readers of the input would not see, by kind; none of it is in the output.
    unseen: BTreeMap<String, u64>,
}

#[derive(Serialize, Default)]
struct Modality {
    files: u64,
    records_in: u64,
    records_out: u64,
    seconds: f64,
}

/// Puts the numbers of a verified run together; what verification took out counts as quarantined.
pub(crate) fn summary(plan: &Plan, run: &Run, verification: &Verification) -> RunSummary {
    RunSummary {
        withdrawn_records: verification.records_out(),
        withheld_cells: verification.cells_out(),
        ..plain(plan, run)
    }
}

fn plain(plan: &Plan, run: &Run) -> RunSummary {
    let mut modalities: BTreeMap<String, Modality> = BTreeMap::new();
    let mut quarantined_files = BTreeMap::new();
    for record in &run.records {
        let modality = modalities.entry(record.modality.clone()).or_default();
        modality.files += 1;
        modality.seconds += record.seconds;
        match &record.result {
            Outcome::Quarantined(reason) | Outcome::Withdrawn(reason) => {
                quarantined_files.insert(record.file.0, reason.clone());
            }
            Outcome::Staged(outputs) => {
                if let Some(output) = outputs.first() {
                    modality.records_in += output.transformed.records_in;
                    modality.records_out += output.transformed.records_out;
                }
            }
        }
    }
    RunSummary {
        plan: run.plan.clone(),
        files: run.records.len() as u64,
        quarantined_files,
        quarantined_records: run::quarantined(&run.records).len() as u64,
        withdrawn_records: 0,
        withheld_cells: 0,
        modalities,
        unseen: plan::unseen(plan).into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect(),
    }
}

/// The exit code of a job that is finished and has not taken all of its input along.
pub(crate) const HELD: u8 = 6;

impl RunSummary {
    /// 0, or 6 where something is in quarantine or was blanked.
    pub(crate) fn exit_code(&self) -> u8 {
        let held = self.quarantined_records + self.withheld_cells;
        if self.quarantined_files.is_empty() && held == 0 { 0 } else { HELD }
    }

    /// Says the numbers.
    pub(crate) fn say(&self, common: &Common) {
        for (name, modality) in &self.modalities {
            common.say(&format!(
                "{name}: {} files, {} of {} records, {:.1} s of work",
                modality.files, modality.records_out, modality.records_in, modality.seconds
            ));
        }
        for (kind, count) in &self.unseen {
            common.say(&format!("{count} × {kind}: not seen by a reader, and not in the output"));
        }
        for (file, reason) in &self.quarantined_files {
            common.say(&format!("file {file}: quarantined: {reason}"));
        }
        if self.quarantined_records > 0 {
            common.say(&format!("{} records quarantined", self.quarantined_records));
        }
        say_taken_out(common, self.withdrawn_records, self.withheld_cells);
    }
}

/// Says what the verification took out of files that stay.
pub(crate) fn say_taken_out(common: &Common, records: u64, cells: u64) {
    if records > 0 {
        common.say(&format!("verification took {records} records out"));
    }
    if cells > 0 {
        common.say(&format!("verification blanked {cells} prose cells of tables"));
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let project = common.project(&args.place)?;
    let cancel = cancel_on_signals()?;
    let done = run::run(&project, common.progress().as_ref(), &cancel)?;
    let summary = plain(&plan::read(&project)?, &done);
    if common.json {
        console::print_json(&summary)?;
    } else {
        summary.say(common);
        common.say("staged; next `anonymed verify`");
    }
    Ok(ExitCode::from(summary.exit_code()))
}
