//! The key file: a root key and a signing key, in one small versioned text file of mode 0600.
//!
//! ```text
//! anonymed-key-file/1
//! key-id: 6fd2…                                  public name of the root key
//! public-key: ed25519:…                          what others check signatures with
//! kdf: argon2id m=65536 t=3 p=1 salt=…           or `kdf: none`
//! payload: <nonce> <sealed 64 bytes>             or, with `kdf: none`, the 64 bytes themselves
//! ```
//!
//! With a passphrase the payload is AES-256-GCM-SIV (RFC 8452) under a key made by Argon2id
//! (RFC 9106), and all lines above it are its associated data. Without one, the file *is* the
//! secret, and its mode protects it. The key id and public key are derived again when the file is
//! opened and must be the ones written down.

use std::fmt::Write as _;
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use anonymed_core::{KeyRing, Sensitive};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64;
use zeroize::{Zeroize, Zeroizing};

use crate::files::{Existing, PRIVATE, read_capped, write_atomic};
use crate::{Result, SealedKeyRing, VaultError};

const MAGIC: &str = "anonymed-key-file/1";
const MAGIC_ANY: &str = "anonymed-key-file/";
const MOST_BYTES: u64 = 16 * 1024;
/// NIST SP 800-63B, 5.1.1.1: a memorised secret has at least eight characters.
const LEAST_PASSPHRASE: usize = 8;

/// How hard a passphrase is to guess: Argon2id memory, passes and lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// 64 MiB, three passes, one lane: RFC 9106's second recommended option with one lane.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl Cost {
    /// The least Argon2 takes. For tests: it protects nothing.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// Parameters come out of a file, so they are bounded: 1 GiB, 64 passes, 16 lanes.
    fn params(self) -> Result<Params> {
        let bounded = self.memory_kib <= 1024 * 1024 && self.passes <= 64 && self.lanes <= 16;
        if !bounded {
            return Err(VaultError::KdfCost);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| VaultError::KdfCost)
    }

    fn derive(self, passphrase: &Sensitive<String>, salt: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params()?);
        let mut key = Zeroizing::new([0u8; 32]);
        argon
            .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| VaultError::KdfCost)?;
        Ok(key)
    }
}

/// What protects a key file besides its mode.
#[derive(Debug, Clone, Copy)]
pub enum Protection<'a> {
    /// Nothing: the file is the secret.
    Plain0600,
    /// A passphrase, with the default [`Cost`].
    Passphrase(&'a Sensitive<String>),
    /// A passphrase, with a chosen cost.
    PassphraseWithCost(&'a Sensitive<String>, Cost),
}

/// Whether a key file asks for a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// It does not.
    Plain,
    /// It does.
    Passphrase,
}

/// Makes and opens key files.
///
/// # Examples
///
/// ```
/// use anonymed_core::{KeyRing, Sensitive};
/// use anonymed_vault::{Cost, KeyFile, Protection};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("hospital.key");
/// let passphrase = Sensitive::from("correct horse battery staple");
/// let made = KeyFile::create(&path, Protection::PassphraseWithCost(&passphrase, Cost::LEAST))?;
/// let opened = KeyFile::open(&path, Some(&passphrase))?;
/// assert_eq!(made.key_id(), opened.key_id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct KeyFile;

