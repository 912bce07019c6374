//! What a released cell may stand for, told from its text and the raw column's own values.
//!
//! A column is read as numbers or dates where all its raw values are such, as a tree where it has a
//! hierarchy, and else as names. A raw value has an extent (`[70-80)` and `1950-03` have one too), and a
//! label covers what lies within its own.

use anonymed_core::PartialDate;
use jiff::civil::Date;

use crate::{ValueTree, cell, hash};

/// What the texts of a raw column are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Numbers,
    Dates,
    Names,
    Tree,
}

/// A raw value.
pub(crate) struct Value {
    pub(crate) print: u64,
    text: Box<str>,
    pub(crate) is_missing: bool,
    pub(crate) extent: Option<(f64, f64)>,
}

/// A released cell's text.
pub(crate) struct Label {
    pub(crate) print: u64,
    pub(crate) says: Says,
}

/// What a label says.
pub(crate) enum Says {
    Missing,
    Any,
    /// Between two ends, both within.
    Extent(f64, f64),
    /// One of several: prints and extents.
    Set(Vec<(u64, Option<(f64, f64)>)>),
    /// `29*`: what begins so and is no longer.
    Beginning(Box<str>),
    /// A value by itself, or a node of the column's tree.
    Node {
        is_root: bool,
    },
}

/// Whether a text stands for no value. Apart from the solver's list, on purpose.
pub(crate) fn is_blank(text: &str, markers: &[String]) -> bool {
    let bare = text.trim();
    markers.iter().any(|marker| marker == text)
        || matches!(
            bare,
            "" | "?"
                | "-"
                | "."
                | "*"
                | "NA"
                | "N/A"
                | "n/a"
                | "NULL"
                | "null"
                | "NaN"
                | "nan"
                | "None"
        )
}

impl Value {
    pub(crate) fn new(text: &str, is_missing: bool) -> Self {
        Self { print: hash::of_cell(Some(text)), text: text.into(), is_missing, extent: None }
    }
}

impl Value {
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl Scale {
    /// The scale of a column's raw values.
    pub(crate) fn of<'a>(has_tree: bool, values: impl Iterator<Item = &'a Value> + Clone) -> Self {
        let stated = values.filter(|value| !value.is_missing);
        let all = |test: fn(&str) -> bool| stated.clone().all(|value| test(&value.text));
        if has_tree {
            Self::Tree
        } else if stated.clone().next().is_none() {
            Self::Names
        } else if all(|text| PartialDate::parse_iso(text.trim()).is_some())
            && stated.clone().any(|value| value.text.trim().len() > 4)
        {
            Self::Dates
        } else if all(|text| number_extent(text).is_some()) {
            Self::Numbers
        } else {
            Self::Names
        }
    }

    /// How far a text reaches, both ends within.
    pub(crate) fn extent(self, text: &str) -> Option<(f64, f64)> {
        match self {
            Self::Numbers => number_extent(text),
            Self::Dates => date_extent(text),
            Self::Names | Self::Tree => None,
        }
    }

    pub(crate) fn place(self, value: &mut Value) {
        value.extent = if value.is_missing { None } else { self.extent(&value.text) };
    }

    /// Reads a label.
    pub(crate) fn label(self, text: &str, markers: &[String], tree: Option<&ValueTree>) -> Label {
        let print = hash::of_cell(Some(text));
        let is_node = tree.is_some_and(|tree| tree.has(print));
        let is_root = tree.is_some_and(|tree| tree.is_root(print));
        let says = if text == "*" {
            Says::Any
        } else if is_node || is_root {
            Says::Node { is_root }
        } else if is_blank(text, markers) {
            Says::Missing
        } else if let Some(members) = set_members(text) {
            let read = |text: &String| (hash::of_cell(Some(text)), self.extent(text));
            Says::Set(members.iter().map(read).collect())
        } else if let Some((low, high)) = self.range(text).or_else(|| self.extent(text)) {
            Says::Extent(low, high)
        } else if tree.is_none() && text.ends_with('*') {
            Says::Beginning(text.into())
        } else {
            Says::Node { is_root: false }
        };
        Label { print, says }
    }

    fn range(self, text: &str) -> Option<(f64, f64)> {
        let (low, high) = text.split_once("..")?;
        let ends = (self.extent(low)?.0, self.extent(high)?.1);
        (ends.0 <= ends.1).then_some(ends)
    }
}

impl Label {
    /// Whether a raw value may be written so.
    pub(crate) fn covers(&self, value: &Value, tree: Option<&ValueTree>) -> bool {
        let within = |low: f64, high: f64| value.extent.is_some_and(|e| low <= e.0 && e.1 <= high);
        match &self.says {
            Says::Any => true,
            Says::Missing => value.is_missing,
            Says::Node { is_root } if value.is_missing => *is_root,
            _ if value.is_missing => false,
            _ if self.print == value.print => true,
            Says::Extent(low, high) => within(*low, *high),
            Says::Set(members) => members.iter().any(|(print, extent)| {
                *print == value.print || extent.is_some_and(|(low, high)| within(low, high))
            }),
            Says::Beginning(pattern) => {
                value.text.len() <= pattern.len()
                    && value.text.starts_with(pattern.trim_end_matches('*'))
            }
            Says::Node { .. } => tree
                .and_then(|tree| tree.path(value.print))
                .is_some_and(|p| p.contains(&self.print)),
        }
    }
}

