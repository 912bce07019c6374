//! Writing the log: one process at a time, each entry durable before the caller goes on.

use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anonymed_core::{Actor, AuditError, AuditEvent, AuditSink, Clock, Purpose};
use fs_err::{File, OpenOptions};

use super::checkpoint::{Checkpoint, new_origin};
use super::record::encode;
use super::walk::{Next, Walk, open_log, read_checkpoint};
use super::{AuditFault, CHECKPOINT, Fault, LOCK, LOG, guard};
use crate::files::{PRIVATE, create_new, sync_folder, write_private};
use crate::merkle::{Frontier, Hash, leaf_hash};
use crate::{PublicKey, Result, Signer, VaultError};

/// A reader holds the lock for a moment to see whether there is a writer: try again before giving up.
const LOCK_TRIES: u32 = 10;
const LOCK_WAIT: Duration = Duration::from_millis(10);

/// How a chain is kept.
#[derive(Debug, Clone, Copy)]
pub struct AuditOptions {
    /// A checkpoint is written whenever this many entries have come since the last.
    pub checkpoint_every: u64,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self { checkpoint_every: 64 }
    }
}

/// A log open for writing. Closing or dropping it writes a checkpoint.
///
/// # Examples
///
/// ```
/// # use std::sync::Arc;
/// # struct Noon;
/// # impl anonymed_core::Clock for Noon {
/// #     fn now(&self) -> jiff::Timestamp { jiff::Timestamp::UNIX_EPOCH }
/// # }
/// use anonymed_core::{Actor, AuditEvent, AuditSink, Purpose};
/// use anonymed_vault::{AuditChain, AuditOptions, KeyFile, Protection, audit};
///
/// let folder = tempfile::tempdir()?;
/// let ring = KeyFile::create(&folder.path().join("hospital.key"), Protection::Plain0600)?;
/// let clock = Arc::new(Noon);
/// let chain =
///     AuditChain::open(folder.path(), ring.signer().clone(), clock, AuditOptions::default())?;
/// let (actor, purpose) = (Actor("nurse.station4".into()), Purpose("IRB 2026/014".into()));
/// chain.append(&AuditEvent::new("scan.read", &actor, &purpose).count("rows", 120))?;
/// chain.close()?;
/// let report = audit::verify(folder.path(), &ring.public_key())?;
/// assert_eq!((report.entries, report.checkpoint.size), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AuditChain {
    folder: PathBuf,
    origin: String,
    signer: Signer,
    clock: Arc<dyn Clock>,
    options: AuditOptions,
    state: Mutex<State>,
    /// Locked as long as this lives.
    _lock: File,
}

struct State {
    log: File,
    /// Bytes of the log that are whole entries.
    length: u64,
    prev: Hash,
    frontier: Frontier,
    /// The last checkpoint written.
    checkpoint: Checkpoint,
    /// A write failed in a way that leaves the end of the file uncertain.
    broken: bool,
}

impl AuditChain {
    /// Opens the log of a state folder, or begins one. The whole log is checked first; a torn end is
    /// removed and an entry records it.
    ///
    /// # Errors
    ///
    /// [`VaultError::AuditLocked`] where another process writes; [`VaultError::AuditIntegrity`] where
    /// the log is not what was written; [`VaultError::Io`].
    pub fn open(
        folder: &Path,
        signer: Signer,
        clock: Arc<dyn Clock>,
        options: AuditOptions,
    ) -> Result<Self> {
        let lock = lock(folder)?;
        let key = signer.public_key();
        let checkpoint = match read_checkpoint(folder, &key)? {
            Some(checkpoint) => checkpoint,
            None => begin(folder, &signer)?,
        };
        ensure_log(folder, &checkpoint)?;
        let origin = checkpoint.origin.clone();
        let (state, torn) = recover(folder, checkpoint, &key)?;
        let state = Mutex::new(state);
        let folder = folder.to_owned();
        let chain = Self { folder, origin, signer, clock, options, state, _lock: lock };
        if let Some(bytes) = torn {
            let (actor, purpose) = (Actor("anonymed".into()), Purpose("crash recovery".into()));
            let event =
                AuditEvent::new("audit.recover", &actor, &purpose).outcome("torn-end-removed");
            chain.append_batch(&[event.count("bytes", bytes)])?;
        }
        Ok(chain)
    }

