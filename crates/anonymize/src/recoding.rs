//! What a solution does to the data: for each unit (a combination, or a subject) its class, for
//! each class the label of every column.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::FrequencyTable;
use crate::axis::Axis;
use crate::keys::Keys;
use crate::levels::Levels;

/// The class number of a unit that is suppressed.
pub const SUPPRESSED: u32 = u32::MAX;

/// Units to classes, classes to labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recoding {
    class_of: Vec<u32>,
    classes: u32,
    columns: Vec<RecodedColumn>,
}

/// A column's labels, each once, and the label of each class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecodedColumn {
    /// The header.
    pub name: String,
    /// The distinct labels; `None` is the missing value.
    pub labels: Vec<Option<String>>,
    /// The normalised certainty penalty of each label, 0 to 1.
    pub ncp: Vec<f64>,
    /// The share of the domain each label stands for: of a hierarchy all its values, whether they occur
    /// or not; 1 for what is suppressed.
    pub shares: Vec<f64>,
    /// The rows of the table whose value each label stands for, whatever became of them.
    pub rows: Vec<u64>,
    /// The share one value has.
    pub least_share: f64,
    /// How much the column's detail is worth.
    pub weight: f64,
    /// The position of each class's label in `labels`.
    pub label_of: Vec<u32>,
}

impl Recoding {
    /// The class of a combination (or subject, for a recoding of subjects); `None` where it is
    /// suppressed.
    pub fn class_of(&self, unit: u32) -> Option<u32> {
        self.class_of.get(unit as usize).copied().filter(|class| *class != SUPPRESSED)
    }

    /// The class of every unit, [`SUPPRESSED`] where there is none.
    pub fn class_numbers(&self) -> &[u32] {
        &self.class_of
    }

    /// How many classes there are.
    pub fn classes(&self) -> u32 {
        self.classes
    }

    /// The columns, in the table's order.
    pub fn columns(&self) -> &[RecodedColumn] {
        &self.columns
    }

    /// The class of every unit, and the columns.
    pub fn into_parts(self) -> (Vec<u32>, Vec<RecodedColumn>) {
        (self.class_of, self.columns)
    }

    /// What a class writes in a column; `None` is the missing value.
    pub fn label(&self, class: u32, column: usize) -> Option<&str> {
        let column = &self.columns[column];
        column.labels[column.label_of[class as usize] as usize].as_deref()
    }

    /// The weighted mean penalty of a class over its columns, 0 to 1.
    pub fn class_ncp(&self, class: u32) -> f64 {
        let weights: f64 = self.columns.iter().map(|c| c.weight).sum();
        if weights <= 0.0 {
            return 0.0;
        }
        let sum: f64 = self
            .columns
            .iter()
            .map(|c| c.weight * c.ncp[c.label_of[class as usize] as usize])
            .sum();
        sum / weights
    }

    /// Labels each class by the smallest region that holds its members: `members[n]` are the
    /// combinations of class n, `class_of` the units' classes.
    pub(crate) fn of_members(
        table: &FrequencyTable,
        axes: &[Axis],
        class_of: Vec<u32>,
        members: &ClassMembers,
    ) -> Self {
        let columns = axes
            .par_iter()
            .enumerate()
            .map(|(column, axis)| {
                let mut pool = LabelPool::of(table, column, axis);
                let mut ranks = Vec::new();
                let label_of = (0..members.classes())
                    .map(|class| {
                        ranks.clear();
                        let codes = members.of(class).iter().map(|c| table.code(*c, column));
                        ranks.extend(codes.map(|code| axis.rank(code)));
                        ranks.sort_unstable();
                        ranks.dedup();
                        pool.number(axis, &ranks)
                    })
                    .collect();
                RecodedColumn {
                    name: table.columns()[column].name().to_owned(),
                    labels: pool.labels,
                    ncp: pool.ncp,
                    shares: pool.shares,
                    rows: pool.rows,
                    least_share: axis.least_share(),
                    weight: axis.weight(),
                    label_of,
                }
            })
            .collect();
        Self { class_of, classes: members.classes(), columns }
    }
}

