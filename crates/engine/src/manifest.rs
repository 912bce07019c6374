//! The manifest: what a release holds and what was done to it, for people and machines. It holds
//! no time, no input file name and no small count, so that equal releases have equal bytes.

use std::collections::BTreeMap;

use anonymed_core::policy::{PseudonymMode, TimeMode};
use anonymed_core::{EntityType, Operator, Policy};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Step};
use crate::staging::{Outcome, Output, Record};
use crate::verification::{TAKEN_OUT, Verification};

/// Version of the manifest's form.
pub const SCHEMA: u32 = 1;

/// A count as it may be published: those below the policy's smallest cell are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// The number.
    Exact(u64),
    /// A number from 1 to below this.
    Below {
        /// The smallest cell that is shown.
        below: u64,
    },
}

impl Count {
    /// Hides a count that is above 0 and below the smallest cell.
    pub fn new(count: u64, min_cell: u32) -> Self {
        let below = u64::from(min_cell);
        if count > 0 && count < below { Self::Below { below } } else { Self::Exact(count) }
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(count) => write!(f, "{count}"),
            Self::Below { below } => write!(f, "< {below}"),
        }
    }
}

/// The whole manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this form.
    pub schema: u32,
    /// Name of the release family.
    pub name: String,
    /// Profile of the policy.
    pub profile: String,
    /// Why the data are released.
    pub purpose: String,
    /// The program.
    pub software: String,
    /// What the release was made from and by: digests, none of which names a person.
    pub bound: Digests,
    /// How identifiers and dates were treated.
    pub treatment: Treatment,
    /// Data files, by path.
    pub files: Vec<DataFile>,
    /// The package's other files and their SHA-256.
    pub documents: BTreeMap<String, String>,
    /// Replaced identifiers, by type and operator.
    pub changes: BTreeMap<EntityType, BTreeMap<Operator, Count>>,
    /// What is not in the release, by reason.
    pub withheld: Vec<Withheld>,
    /// Last day of use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<Date>,
}

/// Digests that bind a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// The plan.
    pub plan: String,
    /// The inventory of the input.
    pub inventory: String,
    /// The policy file.
    pub policy: String,
    /// Public name of the key.
    pub key_id: String,
    /// All data files of the release.
    pub data: String,
    /// The files of the model that looked for entities in texts, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub model: BTreeMap<String, String>,
}

/// What a reader of the data has to know, so that nobody mistakes it for the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatment {
    /// Whether dates are shifted, cut to the year, or as they were.
    pub dates: TimeMode,
    /// Largest shift in days either way, where dates are shifted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shift_range_days: Option<u16>,
    /// Whether shifts are whole weeks.
    pub whole_weeks: bool,
    /// Ages above are written as this number and more.
    pub age_cap: u8,
    /// The day ages are reckoned on.
    pub as_of: Date,
    /// The pseudonym domain.
    pub pseudonym_domain: String,
    /// Whether patients' codes are derived or drawn; codes of records and visits are derived.
    pub pseudonyms: PseudonymMode,
    /// Text cells that begin like a formula have an apostrophe in front (CSV).
    pub csv_formula_guard: bool,
}

/// One data file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFile {
    /// Path below `data`.
    pub path: String,
    /// SHA-256.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// `csv`, `parquet`, `text`, `ndjson`, `json`.
    pub form: String,
    /// Records in it.
    pub records: Count,
    /// What was done to each column of a table.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub columns: Vec<ColumnNote>,
    /// The privacy models a table satisfies, as recomputed by the verification.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub models: BTreeMap<String, f64>,
}

/// What was done to one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnNote {
    /// Header, or `column 3` of the input where it is dropped.
    pub name: String,
    /// Its part in re-identification.
    pub role: String,
    /// The action's verb.
    pub action: String,
}

/// Something that was not released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// `file`, `record`, `prose cell` of a table, or what a reader of a file would not see:
    /// `hidden-sheet`, `cell-comment`, `document-property`.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: Count,
}

/// Puts a manifest together; `documents` is filled by the packaging.
pub fn manifest(
    policy: &Policy,
    plan: &Plan,
    records: &[Record],
    data_digest: &str,
    verification: &Verification,
) -> Manifest {
    let models = &verification.models;
    let bound = &plan.bound;
    Manifest {
        schema: SCHEMA,
        name: policy.name.clone(),
        profile: policy.profile.as_str().to_owned(),
        purpose: policy.purpose.clone(),
        software: bound.software.clone(),
        bound: Digests {
            plan: plan.hash.clone(),
            inventory: bound.inventory.clone(),
            policy: bound.policy.clone(),
            key_id: bound.key_id.clone(),
            data: data_digest.to_owned(),
            model: bound.model.clone(),
        },
        treatment: Treatment {
            dates: policy.time.mode,
            shift_range_days: (policy.time.mode == TimeMode::Shift)
                .then_some(policy.time.range_days),
            whole_weeks: policy.time.weekdays == anonymed_core::dates::WeekdayRule::Kept,
            age_cap: policy.time.age_cap,
            as_of: bound.as_of,
            pseudonym_domain: policy.keys.domain.0.clone(),
            pseudonyms: policy.keys.mode,
            csv_formula_guard: true,
        },
        files: outputs(records)
            .map(|output| data_file(output, models.get(&output.path), policy.risk.min_cell))
            .collect(),
        documents: BTreeMap::new(),
        changes: changes(records, policy.risk.min_cell),
        withheld: withheld(plan, records, verification, policy.risk.min_cell),
        expires: policy.release.expires,
    }
}

