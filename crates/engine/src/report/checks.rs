//! What the verification examined and found, what nobody checked, and how to check the package.

use std::collections::BTreeMap;

use anonymed_core::Place;
use anonymed_core::release::{Check, CheckResult, Verdict};
use maud::{Markup, html};

use super::charts::table;
use super::shown::{Audience, counted, number, percent};
use super::words;
use super::{HeldBack, Report};

/// Places listed at most; the state of the project has all.
const LISTED: usize = 1_000;

/// Each check with what it examined, measured and found.
pub(super) fn checks(report: &Report<'_>) -> Markup {
    html! {
        p { "The checks read the released files as they were written, by code that the \
             de-identification does not use. Findings are told by place and never by value." }
        @for check in Check::ALL {
            (one(report, *check, report.evidence.checks.get(check)))
        }
    }
}

fn one(report: &Report<'_>, check: Check, result: Option<&CheckResult>) -> Markup {
    let (title, question) = words::check(check);
    let (sign, word, class) =
        result.map_or(("✕", "Not made", "bad"), |r| words::verdict(r.verdict));
    html! {
        section.check {
            h3 { (title) " " span.badge.(class) { span aria-hidden="true" { (sign) } " " (word) } }
            p { (question) }
            @if let Some(result) = result { (found(report.audience, result)) }
        }
    }
}

fn found(audience: Audience, result: &CheckResult) -> Markup {
    html! {
        @if !result.examined.is_empty() {
            p { "Examined: " (examined(audience, &result.examined)) "." }
        }
        @if result.hits_total > 0 {
            p { "Findings: " strong { (audience.count(result.hits_total)) }
                @if result.verdict != Verdict::Failed { ", none of which refuses the release" } "." }
        }
        @if !result.note.is_empty() { p.aside { (result.note) } }
        (measured(audience, &result.measured))
        @if audience == Audience::Project { (places(result)) }
    }
}

/// Files are the sender's and not people; other units may be a person's.
fn examined(audience: Audience, units: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = units
        .iter()
        .map(|(unit, count)| {
            let words = words::measure(unit);
            match unit.as_str() {
                "files" | "tables" | "names" | "headers" => {
                    format!("{} {words}", number(*count))
                }
                "policies" => "the policy as it is shipped".to_owned(),
                _ => format!("{} {words}", audience.count(*count)),
            }
        })
        .collect();
    parts.join(", ")
}

fn measured(audience: Audience, values: &BTreeMap<String, f64>) -> Markup {
    let rows: Vec<Vec<String>> = values
        .iter()
        .map(|(name, value)| vec![words::measure(name), measure(audience, name, *value)])
        .collect();
    html! {
        @if !rows.is_empty() {
            details.twin {
                summary { "Measured: " (counted(rows.len() as u64, "figure", "figures")) }
                (table("Measured", &["Figure", "Value"], &rows))
            }
        }
    }
}

/// Risks and shares in percent; the smallest class is the k that is claimed; other whole numbers
/// may be counts of people.
fn measure(audience: Audience, name: &str, value: f64) -> String {
    if name.contains("risk") || name.contains("share") {
        percent(value)
    } else if value.fract() != 0.0 || !(0.0..1e15).contains(&value) {
        format!("{value:.3}")
    } else if name.starts_with("k(") || name.starts_with("l(") || name.contains("smallest") {
        number(value as u64)
    } else {
        audience.count(value as u64)
    }
}

fn places(result: &CheckResult) -> Markup {
    let rows: Vec<Vec<String>> = result
        .hits
        .iter()
        .take(LISTED)
        .map(|hit| {
            let kind = hit.identifier.map_or("–", |h| words::hipaa(h).1);
            vec![hit.at.to_string(), kind.to_owned(), hit.reason.clone()]
        })
        .collect();
    html! {
        @if !rows.is_empty() {
            details.twin {
                summary { "Places: " (number(rows.len() as u64)) " of " (number(result.hits_total)) }
                (table("Places", &["Place", "Identifier", "Reason"], &rows))
            }
        }
    }
}

