//! The classes of a release as rectangles over two quasi-identifiers. All of it is read from the released
//! table.

use anonymed_assess::{ClassOver, CodedColumn, Extents, classes_over};
use anonymed_core::AttributeRole;
use hashbrown::HashMap;
use maud::{Markup, html};

use super::Facts;
use crate::report::charts::{Figure, Twin, framed, part, px, table};
use crate::report::plane::{Kind, Plane, Side, round};
use crate::report::shown::{Audience, Part, number};

/// Rectangles drawn at most.
const DRAWN: usize = 400;
/// Rectangles listed at most.
const LISTED: usize = 12;
/// Bands of an axis of names.
const BANDS: usize = 12;
/// Letters of a band's name on the axis.
const LETTERS: usize = 15;
/// Share of people whose cells have to be read as numbers or dates for an axis to be one of those.
const READ: f64 = 0.8;

/// An axis and where each code of its column is on it.
pub(super) struct Ruled {
    name: String,
    kind: Option<Kind>,
    ticks: Vec<(f64, String)>,
    /// From and to, 0 to 1; none where a cell says nothing that has a place.
    spans: Vec<Option<(f64, f64)>>,
}

/// The rectangles.
pub(super) fn figure(facts: &Facts<'_>) -> Markup {
    let quasi = facts.released.of_role(AttributeRole::Quasi);
    let min_cell = facts.audience.min_cell();
    let mut order: Vec<(usize, Ruled)> = (0..quasi.len())
        .map(|at| (at, Ruled::of(quasi[at], &classes_over(&facts.released, &[at]), min_cell)))
        .collect();
    let added = |at: usize| facts.risk.columns[at].added;
    // Numbers and dates first, then by what a column adds to the risk.
    order.sort_by(|(a, x), (b, y)| {
        let ordered = |axis: &Ruled| axis.kind.is_none();
        ordered(x).cmp(&ordered(y)).then(added(*b).total_cmp(&added(*a))).then(a.cmp(b))
    });
    let mut chosen = order.into_iter();
    match (chosen.next(), chosen.next()) {
        (Some(across), Some(upright)) => rectangles(facts, &quasi, across, upright),
        _ => html! { p { "It takes two quasi-identifiers." } },
    }
}

fn rectangles(
    facts: &Facts<'_>,
    quasi: &[&CodedColumn],
    (first, across): (usize, Ruled),
    (second, upright): (usize, Ruled),
) -> Markup {
    let mut classes = classes_over(&facts.released, &[first, second]);
    classes.sort_by(|a, b| b.people.cmp(&a.people).then(a.codes.cmp(&b.codes)));
    let all = classes.len();
    let placed: Vec<(&ClassOver, Rectangle)> =
        classes.iter().filter_map(|c| Some((c, Rectangle::of(c, &across, &upright)?))).collect();
    let unplaced = all - placed.len();
    let mut drawn: Vec<&(&ClassOver, Rectangle)> = placed.iter().take(DRAWN).collect();
    // The wide ones first, so that the narrow ones are seen.
    drawn.sort_by(|a, b| b.1.area().total_cmp(&a.1.area()));
    let title = format!("Classes over {} and {}", across.name, upright.name);
    let reading = reading((drawn.len(), placed.len(), unplaced), quasi.len());
    let figure = Figure {
        id: "partition".to_owned(),
        title: &title,
        reading: &reading,
        legend: &[],
        twin: Twin::Beside,
    };
    let plane = Plane {
        left: if upright.kind.is_some() { 0.1 } else { 0.26 },
        height: 320.0,
        across: across.numbered(),
        upright: Side { name: upright.name.clone(), ticks: upright.ticks.clone() },
    };
    let people: Vec<u64> = classes.iter().map(|class| class.people).collect();
    let told: HashMap<u64, Part> =
        people.iter().copied().zip(facts.audience.parts(&people)).collect();
    let marks = html! {
        @for (class, rectangle) in &drawn {
            (rectangle.draw(&told[&class.people], facts.audience, &plane))
        }
    };
    let chart = html! {
        (key(facts.audience))
        (plane.draw(&figure, &marks))
        @if across.kind.is_none() {
            p.reading { @for (n, (_, text)) in across.ticks.iter().enumerate() {
                @if n > 0 { ", " } (n + 1) " = " (text)
            } }
        }
    };
    let text =
        |column: usize, code: u32| quasi[column].text(code).unwrap_or("(no value)").to_owned();
    let listed = classes.iter().filter(|class| class.people >= facts.audience.min_cell());
    let cells: Vec<Vec<String>> = listed
        .take(LISTED)
        .map(|class| {
            let people = told[&class.people].text.clone();
            vec![text(first, class.codes[0]), text(second, class.codes[1]), people]
        })
        .collect();
    let twin = html! {
        (table("The rectangles of most people", &[&across.name, &upright.name, "People"], &cells))
        @if cells.len() < all {
            p.aside { "The " (cells.len()) " of most people, of " (number(all as u64)) "." }
        }
    };
    framed(&figure, chart, twin)
}

