//! Subject-level grouping: one class per subject and not per row, so that the sequence of classes a
//! patient's visits fall into tells no more than any one of them.
//!
//! k in every class is not enough where rows keep a common pseudonym: of the patients with several
//! visits in the UCI hospital table, half have a sequence of 5-anonymous classes that nobody else
//! has. Here each subject is the box around all its rows; boxes are cut by their middles as Mondrian
//! cuts points; all rows of the subjects of a class are published as one and the same region.
//!
//! How many rows a subject has remains visible. [`RowCounts::Kept`] makes classes of subjects with
//! equal numbers of rows, and suppresses the subjects whose number too few share.

use crate::axis::{Axis, CutRule};
use crate::models::Reach;
use crate::recoding::{ClassMembers, SUPPRESSED};
use crate::search::partition::{Partitioner, Strictness, Units};
use crate::{AnonymizeError, ClassAccumulator, FrequencyTable, Problem, Recoding};

/// What becomes of the number of rows a subject has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowCounts {
    /// Only subjects with equally many rows share a class: the count singles nobody out.
    Kept,
    /// Any subjects may share a class: for releases in which rows cannot be tied to each other, or
    /// where the count is not held to be known.
    Ignored,
}

/// Collects which combinations each subject has.
#[derive(Debug)]
pub struct SubjectGrouping<'a> {
    table: &'a FrequencyTable,
    /// Subject, combination, rows.
    visits: Vec<(u32, u32, u32)>,
    /// Subject, sensitive column, code.
    sensitive: Vec<(u32, u32, u32)>,
}

/// One class per subject.
#[derive(Debug, Clone)]
pub struct GroupedSolution {
    /// Classes by position in `subjects`, and their labels.
    pub recoding: Recoding,
    /// The subjects, ascending.
    pub subjects: Vec<u32>,
    /// Subjects of the class with fewest, 0 without classes.
    pub smallest_class_subjects: u32,
    /// Rows of the smallest class.
    pub smallest_class_rows: u64,
    /// Subjects in no class.
    pub suppressed_subjects: u32,
    /// Their rows.
    pub suppressed_rows: u64,
    /// Global certainty penalty over rows.
    pub gcp: f64,
}

impl GroupedSolution {
    /// The class of all rows of a subject; `None` where it is suppressed or unknown.
    pub fn class_of_subject(&self, subject: u32) -> Option<u32> {
        let position = self.subjects.binary_search(&subject).ok()?;
        self.recoding.class_of(position as u32)
    }
}

impl<'a> SubjectGrouping<'a> {
    /// An empty collection over a table's combinations.
    pub fn new(table: &'a FrequencyTable) -> Self {
        Self { table, visits: Vec::new(), sensitive: Vec::new() }
    }

    /// Says that a subject has rows of a combination, with these sensitive (column, code) values.
    ///
    /// # Errors
    ///
    /// A combination the table does not have.
    pub fn add(
        &mut self,
        subject: u32,
        combination: u32,
        rows: u64,
        sensitive: &[(usize, u32)],
    ) -> Result<(), AnonymizeError> {
        if combination as usize >= self.table.combinations() {
            return Err(AnonymizeError::CodesDoNotFit { combination: u64::from(combination) });
        }
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        self.visits.push((subject, combination, rows));
        self.sensitive.extend(sensitive.iter().map(|(c, code)| (subject, *c as u32, *code)));
        Ok(())
    }

    /// Groups the subjects so that every class satisfies the problem's models. The problem has to
    /// be about the same table.
    ///
    /// # Errors
    ///
    /// A model the table cannot answer, or [`AnonymizeError::Cancelled`].
    pub fn solve(
        &mut self,
        problem: &Problem<'_>,
        row_counts: RowCounts,
    ) -> Result<GroupedSolution, AnonymizeError> {
        problem.check_models()?;
        problem.check_reach(Reach::Classes)?;
        self.visits.sort_unstable();
        self.sensitive.sort_unstable();
        self.sensitive.dedup();
        let people = People::new(self, problem.table());
        let axes = Axis::all(problem.table());
        let (mut cells, groups) = people.cells(&axes, row_counts);
        let partitioner = Partitioner::new(problem, &axes, &people, Strictness::Strict);
        problem.begin(people.subjects.len(), "subjects");
        let mut class_of = vec![SUPPRESSED; people.subjects.len()];
        let mut members = Vec::new();
        let mut start = 0;
        for group in groups {
            let slice = &mut cells[start..start + group * people.stride()];
            start += group * people.stride();
            for leaf in partitioner.leaves(slice)?.iter() {
                let mut combinations = Vec::new();
                for row in slice[leaf].chunks_exact(people.stride()) {
                    let person = people.number(row);
                    class_of[person] = members.len() as u32;
                    combinations.extend(people.visits(person).iter().map(|v| v.1));
                }
                combinations.sort_unstable();
                combinations.dedup();
                members.push(combinations);
            }
        }
        problem.end();
        drop(cells);
        let members = ClassMembers::from_lists(members);
        let recoding = Recoding::of_members(problem.table(), &axes, class_of, &members);
        let kept = row_counts == RowCounts::Kept;
        let groups = kept.then(|| people.row_counts(&recoding));
        let recoding = match recoding.alike(groups.as_deref()) {
            Some(number) => people.judged(problem, recoding.renumbered(&number)),
            None => recoding,
        };
        Ok(people.describe(recoding))
    }

