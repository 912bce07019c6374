//! What somebody sees of a release who knows few columns: classes that agree in those are one group.

use anonymed_core::{CancelToken, Cancelled};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::privacy::{Better, PrivacyMeasure, Reached, Scales, reached};
use crate::{SensitiveLog, hash};

/// The labels of each class, by their hashes.
#[derive(Debug, Default)]
pub struct ClassLabels {
    /// By class: the hash of each label.
    of_class: Vec<Vec<u64>>,
}

impl ClassLabels {
    /// Takes a row of a class; classes are numbered as they are met.
    pub fn see(&mut self, class: u32, quasi: &[Option<&str>]) {
        if class as usize == self.of_class.len() {
            self.of_class.push(quasi.iter().map(|cell| hash::of_cell(*cell)).collect());
        }
    }

    /// The worst that a measure reaches of a group, over all sets of at most so many columns; nothing where
    /// the log has classes that were not seen here. Sets may be many; between two of them the token is asked.
    ///
    /// # Errors
    ///
    /// Where the token was cancelled.
    pub fn reached(
        &self,
        measure: &dyn PrivacyMeasure,
        log: &SensitiveLog,
        (column, known): (usize, u32),
        cancel: &CancelToken,
    ) -> Result<Reached, Cancelled> {
        let none = || Reached { measure: measure.name().to_owned(), worst: None, class_people: 0 };
        if self.of_class.len() < log.class_people().len() {
            return Ok(none());
        }
        let columns = self.of_class.first().map_or(0, Vec::len);
        let mut worst: Option<Reached> = None;
        let mut set: Vec<usize> = Vec::new();
        loop {
            cancel.check()?;
            let grouped = log.grouped(&self.groups(&set));
            let found = reached(measure, &grouped, column, Scales::default());
            let is_worse = worst.as_ref().is_none_or(|so_far| worse(measure, &found, so_far));
            if is_worse {
                worst = Some(found);
            }
            if !advance(&mut set, columns, known as usize) {
                return Ok(worst.unwrap_or_else(none));
            }
        }
    }

    /// The group of each class by some columns.
    fn groups(&self, set: &[usize]) -> Vec<u32> {
        let mut numbers: HashMap<Vec<u64>, u32, FixedState> = HashMap::default();
        let number = |labels: &Vec<u64>| {
            let key: Vec<u64> = set.iter().map(|column| labels[*column]).collect();
            let next = numbers.len() as u32;
            *numbers.entry(key).or_insert(next)
        };
        self.of_class.iter().map(number).collect()
    }
}

/// Whether a figure is worse than another; none at all is the worst.
fn worse(measure: &dyn PrivacyMeasure, found: &Reached, so_far: &Reached) -> bool {
    match (found.worst, so_far.worst) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(found), Some(so_far)) => match measure.better() {
            Better::Higher => found < so_far,
            Better::Lower => found > so_far,
        },
    }
}

/// The next set of columns in the order of an odometer: one more column behind, or the last one higher.
fn advance(set: &mut Vec<usize>, columns: usize, most: usize) -> bool {
    let next = set.last().map_or(0, |last| last + 1);
    if set.len() < most && next < columns {
        set.push(next);
        return true;
    }
    while let Some(last) = set.pop() {
        if last + 1 < columns {
            set.push(last + 1);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::by_name;
    use crate::{ClassIndex, Shape};

    #[test]
    fn every_set_of_columns_comes_once() {
        let mut set = Vec::new();
        let mut all = vec![set.clone()];
        while advance(&mut set, 3, 2) {
            all.push(set.clone());
        }
        let expect: [&[usize]; 7] = [&[], &[0], &[0, 1], &[0, 2], &[1], &[1, 2], &[2]];
        assert_eq!(all, expect);
    }

    #[test]
    fn groups_are_of_all_who_agree_in_what_is_known() {
        // Age, sex, town, person, diagnosis: by any one column there are two, by age and sex one.
        let rows = [
            ["20", "F", "Ulm", "1", "flu"],
            ["20", "M", "Hof", "2", "flu"],
            ["30", "F", "Hof", "3", "hiv"],
            ["30", "M", "Ulm", "4", "flu"],
            ["30", "M", "Ulm", "4", "hiv"],
        ];
        let shape = Shape::with_subject(3, 0);
        let mut index = ClassIndex::new(shape);
        let mut log = SensitiveLog::new(shape, 1);
        let mut labels = ClassLabels::default();
        for row in rows {
            let quasi = [Some(row[0]), Some(row[1]), Some(row[2])];
            let placed = index.add(&quasi, Some(row[3]), &[]).unwrap().unwrap();
            labels.see(placed.class, &quasi);
            log.add(placed, &[Some(row[4])]).unwrap();
        }
        let check = |name: &str, known: u32, expect: f64| {
            let token = CancelToken::default();
            let measure = by_name(name).unwrap();
            let reached = labels.reached(measure, &log, (0, known), &token).unwrap();
            assert_eq!(reached.worst, Some(expect), "{name} {known}");
        };
        check("lkc-k", 0, 4.0);
        check("lkc-k", 1, 2.0);
        check("lkc-k", 2, 1.0);
        check("lkc-c", 0, 0.75);
        let stopped = CancelToken::default();
        stopped.cancel();
        assert!(labels.reached(by_name("lkc-k").unwrap(), &log, (0, 1), &stopped).is_err());
        // All of age 20 have flu, and of age 30 both have hiv.
        check("lkc-c", 1, 1.0);
    }
}
