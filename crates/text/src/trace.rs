//! How a finding came about: everything that any detector said, and what became of it.

use std::ops::Range;

use anonymed_core::Finding;

/// A finding with what led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The finding.
    pub finding: Finding,
    /// Everything detectors said of its place, surest first.
    pub heard: Vec<Finding>,
    /// What decided between them.
    pub decided: Decision,
}

/// What decided on a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// One detector spoke.
    Alone,
    /// It says more than what lies in it: the longest of several.
    Length,
    /// It is the surest of several for the same words.
    Score,
    /// Several that overlap became one.
    United,
    /// What a stronger one left of it.
    Rest,
}

impl Decision {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Length => "length",
            Self::Score => "score",
            Self::United => "united",
            Self::Rest => "rest",
        }
    }
}

/// Why something that was heard is no finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Its score is below the threshold of its type, or the tagger is sure that it is nothing.
    TooUnsure,
    /// The policy's list of what is allowed.
    Allowed,
}

impl Reason {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooUnsure => "too-unsure",
            Self::Allowed => "allowed",
        }
    }
}

/// What was found in a text, with the way there.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The findings.
    pub findings: Vec<Explained>,
    /// What detectors said that came to nothing.
    pub dropped: Vec<(Finding, Reason)>,
}

/// Listens to the detectors, where somebody wants to know.
#[derive(Default)]
pub(crate) struct Trace {
    on: bool,
    heard: Vec<Finding>,
    allowed: Vec<Finding>,
}

impl Trace {
    /// One that listens.
    pub(crate) fn on() -> Self {
        Self { on: true, ..Self::default() }
    }

    pub(crate) fn heard(&mut self, findings: &[Finding], offset: usize) {
        self.heard_all(findings.iter(), offset);
    }

    pub(crate) fn heard_all<'f>(
        &mut self,
        findings: impl Iterator<Item = &'f Finding>,
        offset: usize,
    ) {
        if self.on {
            self.heard.extend(findings.map(|f| {
                let span = f.span.start + offset..f.span.end + offset;
                Finding { span, ..f.clone() }
            }));
        }
    }

    pub(crate) fn allowed(&mut self, finding: &Finding) {
        if self.on {
            self.allowed.push(finding.clone());
        }
    }

    /// Brings every span to the source of a view.
    pub(crate) fn map(&mut self, source: impl Fn(Range<usize>) -> Range<usize>) {
        for finding in self.heard.iter_mut().chain(&mut self.allowed) {
            finding.span = source(finding.span.clone());
        }
    }

    /// Says of each finding how it came about.
    pub(crate) fn explain(self, findings: Vec<Finding>) -> Explanation {
        let over = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        let findings: Vec<Explained> = findings
            .into_iter()
            .map(|finding| {
                let own = self.heard.iter().filter(|h| over(&h.span, &finding.span)).cloned();
                let mut heard: Vec<Finding> = own.collect();
                heard.sort_by(|a, b| b.score.value().total_cmp(&a.score.value()));
                Explained { decided: decision(&finding, &heard), finding, heard }
            })
            .collect();
        let dropped = self
            .heard
            .into_iter()
            .filter(|h| !findings.iter().any(|f| over(&f.finding.span, &h.span)))
            .map(|h| {
                let allowed = self.allowed.iter().any(|a| over(&a.span, &h.span));
                (h, if allowed { Reason::Allowed } else { Reason::TooUnsure })
            })
            .collect();
        Explanation { findings, dropped }
    }
}

fn decision(finding: &Finding, heard: &[Finding]) -> Decision {
    let same = heard.iter().filter(|h| h.span == finding.span).count();
    let inside = |h: &Finding| h.span.start >= finding.span.start && h.span.end <= finding.span.end;
    match (same, heard.len()) {
        (1, 1) => Decision::Alone,
        (1.., all) if same == all => Decision::Score,
        (1.., _) => Decision::Length,
        _ if heard.iter().all(inside) => Decision::United,
        _ => Decision::Rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::found;
    use anonymed_core::EntityType::{Date, Person, Phone};

    #[test]
    fn findings_are_explained_and_what_came_to_nothing_is_told() {
        let mut trace = Trace::on();
        trace.heard(&[found(0..4, Person, 0.5, "a"), found(0..9, Person, 0.9, "b")], 10);
        trace.heard(&[found(30..34, Date, 0.2, "c"), found(40..44, Phone, 0.9, "d")], 0);
        trace.allowed(&found(40..44, Phone, 0.9, "d"));
        let explanation = trace.explain(vec![found(10..19, Person, 0.9, "b")]);
        let [one] = &explanation.findings[..] else { panic!("one finding") };
        assert_eq!(one.decided, Decision::Length);
        assert_eq!(one.heard.iter().map(|h| h.recognizer).collect::<Vec<_>>(), ["b", "a"]);
        let dropped: Vec<_> =
            explanation.dropped.iter().map(|(f, why)| (f.recognizer, *why)).collect();
        assert_eq!(dropped, [("c", Reason::TooUnsure), ("d", Reason::Allowed)]);
    }

    #[test]
    fn nobody_listens_unless_asked() {
        let mut trace = Trace::default();
        trace.heard(&[found(0..4, Person, 0.5, "a")], 0);
        assert!(trace.explain(Vec::new()).dropped.is_empty());
    }
}
