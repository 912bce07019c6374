//! How each quasi-identifier is distributed before and after.
//!
//! Raw values are told one by one where enough people have them, by round intervals where there are many
//! numbers, and else together. Released cells are spread evenly over the raw values they stand for.

use anonymed_assess::{CodedColumn, Extents, Marginal};
use anonymed_core::AttributeRole;
use maud::{Markup, html};

use super::Facts;
use crate::report::charts::{Axis, Figure, Lane, Look, Row, Twin, bars, table};
use crate::report::plane::{Kind, round};

/// Values told one by one at most.
const VALUES: usize = 12;
/// Share of rows beyond each end of the round intervals, so that no extreme value sets them.
const TAIL: f64 = 0.01;

/// Each quasi-identifier of the raw table.
pub(super) fn figures(facts: &Facts<'_>) -> Markup {
    let columns = facts.raw.of_role(AttributeRole::Quasi);
    html! {
        @if facts.config.sample.is_some() { p { (OF_A_SAMPLE) } }
        @for (n, column) in columns.iter().enumerate() {
            @match Marginal::of(&facts.raw, &facts.released, column.name()) {
                Some(marginal) => (figure(facts, column, &marginal, n)),
                None => p { code { (column.name()) } " is not in the released table." },
            }
        }
    }
}

/// Who was drawn stands in neither table.
const OF_A_SAMPLE: &str = "The release is of a sample, and what came is the whole table, since no table tells who was \
                           drawn: shares differ by the draw, too, and not only by what was generalised or suppressed.";

/// Raw values that are told together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bin {
    pub(super) label: String,
    pub(super) codes: Vec<u32>,
}

fn figure(facts: &Facts<'_>, column: &CodedColumn, marginal: &Marginal, n: usize) -> Markup {
    let bins = bins(column, marginal, facts.audience.min_cell());
    let (before, after) = (marginal.before(), marginal.after());
    let told: Vec<[_; 2]> = bins
        .iter()
        .map(|bin| {
            let sum = |shares: &[f64]| bin.codes.iter().map(|c| shares[*c as usize]).sum::<f64>();
            [
                facts.audience.fine_share(sum(&before), facts.raw_people),
                facts.audience.fine_share(sum(&after), facts.risk.people),
            ]
        })
        .collect();
    let largest = told.iter().flatten().map(|share| share.drawn).fold(0.0, f64::max);
    let axis = Axis::shares_up_to(largest);
    let rows: Vec<Row> = bins
        .iter()
        .zip(&told)
        .map(|(bin, [before, after])| Row {
            label: bin.label.clone(),
            note: String::new(),
            lanes: vec![
                Lane::one(axis.at_share(before.drawn), Look::Before, before.text.clone()),
                Lane::one(axis.at_share(after.drawn), Look::Solid, after.text.clone()),
            ],
        })
        .collect();
    let cells: Vec<Vec<String>> = bins
        .iter()
        .zip(&told)
        .map(|(bin, [b, a])| vec![bin.label.clone(), b.text.clone(), a.text.clone()])
        .collect();
    let title = format!("Distribution of {}", column.name());
    let legend = [(Look::Before, "as it came"), (Look::Solid, "as released")];
    let figure = Figure {
        id: format!("spread-{n}"),
        title: &title,
        reading: "Share of rows.",
        legend: &legend,
        twin: Twin::Beside,
    };
    let twin = table(&title, &[column.name(), "As it came", "As released"], &cells);
    bars(&figure, &axis, &rows, twin)
}

/// The bins of a column. None of them holds a few people alone, but the one of all where the table has no
/// more.
pub(super) fn bins(column: &CodedColumn, marginal: &Marginal, min_cell: u64) -> Vec<Bin> {
    let codes = 0..column.values() as u32;
    let stated: Vec<u32> = codes.clone().filter(|code| column.text(*code).is_some()).collect();
    let missing: Vec<u32> = codes.filter(|code| column.text(*code).is_none()).collect();
    let points: Option<Vec<(f64, u32)>> =
        stated.iter().map(|code| Some((marginal.points()[*code as usize]?, *code))).collect();
    match points {
        Some(points) if points.len() > VALUES => {
            let intervals = intervals(column, marginal, points);
            let mut bins = joined(intervals, marginal, min_cell);
            if !missing.is_empty() {
                bins.push(Bin { label: MISSING.to_owned(), codes: missing });
            }
            told_together(bins, marginal, min_cell)
        }
        _ => {
            let missing =
                (!missing.is_empty()).then(|| Bin { label: MISSING.to_owned(), codes: missing });
            let values = values(column, marginal, stated).into_iter().chain(missing);
            told_together(values.collect(), marginal, min_cell)
        }
    }
}

const MISSING: &str = "(no value)";
const OTHER: &str = "(all others)";

/// The most frequent values: by size where they are ranges or numbers, else the most frequent first. All
/// others are in the last bin.
fn values(column: &CodedColumn, marginal: &Marginal, mut stated: Vec<u32>) -> Vec<Bin> {
    let text = |code: u32| column.text(code).unwrap_or_default();
    let before = marginal.before();
    stated.sort_by(|a, b| {
        before[*b as usize].total_cmp(&before[*a as usize]).then(text(*a).cmp(text(*b)))
    });
    let rest = stated.split_off(stated.len().min(VALUES));
    let extents = Extents::of(column).of;
    let lows: Option<Vec<f64>> =
        stated.iter().map(|code| Some(extents[*code as usize]?.0)).collect();
    if let Some(lows) = lows {
        let mut sorted: Vec<(f64, u32)> = lows.into_iter().zip(stated).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        stated = sorted.into_iter().map(|(_, code)| code).collect();
    }
    let mut bins: Vec<Bin> =
        stated.iter().map(|c| Bin { label: text(*c).to_owned(), codes: vec![*c] }).collect();
    if !rest.is_empty() {
        bins.push(Bin { label: OTHER.to_owned(), codes: rest });
    }
    bins
}

