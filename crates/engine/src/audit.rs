//! The audit log as people read it.

use std::io::Write;
use std::path::Path;

use anonymed_vault::audit::{self, ExportFormat};
use anonymed_vault::{AuditEntry, PublicKey};
use serde::Serialize;

use crate::EngineError;

/// One entry, in words and as JSON.
pub struct Line {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: String,
}

/// What a check of the whole log found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Entries, all of them chained and signed.
    pub entries: u64,
    /// Merkle root over them, in hexadecimal.
    pub root: String,
    /// Entries the last signed checkpoint covers.
    pub checkpointed: u64,
    /// Whether another process was writing.
    pub being_written: bool,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} entries are chained and signed; root {}; checkpoint at {}",
            self.entries, self.root, self.checkpointed
        )
    }
}

fn folder(project: &Path) -> Result<std::path::PathBuf, EngineError> {
    let folder = project.join("state/audit");
    if folder.is_dir() {
        Ok(folder)
    } else {
        Err(EngineError::Order { missing: "project in this folder", command: "init" })
    }
}

/// The entries, or the last few, each checked on the way.
///
/// # Errors
///
/// Where the log is not sound.
pub fn lines(
    project: &Path,
    key: &PublicKey,
    last: Option<usize>,
) -> Result<Vec<Line>, EngineError> {
    let mut lines = std::collections::VecDeque::new();
    for entry in audit::entries(&folder(project)?, key)? {
        if lines.len() == last.unwrap_or(usize::MAX) {
            lines.pop_front();
        }
        lines.push_back(line(&entry?)?);
    }
    Ok(lines.into())
}

fn line(entry: &AuditEntry) -> Result<Line, EngineError> {
    let event = &entry.event;
    let file = event.file.map(|f| format!("\t{f}")).unwrap_or_default();
    let counts: String =
        event.counts.iter().map(|(name, count)| format!("\t{name} {count}")).collect();
    let text = format!(
        "{}\t{}\t{}\t{}\t{}{file}{counts}",
        entry.number, entry.time, event.actor.0, event.action, event.outcome
    );
    let json = entry
        .to_line()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| EngineError::Internal("an audit entry has no line".into()))?;
    Ok(Line { text, json })
}

/// Checks the whole log.
///
/// # Errors
///
/// [`EngineError::Vault`] naming the first bad entry.
pub fn verify(project: &Path, key: &PublicKey) -> Result<Report, EngineError> {
    let report = audit::verify(&folder(project)?, key)?;
    Ok(Report {
        entries: report.entries,
        root: data_encoding::HEXLOWER.encode(&report.root),
        checkpointed: report.checkpoint.size,
        being_written: report.being_written,
    })
}

/// Writes the log elsewhere as JSON lines.
///
/// # Errors
///
/// Where the log is not sound, or `out` fails.
pub fn export(project: &Path, key: &PublicKey, out: &mut dyn Write) -> Result<u64, EngineError> {
    Ok(audit::export(&folder(project)?, key, out, ExportFormat::Jsonl)?)
}
