//! Groups of successive values, in the order that is given or the natural one: numbers by size, then other
//! texts by the alphabet. A group is called by its first and its last value.

use anonymed_core::policy::{HierarchyBuild, OrderSteps};
use hashbrown::HashMap;

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};
use crate::interval_label::number;

/// See the module.
#[derive(Debug)]
pub(super) struct Order;

impl HierarchyBuilder for Order {
    fn name(&self) -> &'static str {
        "order"
    }

    fn source(&self) -> &'static str {
        "the configuration's order"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        _: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        let HierarchyBuild::Order(steps) = build else { return None };
        let order = match steps.order.as_slice() {
            [] => natural(column),
            order => order.to_vec(),
        };
        let place: HashMap<String, usize> =
            order.iter().enumerate().map(|(at, text)| (text.clone(), at)).collect();
        Some(Ok(Box::new(move |text| Some(path(steps, &order, *place.get(text)?)))))
    }
}

fn natural(column: &ColumnValues<'_>) -> Vec<String> {
    let mut keyed: Vec<(f64, &str)> =
        column.texts.iter().map(|text| (number(text).unwrap_or(f64::INFINITY), *text)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    keyed.into_iter().map(|(_, text)| text.to_owned()).collect()
}

fn path(steps: &OrderSteps, order: &[String], at: usize) -> Path {
    let label = |span: &u64| {
        let width = usize::try_from(steps.width.saturating_mul(*span)).unwrap_or(usize::MAX);
        let first = at / width * width;
        let last = first.saturating_add(width).min(order.len()) - 1;
        match first == last {
            true => end(&order[first]),
            false => format!("{}..{}", end(&order[first]), end(&order[last])),
        }
    };
    Path { base: None, labels: steps.growth.spans().iter().map(label).collect() }
}

/// An end of a group, in quotes where points of its own would make two groups look the same.
fn end(text: &str) -> String {
    let plain =
        !text.contains("..") && !text.starts_with(['.', '"']) && !text.ends_with(['.', '"']);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use crate::hierarchies::tests::labels;

    #[test]
    fn values_go_together_in_their_order() {
        let keys = "build = \"order\", levels = 2";
        assert_eq!(
            labels(keys, &["10", "9", "b", "a", "100"]),
            ["9..10 9..a", "9..10 9..a", "b b", "100..a 9..a", "100..a 9..a"]
        );
        let keys =
            "build = \"order\", width = 2, levels = 1, order = [\"mild\", \"severe\", \"fatal\"]";
        assert_eq!(labels(keys, &["severe", "fatal", "none"]), ["mild..severe", "fatal", "misfit"]);
    }

    #[test]
    fn ends_with_points_are_told_apart() {
        let keys = "build = \"order\", levels = 1, order = [\"a\", \"b..c\", \"a..b\", \"c\"]";
        assert_eq!(labels(keys, &["a", "c"]), ["a..\"b..c\"", "\"a..b\"..c"]);
    }
}
