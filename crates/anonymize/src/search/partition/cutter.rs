//! One cut: which column, which place, and how it parts the rows.

use super::{Part, Partitioner, Step, Strictness, Units};
use crate::axis::Axis;
use crate::information::{self, Told};
use crate::models::Monotonicity;
use crate::{ClassAccumulator, Problem};

/// Most places tried in one column of one part, nearest to the median first.
const MOST_PROBES: usize = 32;

/// A part is large from so many times the fewest subjects of a class.
const LARGE: u64 = 24;

/// One thread's scratch space and the rules of cutting.
pub(super) struct Cutter<'a, U> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) axes: &'a [Axis],
    pub(super) units: &'a U,
    strictness: Strictness,
    pub(super) least: u64,
    /// Whether a class can be settled before all of it is seen.
    settles: bool,
    pub(super) left: ClassAccumulator,
    pub(super) right: ClassAccumulator,
    weights: Vec<KeyWeight>,
}

/// The rows of one key in a column of a part.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyWeight {
    key: u32,
    pub(super) weight: u64,
    min: u32,
    max: u32,
}

/// A place to cut: rows whose key is at most `key` go left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) column: usize,
    pub(super) key: u32,
    /// The next key, which is the first to go right.
    pub(super) above: u32,
    gain: f64,
    /// Bits it tells of the target, where there is one.
    informs: f64,
    /// Whether a side has too few people for itself.
    lends: bool,
}

/// How rows are parted.
enum Sides {
    ByKey(Cut),
    /// Whether each row goes left.
    Listed(Vec<bool>),
}

/// A boundary between two keys of a part.
struct Place {
    /// How far it is from the median, twice.
    off: u64,
    /// The place of the key below it.
    at: usize,
    /// People who go over to the smaller side.
    lent: u64,
    /// The weight of all keys below.
    below: u64,
}

/// The places to cut one column.
#[derive(Debug, Default)]
struct Places {
    informs: f64,
    score: f64,
    cuts: Vec<Cut>,
}

impl<'a, U: Units> Cutter<'a, U> {
    pub(super) fn new(of: &Partitioner<'a, U>) -> Self {
        let models = of.problem;
        Self {
            problem: models,
            axes: of.axes,
            units: of.units,
            strictness: of.strictness,
            least: models.least_subjects(),
            settles: models.monotonicity() == Monotonicity::Classes,
            left: models.accumulator(),
            right: models.accumulator(),
            weights: Vec::new(),
        }
    }

    /// Whether all rows are a class that holds.
    pub(super) fn whole_holds(&mut self, rows: &[u32]) -> bool {
        let stride = self.units.stride();
        self.left.clear();
        rows.chunks_exact(stride).for_each(|row| self.units.add(row, &mut self.left));
        self.problem.judge(&self.left).holds()
    }

