//! Cuts through people of one value: where the smaller side of a cut does not hold, some who have the value
//! next to it go over.

use super::Units;
use super::cutter::{Cut, Cutter, KeyWeight};

/// People who go over, as a multiple of the fewest of a class, at the most: who asks for more is no help to
/// those who stay.
const MOST_LENT: u64 = 2;

/// The ranks of one side in one column.
#[derive(Debug, Clone, Copy)]
struct Hull {
    min: u32,
    max: u32,
}

impl Hull {
    const NONE: Self = Self { min: u32::MAX, max: 0 };

    fn with(self, (min, max): (u32, u32)) -> Self {
        Self { min: self.min.min(min), max: self.max.max(max) }
    }
}

impl<U: Units> Cutter<'_, U> {
    /// How many people go over to a side of a cut that is too small; none where those next to it are too few.
    pub(super) fn lent(&self, smaller: u64, total: u64, lender: KeyWeight) -> Option<u64> {
        let needed = self.least - smaller.min(self.least);
        let stay = (total - smaller).saturating_sub(needed);
        (smaller > 0 && lender.weight > needed && stay >= self.least).then_some(needed)
    }

    /// Which rows go left of a cut where people of the value next to it go over to the smaller side, the nearest
    /// to it first, until that side holds; nothing where it never does, or the other side does not then.
    pub(super) fn lend(&mut self, rows: &[u32], cut: Cut) -> Option<Vec<bool>> {
        let (units, stride) = (self.units, self.units.stride());
        let mut goes_left: Vec<bool> =
            rows.chunks_exact(stride).map(|row| units.key(row, cut.column) <= cut.key).collect();
        let (mut left, mut right) = (0, 0);
        for (row, goes_left) in rows.chunks_exact(stride).zip(&goes_left) {
            *if *goes_left { &mut left } else { &mut right } += units.weight(row);
        }
        let to_left = left < right;
        let lender = if to_left { cut.above } else { cut.key };
        // The smaller side, and where it lies.
        let (taker, giver) = (&mut self.left, &mut self.right);
        taker.clear();
        let mut hulls = vec![Hull::NONE; self.axes.len()];
        let (mut lenders, mut weight) = (Vec::new(), 0);
        for (at, row) in rows.chunks_exact(stride).enumerate() {
            if goes_left[at] == to_left {
                units.add(row, taker);
                weight += units.weight(row);
                for (column, hull) in hulls.iter_mut().enumerate() {
                    *hull = hull.with(units.extent(row, column));
                }
            } else if units.key(row, cut.column) == lender && units.weight(row) < self.least {
                lenders.push(at);
            }
        }
        let far = |row: &[u32]| -> f64 {
            let grown = |(column, hull): (usize, &Hull)| {
                let axis = &self.axes[column];
                let ncp = |hull: Hull| {
                    let keys = hull.max.saturating_sub(hull.min) as usize + 1;
                    axis.ncp(hull.min, hull.max, units.distinct(keys, hull.min, hull.max))
                };
                let with = hull.with(units.extent(row, column));
                axis.weight() * (ncp(with) - ncp(*hull))
            };
            hulls.iter().enumerate().map(grown).sum()
        };
        let row = |at: usize| &rows[at * stride..(at + 1) * stride];
        let mut lenders: Vec<(f64, usize)> =
            lenders.into_iter().map(|at| (far(row(at)), at)).collect();
        // Of those as near the ranks decide, and of equal ones the numbers, which tell a reader nothing.
        let keys = |at: usize| (0..self.axes.len()).map(move |column| units.key(row(at), column));
        lenders.sort_by(|a, b| {
            let near = a.0.total_cmp(&b.0).then_with(|| keys(a.1).cmp(keys(b.1)));
            near.then_with(|| row(a.1).cmp(row(b.1)))
        });
        let most = weight + MOST_LENT.saturating_mul(self.least);
        let mut holds = false;
        for (_, at) in lenders {
            if weight >= most {
                break;
            }
            units.add(row(at), taker);
            weight += units.weight(row(at));
            goes_left[at] = to_left;
            if weight >= self.least && self.problem.judge(taker).holds() {
                holds = true;
                break;
            }
        }
        // A side of nobody would hold, too.
        if !holds || goes_left.iter().all(|goes| *goes == to_left) {
            return None;
        }
        giver.clear();
        let stays = rows.chunks_exact(stride).zip(&goes_left).filter(|(_, goes)| **goes != to_left);
        stays.for_each(|(row, _)| units.add(row, giver));
        self.problem.judge(giver).holds().then_some(goes_left)
    }
}
