//! The frequency table of rows that are all in memory, in codes: rows are numbered by their combinations, block by
//! block.

use std::ops::Range;

use crate::frequency::Histograms;
use crate::narrow::Narrow;
use crate::numbering::Numbering;
use crate::subjects::SubjectLog;
use crate::{
    AnonymizeError, Counting, FrequencyBuilder, FrequencyTable, QuasiColumn, SensitiveColumn,
};

/// The rows of a whole table in codes, column by column.
#[derive(Debug, Default)]
pub struct CodedRows<'a> {
    /// Codes of each quasi-identifier.
    pub quasi: Vec<&'a Narrow>,
    /// For each quasi-identifier the code of its dictionary that stands for each code of the rows.
    pub finals: Vec<&'a [u32]>,
    /// Codes of each sensitive column.
    pub sensitive: Vec<&'a Narrow>,
    /// Codes of each sensitive column that say nothing and count as no value.
    pub blanks: Vec<Vec<u32>>,
    /// The subject of each row; not looked at where people are rows.
    pub subjects: Option<&'a Narrow>,
    /// How many rows.
    pub rows: usize,
}

impl FrequencyTable {
    /// The table of rows that are all in memory, and the combination of each row. Combinations are
    /// numbered as they are met.
    ///
    /// # Errors
    ///
    /// Codes that do not fit the columns, or too many combinations.
    pub fn of_rows(
        columns: Vec<QuasiColumn>,
        sensitive: Vec<SensitiveColumn>,
        counting: impl Into<Counting>,
        coded: &CodedRows<'_>,
    ) -> Result<(Self, Vec<u32>), AnonymizeError> {
        let counting = counting.into();
        check_rows(&columns, &sensitive, counting, coded)?;
        let values: Vec<usize> = columns.iter().map(|column| column.values().len()).collect();
        let mut numbering = Numbering::new(&values);
        let mut of: Vec<u32> = Vec::with_capacity(coded.rows);
        let mut rows = Narrow::default();
        let put = |column: usize, rows: Range<usize>, keys: &mut [u64], width: u32| {
            let finals = coded.finals[column];
            coded.quasi[column].zip_from(rows.start, keys, |key, code| {
                *key = *key << width | u64::from(finals[code as usize]);
            });
        };
        numbering.number(coded.rows, &put, &mut |_, numbers| {
            rows.count(numbers);
            of.extend_from_slice(numbers);
        });
        let numbered = numbering.finish();
        let combinations = numbered.len();
        let mut codes = vec![Narrow::default(); columns.len()];
        let mut own = Vec::with_capacity(columns.len());
        for combination in 0..combinations {
            numbered.codes(combination, &mut own);
            codes.iter_mut().zip(&own).for_each(|(list, code)| list.push(u64::from(*code)));
        }
        drop(numbered);
        let mut subjects = SubjectLog::new(counting.limit());
        let of_row = coded.subjects.filter(|_| counting != Counting::Rows);
        if let Some(of_row) = of_row {
            for (combination, subject) in of.iter().zip(of_row.iter()) {
                subjects.push(*combination, &[subject as u32]);
            }
        }
        let histograms = (0..sensitive.len())
            .map(|column| {
                let blanks = coded.blanks.get(column).map_or(&[][..], Vec::as_slice);
                Histograms::of_rows(
                    &of,
                    coded.sensitive[column],
                    blanks,
                    of_row,
                    combinations,
                    counting,
                )
            })
            .collect();
        let table = Self {
            columns,
            sensitive,
            codes,
            rows,
            combinations,
            subjects: subjects.finish(combinations),
            histograms,
            counting,
            population: None,
            left_out: None,
            whole: None,
        };
        Ok((table, of))
    }
}

pub(crate) fn check_rows(
    columns: &[QuasiColumn],
    sensitive: &[SensitiveColumn],
    counting: Counting,
    coded: &CodedRows<'_>,
) -> Result<(), AnonymizeError> {
    let fits = coded.quasi.len() == columns.len()
        && coded.finals.len() == columns.len()
        && coded.sensitive.len() == sensitive.len()
        && coded.quasi.iter().chain(&coded.sensitive).all(|list| list.len() == coded.rows)
        && coded.finals.iter().zip(columns).all(|(finals, column)| {
            finals.iter().all(|code| (*code as usize) < column.values().len())
        })
        && coded
            .quasi
            .iter()
            .zip(&coded.finals)
            .all(|(codes, finals)| codes.iter().all(|code| (code as usize) < finals.len()))
        && coded
            .sensitive
            .iter()
            .zip(sensitive)
            .all(|(codes, column)| codes.iter().all(|code| code < u64::from(column.values)))
        && (counting == Counting::Rows
            || coded.subjects.is_some_and(|list| list.len() == coded.rows));
    if !fits {
        return Err(AnonymizeError::CodesDoNotFit { combination: 0 });
    }
    if coded.rows as u64 >= FrequencyBuilder::MOST {
        return Err(AnonymizeError::TooManyCombinations { most: FrequencyBuilder::MOST });
    }
    Ok(())
}

