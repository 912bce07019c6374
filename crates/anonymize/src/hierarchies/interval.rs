//! Numbers in intervals that grow from level to level, with the lowest and the highest as one group each.
//!
//! An interval has its lower end and not its upper one. Where all values and ends are whole numbers it is
//! written by the first and the last whole number in it (`20..24`), otherwise by its ends (`0.5..1`).

use anonymed_core::policy::{Ends, HierarchyBuild, IntervalScale, IntervalSteps};

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};
use crate::interval_label::{end_label, number};

/// Places beyond which a double does not count singly, with room for the widest level.
const FARTHEST: f64 = (1u64 << 50) as f64;

/// See the module.
#[derive(Debug)]
pub(super) struct Intervals;

impl HierarchyBuilder for Intervals {
    fn name(&self) -> &'static str {
        "interval"
    }

    fn source(&self) -> &'static str {
        "the configuration's numbers"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        let HierarchyBuild::Interval(steps) = build else { return None };
        let scale = Scale { steps, whole: is_whole(steps, column) };
        Some(Ok(Box::new(move |text| scale.climb(number(text)?))))
    }
}

/// Whether whole numbers are all there is.
fn is_whole(steps: &IntervalSteps, column: &ColumnValues<'_>) -> bool {
    let ends = match &steps.scale {
        IntervalScale::Width { width, origin } => vec![*width, *origin],
        IntervalScale::Edges(edges) => edges.clone(),
    };
    let values = column.texts.iter().filter_map(|text| number(text));
    let given = ends.into_iter().chain(steps.bottom).chain(steps.top);
    given.chain(values).all(|number| number.fract() == 0.0)
}

struct Scale<'a> {
    steps: &'a IntervalSteps,
    whole: bool,
}

impl Scale<'_> {
    fn climb(&self, number: f64) -> Option<Path> {
        let spans = self.steps.growth.spans();
        let labels = match end_label(number, self.ends()) {
            Some(label) => vec![label; spans.len()],
            None => {
                let place = self.place(number)?;
                spans.iter().map(|span| self.label(place, *span as i64)).collect()
            }
        };
        Some(Path { base: None, labels })
    }

    fn ends(&self) -> Ends {
        match &self.steps.scale {
            IntervalScale::Width { .. } => Ends { bottom: self.steps.bottom, top: self.steps.top },
            IntervalScale::Edges(edges) => {
                Ends { bottom: edges.first().copied(), top: edges.last().copied() }
            }
        }
    }

    /// Which interval of the first level a number between the ends is in.
    fn place(&self, number: f64) -> Option<i64> {
        Some(match &self.steps.scale {
            IntervalScale::Edges(edges) => edges.partition_point(|edge| *edge <= number) as i64 - 1,
            IntervalScale::Width { width, origin } => {
                let at = ((number - origin) / width).floor();
                if at.abs() >= FARTHEST {
                    return None;
                }
                // The quotient of decimals may be off by one where a number is an end.
                let near = [0, -1, 1].map(|step| at as i64 + step);
                near.into_iter()
                    .find(|at| self.edge(*at) <= number && number < self.edge(at + 1))?
            }
        })
    }

    /// The lower end of an interval of the first level.
    fn edge(&self, at: i64) -> f64 {
        match &self.steps.scale {
            IntervalScale::Width { width, origin } => decimal(origin + at as f64 * width),
            IntervalScale::Edges(edges) => {
                let last = edges.len() as i64 - 1;
                edges[at.clamp(0, last) as usize]
            }
        }
    }

    /// What the interval of a level is called that holds an interval of the first.
    fn label(&self, at: i64, span: i64) -> String {
        let first = at.div_euclid(span) * span;
        let low = self.steps.bottom.map_or(self.edge(first), |end| end.max(self.edge(first)));
        let end = self.edge(first + span);
        let end = self.steps.top.map_or(end, |top| top.min(end));
        let high = if self.whole { end - 1.0 } else { end };
        if low == high { low.to_string() } else { format!("{low}..{high}") }
    }
}

/// A number without the dust that adding decimals leaves: 0.1 × 3 is 0.3.
fn decimal(number: f64) -> f64 {
    if number.fract() == 0.0 { number } else { format!("{number:.12e}").parse().unwrap_or(number) }
}

#[cfg(test)]
mod tests {
    use crate::hierarchies::tests::labels;

    #[test]
    fn intervals_grow_and_end_at_bottom_and_top() {
        let keys = "build = \"interval\", width = 5, factor = 2, levels = 3, bottom = 18, top = 90";
        let check =
            |text: &str, expect: &str| assert_eq!(labels(keys, &[text])[0], expect, "{text}");
        check("17", "<18 <18 <18");
        check("18", "18..19 18..19 18..19");
        check("47", "45..49 40..49 40..59");
        check("89", "85..89 80..89 80..89");
        check("90", "90+ 90+ 90+");
    }

    #[test]
    fn decimals_are_round() {
        let keys = "build = \"interval\", width = 0.1, levels = 2";
        assert_eq!(labels(keys, &["0.3", "0.25"]), ["0.3..0.4 0.2..0.4", "0.2..0.3 0.2..0.4"]);
        assert_eq!(labels(keys, &["-0.05"]), ["-0.1..0 -0.2..0"]);
    }

    #[test]
    fn edges_are_taken_as_they_are() {
        let keys = "build = \"interval\", edges = [0, 18, 40, 65], factor = 2, levels = 2";
        assert_eq!(
            labels(keys, &["-1", "0", "17", "39", "64", "65"]),
            ["<0 <0", "0..17 0..39", "0..17 0..39", "18..39 0..39", "40..64 40..64", "65+ 65+"]
        );
    }

    #[test]
    fn widths_of_one_are_the_value() {
        assert_eq!(labels("build = \"interval\", width = 1, levels = 2", &["3"]), ["3 2..3"]);
    }

    #[test]
    fn what_is_no_number_or_too_far_off_is_told_of() {
        let keys = "build = \"interval\", width = 0.001";
        for text in ["x", "", "1e300", "NaN", "2020-01-01"] {
            assert_eq!(labels(keys, &[text]), ["misfit"], "{text}");
        }
    }
}
