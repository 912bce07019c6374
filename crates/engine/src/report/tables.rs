//! Risk and utility of each released table, and of all tables together.

use maud::{Markup, html};

use super::Report;
use super::charts::{Axis, Figure, Lane, Look, Row, Twin, bars, table};
use super::classes::{self, ClassSizes};
use super::shown::{Share, counted, number, percent};
use super::words;
use crate::risk::{ColumnUtility, JointRisk, TableRisk};

/// Tables that are shown opened; of more, the reader opens what they need.
const OPENED: usize = 3;

/// All tables in one, then each by itself.
pub(super) fn tables(report: &Report<'_>) -> Markup {
    let tables = &report.risk.tables;
    if tables.is_empty() {
        return html! { p { "No table is in the release." } };
    }
    html! {
        p { "A class is the group of people who look the same in the quasi-identifiers: columns \
             that someone may know about a person from elsewhere. k is the number of people in the \
             smallest class. Classes were counted from the released files alone." }
        (overview(report))
        @for (n, risk) in tables.iter().enumerate() {
            details.one-table open[tables.len() <= OPENED] {
                summary { h3 { (risk.path) } }
                (one(report, risk, n))
            }
        }
    }
}

fn overview(report: &Report<'_>) -> Markup {
    let rows: Vec<Vec<String>> = report
        .risk
        .tables
        .iter()
        .map(|t| {
            let counted = !t.quasi.is_empty();
            let or_dash = |text: String| if counted { text } else { "–".to_owned() };
            vec![
                t.path.clone(),
                report.audience.count(t.subjects),
                t.k_asked.map_or_else(|| "–".to_owned(), |k| k.to_string()),
                or_dash(number(t.after.smallest_class)),
                t.before.map_or_else(|| "–".to_owned(), |b| percent(b.highest)),
                or_dash(percent(t.after.highest)),
                or_dash(percent(t.after.average)),
                report.audience.count(t.suppressed_subjects),
            ]
        })
        .collect();
    table(
        "Tables",
        &[
            "Table",
            "People",
            "k asked",
            "k reached",
            "Highest risk before",
            "Highest risk after",
            "Average risk after",
            "People left out",
        ],
        &rows,
    )
}

fn one(report: &Report<'_>, risk: &TableRisk, n: usize) -> Markup {
    let k = risk.k_asked.map(u64::from);
    let sizes = ClassSizes {
        id: format!("t{n}"),
        sizes: &risk.class_sizes,
        k,
        audience: report.audience,
        twin: Twin::Folded,
    };
    let threshold = k.map(|k| 1.0 / k.max(1) as f64);
    html! {
        (facts(report, risk))
        @if !risk.quasi.is_empty() && risk.subjects > 0 {
            (attackers(report, risk, n))
            (classes::sizes(&sizes))
            (classes::risks(&sizes, threshold))
            (diversity(risk))
        }
        (utility(report, risk, n))
    }
}

fn facts(report: &Report<'_>, risk: &TableRisk) -> Markup {
    let audience = report.audience;
    let people = if risk.by_subject {
        "People are told apart by the patient code, so k counts people and not rows."
    } else {
        "No column tells people apart, so each row counts as one person."
    };
    html! {
        p { (audience.count(risk.subjects)) " people in " (audience.count(risk.rows)) " rows. "
            (people) }
        @if risk.quasi.is_empty() {
            p { "No column of it is a quasi-identifier, so it has no classes and no k." }
        } @else {
            p { "Quasi-identifiers: " @for (n, column) in risk.quasi.iter().enumerate() {
                @if n > 0 { ", " } code { (column) } } ". " (reached(risk)) }
        }
        @if risk.suppressed_rows > 0 || risk.suppressed_subjects > 0 {
            p { "To reach the privacy model, rows left out: " (audience.count(risk.suppressed_rows))
                "; people left out: " (audience.count(risk.suppressed_subjects)) "." }
        } @else if risk.k_asked.is_some() {
            p { "Nobody was left out to reach the privacy model." }
        }
    }
}

fn reached(risk: &TableRisk) -> String {
    let k = risk.after.smallest_class;
    match risk.k_asked {
        Some(asked) if k >= u64::from(asked) => {
            format!("The policy asks for k = {asked}; the smallest class has {}.", people(k))
        }
        Some(asked) => format!(
            "The policy asks for k = {asked}, and it is missed: the smallest class has {}.",
            people(k)
        ),
        None => format!(
            "The policy asks for no k here, and none is claimed; the smallest class has {}.",
            people(k)
        ),
    }
}

fn people(count: u64) -> String {
    counted(count, "person", "people")
}

/// One figure of an attacker, before and after.
struct Attack {
    label: &'static str,
    note: &'static str,
    before: Option<Share>,
    after: Share,
}

