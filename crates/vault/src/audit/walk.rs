//! Reading a log from its beginning, checking each entry against the one before, and telling which
//! entry is the first that is wrong.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use fs_err::File;

use super::checkpoint::Checkpoint;
use super::record::{AuditEntry, MOST_LINE, decode, genesis, signature_holds};
use super::{AuditFault, CHECKPOINT, Fault, LOG};
use crate::files::read_capped;
use crate::merkle::{Frontier, Hash, leaf_hash};
use crate::{PublicKey, Result, VaultError};

/// What comes next in a log file.
pub(crate) enum Next {
    /// A line with its newline.
    Line,
    /// Bytes without a newline at the end of the file.
    Torn,
    /// The end, after a whole line.
    End,
}

/// A log being read: one entry in memory, however long the log is.
pub(crate) struct Walk<R> {
    reader: R,
    origin: String,
    key: PublicKey,
    /// The line at hand, and the accepted one before it.
    pub(crate) line: Vec<u8>,
    before: Vec<u8>,
    pub(crate) prev: Hash,
    pub(crate) frontier: Frontier,
    /// Bytes of accepted lines.
    pub(crate) length: u64,
}

/// Opens the log of a folder.
pub(crate) fn open_log(folder: &Path) -> Result<BufReader<File>> {
    File::open(folder.join(LOG)).map(BufReader::new).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => AuditFault { entry: Some(0), fault: Fault::Missing }.into(),
        _ => VaultError::io("reading the audit log")(error),
    })
}

/// Reads the checkpoint of a folder; `None` where there is no such file.
pub(crate) fn read_checkpoint(folder: &Path, key: &PublicKey) -> Result<Option<Checkpoint>> {
    let bytes = match File::open(folder.join(CHECKPOINT)).and_then(|f| read_capped(f, 4096)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            return Err(AuditFault { entry: None, fault: Fault::Checkpoint }.into());
        }
        Err(error) => return Err(VaultError::io("reading the audit checkpoint")(error)),
    };
    let note = std::str::from_utf8(&bytes)
        .map_err(|_| AuditFault { entry: None, fault: Fault::Checkpoint })?;
    Checkpoint::parse(note, key).map(Some)
}

impl<R: BufRead> Walk<R> {
    pub(crate) fn new(reader: R, origin: &str, key: PublicKey) -> Self {
        Self {
            reader,
            origin: origin.to_owned(),
            key,
            line: Vec::new(),
            before: Vec::new(),
            prev: genesis(origin),
            frontier: Frontier::default(),
            length: 0,
        }
    }

    /// The number of the entry at hand.
    pub(crate) fn number(&self) -> u64 {
        self.frontier.size()
    }

    /// Reads up to the next newline into `line`.
    pub(crate) fn read(&mut self) -> Result<Next> {
        std::mem::swap(&mut self.line, &mut self.before);
        self.line.clear();
        let read = (&mut self.reader)
            .take(MOST_LINE as u64)
            .read_until(b'\n', &mut self.line)
            .map_err(VaultError::io("reading the audit log"))?;
        if read == 0 {
            return Ok(Next::End);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(Next::Line);
        }
        if read == MOST_LINE {
            return Err(self.blame(Fault::NotAnEntry));
        }
        Ok(Next::Torn)
    }

    /// Accepts the line at hand as the next entry.
    pub(crate) fn accept(&mut self) -> Result<AuditEntry> {
        let entry = decode(&self.line).and_then(|entry| {
            if entry.number != self.number() {
                Err(Fault::Number)
            } else if entry.prev != self.prev {
                Err(Fault::Chain)
            } else {
                Ok(entry)
            }
        });
        let entry = entry.map_err(|fault| self.blame(fault))?;
        self.prev = leaf_hash(&self.line);
        self.frontier.push(self.prev);
        self.length += self.line.len() as u64 + 1;
        Ok(entry)
    }

    /// Checks the signature of the last entry; through the hashes it speaks for all before it.
    /// Called when `read` has found the end or a torn tail.
    pub(crate) fn finish(&self) -> Result<()> {
        self.check_before()
    }

    /// Whether the bytes at hand are an entry this log's writer signed.
    pub(crate) fn is_signed_entry(&self, bytes: &[u8]) -> bool {
        decode(bytes).is_ok_and(|e| e.number == self.number() && e.prev == self.prev)
            && signature_holds(bytes, &self.origin, &self.key)
    }

    /// The entry at hand does not fit: it is the first bad one, unless the one before it is not what
    /// was signed.
    fn blame(&self, fault: Fault) -> VaultError {
        match self.check_before() {
            Err(earlier) => earlier,
            Ok(()) => AuditFault { entry: Some(self.number()), fault }.into(),
        }
    }

    fn check_before(&self) -> Result<()> {
        let Some(last) = self.number().checked_sub(1) else { return Ok(()) };
        if signature_holds(&self.before, &self.origin, &self.key) {
            return Ok(());
        }
        Err(AuditFault { entry: Some(last), fault: Fault::Signature }.into())
    }
}
