//! Points as vectors, whose distance is near to what their columns' regions would cost: for the
//! searches that reckon with means.
//!
//! A number or date is one feature, its place in its domain. A name is a corner of a simplex, and a
//! leaf of a hierarchy the sum of the corners of its nodes, each level's as far apart as its nodes
//! are wide. Where a level has more nodes than features, its corners are signs drawn by a hash of
//! the node, which are nearly as far apart from one another. A column with missing values has a
//! feature for that.

use std::ops::Range;

use super::Points;
use crate::axis::{Axis, Distances};

/// Most features of a column's names or nodes.
const MOST: usize = 16;

/// One vector per point of a list.
pub(crate) struct Features {
    width: usize,
    columns: Vec<Range<usize>>,
    vectors: Vec<f32>,
}

impl Features {
    /// The vectors of some points, in their order.
    pub(crate) fn of(points: &Points<'_>, list: &[u32]) -> Self {
        let axes = points.space().axes();
        let codes: Vec<Codes> = axes.iter().map(|axis| Codes::new(axis)).collect();
        let mut columns = Vec::with_capacity(codes.len());
        let mut width = 0;
        for code in &codes {
            columns.push(width..width + code.width);
            width += code.width;
        }
        let mut vectors = Vec::with_capacity(list.len() * width);
        for point in list {
            for (code, rank) in codes.iter().zip(points.ranks(*point)) {
                vectors
                    .extend_from_slice(&code.vectors[*rank as usize * code.width..][..code.width]);
            }
        }
        Self { width, columns, vectors }
    }

    /// Features of a point.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Which features a column has.
    pub(crate) fn columns(&self) -> &[Range<usize>] {
        &self.columns
    }

    /// The vector of the point at a place of the list.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> &[f32] {
        &self.vectors[place * self.width..][..self.width]
    }
}

/// The square of the distance of two vectors.
#[inline]
pub(crate) fn square_distance(a: &[f32], b: &[f32]) -> f32 {
    sum_of(a, b, |x, y, _| (x - y) * (x - y), a)
}

/// The same, each feature's part times its weight.
#[inline]
pub(crate) fn weighted_square_distance(a: &[f32], b: &[f32], weights: &[f32]) -> f32 {
    sum_of(a, b, |x, y, weight| weight * (x - y) * (x - y), weights)
}

/// Eight sums side by side, always added up in the same order.
#[inline]
fn sum_of(a: &[f32], b: &[f32], part: impl Fn(f32, f32, f32) -> f32, c: &[f32]) -> f32 {
    let (a8, b8, c8) = (a.chunks_exact(8), b.chunks_exact(8), c.chunks_exact(8));
    let rest = a8.remainder().iter().zip(b8.remainder()).zip(c8.remainder());
    let rest: f32 = rest.map(|((x, y), z)| part(*x, *y, *z)).sum();
    let mut sums = [0.0f32; 8];
    for ((x, y), z) in a8.zip(b8).zip(c8) {
        for lane in 0..8 {
            sums[lane] += part(x[lane], y[lane], z[lane]);
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The vectors of a column's ranks.
struct Codes {
    width: usize,
    vectors: Vec<f32>,
}

impl Codes {
    fn new(axis: &Axis) -> Self {
        let missing = usize::from(axis.has_missing());
        let distances = axis.distances();
        let own = match &distances {
            Distances::Line(_) => 1,
            Distances::Levels(_) => axis.ranks().clamp(1, MOST),
        };
        let width = own + missing;
        let mut vectors = vec![0.0f32; axis.ranks() * width];
        for (rank, vector) in vectors.chunks_exact_mut(width).enumerate() {
            if missing > 0 && rank == 0 {
                vector[own] = 1.0;
            } else {
                describe(&distances, rank, &mut vector[..own]);
            }
            vector.iter_mut().for_each(|feature| *feature *= axis.weight() as f32);
        }
        Self { width, vectors }
    }
}

fn describe(distances: &Distances<'_>, rank: usize, vector: &mut [f32]) {
    match distances {
        Distances::Line(places) => vector[0] = places[rank] as f32,
        Distances::Levels(levels) => {
            for (level, apart) in levels.iter().enumerate() {
                let node = apart.node_of.map_or(rank as u32, |node_of| node_of[rank]);
                add_corner(vector, level as u64, node, (apart.square / 2.0).sqrt() as f32);
            }
        }
    }
}

/// Adds the corner of a level's node: two corners are √2 times `length` apart.
fn add_corner(vector: &mut [f32], level: u64, node: u32, length: f32) {
    let features = vector.len();
    if level == 0 && (node as usize) < features && features < MOST {
        vector[node as usize] += length;
        return;
    }
    let signs = mixed(level << 32 | u64::from(node));
    let each = length / (features as f32).sqrt();
    for (place, feature) in vector.iter_mut().enumerate() {
        *feature += if signs >> place & 1 == 0 { each } else { -each };
    }
}

/// A bijection that leaves no trace of the order of its numbers (Steele, Lea & Flood, *Fast
/// splittable pseudorandom number generators*, OOPSLA 2014).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrequencyBuilder, HierarchyFile, KAnonymity, Problem, QuasiColumn};

    fn distance(column: QuasiColumn, pairs: &[(u32, u32, f32)], tolerance: f32) {
        let values = column.values().len() as u32;
        let mut builder = FrequencyBuilder::new(vec![column], vec![], 2).unwrap();
        for code in 0..values {
            builder.add(&[code], 1, &[code], &[]).unwrap();
        }
        let table = builder.finish();
        let axes = Axis::all(&table);
        let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(2))]);
        let points = Points::new(&problem, &axes);
        let list: Vec<u32> = (0..values).collect();
        let features = Features::of(&points, &list);
        let place = |code: u32| {
            let rank = axes[0].rank(code);
            list.iter().position(|point| points.ranks(*point) == [rank]).unwrap()
        };
        for (a, b, expect) in pairs {
            let found = square_distance(features.at(place(*a)), features.at(place(*b))).sqrt();
            assert!((found - expect).abs() <= tolerance, "{a} and {b}: {found}");
        }
    }

    fn values(n: u32) -> Vec<Option<String>> {
        (0..n).map(|v| Some(v.to_string())).collect()
    }

    #[test]
    fn distances_follow_the_penalties() {
        let numbers = QuasiColumn::numeric("n", values(11)).unwrap();
        distance(numbers, &[(0, 10, 1.0), (2, 5, 0.3), (4, 4, 0.0)], 1e-6);
        let names = QuasiColumn::categorical("c", values(8)).unwrap();
        distance(names, &[(0, 7, 0.25), (2, 5, 0.25)], 1e-6);
        let many = QuasiColumn::categorical("c", values(100)).unwrap();
        distance(many, &[(0, 99, 0.02), (7, 70, 0.02)], 0.01);
        let file = HierarchyFile::parse("0;a;*\n1;a;*\n2;b;*\n3;b;*\n").unwrap();
        let tree = QuasiColumn::hierarchical("h", values(4), &file).unwrap();
        distance(tree, &[(0, 1, 0.5), (2, 3, 0.5)], 1e-6);
        let missing: Vec<_> = values(3).into_iter().chain([None]).collect();
        let numbers = QuasiColumn::numeric("n", missing).unwrap();
        distance(numbers, &[(0, 3, 1.0), (0, 2, 1.0)], 1e-6);
    }
}
