//! What the clustering searches share: combinations as points along a curve, clusters of them with
//! their regions, the models' word on a cluster, and the mending of clusters that fail.

use std::ops::Range;

use rayon::prelude::*;

use crate::axis::Axis;
use crate::models::Monotonicity;
use crate::recoding::{ClassMembers, Recoding, SUPPRESSED};
use crate::search::Found;
use crate::{AnonymizeError, Counting, FrequencyTable, Problem};

mod clusters;
mod features;
mod mend;
mod order;
mod refine;
mod region;
mod tally;

pub(super) use clusters::Clusters;
pub(super) use features::{Features, square_distance, weighted_square_distance};
pub(super) use mend::{chain, house, merge_failing};
pub(super) use refine::refine;
pub(super) use region::{Space, Span};
use tally::BeyondPeople;
pub(super) use tally::{LEAST_STEP, Tally};

/// Classes that are improved together.
const CLASSES: usize = 4096;

/// The combinations of a table, numbered along the Hilbert curve.
pub(super) struct Points<'a> {
    problem: &'a Problem<'a>,
    space: Space<'a>,
    combinations: Vec<u32>,
    /// Row by row, in the order of the space's columns.
    ranks: Vec<u32>,
    rows: Vec<u64>,
    /// The rows a cluster needs, where their number decides alone.
    rows_needed: Option<u64>,
    beyond_people: BeyondPeople,
    /// No cluster can hold, so that nothing is left but to suppress all.
    hopeless: bool,
    /// A cluster that holds does so with whatever is added.
    grows: bool,
}

impl<'a> Points<'a> {
    pub(super) fn new(problem: &'a Problem<'a>, axes: &'a [Axis]) -> Self {
        let table = problem.table();
        let mut combinations = order::hilbert(table, axes);
        // What only the population has is in no class: of the population a class then counts those who have
        // its rows' own values, who are not all that its labels fit.
        combinations.retain(|combination| table.rows(*combination) > 0);
        let columns = by_cost(table, axes, &combinations);
        let mut ranks = Vec::with_capacity(combinations.len() * columns.len());
        for combination in &combinations {
            let rank = |column: &usize| axes[*column].rank(table.code(*combination, *column));
            ranks.extend(columns.iter().map(rank));
        }
        let mut whole = problem.accumulator();
        combinations.iter().for_each(|combination| whole.add(table, *combination));
        Self {
            problem,
            beyond_people: BeyondPeople::new(problem, &whole),
            hopeless: combinations.is_empty() || problem.fails_in_every_part(&whole),
            grows: problem.monotonicity() == Monotonicity::Classes,
            space: Space::new(columns.iter().map(|column| &axes[*column]).collect()),
            rows: combinations.iter().map(|combination| table.rows(*combination)).collect(),
            rows_needed: problem.by_people_alone().filter(|_| table.counting() == Counting::Rows),
            combinations,
            ranks,
        }
    }

    pub(super) fn problem(&self) -> &'a Problem<'a> {
        self.problem
    }

    pub(super) fn space(&self) -> &Space<'a> {
        &self.space
    }

    pub(super) fn rows(&self, point: u32) -> u64 {
        self.rows[point as usize]
    }

    /// A point's rank in each of the space's columns.
    #[inline]
    pub(super) fn ranks(&self, point: u32) -> &[u32] {
        let columns = self.space.columns();
        &self.ranks[point as usize * columns..][..columns]
    }

    /// A point as a region.
    #[inline]
    pub(super) fn spans(&self, point: u32) -> impl Iterator<Item = Span> {
        self.ranks(point).iter().map(|rank| Span::of(*rank))
    }

    /// Splits points into clusters of one point that hold alone, and the others.
    pub(super) fn alone(&self, part: Range<u32>, clusters: &mut Clusters) -> Vec<u32> {
        let mut tally = Tally::new(self);
        let (alone, others): (Vec<u32>, Vec<u32>) =
            part.partition(|point| tally.hold(std::iter::once(*point)));
        for point in alone {
            clusters.push(self, vec![point]);
        }
        others
    }

    /// The points in parts of at most so many, one after the other on the curve.
    fn parts(&self, most: usize) -> Vec<Range<u32>> {
        let parts = self.combinations.len().div_ceil(most).max(1);
        let end = |part: usize| (self.combinations.len() * part / parts) as u32;
        (0..parts).map(|part| end(part)..end(part + 1)).collect()
    }

    /// Every cluster a class; points of none are suppressed.
    fn publish(&self, axes: &[Axis], clusters: &Clusters) -> Recoding {
        let table = self.problem.table();
        let mut class_of = vec![SUPPRESSED; table.combinations()];
        let mut classes = 0;
        for members in clusters.iter() {
            for point in members {
                class_of[self.combinations[*point as usize] as usize] = classes;
            }
            classes += 1;
        }
        let members = ClassMembers::by_class(&class_of, classes);
        Recoding::of_members(table, axes, class_of, &members)
    }
}

