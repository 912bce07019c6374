//! Rows that no class could take, written as a class of their own.

use anonymed_anonymize::{Problem, Recoding, SUPPRESSED};

use super::labels::Labels;

/// Rows that no class could take, as a class whose labels say nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Starred {
    /// Its people, with those of a class that says nothing already.
    pub(super) people: u64,
    /// That class, where there is one: whoever reads the release cannot tell the two apart.
    pub(super) class: Option<u32>,
}

impl Starred {
    /// Nothing where there are no such rows, or they do not satisfy the models.
    pub(super) fn of(
        problem: &Problem<'_>,
        recoding: &Recoding,
        labels: &[Labels],
    ) -> Option<Self> {
        let says_nothing = |class: &u32| {
            labels
                .iter()
                .all(|column| column.texts[column.of_class[*class as usize] as usize] == "*")
        };
        let class = (0..recoding.classes()).find(says_nothing);
        let with_rows = || {
            let combinations = 0..problem.table().combinations() as u32;
            combinations.filter(|combination| problem.table().rows(*combination) > 0)
        };
        with_rows().find(|combination| recoding.class_of(*combination).is_none())?;
        let mut all = problem.accumulator();
        with_rows()
            .filter(|combination| {
                recoding.class_of(*combination).is_none_or(|of| Some(of) == class)
            })
            .for_each(|combination| all.add(problem.table(), combination));
        let people = u64::from(all.subjects().count().at_least());
        problem.judge(&all).holds().then_some(Self { people, class })
    }

    /// Gives the rows without a class theirs.
    pub(super) fn give(self, class_of_row: &mut [u32], classes: u32, labels: &mut [Labels]) {
        let theirs = self.class.unwrap_or(classes);
        let without = class_of_row.iter_mut().filter(|class| **class == SUPPRESSED);
        without.for_each(|class| *class = theirs);
        if self.class.is_none() {
            for column in labels {
                column.of_class.push(column.texts.len() as u32);
                column.texts.push("*".to_owned());
            }
        }
    }
}
