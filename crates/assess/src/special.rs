//! The logarithm of the gamma function and its first two derivatives, for positive arguments, by Stirling's
//! series above 10 and the recurrence below (Abramowitz & Stegun 1964, 6.1.41, 6.3.18, 6.4.12). Relative
//! errors are below 10^-12.

/// From here on the series is good to the last digits.
const SERIES_FROM: f64 = 10.0;

/// ln gamma(x).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < SERIES_FROM {
        shift += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0
            - square
                * (1.0 / 360.0
                    - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))));
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - shift
}

/// The derivative of [`ln_gamma`].
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < SERIES_FROM {
        shift += 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = square
        * (1.0 / 12.0
            - square
                * (1.0 / 120.0 - square * (1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0))));
    x.ln() - 0.5 / x - series - shift
}

/// The derivative of [`digamma`].
pub(crate) fn trigamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < SERIES_FROM {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse
        * square
        * (1.0 / 6.0
            - square
                * (1.0 / 30.0
                    - square * (1.0 / 42.0 - square * (1.0 / 30.0 - square * 5.0 / 66.0))));
    inverse + 0.5 * square + series + shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let check = |got: f64, want: f64| {
            assert!((got - want).abs() < 1e-11 * want.abs().max(1.0), "{got} is not {want}");
        };
        check(ln_gamma(1.0), 0.0);
        check(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln());
        check(ln_gamma(11.0), 3_628_800f64.ln());
        check(ln_gamma(101.0), 363.739_375_555_563_5);
        check(digamma(1.0), -0.577_215_664_901_532_9);
        check(digamma(0.25), -4.227_453_533_376_265);
        check(digamma(50.0) - digamma(49.0), 1.0 / 49.0);
        check(trigamma(1.0), std::f64::consts::PI.powi(2) / 6.0);
        check(trigamma(0.5), std::f64::consts::PI.powi(2) / 2.0);
    }
}
