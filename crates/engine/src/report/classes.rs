//! The people of a released table by the size of their class, and by the risk that follows from it.
//!
//! The prosecutor, who knows that somebody is in the table, names that person with a chance of one by the
//! people of the class (Dankar & El Emam 2010). A person who has rows in several classes counts in each.

use maud::Markup;

use super::charts::{Axis, Column, Figure, Lane, Look, Row, Twin, bars, histogram, short, table};
use super::shown::{Audience, number, percent};

/// Columns a histogram has at most.
const COLUMNS: usize = 9;

/// Classes below so many people are told apart by risk; a risk is one by the first of them.
const RISK_EDGES: [u64; 7] = [1, 2, 3, 5, 10, 20, 100];

/// The classes of a table, and for whom they are drawn.
pub(crate) struct ClassSizes<'a> {
    /// Begins the identifiers of the figures.
    pub(crate) id: String,
    /// People of a class, and how many classes have as many, ascending.
    pub(crate) sizes: &'a [(u64, u64)],
    /// The k that is asked for.
    pub(crate) k: Option<u64>,
    /// Who reads.
    pub(crate) audience: Audience,
    /// Where the tables are.
    pub(crate) twin: Twin,
}

/// Classes of so many people, put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bin {
    /// Smallest class it may hold.
    pub(super) from: u64,
    /// Largest.
    pub(super) to: u64,
    /// Classes in it.
    pub(super) classes: u64,
    /// People in those.
    pub(super) people: u64,
}

/// Sorts classes into bins that begin at k and grow by a factor, the ones below k first. Bins with
/// a few people are put together with their neighbours, so that none is told by subtraction.
pub(super) fn bins(sizes: &[(u64, u64)], k: Option<u64>, min_cell: u64) -> Vec<Bin> {
    let largest = sizes.iter().map(|(size, _)| *size).max().unwrap_or(0);
    let first = k.unwrap_or(1).max(1);
    let mut bins = edges(first, largest);
    for (size, classes) in sizes {
        if let Some(bin) = bins.iter_mut().find(|b| *size >= b.from && *size <= b.to) {
            bin.classes += classes;
            bin.people = bin.people.saturating_add(size.saturating_mul(*classes));
        }
    }
    let begin = usize::from(first > 1);
    let gated = bins.split_off(begin.min(bins.len()));
    bins.extend(merged(gated, min_cell));
    bins
}

fn edges(first: u64, largest: u64) -> Vec<Bin> {
    let empty = |from: u64, to: u64| Bin { from, to, classes: 0, people: 0 };
    let mut bins = Vec::new();
    if first > 1 {
        bins.push(empty(1, first - 1));
    }
    let fits = |factor: u64| first.saturating_mul(factor.saturating_pow(COLUMNS as u32 - 1));
    let factor = [2, 3, 5, 10].into_iter().find(|f| fits(*f) > largest).unwrap_or(100);
    let mut from = first;
    while from <= largest {
        let next = from.saturating_mul(factor);
        bins.push(empty(from, (next - 1).max(from)));
        if next == u64::MAX {
            break;
        }
        from = next;
    }
    bins
}

fn merged(bins: Vec<Bin>, min_cell: u64) -> Vec<Bin> {
    let mut result: Vec<Bin> = Vec::new();
    let mut open: Option<Bin> = None;
    for bin in bins {
        let bin = open.take().map_or(bin, |few| together(few, bin));
        if bin.people > 0 && bin.people < min_cell {
            open = Some(bin);
        } else {
            result.push(bin);
        }
    }
    if let Some(few) = open {
        let last = result.pop();
        result.push(last.map_or(few, |last| together(last, few)));
    }
    result
}

fn together(low: Bin, high: Bin) -> Bin {
    Bin {
        from: low.from,
        to: high.to,
        classes: low.classes.saturating_add(high.classes),
        people: low.people.saturating_add(high.people),
    }
}

/// People by the size of their class.
pub(crate) fn sizes(of: &ClassSizes<'_>) -> Markup {
    let ClassSizes { audience, k, .. } = *of;
    let bins = bins(of.sizes, k, audience.min_cell());
    let below = |bin: &Bin| k.is_some_and(|k| bin.to < k);
    let people: Vec<u64> = bins.iter().map(|bin| bin.people).collect();
    let told = audience.parts(&people);
    let columns: Vec<Column> = bins
        .iter()
        .zip(&told)
        .map(|(bin, told)| Column {
            from: if below(bin) { format!("< {}", bin.to + 1) } else { short(bin.from, None) },
            count: told.drawn,
            text: match told.drawn == bin.people {
                true => short(bin.people, None),
                false => told.text.clone(),
            },
            look: if below(bin) { Look::Warning } else { Look::Solid },
        })
        .collect();
    let cells: Vec<Vec<String>> = bins
        .iter()
        .zip(&told)
        .map(|(bin, told)| {
            let size = if bin.from == bin.to {
                number(bin.from)
            } else {
                format!("{} to {}", number(bin.from), number(bin.to))
            };
            vec![size, audience.count(bin.classes), told.text.clone()]
        })
        .collect();
    let unsafe_people: u64 = bins.iter().filter(|b| below(b)).map(|b| b.people).sum();
    let warning = match (k, unsafe_people) {
        (Some(k), 0) => format!("below k = {k}: nobody"),
        (Some(k), n) => format!("below k = {k}: {} people", audience.count(n)),
        (None, _) => String::new(),
    };
    let both = [(Look::Solid, "k and above"), (Look::Warning, warning.as_str())];
    let figure = Figure {
        id: format!("{}-classes", of.id),
        title: "People by the size of their class",
        reading: "A column is everybody whose class has at least as many people as the number \
                  below it, and fewer than the next. Further right is safer. Each gridline is ten \
                  times the one below.",
        legend: if k.is_some_and(|k| k > 1) { &both } else { &[] },
        twin: of.twin,
    };
    let twin = table("People by class size", &["People per class", "Classes", "People"], &cells);
    histogram(&figure, &columns, "people in the same class, from", twin)
}

