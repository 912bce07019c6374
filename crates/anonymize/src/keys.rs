//! Numbers rows that agree in some codes: the codes side by side are a key, and equal keys get equal
//! numbers. Keys of more than 64 bits are numbered part by part, so the numbers are exact at any width.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Keys of fewer bits are looked up in a list.
const DIRECT_BITS: u32 = 20;

/// Keys by number, in the order they are met: 8 bytes each, and 6 to 12 more to find them.
#[derive(Debug)]
pub(crate) struct Numbers {
    keys: Vec<u64>,
    places: Places,
}

#[derive(Debug)]
enum Places {
    /// The number of every key there may be.
    Direct(Vec<u32>),
    Hashed(HashTable<u32>),
}

impl Numbers {
    /// No keys yet, of so many bits.
    pub(crate) fn new(bits: u32) -> Self {
        let places = match bits {
            0..=DIRECT_BITS => Places::Direct(vec![u32::MAX; 1 << bits]),
            _ => Places::Hashed(HashTable::new()),
        };
        Self { keys: Vec::new(), places }
    }

    /// The keys by number; numbers can no longer be looked up.
    pub(crate) fn into_keys(self) -> Vec<u64> {
        self.keys
    }

    /// The number of a key; the next one where it is new.
    #[inline]
    pub(crate) fn number(&mut self, key: u64) -> u32 {
        let Self { keys, places } = self;
        let next = keys.len() as u32;
        match places {
            Places::Direct(numbers) => {
                let number = &mut numbers[key as usize];
                if *number == u32::MAX {
                    *number = next;
                    keys.push(key);
                }
                *number
            }
            Places::Hashed(table) => {
                let hash = hash(key);
                if let Some(number) = table.find(hash, |number| keys[*number as usize] == key) {
                    return *number;
                }
                if table.len() == table.capacity() {
                    enlarge(table, keys);
                }
                keys.push(key);
                table.insert_unique(hash, next, |number| self::hash(keys[*number as usize]));
                next
            }
        }
    }
}

/// Makes room for as many keys again. The smaller table goes first: side by side they would take half as
/// much again.
fn enlarge(table: &mut HashTable<u32>, keys: &[u64]) {
    *table = HashTable::new();
    *table = HashTable::with_capacity((2 * keys.len()).max(1024));
    for (number, key) in (0u32..).zip(keys) {
        table.insert_unique(hash(*key), number, |number| hash(keys[*number as usize]));
    }
}

fn hash(key: u64) -> u64 {
    FixedState::default().hash_one(key)
}

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
        let mut numbers = Numbers::new(self.bits);
        let of = (0..)
            .zip(&self.keys)
            .map(|(row, key)| {
                let number = numbers.number(*key);
                if number as usize == first.len() {
                    first.push(row);
                }
                number
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
