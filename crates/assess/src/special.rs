//! The logarithm of the gamma function and its first two derivatives, for positive arguments, by Stirling's
//! series above 10 and the recurrence below (Abramowitz & Stegun 1964, 6.1.41, 6.3.18, 6.4.12), and the incomplete
//! gamma function by its series and continued fraction (6.5.29, 6.5.31). Relative errors are below 10^-12, of the
//! incomplete one below 10^-10.

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

/// The share of the gamma distribution of this shape and scale 1 that lies below x, and that above it.
pub(crate) fn gamma_shares(shape: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let front = (shape * x.ln() - x - ln_gamma(shape)).exp();
    if x < shape + 1.0 {
        let (mut term, mut sum, mut at) = (1.0 / shape, 1.0 / shape, shape);
        while term > sum * f64::EPSILON {
            at += 1.0;
            term *= x / at;
            sum += term;
        }
        let below = (front * sum).min(1.0);
        return (below, 1.0 - below);
    }
    // Lentz's way through the continued fraction.
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in (1u32..).map(f64::from).take(100_000) {
        let a = n * (shape - n);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    let above = (front * fraction).min(1.0);
    (1.0 - above, above)
}

/// Below which x the share lies, by halving.
pub(crate) fn gamma_quantile(shape: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, shape + 1.0);
    while gamma_shares(shape, high).0 < share {
        high *= 2.0;
    }
    // As many halvings as a number of 64 bits has.
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if gamma_shares(shape, middle).0 < share { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// How likely a chi-square of so many degrees of freedom is as high.
pub(crate) fn chi_square_tail(chi_square: f64, degrees: f64) -> f64 {
    gamma_shares(0.5 * degrees, 0.5 * chi_square).1
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

    #[test]
    fn known_shares() {
        let check = |got: f64, want: f64| {
            assert!((got - want).abs() < 1e-9 * want.abs(), "{got} is not {want}");
        };
        // Of shape 1 the tail is exp(-x); of 3 it is exp(-x) (1 + x + x² / 2).
        check(gamma_shares(1.0, 0.5).1, (-0.5f64).exp());
        check(gamma_shares(1.0, 20.0).1, (-20.0f64).exp());
        check(gamma_shares(3.0, 2.0).0, 1.0 - 5.0 * (-2.0f64).exp());
        check(gamma_shares(3.0, 8.0).1, 41.0 * (-8.0f64).exp());
        check(gamma_shares(1000.0, 1000.0).1, 0.495_794_755_979_365);
        // Tables of chi-square: 3.841 at 5 %, 6.635 at 1 %; 5.991 of two degrees at 5 %.
        check(chi_square_tail(3.841_458_820_694_124, 1.0), 0.05);
        check(chi_square_tail(6.634_896_601_021_213, 1.0), 0.01);
        check(chi_square_tail(5.991_464_547_107_979, 2.0), 0.05);
        check(gamma_quantile(1.0, 0.975), 40f64.ln());
        check(gamma_shares(57.3, gamma_quantile(57.3, 0.025)).0, 0.025);
    }
}
