//! Long numbers nobody named: seven digits and more are no measurement, and are taken as a code of
//! some kind (45 CFR 164.514(b)(2)(i)(R)) unless a unit or a coding system stands beside them. So are
//! letters and digits in the forms that laboratories and archives number their samples by.

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, pattern, stands_alone, unit_follows};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct NumberRun;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b)(?:[A-Za-z]{1,4}-?)?[0-9]{6,24}(?:-[0-9A-Za-z]{1,8})?(?-u:\b)")
});

/// `FNV-44-818`, `24499-E-15`, `74:LN28568`, `BX59-5880`.
static SAMPLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:[A-Z]{1,4}-[0-9]{2,4}-[0-9]{2,6}|[0-9]{4,6}-[A-Z]{1,2}-[0-9]{2,4}|[0-9]{2}:[A-Z]{1,3}[0-9]{4,8}|[A-Z]{1,3}[0-9]{2}-[0-9]{3,6})(?-u:\b)",
    )
});

impl Recognizer for NumberRun {
    fn name(&self) -> &'static str {
        "number-run"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(r"[0-9]{6}|[A-Z][0-9]{0,2}-[0-9]{2}|[0-9]-[A-Z]{1,2}-[0-9]|[0-9]{2}:[A-Z]")
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        for hit in PATTERN.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let digits = hit.as_str().bytes().filter(u8::is_ascii_digit).count();
            let lettered = hit.as_str().as_bytes()[0].is_ascii_alphabetic();
            let long = digits >= 7 || (digits >= 6 && lettered);
            let round = hit.as_str().ends_with("00000");
            if long && !round && stands_alone(page, &span) && !excused(page, &span) {
                out.push(found(span, EntityType::OtherId, 0.4, self.name()));
            }
        }
        for hit in SAMPLE.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            let digits = hit.as_str().bytes().filter(u8::is_ascii_digit).count();
            if digits >= 5 && stands_alone(page, &span) && !excused(page, &span) {
                out.push(found(span, EntityType::OtherId, 0.6, self.name()));
            }
        }
    }
}

fn excused(page: &Page<'_>, span: &Range<usize>) -> bool {
    let before = page.before(span.start).to_ascii_lowercase();
    let tail = before.get(before.len().saturating_sub(18)..).unwrap_or(&before);
    let coded =
        ["snomed", "loinc", "icd", "cpt", "ndc", "rxnorm", "rxcui", "cvx", "nct", "pmid", "doi"];
    coded.iter().any(|c| tail.contains(c))
        || unit_follows(page, span.end)
        || is_application(&page.text[span.clone()])
}

/// The number under which the FDA approved a drug (`NDA020800`), as RxNorm writes it before names.
fn is_application(text: &str) -> bool {
    let number = ["NDA", "ANDA", "BLA"].iter().find_map(|kind| text.strip_prefix(kind));
    number.is_some_and(|n| n.len() == 6 && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let expect: Vec<_> = expect.iter().map(|e| (*e, EntityType::OtherId)).collect();
        testing::check(&NumberRun, text, &expect);
    }

    #[test]
    fn positive() {
        check("ref 77120045 seen", &["77120045"]);
        check("AB123456", &["AB123456"]);
        check("0012345678-01", &["0012345678-01"]);
        check("Urine FNV-44-818 grew", &["FNV-44-818"]);
        check("result of 24499-E-15.", &["24499-E-15"]);
        check("Sample 74:LN28568: none", &["74:LN28568"]);
        check("slide BX59-5880", &["BX59-5880"]);
    }

    #[test]
    fn negative_and_near_miss() {
        check("platelets 250000", &[]);
        check("SNOMED 44054006", &[]);
        check("1234567 copies/mL", &[]);
        check("0.12345678", &[]);
        check("10000000", &[]);
        check("123456", &[]);
        check("ICD S72-001-22", &[]);
        check("L4-5 and IL-12-23, HLA-B27-05", &[]);
        check("NCT FNV-44-818", &[]);
        check("NDA020800 0.3 ML Epinephrine", &[]);
        check("NDA0208001 and NDX020800", &["NDA0208001", "NDX020800"]);
    }
}
