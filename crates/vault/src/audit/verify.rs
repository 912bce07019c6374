//! Reading the log: checking it with the public key alone, showing and exporting it, and proving
//! that an entry is in it or that it only grew.

use std::io::{BufReader, Write};
use std::path::Path;

use fs_err::File;
use jiff::Timestamp;

use super::checkpoint::Checkpoint;
use super::record::AuditEntry;
use super::walk::{Next, Walk, open_log, read_checkpoint};
use super::{AuditFault, Fault, LOCK};
use crate::merkle::{self, Frontier, Hash};
use crate::{PublicKey, Result, VaultError};

/// What a sound log looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries there are.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Hash,
    /// The last checkpoint; entries after it are chained and signed, but could be cut off unseen.
    pub checkpoint: Checkpoint,
    /// When the first and the last entry were written.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Whether another process was writing, so that more may have come since.
    pub being_written: bool,
}

/// Checks a log.
///
/// # Errors
///
/// [`VaultError::AuditIntegrity`] with the first bad entry; [`VaultError::Io`].
pub fn verify(folder: &Path, key: &PublicKey) -> Result<AuditReport> {
    check(folder, key, &[])
}

/// Checks a log, and that it has grown from a checkpoint kept elsewhere: this finds an older copy
/// that was put back.
///
/// # Errors
///
/// As [`verify`]; [`Fault::Truncated`] where the log ends before the checkpoint, [`Fault::Root`]
/// where it is another log.
pub fn verify_against(folder: &Path, key: &PublicKey, kept: &Checkpoint) -> Result<AuditReport> {
    check(folder, key, &[kept])
}

fn check(folder: &Path, key: &PublicKey, kept: &[&Checkpoint]) -> Result<AuditReport> {
    let mut entries = entries(folder, key)?;
    let checkpoint = entries.checkpoint.clone();
    if kept.iter().any(|k| k.origin != checkpoint.origin) {
        return Err(AuditFault { entry: None, fault: Fault::Root }.into());
    }
    let mut kept: Vec<RootAt> = kept.iter().map(|k| RootAt::new(k)).collect();
    kept.iter_mut().for_each(|k| k.look(&entries.walk.frontier));
    let mut times = None;
    while let Some(entry) = entries.next() {
        let time = entry?.time;
        times = Some((times.map_or(time, |(first, _)| first), time));
        kept.iter_mut().for_each(|k| k.look(&entries.walk.frontier));
    }
    let frontier = &entries.walk.frontier;
    kept.iter().try_for_each(|k| k.finish(frontier))?;
    Ok(AuditReport {
        entries: frontier.size(),
        root: frontier.root(),
        checkpoint,
        times,
        being_written: entries.being_written,
    })
}

/// Compares a checkpoint with a log as it is read.
pub(crate) struct RootAt {
    size: u64,
    stated: Hash,
    found: Option<Hash>,
}

impl RootAt {
    pub(crate) fn new(checkpoint: &Checkpoint) -> Self {
        Self { size: checkpoint.size, stated: checkpoint.root, found: None }
    }

    /// Called after each entry, and before the first.
    pub(crate) fn look(&mut self, frontier: &Frontier) {
        if frontier.size() == self.size {
            self.found = Some(frontier.root());
        }
    }

    /// Called at the end of the log.
    pub(crate) fn finish(&self, frontier: &Frontier) -> Result<()> {
        let fault = match self.found {
            Some(root) if root == self.stated => return Ok(()),
            Some(_) => AuditFault { entry: None, fault: Fault::Root },
            None => AuditFault { entry: Some(frontier.size()), fault: Fault::Truncated },
        };
        Err(fault.into())
    }
}

/// The entries of a log in their order, each checked against the one before it. The last item is an
/// error if the log's end is not sound.
pub struct Entries {
    walk: Walk<BufReader<File>>,
    checkpoint: Checkpoint,
    checkpointed: RootAt,
    being_written: bool,
    done: bool,
}

/// Opens a log for reading; it may be written at the same time.
///
/// # Errors
///
/// [`VaultError::AuditIntegrity`] where checkpoint or log are missing or the checkpoint is not of
/// this key; [`VaultError::Io`].
pub fn entries(folder: &Path, key: &PublicKey) -> Result<Entries> {
    // The checkpoint first: a log that grows meanwhile is never shorter than it says.
    let missing = AuditFault { entry: None, fault: Fault::Checkpoint };
    let checkpoint = read_checkpoint(folder, key)?.ok_or(missing)?;
    let being_written = is_being_written(folder);
    let walk = Walk::new(open_log(folder)?, &checkpoint.origin, *key);
    let mut checkpointed = RootAt::new(&checkpoint);
    checkpointed.look(&walk.frontier);
    Ok(Entries { walk, checkpoint, checkpointed, being_written, done: false })
}

