//! SplitMix64 (Steele, Lea & Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014): numbers from a seed
//! for samples and made-up data, the same on every machine. Nothing secret is drawn by it: [`crate::Sampler`] is for
//! that.

/// What is added for each number.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let mixed = Self::mixed(self.0);
        self.0 = self.0.wrapping_add(STEP);
        mixed
    }

    /// The next number from 0 to 1, without 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The next number below another; 0 below 0. The high half of a product is as even as 64 bits allow.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number spread over all 64 bits, one to one: the first of the stream of that seed.
    pub fn mixed(number: u64) -> u64 {
        let z = number.wrapping_add(STEP);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut stream = SplitMix64::new(1_234_567);
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for expect in published {
            assert_eq!(stream.bits(), expect);
        }
        assert_eq!(SplitMix64::mixed(1_234_567), published[0]);
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut stream = SplitMix64::new(7);
        for _ in 0..1_000 {
            assert!((0.0..1.0).contains(&stream.unit()));
            assert!(stream.below(6) < 6);
        }
        assert_eq!(stream.below(0), 0);
    }
}