    /// Judges the classes of a solution as others number them, and suppresses those that fail. Numbers of
    /// rows are ignored.
    pub fn rejudged(
        &self,
        problem: &Problem<'_>,
        solution: GroupedSolution,
        number: &[u32],
    ) -> GroupedSolution {
        let people = People::new(self, problem.table());
        people.describe(people.judged(problem, solution.recoding.renumbered(number)))
    }
}

/// The subjects with their visits, by position.
struct People<'a> {
    grouping: &'a SubjectGrouping<'a>,
    table: &'a FrequencyTable,
    subjects: Vec<u32>,
    visits_from: Vec<usize>,
    sensitive_from: Vec<usize>,
    rows: Vec<u64>,
    columns: usize,
}

impl<'a> People<'a> {
    fn new(grouping: &'a SubjectGrouping<'a>, table: &'a FrequencyTable) -> Self {
        let mut subjects: Vec<u32> = grouping.visits.iter().map(|v| v.0).collect();
        subjects.dedup();
        let starts = |list: &[(u32, u32, u32)]| -> Vec<usize> {
            let mut starts: Vec<usize> =
                subjects.iter().map(|s| list.partition_point(|v| v.0 < *s)).collect();
            starts.push(list.len());
            starts
        };
        let visits_from = starts(&grouping.visits);
        let sensitive_from = starts(&grouping.sensitive);
        let rows = visits_from
            .windows(2)
            .map(|w| grouping.visits[w[0]..w[1]].iter().map(|v| u64::from(v.2)).sum())
            .collect();
        Self {
            grouping,
            table,
            subjects,
            visits_from,
            sensitive_from,
            rows,
            columns: table.columns().len(),
        }
    }

    fn visits(&self, person: usize) -> &[(u32, u32, u32)] {
        &self.grouping.visits[self.visits_from[person]..self.visits_from[person + 1]]
    }

    /// The boxes (lowest and highest rank of each column, then the position), and how many lie in
    /// each group that has to stay apart.
    fn cells(&self, axes: &[Axis], row_counts: RowCounts) -> (Vec<u32>, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.subjects.len()).collect();
        let mut groups = vec![order.len()];
        if row_counts == RowCounts::Kept {
            order.sort_by_key(|person| self.rows[*person]);
            groups =
                order.chunk_by(|a, b| self.rows[*a] == self.rows[*b]).map(<[usize]>::len).collect();
        }
        let mut cells = Vec::with_capacity(order.len() * self.stride());
        for person in order {
            for (column, axis) in axes.iter().enumerate() {
                let ranks =
                    self.visits(person).iter().map(|v| axis.rank(self.table.code(v.1, column)));
                let (low, high) =
                    ranks.fold((u32::MAX, 0), |(low, high), r| (low.min(r), high.max(r)));
                cells.extend([low, high]);
            }
            cells.push(person as u32);
        }
        (cells, groups)
    }

    /// How many rows each subject of a class has, where that is the same for all of them.
    fn row_counts(&self, recoding: &Recoding) -> Vec<u64> {
        let mut counts = vec![0; recoding.classes() as usize];
        for (class, rows) in recoding.class_numbers().iter().zip(&self.rows) {
            if let Some(count) = counts.get_mut(*class as usize) {
                *count = *rows;
            }
        }
        counts
    }

    /// Without the classes that do not hold.
    fn judged(&self, problem: &Problem<'_>, recoding: Recoding) -> Recoding {
        let members = ClassMembers::by_class(recoding.class_numbers(), recoding.classes());
        let mut class = problem.accumulator();
        let hold: Vec<bool> = (0..members.classes())
            .map(|number| {
                class.clear();
                members.of(number).iter().for_each(|p| self.add_person(*p as usize, &mut class));
                problem.judge(&class).holds()
            })
            .collect();
        recoding.without(&hold)
    }

    fn add_person(&self, person: usize, class: &mut ClassAccumulator) {
        let range = self.sensitive_from[person]..self.sensitive_from[person + 1];
        let values = self.grouping.sensitive[range].iter().map(|(_, c, code)| (*c as usize, *code));
        class.add_subject(self.subjects[person], self.rows[person], values);
    }

    fn number(&self, row: &[u32]) -> usize {
        row[2 * self.columns] as usize
    }

    fn describe(&self, recoding: Recoding) -> GroupedSolution {
        let mut subjects = vec![0u32; recoding.classes() as usize];
        let mut rows = vec![0u64; recoding.classes() as usize];
        let (mut suppressed_subjects, mut suppressed_rows) = (0, 0);
        let (mut penalty, mut total) = (0.0, 0.0);
        for (person, of_person) in self.rows.iter().enumerate() {
            total += *of_person as f64;
            match recoding.class_of(person as u32) {
                Some(class) => {
                    subjects[class as usize] += 1;
                    rows[class as usize] += of_person;
                    penalty += *of_person as f64 * recoding.class_ncp(class);
                }
                None => {
                    suppressed_subjects += 1;
                    suppressed_rows += of_person;
                    penalty += *of_person as f64;
                }
            }
        }
        GroupedSolution {
            recoding,
            subjects: self.subjects.clone(),
            smallest_class_subjects: subjects.into_iter().min().unwrap_or(0),
            smallest_class_rows: rows.into_iter().min().unwrap_or(0),
            suppressed_subjects,
            suppressed_rows,
            gcp: if total > 0.0 { penalty / total } else { 0.0 },
        }
    }
}

