//! Folders as lists of files, compared byte by byte.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Every file below a folder, relative to it, in order. Links are not followed.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs_err::read_dir(&next)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                found.push(path.strip_prefix(folder).unwrap_or(&path).to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Sum of the lengths of all files below a folder.
pub(crate) fn bytes(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for file in files(folder)? {
        sum += fs_err::metadata(folder.join(file))?.len();
    }
    Ok(sum)
}

/// How two folders differ, in words, or `None` where every file has the same name and bytes.
pub(crate) fn difference(left: &Path, right: &Path) -> Result<Option<String>> {
    let a: BTreeSet<PathBuf> = files(left)?.into_iter().collect();
    let b: BTreeSet<PathBuf> = files(right)?.into_iter().collect();
    if a != b {
        let alone = a.symmetric_difference(&b).count();
        return Ok(Some(format!(
            "{alone} files are on one side alone ({} and {})",
            a.len(),
            b.len()
        )));
    }
    let mut differing = 0;
    for file in &a {
        if !same_bytes(&left.join(file), &right.join(file))? {
            differing += 1;
        }
    }
    Ok((differing > 0).then(|| format!("{differing} of {} files differ", a.len())))
}

/// Whether two files hold the same bytes.
pub(crate) fn same_bytes(left: &Path, right: &Path) -> Result<bool> {
    const BLOCK: usize = 1 << 16;
    if fs_err::metadata(left)?.len() != fs_err::metadata(right)?.len() {
        return Ok(false);
    }
    let mut a = std::io::BufReader::with_capacity(BLOCK, fs_err::File::open(left)?);
    let mut b = std::io::BufReader::with_capacity(BLOCK, fs_err::File::open(right)?);
    let (mut x, mut y) = (vec![0; BLOCK], vec![0; BLOCK]);
    loop {
        let read = a.read(&mut x)?;
        if read == 0 {
            return Ok(true);
        }
        b.read_exact(&mut y[..read])?;
        if x[..read] != y[..read] {
            return Ok(false);
        }
    }
}

/// Copies a folder with its modes, over nothing.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().context("cp")?;
    if !status.success() {
        bail!("cp -a failed");
    }
    Ok(())
}

/// One SHA-256 over a folder's names and contents, by the system's `sha256sum`; for people to
/// compare, where the tool exists. Nothing is decided by it.
pub(crate) fn digest(folder: &Path) -> Option<String> {
    let script = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
    let output = Command::new("sh").args(["-c", script]).current_dir(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().next().filter(|hex| hex.len() == 64).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-tree-{}-{name}", std::process::id()));
        let _ = fs_err::remove_dir_all(&folder);
        for (file, text) in files {
            let path = folder.join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn differences_are_named() {
        let base = folder("base", &[("a", "1"), ("b/c", "22")]);
        let check = |name: &str, files: &[(&str, &str)], expect: Option<&str>| {
            let other = folder(name, files);
            let found = difference(&base, &other).unwrap();
            match expect {
                None => assert_eq!(found, None),
                Some(part) => assert!(found.unwrap().contains(part)),
            }
            fs_err::remove_dir_all(other).unwrap();
        };
        check("same", &[("a", "1"), ("b/c", "22")], None);
        check("length", &[("a", "11"), ("b/c", "22")], Some("1 of 2 files differ"));
        check("bytes", &[("a", "2"), ("b/c", "23")], Some("2 of 2 files differ"));
        check("names", &[("a", "1"), ("b/d", "22")], Some("one side alone"));
        assert_eq!(bytes(&base).unwrap(), 3);
        fs_err::remove_dir_all(base).unwrap();
    }
}