fn reading((drawn, placed, unplaced): (usize, usize, usize), columns: usize) -> String {
    let mut text = "A rectangle is everybody whose released cells say the same in these two columns; it covers \
                    what they may stand for."
        .to_owned();
    if columns > 2 {
        text.push_str(" The other quasi-identifiers cut it further, so rectangles may overlap.");
    }
    if drawn < placed {
        text.push_str(&format!(
            " The {drawn} of most people are drawn, of {}.",
            number(placed as u64)
        ));
    }
    if unplaced > 0 {
        text.push_str(&format!(" {} have no place on the axes.", number(unplaced as u64)));
    }
    text
}

/// How dark a rectangle of so many people is, from 1 to 5.
fn shade(people: u64, min_cell: u64) -> u32 {
    1 + (2..=5).filter(|n| people >= darker_from(*n, min_cell)).count() as u32
}

/// The fewest people of a shade.
fn darker_from(shade: u32, min_cell: u64) -> u64 {
    if shade < 2 { 1 } else { min_cell.saturating_mul(5u64.pow(shade - 2)) }
}

fn key(audience: Audience) -> Markup {
    let cell = audience.min_cell();
    let from = |n: u32| darker_from(n, cell);
    html! {
        ul.legend {
            @for n in (1..=5u32).filter(|n| *n > 1 || cell > 1) {
                li {
                    svg width="22" height="14" aria-hidden="true" {
                        rect.box.{ "shade-" (n) } x="1" y="1" width="20" height="12" {}
                    }
                    @if n == 5 { (number(from(5))) " people or more" }
                    @else if n == 1 { "below " (number(cell)) }
                    @else { (number(from(n))) " to " (number(from(n + 1) - 1)) }
                }
            }
        }
    }
}

struct Rectangle {
    x: (f64, f64),
    y: (f64, f64),
}

impl Rectangle {
    fn of(class: &ClassOver, across: &Ruled, upright: &Ruled) -> Option<Self> {
        let span = |axis: &Ruled, code: u32| axis.spans[code as usize];
        Some(Self { x: span(across, class.codes[0])?, y: span(upright, class.codes[1])? })
    }

    fn area(&self) -> f64 {
        (self.x.1 - self.x.0) * (self.y.1 - self.y.0)
    }

    fn draw(&self, told: &Part, audience: Audience, plane: &Plane) -> Markup {
        let (left, right) = (plane.x(self.x.0), plane.x(self.x.1));
        let (floor, top) = (plane.y(self.y.0), plane.y(self.y.1));
        html! {
            rect.box.{ "shade-" (shade(told.drawn, audience.min_cell())) } x=(part(left)) y=(px(top))
                width=(part((right - left).max(0.002))) height=(px((floor - top).max(1.0))) {
                title { (told.text) " people" }
            }
        }
    }
}

