//! A column as a line of ranks: numbers and dates by value, hierarchies in the order of their
//! tree, names by falling frequency; a missing value comes first. On such a line a region of any
//! kind is a set of ranks, and what it is called and costs follows from the column's kind.

use crate::{FrequencyTable, QuasiColumn, QuasiKind};

/// Sets with more values than this are written as `*` and cost as much.
pub(crate) const SET_LIMIT: usize = 32;

/// One column's ranks.
#[derive(Debug)]
pub(crate) struct Axis {
    shape: Shape,
    rank_of: Vec<u32>,
    /// The text of each rank; only rank 0 may be `None`.
    texts: Vec<Option<String>>,
    has_null: bool,
    weight: f64,
}

#[derive(Debug)]
enum Shape {
    /// The number of each rank, and the domain's length.
    Ordered { points: Vec<f64>, span: f64 },
    /// Values without the missing one.
    Nominal { values: usize },
    /// Levels from the values' parents to the root, and the leaves below the root.
    Tree { levels: Vec<TreeLevel>, leaves: f64, values: f64 },
}

#[derive(Debug)]
struct TreeLevel {
    node_of: Vec<u32>,
    /// The first and the last rank of each node, whose leaves lie side by side.
    ends: Vec<(u32, u32)>,
    shares: Vec<f64>,
    labels: Vec<Option<String>>,
}

impl TreeLevel {
    fn leaves(&self, node: u32) -> u32 {
        let (first, last) = self.ends[node as usize];
        if first <= last { last - first + 1 } else { 0 }
    }

    /// The penalty of a leaf's node, on average over the leaves.
    fn mean_share(&self, leaves: f64) -> f64 {
        let nodes = 0..self.ends.len() as u32;
        let squares: f64 = nodes.map(|node| f64::from(self.leaves(node)).powi(2)).sum();
        if leaves > 0.0 { squares / (leaves * leaves) } else { 0.0 }
    }
}

/// Where a region may be cut in two.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CutRule {
    /// Between any two ranks.
    Anywhere,
    /// Between the children of a tree's node: at changes of this level, or between leaves.
    Children(Option<usize>),
}

/// How far apart ranks are, as their regions' penalty has it.
#[derive(Debug)]
pub(crate) enum Distances<'a> {
    /// Places from 0 to 1.
    Line(Vec<f64>),
    /// Ranks apart at each of these levels.
    Levels(Vec<Apart<'a>>),
}

/// What ranks of different nodes of one level are apart.
#[derive(Debug)]
pub(crate) struct Apart<'a> {
    /// The node of each rank; nothing where each rank is its own.
    pub(crate) node_of: Option<&'a [u32]>,
    /// By how much the square of the distance grows.
    pub(crate) square: f64,
}

impl Axis {
    pub(crate) fn all(table: &FrequencyTable) -> Vec<Self> {
        let axes = (0..table.columns().len()).map(|column| Self::new(table, column));
        let weights = relative_weights(table.columns());
        axes.zip(weights).map(|(axis, weight)| Self { weight, ..axis }).collect()
    }

    fn new(table: &FrequencyTable, column: usize) -> Self {
        let quasi = &table.columns()[column];
        match quasi.kind() {
            QuasiKind::Numeric(points) | QuasiKind::Date(points) => Self::ordered(quasi, points),
            QuasiKind::Categorical => Self::nominal(quasi, table, column),
            QuasiKind::Hierarchical(_) => Self::tree(quasi),
        }
    }

