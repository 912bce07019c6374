//! Charts as inline SVG, drawn in shares of the width so that they fit any screen while their text
//! keeps its size. Every bar has its number beside it as text, every kind of bar a pattern besides
//! its colour, and every chart a table with the same numbers below it.

use maud::{Markup, html};

use super::shown::{compact, number};

/// How a bar looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// A plain count, or the state after.
    Solid,
    /// The state before.
    Before,
    /// Changed.
    Striped,
    /// Gone.
    Dotted,
    /// What must not be.
    Warning,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Before => "before",
            Self::Striped => "striped",
            Self::Dotted => "dotted",
            Self::Warning => "warning",
        }
    }
}

/// What a chart is, for eyes and screen readers.
pub(crate) struct Figure<'a> {
    /// Unique in the page.
    pub(crate) id: String,
    /// What it shows.
    pub(crate) title: &'a str,
    /// How to read it.
    pub(crate) reading: &'a str,
    /// What the looks mean; empty where there is but one.
    pub(crate) legend: &'a [(Look, &'a str)],
    /// Where the same numbers stand as a table.
    pub(crate) twin: Twin,
}

/// Where the table of a chart's numbers is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    /// Below it, folded.
    Folded,
    /// Beside it on wide screens and below it on others, always seen.
    Beside,
}

/// A bar of one or more segments, and its number.
pub(crate) struct Lane {
    /// Share of the width and look, from the left.
    pub(crate) segments: Vec<(f64, Look)>,
    /// The number, as text.
    pub(crate) value: String,
}

impl Lane {
    /// A bar of one segment.
    pub(crate) fn one(share: f64, look: Look, value: String) -> Self {
        Self { segments: vec![(share, look)], value }
    }
}

/// A label with one bar, or several below each other.
pub(crate) struct Row {
    /// What is counted.
    pub(crate) label: String,
    /// Smaller words below it; may be empty.
    pub(crate) note: String,
    /// Its bars.
    pub(crate) lanes: Vec<Lane>,
}

/// Marks along the width.
pub(crate) struct Axis {
    ticks: Vec<(f64, String)>,
    top: f64,
}

impl Axis {
    /// From 0 to 100 percent.
    pub(crate) fn percent() -> Self {
        let tick = |n: u32| (f64::from(n) / 4.0, format!("{}%", n * 25));
        Self { ticks: (0..=4).map(tick).collect(), top: 1.0 }
    }

    /// From 0 to a share that is round and not below the largest.
    pub(crate) fn shares_up_to(largest: f64) -> Self {
        const TOPS: [f64; 11] = [0.004, 0.008, 0.012, 0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8];
        let top = TOPS.into_iter().find(|top| *top >= largest).unwrap_or(1.0);
        let tick = |n: u32| {
            let quarter = f64::from(n) / 4.0;
            (quarter, super::shown::percent(quarter * top))
        };
        Self { ticks: (0..=4).map(tick).collect(), top }
    }

    /// Where a share stands on an axis of shares, 0 to 1.
    pub(crate) fn at_share(&self, share: f64) -> f64 {
        super::shown::unit(share / self.top)
    }

    /// Powers of ten up to the one that holds the largest count.
    pub(crate) fn powers_of_ten(largest: u64) -> Self {
        let decades = largest.max(10).next_power_of_ten();
        let top = f64::from(decades) + FOOT;
        let ticks = (0..=decades)
            .map(|n| ((f64::from(n) + FOOT) / top, compact(10_u64.saturating_pow(n))))
            .collect();
        Self { ticks, top }
    }

    /// Where a count stands on powers of ten, 0 to 1.
    pub(crate) fn at(&self, count: u64) -> f64 {
        if count == 0 { 0.0 } else { ((count as f64).log10() + FOOT) / self.top }
    }
}

/// How far below 1 an axis of powers of ten begins, in decades: a count of 1 has to be seen.
const FOOT: f64 = 0.25;

trait NextPowerOfTen {
    fn next_power_of_ten(self) -> u32;
}

impl NextPowerOfTen for u64 {
    /// The exponent of the smallest power of ten that is not below the number.
    fn next_power_of_ten(self) -> u32 {
        let floor = self.checked_ilog10().unwrap_or(0);
        if 10_u64.saturating_pow(floor) == self { floor } else { floor + 1 }
    }
}

/// Bars from the left: one, paired or stacked, as the rows say.
pub(crate) fn bars(figure: &Figure<'_>, axis: &Axis, rows: &[Row], table: Markup) -> Markup {
    framed(
        figure,
        html! {
            ul.bars {
                @for row in rows {
                    li.row {
                        span.label { (row.label) @if !row.note.is_empty() { small { (row.note) } } }
                        div.lanes { @for lane in &row.lanes { (lane_of(row, lane, axis)) } }
                    }
                }
            }
            (ruler(axis))
        },
        table,
    )
}

