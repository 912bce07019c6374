//! A column's levels of generalization: for each level what every code becomes. Level 0 is the value
//! itself, the highest one label for all.
//!
//! A hierarchy has its own levels. Numbers and dates without one get intervals that nest: numbers of
//! a round width, then twice as wide each time; dates by month, quarter, year, five years and decade.
//! Names without one have two levels.
//!
//! Levels are numbered by a byte. Of a hierarchy of more than 255 above the values, the lowest 254 and the
//! root are levels, so that everything can still become one label.

use hashbrown::HashMap;
use jiff::civil::Date;

use crate::axis::relative_weights;
use crate::{FrequencyTable, QuasiColumn, QuasiKind};

/// Intervals the first level above the values has at most.
const FIRST_INTERVALS: f64 = 48.0;

/// The highest number of a level.
const HIGHEST: usize = u8::MAX as usize;

/// The levels of one column.
#[derive(Debug)]
pub(crate) struct Levels {
    levels: Vec<Level>,
    /// Values of the domain, whether they occur or not.
    pub(crate) domain: f64,
    pub(crate) weight: f64,
}

/// One level.
#[derive(Debug)]
pub(crate) struct Level {
    /// The label of each code.
    pub(crate) of_code: Vec<u32>,
    /// What each label says; `None` is the missing value.
    pub(crate) labels: Vec<Option<String>>,
    /// The share of the domain each label stands for.
    pub(crate) shares: Vec<f64>,
    /// The normalised certainty penalty of each label, 0 to 1.
    pub(crate) ncp: Vec<f64>,
}

impl Levels {
    pub(crate) fn all(table: &FrequencyTable) -> Vec<Self> {
        let weights = relative_weights(table.columns());
        let levels = table.columns().iter().map(Self::of).zip(weights);
        levels.map(|(levels, weight)| Self { weight, ..levels }).collect()
    }

    fn of(column: &QuasiColumn) -> Self {
        let values = column.values();
        let (mut levels, domain) = match column.kind() {
            QuasiKind::Hierarchical(hierarchy) => {
                let levels = (1..=hierarchy.height()).map(|level| {
                    Level::new(
                        hierarchy.level_map(level).to_vec(),
                        hierarchy.labels(level).to_vec(),
                        hierarchy.shares(level).collect(),
                    )
                });
                (levels.collect(), hierarchy.value_count())
            }
            QuasiKind::Categorical => (Vec::new(), values.len() as f64),
            QuasiKind::Numeric(points) => (numbers(values, points), values.len() as f64),
            QuasiKind::Date(points) => (dates(values, points), values.len() as f64),
        };
        if !matches!(column.kind(), QuasiKind::Hierarchical(_)) {
            levels.push(Level::new(vec![0; values.len()], vec![Some("*".to_owned())], vec![1.0]));
        }
        let own = (0..values.len() as u32).collect();
        let share = if domain > 0.0 { 1.0 / domain } else { 1.0 };
        let mut own = Level::new(own, values.to_vec(), vec![share; values.len()]);
        own.ncp.fill(0.0);
        levels.insert(0, own);
        if levels.len() > HIGHEST + 1 {
            levels.drain(HIGHEST..levels.len() - 1);
        }
        Self { levels, domain, weight: column.weight() }
    }

    /// The highest level.
    pub(crate) fn top(&self) -> u8 {
        u8::try_from(self.levels.len() - 1).expect("levels above the highest number are cut")
    }

    pub(crate) fn level(&self, level: u8) -> &Level {
        &self.levels[usize::from(level)]
    }
}

impl Level {
    fn new(of_code: Vec<u32>, labels: Vec<Option<String>>, shares: Vec<f64>) -> Self {
        let mut codes = vec![0u32; labels.len()];
        of_code.iter().for_each(|label| codes[*label as usize] += 1);
        let all = of_code.len().max(1) as f64;
        let penalty = |n: &u32| if *n <= 1 { 0.0 } else { f64::from(*n) / all };
        let ncp = codes.iter().map(penalty).collect();
        Self { of_code, labels, shares, ncp }
    }

