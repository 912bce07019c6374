//! The key ring an opened key file gives, and the signing key in it.

use std::fmt;

use anonymed_core::{DerivedKey, KeyId, KeyPurpose, KeyRing, RootKey};
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use crate::{PublicKey, Signature};

/// A root key and a signing key that do not depend on each other. Both are wiped when the ring is
/// dropped, and its `Debug` shows its public name only.
pub struct SealedKeyRing {
    root: RootKey,
    signer: Signer,
    key_id: KeyId,
}

impl SealedKeyRing {
    pub(crate) fn new(root: &Zeroizing<[u8; 32]>, signing: &Zeroizing<[u8; 32]>) -> Self {
        let root = RootKey::new(**root);
        let key_id = root.key_id();
        Self { root, signer: Signer(SigningKey::from_bytes(signing)), key_id }
    }

    /// The key that signs releases, audit entries and checkpoints.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The key others check those signatures with.
    pub fn public_key(&self) -> PublicKey {
        self.signer.public_key()
    }
}

impl KeyRing for SealedKeyRing {
    fn derive(&self, purpose: &KeyPurpose) -> DerivedKey {
        self.root.derive(purpose)
    }

    fn key_id(&self) -> KeyId {
        self.key_id.clone()
    }
}

impl fmt::Debug for SealedKeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKeyRing({})", self.key_id)
    }
}

/// Signs with Ed25519 (RFC 8032). Wiped when dropped.
#[derive(Clone)]
pub struct Signer(SigningKey);

impl Signer {
    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(bytes).to_bytes())
    }

    /// The key that checks these signatures.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer([sensitive])")
    }
}
