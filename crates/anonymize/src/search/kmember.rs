//! Greedy k-member clustering (Byun, Kamra, Bertino & Li, *Efficient k-anonymization using
//! clustering techniques*, DASFAA 2007) with neighbours from a space-filling curve.
//!
//! A combination that holds alone is a class of its own. The others are seeds, those in the densest
//! places first; a seed takes in the free combination near it on the curve that makes a row of
//! the cluster dearest least, until every model holds. Clusters that run out of candidates give
//! their combinations to the classes where they cost least. At the end a local search moves
//! combinations and dissolves clusters as long as that lowers the loss. Where k is large, greed
//! leaves gaps that cost more than cuts do: where Mondrian's classes cost less, the local search
//! starts from them instead.
//!
//! Where a model asks for more than people, candidates that cost nearly the same are told apart by
//! how near they bring the cluster to holding: a sensitive value that is not there yet, or is rarer
//! there than in the table, so that a cluster draws its people over the sensitive values' strata
//! while it is built (after Soria-Comas, Domingo-Ferrer, Sánchez & Martínez, *t-closeness through
//! microaggregation*, TKDE 2015).

use std::ops::Range;

use rayon::prelude::*;

use super::cluster::{
    Clusters, LEAST_STEP, Points, Tally, chain, house, improve, merge_failing, refine,
    search_by_parts,
};
use super::{Found, Mondrian, Search};
use crate::metrics::{GlobalCertaintyPenalty, LossMetric};
use crate::{AnonymizeError, Problem};

/// Most points that are clustered together by one thread.
const PART: usize = 1 << 14;

/// Candidates on each side of a seed.
const WINDOW: usize = 2048;

/// Neighbours on each side by which the density at a point is told.
const DENSITY_WINDOW: usize = 512;

/// Most candidates whose sensitive values are looked at, over the points of a cluster.
const TRIALS: usize = 512;

/// Greedy k-member with weights: a column's weight multiplies its penalty, so that with weights it
/// is the weighted k-member clustering of the literature.
///
/// # Guarantee
///
/// Every class satisfies every model of the problem, or all is suppressed where no class can. It
/// adds none of its own.
///
/// # Citation
///
/// Byun, Kamra, Bertino & Li, *Efficient k-anonymization using clustering techniques*, DASFAA 2007;
/// the order of Ghinita et al., *Fast data anonymization with low information loss*, VLDB 2007.
///
/// # Cost
///
/// O(c·w·q) for c combinations of q columns and windows of w, a fixed number; parts of 16,384
/// combinations are clustered side by side.
///
/// # Utility
///
/// Classes hold hardly more people than they have to, and less is lost than by cutting: on the UCI
/// census table at k = 5 about a third less than by Mondrian, and never more. Regions of classes may overlap.
#[derive(Debug, Clone, Copy, Default)]
pub struct KMember;

impl Search for KMember {
    fn name(&self) -> &'static str {
        "kmember"
    }

    fn citation(&self) -> &'static str {
        "Byun et al., Efficient k-anonymization using clustering techniques, DASFAA 2007"
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        let grown =
            search_by_parts(problem, PART, |points, part| Grower::new(points, part).cluster())?;
        if problem.is_time_up() {
            return Ok(grown);
        }
        let cut = Mondrian.search(problem)?;
        let loss = |found: &Found| GlobalCertaintyPenalty.loss(problem.table(), &found.recoding);
        if loss(&grown) <= loss(&cut) {
            return Ok(grown);
        }
        // The local search reckons with regions that may be a little too cheap.
        let improved = improve(problem, &cut.recoding)?;
        Ok(if loss(&improved) <= loss(&cut) { improved } else { cut })
    }
}

/// Grows clusters from seeds in one part of the points.
struct Grower<'p, 'a> {
    points: &'p Points<'a>,
    clusters: Clusters,
    free: Free,
    tally: Tally<'p, 'a>,
    left_over: Vec<Vec<u32>>,
    nearest: Vec<(f64, u32)>,
}

impl<'p, 'a> Grower<'p, 'a> {
    fn new(points: &'p Points<'a>, part: Range<u32>) -> Self {
        let mut clusters = Clusters::new(points);
        let free = Free::new(points.alone(part, &mut clusters));
        let tally = Tally::new(points);
        Self { points, clusters, free, tally, left_over: Vec::new(), nearest: Vec::new() }
    }

    fn cluster(mut self) -> Result<Clusters, AnonymizeError> {
        let problem = self.points.problem();
        let seeds = match problem.is_time_up() {
            true => Vec::new(),
            false => densest_first(self.points, &self.free.points),
        };
        for (n, seed) in seeds.into_iter().enumerate() {
            if n % 64 == 0 {
                problem.check_cancelled()?;
            }
            if problem.is_time_up() {
                break;
            }
            if self.free.is_free(seed) {
                self.grow(seed);
            }
        }
        let left: Vec<u32> = self.free.iter().collect();
        let Self { points, mut clusters, left_over, .. } = self;
        chain(points, &mut clusters, &left);
        clusters.tidy(points);
        house(points, &mut clusters, left_over);
        merge_failing(points, &mut clusters)?;
        refine(points, &mut clusters)?;
        Ok(clusters)
    }