    /// A level of intervals: `key` says which interval a point is in, `label` what it is called.
    fn intervals(
        values: &[Option<String>],
        points: &[f64],
        span: f64,
        key: impl Fn(f64) -> i64,
        label: impl Fn(i64, &[f64]) -> String,
    ) -> Self {
        let mut members: Vec<(i64, f64)> =
            points.iter().filter(|p| !p.is_nan()).map(|p| (key(*p), *p)).collect();
        members.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut labels = Vec::new();
        let mut ncp = Vec::new();
        let mut number: HashMap<i64, u32> = HashMap::new();
        if values.iter().any(Option::is_none) {
            labels.push(None);
            ncp.push(0.0);
        }
        for interval in members.chunk_by(|a, b| a.0 == b.0) {
            let inside: Vec<f64> = interval.iter().map(|m| m.1).collect();
            number.insert(interval[0].0, labels.len() as u32);
            labels.push(Some(label(interval[0].0, &inside)));
            let extent = inside[inside.len() - 1] - inside[0];
            ncp.push(if span > 0.0 { extent / span } else { 0.0 });
        }
        let of_code: Vec<u32> = points
            .iter()
            .map(|p| if p.is_nan() { 0 } else { number.get(&key(*p)).copied().unwrap_or(0) })
            .collect();
        let mut shares = vec![0.0; labels.len()];
        let each = 1.0 / values.len().max(1) as f64;
        of_code.iter().for_each(|label| shares[*label as usize] += each);
        Self { of_code, labels, shares, ncp }
    }
}

fn ends(points: &[f64]) -> Option<(f64, f64)> {
    let filled = points.iter().copied().filter(|p| !p.is_nan());
    filled.fold(None, |ends, p| match ends {
        None => Some((p, p)),
        Some((low, high)) => Some((f64::min(low, p), f64::max(high, p))),
    })
}

fn numbers(values: &[Option<String>], points: &[f64]) -> Vec<Level> {
    let Some((low, high)) = ends(points) else { return Vec::new() };
    let span = high - low;
    let whole = points.iter().all(|p| p.is_nan() || p.fract() == 0.0);
    let mut sorted: Vec<f64> = points.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let gap = sorted.windows(2).map(|w| w[1] - w[0]).filter(|g| *g > 0.0).fold(span, f64::min);
    if span <= 0.0 || !span.is_finite() {
        return Vec::new();
    }
    let mut width = round_width((span / FIRST_INTERVALS).max(gap * 1.5));
    let mut levels = Vec::new();
    while width < span {
        let key = |p: f64| (p / width).floor() as i64;
        let label = |n: i64, inside: &[f64]| {
            let (first, last) = match whole && width.fract() == 0.0 {
                true => (n as f64 * width, (n + 1) as f64 * width - 1.0),
                false => (inside[0], inside[inside.len() - 1]),
            };
            if first == last { first.to_string() } else { format!("{first}..{last}") }
        };
        levels.push(Level::intervals(values, points, span, key, label));
        width *= 2.0;
    }
    levels
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below a width.
fn round_width(least: f64) -> f64 {
    let unit = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|n| n * unit).into_iter().find(|w| *w >= least).unwrap_or(least)
}

