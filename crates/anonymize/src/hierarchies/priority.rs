//! The most frequent values stay themselves longest; the rarer ones become `other`, more of them on each
//! level. Of equally frequent values the first by the alphabet counts as more frequent.
//!
//! Frequency is that of the column's rows, as in the priority-based hierarchies of ARX.

use anonymed_core::policy::{HierarchyBuild, Keep};
use hashbrown::HashMap;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};

/// See the module.
#[derive(Debug)]
pub(super) struct Priority;

impl HierarchyBuilder for Priority {
    fn name(&self) -> &'static str {
        "priority"
    }

    fn source(&self) -> &'static str {
        "the column's own frequencies"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        let HierarchyBuild::Priority(steps) = build else { return None };
        let rank = ranks(column);
        let keep: Vec<u64> = match &steps.keep {
            Keep::Counts(counts) => counts.clone(),
            Keep::Halves(levels) => (1..=*levels).map(|level| rank.len() as u64 >> level).collect(),
        };
        Some(Ok(Box::new(move |text| {
            let rank = *rank.get(text)?;
            let label = |keep: &u64| if rank < *keep { text } else { steps.other.as_str() };
            Some(Path { base: None, labels: keep.iter().map(|n| label(n).to_owned()).collect() })
        })))
    }
}

fn ranks(column: &ColumnValues<'_>) -> HashMap<String, u64> {
    let mut order: Vec<(u64, &str)> =
        column.rows.iter().copied().zip(column.texts.iter().copied()).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    (0..).zip(order).map(|(rank, (_, text))| (text.to_owned(), rank)).collect()
}

#[cfg(test)]
mod tests {
    use crate::hierarchies::tests::labels;

    #[test]
    fn frequent_values_stay() {
        // Each value has as many rows as it is letters long.
        let texts = ["ccc", "a", "b", "dddd"];
        assert_eq!(
            labels("build = \"priority\", levels = 2", &texts),
            ["ccc other", "other other", "other other", "dddd dddd"]
        );
        let keys = "build = \"priority\", keep = [3, 1], other = \"rest\"";
        assert_eq!(labels(keys, &texts), ["ccc rest", "a rest", "rest rest", "dddd dddd"]);
    }
}