/// Staged outputs in order of path.
pub fn outputs(records: &[Record]) -> impl Iterator<Item = &Output> {
    let mut outputs: Vec<&Output> = records
        .iter()
        .filter_map(|r| match &r.result {
            Outcome::Staged(outputs) => Some(outputs),
            Outcome::Quarantined(_) | Outcome::Withdrawn(_) => None,
        })
        .flatten()
        .collect();
    outputs.sort_by(|a, b| a.path.cmp(&b.path));
    outputs.into_iter()
}

fn data_file(output: &Output, models: Option<&BTreeMap<String, f64>>, min_cell: u32) -> DataFile {
    let columns = output.table.iter().flat_map(|t| &t.columns).map(|c| ColumnNote {
        // The header of a column that is not released is not released either.
        name: match c.output_position {
            Some(_) => c.name.clone(),
            None => format!("column {}", c.source_position + 1),
        },
        role: c.role.to_string(),
        action: c.action.clone(),
    });
    DataFile {
        path: output.path.clone(),
        sha256: output.sha256.clone(),
        bytes: output.bytes,
        form: output.form.clone(),
        records: if output.form == "text" || output.form == "json" {
            Count::Exact(output.transformed.records_out)
        } else {
            Count::new(output.transformed.records_out, min_cell)
        },
        columns: columns.collect(),
        models: models.cloned().unwrap_or_default(),
    }
}

fn changes(records: &[Record], min_cell: u32) -> BTreeMap<EntityType, BTreeMap<Operator, Count>> {
    let mut total = anonymed_core::Transformed::default();
    for record in records {
        let Outcome::Staged(outputs) = &record.result else { continue };
        // A table in two formats was changed once.
        let mut sheets = std::collections::BTreeSet::new();
        for output in outputs.iter().filter(|o| sheets.insert(o.sheet.clone())) {
            for (entity, operators) in &output.transformed.changes {
                for (operator, count) in operators {
                    total.changed(*entity, *operator, *count);
                }
            }
        }
    }
    total
        .changes
        .into_iter()
        .map(|(entity, operators)| {
            let counts = operators.into_iter().map(|(o, n)| (o, Count::new(n, min_cell))).collect();
            (entity, counts)
        })
        .collect()
}

fn withheld(
    plan: &Plan,
    records: &[Record],
    verification: &Verification,
    min_cell: u32,
) -> Vec<Withheld> {
    let mut counts: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for item in &plan.bound.items {
        if let Step::LeaveOut(reason) = &item.step {
            *counts.entry(("file", reason.clone())).or_default() += 1;
        }
    }
    for record in records {
        match &record.result {
            Outcome::Quarantined(reason) | Outcome::Withdrawn(reason) => {
                *counts.entry(("file", without_place(reason))).or_default() += 1;
            }
            Outcome::Staged(outputs) => {
                let mut sheets = std::collections::BTreeSet::new();
                for output in outputs.iter().filter(|o| sheets.insert(o.sheet.clone())) {
                    for held in &output.transformed.quarantined {
                        let reason = without_place(&held.reason);
                        *counts.entry(("record", reason)).or_default() += 1;
                    }
                }
            }
        }
    }
    for (kind, count) in crate::plan::unseen(plan) {
        counts.insert((kind, UNSEEN.to_owned()), count);
    }
    if verification.cells_out() > 0 {
        let blanked = ("prose cell", TAKEN_OUT.to_owned());
        *counts.entry(blanked).or_default() += verification.cells_out();
    }
    counts
        .into_iter()
        .map(|((unit, reason), count)| Withheld {
            unit: unit.to_owned(),
            reason,
            // Files and sheets are the sender's, not people; records and comments may be one person.
            count: match unit {
                "file" | "hidden-sheet" | "document-property" => Count::Exact(count),
                _ => Count::new(count, min_cell),
            },
        })
        .collect()
}

/// Why what a reader does not see is not in the release.
const UNSEEN: &str = "not seen by a reader of the file";

/// Reasons end with ` at <place>`; the place is for the internal report.
fn without_place(reason: &str) -> String {
    let reason = reason.split_once(" at ").map_or(reason, |(reason, _)| reason);
    // `verification found 3 known values`: how many is for the internal report too.
    reason.split(' ').filter(|word| word.parse::<u64>().is_err()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_hidden() {
        assert_eq!(Count::new(0, 11).to_string(), "0");
        assert_eq!(Count::new(10, 11).to_string(), "< 11");
        assert_eq!(Count::new(11, 11).to_string(), "11");
        assert_eq!(serde_json::to_string(&Count::new(3, 11)).unwrap(), r#"{"below":11}"#);
        assert_eq!(serde_json::to_string(&Count::new(30, 11)).unwrap(), "30");
    }
}
