//! Marks over two axes, as inline SVG: across in shares of the width, so that it fits any screen, and upright
//! in pixels. Ticks stand at round numbers or first days, never at a value of the data.

use jiff::civil::Date;
use maud::{Markup, html};

use super::charts::{Figure, part, px};

const TOP: f64 = 30.0;
/// Below the plane: ticks and the name of the axis.
const FOOT: f64 = 44.0;

/// One axis.
#[derive(Debug)]
pub(crate) struct Side {
    /// What it says, with its unit.
    pub(crate) name: String,
    /// Place from 0 to 1 and text.
    pub(crate) ticks: Vec<(f64, String)>,
}

/// Two axes and the room between them.
#[derive(Debug)]
pub(crate) struct Plane {
    /// From left to right.
    pub(crate) across: Side,
    /// From below to above.
    pub(crate) upright: Side,
    /// Share of the width that the texts of the upright axis take.
    pub(crate) left: f64,
    /// Height of the room, in pixels.
    pub(crate) height: f64,
}

impl Plane {
    /// Where a share of the axis across is, in percent of the width.
    pub(crate) fn x(&self, share: f64) -> f64 {
        self.left + (RIGHT - self.left) * share.clamp(0.0, 1.0)
    }

    /// Where a share of the upright axis is, in pixels.
    pub(crate) fn y(&self, share: f64) -> f64 {
        TOP + self.height * (1.0 - share.clamp(0.0, 1.0))
    }

    /// The axes with the marks between them.
    pub(crate) fn draw(&self, figure: &Figure<'_>, marks: &Markup) -> Markup {
        let floor = self.y(0.0);
        html! {
            svg.plane width="100%" height=(px(TOP + self.height + FOOT)) role="img"
                aria-labelledby={ (figure.id) "-t " (figure.id) "-d" } {
                title id={ (figure.id) "-t" } { (figure.title) }
                desc id={ (figure.id) "-d" } { (figure.reading) }
                text x="0" y="14" { (self.upright.name) }
                @for (at, text) in &self.upright.ticks {
                    line.grid x1=(part(self.left)) x2=(part(RIGHT)) y1=(px(self.y(*at)))
                        y2=(px(self.y(*at))) {}
                    text x=(part(self.left - 0.012)) y=(px(self.y(*at) + 4.0)) text-anchor="end" {
                        (text)
                    }
                }
                @for (at, text) in &self.across.ticks {
                    line.grid x1=(part(self.x(*at))) x2=(part(self.x(*at))) y1=(px(TOP)) y2=(px(floor)) {}
                    text x=(part(self.x(*at))) y=(px(floor + 16.0)) text-anchor="middle" { (text) }
                }
                (marks)
                line.axis x1=(part(self.left)) x2=(part(RIGHT)) y1=(px(floor)) y2=(px(floor)) {}
                line.axis x1=(part(self.left)) x2=(part(self.left)) y1=(px(TOP)) y2=(px(floor)) {}
                text x=(part(self.x(0.5))) y=(px(floor + 36.0)) text-anchor="middle" {
                    (self.across.name)
                }
            }
        }
    }
}

/// Where the room ends, so that the last tick's text has place.
const RIGHT: f64 = 0.97;

/// What numbers along an axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whole numbers.
    Whole,
    /// Others.
    Numbers,
    /// Days since 1970.
    Days,
}

/// Round numbers from one to another, about so many, with their texts: for days the first ones of years or months.
pub(crate) fn round(low: f64, high: f64, kind: Kind, about: usize) -> Vec<(f64, String)> {
    if !((high - low).is_finite() && low <= high) {
        return Vec::new();
    }
    match kind {
        Kind::Days => first_days(low, high, about),
        Kind::Whole => multiples(low, high, step(high - low, about).max(1.0)),
        Kind::Numbers => multiples(low, high, step(high - low, about)),
    }
}

/// The least of 1, 2 and 5 times a power of ten that cuts a span into no more parts.
fn step(span: f64, about: usize) -> f64 {
    let least = span / about.max(1) as f64;
    if least <= 0.0 || !least.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|s| *s >= least).unwrap_or(least)
}

fn multiples(low: f64, high: f64, step: f64) -> Vec<(f64, String)> {
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    // Numbers too great for their step have no round ones between them.
    let count = (last - first + 1.0).clamp(0.0, 1000.0) as u32;
    let at = |n: u32| (first + f64::from(n)) * step + 0.0;
    (0..count).map(at).map(|at| (at, format!("{at:.decimals$}"))).collect()
}

/// The longest span in days of which months are told and not years.
const MONTHS_UP_TO: f64 = 1100.0;

fn first_days(low: f64, high: f64, about: usize) -> Vec<(f64, String)> {
    let Some(first) = date(low) else { return Vec::new() };
    let days = high - low;
    let months = if days > MONTHS_UP_TO {
        12 * step(days / 365.25, about).max(1.0) as i32
    } else {
        let least = days / 30.4 / about.max(1) as f64;
        [1, 2, 3, 6].into_iter().find(|months| f64::from(*months) >= least).unwrap_or(12)
    };
    // Months since year 0, at a whole number of steps.
    let month = i32::from(first.year()) * 12 + i32::from(first.month()) - 1;
    let from = month.div_euclid(months) * months;
    (0..=2 * about as i32 + 2)
        .filter_map(|n| {
            let month = from + n * months;
            let year = i16::try_from(month.div_euclid(12)).ok()?;
            let of_year = i8::try_from(month.rem_euclid(12) + 1).ok()?;
            let day = day_number(Date::new(year, of_year, 1).ok()?)?;
            let text = if months >= 12 { year.to_string() } else { format!("{year}-{of_year:02}") };
            (day >= low && day <= high).then_some((day, text))
        })
        .collect()
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn date(day: f64) -> Option<Date> {
    let span = jiff::Span::new().try_days(day.floor() as i64).ok()?;
    epoch().checked_add(span).ok()
}

fn day_number(date: Date) -> Option<f64> {
    Some(f64::from(epoch().until(date).ok()?.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let check = |low, high, kind, about, expect: &[&str]| {
            let texts: Vec<String> =
                round(low, high, kind, about).into_iter().map(|t| t.1).collect();
            assert_eq!(texts, expect, "{low} to {high}");
        };
        check(17.0, 90.0, Kind::Whole, 5, &["20", "40", "60", "80"]);
        check(0.0, 1.0, Kind::Numbers, 5, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        check(1.0, 4.0, Kind::Whole, 12, &["1", "2", "3", "4"]);
        check(-3.0, -3.0, Kind::Whole, 12, &["-3"]);
        check(0.0, 365.0 * 12.0, Kind::Days, 3, &["1970", "1975", "1980"]);
        check(0.0, 100.0, Kind::Days, 4, &["1970-01", "1970-02", "1970-03", "1970-04"]);
        check(f64::NAN, 1.0, Kind::Numbers, 4, &[]);
        check(0.0, f64::INFINITY, Kind::Days, 4, &[]);
        assert!(round(f64::MIN, f64::MAX, Kind::Numbers, 6).len() < 20);
        assert!(round(-1e18, 1e18, Kind::Days, 6).is_empty());
    }

    #[test]
    fn marks_keep_within_the_axes() {
        let side = || Side { name: "n".to_owned(), ticks: vec![] };
        let plane = Plane { across: side(), upright: side(), left: 0.1, height: 100.0 };
        assert_eq!((plane.x(0.0), plane.x(7.0)), (0.1, RIGHT));
        assert_eq!((plane.y(0.0), plane.y(1.0)), (TOP + 100.0, TOP));
    }
}