fn lane_of(row: &Row, lane: &Lane, axis: &Axis) -> Markup {
    let mut from = 0.0;
    html! {
        div.lane {
            svg width="100%" height="14" role="img" aria-label={ (row.label) ": " (lane.value) } {
                title { (row.label) ": " (lane.value) }
                @for (at, _) in &axis.ticks { (line(*at)) }
                @for (share, look) in &lane.segments {
                    @if *share > 0.0 {
                        rect class=(look.class()) x=(part(from)) y="1" width=(part(*share))
                            height="12" {}
                    }
                    @let () = from += share;
                }
            }
            span.value { (lane.value) }
        }
    }
}

fn line(at: f64) -> Markup {
    html! { line.grid x1=(part(at)) x2=(part(at)) y1="0" y2="100%" {} }
}

/// The axis below the bars.
fn ruler(axis: &Axis) -> Markup {
    html! {
        div.row.ruler {
            span.label {}
            div.lanes { div.lane {
                svg width="100%" height="16" aria-hidden="true" {
                    @for (n, (at, label)) in axis.ticks.iter().enumerate() {
                        text x=(part(*at)) y="12" text-anchor=(anchor(n, axis.ticks.len())) {
                            (label)
                        }
                    }
                }
                span.value {}
            } }
        }
    }
}

fn anchor(tick: usize, ticks: usize) -> &'static str {
    match tick {
        0 => "start",
        n if n + 1 == ticks => "end",
        _ => "middle",
    }
}

/// One column of a histogram.
pub(crate) struct Column {
    /// What the column begins with, on the axis.
    pub(crate) from: String,
    /// Its height in people.
    pub(crate) count: u64,
    /// The number as it may be shown.
    pub(crate) text: String,
    /// How it looks.
    pub(crate) look: Look,
}

const PLOT_TOP: f64 = 22.0;
const PLOT_HEIGHT: f64 = 150.0;
const PLOT_LEFT: f64 = 0.1;

/// Columns side by side over an axis of powers of ten.
pub(crate) fn histogram(
    figure: &Figure<'_>,
    columns: &[Column],
    below_axis: &str,
    table: Markup,
) -> Markup {
    let axis = Axis::powers_of_ten(columns.iter().map(|c| c.count).max().unwrap_or(0));
    let width = (1.0 - PLOT_LEFT) / columns.len().max(1) as f64;
    let floor = PLOT_TOP + PLOT_HEIGHT;
    framed(
        figure,
        html! {
            svg.histogram width="100%" height="210" role="img"
                aria-labelledby={ (figure.id) "-t " (figure.id) "-d" } {
                title id={ (figure.id) "-t" } { (figure.title) }
                desc id={ (figure.id) "-d" } { (figure.reading) }
                @for (at, label) in &axis.ticks { (level(*at, label)) }
                @for (n, column) in columns.iter().enumerate() {
                    (upright(column, PLOT_LEFT + width * n as f64, width, &axis))
                }
                line.axis x1=(part(PLOT_LEFT)) x2="100%" y1=(floor) y2=(floor) {}
                text x=(part(PLOT_LEFT)) y=(floor + 34.0) { (below_axis) }
            }
        },
        table,
    )
}

fn level(at: f64, label: &str) -> Markup {
    let y = PLOT_TOP + PLOT_HEIGHT * (1.0 - at);
    html! {
        line.grid x1=(part(PLOT_LEFT)) x2="100%" y1=(px(y)) y2=(px(y)) {}
        text x=(part(PLOT_LEFT - 0.015)) y=(px(y + 4.0)) text-anchor="end" { (label) }
    }
}

fn upright(column: &Column, left: f64, width: f64, axis: &Axis) -> Markup {
    let height = PLOT_HEIGHT * axis.at(column.count);
    let top = PLOT_TOP + PLOT_HEIGHT - height;
    html! {
        g {
            title { "from " (column.from) ": " (column.text) }
            @if column.count > 0 {
                rect class=(column.look.class()) x=(part(left + width * 0.06)) y=(px(top))
                    width=(part(width * 0.88)) height=(px(height)) {}
            }
            text.number x=(part(left + width / 2.0)) y=(px(top - 5.0)) text-anchor="middle" {
                (column.text)
            }
            text x=(part(left + width / 2.0)) y=(px(PLOT_TOP + PLOT_HEIGHT + 16.0))
                text-anchor="middle" { (column.from) }
        }
    }
}

