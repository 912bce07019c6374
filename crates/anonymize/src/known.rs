//! Models of what somebody knows: they are asked of the groups that any few columns make, each of many
//! classes. Classes of a group that fails are let go, and the others are asked again, until all hold.

use crate::keys::Keys;
use crate::recoding::ClassMembers;
use crate::{Counting, PrivacyModel, Problem};

/// Most sets of columns that a model is asked of.
pub(crate) const MOST_SETS: usize = 1 << 16;

/// How many sets of at most so many of some columns there are; none where they are beyond counting.
pub(crate) fn sets(columns: usize, known: u32) -> Option<usize> {
    let most = columns.min(known as usize);
    let (mut all, mut of_size) = (1usize, 1usize);
    for size in 1..=most {
        of_size = of_size.checked_mul(columns - size + 1)? / size;
        all = all.checked_add(of_size)?;
    }
    Some(all)
}

/// Every set of so many of some columns, in the order of their numbers.
pub(crate) fn sets_of_size(columns: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let first = (size <= columns).then(|| (0..size).collect::<Vec<usize>>());
    std::iter::successors(first, move |set| {
        let mut next = set.clone();
        let at = (0..size).rev().find(|at| next[*at] < columns - size + at)?;
        next[at] += 1;
        (at + 1..size).for_each(|after| next[after] = next[after - 1] + 1);
        Some(next)
    })
}

/// The classes of a recoding by their labels.
pub(crate) struct Labelled<'a> {
    /// The label of a class in a column, by number.
    pub(crate) label: &'a dyn Fn(u32, usize) -> u32,
    /// How many labels a column has.
    pub(crate) labels: &'a dyn Fn(usize) -> usize,
    /// The combinations of each class.
    pub(crate) members: &'a ClassMembers,
}

/// Lets go of the classes that are in a failing group by a model of few columns, and stops where more rows
/// are gone than `most`: what is left then may still fail.
pub(crate) fn let_go(problem: &Problem<'_>, classes: &Labelled<'_>, hold: &mut [bool], most: u64) {
    let models = || problem.models().iter().filter_map(|m| Some((m.as_ref(), m.known()?)));
    if models().next().is_none() {
        return;
    }
    let columns = problem.table().columns().len();
    let mut gone = 0;
    loop {
        let before = gone;
        for (model, known) in models() {
            let largest = columns.min(known as usize);
            for size in smallest(problem, model, largest)..=largest {
                for set in sets_of_size(columns, size) {
                    gone += let_go_by(problem, (model, &set), classes, hold);
                    if gone > most {
                        return;
                    }
                }
            }
        }
        if gone == before {
            return;
        }
    }
}

/// A group of fewer columns is a union of groups of more. It holds where they do, unless people are in
/// several of them: then the sharing of a value can grow.
fn smallest(problem: &Problem<'_>, model: &dyn PrivacyModel, largest: usize) -> usize {
    let mixes = model.is_people_count() || problem.table().counting() == Counting::Rows;
    if mixes { largest } else { 0 }
}

/// Lets go of the classes of failing groups by one set of columns, and says of how many rows.
fn let_go_by(
    problem: &Problem<'_>,
    (model, set): (&dyn PrivacyModel, &[usize]),
    classes: &Labelled<'_>,
    hold: &mut [bool],
) -> u64 {
    let table = problem.table();
    let kept: Vec<u32> = (0..hold.len() as u32).filter(|class| hold[*class as usize]).collect();
    let mut keys = Keys::new(kept.len());
    for column in set {
        keys.add((classes.labels)(*column), |keys, width| {
            for (key, class) in keys.iter_mut().zip(&kept) {
                *key = *key << width | u64::from((classes.label)(*class, *column));
            }
        });
    }
    let numbered = keys.numbered();
    let groups = ClassMembers::by_class(&numbered.of, numbered.first.len() as u32);
    let least = u64::from(model.least_subjects());
    let by_rows = model.is_people_count() && table.counting() == Counting::Rows;
    let mut group = problem.accumulator();
    let mut gone = 0;
    for number in 0..groups.classes() {
        let own = || groups.of(number).iter().map(|place| kept[*place as usize]);
        let combinations = || own().flat_map(|class| classes.members.of(class)).copied();
        let rows: u64 = combinations().map(|combination| table.rows(combination)).sum();
        let holds = rows >= least
            && (by_rows || {
                group.clear();
                combinations().for_each(|combination| group.add(table, combination));
                model.judge(&group).holds()
            });
        if !holds {
            gone += rows;
            own().for_each(|class| hold[class as usize] = false);
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_comes_once() {
        let all: Vec<Vec<usize>> = sets_of_size(4, 2).collect();
        assert_eq!(all, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(sets_of_size(3, 0).collect::<Vec<_>>(), [Vec::<usize>::new()]);
        assert_eq!(sets_of_size(2, 3).count(), 0);
        for (columns, known) in [(0, 1), (4, 2), (5, 9), (12, 3)] {
            let most = columns.min(known as usize);
            let counted = (0..=most).map(|size| sets_of_size(columns, size).count()).sum();
            assert_eq!(sets(columns, known), Some(counted));
        }
        assert_eq!(sets(400, 200), None);
    }
}
