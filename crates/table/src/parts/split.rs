//! The rows of a table by parts: each part's rows in a log of its own, and the part of each row in their order.

use std::path::Path;

use anonymed_anonymize::PartTree;
use anonymed_core::{CancelToken, ModalityError};

use crate::counting::Coded;
use crate::frequency::{CodeLog, unfit};
use crate::row_numbers::{RowNumbers, StoredNumbers};
use crate::sorter::Room;

/// Rows of a part that are put into its log together.
const ROWS: usize = 1024;

/// Bytes of a part's log that are in memory.
const LOG_BYTES: usize = 64 << 10;

/// Rows by parts.
pub(super) struct Split {
    pub(super) logs: Vec<CodeLog>,
    pub(super) part_of: StoredNumbers,
}

impl Split {
    /// Parts all rows.
    pub(super) fn of(
        coded: &Coded,
        tree: &PartTree,
        (folder, sorting): (&Path, &Room),
        cancel: &CancelToken,
    ) -> Result<Self, ModalityError> {
        let columns = coded.finals.len();
        let quasi = coded.encoded.len();
        let room = || Room { bytes: LOG_BYTES, folder: Some(folder.to_owned()) };
        let mut parts: Vec<Filling> = (0..tree.parts())
            .map(|_| Filling {
                log: CodeLog::with_room(columns, room()),
                columns: vec![Vec::new(); columns + 1],
            })
            .collect();
        let mut part_of = RowNumbers::new(folder)?;
        let mut codes = Vec::with_capacity(quasi);
        coded.rows.blocks(&mut |block| {
            cancel.check()?;
            for row in 0..block.first().map_or(0, Vec::len) {
                codes.clear();
                for (column, finals) in block.iter().zip(&coded.finals).take(quasi) {
                    codes.push(*finals.get(column[row] as usize).ok_or_else(unfit)?);
                }
                let part = tree.part_of(|column| codes[column]);
                part_of.push(part)?;
                parts[part as usize].take(block, row)?;
            }
            Ok(())
        })?;
        let logs = parts.into_iter().map(|part| Ok(part.finish()?.sorted_in(sorting.clone())));
        let logs = logs.collect::<Result<_, ModalityError>>()?;
        Ok(Self { logs, part_of: part_of.finish()? })
    }
}

/// A part that is being filled.
struct Filling {
    log: CodeLog,
    columns: Vec<Vec<u32>>,
}

impl Filling {
    fn take(&mut self, block: &[Vec<u32>], row: usize) -> Result<(), ModalityError> {
        self.columns.iter_mut().zip(block).for_each(|(own, column)| own.push(column[row]));
        if self.columns[0].len() >= ROWS { self.push() } else { Ok(()) }
    }

    fn push(&mut self) -> Result<(), ModalityError> {
        self.log.push(&self.columns)?;
        self.columns.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    fn finish(mut self) -> Result<CodeLog, ModalityError> {
        self.push()?;
        Ok(self.log)
    }
}
