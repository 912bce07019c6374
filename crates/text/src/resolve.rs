//! Makes one list, in order and without overlap, of what several detectors found.
//!
//! Nothing found is lost: where two findings overlap, the larger one that is sure enough holds
//! both, names that overlap become one name, and what sticks out of a weaker finding stays a
//! finding of its own.

use anonymed_core::{EntityType, Finding};

/// Resolves overlaps.
pub(crate) fn resolve(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|f| f.span.start < f.span.end);
    findings.sort_by(|a, b| {
        a.span
            .start
            .cmp(&b.span.start)
            .then(b.span.end.cmp(&a.span.end))
            .then(b.score.value().total_cmp(&a.score.value()))
            .then(a.entity.cmp(&b.entity))
            .then(a.recognizer.cmp(b.recognizer))
    });
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for mut finding in findings {
        // What a stronger finding before has taken is no longer this one's.
        if let Some(last) = kept.last().filter(|last| finding.span.start < last.span.start) {
            finding.span.start = last.span.start.min(finding.span.end);
        }
        let Some(last) = kept.last_mut().filter(|last| finding.span.start < last.span.end) else {
            kept.push(finding);
            continue;
        };
        let persons = last.entity.is_person() && finding.entity.is_person();
        if finding.span == last.span {
            prefer(last, finding);
        } else if finding.span.end <= last.span.end {
            // Inside: the larger holds both, and two persons are the one that is surer.
            if persons && finding.score > last.score {
                last.entity = finding.entity;
            }
        } else if persons {
            last.span.end = finding.span.end;
            if finding.score > last.score {
                last.entity = finding.entity;
                last.score = finding.score;
            }
        } else if finding.span.start == last.span.start || finding.score > last.score {
            last.span.end = finding.span.start;
            if last.span.is_empty() {
                *last = finding;
            } else {
                kept.push(finding);
            }
        } else {
            let mut rest = finding;
            rest.span.start = last.span.end;
            kept.push(rest);
        }
    }
    kept
}

/// Of two findings of the same place: the surer; and of equal sureness the one that says more.
fn prefer(last: &mut Finding, other: Finding) {
    let birth = |f: &Finding| f.entity == EntityType::Date && f.recognizer.ends_with(".birth");
    let better = match (birth(last), birth(&other)) {
        (true, false) if other.entity == EntityType::Date => false,
        (false, true) if last.entity == EntityType::Date => true,
        _ => other.score > last.score,
    };
    if better {
        *last = other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::found;
    use EntityType::{Date, Email, Patient, Person, Phone};

    fn check(
        findings: &[(std::ops::Range<usize>, EntityType, f32)],
        expect: &[(std::ops::Range<usize>, EntityType)],
    ) {
        let findings = findings.iter().map(|(s, e, p)| found(s.clone(), *e, *p, "test")).collect();
        let read: Vec<_> = resolve(findings).into_iter().map(|f| (f.span, f.entity)).collect();
        assert_eq!(read, expect);
    }

    #[test]
    fn overlaps() {
        check(&[(0..5, Person, 0.5), (5..9, Date, 0.9)], &[(0..5, Person), (5..9, Date)]);
        check(&[(0..10, Email, 0.9), (2..5, Person, 0.99)], &[(0..10, Email)]);
        check(&[(0..10, Person, 0.7), (5..10, Patient, 0.97)], &[(0..10, Patient)]);
        check(&[(0..6, Person, 0.7), (4..10, Patient, 0.97)], &[(0..10, Patient)]);
        check(&[(0..6, Phone, 0.7), (4..10, Date, 0.9)], &[(0..4, Phone), (4..10, Date)]);
        check(&[(0..6, Phone, 0.9), (4..10, Date, 0.7)], &[(0..6, Phone), (6..10, Date)]);
        check(&[(0..6, Phone, 0.6), (0..6, Date, 0.9)], &[(0..6, Date)]);
    }
}