impl KeyFile {
    /// Makes a root key and a signing key from the system's random source and writes them.
    ///
    /// # Errors
    ///
    /// [`VaultError::KeyFileExists`]: a key file is never overwritten.
    /// [`VaultError::PassphraseTooShort`], [`VaultError::KdfCost`], [`VaultError::Random`],
    /// [`VaultError::Io`]; no file is left then.
    pub fn create(path: &Path, protection: Protection<'_>) -> Result<SealedKeyRing> {
        let mut payload = Zeroizing::new([0u8; 64]);
        getrandom::fill(payload.as_mut_slice()).map_err(|_| VaultError::Random)?;
        let ring = ring_of(&payload);
        let text = text_of(&ring, &payload, protection)?;
        match write_atomic(path, text.as_bytes(), Existing::Refuse, PRIVATE) {
            Ok(()) => Ok(ring),
            Err(VaultError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                Err(VaultError::KeyFileExists)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a key file. A passphrase given for a file without one is not looked at.
    ///
    /// # Errors
    ///
    /// [`VaultError::KeyFileMissing`], [`VaultError::KeyFilePermissions`] where others may read it,
    /// [`VaultError::PassphraseNeeded`], [`VaultError::WrongPassphrase`],
    /// [`VaultError::KeyFileFormat`], [`VaultError::KeyFileVersion`], [`VaultError::Io`].
    pub fn open(path: &Path, passphrase: Option<&Sensitive<String>>) -> Result<SealedKeyRing> {
        Ok(keys_in(path, passphrase)?.1)
    }

    /// Protects the same keys another way: a new passphrase, one where there was none, or none any
    /// more. Copies of the old file keep their old protection.
    ///
    /// # Errors
    ///
    /// As [`KeyFile::open`] for the old protection and [`KeyFile::create`] for the new; the old file
    /// is untouched then.
    pub fn protect(
        path: &Path,
        passphrase: Option<&Sensitive<String>>,
        protection: Protection<'_>,
    ) -> Result<SealedKeyRing> {
        let (payload, ring) = keys_in(path, passphrase)?;
        let text = text_of(&ring, &payload, protection)?;
        write_atomic(path, text.as_bytes(), Existing::Replace, PRIVATE)?;
        Ok(ring)
    }

    /// Whether the file asks for a passphrase, so that one is only asked for where needed.
    ///
    /// # Errors
    ///
    /// As [`KeyFile::open`].
    pub fn sealing(path: &Path) -> Result<Sealing> {
        let text = read(path)?;
        let sealed = Parsed::new(&text)?.kdf.is_some();
        Ok(if sealed { Sealing::Passphrase } else { Sealing::Plain })
    }
}

/// The payload of a file and the ring in it, which is the one the file names.
fn keys_in(
    path: &Path,
    passphrase: Option<&Sensitive<String>>,
) -> Result<(Zeroizing<[u8; 64]>, SealedKeyRing)> {
    let text = read(path)?;
    let file = Parsed::new(&text)?;
    let payload = match file.kdf {
        None => file.plain_payload()?,
        Some(_) => file.unseal(passphrase.ok_or(VaultError::PassphraseNeeded)?)?,
    };
    let ring = ring_of(&payload);
    if ring.key_id().0 != file.key_id || ring.public_key().to_string() != file.public_key {
        return Err(format_error("its keys are not the ones it names"));
    }
    Ok((payload, ring))
}

fn text_of(
    ring: &SealedKeyRing,
    payload: &Zeroizing<[u8; 64]>,
    protection: Protection<'_>,
) -> Result<Zeroizing<String>> {
    match protection {
        Protection::Plain0600 => Ok(plain_text(ring, payload)),
        Protection::Passphrase(phrase) => sealed_text(ring, payload, phrase, Cost::default()),
        Protection::PassphraseWithCost(phrase, cost) => sealed_text(ring, payload, phrase, cost),
    }
}

fn ring_of(payload: &Zeroizing<[u8; 64]>) -> SealedKeyRing {
    let half = |from: usize| {
        let mut bytes = Zeroizing::new([0u8; 32]);
        bytes.copy_from_slice(&payload[from..from + 32]);
        bytes
    };
    SealedKeyRing::new(&half(0), &half(32))
}

fn header(ring: &SealedKeyRing, kdf: &str) -> String {
    format!("{MAGIC}\nkey-id: {}\npublic-key: {}\nkdf: {kdf}\n", ring.key_id(), ring.public_key())
}

fn plain_text(ring: &SealedKeyRing, payload: &Zeroizing<[u8; 64]>) -> Zeroizing<String> {
    let encoded = Zeroizing::new(BASE64.encode(payload.as_slice()));
    // Room for all of it at once, so that no copy of the key is left behind by growth.
    let mut text = Zeroizing::new(String::with_capacity(1024));
    text.push_str(&header(ring, "none"));
    text.push_str("payload: ");
    text.push_str(&encoded);
    text.push('\n');
    text
}

fn sealed_text(
    ring: &SealedKeyRing,
    payload: &Zeroizing<[u8; 64]>,
    passphrase: &Sensitive<String>,
    cost: Cost,
) -> Result<Zeroizing<String>> {
    if passphrase.expose().chars().count() < LEAST_PASSPHRASE {
        return Err(VaultError::PassphraseTooShort { least: LEAST_PASSPHRASE });
    }
    let (mut salt, mut nonce) = ([0u8; 16], [0u8; 12]);
    getrandom::fill(&mut salt).map_err(|_| VaultError::Random)?;
    getrandom::fill(&mut nonce).map_err(|_| VaultError::Random)?;
    let key = cost.derive(passphrase, &salt)?;
    let mut text = header(ring, &kdf_line(cost, &salt));
    let sealed = Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key))
        .encrypt(&Nonce::from(nonce), Payload { msg: payload.as_slice(), aad: text.as_bytes() })
        .map_err(|_| VaultError::Unsealable)?;
    let _ = writeln!(text, "payload: {} {}", BASE64.encode(&nonce), BASE64.encode(&sealed));
    Ok(Zeroizing::new(text))
}

fn kdf_line(cost: Cost, salt: &[u8]) -> String {
    let Cost { memory_kib, passes, lanes } = cost;
    format!("argon2id m={memory_kib} t={passes} p={lanes} salt={}", BASE64.encode(salt))
}

/// Reads the text through one handle, so that what was checked is what is read.
fn read(path: &Path) -> Result<Zeroizing<String>> {
    let what = "reading the key file";
    let mut options = fs_err::OpenOptions::new();
    options.read(true);
    // A FIFO put in the file's place must not hang the program.
    options.options_mut().custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => VaultError::KeyFileMissing,
        _ => VaultError::io(what)(error),
    })?;
    let metadata = file.metadata().map_err(VaultError::io(what))?;
    if !metadata.is_file() {
        return Err(format_error("it is not a regular file"));
    }
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(VaultError::KeyFilePermissions { mode });
    }
    if metadata.len() > MOST_BYTES {
        return Err(format_error("it is too large"));
    }
    let bytes = read_capped(file, MOST_BYTES).map_err(VaultError::io(what))?;
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|error| {
        error.into_bytes().zeroize();
        format_error("it is not text")
    })
}

