//! Incidence of an event in a cohort, and survival without it.
//!
//! Rates with exact Poisson intervals (Garwood, *Fiducial limits for the Poisson distribution*, Biometrika 28,
//! 1936). Survival by the product limit (Kaplan & Meier, *Nonparametric estimation from incomplete observations*,
//! JASA 53, 1958), its variance by Greenwood (1926) and intervals on the scale of log(-log S) (Kalbfleisch &
//! Prentice 1980). Two cohorts by the log-rank test (Mantel 1966). Where a released row is in the cohort with a
//! share, it counts with that share; figures are then estimates.

use serde::{Deserialize, Serialize};

use crate::special::{chi_square_tail, gamma_quantile};

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Shares at risk below this are rounding.
const NOTHING: f64 = 1e-9;

/// How long somebody was watched, whether the event came, and how much of the row is in the cohort.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FollowUp {
    pub(super) time: f64,
    pub(super) event: bool,
    pub(super) weight: f64,
}

/// Events by time that was watched.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Incidence {
    /// Events.
    pub events: f64,
    /// Time watched, all together.
    pub time: f64,
    /// Events per 1,000 units of time.
    pub per_thousand: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
}

impl Incidence {
    /// None where nobody was watched.
    pub(super) fn of(watched: &[FollowUp]) -> Option<Self> {
        let time: f64 = watched.iter().map(|one| one.weight * one.time).sum();
        let events: f64 = watched.iter().filter(|one| one.event).map(|one| one.weight).sum();
        let rate = |events: f64| 1_000.0 * events / time;
        let low = if events > 0.0 { gamma_quantile(events, 0.025) } else { 0.0 };
        let high = gamma_quantile(events + 1.0, 0.975);
        (time > 0.0).then(|| Self {
            events,
            time,
            per_thousand: rate(events),
            interval: (rate(low), rate(high)),
        })
    }
}

/// A time at which events came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The time.
    pub time: f64,
    /// Watched until then.
    pub at_risk: f64,
    /// Share without the event after it.
    pub survival: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
}

/// Survival without the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survival {
    /// Times at which enough events have come since the step before, as long as enough are at risk.
    pub steps: Vec<Step>,
    /// Whether later steps are not shown because fewer are at risk or have the event.
    pub cut: bool,
    /// The first time after which half or fewer are without the event, where it is shown.
    pub median: Option<f64>,
}

/// Who is at risk and who has the event at each time at which somebody has it.
fn times(watched: &[FollowUp]) -> Vec<(f64, f64, f64)> {
    let mut sorted = watched.to_vec();
    sorted.sort_by(|a, b| a.time.total_cmp(&b.time));
    let mut at_risk: f64 = sorted.iter().map(|one| one.weight).sum();
    let mut times = Vec::new();
    for at in sorted.chunk_by(|a, b| a.time == b.time) {
        let events: f64 = at.iter().filter(|one| one.event).map(|one| one.weight).sum();
        if events > 0.0 {
            times.push((at[0].time, at_risk, events));
        }
        at_risk -= at.iter().map(|one| one.weight).sum::<f64>();
    }
    times
}

impl Survival {
    /// The curve as long as `least` are at risk, in steps of as many events: survival and those at risk tell
    /// how many had the event.
    pub(super) fn of(watched: &[FollowUp], least: u64) -> Self {
        let (mut survival, mut variance, mut hidden) = (1.0f64, 0.0, 0.0);
        let mut found = Self { steps: Vec::new(), cut: false, median: None };
        for (time, at_risk, events) in times(watched) {
            if at_risk + NOTHING < least as f64 {
                found.cut = true;
                break;
            }
            let left = (at_risk - events).max(0.0);
            let all_gone = left < NOTHING;
            survival *= if all_gone { 0.0 } else { left / at_risk };
            variance += if all_gone { 0.0 } else { events / (at_risk * left) };
            hidden += events;
            found.cut = hidden + NOTHING < least as f64;
            if found.cut {
                continue;
            }
            hidden = 0.0;
            let standard_error = survival * variance.sqrt();
            found.steps.push(Step {
                time,
                at_risk,
                survival,
                standard_error,
                interval: log_log(survival, variance),
            });
            // Products miss a half by rounding.
            if found.median.is_none() && survival <= 0.5 + NOTHING {
                found.median = Some(time);
            }
        }
        found
    }
}

