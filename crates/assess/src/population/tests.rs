//! Estimates against populations that are known, since they are made here.

use anonymed_core::SplitMix64;

use super::*;

const PEOPLE: usize = 100_000;

/// The class of each person: by Zipf's law with an exponent over so many classes.
fn zipf(exponent: f64, classes: usize, seed: u64) -> Vec<u32> {
    let mut sums = Vec::with_capacity(classes);
    let mut sum = 0.0;
    for rank in 1..=classes {
        sum += (rank as f64).powf(-exponent);
        sums.push(sum);
    }
    let mut seeded = SplitMix64::new(seed);
    let mut draw = || seeded.unit() * sum;
    (0..PEOPLE)
        .map(|_| {
            let drawn = draw();
            sums.partition_point(|s| *s < drawn) as u32
        })
        .collect()
}

/// People of an Ewens-Pitman partition, seated one by one.
fn seated(alpha: f64, theta: f64, seed: u64) -> Vec<u32> {
    let mut seeded = SplitMix64::new(seed);
    let (mut class_of, mut classes) = (Vec::<u32>::new(), 0u32);
    let mut sizes: Vec<u32> = Vec::new();
    for person in 0..PEOPLE {
        let total = person as f64 + theta;
        let drawn = seeded.unit() * total;
        let class = if person == 0 || drawn < theta + alpha * f64::from(classes) {
            classes += 1;
            sizes.push(0);
            classes - 1
        } else {
            // Somebody's class with probability (size - alpha) / ..., by rejection.
            loop {
                let class = class_of[(seeded.unit() * person as f64) as usize];
                let size = f64::from(sizes[class as usize]);
                if seeded.unit() * size >= alpha {
                    break class;
                }
            }
        };
        sizes[class as usize] += 1;
        class_of.push(class);
    }
    class_of
}

/// Class sizes of one and a geometric number of others, until there are enough people.
fn slid(success: f64, seed: u64) -> Vec<u32> {
    let mut seeded = SplitMix64::new(seed);
    let mut class_of = Vec::new();
    let mut class = 0;
    while class_of.len() < PEOPLE {
        class_of.push(class);
        while seeded.unit() >= success {
            class_of.push(class);
        }
        class += 1;
    }
    class_of.truncate(PEOPLE);
    class_of
}

fn sizes(class_of: impl Iterator<Item = u32>) -> BTreeMap<u64, u64> {
    let mut people: BTreeMap<u32, u64> = BTreeMap::new();
    class_of.for_each(|class| *people.entry(class).or_default() += 1);
    let mut sizes = BTreeMap::new();
    people.values().for_each(|size| *sizes.entry(*size).or_default() += 1);
    sizes
}

/// The share of the people who are unique, and the sample of a share of them.
fn drawn(class_of: &[u32], fraction: f64, seed: u64) -> (f64, Sample) {
    let truth = sizes(class_of.iter().copied()).get(&1).copied().unwrap_or(0) as f64;
    let mut order: Vec<u32> = class_of.to_vec();
    let mut seeded = SplitMix64::new(seed);
    let most = (PEOPLE as f64 * fraction) as usize;
    for at in 0..most {
        let other = at + (seeded.unit() * (PEOPLE - at) as f64) as usize;
        order.swap(at, other);
    }
    let sample = Sample::new(sizes(order[..most].iter().copied()), fraction).unwrap();
    (truth / PEOPLE as f64, sample)
}

/// Every seed is fixed, so a test fails always or never; the tolerance is of the share of people.
fn near(estimator: &dyn UniquenessEstimator, class_of: &[u32], fraction: f64, tolerance: f64) {
    let (truth, sample) = drawn(class_of, fraction, 77);
    let found = estimator.estimate(&sample).map(|e| e.uniques / sample.population());
    let name = estimator.name();
    let found = found.unwrap_or_else(|e| panic!("{name} at {fraction}: {e:?}, truth {truth}"));
    assert!(
        (found - truth).abs() <= tolerance,
        "{name} at {fraction} says {found:.4}, the truth is {truth:.4}"
    );
}

#[test]
fn pitman_finds_populations_of_its_kind() {
    for (alpha, theta) in [(0.5, 10.0), (0.7, 100.0), (0.3, 1000.0)] {
        let population = seated(alpha, theta, 5);
        for (fraction, tolerance) in [(0.01, 0.03), (0.05, 0.02), (0.1, 0.01), (0.5, 0.01)] {
            near(&Pitman, &population, fraction, tolerance);
        }
    }
}

