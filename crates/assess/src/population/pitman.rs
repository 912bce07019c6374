//! Pitman's estimator: the Ewens-Pitman sampling formula fitted by maximum likelihood.

use super::{Estimate, NoEstimate, Sample, UniquenessEstimator, bounded};
use crate::special::{digamma, ln_gamma, trigamma};

/// Takes population and sample for draws of one Ewens-Pitman partition with parameters alpha in (0, 1) and
/// theta above -alpha, fits both to the sample's class sizes by maximum likelihood (Newton-Raphson with
/// halved steps), and gives the expected uniques of a partition of the population's size.
///
/// # Citation
///
/// Hoshino, *Applying Pitman's sampling formula to microdata disclosure risk assessment*, Journal of
/// Official Statistics 17, 2001.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pitman;

/// Steps of the fit.
const STEPS: usize = 200;
/// A relative gain of likelihood below which the fit has settled.
const SETTLED: f64 = 1e-12;
/// How near to 0 and 1 alpha may come.
const EDGE: f64 = 1e-6;

impl UniquenessEstimator for Pitman {
    fn name(&self) -> &'static str {
        "pitman"
    }

    fn citation(&self) -> &'static str {
        "Hoshino, Applying Pitman's sampling formula to microdata disclosure risk assessment, Journal of \
         Official Statistics, 2001"
    }

    fn estimate(&self, sample: &Sample) -> Result<Estimate, NoEstimate> {
        if sample.of_size(1) == 0.0 {
            return bounded(0.0, sample);
        }
        if sample.classes() >= sample.people() || sample.classes() < 2.0 {
            return Err(NoEstimate::NothingToFit);
        }
        let Parameters { alpha, strength } = fit(sample)?;
        let (theta, all) = (strength - alpha, sample.population());
        let logarithm = ln_gamma(strength + all - 1.0) - ln_gamma(theta + all)
            + ln_gamma(theta + 1.0)
            - ln_gamma(strength);
        bounded(all * logarithm.exp(), sample)
    }
}

/// Alpha, and theta + alpha, which is positive.
#[derive(Debug, Clone, Copy)]
struct Parameters {
    alpha: f64,
    strength: f64,
}

/// The log-likelihood at some parameters, with its first and second derivatives by (alpha, theta).
struct Likelihood {
    value: f64,
    first: [f64; 2],
    /// By alpha twice, by both, by theta twice.
    second: [f64; 3],
}

impl Likelihood {
    fn at(sample: &Sample, Parameters { alpha, strength }: Parameters) -> Self {
        let theta = strength - alpha;
        let (people, classes) = (sample.people(), sample.classes() as u64);
        let mut of = Self { value: 0.0, first: [0.0; 2], second: [0.0; 3] };
        // Product of theta + i alpha over the classes behind the first.
        for i in 1..classes {
            let i = i as f64;
            let part = theta + i * alpha;
            let inverse = 1.0 / part;
            of.value += part.ln();
            of.first[0] += i * inverse;
            of.first[1] += inverse;
            of.second[0] -= (i * inverse).powi(2);
            of.second[1] -= i * inverse * inverse;
            of.second[2] -= inverse * inverse;
        }
        // Divided by the product of theta + i over the people behind the first.
        of.value -= ln_gamma(theta + people) - ln_gamma(theta + 1.0);
        of.first[1] -= digamma(theta + people) - digamma(theta + 1.0);
        of.second[2] -= trigamma(theta + people) - trigamma(theta + 1.0);
        // Times, over the classes, the product of i - alpha over their people behind the first.
        let rest = 1.0 - alpha;
        let (value, first, second) = (ln_gamma(rest), digamma(rest), trigamma(rest));
        for (size, times) in sample.sizes().filter(|(size, _)| *size > 1) {
            let at = size as f64 - alpha;
            of.value += times * (ln_gamma(at) - value);
            of.first[0] -= times * (digamma(at) - first);
            of.second[0] += times * (trigamma(at) - second);
        }
        of
    }
}

/// Climbs from the estimates by moments to the highest likelihood.
fn fit(sample: &Sample) -> Result<Parameters, NoEstimate> {
    let mut at = start(sample);
    let mut here = Likelihood::at(sample, at);
    for _ in 0..STEPS {
        let step = direction(&here, at);
        let Some((next, there)) = climb(sample, at, &here, step) else {
            return settled(&here, at);
        };
        let gain = there.value - here.value;
        (at, here) = (next, there);
        if gain <= SETTLED * here.value.abs() {
            return settled(&here, at);
        }
    }
    Err(NoEstimate::NotConverged)
}

/// Whether a place where nothing climbs is one, and not a wall of numbers.
fn settled(here: &Likelihood, at: Parameters) -> Result<Parameters, NoEstimate> {
    let scale = here.value.abs().max(1.0);
    let flat = |slope: f64, unit: f64| (slope * unit).abs() < 1e-5 * scale;
    let edge = at.alpha <= 2.0 * EDGE && here.first[0] <= 0.0;
    let fits = here.value.is_finite()
        && flat(here.first[1], at.strength)
        && (edge || flat(here.first[0], 1.0));
    // All classes alike drive alpha to 1, where every person is unique: no answer but a failure of the fit.
    if !fits || at.alpha >= 1.0 - 2.0 * EDGE { Err(NoEstimate::NotConverged) } else { Ok(at) }
}

/// The Newton step where the likelihood is concave there, else the slope in units of the parameters.
fn direction(here: &Likelihood, at: Parameters) -> [f64; 2] {
    let ([a, t], [aa, at_both, tt]) = (here.first, here.second);
    if at.alpha <= EDGE && a < 0.0 {
        return [0.0, if tt < 0.0 { -t / tt } else { t.signum() * at.strength }];
    }
    let determinant = aa * tt - at_both * at_both;
    if aa < 0.0 && determinant > 0.0 {
        return [(at_both * t - tt * a) / determinant, (at_both * a - aa * t) / determinant];
    }
    let unit = 0.1 / (a.abs() + (t * at.strength).abs()).max(f64::MIN_POSITIVE);
    [unit * a, unit * t * at.strength * at.strength]
}

/// Goes along a step, halved until the likelihood grows; none where it does not.
fn climb(
    sample: &Sample,
    at: Parameters,
    here: &Likelihood,
    [alpha, theta]: [f64; 2],
) -> Option<(Parameters, Likelihood)> {
    let mut length = 1.0;
    for _ in 0..50 {
        let next_alpha = (at.alpha + length * alpha).clamp(EDGE, 1.0 - EDGE);
        let next_theta = at.strength - at.alpha + length * theta;
        let strength = next_theta + next_alpha;
        if strength > 0.0 {
            let next = Parameters { alpha: next_alpha, strength };
            let there = Likelihood::at(sample, next);
            if there.value > here.value {
                return Some((next, there));
            }
        }
        length *= 0.5;
    }
    None
}

/// Where the climb starts: the share of uniques among classes is near alpha for large samples, and theta
/// then follows from the number of classes.
fn start(sample: &Sample) -> Parameters {
    let alpha = (sample.of_size(1) / sample.classes()).clamp(0.05, 0.95);
    let strength = (sample.classes() / sample.people().powf(alpha)).clamp(0.1, sample.people());
    Parameters { alpha, strength }
}
