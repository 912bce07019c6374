//! The equivalence classes of a released table, found again from its cells alone.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

use crate::AssessError;
use crate::distinct::DistinctSubjects;
use crate::hash::{self, CellNumbers};
use crate::homogeneity::SensitiveTally;

/// Which cells a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    quasi: usize,
    sensitive: usize,
    has_subject: bool,
    mark: SuppressionMark,
}

/// How a release writes that a row's quasi-identifiers were suppressed. Such rows are in no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressionMark {
    /// It leaves suppressed rows out: a row of `*` alone is a class like any other, whose people
    /// all share the whole domain.
    LeftOut,
    /// All of them are `*`. A row with nothing written in any is a class like any other.
    Star,
    /// All of them are `*` or have nothing written.
    StarOrMissing,
}

impl Shape {
    /// Rows of a table without a subject column: each row is a person.
    pub fn by_rows(quasi: usize, sensitive: usize) -> Self {
        Self { quasi, sensitive, has_subject: false, mark: SuppressionMark::Star }
    }

    /// Rows of a table with a subject column. A row without a subject counts as a row and as
    /// nobody.
    pub fn with_subject(quasi: usize, sensitive: usize) -> Self {
        Self { has_subject: true, ..Self::by_rows(quasi, sensitive) }
    }

    /// Sets how suppression is written; [`SuppressionMark::Star`] unless set.
    #[must_use]
    pub fn suppression(mut self, mark: SuppressionMark) -> Self {
        self.mark = mark;
        self
    }

    /// Whether the subject is counted rather than the row.
    pub fn has_subject(self) -> bool {
        self.has_subject
    }

    pub(crate) fn is_suppressed(self, quasi: &[Option<&str>]) -> bool {
        self.mark != SuppressionMark::LeftOut
            && !quasi.is_empty()
            && quasi.iter().all(|cell| match cell {
                Some(text) => *text == "*",
                None => self.mark == SuppressionMark::StarOrMissing,
            })
            && quasi
                .iter()
                .any(|cell| cell.is_some() || self.mark == SuppressionMark::StarOrMissing)
    }
}

/// Classes by the hash of their quasi-identifier cells, each with its rows, its distinct subjects
/// and its sensitive values.
///
/// Memory goes by classes and by the distinct subjects and sensitive values in each, not by rows: a
/// million classes of ten subjects with one sensitive column of seven values took 660 MB. Where rows are people
/// and nothing is sensitive, a class takes 30 to 35 bytes.
#[derive(Debug)]
pub struct ClassIndex {
    shape: Shape,
    /// The number of each class by its key.
    places: HashTable<u32>,
    /// By class: the hash of its quasi-identifier cells.
    keys: Vec<u128>,
    /// By class: rows.
    class_rows: Vec<u64>,
    /// By class: people; none where rows are people.
    people: Vec<DistinctSubjects>,
    /// The tally of each sensitive column, class by class.
    sensitive: Vec<SensitiveTally>,
    subjects: CellNumbers,
    values: Vec<CellNumbers>,
    rows: u64,
    suppressed_rows: u64,
    rows_without_subject: u64,
}

/// Where a row was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The number of its class, in the order they are met.
    pub class: u32,
    /// The number of its subject, or of the row where each row is a person; none where it names nobody.
    pub person: Option<u32>,
}

/// One class.
#[derive(Debug, Clone, Copy)]
pub struct ClassView<'a> {
    /// The hash of its quasi-identifier cells.
    pub key: u128,
    /// Rows.
    pub rows: u64,
    /// Distinct subjects (rows, without a subject column): exact to 1,024, a lower bound above.
    pub subjects: u64,
    sensitive: &'a [SensitiveTally],
}

impl ClassView<'_> {
    pub(crate) fn sensitive(&self, column: usize) -> &SensitiveTally {
        &self.sensitive[column]
    }
}

/// The classes in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassReport {
    /// Whether subjects were counted, or rows stood for them.
    pub counted_subjects: bool,
    /// The k asked about.
    pub k: u64,
    /// Rows of the table.
    pub rows: u64,
    /// Rows whose quasi-identifiers were all suppressed; in no class.
    pub suppressed_rows: u64,
    /// Rows that name no subject where there is a subject column.
    pub rows_without_subject: u64,
    /// Distinct subjects of the table.
    pub subjects: u64,
    /// Equivalence classes.
    pub classes: u64,
    /// Rows of the smallest class, 0 without classes.
    pub smallest_class_rows: u64,
    /// Subjects of the class with fewest: the k that is reached.
    pub smallest_class_subjects: u64,
    /// Classes with fewer than k subjects.
    pub classes_below_k: u64,
    /// Their rows.
    pub rows_below_k: u64,
    /// Mean rows of a class (AECS, LeFevre et al. 2006).
    pub average_class_rows: f64,
    /// How many classes have how many subjects; sizes above 1,000 are rounded down to two digits.
    pub class_sizes: BTreeMap<u64, u64>,
}

