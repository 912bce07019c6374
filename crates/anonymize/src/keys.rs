//! Numbers rows that agree in some codes: the codes side by side are a key, and equal keys get equal
//! numbers. Keys of more than 64 bits are numbered part by part, so the numbers are exact at any width.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Keys of fewer bits are looked up in a list.
const DIRECT_BITS: u32 = 20;

/// Rows by number, and the first row of each number.
pub(crate) struct Numbered {
    pub(crate) of: Vec<u32>,
    pub(crate) first: Vec<u32>,
}

/// The keys of some rows.
pub(crate) struct Keys {
    keys: Vec<u64>,
    bits: u32,
}

impl Keys {
    /// Keys of rows that do not differ yet.
    pub(crate) fn new(rows: usize) -> Self {
        Self { keys: vec![0; rows], bits: 0 }
    }

    /// Adds a code to every key: one of `values` different ones, put in by `put`, which shifts a key to
    /// the left by so many bits.
    pub(crate) fn add(&mut self, values: usize, put: impl FnOnce(&mut [u64], u32)) {
        let width = bits(values);
        if width == 0 {
            return;
        }
        if self.bits + width > u64::BITS {
            // What is known so far becomes one number of at most 32 bits.
            let numbered = self.numbered();
            self.bits = bits(numbered.first.len());
            for (key, number) in self.keys.iter_mut().zip(numbered.of) {
                *key = u64::from(number);
            }
        }
        put(&mut self.keys, width);
        self.bits += width;
    }

    /// Numbers equal keys alike, in the order they are met.
    pub(crate) fn numbered(&self) -> Numbered {
        let mut first = Vec::new();
        if self.bits <= DIRECT_BITS {
            let mut numbers = vec![u32::MAX; 1 << self.bits];
            let of = (0..)
                .zip(&self.keys)
                .map(|(row, key)| {
                    let number = &mut numbers[*key as usize];
                    if *number == u32::MAX {
                        *number = first.len() as u32;
                        first.push(row);
                    }
                    *number
                })
                .collect();
            return Numbered { of, first };
        }
        let mut numbers: HashMap<u64, u32, FixedState> = HashMap::default();
        let of = (0..)
            .zip(&self.keys)
            .map(|(row, key)| {
                *numbers.entry(*key).or_insert_with(|| {
                    first.push(row);
                    first.len() as u32 - 1
                })
            })
            .collect();
        Numbered { of, first }
    }
}

/// Bits that tell so many things apart.
pub(crate) fn bits(things: usize) -> u32 {
    usize::BITS - things.saturating_sub(1).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(columns: &[(usize, &[u32])]) -> (Vec<u32>, Vec<u32>) {
        let mut keys = Keys::new(columns[0].1.len());
        for (values, codes) in columns {
            keys.add(*values, |keys, width| {
                keys.iter_mut().zip(*codes).for_each(|(k, c)| *k = *k << width | u64::from(*c));
            });
        }
        let Numbered { of, first } = keys.numbered();
        (of, first)
    }

    #[test]
    fn equal_codes_have_equal_numbers() {
        assert_eq!(numbered(&[(4, &[3, 1, 3]), (1, &[0, 0, 0])]), (vec![0, 1, 0], vec![0, 1]));
        assert_eq!(numbered(&[(1, &[0, 0])]), (vec![0, 0], vec![0]));
        let most = u32::MAX;
        let wide = [(1 << 32, &[5, most, 5, 0, most][..]), (3, &[0, 2, 0, 0, 2])];
        assert_eq!(numbered(&wide), (vec![0, 1, 0, 2, 1], vec![0, 1, 3]));
    }

    #[test]
    fn keys_of_any_width_are_exact() {
        // Five columns of 30 bits, the difference in each of them once.
        for at in 0..5 {
            let columns: Vec<[u32; 3]> =
                (0..5).map(|n| [7, if n == at { 1 << 29 } else { 7 }, 7]).collect();
            let columns: Vec<(usize, &[u32])> =
                columns.iter().map(|c| (1 << 30, c.as_slice())).collect();
            assert_eq!(numbered(&columns), (vec![0, 1, 0], vec![0, 1]), "{at}");
        }
    }

    #[test]
    fn bits_tell_things_apart() {
        let check = |things, expect| assert_eq!(bits(things), expect);
        check(0, 0);
        check(1, 0);
        check(2, 1);
        check(3, 2);
        check(256, 8);
        check(257, 9);
    }
}