impl Units for People<'_> {
    fn stride(&self) -> usize {
        2 * self.columns + 1
    }

    /// Twice the middle of the box.
    fn key(&self, row: &[u32], column: usize) -> u32 {
        row[2 * column] + row[2 * column + 1]
    }

    fn keys(&self, axis: &Axis) -> usize {
        (2 * axis.ranks()).saturating_sub(1)
    }

    fn extent(&self, row: &[u32], column: usize) -> (u32, u32) {
        (row[2 * column], row[2 * column + 1])
    }

    fn distinct(&self, _: usize, min: u32, max: u32) -> usize {
        (max - min) as usize + 1
    }

    /// Middles lie between a tree's nodes as often as in them, so any place will do.
    fn cut_rule(&self, _: &Axis, _: u32, _: u32) -> CutRule {
        CutRule::Anywhere
    }

    fn weight(&self, _: &[u32]) -> u64 {
        1
    }

    fn add(&self, row: &[u32], class: &mut ClassAccumulator) {
        self.add_person(self.number(row), class);
    }

    fn told(&self, row: &[u32], sensitive: usize) -> impl Iterator<Item = (u32, u64)> {
        let person = self.number(row);
        let range = self.sensitive_from[person]..self.sensitive_from[person + 1];
        let values = self.grouping.sensitive[range].iter();
        values
            .filter(move |(_, column, _)| *column as usize == sensitive)
            .map(|(.., code)| (*code, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrequencyBuilder, KAnonymity, QuasiColumn};

    /// Subjects with their ages at each visit.
    fn solve(visits: &[&[u32]], k: u32, row_counts: RowCounts) -> GroupedSolution {
        let ages = (0..100).map(|a| Some(a.to_string())).collect();
        let columns = vec![QuasiColumn::numeric("age", ages).unwrap()];
        let mut builder = FrequencyBuilder::new(columns, vec![], k).unwrap();
        let mut pairs = Vec::new();
        for (subject, ages) in visits.iter().enumerate() {
            for age in *ages {
                let combination = builder.add(&[*age], 1, &[subject as u32], &[]).unwrap();
                pairs.push((subject as u32, combination));
            }
        }
        let table = builder.finish();
        let mut grouping = SubjectGrouping::new(&table);
        pairs.iter().for_each(|(s, c)| grouping.add(*s, *c, 1, &[]).unwrap());
        grouping
            .solve(&Problem::new(&table, vec![Box::new(KAnonymity::new(k))]), row_counts)
            .unwrap()
    }

    fn labels(solution: &GroupedSolution) -> Vec<Option<&str>> {
        (0..solution.subjects.len() as u32)
            .map(|s| solution.class_of_subject(s).and_then(|c| solution.recoding.label(c, 0)))
            .collect()
    }

    #[test]
    fn all_visits_of_a_subject_are_one_region() {
        let visits: &[&[u32]] = &[&[10, 20], &[15], &[60, 61], &[70]];
        let solution = solve(visits, 2, RowCounts::Ignored);
        let (young, old) = (Some("10..20"), Some("60..70"));
        assert_eq!(labels(&solution), [young, young, old, old]);
        assert_eq!((solution.smallest_class_subjects, solution.smallest_class_rows), (2, 3));
        assert_eq!(solution.suppressed_subjects, 0);
        assert_eq!(solution.class_of_subject(77), None);
    }

    #[test]
    fn counts_that_too_few_share_are_suppressed() {
        let visits: &[&[u32]] = &[&[10, 20], &[15], &[60, 61], &[70], &[1, 2, 3]];
        let solution = solve(visits, 2, RowCounts::Kept);
        let (twice, once) = (Some("10..61"), Some("15..70"));
        assert_eq!(labels(&solution), [twice, once, twice, once, None]);
        assert_eq!((solution.suppressed_subjects, solution.suppressed_rows), (1, 3));
    }

    #[test]
    fn too_few_subjects_are_suppressed() {
        let solution = solve(&[&[1], &[2]], 3, RowCounts::Ignored);
        assert_eq!(labels(&solution), [None, None]);
        assert!((solution.gcp - 1.0).abs() < 1e-12);
        let nobody = solve(&[], 3, RowCounts::Kept);
        assert_eq!(nobody.recoding.classes(), 0);
    }
}