impl Recoding {
    /// Labels each class by its level of every column: `class_of` has the class of each combination,
    /// `of_class` a combination of each class.
    pub(crate) fn of_levels(
        table: &FrequencyTable,
        levels: &[Levels],
        node: &[u8],
        class_of: Vec<u32>,
        of_class: &[u32],
    ) -> Self {
        let columns = levels
            .iter()
            .zip(node)
            .enumerate()
            .map(|(column, (levels, level))| {
                let level = levels.level(*level);
                let mut rows = vec![0; level.labels.len()];
                for (n, label) in table.rows_of_codes(column).iter().zip(&level.of_code) {
                    rows[*label as usize] += n;
                }
                let label = |c: &u32| level.of_code[table.code(*c, column) as usize];
                RecodedColumn {
                    name: table.columns()[column].name().to_owned(),
                    labels: level.labels.clone(),
                    ncp: level.ncp.clone(),
                    shares: level.shares.clone(),
                    rows,
                    least_share: if levels.domain > 0.0 { 1.0 / levels.domain } else { 1.0 },
                    weight: levels.weight,
                    label_of: of_class.iter().map(label).collect(),
                }
            })
            .collect();
        Self { class_of, classes: of_class.len() as u32, columns }
    }
}

impl Recoding {
    /// Units to classes, and the labels of each column.
    pub(crate) fn of_columns(
        class_of: Vec<u32>,
        classes: u32,
        columns: Vec<RecodedColumn>,
    ) -> Self {
        Self { class_of, classes, columns }
    }

    /// The same labels over other classes: `number` has the new class of each, [`SUPPRESSED`] for none.
    pub fn renumbered(self, number: &[u32]) -> Self {
        let kept = || number.iter().filter(|new| **new != SUPPRESSED);
        let classes = kept().max().map_or(0, |last| last + 1);
        let mut first = vec![0; classes as usize];
        for (old, new) in number.iter().enumerate().rev().filter(|(_, new)| **new != SUPPRESSED) {
            first[*new as usize] = old;
        }
        let new = |class: u32| if class == SUPPRESSED { class } else { number[class as usize] };
        let column = |column: RecodedColumn| {
            let label_of = first.iter().map(|old: &usize| column.label_of[*old]).collect();
            RecodedColumn { label_of, ..column }
        };
        Self {
            class_of: self.class_of.into_iter().map(new).collect(),
            classes,
            columns: self.columns.into_iter().map(column).collect(),
        }
    }

    /// Without the classes that do not hold.
    pub(crate) fn without(self, hold: &[bool]) -> Self {
        let mut kept = 0..;
        let number = |holds: &bool| match holds {
            true => kept.next().unwrap_or(SUPPRESSED),
            false => SUPPRESSED,
        };
        let number: Vec<u32> = hold.iter().map(number).collect();
        self.renumbered(&number)
    }

    /// Classes that are labelled alike under one number, for whoever reads the release takes them for one;
    /// nothing where no two are. Classes of different groups are told apart.
    pub(crate) fn alike(&self, groups: Option<&[u64]>) -> Option<Vec<u32>> {
        let columns = self.columns.iter().map(|c| (c.labels.len(), c.label_of.as_slice()));
        let mut distinct: Vec<u64> = groups.unwrap_or_default().to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let number = |group| distinct.binary_search(group).map_or(0, |at| at as u32);
        let groups: Option<Vec<u32>> = groups.map(|groups| groups.iter().map(number).collect());
        let groups = groups.iter().map(|groups| (distinct.len(), groups.as_slice()));
        alike(self.classes, columns.chain(groups))
    }
}

