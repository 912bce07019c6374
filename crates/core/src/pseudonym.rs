//! Pseudonyms: 128 bits that stand for an identifier, the same wherever it occurs in a domain.
//!
//! A pseudonym is HMAC-SHA256 under a domain's key over the length-prefixed identifier kind,
//! assigning authority and normalised identifier, cut to 128 bits. It is never a bare or salted
//! hash: ten million seven-digit record numbers fall to an unkeyed SHA-256 in about a second.
//!
//! 45 CFR 164.514(c) wants a re-identification code that is *not derived* from information about
//! the person. For that, [`Pseudonymizer::drawn`] takes a key bound to one crosswalk and
//! [`Pseudonymizer::draw`] gives codes by running number, whatever the person's identifiers are.

use std::fmt;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{DerivedKey, KeyPurpose, KeyRing};

/// The name of the set of releases in which one person keeps one pseudonym. Releases to different
/// recipients use different domains, so that they cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PseudonymDomain(pub String);

/// A 128-bit pseudonym and its encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym([u8; 16]);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value of each character of the alphabet, 255 of any other.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

impl Pseudonym {
    /// Takes the bits as they are.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bits.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The text form used in every modality: 26 Crockford base32 characters and a check character
    /// (Luhn modulo 32). It is a valid FHIR id, file name and table cell.
    pub fn code(&self) -> String {
        let mut value = u128::from_be_bytes(self.0);
        let mut symbols = [0u8; 26];
        for symbol in symbols.iter_mut().rev() {
            *symbol = (value & 31) as u8;
            value >>= 5;
        }
        let mut code: String = symbols.iter().map(|s| ALPHABET[*s as usize] as char).collect();
        code.push(ALPHABET[luhn(&symbols) as usize] as char);
        code
    }

    /// Whether a text has the form of [`Pseudonym::code`], check character included.
    pub fn is_code(text: &str) -> bool {
        let symbols: Option<Vec<u8>> =
            text.bytes().map(|b| ALPHABET.iter().position(|a| *a == b).map(|p| p as u8)).collect();
        match symbols {
            Some(symbols) if symbols.len() == 27 => luhn(&symbols[..26]) == symbols[26],
            _ => false,
        }
    }

    /// Reads what [`Pseudonym::code`] wrote, and nothing else.
    pub fn from_code(text: &str) -> Option<Self> {
        let text: &[u8; 27] = text.as_bytes().try_into().ok()?;
        let mut symbols = [0u8; 27];
        for (symbol, byte) in symbols.iter_mut().zip(text) {
            *symbol = VALUES[usize::from(*byte)];
        }
        let (symbols, check) = (&symbols[..26], symbols[26]);
        // 26 symbols have two bits more than a pseudonym.
        let fits = symbols.iter().all(|s| *s < 32) && symbols[0] < 8 && luhn(symbols) == check;
        let value = symbols.iter().fold(0u128, |value, s| (value << 5) | u128::from(*s));
        fits.then_some(Self(value.to_be_bytes()))
    }

    /// The bits of [`Pseudonym::uuid`].
    pub fn uuid_bytes(&self) -> [u8; 16] {
        let mut b = self.0;
        b[6] = (b[6] & 0x0f) | 0x80;
        b[8] = (b[8] & 0x3f) | 0x80;
        b
    }

