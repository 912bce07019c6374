//! Distinct subjects of a class: exact up to 1,024, above that by HyperLogLog (Flajolet et al.
//! 2007), of which three standard errors are taken off so that a risk is never understated.

use anonymed_core::SplitMix64;

use crate::hyper_log_log::HyperLogLog;

/// Exact up to this many.
const EXACT: usize = 1024;

/// 2^11 registers: a standard error of 2.3 %.
const BITS: u32 = 11;

/// Distinct numbers.
#[derive(Debug, Clone)]
pub(crate) enum DistinctSubjects {
    Exact(Vec<u32>),
    Sketch(HyperLogLog<BITS>),
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
                        let mut sketch = HyperLogLog::default();
                        ids.iter().chain([&subject]).for_each(|id| sketch.add(spread(*id)));
                        *self = Self::Sketch(sketch);
                    }
                }
            }
            Self::Sketch(sketch) => sketch.add(spread(subject)),
        }
    }

    /// The number, or a lower bound of it.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Exact(ids) => ids.len() as u64,
            Self::Sketch(sketch) => {
                let low = sketch.count() * (1.0 - 3.0 * 0.023);
                (low as u64).max(EXACT as u64 + 1)
            }
        }
    }
}

/// A subject's number as a hash.
fn spread(subject: u32) -> u64 {
    SplitMix64::mixed(u64::from(subject))
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
