//! Finds identifiers: each page goes through every detector, what they say becomes one list, and
//! names found with certainty are looked for again in the whole text.

use std::ops::Range;
use std::sync::Arc;

use anonymed_core::policy::{Language, TextRule, TextSearch, Tier};
use anonymed_core::{EntityTagger, Finding, ScrubError};

use crate::custom::Custom;
use crate::error::TextError;
use crate::language::language_of;
use crate::options::Asks;
use crate::page::{self, Page};
use crate::propagate::{Known, Listed};
use crate::resolve::resolve;
use crate::tagger::{self, Tagger};
use crate::trace::Trace;
use crate::view::View;
use crate::{borders, ensemble, fields, plausible, recognizers};

/// Pages that are kept taken apart between the two looks at a text.
const KEPT_PAGES: usize = 16;

/// Words from which on the tagger has something to go by: a cell is no sentence.
const SENTENCE: usize = 3;

/// The least chance at which an everyday word is taken for a name because the name is in the text.
const LIKELY: f32 = 0.1;

/// All detectors of a policy, and how they are listened to.
pub(crate) struct Detector {
    allow: Listed,
    deny: Listed,
    custom: Custom,
    staff: Known,
    tagger: Option<Tagger>,
    model: Option<Arc<dyn EntityTagger>>,
    search: TextSearch,
}

impl Detector {
    pub(crate) fn new(rule: &TextRule, search: TextSearch) -> Result<Self, TextError> {
        Ok(Self {
            allow: Listed::new(&rule.allow),
            deny: Listed::new(&rule.deny),
            custom: Custom::new(&rule.recognizers)?,
            staff: Known::default(),
            tagger: (search.tier == Tier::Default).then(Tagger::get).transpose()?,
            model: None,
            search,
        })
    }

    pub(crate) fn set_model(&mut self, model: Arc<dyn EntityTagger>) {
        self.model = Some(model);
    }

    pub(crate) fn set_staff(&mut self, staff: Known) {
        self.staff = staff;
    }

    /// What is found in a text, in order and without overlap. `known` is looked for beside it.
    ///
    /// # Errors
    ///
    /// Where a detector gave up: what it would have found is not known.
    pub(crate) fn find(
        &self,
        text: &str,
        known: &[&Known],
        trace: &mut Trace,
    ) -> Result<Vec<Finding>, ScrubError> {
        let view = View::new(text);
        let mut findings = self.find_in_view(&view.text, known, trace)?;
        trace.map(|span| view.source(span));
        // Letters of one sign may be of two findings: the sign is the first one's.
        let mut taken = 0;
        findings.retain_mut(|finding| {
            let span = view.source(finding.span.clone());
            finding.span = span.start.max(taken)..span.end;
            taken = taken.max(span.end);
            finding.span.start < finding.span.end
        });
        Ok(findings)
    }

    fn find_in_view(
        &self,
        text: &str,
        known: &[&Known],
        trace: &mut Trace,
    ) -> Result<Vec<Finding>, ScrubError> {
        let caps = page::is_caps(text);
        let ranges = page::split(text);
        let mut language = self.search.language;
        let mut kept = Vec::new();
        let mut findings = Vec::new();
        for range in &ranges {
            let page = Page::new(&text[range.clone()], caps);
            let language = *language.get_or_insert_with(|| language_of(page.text, &page.tokens));
            let first = findings.len();
            for known in known {
                known.detect(&page, &mut findings);
            }
            self.staff.detect(&page, &mut findings);
            self.deny.detect(&page, &mut findings);
            self.custom.detect(&page, &mut findings)?;
            if let Some(model) = &self.model {
                findings.extend(model.tag(page.text, &|entity| self.search.threshold(entity))?);
            }
            trace.heard(&findings[first..], range.start);
            let inside = self.ensemble(&page, language, &mut findings, range.start, trace);
            moved(&mut findings[first..], range.start);
            if ranges.len() <= KEPT_PAGES {
                kept.push((page, inside));
            }
        }
        let mut findings = self.settled(text, findings, trace);
        let echo = Known::of_findings(text, findings.iter());
        if !echo.is_empty() {
            for (at, range) in ranges.iter().enumerate() {
                let first = findings.len();
                match kept.get(at) {
                    Some((page, inside)) => {
                        echo.detect(page, &mut findings);
                        likely(page, inside, first, &mut findings);
                    }
                    None => {
                        let page = Page::new(&text[range.clone()], caps);
                        echo.detect(&page, &mut findings);
                        let inside = match findings.len() > first {
                            true => self.chances(&page),
                            false => Vec::new(),
                        };
                        likely(&page, &inside, first, &mut findings);
                    }
                }
                trace.heard(&findings[first..], range.start);
                moved(&mut findings[first..], range.start);
            }
            findings = self.settled(text, findings, trace);
        }
        Ok(findings)
    }

