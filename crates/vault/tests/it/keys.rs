//! Key files: what they hold, what they refuse.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anonymed_core::{KeyPurpose, KeyRing, Sensitive};
use anonymed_vault::{Cost, KeyFile, Protection, PublicKey, Sealing, VaultError};
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

fn passphrase() -> Sensitive<String> {
    Sensitive::from("Grüße-from-ward-7")
}

fn sealed(path: &Path) -> anonymed_vault::SealedKeyRing {
    let protection = Protection::PassphraseWithCost(&passphrase(), Cost::LEAST);
    KeyFile::create(path, protection).unwrap()
}

fn place(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("hospital.key")
}

#[test]
fn both_forms_open_to_the_same_keys() {
    for protected in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = place(&folder);
        let made = match protected {
            true => sealed(&path),
            false => KeyFile::create(&path, Protection::Plain0600).unwrap(),
        };
        let opened = KeyFile::open(&path, protected.then(passphrase).as_ref()).unwrap();
        assert_eq!(made.key_id(), opened.key_id());
        assert_eq!(made.public_key(), opened.public_key());
        assert_eq!(*made.derive(&KeyPurpose::Vault), *opened.derive(&KeyPurpose::Vault));
        assert_eq!(made.signer().sign(b"x"), opened.signer().sign(b"x"));
        let expect = if protected { Sealing::Passphrase } else { Sealing::Plain };
        assert_eq!(KeyFile::sealing(&path).unwrap(), expect);
        assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        // The temporary file is gone.
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn two_key_files_share_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let a = KeyFile::create(&folder.path().join("a"), Protection::Plain0600).unwrap();
    let b = KeyFile::create(&folder.path().join("b"), Protection::Plain0600).unwrap();
    assert_ne!(a.key_id(), b.key_id());
    assert_ne!(a.public_key(), b.public_key());
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    sealed(&path);
    let before = fs_err::read(&path).unwrap();
    let again = KeyFile::create(&path, Protection::Plain0600);
    assert!(matches!(again, Err(VaultError::KeyFileExists)));
    assert_eq!(fs_err::read(&path).unwrap(), before);
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn passphrases_are_needed_and_must_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    sealed(&path);
    assert!(matches!(KeyFile::open(&path, None), Err(VaultError::PassphraseNeeded)));
    let check = |phrase: &str| {
        let opened = KeyFile::open(&path, Some(&Sensitive::from(phrase)));
        assert!(matches!(opened, Err(VaultError::WrongPassphrase)), "{phrase}");
    };
    check("");
    check("Grüße-from-ward-8");
    check("Grüße-from-ward-7 ");
    check("grüße-from-ward-7");
    let short = Sensitive::from("seven 7");
    let made = KeyFile::create(&folder.path().join("short"), Protection::Passphrase(&short));
    assert!(matches!(made, Err(VaultError::PassphraseTooShort { least: 8 })));
    assert!(!folder.path().join("short").exists());
}

#[test]
fn files_others_can_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    sealed(&path);
    let check = |mode: u32, expect: bool| {
        let permissions = std::fs::Permissions::from_mode(mode);
        fs_err::set_permissions(&path, permissions).unwrap();
        match KeyFile::open(&path, Some(&passphrase())) {
            Ok(_) => assert!(expect, "{mode:o} was opened"),
            Err(error @ VaultError::KeyFilePermissions { .. }) => {
                assert!(!expect, "{mode:o} was refused");
                assert!(error.to_string().contains("chmod 600"), "{error}");
            }
            Err(other) => panic!("{other}"),
        }
    };
    check(0o600, true);
    check(0o400, true);
    check(0o640, false);
    check(0o604, false);
    check(0o620, false);
    check(0o777, false);
}