impl Histograms {
    fn of_rows(
        combination_of: &[u32],
        codes: &Narrow,
        blanks: &[u32],
        subjects: Option<&Narrow>,
        combinations: usize,
        counting: Counting,
    ) -> Self {
        let values = codes.iter().max().map_or(0, |code| code as usize + 1);
        let mut is_blank = vec![false; values];
        let known = blanks.iter().filter(|code| (**code as usize) < values);
        known.for_each(|code| is_blank[*code as usize] = true);
        // Rows that state nothing have numbers too, which nobody asks for.
        let mut numbering = Numbering::new(&[combinations, values]);
        let put = |column: usize, rows: Range<usize>, keys: &mut [u64], width: u32| match column {
            0 => keys.iter_mut().zip(&combination_of[rows]).for_each(|(key, combination)| {
                *key = *key << width | u64::from(*combination);
            }),
            _ => codes.zip_from(rows.start, keys, |key, code| {
                *key = *key << width | u64::from(code);
            }),
        };
        let mut rows: Vec<u64> = Vec::new();
        let mut log = SubjectLog::new(counting.limit());
        numbering.number(combination_of.len(), &put, &mut |block, pairs| {
            for (row, pair) in block.zip(pairs) {
                let at = *pair as usize;
                if at >= rows.len() {
                    rows.resize(at + 1, 0);
                }
                rows[at] += 1;
                if let Some(subjects) = subjects {
                    log.push(*pair, &[subjects.at(row) as u32]);
                }
            }
        });
        let numbered = numbering.finish();
        let mut own = Vec::new();
        let pairs = (0..numbered.len() as u32).filter_map(|pair| {
            numbered.codes(pair as usize, &mut own);
            let (combination, code) = (own[0], own[1]);
            (!is_blank[code as usize]).then_some(((combination, code), pair))
        });
        Self::of_pairs(pairs.collect(), &rows, log, combinations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_memory_give_the_table_that_adding_them_gives() {
        let rows: Vec<[u32; 4]> =
            (0..200u32).map(|n| [n * n % 4, n % 2, n * 7 % 3, n * n % 11]).collect();
        for counting in [Counting::Rows, Counting::SubjectsUpTo(3), Counting::AllSubjects] {
            let columns = || quasi();
            let dx = vec![SensitiveColumn { name: "dx".into(), values: 3 }];
            let mut one = FrequencyBuilder::new(columns(), dx.clone(), counting).unwrap();
            for [a, b, dx, subject] in rows.iter().copied() {
                let dx: &[_] = if dx == 1 { &[] } else { &[(0, dx, 1)] };
                one.add(&[a, b], 1, &[subject], dx).unwrap();
            }
            let one = one.finish();
            let list = |at: usize| {
                let mut list = Narrow::default();
                rows.iter().for_each(|row| list.push(u64::from(row[at])));
                list
            };
            let (a, b, sensitive, subjects) = (list(0), list(1), list(2), list(3));
            let coded = CodedRows {
                quasi: vec![&a, &b],
                finals: vec![&[0, 1, 2, 3], &[0, 1]],
                sensitive: vec![&sensitive],
                blanks: vec![vec![1]],
                subjects: Some(&subjects),
                rows: rows.len(),
            };
            let (other, of) = FrequencyTable::of_rows(columns(), dx, counting, &coded).unwrap();
            assert_eq!(other.combinations(), one.combinations());
            assert!(of.iter().zip(&rows).all(|(c, row)| other.code(*c, 0) == row[0]));
            for n in 0..one.combinations() as u32 {
                assert_eq!((other.rows(n), other.subjects(n)), (one.rows(n), one.subjects(n)));
                let values = |table: &FrequencyTable| -> Vec<_> {
                    let entries = table.sensitive_entries(0, n);
                    entries.map(|e| (e.code, e.rows, e.subjects.to_vec())).collect()
                };
                assert_eq!(values(&other), values(&one));
            }
            let short = CodedRows { rows: 199, ..coded };
            assert!(FrequencyTable::of_rows(columns(), vec![], counting, &short).is_err());
        }
    }

    fn quasi() -> Vec<QuasiColumn> {
        let values = |n: u32| (0..n).map(|v| Some(v.to_string())).collect();
        vec![
            QuasiColumn::numeric("a", values(4)).unwrap(),
            QuasiColumn::categorical("b", values(2)).unwrap(),
        ]
    }
}