/// Puts all bins of a few people into one; where those are still few, the smallest of the rest joins them.
fn told_together(bins: Vec<Bin>, marginal: &Marginal, min_cell: u64) -> Vec<Bin> {
    let people = people(&bins, marginal);
    let (mut told, mut others): (Vec<(u64, Bin)>, Vec<u32>) = (Vec::new(), Vec::new());
    for (people, bin) in people.into_iter().zip(bins) {
        if people < min_cell || bin.label == OTHER {
            others.extend(bin.codes);
        } else {
            told.push((people, bin));
        }
    }
    while is_few(&others, marginal, min_cell) {
        let smallest = told.iter().enumerate().min_by_key(|(at, (people, _))| (*people, *at));
        let Some((at, _)) = smallest else { break };
        others.extend(told.remove(at).1.codes);
    }
    let mut bins: Vec<Bin> = told.into_iter().map(|(_, bin)| bin).collect();
    if !others.is_empty() {
        bins.push(Bin { label: OTHER.to_owned(), codes: others });
    }
    bins
}

fn is_few(codes: &[u32], marginal: &Marginal, min_cell: u64) -> bool {
    let bin = Bin { label: String::new(), codes: codes.to_vec() };
    let people = people(&[bin], marginal);
    people.first().is_some_and(|people| *people > 0 && *people < min_cell)
}

/// Distinct people of each bin.
fn people(bins: &[Bin], marginal: &Marginal) -> Vec<u64> {
    // What is in none of them is in one more.
    let mut of = vec![bins.len(); marginal.points().len()];
    for (n, bin) in bins.iter().enumerate() {
        bin.codes.iter().for_each(|code| of[*code as usize] = n);
    }
    let mut people = marginal.people(&of);
    people.resize(bins.len(), 0);
    people
}

/// An interval of round numbers; the outer ones are open.
#[derive(Debug, Clone)]
struct Interval {
    from: Option<usize>,
    to: Option<usize>,
    codes: Vec<u32>,
}

/// Intervals and the texts of their ends.
struct Intervals {
    edges: Vec<(f64, String)>,
    /// Whether an interval of whole numbers is told by its first and last.
    whole: bool,
    parts: Vec<Interval>,
}

fn intervals(column: &CodedColumn, marginal: &Marginal, mut points: Vec<(f64, u32)>) -> Intervals {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let before = marginal.before();
    let all: f64 = points.iter().map(|(_, code)| before[*code as usize]).sum();
    let at_share = |share: f64| {
        let mut sum = 0.0;
        let found = points.iter().find(|(_, code)| {
            sum += before[*code as usize];
            sum >= share * all
        });
        found.or(points.last()).map_or(0.0, |(point, _)| *point)
    };
    let plain = |code: u32| column.text(code).is_some_and(|t| t.trim().parse::<f64>().is_ok());
    let kind = match points.iter().all(|(_, code)| plain(*code)) {
        false => Kind::Days,
        true if points.iter().all(|(point, _)| point.fract() == 0.0) => Kind::Whole,
        true => Kind::Numbers,
    };
    let edges = round(at_share(TAIL), at_share(1.0 - TAIL), kind, VALUES - 2);
    let ends = 0..=edges.len();
    let mut parts: Vec<Interval> = ends
        .map(|n| Interval {
            from: n.checked_sub(1),
            to: (n < edges.len()).then_some(n),
            codes: Vec::new(),
        })
        .collect();
    for (point, code) in points {
        parts[edges.partition_point(|(edge, _)| *edge <= point)].codes.push(code);
    }
    Intervals { edges, whole: kind == Kind::Whole, parts }
}

/// Joins intervals of a few people with their neighbours.
fn joined(mut of: Intervals, marginal: &Marginal, min_cell: u64) -> Vec<Bin> {
    let few = |parts: &[Interval]| {
        let bins: Vec<Bin> = parts
            .iter()
            .map(|part| Bin { label: String::new(), codes: part.codes.clone() })
            .collect();
        people(&bins, marginal).iter().position(|people| *people > 0 && *people < min_cell)
    };
    while of.parts.len() > 1
        && let Some(at) = few(&of.parts)
    {
        let low = at.min(of.parts.len() - 2);
        let high = of.parts.remove(low + 1);
        of.parts[low].to = high.to;
        of.parts[low].codes.extend(high.codes);
    }
    let filled = of.parts.iter().filter(|part| !part.codes.is_empty());
    filled.map(|part| Bin { label: label(part, &of), codes: part.codes.clone() }).collect()
}

fn label(part: &Interval, of: &Intervals) -> String {
    let text = |edge: usize| of.edges[edge].1.as_str();
    match (part.from, part.to) {
        (None, None) => "all values".to_owned(),
        (None, Some(to)) => format!("below {}", text(to)),
        (Some(from), None) => format!("{} and above", text(from)),
        (Some(from), Some(to)) if of.whole => {
            let last = of.edges[to].0 - 1.0;
            let first = text(from);
            if of.edges[from].0 == last {
                first.to_owned()
            } else {
                format!("{first} to {last:.0}")
            }
        }
        (Some(from), Some(to)) => format!("{} to below {}", text(from), text(to)),
    }
}
