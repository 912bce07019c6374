//! Sorting more records than there is memory for: runs are sorted as they fill, wait in a file
//! without a name, and are merged as they are read (Knuth, *The Art of Computer Programming* 3,
//! 5.4.1).
//!
//! Records are numbers alone: codes, numbers of patients and hashes under a key of this process. The
//! file has no name, so that nothing of it is left behind, whatever happens to the process.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};

use anonymed_assess::ClassHash;
use rayon::prelude::*;

/// Records of one run that are read at once.
const READ_BYTES: usize = 256 << 10;

/// Where records wait, and how much memory is taken before.
#[derive(Debug, Clone)]
pub struct Room {
    /// The most memory; the length of a run where there is a folder.
    pub bytes: usize,
    /// A private folder for what does not fit; without one the memory is all there is.
    pub folder: Option<PathBuf>,
}

/// Why records cannot be sorted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SortError {
    /// The file could not be written or read.
    #[error("what does not fit in memory cannot be written aside: {0}")]
    File(io::ErrorKind),
    /// There is no folder, and the memory is full.
    #[error("the records are over the limit of {0} bytes, and there is no folder for more")]
    Full(usize),
}

impl From<io::Error> for SortError {
    fn from(error: io::Error) -> Self {
        Self::File(error.kind())
    }
}

/// Opens a file without a name in a folder, which is made where it does not exist.
pub(crate) fn unnamed(folder: &Path) -> io::Result<File> {
    if !folder.is_dir() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    tempfile::tempfile_in(folder)
}

/// Takes records of `W` words in any order.
#[derive(Debug)]
pub struct Sorter<const W: usize> {
    run: Vec<[u64; W]>,
    room: Room,
    file: Option<BufWriter<File>>,
    /// Records of each run in the file.
    runs: Vec<usize>,
}

impl<const W: usize> Sorter<W> {
    /// A sorter that takes so much room.
    pub fn new(room: Room) -> Self {
        Self { run: Vec::new(), room, file: None, runs: Vec::new() }
    }

    /// Takes a record.
    ///
    /// # Errors
    ///
    /// Where the room does not do.
    pub fn push(&mut self, record: [u64; W]) -> Result<(), SortError> {
        if (self.run.len() + 1) * size_of::<[u64; W]>() > self.room.bytes {
            self.put_aside()?;
        }
        self.run.push(record);
        Ok(())
    }

    fn put_aside(&mut self) -> Result<(), SortError> {
        let Some(folder) = &self.room.folder else { return Err(SortError::Full(self.room.bytes)) };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::with_capacity(READ_BYTES, unnamed(folder)?)),
        };
        self.run.par_sort_unstable();
        for record in &self.run {
            for word in record {
                file.write_all(&word.to_le_bytes())?;
            }
        }
        self.runs.push(self.run.len());
        self.run.clear();
        Ok(())
    }

    /// The records in ascending order.
    ///
    /// # Errors
    ///
    /// Where what was written aside cannot be read.
    pub fn finish(mut self) -> Result<Sorted<W>, SortError> {
        self.run.par_sort_unstable();
        let Some(file) = self.file else {
            return Ok(Sorted {
                runs: vec![Run::in_memory(self.run)],
                heap: BinaryHeap::new(),
                file: None,
            }
            .primed()?);
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut start = 0;
        let mut runs: Vec<Run<W>> = Vec::with_capacity(self.runs.len() + 1);
        for records in self.runs {
            let end = start + (records * size_of::<[u64; W]>()) as u64;
            runs.push(Run { buffer: Vec::new(), at: 0, left: start..end });
            start = end;
        }
        runs.push(Run::in_memory(self.run));
        Ok(Sorted { runs, heap: BinaryHeap::new(), file: Some(file) }.primed()?)
    }
}

/// One sorted run: what of it is in memory, and what is still in the file.
#[derive(Debug)]
struct Run<const W: usize> {
    buffer: Vec<[u64; W]>,
    at: usize,
    left: std::ops::Range<u64>,
}

impl<const W: usize> Run<W> {
    fn in_memory(buffer: Vec<[u64; W]>) -> Self {
        Self { buffer, at: 0, left: 0..0 }
    }

    fn next(&mut self, file: Option<&File>) -> io::Result<Option<[u64; W]>> {
        if self.at == self.buffer.len() {
            self.refill(file)?;
        }
        let record = self.buffer.get(self.at).copied();
        self.at += 1;
        Ok(record)
    }

