//! Fuzzy c-means k-anonymity with learnt feature weights (Chiu & Tsai, *A k-anonymity clustering
//! method for effective data privacy preservation*, ADMA 2007).
//!
//! Combinations are vectors weighted by their rows. About as many centres as classes could be
//! formed start evenly spread along the Hilbert curve; every combination belongs to the centres near
//! it on the curve by degrees (Bezdek 1981), and each round moves the centres to their
//! members' means and gives columns that are alike within clusters more weight (the closed form of
//! Huang, Ng, Rong & Li, *Automated variable weighting in k-means type clustering*, TPAMI 2005).
//! Then each combination is given to the centre it belongs to most. Clusters that fail are merged
//! with the nearest, and clusters that hold twice what they need are split where both sides hold.
//! A combination that holds alone is a class of its own from the start.
//!
//! Nothing is drawn at random. Since each combination is compared with a fixed number of centres,
//! the cost is linear; parts of 16,384 combinations are clustered side by side.

use std::ops::Range;

use super::cluster::{
    Clusters, Features, Points, Tally, merge_failing, search_by_parts, weighted_square_distance,
};
use super::{Found, Search};
use crate::{AnonymizeError, Problem};

/// Most points that are clustered together.
const PART: usize = 1 << 14;

/// Centres a point can belong to.
const NEAR: usize = 128;

/// Most rounds.
const ROUNDS: usize = 8;

/// Ends the rounds where the memberships' loss falls by a smaller share.
const LEAST_FALL: f64 = 1e-3;

/// The power of the columns' weights in the loss.
const WEIGHT_POWER: f64 = 8.0;

/// Memberships below move no centre.
const LEAST_MEMBERSHIP: f32 = 1e-4;

/// Squares of distances below are no distance.
const TINY: f32 = 1e-9;

/// The least scatter of a column, as a share of the mean.
const LEAST_SCATTER: f64 = 1e-3;

/// Most places where a cluster is tried to be split.
const MOST_CUTS: usize = 16;

/// Fuzzy c-means with a weight for each column.
///
/// # Guarantee
///
/// Every class satisfies every model of the problem, or all is suppressed where no class can. It
/// adds none of its own.
///
/// # Citation
///
/// Chiu & Tsai, *A k-anonymity clustering method for effective data privacy preservation*, ADMA
/// 2007; Bezdek, *Pattern recognition with fuzzy objective function algorithms*, 1981.
///
/// # Cost
///
/// O(c·f) for c combinations of f features, times the rounds and the centres near a point.
///
/// # Utility
///
/// Finds the natural groups of people where there are some, and tells which columns make them;
/// k-member loses less where there are none.
#[derive(Debug, Clone, Copy, Default)]
pub struct FuzzyCMeans;

impl Search for FuzzyCMeans {
    fn name(&self) -> &'static str {
        "fuzzy"
    }

    fn citation(&self) -> &'static str {
        "Chiu & Tsai, A k-anonymity clustering method for effective data privacy preservation, \
         ADMA 2007"
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        search_by_parts(problem, PART, cluster)
    }
}

fn cluster(points: &Points<'_>, part: Range<u32>) -> Result<Clusters, AnonymizeError> {
    let mut clusters = Clusters::new(points);
    let list = points.alone(part, &mut clusters);
    let mut means = Means::new(points, &list);
    let mut before = f64::INFINITY;
    for _ in 0..ROUNDS {
        points.problem().check_cancelled()?;
        let loss = means.step();
        if points.problem().is_time_up() || before - loss < LEAST_FALL * before {
            break;
        }
        before = loss;
    }
    let mut groups = means.assign();
    merge_failing(points, &mut groups)?;
    let mut splitter = Splitter { means: &means, tally: Tally::new(points) };
    for group in groups.iter() {
        splitter.split(group, &mut clusters);
    }
    Ok(clusters)
}