    fn ordered(column: &QuasiColumn, points: &[f64]) -> Self {
        let values = column.values();
        let mut order: Vec<usize> = (0..values.len()).collect();
        // A missing value's point is NaN; it comes first, then by number, then by text.
        order.sort_by(|a, b| {
            values[*a]
                .is_some()
                .cmp(&values[*b].is_some())
                .then(points[*a].total_cmp(&points[*b]))
                .then_with(|| values[*a].cmp(&values[*b]))
        });
        let mut rank_of = vec![0; values.len()];
        let (mut texts, mut by_rank): (Vec<Option<String>>, Vec<f64>) = (Vec::new(), Vec::new());
        for code in order {
            // 1 and 1.0 are one rank.
            if by_rank.last() != Some(&points[code]) {
                by_rank.push(points[code]);
                texts.push(values[code].as_deref().map(plain_number));
            }
            rank_of[code] = by_rank.len() as u32 - 1;
        }
        let has_null = texts.first().is_some_and(Option::is_none);
        let first = by_rank.get(usize::from(has_null)).copied().unwrap_or(0.0);
        let mut span = by_rank.last().map_or(0.0, |last| last - first);
        if span.is_infinite() {
            // Only shares of the span are asked for, and those are the same of halves.
            by_rank.iter_mut().for_each(|point| *point /= 2.0);
            span = by_rank.last().map_or(0.0, |last| last - first / 2.0);
        }
        let shape = Shape::Ordered { points: by_rank, span };
        Self { shape, rank_of, texts, has_null, weight: column.weight() }
    }

    fn nominal(column: &QuasiColumn, table: &FrequencyTable, position: usize) -> Self {
        let values = column.values();
        let rows = table.rows_of_codes(position);
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        order.sort_by(|a, b| {
            let (a, b) = (*a as usize, *b as usize);
            values[a]
                .is_some()
                .cmp(&values[b].is_some())
                .then(rows[b].cmp(&rows[a]))
                .then_with(|| values[a].cmp(&values[b]))
        });
        let has_null = order.first().is_some_and(|code| values[*code as usize].is_none());
        let shape = Shape::Nominal { values: values.len() - usize::from(has_null) };
        Self::of_order(column, shape, &order, has_null)
    }

    fn tree(column: &QuasiColumn) -> Self {
        let QuasiKind::Hierarchical(hierarchy) = column.kind() else {
            return Self::of_order(column, Shape::Nominal { values: 0 }, &[], false);
        };
        let order = hierarchy.order();
        let levels: Vec<TreeLevel> = (1..=hierarchy.height())
            .map(|level| {
                let labels = hierarchy.labels(level).to_vec();
                let map = hierarchy.level_map(level);
                let node_of: Vec<u32> = order.iter().map(|code| map[*code as usize]).collect();
                let mut ends = vec![(u32::MAX, 0); labels.len()];
                for (rank, node) in (0..).zip(&node_of) {
                    let (first, last) = &mut ends[*node as usize];
                    (*first, *last) = (rank.min(*first), rank);
                }
                TreeLevel { node_of, ends, shares: hierarchy.shares(level).collect(), labels }
            })
            .collect();
        let has_null = order.first().is_some_and(|code| column.values()[*code as usize].is_none());
        let (leaves, values) = (order.len() as f64, hierarchy.value_count());
        Self::of_order(column, Shape::Tree { levels, leaves, values }, order, has_null)
    }

    fn of_order(column: &QuasiColumn, shape: Shape, order: &[u32], has_null: bool) -> Self {
        let mut rank_of = vec![0; column.values().len()];
        for (rank, code) in order.iter().enumerate() {
            rank_of[*code as usize] = rank as u32;
        }
        let texts = order.iter().map(|code| column.values()[*code as usize].clone()).collect();
        Self { shape, rank_of, texts, has_null, weight: column.weight() }
    }

    pub(crate) fn rank(&self, code: u32) -> u32 {
        self.rank_of[code as usize]
    }

