//! What each quasi-identifier adds to the risk of the released table.

use maud::Markup;

use super::Facts;
use crate::report::charts::{Axis, Figure, Lane, Look, Row, Twin, bars, table};
use crate::report::shown::percent;

/// Average risk of each column by itself, and what goes without it.
pub(super) fn figure(facts: &Facts<'_>) -> Markup {
    let columns = &facts.risk.columns;
    let largest = columns.iter().map(|column| column.alone.max(column.added)).fold(0.0, f64::max);
    let axis = Axis::shares_up_to(largest);
    let rows: Vec<Row> = columns
        .iter()
        .map(|column| Row {
            label: column.name.clone(),
            note: String::new(),
            lanes: vec![
                Lane::one(axis.at_share(column.added), Look::Solid, percent(column.added)),
                Lane::one(axis.at_share(column.alone), Look::Striped, percent(column.alone)),
            ],
        })
        .collect();
    let cells: Vec<Vec<String>> = columns
        .iter()
        .map(|column| {
            let figures = [column.added, column.without, column.alone].map(percent);
            [column.name.clone()].into_iter().chain(figures).collect()
        })
        .collect();
    let legend = [
        (Look::Solid, "added: what would go if the column were not released"),
        (Look::Striped, "alone: if it were the only quasi-identifier"),
    ];
    let figure = Figure {
        id: "contribution".to_owned(),
        title: "What each column adds to the average risk",
        reading: "The share of people whom an attacker who tries everybody would name rightly (average risk of \
                  the prosecutor), in the released table.",
        legend: &legend,
        twin: Twin::Beside,
    };
    let heads = ["Column", "Added", "All without it", "Alone"];
    bars(&figure, &axis, &rows, table("Risk by column", &heads, &cells))
}
