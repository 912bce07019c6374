//! What is in the release, what was removed from it, and what was not let in. Notes may be tens of
//! thousands of files: they are summed up, and never listed.

use std::collections::BTreeMap;

use anonymed_core::{EntityType, HipaaIdentifier, Operator};
use maud::{Markup, html};

use super::Report;
use super::charts::{Axis, Figure, Lane, Look, Row, Twin, bars, table};
use super::shown::{Total, bytes, number, written};
use super::words;
use crate::manifest::{Count, DataFile};

/// Files listed one by one at most, tables and bulk files together.
const LISTED: usize = 200;

#[derive(Default)]
struct Sum {
    files: u64,
    bytes: u64,
    records: Total,
}

/// Files by modality and form, then tables one by one.
pub(super) fn files(report: &Report<'_>) -> Markup {
    let mut sums: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    for file in &report.manifest.files {
        let sum = sums.entry((words::modality(&file.form), file.form.as_str())).or_default();
        sum.files += 1;
        sum.bytes += file.bytes;
        sum.records.add(file.records);
    }
    let rows: Vec<Vec<String>> = sums
        .iter()
        .map(|((modality, form), sum)| {
            vec![
                (*modality).to_owned(),
                words::form(form).to_owned(),
                number(sum.files),
                sum.records.text(),
                bytes(sum.bytes),
            ]
        })
        .collect();
    html! {
        @if rows.is_empty() {
            p { "No data file is in the release." }
        } @else {
            (table("Files by kind", &["Kind", "Form", "Files", "Records", "Size"], &rows))
            (listed(report))
        }
    }
}

fn listed(report: &Report<'_>) -> Markup {
    let single: Vec<&DataFile> =
        report.manifest.files.iter().filter(|f| f.form != "text" && f.form != "json").collect();
    let rows: Vec<Vec<String>> = single
        .iter()
        .take(LISTED)
        .map(|f| {
            vec![
                f.path.clone(),
                words::form(&f.form).to_owned(),
                written(f.records),
                if f.columns.is_empty() {
                    "–".to_owned()
                } else {
                    number(f.columns.len() as u64)
                },
                bytes(f.bytes),
            ]
        })
        .collect();
    html! {
        @if !rows.is_empty() {
            h3 { "Tables and bulk files" }
            (table("Tables and bulk files", &["Path below data", "Form", "Records", "Columns", "Size"], &rows))
            @if single.len() > LISTED {
                p.aside { "The first " (LISTED) " of " (number(single.len() as u64)) " are shown; "
                    code { "manifest.json" } " has all." }
            }
        }
        p.aside { "Digests and columns of every file, notes and bundles too, are in "
            code { "manifest.json" } "." }
    }
}

/// Identifiers that were replaced, by category and by what was done.
pub(super) fn removed(report: &Report<'_>) -> Markup {
    let changes = &report.manifest.changes;
    if changes.values().all(BTreeMap::is_empty) {
        return html! { p { "No identifier was found and replaced." } };
    }
    html! {
        p { "Each value that was replaced, left out or made coarser is counted once. Structured \
             fields and free text are counted together." }
        (by_category(changes))
        (by_operator(changes))
    }
}

type Changes = BTreeMap<EntityType, BTreeMap<Operator, Count>>;

fn by_category(changes: &Changes) -> Markup {
    let mut totals: BTreeMap<Option<HipaaIdentifier>, (Total, Vec<&str>)> = BTreeMap::new();
    for (entity, operators) in changes {
        for (operator, count) in operators {
            if *operator == Operator::Keep {
                continue;
            }
            let (total, names) = totals.entry(entity.hipaa()).or_default();
            total.add(*count);
            let name = words::entity(*entity);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    // What the rule does not name comes last.
    let outside = totals.remove(&None);
    let mut rows: Vec<(String, String, Total)> = totals
        .into_iter()
        .filter_map(|(identifier, (total, names))| {
            let (letter, words) = words::hipaa(identifier?);
            Some((format!("({letter}) {words}"), names.join(", "), total))
        })
        .collect();
    if let Some((total, names)) = outside {
        rows.push(("Not named by the rule".to_owned(), names.join(", "), total));
    }
    let figure = Figure {
        id: "removed-category".to_owned(),
        title: "Replaced values by HIPAA identifier",
        reading: "Letters are the paragraphs of 45 CFR 164.514(b)(2)(i). Each gridline is ten \
                  times the one before.",
        legend: &[],
        twin: Twin::Folded,
    };
    counted_bars(&figure, rows, entity_table(changes))
}

fn entity_table(changes: &Changes) -> Markup {
    let rows: Vec<Vec<String>> = changes
        .iter()
        .flat_map(|(entity, operators)| operators.iter().map(move |(o, n)| (entity, o, n)))
        .map(|(entity, operator, count)| {
            let paragraph = entity
                .hipaa()
                .map_or_else(|| "not named".to_owned(), |h| format!("({})", words::hipaa(h).0));
            vec![
                words::entity(*entity).to_owned(),
                paragraph,
                words::operator(*operator).to_owned(),
                written(*count),
            ]
        })
        .collect();
    table(
        "Replaced values by type and by what was done",
        &["Type", "Paragraph", "What was done", "Values"],
        &rows,
    )
}

fn by_operator(changes: &Changes) -> Markup {
    let mut totals: BTreeMap<Operator, Total> = BTreeMap::new();
    for (operator, count) in changes.values().flatten() {
        totals.entry(*operator).or_default().add(*count);
    }
    let cells: Vec<Vec<String>> = totals
        .iter()
        .map(|(operator, total)| vec![words::operator(*operator).to_owned(), total.text()])
        .collect();
    let rows = totals
        .into_iter()
        .map(|(operator, total)| (words::operator(operator).to_owned(), String::new(), total))
        .collect();
    let figure = Figure {
        id: "removed-operator".to_owned(),
        title: "Values by what was done",
        reading: "Each gridline is ten times the one before.",
        legend: &[],
        twin: Twin::Folded,
    };
    counted_bars(
        &figure,
        rows,
        table("Values by what was done", &["What was done", "Values"], &cells),
    )
}

fn counted_bars(figure: &Figure<'_>, rows: Vec<(String, String, Total)>, twin: Markup) -> Markup {
    let largest = rows.iter().map(|(_, _, total)| total.exact()).max().unwrap_or(0);
    let axis = Axis::powers_of_ten(largest);
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|(label, note, total)| Row {
            label,
            note,
            lanes: vec![Lane::one(axis.at(total.exact()), Look::Solid, total.text())],
        })
        .collect();
    bars(figure, &axis, &rows, twin)
}

/// Files and records that were not let in.
pub(super) fn withheld(report: &Report<'_>) -> Markup {
    let rows: Vec<Vec<String>> = report
        .manifest
        .withheld
        .iter()
        .map(|w| vec![w.reason.clone(), w.unit.clone(), written(w.count)])
        .collect();
    html! {
        @if rows.is_empty() {
            p { "Every file and record of the input is in the release." }
        } @else {
            p { "Held back means that nothing of it is in the package; a prose cell \
                 stands as [WITHHELD]. Originals stay with the sender, sealed." }
            (table("What was held back", &["Reason", "Unit", "Count"], &rows))
        }
    }
}
