//! A simple random sample: every set of so many of some people is as likely as any other.
//!
//! The first so many places of a shuffled list (Fisher & Yates 1938, in the form of Durstenfeld, *Algorithm
//! 235*, CACM 1964), with numbers below a bound by multiplication and rejection, so that each is exactly as
//! likely (Lemire, *Fast random integer generation in an interval*, TOMACS 2019). The bits are HMAC-SHA256 of
//! a counter, under a key that HKDF-SHA256 makes of the seed: who does not know the seed cannot tell who is in,
//! whatever they know of others.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keys::DerivedKey;
use crate::pseudonym::mac;

/// Draws samples by a seed.
///
/// # Examples
///
/// Two of five patients:
///
/// ```
/// use anonymed_core::Sampler;
///
/// let drawn = Sampler::new(b"a long random text").draw(5, 2);
/// assert_eq!(drawn.len(), 2);
/// assert_eq!(drawn, Sampler::new(b"a long random text").draw(5, 2));
/// ```
pub struct Sampler {
    key: DerivedKey,
    counter: u64,
    words: Vec<u64>,
}

impl std::fmt::Debug for Sampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sampler([sensitive])")
    }
}

impl Sampler {
    /// A sampler by a seed of any length; equal seeds draw equal samples.
    pub fn new(seed: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"anonymed"), seed);
        let mut key = Zeroizing::new([0u8; 32]);
        hkdf.expand(b"sample/v1", key.as_mut_slice())
            .expect("32 bytes are within the 8160 that HKDF-SHA256 can give");
        Self { key, counter: 0, words: Vec::new() }
    }

    /// So many of the numbers below `all`, or all of them, ascending.
    pub fn draw(mut self, all: u32, some: u32) -> Vec<u32> {
        let mut places: Vec<u32> = (0..all).collect();
        let some = some.min(all);
        for at in 0..some {
            let other = at + self.below(all - at);
            places.swap(at as usize, other as usize);
        }
        places.truncate(some as usize);
        places.sort_unstable();
        places
    }

    /// A number below a bound, which is not 0.
    fn below(&mut self, bound: u32) -> u32 {
        let bound = u128::from(bound);
        // What would make some numbers likelier than others: 2^64 less its largest multiple of the bound.
        let odd = (1u128 << 64) % bound;
        loop {
            let product = u128::from(self.word()) * bound;
            if product & u128::from(u64::MAX) >= odd {
                return (product >> 64) as u32;
            }
        }
    }

    fn word(&mut self) -> u64 {
        if self.words.is_empty() {
            let block = mac(&self.key, &[&self.counter.to_be_bytes()]);
            self.counter += 1;
            let word =
                |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.words = block.chunks_exact(8).map(word).collect();
        }
        self.words.pop().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_sample_has_as_many_as_asked_and_each_once() {
        for (all, some, expect) in [(0, 3, 0), (5, 0, 0), (5, 5, 5), (5, 9, 5), (1000, 37, 37)] {
            let drawn = Sampler::new(b"seed").draw(all, some);
            assert_eq!(drawn.len(), expect, "{some} of {all}");
            assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(drawn.iter().all(|number| *number < all));
        }
        assert_ne!(Sampler::new(b"a").draw(1000, 37), Sampler::new(b"b").draw(1000, 37));
    }

    #[test]
    fn every_set_is_as_likely() {
        // 20,000 draws over the 20 sets of 3 of 6: chi-square with 19 degrees of freedom stays below 43.8 in
        // 999 of 1,000 seeds; the seeds are fixed.
        let mut counts: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        for n in 0..20_000u32 {
            *counts.entry(Sampler::new(&n.to_be_bytes()).draw(6, 3)).or_default() += 1;
        }
        assert_eq!(counts.len(), 20);
        let chi: f64 = counts.values().map(|c| (f64::from(*c) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi < 43.8, "chi-square {chi}");
    }

    #[test]
    fn numbers_below_a_bound_are_all_met() {
        let mut sampler = Sampler::new(b"seed");
        let mut met = [0u32; 7];
        (0..7000).for_each(|_| met[sampler.below(7) as usize] += 1);
        assert!(met.iter().all(|times| (850..1150).contains(times)), "{met:?}");
    }
}
