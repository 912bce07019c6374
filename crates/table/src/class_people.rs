//! How many people each class of a recoding has.

use anonymed_anonymize::{Counting, FrequencyTable, Recoding, SUPPRESSED};

/// People of each class; exact where the table tells all people apart.
pub(crate) fn people(table: &FrequencyTable, recoding: &Recoding) -> Vec<u64> {
    let mut people = vec![0u64; recoding.classes() as usize];
    let kept = || (0u32..).zip(recoding.class_numbers()).filter(|(_, class)| **class != SUPPRESSED);
    if table.counting() == Counting::Rows {
        kept().for_each(|(c, class)| people[*class as usize] += table.rows(c));
        return people;
    }
    let mut pairs: Vec<(u32, u32)> = kept()
        .flat_map(|(c, class)| table.subjects(c).iter().map(|subject| (*class, *subject)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.iter().for_each(|(class, _)| people[*class as usize] += 1);
    people
}
