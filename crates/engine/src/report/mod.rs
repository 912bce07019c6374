//! The report of a release, as one HTML page that asks nothing of the network: for the privacy
//! officer and the review board who decide, and for the researcher who reads the data.
//!
//! There are two. The published one ships in the package, so it holds no input file name, no time
//! and no small count of people. The internal one stays in the project's state with exact counts
//! and the places of what was held back. Neither holds a value of the data, and equal inputs give
//! equal bytes.

pub(crate) mod charts;
mod checks;
pub(crate) mod classes;
mod contents;
pub(crate) mod plane;
pub(crate) mod shown;
pub(crate) mod summary;
mod tables;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use anonymed_core::release::Evidence;
use anonymed_core::{FileNumber, QuarantinedRecord};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::manifest::Manifest;
use crate::risk::{RiskSummary, TableRisk};
use crate::verification::ProseCells;
use shown::Audience;

/// How every page looks.
pub(crate) const STYLE: &str = include_str!("style.css");

/// A browser that honours it fetches nothing and runs nothing, whatever the page holds.
pub(crate) const CONTENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The report that ships with the release: no input file name, no time, no small count.
pub fn published(manifest: &Manifest, evidence: &Evidence, risk: &RiskSummary) -> String {
    let audience = Audience::recipient(manifest);
    let risk = released_columns(manifest, risk);
    Report { manifest, evidence, risk: &risk, audience }.page(None)
}

/// Utility of the columns that are released: the header of another is not.
fn released_columns(manifest: &Manifest, risk: &RiskSummary) -> RiskSummary {
    let mut risk = risk.clone();
    for table in &mut risk.tables {
        let columns =
            manifest.files.iter().filter(|f| f.path == table.path).flat_map(|f| &f.columns);
        let names: Vec<&str> = columns.map(|c| c.name.as_str()).collect();
        table.utility.retain(|column| names.contains(&column.column.as_str()));
    }
    risk
}

/// The report that stays in the project: exact counts, and the places of what was held back.
pub fn internal(
    manifest: &Manifest,
    evidence: &Evidence,
    risk: &RiskSummary,
    held_back: &HeldBack<'_>,
) -> String {
    let places = checks::held_back(held_back);
    Report { manifest, evidence, risk, audience: Audience::Project }.page(Some(places))
}

/// What is not in the release, by its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeldBack<'a> {
    /// Files the verification took out, and why.
    pub files: &'a [(FileNumber, String)],
    /// Records held back by the run or taken out by the verification.
    pub records: &'a [(FileNumber, QuarantinedRecord)],
    /// Columns in which the verification blanked prose cells.
    pub cells: &'a [ProseCells],
}

/// What every section reads.
struct Report<'a> {
    manifest: &'a Manifest,
    evidence: &'a Evidence,
    risk: &'a RiskSummary,
    audience: Audience,
}

/// A part of the page with its place in the table of contents.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

impl Report<'_> {
    fn page(&self, places: Option<Markup>) -> String {
        let sections = self.sections(places);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(CONTENT_POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.manifest.name) " – " (self.kind()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the report" }
                    (charts::patterns())
                    (summary::verdict(self))
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
                    footer { p { (self.footer()) } }
                }
            }
        }
        .into_string()
    }

    fn sections(&self, places: Option<Markup>) -> Vec<Section> {
        let section = |id, title, body| Section { id, title, body };
        let mut sections = vec![
            section("request", "What was asked for", summary::request(self)),
            section("contents", "What is in the release", contents::files(self)),
            section("removed", "What was removed or replaced", contents::removed(self)),
            section("risk", "Risk and utility, table by table", tables::tables(self)),
            section("together", "Risk of all tables together", tables::joint(self)),
            section("checks", "What was checked", checks::checks(self)),
            section("withheld", "What was held back", contents::withheld(self)),
            section("unchecked", "What was not checked", checks::unchecked()),
            section("verify", "How to verify this package", checks::offline()),
            section("digests", "Digests", checks::digests(self)),
        ];
        if let Some(body) = places {
            sections.push(section("places", "Places of what was held back", body));
        }
        sections
    }

    fn kind(&self) -> &'static str {
        match self.audience {
            Audience::Recipient { .. } => "Release report",
            Audience::Project => "Internal report: not for release",
        }
    }

    fn footer(&self) -> String {
        match self.audience {
            Audience::Recipient { min_cell } => format!(
                "Counts of people from 1 to {} are hidden, and shares of people and rows rounded \
                 accordingly, so parts may not add up to the whole.",
                min_cell - 1
            ),
            Audience::Project => "Exact counts, but for those the manifest hides. This report \
                                  stays in the project's state."
                .to_owned(),
        }
    }

    /// Tables that have people and quasi-identifiers.
    fn counted(&self) -> impl Iterator<Item = &TableRisk> {
        self.risk.tables.iter().filter(|t| !t.quasi.is_empty() && t.subjects > 0)
    }

    /// What was asked of and reached by the table of which a k is asked that has the smallest
    /// class, one that misses its k before all others; and how many such tables there are.
    fn claimed_k(&self) -> Option<(u32, u64, usize)> {
        let gated = || self.counted().filter_map(|t| Some((t.k_asked?, t.after.smallest_class)));
        let (asked, reached) =
            gated().min_by_key(|(asked, reached)| (*reached >= u64::from(*asked), *reached))?;
        Some((asked, reached, gated().count()))
    }

    /// The highest risk of any person in any table by itself.
    fn highest(&self) -> Option<f64> {
        self.counted().map(|t| t.after.highest).reduce(f64::max)
    }

    /// Roles of a table's columns by header.
    fn roles(&self, path: &str) -> BTreeMap<&str, &str> {
        let file = self.manifest.files.iter().find(|f| f.path == path);
        let columns = file.into_iter().flat_map(|f| &f.columns);
        columns.map(|c| (c.name.as_str(), c.role.as_str())).collect()
    }
}
