//! One root key, and the labelled keys derived from it with HKDF-SHA256 (RFC 5869).

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a derived key is for. The label is part of the derivation, so no two purposes share a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// Pseudonyms of one domain.
    Pseudonym(String),
    /// Date shifts of one domain.
    DateShift(String),
    /// The choice of realistic surrogates in one domain.
    Surrogate(String),
    /// Codes drawn for a crosswalk of one domain over one set of inputs (hex digest).
    Crosswalk(String, String),
    /// Sealing of project state.
    Vault,
    /// Keyed hashes inside the audit log.
    Audit,
    /// Fingerprints of known values in the sweep.
    Fingerprint,
    /// The public name of the root key.
    KeyId,
}

impl KeyPurpose {
    /// The HKDF `info`: a versioned label, then each part with its length in front.
    pub fn info(&self) -> Vec<u8> {
        let (label, parts): (&str, Vec<&str>) = match self {
            Self::Pseudonym(domain) => ("pseudonym/v1", vec![domain]),
            Self::DateShift(domain) => ("dateshift/v1", vec![domain]),
            Self::Surrogate(domain) => ("surrogate/v1", vec![domain]),
            Self::Crosswalk(domain, inputs) => ("crosswalk/v1", vec![domain, inputs]),
            Self::Vault => ("vault/v1", vec![]),
            Self::Audit => ("audit/v1", vec![]),
            Self::Fingerprint => ("fingerprint/v1", vec![]),
            Self::KeyId => ("key-id/v1", vec![]),
        };
        let mut info = label.as_bytes().to_vec();
        for part in parts {
            info.push(b'/');
            info.extend_from_slice(&(part.len() as u64).to_be_bytes());
            info.extend_from_slice(part.as_bytes());
        }
        info
    }
}

/// A 256-bit key derived for one purpose; wiped when dropped.
pub type DerivedKey = Zeroizing<[u8; 32]>;

/// The public name of a key ring: it can be written down, and says nothing about the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives keys by purpose. Implemented by [`RootKey`] and by the vault's sealed key ring.
pub trait KeyRing: Send + Sync {
    /// Derives the key for a purpose. Equal purposes give equal keys.
    fn derive(&self, purpose: &KeyPurpose) -> DerivedKey;

    /// The public name of the root key.
    fn key_id(&self) -> KeyId {
        let id = self.derive(&KeyPurpose::KeyId);
        KeyId(data_encoding::HEXLOWER.encode(&id[..8]))
    }
}

/// A root key held in memory.
pub struct RootKey(Zeroizing<[u8; 32]>);

impl RootKey {
    /// Takes 256 bits from a key file or a random source.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Makes one of a secret text, by HKDF-SHA256; equal texts give equal keys. It is as hard to guess as the
    /// text.
    pub fn of_seed(seed: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"anonymed"), seed);
        let mut bytes = Zeroizing::new([0u8; 32]);
        hkdf.expand(b"seed/v1", bytes.as_mut_slice())
            .expect("32 bytes are within the 8160 that HKDF-SHA256 can give");
        Self(bytes)
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey([sensitive])")
    }
}

impl KeyRing for RootKey {
    fn derive(&self, purpose: &KeyPurpose) -> DerivedKey {
        let hkdf = Hkdf::<Sha256>::new(Some(b"anonymed"), self.0.as_slice());
        let mut out = Zeroizing::new([0u8; 32]);
        hkdf.expand(&purpose.info(), out.as_mut_slice())
            .expect("32 bytes are within the 8160 that HKDF-SHA256 can give");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_domains_do_not_share_keys() {
        let root = RootKey::new([7; 32]);
        let purposes = [
            KeyPurpose::Pseudonym("a".into()),
            KeyPurpose::Pseudonym("b".into()),
            KeyPurpose::DateShift("a".into()),
            KeyPurpose::Surrogate("a".into()),
            KeyPurpose::Crosswalk("a".into(), "b".into()),
            KeyPurpose::Crosswalk("a/b".into(), String::new()),
            KeyPurpose::Vault,
            KeyPurpose::Audit,
            KeyPurpose::Fingerprint,
            KeyPurpose::KeyId,
        ];
        let keys: std::collections::BTreeSet<_> =
            purposes.iter().map(|p| *root.derive(p)).collect();
        assert_eq!(keys.len(), purposes.len());
        assert_eq!(*root.derive(&KeyPurpose::Vault), *root.derive(&KeyPurpose::Vault));
    }
}
