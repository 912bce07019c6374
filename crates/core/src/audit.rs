//! What is written down of every step. An event says who did what, why and how it ended; it holds
//! no value and no file name, and a step whose event cannot be written does not happen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::FileNumber;

/// Who acts: the name of the system's user, or of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub String);

/// Why: a request, protocol or ticket number, from the policy or the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Purpose(pub String);

/// One event of the log. The sink adds the time and the running number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// What was done, as `scan.read`, `run.transform`, `release.sign`.
    pub action: String,
    /// Who.
    pub actor: Actor,
    /// Why.
    pub purpose: Purpose,
    /// Which file, by its opaque number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<FileNumber>,
    /// How it ended: `ok`, `quarantined`, `refused`, with a stable code where there is one.
    pub outcome: String,
    /// Numbers: records read, identifiers replaced.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub counts: BTreeMap<String, u64>,
    /// Digests that bind the event to what it speaks of, in hexadecimal (plan, manifest).
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub digests: BTreeMap<String, String>,
}

impl AuditEvent {
    /// An event with outcome `ok` and nothing else in it.
    pub fn new(action: &str, actor: &Actor, purpose: &Purpose) -> Self {
        Self {
            action: action.to_owned(),
            actor: actor.clone(),
            purpose: purpose.clone(),
            file: None,
            outcome: "ok".to_owned(),
            counts: BTreeMap::new(),
            digests: BTreeMap::new(),
        }
    }

    /// Names the file.
    #[must_use]
    pub fn file(mut self, file: FileNumber) -> Self {
        self.file = Some(file);
        self
    }

    /// Says how it ended.
    #[must_use]
    pub fn outcome(mut self, outcome: &str) -> Self {
        outcome.clone_into(&mut self.outcome);
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn count(mut self, name: &str, count: u64) -> Self {
        self.counts.insert(name.to_owned(), count);
        self
    }

    /// Adds a digest.
    #[must_use]
    pub fn digest(mut self, name: &str, hex: &str) -> Self {
        self.digests.insert(name.to_owned(), hex.to_owned());
        self
    }
}

/// The log could not be written: the step that asked must not go on.
#[derive(Debug, thiserror::Error)]
#[error("the audit log cannot be written: {reason}; nothing was done")]
pub struct AuditError {
    /// What failed, without a path or a value.
    pub reason: String,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Takes events. Implemented by the vault's chain, and by tests.
pub trait AuditSink: Send + Sync {
    /// Appends an event durably and returns its number.
    ///
    /// # Errors
    ///
    /// When the event is not safely on the log.
    fn append(&self, event: &AuditEvent) -> Result<u64, AuditError>;
}
