//! The top of the report: the verdict in a sentence, the figures behind it, and what was asked.

use anonymed_core::release::{Check, Verdict};
use anonymed_core::{PseudonymMode, TimeMode};
use maud::{Markup, html};

use super::Report;
use super::shown::{counted, number, percent};
use super::words;

/// Where the evidence leaves the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Verified,
    Failed(usize),
    /// Checks that were not made.
    Incomplete(usize),
    /// The evidence speaks of other bytes than the manifest.
    OtherBytes,
}

impl Standing {
    fn of(report: &Report<'_>) -> Self {
        let checks = &report.evidence.checks;
        let failed = checks.values().filter(|c| c.verdict == Verdict::Failed).count();
        let missing = Check::ALL.iter().filter(|c| !checks.contains_key(c)).count();
        match (failed, missing) {
            (0, 0) if report.evidence.digest != report.manifest.bound.data => Self::OtherBytes,
            (0, 0) => Self::Verified,
            (0, missing) => Self::Incomplete(missing),
            (failed, _) => Self::Failed(failed),
        }
    }

    fn words(self) -> (&'static str, &'static str, String) {
        match self {
            Self::Verified => ("good", "✓", "Verified: no check found a fault.".to_owned()),
            Self::Failed(n) => (
                "bad",
                "✕",
                format!(
                    "Not verified: {} failed. Do not release.",
                    counted(n as u64, "check", "checks")
                ),
            ),
            Self::Incomplete(n) => (
                "bad",
                "✕",
                format!(
                    "Not verified: {} not made. Do not release.",
                    if n == 1 { "1 check was".to_owned() } else { format!("{n} checks were") }
                ),
            ),
            Self::OtherBytes => (
                "bad",
                "✕",
                "Not verified: the evidence is about other data than this. Do not release."
                    .to_owned(),
            ),
        }
    }
}

/// Title, verdict and figures.
pub(super) fn verdict(report: &Report<'_>) -> Markup {
    let (class, sign, words) = Standing::of(report).words();
    html! {
        header {
            p.kicker { (report.kind()) }
            h1 { (report.manifest.name) }
            div.verdict.(class) {
                p.sentence { span.sign aria-hidden="true" { (sign) } " " strong { (words) } }
                p { (risk_sentence(report)) " " (treatment_sentence(report)) }
            }
            (tiles(report))
        }
    }
}

/// k and the highest risk, no more than is so.
fn risk_sentence(report: &Report<'_>) -> String {
    let Some((asked, reached, tables)) = report.claimed_k() else {
        return match report.highest() {
            Some(highest) => format!(
                "No k is claimed; the highest risk of any person in a table by itself is {}{}.",
                percent(highest),
                joint_words(report)
            ),
            None => "No table with quasi-identifiers is in it, so no k is claimed.".to_owned(),
        };
    };
    if reached < u64::from(asked) {
        return format!(
            "A table misses its k: {asked} was asked for, and its smallest class has {}; the \
             highest risk of any person in a table by itself is {}{}.",
            counted(reached, "person", "people"),
            percent(report.highest().unwrap_or(0.0)),
            joint_words(report)
        );
    }
    let place = if tables == 1 { "the table" } else { "each of the tables" };
    format!(
        "In {place} with a privacy model, every person shares the quasi-identifiers with at least \
         {} (k = {}, asked for {}); the highest risk of any person in a table by itself is {}{}.",
        counted(reached.saturating_sub(1), "other", "others"),
        number(reached),
        number(u64::from(asked)),
        percent(report.highest().unwrap_or(0.0)),
        joint_words(report)
    )
}

fn joint_words(report: &Report<'_>) -> String {
    report.risk.joint.as_ref().map_or_else(String::new, |joint| {
        format!(", and {} over all tables together", percent(joint.highest))
    })
}

fn treatment_sentence(report: &Report<'_>) -> String {
    let treatment = &report.manifest.treatment;
    let dates = match treatment.dates {
        TimeMode::Shift => "Each patient's dates are moved by one secret number of days",
        TimeMode::Year => "Dates are cut to the year",
        TimeMode::Keep => "Dates are as they were",
    };
    let codes = match treatment.pseudonyms {
        PseudonymMode::Keyed => "patients carry codes derived from their record number with a key",
        PseudonymMode::Random => "patients carry drawn codes that derive from no identifier",
    };
    format!("{dates}, and {codes}.")
}

