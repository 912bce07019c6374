//! Keeps keys, sealed project state and the audit chain.
//!
//! Three things live here, all of them files on one machine:
//!
//! - **Keys.** [`KeyFile`] makes and opens a key file; what comes out is a [`SealedKeyRing`], which
//!   is a [`KeyRing`](anonymed_core::KeyRing) and has a [`Signer`] of its own. [`PublicKey`] is the
//!   part that may be given away.
//! - **Sealed state.** [`seal()`] and [`open`] for small things, [`SealWriter`] and [`OpenReader`] for
//!   files of any size: AES-256-GCM-SIV (RFC 8452) under the ring's vault key, bound to a name.
//! - **The audit chain.** [`AuditChain`] takes events; [`audit::verify`] checks the log with the
//!   public key alone and names the first bad entry; [`merkle`] proves inclusion and consistency as
//!   RFC 6962 does.
//!
//! Storage is untrusted: whoever can write the files can destroy them or put an older copy back, but
//! cannot change them unseen. An older copy of the whole state is found only by comparing with a
//! checkpoint kept elsewhere ([`audit::verify_against`]); reading the memory of the running process
//! is outside what this crate can prevent ([`harden_process`] keeps it out of core dumps).

pub mod attestation;
pub mod audit;
mod error;
mod files;
mod harden;
mod key_file;
mod key_ring;
pub mod merkle;
mod public_key;
mod random;
mod seal;
mod stream;

pub use attestation::{Attestation, canonical_json, verify_signature};
pub use audit::{AuditChain, AuditEntry, AuditFault, AuditOptions, AuditReport, Checkpoint, Fault};
pub use error::VaultError;
pub use files::write_private;
pub use harden::harden_process;
pub use key_file::{Cost, KeyFile, Protection, Sealing};
pub use key_ring::{SealedKeyRing, Signer};
pub use public_key::{PublicKey, Signature};
pub use random::{draw_root_key, random_seed};
pub use seal::{open, open_file, seal, seal_file};
pub use stream::{OpenReader, SealWriter};

/// What the functions of this crate return.
pub type Result<T, E = VaultError> = std::result::Result<T, E>;
