//! How much of a document is read at most, so that no file takes the machine.

use crate::error::{DocumentError, Result};

/// Bounds of one reading.
///
/// # Examples
///
/// ```
/// use anonymed_document::{Limits, read_any};
///
/// let limits = Limits { input_bytes: 10, ..Limits::default() };
/// assert!(read_any("letter.html", b"<p>Seen in clinic.</p>", &limits).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub input_bytes: usize,
    /// Bytes of text that come out, and bytes that a part may unpack to.
    pub output_bytes: usize,
    /// Elements, groups or objects in one another.
    pub depth: usize,
    /// Files of a package, and pages of a PDF.
    pub parts: usize,
    /// How many times its packed size a part may unpack to. Below 1 MiB it is not asked.
    pub ratio: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    /// The bounds where nobody asks for others.
    pub const DEFAULT: Self = Self {
        input_bytes: 64 << 20,
        output_bytes: 64 << 20,
        depth: 1_024,
        parts: 4_096,
        ratio: 200,
    };

    /// Bytes that may be unpacked before the ratio is asked.
    const RATIO_FREE: usize = 1 << 20;

    /// Refuses a file that is too long.
    pub(crate) fn input(&self, bytes: &[u8]) -> Result<()> {
        if bytes.len() > self.input_bytes {
            return Err(DocumentError::InputTooLong { limit: self.input_bytes });
        }
        Ok(())
    }

    /// Bytes that `packed` bytes may unpack to.
    pub(crate) fn unpacked(&self, packed: usize) -> usize {
        packed.saturating_mul(self.ratio).max(Self::RATIO_FREE).min(self.output_bytes)
    }

    /// The error of a part that unpacks to more.
    pub(crate) fn bomb(&self, format: &'static str) -> DocumentError {
        DocumentError::Bomb { format, ratio: self.ratio }
    }
}