    pub(crate) fn ranks(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn weight(&self) -> f64 {
        self.weight
    }

    /// Normalised certainty penalty of a region: 0 for one value, 1 for the whole domain (Xu et
    /// al. 2006). A region that mixes the missing value with others is the whole domain.
    pub(crate) fn ncp(&self, min: u32, max: u32, distinct: usize) -> f64 {
        if min == max {
            return 0.0;
        }
        if self.has_null && min == 0 {
            return 1.0;
        }
        match &self.shape {
            Shape::Ordered { points, span } => {
                let extent = points[max as usize] - points[min as usize];
                if *span > 0.0 { extent / span } else { 0.0 }
            }
            Shape::Nominal { .. } if distinct > SET_LIMIT => 1.0,
            Shape::Nominal { values } => distinct as f64 / (*values).max(1) as f64,
            Shape::Tree { levels, leaves, .. } => match lowest_common(levels, min, max) {
                Some(level) => {
                    let level = &levels[level];
                    f64::from(level.leaves(level.node_of[min as usize])) / leaves
                }
                None => 1.0,
            },
        }
    }

    /// Whether the missing value is among the ranks; it is rank 0 then.
    pub(crate) fn has_missing(&self) -> bool {
        self.has_null
    }

    /// How far apart the ranks are that are not missing.
    pub(crate) fn distances(&self) -> Distances<'_> {
        match &self.shape {
            Shape::Ordered { points, span } => {
                let first = points.get(usize::from(self.has_null)).copied().unwrap_or(0.0);
                let place = |point: &f64| {
                    if *span > 0.0 { ((point - first) / span).clamp(0.0, 1.0) } else { 0.0 }
                };
                Distances::Line(points.iter().map(place).collect())
            }
            Shape::Nominal { values } => {
                let apart = (2.0 / (*values).max(2) as f64).powi(2);
                Distances::Levels(vec![Apart { node_of: None, square: apart }])
            }
            Shape::Tree { levels, leaves, .. } => {
                let mut squares: Vec<f64> =
                    levels.iter().map(|level| level.mean_share(*leaves).powi(2)).collect();
                squares.push(1.0);
                let mut before = 0.0;
                let nodes = std::iter::once(None)
                    .chain(levels.iter().map(|level| Some(level.node_of.as_slice())));
                let apart = nodes.zip(squares).map(|(node_of, square)| {
                    let grown = (square - before).max(0.0);
                    before = square;
                    Apart { node_of, square: grown }
                });
                Distances::Levels(apart.collect())
            }
        }
    }

    /// The share of the domain a region stands for: of a hierarchy all its values count, whether they
    /// occur or not, of a range its length, of a set its members.
    pub(crate) fn share(&self, ranks: &[u32], ncp: f64) -> f64 {
        let (Some(min), Some(max)) = (ranks.first(), ranks.last()) else { return 1.0 };
        match &self.shape {
            _ if min == max => self.least_share(),
            Shape::Tree { levels, .. } => lowest_common(levels, *min, *max).map_or(1.0, |level| {
                let level = &levels[level];
                level.shares[level.node_of[*min as usize] as usize]
            }),
            _ => ncp.max(self.least_share()),
        }
    }

    /// The share one value has.
    pub(crate) fn least_share(&self) -> f64 {
        match &self.shape {
            Shape::Tree { values, .. } => 1.0 / values.max(1.0),
            _ => 1.0 / self.ranks().max(1) as f64,
        }
    }

    /// Where a region from `min` to `max` may be cut.
    pub(crate) fn cut_rule(&self, min: u32, max: u32) -> CutRule {
        match &self.shape {
            Shape::Tree { levels, .. } => CutRule::Children(
                lowest_common(levels, min, max)
                    .map_or(levels.len().checked_sub(1), |level| level.checked_sub(1)),
            ),
            _ => CutRule::Anywhere,
        }
    }

    /// Whether a region may be cut between two of its ranks, `low` the smaller.
    pub(crate) fn cuts(&self, rule: CutRule, low: u32, high: u32) -> bool {
        match (rule, &self.shape) {
            (CutRule::Children(Some(level)), Shape::Tree { levels, .. }) => {
                let nodes = &levels[level].node_of;
                nodes[low as usize] != nodes[high as usize]
            }
            _ => true,
        }
    }

