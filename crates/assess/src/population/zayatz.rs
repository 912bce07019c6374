//! Zayatz's estimator: Bayes' rule on the sample's own class sizes.

use super::{Estimate, NoEstimate, Sample, UniquenessEstimator, bounded};

/// The probability that a class of one person in the sample is one of one person in the population, by
/// Bayes' rule with the sample's class sizes for the population's, and a draw without replacement; times
/// the sample's uniques, divided by the sampling fraction.
///
/// # Citation
///
/// Zayatz, *Estimation of the number of unique population elements using a sample*, 1991.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zayatz;

impl UniquenessEstimator for Zayatz {
    fn name(&self) -> &'static str {
        "zayatz"
    }

    fn citation(&self) -> &'static str {
        "Zayatz, Estimation of the number of unique population elements using a sample, 1991"
    }

    fn estimate(&self, sample: &Sample) -> Result<Estimate, NoEstimate> {
        let uniques = sample.of_size(1);
        if uniques == 0.0 {
            return bounded(0.0, sample);
        }
        let (drawn, all) = (sample.people(), sample.population());
        // The probability that one certain person of a class of `reached` is drawn and the others are not.
        let (mut alone, mut reached) = (drawn / all, 1u64);
        let (mut of_one, mut of_any) = (0.0, 0.0);
        for (size, classes) in sample.sizes() {
            while reached < size && alone > 0.0 {
                let taken = reached as f64;
                alone *= ((all - drawn - taken + 1.0) / (all - taken)).max(0.0);
                reached += 1;
            }
            let weight = classes * size as f64 * alone;
            of_any += weight;
            if size == 1 {
                of_one = weight;
            }
        }
        bounded(uniques * of_one / of_any / sample.fraction(), sample)
    }
}
