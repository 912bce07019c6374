//! Whom a release costs most: accuracy by subgroup, before and after. A mean over all rows hides that a
//! small group's rows became useless.

use serde::{Deserialize, Serialize};

use super::trained::commonest;
use crate::coded::CodedColumn;

/// Subgroups of a column that are looked at: its commonest values.
const GROUPS: usize = 12;
/// Scored rows a subgroup has at least.
const ROWS: usize = 50;
/// Subgroups that are told.
const TOLD: usize = 5;

/// The loss of one subgroup. It is named by its rank, for its value may be somebody's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubgroupLoss {
    /// The column that makes the subgroup.
    pub column: String,
    /// Which of the column's values, from 1 for the commonest.
    pub rank: u64,
    /// Scored rows of it.
    pub rows: u64,
    /// Accuracy of the model of raw rows.
    pub accuracy_raw: f64,
    /// Accuracy of the model of released rows.
    pub accuracy_released: f64,
}

impl SubgroupLoss {
    fn loss(&self) -> f64 {
        self.accuracy_raw - self.accuracy_released
    }
}

/// The subgroups that lose most, of some columns of the raw table. `scored` has the raw rows that were scored
/// and whether each model was right.
pub(super) fn worst<'a>(
    columns: impl Iterator<Item = &'a CodedColumn>,
    scored: &[(usize, bool, bool)],
) -> Vec<SubgroupLoss> {
    let mut all: Vec<SubgroupLoss> = columns.flat_map(|column| of_column(column, scored)).collect();
    all.sort_by(|a, b| {
        let by_name = || (&a.column, a.rank).cmp(&(&b.column, b.rank));
        b.loss().total_cmp(&a.loss()).then_with(by_name)
    });
    all.truncate(TOLD);
    all
}

fn of_column(column: &CodedColumn, scored: &[(usize, bool, bool)]) -> Vec<SubgroupLoss> {
    let of = |(at, code): (usize, u32)| {
        let rows = scored.iter().filter(|(row, ..)| column.codes()[*row] == code);
        let (mut all, mut raw, mut released) = (0usize, 0usize, 0usize);
        for (_, by_raw, by_released) in rows {
            all += 1;
            raw += usize::from(*by_raw);
            released += usize::from(*by_released);
        }
        let share = |right: usize| right as f64 / all as f64;
        (all >= ROWS).then(|| SubgroupLoss {
            column: column.name().to_owned(),
            rank: at as u64 + 1,
            rows: all as u64,
            accuracy_raw: share(raw),
            accuracy_released: share(released),
        })
    };
    commonest(column, GROUPS).into_iter().enumerate().filter_map(of).collect()
}