fn attacks(report: &Report<'_>, risk: &TableRisk) -> [Attack; 4] {
    let exact = |share: f64| Share { drawn: super::shown::unit(share), text: percent(share) };
    let people = risk.subjects;
    let came = people + risk.suppressed_subjects;
    let before = risk.before.as_ref();
    [
        Attack {
            label: "Prosecutor",
            note: "knows that the person is in the data; highest risk",
            before: before.map(|b| exact(b.highest)),
            after: exact(risk.after.highest),
        },
        Attack {
            label: "Journalist",
            note: "does not know who is in it; the release stands for the population, the worst case",
            before: before.map(|b| exact(b.highest)),
            after: exact(risk.after.highest),
        },
        Attack {
            label: "Marketer",
            note: "tries everybody; share of people named rightly",
            before: before.map(|b| exact(b.average)),
            after: exact(risk.after.average),
        },
        Attack {
            label: "Above the threshold",
            note: "share of people whose own risk is above the policy's threshold",
            before: before.map(|b| report.audience.share(b.at_risk, came)),
            after: report.audience.share(risk.after.at_risk, people),
        },
    ]
}

fn attackers(report: &Report<'_>, risk: &TableRisk, n: usize) -> Markup {
    let attacks = attacks(report, risk);
    let cells: Vec<Vec<String>> = attacks
        .iter()
        .map(|a| {
            vec![
                a.label.to_owned(),
                a.before.as_ref().map_or_else(|| "not measured".to_owned(), |b| b.text.clone()),
                a.after.text.clone(),
            ]
        })
        .collect();
    let rows: Vec<Row> = attacks.into_iter().map(paired).collect();
    let pair = [(Look::Before, "as it came"), (Look::Solid, "as released")];
    let figure = Figure {
        id: format!("t{n}-risk"),
        title: "Risk of being re-identified",
        reading: "Shorter is safer.",
        legend: if risk.before.is_some() { &pair } else { &pair[1..] },
        twin: Twin::Folded,
    };
    let twin = table("Risk before and after", &["Attacker", "As it came", "As released"], &cells);
    bars(&figure, &Axis::percent(), &rows, twin)
}

fn paired(attack: Attack) -> Row {
    let before = attack.before.map(|b| Lane::one(b.drawn, Look::Before, b.text));
    let after = Lane::one(attack.after.drawn, Look::Solid, attack.after.text);
    Row {
        label: attack.label.to_owned(),
        note: attack.note.to_owned(),
        lanes: before.into_iter().chain([after]).collect(),
    }
}

fn diversity(risk: &TableRisk) -> Markup {
    let rows: Vec<Vec<String>> =
        risk.diversity.iter().map(|(column, l)| vec![column.clone(), number(*l)]).collect();
    html! {
        @if !rows.is_empty() {
            h4 { "Sensitive columns (l-diversity)" }
            p { "The fewest distinct values in any class. Where it is 1, there is a class whose \
                 people all have the same value: who knows that a person is in it knows the value, \
                 without singling anyone out." }
            (table("Sensitive columns", &["Column", "Fewest values in a class (l)"], &rows))
        }
        (promises(risk))
    }
}

