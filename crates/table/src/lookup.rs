//! Finds the combination of a row by its codes.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};

use anonymed_anonymize::FrequencyTable;
use hashbrown::HashTable;

/// The same hash in every process.
type FixedHash = BuildHasherDefault<DefaultHasher>;

/// Combinations by their codes.
pub(crate) enum Lookup {
    /// The codes of each combination side by side in one number, ascending.
    Packed(Packed),
    /// What does not fit in 64 bits.
    Hashed { table: FrequencyTable, index: HashTable<u32> },
}

/// Ascending keys, and where those with the same highest bits begin: 5 to 9 bytes a combination.
pub(crate) struct Packed {
    widths: Vec<u32>,
    keys: Keys,
    begins: Vec<u32>,
    shift: u32,
}

enum Keys {
    Short(Vec<u32>),
    Long(Vec<u64>),
}

/// Keys of one beginning, on the average.
const EACH: usize = 4;

impl Lookup {
    /// Takes what is needed of a table.
    pub(crate) fn new(table: FrequencyTable) -> Self {
        match Packed::of(&table) {
            Some(packed) => Self::Packed(packed),
            None => {
                let width = table.columns().len();
                let hash = |n: &u32| hash_codes((0..width).map(|c| table.code(*n, c)));
                let mut index = HashTable::with_capacity(table.combinations());
                for number in 0..table.combinations() as u32 {
                    index.insert_unique(hash(&number), number, hash);
                }
                Self::Hashed { table, index }
            }
        }
    }

    /// The number of the combination of some codes.
    pub(crate) fn find(&self, codes: &[u32]) -> Option<u32> {
        match self {
            Self::Packed(packed) => packed.find(codes),
            Self::Hashed { table, index } => {
                let same =
                    |n: &u32| codes.iter().enumerate().all(|(c, code)| table.code(*n, c) == *code);
                index.find(hash_codes(codes.iter().copied()), same).copied()
            }
        }
    }
}

impl Packed {
    fn of(table: &FrequencyTable) -> Option<Self> {
        let columns = 0..table.columns().len();
        let widths: Vec<u32> = columns
            .map(|c| u32::BITS - table.codes(c).max().unwrap_or(0).leading_zeros())
            .collect();
        let bits: u32 = widths.iter().sum();
        let all = 0..table.combinations() as u32;
        let key = |n: u32| pack(&widths, |column| table.code(n, column));
        let ordered = || all.clone().skip(1).all(|n| key(n - 1) < key(n));
        if bits > u64::BITS || !ordered() {
            return None;
        }
        let keys = if bits <= u32::BITS {
            Keys::Short(all.map(|n| key(n) as u32).collect())
        } else {
            Keys::Long(all.map(key).collect())
        };
        let few = (table.combinations() / EACH).max(2).ilog2();
        let shift = bits.saturating_sub(few);
        let last = if bits == 0 { 0 } else { u64::MAX >> (u64::BITS - bits) >> shift };
        let mut begins = vec![0u32; last as usize + 2];
        for n in 0..table.combinations() {
            begins[(keys.at(n) >> shift) as usize + 1] += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        Some(Self { widths, keys, begins, shift })
    }

    fn find(&self, codes: &[u32]) -> Option<u32> {
        let fits = |(code, width): (&u32, &u32)| u64::from(*code) >> width == 0;
        if codes.len() != self.widths.len() || !codes.iter().zip(&self.widths).all(fits) {
            return None;
        }
        let key = pack(&self.widths, |column| codes[column]);
        let begin = (key >> self.shift) as usize;
        let (from, to) = (*self.begins.get(begin)?, *self.begins.get(begin + 1)?);
        let place = self.keys.place(from as usize, to as usize, key);
        (place < to as usize && self.keys.at(place) == key).then_some(place as u32)
    }
}

impl Keys {
    fn at(&self, at: usize) -> u64 {
        match self {
            Self::Short(keys) => u64::from(keys[at]),
            Self::Long(keys) => keys[at],
        }
    }

    /// The first of some keys that is not below one.
    fn place(&self, from: usize, to: usize, key: u64) -> usize {
        from + match self {
            Self::Short(keys) => keys[from..to].partition_point(|k| u64::from(*k) < key),
            Self::Long(keys) => keys[from..to].partition_point(|k| *k < key),
        }
    }
}

/// The codes side by side, the first in the highest bits.
fn pack(widths: &[u32], code: impl Fn(usize) -> u32) -> u64 {
    let add = |key: u64, (column, width): (usize, &u32)| {
        // At 64 bits there is one column of 32 before, at the least: the shift is below 64.
        (key << width) | u64::from(code(column))
    };
    widths.iter().enumerate().fold(0, add)
}

fn hash_codes(codes: impl Iterator<Item = u32>) -> u64 {
    let mut hasher = FixedHash::default().build_hasher();
    codes.for_each(|c| hasher.write_u32(c));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_anonymize::{FrequencyBuilder, QuasiColumn};

    /// Combinations of columns with so many values.
    fn table(values: &[u32], combinations: &[Vec<u32>]) -> FrequencyTable {
        let column = |n: &u32| {
            let values = (0..*n).map(|v| Some(v.to_string())).collect();
            QuasiColumn::categorical("c", values).unwrap()
        };
        let columns = values.iter().map(column).collect();
        let mut builder = FrequencyBuilder::new(columns, vec![], 2).unwrap();
        combinations.iter().for_each(|codes| {
            builder.add(codes, 1, &[1], &[]).unwrap();
        });
        builder.finish()
    }

    #[test]
    fn every_combination_is_found_and_no_other() {
        let check = |values: &[u32], packed: bool, order: bool| {
            let mut combinations: Vec<Vec<u32>> = (0..500u32)
                .map(|n| values.iter().map(|v| n.wrapping_mul(2_654_435_761) % 7919 % v).collect())
                .collect();
            combinations.push(values.iter().map(|v| v - 1).collect());
            combinations.sort();
            combinations.dedup();
            if !order {
                combinations.reverse();
            }
            let lookup = Lookup::new(table(values, &combinations));
            assert_eq!(matches!(lookup, Lookup::Packed(_)), packed, "{values:?}");
            for (n, codes) in combinations.iter().enumerate() {
                assert_eq!(lookup.find(codes), Some(n as u32), "{codes:?}");
                let mut other = codes.clone();
                for column in 0..other.len() {
                    other[column] ^= 1;
                    let at = combinations.iter().position(|c| *c == other).map(|n| n as u32);
                    assert_eq!(lookup.find(&other), at);
                    other[column] = u32::MAX;
                    assert_eq!(lookup.find(&other), None);
                    other[column] = codes[column];
                }
            }
        };
        check(&[2, 100, 60, 5, 3], true, true);
        check(&[2, 100, 60, 5, 3], false, false);
        check(&[3000, 3000, 3000], true, true);
        check(&[3000; 7], false, true);
        check(&[1], true, true);
        check(&[1, 1], true, true);
    }
}