    fn grow(&mut self, seed: u32) {
        let cluster = self.clusters.push(self.points, vec![seed]);
        self.free.take(seed);
        self.tally.clear();
        self.tally.add(seed);
        while !self.tally.holds() {
            let Some(point) = self.candidate(cluster, seed) else {
                self.left_over.push(self.clusters.pop());
                return;
            };
            self.free.take(point);
            self.tally.add(point);
            self.clusters.add(self.points, cluster, point);
        }
    }

    /// The free point near the seed that a cluster takes in next; none where none is left or none
    /// brings it nearer to holding.
    fn candidate(&mut self, cluster: usize, seed: u32) -> Option<u32> {
        let Some(before) = self.tally.shortfall().filter(|shortfall| *shortfall > 0.0) else {
            self.find_nearest(cluster, seed, 1);
            return self.nearest.first().map(|(_, point)| *point);
        };
        let trials = TRIALS / self.clusters.members(cluster).len();
        self.find_nearest(cluster, seed, trials.clamp(8, 64));
        let only_progress = self.tally.has_people();
        let mut best: Option<(f64, u32)> = None;
        for (cost, point) in &self.nearest {
            let Some(after) = self.tally.shortfall_with(*point) else { continue };
            let score = match only_progress {
                // More of the same helps no one: it is the price of a step ahead that counts.
                true if before - after > LEAST_STEP => cost / (before - after),
                true => continue,
                false => cost * (1.0 + after),
            };
            if best.is_none_or(|(least, _)| score < least) {
                best = Some((score, *point));
            }
        }
        best.map(|(_, point)| point)
    }

    /// Fills `nearest` with the free points with which a row of the cluster costs least, and what it
    /// costs: at most so many, the nearest first.
    fn find_nearest(&mut self, cluster: usize, seed: u32, most: usize) {
        self.nearest.clear();
        let mut limit = f64::INFINITY;
        let region = self.clusters.region(cluster);
        for point in self.free.around(seed, WINDOW) {
            let cost = self.points.space().joined_cost(region, self.points.spans(point), limit);
            if cost < limit {
                let place = self.nearest.partition_point(|(other, _)| *other <= cost);
                self.nearest.insert(place, (cost, point));
                self.nearest.truncate(most);
                if self.nearest.len() == most {
                    limit = self.nearest[most - 1].0;
                }
            }
        }
    }
}

/// Points by the cost of the region they span with their nearest neighbour. Seeds in dense places
/// make cheap clusters; where they came late, others would have taken their neighbours.
fn densest_first(points: &Points<'_>, free: &[u32]) -> Vec<u32> {
    let nearest = |place: usize| {
        let region: Vec<_> = points.spans(free[place]).collect();
        let window = place.saturating_sub(DENSITY_WINDOW)..(place + DENSITY_WINDOW).min(free.len());
        window.filter(|other| *other != place).fold(f64::INFINITY, |least, other| {
            let cost = points.space().joined_cost(&region, points.spans(free[other]), least);
            least.min(cost)
        })
    };
    let mut seeds: Vec<(f64, u32)> =
        (0..free.len()).into_par_iter().map(|place| (nearest(place), free[place])).collect();
    seeds.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    seeds.into_iter().map(|(_, point)| point).collect()
}

/// The points no cluster has taken, in their order.
struct Free {
    points: Vec<u32>,
    first: u32,
    taken: Vec<bool>,
    /// Points of the list that are taken.
    stale: usize,
}

impl Free {
    fn new(points: Vec<u32>) -> Self {
        let first = points.first().copied().unwrap_or(0);
        let places = points.last().map_or(0, |last| (last - first) as usize + 1);
        Self { points, first, taken: vec![false; places], stale: 0 }
    }

    /// Those that are free, in their order.
    fn iter(&self) -> impl Iterator<Item = u32> {
        self.points.iter().copied().filter(|point| self.is_free(*point))
    }

    fn is_free(&self, point: u32) -> bool {
        !self.taken[(point - self.first) as usize]
    }

    fn take(&mut self, point: u32) {
        self.taken[(point - self.first) as usize] = true;
        self.stale += 1;
        // Few stale entries are passed over faster than they are removed.
        if self.stale * 4 > self.points.len() {
            let (taken, first) = (&self.taken, self.first);
            self.points.retain(|point| !taken[(point - first) as usize]);
            self.stale = 0;
        }
    }

    /// Free points on both sides of a point, those next to it first.
    fn around(&self, point: u32, window: usize) -> impl Iterator<Item = u32> {
        let (before, after) = self.points.split_at(self.points.partition_point(|p| *p < point));
        let mut before = before.iter().rev().take(window);
        let mut after = after.iter().take(window);
        let sides = (0..window.min(self.points.len()))
            .flat_map(move |_| [before.next().copied(), after.next().copied()]);
        sides.flatten().filter(|point| self.is_free(*point))
    }
}
