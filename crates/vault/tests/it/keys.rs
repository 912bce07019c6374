//! Key files: what they hold, what they refuse.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anonymed_core::{KeyPurpose, KeyRing, Sensitive};
use anonymed_vault::{Cost, KeyFile, Protection, PublicKey, Sealing, VaultError};

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
fn the_passphrase_can_be_changed_and_the_keys_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    let made = sealed(&path);
    let (old, new) = (passphrase(), Sensitive::from("another-ward-8"));
    let protection = Protection::PassphraseWithCost(&new, Cost::LEAST);
    let wrong = KeyFile::protect(&path, Some(&new), protection);
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
    KeyFile::protect(&path, Some(&old), protection).unwrap();
    assert!(matches!(KeyFile::open(&path, Some(&old)), Err(VaultError::WrongPassphrase)));
    assert_eq!(KeyFile::open(&path, Some(&new)).unwrap().key_id(), made.key_id());
    KeyFile::protect(&path, Some(&new), Protection::Plain0600).unwrap();
    assert_eq!(KeyFile::open(&path, None).unwrap().public_key(), made.public_key());
    assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
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
    assert!(matches!(missing, Err(VaultError::KeyFileMissing)));
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
