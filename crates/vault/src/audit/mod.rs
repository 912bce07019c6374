//! The audit chain: an append-only log that shows every later change.
//!
//! A state folder holds `audit.jsonl` (one signed entry a line, see [`AuditEntry`]), `audit.checkpoint`
//! (the last signed checkpoint) and `audit.lock`. Each entry holds the hash of the one before it and
//! is signed; the entries are the leaves of an RFC 6962 Merkle tree, whose root the checkpoint signs.
//!
//! What is found, with the public key alone: any changed byte, and any entry that was removed, moved,
//! doubled or put in, by its number; and the end missing, as far as the checkpoint reaches. What
//! cannot be found from the folder alone is an older copy of all of it put back, or the end cut off
//! behind the checkpoint: compare with a checkpoint kept elsewhere ([`verify_against`]).
//!
//! An entry is on the disk before [`AuditChain::append_batch`] returns. What a crash leaves half-written was
//! never acknowledged; the next [`AuditChain::open`] removes it and says so in an entry of its own.

mod chain;
mod checkpoint;
mod guard;
mod record;
mod verify;
mod walk;

use std::fmt;

pub use chain::{AuditChain, AuditOptions};
pub use checkpoint::{Checkpoint, note_verifier};
pub use record::AuditEntry;
pub use verify::{
    AuditReport, ConsistencyProof, Entries, ExportFormat, InclusionProof, entries, export,
    prove_consistency, prove_inclusion, verify, verify_against, verify_consistency,
    verify_inclusion,
};

const LOG: &str = "audit.jsonl";
const CHECKPOINT: &str = "audit.checkpoint";
const LOCK: &str = "audit.lock";

/// The first thing found wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditFault {
    /// The number of the first bad entry, from 0; none where the log's entries are not to blame.
    pub entry: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The line is not an entry as this program writes it.
    NotAnEntry,
    /// It has another running number: entries were removed, moved, doubled or put in.
    Number,
    /// It does not follow the entry before it.
    Chain,
    /// It is not what the key signed.
    Signature,
    /// It is there only in part.
    Torn,
    /// It should be there, for a checkpoint counts it, and is not.
    Truncated,
    /// The log is missing.
    Missing,
    /// The checkpoint is missing, damaged or of another key.
    Checkpoint,
    /// The checkpoint states another root for these entries, or belongs to another log.
    Root,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnEntry => "it is not an entry as this program writes it",
            Self::Number => "an entry was removed, moved, doubled or put in here",
            Self::Chain => "it does not follow the entry before it",
            Self::Signature => "it is not what was signed",
            Self::Torn => "it is there only in part",
            Self::Truncated => "it is missing, though a checkpoint counts it",
            Self::Missing => "the log is missing",
            Self::Checkpoint => "the checkpoint is missing, damaged or of another key",
            Self::Root => "the checkpoint is not one of these entries",
        })
    }
}

impl fmt::Display for AuditFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(number) => write!(f, "first bad entry is number {number}: {}", self.fault),
            None => write!(f, "{}", self.fault),
        }
    }
}

impl std::error::Error for AuditFault {}