    /// A version 8 UUID (RFC 9562, 5.8), in lower case.
    pub fn uuid(&self) -> String {
        let hex = data_encoding::HEXLOWER.encode(&self.uuid_bytes());
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// An object identifier under the UUID arc, `2.25.<decimal>` (ISO/IEC 9834-8), as DICOM and
    /// `urn:oid:` references use it.
    pub fn oid(&self) -> String {
        format!("2.25.{}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

fn luhn(symbols: &[u8]) -> u8 {
    let sum: u32 = symbols
        .iter()
        .rev()
        .enumerate()
        .map(|(i, s)| {
            let doubled = u32::from(*s) * if i % 2 == 0 { 2 } else { 1 };
            doubled / 32 + doubled % 32
        })
        .sum();
    ((32 - sum % 32) % 32) as u8
}

/// Makes pseudonyms, and every other keyed replacement, of one domain.
pub struct Pseudonymizer {
    codes: DerivedKey,
    surrogates: DerivedKey,
}

impl Pseudonymizer {
    /// Keyed pseudonyms: stable over releases of the same domain.
    pub fn keyed(keys: &dyn KeyRing, domain: &PseudonymDomain) -> Self {
        Self {
            codes: keys.derive(&KeyPurpose::Pseudonym(domain.0.clone())),
            surrogates: keys.derive(&KeyPurpose::Surrogate(domain.0.clone())),
        }
    }

    /// Codes of one crosswalk: `inputs` is the digest of the inventory the crosswalk was made for,
    /// so a code means nothing outside it.
    pub fn drawn(keys: &dyn KeyRing, domain: &PseudonymDomain, inputs: &str) -> Self {
        let purpose = KeyPurpose::Crosswalk(domain.0.clone(), inputs.to_owned());
        Self {
            codes: keys.derive(&purpose),
            surrogates: keys.derive(&KeyPurpose::Surrogate(domain.0.clone())),
        }
    }

    /// The pseudonym of an identifier: its kind (`patient`, `Encounter`, `column:visit`), the
    /// authority that gave it, and its normalised text.
    pub fn pseudonym(&self, kind: &str, authority: &str, id: &str) -> Pseudonym {
        Pseudonym(first_half(&mac(
            &self.codes,
            &[b"id", kind.as_bytes(), authority.as_bytes(), id.as_bytes()],
        )))
    }

    /// The code at a running number of the crosswalk; derived from no identifier.
    pub fn draw(&self, number: u64) -> Pseudonym {
        Pseudonym(first_half(&mac(&self.codes, &[b"draw", &number.to_be_bytes()])))
    }

    /// A keyed choice in `0..n` for a surrogate: the same subject and value choose the same entry.
    /// Returns 0 where `n` is 0.
    pub fn choose(&self, kind: &str, subject: &str, value: &str, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let bytes = mac(&self.surrogates, &[kind.as_bytes(), subject.as_bytes(), value.as_bytes()]);
        // 128 bits modulo a list length: the bias is below 2^-64.
        (u128::from_be_bytes(first_half(&bytes)) % u128::from(n)) as u64
    }

    /// Keyed bytes for a surrogate number: the same subject and value give the same bytes.
    pub fn bytes(&self, kind: &str, subject: &str, value: &str) -> [u8; 32] {
        mac(&self.surrogates, &[b"bytes", kind.as_bytes(), subject.as_bytes(), value.as_bytes()])
    }

    /// Encrypts a value so that the key holder can read it again: AES-256-GCM-SIV (RFC 8452) with
    /// a nonce made from the value, so equal values of a kind stay equal. Base64url text.
    pub fn encrypt(&self, kind: &str, value: &str) -> String {
        let key = mac(&self.codes, &[b"encrypt", kind.as_bytes()]);
        let nonce = mac(&self.codes, &[b"nonce", kind.as_bytes(), value.as_bytes()]);
        let mut nonce_bytes = [0u8; 12];
        nonce_bytes.copy_from_slice(&nonce[..12]);
        let cipher = Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(key));
        let sealed = cipher
            .encrypt(
                &Nonce::from(nonce_bytes),
                Payload { msg: value.as_bytes(), aad: kind.as_bytes() },
            )
            .expect("a value is far below the 64 GiB that GCM-SIV takes");
        BASE64URL_NOPAD.encode(&[&nonce_bytes[..], &sealed].concat())
    }

    /// Reads a value written by [`Pseudonymizer::encrypt`]; `None` where text, kind or key differ.
    pub fn decrypt(&self, kind: &str, text: &str) -> Option<crate::Sensitive<String>> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(12)?;
        let key = mac(&self.codes, &[b"encrypt", kind.as_bytes()]);
        let cipher = Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(key));
        let nonce: [u8; 12] = nonce.try_into().ok()?;
        let plain = cipher
            .decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: kind.as_bytes() })
            .ok()?;
        String::from_utf8(plain).ok().map(crate::Sensitive::new)
    }
}

impl fmt::Debug for Pseudonymizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonymizer([sensitive])")
    }
}

/// HMAC-SHA256 over length-prefixed parts, so that no two lists of parts collide.
pub(crate) fn mac(key: &DerivedKey, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice())
        .expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn first_half(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0u8; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RootKey;

    fn maker(domain: &str) -> Pseudonymizer {
        Pseudonymizer::keyed(&RootKey::new([1; 32]), &PseudonymDomain(domain.into()))
    }

    #[test]
    fn domains_kinds_and_authorities_are_apart() {
        let a = maker("a");
        let base = a.pseudonym("patient", "mrn", "123");
        assert_eq!(base, a.pseudonym("patient", "mrn", "123"));
        assert_ne!(base, maker("b").pseudonym("patient", "mrn", "123"));
        assert_ne!(base, a.pseudonym("patient", "mr", "n123"));
        assert_ne!(base, a.pseudonym("encounter", "mrn", "123"));
    }

    #[test]
    fn code_is_a_fhir_id_and_checks() {
        let code = maker("a").pseudonym("patient", "mrn", "123").code();
        assert_eq!(code.len(), 27);
        assert!(Pseudonym::is_code(&code));
        // Luhn finds every single wrong character.
        for at in 0..27 {
            let mut wrong = code.clone().into_bytes();
            wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(!Pseudonym::is_code(&wrong), "position {at}");
            assert_eq!(Pseudonym::from_code(&wrong), None);
        }
    }

    #[test]
    fn codes_read_back_and_nothing_else_does() {
        for bytes in [[0; 16], [0xff; 16], [0x5a; 16]] {
            let pseudonym = Pseudonym::from_bytes(bytes);
            assert_eq!(Pseudonym::from_code(&pseudonym.code()), Some(pseudonym));
        }
        // 130 bits that check.
        assert!(Pseudonym::is_code("ZZZZZZZZZZZZZZZZZZZZZZZZZZT"));
        for text in ["", "0", "ZZZZZZZZZZZZZZZZZZZZZZZZZZT", " 00000000000000000000000000", "é"] {
            assert_eq!(Pseudonym::from_code(text), None, "{text}");
        }
    }

    #[test]
    fn uuid_carries_version_eight() {
        let uuid = Pseudonym::from_bytes([0xff; 16]).uuid();
        assert_eq!(uuid, "ffffffff-ffff-8fff-bfff-ffffffffffff");
    }

    #[test]
    fn encryption_reads_back_and_binds_its_kind() {
        let maker = maker("a");
        let sealed = maker.encrypt("column:phone", "555-0100");
        assert_eq!(sealed, maker.encrypt("column:phone", "555-0100"));
        assert_eq!(maker.decrypt("column:phone", &sealed).unwrap().expose(), "555-0100");
        assert!(maker.decrypt("column:fax", &sealed).is_none());
        assert!(maker.decrypt("column:phone", "AAAA").is_none());
    }
}