/// What no check covers.
pub(super) fn unchecked() -> Markup {
    const OPEN: [(&str, &str); 9] = [
        (
            "Pictures and documents",
            "Pixels, PDF, scans, audio and waveforms were not read, and such \
          files are not in the package.",
        ),
        (
            "What the reader knows from elsewhere",
            "News, social media, public registers, or knowing \
          a patient.",
        ),
        (
            "Rare facts in prose",
            "An unusual accident, office or family told in a note can single a \
          person out without an identifier.",
        ),
        (
            "Identifiers nobody named",
            "A nickname or a name that stands in no table, FHIR resource or \
          note header and has no telling form is left to the detector, whose recall is below 100%.",
        ),
        ("Writing style", "Who wrote a note may be told by how it is written."),
        (
            "Sequences",
            "Diagnoses, procedures, laboratory values and the intervals between visits \
          were not treated as quasi-identifiers unless the policy names them; a long course can be \
          one person's own.",
        ),
        (
            "Notes and FHIR in k",
            "k and the risks are counted on tables. What notes and FHIR resources \
          tell in addition is not in those figures.",
        ),
        (
            "Inference",
            "What can be concluded about a group, and so about its members, with nobody \
          singled out. l-diversity is shown for the columns the policy calls sensitive or asks it of, \
          and no other.",
        ),
        (
            "Other releases",
            "Whether this release joins with another one of the same domain, or with \
          data the recipient has.",
        ),
    ];
    html! {
        p { "No report shows that data are anonymous. This one does not cover:" }
        dl.facts { @for (what, why) in OPEN { div { dt { (what) } dd { (why) } } } }
    }
}

/// How a recipient checks the package.
pub(super) fn offline() -> Markup {
    html! {
        p { "No network is needed. Get the sender's public key by another way than the package, \
             then run:" }
        pre tabindex="0" { code { "anonymed release verify PKG --public-key FILE" } }
        p { "It says whether every file has its digest, nothing else lies in the package, the \
             manifest is the one that was signed, and the signature is of that key. Without a key \
             it speaks of integrity alone." }
    }
}

/// What binds the release.
pub(super) fn digests(report: &Report<'_>) -> Markup {
    let bound = &report.manifest.bound;
    let mut rows = vec![
        ("Released data", bound.data.as_str()),
        ("Data the checks read", report.evidence.digest.as_str()),
        ("Plan", bound.plan.as_str()),
        ("Inventory of the input", bound.inventory.as_str()),
        ("Policy", bound.policy.as_str()),
        ("Key", bound.key_id.as_str()),
    ];
    rows.extend(report.manifest.documents.iter().map(|(n, d)| (n.as_str(), d.as_str())));
    html! {
        p { "SHA-256 in hexadecimal; the key by its public name. Each data file's digest is in "
            code { "manifest.json" } "." }
        dl.facts.digests {
            @for (name, digest) in rows { div { dt { (name) } dd { code { (digest) } } } }
        }
    }
}

/// Where in the input what was held back is: for the project alone.
pub(super) fn held_back(held: &HeldBack<'_>) -> Markup {
    let files = first(held.files, |(file, reason)| vec![file.to_string(), reason.clone()]);
    let records = first(held.records, |(file, record)| {
        vec![file.to_string(), record.place.to_string(), record.reason.clone()]
    });
    let cells = first(held.cells, |column| {
        let place = Place::Column(column.column).to_string();
        let of = format!("{} of {}", number(column.withheld), number(column.cells));
        vec![column.file.to_string(), column.path.clone(), place, of]
    });
    const CELLS: [&str; 4] = ["File", "Released as", "Column", "Cells"];
    html! {
        p { "Numbers are of the sealed inventory, which alone has the names." }
        h3 { "Files taken out by the verification" }
        (listed("Files taken out", &["File", "Reason"], &files, held.files.len()))
        h3 { "Records held back by the run or the verification" }
        (listed("Records held back", &["File", "Place", "Reason"], &records, held.records.len()))
        h3 { "Prose cells blanked by the verification" }
        (listed("Prose cells blanked", &CELLS, &cells, held.cells.len()))
    }
}

fn first<T>(items: &[T], row: impl Fn(&T) -> Vec<String>) -> Vec<Vec<String>> {
    items.iter().take(LISTED).map(row).collect()
}

fn listed(name: &str, heads: &[&str], rows: &[Vec<String>], all: usize) -> Markup {
    html! {
        @if rows.is_empty() { p { "None." } } @else { (table(name, heads, rows)) }
        @if all > rows.len() {
            p.aside { "The first " (number(rows.len() as u64)) " of " (number(all as u64)) "." }
        }
    }
}
