//! t: how far the values of a class are from those of the table, by the earth mover's distance.

use super::{Better, ClassValues, PrivacyMeasure, TableValues};

/// The distance of a class; 1 where it states no value. One for each ground distance.
#[derive(Debug)]
pub(super) struct TCloseness {
    name: &'static str,
    distance: fn(&[f64], &TableValues<'_>) -> Option<f64>,
}

pub(super) const EQUAL: TCloseness =
    TCloseness { name: "t-closeness", distance: |extra, _| Some(equal(extra)) };
pub(super) const ORDERED: TCloseness = TCloseness {
    name: "ordered-t-closeness",
    distance: |extra, table| Some(ordered(extra, table.order?)),
};
pub(super) const HIERARCHICAL: TCloseness = TCloseness {
    name: "hierarchical-t-closeness",
    distance: |extra, table| Some(hierarchical(extra, table.paths?)),
};

/// Half the sum of the differences.
fn equal(extra: &[f64]) -> f64 {
    extra.iter().map(|e| e.abs()).sum::<f64>() / 2.0
}

/// The mean of what has to be carried past each value.
fn ordered(extra: &[f64], order: &[u32]) -> f64 {
    if order.len() < 2 {
        return 0.0;
    }
    let mut sum = 0.0;
    let mut carried = Vec::with_capacity(order.len());
    for value in order {
        sum += extra[*value as usize];
        carried.push(f64::abs(sum));
    }
    carried[..order.len() - 1].iter().sum::<f64>() / (order.len() - 1) as f64
}

/// Below every node as much is moved as its children have too much and too little of, at the cost of the
/// node's height over the tree's.
fn hierarchical(extra: &[f64], paths: &[Vec<u32>]) -> f64 {
    let height = paths.first().map_or(0, Vec::len);
    let mut cost = 0.0;
    // Amounts by node of the level below, each with a value below it.
    let mut below: Vec<(usize, f64)> = extra.iter().copied().enumerate().collect();
    for level in 0..height {
        let nodes = paths.iter().map(|path| path[level] as usize + 1).max().unwrap_or(0);
        let mut sums: Vec<Option<(usize, f64, f64)>> = vec![None; nodes];
        for (value, amount) in &below {
            let sum = sums[paths[*value][level] as usize].get_or_insert((*value, 0.0, 0.0));
            sum.1 += amount.max(0.0);
            sum.2 += (-amount).max(0.0);
        }
        let weight = (level + 1) as f64 / height as f64;
        let filled: Vec<(usize, f64, f64)> = sums.into_iter().flatten().collect();
        cost += weight * filled.iter().map(|(_, more, less)| more.min(*less)).sum::<f64>();
        below = filled.into_iter().map(|(value, more, less)| (value, more - less)).collect();
    }
    cost
}

impl PrivacyMeasure for TCloseness {
    fn name(&self) -> &'static str {
        self.name
    }

    fn citation(&self) -> &'static str {
        "Li, Li & Venkatasubramanian, t-closeness, ICDE 2007"
    }

    fn better(&self) -> Better {
        Better::Lower
    }

    fn of_class(&self, class: &ClassValues<'_>, table: &TableValues<'_>) -> Option<f64> {
        if class.values.is_empty() {
            return Some(1.0);
        }
        (self.distance)(&class.extra(table), table)
    }
}
