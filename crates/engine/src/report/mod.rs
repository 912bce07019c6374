//! The report of a release, as one HTML page that asks nothing of the network: for the privacy
//! officer and the review board who decide, and for the researcher who reads the data.

use anonymed_core::release::{Evidence, Verdict};
use anonymed_core::{FileNumber, QuarantinedRecord};
use maud::{DOCTYPE, Markup, html};

use crate::manifest::Manifest;
use crate::risk::RiskSummary;

/// The report that ships with the release: no input file name, no time, no small count.
pub fn published(manifest: &Manifest, evidence: &Evidence, risk: &RiskSummary) -> String {
    page(manifest, evidence, risk, html! {})
}

/// The report that stays in the project: exact counts, and the places of what was held back.
pub fn internal(
    manifest: &Manifest,
    evidence: &Evidence,
    risk: &RiskSummary,
    withdrawn: &[(FileNumber, String)],
    quarantined: &[(FileNumber, QuarantinedRecord)],
) -> String {
    let places = html! {
        h2 { "Held back" }
        ul {
            @for (file, reason) in withdrawn { li { (file) ": " (reason) } }
            @for (file, record) in quarantined {
                li { (file) ", " (record.place) ": " (record.reason) }
            }
        }
    };
    page(manifest, evidence, risk, places)
}

fn page(manifest: &Manifest, evidence: &Evidence, risk: &RiskSummary, places: Markup) -> String {
    let passed = evidence.checks.values().all(|c| c.verdict != Verdict::Failed);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (manifest.name) " — release report" }
            }
            body {
                main {
                    h1 { (manifest.name) }
                    p { (if passed { "Every check passed." } else { "A check failed." }) }
                    p { (manifest.purpose) }
                    @for table in &risk.tables {
                        h2 { (table.path) }
                        p { "Smallest class: " (table.after.smallest_class) }
                    }
                    (places)
                }
            }
        }
    }
    .into_string()
}
