//! Clusters of points, each with its region and what it costs.

use super::region::widen;
use super::{Points, Span};

/// Clusters, numbered; one without members is gone.
#[derive(Debug, Default, Clone)]
pub(crate) struct Clusters {
    columns: usize,
    spans: Vec<Span>,
    members: Vec<Vec<u32>>,
    rows: Vec<u64>,
    cost: Vec<f64>,
}

impl Clusters {
    pub(crate) fn new(points: &Points<'_>) -> Self {
        Self { columns: points.space().columns(), ..Self::default() }
    }

    /// Numbers in use, those of clusters that are gone included.
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// The clusters that are left.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.members.iter().map(Vec::as_slice).filter(|members| !members.is_empty())
    }

    pub(crate) fn members(&self, cluster: usize) -> &[u32] {
        &self.members[cluster]
    }

    pub(crate) fn is_gone(&self, cluster: usize) -> bool {
        self.members[cluster].is_empty()
    }

    pub(crate) fn region(&self, cluster: usize) -> &[Span] {
        &self.spans[cluster * self.columns..][..self.columns]
    }

    /// What the cluster costs: its rows, each at its region's cost.
    pub(crate) fn cost(&self, cluster: usize) -> f64 {
        self.rows[cluster] as f64 * self.cost[cluster]
    }

    /// Adds a cluster and returns its number.
    pub(crate) fn push(&mut self, points: &Points<'_>, members: Vec<u32>) -> usize {
        let cluster = self.members.len();
        self.members.push(Vec::new());
        self.rows.push(0);
        self.cost.push(0.0);
        self.spans.resize(self.spans.len() + self.columns, Span::of(0));
        self.set(points, cluster, members);
        cluster
    }

    /// Takes the last cluster away and returns its members.
    pub(crate) fn pop(&mut self) -> Vec<u32> {
        self.spans.truncate(self.members.len().saturating_sub(1) * self.columns);
        self.rows.pop();
        self.cost.pop();
        self.members.pop().unwrap_or_default()
    }

    /// Puts other members in a cluster.
    pub(crate) fn set(&mut self, points: &Points<'_>, cluster: usize, members: Vec<u32>) {
        self.members[cluster] = members;
        let members = &self.members[cluster];
        self.rows[cluster] = members.iter().map(|point| points.rows(*point)).sum();
        let region = &mut self.spans[cluster * self.columns..][..self.columns];
        if let Some((first, others)) = members.split_first() {
            region.iter_mut().zip(points.spans(*first)).for_each(|(span, first)| *span = first);
            others.iter().for_each(|point| widen(region, points.spans(*point)));
        }
        self.cost[cluster] =
            points.space().cost(&self.spans[cluster * self.columns..][..self.columns]);
    }

    /// Adds a point to a cluster.
    pub(crate) fn add(&mut self, points: &Points<'_>, cluster: usize, point: u32) {
        self.members[cluster].push(point);
        self.rows[cluster] += points.rows(point);
        let region = &mut self.spans[cluster * self.columns..][..self.columns];
        widen(region, points.spans(point));
        self.cost[cluster] = points.space().cost(region);
    }

    /// Takes a point out of a cluster.
    pub(crate) fn remove(&mut self, points: &Points<'_>, cluster: usize, point: u32) {
        let mut members = std::mem::take(&mut self.members[cluster]);
        members.retain(|member| *member != point);
        self.set(points, cluster, members);
    }

    /// How much more it costs when a point is added to a cluster, or infinity from `most` on.
    #[inline]
    pub(crate) fn price(&self, points: &Points<'_>, cluster: usize, point: u32, most: f64) -> f64 {
        let before = self.cost(cluster);
        let rows = (self.rows[cluster] + points.rows(point)) as f64;
        let region = self.region(cluster);
        let cost = points.space().joined_cost(region, points.spans(point), (most + before) / rows);
        rows * cost - before
    }

    /// How much more it costs when two clusters become one, or infinity from `most` on.
    pub(crate) fn merge_price(&self, points: &Points<'_>, a: usize, b: usize, most: f64) -> f64 {
        let before = self.cost(a) + self.cost(b);
        let rows = (self.rows[a] + self.rows[b]) as f64;
        let other = self.region(b).iter().copied();
        let cost = points.space().joined_cost(self.region(a), other, (most + before) / rows);
        rows * cost - before
    }

    /// Moves all members of a cluster to another.
    pub(crate) fn merge(&mut self, points: &Points<'_>, from: usize, into: usize) {
        let moved = std::mem::take(&mut self.members[from]);
        let mut members = std::mem::take(&mut self.members[into]);
        members.extend(moved);
        self.set(points, into, members);
        self.set(points, from, Vec::new());
    }

    /// Takes over the clusters of another part of the points.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.spans.append(&mut other.spans);
        self.members.append(&mut other.members);
        self.rows.append(&mut other.rows);
        self.cost.append(&mut other.cost);
    }

    /// Forgets the numbers of clusters that are gone and numbers the others by their first point.
    pub(crate) fn tidy(&mut self, points: &Points<'_>) {
        let mut lists: Vec<Vec<u32>> =
            std::mem::take(&mut self.members).into_iter().filter(|m| !m.is_empty()).collect();
        lists.iter_mut().for_each(|members| members.sort_unstable());
        lists.sort_unstable_by_key(|members| members[0]);
        *self = Self::new(points);
        for members in lists {
            self.push(points, members);
        }
    }
}
