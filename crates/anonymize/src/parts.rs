//! Parting a table that is too large to be solved at once: a few cuts, as Mondrian makes them, over a sample of
//! its distinct combinations; every part is solved by itself then (Rothko; LeFevre & DeWitt, *Scalable
//! anonymization algorithms for large data sets*, TR 1590, University of Wisconsin, 2007).
//!
//! Cuts go by the combinations alone. Whether a part as a whole satisfies a model is not asked here: what does
//! not is suppressed by the search.

use crate::axis::Axis;
use crate::{AnonymizeError, FrequencyTable, QuasiKind};

/// Where a table may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutColumns {
    /// In every column. Classes of two parts may be labelled alike then, and are one to whoever reads them.
    All,
    /// In columns of numbers and dates, whose ranges differ from part to part.
    Ordered,
}

/// Most parts of a table.
pub const MOST_PARTS: usize = 256;

/// A side has at least this share of what is cut, where a column allows it.
const BALANCE: usize = 8;

/// The parts of a table, by cuts.
#[derive(Debug)]
pub struct PartTree {
    /// Of each column the rank of each code.
    rank_of: Vec<Vec<u32>>,
    nodes: Vec<Node>,
    parts: u32,
}

#[derive(Debug, Clone, Copy)]
enum Node {
    Part(u32),
    /// Ranks up to `rank` go to `low`.
    Cut {
        column: usize,
        rank: u32,
        low: usize,
        high: usize,
    },
}

impl PartTree {
    /// Cuts until no part has more than a share of the combinations of a sample.
    ///
    /// # Errors
    ///
    /// [`AnonymizeError::NoParts`] where no cut makes a part small enough, or there were more than [`MOST_PARTS`].
    pub fn grow(
        sample: &FrequencyTable,
        most: f64,
        columns: CutColumns,
    ) -> Result<Self, AnonymizeError> {
        let axes = Axis::all(sample);
        let is_allowed = |column: usize| match columns {
            CutColumns::All => true,
            CutColumns::Ordered => matches!(
                sample.columns()[column].kind(),
                QuasiKind::Numeric(_) | QuasiKind::Date(_)
            ),
        };
        let allowed: Vec<usize> = (0..axes.len()).filter(|column| is_allowed(*column)).collect();
        let rank_of = axes.iter().zip(sample.columns()).map(|(axis, column)| {
            (0..column.values().len() as u32).map(|code| axis.rank(code)).collect()
        });
        let mut tree = Self { rank_of: rank_of.collect(), nodes: Vec::new(), parts: 0 };
        let most = most * sample.combinations() as f64;
        let all: Vec<u32> = (0..sample.combinations() as u32).collect();
        tree.nodes.push(Node::Part(0));
        let mut open = vec![(0, all)];
        while let Some((node, members)) = open.pop() {
            if members.len() as f64 <= most {
                tree.nodes[node] = Node::Part(tree.parts);
                tree.parts += 1;
                continue;
            }
            let too_many = tree.nodes.len() / 2 + 2 > MOST_PARTS;
            let cut = Cutting { sample, axes: &axes, members: &members }.best(&allowed);
            let Some((column, rank)) = cut.filter(|_| !too_many) else {
                return Err(AnonymizeError::NoParts);
            };
            let (low, high) = (tree.nodes.len(), tree.nodes.len() + 1);
            tree.nodes[node] = Node::Cut { column, rank, low, high };
            tree.nodes.extend([Node::Part(0); 2]);
            let is_low = |c: &u32| axes[column].rank(sample.code(*c, column)) <= rank;
            let (below, above) = members.into_iter().partition(is_low);
            // The lower side comes first.
            open.extend([(high, above), (low, below)]);
        }
        Ok(tree)
    }

    /// How many parts there are.
    pub fn parts(&self) -> u32 {
        self.parts
    }

    /// The part of a combination, by the code it has in each column.
    pub fn part_of(&self, code: impl Fn(usize) -> u32) -> u32 {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Part(part) => return part,
                Node::Cut { column, rank, low, high } => {
                    at = if self.rank_of[column][code(column) as usize] <= rank {
                        low
                    } else {
                        high
                    };
                }
            }
        }
    }
}

/// Some combinations of a sample that are to be cut.
struct Cutting<'a> {
    sample: &'a FrequencyTable,
    axes: &'a [Axis],
    members: &'a [u32],
}