/// A chart with its caption, its legend and its table.
pub(crate) fn framed(figure: &Figure<'_>, chart: Markup, table: Markup) -> Markup {
    let beside = figure.twin == Twin::Beside;
    html! {
        figure.beside[beside] id=(figure.id) aria-labelledby={ (figure.id) "-c" } {
            figcaption {
                strong id={ (figure.id) "-c" } { (figure.title) }
                @if !figure.reading.is_empty() { p.reading { (figure.reading) } }
            }
            div.drawn {
                @if !figure.legend.is_empty() { (legend(figure.legend)) }
                (chart)
            }
            @match figure.twin {
                Twin::Folded => details.twin { summary { "The same as a table" } (table) },
                Twin::Beside => div.twin { (table) },
            }
        }
    }
}

fn legend(entries: &[(Look, &str)]) -> Markup {
    html! {
        ul.legend {
            @for (look, words) in entries {
                li {
                    svg width="22" height="14" aria-hidden="true" {
                        rect class=(look.class()) x="1" y="1" width="20" height="12" {}
                    }
                    (words)
                }
            }
        }
    }
}

/// Patterns of the looks, once in a page.
pub(crate) fn patterns() -> Markup {
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                @for (name, turn) in [("before", 45), ("striped", -45), ("warning", 45)] {
                    pattern id={ "p-" (name) } width="6" height="6" patternUnits="userSpaceOnUse"
                        patternTransform={ "rotate(" (turn) ")" } {
                        rect class={ "ground-" (name) } width="6" height="6" {}
                        rect class={ "ink-" (name) } width="3" height="6" {}
                    }
                }
                pattern id="p-dotted" width="5" height="5" patternUnits="userSpaceOnUse" {
                    rect.ground-dotted width="5" height="5" {}
                    circle.ink-dotted cx="2.5" cy="2.5" r="1.2" {}
                }
            }
        }
    }
}

/// A table in a box of its own, which scrolls sideways and can be reached by the keyboard.
pub(crate) fn table(name: &str, heads: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(name) {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (n, cell) in row.iter().enumerate() {
                                @if n == 0 { th scope="row" { (cell) } }
                                @else { td.num[numeric(cell)] { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn numeric(cell: &str) -> bool {
    cell.starts_with(|c: char| c.is_ascii_digit())
        || ["< ", "> ", "about ", "over "].iter().any(|p| cell.starts_with(p))
        || cell == "–"
}

pub(crate) fn part(share: f64) -> String {
    format!("{:.2}%", share.clamp(0.0, 1.0) * 100.0)
}

pub(crate) fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// A count for the top of a column: short, with its mark where it is hidden.
pub(crate) fn short(count: u64, hidden_below: Option<u64>) -> String {
    hidden_below.map_or_else(
        || if count < 10_000 { number(count) } else { compact(count) },
        |below| format!("<{below}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_hold_the_largest() {
        for (largest, ticks) in [(0, 2), (9, 2), (10, 2), (11, 3), (100, 3), (101, 4)] {
            let axis = Axis::powers_of_ten(largest);
            assert_eq!(axis.ticks.len(), ticks, "{largest}");
            assert!(axis.at(largest) <= 1.0);
        }
        let widest = Axis::powers_of_ten(u64::MAX);
        assert!(widest.at(u64::MAX) <= 1.0);
        assert!(widest.at(1) > 0.0 && widest.at(0) == 0.0);
    }

    #[test]
    fn text_is_escaped() {
        let rows = [Row {
            label: "<b>&\"".to_owned(),
            note: String::new(),
            lanes: vec![Lane::one(0.5, Look::Solid, "<1>".to_owned())],
        }];
        let figure =
            Figure { id: "f".to_owned(), title: "t", reading: "", legend: &[], twin: Twin::Folded };
        let html = bars(&figure, &Axis::percent(), &rows, html! {}).into_string();
        assert!(html.contains("&lt;b&gt;&amp;&quot;") && !html.contains("<b>"));
    }

    #[test]
    fn stacked_segments_follow_each_other() {
        let lane = Lane {
            segments: vec![(0.25, Look::Solid), (0.0, Look::Striped), (0.5, Look::Dotted)],
            value: String::new(),
        };
        let row = Row { label: String::new(), note: String::new(), lanes: vec![] };
        let html = lane_of(&row, &lane, &Axis::percent()).into_string();
        assert!(html.contains(r#"class="dotted" x="25.00%""#), "{html}");
        assert!(!html.contains("striped"));
    }
}
