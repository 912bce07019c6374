//! A number for every row, put aside in a file without a name: four bytes a row, read again from the beginning
//! or from any row.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anonymed_core::ModalityError;
use hashbrown::HashMap;

use crate::batch::StringBatch;
use crate::sorter::unnamed;

/// Numbers that are written or read at once.
const AT_ONCE: usize = 1 << 14;

/// Numbers in the order in which they were put.
pub(crate) struct RowNumbers {
    file: File,
    /// Those that are not in the file yet.
    last: Vec<u8>,
    written: u64,
}

/// A fault of what we put aside ourselves is none of the input's.
fn failed(e: &std::io::Error) -> ModalityError {
    ModalityError::Write(e.kind())
}

impl RowNumbers {
    /// No numbers yet; the file is made in a private folder.
    pub(crate) fn new(folder: &Path) -> Result<Self, ModalityError> {
        let file = unnamed(folder).map_err(|e| failed(&e))?;
        Ok(Self { file, last: Vec::new(), written: 0 })
    }

    /// Puts a number after the last.
    pub(crate) fn push(&mut self, number: u32) -> Result<(), ModalityError> {
        self.last.extend(number.to_le_bytes());
        if self.last.len() >= 4 * AT_ONCE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ModalityError> {
        self.file.write_all(&self.last).map_err(|e| failed(&e))?;
        self.written += self.last.len() as u64 / 4;
        self.last.clear();
        Ok(())
    }

    /// Ends it.
    pub(crate) fn finish(mut self) -> Result<StoredNumbers, ModalityError> {
        self.flush()?;
        Ok(StoredNumbers { file: self.file, count: self.written })
    }
}

/// Numbers that are all there.
pub(crate) struct StoredNumbers {
    file: File,
    count: u64,
}

impl StoredNumbers {
    /// Up to so many numbers from a place on.
    fn at(&self, from: u64, most: usize) -> Result<Vec<u32>, ModalityError> {
        let count = self.count.saturating_sub(from).min(most as u64) as usize;
        let mut bytes = vec![0; 4 * count];
        self.file.read_exact_at(&mut bytes, 4 * from).map_err(|e| failed(&e))?;
        let word =
            |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        Ok(bytes.chunks_exact(4).map(word).collect())
    }

    /// The numbers from the first on.
    pub(crate) fn reader(&self) -> NumberReader<'_> {
        NumberReader { of: self, next: 0, buffer: Vec::new().into_iter() }
    }
}

/// Numbers one after the other.
pub(crate) struct NumberReader<'a> {
    of: &'a StoredNumbers,
    next: u64,
    buffer: std::vec::IntoIter<u32>,
}

impl NumberReader<'_> {
    /// The next number; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<u32>, ModalityError> {
        if let Some(number) = self.buffer.next() {
            return Ok(Some(number));
        }
        let read = self.of.at(self.next, AT_ONCE)?;
        self.next += read.len() as u64;
        self.buffer = read.into_iter();
        Ok(self.buffer.next())
    }
}

/// The class of each row that may leave, in the order of the rows.
pub(crate) struct RowClasses {
    classes: StoredNumbers,
    /// For the first row of each batch, by its number in the source, how many rows that may leave are before it.
    starts: HashMap<u64, u64>,
}

impl RowClasses {
    pub(crate) fn new(classes: StoredNumbers, starts: impl Iterator<Item = (u64, u64)>) -> Self {
        Self { classes, starts: starts.collect() }
    }

    /// How many rows have a class, or are known to have none.
    pub(crate) fn count(&self) -> u64 {
        self.classes.count
    }

    /// The classes from the first row of a batch on, at least of all of its rows that may leave.
    pub(crate) fn of_batch(&self, batch: &StringBatch) -> Result<Vec<u32>, ModalityError> {
        let Some(first) = batch.rows().first() else { return Ok(Vec::new()) };
        let start = self.starts.get(first).ok_or_else(|| {
            ModalityError::Internal("the rows are read in other batches than before".into())
        })?;
        self.classes.at(*start, batch.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let folder = tempfile::tempdir().unwrap();
        for count in [0, 1, AT_ONCE, 2 * AT_ONCE + 5] {
            let number = |n: usize| (n as u32).wrapping_mul(0x9e37_79b9);
            let mut numbers = RowNumbers::new(&folder.path().join("spill")).unwrap();
            (0..count).for_each(|n| numbers.push(number(n)).unwrap());
            let stored = numbers.finish().unwrap();
            let mut reader = stored.reader();
            for n in 0..count {
                assert_eq!(reader.next().unwrap(), Some(number(n)));
            }
            assert_eq!(reader.next().unwrap(), None);
            let from = count / 2;
            let some: Vec<u32> = (from..count.min(from + 7)).map(number).collect();
            assert_eq!(stored.at(from as u64, 7).unwrap(), some);
            assert!(stored.at(count as u64 + 1, 7).unwrap().is_empty());
        }
    }
}