    /// Fields and recognizers, and the tagger that sees what they found. Gives the tagger's chances.
    fn ensemble(
        &self,
        page: &Page<'_>,
        language: Language,
        out: &mut Vec<Finding>,
        offset: usize,
        trace: &mut Trace,
    ) -> Vec<f32> {
        let mut rules = Vec::new();
        fields::detect(page, &mut rules);
        recognizers::recognize(page, &mut rules);
        trace.heard(&rules, offset);
        let Some(tagger) = self.tagger.filter(|_| page.tokens.len() >= SENTENCE) else {
            out.append(&mut rules);
            return Vec::new();
        };
        let rules = resolve(rules);
        let mut reading = tagger.read(page, &rules);
        trace.heard_all(reading.spans.iter().map(|s| &s.finding), offset);
        reading.spans.retain(|tagged| {
            let least = self.search.threshold_of_tagger(tagged.finding.entity, language);
            tagged.finding.score.value() >= least && !plausible::is_harmless(page, tagged)
        });
        let first = out.len();
        let inside = ensemble::combine(page, rules, reading, self.search.doubt(), out);
        borders::mend(page, &mut out[first..]);
        inside
    }

    /// The tagger's chances for a page.
    fn chances(&self, page: &Page<'_>) -> Vec<f32> {
        let Some(tagger) = self.tagger else { return Vec::new() };
        let mut rules = Vec::new();
        fields::detect(page, &mut rules);
        recognizers::recognize(page, &mut rules);
        tagger.read(page, &resolve(rules)).inside
    }

    /// One list without overlap, without what is too unsure and what the policy allows.
    fn settled(&self, text: &str, mut findings: Vec<Finding>, trace: &mut Trace) -> Vec<Finding> {
        findings.retain(|f| {
            let tagged = f.recognizer == tagger::NAME;
            tagged || f.score.value() >= self.search.threshold(f.entity)
        });
        let mut findings = resolve(findings);
        findings.retain(|f| {
            let value = &text[f.span.clone()];
            let allowed = self.allow.holds(value);
            if allowed {
                trace.allowed(f);
            }
            !allowed && value.chars().any(char::is_alphanumeric)
        });
        findings
    }
}

/// Spans of a page as spans of its text.
fn moved(findings: &mut [Finding], offset: usize) {
    for finding in findings {
        let Range { start, end } = finding.span;
        finding.span = start + offset..end + offset;
    }
}

/// Of names found again, keeps those that are no everyday words to the tagger.
fn likely(page: &Page<'_>, inside: &[f32], first: usize, findings: &mut Vec<Finding>) {
    if inside.is_empty() {
        return;
    }
    let mut at = 0;
    findings.retain(|f| {
        at += 1;
        at <= first
            || page.tokens_over(&f.span).any(|t| {
                let token = &page.tokens[t];
                let capital = token.is_capital() && (page.caps || !token.word.is_common());
                inside[t] >= LIKELY || capital
            })
    });
}
