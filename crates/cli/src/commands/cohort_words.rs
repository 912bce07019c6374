//! What `anonymed cohort` says to people.

use std::fmt::Write;

use anonymed_engine::assess::cohort::{
    Bounds, CohortFigures, CohortReport, Contrast, CountDrift, CountTable, Followed,
};
use anonymed_engine::table_cohort::CohortAnswer;

use super::risk::line;

/// Most steps of a curve that are told in words; `--json` has all.
const MOST_STEPS: usize = 12;

/// The answer, the table's own part first.
pub(super) fn words(answer: &CohortAnswer) -> String {
    let mut text = String::new();
    if answer.rejected_rows > 0 {
        line!(text, "{} rows could not be read", answer.rejected_rows);
    }
    let Some(raw) = &answer.raw else {
        figures(&mut text, &answer.table);
        contrasts(&mut text, answer);
        return text;
    };
    line!(text, "RELEASED");
    figures(&mut text, &answer.table);
    line!(text, "\nRAW");
    figures(&mut text, raw);
    if let Some(drift) = &answer.drift {
        line!(text, "\nRELEASED BESIDE RAW");
        line!(text, "{} rows are left out", drift.rows_left_out);
        counted(&mut text, "cohort", drift.count);
        counted(&mut text, "against", drift.against);
        for (what, rate) in
            [("cohort", drift.per_thousand), ("against", drift.against_per_thousand)]
        {
            if let Some(rate) = rate {
                line!(text, "{what}: {rate:+.3} events per 1,000");
            }
        }
    }
    contrasts(&mut text, answer);
    text
}

fn counted(text: &mut String, what: &str, drift: Option<CountDrift>) {
    let Some(drift) = drift else { return };
    let within = if drift.within_bounds { "within" } else { "OUTSIDE" };
    match drift.difference {
        Some(difference) => {
            line!(text, "{what}: estimate {difference:+.1}; the raw count is {within} the bounds");
        }
        None => {
            line!(text, "{what}: the raw count is {within} the bounds");
        }
    }
}

fn figures(text: &mut String, report: &CohortReport) {
    let unit = if report.counted_subjects { "people" } else { "rows" };
    let all = [("cohort", Some(&report.cohort)), ("against", report.against.as_ref())];
    let least = report.min_cell;
    for (what, of) in all.iter().filter_map(|(what, of)| Some((what, (*of)?))) {
        match of.count {
            Some(count) => {
                line!(text, "{what}: {} {unit}", bounds(count));
            }
            None => {
                line!(text, "{what}: not told: <{least}, or it would tell another that is");
            }
        }
    }
    for (what, of) in all.iter().filter_map(|(what, of)| Some((what, (*of)?))) {
        if let Some(table) = &of.by {
            line!(text, "\n{what} by {}", table.by.join(" and "));
            counts(text, table);
            line!(text, "-: <{least}, or it would tell another that is");
        }
    }
    for (what, of) in all.iter().filter_map(|(what, of)| Some((what, (*of)?))) {
        followed(text, what, of, least);
    }
    if let Some(test) = &report.log_rank {
        line!(text, "log-rank: chi-square {:.3}, p {}", test.chi_square, small(test.p));
    }
}

fn bounds(count: Bounds) -> String {
    match (count.lower == count.upper, count.estimate) {
        (true, _) => count.lower.to_string(),
        (false, Some(estimate)) => {
            format!("{}..{} (about {estimate:.1})", count.lower, count.upper)
        }
        (false, None) => format!("{}..{}", count.lower, count.upper),
    }
}

fn counts(text: &mut String, table: &CountTable) {
    let cell = |count: &Option<Bounds>| count.map_or_else(|| "-".to_owned(), bounds);
    let groups = |axis: usize| table.groups[axis].iter().map(String::as_str).chain(["all"]);
    let mut lines: Vec<Vec<String>> = Vec::new();
    if table.groups.len() == 2 {
        lines.push(std::iter::once("").chain(groups(1)).map(str::to_owned).collect());
    }
    for (group, row) in groups(0).zip(&table.counts) {
        lines.push(std::iter::once(group.to_owned()).chain(row.iter().map(cell)).collect());
    }
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("  {cell:>width$}"),
        });
        line!(text, "{}", cells.collect::<String>());
    }
}

fn followed(text: &mut String, what: &str, of: &CohortFigures, least: u64) {
    let Some(Followed { watched, incidence, survival }) = &of.follow_up else { return };
    line!(text, "\n{what}, {watched:.0} watched");
    match incidence {
        Some(rate) => {
            line!(
                text,
                "{:.0} events in {:.1}: {:.3} per 1,000 (95 % {:.3} to {:.3})",
                rate.events,
                rate.time,
                rate.per_thousand,
                rate.interval.0,
                rate.interval.1
            );
        }
        None => {
            line!(text, "events: <{least}");
        }
    }
    if survival.steps.is_empty() {
        return;
    }
    line!(text, "{:>10} {:>9} {:>9} {:>8} {:>8}", "time", "at risk", "survival", "low", "high");
    // Some of many, the last among them.
    let every = survival.steps.len().div_ceil(MOST_STEPS);
    let told = survival.steps.iter().rev().step_by(every).collect::<Vec<_>>();
    for step in told.into_iter().rev() {
        line!(
            text,
            "{:>10.3} {:>9.1} {:>9.4} {:>8.4} {:>8.4}",
            step.time,
            step.at_risk,
            step.survival,
            step.interval.0,
            step.interval.1
        );
    }
    if let Some(median) = survival.median {
        line!(text, "median {median:.3}");
    }
    if survival.cut {
        line!(text, "later steps have fewer than {least} at risk or events");
    }
}

fn contrasts(text: &mut String, answer: &CohortAnswer) {
    let Some(own) = &answer.table.contrasts else { return };
    let raw = answer.raw.as_ref().and_then(|raw| raw.contrasts.as_deref());
    let width = own.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(8);
    let figure = |smd: Option<f64>| smd.map_or_else(|| "-".to_owned(), |smd| format!("{smd:.4}"));
    line!(text, "\nstandardised mean differences");
    match raw {
        None => {
            line!(text, "{:<width$} {:>9}", "column", "smd");
        }
        Some(_) => {
            line!(text, "{:<width$} {:>9} {:>9} {:>9}", "column", "released", "raw", "drift");
        }
    }
    for Contrast { name, smd, .. } in own {
        let Some(raw) = raw else {
            line!(text, "{name:<width$} {:>9}", figure(*smd));
            continue;
        };
        let of_raw = raw.iter().find(|c| c.name == *name).and_then(|c| c.smd);
        let drifts = answer.drift.iter().flat_map(|drift| &drift.contrasts);
        let drift = drifts.filter(|drift| drift.name == *name).find_map(|drift| drift.difference);
        line!(
            text,
            "{name:<width$} {:>9} {:>9} {:>9}",
            figure(*smd),
            figure(of_raw),
            figure(drift)
        );
    }
}

fn small(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}