    /// The ranks a region's label stands for, as ranges with both ends: those of a set, all between the ends
    /// of a range, all below a node.
    pub(crate) fn covered(&self, ranks: &[u32], ncp: f64) -> Vec<(u32, u32)> {
        let (Some(min), Some(max)) = (ranks.first(), ranks.last()) else { return self.all_ranks() };
        match &self.shape {
            _ if min == max => vec![(*min, *max)],
            _ if ncp >= 1.0 => self.all_ranks(),
            Shape::Ordered { .. } => vec![(*min, *max)],
            Shape::Nominal { .. } => ranks.iter().map(|rank| (*rank, *rank)).collect(),
            Shape::Tree { levels, .. } => match lowest_common(levels, *min, *max) {
                Some(level) => {
                    let level = &levels[level];
                    vec![level.ends[level.node_of[*min as usize] as usize]]
                }
                None => self.all_ranks(),
            },
        }
    }

    fn all_ranks(&self) -> Vec<(u32, u32)> {
        vec![(0, self.ranks().saturating_sub(1) as u32)]
    }

    /// What tells regions with different labels apart: all ranks of a set, else the two ends.
    pub(crate) fn label_key(&self, ranks: &[u32]) -> Vec<u32> {
        match (&self.shape, ranks) {
            (Shape::Nominal { .. }, _) | (_, [] | [_]) => ranks.to_vec(),
            (_, [min, .., max]) => vec![*min, *max],
        }
    }

    /// What a region is called, and its penalty. `ranks` are its distinct ranks, ascending.
    pub(crate) fn label(&self, ranks: &[u32]) -> (Option<String>, f64) {
        let (Some(min), Some(max)) = (ranks.first(), ranks.last()) else {
            return (Some("*".to_owned()), 1.0);
        };
        let ncp = self.ncp(*min, *max, ranks.len());
        if min == max {
            return (self.texts[*min as usize].clone(), ncp);
        }
        if ncp >= 1.0 {
            return (Some("*".to_owned()), 1.0);
        }
        let text = |rank: &u32| self.texts[*rank as usize].as_deref().unwrap_or_default();
        let label = match &self.shape {
            Shape::Ordered { .. } => format!("{}..{}", text(min), text(max)),
            Shape::Nominal { .. } => set_label(ranks.iter().map(text).collect()),
            Shape::Tree { levels, .. } => {
                let label = lowest_common(levels, *min, *max).and_then(|level| {
                    let level = &levels[level];
                    level.labels[level.node_of[*min as usize] as usize].clone()
                });
                return (label.or_else(|| Some("*".to_owned())), ncp);
            }
        };
        (Some(label), ncp)
    }
}

/// Weights of columns as shares of the largest: a loss is a weighted mean, so nothing but their
/// relation counts, and sums of shares neither overflow nor vanish.
pub(crate) fn relative_weights(columns: &[QuasiColumn]) -> Vec<f64> {
    let most = columns.iter().map(QuasiColumn::weight).fold(0.0, f64::max);
    let share = |column: &QuasiColumn| if most > 0.0 { column.weight() / most } else { 0.0 };
    columns.iter().map(share).collect()
}

/// The lowest level at which two leaves have the same node.
fn lowest_common(levels: &[TreeLevel], a: u32, b: u32) -> Option<usize> {
    levels.iter().position(|level| level.node_of[a as usize] == level.node_of[b as usize])
}

/// `{A|B|C}` in the order of the texts; `|`, braces and backslashes inside a value are escaped.
fn set_label(mut texts: Vec<&str>) -> String {
    texts.sort_unstable();
    let mut label = String::from("{");
    for (n, text) in texts.into_iter().enumerate() {
        if n > 0 {
            label.push('|');
        }
        for c in text.chars() {
            if matches!(c, '|' | '{' | '}' | '\\') {
                label.push('\\');
            }
            label.push(c);
        }
    }
    label.push('}');
    label
}

