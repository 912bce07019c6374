//! What could be had instead: highest risk against detail lost, for every k and limit of suppression.

use maud::{Markup, html};

use super::Facts;
use crate::report::charts::{Figure, Look, Twin, framed, part, px, table};
use crate::report::plane::{Plane, Side};
use crate::report::shown::percent;
use crate::table_utility::Point;

/// Risks that the axis tells, as far as they are on it.
const RISKS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 1.0];

/// The axis of risk: halves are equally far from each other.
struct Risks {
    low: f64,
    high: f64,
}

impl Risks {
    fn of(points: &[&Point]) -> Self {
        let risks = || points.iter().map(|point| point.highest_risk).filter(|risk| *risk > 0.0);
        let low = risks().fold(0.02, f64::min);
        Self { low, high: risks().fold(0.5, f64::max) }
    }

    /// From 0 to 1, with a little room at both ends.
    fn at(&self, risk: f64) -> f64 {
        0.03 + 0.94 * (risk.max(self.low) / self.low).ln() / (self.high / self.low).ln()
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        let within = |risk: &f64| *risk >= self.low && *risk <= self.high;
        RISKS.into_iter().filter(within).map(|risk| (self.at(risk), percent(risk))).collect()
    }
}

/// The curve; nothing where it was not asked for.
pub(super) fn figure(facts: &Facts<'_>) -> Markup {
    let Some(points) = &facts.curve else {
        if facts.drawing.curve {
            return html! { p.aside { "It is of single rows, and this release has joint scope." } };
        }
        return html! {
            p.aside { "It was not asked for: it solves the raw table many times. "
                code { "anonymed table report … --curve" } " adds it." }
        };
    };
    let points = distinct(points);
    let risks = Risks::of(&points);
    let legend = [
        (Look::Solid, "none is better in everything"),
        (Look::Before, "another is better"),
        (Look::Warning, "leaves out more people than allowed"),
    ];
    let figure = Figure {
        id: "curve".to_owned(),
        title: "Risk against detail lost",
        reading: "Each point is a release that could be made of the raw table with the configured models, \
                  search and another k. Numbers are the k of those that lose least at their \
                  highest risk; average risk counts, too, where others are as good. Further left is safer, further down keeps more. The \
                  scale of risk is logarithmic.",
        legend: &legend,
        twin: Twin::Beside,
    };
    let most = points.iter().map(|p| p.gcp).fold(0.0, f64::max);
    let top = ((most * 10.8).ceil() / 10.0).clamp(0.1, 1.0);
    let tick = |n: u32| (f64::from(n) / 5.0, percent(f64::from(n) / 5.0 * top));
    let plane = Plane {
        across: Side { name: "highest risk of a person".to_owned(), ticks: risks.ticks() },
        upright: Side {
            name: "detail lost (certainty penalty)".to_owned(),
            ticks: (0..=5).map(tick).collect(),
        },
        left: 0.1,
        height: 260.0,
    };
    let named = frontier(&points);
    let place = |point: &Point| (plane.x(risks.at(point.highest_risk)), plane.y(point.gcp / top));
    let marks = html! {
        @for pair in named.windows(2) {
            @let (from, to) = (place(pair[0]), place(pair[1]));
            line.path x1=(part(from.0)) y1=(px(from.1)) x2=(part(to.0)) y2=(px(to.1)) {}
        }
        @for point in &points { (mark(point, place(point))) }
        @for point in &named {
            @let (x, y) = place(point);
            text.number x=(part(x)) y=(px(y - 10.0)) text-anchor="middle" { (point.k) }
        }
    };
    framed(&figure, plane.draw(&figure, &marks), twin(facts, &points))
}

fn mark(point: &Point, (x, y): (f64, f64)) -> Markup {
    let look = match (point.pareto, point.within_suppression_limit) {
        (true, _) => "solid",
        (false, true) => "before",
        (false, false) => "warning",
    };
    html! {
        circle.(look) cx=(part(x)) cy=(px(y)) r="5" {
            title { "k = " (point.k) ": highest risk " (percent(point.highest_risk)) ", detail lost "
                (percent(point.gcp)) }
        }
    }
}

/// Points by risk, ascending, each once: a higher limit that changes nothing makes the same point.
fn distinct(points: &[Point]) -> Vec<&Point> {
    let key = |p: &Point| (p.k, p.classes, p.gcp.to_bits(), p.within_suppression_limit);
    let mut distinct: Vec<&Point> = Vec::new();
    for point in points {
        if distinct.iter().all(|other| key(other) != key(point)) {
            distinct.push(point);
        }
    }
    distinct.sort_by(|a, b| {
        a.highest_risk.total_cmp(&b.highest_risk).then(a.gcp.total_cmp(&b.gcp)).then(b.k.cmp(&a.k))
    });
    distinct
}

/// Of points by risk, ascending, those that lose less than all before them.
fn frontier<'a>(points: &[&'a Point]) -> Vec<&'a Point> {
    let mut least = f64::INFINITY;
    let mut frontier = Vec::new();
    for point in points.iter().filter(|point| point.pareto) {
        if point.gcp < least {
            least = point.gcp;
            frontier.push(*point);
        }
    }
    frontier
}

fn twin(facts: &Facts<'_>, points: &[&Point]) -> Markup {
    let cells: Vec<Vec<String>> = points
        .iter()
        .map(|point| {
            vec![
                point.k.to_string(),
                facts.audience.share(point.suppressed, facts.raw_rows).text,
                percent(point.highest_risk),
                percent(point.average_risk),
                percent(point.gcp),
                match (point.pareto, point.within_suppression_limit) {
                    (true, _) => "yes",
                    (false, true) => "no",
                    (false, false) => "leaves out too many",
                }
                .to_owned(),
            ]
        })
        .collect();
    let heads = ["k", "Rows left out", "Highest risk", "Average risk", "Detail lost", "Best"];
    table("Releases that could be made", &heads, &cells)
}