fn tiles(report: &Report<'_>) -> Markup {
    let checks = &report.evidence.checks;
    let passed = checks.values().filter(|c| c.verdict == Verdict::Passed).count();
    let failed = checks.values().filter(|c| c.verdict == Verdict::Failed).count();
    let idle = checks.len() - passed - failed;
    let note = match (failed, idle) {
        (0, 0) => "none failed".to_owned(),
        (0, idle) => format!("{idle} had nothing to examine"),
        (failed, _) => format!("{failed} failed"),
    };
    html! {
        dl.tiles {
            (tile("Checks passed", &format!("{passed} of {}", Check::ALL.len()), &note))
            @if let Some((asked, reached, _)) = report.claimed_k() {
                (tile("k reached", &number(reached), &format!("asked for {asked}")))
            }
            @if let Some(highest) = report.highest() {
                (tile("Highest risk", &percent(highest), "in a table by itself"))
            }
            @if let Some(joint) = &report.risk.joint {
                (tile("Highest risk", &percent(joint.highest), "all tables together"))
                (tile("Patients", &report.audience.count(joint.subjects), "in the tables"))
            }
            (tile("Data files", &number(report.manifest.files.len() as u64), "in the package"))
        }
    }
}

/// A figure of the summary.
pub(crate) fn tile(name: &str, value: &str, note: &str) -> Markup {
    html! { div.tile { dt { (name) } dd.figure { (value) } dd.note { (note) } } }
}

/// What was asked for, and how identifiers and dates were treated.
pub(super) fn request(report: &Report<'_>) -> Markup {
    let manifest = report.manifest;
    let treatment = &manifest.treatment;
    html! {
        dl.facts {
            (fact("Purpose", html! { (stated(&manifest.purpose)) }))
            (fact("Profile", html! { code { (manifest.profile) } ": " (words::profile(&manifest.profile)) "." }))
            (fact("Dates", html! { (dates(report)) }))
            (fact("Ages", html! {
                "Ages above " (treatment.age_cap) " are one group. Ages are reckoned on "
                (treatment.as_of) "."
            }))
            (fact("Patient codes", html! { (codes(treatment.pseudonyms)) " Domain: "
                code { (treatment.pseudonym_domain) } "." }))
            @if treatment.csv_formula_guard {
                (fact("CSV cells", html! {
                    "A text cell that begins like a spreadsheet formula has an apostrophe in front."
                }))
            }
            @if let Some(expires) = manifest.expires {
                (fact("Last day of use", html! { (expires) }))
            }
            (fact("Made by", html! { (manifest.software) }))
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn dates(report: &Report<'_>) -> String {
    let treatment = &report.manifest.treatment;
    match treatment.dates {
        TimeMode::Shift => {
            let range = treatment.shift_range_days.map_or_else(String::new, |days| {
                format!(", up to {} either way", counted(u64::from(days), "day", "days"))
            });
            let weeks = if treatment.whole_weeks {
                " Shifts are whole weeks, so the day of the week is kept."
            } else {
                " The day of the week is not kept."
            };
            format!(
                "Not the original dates. All dates of a patient, in every file, are moved by the \
                 same number of days{range}, never 0. Intervals within a patient are exact; \
                 calendar dates, and intervals between patients, are not.{weeks}"
            )
        }
        TimeMode::Year => "Cut to the year: nothing finer is in the release.".to_owned(),
        TimeMode::Keep => "As they were. Dates of a person are identifiers under 45 CFR \
                           164.514(b)(2)(i)(C); this release is de-identified by Safe Harbor only \
                           if they are not among its data."
            .to_owned(),
    }
}

fn codes(mode: PseudonymMode) -> &'static str {
    match mode {
        PseudonymMode::Keyed => {
            "Derived: a keyed function (HMAC-SHA-256) of the record number, the same in every \
             release of the domain. Such a code is derived from information about the person, \
             which 45 CFR 164.514(c)(1) does not allow for a re-identification code of \
             de-identified data. Whoever holds the key can make the codes again."
        }
        PseudonymMode::Random => {
            "Drawn for this crosswalk and derived from no identifier, as 45 CFR 164.514(c)(1) asks. \
             Only the sender's crosswalk leads back, and it is not in the package."
        }
    }
}

/// What the policy says, or that it says nothing.
fn stated(text: &str) -> &str {
    if text.trim().is_empty() { "Not stated in the policy" } else { text }
}