/// A number's text as it is written in ranges: its own, unless its dots could be taken for the
/// range's.
fn plain_number(text: &str) -> String {
    let text = text.trim();
    if text.starts_with('.') || text.ends_with('.') {
        text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrequencyBuilder, HierarchyFile};

    fn values(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
    }

    /// An axis over a column whose later codes are more frequent.
    fn axis(column: QuasiColumn) -> Axis {
        let codes = column.values().len() as u32;
        let mut builder = FrequencyBuilder::new(vec![column], vec![], 2).unwrap();
        for code in 0..codes {
            builder.add(&[code], u64::from(code) + 1, &[code], &[]).unwrap();
        }
        Axis::new(&builder.finish(), 0)
    }

    fn check(axis: &Axis, codes: &[u32], expect: Option<&str>, ncp: f64) {
        let mut ranks: Vec<u32> = codes.iter().map(|c| axis.rank(*c)).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let (label, cost) = axis.label(&ranks);
        assert_eq!(label.as_deref(), expect, "{codes:?}");
        assert!((cost - ncp).abs() < 1e-12, "{codes:?} costs {cost}");
    }

    #[test]
    fn numbers_become_ranges() {
        let axis = axis(
            QuasiColumn::numeric("n", values(&["50", "", "-10", "40", "40.0", "0.5"])).unwrap(),
        );
        assert_eq!(axis.ranks(), 5);
        check(&axis, &[0], Some("50"), 0.0);
        check(&axis, &[3, 4], Some("40"), 0.0);
        check(&axis, &[0, 3], Some("40..50"), 10.0 / 60.0);
        check(&axis, &[2, 5], Some("-10..0.5"), 10.5 / 60.0);
        check(&axis, &[0, 2], Some("*"), 1.0);
        check(&axis, &[1], None, 0.0);
        check(&axis, &[1, 0], Some("*"), 1.0);
    }

    #[test]
    fn dates_become_ranges() {
        let axis = axis(
            QuasiColumn::date("d", values(&["2020-01-31", "2020-01-01", "2021-01-01"])).unwrap(),
        );
        check(&axis, &[0, 1], Some("2020-01-01..2020-01-31"), 30.0 / 366.0);
    }

    #[test]
    fn a_span_beyond_the_largest_number_is_reckoned() {
        let axis =
            axis(QuasiColumn::numeric("n", values(&["-1.7e308", "0", "1.7e308", ""])).unwrap());
        check(&axis, &[0, 1], Some("-1.7e308..0"), 0.5);
        check(&axis, &[0, 2], Some("*"), 1.0);
        let Distances::Line(places) = axis.distances() else { panic!("numbers lie on a line") };
        assert_eq!(places[1..], [0.0, 0.5, 1.0]);
    }

    #[test]
    fn weights_are_shares_of_the_largest() {
        let column = |weight| {
            QuasiColumn::categorical("c", values(&["a", "b"])).unwrap().with_weight(weight)
        };
        let shares = |weights: [f64; 2]| relative_weights(&weights.map(column));
        assert_eq!(shares([1e308, 5e307]), [1.0, 0.5]);
        assert_eq!(shares([5e-324, 5e-324]), [1.0, 1.0]);
        assert_eq!(shares([0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(shares([1.0, 0.25]), [1.0, 0.25]);
    }

    #[test]
    fn names_become_sets() {
        let axis = axis(QuasiColumn::categorical("c", values(&["b", "a|c", "d", "e"])).unwrap());
        // The most frequent, which is the last, comes first.
        assert_eq!(axis.rank(3), 0);
        check(&axis, &[0, 1], Some("{a\\|c|b}"), 0.5);
        check(&axis, &[2], Some("d"), 0.0);
        check(&axis, &[0, 1, 2, 3], Some("*"), 1.0);
    }

    #[test]
    fn names_with_a_hierarchy_become_nodes() {
        let file = HierarchyFile::parse("flu;lung;*\nasthma;lung;*\nulcer;stomach;*\n").unwrap();
        let column =
            QuasiColumn::hierarchical("h", values(&["ulcer", "flu", "asthma"]), &file).unwrap();
        let axis = axis(column);
        check(&axis, &[1, 2], Some("lung"), 2.0 / 3.0);
        check(&axis, &[0, 1], Some("*"), 1.0);
        check(&axis, &[0], Some("ulcer"), 0.0);
        let rule = axis.cut_rule(0, 2);
        assert!(!axis.cuts(rule, 0, 1) && axis.cuts(rule, 1, 2));
        let rule = axis.cut_rule(0, 1);
        assert!(axis.cuts(rule, 0, 1));
    }
}
