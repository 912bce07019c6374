//! The equivalence classes of a table of which there are too many to be held: rows are given out as
//! (class, subject) pairs, whoever has the room sorts them, and they are counted as they come back.
//!
//! Classes are told apart by 96 bits of a hash under a key of this process, so that what is written
//! aside names nobody: among a billion classes two are taken for one with a probability below
//! 10^-10.

use std::collections::BTreeMap;

use crate::classes::{ClassReport, Shape};
use crate::hash::RowHasher;

/// The hash of a class, 96 bits.
pub type ClassHash = u128;

/// Classes in numbers: how many there are of so many rows and subjects.
#[derive(Debug)]
pub struct ClassCounts {
    shape: Shape,
    hasher: RowHasher,
    /// By rows and subjects.
    classes: BTreeMap<(u64, u64), u64>,
    subjects: u64,
    rows: u64,
    suppressed_rows: u64,
    rows_without_subject: u64,
}

impl ClassCounts {
    /// Counts of rows of a shape.
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            hasher: RowHasher::of_process(),
            classes: BTreeMap::new(),
            subjects: 0,
            rows: 0,
            suppressed_rows: 0,
            rows_without_subject: 0,
        }
    }

    /// Classes whose rows and people are known already. Rows of a table, those of them that are
    /// suppressed or name nobody, and its people are told with them.
    pub(crate) fn of_sizes(
        shape: Shape,
        rows: [u64; 3],
        subjects: u64,
        sizes: impl Iterator<Item = (u64, u64)>,
    ) -> Self {
        let [rows, suppressed_rows, rows_without_subject] = rows;
        let mut counts = Self::new(shape);
        sizes.for_each(|(rows, subjects)| counts.class(rows, subjects));
        Self { rows, suppressed_rows, rows_without_subject, subjects, ..counts }
    }

    /// Takes a row of the shape's quasi-identifier cells, and whether it names a subject. Gives its
    /// class, to be sorted together with the subject; none where the row is suppressed.
    pub fn row(&mut self, quasi: &[Option<&str>], has_subject: bool) -> Option<ClassHash> {
        self.rows += 1;
        self.rows_without_subject += u64::from(self.shape.has_subject() && !has_subject);
        if self.shape.is_suppressed(quasi) {
            self.suppressed_rows += 1;
            return None;
        }
        Some(self.hasher.of_cells(quasi) >> 32)
    }

    /// Counts the classes of all rows, which come with equal classes side by side and, within one,
    /// equal subjects; `subjects` is how many of them the table has.
    ///
    /// # Errors
    ///
    /// The first error of `sorted`.
    pub fn count<E>(
        &mut self,
        sorted: impl IntoIterator<Item = Result<(ClassHash, Option<u32>), E>>,
        subjects: u64,
    ) -> Result<(), E> {
        self.subjects = subjects;
        let mut open: Option<OpenClass> = None;
        for row in sorted {
            let (class, subject) = row?;
            if open.as_ref().is_none_or(|open| open.class != class) {
                if let Some(OpenClass { rows, subjects, .. }) = open.take() {
                    self.class(rows, subjects);
                }
                open = Some(OpenClass { class, rows: 0, subjects: 0, last: None });
            }
            let Some(open) = &mut open else { continue };
            open.rows += 1;
            open.subjects += u64::from(subject.is_some() && subject != open.last);
            open.last = subject.or(open.last);
        }
        if let Some(OpenClass { rows, subjects, .. }) = open {
            self.class(rows, subjects);
        }
        Ok(())
    }

    fn class(&mut self, rows: u64, subjects: u64) {
        let subjects = if self.shape.has_subject() { subjects } else { rows };
        *self.classes.entry((rows, subjects)).or_default() += 1;
    }

    /// Rows, subjects and how many classes have so many.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.classes.iter().map(|((rows, subjects), times)| (*rows, *subjects, *times))
    }

    /// The classes in numbers, with those below a k.
    pub fn report(&self, k: u64) -> ClassReport {
        let subjects = if self.shape.has_subject() { self.subjects } else { self.rows };
        ClassReport {
            rows: self.rows,
            suppressed_rows: self.suppressed_rows,
            rows_without_subject: self.rows_without_subject,
            subjects,
            ..ClassReport::of(self.shape, k, self.rows - self.suppressed_rows, self.classes())
        }
    }
}

/// A class whose rows are coming.
struct OpenClass {
    class: ClassHash,
    rows: u64,
    subjects: u64,
    /// The last subject that was counted.
    last: Option<u32>,
}

/// Numbers that were seen, a bit each.
#[derive(Debug, Default)]
pub struct SeenNumbers {
    bits: Vec<u64>,
    distinct: u64,
}

