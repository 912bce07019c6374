//! The parts of a table put together: one number for classes that are written alike, and the class of every row in
//! the order of the table.

use std::path::Path;

use anonymed_anonymize::{Counting, CutColumns, SUPPRESSED, SubjectCount, alike, suppressed_share};
use anonymed_assess::SeenNumbers;
use anonymed_core::ModalityError;
use hashbrown::HashMap;

use super::part::PartSolved;
use crate::counting::Coded;
use crate::model::Encoded;
use crate::outcome::ModelOutcome;
use crate::plan::policy;
use crate::row_numbers::{RowClasses, RowNumbers, StoredNumbers};
use crate::solved::{Solved, Written};
use crate::solver::Asked;

/// The parts so far.
pub(super) struct Joined<'a> {
    counting: Counting,
    columns: Vec<Labels<'a>>,
    /// Of each part the classes of its rows, and how many classes are before it.
    classes: Vec<(StoredNumbers, u32)>,
    /// By class of any part: rows, and people.
    sizes: Vec<(u64, u64)>,
    rows: u64,
    suppressed_rows: u64,
    /// People with a suppressed row, and whether they are all there are.
    suppressed: (SeenNumbers, bool),
    /// The same of all rows.
    people: (SeenNumbers, bool),
    /// Certainty penalty of a row, summed.
    penalty: f64,
}

/// What a column writes, each text once.
struct Labels<'a> {
    encoded: &'a Encoded,
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
    ncp: Vec<f64>,
    label_of: Vec<u32>,
}

impl<'a> Joined<'a> {
    pub(super) fn new(counting: Counting, coded: &'a Coded) -> Self {
        let labels = |encoded| Labels {
            encoded,
            numbers: HashMap::new(),
            texts: Vec::new(),
            ncp: Vec::new(),
            label_of: Vec::new(),
        };
        Self {
            counting,
            columns: coded.encoded.iter().map(labels).collect(),
            classes: Vec::new(),
            sizes: Vec::new(),
            rows: 0,
            suppressed_rows: 0,
            suppressed: (SeenNumbers::default(), true),
            people: (SeenNumbers::default(), true),
            penalty: 0.0,
        }
    }

    /// Takes a part.
    pub(super) fn add(&mut self, part: PartSolved) {
        self.classes.push((part.class_of_row, self.sizes.len() as u32));
        self.sizes.extend(part.sizes);
        self.rows += part.rows;
        self.suppressed_rows += part.suppressed_rows;
        let both = [(&mut self.suppressed, part.suppressed), (&mut self.people, part.people)];
        for ((seen, is_all), (people, is_all_of_part)) in both {
            people.iter().for_each(|person| seen.see(*person));
            *is_all &= is_all_of_part;
        }
        self.penalty += part.gcp * part.rows as f64;
        for (labels, column) in self.columns.iter_mut().zip(part.columns) {
            labels.add(Written::of(column, labels.encoded));
        }
    }

