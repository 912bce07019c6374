//! How often an attack succeeded, and how much of that the release adds to what is known anyway.

use serde::{Deserialize, Serialize};

/// Two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A share of attempts with its Wilson interval at 95 % (Wilson, JASA 1927).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Attempts.
    pub attempts: u64,
    /// Those that succeeded.
    pub successes: u64,
    /// The middle of the interval.
    pub rate: f64,
    /// Half of its width.
    pub error: f64,
}

/// What a release adds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// (attack - control) / (1 - control), 0 where the control does better.
    pub risk: f64,
    /// Lower end at 95 %.
    pub low: f64,
    /// Upper end at 95 %.
    pub high: f64,
}

impl Rate {
    /// So many successes of so many attempts.
    pub fn of(successes: u64, attempts: u64) -> Self {
        if attempts == 0 {
            return Self { attempts, successes, rate: 0.0, error: 0.0 };
        }
        let (n, share) = (attempts as f64, successes as f64 / attempts as f64);
        let whole = 1.0 + Z * Z / n;
        let rate = (share + Z * Z / (2.0 * n)) / whole;
        let error = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / whole;
        Self { attempts, successes, rate, error }
    }

    /// Successes by attempts.
    pub fn share(&self) -> f64 {
        if self.attempts == 0 { 0.0 } else { self.successes as f64 / self.attempts as f64 }
    }
}

impl Risk {
    /// What an attack has over its control: the risk by the shares themselves, its ends by the middles of the
    /// two Wilson intervals with the errors of both carried on (Giomi et al. 2023, who take the middles for
    /// the risk too, so that of few attempts something succeeds where none did).
    pub fn over(attack: Rate, control: Rate) -> Self {
        if attack.attempts == 0 || control.rate >= 1.0 {
            return Self {
                risk: 0.0,
                low: 0.0,
                high: if attack.attempts == 0 { 1.0 } else { 0.0 },
            };
        }
        let left = 1.0 - control.rate;
        let middle = (attack.rate - control.rate) / left;
        let by_attack = attack.error / left;
        let by_control = control.error * (attack.rate - 1.0) / (left * left);
        let error = by_attack.hypot(by_control);
        let within = |risk: f64| risk.clamp(0.0, 1.0);
        let of_control = control.share();
        let risk =
            if of_control < 1.0 { (attack.share() - of_control) / (1.0 - of_control) } else { 0.0 };
        Self { risk: within(risk), low: within(middle - error), high: within(middle + error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_risks_by_hand() {
        // 15 of 50: Wilson 0.191 to 0.438 (Newcombe 1998, the form without continuity correction).
        let rate = Rate::of(15, 50);
        let ends = (rate.rate - rate.error, rate.rate + rate.error);
        assert!((ends.0 - 0.1910).abs() < 5e-4 && (ends.1 - 0.4375).abs() < 5e-4, "{ends:?}");
        let none = Rate::of(0, 100);
        assert!((none.rate - none.error).abs() < 1e-12);
        assert!(((none.rate + none.error) - 0.0370).abs() < 5e-4);

        let risk = Risk::over(Rate::of(600, 1000), Rate::of(200, 1000));
        assert!((risk.risk - 0.5).abs() < 1e-12 && risk.low < 0.5 && risk.high > 0.5);
        assert_eq!(Risk::over(Rate::of(0, 40), Rate::of(20, 1000)).risk, 0.0);
        assert_eq!(Risk::over(Rate::of(1, 10), Rate::of(9, 10)).risk, 0.0);
        assert_eq!(Risk::over(Rate::of(0, 0), Rate::of(9, 10)).high, 1.0);
    }
}