/// The lines of a key file, not yet opened.
struct Parsed<'a> {
    /// Everything above the payload line.
    header: &'a str,
    key_id: &'a str,
    public_key: &'a str,
    /// Cost and salt; none for a file without passphrase.
    kdf: Option<(Cost, Vec<u8>)>,
    payload: &'a str,
}

impl<'a> Parsed<'a> {
    fn new(text: &'a str) -> Result<Self> {
        let (magic, _) = text.split_once('\n').ok_or_else(|| format_error("it has no lines"))?;
        if magic != MAGIC {
            let newer = magic.starts_with(MAGIC_ANY);
            return Err(if newer {
                VaultError::KeyFileVersion
            } else {
                format_error("its first line is another")
            });
        }
        let at = text.find("payload: ").ok_or_else(|| format_error("it has no payload"))?;
        let (header, payload) = text.split_at(at);
        let mut lines = header.lines().skip(1);
        let mut field = |name: &str| {
            lines.next().and_then(|l| l.strip_prefix(name)).and_then(|l| l.strip_prefix(": "))
        };
        let missing = || format_error("a line is missing or out of place");
        let key_id = field("key-id").ok_or_else(missing)?;
        let public_key = field("public-key").ok_or_else(missing)?;
        let kdf = parse_kdf(field("kdf").ok_or_else(missing)?)?;
        let payload = payload
            .strip_prefix("payload: ")
            .and_then(|p| p.strip_suffix('\n'))
            .filter(|p| !p.contains('\n') && lines.next().is_none())
            .ok_or_else(missing)?;
        Ok(Self { header, key_id, public_key, kdf, payload })
    }

    fn plain_payload(&self) -> Result<Zeroizing<[u8; 64]>> {
        let bytes = BASE64
            .decode(self.payload.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| format_error("its payload is not base64"))?;
        keys_of(&bytes)
    }