/// The extent of a number, also with a decimal comma, and of `[70-80)`, `70-79`, `<18` and `90+`.
pub(crate) fn number_extent(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let plain =
        |text: &str| cell::number(text).or_else(|| cell::number(&text.replacen(',', ".", 1)));
    if let Some(number) = plain(text) {
        return Some((number, number));
    }
    if let Some(open) = cell::open_ended(text) {
        return Some(open);
    }
    let (body, open) = match (text.strip_prefix('['), text.strip_prefix('(')) {
        (Some(body), _) => (body, false),
        (_, Some(body)) => (body, true),
        _ => (text, false),
    };
    let (body, cut) = match (body.strip_suffix(']'), body.strip_suffix(')')) {
        (Some(body), _) => (body, false),
        (_, Some(body)) => (body, true),
        _ => (body, false),
    };
    let (low, high) = body.split_once('-')?;
    let (low, high) = (plain(low)?, plain(high)?);
    let low = if open { low.next_up() } else { low };
    let high = if cut { high.next_down() } else { high };
    (low <= high).then_some((low, high))
}

/// The days since 1970 from the first to the last that an ISO date may mean.
pub(crate) fn date_extent(text: &str) -> Option<(f64, f64)> {
    let date = PartialDate::parse_iso(text.trim())?;
    let first = date.first_day()?;
    let last = match date {
        PartialDate::Day(day) => day,
        PartialDate::Month { .. } => first.last_of_month(),
        PartialDate::Year(_) => first.last_of_year(),
    };
    let days = |day: Date| {
        let since = Date::new(1970, 1, 1).ok()?.until(day).ok()?;
        Some(f64::from(since.get_days()))
    };
    Some((days(first)?, days(last)?))
}

/// The members of `{A|B|C}`; `\` escapes the next character.
fn set_members(text: &str) -> Option<Vec<String>> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let (mut members, mut member, mut escaped) = (Vec::new(), String::new(), false);
    for c in inside.chars() {
        match c {
            _ if escaped => {
                escaped = false;
                member.push(c);
            }
            '\\' => escaped = true,
            '|' => members.push(std::mem::take(&mut member)),
            '{' | '}' => return None,
            _ => member.push(c),
        }
    }
    members.push(member);
    (!escaped && members.len() > 1).then_some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of some raw values a label covers, in the scale the values give.
    fn covered(values: &[&str], label: &str, lines: &[&str]) -> Vec<bool> {
        let tree = (!lines.is_empty())
            .then(|| ValueTree::new(lines.iter().map(|line| line.split(';').collect())));
        let blank = |text: &str| {
            is_blank(text, &[])
                && !tree.as_ref().is_some_and(|tree| tree.has(hash::of_cell(Some(text))))
        };
        let mut values: Vec<Value> = values.iter().map(|t| Value::new(t, blank(t))).collect();
        let scale = Scale::of(tree.is_some(), values.iter());
        values.iter_mut().for_each(|value| scale.place(value));
        let label = scale.label(label, &[], tree.as_ref());
        values.iter().map(|value| label.covers(value, tree.as_ref())).collect()
    }

    fn check(values: &[&str], label: &str, expect: &str) {
        let told: String =
            covered(values, label, &[]).iter().map(|c| if *c { '1' } else { '0' }).collect();
        assert_eq!(told, expect, "{label} of {values:?}");
    }

    #[test]
    fn labels_cover_what_they_may_stand_for() {
        check(&["39", "40", "44.5", "50", "51", ""], "40..50", "011100");
        check(&["40", "40.0", "41", "?"], "40", "1100");
        check(&["40", "?"], "*", "11");
        check(&["40", "?"], "", "01");
        check(&["1,5", "2,5", "3"], "1,5..2,5", "110");
        check(&["1950-03-01", "1950-03-31", "1950-04-01"], "1950-03", "110");
        check(&["1949-12-31", "1950-03-31", "1954-12-31", "1955-01-01"], "1950..1954", "0110");
        check(&["[60-70)", "[70-80)", "[80-90)", "[90-100)"], "[60-90)", "1110");
        check(&["85", "90+", "84"], "85+", "110");
        check(&["Ulm", "Bonn", "a|b"], "{Ulm|a\\|b}", "101");
        check(&["295", "301", "2951"], "29*", "100");
        check(&["K1A 0B1", "K1A", "K2"], "K1*****", "110");
        // Near misses.
        check(&["4-5-6", "x"], "4..6", "00");
        check(&["Ulm", "Ulmen"], "Ulm", "10");
    }

    #[test]
    fn nodes_cover_their_leaves() {
        let lines = ["a;x;*", "b;x;*", "c;y;*", "?;y;*"];
        assert_eq!(covered(&["a", "b", "c", "?"], "x", &lines), [true, true, false, false]);
        assert_eq!(covered(&["a", "c", "?"], "y", &lines), [false, true, true]);
        assert_eq!(covered(&["a", "?"], "?", &lines), [false, true]);
        // A missing value is below the root alone.
        let named = ["a;x;all", "b;x;all"];
        assert_eq!(covered(&["a", ""], "all", &named), [true, true]);
        assert_eq!(covered(&["a", ""], "x", &named), [true, false]);
    }
}
