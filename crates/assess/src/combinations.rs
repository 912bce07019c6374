//! The distinct combinations of a table's columns with their rows and people, and the classes that any set
//! of the columns makes of them.
//!
//! A combination's key is the sum of 128-bit hashes of its cells, so that the key for fewer columns is a
//! smaller sum and needs no other pass over the rows. Two combinations are taken for one as rarely as in
//! [`crate::hash`].

use hashbrown::HashTable;

use crate::coded::{CodedColumn, CodedTable, NOBODY};
use crate::hash;

/// In no class.
pub(crate) const NONE: u32 = u32::MAX;

/// Distinct combinations of some columns.
pub(crate) struct Combinations {
    /// By column and code.
    tokens: Vec<Vec<u128>>,
    /// Codes of each combination, one after the other.
    codes: Vec<u32>,
    rows: Vec<u64>,
    of_row: Vec<u32>,
    people: People,
    /// The combination of `*` alone: its rows are suppressed and in no class.
    suppressed: Option<u32>,
}

/// Who has which combination.
enum People {
    /// Each row is a person.
    Rows,
    /// The distinct combinations of each person, one person after the other.
    Subjects(Lists),
}

/// Lists one after the other.
#[derive(Default)]
pub(crate) struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// From pairs of a list's number and an item, sorted; numbers are below `count`.
    fn of_sorted(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0; count + 1];
        for (list, _) in pairs {
            starts[*list as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        Self { starts, items: pairs.iter().map(|pair| pair.1).collect() }
    }

    pub(crate) fn list(&self, at: usize) -> &[u32] {
        &self.items[self.starts[at]..self.starts[at + 1]]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|ends| &self.items[ends[0]..ends[1]])
    }
}

/// Rows and people of a class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) rows: u64,
    pub(crate) people: u64,
}

/// The class of each combination, [`NONE`] where it is suppressed, and how many classes there are.
pub(crate) struct Grouping {
    pub(crate) of: Vec<u32>,
    pub(crate) classes: usize,
}

impl Combinations {
    /// The combinations of a table's columns.
    pub(crate) fn of(table: &CodedTable, columns: &[&CodedColumn]) -> Self {
        let tokens: Vec<Vec<u128>> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                (0..column.values() as u32).map(|code| hash::of_code(at as u32, code)).collect()
            })
            .collect();
        let mut keys = Numbers::default();
        let (mut codes, mut rows): (Vec<u32>, Vec<u64>) = (Vec::new(), Vec::new());
        let of_row = (0..table.rows())
            .map(|row| {
                let of = columns.iter().zip(&tokens);
                let key = of.fold(0u128, |key, (column, tokens)| {
                    key.wrapping_add(tokens[column.codes()[row] as usize])
                });
                let number = keys.number(key);
                if number as usize == rows.len() {
                    codes.extend(columns.iter().map(|column| column.codes()[row]));
                    rows.push(0);
                }
                rows[number as usize] += 1;
                number
            })
            .collect::<Vec<u32>>();
        let people = match table.subjects() {
            None => People::Rows,
            Some(subjects) => People::Subjects(of_subjects(subjects, &of_row)),
        };
        let is_star = |combination: &[u32]| {
            columns.iter().zip(combination).all(|(column, code)| column.text(*code) == Some("*"))
        };
        let suppressed = match columns {
            [] => None,
            _ => codes.chunks(columns.len()).position(is_star).map(|at| at as u32),
        };
        Self { tokens, codes, rows, of_row, people, suppressed }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn width(&self) -> usize {
        self.tokens.len()
    }

    /// The combination of each row.
    pub(crate) fn of_row(&self) -> &[u32] {
        &self.of_row
    }

    pub(crate) fn suppressed(&self) -> Option<u32> {
        self.suppressed
    }

    pub(crate) fn suppressed_rows(&self) -> u64 {
        self.suppressed.map_or(0, |at| self.rows[at as usize])
    }

    pub(crate) fn codes(&self, combination: usize) -> &[u32] {
        &self.codes[combination * self.width()..(combination + 1) * self.width()]
    }

    /// The key of a combination for some of the columns.
    pub(crate) fn key(&self, combination: usize, columns: &[usize]) -> u128 {
        let codes = self.codes(combination);
        let token = |column: &usize| self.tokens[*column][codes[*column] as usize];
        columns.iter().fold(0u128, |key, column| key.wrapping_add(token(column)))
    }

    /// The combinations by all columns: each is a class.
    pub(crate) fn classes(&self) -> Grouping {
        let of = (0..self.len() as u32).map(|c| if Some(c) == self.suppressed { NONE } else { c });
        Grouping { of: of.collect(), classes: self.len() }
    }

    /// The classes that some of the columns make, numbered in order of appearance.
    pub(crate) fn group(&self, columns: &[usize]) -> Grouping {
        let mut keys = Numbers::default();
        let of = (0..self.len())
            .map(|combination| match self.suppressed {
                Some(suppressed) if suppressed as usize == combination => NONE,
                _ => keys.number(self.key(combination, columns)),
            })
            .collect();
        Grouping { of, classes: keys.len() }
    }

    /// Rows and people of each class. A person counts once in each.
    pub(crate) fn sizes(&self, grouping: &Grouping) -> Vec<Size> {
        let mut sizes = vec![Size::default(); grouping.classes];
        for (class, rows) in grouping.of.iter().zip(&self.rows) {
            if *class != NONE {
                sizes[*class as usize].rows += rows;
            }
        }
        match &self.people {
            People::Rows => sizes.iter_mut().for_each(|size| size.people = size.rows),
            People::Subjects(lists) => {
                let mut own: Vec<u32> = Vec::new();
                for combinations in lists.iter() {
                    own.clear();
                    own.extend(combinations.iter().map(|c| grouping.of[*c as usize]));
                    own.sort_unstable();
                    own.dedup();
                    for class in own.iter().filter(|class| **class != NONE) {
                        sizes[*class as usize].people += 1;
                    }
                }
            }
        }
        sizes
    }

    /// The people of each combination by number; none where each row is one.
    pub(crate) fn subjects_of(&self) -> Option<Lists> {
        let People::Subjects(lists) = &self.people else { return None };
        let mut pairs: Vec<(u32, u32)> = (0u32..)
            .zip(lists.iter())
            .flat_map(|(subject, own)| own.iter().map(move |c| (*c, subject)))
            .collect();
        pairs.sort_unstable();
        Some(Lists::of_sorted(self.len(), &pairs))
    }

    /// People who have at least one row.
    pub(crate) fn people(&self) -> u64 {
        match &self.people {
            People::Rows => self.of_row.len() as u64,
            People::Subjects(lists) => lists.iter().filter(|own| !own.is_empty()).count() as u64,
        }
    }
}