impl Ruled {
    /// The axis of a released column, whose classes by itself are given.
    pub(super) fn of(column: &CodedColumn, classes: &[ClassOver], min_cell: u64) -> Self {
        let extents = Extents::of(column);
        let says_all = |code: u32| column.text(code) == Some("*");
        let stating = classes
            .iter()
            .filter(|class| column.text(class.codes[0]).is_some() && !says_all(class.codes[0]));
        let (mut all, mut read) = (0, 0);
        for class in stating {
            all += class.people;
            read += extents.of[class.codes[0] as usize].map_or(0, |_| class.people);
        }
        let mut ruled = match read as f64 >= READ * all as f64 && read > 0 {
            true => Self::ordered(column, &extents),
            false => Self::bands(column, classes, min_cell),
        };
        for code in (0..column.values() as u32).filter(|code| says_all(*code)) {
            ruled.spans[code as usize] = Some((0.0, 1.0));
        }
        ruled
    }

    fn ordered(column: &CodedColumn, extents: &Extents) -> Self {
        let ends = || extents.of.iter().flatten().flat_map(|(low, high)| [*low, *high]);
        let finite = || ends().filter(|end| end.is_finite());
        let kind = match extents.dates {
            true => Kind::Days,
            false if finite().all(|end| end.fract() == 0.0) => Kind::Whole,
            false => Kind::Numbers,
        };
        // A whole number or a day reaches to the next.
        let one = if kind == Kind::Numbers { 0.0 } else { 1.0 };
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max) + one;
        let has_end = ends().any(|end| end == f64::INFINITY);
        let length = (high - low).max(f64::MIN_POSITIVE);
        // Room for what is open above.
        let length = if has_end { length * 1.1 } else { length };
        let place = |at: f64| ((at - low) / length).clamp(0.0, 1.0);
        let span = |(from, to): (f64, f64)| (place(from), place(to + one));
        let ticks = round(low, high, kind, 6).into_iter().map(|(at, text)| (place(at), text));
        Self {
            name: column.name().to_owned(),
            kind: Some(kind),
            ticks: ticks.collect(),
            spans: extents.of.iter().map(|extent| extent.map(span)).collect(),
        }
    }

    /// A band for each released text that many people have, the largest at the end; the others have one
    /// together.
    fn bands(column: &CodedColumn, classes: &[ClassOver], min_cell: u64) -> Self {
        let mut by_people: Vec<(u64, u32)> = classes
            .iter()
            .filter(|class| column.text(class.codes[0]) != Some("*"))
            .map(|class| (class.people, class.codes[0]))
            .collect();
        by_people.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let own = by_people.iter().take_while(|(people, _)| *people >= min_cell).count();
        let own = if by_people.len() <= BANDS { own } else { own.min(BANDS - 1) };
        let has_others = own < by_people.len();
        let count = (own + usize::from(has_others)).max(1);
        let edge = |n: usize| 1.0 - n as f64 / count as f64;
        let band = |n: usize| (edge(n + 1) + 0.06 / count as f64, edge(n) - 0.06 / count as f64);
        let mut spans = vec![None; column.values()];
        let mut ticks = Vec::new();
        for (n, (_, code)) in by_people.iter().enumerate() {
            spans[*code as usize] = Some(band(n.min(own)));
            if n < own {
                let text = column.text(*code).unwrap_or("(no value)");
                ticks.push((edge(n) - 0.5 / count as f64, shortened(text)));
            }
        }
        if has_others {
            ticks.push((0.5 / count as f64, "(all others)".to_owned()));
        }
        Self { name: column.name().to_owned(), kind: None, ticks, spans }
    }

    /// The axis with numbers in place of names, which have no room beside each other.
    fn numbered(&self) -> Side {
        let numbers = (1..).zip(&self.ticks).map(|(n, (at, _))| (*at, format!("{n}")));
        let ticks = match self.kind {
            Some(_) => self.ticks.clone(),
            None => numbers.collect(),
        };
        Side { name: self.name.clone(), ticks }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect()
}
