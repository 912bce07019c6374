//! Specimen, report and accession numbers behind their label.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, pattern, stands_alone, template};
use crate::page::Page;

/// See the file's first lines.
pub(crate) struct Accession;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"accession|acc[ \t]*\#",
        r"specimen|report|requisition|order|lab|job|document|dictation|confirmation|reference|exam",
    )
});

/// `24-4386279`, the year and a running number, near the word specimen.
static YEARLY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u:\b)[0-9]{2}-[0-9]{6,8}(?-u:\b)"));

impl Recognizer for Accession {
    fn name(&self) -> &'static str {
        "accession"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"[0-9]{2}-[0-9]{6,8}|(?i)accession|acc[ \t]*\#|(?:specimen|report|requisition|order|lab|job|document|dictation|confirmation|reference|exam)[ \t]*(?:n|id|#)",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::Accession, 0.8, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
        for hit in YEARLY.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let first = page.token_from(span.start);
            let near = (first.saturating_sub(3)..first).any(|at| {
                let word = page.word(&page.tokens[at]);
                word.eq_ignore_ascii_case("specimen") || word.eq_ignore_ascii_case("accession")
            });
            if near && stands_alone(page, &span) {
                out.push(Finding { span, ..template.clone() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&Accession, "Accession: S-11-4521", &[("S-11-4521", EntityType::Accession)]);
        check(&Accession, "Job ID 443210", &[("443210", EntityType::Accession)]);
        check(
            &Accession,
            "SPECIMEN 24-4386279 TO PATHOLOGY",
            &[("24-4386279", EntityType::Accession)],
        );
        check(
            &Accession,
            "removed. Specimen accession\n23-3705964.",
            &[("23-3705964", EntityType::Accession)],
        );
        check(&Accession, "specimen #B77120", &[("B77120", EntityType::Accession)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&Accession, "order number of tests", &[]);
        check(&Accession, "lab notes 3", &[]);
        check(&Accession, "reference not given", &[]);
    }
}
