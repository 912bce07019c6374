//! Ed25519 public keys and signatures (RFC 8032), and the text forms they travel in: one line
//! `ed25519:<base64>`, or for the key a PEM block that openssl reads (RFC 8410).

use std::fmt;
use std::path::Path;

use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;

use crate::files::{Existing, PUBLIC, read_capped, write_atomic};
use crate::{Result, VaultError};

const PREFIX: &str = "ed25519:";
const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";
/// SubjectPublicKeyInfo of id-Ed25519 (RFC 8410, section 4), up to the 32 bytes of the key.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The key a recipient checks releases and audit logs with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A detached Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl PublicKey {
    pub(crate) fn new(key: VerifyingKey) -> Self {
        Self(key)
    }

    /// Takes the 32 bytes of RFC 8032.
    ///
    /// # Errors
    ///
    /// [`VaultError::PublicKeyFormat`] where they are no point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(no_key()),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Reads a key from either text form; blank lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    ///
    /// [`VaultError::PublicKeyFormat`].
    pub fn parse(text: &str) -> Result<Self> {
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
        let bytes = match lines.as_slice() {
            [line] => BASE64.decode(line.strip_prefix(PREFIX).ok_or_else(no_key)?.as_bytes()),
            [begin, body @ .., end] if *begin == PEM_BEGIN && *end == PEM_END => {
                let der = BASE64.decode(body.concat().as_bytes()).map_err(|_| no_key())?;
                Ok(der.strip_prefix(&SPKI).ok_or_else(no_key)?.to_vec())
            }
            _ => return Err(no_key()),
        };
        let bytes = bytes.map_err(|_| no_key())?;
        Self::from_bytes(bytes.as_slice().try_into().map_err(|_| no_key())?)
    }

    /// The key as a PEM block, which openssl reads too.
    pub fn to_pem(&self) -> String {
        let der = [&SPKI[..], self.as_bytes()].concat();
        format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", BASE64.encode(&der))
    }

    /// Reads a key file written by [`PublicKey::write`] or by openssl.
    ///
    /// # Errors
    ///
    /// [`VaultError::Io`], [`VaultError::PublicKeyFormat`].
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs_err::File::open(path)
            .and_then(|f| read_capped(f, 16 * 1024))
            .map_err(VaultError::io("reading a public key"))?;
        Self::parse(std::str::from_utf8(&bytes).map_err(|_| no_key())?)
    }

    /// Writes the key as PEM, for everybody to read.
    ///
    /// # Errors
    ///
    /// [`VaultError::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        write_atomic(path, self.to_pem().as_bytes(), Existing::Replace, PUBLIC)
    }

    /// Checks a signature strictly: no weak key, no second form of the same signature.
    ///
    /// # Errors
    ///
    /// [`VaultError::BadSignature`].
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> Result<()> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(bytes, &signature).map_err(|_| VaultError::BadSignature)
    }
}

/// `ed25519:<base64>`.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl Signature {
    /// Takes the 64 bytes of RFC 8032.
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// Reads `ed25519:<base64>`.
    ///
    /// # Errors
    ///
    /// [`VaultError::PublicKeyFormat`].
    pub fn parse(text: &str) -> Result<Self> {
        let error = || VaultError::PublicKeyFormat { what: "signature" };
        let base64 = text.trim().strip_prefix(PREFIX).ok_or_else(error)?;
        let bytes = BASE64.decode(base64.as_bytes()).map_err(|_| error())?;
        Ok(Self(bytes.as_slice().try_into().map_err(|_| error())?))
    }
}

/// `ed25519:<base64>`.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64.encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

fn no_key() -> VaultError {
    VaultError::PublicKeyFormat { what: "public key" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    const KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap().try_into().unwrap()
    }

    #[test]
    fn rfc_8032_vector_verifies_and_a_changed_one_does_not() {
        let key = PublicKey::from_bytes(&hex(KEY)).unwrap();
        let signature = Signature::from_bytes(hex(SIGNATURE));
        key.verify(&[0x72], &signature).unwrap();
        assert!(matches!(key.verify(&[0x73], &signature), Err(VaultError::BadSignature)));
    }

    #[test]
    fn text_forms_read_back() {
        let key = PublicKey::from_bytes(&hex(KEY)).unwrap();
        // As printed by `openssl pkey -pubin -text` for this key.
        assert_eq!(
            key.to_pem(),
            "-----BEGIN PUBLIC KEY-----\n\
             MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n\
             -----END PUBLIC KEY-----\n"
        );
        let check = |text: &str, expect: bool| {
            assert_eq!(PublicKey::parse(text).is_ok(), expect, "{text:?}");
        };
        check(&key.to_pem(), true);
        check(&key.to_pem().replace('\n', "\r\n"), true);
        check(&key.to_string(), true);
        check(&format!("# for the registry\n\n{key}\n"), true);
        check("", false);
        check(&format!("{key} "), true);
        check(&format!("{key}\n{key}"), false);
        check(&key.to_string().replace("ed25519", "rsa"), false);
        check(&key.to_string()[..40], false);
        // A point of small order verifies anything and is refused.
        check("ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false);
        let signature = Signature::from_bytes(hex(SIGNATURE));
        assert_eq!(Signature::parse(&signature.to_string()).unwrap(), signature);
        assert!(Signature::parse("ed25519:AAAA").is_err());
    }
}
