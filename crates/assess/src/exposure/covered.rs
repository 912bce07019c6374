//! Which values a label covers, found without asking every value: by its text, by the place of its ends among
//! the values', by how it begins, or by what is below its node.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Column;
use super::cover::{Says, Value};
use crate::ValueTree;

/// A column's values in the orders that labels ask for.
#[derive(Default)]
pub(super) struct Order {
    missing: Vec<u32>,
    /// Extents of the values that have one, by their lower ends.
    by_start: Vec<(f64, f64, u32)>,
    /// Values that are not missing, by their texts.
    by_text: Vec<u32>,
    /// By node of the hierarchy: the values below it.
    below: HashMap<u64, Vec<u32>, FixedState>,
}

impl Order {
    pub(super) fn of(values: &[Value], tree: Option<&ValueTree>) -> Self {
        let mut order = Self::default();
        for (number, value) in (0u32..).zip(values) {
            if value.is_missing {
                order.missing.push(number);
                continue;
            }
            order.by_text.push(number);
            if let Some((low, high)) = value.extent {
                order.by_start.push((low, high, number));
            }
            for node in tree.and_then(|tree| tree.path(value.print)).unwrap_or_default() {
                order.below.entry(*node).or_default().push(number);
            }
        }
        order.by_start.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        order.by_text.sort_by_key(|number| values[*number as usize].text());
        order
    }

    fn within(&self, low: f64, high: f64) -> impl Iterator<Item = u32> {
        let from = self.by_start.partition_point(|extent| extent.0 < low);
        let until = self.by_start.partition_point(|extent| extent.0 <= high);
        let starting = self.by_start.get(from..until).unwrap_or_default().iter();
        starting.filter(move |extent| extent.1 <= high).map(|extent| extent.2)
    }
}

impl Column {
    /// The values that a label covers, ascending.
    pub(crate) fn covered(&self, label: u32) -> Vec<u32> {
        let label = &self.labels[label as usize];
        let order = &self.order;
        let stated = |print: &u64| {
            let number = self.number_of(*print);
            number.filter(|number| !self.values[*number as usize].is_missing)
        };
        let mut covered: Vec<u32> = match &label.says {
            Says::Any => return (0..self.values.len() as u32).collect(),
            Says::Missing => return order.missing.clone(),
            Says::Extent(low, high) => order.within(*low, *high).collect(),
            Says::Set(members) => {
                let extents = members.iter().filter_map(|(_, extent)| *extent);
                let within = extents.flat_map(|(low, high)| order.within(low, high));
                members.iter().filter_map(|(print, _)| stated(print)).chain(within).collect()
            }
            Says::Beginning(pattern) => self.beginning(pattern),
            Says::Node { is_root } => {
                let below = order.below.get(&label.print).into_iter().flatten().copied();
                let missing = order.missing.iter().copied().filter(|_| *is_root);
                below.chain(missing).collect()
            }
        };
        covered.extend(stated(&label.print));
        covered.sort_unstable();
        covered.dedup();
        covered
    }

    /// By value: the number of one of so many blocks (1 or more) of values that lie beside each other, those
    /// with an extent by its lower end, the others by their texts.
    pub(super) fn blocks(&self, most: usize) -> Vec<u32> {
        let order = &self.order;
        let size = self.values.len().div_ceil(most).max(1);
        let extents = order.by_start.iter().map(|extent| extent.2);
        let has_no_extent = |value: &u32| self.values[*value as usize].extent.is_none();
        let others = order.by_text.iter().chain(&order.missing).copied().filter(has_no_extent);
        let mut blocks = vec![0; self.values.len()];
        for (place, value) in extents.chain(others).enumerate() {
            blocks[value as usize] = (place / size) as u32;
        }
        blocks
    }

    fn beginning(&self, pattern: &str) -> Vec<u32> {
        let start = pattern.trim_end_matches('*');
        let text = |number: &u32| self.values[*number as usize].text();
        let from = self.order.by_text.partition_point(|number| text(number) < start);
        let so_far = self.order.by_text[from..].iter().copied();
        so_far
            .take_while(|number| text(number).starts_with(start))
            .filter(|number| text(number).len() <= pattern.len())
            .collect()
    }
}
