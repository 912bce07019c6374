//! What each quasi-identifier writes for the classes of a recoding.

use anonymed_anonymize::{Recoding, alike};
use anonymed_core::{AttributeRole, ModalityError};
use hashbrown::HashMap;

use super::aggregate;
use super::solve::Prepared;

/// What a quasi-identifier writes: texts, and which of them each class has.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) texts: Vec<String>,
    pub(super) of_class: Vec<u32>,
}

impl Prepared<'_> {
    /// What each quasi-identifier writes for the classes of a recoding, by the class of each row.
    fn labels(
        &self,
        recoding: &Recoding,
        class_of_row: impl Fn(&Recoding) -> Vec<u32>,
    ) -> Result<Vec<Labels>, ModalityError> {
        let quasi = self.bound.of_role(AttributeRole::Quasi);
        let aggregates = quasi.iter().any(|at| self.bound.released[*at].aggregate.is_some());
        let class_of_row = if aggregates { class_of_row(recoding) } else { Vec::new() };
        let columns = recoding.columns().iter().zip(self.encoded).zip(quasi);
        columns
            .map(|((column, scaled), at)| match self.bound.released[at].aggregate {
                Some(aggregate) => {
                    let rows = (class_of_row.as_slice(), recoding.classes() as usize);
                    let (bound, coded) = (&self.bound.released[at], &self.table.columns[at]);
                    Ok(Labels::of(aggregate::labels(bound, aggregate, coded, rows)?))
                }
                None => {
                    let label = |label: &Option<String>| scaled.encoded.written(label.as_deref());
                    let texts = Labels::of(column.labels.iter().map(label).collect());
                    let number = |label: &u32| texts.of_class[*label as usize];
                    let of_class = column.label_of.iter().map(number).collect();
                    Ok(Labels { of_class, ..texts })
                }
            })
            .collect()
    }

    /// A solution whose classes are all written in a way of their own, and how: those that are written alike
    /// are one to whoever reads the release, and are judged as one.
    pub(super) fn united<S>(
        &self,
        mut solution: S,
        recoding: impl Fn(&S) -> &Recoding,
        class_of_row: impl Fn(&Recoding) -> Vec<u32>,
        rejudged: impl Fn(S, &[u32]) -> S,
    ) -> Result<(S, Vec<Labels>), ModalityError> {
        loop {
            let classes = recoding(&solution).classes();
            let labels = self.labels(recoding(&solution), &class_of_row)?;
            let columns = labels.iter().map(|l| (l.texts.len(), l.of_class.as_slice()));
            match alike(classes, columns) {
                Some(number) => solution = rejudged(solution, &number),
                None => return Ok((solution, labels)),
            }
        }
    }
}

impl Labels {
    /// Texts, each once, and which of them stands at each place.
    fn of(texts: Vec<String>) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::with_capacity(texts.len());
        let mut firsts = Vec::new();
        let mut number = |(at, text)| {
            *numbers.entry(text).or_insert_with(|| {
                firsts.push(at);
                firsts.len() as u32 - 1
            })
        };
        let of_class = texts.iter().map(String::as_str).enumerate().map(&mut number).collect();
        drop(numbers);
        let mut texts = texts;
        let texts = firsts.into_iter().map(|at| std::mem::take(&mut texts[at])).collect();
        Self { texts, of_class }
    }
}
