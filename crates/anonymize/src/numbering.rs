//! Numbers rows by their codes as [`crate::keys`] does, some rows at a time: nothing but the number of each
//! row is held of all of them, and the codes of each number can be had again.

use std::ops::Range;

use crate::keys::{Numbers, bits};

/// Rows whose keys are made at a time; they stay in the processor's own memory.
const BLOCK: usize = 1 << 14;

/// Distinct rows of codes so far, numbered as they are met.
pub(crate) struct Numbering {
    stages: Vec<Stage>,
    keys: Vec<u64>,
    numbers: Vec<u32>,
}

/// Columns whose codes lie side by side in one key, behind the number that the columns before gave.
struct Stage {
    columns: Range<usize>,
    widths: Vec<u32>,
    numbers: Numbers,
}

/// Puts the codes that some rows have in a column behind their keys, which move to the left by so many bits.
pub(crate) type PutCodes<'a> = dyn Fn(usize, Range<usize>, &mut [u64], u32) + 'a;

impl Numbering {
    /// A numbering of rows of columns with so many different codes each.
    pub(crate) fn new(values: &[usize]) -> Self {
        let mut stages = Vec::new();
        let (mut from, mut widths, mut taken) = (0, Vec::new(), 0);
        for (column, values) in values.iter().enumerate() {
            let width = bits(*values);
            if taken + width > u64::BITS {
                let widths = std::mem::take(&mut widths);
                stages.push(Stage { columns: from..column, widths, numbers: Numbers::new(taken) });
                (from, taken) = (column, u32::BITS);
            }
            widths.push(width);
            taken += width;
        }
        stages.push(Stage { columns: from..values.len(), widths, numbers: Numbers::new(taken) });
        Self { stages, keys: Vec::with_capacity(BLOCK), numbers: Vec::with_capacity(BLOCK) }
    }

    /// Numbers all of so many rows, and hands on the numbers of some of them after the other.
    pub(crate) fn number(
        &mut self,
        rows: usize,
        put: &PutCodes<'_>,
        take: &mut dyn FnMut(Range<usize>, &[u32]),
    ) {
        for from in (0..rows).step_by(BLOCK) {
            let block = from..rows.min(from + BLOCK);
            let numbers = self.block(block.clone(), put);
            take(block, numbers);
        }
    }

    /// The numbers of some rows.
    fn block(&mut self, rows: Range<usize>, put: &PutCodes<'_>) -> &[u32] {
        let Self { stages, keys, numbers } = self;
        keys.clear();
        keys.resize(rows.len(), 0);
        for (at, stage) in stages.iter_mut().enumerate() {
            if at > 0 {
                keys.iter_mut().zip(&*numbers).for_each(|(key, n)| *key = u64::from(*n));
            }
            for (column, width) in stage.columns.clone().zip(&stage.widths) {
                if *width > 0 {
                    put(column, rows.clone(), keys, *width);
                }
            }
            numbers.clear();
            numbers.extend(keys.iter().map(|key| stage.numbers.number(*key)));
        }
        numbers
    }

    /// The codes of each number.
    pub(crate) fn finish(self) -> Numbered {
        let stages = self.stages.into_iter();
        Numbered { stages: stages.map(|s| (s.widths, s.numbers.into_keys())).collect() }
    }
}

/// Distinct rows of codes by their numbers.
pub(crate) struct Numbered {
    /// Of each stage the bits of its columns, and the keys.
    stages: Vec<(Vec<u32>, Vec<u64>)>,
}

impl Numbered {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.stages.last().map_or(0, |(_, keys)| keys.len())
    }

    /// The codes of a number.
    pub(crate) fn codes(&self, number: usize, codes: &mut Vec<u32>) {
        codes.clear();
        let mut number = number;
        for (widths, keys) in self.stages.iter().rev() {
            let mut key = keys[number];
            for width in widths.iter().rev() {
                codes.push((key & !(u64::MAX << width)) as u32);
                key >>= width;
            }
            number = key as usize;
        }
        codes.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_those_of_the_rows() {
        let mix = |n: usize, column: usize| {
            let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15 + 2 * column as u64);
            (mixed >> 40) as usize
        };
        let check = |values: &[usize], rows: usize| {
            let code = |row: usize, column: usize| mix(row % 700, column) % values[column];
            let mut numbering = Numbering::new(values);
            let mut of = Vec::new();
            let put = |column: usize, rows: Range<usize>, keys: &mut [u64], width: u32| {
                let codes = rows.map(|row| code(row, column) as u64);
                keys.iter_mut().zip(codes).for_each(|(key, code)| *key = *key << width | code);
            };
            numbering.number(rows, &put, &mut |_, numbers| of.extend_from_slice(numbers));
            let numbered = numbering.finish();
            let mut firsts: Vec<Vec<u32>> = Vec::new();
            for (row, of) in of.iter().enumerate() {
                let own: Vec<u32> = (0..values.len()).map(|c| code(row, c) as u32).collect();
                let number = firsts.iter().position(|codes| *codes == own);
                let number = number.unwrap_or_else(|| {
                    firsts.push(own);
                    firsts.len() - 1
                });
                assert_eq!(*of as usize, number, "row {row} of {values:?}");
            }
            assert_eq!((of.len(), numbered.len()), (rows, firsts.len()));
            let mut codes = Vec::new();
            for (number, own) in firsts.iter().enumerate() {
                numbered.codes(number, &mut codes);
                assert_eq!(codes, *own);
            }
        };
        check(&[3], 0);
        check(&[1], 20);
        check(&[], 20);
        check(&[3, 1, 200], 2 * BLOCK + 7);
        check(&[1 << 20, 1 << 12, 1 << 32], 1000);
        check(&[1 << 32, 1 << 32, 1 << 32], 1000);
        check(&[1 << 24; 9], 1000);
    }
}
