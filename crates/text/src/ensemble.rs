//! Puts together what fields and recognizers found with what the tagger says of the same page.
//!
//! The tagger has seen what the rules found, so where both speak it is the tagger that says where a
//! span ends, but for forms that prove themselves (an e-mail address, a checked number). What only
//! rules found stays unless the tagger is sure that it is nothing; how sure it must be grows with the
//! score of the rule.

use std::ops::Range;

use anonymed_core::{EntityType, Finding};

use crate::page::Page;
use crate::recognizers::initials;
use crate::tagger::labels::label_of;
use crate::tagger::{Reading, Tagged};

/// The score from which a form is believed whatever the tagger says.
const PROVEN: f32 = 0.88;

/// Adds the findings of rules and tagger, and gives the tagger's chances for a second look. `rules`
/// are in order and without overlap; `doubt` makes the chance larger or smaller below which what
/// rules alone found is given up.
pub(crate) fn combine(
    page: &Page<'_>,
    rules: Vec<Finding>,
    reading: Reading,
    doubt: f32,
    out: &mut Vec<Finding>,
) -> Vec<f32> {
    let Reading { mut spans, inside } = reading;
    for rule in rules {
        let tokens = page.tokens_over(&rule.span);
        let first = spans.partition_point(|s| s.tokens.end <= tokens.start);
        let last = spans.partition_point(|s| s.tokens.start < tokens.end).max(first);
        if proves_itself(&rule) {
            let apart: Vec<Tagged> =
                spans[first..last].iter().flat_map(|tagged| beside(page, tagged, &rule)).collect();
            spans.splice(first..last, apart);
            out.push(rule);
            continue;
        }
        spans[first..last].iter_mut().for_each(|tagged| learn(tagged, &rule));
        let least = doubt * doubt_of(rule.score.value());
        let mut at = tokens.start;
        while at < tokens.end {
            let covered = |t: usize| spans[first..last].iter().any(|s| s.tokens.contains(&t));
            let stays = |t: usize| !covered(t) && inside[t] >= least;
            if !stays(at) {
                at += 1;
                continue;
            }
            let from = at;
            while at < tokens.end && stays(at) {
                at += 1;
            }
            out.push(Finding { span: part(page, &rule, from..at, &tokens), ..rule.clone() });
        }
    }
    out.extend(spans.into_iter().map(|s| s.finding));
    inside
}

/// Whether the form of a finding says by itself what it is.
fn proves_itself(rule: &Finding) -> bool {
    let form = matches!(
        rule.entity,
        EntityType::Email
            | EntityType::Url
            | EntityType::IpAddress
            | EntityType::MacAddress
            | EntityType::Ssn
            | EntityType::BankAccount
            | EntityType::Vehicle
            | EntityType::Device
            | EntityType::NationalId
    );
    // Bare initials stand at the places where people sign, and nowhere else is anything known of them.
    form && rule.score.value() >= PROVEN || rule.recognizer == initials::NAME
}

/// The least chance at which a token stays that a rule with this score found.
fn doubt_of(score: f32) -> f32 {
    match score {
        s if s >= 0.9 => 0.02,
        s if s >= 0.75 => 0.06,
        s if s >= 0.6 => 0.2,
        _ => 0.4,
    }
}

/// The tagger's labels are coarser than the rules' types, and rules know births and initials.
fn learn(tagged: &mut Tagged, rule: &Finding) {
    if label_of(rule.entity) == tagged.label {
        tagged.finding.entity = rule.entity;
        tagged.finding.recognizer = rule.recognizer;
        if rule.score > tagged.finding.score {
            tagged.finding.score = rule.score;
        }
    }
}

/// What a proven finding leaves of a span of the tagger: the words before it and those behind it.
fn beside(page: &Page<'_>, tagged: &Tagged, rule: &Finding) -> Vec<Tagged> {
    let held = page.tokens_over(&rule.span);
    let before = tagged.tokens.start..held.start.min(tagged.tokens.end);
    let after = held.end.max(tagged.tokens.start)..tagged.tokens.end;
    [before, after]
        .into_iter()
        .filter(|tokens| tokens.start < tokens.end)
        .map(|tokens| Tagged {
            finding: Finding {
                span: part(page, &tagged.finding, tokens.clone(), &tagged.tokens),
                ..tagged.finding.clone()
            },
            tokens,
            label: tagged.label,
        })
        .collect()
}

/// The bytes of some of a finding's tokens: its own ends where they are its first or last.
fn part(page: &Page<'_>, rule: &Finding, some: Range<usize>, all: &Range<usize>) -> Range<usize> {
    let start = match some.start == all.start {
        true => rule.span.start,
        false => page.tokens[some.start].start as usize,
    };
    let end = match some.end == all.end {
        true => rule.span.end,
        false => page.tokens[some.end - 1].end as usize,
    };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::found;
    use EntityType::{Email, Mrn, Patient};

    #[test]
    fn a_proven_form_takes_nothing_from_both_its_sides() {
        let text = "John Roe j@roe.org Mary Poe left";
        let page = Page::new(text, false);
        let tagged = |tokens: Range<usize>, label| {
            let span =
                page.tokens[tokens.start].start as usize..page.tokens[tokens.end - 1].end as usize;
            Tagged { tokens, label: label_of(label), finding: found(span, label, 0.9, "tagger") }
        };
        let check = |spans: Vec<Tagged>, rules: &[Finding], expect: &[(&str, EntityType)]| {
            let inside = vec![0.5; page.tokens.len()];
            let mut out = Vec::new();
            combine(&page, rules.to_vec(), Reading { spans, inside }, 1.0, &mut out);
            out.sort_by_key(|f| f.span.start);
            let read: Vec<_> = out.iter().map(|f| (&text[f.span.clone()], f.entity)).collect();
            assert_eq!(read, expect);
        };
        let email = found(9..18, Email, 0.98, "email");
        let all = [("John Roe", Patient), ("j@roe.org", Email), ("Mary Poe", Patient)];
        check(vec![tagged(0..7, Patient)], std::slice::from_ref(&email), &all);
        check(
            vec![tagged(0..2, Patient), tagged(5..7, Patient)],
            std::slice::from_ref(&email),
            &all,
        );
        check(vec![tagged(2..5, Patient)], std::slice::from_ref(&email), &[("j@roe.org", Email)]);
        // What rules alone found stays beside what the tagger holds.
        let number = found(19..32, Mrn, 0.9, "mrn");
        let both = [("Mary Poe", Patient), ("left", Mrn)];
        check(vec![tagged(5..7, Patient)], &[number], &both);
    }
}
