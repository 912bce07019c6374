//! The frequency table of a part: rows by coded quasi-identifiers and sensitive columns are written
//! down as they come, and once all codes are known sorted and counted, with the distinct subjects of
//! every group.
//!
//! Values are never written aside: columns are numbers of our own dictionaries, so what is in a file
//! under memory pressure names nobody.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use anonymed_core::{CancelToken, ModalityError};

use crate::TableOptions;
use crate::sorter::{Room, SortError, Sorter, unnamed};

/// What is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// By codes; subjects are not looked at.
    Rows,
    /// By codes; so many of the smallest subject numbers are kept of each group.
    SubjectsUpTo(u32),
    /// By codes and subject.
    BySubject,
}

/// Takes a group: its codes, the subjects that are kept, ascending, and its rows.
pub(crate) type TakeGroup<'a> = dyn FnMut(&[u32], &[u32], u64) -> Result<(), ModalityError> + 'a;

/// Takes some rows, column by column.
pub(crate) type TakeBlock<'a> = dyn FnMut(&[Vec<u32>]) -> Result<(), ModalityError> + 'a;

/// Groups between two questions whether to go on.
const ASK: u64 = 1 << 18;

/// Coded rows in the order they came in.
pub(crate) struct CodeLog {
    columns: usize,
    room: Room,
    /// Blocks: how many rows, then each column with its width in bytes.
    blocks: Vec<u8>,
    file: Option<File>,
    rows: u64,
}

impl CodeLog {
    /// A log of rows of so many coded columns.
    pub(crate) fn new(columns: usize, options: &TableOptions) -> Self {
        Self::with_room(columns, options.sorting())
    }

    /// A log that holds so much before it puts rows aside.
    pub(crate) fn with_room(columns: usize, room: Room) -> Self {
        Self { columns, room, blocks: Vec::new(), file: None, rows: 0 }
    }

    /// The log as it is, whose groups are sorted in another room.
    pub(crate) fn sorted_in(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// Forgets all rows.
    pub(crate) fn forget(&mut self) {
        (self.blocks, self.file, self.rows) = (Vec::new(), None, 0);
    }

    /// Hands on the rows in the order they came in, a block of columns at a time: the codes, then the numbers of
    /// the subjects.
    pub(crate) fn blocks(&self, take: &mut TakeBlock<'_>) -> Result<(), ModalityError> {
        let mut columns: Vec<Vec<u32>> = vec![Vec::new(); self.columns + 1];
        let mut each = |blocks: &mut dyn Read| {
            while read_block(blocks, &mut columns)? {
                take(&columns)?;
            }
            Ok::<_, ModalityError>(())
        };
        if let Some(file) = &self.file {
            let mut file: &File = file;
            // What we put aside ourselves: a fault of it is none of the input's.
            file.seek(SeekFrom::Start(0)).map_err(|e| ModalityError::Write(e.kind()))?;
            each(&mut BufReader::with_capacity(1 << 20, file))?;
        }
        each(&mut self.blocks.as_slice())
    }

    /// Takes rows: the codes of each column, then the number of the subject.
    pub(crate) fn push(&mut self, columns: &[Vec<u32>]) -> Result<(), ModalityError> {
        let rows = columns.first().map_or(0, Vec::len);
        let fits = columns.len() == self.columns + 1 && columns.iter().all(|c| c.len() == rows);
        let (true, Ok(count)) = (fits, u32::try_from(rows)) else {
            return Err(ModalityError::Internal("codes do not fit the plan".into()));
        };
        self.blocks.extend(count.to_le_bytes());
        for column in columns {
            let width = match column.iter().max() {
                None | Some(0..=0xff) => 1,
                Some(0x100..=0xffff) => 2,
                Some(_) => 4,
            };
            self.blocks.push(width);
            for code in column {
                self.blocks.extend_from_slice(&code.to_le_bytes()[..usize::from(width)]);
            }
        }
        self.rows += u64::from(count);
        match &self.room.folder {
            Some(_) if self.blocks.len() >= self.room.bytes => self.put_aside(),
            None if self.blocks.len() > self.room.bytes => Err(full()),
            _ => Ok(()),
        }
    }

    fn put_aside(&mut self) -> Result<(), ModalityError> {
        let Some(folder) = &self.room.folder else { return Err(full()) };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(unnamed(folder).map_err(|e| ModalityError::Write(e.kind()))?),
        };
        file.write_all(&self.blocks).map_err(|e| ModalityError::Write(e.kind()))?;
        self.blocks.clear();
        Ok(())
    }