    /// Appends events as one durable write and returns their numbers. All or none are refused.
    ///
    /// # Errors
    ///
    /// [`VaultError::EventRefused`] before anything is written; [`VaultError::Io`] where the entries
    /// are not safely on the log, or the checkpoint that was due could not be written: in either case
    /// what they speak of must not be done.
    pub fn append_batch(&self, events: &[AuditEvent]) -> Result<Range<u64>> {
        events.iter().try_for_each(guard::check)?;
        let mut state = self.state.lock().map_err(|_| VaultError::AuditPoisoned)?;
        let first = state.frontier.size();
        if events.is_empty() {
            return Ok(first..first);
        }
        let (lines, leaves) = self.encode(&state, events)?;
        state.write(&lines)?;
        leaves.iter().for_each(|leaf| state.frontier.push(*leaf));
        state.prev = *leaves.last().unwrap_or(&state.prev);
        let numbers = first..state.frontier.size();
        if numbers.end - state.checkpoint.size >= self.options.checkpoint_every.max(1) {
            self.write_checkpoint(&mut state)?;
        }
        Ok(numbers)
    }

    /// Signs and writes a checkpoint over all entries so far, and returns it.
    ///
    /// # Errors
    ///
    /// [`VaultError::Io`].
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        let mut state = self.state.lock().map_err(|_| VaultError::AuditPoisoned)?;
        self.write_checkpoint(&mut state)?;
        Ok(state.checkpoint.clone())
    }

    /// Writes the last checkpoint and lets the next writer in.
    ///
    /// # Errors
    ///
    /// [`VaultError::Io`].
    pub fn close(self) -> Result<Checkpoint> {
        self.checkpoint()
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that checks this log.
    pub fn public_key(&self) -> PublicKey {
        self.signer.public_key()
    }

    /// The lines of new entries, and their leaf hashes.
    fn encode(&self, state: &State, events: &[AuditEvent]) -> Result<(Vec<u8>, Vec<Hash>)> {
        let time = self.clock.now();
        let mut prev = state.prev;
        let mut lines = Vec::new();
        let mut leaves = Vec::with_capacity(events.len());
        for (number, event) in (state.frontier.size()..).zip(events) {
            let line = encode((number, time, &prev), event, &self.origin, &self.signer)
                .ok_or(VaultError::EventRefused { field: "event" })?;
            prev = leaf_hash(&line);
            leaves.push(prev);
            lines.extend_from_slice(&line);
            lines.push(b'\n');
        }
        Ok((lines, leaves))
    }

    fn write_checkpoint(&self, state: &mut State) -> Result<()> {
        if state.broken {
            return Err(VaultError::AuditPoisoned);
        }
        let (size, root) = (state.frontier.size(), state.frontier.root());
        if size == state.checkpoint.size {
            return Ok(());
        }
        let checkpoint = Checkpoint::sign(&self.origin, size, root, &self.signer);
        write_private(&self.folder.join(CHECKPOINT), checkpoint.to_string().as_bytes())?;
        state.checkpoint = checkpoint;
        Ok(())
    }
}

impl State {
    /// Writes whole lines durably, or leaves the file as it was.
    fn write(&mut self, lines: &[u8]) -> Result<()> {
        if self.broken {
            return Err(VaultError::AuditPoisoned);
        }
        if let Err(source) = self.log.write_all(lines) {
            // A part may be there: take it back, or accept nothing more.
            let undone = self.log.set_len(self.length).and_then(|()| self.log.sync_data());
            self.broken = undone.is_err();
            return Err(VaultError::Io { what: "writing the audit log", source });
        }
        if let Err(source) = self.log.sync_data() {
            // After a failed fsync nobody knows what is on the disk.
            self.broken = true;
            return Err(VaultError::Io { what: "syncing the audit log", source });
        }
        self.length += lines.len() as u64;
        Ok(())
    }
}