    /// Cuts a part once, where that is allowed.
    pub(super) fn step<'r>(&mut self, part: Part<'r>) -> Step<'r> {
        let stride = self.units.stride();
        match self.choose(part.rows) {
            None => Step::Leaf(part.start),
            Some(sides) => {
                let middle = self.part_in_place(part.rows, sides);
                let (left, right) = part.rows.split_at_mut(middle * stride);
                Step::Cut(
                    Part { start: part.start, rows: left },
                    Part { start: part.start + middle as u32, rows: right },
                )
            }
        }
    }

    /// The first allowed cut; columns are asked in the order of their scores, ties in the order of
    /// the columns.
    fn choose(&mut self, rows: &[u32]) -> Option<Sides> {
        let mut columns: Vec<Places> =
            (0..self.axes.len()).map(|column| self.places(rows, column)).collect();
        columns.sort_by(|a, b| b.informs.total_cmp(&a.informs).then(b.score.total_cmp(&a.score)));
        columns.into_iter().flat_map(|places| places.cuts).find_map(|cut| self.sides(rows, cut))
    }

    /// How a cut parts the rows, where every model holds on both sides.
    fn sides(&mut self, rows: &[u32], cut: Cut) -> Option<Sides> {
        if !cut.lends && self.both_sides_hold(rows, cut) {
            return Some(Sides::ByKey(cut));
        }
        match self.strictness {
            Strictness::Strict => None,
            Strictness::Relaxed => self.lend(rows, cut).map(Sides::Listed),
        }
    }

    /// The places to cut a column nearest to the median, those that gain most first.
    fn places(&mut self, rows: &[u32], column: usize) -> Places {
        self.weigh(rows, column);
        let axis = &self.axes[column];
        let (Some(first), Some(last)) = (self.weights.first(), self.weights.last()) else {
            return Places::default();
        };
        if first.key == last.key {
            return Places::default();
        }
        let total: u64 = self.weights.iter().map(|w| w.weight).sum();
        let (min, max) = hull(&self.weights);
        let rule = self.units.cut_rule(axis, min, max);
        let mut places: Vec<Place> = Vec::new();
        let mut below = 0;
        for (at, pair) in self.weights.windows(2).enumerate() {
            below += pair[0].weight;
            let smaller = below.min(total - below);
            // A side without rows is not released. All of it goes at once.
            let is_edge =
                (below == 0 && pair[1].weight > 0) || (below == total && pair[0].weight > 0);
            let is_empty = smaller == 0 && total > 0 && is_edge;
            let lent = match (smaller >= self.least || is_empty, self.strictness) {
                (true, _) => Some(0),
                (false, Strictness::Strict) => None,
                (false, Strictness::Relaxed) => {
                    let lender = if below == smaller { pair[1] } else { pair[0] };
                    self.lent(smaller, total, lender)
                }
            };
            if let Some(lent) = lent
                && axis.cuts(rule, pair[0].key, pair[1].key)
            {
                places.push(Place { off: total - 2 * smaller, at, lent, below });
            }
        }
        let informs = self.informs(rows, column);
        let bits = |at: usize| informs.as_ref().map_or(0.0, |gains| gains[at]);
        places.sort_by(|a, b| {
            bits(b.at).total_cmp(&bits(a.at)).then((a.off, a.at).cmp(&(b.off, b.at)))
        });
        places.truncate(MOST_PROBES);
        let before = self.penalty(axis, &self.weights) * total as f64;
        let mut cuts: Vec<Cut> = places
            .into_iter()
            .map(|Place { at, lent, below, .. }| {
                let after = self.penalty_of_sides(axis, at, (below, total), lent);
                Cut {
                    column,
                    key: self.weights[at].key,
                    above: self.weights[at + 1].key,
                    gain: axis.weight() * (before - after),
                    informs: bits(at),
                    lends: lent > 0,
                }
            })
            // People go over for nothing else than what it saves.
            .filter(|cut| !cut.lends || cut.gain > 0.0)
            .collect();
        cuts.sort_by(|a, b| b.informs.total_cmp(&a.informs).then(b.gain.total_cmp(&a.gain)));
        let informs = cuts.first().map_or(0.0, |cut| cut.informs);
        Places { informs, score: self.score(axis, before, total, &cuts), cuts }
    }

    /// The penalty of both sides of a boundary, where so many people of the value next to it go over to the
    /// smaller side.
    fn penalty_of_sides(
        &self,
        axis: &Axis,
        at: usize,
        (below, total): (u64, u64),
        lent: u64,
    ) -> f64 {
        let above = total - below;
        let to_left = below < above;
        // The side that takes people in has their value, too.
        let left = &self.weights[..at + 1 + usize::from(lent > 0 && to_left)];
        let right = &self.weights[at + usize::from(lent == 0 || to_left)..];
        let (left_weight, right_weight) = match to_left {
            true => (below + lent, above - lent),
            false => (below - lent, above + lent),
        };
        self.penalty(axis, left) * left_weight as f64
            + self.penalty(axis, right) * right_weight as f64
    }

    /// What a cut behind each of the column's keys tells of the target; nothing where there is none.
    fn informs(&self, rows: &[u32], column: usize) -> Option<Vec<f64>> {
        let target = self.problem.target_column()?;
        let told = rows.chunks_exact(self.units.stride()).flat_map(|row| {
            let key = self.units.key(row, column);
            let told = self.units.told(row, target);
            told.map(move |(value, rows)| Told { key, value, rows })
        });
        Some(information::gains(told.collect(), self.weights.iter().map(|weight| weight.key)))
    }

    /// How early a column is asked. While a part is large, a wide region weighs beside what the
    /// next cut gains: several cuts may be needed before any pays (a missing value among others
    /// costs the whole domain until the last one is cut off). In small parts the gain decides.
    fn score(&self, axis: &Axis, before: f64, total: u64, cuts: &[Cut]) -> f64 {
        let gain = cuts.first().map_or(0.0, |cut| cut.gain);
        if total >= self.least.saturating_mul(LARGE) { gain + axis.weight() * before } else { gain }
    }

    fn penalty(&self, axis: &Axis, weights: &[KeyWeight]) -> f64 {
        let (min, max) = hull(weights);
        axis.ncp(min, max, self.units.distinct(weights.len(), min, max))
    }

    /// Fills `weights` with the column's keys in this part, ascending.
    fn weigh(&mut self, rows: &[u32], column: usize) {
        let stride = self.units.stride();
        let keys = self.units.keys(&self.axes[column]);
        let entry = |row: &[u32]| {
            let (min, max) = self.units.extent(row, column);
            let weight = self.units.weight(row);
            KeyWeight { key: self.units.key(row, column), weight, min, max }
        };
        let weights = &mut self.weights;
        weights.clear();
        if keys <= rows.len() / stride * 2 {
            weights.extend((0..keys as u32).map(|key| KeyWeight {
                key,
                weight: 0,
                min: 1,
                max: 0,
            }));
            for row in rows.chunks_exact(stride) {
                let entry = entry(row);
                weights[entry.key as usize].absorb(entry);
            }
            weights.retain(|w| w.min <= w.max);
        } else {
            weights.extend(rows.chunks_exact(stride).map(entry));
            weights.sort_unstable_by_key(|w| w.key);
            weights.dedup_by(|next, kept| {
                let same = next.key == kept.key;
                if same {
                    kept.absorb(*next);
                }
                same
            });
        }
    }

    /// Whether a cut leaves every model satisfied on both sides. Stops as soon as both are settled.
    fn both_sides_hold(&mut self, rows: &[u32], cut: Cut) -> bool {
        let stride = self.units.stride();
        self.left.clear();
        self.right.clear();
        let (mut left, mut right) = (Side::default(), Side::default());
        for row in rows.chunks_exact(stride) {
            let (side, class) = if self.units.key(row, cut.column) <= cut.key {
                (&mut left, &mut self.left)
            } else {
                (&mut right, &mut self.right)
            };
            if side.settled {
                continue;
            }
            self.units.add(row, class);
            if self.settles && side.due() && self.problem.is_settled(class) {
                side.settled = true;
                if left.settled && right.settled {
                    return true;
                }
            }
        }
        (left.settled || self.problem.judge(&self.left).holds())
            && (right.settled || self.problem.judge(&self.right).holds())
    }

    /// Moves the rows of the left side to the front and returns how many there are.
    fn part_in_place(&self, rows: &mut [u32], sides: Sides) -> usize {
        match sides {
            Sides::ByKey(cut) => self.part_by_key(rows, cut),
            Sides::Listed(goes_left) => {
                let stride = self.units.stride();
                let side = |left: bool| {
                    let rows = rows.chunks_exact(stride).zip(&goes_left);
                    rows.filter(move |(_, goes)| **goes == left).flat_map(|(row, _)| row)
                };
                let ordered: Vec<u32> = side(true).chain(side(false)).copied().collect();
                rows.copy_from_slice(&ordered);
                goes_left.iter().filter(|goes| **goes).count()
            }
        }
    }

    fn part_by_key(&self, rows: &mut [u32], cut: Cut) -> usize {
        let stride = self.units.stride();
        let (mut low, mut high) = (0, rows.len() / stride);
        while low < high {
            let row = &rows[low * stride..(low + 1) * stride];
            if self.units.key(row, cut.column) <= cut.key {
                low += 1;
            } else {
                high -= 1;
                let (front, back) = rows.split_at_mut(high * stride);
                if low < high {
                    front[low * stride..(low + 1) * stride].swap_with_slice(&mut back[..stride]);
                }
            }
        }
        low
    }
}

impl KeyWeight {
    fn absorb(&mut self, other: Self) {
        let empty = self.min > self.max;
        self.weight += other.weight;
        self.min = if empty { other.min } else { self.min.min(other.min) };
        self.max = if empty { other.max } else { self.max.max(other.max) };
    }
}

/// How far the judging of a side is: asked after 1, 2, 4, 8, … rows.
#[derive(Default)]
struct Side {
    rows: u32,
    settled: bool,
}

impl Side {
    fn due(&mut self) -> bool {
        self.rows = self.rows.wrapping_add(1);
        self.rows < 8 || self.rows.is_power_of_two()
    }
}

fn hull(weights: &[KeyWeight]) -> (u32, u32) {
    let min = weights.iter().map(|w| w.min).min().unwrap_or(0);
    let max = weights.iter().map(|w| w.max).max().unwrap_or(0);
    (min, max)
}
