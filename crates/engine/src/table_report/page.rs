//! The page itself: the summary and the frame around the pictures.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::facts::People;
use super::{Facts, contribution, curve, partition, spread};
use crate::report::charts::{Twin, patterns, table};
use crate::report::classes::{self, ClassSizes};
use crate::report::shown::{number, percent};
use crate::report::summary::tile;
use crate::report::{CONTENT_POLICY, STYLE};

struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// The page.
pub(super) fn html(facts: &Facts<'_>) -> String {
    let sections = sections(facts);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Report of a released table" }
                style { (PreEscaped(STYLE)) }
            }
            body.wide {
                a.skip href="#main" { "Skip to the report" }
                (patterns())
                header {
                    p.kicker { "Report of a released table" }
                    h1 { "Risk and utility of one table" }
                    (verdict(facts))
                    (tiles(facts))
                }
                nav aria-label="Contents" {
                    ol { @for s in &sections { li { a href={ "#" (s.id) } { (s.title) } } } }
                }
                main id="main" {
                    @for s in &sections {
                        section id=(s.id) aria-labelledby={ (s.id) "-h" } {
                            h2 id={ (s.id) "-h" } { (s.title) }
                            (s.body)
                        }
                    }
                }
                footer { p { (footer(facts)) } }
            }
        }
    }
    .into_string()
}

fn sections(facts: &Facts<'_>) -> Vec<Section> {
    let section = |id, title, body| Section { id, title, body };
    let sizes = ClassSizes {
        id: "k".to_owned(),
        sizes: &facts.sizes,
        k: k_asked(facts),
        audience: facts.audience,
        twin: Twin::Beside,
    };
    let threshold = Some(facts.drawing.threshold);
    vec![
        section("models", "What was asked for", models(facts)),
        section("sizes", "Class sizes", classes::sizes(&sizes)),
        section("risk", "Risk of people", classes::risks(&sizes, threshold)),
        section("columns", "Risk by column", contribution::figure(facts)),
        section("classes", "Partition", partition::figure(facts)),
        section("distributions", "Distributions", spread::figures(facts)),
        section("alternatives", "Risk and utility", curve::figure(facts)),
    ]
}

/// The largest k that a model asks for.
fn k_asked(facts: &Facts<'_>) -> Option<u64> {
    let asked = facts.promises.iter().filter(|kept| kept.measure == "k-anonymity");
    asked.map(|kept| kept.asked as u64).max()
}

fn verdict(facts: &Facts<'_>) -> Markup {
    let failed = facts.promises.iter().filter(|kept| !kept.holds).count();
    let (class, sign, words) = match (facts.promises.len(), failed) {
        (0, _) => ("bad", "✕", "The configuration asks for no privacy model.".to_owned()),
        (1, 0) => ("good", "✓", "The privacy model that was asked for holds.".to_owned()),
        (n, 0) => ("good", "✓", format!("All {n} privacy models that were asked for hold.")),
        (n, failed) => {
            ("bad", "✕", format!("{failed} of {n} privacy models that were asked for do not hold."))
        }
    };
    html! {
        div.verdict.(class) {
            p.sentence { span.sign aria-hidden="true" { (sign) } " " strong { (words) } }
            p { "Classes were counted again from the released table. " (people_words(facts)) }
        }
    }
}

fn people_words(facts: &Facts<'_>) -> &'static str {
    match facts.people {
        People::Rows => "Each row is a person.",
        People::Subjects => {
            "People are told apart by the subject column, so classes count people and not rows."
        }
        People::Unknown => {
            "Whose the released rows are cannot be told from the two tables, so each row is taken for a person: a \
             class may hold fewer people than this page says."
        }
    }
}

fn tiles(facts: &Facts<'_>) -> Markup {
    let risk = &facts.risk;
    let audience = facts.audience;
    let gone = facts.raw_rows.saturating_sub(risk.rows) + risk.suppressed_rows;
    let prosecutor = risk.risk.get("prosecutor");
    let smallest = format!("{} rows", number(risk.smallest_class_rows));
    let of_all = audience.share(gone as f64 / facts.raw_rows.max(1) as f64, facts.raw_rows).text;
    html! {
        dl.tiles {
            (tile("Smallest class", &number(risk.smallest_class_subjects), &format!("people; {smallest}")))
            (tile("Classes", &number(risk.classes), "equal in all quasi-identifiers"))
            (tile("People", &audience.count(risk.people), &format!("in {} rows", audience.count(risk.rows))))
            (tile(if facts.config.sample.is_some() { "Not drawn or suppressed" } else { "Suppressed" }, &audience.count(gone), &format!("rows: {of_all} of the raw table")))
            @if let Some(risk) = prosecutor {
                (tile("Highest risk", &percent(risk.highest), "of any person (prosecutor)"))
                (tile("Average risk", &percent(risk.average), "of all people"))
            }
            @for (name, loss) in &facts.loss {
                (tile(name, &format!("{loss:.4}"), "0 keeps all, 1 nothing"))
            }
            @if facts.loss.is_empty() {
                (tile("Detail lost", "–", "rows of both tables cannot be matched"))
            }
        }
    }
}

fn models(facts: &Facts<'_>) -> Markup {
    let rows: Vec<Vec<String>> = facts
        .promises
        .iter()
        .map(|kept| {
            vec![
                kept.measure.clone(),
                kept.on.clone().unwrap_or_else(|| "–".to_owned()),
                number_of(kept.asked),
                kept.reached.map_or_else(|| "–".to_owned(), number_of),
                if kept.holds { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    let quasi: Vec<&str> = facts.risk.columns.iter().map(|column| column.name.as_str()).collect();
    html! {
        p { "Quasi-identifiers: " @for (n, name) in quasi.iter().enumerate() {
            @if n > 0 { ", " } code { (name) } } ". Search: " (facts.config.search.method) "." }
        @if rows.is_empty() {
            p { "No privacy model." }
        } @else {
            p { "What every class has to reach, and what the worst class of the released table does." }
            (table("Privacy models", &["Model", "Column", "Asked", "Reached", "Holds"], &rows))
        }
    }
}

fn number_of(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:.4}")
    }
}

fn footer(facts: &Facts<'_>) -> String {
    match facts.audience.min_cell() {
        1 => "Exact counts: this page is not for release.".to_owned(),
        cell => format!(
            "Counts of people from 1 to {} are hidden, and shares of people and rows rounded accordingly, so parts \
             may not add up to the whole. The smallest class and what each model reaches are told as they are: they \
             are what was asked for. Classes and rectangles are read from the released table alone.",
            cell - 1
        ),
    }
}
