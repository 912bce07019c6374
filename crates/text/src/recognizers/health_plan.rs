//! Health plan numbers behind their label, and Medicare beneficiary identifiers by their form (CMS MBI format).

use std::ops::Range;
use std::sync::LazyLock;

use anonymed_core::{EntityType, Finding};
use regex::Regex;

use super::{Recognizer, labelled, number_behind_label, pattern, template};
use crate::page::{Page, found};

/// See the file's first lines.
pub(crate) struct HealthPlan;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    labelled(
        r"member|subscriber[ \t]*id|policy[ \t]*\#|hicn|mbi|beneficiary|medicare|medicaid",
        r"policy|group|insurance|subscriber|authorization|plan",
    )
});

/// The eleven characters of a Medicare beneficiary identifier, hyphens allowed.
static MBI: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)[1-9][AC-HJ-KM-NP-RT-Y][0-9AC-HJ-KM-NP-RT-Y][0-9]-?[AC-HJ-KM-NP-RT-Y][0-9AC-HJ-KM-NP-RT-Y][0-9]-?[AC-HJ-KM-NP-RT-Y]{2}[0-9]{2}(?-u:\b)",
    )
});

impl Recognizer for HealthPlan {
    fn name(&self) -> &'static str {
        "health-plan"
    }

    fn trigger(&self) -> Option<&'static str> {
        Some(
            r"(?i)member|subscriber|policy|hicn|mbi|beneficiary|medicare|medicaid|(?:group|insurance|authorization|plan)[ \t]*(?:n|id|#)|[1-9][ac-hj-km-np-rt-y][0-9ac-hj-km-np-rt-y]",
        )
    }

    fn recognize(&self, page: &Page<'_>, line: Range<usize>, out: &mut Vec<Finding>) {
        let template = template(EntityType::HealthPlan, 0.8, self.name());
        number_behind_label(&LABEL, page, &line, &template, out);
        for hit in MBI.find_iter(&page.text[line.clone()]) {
            let span = line.start + hit.start()..line.start + hit.end();
            out.push(found(span, EntityType::HealthPlan, 0.9, self.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    #[test]
    fn positive() {
        check(&HealthPlan, "Member ID: XYZ123456789", &[("XYZ123456789", EntityType::HealthPlan)]);
        check(&HealthPlan, "policy number 88-1203", &[("88-1203", EntityType::HealthPlan)]);
        check(
            &HealthPlan,
            "MBI 1EG4-TE5-MK73",
            &[("1EG4-TE5-MK73", EntityType::HealthPlan), ("1EG4-TE5-MK73", EntityType::HealthPlan)],
        );
        check(&HealthPlan, "his card 1EG4TE5MK73", &[("1EG4TE5MK73", EntityType::HealthPlan)]);
    }

    #[test]
    fn negative_and_near_miss() {
        check(&HealthPlan, "family member of 3", &[]);
        check(&HealthPlan, "policy notes", &[]);
        check(&HealthPlan, "group of 12 members", &[]);
        check(&HealthPlan, "1EG4TE5MK7", &[]);
    }
}
