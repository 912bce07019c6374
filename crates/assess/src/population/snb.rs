//! The slide negative binomial estimator.

use super::{Estimate, NoEstimate, Sample, UniquenessEstimator, bounded};

/// Takes the people of a class beyond the first for negative binomial with shape a and success p, and the
/// sample for a Bernoulli draw. The number of classes, a and p are those that give the population its
/// people, the sample its classes and the sample its uniques in expectation; the population's uniques are
/// then classes times p^a.
///
/// # Citation
///
/// Chen & Keller-McNulty, *Estimation of identification disclosure risk in microdata*, Journal of Official
/// Statistics 14, 1998. They take the number of classes from another estimator; here the known size of
/// the population stands for it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlideNegativeBinomial;

/// Halvings of an interval, down to the last digits.
const HALVINGS: usize = 100;
/// The logarithms of a between which it is looked for, and steps between them.
const SHAPES: (f64, f64, usize) = (-14.0, 9.0, 92);

impl UniquenessEstimator for SlideNegativeBinomial {
    fn name(&self) -> &'static str {
        "snb"
    }

    fn citation(&self) -> &'static str {
        "Chen & Keller-McNulty, Estimation of identification disclosure risk in microdata, Journal of \
         Official Statistics, 1998"
    }

    fn estimate(&self, sample: &Sample) -> Result<Estimate, NoEstimate> {
        let uniques = sample.of_size(1);
        if uniques == 0.0 {
            return bounded(0.0, sample);
        }
        if sample.classes() >= sample.people() || sample.classes() < 2.0 {
            return Err(NoEstimate::NothingToFit);
        }
        let excess = |shape: f64| Fit::with_classes(sample, shape.exp()).sample_uniques() - uniques;
        let (from, until, steps) = SHAPES;
        let at = |step: usize| from + (until - from) * step as f64 / steps as f64;
        // From the smooth side: where several shapes fit, the one of the most even classes is taken.
        let bracket = (0..steps)
            .rev()
            .map(|step| (at(step), at(step + 1)))
            .find(|(low, high)| excess(*low).signum() != excess(*high).signum())
            .ok_or(NoEstimate::OutsideModel)?;
        let shape = root(bracket, &excess);
        bounded(Fit::with_classes(sample, shape.exp()).population_uniques(), sample)
    }
}

/// One distribution of class sizes, for a population and a share of it.
struct Fit {
    classes: f64,
    shape: f64,
    success: f64,
    fraction: f64,
}

impl Fit {
    /// The distribution of a shape that gives the sample its classes.
    fn with_classes(sample: &Sample, shape: f64) -> Self {
        let of = |logit: f64| Self::new(sample, shape, 1.0 / (1.0 + (-logit).exp()));
        let excess = |logit: f64| of(logit).sample_classes() - sample.classes();
        of(root((-40.0, 40.0), &excess))
    }

    fn new(sample: &Sample, shape: f64, success: f64) -> Self {
        let mean = 1.0 + shape * (1.0 - success) / success;
        Self { classes: sample.population() / mean, shape, success, fraction: sample.fraction() }
    }

    /// Success among those of the sample: a thinned negative binomial is one again.
    fn thinned(&self) -> f64 {
        self.success / (self.success + self.fraction * (1.0 - self.success))
    }

    fn sample_classes(&self) -> f64 {
        self.classes * (1.0 - (1.0 - self.fraction) * self.thinned().powf(self.shape))
    }

    fn sample_uniques(&self) -> f64 {
        let thinned = self.thinned();
        let first = self.fraction + (1.0 - self.fraction) * self.shape * (1.0 - thinned);
        self.classes * first * thinned.powf(self.shape)
    }

    fn population_uniques(&self) -> f64 {
        self.classes * self.success.powf(self.shape)
    }
}

/// Halves an interval towards a change of sign; without one, the end where the function is nearer to it.
fn root((mut low, mut high): (f64, f64), function: &impl Fn(f64) -> f64) -> f64 {
    let at_low = function(low).signum();
    for _ in 0..HALVINGS {
        let middle = low.midpoint(high);
        if function(middle).signum() == at_low {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.midpoint(high)
}
