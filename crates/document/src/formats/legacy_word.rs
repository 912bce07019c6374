//! Word before 2007 (`.doc`) and other compound files of OLE: known, and refused. An encrypted
//! docx is such a file too ([MS-OFFCRYPTO] 2.3.2).

use super::{ReadText, Sniff, TextFormat};
use crate::error::{DocumentError, Result};
use crate::limits::Limits;

/// The first bytes of a compound file ([MS-CFB] 2.2).
const MAGIC: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// See the module.
pub(super) struct LegacyWord;

impl TextFormat for LegacyWord {
    fn name(&self) -> &'static str {
        "doc"
    }

    fn media_type(&self) -> &'static str {
        "application/msword"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["doc", "dot"]
    }

    fn sniff(&self, bytes: &[u8]) -> Sniff {
        if bytes.starts_with(MAGIC) { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<ReadText> {
        limits.input(bytes)?;
        let package: Vec<u8> =
            "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        if memchr::memmem::find(bytes, &package).is_some() {
            return Err(DocumentError::Encrypted { format: "docx" });
        }
        Err(DocumentError::NotRead { format: "doc", instead: "docx" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_files_are_refused() {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([0; 504]);
        assert_eq!(LegacyWord.sniff(&bytes), Sniff::Yes);
        let limits = Limits::default();
        assert_eq!(
            LegacyWord.read(&bytes, &limits),
            Err(DocumentError::NotRead { format: "doc", instead: "docx" })
        );
        bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(
            LegacyWord.read(&bytes, &limits),
            Err(DocumentError::Encrypted { format: "docx" })
        );
        assert_eq!(LegacyWord.sniff(b"a text"), Sniff::No);
    }
}
