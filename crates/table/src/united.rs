//! Classes that are written alike are one to whoever reads the release, and are judged as one.

use anonymed_anonymize::{Recoding, alike};
use hashbrown::HashMap;

use crate::model::Encoded;

/// A solution whose classes are all written in a way of their own. Labels of a solver that differ may be written
/// alike: all dates of a year, where the year itself is one of the values.
pub(crate) fn united<S>(
    mut solution: S,
    encoded: &[Encoded],
    recoding: impl Fn(&S) -> &Recoding,
    rejudged: impl Fn(S, &[u32]) -> S,
) -> S {
    while let Some(number) = written_alike(recoding(&solution), encoded) {
        solution = rejudged(solution, &number);
    }
    solution
}

/// Classes that are written alike under one number; nothing where no two are.
fn written_alike(recoding: &Recoding, encoded: &[Encoded]) -> Option<Vec<u32>> {
    let columns = recoding.columns().iter().zip(encoded);
    let texts: Vec<(usize, Vec<u32>)> = columns
        .map(|(column, encoded)| {
            let mut numbers: HashMap<String, u32> = HashMap::new();
            let number = |label: &Option<String>| {
                let next = numbers.len() as u32;
                *numbers.entry(encoded.written(label.as_deref())).or_insert(next)
            };
            let of_label = column.labels.iter().map(number).collect();
            (numbers.len(), of_label)
        })
        .collect();
    // Where every label has a text of its own, the solver has united them.
    let each = texts.iter().zip(recoding.columns());
    if each.clone().all(|((texts, _), column)| *texts == column.labels.len()) {
        return None;
    }
    let of_class: Vec<(usize, Vec<u32>)> = each
        .map(|((texts, of_label), column)| {
            let text = |label: &u32| of_label[*label as usize];
            (*texts, column.label_of.iter().map(text).collect())
        })
        .collect();
    let columns = of_class.iter().map(|(texts, of_class)| (*texts, of_class.as_slice()));
    alike(recoding.classes(), columns)
}