/// Fuzzy centres of a list of points.
struct Means<'p, 'a> {
    points: &'p Points<'a>,
    list: &'p [u32],
    features: Features,
    /// Of each feature, its column's.
    weights: Vec<f32>,
    centres: Vec<f32>,
    count: usize,
    /// By point: the number of the centre that started nearest to it on the curve.
    home: Vec<usize>,
}

impl<'p, 'a> Means<'p, 'a> {
    fn new(points: &'p Points<'a>, list: &'p [u32]) -> Self {
        let features = Features::of(points, list);
        let rows: u64 = list.iter().map(|point| points.rows(*point)).sum();
        let most = usize::try_from(rows / points.problem().least_subjects()).unwrap_or(usize::MAX);
        let wanted = most.clamp(1, list.len().max(1));
        let (mut home, mut centres) = (Vec::with_capacity(list.len()), Vec::new());
        let (mut count, mut seen) = (0usize, 0);
        for (place, point) in list.iter().enumerate() {
            // As many rows lie between one start and the next.
            let reached = u128::from(seen) * wanted as u128 / u128::from(rows.max(1));
            if reached >= count as u128 {
                centres.extend_from_slice(features.at(place));
                count += 1;
            }
            home.push(count - 1);
            seen += points.rows(*point);
        }
        let weights = vec![1.0; features.width()];
        Self { points, list, features, weights, centres, count, home }
    }

    /// The centres a point can belong to.
    fn near(&self, place: usize) -> Range<usize> {
        let most = NEAR.min(self.count);
        let first = self.home[place].saturating_sub(most / 2).min(self.count - most);
        first..first + most
    }

    fn centre(&self, number: usize) -> &[f32] {
        &self.centres[number * self.features.width()..][..self.features.width()]
    }

    /// Moves the centres to the means of their members and weighs the columns anew; returns the loss
    /// before.
    fn step(&mut self) -> f64 {
        let width = self.features.width();
        let mut sums = vec![0.0f32; self.centres.len()];
        let mut shares = vec![0.0f32; self.count];
        let mut scatter = vec![0.0f64; width];
        let mut memberships = Vec::new();
        let mut loss = 0.0;
        for (place, point) in self.list.iter().enumerate() {
            let near = self.near(place);
            loss += self.belong(place, near.clone(), &mut memberships)
                * self.points.rows(*point) as f64;
            for (number, membership) in near.zip(&memberships) {
                if *membership < LEAST_MEMBERSHIP {
                    continue;
                }
                let share = membership * self.points.rows(*point) as f32;
                shares[number] += share;
                let sum = &mut sums[number * width..][..width];
                let (vector, centre) = (self.features.at(place), self.centre(number));
                for feature in 0..width {
                    sum[feature] += share * vector[feature];
                    let apart = vector[feature] - centre[feature];
                    scatter[feature] += f64::from(share * apart * apart);
                }
            }
        }
        for (number, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let range = number * width..(number + 1) * width;
            let means = sums[range.clone()].iter().map(|sum| sum / share);
            self.centres[range].iter_mut().zip(means).for_each(|(centre, mean)| *centre = mean);
        }
        self.weigh(&scatter);
        loss
    }

    /// Fills `memberships` with a point's degrees, to the power they have in means and loss, and
    /// returns its share of the loss.
    fn belong(&self, place: usize, near: Range<usize>, memberships: &mut Vec<f32>) -> f64 {
        let vector = self.features.at(place);
        let square = |number| weighted_square_distance(vector, self.centre(number), &self.weights);
        memberships.clear();
        memberships.extend(near.map(square));
        let least = memberships.iter().copied().fold(f32::INFINITY, f32::min).max(TINY);
        // With a fuzzifier of 4/3, degrees fall with the sixth power of the distance.
        let degree = |square: f32| (least / square.max(TINY)).powi(3);
        let all: f32 = memberships.iter().map(|square| degree(*square)).sum();
        let mut loss = 0.0;
        for membership in memberships {
            let square = *membership;
            let share = degree(square) / all;
            *membership = share * share.cbrt();
            loss += f64::from(*membership * square);
        }
        loss
    }

