//! The recognizers a policy brings: patterns and texts, with words that speak for them.
//!
//! A word of the context within five words before a match adds 0.35 to its score and lifts it to 0.4
//! at least, as Presidio's context enhancer does, so that imported recognizers act alike.

use std::ops::Range;

use anonymed_core::policy::RecognizerConfig;
use anonymed_core::{EntityType, Finding, ScrubError};
use fancy_regex::{Regex, RegexBuilder};
use hashbrown::HashSet;

use crate::error::TextError;
use crate::lexicon::hash_word;
use crate::page::{Page, found};
use crate::propagate::Listed;

/// The name its findings carry.
const NAME: &str = "custom";
/// Words before a match in which the context is looked for.
const REACH: usize = 5;
/// What a word of the context adds.
const BOOST: f32 = 0.35;
/// The least score of a match with its context.
const WITH_CONTEXT: f32 = 0.4;
/// Steps back that a pattern may take in one place before it is given up.
const STEPS: usize = 100_000;

/// All recognizers of a policy.
pub(crate) struct Custom(Vec<One>);

struct One {
    name: String,
    entity: EntityType,
    patterns: Vec<(Regex, f32)>,
    texts: Listed,
    context: HashSet<u64>,
}

impl Custom {
    pub(crate) fn new(configs: &[RecognizerConfig]) -> Result<Self, TextError> {
        let one = |config: &RecognizerConfig| {
            let patterns = config.patterns.iter().enumerate().map(|(at, pattern)| {
                let regex = RegexBuilder::new(&pattern.regex)
                    .case_insensitive(true)
                    .multi_line(true)
                    .dot_matches_new_line(true)
                    .backtrack_limit(STEPS)
                    .build();
                match regex {
                    Ok(regex) => Ok((regex, pattern.score)),
                    Err(_) => {
                        Err(TextError::Pattern { recognizer: config.name.clone(), number: at + 1 })
                    }
                }
            });
            Ok(One {
                name: config.name.clone(),
                entity: config.entity,
                patterns: patterns.collect::<Result<_, _>>()?,
                texts: Listed::new(&config.texts),
                context: config.context.iter().map(|w| hash_word(w)).collect(),
            })
        };
        configs.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// Adds what the recognizers find.
    ///
    /// # Errors
    ///
    /// Where a pattern is given up for its cost: what it would have found is not known.
    pub(crate) fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) -> Result<(), ScrubError> {
        for one in &self.0 {
            for (at, (regex, score)) in one.patterns.iter().enumerate() {
                for hit in regex.find_iter(page.text) {
                    let span = hit.map_err(|_| one.given_up(at + 1))?.range();
                    if !span.is_empty() {
                        let score = one.score(page, &span, *score);
                        out.push(found(span, one.entity, score, NAME));
                    }
                }
            }
            let first = out.len();
            one.texts.detect(page, out);
            for finding in &mut out[first..] {
                (finding.entity, finding.recognizer) = (one.entity, NAME);
            }
        }
        Ok(())
    }
}

impl One {
    fn given_up(&self, number: usize) -> ScrubError {
        ScrubError {
            reason: format!(
                "recognizer `{}` of the policy: pattern {number} takes more than {STEPS} steps back at one \
                 place; write it without repeats in one another",
                self.name
            ),
        }
    }

    fn score(&self, page: &Page<'_>, span: &Range<usize>, score: f32) -> f32 {
        let at = page.token_from(span.start);
        let before = &page.tokens[at.saturating_sub(REACH)..at];
        if before.iter().any(|token| self.context.contains(&token.hash)) {
            (score + BOOST).clamp(WITH_CONTEXT, 1.0)
        } else {
            score
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymed_core::policy::PatternConfig;

    fn config(regex: &str, score: f32, context: &[&str], texts: &[&str]) -> RecognizerConfig {
        let patterns = match regex {
            "" => Vec::new(),
            regex => vec![PatternConfig { regex: regex.to_owned(), score }],
        };
        RecognizerConfig {
            name: "test".to_owned(),
            entity: EntityType::OtherId,
            patterns,
            texts: texts.iter().map(|t| (*t).to_owned()).collect(),
            context: context.iter().map(|t| (*t).to_owned()).collect(),
        }
    }

    #[test]
    fn patterns_texts_and_context() {
        let check = |config: RecognizerConfig, text: &str, expect: &[(&str, f32)]| {
            let custom = Custom::new(&[config]).unwrap();
            let mut out = Vec::new();
            custom.detect(&Page::new(text, false), &mut out).unwrap();
            let read: Vec<_> =
                out.iter().map(|f| (&text[f.span.clone()], f.score.value())).collect();
            assert_eq!(read, expect, "{text:?}");
            assert!(out.iter().all(|f| f.entity == EntityType::OtherId && f.recognizer == NAME));
        };
        check(config(r"\bST-\d{4}\b", 0.6, &[], &[]), "in st-1234 now", &[("st-1234", 0.6)]);
        check(config(r"\d{4}(?!\d)", 0.1, &["study"], &[]), "study no. 1234", &[("1234", 0.45)]);
        check(config(r"\d{4}", 0.1, &["study"], &[]), "a 1234 study", &[("1234", 0.1)]);
        check(config(r"(?-i)ab", 0.5, &[], &[]), "AB ab", &[("ab", 0.5)]);
        check(config("", 0.0, &[], &["Blue Team"]), "the BLUE team", &[("BLUE team", 1.0)]);
        check(config("x*", 0.5, &[], &[]), "aab", &[]);
    }

    #[test]
    fn broken_and_costly_patterns_are_named() {
        let error = Custom::new(&[config("(", 0.5, &[], &[])]).err();
        let expect = TextError::Pattern { recognizer: "test".to_owned(), number: 1 };
        assert_eq!(error, Some(expect));
        let costly = Custom::new(&[config(r"(a+)+(?=b)c", 0.5, &[], &[])]).unwrap();
        let error =
            costly.detect(&Page::new(&"a".repeat(4000), false), &mut Vec::new()).unwrap_err();
        assert!(error.reason.starts_with("recognizer `test` of the policy: pattern 1 takes more"));
    }
}
