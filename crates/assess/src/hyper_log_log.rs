//! How many distinct keys there are, in little room: HyperLogLog (Flajolet et al., *HyperLogLog: the analysis of
//! a near-optimal cardinality estimation algorithm*, 2007).

/// A sketch of a set of keys in 2^BITS registers of a byte; `BITS` is 7 to 16. The standard error is 1.04 by the root
/// of the registers.
#[derive(Debug, Clone)]
pub(crate) struct HyperLogLog<const BITS: u32> {
    registers: Box<[u8]>,
}

/// A sketch in 4 KiB, with a standard error of 1.6 %.
pub(crate) type Distinct = HyperLogLog<12>;

impl<const BITS: u32> Default for HyperLogLog<BITS> {
    fn default() -> Self {
        Self { registers: vec![0; 1 << BITS].into() }
    }
}

impl<const BITS: u32> HyperLogLog<BITS> {
    /// Adds a key, which is a hash.
    pub(crate) fn add(&mut self, hash: u64) {
        let register = (hash >> (64 - BITS)) as usize;
        let rank = ((hash << BITS) | (1 << (BITS - 1))).leading_zeros() as u8 + 1;
        let kept = &mut self.registers[register];
        *kept = (*kept).max(rank);
    }

    /// About how many keys there are.
    pub(crate) fn count(&self) -> f64 {
        let registers = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|rank| 0.5f64.powi(i32::from(*rank))).sum();
        let estimate = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let empty = self.registers.iter().filter(|rank| **rank == 0).count() as f64;
        if estimate <= 2.5 * registers && empty > 0.0 {
            return registers * (registers / empty).ln();
        }
        estimate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    #[test]
    fn counts_are_within_four_standard_errors() {
        for count in [0u32, 1, 100, 5_000, 20_000, 300_000] {
            let (mut fine, mut coarse) = (Distinct::default(), HyperLogLog::<11>::default());
            for number in (0..count).chain(0..count / 2) {
                let hash = hash::of_code(0, number) as u64;
                fine.add(hash);
                coarse.add(hash);
            }
            let want = f64::from(count);
            for (got, error) in [(fine.count(), 0.065), (coarse.count(), 0.092)] {
                assert!((got - want).abs() <= error * want, "{got} of {want}");
            }
        }
    }
}
