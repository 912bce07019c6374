//! Hashes of cells. Classes and signatures are told apart by 128 bits of SipHash-1-3 under a fixed
//! key: among a billion classes two are taken for one with a probability below 10^-20. Subjects and
//! values are numbered by 64 bits: among ten million, below 10^-5, and a collision makes two people
//! one, which overstates the risk. Nothing here leaves the process; these are no pseudonyms.

use siphasher::sip128::{Hasher128, SipHasher13 as SipHasher128};
use std::hash::Hasher;

use crate::AssessError;
use hashbrown::HashTable;

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

/// Hashes rows under a key that is another in every process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowHasher {
    keys: (u64, u64),
}

impl RowHasher {
    pub(crate) fn of_process() -> Self {
        static KEYS: std::sync::OnceLock<(u64, u64)> = std::sync::OnceLock::new();
        let random = || {
            let state = std::hash::RandomState::new();
            std::hash::BuildHasher::hash_one(&state, 0u64)
        };
        Self { keys: *KEYS.get_or_init(|| (random(), random())) }
    }

    /// 128 bits of a row of cells.
    pub(crate) fn of_cells(self, cells: &[Option<&str>]) -> u128 {
        let mut hasher = SipHasher128::new_with_keys(self.keys.0, self.keys.1);
        cells.iter().for_each(|cell| write_cell(&mut hasher, *cell));
        hasher.finish128().as_u128()
    }
}

/// 128 bits of a row of cells of a table.
pub(crate) fn of_cells(table: u32, cells: &[Option<&str>]) -> u128 {
    let mut hasher = SipHasher128::new_with_keys(0, 0);
    hasher.write_u32(table);
    cells.iter().for_each(|cell| write_cell(&mut hasher, *cell));
    hasher.finish128().as_u128()
}

/// 128 bits of a row of numbers.
pub(crate) fn of_codes(codes: &[u32]) -> u128 {
    let mut hasher = SipHasher128::new_with_keys(0, 3);
    codes.iter().for_each(|code| hasher.write_u32(*code));
    hasher.finish128().as_u128()
}

/// 64 bits of a cell.
pub(crate) fn of_cell(cell: Option<&str>) -> u64 {
    let mut hasher = SipHasher128::new_with_keys(0, 1);
    write_cell(&mut hasher, cell);
    hasher.finish128().as_u128() as u64
}

/// 128 bits of a code of a column.
pub(crate) fn of_code(column: u32, code: u32) -> u128 {
    let mut hasher = SipHasher128::new_with_keys(0, 3);
    hasher.write_u32(column);
    hasher.write_u32(code);
    hasher.finish128().as_u128()
}

/// 64 bits of a number of 128.
pub(crate) fn of_number(number: u128) -> u64 {
    let mut hasher = SipHasher128::new_with_keys(0, 2);
    hasher.write_u128(number);
    hasher.finish128().as_u128() as u64
}

/// Numbers cells in order of appearance; 13 to 19 bytes a cell.
#[derive(Debug, Default)]
pub struct CellNumbers {
    places: HashTable<u32>,
    prints: Vec<u64>,
}

impl CellNumbers {
    /// The number of a cell of a row.
    ///
    /// # Errors
    ///
    /// More cells than there are numbers of 32 bits.
    pub fn number(&mut self, cell: Option<&str>, row: u64) -> Result<u32, AssessError> {
        let most = u64::from(u32::MAX);
        self.number_of(of_cell(cell)).ok_or(AssessError::TooManyDistinct { row, most })
    }

    /// The number of a hash; none where there are too many.
    pub(crate) fn number_of(&mut self, print: u64) -> Option<u32> {
        let Self { places, prints } = self;
        if let Some(place) = places.find(print, |place| prints[*place as usize] == print) {
            return Some(*place);
        }
        let next = u32::try_from(prints.len()).ok().filter(|next| *next != u32::MAX)?;
        prints.push(print);
        places.insert_unique(print, next, |place| prints[*place as usize]);
        Some(next)
    }

    /// How many have a number.
    pub fn len(&self) -> usize {
        self.prints.len()
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.prints.is_empty()
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
        let hasher = RowHasher::of_process();
        assert_ne!(hasher.of_cells(&[Some("a")]), hasher.of_cells(&[None]));
        assert_eq!(hasher.of_cells(&[None]), RowHasher::of_process().of_cells(&[None]));
    }

    #[test]
    fn numbers_are_in_order_of_appearance() {
        let mut numbers = CellNumbers::default();
        let cells = ["a", "b", "a", "c", "b"];
        let given: Vec<u32> =
            cells.iter().map(|cell| numbers.number(Some(cell), 0).unwrap()).collect();
        assert_eq!(given, [0, 1, 0, 2, 1]);
        assert_eq!((numbers.number(None, 0), numbers.len()), (Ok(3), 4));
    }
}