/// The distinct combinations of each subject.
fn of_subjects(subjects: &[u32], of_row: &[u32]) -> Lists {
    let named = subjects.iter().zip(of_row).filter(|(subject, _)| **subject != NOBODY);
    let mut pairs: Vec<(u32, u32)> = named.map(|(subject, c)| (*subject, *c)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    // Numbers of subjects may have gaps, which cost an empty list each: they are numbered anew.
    let (mut count, mut last) = (0u32, None);
    for pair in &mut pairs {
        if last != Some(pair.0) {
            last = Some(pair.0);
            count += 1;
        }
        pair.0 = count - 1;
    }
    Lists::of_sorted(count as usize, &pairs)
}

/// Keys numbered in order of appearance.
#[derive(Default)]
pub(crate) struct Numbers {
    places: HashTable<u32>,
    keys: Vec<u128>,
}

impl Numbers {
    pub(crate) fn number(&mut self, key: u128) -> u32 {
        let Self { places, keys } = self;
        if let Some(found) = places.find(key as u64, |place| keys[*place as usize] == key) {
            return *found;
        }
        let next = keys.len() as u32;
        keys.push(key);
        places.insert_unique(key as u64, next, |place| keys[*place as usize] as u64);
        next
    }

    pub(crate) fn find(&self, key: u128) -> Option<u32> {
        self.places.find(key as u64, |place| self.keys[*place as usize] == key).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::made;

    #[test]
    fn people_count_once_in_each_class() {
        let rows: &[&[&str]] = &[
            &["a", "x", "1"],
            &["a", "x", "1"],
            &["a", "y", "1"],
            &["a", "x", "2"],
            &["b", "y", ""],
            &["*", "*", "3"],
        ];
        let check = |by_subject, columns: &[usize], expect: &[(u64, u64)]| {
            let table = made::table(&[("p", Quasi), ("q", Quasi)], rows, by_subject);
            let columns_of: Vec<&CodedColumn> = table.columns().iter().collect();
            let all = Combinations::of(&table, &columns_of);
            assert_eq!((all.len(), all.suppressed_rows()), (4, 1));
            assert_eq!(all.people(), if by_subject { 3 } else { 6 });
            let sizes = all.sizes(&all.group(columns));
            let got: Vec<(u64, u64)> = sizes.iter().map(|s| (s.rows, s.people)).collect();
            assert_eq!(got, expect);
        };
        check(true, &[0, 1], &[(3, 2), (1, 1), (1, 0)]);
        check(true, &[0], &[(4, 2), (1, 0)]);
        check(true, &[1], &[(3, 2), (2, 1)]);
        check(true, &[], &[(5, 2)]);
        check(false, &[0], &[(4, 4), (1, 1)]);
    }
}