impl AuditSink for AuditChain {
    fn append(&self, event: &AuditEvent) -> std::result::Result<u64, AuditError> {
        match self.append_batch(std::slice::from_ref(event)) {
            Ok(numbers) => Ok(numbers.start),
            Err(error) => {
                Err(AuditError { reason: error.to_string(), source: Some(Box::new(error)) })
            }
        }
    }
}

impl Drop for AuditChain {
    fn drop(&mut self) {
        // Best effort: entries without a checkpoint are still chained and signed.
        let _ = self.checkpoint();
    }
}

impl fmt::Debug for AuditChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditChain({})", self.origin)
    }
}

fn lock(folder: &Path) -> Result<File> {
    let what = "locking the audit log";
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options.options_mut().mode(PRIVATE);
    let file = options.open(folder.join(LOCK)).map_err(VaultError::io(what))?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_WAIT),
            Err(std::fs::TryLockError::Error(source)) => {
                return Err(VaultError::Io { what, source });
            }
        }
    }
    Err(VaultError::AuditLocked)
}

/// Begins a log with a checkpoint over nothing. A log without a checkpoint is not begun again.
fn begin(folder: &Path, signer: &Signer) -> Result<Checkpoint> {
    if folder.join(LOG).exists() {
        return Err(AuditFault { entry: None, fault: Fault::Checkpoint }.into());
    }
    let root = Frontier::default().root();
    let checkpoint = Checkpoint::sign(&new_origin()?, 0, root, signer);
    write_private(&folder.join(CHECKPOINT), checkpoint.to_string().as_bytes())?;
    Ok(checkpoint)
}

/// Makes the log file where a log was only just begun.
fn ensure_log(folder: &Path, checkpoint: &Checkpoint) -> Result<()> {
    let path = folder.join(LOG);
    if checkpoint.size > 0 || path.exists() {
        return Ok(());
    }
    create_new(&path, PRIVATE).map_err(VaultError::io("making the audit log"))?;
    sync_folder(&path)
}

/// Reads and checks the log; gives the state to go on from, and how many torn bytes were removed.
fn recover(folder: &Path, checkpoint: Checkpoint, key: &PublicKey) -> Result<(State, Option<u64>)> {
    let mut walk = Walk::new(open_log(folder)?, &checkpoint.origin, *key);
    let mut checkpointed = super::verify::RootAt::new(&checkpoint);
    checkpointed.look(&walk.frontier);
    let end = loop {
        match walk.read()? {
            Next::Line => {
                walk.accept()?;
                checkpointed.look(&walk.frontier);
            }
            end => break end,
        }
    };
    walk.finish()?;
    checkpointed.finish(&walk.frontier)?;
    let mut torn = None;
    let mut log = append_to(&folder.join(LOG))?;
    if matches!(end, Next::Torn) {
        let whole = walk.line.len().saturating_sub(1);
        if walk.is_signed_entry(&walk.line) {
            // Only the newline is missing.
            log.write_all(b"\n").map_err(VaultError::io("mending the audit log"))?;
            walk.accept()?;
        } else if walk.is_signed_entry(&walk.line[..whole]) {
            // A whole entry with something in its newline's place is no crash.
            let fault = Fault::NotAnEntry;
            return Err(AuditFault { entry: Some(walk.number()), fault }.into());
        } else {
            torn = Some(walk.line.len() as u64);
            log.set_len(walk.length).map_err(VaultError::io("mending the audit log"))?;
        }
        log.sync_data().map_err(VaultError::io("mending the audit log"))?;
    }
    let Walk { length, prev, frontier, .. } = walk;
    Ok((State { log, length, prev, frontier, checkpoint, broken: false }, torn))
}

fn append_to(path: &Path) -> Result<File> {
    OpenOptions::new().append(true).open(path).map_err(VaultError::io("opening the audit log"))
}
