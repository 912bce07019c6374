//! How much of a column's domain its cells leave open.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{ColumnTally, UtilityMetric};
use crate::cell::ReleasedCell;

/// The normalised certainty penalty (Xu et al. 2006) of a released column as its recipient sees
/// it, with the raw column as the domain: a range costs its length by the domain's, a set its
/// members by the domain's values, `*` and nothing-where-something-was cost 1, an unchanged cell
/// nothing. Any other text is a node of a hierarchy nobody described: it costs the share of the
/// domain's values that were seen to become it, which is a lower bound.
#[derive(Debug, Clone, Copy, Default)]
pub struct CertaintyPenalty;

impl UtilityMetric for CertaintyPenalty {
    fn name(&self) -> &'static str {
        "certainty"
    }

    fn citation(&self) -> &'static str {
        "Xu et al., Utility-based anonymization using local recoding, KDD 2006"
    }

    fn measure(&self, column: &ColumnTally) -> Vec<(&'static str, f64)> {
        vec![("penalty", penalty(column))]
    }
}

/// Mean penalty of a column's cells.
pub(super) fn penalty(column: &ColumnTally) -> f64 {
    let pairs = column.pairs();
    let mut sources: HashMap<u32, u64, FixedState> = HashMap::default();
    for (_, released, _) in &pairs {
        *sources.entry(*released).or_default() += 1;
    }
    let values = column.raw.values.iter().filter(|v| !v.missing).count().max(1) as f64;
    let points = column.raw.values.iter().filter_map(|v| v.point);
    let (low, high) =
        points.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p), h.max(p)));
    let span = high - low;
    let (mut sum, mut rows) = (0.0, 0u64);
    for (raw, released, count) in pairs {
        let raw = &column.raw.values[raw as usize];
        let label = &column.released.values[released as usize];
        rows += count;
        let share_of_values = sources[&released] as f64 / values;
        let cost = match label.cell {
            _ if column.unchanged_pair(raw, label) => 0.0,
            ReleasedCell::Missing | ReleasedCell::Any => 1.0,
            ReleasedCell::Range { low, high } if span > 0.0 => (high - low) / span,
            ReleasedCell::Open { low: from, high: to } if span > 0.0 => {
                (to.min(high) - from.max(low)).max(0.0) / span
            }
            ReleasedCell::Set { members } => members as f64 / values,
            _ => share_of_values,
        };
        sum += count as f64 * cost.min(1.0);
    }
    if rows == 0 { 0.0 } else { sum / rows as f64 }
}
