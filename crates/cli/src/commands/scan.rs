//! `anonymed scan`: looks at the input again and says what lies there.

use std::process::ExitCode;

use anonymed_core::FieldProfile;
use anonymed_engine::scan::{self, Scan, Status};
use clap::Args as ClapArgs;
use serde::Serialize;

use super::common::{Common, ProjectPlace, cancel_on_signals};
use crate::console;
use crate::failure::Failure;

/// Look at the input again.
#[derive(ClapArgs)]
pub(crate) struct Args {
    #[command(flatten)]
    place: ProjectPlace,
    /// Show every field with its class, reason and masked examples.
    #[arg(long)]
    fields: bool,
}

#[derive(Serialize)]
struct File<'a> {
    number: u32,
    status: &'a Status,
    bytes: u64,
    records: u64,
    rejected: u64,
    mentions: u64,
    unseen: &'a std::collections::BTreeMap<String, u64>,
    fields: &'a [FieldProfile],
}

#[derive(Serialize)]
struct Summary<'a> {
    inventory: &'a str,
    authorities: std::collections::BTreeMap<&'a str, u64>,
    overlaps: Vec<anonymed_engine::graph::Overlap>,
    files: Vec<File<'a>>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let project = common.project(&args.place)?;
    let cancel = cancel_on_signals()?;
    let purpose = project.purpose();
    let scanned = scan::scan(&project, &purpose, common.progress().as_ref(), &cancel)?;
    print_scan(&scanned, common)?;
    if args.fields && !common.json {
        for entry in &scanned.inventory.files {
            for field in &entry.fields {
                console::print(&line(entry.number.0, field))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(file: u32, field: &FieldProfile) -> String {
    let part = field.part.as_ref().map(|p| format!("{p}!")).unwrap_or_default();
    format!(
        "file {file}\t{part}{}\t{}\t{:.0} %\t{}\t{}",
        field.name,
        field.entity.map_or_else(|| field.role.to_string(), |e| format!("{} ({e})", field.role)),
        field.confidence * 100.0,
        field.reason,
        field.examples.join(" | ")
    )
}

/// Prints what a scan saw: names of files are not shown.
pub(crate) fn print_scan(scan: &Scan, common: &Common) -> Result<(), Failure> {
    if common.json {
        return console::print_json(&Summary {
            inventory: &scan.inventory.digest,
            authorities: scan.graph.authorities(),
            overlaps: scan.graph.overlaps(),
            files: scan.inventory.files.iter().map(file).collect(),
        });
    }
    let mut kinds: std::collections::BTreeMap<String, (u64, u64)> = Default::default();
    for entry in &scan.inventory.files {
        match &entry.status {
            Status::Recognised(format) => {
                let kind = kinds.entry(format!("{} ({})", format.modality, format.kind));
                let (files, records) = kind.or_default();
                *files += 1;
                *records += entry.records;
            }
            Status::Unreadable(reason) => {
                common.say(&format!("{}: unreadable: {reason}", entry.number));
            }
            Status::LeftOut(reason) => {
                common.say(&format!("{}: left out: {reason}", entry.number));
            }
        }
        for (what, count) in &entry.unseen {
            common.say(&format!("{}: {count} × {what}, dropped", entry.number));
        }
        if entry.rejected_total > 0 {
            common
                .say(&format!("{}: {} records cannot be read", entry.number, entry.rejected_total));
        }
    }
    for (kind, (files, records)) in kinds {
        common.say(&format!("{kind}: {files} files, {records} records"));
    }
    for (authority, count) in scan.graph.authorities() {
        common.say(&format!("identifiers from {authority}: {count}"));
    }
    for overlap in scan.graph.overlaps() {
        common.say(&format!("warning: {overlap}"));
    }
    Ok(())
}

fn file(entry: &scan::Entry) -> File<'_> {
    File {
        number: entry.number.0,
        status: &entry.status,
        bytes: entry.length,
        records: entry.records,
        rejected: entry.rejected_total,
        mentions: entry.mentions,
        unseen: &entry.unseen,
        fields: &entry.fields,
    }
}