/// Clusters parts of at most so many points side by side, and merges over all parts what failed in
/// its own. The parts follow from the table alone, and so does what is found.
pub(super) fn search_by_parts(
    problem: &Problem<'_>,
    most: usize,
    cluster: impl Fn(&Points<'_>, Range<u32>) -> Result<Clusters, AnonymizeError> + Sync,
) -> Result<Found, AnonymizeError> {
    problem.check_cancelled()?;
    let axes = Axis::all(problem.table());
    let points = Points::new(problem, &axes);
    let mut clusters = Clusters::new(&points);
    if !points.hopeless {
        let parts: Vec<Clusters> = points
            .parts(most)
            .into_par_iter()
            .map(|part| cluster(&points, part))
            .collect::<Result<_, _>>()?;
        parts.into_iter().for_each(|part| clusters.append(part));
    }
    finish(&points, &axes, clusters)
}

/// Improves a recoding's classes by local search, thousands of classes side by side.
pub(super) fn improve(problem: &Problem<'_>, recoding: &Recoding) -> Result<Found, AnonymizeError> {
    let axes = Axis::all(problem.table());
    let points = Points::new(problem, &axes);
    let mut members = vec![Vec::new(); recoding.classes() as usize];
    for (point, combination) in (0..).zip(&points.combinations) {
        if let Some(class) = recoding.class_of(*combination) {
            members[class as usize].push(point);
        }
    }
    members.sort_unstable_by_key(|members: &Vec<u32>| members.first().copied());
    let parts: Vec<Clusters> = members
        .par_chunks(CLASSES)
        .map(|part| {
            let mut clusters = Clusters::new(&points);
            part.iter().for_each(|members| {
                clusters.push(&points, members.clone());
            });
            refine(&points, &mut clusters).map(|()| clusters)
        })
        .collect::<Result<_, _>>()?;
    let mut clusters = Clusters::new(&points);
    parts.into_iter().for_each(|part| clusters.append(part));
    finish(&points, &axes, clusters)
}

/// Merges what fails, and publishes.
fn finish(
    points: &Points<'_>,
    axes: &[Axis],
    mut clusters: Clusters,
) -> Result<Found, AnonymizeError> {
    merge_failing(points, &mut clusters)?;
    drop_failing(points, &mut clusters);
    Ok(Found { recoding: points.publish(axes, &clusters), levels: None, proof: None })
}

/// Drops a last cluster that merging could not make hold.
fn drop_failing(points: &Points<'_>, clusters: &mut Clusters) {
    let mut tally = Tally::new(points);
    if clusters.len() == 1 && !tally.hold(clusters.members(0).iter().copied()) {
        clusters.pop();
    }
}

/// The columns, those first in which neighbours differ at most cost: most candidates are then
/// refused by their first columns.
fn by_cost(table: &FrequencyTable, axes: &[Axis], combinations: &[u32]) -> Vec<usize> {
    let cost = |axis: &Axis, column: usize| -> f64 {
        let pairs = combinations.windows(2).step_by(combinations.len() / 4096 + 1);
        pairs
            .map(|pair| {
                let (a, b) = (table.code(pair[0], column), table.code(pair[1], column));
                let (a, b) = (axis.rank(a), axis.rank(b));
                axis.weight() * axis.ncp(a.min(b), a.max(b), 2)
            })
            .sum()
    };
    let costs: Vec<f64> =
        axes.iter().enumerate().map(|(column, axis)| cost(axis, column)).collect();
    let mut columns: Vec<usize> = (0..axes.len()).collect();
    columns.sort_by(|a, b| costs[*b].total_cmp(&costs[*a]).then(a.cmp(b)));
    columns
}