    /// Gives each column a weight that falls with its scatter within clusters, 1 on average.
    fn weigh(&mut self, scatter: &[f64]) {
        let columns = self.features.columns();
        let of_column: Vec<f64> =
            columns.iter().map(|column| scatter[column.clone()].iter().sum()).collect();
        // A column without scatter would take all the weight.
        let floor = of_column.iter().sum::<f64>() / columns.len().max(1) as f64 * LEAST_SCATTER;
        if floor <= 0.0 {
            return;
        }
        let raw: Vec<f64> = of_column
            .iter()
            .map(|scatter| scatter.max(floor).powf(-1.0 / (WEIGHT_POWER - 1.0)))
            .collect();
        let mean = raw.iter().sum::<f64>() / raw.len() as f64;
        for (column, weight) in columns.iter().zip(raw) {
            self.weights[column.clone()].fill((weight / mean).powf(WEIGHT_POWER) as f32);
        }
    }

    /// Gives each point to the centre it belongs to most.
    fn assign(&self) -> Clusters {
        let mut groups: Vec<Vec<u32>> = vec![Vec::new(); self.count];
        for (place, point) in self.list.iter().enumerate() {
            let vector = self.features.at(place);
            let (mut best, mut least) = (self.home[place], f32::INFINITY);
            for number in self.near(place) {
                let square = weighted_square_distance(vector, self.centre(number), &self.weights);
                if square < least {
                    (best, least) = (number, square);
                }
            }
            groups[best].push(*point);
        }
        let mut clusters = Clusters::new(self.points);
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            clusters.push(self.points, group);
        }
        clusters
    }

    fn vector(&self, point: u32) -> &[f32] {
        // A point of the list; were it none, its neighbour's vector would be as good a guess.
        let place = self.list.partition_point(|other| *other < point);
        self.features.at(place.min(self.list.len() - 1))
    }

    fn square(&self, a: u32, b: u32) -> f32 {
        weighted_square_distance(self.vector(a), self.vector(b), &self.weights)
    }
}

/// Splits clusters as long as both sides hold.
struct Splitter<'m, 'p, 'a> {
    means: &'m Means<'p, 'a>,
    tally: Tally<'p, 'a>,
}

impl Splitter<'_, '_, '_> {
    fn split(&mut self, cluster: &[u32], done: &mut Clusters) {
        let mut stack = vec![cluster.to_vec()];
        while let Some(mut members) = stack.pop() {
            let goes_on = !self.means.points.problem().is_time_up();
            let cut = goes_on.then(|| {
                self.sort_between_poles(&mut members);
                self.cut(&members)
            });
            match cut.flatten() {
                Some(at) => {
                    let rest = members.split_off(at);
                    stack.extend([rest, members]);
                }
                None => {
                    done.push(self.means.points, members);
                }
            }
        }
    }

    /// Sorts points from one of the two farthest apart to the other.
    fn sort_between_poles(&self, members: &mut [u32]) {
        let Some(start) = members.first().copied() else { return };
        let farthest = |from: u32| {
            let far = |best: (f32, u32), point: &u32| {
                let square = self.means.square(from, *point);
                if square > best.0 { (square, *point) } else { best }
            };
            members.iter().fold((-1.0, from), far).1
        };
        let west = farthest(start);
        let east = farthest(west);
        members.sort_by_cached_key(|point| {
            let lean = self.means.square(west, *point) - self.means.square(east, *point);
            // In the order of the numbers themselves.
            let bits = lean.to_bits() as i32;
            (bits ^ ((bits >> 31) as u32 >> 1) as i32, *point)
        });
    }

    /// The place nearest to the middle where both sides hold.
    fn cut(&mut self, members: &[u32]) -> Option<usize> {
        let middle = members.len() / 2;
        let places = (0..=middle).flat_map(|away| [middle - away, middle + away]);
        places.filter(|at| *at > 0 && *at < members.len()).take(MOST_CUTS).find(|at| {
            self.tally.hold(members[..*at].iter().copied())
                && self.tally.hold(members[*at..].iter().copied())
        })
    }
}
