//! Hashes of cells. Classes and signatures are told apart by 128 bits of SipHash-1-3 under a fixed
//! key: among a billion classes two are taken for one with a probability below 10^-20. Subjects and
//! values are numbered by 64 bits: among ten million, below 10^-5, and a collision makes two people
//! one, which overstates the risk. Nothing here leaves the process; these are no pseudonyms.

use siphasher::sip128::{Hasher128, SipHasher13 as SipHasher128};
use std::hash::Hasher;

use crate::AssessError;
use hashbrown::HashMap;

/// Writes a cell so that neither the missing value nor a boundary can be imitated by text.
fn write_cell(hasher: &mut SipHasher128, cell: Option<&str>) {
    match cell {
        None => hasher.write_u8(0),
        Some(text) => {
            hasher.write_u8(1);
            hasher.write_u64(text.len() as u64);
            hasher.write(text.as_bytes());
        }
    }
}

/// 128 bits of a row of cells of a table.
pub(crate) fn of_cells(table: u32, cells: &[Option<&str>]) -> u128 {
    let mut hasher = SipHasher128::new_with_keys(0, 0);
    hasher.write_u32(table);
    cells.iter().for_each(|cell| write_cell(&mut hasher, *cell));
    hasher.finish128().as_u128()
}

/// 64 bits of a cell.
pub(crate) fn of_cell(cell: Option<&str>) -> u64 {
    let mut hasher = SipHasher128::new_with_keys(0, 1);
    write_cell(&mut hasher, cell);
    hasher.finish128().as_u128() as u64
}

/// 64 bits of a number of 128.
pub(crate) fn of_number(number: u128) -> u64 {
    let mut hasher = SipHasher128::new_with_keys(0, 2);
    hasher.write_u128(number);
    hasher.finish128().as_u128() as u64
}

/// Numbers cells in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    seen: HashMap<u64, u32, foldhash::fast::FixedState>,
}

impl Numbers {
    pub(crate) fn number(&mut self, cell: Option<&str>, row: u64) -> Result<u32, AssessError> {
        let next = self.seen.len() as u32;
        if next == u32::MAX {
            return Err(AssessError::TooManyDistinct { row, most: u64::from(u32::MAX) });
        }
        Ok(*self.seen.entry(of_cell(cell)).or_insert(next))
    }

    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_and_missing_cells_count() {
        let check = |a: &[Option<&str>], b: &[Option<&str>]| {
            assert_ne!(of_cells(0, a), of_cells(0, b), "{a:?} {b:?}");
        };
        check(&[Some("ab"), Some("c")], &[Some("a"), Some("bc")]);
        check(&[None], &[Some("")]);
        check(&[None, Some("")], &[Some(""), None]);
        check(&[Some("a")], &[Some("a"), None]);
        assert_ne!(of_cells(0, &[Some("a")]), of_cells(1, &[Some("a")]));
        assert_eq!(of_cells(3, &[Some("a"), None]), of_cells(3, &[Some("a"), None]));
    }
}