    /// Hands on the groups in the order of their codes, and of their subjects. `finals` has for each
    /// column the number that stands in the place of each code.
    pub(crate) fn groups(
        &self,
        finals: &[Vec<u32>],
        grouping: Grouping,
        cancel: &CancelToken,
        take: &mut TakeGroup<'_>,
    ) -> Result<(), ModalityError> {
        let widths: Vec<u32> = finals
            .iter()
            .map(|codes| u32::BITS - codes.iter().max().copied().unwrap_or(0).leading_zeros())
            .chain([if grouping == Grouping::Rows { 0 } else { u32::BITS }])
            .collect();
        let pass = Pass { widths: &widths, finals, grouping, cancel };
        match widths.iter().sum::<u32>() {
            0..=64 => pass.run::<1>(self, take),
            65..=128 => pass.run::<2>(self, take),
            129..=256 => pass.run::<4>(self, take),
            257..=512 => pass.run::<8>(self, take),
            513..=1024 => pass.run::<16>(self, take),
            1025..=4096 => pass.run::<64>(self, take),
            _ => Err(ModalityError::Limit {
                what: "the number of quasi-identifiers",
                limit: "4096 bits of codes".into(),
            }),
        }
    }
}

/// What sorting and counting need.
struct Pass<'a> {
    /// Bits of each column's codes, and of the subject's number.
    widths: &'a [u32],
    finals: &'a [Vec<u32>],
    grouping: Grouping,
    cancel: &'a CancelToken,
}

impl Pass<'_> {
    fn run<const W: usize>(
        &self,
        log: &CodeLog,
        take: &mut TakeGroup<'_>,
    ) -> Result<(), ModalityError> {
        let mut sorter = Sorter::<W>::new(log.room.clone());
        log.blocks(&mut |columns| {
            self.cancel.check()?;
            for row in 0..columns.first().map_or(0, Vec::len) {
                sorter.push(self.record(columns, row)?.words).map_err(sort_error)?;
            }
            Ok(())
        })?;
        self.count(sorter, take)
    }

    /// The codes of a row, recoded.
    fn record<const W: usize>(
        &self,
        columns: &[Vec<u32>],
        row: usize,
    ) -> Result<Record<W>, ModalityError> {
        let mut record = Record::default();
        for (at, (column, width)) in columns.iter().zip(self.widths).enumerate() {
            let code = match self.finals.get(at) {
                Some(finals) => finals.get(column[row] as usize).copied().ok_or_else(unfit)?,
                None => column[row],
            };
            record.put(code, *width);
        }
        Ok(record)
    }

    fn count<const W: usize>(
        &self,
        sorter: Sorter<W>,
        take: &mut TakeGroup<'_>,
    ) -> Result<(), ModalityError> {
        let keys = self.widths.len() - 1;
        let most = match self.grouping {
            Grouping::Rows => 0,
            Grouping::SubjectsUpTo(most) => most as usize,
            Grouping::BySubject => 1,
        };
        let mut group: Option<(Vec<u32>, Vec<u32>, u64)> = None;
        let mut codes = Vec::with_capacity(keys + 1);
        let mut groups = 0u64;
        for record in sorter.finish().map_err(sort_error)? {
            let mut record = Record { words: record.map_err(sort_error)?, at: 0 };
            codes.clear();
            codes.extend(self.widths.iter().map(|width| record.take(*width)));
            let subject = codes.pop().unwrap_or_default();
            let same =
                |subjects: &[u32]| self.grouping != Grouping::BySubject || subjects == [subject];
            match &mut group {
                Some((of, subjects, rows)) if *of == codes && same(subjects) => {
                    *rows += 1;
                    if subjects.len() < most && subjects.last() != Some(&subject) {
                        subjects.push(subject);
                    }
                }
                other => {
                    if let Some((codes, subjects, rows)) = other {
                        take(codes, subjects, *rows)?;
                    }
                    groups += 1;
                    if groups.is_multiple_of(ASK) {
                        self.cancel.check()?;
                    }
                    let (mut of, mut subjects, _) = other.take().unwrap_or_default();
                    of.clone_from(&codes);
                    subjects.clear();
                    if most > 0 {
                        subjects.push(subject);
                    }
                    *other = Some((of, subjects, 1));
                }
            }
        }
        match group {
            Some((codes, subjects, rows)) => take(&codes, &subjects, rows),
            None => Ok(()),
        }
    }
}