impl ClassIndex {
    /// An index over rows of a shape.
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            places: HashTable::new(),
            keys: Vec::new(),
            class_rows: Vec::new(),
            people: Vec::new(),
            sensitive: Vec::new(),
            subjects: CellNumbers::default(),
            values: (0..shape.sensitive).map(|_| CellNumbers::default()).collect(),
            rows: 0,
            suppressed_rows: 0,
            rows_without_subject: 0,
        }
    }

    /// Adds a row: its quasi-identifier cells, its subject (not looked at where the shape has
    /// none), its sensitive cells. Says where it was put; a row that is suppressed is in no class.
    ///
    /// # Errors
    ///
    /// A row of another shape, or more classes than there are numbers of 32 bits.
    pub fn add(
        &mut self,
        quasi: &[Option<&str>],
        subject: Option<&str>,
        sensitive: &[Option<&str>],
    ) -> Result<Option<Placed>, AssessError> {
        let row = self.rows;
        let (cells, expected) =
            (quasi.len() + sensitive.len(), self.shape.quasi + self.shape.sensitive);
        if quasi.len() != self.shape.quasi || sensitive.len() != self.shape.sensitive {
            return Err(AssessError::WrongCells { row, cells, expected });
        }
        self.rows += 1;
        let person = match (self.shape.has_subject, subject) {
            (true, Some(subject)) => Some(self.subjects.number(Some(subject), row)?),
            (true, None) => {
                self.rows_without_subject += 1;
                None
            }
            // The row's own number: only distinctness matters.
            (false, _) => Some(row as u32),
        };
        if self.shape.is_suppressed(quasi) {
            self.suppressed_rows += 1;
            return Ok(None);
        }
        let class = self.number(hash::of_cells(0, quasi), row)?;
        let at = class as usize;
        self.class_rows[at] += 1;
        if let (Some(people), Some(subject)) = (self.people.get_mut(at), person) {
            people.insert(subject);
        }
        for (column, cell) in sensitive.iter().enumerate() {
            let value = self.values[column].number(*cell, row)?;
            self.sensitive[at * sensitive.len() + column].add(value, person);
        }
        Ok(Some(Placed { class, person }))
    }

    /// The number of the class of a key, which is made where there is none.
    fn number(&mut self, key: u128, row: u64) -> Result<u32, AssessError> {
        let Self { places, keys, .. } = self;
        if let Some(class) = places.find(key as u64, |class| keys[*class as usize] == key) {
            return Ok(*class);
        }
        let most = u64::from(u32::MAX);
        let next =
            u32::try_from(keys.len()).map_err(|_| AssessError::TooManyDistinct { row, most })?;
        keys.push(key);
        places.insert_unique(key as u64, next, |class| keys[*class as usize] as u64);
        self.class_rows.push(0);
        if self.shape.has_subject {
            self.people.push(DistinctSubjects::default());
        }
        let columns = self.shape.sensitive;
        self.sensitive.extend((0..columns).map(|_| SensitiveTally::default()));
        Ok(next)
    }

    /// The number of a subject, also where it is in no class.
    ///
    /// # Errors
    ///
    /// More subjects than there are numbers of 32 bits.
    pub fn person(&mut self, subject: &str) -> Result<u32, AssessError> {
        self.subjects.number(Some(subject), self.rows)
    }

    /// The classes, in the order of their numbers.
    pub fn classes(&self) -> impl Iterator<Item = ClassView<'_>> {
        (0..self.keys.len()).map(|class| self.view(class))
    }

    /// The class of a key.
    pub fn class(&self, key: u128) -> Option<ClassView<'_>> {
        let found = self.places.find(key as u64, |class| self.keys[*class as usize] == key);
        found.map(|class| self.view(*class as usize))
    }

    fn view(&self, class: usize) -> ClassView<'_> {
        let (rows, columns) = (self.class_rows[class], self.shape.sensitive);
        ClassView {
            key: self.keys[class],
            rows,
            subjects: self.people.get(class).map_or(rows, DistinctSubjects::count),
            sensitive: &self.sensitive[class * columns..(class + 1) * columns],
        }
    }

    /// Rows added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The shape of the rows.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Sensitive columns.
    pub(crate) fn sensitive_columns(&self) -> usize {
        self.shape.sensitive
    }

    /// The classes in numbers, with those below a k.
    pub fn report(&self, k: u64) -> ClassReport {
        let classes = self.classes().map(|class| (class.rows, class.subjects, 1));
        let subjects = if self.shape.has_subject { self.subjects.len() as u64 } else { self.rows };
        ClassReport {
            rows: self.rows,
            suppressed_rows: self.suppressed_rows,
            rows_without_subject: self.rows_without_subject,
            subjects,
            ..ClassReport::of(self.shape, k, self.rows - self.suppressed_rows, classes)
        }
    }
}