fn dates(values: &[Option<String>], points: &[f64]) -> Vec<Level> {
    let Some((low, high)) = ends(points) else { return Vec::new() };
    let month = |point: f64| -> i64 {
        let epoch = Date::constant(1970, 1, 1);
        let day = epoch.checked_add(jiff::Span::new().days(point as i64)).unwrap_or(epoch);
        i64::from(day.year()) * 12 + i64::from(day.month()) - 1
    };
    let text =
        |months: i64| format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1);
    [1, 3, 12, 60, 120]
        .into_iter()
        .filter(|width| month(low).div_euclid(*width) != month(high).div_euclid(*width))
        .map(|width| {
            let label = |n: i64, _: &[f64]| match width {
                1 => text(n),
                12 => format!("{n:04}"),
                3 => format!("{}..{}", text(n * 3), text(n * 3 + 2)),
                _ => format!("{:04}..{:04}", n * width / 12, (n + 1) * width / 12 - 1),
            };
            let key = |point: f64| month(point).div_euclid(width);
            Level::intervals(values, points, high - low, key, label)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HierarchyFile;

    fn labels(column: QuasiColumn) -> Vec<Vec<String>> {
        let levels = Levels::of(&column);
        (0..=levels.top())
            .map(|level| {
                let text = |label: &Option<String>| label.clone().unwrap_or_default();
                levels.level(level).labels.iter().map(text).collect()
            })
            .collect()
    }

    fn values(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
    }

    #[test]
    fn intervals_nest_and_have_round_ends() {
        let ages: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let ages: Vec<&str> = ages.iter().map(String::as_str).collect();
        let column = QuasiColumn::numeric("age", values(&ages)).unwrap();
        let levels = Levels::of(&column);
        assert_eq!(levels.top(), 6);
        let at = |level: u8| {
            let level = levels.level(level);
            level.labels[level.of_code[47] as usize].clone().unwrap()
        };
        assert_eq!([at(1), at(2), at(3)], ["45..49", "40..49", "40..59"]);
    }

    #[test]
    fn names_have_two_levels_and_a_missing_value_stays_until_the_last() {
        let column = QuasiColumn::categorical("sex", values(&["F", "", "M"])).unwrap();
        assert_eq!(labels(column), [vec!["F", "", "M"], vec!["*"]]);
        let column = QuasiColumn::numeric("n", values(&["", "0", "10", "100"])).unwrap();
        let all = labels(column);
        assert!(all[..all.len() - 1].iter().all(|level| level.contains(&String::new())));
    }

    #[test]
    fn a_hierarchy_of_more_levels_than_a_byte_counts_keeps_its_root() {
        for (height, top) in [(254usize, 254), (255, 255), (256, 255), (300, 255)] {
            // Two branches that meet at the root alone.
            let line = |value: &str| {
                let below: Vec<String> = (1..height).map(|n| format!("{value}{n}")).collect();
                format!("{value};{};*\n", below.join(";"))
            };
            let file = HierarchyFile::parse(&[line("a"), line("b")].concat()).unwrap();
            let column = QuasiColumn::hierarchical("h", values(&["a", "b"]), &file).unwrap();
            let levels = Levels::of(&column);
            assert_eq!(levels.top(), top, "{height}");
            let labels =
                |level: u8| levels.level(level).labels.iter().flatten().map(String::as_str);
            assert!(labels(top).eq(["*"]), "{height}");
            let below = [format!("a{}", top - 1), format!("b{}", top - 1)];
            assert!(labels(top - 1).eq(below.iter().map(String::as_str)), "{height}");
        }
    }

    #[test]
    fn dates_go_by_month_quarter_year_and_decade() {
        let column =
            QuasiColumn::date("d", values(&["2019-12-31", "2020-01-01", "2031-05-05"])).unwrap();
        let all = labels(column);
        assert_eq!(all[1], ["2019-12", "2020-01", "2031-05"]);
        assert_eq!(all[2][1], "2020-01..2020-03");
        assert_eq!(all[3], ["2019", "2020", "2031"]);
        assert_eq!(all[4], ["2015..2019", "2020..2024", "2030..2034"]);
        assert_eq!(all[5], ["2010..2019", "2020..2029", "2030..2039"]);
        assert_eq!(all[6], ["*"]);
    }

    #[test]
    fn every_level_is_a_union_of_those_below() {
        let numbers: Vec<String> =
            (0..200).map(|n| format!("{}", f64::from(n * n) / 7.0 - 500.0)).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let levels = Levels::of(&QuasiColumn::numeric("x", values(&numbers)).unwrap());
        for level in 1..=levels.top() {
            let (below, above) = (levels.level(level - 1), levels.level(level));
            let mut parent = vec![None; below.labels.len()];
            for (low, high) in below.of_code.iter().zip(&above.of_code) {
                assert_eq!(*parent[*low as usize].get_or_insert(*high), *high);
            }
        }
    }
}
