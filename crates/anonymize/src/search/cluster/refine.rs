//! Local search over clusters that hold: a point moves where it costs less, a cluster dissolves
//! where its points are cheaper elsewhere. Every step lowers the cost and keeps every cluster holding.

use super::{Clusters, Points, Tally};
use crate::AnonymizeError;

/// How many clusters on each side of a cluster are looked at.
const NEAR: usize = 512;

/// Passes over the clusters, fewer where one changes nothing.
const PASSES: usize = 2;

/// After so many clusters it is asked whether to stop.
const CHECKED: usize = 256;

/// Larger clusters stay as they are: the work on one grows with the square of its members.
const MOST_MEMBERS: usize = 256;

/// Gains below are rounding.
const LEAST_GAIN: f64 = 1e-9;

/// Improves clusters, which are numbered along the curve.
pub(crate) fn refine(points: &Points<'_>, clusters: &mut Clusters) -> Result<(), AnonymizeError> {
    let mut refiner = Refiner { points, clusters, tally: Tally::new(points) };
    for _ in 0..PASSES {
        let mut changes = 0;
        for cluster in 0..refiner.clusters.len() {
            if cluster % CHECKED == 0 {
                points.problem().check_cancelled()?;
                if points.problem().is_time_up() {
                    return Ok(());
                }
            }
            changes += refiner.improve(cluster);
        }
        if changes == 0 {
            break;
        }
    }
    Ok(())
}

struct Refiner<'c, 'p, 'a> {
    points: &'p Points<'a>,
    clusters: &'c mut Clusters,
    tally: Tally<'p, 'a>,
}

impl Refiner<'_, '_, '_> {
    fn improve(&mut self, cluster: usize) -> usize {
        let members = self.clusters.members(cluster).len();
        if members > MOST_MEMBERS || self.clusters.cost(cluster) <= LEAST_GAIN {
            return 0;
        }
        let moved = self.move_points(cluster);
        moved + usize::from(self.dissolve(cluster))
    }

    fn move_points(&mut self, cluster: usize) -> usize {
        let members = self.clusters.members(cluster).to_vec();
        let mut moved = 0;
        for point in members {
            let others = self.clusters.members(cluster).iter().copied().filter(|p| *p != point);
            if self.clusters.members(cluster).len() < 2 || !self.tally.hold(others) {
                continue;
            }
            let gain = self.gain_without(cluster, point);
            if gain <= LEAST_GAIN {
                continue;
            }
            if let Some((other, _)) = self.cheapest(cluster, point, gain - LEAST_GAIN) {
                self.clusters.remove(self.points, cluster, point);
                self.clusters.add(self.points, other, point);
                moved += 1;
            }
        }
        moved
    }

    /// How much less a cluster costs without a point.
    fn gain_without(&self, cluster: usize, point: u32) -> f64 {
        let mut rest = Clusters::new(self.points);
        let members = self.clusters.members(cluster);
        rest.push(self.points, members.iter().copied().filter(|p| *p != point).collect());
        self.clusters.cost(cluster) - rest.cost(0)
    }

    fn cheapest(&mut self, home: usize, point: u32, most: f64) -> Option<(usize, f64)> {
        let range = home.saturating_sub(NEAR)..(home + NEAR + 1).min(self.clusters.len());
        let (mut best, mut least) = (None, most);
        for other in range.filter(|other| *other != home) {
            if self.clusters.is_gone(other) {
                continue;
            }
            let price = self.clusters.price(self.points, other, point, least);
            if price < least && self.tally.hold_with(self.clusters.members(other), point) {
                (best, least) = (Some((other, price)), price);
            }
        }
        best
    }

    /// Gives all points of a cluster to others, where that costs less.
    fn dissolve(&mut self, cluster: usize) -> bool {
        let before = self.clusters.cost(cluster);
        let members = self.clusters.members(cluster).to_vec();
        let mut spent = 0.0;
        let mut moves: Vec<(u32, usize)> = Vec::with_capacity(members.len());
        for point in &members {
            let Some((other, price)) = self.cheapest(cluster, *point, before - spent - LEAST_GAIN)
            else {
                break;
            };
            spent += price;
            self.clusters.add(self.points, other, *point);
            moves.push((*point, other));
        }
        // Prices were asked one after the other, so that they add up.
        let done = moves.len() == members.len();
        if done {
            self.clusters.set(self.points, cluster, Vec::new());
        } else {
            for (point, other) in moves.into_iter().rev() {
                self.clusters.remove(self.points, other, point);
            }
        }
        done
    }
}