/// The interval of a share by its Greenwood sum; none of a share of 0 or 1 but itself.
fn log_log(survival: f64, greenwood: f64) -> (f64, f64) {
    if survival <= 0.0 || survival >= 1.0 {
        return (survival, survival);
    }
    let width = Z * greenwood.sqrt() / survival.ln().abs();
    (survival.powf(width.exp()), survival.powf((-width).exp()))
}

/// Whether two cohorts have the event alike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// Events of the first cohort; none where either cohort's are too few to be told.
    pub events: Option<f64>,
    /// Events that it would have if both were alike; none as above.
    pub expected: Option<f64>,
    /// The statistic, of one degree of freedom.
    pub chi_square: f64,
    /// How likely one so high is if both are alike.
    pub p: f64,
}

impl LogRank {
    /// None where no time tells the cohorts apart.
    pub(super) fn of(first: &[FollowUp], second: &[FollowUp]) -> Option<Self> {
        let both: Vec<FollowUp> = first.iter().chain(second).copied().collect();
        let mut own = first.to_vec();
        own.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut from = 0;
        let mut own_at_risk: f64 = own.iter().map(|one| one.weight).sum();
        let (mut events, mut expected, mut variance) = (0.0, 0.0, 0.0);
        for (time, at_risk, all_events) in times(&both) {
            while from < own.len() && own[from].time < time {
                own_at_risk -= own[from].weight;
                from += 1;
            }
            let now = own[from..].iter().take_while(|one| one.time == time);
            events += now.filter(|one| one.event).map(|one| one.weight).sum::<f64>();
            let share = (own_at_risk / at_risk).clamp(0.0, 1.0);
            expected += all_events * share;
            if at_risk > 1.0 {
                let finite = ((at_risk - all_events) / (at_risk - 1.0)).max(0.0);
                variance += all_events * share * (1.0 - share) * finite;
            }
        }
        let chi_square = (events - expected).powi(2) / variance;
        (variance > NOTHING).then(|| Self {
            events: Some(events),
            expected: Some(expected),
            chi_square,
            p: chi_square_tail(chi_square, 1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(times: &[(f64, bool)]) -> Vec<FollowUp> {
        times
            .iter()
            .map(|(time, event)| FollowUp { time: *time, event: *event, weight: 1.0 })
            .collect()
    }

    /// Weeks in remission of 42 children with leukaemia, 21 with 6-mercaptopurine and 21 with placebo; Freireich
    /// et al., *The effect of 6-mercaptopurine on the duration of steroid-induced remissions in acute leukemia*,
    /// Blood 21, 1963, as in Gehan, Biometrika 52, 1965.
    fn freireich() -> (Vec<FollowUp>, Vec<FollowUp>) {
        let relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|weeks| (f64::from(weeks), true));
        let censored =
            [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|w| (f64::from(w), false));
        let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
        let placebo = placebo.map(|weeks| (f64::from(weeks), true));
        (watched(&[&relapsed[..], &censored[..]].concat()), watched(&placebo))
    }

    #[test]
    fn remissions_are_those_of_the_textbooks() {
        let (treated, placebo) = freireich();
        // As in Kleinbaum & Klein, *Survival Analysis*, 3rd edition, chapter 2.
        let curve = Survival::of(&treated, 1);
        let expect = [
            (6.0, 21.0, 0.8571),
            (7.0, 17.0, 0.8067),
            (10.0, 15.0, 0.7529),
            (13.0, 12.0, 0.6902),
            (16.0, 11.0, 0.6275),
            (22.0, 7.0, 0.5378),
            (23.0, 6.0, 0.4482),
        ];
        assert_eq!(curve.steps.len(), expect.len());
        for (step, (time, at_risk, survival)) in curve.steps.iter().zip(expect) {
            assert_eq!((step.time, step.at_risk), (time, at_risk));
            assert!((step.survival - survival).abs() < 5e-5, "{step:?}");
        }
        let first = curve.steps[0];
        assert!((first.standard_error - 0.0764).abs() < 5e-5, "{first:?}");
        // As Stata's `sts list` and R's `conf.type = "log-log"` give them.
        assert!((first.interval.0 - 0.6197).abs() < 5e-5, "{first:?}");
        assert!((first.interval.1 - 0.9516).abs() < 5e-5, "{first:?}");
        assert_eq!(curve.median, Some(23.0));
        assert_eq!(Survival::of(&placebo, 1).median, Some(8.0));
        let test = LogRank::of(&treated, &placebo).unwrap();
        assert_eq!(test.events, Some(9.0));
        assert!((test.expected.unwrap() - 19.25).abs() < 0.005, "{test:?}");
        assert!((test.chi_square - 16.79).abs() < 0.005, "{test:?}");
        assert!((test.p - 4.17e-5).abs() < 5e-7, "{test:?}");
        let turned = LogRank::of(&placebo, &treated).unwrap();
        assert!((turned.chi_square - test.chi_square).abs() < 1e-9);
    }

    #[test]
    fn steps_of_few_are_not_shown() {
        let (treated, placebo) = freireich();
        let curve = Survival::of(&treated, 3);
        let shown = |curve: &Survival| -> Vec<f64> { curve.steps.iter().map(|s| s.time).collect() };
        assert_eq!(shown(&curve), [6.0, 13.0, 23.0]);
        assert!(!curve.cut && curve.median == Some(23.0));
        assert!((curve.steps[1].survival - 0.6902).abs() < 5e-5);
        // Nine had a relapse.
        let curve = Survival::of(&treated, 11);
        assert!(curve.steps.is_empty() && curve.cut && curve.median.is_none());
        let curve = Survival::of(&placebo, 5);
        assert_eq!(shown(&curve), [3.0, 8.0]);
        assert!(curve.cut);
    }

    #[test]
    fn rates_have_exact_intervals() {
        // Garwood 1936: of 10 events 4.795 to 18.390, of none 0 to 3.689.
        let check = |events: usize, low: f64, high: f64| {
            let mut all = watched(&vec![(1.0, true); events]);
            all.push(FollowUp { time: 1_000.0 - events as f64, event: false, weight: 1.0 });
            let found = Incidence::of(&all).unwrap();
            assert!((found.per_thousand - events as f64).abs() < 1e-9);
            assert!((found.interval.0 - low).abs() < 5e-4, "{found:?}");
            assert!((found.interval.1 - high).abs() < 5e-4, "{found:?}");
        };
        check(0, 0.0, 3.6889);
        check(1, 0.0253, 5.5716);
        check(10, 4.7954, 18.3904);
        check(100, 81.364, 121.627);
        assert_eq!(Incidence::of(&watched(&[(0.0, true)])), None);
        assert_eq!(Incidence::of(&[]), None);
    }

    #[test]
    fn nobody_and_all_at_once_are_no_fault() {
        assert!(Survival::of(&[], 1).steps.is_empty());
        let all = watched(&[(3.0, true), (3.0, true)]);
        let curve = Survival::of(&all, 1);
        assert_eq!((curve.steps[0].survival, curve.median), (0.0, Some(3.0)));
        assert_eq!(LogRank::of(&all, &[]), None);
        assert_eq!(LogRank::of(&[], &[]), None);
    }
}