impl Entries {
    fn step(&mut self) -> Result<Option<AuditEntry>> {
        match self.walk.read()? {
            Next::Line => {
                let entry = self.walk.accept()?;
                self.checkpointed.look(&self.walk.frontier);
                Ok(Some(entry))
            }
            end => {
                self.walk.finish()?;
                self.checkpointed.finish(&self.walk.frontier)?;
                // A writer may be in the middle of its line.
                if matches!(end, Next::Torn) && !self.being_written {
                    let entry = Some(self.walk.number());
                    return Err(AuditFault { entry, fault: Fault::Torn }.into());
                }
                Ok(None)
            }
        }
    }
}

impl Iterator for Entries {
    type Item = Result<AuditEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.step();
        self.done = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

/// Whether a writer holds the lock. Without a lock file nobody does.
fn is_being_written(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => matches!(lock.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// The entries as they stand, one JSON object a line.
    Jsonl,
}

/// Writes the log elsewhere, checking it on the way, and returns how many entries went out.
///
/// # Errors
///
/// As [`verify`]; what came before the first bad entry is written then.
pub fn export(
    folder: &Path,
    key: &PublicKey,
    mut out: impl Write,
    format: ExportFormat,
) -> Result<u64> {
    let ExportFormat::Jsonl = format;
    let failed = "writing the export";
    let mut entries = entries(folder, key)?;
    while let Some(entry) = entries.next() {
        entry?;
        out.write_all(&entries.walk.line)
            .and_then(|()| out.write_all(b"\n"))
            .map_err(VaultError::io(failed))?;
    }
    out.flush().map_err(VaultError::io(failed))?;
    Ok(entries.walk.frontier.size())
}

/// Shows that an entry is in the log a checkpoint speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry's number.
    pub index: u64,
    /// The number of entries of the tree it is proved in.
    pub size: u64,
    /// The entry's leaf hash.
    pub leaf: Hash,
    /// The hashes beside the way to the root.
    pub path: Vec<Hash>,
}

/// Shows that a log at one size is a beginning of the same log at another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The earlier size.
    pub old: u64,
    /// The later size.
    pub new: u64,
    /// The hashes of RFC 6962, 2.1.2.
    pub path: Vec<Hash>,
}

/// Proves that entry `index` is among the first `size` entries.
///
/// # Errors
///
/// As [`verify`]; [`VaultError::NoSuchEntry`].
pub fn prove_inclusion(
    folder: &Path,
    key: &PublicKey,
    index: u64,
    size: u64,
) -> Result<InclusionProof> {
    let leaves = leaves(folder, key, size)?;
    let path = merkle::prove_inclusion(&leaves, index).ok_or(VaultError::NoSuchEntry)?;
    let leaf = usize::try_from(index).ok().and_then(|i| leaves.get(i));
    let leaf = *leaf.ok_or(VaultError::NoSuchEntry)?;
    Ok(InclusionProof { index, size, leaf, path })
}

/// Proves that the first `old` entries are a beginning of the first `new`.
///
/// # Errors
///
/// As [`verify`]; [`VaultError::NoSuchEntry`].
pub fn prove_consistency(
    folder: &Path,
    key: &PublicKey,
    old: u64,
    new: u64,
) -> Result<ConsistencyProof> {
    let leaves = leaves(folder, key, new)?;
    let path = merkle::prove_consistency(&leaves, old).ok_or(VaultError::NoSuchEntry)?;
    Ok(ConsistencyProof { old, new, path })
}

/// Whether the proof shows that this entry is in the log of this checkpoint. Needs no log.
pub fn verify_inclusion(proof: &InclusionProof, entry: &[u8], checkpoint: &Checkpoint) -> bool {
    let InclusionProof { index, size, leaf, path } = proof;
    *size == checkpoint.size
        && merkle::leaf_hash(entry) == *leaf
        && merkle::verify_inclusion(leaf, *index, *size, path, &checkpoint.root)
}

/// Whether the proof shows that the log of one checkpoint grew into that of the other.
pub fn verify_consistency(proof: &ConsistencyProof, old: &Checkpoint, new: &Checkpoint) -> bool {
    (proof.old, proof.new) == (old.size, new.size)
        && old.origin == new.origin
        && merkle::verify_consistency((old.size, &old.root), (new.size, &new.root), &proof.path)
}

/// The leaf hashes of the first `size` entries, of a log checked to its end: 32 bytes an entry.
fn leaves(folder: &Path, key: &PublicKey, size: u64) -> Result<Vec<Hash>> {
    let mut entries = entries(folder, key)?;
    let mut leaves = Vec::new();
    while let Some(entry) = entries.next() {
        entry?;
        if (leaves.len() as u64) < size {
            leaves.push(entries.walk.prev);
        }
    }
    if (leaves.len() as u64) < size { Err(VaultError::NoSuchEntry) } else { Ok(leaves) }
}
