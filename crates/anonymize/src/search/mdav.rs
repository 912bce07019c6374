//! MDAV, maximum distance to average vector (Domingo-Ferrer & Torra, *Ordinal, continuous and
//! heterogeneous k-anonymity through microaggregation*, Data Mining and Knowledge Discovery 2005).
//!
//! Again and again the point farthest from the mean and the point farthest from that one become
//! clusters with their nearest neighbours, until the models hold. Points are combinations, weighted
//! by their rows in the mean; one that holds alone is a class of its own from the start. Where
//! people are enough and a model still fails, the nearest point that brings the cluster nearer to
//! holding is taken and not simply the nearest. What is left over at the end goes to the classes
//! where it costs least.
//!
//! The work grows with the square of the points, so a table of more than 20,000 is cut along the
//! Hilbert curve into equal parts of no more than that, each clustered on its own.

use std::ops::Range;

use super::cluster::{
    Clusters, Features, Points, Tally, chain, house, merge_failing, search_by_parts,
    square_distance,
};
use super::{Found, Search};
use crate::{AnonymizeError, Problem};

/// Most points that are clustered together.
const PART: usize = 20_000;

/// Most neighbours that are looked at for a cluster, beside twice the people it needs.
const NEIGHBOURS: usize = 256;

/// MDAV over numbers, names and hierarchies alike.
///
/// # Guarantee
///
/// Every class satisfies every model of the problem, or all is suppressed where no class can. It
/// adds none of its own.
///
/// # Citation
///
/// Domingo-Ferrer & Torra, *Ordinal, continuous and heterogeneous k-anonymity through
/// microaggregation*, Data Mining and Knowledge Discovery 2005.
///
/// # Cost
///
/// O(c²·f/k) for c combinations of f features, up to 20,000 combinations; linear in c beyond.
///
/// # Utility
///
/// Classes of nearly equal size around their means: made for numbers, whose means and variances it
/// keeps best. Of columns of names k-member keeps more.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mdav;

impl Search for Mdav {
    fn name(&self) -> &'static str {
        "mdav"
    }

    fn citation(&self) -> &'static str {
        "Domingo-Ferrer & Torra, Ordinal, continuous and heterogeneous k-anonymity through \
         microaggregation, DMKD 2005"
    }

    fn search(&self, problem: &Problem<'_>) -> Result<Found, AnonymizeError> {
        search_by_parts(problem, PART, |points, part| Averager::new(points, part).cluster())
    }
}

/// Clusters the points of one part.
struct Averager<'p, 'a> {
    points: &'p Points<'a>,
    clusters: Clusters,
    features: Features,
    /// All points that do not hold alone, in the order of the features.
    list: Vec<u32>,
    /// Places of the list that are free, ascending.
    free: Vec<usize>,
    /// The free points' sum, each with its rows.
    sum: Vec<f64>,
    rows: u64,
    tally: Tally<'p, 'a>,
    /// Squares of the distances of the free points from the last centre, and the points' places.
    distances: Vec<(f32, usize)>,
}

impl<'p, 'a> Averager<'p, 'a> {
    fn new(points: &'p Points<'a>, part: Range<u32>) -> Self {
        let mut clusters = Clusters::new(points);
        let list = points.alone(part, &mut clusters);
        let features = Features::of(points, &list);
        let mut this = Self {
            points,
            clusters,
            free: (0..list.len()).collect(),
            sum: vec![0.0; features.width()],
            rows: 0,
            tally: Tally::new(points),
            distances: Vec::new(),
            features,
            list,
        };
        (0..this.list.len()).for_each(|place| this.weigh(place, 1.0));
        this
    }

    /// Adds a point to the sum, or takes it out again.
    fn weigh(&mut self, place: usize, sign: f64) {
        let rows = self.points.rows(self.list[place]);
        for (sum, feature) in self.sum.iter_mut().zip(self.features.at(place)) {
            *sum += sign * rows as f64 * f64::from(*feature);
        }
        self.rows = if sign > 0.0 { self.rows + rows } else { self.rows - rows };
    }

    fn cluster(mut self) -> Result<Clusters, AnonymizeError> {
        let mut left_over: Vec<u32> = Vec::new();
        while !self.free.is_empty() {
            self.points.problem().check_cancelled()?;
            if self.points.problem().is_time_up() {
                let left: Vec<u32> = self.free.iter().map(|place| self.list[*place]).collect();
                chain(self.points, &mut self.clusters, &left);
                break;
            }
            let mean: Vec<f32> =
                self.sum.iter().map(|sum| (sum / self.rows.max(1) as f64) as f32).collect();
            self.measure(&mean);
            let first = self.farthest();
            self.measure_from(first);
            let second = self.farthest();
            left_over.extend(self.gather(first));
            // The first cluster may have taken the second's centre.
            if self.free.binary_search(&second).is_ok() {
                self.measure_from(second);
                left_over.extend(self.gather(second));
            }
        }
        let Self { points, mut clusters, .. } = self;
        clusters.tidy(points);
        house(points, &mut clusters, left_over.into_iter().map(|point| vec![point]).collect());
        merge_failing(points, &mut clusters)?;
        Ok(clusters)
    }

    fn measure_from(&mut self, place: usize) {
        let centre = self.features.at(place).to_vec();
        self.measure(&centre);
    }

    fn measure(&mut self, centre: &[f32]) {
        let features = &self.features;
        let distance = |place: &usize| (square_distance(features.at(*place), centre), *place);
        self.distances.clear();
        self.distances.extend(self.free.iter().map(distance));
    }

    /// The first of the points farthest from the last centre.
    fn farthest(&self) -> usize {
        // Some point is taken whatever the distances are, so that there is an end.
        let (mut most, mut farthest) = self.distances.first().copied().unwrap_or_default();
        for (distance, place) in &self.distances {
            if *distance > most {
                (most, farthest) = (*distance, *place);
            }
        }
        farthest
    }

    /// Makes a cluster of a centre and the points nearest to it. Where they do not suffice, the centre
    /// alone is taken, and returned.
    fn gather(&mut self, centre: usize) -> Option<u32> {
        self.sort_nearest();
        self.tally.clear();
        let mut members = Vec::new();
        for (_, place) in &self.distances {
            let point = self.list[*place];
            if !self.tally.has_people() || self.tally.is_led_by(point) {
                self.tally.add(point);
                members.push(*place);
            }
            if self.tally.holds() {
                break;
            }
        }
        if !self.tally.holds() {
            self.take(&[centre]);
            return Some(self.list[centre]);
        }
        members.sort_unstable();
        self.take(&members);
        let members = members.into_iter().map(|place| self.list[place]).collect();
        self.clusters.push(self.points, members);
        None
    }

    /// Leaves the nearest points in `distances`, sorted.
    fn sort_nearest(&mut self) {
        let people = usize::try_from(self.points.problem().least_subjects()).unwrap_or(usize::MAX);
        let wanted = people.saturating_mul(2).saturating_add(NEIGHBOURS);
        let nearer = |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if wanted < self.distances.len() {
            self.distances.select_nth_unstable_by(wanted, nearer);
            self.distances.truncate(wanted);
        }
        self.distances.sort_unstable_by(nearer);
    }

    /// Takes points out of the free ones, by their places, ascending.
    fn take(&mut self, places: &[usize]) {
        self.free.retain(|place| places.binary_search(place).is_err());
        places.iter().for_each(|place| self.weigh(*place, -1.0));
    }
}
