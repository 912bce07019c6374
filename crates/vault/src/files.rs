//! Writing private files whole or not at all: temporary file, fsync, rename, fsync of the folder.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use fs_err::{File, OpenOptions};

use crate::{Result, VaultError};

/// Only the owner reads and writes.
pub(crate) const PRIVATE: u32 = 0o600;
/// Everybody reads.
pub(crate) const PUBLIC: u32 = 0o644;

/// What happens to a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Replace,
    Refuse,
}

/// Writes a file of mode 0600 that is either the old one or the new one, never a part, even after
/// a power cut.
///
/// # Errors
///
/// [`VaultError::Io`]; the old file, if any, is untouched then.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomic(path, bytes, Existing::Replace, PRIVATE)
}

pub(crate) fn write_atomic(path: &Path, bytes: &[u8], existing: Existing, mode: u32) -> Result<()> {
    let what = "writing a file";
    let temporary = temporary_beside(path)?;
    let written = (|| {
        let mut file = create_new(&temporary, mode)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match existing {
            Existing::Replace => fs_err::rename(&temporary, path),
            Existing::Refuse => rename_new(&temporary, path),
        }
    })();
    if let Err(source) = written {
        // The first error is the one to tell; a temporary file left over holds nothing more.
        let _ = fs_err::remove_file(&temporary);
        return Err(VaultError::Io { what, source });
    }
    sync_folder(path)
}

/// Opens a new file of this mode, less what the user's mask takes. Fails where the name exists.
pub(crate) fn create_new(path: &Path, mode: u32) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options.options_mut().mode(mode);
    options.open(path)
}

/// Makes a name in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|f| f.sync_all()).map_err(VaultError::io("syncing a folder"))
}

/// Reads a small file whole; one larger than `most` is an error, not memory.
pub(crate) fn read_capped(mut file: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "file is too large"));
    }
    Ok(bytes)
}

/// Renames, and fails where the target exists.
fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // Some network and FUSE file systems do not know the flag; a hard link refuses as well.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs_err::hard_link(from, to)?;
            fs_err::remove_file(from)
        }
        Err(error) => Err(error.into()),
    }
}

fn temporary_beside(path: &Path) -> Result<PathBuf> {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|_| VaultError::Random)?;
    Ok(path.with_file_name(format!(".anonymed-{}.tmp", HEXLOWER.encode(&random))))
}
