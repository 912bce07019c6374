//! Whose a released row is: by a column kept in both tables, by the order of the rows, or, where rows were
//! left out, by what fits in that order.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::people::People;
use super::{Column, Release};

/// How the people of the released rows were told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// A column that both tables have names each row.
    Key,
    /// As many rows as the raw table, and each fits the one in its place.
    Order,
    /// Fewer rows: each is taken for the next raw row that it fits. That is exact where no row that was
    /// left out fits a class that was released, as when one level holds for all rows.
    OrderWithGaps,
    /// It cannot be told: each released row counts as a person.
    Unknown,
}

impl Whose {
    /// Whether people are known.
    pub fn is_known(self) -> bool {
        self != Self::Unknown
    }
}

/// The raw row of each released row.
pub(super) fn align(
    release: &Release,
    raw: &People,
    columns: &[Column],
) -> (Whose, Option<Vec<u32>>) {
    let mut fits = Fits { release, raw, columns, known: HashMap::default() };
    let found = by_key(release, raw)
        .map(|rows| (Whose::Key, rows))
        .or_else(|| fits.in_place().map(|rows| (Whose::Order, rows)))
        .or_else(|| fits.with_gaps().map(|rows| (Whose::OrderWithGaps, rows)));
    found.map_or((Whose::Unknown, None), |(whose, rows)| (whose, Some(rows)))
}

fn by_key(release: &Release, raw: &People) -> Option<Vec<u32>> {
    let mut rows: HashMap<u64, u32, FixedState> = HashMap::default();
    for (row, beside) in (0u32..).zip(&raw.beside) {
        // A key that two rows have names neither.
        if rows.insert(beside.key?, row).is_some() {
            return None;
        }
    }
    release.beside.iter().map(|beside| rows.get(&beside.key?).copied()).collect()
}

struct Fits<'a> {
    release: &'a Release,
    raw: &'a People,
    columns: &'a [Column],
    /// By column, label and value: whether the label covers the value.
    known: HashMap<(u32, u32, u32), bool, FixedState>,
}

impl Fits<'_> {
    fn fits(&mut self, released: usize, row: usize) -> bool {
        let (release, raw) = (self.release, self.raw);
        let sensitive = release.sensitive.iter().zip(&raw.sensitive);
        if release.beside[released].kept != raw.beside[row].kept
            || !sensitive.into_iter().all(|(one, other)| one[released] == other[row])
        {
            return false;
        }
        let class = &release.classes[release.class_of[released] as usize];
        (0..self.columns.len()).all(|column| {
            let (label, value) = (class[column], raw.quasi[column][row]);
            let covers = || self.columns[column].covers(label, value);
            *self.known.entry((column as u32, label, value)).or_insert_with(covers)
        })
    }

    fn in_place(&mut self) -> Option<Vec<u32>> {
        let rows = self.raw.rows();
        let whole = self.release.rows() == rows && (0..rows).all(|row| self.fits(row, row));
        whole.then(|| (0..rows as u32).collect())
    }

    fn with_gaps(&mut self) -> Option<Vec<u32>> {
        let mut next = 0;
        (0..self.release.rows())
            .map(|released| {
                let row = (next..self.raw.rows()).find(|row| self.fits(released, *row))?;
                next = row + 1;
                Some(row as u32)
            })
            .collect()
    }
}
