//! Reads cells again that a policy's `encrypt` wrote. Only the holder of the project's key can, and
//! the log says who did, why and how many, before anything is given back.

use std::collections::BTreeSet;

use anonymed_core::Sensitive;
use anonymed_core::column_authority;
use anonymed_core::policy::{PURPOSE_MOST, Policy, RiskScope};
use anonymed_table::joint::{table_kind, table_scope};

use crate::scan::{self, Inventory};
use crate::subjects::pseudonymizer;
use crate::{EngineError, Project};

/// Decrypts cells of a column, given by its header, in order; an empty cell stays empty.
///
/// # Errors
///
/// Where there is no scan or policy, the purpose is empty or too long, the log refuses, or a cell is
/// not one that this project encrypted in such a column: then none is given.
pub fn decrypt(
    project: &Project,
    column: &str,
    purpose: &str,
    cells: &[&str],
) -> Result<Vec<Sensitive<String>>, EngineError> {
    stated(purpose)?;
    let policy = project.policy()?;
    let inventory = scan::inventory(project)?;
    let kinds = kinds(&policy, &inventory, column);
    let codes = pseudonymizer(&policy, project.keys(), &inventory.digest);
    let one = |cell: &str| match unguarded(cell) {
        "" => Some(Sensitive::new(String::new())),
        cell => kinds.iter().find_map(|kind| codes.decrypt(kind, cell)),
    };
    let plain: Vec<_> = cells.iter().map_while(|cell| one(cell)).collect();
    let whole = plain.len() == cells.len();
    let event = project.event("cells.decrypt", purpose).count("cells", cells.len() as u64);
    project.record(&event.outcome(if whole { "ok" } else { "refused" }))?;
    if whole { Ok(plain) } else { Err(foreign(plain.len() + 1)) }
}

/// A cell without the mark that a CSV has before what a spreadsheet would take for a formula: base64url
/// may begin with `-`.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// Refuses who does not say why.
fn stated(purpose: &str) -> Result<(), EngineError> {
    if purpose.trim().is_empty() || purpose.chars().count() > PURPOSE_MOST {
        return Err(EngineError::Usage(format!(
            "say why cells are decrypted, in at most {PURPOSE_MOST} characters; it goes on the audit log"
        )));
    }
    Ok(())
}

fn foreign(line: usize) -> EngineError {
    EngineError::Usage(format!(
        "line {line} is no cell that this project's key and policy encrypted under that header; \
         nothing is decrypted"
    ))
}

/// The kinds a column's cells may be keyed under: under joint scope each table has its own.
fn kinds(policy: &Policy, inventory: &Inventory, column: &str) -> BTreeSet<String> {
    let kind = column_authority(column);
    if policy.risk.scope != RiskScope::Joint {
        return BTreeSet::from([kind]);
    }
    let tables = inventory.files.iter().filter(|entry| scan::is_modality(entry, "table"));
    tables
        .flat_map(|entry| entry.fields.iter().map(|field| (entry.number, field.part.as_deref())))
        .map(|(file, sheet)| table_kind(&kind, &table_scope(file, sheet)))
        .collect()
}
