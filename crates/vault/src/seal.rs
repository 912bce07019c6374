//! Sealing small pieces of project state: AES-256-GCM-SIV (RFC 8452) under the vault key, with a
//! random nonce, bound to the name of what is sealed so that two pieces cannot be swapped.
//!
//! Form: `ANMS` `01`, nonce (12), ciphertext and tag. Associated data: a label and the name.

use std::path::Path;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use anonymed_core::{KeyPurpose, KeyRing};
use zeroize::Zeroizing;

use crate::files::{read_capped, write_private};
use crate::{Result, VaultError};

const MAGIC: &[u8; 5] = b"ANMS\x01";
/// A piece that must be opened whole in memory; larger ones go through the stream.
const MOST_BYTES: u64 = 1 << 30;

/// Seals bytes under a name.
///
/// # Errors
///
/// [`VaultError::Random`]; [`VaultError::Unsealable`] for a piece above 64 GiB.
pub fn seal(ring: &dyn KeyRing, name: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0u8; 12];
    getrandom::fill(&mut nonce).map_err(|_| VaultError::Random)?;
    let sealed = cipher(ring)
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &associated(name) })
        .map_err(|_| VaultError::Unsealable)?;
    Ok([&MAGIC[..], &nonce, &sealed].concat())
}

/// Opens bytes sealed by [`seal`] under the same name and key; they are wiped when dropped.
///
/// # Errors
///
/// [`VaultError::Unsealable`] where key, name or any byte differs.
pub fn open(ring: &dyn KeyRing, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let rest = sealed.strip_prefix(MAGIC).ok_or(VaultError::Unsealable)?;
    let (nonce, sealed) = rest.split_first_chunk::<12>().ok_or(VaultError::Unsealable)?;
    cipher(ring)
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &associated(name) })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Unsealable)
}

/// Seals bytes into a private file, whole or not at all.
///
/// # Errors
///
/// As [`seal`], and [`VaultError::Io`].
pub fn seal_file(ring: &dyn KeyRing, name: &str, path: &Path, plain: &[u8]) -> Result<()> {
    write_private(path, &seal(ring, name, plain)?)
}

/// Opens a file written by [`seal_file`].
///
/// # Errors
///
/// As [`open`], and [`VaultError::Io`].
pub fn open_file(ring: &dyn KeyRing, name: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let sealed = fs_err::File::open(path)
        .and_then(|f| read_capped(f, MOST_BYTES))
        .map_err(VaultError::io("reading sealed state"))?;
    open(ring, name, &sealed)
}

pub(crate) fn cipher(ring: &dyn KeyRing) -> Aes256GcmSiv {
    let key = ring.derive(&KeyPurpose::Vault);
    Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key))
}

fn associated(name: &str) -> Vec<u8> {
    [b"anonymed sealed state v1\0", name.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use anonymed_core::RootKey;

    use super::*;

    #[test]
    fn opens_under_the_same_key_and_name_only() {
        let ring = RootKey::new([1; 32]);
        let sealed = seal(&ring, "inventory", b"Jane Roe").unwrap();
        assert_eq!(open(&ring, "inventory", &sealed).unwrap().as_slice(), b"Jane Roe");
        let check = |ring: &RootKey, name: &str, sealed: &[u8]| {
            assert!(matches!(open(ring, name, sealed), Err(VaultError::Unsealable)), "{name}");
        };
        check(&ring, "crosswalk", &sealed);
        check(&RootKey::new([2; 32]), "inventory", &sealed);
        check(&ring, "inventory", b"");
        check(&ring, "inventory", &sealed[..20]);
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            check(&ring, "inventory", &wrong);
        }
    }

    #[test]
    fn equal_pieces_are_sealed_differently() {
        let ring = RootKey::new([1; 32]);
        assert_ne!(seal(&ring, "n", b"same").unwrap(), seal(&ring, "n", b"same").unwrap());
    }
}