/// The same for any labels: of each column how many there are, and which each class has.
pub fn alike<'l>(
    classes: u32,
    columns: impl Iterator<Item = (usize, &'l [u32])>,
) -> Option<Vec<u32>> {
    let mut keys = Keys::new(classes as usize);
    for (labels, label_of) in columns {
        keys.add(labels, |keys, width| {
            let keys = keys.iter_mut().zip(label_of);
            keys.for_each(|(key, label)| *key = *key << width | u64::from(*label));
        });
    }
    let numbered = keys.numbered();
    (numbered.first.len() < classes as usize).then_some(numbered.of)
}

/// Labels given so far, by the ranks they stand for.
#[derive(Default)]
struct LabelPool {
    /// Rows of all ranks below each, and of all.
    below: Vec<u64>,
    rows: Vec<u64>,
    numbers: HashMap<Box<[u32]>, u32>,
    texts: HashMap<Option<String>, u32>,
    labels: Vec<Option<String>>,
    ncp: Vec<f64>,
    shares: Vec<f64>,
}

impl LabelPool {
    fn of(table: &FrequencyTable, column: usize, axis: &Axis) -> Self {
        let mut below = vec![0; axis.ranks() + 1];
        for (code, rows) in (0..).zip(table.rows_of_codes(column)) {
            below[axis.rank(code) as usize + 1] += rows;
        }
        for rank in 1..below.len() {
            below[rank] += below[rank - 1];
        }
        Self { below, ..Self::default() }
    }

    fn rows(&self, (first, last): (u32, u32)) -> u64 {
        self.below.get(last as usize + 1).map_or(0, |rows| rows - self.below[first as usize])
    }

    fn number(&mut self, axis: &Axis, ranks: &[u32]) -> u32 {
        let key = axis.label_key(ranks);
        if let Some(number) = self.numbers.get(key.as_slice()) {
            return *number;
        }
        let (label, ncp) = axis.label(ranks);
        let share = axis.share(ranks, ncp);
        let next = self.labels.len() as u32;
        let number = *self.texts.entry(label.clone()).or_insert(next);
        if number == next {
            self.labels.push(label);
            self.ncp.push(ncp);
            self.shares.push(share);
            let covered = axis.covered(ranks, ncp);
            self.rows.push(covered.into_iter().map(|range| self.rows(range)).sum());
        }
        self.numbers.insert(key.into_boxed_slice(), number);
        number
    }
}

/// The combinations of each class, one class after the other.
#[derive(Debug)]
pub(crate) struct ClassMembers {
    offsets: Vec<u32>,
    combinations: Vec<u32>,
}

impl ClassMembers {
    /// Groups combinations by class (counting sort); suppressed ones are left out.
    pub(crate) fn by_class(class_of: &[u32], classes: u32) -> Self {
        let mut offsets = vec![0u32; classes as usize + 1];
        for class in class_of.iter().filter(|c| **c != SUPPRESSED) {
            offsets[*class as usize + 1] += 1;
        }
        for class in 0..classes as usize {
            offsets[class + 1] += offsets[class];
        }
        let mut next = offsets.clone();
        let mut combinations = vec![0; offsets[classes as usize] as usize];
        for (unit, class) in class_of.iter().enumerate().filter(|(_, c)| **c != SUPPRESSED) {
            let at = &mut next[*class as usize];
            combinations[*at as usize] = unit as u32;
            *at += 1;
        }
        Self { offsets, combinations }
    }

    /// Takes lists as they are.
    pub(crate) fn from_lists(lists: Vec<Vec<u32>>) -> Self {
        let mut offsets = vec![0u32];
        let mut combinations = Vec::new();
        for list in lists {
            combinations.extend(list);
            offsets.push(combinations.len() as u32);
        }
        Self { offsets, combinations }
    }

    pub(crate) fn classes(&self) -> u32 {
        self.offsets.len() as u32 - 1
    }

    pub(crate) fn of(&self, class: u32) -> &[u32] {
        let range: Range<usize> =
            self.offsets[class as usize] as usize..self.offsets[class as usize + 1] as usize;
        &self.combinations[range]
    }
}
