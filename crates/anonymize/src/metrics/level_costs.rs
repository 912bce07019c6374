//! What the levels of full-domain generalization cost. A metric of cells costs as much as the levels
//! say, and more for rows that are suppressed: the first part is known without making a class, and
//! bounds the loss of a node and of all above it.

use crate::FrequencyTable;
use crate::levels::Levels;

use super::LossMetric;

/// How a metric is reckoned over levels.
pub enum LevelMetric<'a> {
    /// By cells.
    Cells(&'a dyn CellCost),
    /// By the sizes of the classes.
    Classes(&'a dyn Fn(&ClassSizes<'_>) -> f64),
}

/// A column at a level, as a metric of cells sees it.
#[derive(Debug)]
pub struct LevelView<'a> {
    /// The share of the domain each label stands for.
    pub shares: &'a [f64],
    /// The normalised certainty penalty of each label.
    pub ncp: &'a [f64],
    /// Rows of each label.
    pub rows_of_label: &'a [u64],
    /// Rows of each value of the column.
    pub rows_of_value: &'a [u64],
    /// Values of the domain.
    pub domain: f64,
    /// Rows of the table.
    pub rows: u64,
}

/// The classes of a node.
#[derive(Debug)]
pub struct ClassSizes<'a> {
    /// Rows of each class, also of those that fail.
    pub rows: &'a [u64],
    /// Whether each class holds; the others are suppressed.
    pub hold: &'a [bool],
    /// Rows that are suppressed.
    pub suppressed: u64,
}

/// A metric that adds up over the cells of a column, and then over the columns.
pub trait CellCost: Sync {
    /// What all rows cost in a column at a level.
    fn column(&self, view: &LevelView<'_>) -> f64;

    /// By how much more one row of each label costs once it is suppressed.
    fn suppressed(&self, view: &LevelView<'_>) -> Vec<f64>;

    /// The loss of all columns: of each the cost and the weight.
    fn total(&self, columns: &[(f64, f64)], rows: u64) -> f64;
}

/// The costs of every column at every level of a table.
pub(crate) struct LevelCosts<'a> {
    metric: LevelMetric<'a>,
    columns: Vec<Vec<LevelCost>>,
    weights: Vec<f64>,
    levels: &'a [Levels],
    table: &'a FrequencyTable,
    rows: u64,
}

struct LevelCost {
    all: f64,
    suppressed: Vec<f64>,
}

impl<'a> LevelCosts<'a> {
    pub(crate) fn new(
        metric: &'a dyn LossMetric,
        table: &'a FrequencyTable,
        levels: &'a [Levels],
    ) -> Self {
        let metric = metric.levels();
        let rows = table.total_rows();
        let columns = match &metric {
            LevelMetric::Classes(_) => Vec::new(),
            LevelMetric::Cells(cost) => (0..levels.len())
                .map(|column| column_costs(*cost, table, &levels[column], column, rows))
                .collect(),
        };
        let weights = levels.iter().map(|l| l.weight).collect();
        Self { metric, columns, weights, levels, table, rows }
    }

    /// What a node costs at the least, and all above it.
    pub(crate) fn bound(&self, node: impl Iterator<Item = u8>) -> f64 {
        let LevelMetric::Cells(cost) = &self.metric else { return 0.0 };
        let costs: Vec<(f64, f64)> = node
            .enumerate()
            .map(|(column, level)| {
                (self.columns[column][usize::from(level)].all, self.weights[column])
            })
            .collect();
        cost.total(&costs, self.rows)
    }

    /// What a node costs: `gone` are the classes that fail, each by one of its combinations and its rows.
    pub(crate) fn loss(
        &self,
        node: &[u8],
        gone: impl Iterator<Item = (u32, u64)>,
        suppressed: u64,
        rows: &[u64],
        hold: &[bool],
    ) -> f64 {
        let cost = match &self.metric {
            LevelMetric::Classes(loss) => return loss(&ClassSizes { rows, hold, suppressed }),
            LevelMetric::Cells(cost) => cost,
        };
        let mut costs: Vec<(f64, f64)> = node
            .iter()
            .enumerate()
            .map(|(column, level)| {
                (self.columns[column][usize::from(*level)].all, self.weights[column])
            })
            .collect();
        for (combination, rows) in gone {
            for (column, level) in node.iter().enumerate() {
                let code = self.table.code(combination, column);
                let label = self.levels[column].level(*level).of_code[code as usize];
                let more = self.columns[column][usize::from(*level)].suppressed[label as usize];
                costs[column].0 += rows as f64 * more;
            }
        }
        cost.total(&costs, self.rows)
    }
}

fn column_costs(
    cost: &dyn CellCost,
    table: &FrequencyTable,
    levels: &Levels,
    column: usize,
    rows: u64,
) -> Vec<LevelCost> {
    let rows_of_value = table.rows_of_codes(column);
    (0..=levels.top())
        .map(|level| {
            let level = levels.level(level);
            let mut rows_of_label = vec![0u64; level.labels.len()];
            for (rows, label) in rows_of_value.iter().zip(&level.of_code) {
                rows_of_label[*label as usize] += rows;
            }
            let view = LevelView {
                shares: &level.shares,
                ncp: &level.ncp,
                rows_of_label: &rows_of_label,
                rows_of_value: &rows_of_value,
                domain: levels.domain,
                rows,
            };
            LevelCost { all: cost.column(&view), suppressed: cost.suppressed(&view) }
        })
        .collect()
}

/// The weighted mean of the columns.
pub(super) fn weighted_mean(columns: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, weights) = columns
        .fold((0.0, 0.0), |(sum, weights), (cost, weight)| (sum + cost * weight, weights + weight));
    if weights > 0.0 { sum / weights } else { 0.0 }
}