/// People by the prosecutor's risk; what is above the threshold is marked.
pub(crate) fn risks(of: &ClassSizes<'_>, threshold: Option<f64>) -> Markup {
    let bins = risk_bins(of.sizes, threshold, of.audience.min_cell());
    let people = bins.iter().fold(0u64, |sum, bin| sum.saturating_add(bin.people));
    let is_above = |bin: &Bin| threshold.is_some_and(|most| 1.0 / bin.to.max(1) as f64 > most);
    let told: Vec<(String, String, Look, super::shown::Share)> = bins
        .iter()
        .map(|bin| {
            let share = bin.people as f64 / people.max(1) as f64;
            let look = if is_above(bin) { Look::Warning } else { Look::Solid };
            (risk_of(bin), size_of(bin), look, of.audience.share(share, people))
        })
        .collect();
    let rows: Vec<Row> = told
        .iter()
        .map(|(label, note, look, share)| Row {
            label: label.clone(),
            note: format!("classes of {note}"),
            lanes: vec![Lane::one(share.drawn, *look, share.text.clone())],
        })
        .collect();
    let cells: Vec<Vec<String>> = told
        .iter()
        .map(|(label, note, _, share)| vec![label.clone(), note.clone(), share.text.clone()])
        .collect();
    let above = threshold.map_or_else(String::new, |most| format!("above {}", percent(most)));
    let within = threshold.map_or_else(String::new, |most| format!("up to {}", percent(most)));
    let both = [(Look::Solid, within.as_str()), (Look::Warning, above.as_str())];
    let figure = Figure {
        id: format!("{}-risks", of.id),
        title: "People by their risk of being re-identified",
        reading: "The share of people whose own risk is so high: one by the people of their class, for an \
                  attacker who knows that they are in the table (the prosecutor).",
        legend: if threshold.is_some() { &both } else { &[] },
        twin: of.twin,
    };
    let twin = table(
        "People by risk",
        &["Risk of a person", "People in the class", "Share of people"],
        &cells,
    );
    bars(&figure, &Axis::percent(), &rows, twin)
}

/// Classes by risk, the lowest first, with an edge at the threshold. Bins of a few people join their
/// neighbours on the same side of it.
pub(super) fn risk_bins(sizes: &[(u64, u64)], threshold: Option<f64>, min_cell: u64) -> Vec<Bin> {
    let safe = threshold.map(safe_size);
    let mut edges = RISK_EDGES.to_vec();
    edges.extend(safe.filter(|size| *size < u64::MAX));
    edges.sort_unstable();
    edges.dedup();
    let ends = edges.iter().skip(1).map(|edge| edge - 1).chain([u64::MAX]);
    let mut bins: Vec<Bin> = edges
        .iter()
        .zip(ends)
        .map(|(from, to)| Bin { from: *from, to, classes: 0, people: 0 })
        .collect();
    for (size, classes) in sizes {
        if let Some(bin) = bins.iter_mut().find(|bin| *size >= bin.from && *size <= bin.to) {
            bin.classes = bin.classes.saturating_add(*classes);
            bin.people = bin.people.saturating_add(size.saturating_mul(*classes));
        }
    }
    let split = bins.partition_point(|bin| safe.is_some_and(|size| bin.from < size));
    let within = bins.split_off(split);
    let mut all = merged(bins, min_cell);
    all.extend(merged(within, min_cell));
    all.reverse();
    all
}

/// The fewest people whose risk is not above a threshold.
fn safe_size(threshold: f64) -> u64 {
    let size = (1.0 / threshold).ceil() as u64;
    // One by a whole number may come out a little too high.
    if size > 1 && 1.0 / (size - 1) as f64 <= threshold { size - 1 } else { size.max(1) }
}

fn risk_of(bin: &Bin) -> String {
    let highest = percent(1.0 / bin.from.max(1) as f64);
    match bin.to.checked_add(1) {
        None => format!("up to {highest}"),
        Some(next) => format!("above {} up to {highest}", percent(1.0 / next as f64)),
    }
}

fn size_of(bin: &Bin) -> String {
    match (bin.from, bin.to) {
        (1, 1) => "1 person".to_owned(),
        (from, to) if from == to => format!("{} people", number(from)),
        (from, u64::MAX) => format!("{} or more people", number(from)),
        (from, to) => format!("{} to {} people", number(from), number(to)),
    }
}
