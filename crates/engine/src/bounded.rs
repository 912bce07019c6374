//! Files that are read whole because they are small, and what they may be at most: whoever wrote
//! them may have made them large, and memory is not to depend on that.

use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Reads a text of at most `most` bytes.
///
/// # Errors
///
/// [`ErrorKind::FileTooLarge`] beyond that, [`ErrorKind::InvalidData`] where it is not UTF-8.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String> {
    String::from_utf8(read(path, most)?).map_err(|_| ErrorKind::InvalidData.into())
}

/// Reads a file of at most `most` bytes.
///
/// # Errors
///
/// [`ErrorKind::FileTooLarge`] beyond that.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs_err::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::from(ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let check = |bytes: &[u8], most: u64, expect: std::result::Result<&str, ErrorKind>| {
            let path = folder.path().join("f");
            fs_err::write(&path, bytes).unwrap();
            let read = read_text(&path, most);
            assert_eq!(read.as_deref().map_err(Error::kind), expect);
        };
        check(b"1234", 4, Ok("1234"));
        check(b"12345", 4, Err(ErrorKind::FileTooLarge));
        check(b"\xff", 4, Err(ErrorKind::InvalidData));
        let endless = read(Path::new("/dev/zero"), 1 << 20);
        assert_eq!(endless.map_err(|e| e.kind()), Err(ErrorKind::FileTooLarge));
    }
}