/// Reads the next block into columns; false at the end.
fn read_block(
    blocks: &mut (impl Read + ?Sized),
    columns: &mut [Vec<u32>],
) -> Result<bool, ModalityError> {
    let read = |e: std::io::Error| ModalityError::Write(e.kind());
    let mut rows = [0; 4];
    match blocks.read_exact(&mut rows) {
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
        other => other.map_err(read)?,
    }
    let rows = u32::from_le_bytes(rows) as usize;
    let mut bytes = Vec::new();
    for column in columns {
        let mut width = [0];
        blocks.read_exact(&mut width).map_err(read)?;
        let width = usize::from(width[0]).clamp(1, 4);
        bytes.resize(rows * width, 0);
        blocks.read_exact(&mut bytes).map_err(read)?;
        column.clear();
        column.extend(bytes.chunks_exact(width).map(|code| {
            let mut word = [0; 4];
            word[..width].copy_from_slice(code);
            u32::from_le_bytes(word)
        }));
    }
    Ok(true)
}

/// Codes side by side, the first in the highest bits, so that records order as their codes do.
#[derive(Debug, Clone, Copy)]
struct Record<const W: usize> {
    words: [u64; W],
    at: u32,
}

impl<const W: usize> Default for Record<W> {
    fn default() -> Self {
        Self { words: [0; W], at: 0 }
    }
}

impl<const W: usize> Record<W> {
    /// Writes a code of at most 32 bits.
    #[inline]
    fn put(&mut self, code: u32, width: u32) {
        if width == 0 {
            return;
        }
        let (word, from) = ((self.at / 64) as usize, self.at % 64);
        // A code may lie over the border of two words.
        let both = u128::from(code) << (128 - from - width);
        self.words[word] |= (both >> 64) as u64;
        if from + width > 64 {
            self.words[word + 1] |= both as u64;
        }
        self.at += width;
    }

    /// Reads the next code.
    #[inline]
    fn take(&mut self, width: u32) -> u32 {
        if width == 0 {
            return 0;
        }
        let (word, from) = ((self.at / 64) as usize, self.at % 64);
        let second = self.words.get(word + 1).copied().unwrap_or(0);
        let both = u128::from(self.words[word]) << 64 | u128::from(second);
        self.at += width;
        ((both << from) >> (128 - width)) as u32
    }
}

pub(crate) fn full() -> ModalityError {
    ModalityError::Limit {
        what: "the memory for distinct combinations",
        limit: "the table engine's share; give it more, or a folder to spill to".into(),
    }
}

pub(crate) fn unfit() -> ModalityError {
    ModalityError::Internal("a code is in no dictionary".into())
}