    fn refill(&mut self, file: Option<&File>) -> io::Result<()> {
        (self.buffer, self.at) = (Vec::new(), 0);
        let Some(file) = file else { return Ok(()) };
        let size = size_of::<[u64; W]>();
        let most = (READ_BYTES / size).max(1) * size;
        let length = (self.left.end - self.left.start).min(most as u64) as usize;
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, self.left.start)?;
        self.left.start += length as u64;
        let word = |bytes: &[u8]| {
            let mut word = [0; 8];
            word.copy_from_slice(bytes);
            u64::from_le_bytes(word)
        };
        self.buffer = bytes
            .chunks_exact(size)
            .map(|record| {
                let mut words = record.chunks_exact(8).map(word);
                std::array::from_fn(|_| words.next().unwrap_or_default())
            })
            .collect();
        Ok(())
    }
}

/// Records in ascending order.
#[derive(Debug)]
pub struct Sorted<const W: usize> {
    runs: Vec<Run<W>>,
    heap: BinaryHeap<Reverse<([u64; W], usize)>>,
    file: Option<File>,
}

impl<const W: usize> Sorted<W> {
    fn primed(mut self) -> io::Result<Self> {
        if self.runs.len() > 1 {
            for (number, run) in self.runs.iter_mut().enumerate() {
                let first = run.next(self.file.as_ref())?;
                self.heap.extend(first.map(|record| Reverse((record, number))));
            }
        }
        Ok(self)
    }

    fn merged(&mut self) -> io::Result<Option<[u64; W]>> {
        if let [run] = self.runs.as_mut_slice() {
            return run.next(None);
        }
        let Some(mut top) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((record, number)) = *top;
        match self.runs[number].next(self.file.as_ref())? {
            Some(next) => *top = Reverse((next, number)),
            None => {
                std::collections::binary_heap::PeekMut::pop(top);
            }
        }
        Ok(Some(record))
    }
}

impl<const W: usize> Iterator for Sorted<W> {
    type Item = Result<[u64; W], SortError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.merged().map_err(SortError::from).transpose()
    }
}

/// The hash of a class and what stands in one row of it, as a record that sorts by class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassPair(pub [u64; 2]);

/// In the place of the subject of a row that has none.
const NOBODY: u32 = u32::MAX;

impl ClassPair {
    /// A class and a number.
    pub fn new(class: ClassHash, number: u32) -> Self {
        Self([(class >> 32) as u64, (class as u64) << 32 | u64::from(number)])
    }

    /// A class and the number of a subject, which is below 2^32 - 1.
    pub fn subject(class: ClassHash, subject: Option<u32>) -> Self {
        Self::new(class, subject.unwrap_or(NOBODY))
    }

    /// The class and the number.
    pub fn into_number(self) -> (ClassHash, u32) {
        let [high, low] = self.0;
        (u128::from(high) << 32 | u128::from(low >> 32), low as u32)
    }

    /// The class and the subject, where there is one.
    pub fn into_subject(self) -> (ClassHash, Option<u32>) {
        let (class, number) = self.into_number();
        (class, (number != NOBODY).then_some(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(count: u64) -> Vec<[u64; 2]> {
        let mix = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        (0..count).map(|n| [mix(n) % 97, mix(n + count)]).collect()
    }

    #[test]
    fn records_come_back_in_order_whatever_fits() {
        let folder = tempfile::tempdir().unwrap();
        for (count, bytes) in [(0, 16), (1, 16), (1000, 1 << 20), (1000, 160), (40_000, 100_000)] {
            let mut expect = records(count);
            let room = Room { bytes, folder: Some(folder.path().join("spill")) };
            let mut sorter = Sorter::new(room);
            expect.iter().for_each(|record| sorter.push(*record).unwrap());
            expect.sort_unstable();
            let sorted: Vec<[u64; 2]> = sorter.finish().unwrap().map(Result::unwrap).collect();
            assert!(sorted == expect, "{count} records in {bytes} bytes");
        }
        let left = std::fs::read_dir(folder.path().join("spill")).unwrap().count();
        assert_eq!(left, 0, "nothing has a name");
    }

    #[test]
    fn pairs_give_back_what_was_put() {
        let class = u128::MAX >> 35;
        let pair = |subject| ClassPair::subject(class, subject);
        for subject in [None, Some(0), Some(u32::MAX - 1)] {
            assert_eq!(pair(subject).into_subject(), (class, subject));
        }
        assert!(ClassPair::new(1, 7).0 < ClassPair::new(2, 0).0);
        assert_eq!(ClassPair::new(1, 7).into_number(), (1, 7));
    }

    #[test]
    fn without_a_folder_the_memory_is_the_limit() {
        let mut sorter = Sorter::new(Room { bytes: 64, folder: None });
        (0..4).for_each(|n| sorter.push([n, n]).unwrap());
        assert!(matches!(sorter.push([0, 0]), Err(SortError::Full(64))));
    }
}
