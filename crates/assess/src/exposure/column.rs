//! A column's texts in numbers, and what they mean once all are read.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::cover::{self, Label, Scale, Value};
use super::covered::Order;
use super::{ANY, NOTHING, QuasiColumn};
use crate::hash::CellNumbers;
use crate::{AssessError, ValueTree, hash};

/// A quasi-identifier's values and labels.
pub(crate) struct Column {
    tree: Option<ValueTree>,
    missing: Vec<String>,
    value_numbers: HashMap<u64, u32, FixedState>,
    pub(crate) values: Vec<Value>,
    label_numbers: HashMap<u64, u32, FixedState>,
    label_texts: Vec<Box<str>>,
    pub(crate) labels: Vec<Label>,
    pub(crate) scale: Scale,
    pub(super) order: Order,
}

/// A sensitive column's values.
pub(super) struct Sensitive {
    missing: Vec<String>,
    numbers: CellNumbers,
}

impl Column {
    pub(super) fn new(quasi: QuasiColumn) -> Self {
        Self {
            tree: quasi.tree,
            missing: quasi.missing,
            value_numbers: HashMap::default(),
            values: Vec::new(),
            label_numbers: HashMap::default(),
            label_texts: Vec::new(),
            labels: Vec::new(),
            scale: Scale::Names,
            order: Order::default(),
        }
    }

    /// The number of a raw value; [`ANY`] where the table has no such column.
    pub(super) fn value(&mut self, cell: Option<&str>) -> u32 {
        let Some(text) = cell else { return ANY };
        let print = hash::of_cell(Some(text));
        let has_line = || self.tree.as_ref().is_some_and(|tree| tree.has(print));
        let next = self.values.len() as u32;
        let number = *self.value_numbers.entry(print).or_insert(next);
        if number == next {
            let is_missing = cover::is_blank(text, &self.missing) && !has_line();
            self.values.push(Value::new(text, is_missing));
        }
        number
    }

    pub(super) fn label(&mut self, cell: Option<&str>) -> u32 {
        let text = cell.unwrap_or_default();
        let next = self.label_texts.len() as u32;
        let number = *self.label_numbers.entry(hash::of_cell(Some(text))).or_insert(next);
        if number == next {
            self.label_texts.push(text.into());
        }
        number
    }

    /// Says what values and labels mean; the scale is that of the first values, which the raw table has.
    pub(super) fn read(&mut self, raw_values: usize) {
        let tree = self.tree.as_ref();
        self.scale = Scale::of(tree.is_some(), self.values.iter().take(raw_values));
        self.values.iter_mut().for_each(|value| self.scale.place(value));
        self.order = Order::of(&self.values, tree);
        let texts = self.label_texts.iter();
        self.labels = texts.map(|text| self.scale.label(text, &self.missing, tree)).collect();
    }

    /// The number of the value of a hash.
    pub(super) fn number_of(&self, print: u64) -> Option<u32> {
        self.value_numbers.get(&print).copied()
    }

    /// Whether a label may stand for a value.
    pub(crate) fn covers(&self, label: u32, value: u32) -> bool {
        value == ANY
            || self.labels[label as usize].covers(&self.values[value as usize], self.tree.as_ref())
    }

    /// Whether a label is a value's own text.
    pub(crate) fn is_same(&self, label: u32, value: u32) -> bool {
        value != ANY && self.labels[label as usize].print == self.values[value as usize].print
    }

    /// The column's hierarchy.
    pub(crate) fn tree(&self) -> Option<&ValueTree> {
        self.tree.as_ref()
    }
}

impl Sensitive {
    /// A column with its texts for a missing value.
    pub(super) fn new(missing: Vec<String>) -> Self {
        Self { missing, numbers: CellNumbers::default() }
    }

    /// How many values it has.
    pub(super) fn values(&self) -> u32 {
        self.numbers.len() as u32
    }

    pub(super) fn number(&mut self, cell: Option<&str>, row: u64) -> Result<u32, AssessError> {
        match cell {
            Some(text) if !cover::is_blank(text, &self.missing) => {
                self.numbers.number(Some(text), row)
            }
            _ => Ok(NOTHING),
        }
    }
}
