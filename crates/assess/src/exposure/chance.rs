//! Chance from a seed, for the choices of an attacker; nothing secret is drawn here.

use anonymed_core::SplitMix64;

/// A stream of numbers.
pub(crate) struct Chance(SplitMix64);

impl Chance {
    /// The stream of a seed for one purpose.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self(SplitMix64::new(seed ^ crate::hash::of_cell(Some(purpose))))
    }

    /// A number below another, which is 1 or more.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.below(end as u64) as usize
    }

    /// Whether something of a probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.0.unit() < probability
    }

    /// So many different numbers below another, ascending; all where there are no more.
    pub(crate) fn some_of(&mut self, all: usize, most: usize) -> Vec<usize> {
        if most >= all {
            return (0..all).collect();
        }
        // Floyd's sampling: each draw adds one new number.
        let mut chosen = std::collections::BTreeSet::new();
        for end in all - most..all {
            let draw = self.below(end + 1);
            if !chosen.insert(draw) {
                chosen.insert(end);
            }
        }
        chosen.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_and_every_number_comes() {
        let draw = |seed| {
            let mut chance = Chance::new(seed, "test");
            (0..600).map(|_| chance.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        // Each of six sides 100 times of 600; below 60 or above 140 has a probability under 10^-4.
        for side in 0..6 {
            let times = draw(3).iter().filter(|n| **n == side).count();
            assert!((60..=140).contains(&times), "{side}: {times}");
        }
        let mut chance = Chance::new(5, "some");
        let some = chance.some_of(100, 30);
        assert!(some.len() == 30 && some.is_sorted() && some[29] < 100);
        assert_eq!(chance.some_of(3, 9), [0, 1, 2]);
        assert!(!chance.happens(0.0) && chance.happens(1.0));
    }
}