#[test]
fn the_slide_negative_binomial_finds_populations_of_its_kind() {
    for success in [0.3, 0.6] {
        let population = slid(success, 6);
        for (fraction, tolerance) in [(0.1, 0.05), (0.3, 0.02), (0.6, 0.01)] {
            near(&SlideNegativeBinomial, &population, fraction, tolerance);
        }
    }
}

#[test]
fn the_rule_is_near_the_truth_for_long_tails() {
    for (exponent, classes) in [(1.1, 3_000_000), (1.3, 3_000_000), (1.6, 1_000_000)] {
        let population = zipf(exponent, classes, 9);
        for (fraction, tolerance) in [(0.01, 0.03), (0.05, 0.02), (0.1, 0.02), (0.3, 0.01)] {
            near(&Dankar, &population, fraction, tolerance);
        }
    }
}

/// A small sample cannot show that a domain ends, so its people are thought to be unique more often than
/// they are: an error on the side of care.
#[test]
fn the_rule_overstates_where_the_domain_is_exhausted() {
    let population = zipf(1.2, 30_000, 9);
    for (fraction, tolerance) in [(0.01, 0.07), (0.05, 0.03), (0.1, 0.03), (0.3, 0.01)] {
        near(&Dankar, &population, fraction, tolerance);
        let (truth, sample) = drawn(&population, fraction, 77);
        assert!(Dankar.estimate(&sample).unwrap().uniques >= truth * sample.population());
    }
}

#[test]
fn a_whole_population_is_counted() {
    let population = zipf(1.2, 30_000, 3);
    let (truth, sample) = drawn(&population, 1.0, 1);
    let found = Zayatz.estimate(&sample).unwrap();
    assert!((found.uniques / PEOPLE as f64 - truth).abs() < 1e-12);
}

#[test]
fn zayatz_by_hand() {
    // Of 8 people 4 are drawn: two uniques and a pair. A unique is drawn alone with probability 1/2, one
    // of a pair with 2 * 4/8 * 4/7.
    let sample = Sample::new(BTreeMap::from([(1, 2), (2, 1)]), 0.5).unwrap();
    let (one, pair) = (2.0 * 0.5, 2.0 * 0.5 * (4.0 / 7.0));
    let expect = 2.0 * one / (one + pair) / 0.5;
    assert!((Zayatz.estimate(&sample).unwrap().uniques - expect).abs() < 1e-12);
}

#[test]
fn the_rule_chooses_by_the_sampling_fraction() {
    let population = zipf(1.1, 30_000, 9);
    let check = |fraction, expect: &[&str]| {
        let chosen = Dankar.estimate(&drawn(&population, fraction, 1).1).unwrap().chosen.unwrap();
        assert!(expect.contains(&chosen), "{chosen} at {fraction}");
    };
    check(0.05, &["pitman"]);
    check(0.1, &["pitman"]);
    check(0.2, &["snb", "zayatz"]);
}

#[test]
fn what_cannot_be_estimated_is_said_and_nothing_is_no_number() {
    let check = |sizes: &[(u64, u64)], fraction| {
        let sample = Sample::new(sizes.iter().copied().collect(), fraction).unwrap();
        for estimator in ALL {
            if let Ok(estimate) = estimator.estimate(&sample) {
                let within = (0.0..=sample.population()).contains(&estimate.uniques);
                assert!(within, "{} of {sizes:?}: {estimate:?}", estimator.name());
            }
        }
    };
    for fraction in [1e-9, 0.01, 0.5, 1.0] {
        check(&[(1, 1)], fraction);
        check(&[(1, 10_000)], fraction);
        check(&[(1_000_000, 1)], fraction);
        check(&[(1, 1), (1_000_000, 1)], fraction);
        check(&[(5, 100)], fraction);
        check(&[(1, 3), (2, 1)], fraction);
        check(&[(1, 1), (2, 5000)], fraction);
    }
    let all_unique = Sample::new(BTreeMap::from([(1, 50)]), 0.1).unwrap();
    assert_eq!(Pitman.estimate(&all_unique), Err(NoEstimate::NothingToFit));
    assert_eq!(SlideNegativeBinomial.estimate(&all_unique), Err(NoEstimate::NothingToFit));
    let none = Sample::new(BTreeMap::from([(3, 50)]), 0.1).unwrap();
    assert!(ALL.iter().all(|e| e.estimate(&none).unwrap().uniques == 0.0));
    assert_eq!(Sample::new(BTreeMap::new(), 0.1), None);
    assert_eq!(Sample::new(BTreeMap::from([(1, 1)]), 1.5), None);
}