impl SeenNumbers {
    /// Takes a number.
    pub fn see(&mut self, number: u32) {
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.distinct += u64::from(self.bits[word] & bit == 0);
        self.bits[word] |= bit;
    }

    /// How many different ones there were.
    pub fn distinct(&self) -> u64 {
        self.distinct
    }
}

/// The fewest distinct values of a class, over (class, value) pairs with equal classes side by side
/// and, within one, equal values; 0 without classes.
///
/// # Errors
///
/// The first error of `sorted`.
pub fn fewest_values<E>(
    sorted: impl IntoIterator<Item = Result<(ClassHash, u32), E>>,
) -> Result<u64, E> {
    let mut fewest: Option<u64> = None;
    let mut open: Option<(ClassHash, u32, u64)> = None;
    for pair in sorted {
        let (class, value) = pair?;
        match &mut open {
            Some((of, last, values)) if *of == class => {
                *values += u64::from(*last != value);
                *last = value;
            }
            other => {
                let values = other.map(|(.., values)| values);
                fewest = fewest.into_iter().chain(values).min();
                *other = Some((class, value, 1));
            }
        }
    }
    let values = open.map(|(.., values)| values);
    Ok(fewest.into_iter().chain(values).min().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::{ALL, RiskInput};
    use crate::{ClassIndex, HomogeneityReport, SuppressionMark};
    use std::convert::Infallible;

    type Row = (&'static [&'static str], &'static str, &'static str);

    const ROWS: [Row; 9] = [
        (&["a", "1"], "p", "flu"),
        (&["a", "1"], "p", "flu"),
        (&["a", "1"], "q", "hiv"),
        (&["a", "2"], "q", "flu"),
        (&["", "2"], "r", "flu"),
        (&["", "2"], "", "flu"),
        (&["*", "*"], "s", "flu"),
        (&["b", "2"], "", "flu"),
        (&["a", "1"], "t", "flu"),
    ];

    fn filled(text: &'static str) -> Option<&'static str> {
        (!text.is_empty()).then_some(text)
    }

    #[test]
    fn sorted_pairs_say_what_an_index_says() {
        for shape in [Shape::by_rows(2, 1), Shape::with_subject(2, 1)] {
            for mark in [SuppressionMark::Star, SuppressionMark::LeftOut] {
                let shape = shape.suppression(mark);
                let mut index = ClassIndex::new(shape);
                let mut counts = ClassCounts::new(shape);
                let (mut pairs, mut values) = (Vec::new(), Vec::new());
                let mut subjects = std::collections::BTreeSet::new();
                for (quasi, subject, value) in ROWS {
                    let quasi: Vec<_> = quasi.iter().map(|cell| filled(cell)).collect();
                    let subject = filled(subject);
                    index.add(&quasi, subject, &[filled(value)]).unwrap();
                    subjects.extend(subject);
                    if let Some(class) = counts.row(&quasi, subject.is_some()) {
                        pairs.push((class, subject.map(|s| u32::from(s.as_bytes()[0]))));
                        values.push((class, u32::from(value == "hiv")));
                    }
                }
                pairs.sort();
                values.sort();
                let sorted = pairs.into_iter().map(Ok::<_, Infallible>);
                counts.count(sorted, subjects.len() as u64).unwrap();
                assert_eq!(counts.report(2), index.report(2));
                let input = |classes| RiskInput { classes, population: None, threshold: 0.4 };
                for model in ALL {
                    let (of_index, of_counts) = (
                        model.assess(&input((&index).into())),
                        model.assess(&input((&counts).into())),
                    );
                    assert_eq!(of_index, of_counts);
                }
                let fewest = fewest_values(values.into_iter().map(Ok::<_, Infallible>)).unwrap();
                assert_eq!(fewest, HomogeneityReport::of(&index, 0, 0.8).smallest_distinct);
            }
        }
        assert_eq!(fewest_values(std::iter::empty::<Result<_, Infallible>>()), Ok(0));
    }

    #[test]
    fn a_number_seen_again_is_not_another() {
        let mut seen = SeenNumbers::default();
        [0, 63, 64, 0, 1000, 64].iter().for_each(|n| seen.see(*n));
        assert_eq!(seen.distinct(), 4);
    }

    #[test]
    fn large_classes_are_counted_exactly() {
        let mut counts = ClassCounts::new(Shape::with_subject(1, 0));
        let class = counts.row(&[Some("a")], true).unwrap();
        // Each has two visits.
        let sorted = (0..10_000).map(|n| Ok::<_, Infallible>((class, Some(n / 2))));
        counts.count(sorted, 5000).unwrap();
        assert_eq!(counts.report(2).smallest_class_subjects, 5000);
    }
}
