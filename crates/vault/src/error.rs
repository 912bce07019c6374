//! What can go wrong with keys, sealed state and the audit chain. No variant holds a value, a key
//! or a passphrase; the source of an I/O error may name one of the vault's own files.

use std::io;

use crate::audit::AuditFault;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A key file is there already and is never overwritten.
    #[error(
        "the key file exists already and is not overwritten; name another file, or use this one"
    )]
    KeyFileExists,
    /// There is no such key file.
    #[error("there is no key file at that place; `init` makes one, or name the one to use")]
    KeyFileMissing,
    /// Others may read the key file.
    #[error(
        "the key file can be read by other users (mode {mode:04o}); run `chmod 600` on it, and if \
         others could have read it, make a new key"
    )]
    KeyFilePermissions {
        /// The permission bits found.
        mode: u32,
    },
    /// It is no key file, or a damaged one.
    #[error("this is not a key file of this program, or it is damaged: {reason}")]
    KeyFileFormat {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A newer program wrote the key file.
    #[error("the key file has a version this program does not know; use a newer program")]
    KeyFileVersion,
    /// The key file is sealed and no passphrase was given.
    #[error("the key file is sealed by a passphrase and none was given")]
    PassphraseNeeded,
    /// The passphrase is too short to protect anything.
    #[error("the passphrase is too short: at least {least} characters are needed")]
    PassphraseTooShort {
        /// The least number of characters.
        least: usize,
    },
    /// The passphrase does not open the key file.
    #[error("the passphrase does not open this key file (or the file was altered)")]
    WrongPassphrase,
    /// Argon2 parameters outside the accepted range.
    #[error("the passphrase cost (Argon2 memory, passes, lanes) is outside the accepted range")]
    KdfCost,
    /// The system gave no random bytes.
    #[error("the system's random source failed; nothing was written")]
    Random,
    /// Sealed bytes do not open.
    #[error("sealed data does not open: it was altered, or belongs to another key or name")]
    Unsealable,
    /// A sealed stream ends before its end.
    #[error("sealed data is cut short")]
    SealTruncated,
    /// A text is no public key or signature.
    #[error("this is not an Ed25519 {what} in a form this program reads")]
    PublicKeyFormat {
        /// `public key` or `signature`.
        what: &'static str,
    },
    /// A signature is not of this key over these bytes.
    #[error("the signature does not belong to these bytes and this public key")]
    BadSignature,
    /// A thing to be signed has no canonical form.
    #[error("this cannot be signed: {reason}")]
    NotCanonical {
        /// Why.
        reason: &'static str,
    },
    /// Another process writes the audit log.
    #[error("another process is writing this project's audit log; wait for it to end")]
    AuditLocked,
    /// The audit log is not what was written.
    #[error("the audit log fails its check: {0}")]
    AuditIntegrity(#[from] AuditFault),
    /// An event that might carry a value was refused.
    #[error("the audit log refuses an event: {field} has a form that could hold a value")]
    EventRefused {
        /// Which part of the event.
        field: &'static str,
    },
    /// An earlier write failed, so what is on disk is uncertain.
    #[error("an earlier write to the audit log failed; open it again before going on")]
    AuditPoisoned,
    /// A proof was asked for a place the log does not have.
    #[error("the audit log has no such entry or size")]
    NoSuchEntry,
    /// The system refused to harden the process.
    #[error("core dumps could not be switched off")]
    Harden(#[source] io::Error),
    /// Reading or writing failed.
    #[error("{what} failed: {}", source.kind())]
    Io {
        /// What was being done.
        what: &'static str,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl VaultError {
    /// Wraps an I/O error with what was being done.
    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}
