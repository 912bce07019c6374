//! What can go wrong in a job, and the exit code and hint that go with it.

use anonymed_core::release::{Gate, Rejected};
use anonymed_core::{AuditError, Cancelled, FileNumber, ModalityError, PolicyError};
use anonymed_text::TextError;

/// A job that could not go on. Messages say where and what to do, never a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A file or folder of the project, the input or the output.
    #[error("{what} cannot be {verb}: {}", cause(*kind))]
    Io {
        /// What, in words; file names of the input are not shown.
        what: &'static str,
        /// `read`, `written`, `made`.
        verb: &'static str,
        /// The cause.
        kind: std::io::ErrorKind,
    },
    /// The policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The audit log refused.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A key, seal or chain.
    #[error("{0}")]
    Vault(#[from] anonymed_vault::VaultError),
    /// A file of the input.
    #[error("{file}: {source}")]
    File {
        /// Which, by its number in the inventory.
        file: FileNumber,
        /// Why.
        source: ModalityError,
    },
    /// A stage that has to come first has not run.
    #[error("there is no {missing}; run `anonymed {command}` first")]
    Order {
        /// What is missing.
        missing: &'static str,
        /// The command that makes it.
        command: &'static str,
    },
    /// The project's state or package is not what it was.
    #[error("{0}")]
    Integrity(String),
    /// The inputs, policy, keys or software are not those of the plan.
    #[error("{0} changed since the plan was made; run `anonymed plan` again and look at it")]
    Drift(&'static str),
    /// An input file is not the one the scan saw.
    #[error(
        "{file} changed since the scan; run `anonymed scan` and `anonymed plan` again and look at \
         them, or put the file back"
    )]
    InputChanged {
        /// Which, by its number in the inventory.
        file: FileNumber,
    },
    /// An input file is gone.
    #[error(
        "{file} was there at the scan and cannot be read now: {}; put it back, or run `anonymed scan` \
         and `anonymed plan` again",
        cause(*kind)
    )]
    InputGone {
        /// Which, by its number in the inventory.
        file: FileNumber,
        /// The cause.
        kind: std::io::ErrorKind,
    },
    /// The gate refused the release.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// There is nothing to release; the exit code says what became of it.
    #[error("{reason}")]
    Nothing {
        /// Where it went, and what to do.
        reason: String,
        /// The process exit code.
        exit: u8,
    },
    /// Something about the request itself.
    #[error("{0}")]
    Usage(String),
    /// The release needs something a person must give.
    #[error("{0}")]
    Denied(String),
    /// A fault of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<TextError> for EngineError {
    fn from(error: TextError) -> Self {
        match error.key() {
            Some(key) => Self::Policy(PolicyError { key, reason: error.to_string(), span: None }),
            None => Self::Internal(error.to_string()),
        }
    }
}

impl EngineError {
    /// Wraps an I/O error, dropping the path that may be in it.
    pub fn io(what: &'static str, verb: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |e| Self::Io { what, verb, kind: e.kind() }
    }

    /// The process exit code, as the command line's page lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io { .. } | Self::InputGone { .. } | Self::Internal(_) | Self::Audit(_) => 1,
            // What was given is none that can be worked on; reading it again changes nothing.
            Self::File {
                source: ModalityError::Malformed { .. } | ModalityError::Limit { .. },
                ..
            } => 2,
            Self::File { .. } => 1,
            Self::Usage(_) | Self::Order { .. } => 2,
            Self::Policy(_) => 3,
            Self::Rejected(Rejected::Failed { gate, .. }) => match gate {
                Gate::Risk => 4,
                Gate::Residual => 5,
                Gate::Integrity => 8,
            },
            Self::Rejected(Rejected::Missing(_)) => 2,
            Self::Rejected(_) | Self::Integrity(_) | Self::Drift(_) | Self::InputChanged { .. } => {
                8
            }
            Self::Nothing { exit, .. } => *exit,
            Self::Denied(_) => 7,
            Self::Vault(e) => vault_exit_code(e),
            Self::Cancelled(_) => 130,
        }
    }

    /// The stable code shown beside the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::InputGone { .. } => "ANM-IO-001",
            Self::Policy(_) => "ANM-POLICY-001",
            Self::Audit(_) => "ANM-AUDIT-001",
            Self::Cancelled(_) => "ANM-RUN-130",
            Self::Vault(_) => "ANM-VAULT-001",
            Self::File { .. } => "ANM-FILE-001",
            Self::Order { .. } => "ANM-STAGE-001",
            Self::Integrity(_) => "ANM-INTEGRITY-001",
            Self::Drift(_) | Self::InputChanged { .. } => "ANM-INTEGRITY-002",
            Self::Rejected(_) => "ANM-GATE-001",
            Self::Nothing { .. } => "ANM-RELEASE-001",
            Self::Usage(_) => "ANM-USAGE-001",
            Self::Denied(_) => "ANM-DENIED-001",
            Self::Internal(_) => "ANM-INTERNAL-001",
        }
    }
}

/// The cause of a failed read or write, in words.
pub fn cause(kind: std::io::ErrorKind) -> String {
    match kind {
        std::io::ErrorKind::NotFound => "it is not there".into(),
        kind => kind.to_string(),
    }
}

/// Sealed or wrong keys deny; altered state is an integrity failure.
fn vault_exit_code(error: &anonymed_vault::VaultError) -> u8 {
    use anonymed_vault::VaultError as V;
    match error {
        V::KeyFilePermissions { .. }
        | V::PassphraseNeeded
        | V::WrongPassphrase
        | V::AuditLocked => 7,
        V::KeyFileExists
        | V::PassphraseTooShort { .. }
        | V::KdfCost
        | V::PublicKeyFormat { .. } => 2,
        V::KeyFileFormat { .. }
        | V::KeyFileVersion
        | V::Unsealable
        | V::SealTruncated
        | V::BadSignature
        | V::AuditIntegrity(_) => 8,
        _ => 1,
    }
}
