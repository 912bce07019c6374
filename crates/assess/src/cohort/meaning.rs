//! What the cells of a column may stand for, read as a recipient reads them.
//!
//! A range covers all points within, a set its members, `*` anything and nothing, a node of the column's
//! hierarchy the values below it. In a raw table a text is itself and no node.

use super::lineage::Lineage;
use super::value::{Stretch, Value, is_blank};
use crate::cell;

/// What one cell may stand for.
#[derive(Debug)]
pub(super) enum Meaning<'a> {
    Missing,
    /// Anything, also a missing value.
    Any,
    Stretch(Stretch),
    /// One of these; none is a missing value.
    Values(Vec<Option<Value<'a>>>),
    /// A node whose values are not all known.
    Open(&'a str),
}

/// How a column is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) lineage: Option<&'a Lineage>,
    /// Whether texts are values as they came, and no nodes.
    pub(super) raw: bool,
    /// Whether numbers of four digits are years.
    pub(super) years: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn of(self, text: Option<&'a str>) -> Meaning<'a> {
        let Some(text) = text.filter(|text| !is_blank(text)) else { return Meaning::Missing };
        if text == "*" {
            return Meaning::Any;
        }
        if let cell::ReleasedCell::Set { .. } = cell::ReleasedCell::read(Some(text)) {
            let members = cell::members(text).unwrap_or_default().into_iter();
            let member = |text: String| match is_blank(&text) {
                true => None,
                false => {
                    let above = self.above(&text);
                    Some(Value::text(text, above, self.years))
                }
            };
            return Meaning::Values(members.map(member).collect());
        }
        let stretch = Stretch::read(text, self.years);
        match self.lineage {
            Some(lineage) if !self.raw => self.node(text, stretch, lineage),
            _ if !self.raw && text.ends_with('*') => Meaning::Open(text),
            _ => self.itself(text, stretch),
        }
    }

    fn node(self, text: &'a str, stretch: Option<Stretch>, lineage: &'a Lineage) -> Meaning<'a> {
        let below = lineage.below(text);
        if lineage.is_complete() && !below.is_empty() {
            let mut values: Vec<&str> = below.iter().map(String::as_str).collect();
            if lineage.above(text).is_some() && !values.contains(&text) {
                values.push(text);
            }
            let known = values.into_iter().map(|value| Some(self.value(value)));
            return Meaning::Values(known.collect());
        }
        match stretch {
            Some(stretch) if !stretch.is_point() => Meaning::Stretch(stretch),
            _ if below.is_empty() && lineage.above(text).is_some() => self.itself(text, None),
            // A number that no line has: itself, unless a node may be named by it.
            Some(_) if below.is_empty() && lineage.is_complete() => self.itself(text, None),
            _ => Meaning::Open(text),
        }
    }

    fn itself(self, text: &'a str, stretch: Option<Stretch>) -> Meaning<'a> {
        match stretch {
            Some(stretch) if !stretch.is_point() => Meaning::Stretch(stretch),
            _ => Meaning::Values(vec![Some(self.value(text))]),
        }
    }

    /// A value with what is above it.
    pub(super) fn value(self, text: &'a str) -> Value<'a> {
        Value::text(text, self.above(text), self.years)
    }

    /// The nodes above a value or a node.
    pub(super) fn over(self, text: &str) -> Vec<&'a str> {
        self.lineage.map(|lineage| lineage.over(text)).unwrap_or_default()
    }

    fn above(self, text: &str) -> Vec<&'a str> {
        self.lineage.and_then(|lineage| lineage.above(text)).unwrap_or_default()
    }
}

impl Meaning<'_> {
    /// The number or day in the middle of what the cell says, where it says one.
    pub(super) fn middle(&self) -> Option<f64> {
        match self {
            Self::Stretch(stretch) => stretch.middle(),
            Self::Values(values) => {
                let points: Option<Vec<f64>> =
                    values.iter().map(|value| Some(value.as_ref()?.point?.1)).collect();
                points.filter(|p| !p.is_empty()).map(|p| p.iter().sum::<f64>() / p.len() as f64)
            }
            Self::Missing | Self::Any | Self::Open(_) => None,
        }
    }
}
