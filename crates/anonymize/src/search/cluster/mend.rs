//! What clustering leaves over: points without a cluster find one, clusters that fail join others
//! until all hold.

use super::{Clusters, Points, Tally};
use crate::AnonymizeError;

/// How many clusters on each side of a cluster are looked at.
const NEAR: usize = 512;

/// Makes clusters of points that are left, one after the other along the curve, each until it holds: in one
/// pass, for searches whose time is up. The last may fail.
pub(crate) fn chain(points: &Points<'_>, clusters: &mut Clusters, left: &[u32]) {
    let mut tally = Tally::new(points);
    let mut members = Vec::new();
    for point in left {
        tally.add(*point);
        members.push(*point);
        if tally.holds() {
            clusters.push(points, std::mem::take(&mut members));
            tally.clear();
        }
    }
    if !members.is_empty() {
        clusters.push(points, members);
    }
}

/// Gives each point of the groups left over to the cluster among those near it where it costs least
/// and which still holds with it. What no cluster takes stays a group, and becomes a cluster that
/// fails. Clusters are numbered by their first points.
pub(crate) fn house(points: &Points<'_>, clusters: &mut Clusters, left_over: Vec<Vec<u32>>) {
    let firsts: Vec<u32> = (0..clusters.len()).map(|c| clusters.members(c)[0]).collect();
    let mut tally = Tally::new(points);
    let mut homeless = Vec::new();
    for mut group in left_over {
        if points.problem().is_time_up() {
            homeless.push(group);
            continue;
        }
        group.retain(|point| {
            let place = firsts.partition_point(|first| first < point);
            let range = place.saturating_sub(NEAR)..(place + NEAR).min(firsts.len());
            let home = cheapest(points, clusters, range, *point, &mut tally);
            home.inspect(|cluster| clusters.add(points, *cluster, *point)).is_none()
        });
        homeless.push(group);
    }
    for group in homeless.into_iter().filter(|group| !group.is_empty()) {
        clusters.push(points, group);
    }
}

fn cheapest(
    points: &Points<'_>,
    clusters: &Clusters,
    range: std::ops::Range<usize>,
    point: u32,
    tally: &mut Tally<'_, '_>,
) -> Option<usize> {
    let (mut best, mut least) = (None, f64::INFINITY);
    for cluster in range {
        let price = clusters.price(points, cluster, point, least);
        if price < least && tally.hold_with(clusters.members(cluster), point) {
            (best, least) = (Some(cluster), price);
        }
    }
    best
}

/// Merges each cluster that fails with the one near it that costs least, round by round, until all
/// hold or one is left, which may fail.
pub(crate) fn merge_failing(
    points: &Points<'_>,
    clusters: &mut Clusters,
) -> Result<(), AnonymizeError> {
    let mut tally = Tally::new(points);
    loop {
        points.problem().check_cancelled()?;
        clusters.tidy(points);
        let failing: Vec<usize> = (0..clusters.len())
            .filter(|cluster| !tally.hold(clusters.members(*cluster).iter().copied()))
            .collect();
        if failing.is_empty() || clusters.len() == 1 {
            return Ok(());
        }
        let mut touched = vec![false; clusters.len()];
        for cluster in failing {
            if touched[cluster] {
                continue;
            }
            if let Some(other) = nearest(points, clusters, cluster) {
                clusters.merge(points, cluster, other);
                touched[other] = true;
            }
        }
    }
}

fn nearest(points: &Points<'_>, clusters: &Clusters, cluster: usize) -> Option<usize> {
    let near = if points.problem().is_time_up() { 1 } else { NEAR };
    let range = cluster.saturating_sub(near)..(cluster + near + 1).min(clusters.len());
    let mut others =
        range.filter(|other| *other != cluster && !clusters.is_gone(*other)).peekable();
    // Were no price finite, a neighbour is still better than none: rounds of no merge have no end.
    let (mut best, mut least) = (others.peek().copied(), f64::INFINITY);
    for other in others {
        let price = clusters.merge_price(points, cluster, other, least);
        if price < least {
            (best, least) = (Some(other), price);
        }
    }
    best
}