impl ClassReport {
    /// What so many classes of so many rows and subjects give; rows and subjects of the whole table
    /// are left to who knows them.
    pub(crate) fn of(
        shape: Shape,
        k: u64,
        rows_in_classes: u64,
        classes: impl Iterator<Item = (u64, u64, u64)>,
    ) -> Self {
        let mut report = Self {
            counted_subjects: shape.has_subject,
            k,
            rows: 0,
            suppressed_rows: 0,
            rows_without_subject: 0,
            subjects: 0,
            classes: 0,
            smallest_class_rows: u64::MAX,
            smallest_class_subjects: u64::MAX,
            classes_below_k: 0,
            rows_below_k: 0,
            average_class_rows: 0.0,
            class_sizes: BTreeMap::new(),
        };
        for (rows, subjects, times) in classes {
            report.classes += times;
            report.smallest_class_rows = report.smallest_class_rows.min(rows);
            report.smallest_class_subjects = report.smallest_class_subjects.min(subjects);
            report.classes_below_k += if subjects < k { times } else { 0 };
            report.rows_below_k += if subjects < k { rows * times } else { 0 };
            *report.class_sizes.entry(rounded(subjects)).or_default() += times;
        }
        if report.classes == 0 {
            (report.smallest_class_rows, report.smallest_class_subjects) = (0, 0);
        } else {
            report.average_class_rows = rows_in_classes as f64 / report.classes as f64;
        }
        report
    }
}

/// Keeps the histogram short: two digits above 1,000.
pub(crate) fn rounded(size: u64) -> u64 {
    let mut unit = 1;
    while size / unit >= 1000 {
        unit *= 10;
    }
    if size < 1000 { size } else { size / (unit * 10) * (unit * 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(shape: Shape, rows: &[(&[&str], &str)]) -> ClassIndex {
        let mut index = ClassIndex::new(shape);
        for (quasi, subject) in rows {
            let quasi: Vec<Option<&str>> =
                quasi.iter().map(|c| (!c.is_empty()).then_some(*c)).collect();
            index.add(&quasi, (!subject.is_empty()).then_some(*subject), &[]).unwrap();
        }
        index
    }

    #[test]
    fn people_are_counted_and_not_rows() {
        let rows: &[(&[&str], &str)] =
            &[(&["a"], "1"), (&["a"], "1"), (&["a"], "2"), (&["b"], "3"), (&["b"], "")];
        let report = index(Shape::with_subject(1, 0), rows).report(2);
        assert_eq!((report.classes, report.smallest_class_subjects), (2, 1));
        assert_eq!((report.classes_below_k, report.rows_below_k), (1, 2));
        assert_eq!((report.subjects, report.rows_without_subject), (3, 1));
        assert_eq!(report.class_sizes, BTreeMap::from([(1, 1), (2, 1)]));
        let report = index(Shape::by_rows(1, 0), rows).report(2);
        assert_eq!((report.smallest_class_subjects, report.classes_below_k), (2, 0));
    }

    #[test]
    fn suppressed_rows_are_in_no_class() {
        let rows: &[(&[&str], &str)] =
            &[(&["*", "*"], "1"), (&["*", ""], "2"), (&["", ""], "3"), (&["*", "a"], "4")];
        let check = |mark, suppressed, classes| {
            let report = index(Shape::by_rows(2, 0).suppression(mark), rows).report(2);
            assert_eq!((report.suppressed_rows, report.classes), (suppressed, classes));
        };
        check(SuppressionMark::LeftOut, 0, 4);
        check(SuppressionMark::Star, 1, 3);
        check(SuppressionMark::StarOrMissing, 3, 1);
    }

    #[test]
    fn an_empty_table_reports_nothing() {
        let report = index(Shape::by_rows(1, 0), &[]).report(5);
        assert_eq!((report.classes, report.smallest_class_subjects), (0, 0));
        assert_eq!(report.classes_below_k, 0);
    }

    #[test]
    fn rows_of_another_shape_are_refused() {
        let mut index = ClassIndex::new(Shape::by_rows(2, 1));
        assert_eq!(
            index.add(&[None], None, &[None]),
            Err(AssessError::WrongCells { row: 0, cells: 2, expected: 3 })
        );
    }

    #[test]
    fn long_sizes_are_rounded_down() {
        let check = |size, expect| assert_eq!(rounded(size), expect);
        check(999, 999);
        check(1000, 1000);
        check(1234, 1200);
        check(98_765, 98_000);
    }
}