    /// The solved table.
    ///
    /// # Errors
    ///
    /// Where what was put aside cannot be read; and where classes of two parts are written alike though nothing is
    /// known of what they hold together.
    pub(super) fn finish(
        self,
        (part_of, folder): (StoredNumbers, &Path),
        (coded, columns): (&Coded, CutColumns),
        (asked, mut outcome): (&Asked<'_>, ModelOutcome),
    ) -> Result<Solved, ModalityError> {
        let all = u32::try_from(self.sizes.len()).ok().filter(|all| *all != SUPPRESSED);
        let all = all.ok_or_else(|| ModalityError::Limit {
            what: "the number of classes",
            limit: SUPPRESSED.to_string(),
        })?;
        let labels = self.columns.iter().map(|of| (of.texts.len(), of.label_of.as_slice()));
        let number = alike(all, labels);
        if number.is_some() && columns == CutColumns::Ordered {
            return Err(policy(
                "classes of two parts of the table are written alike, and what `delta`, or shares of people who \
                 have several rows, say of both together is not known; leave search.memory out, or allow more",
            ));
        }
        let number = number.unwrap_or_else(|| (0..all).collect());
        let classes = number.iter().max().map_or(0, |last| last + 1);
        let mut sizes = vec![(0u64, 0u64); classes as usize];
        let mut first = vec![u32::MAX; classes as usize];
        for (old, (new, (rows, people))) in (0u32..).zip(number.iter().zip(&self.sizes)) {
            let size = &mut sizes[*new as usize];
            size.0 += rows;
            // Who is in both is not known where rows are not people: at least as many as in one of them.
            size.1 = match self.counting {
                Counting::Rows => size.1 + people,
                _ => size.1.max(*people),
            };
            first[*new as usize] = first[*new as usize].min(old);
        }
        let count = |rows: u64, (people, is_all): &(SeenNumbers, bool)| {
            let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
            match self.counting {
                Counting::Rows => SubjectCount::Exact(number(rows)),
                _ if *is_all => SubjectCount::Exact(number(people.distinct())),
                _ => SubjectCount::AtLeast(number(people.distinct())),
            }
        };
        let suppressed = count(self.suppressed_rows, &self.suppressed);
        let everybody = count(self.rows, &self.people);
        outcome.classes = classes;
        outcome.smallest_class_rows = sizes.iter().map(|size| size.0).min().unwrap_or(0);
        let fewest = sizes.iter().map(|size| size.1).min().unwrap_or(0);
        outcome.smallest_class_subjects = u32::try_from(fewest).unwrap_or(u32::MAX);
        outcome.suppressed_rows = self.suppressed_rows;
        outcome.suppressed_subjects = u64::from(suppressed.at_least());
        outcome.within_suppression_limit =
            suppressed_share((self.suppressed_rows, suppressed), (self.rows, everybody))
                <= asked.plan.search.suppress_max;
        outcome.loss_gcp = if self.rows > 0 { self.penalty / self.rows as f64 } else { 0.0 };
        let rows = in_order((&part_of, folder), &self.classes, &number, asked)?;
        let written = self.columns.into_iter().map(|of| Written {
            label_of: first.iter().map(|old| of.label_of[*old as usize]).collect(),
            texts: of.texts,
            ncp: of.ncp,
        });
        let rows = RowClasses::new(rows, coded.starts.iter().copied());
        Ok(Solved::of_rows(rows, (classes, written.collect()), outcome))
    }
}

impl Labels<'_> {
    /// Takes the labels of a part's classes.
    fn add(&mut self, written: Written) {
        let mut number_of = Vec::with_capacity(written.texts.len());
        for (text, ncp) in written.texts.into_iter().zip(written.ncp) {
            let next = self.texts.len() as u32;
            let number = *self.numbers.entry_ref(text.as_str()).or_insert(next);
            if number == next {
                self.texts.push(text);
                self.ncp.push(ncp);
            }
            number_of.push(number);
        }
        self.label_of.extend(written.label_of.iter().map(|label| number_of[*label as usize]));
    }
}

/// The class of every row in the table's order.
fn in_order(
    (part_of, folder): (&StoredNumbers, &Path),
    classes: &[(StoredNumbers, u32)],
    number: &[u32],
    asked: &Asked<'_>,
) -> Result<StoredNumbers, ModalityError> {
    let lost = || ModalityError::Internal("a row has no part, or no class in it".into());
    let mut readers: Vec<_> =
        classes.iter().map(|(rows, before)| (rows.reader(), *before)).collect();
    let mut ordered = RowNumbers::new(folder)?;
    let mut parts = part_of.reader();
    let mut rows = 0u64;
    while let Some(part) = parts.next()? {
        rows += 1;
        if rows.is_multiple_of(1 << 18) {
            asked.ctx.cancel.check()?;
        }
        let (reader, before) = readers.get_mut(part as usize).ok_or_else(lost)?;
        let class = reader.next()?.ok_or_else(lost)?;
        ordered.push(match class {
            SUPPRESSED => SUPPRESSED,
            class => number[(*before + class) as usize],
        })?;
    }
    ordered.finish()
}
