//! A signed statement of how long the log is and what its root is, in the C2SP tlog-checkpoint and
//! signed-note forms, so that anybody's tools can keep and compare it.
//!
//! ```text
//! anonymed/audit/6b1f…
//! 128
//! <base64 root>
//!
//! — anonymed/audit/6b1f… <base64 of 4 bytes key hash and 64 bytes signature>
//! ```

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::{AuditFault, Fault};
use crate::merkle::Hash;
use crate::{PublicKey, Result, Signature, Signer, VaultError};

const ORIGIN: &str = "anonymed/audit/";
/// The signed-note signature type of Ed25519.
const ED25519: u8 = 0x01;

/// A checkpoint with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, drawn when it was begun.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Hash,
    key_hash: [u8; 4],
    signature: Signature,
}

impl Checkpoint {
    pub(crate) fn sign(origin: &str, size: u64, root: Hash, signer: &Signer) -> Self {
        let signature = signer.sign(text(origin, size, &root).as_bytes());
        let key_hash = key_hash(origin, &signer.public_key());
        Self { origin: origin.to_owned(), size, root, key_hash, signature }
    }

    /// Reads a note and checks its signature.
    ///
    /// # Errors
    ///
    /// [`VaultError::AuditIntegrity`] where it is no checkpoint of this key.
    pub fn parse(note: &str, key: &PublicKey) -> Result<Self> {
        let bad = || AuditFault { entry: None, fault: Fault::Checkpoint };
        let read = Self::read(note).ok_or_else(bad)?;
        let signed = text(&read.origin, read.size, &read.root);
        let ours = read.key_hash == key_hash(&read.origin, key);
        if !ours || key.verify(signed.as_bytes(), &read.signature).is_err() {
            return Err(bad().into());
        }
        Ok(read)
    }

    /// Reads the one form [`Checkpoint`]'s `Display` writes; `None` for any other.
    fn read(note: &str) -> Option<Self> {
        let mut lines = note.lines();
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = BASE64.decode(lines.next()?.as_bytes()).ok()?.try_into().ok()?;
        let signed = lines.nth(1)?.strip_prefix("— ")?.strip_prefix(origin.as_str())?;
        let signed = BASE64.decode(signed.strip_prefix(' ')?.as_bytes()).ok()?;
        let (key_hash, signature) = signed.split_first_chunk::<4>()?;
        let signature = Signature::from_bytes(signature.try_into().ok()?);
        let read = Self { origin, size, root, key_hash: *key_hash, signature };
        (read.origin.starts_with(ORIGIN) && read.to_string() == note).then_some(read)
    }
}

/// The signed note.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = [&self.key_hash[..], self.signature.as_bytes()].concat();
        let text = text(&self.origin, self.size, &self.root);
        writeln!(f, "{text}\n— {} {}", self.origin, BASE64.encode(&signed))
    }
}

/// The name of a new log: 128 random bits.
pub(crate) fn new_origin() -> Result<String> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|_| VaultError::Random)?;
    Ok(format!("{ORIGIN}{}", HEXLOWER.encode(&random)))
}

/// The key in the form tools for signed notes want: `name+hash+base64(0x01 ‖ key)`.
pub fn note_verifier(origin: &str, key: &PublicKey) -> String {
    let encoded = BASE64.encode(&[&[ED25519][..], key.as_bytes()].concat());
    format!("{origin}+{}+{encoded}", HEXLOWER.encode(&key_hash(origin, key)))
}

fn text(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", BASE64.encode(root))
}

fn key_hash(origin: &str, key: &PublicKey) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(origin)
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::SealedKeyRing;

    #[test]
    fn note_reads_back_and_every_changed_byte_is_found() {
        let ring = SealedKeyRing::new(&Zeroizing::new([1; 32]), &Zeroizing::new([2; 32]));
        let checkpoint = Checkpoint::sign("anonymed/audit/00", 12, [7; 32], ring.signer());
        let note = checkpoint.to_string();
        let key = ring.public_key();
        assert_eq!(Checkpoint::parse(&note, &key).unwrap(), checkpoint);
        for at in 0..note.len() {
            let mut wrong = note.clone().into_bytes();
            wrong[at] ^= 1;
            let read = String::from_utf8(wrong).ok().and_then(|n| Checkpoint::parse(&n, &key).ok());
            assert!(read.is_none(), "byte {at}");
        }
        for cut in (0..note.len()).filter(|at| note.is_char_boundary(*at)) {
            assert!(Checkpoint::parse(&note[..cut], &key).is_err(), "cut at {cut}");
        }
        let other = SealedKeyRing::new(&Zeroizing::new([1; 32]), &Zeroizing::new([3; 32]));
        assert!(Checkpoint::parse(&note, &other.public_key()).is_err());
        assert!(note_verifier("a", &key).starts_with("a+"));
    }

    /// The example of the signed-note specification's Go implementation (sumdb/note, PeterNeumann).
    #[test]
    fn key_hash_is_that_of_signed_notes() {
        let encoded = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let bytes = BASE64.decode(encoded.as_bytes()).unwrap();
        let key = PublicKey::from_bytes(bytes[1..].try_into().unwrap()).unwrap();
        let expect = format!("PeterNeumann+c74f20a3+{encoded}");
        assert_eq!(note_verifier("PeterNeumann", &key), expect);
    }
}