/// What a sorter's fault is to who reads a table.
pub(crate) fn sort_error(error: SortError) -> ModalityError {
    match error {
        SortError::File(kind) => ModalityError::Write(kind),
        SortError::Full(_) => full(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Group = (Vec<u32>, Vec<u32>, u64);

    fn options(bytes: usize, folder: &std::path::Path) -> TableOptions {
        TableOptions::default().memory(bytes).spill_to(folder.join("spill"))
    }

    /// Groups of batches of rows, each of its codes and the subject.
    fn counted(
        batches: &[Vec<Vec<u32>>],
        grouping: Grouping,
        options: &TableOptions,
    ) -> Vec<Group> {
        let columns = batches.first().map_or(1, |b| b.len() - 1);
        let mut log = CodeLog::new(columns, options);
        batches.iter().for_each(|batch| log.push(batch).unwrap());
        // The codes the other way round.
        let finals: Vec<Vec<u32>> = (0..columns).map(|_| (0..300).rev().collect()).collect();
        let mut groups = Vec::new();
        log.groups(&finals, grouping, &CancelToken::default(), &mut |codes, subjects, rows| {
            groups.push((codes.to_vec(), subjects.to_vec(), rows));
            Ok(())
        })
        .unwrap();
        groups
    }

    #[test]
    fn groups_count_rows_and_keep_the_smallest_subjects() {
        let batches: Vec<Vec<Vec<u32>>> = (0..40u32)
            .map(|b| {
                let keys = (0..1000).map(|r| r % 3).collect();
                vec![keys, (0..1000).map(|r| (r * 7 + b) % 50).collect()]
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        for options in [TableOptions::default(), options(8000, folder.path())] {
            let groups = counted(&batches, Grouping::SubjectsUpTo(4), &options);
            let of = |code: u32, rows| (vec![299 - code], vec![0, 1, 2, 3], rows);
            assert_eq!(groups, [of(2, 13_320), of(1, 13_320), of(0, 13_360)]);
            let by_subject = counted(&batches, Grouping::BySubject, &options);
            assert_eq!(by_subject.len(), 150);
            assert!(by_subject.iter().all(|(_, subjects, _)| subjects.len() == 1));
            assert!(by_subject.is_sorted());
        }
        assert!(counted(&[], Grouping::SubjectsUpTo(3), &TableOptions::default()).is_empty());
    }

    #[test]
    fn many_wide_columns_are_grouped_as_few_are() {
        let folder = tempfile::tempdir().unwrap();
        for columns in [1, 2, 3, 7, 8, 11, 20, 40, 90] {
            let batch: Vec<Vec<u32>> = (0..columns)
                .map(|column| (0..200).map(|row| (row * (column + 3) / 7) % 256).collect())
                .chain([(0..200).map(|row| row % 5).collect()])
                .collect();
            let mut expect = std::collections::BTreeMap::new();
            let (quasi, subjects) = batch.split_at(columns as usize);
            for (row, subject) in subjects[0].iter().enumerate() {
                let codes: Vec<u32> = quasi.iter().map(|column| 299 - column[row]).collect();
                *expect.entry((codes, *subject)).or_insert(0) += 1;
            }
            let expect: Vec<Group> =
                expect.into_iter().map(|((codes, s), rows)| (codes, vec![s], rows)).collect();
            let options = options(1 << 14, folder.path());
            assert_eq!(counted(&[batch], Grouping::BySubject, &options), expect, "{columns}");
        }
    }

    #[test]
    fn records_give_back_what_was_put() {
        let widths = [1, 7, 32, 0, 32, 31, 5, 32, 20];
        let codes: Vec<u32> =
            widths.iter().map(|w| 0x9e37_79b9u32.checked_shr(32 - w).unwrap_or(0)).collect();
        let mut record = Record::<4>::default();
        codes.iter().zip(widths).for_each(|(code, width)| record.put(*code, width));
        record.at = 0;
        let read: Vec<u32> = widths.iter().map(|width| record.take(*width)).collect();
        assert_eq!(read, codes);
    }

    #[test]
    fn without_a_folder_the_memory_is_the_limit() {
        let mut log = CodeLog::new(1, &TableOptions::default().memory(100));
        let error = log.push(&[vec![1; 64], vec![2; 64]]).unwrap_err();
        assert!(matches!(error, ModalityError::Limit { .. }));
        assert!(log.push(&[vec![1; 64], vec![2; 63]]).is_err());
    }
}