#[test]
fn the_sealed_file_holds_neither_key_nor_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    // The same keys without a passphrase give the secret to look for.
    sealed(&path);
    let plain = folder.path().join("plain.key");
    KeyFile::create(&plain, Protection::Plain0600).unwrap();
    let text = fs_err::read_to_string(&plain).unwrap();
    let payload = text.lines().last().unwrap().strip_prefix("payload: ").unwrap();
    let secret = BASE64.decode(payload.as_bytes()).unwrap();
    assert_eq!(secret.len(), 64);
    let ring = KeyFile::open(&plain, None).unwrap();
    let shown = format!("{ring:?} {:?}", ring.signer());
    let sealed_bytes = fs_err::read(&path).unwrap();
    let phrase = passphrase();
    for half in [&secret[..32], &secret[32..], phrase.expose().as_bytes()] {
        for form in [
            BASE64.encode(half),
            BASE64URL.encode(half),
            HEXLOWER.encode(half),
            HEXUPPER.encode(half),
            String::from_utf8_lossy(half).into_owned(),
        ] {
            assert!(!shown.contains(&form));
            assert!(!String::from_utf8_lossy(&sealed_bytes).contains(&form));
        }
    }
    // Sealing a known secret: the file written is opened, and its keys are not in it.
    let opened = KeyFile::open(&path, Some(&phrase)).unwrap();
    let vault = opened.derive(&KeyPurpose::Vault);
    assert!(!sealed_bytes.windows(32).any(|w| w == vault.as_slice()));
}

#[test]
fn every_changed_byte_of_a_key_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for protected in [true, false] {
        let path = folder.path().join(format!("{protected}.key"));
        let phrase = passphrase();
        let phrase = if protected {
            sealed(&path);
            Some(&phrase)
        } else {
            KeyFile::create(&path, Protection::Plain0600).unwrap();
            None
        };
        let good = fs_err::read(&path).unwrap();
        for at in 0..good.len() {
            for bit in [0, 5, 7] {
                let mut wrong = good.clone();
                wrong[at] ^= 1 << bit;
                fs_err::write(&path, &wrong).unwrap();
                assert!(KeyFile::open(&path, phrase).is_err(), "byte {at}, bit {bit}");
            }
        }
        for cut in 0..good.len() {
            fs_err::write(&path, &good[..cut]).unwrap();
            assert!(KeyFile::open(&path, phrase).is_err(), "cut at {cut}");
        }
    }
}

#[test]
fn hostile_files_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    sealed(&path);
    let good = fs_err::read_to_string(&path).unwrap();
    let check = |text: String, expect: fn(&VaultError) -> bool| {
        fs_err::write(&path, text).unwrap();
        let error = KeyFile::open(&path, Some(&passphrase())).unwrap_err();
        assert!(expect(&error), "{error}");
    };
    check(good.replace("m=8 ", "m=4294967295 "), |e| matches!(e, VaultError::KdfCost));
    check(good.replace("t=1 ", "t=4000000000 "), |e| matches!(e, VaultError::KdfCost));
    check(good.replace("file/1", "file/2"), |e| matches!(e, VaultError::KeyFileVersion));
    check(String::new(), |e| matches!(e, VaultError::KeyFileFormat { .. }));
    check("x".repeat(1 << 20), |e| matches!(e, VaultError::KeyFileFormat { .. }));
    check(good.replace("payload", "payload\npayload"), |e| {
        matches!(e, VaultError::KeyFileFormat { .. })
    });
    let missing = KeyFile::open(&folder.path().join("none"), None);
    assert!(matches!(missing, Err(VaultError::Io { .. })));
    assert!(matches!(KeyFile::open(folder.path(), None), Err(VaultError::KeyFileFormat { .. })));
}

#[test]
fn public_key_travels_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let ring = sealed(&place(&folder));
    let path = folder.path().join("hospital.pub");
    ring.public_key().write(&path).unwrap();
    assert_eq!(PublicKey::read(&path).unwrap(), ring.public_key());
    fs_err::write(&path, format!("{}\n", ring.public_key())).unwrap();
    assert_eq!(PublicKey::read(&path).unwrap(), ring.public_key());
}

#[test]
fn default_cost_takes_the_memory_it_says() {
    let cost = Cost::default();
    assert_eq!((cost.memory_kib, cost.passes, cost.lanes), (65_536, 3, 1));
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    KeyFile::create(&path, Protection::Passphrase(&passphrase())).unwrap();
    assert!(fs_err::read_to_string(&path).unwrap().contains("kdf: argon2id m=65536 t=3 p=1 salt="));
    KeyFile::open(&path, Some(&passphrase())).unwrap();
}