impl Cutting<'_> {
    /// The widest column that can be cut into sides of some size, at the place nearest to the median; where none
    /// can, the cut whose smaller side is largest.
    fn best(&self, columns: &[usize]) -> Option<(usize, u32)> {
        let mut cuts: Vec<(f64, usize, usize, u32)> = columns
            .iter()
            .filter_map(|column| {
                let (width, smaller, rank) = self.cut(*column)?;
                Some((width, *column, smaller, rank))
            })
            .collect();
        cuts.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let is_balanced =
            |cut: &&(f64, usize, usize, u32)| cut.2 >= (self.members.len() / BALANCE).max(1);
        let largest = || cuts.iter().max_by_key(|cut| (cut.2, std::cmp::Reverse(cut.1)));
        let (_, column, _, rank) = cuts.iter().find(is_balanced).or_else(largest)?;
        Some((*column, *rank))
    }

    /// How wide a column is, and its cut nearest to the median: combinations of the smaller side, and the last
    /// rank of the lower one.
    fn cut(&self, column: usize) -> Option<(f64, usize, u32)> {
        let axis = &self.axes[column];
        let mut ranks: Vec<u32> =
            self.members.iter().map(|c| axis.rank(self.sample.code(*c, column))).collect();
        ranks.sort_unstable();
        let (min, max) = (*ranks.first()?, *ranks.last()?);
        let groups: Vec<&[u32]> = ranks.chunk_by(|a, b| a == b).collect();
        let rule = axis.cut_rule(min, max);
        let mut below = 0;
        let mut best: Option<(usize, u32)> = None;
        for pair in groups.windows(2) {
            below += pair[0].len();
            let smaller = below.min(ranks.len() - below);
            let (low, high) = (pair[0][0], pair[1][0]);
            if axis.cuts(rule, low, high) && best.is_none_or(|(so_far, _)| smaller > so_far) {
                best = Some((smaller, low));
            }
        }
        let (smaller, rank) = best?;
        Some((axis.weight() * axis.ncp(min, max, groups.len()), smaller, rank))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counting, FrequencyBuilder, QuasiColumn};

    /// All combinations of numbers below 40 and eight names.
    fn sample() -> FrequencyTable {
        let values = |n: u32| (0..n).map(|v| Some(v.to_string())).collect();
        let columns = vec![
            QuasiColumn::numeric("n", values(40)).unwrap(),
            QuasiColumn::categorical("c", values(8)).unwrap(),
        ];
        let mut builder = FrequencyBuilder::new(columns, vec![], Counting::Rows).unwrap();
        for n in 0..320 {
            builder.add(&[n / 8, n % 8], 1, &[], &[]).unwrap();
        }
        builder.finish()
    }

    #[test]
    fn parts_are_small_enough_and_all_there_is() {
        let sample = sample();
        for columns in [CutColumns::All, CutColumns::Ordered] {
            for most in [1.0, 0.5, 0.3, 0.03] {
                let tree = PartTree::grow(&sample, most, columns).unwrap();
                let mut sizes = vec![0; tree.parts() as usize];
                for c in 0..sample.combinations() as u32 {
                    sizes[tree.part_of(|column| sample.code(c, column)) as usize] += 1;
                }
                let largest = most * sample.combinations() as f64;
                assert!(sizes.iter().all(|n| *n > 0 && f64::from(*n) <= largest), "{sizes:?}");
                assert_eq!(tree.parts() == 1, most == 1.0);
            }
        }
    }

    #[test]
    fn parts_of_ordered_columns_differ_in_their_ranges() {
        let sample = sample();
        let tree = PartTree::grow(&sample, 0.2, CutColumns::Ordered).unwrap();
        for n in 0..40 {
            let part = |c: u32| tree.part_of(|column| [n, c][column]);
            assert!((1..8).all(|c| part(c) == part(0)), "{n}");
        }
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let sample = sample();
        let grow = |most, columns| PartTree::grow(&sample, most, columns).map(|tree| tree.parts());
        assert_eq!(grow(0.001, CutColumns::All), Err(AnonymizeError::NoParts));
        assert_eq!(grow(0.01, CutColumns::Ordered), Err(AnonymizeError::NoParts));
        assert!(grow(0.01, CutColumns::All).is_ok());
    }
}
