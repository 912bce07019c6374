//! Signatures over a release: canonical JSON in, a small signature file out.
//!
//! The signature is plain Ed25519 over the bytes of the attested file, so openssl checks it too
//! (`openssl pkeyutl -verify -pubin -rawin`). What is attested is always a JSON object; audit entries
//! and checkpoints, signed by the same key, never begin with `{`, so none can pass for another.

use serde::Serialize;
use serde_json::Value;

use crate::{PublicKey, Result, Signature, Signer, VaultError};

const MAGIC: &str = "anonymed-signature/1";

/// A signature and the key it claims to be made with.
///
/// # Examples
///
/// ```
/// use anonymed_vault::{Attestation, KeyFile, Protection, canonical_json};
///
/// let folder = tempfile::tempdir()?;
/// let ring = KeyFile::create(&folder.path().join("hospital.key"), Protection::Plain0600)?;
/// let bytes = canonical_json(&std::collections::BTreeMap::from([("files", 12)]))?;
/// let signature_file = Attestation::sign(ring.signer(), &bytes)?.to_text();
/// Attestation::parse(&signature_file)?.verify(&ring.public_key(), &bytes)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attestation {
    /// The key named in the file. It proves nothing by itself: check against a key you trust.
    pub public_key: PublicKey,
    /// The signature.
    pub signature: Signature,
}

impl Attestation {
    /// Signs the bytes of a JSON object, as [`canonical_json`] makes them.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotCanonical`] where they are something else.
    pub fn sign(signer: &Signer, bytes: &[u8]) -> Result<Self> {
        if bytes.first() != Some(&b'{') {
            return Err(VaultError::NotCanonical { reason: "it is no JSON object" });
        }
        Ok(Self { public_key: signer.public_key(), signature: signer.sign(bytes) })
    }

    /// Checks bytes against a key the caller trusts.
    ///
    /// # Errors
    ///
    /// [`VaultError::BadSignature`], also where the file names another key.
    pub fn verify(&self, trusted: &PublicKey, bytes: &[u8]) -> Result<()> {
        if self.public_key != *trusted {
            return Err(VaultError::BadSignature);
        }
        verify_signature(trusted, bytes, &self.signature)
    }

    /// Checks bytes against the key the file itself names: integrity only, since whoever changed the
    /// release could have signed it again.
    ///
    /// # Errors
    ///
    /// [`VaultError::BadSignature`].
    pub fn verify_integrity_only(&self, bytes: &[u8]) -> Result<()> {
        verify_signature(&self.public_key, bytes, &self.signature)
    }

    /// The signature file.
    pub fn to_text(&self) -> String {
        format!("{MAGIC}\npublic-key: {}\nsignature: {}\n", self.public_key, self.signature)
    }

    /// Reads a signature file.
    ///
    /// # Errors
    ///
    /// [`VaultError::PublicKeyFormat`].
    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let error = || VaultError::PublicKeyFormat { what: "signature" };
        let mut field = |name: &str| lines.next().and_then(|l| l.strip_prefix(name));
        if field(MAGIC) != Some("") {
            return Err(error());
        }
        let public_key = PublicKey::parse(field("public-key: ").ok_or_else(error)?)?;
        let signature = Signature::parse(field("signature: ").ok_or_else(error)?)?;
        Ok(Self { public_key, signature })
    }
}

/// Checks a signature made by [`Attestation::sign`].
///
/// # Errors
///
/// [`VaultError::BadSignature`].
pub fn verify_signature(key: &PublicKey, bytes: &[u8], signature: &Signature) -> Result<()> {
    if bytes.first() != Some(&b'{') {
        return Err(VaultError::BadSignature);
    }
    key.verify(bytes, signature)
}

/// The one form of a value that is signed: JSON without white space, keys in order of their bytes,
/// numbers as they were written, and a newline at the end.
///
/// # Errors
///
/// [`VaultError::NotCanonical`] where the value cannot be written as JSON.
pub fn canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let error = |_| VaultError::NotCanonical { reason: "it cannot be written as JSON" };
    let sorted = sort(serde_json::to_value(value).map_err(error)?);
    let mut bytes = serde_json::to_vec(&sorted).map_err(error)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn sort(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sort).collect()),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(k, v)| (k, sort(v))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::SealedKeyRing;

    fn ring(seed: u8) -> SealedKeyRing {
        SealedKeyRing::new(&Zeroizing::new([seed; 32]), &Zeroizing::new([seed + 1; 32]))
    }

    #[test]
    fn canonical_form_does_not_depend_on_the_order_written() {
        let check = |text: &str, expect: &str| {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(canonical_json(&value).unwrap(), format!("{expect}\n").into_bytes());
        };
        check(
            r#"{"b":1,"a":{"d":[3,{"f":1,"e":2}],"c":null}}"#,
            r#"{"a":{"c":null,"d":[3,{"e":2,"f":1}]},"b":1}"#,
        );
        check(r#"{ "x" : 0.10 }"#, r#"{"x":0.10}"#);
    }

    #[test]
    fn signature_file_reads_back_and_binds_key_and_bytes() {
        let (ours, other) = (ring(1), ring(5));
        let signed = Attestation::sign(ours.signer(), b"{\"files\":12}\n").unwrap();
        let read = Attestation::parse(&signed.to_text()).unwrap();
        assert_eq!(read, signed);
        read.verify(&ours.public_key(), b"{\"files\":12}\n").unwrap();
        read.verify_integrity_only(b"{\"files\":12}\n").unwrap();
        assert!(read.verify(&other.public_key(), b"{\"files\":12}\n").is_err());
        assert!(read.verify(&ours.public_key(), b"{\"files\":13}\n").is_err());
        assert!(read.verify_integrity_only(b"{}").is_err());
        assert!(Attestation::parse("").is_err());
        assert!(Attestation::parse(&signed.to_text().replace("/1", "/2")).is_err());
    }

    #[test]
    fn nothing_but_an_object_is_signed() {
        let signer = ring(1).signer().clone();
        assert!(Attestation::sign(&signer, b"anonymed audit entry v1\n").is_err());
        assert!(Attestation::sign(&signer, b"").is_err());
    }
}
