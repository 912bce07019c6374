//! How many people of a population the labels of each released class fit.

use super::{Exposure, Matcher};

/// People of the raw table of an exposure, where that is everybody of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowds {
    /// By class of the release, in the order they are met: people of whom a row fits it.
    pub of_class: Vec<u64>,
    /// People of whom a row fits no class.
    pub outside: u64,
}

impl Crowds {
    /// People who fit a class.
    pub(crate) fn of(&self, class: u32) -> u64 {
        self.of_class.get(class as usize).copied().unwrap_or(0)
    }
}

impl Exposure {
    /// Counts whom the labels of each class fit, each person once in a class. No row need be of anybody who
    /// is released.
    pub fn crowds(mut self) -> Crowds {
        for column in &mut self.quasi {
            column.read(column.values.len());
        }
        let matches = Matcher::new(&self.quasi, &self.released).matches(&self.raw);
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for (row, person) in self.raw.person.iter().enumerate() {
            let classes = matches.classes(row);
            inside.extend(classes.iter().map(|class| (*class, *person)));
            if classes.is_empty() {
                outside.push(*person);
            }
        }
        inside.sort_unstable();
        inside.dedup();
        outside.sort_unstable();
        outside.dedup();
        let mut of_class = vec![0; self.released.classes.len()];
        inside.iter().for_each(|(class, _)| of_class[*class as usize] += 1);
        Crowds { of_class, outside: outside.len() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::{Cells, QuasiColumn, Table};

    #[test]
    fn people_are_counted_by_what_labels_say() {
        let quasi = || vec![QuasiColumn::default(), QuasiColumn::default()];
        let people =
            [["34", "Ulm", "1"], ["36", "Ulm", "1"], ["39", "Bonn", "2"], ["70", "Ulm", "3"]];
        let released = [["30..39", "Ulm"], ["30..39", "{Bonn|Ulm}"], ["30..39", "Ulm"]];
        for (by_subject, expect) in [(true, [1, 2]), (false, [2, 3])] {
            let mut exposure = Exposure::new(quasi(), vec![], by_subject);
            for row in &people {
                let cells = [Some(row[0]), Some(row[1])];
                let cells = Cells { quasi: &cells, subject: Some(row[2]), ..Cells::default() };
                exposure.add(Table::Raw, &cells).unwrap();
            }
            for row in &released {
                let cells = row.map(Some);
                exposure
                    .add(Table::Released, &Cells { quasi: &cells, ..Cells::default() })
                    .unwrap();
            }
            let crowds = exposure.crowds();
            assert_eq!((crowds.of_class, crowds.outside), (expect.to_vec(), 1));
        }
    }
}
