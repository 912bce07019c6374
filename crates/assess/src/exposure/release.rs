//! A release in classes: rows with equal labels.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::people::{Beside, People};
use super::{Column, Whose, align};
use crate::{AssessError, hash};

/// A released table.
pub(crate) struct Release {
    /// Each class's labels, in the order of their first rows.
    pub(crate) classes: Vec<Vec<u32>>,
    numbers: HashMap<u128, u32, FixedState>,
    /// By row.
    pub(crate) class_of: Vec<u32>,
    /// By class: its first row.
    pub(crate) first_row: Vec<u32>,
    /// By sensitive column, by row.
    pub(crate) sensitive: Vec<Vec<u32>>,
    pub(crate) beside: Vec<Beside>,
    /// By row: who; a number of the row's own where nobody knows.
    pub(crate) person: Vec<u32>,
    /// By row: the row of the raw table it was made of, where that is known.
    pub(crate) raw_row: Vec<u32>,
    pub(crate) whose: Whose,
    /// By class: its people, ascending, each once.
    pub(crate) members: Groups,
    /// By person, where known: their classes, ascending, each once.
    classes_of: HashMap<u32, Vec<u32>, FixedState>,
    /// Whether somebody is in several classes.
    repeats: bool,
}

/// Lists one after the other.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Groups {
    /// Lists of pairs of list and item; each item once in a list, ascending.
    pub(crate) fn of(lists: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0u32; lists + 1];
        pairs.iter().for_each(|(list, _)| starts[*list as usize + 1] += 1);
        for list in 0..lists {
            starts[list + 1] += starts[list];
        }
        Self { starts, items: pairs.into_iter().map(|(_, item)| item).collect() }
    }

    pub(crate) fn list(&self, list: u32) -> &[u32] {
        let at = list as usize;
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Release {
    pub(super) fn new((_, sensitive): (usize, usize)) -> Self {
        Self {
            classes: Vec::new(),
            numbers: HashMap::default(),
            class_of: Vec::new(),
            first_row: Vec::new(),
            sensitive: vec![Vec::new(); sensitive],
            beside: Vec::new(),
            person: Vec::new(),
            raw_row: Vec::new(),
            whose: Whose::Unknown,
            members: Groups::default(),
            classes_of: HashMap::default(),
            repeats: false,
        }
    }

    pub(super) fn add(
        &mut self,
        labels: Vec<u32>,
        sensitive: &[u32],
        beside: Beside,
        row: u64,
    ) -> Result<(), AssessError> {
        let place = super::people::of_row(row)?;
        let print = hash::of_codes(&labels);
        let next = self.classes.len() as u32;
        let class = *self.numbers.entry(print).or_insert(next);
        if class == next {
            self.classes.push(labels);
            self.first_row.push(place);
        }
        self.class_of.push(class);
        self.sensitive.iter_mut().zip(sensitive).for_each(|(column, code)| column.push(*code));
        self.beside.push(beside);
        Ok(())
    }

    pub(crate) fn rows(&self) -> usize {
        self.class_of.len()
    }

    /// Refuses labels that stand for no value of the raw table.
    pub(super) fn check(&self, columns: &[Column]) -> Result<(), AssessError> {
        for (position, column) in columns.iter().enumerate() {
            let mut labels: Vec<u32> = self.classes.iter().map(|class| class[position]).collect();
            labels.sort_unstable();
            labels.dedup();
            let says_nothing = |label: &&u32| column.covered(**label).is_empty();
            let unread = labels.iter().filter(says_nothing).count() as u64;
            if unread > 0 {
                return Err(AssessError::Unread { column: position, labels: unread });
            }
        }
        Ok(())
    }

    /// Finds whose the rows are, as far as it can be told.
    pub(super) fn find_people(&mut self, raw: &People, columns: &[Column]) {
        let (whose, raw_row) = align::align(self, raw, columns);
        self.whose = whose;
        self.person = match &raw_row {
            Some(rows) => rows.iter().map(|row| raw.person[*row as usize]).collect(),
            None => (0..self.rows() as u32).collect(),
        };
        self.raw_row = raw_row.unwrap_or_default();
        let rows = self.class_of.iter().copied().zip(self.person.iter().copied());
        self.members = Groups::of(self.classes.len(), rows.clone().collect());
        if whose.is_known() {
            for (class, person) in rows {
                let classes = self.classes_of.entry(person).or_default();
                if let Err(at) = classes.binary_search(&class) {
                    classes.insert(at, class);
                }
            }
        }
        self.repeats = self.classes_of.values().any(|classes| classes.len() > 1);
    }

    /// Whether a person may be in one of some classes (ascending); taken to be where nobody knows.
    pub(crate) fn may_be_in(&self, person: u32, classes: &[u32]) -> bool {
        if !self.whose.is_known() {
            return true;
        }
        let own = self.classes_of.get(&person).map_or(&[][..], Vec::as_slice);
        own.iter().any(|class| classes.binary_search(class).is_ok())
    }

    /// The people of some classes, each once, ascending.
    pub(crate) fn crowd(&self, classes: &[u32]) -> Vec<u32> {
        let mut crowd: Vec<u32> =
            classes.iter().flat_map(|class| self.members.list(*class)).copied().collect();
        crowd.sort_unstable();
        crowd.dedup();
        crowd
    }

    /// How many people some classes have.
    pub(crate) fn crowd_size(&self, classes: &[u32]) -> u64 {
        match classes {
            [] => 0,
            [one] => self.members.list(*one).len() as u64,
            several if !self.repeats => {
                several.iter().map(|class| self.members.list(*class).len() as u64).sum()
            }
            several => self.crowd(several).len() as u64,
        }
    }
}