    fn unseal(&self, passphrase: &Sensitive<String>) -> Result<Zeroizing<[u8; 64]>> {
        let Some((cost, salt)) = &self.kdf else { return self.plain_payload() };
        let bad = || format_error("its payload is not a nonce and sealed bytes");
        let (nonce, sealed) = self.payload.split_once(' ').ok_or_else(bad)?;
        let nonce = BASE64.decode(nonce.as_bytes()).map_err(|_| bad())?;
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| bad())?;
        let sealed = BASE64.decode(sealed.as_bytes()).map_err(|_| bad())?;
        let key = cost.derive(passphrase, salt)?;
        let opened = Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key))
            .decrypt(&Nonce::from(nonce), Payload { msg: &sealed, aad: self.header.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| VaultError::WrongPassphrase)?;
        keys_of(&opened)
    }
}

fn keys_of(bytes: &[u8]) -> Result<Zeroizing<[u8; 64]>> {
    if bytes.len() != 64 {
        return Err(format_error("its payload has another length"));
    }
    let mut keys = Zeroizing::new([0u8; 64]);
    keys.copy_from_slice(bytes);
    Ok(keys)
}

fn parse_kdf(line: &str) -> Result<Option<(Cost, Vec<u8>)>> {
    if line == "none" {
        return Ok(None);
    }
    let bad = || format_error("its key derivation line is not understood");
    let mut words = line.split(' ');
    if words.next() != Some("argon2id") {
        return Err(bad());
    }
    let mut word = |name: &str| words.next().and_then(|w| w.strip_prefix(name));
    let (memory, passes, lanes) = (word("m="), word("t="), word("p="));
    let salt = BASE64.decode(word("salt=").ok_or_else(bad)?.as_bytes()).map_err(|_| bad())?;
    let number = |text: Option<&str>| text.and_then(|t| t.parse().ok()).ok_or_else(bad);
    let cost = Cost { memory_kib: number(memory)?, passes: number(passes)?, lanes: number(lanes)? };
    // Checked before any memory is taken.
    cost.params()?;
    if kdf_line(cost, &salt) != line || salt.len() != 16 {
        return Err(bad());
    }
    Ok(Some((cost, salt)))
}

fn format_error(reason: &'static str) -> VaultError {
    VaultError::KeyFileFormat { reason }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64URL, HEXLOWER, HEXUPPER};

    use super::*;

    #[test]
    fn a_sealed_file_holds_neither_keys_nor_passphrase() {
        let payload = Zeroizing::new(std::array::from_fn(|i| (i * 37 + 11) as u8));
        let (ring, phrase) = (ring_of(&payload), Sensitive::from("ward-seven-at-noon"));
        let text = sealed_text(&ring, &payload, &phrase, Cost::LEAST).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let sealed = BASE64.decode(lines[4].rsplit(' ').next().unwrap().as_bytes()).unwrap();
        assert_eq!(sealed.len(), 64 + 16);
        let holds = |text: &str, secret: &[u8]| {
            let mut forms = vec![HEXLOWER.encode(secret), HEXUPPER.encode(secret)];
            // Base64 at each of the three places a secret can begin in a longer text.
            for skip in 0..3 {
                forms.push(BASE64.encode(&secret[skip..secret.len() / 3 * 3 - 3 + skip]));
                forms.push(BASE64URL.encode(&secret[skip..secret.len() / 3 * 3 - 3 + skip]));
            }
            forms.iter().any(|form| text.contains(form))
                || text.as_bytes().windows(secret.len()).any(|w| w == secret)
        };
        let secrets = [&payload[..32], &payload[32..], phrase.expose().as_bytes()];
        let shown = format!("{ring:?} {:?}", ring.signer());
        for secret in secrets {
            assert!(!holds(&text, secret) && !holds(&shown, secret));
            assert!(!sealed.windows(secret.len()).any(|w| w == secret));
        }
        // The search finds what is there: without a passphrase the file is the secret.
        let plain = plain_text(&ring, &payload);
        assert!(holds(&plain, &payload[..32]) && holds(&plain, &payload[32..]));
    }

    #[test]
    fn equal_keys_are_sealed_differently() {
        let payload = Zeroizing::new([7; 64]);
        let (ring, phrase) = (ring_of(&payload), Sensitive::from("ward-seven-at-noon"));
        let text = || sealed_text(&ring, &payload, &phrase, Cost::LEAST).unwrap();
        assert_ne!(*text(), *text());
    }
}
