//! The region of a cluster, column by column, and what it costs per row: the weighted sum of the
//! columns' normalised certainty penalties.
//!
//! Of names a region keeps 64 bits, one per rank; columns of more names share bits, the most
//! frequent 64 names having one each. So a region of rare names may be thought a little cheaper
//! than it is while clusters are built; what is published is told from the members.

use crate::axis::Axis;

/// A region's extent in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    min: u32,
    max: u32,
    set: u64,
}

impl Span {
    pub(crate) fn of(rank: u32) -> Self {
        Self { min: rank, max: rank, set: 1 << (rank % 64) }
    }

    #[inline]
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            set: self.set | other.set,
        }
    }
}

/// The columns in which regions extend, the dearest first.
#[derive(Debug)]
pub(crate) struct Space<'a> {
    axes: Vec<&'a Axis>,
}

impl<'a> Space<'a> {
    pub(crate) fn new(axes: Vec<&'a Axis>) -> Self {
        Self { axes }
    }

    pub(crate) fn columns(&self) -> usize {
        self.axes.len()
    }

    pub(crate) fn axes(&self) -> &[&'a Axis] {
        &self.axes
    }

    #[inline]
    fn column_cost(&self, column: usize, span: Span) -> f64 {
        let axis = self.axes[column];
        axis.weight() * axis.ncp(span.min, span.max, span.set.count_ones() as usize)
    }

    /// What a row of the region costs.
    pub(crate) fn cost(&self, region: &[Span]) -> f64 {
        region.iter().enumerate().map(|(column, span)| self.column_cost(column, *span)).sum()
    }

    /// What a row of two regions' hull costs, or infinity from `most` on.
    #[inline]
    pub(crate) fn joined_cost(
        &self,
        region: &[Span],
        other: impl Iterator<Item = Span>,
        most: f64,
    ) -> f64 {
        let mut cost = 0.0;
        for (column, (a, b)) in region.iter().zip(other).enumerate() {
            let span = a.join(b);
            if span.min < span.max {
                cost += self.column_cost(column, span);
                if cost >= most {
                    return f64::INFINITY;
                }
            }
        }
        cost
    }
}

/// Widens a region to hold another.
pub(crate) fn widen(region: &mut [Span], other: impl Iterator<Item = Span>) {
    region.iter_mut().zip(other).for_each(|(a, b)| *a = a.join(b));
}
