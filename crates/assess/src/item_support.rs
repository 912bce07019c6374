//! k^m-anonymity of a released set-valued column: people of the rarest combination of up to m items.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::{AssessError, hash};

/// Sets of items as they are met, and whose they are.
#[derive(Debug)]
pub struct ItemSupport {
    known: u32,
    separator: String,
    /// (person, items by their hashes, ascending).
    rows: Vec<(u32, Vec<u64>)>,
}

/// Most combinations of one row that are counted.
const MOST: u64 = 1 << 24;

impl ItemSupport {
    /// Lists that a separator parts, of which somebody knows up to so many items.
    pub fn new(known: u32, separator: &str) -> Self {
        Self { known, separator: separator.to_owned(), rows: Vec::new() }
    }

    /// Adds a cell that states something.
    ///
    /// # Errors
    ///
    /// A list too long for so many known items.
    pub fn add(&mut self, person: u32, cell: &str) -> Result<(), AssessError> {
        let items = cell.split(self.separator.as_str()).map(str::trim).filter(|i| !i.is_empty());
        let mut items: Vec<u64> = items.map(|item| hash::of_cell(Some(item))).collect();
        items.sort_unstable();
        items.dedup();
        if subsets(items.len() as u64, self.known) > MOST {
            let row = self.rows.len() as u64;
            return Err(AssessError::TooManyDistinct { row, most: MOST });
        }
        self.rows.push((person, items));
        Ok(())
    }

    /// People of the rarest combination; none where nobody has an item.
    pub fn least(mut self) -> Option<u64> {
        self.rows.sort_unstable();
        let mut people: HashMap<u128, u64, FixedState> = HashMap::default();
        for of_person in self.rows.chunk_by(|a, b| a.0 == b.0) {
            let mut own: HashSet<u128, FixedState> = HashSet::default();
            for (_, items) in of_person {
                grow(items, &mut Vec::new(), self.known as usize, &mut own);
            }
            own.into_iter().for_each(|print| *people.entry(print).or_default() += 1);
        }
        people.into_values().min()
    }
}

/// How many combinations of one up to so many items there are; far above any bound where they are beyond counting.
pub fn subsets(items: u64, known: u32) -> u64 {
    let (mut all, mut of_size) = (0u64, 1u64);
    for size in 1..=u64::from(known).min(items) {
        of_size = of_size.saturating_mul(items - (size - 1)) / size;
        all = all.saturating_add(of_size);
    }
    all
}

/// Adds every combination that begins with some items and goes on with others.
fn grow(rest: &[u64], chosen: &mut Vec<u64>, most: usize, own: &mut HashSet<u128, FixedState>) {
    if chosen.len() == most {
        return;
    }
    for (at, item) in rest.iter().enumerate() {
        chosen.push(*item);
        let halves: Vec<u32> = chosen.iter().flat_map(|n| [(n >> 32) as u32, *n as u32]).collect();
        own.insert(hash::of_codes(&halves));
        grow(&rest[at + 1..], chosen, most, own);
        chosen.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_the_rarest_combination() {
        let least = |known: u32, rows: &[(u32, &str)]| {
            let mut support = ItemSupport::new(known, ";");
            rows.iter().for_each(|(person, cell)| support.add(*person, cell).unwrap());
            support.least()
        };
        let rows = [(1, "a;b"), (2, "b; a;a"), (3, "a"), (3, "b;c"), (4, "c")];
        assert_eq!(least(1, &rows), Some(2));
        assert_eq!(least(2, &rows), Some(1));
        assert_eq!(least(2, &rows[..2]), Some(2));
        assert_eq!(least(2, &[(1, " ; ")]), None);
        // Rows of one person are one.
        assert_eq!(least(1, &[(7, "a"), (7, "a")]), Some(1));
    }

    #[test]
    fn lists_are_bounded_by_their_combinations() {
        assert_eq!([subsets(9, 8), subsets(4, 2), subsets(0, 3), subsets(3, 9)], [510, 10, 0, 7]);
        assert_eq!(subsets(u64::MAX, 8), u64::MAX, "beyond counting");
        let list = |items: usize| (0..items).map(|n| format!("i{n};")).collect::<String>();
        let takes = |known, items| ItemSupport::new(known, ";").add(1, &list(items)).is_ok();
        assert!(takes(8, 9) && takes(3, 257) && !takes(3, 2_000));
    }
}
