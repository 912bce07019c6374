//! Cells that a solution suppresses: how many of each column may be, and how many are.

use anonymed_anonymize::{Counting, FrequencyTable, SUPPRESSED, Solution, SubjectCount};
use anonymed_core::AttributeRole;
use hashbrown::HashSet;

use super::coded::{Bound, CodedColumn, CodedTable};
use super::labels::Labels;

/// The highest share of the released rows that may be `*`, of each quasi-identifier.
pub(super) fn limits(bound: &Bound) -> Vec<f64> {
    let quasi = bound.of_role(AttributeRole::Quasi).into_iter();
    quasi.map(|at| bound.released[at].cells_max.unwrap_or(1.0)).collect()
}

/// Whether no column has more `*` than it may have.
pub(super) fn hold(
    table: &FrequencyTable,
    solution: &Solution,
    labels: &[Labels],
    limits: &[f64],
) -> bool {
    let mut rows_of = vec![0u64; solution.classes as usize];
    for (combination, class) in (0u32..).zip(solution.recoding.class_numbers()) {
        if *class != SUPPRESSED {
            rows_of[*class as usize] += table.rows(combination);
        }
    }
    let released: u64 = rows_of.iter().sum();
    labels.iter().zip(limits).all(|(labels, most)| {
        let is_star = |label: &u32| labels.texts[*label as usize] == "*";
        let of = labels.of_class.iter().zip(&rows_of);
        let stars: u64 = of.filter(|(label, _)| is_star(label)).map(|(_, rows)| rows).sum();
        stars as f64 <= most * released as f64
    })
}

/// What is left of a limit of suppression for the rows that are worked on, where others are left out before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suppressible {
    /// The highest share of them.
    pub(super) most: f64,
    /// Whether no more is left out already.
    pub(super) is_possible: bool,
}

impl Suppressible {
    pub(super) fn of(table: &CodedTable, most: f64, counting: Counting) -> Self {
        let Some(unstated) = &table.unstated else { return Self { most, is_possible: true } };
        let left = |all: f64, out: f64, stated: f64| (most * all - out) / stated.max(1.0);
        let people = table.people();
        let of_people = left(people.all as f64, people.unstated as f64, people.stated as f64);
        // Rows count too where not all people are told apart.
        let least = match counting {
            Counting::SubjectsUpTo(_) => {
                let (out, stated) = (unstated.rows as f64, table.rows as f64);
                of_people.min(left(out + stated, out, stated))
            }
            Counting::Rows | Counting::AllSubjects => of_people,
        };
        Self { most: least.clamp(0.0, 1.0), is_possible: least >= -ROUNDING }
    }
}

/// By how much a share may be off that is reckoned from others.
const ROUNDING: f64 = 1e-12;

/// People of whom a row is left out, for want of a class or of a value.
pub(super) fn suppressed_people(table: &CodedTable, class_of_row: &[u32]) -> u64 {
    let gone = || (0..class_of_row.len()).filter(|row| class_of_row[*row] == SUPPRESSED);
    let unstated = table.unstated.as_deref();
    let Some(subjects) = &table.subjects else {
        return (gone().count() + unstated.map_or(0, |out| out.rows)) as u64;
    };
    let own = gone().map(|row| subjects.codes.at(row));
    let beside = unstated.and_then(|out| out.subjects.as_ref());
    let beside = beside.into_iter().flat_map(|column: &CodedColumn| column.codes.iter());
    own.chain(beside).collect::<HashSet<u64>>().len() as u64
}

/// Counts the rows that are left out before anything is searched among those that are suppressed.
pub(super) fn with_unstated(
    solution: Solution,
    table: &CodedTable,
    class_of_row: &[u32],
    limit: Suppressible,
) -> Solution {
    let Some(unstated) = &table.unstated else { return solution };
    let people = suppressed_people(table, class_of_row);
    Solution {
        suppressed_rows: solution.suppressed_rows + unstated.rows as u64,
        suppressed_subjects: SubjectCount::Exact(u32::try_from(people).unwrap_or(u32::MAX)),
        within_suppression_limit: solution.within_suppression_limit && limit.is_possible,
        ..solution
    }
}
