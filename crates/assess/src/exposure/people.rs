//! Rows of people, column by column, in numbers.

use crate::{AssessError, hash};

use super::Cells;

/// The value of a column that a table does not have: it fits every label.
pub(crate) const ANY: u32 = u32::MAX;
/// A sensitive cell that states nothing.
pub(crate) const NOTHING: u32 = u32::MAX;

/// Rows about people.
pub(crate) struct People {
    /// By quasi-identifier, by row.
    pub(crate) quasi: Vec<Vec<u32>>,
    /// By sensitive column, by row.
    pub(crate) sensitive: Vec<Vec<u32>>,
    /// By row: who.
    pub(crate) person: Vec<u32>,
    pub(crate) beside: Vec<Beside>,
}

/// What a row has beside quasi-identifiers and sensitive cells, by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) kept: u64,
    pub(crate) key: Option<u64>,
}

impl Beside {
    pub(super) fn of(cells: &Cells<'_>) -> Self {
        let kept = hash::of_number(hash::of_cells(0, cells.kept));
        Self { kept, key: cells.key.map(|key| hash::of_cell(Some(key))) }
    }
}

/// The number of a row that is a person.
pub(super) fn of_row(row: u64) -> Result<u32, AssessError> {
    let most = u64::from(u32::MAX >> 1);
    u32::try_from(row)
        .ok()
        .filter(|n| u64::from(*n) < most)
        .ok_or(AssessError::TooManyDistinct { row, most })
}

/// The number of a row that names nobody, where others do.
pub(super) fn nobody(row: u64) -> Result<u32, AssessError> {
    Ok(u32::MAX - of_row(row)?)
}

impl People {
    pub(super) fn new((quasi, sensitive): (usize, usize)) -> Self {
        Self {
            quasi: vec![Vec::new(); quasi],
            sensitive: vec![Vec::new(); sensitive],
            person: Vec::new(),
            beside: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, values: &[u32], person: u32, sensitive: &[u32], beside: Beside) {
        self.quasi.iter_mut().zip(values).for_each(|(column, value)| column.push(*value));
        self.sensitive.iter_mut().zip(sensitive).for_each(|(column, code)| column.push(*code));
        self.person.push(person);
        self.beside.push(beside);
    }

    pub(crate) fn rows(&self) -> usize {
        self.person.len()
    }

    /// The quasi-identifiers of a row.
    pub(crate) fn values(&self, row: usize) -> Vec<u32> {
        self.quasi.iter().map(|column| column[row]).collect()
    }

    /// The highest number of a column's values.
    pub(super) fn most_value(&self, column: usize) -> Option<usize> {
        let most = self.quasi[column].iter().filter(|value| **value != ANY).max()?;
        Some(*most as usize)
    }
}
