//! Distinct subjects of a class: exact up to 1,024, above that by HyperLogLog (Flajolet et al.
//! 2007), of which three standard errors are taken off so that a risk is never understated.

/// Exact up to this many.
const EXACT: usize = 1024;

/// 2^11 registers: a standard error of 2.3 %.
const BITS: u32 = 11;

/// Distinct numbers.
#[derive(Debug, Clone)]
pub(crate) enum DistinctSubjects {
    Exact(Vec<u32>),
    Sketch(Box<[u8; 1 << BITS]>),
}

impl Default for DistinctSubjects {
    fn default() -> Self {
        Self::Exact(Vec::new())
    }
}

impl DistinctSubjects {
    pub(crate) fn insert(&mut self, subject: u32) {
        match self {
            Self::Exact(ids) => {
                if let Err(at) = ids.binary_search(&subject) {
                    if ids.len() < EXACT {
                        ids.insert(at, subject);
                    } else {
                        let mut registers = Box::new([0; 1 << BITS]);
                        ids.iter().chain([&subject]).for_each(|id| register(&mut registers, *id));
                        *self = Self::Sketch(registers);
                    }
                }
            }
            Self::Sketch(registers) => register(registers, subject),
        }
    }

    /// The number, or a lower bound of it.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Exact(ids) => ids.len() as u64,
            Self::Sketch(registers) => {
                let low = estimate(registers) * (1.0 - 3.0 * 0.023);
                (low as u64).max(EXACT as u64 + 1)
            }
        }
    }
}

fn register(registers: &mut [u8; 1 << BITS], subject: u32) {
    let hash = mix(u64::from(subject));
    let register = (hash >> (64 - BITS)) as usize;
    let rank = ((hash << BITS) | (1 << (BITS - 1))).leading_zeros() as u8 + 1;
    registers[register] = registers[register].max(rank);
}

fn estimate(registers: &[u8; 1 << BITS]) -> f64 {
    let m = registers.len() as f64;
    let sum: f64 = registers.iter().map(|r| (-f64::from(*r)).exp2()).sum();
    let raw = 0.7213 / (1.0 + 1.079 / m) * m * m / sum;
    let empty = registers.iter().filter(|r| **r == 0).count() as f64;
    if raw <= 2.5 * m && empty > 0.0 { m * (m / empty).ln() } else { raw }
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_exact_and_large_ones_never_too_high() {
        for n in [0u32, 1, 5, 1024, 1025, 2_000, 5_000, 20_000, 300_000] {
            let mut distinct = DistinctSubjects::default();
            (0..n).chain(0..n / 2).for_each(|id| distinct.insert(id.wrapping_mul(2_654_435_761)));
            let (count, n) = (distinct.count(), u64::from(n));
            if n <= 1024 {
                assert_eq!(count, n);
            } else {
                assert!(count <= n && count * 100 >= n * 85, "{count} for {n}");
            }
        }
    }
}
