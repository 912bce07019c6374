//! Whether each planted defect was found: held back, listed as unreadable, or counted.

use std::collections::BTreeMap;

use anonymed_core::Place;
use serde::Serialize;

use super::File;
use super::truth::{At, Planted};
use crate::scan::Status;
use crate::staging::{Outcome, Output};

/// Defects of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefectLine {
    /// The kind, as the truth names it.
    pub kind: String,
    /// All that were planted.
    pub total: u64,
    /// Held back, listed or counted.
    pub found: u64,
}

/// Counts by kind.
#[derive(Debug, Default)]
pub(super) struct Defects(BTreeMap<String, (u64, u64)>);

impl Defects {
    /// Looks for the defects of a file.
    pub(super) fn judge(&mut self, file: &File<'_>, planted: &[&Planted]) {
        for planted in planted {
            let Some(kind) = planted.defect() else { continue };
            let (all, found) = self.0.entry(kind.to_owned()).or_default();
            *all += 1;
            *found += u64::from(is_found(file, planted, kind));
        }
    }

    pub(super) fn finish(self) -> Vec<DefectLine> {
        self.0.into_iter().map(|(kind, (total, found))| DefectLine { kind, total, found }).collect()
    }
}

fn is_found(file: &File<'_>, planted: &Planted, kind: &str) -> bool {
    let outputs: &[Output] = match file.record.map(|r| &r.result) {
        Some(Outcome::Quarantined(_) | Outcome::Withdrawn(_)) => return true,
        Some(Outcome::Staged(outputs)) => outputs,
        None => &[],
    };
    if !matches!(file.entry.status, Status::Recognised(_)) {
        return true;
    }
    let held = || {
        let held = outputs.iter().flat_map(|o| &o.transformed.quarantined);
        held.chain(&file.entry.rejected).map(|q| &q.place)
    };
    match &planted.at {
        At::Row(_) if kind == "duplicate-row" => {
            outputs.iter().filter_map(|o| o.table.as_ref()).any(|t| t.duplicate_rows > 0)
        }
        At::Row(row) => held().any(|p| matches!(p, Place::Cell { row: r, .. } if r == row)),
        At::Element { line, .. } => {
            held().any(|p| matches!(p, Place::Element { line: l, .. } if l == line))
        }
        _ => file.entry.rejected_total > 0,
    }
}