/// Models that ask for shares of people, as the worst class of the released table has them.
fn promises(risk: &TableRisk) -> Markup {
    let rows: Vec<Vec<String>> = risk
        .models
        .iter()
        .map(|kept| {
            let reached = kept.reached.map_or_else(|| "–".to_owned(), |r| format!("{r:.3}"));
            vec![
                kept.measure.clone(),
                kept.on.clone().unwrap_or_default(),
                kept.asked.to_string(),
                reached,
                if kept.holds { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    html! {
        @if !rows.is_empty() {
            h4 { "Privacy models" }
            p { "What the policy asks of every class, and what the worst class of the released table \
                 reaches, counted over people." }
            (table("Privacy models", &["Model", "Column", "Asked", "Reached", "Holds"], &rows))
        }
    }
}

fn utility(report: &Report<'_>, risk: &TableRisk, n: usize) -> Markup {
    if risk.utility.is_empty() {
        return html! {};
    }
    let parts: Vec<(&ColumnUtility, [Share; 3])> = risk
        .utility
        .iter()
        .map(|c| {
            let share = |value| report.audience.share(value, risk.rows);
            (c, [share(c.unchanged), share(c.changed), share(c.suppressed)])
        })
        .collect();
    let roles = report.roles(&risk.path);
    let cells: Vec<Vec<String>> = parts
        .iter()
        .map(|(column, [unchanged, changed, suppressed])| {
            vec![
                column.column.clone(),
                roles.get(column.column.as_str()).map_or("–", |r| words::role(r)).to_owned(),
                column.action.clone(),
                unchanged.text.clone(),
                changed.text.clone(),
                suppressed.text.clone(),
                column.precision_kept.map_or_else(|| "–".to_owned(), percent),
            ]
        })
        .collect();
    let rows: Vec<Row> = parts.iter().map(|(column, shares)| stacked(column, shares)).collect();
    let legend = [
        (Look::Solid, "as it was"),
        (Look::Striped, "changed"),
        (Look::Dotted, "emptied or left out"),
    ];
    let figure = Figure {
        id: format!("t{n}-utility"),
        title: "What is left of each column",
        reading: "The number is the share of the column's precision that is left (1 less the \
                  certainty penalty), where it was measured.",
        legend: &legend,
        twin: Twin::Folded,
    };
    let heads = [
        "Column",
        "Part",
        "Action",
        "As it was",
        "Changed",
        "Emptied or left out",
        "Information left",
    ];
    bars(&figure, &Axis::percent(), &rows, table("What is left of each column", &heads, &cells))
}

fn stacked(column: &ColumnUtility, [unchanged, changed, suppressed]: &[Share; 3]) -> Row {
    // Rounded parts may come to a little more than the whole.
    let scale = (unchanged.drawn + changed.drawn + suppressed.drawn).max(1.0);
    Row {
        label: column.column.clone(),
        note: column.action.clone(),
        lanes: vec![Lane {
            segments: vec![
                (unchanged.drawn / scale, Look::Solid),
                (changed.drawn / scale, Look::Striped),
                (suppressed.drawn / scale, Look::Dotted),
            ],
            value: column.precision_kept.map_or_else(|| "–".to_owned(), percent),
        }],
    }
}

/// All tables that share a patient code, taken together.
pub(super) fn joint(report: &Report<'_>) -> Markup {
    match &report.risk.joint {
        Some(joint) => together_risk(report, joint),
        None => html! { p {
            "The tables share no patient code over quasi-identifiers, so there is nothing to join \
             them by."
        } },
    }
}

fn together_risk(report: &Report<'_>, joint: &JointRisk) -> Markup {
    let audience = report.audience;
    let alone = audience.share(
        if joint.signatures == 0 { 0.0 } else { joint.unique as f64 / joint.signatures as f64 },
        joint.subjects,
    );
    let rows = [
        Row {
            label: "Highest risk".to_owned(),
            note: "of any person".to_owned(),
            lanes: vec![exact_lane(joint.highest)],
        },
        Row {
            label: "Average risk".to_owned(),
            note: "share of people named rightly by one who tries everybody".to_owned(),
            lanes: vec![exact_lane(joint.average)],
        },
        Row {
            label: "Alone".to_owned(),
            note: "people whose signature nobody shares".to_owned(),
            lanes: vec![Lane::one(alone.drawn, Look::Solid, alone.text.clone())],
        },
    ];
    let cells = [
        vec!["People".to_owned(), audience.count(joint.subjects)],
        // As a share alone: the count beside that of all people would tell of the few others.
        vec!["People alone with their signature".to_owned(), alone.text],
        vec!["Smallest group of equal signatures".to_owned(), number(joint.smallest)],
        vec!["Highest risk".to_owned(), percent(joint.highest)],
        vec!["Average risk".to_owned(), percent(joint.average)],
    ];
    let figure = Figure {
        id: "joint".to_owned(),
        title: "Risk over everything released together",
        reading: "Shorter is safer.",
        legend: &[],
        twin: Twin::Folded,
    };
    html! {
        p { (brought_together(joint)) }
        p { strong { (meaning(joint)) } }
        (bars(&figure, &Axis::percent(), &rows, table("Joint risk", &["Figure", "Value"], &cells)))
    }
}

fn brought_together(joint: &JointRisk) -> &'static str {
    if joint.signatures > joint.subjects {
        "Each table has patient codes and an order of rows of its own. Rows of a patient can be brought \
         together within a table, and by no code over tables: the signature is the patient's classes \
         in one table. Tables without a patient column are not counted here."
    } else {
        "Rows of a patient can be brought together over tables and visits by the patient code. What \
         someone would then see of a patient is the signature: the patient's classes in every table. \
         Classes of many people can still make a signature of one."
    }
}

fn exact_lane(share: f64) -> Lane {
    Lane::one(super::shown::unit(share), Look::Solid, percent(share))
}

fn meaning(joint: &JointRisk) -> String {
    if joint.smallest >= 2 {
        let place = if joint.signatures > joint.subjects {
            "each of these tables, whose codes do not join"
        } else {
            "all tables together"
        };
        return format!(
            "Everybody shares the signature with at least {}, so k = {} holds for {place}.",
            counted(joint.smallest - 1, "other", "others"),
            number(joint.smallest)
        );
    }
    "Some patients are alone with their signature. Who knows all the quasi-identifiers of such a \
     patient, from several tables or visits, can single the patient out. The k of a table is a \
     claim on that table by itself; here the recipient's agreement and safeguards have to carry \
     the rest."
        .to_owned()
}
